package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
)

var receiptCases = map[string]func(*testing.T, port.Stores){
	"a receipt keeps its content, whatever becomes of it": func(t *testing.T, s port.Stores) {
		createReceipt(t, s, receiptOf(acme, "r1"), "one")
		createReceipt(t, s, receiptOf(acme, "r2"), "two")
		value(s.Receipts.Update(t.Context(), acme, "r1", func(r *receipt.Receipt) error {
			return r.Apply("os1", false, at(1))
		}))(t)
		for id, body := range map[receipt.ID]string{"r1": "one", "r2": "two"} {
			if c := value(s.Receipts.Content(t.Context(), acme, id))(t); !reflect.DeepEqual(c, contentOf(body)) {
				t.Errorf("%s has %+v", id, c)
			}
		}
	},

	"a receipt that was refused leaves nothing behind": func(t *testing.T, s port.Stores) {
		must(t, failed(s.Receipts.Create(ended(t), receipt.Restore(receiptOf(acme, "r1")), contentOf("lost"))))
		if _, err := s.Receipts.Content(t.Context(), acme, "r1"); !errors.Is(err, receipt.ErrNotFound) {
			t.Errorf("its content is found, or %v", err)
		}
		createReceipt(t, s, receiptOf(acme, "r1"), "kept")
		must(t, failed(s.Receipts.Create(t.Context(), receipt.Restore(receiptOf(acme, "r1")), contentOf("again"))))
		if c := value(s.Receipts.Content(t.Context(), acme, "r1"))(t); string(c.Body) != "kept" {
			t.Errorf("the content became %s", c.Body)
		}
	},

	"of many equal documents one makes the receipt": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			id := receipt.ID(fmt.Sprint("r", round))
			errs := make([]error, goroutines)
			concurrently(func(i int) {
				st := receiptOf(acme, id)
				st.Digest = fmt.Sprint(i)
				errs[i] = s.Receipts.Create(t.Context(), receipt.Restore(st), contentOf(fmt.Sprint(i)))
			})
			won := fmt.Sprint(winner(t, errs, receipt.ErrExists))
			r := value(s.Receipts.Get(t.Context(), acme, id))(t)
			c := value(s.Receipts.Content(t.Context(), acme, id))(t)
			if r.Snapshot().Digest != won || string(c.Body) != won {
				t.Errorf("%s won, and kept are the receipt of %s and the content of %s", won, r.Snapshot().Digest, c.Body)
			}
		}
	},

	"the receipts of an order come with the oldest first": func(t *testing.T, s port.Stores) {
		for i, minute := range []int{2, 3, 1} {
			st := receiptOf(acme, receipt.ID(fmt.Sprint("r", minute)))
			st.ReceivedAt, st.Status, st.Order = at(minute), receipt.Statuses()[1+i%2], "os1" // applied or refused
			createReceipt(t, s, st, "")
		}
		other := receiptOf(acme, "other")
		other.Status, other.Order = receipt.Applied, "os2"
		createReceipt(t, s, other, "")
		late := receiptOf(acme, "late")
		late.Status, late.ReceivedAt = receipt.Unmatched, at(2).Add(1)
		createReceipt(t, s, late, "")
		expect := func(id order.ID, want ...string) {
			t.Helper()
			found := identifiers(value(s.Receipts.ByOrder(t.Context(), acme, id))(t), (*receipt.Receipt).ID)
			if !slices.Equal(found, want) {
				t.Errorf("%q has the receipts %q, not %q", id, found, want)
			}
		}
		expect("os1", "r1", "r2", "r3")
		value(s.Receipts.Update(t.Context(), acme, "late", func(r *receipt.Receipt) error { return r.Apply("os1", false, at(9)) }))(t)
		expect("os1", "r1", "r2", "late", "r3")
		expect("os2", "other")
		expect("os3")
	},

	"earlier receipts are found by their document or else by their number, the newest first": func(t *testing.T, s port.Stores) {
		for i, r := range []struct {
			id               receipt.ID
			connection       connection.ID
			document, number string
		}{
			{"r1", "n1", "D-1", "PO-1"}, {"r3", "n1", "D-1", "PO-2"}, {"r2", "n1", "D-2", "PO-1"}, {"r4", "n1", "", "PO-1"},
			{"r5", "n2", "D-1", "PO-1"}, {"r6", "n1", "", ""},
		} {
			st := receiptOf(acme, r.id)
			st.Connection, st.DocumentID, st.Number, st.ReceivedAt = r.connection, r.document, r.number, at(i)
			createReceipt(t, s, st, "")
		}
		for _, c := range []struct {
			document, number string
			limit            int
			want             []string
		}{
			{"D-1", "", 10, []string{"r3", "r1"}},
			{"D-1", "PO-1", 10, []string{"r3", "r1"}}, // the document alone counts
			{"", "PO-1", 10, []string{"r4", "r2", "r1"}},
			{"", "PO-1", 2, []string{"r4", "r2"}},
			{"D-1", "", 1, []string{"r3"}},
			{"D-3", "PO-1", 10, nil},
			{"", "PO-3", 10, nil},
			{"d-1", "", 10, nil},
		} {
			found := identifiers(value(s.Receipts.Earlier(t.Context(), acme, "n1", c.document, c.number, c.limit))(t), (*receipt.Receipt).ID)
			if !slices.Equal(found, c.want) {
				t.Errorf("%q, %q and at most %d lead to %q, not %q", c.document, c.number, c.limit, found, c.want)
			}
		}
	},

	"the receipts in a status go by its time, then by the identifier": func(t *testing.T, s port.Stores) {
		type entry struct {
			id    string
			since time.Time
		}
		var entries []entry
		for i := range 30 { // three to each nanosecond, and the nanoseconds cross a second
			entries = append(entries, entry{fmt.Sprintf("%c%02d", "bac"[i%3], i), now.Truncate(time.Second).Add(time.Duration(i/3 - 5))})
		}
		for i := range entries {
			e := entries[i*7%len(entries)] // each once, in no order
			st := receiptOf(acme, receipt.ID(e.id))
			st.Status, st.StatusSince = receipt.Unmatched, e.since
			createReceipt(t, s, st, "")
		}
		createReceipt(t, s, receiptOf(acme, "received"), "")
		slices.SortFunc(entries, func(a, b entry) int {
			if c := a.since.Compare(b.since); c != 0 {
				return c
			}
			return strings.Compare(a.id, b.id)
		})
		var want []string
		for _, e := range entries {
			want = append(want, e.id)
		}
		for _, limit := range []int{1, 4, 30, 100} {
			if seen := receiptsIn(t, s, receipt.Unmatched, limit); !slices.Equal(seen, want) {
				t.Errorf("by pages of %d there are %q, not %q", limit, seen, want)
			}
		}
		value(s.Receipts.Update(t.Context(), acme, receipt.ID(want[0]), func(r *receipt.Receipt) error {
			return r.Apply("os1", false, at(1))
		}))(t)
		if seen := receiptsIn(t, s, receipt.Unmatched, 10); !slices.Equal(seen, want[1:]) {
			t.Errorf("after one was applied there are %q", seen)
		}
		if seen := receiptsIn(t, s, receipt.Applied, 10); !slices.Equal(seen, want[:1]) {
			t.Errorf("applied are %q", seen)
		}
		if seen := receiptsIn(t, s, receipt.Refused, 10); len(seen) != 0 {
			t.Errorf("refused are %q", seen)
		}
	},
}

func createReceipt(t *testing.T, s port.Stores, st receipt.State, body string) {
	t.Helper()
	must(t, s.Receipts.Create(t.Context(), receipt.Restore(st), contentOf(body)))
}

// receiptsIn reads all pages of a status.
func receiptsIn(t *testing.T, s port.Stores, status receipt.Status, limit int) (seen []string) {
	t.Helper()
	q := port.ReceiptQuery{Status: status, Limit: limit}
	for range 1000 {
		page := value(s.Receipts.List(t.Context(), acme, q))(t)
		if len(page) > limit {
			t.Errorf("a page of %d has %d", limit, len(page))
		}
		if len(page) == 0 {
			return seen
		}
		seen = append(seen, identifiers(page, (*receipt.Receipt).ID)...)
		last := page[len(page)-1].Snapshot()
		q.AfterSince, q.AfterID = last.StatusSince, last.ID
	}
	t.Error("the pages do not end")
	return seen
}
