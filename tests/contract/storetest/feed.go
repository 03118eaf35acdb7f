package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
)

var feedCases = map[string]func(*testing.T, port.Stores){
	"the feed goes by the time of the status, then by the identifier": func(t *testing.T, s port.Stores) {
		type entry struct {
			id    string
			since time.Time
		}
		var entries []entry
		for i := range 30 { // three to each nanosecond, and the nanoseconds cross a second
			entries = append(entries, entry{fmt.Sprintf("o%c%02d", "bac"[i%3], i), now.Truncate(time.Second).Add(time.Duration(i/3 - 5))})
		}
		for i := range entries {
			e := entries[i*7%len(entries)] // each once, in no order
			createConfirmed(t, s, order.ID(e.id), e.since, false)
		}
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
			if seen := pass(t, s, port.FeedQuery{Status: order.Confirmed, Limit: limit}, nil); !slices.Equal(seen, want) {
				t.Errorf("by pages of %d it has %q, not %q", limit, seen, want)
			}
		}
	},

	"the feed has the orders of its status, and test orders where they are asked for": func(t *testing.T, s port.Stores) {
		createConfirmed(t, s, "o1", at(1), false)
		createConfirmed(t, s, "o2", at(2), true)
		createConfirmed(t, s, "o3", at(3), false)
		must(t, createOrder(t, s, "s4", "C-4"))
		for what, c := range map[string]struct {
			q    port.FeedQuery
			want []string
		}{
			"confirmed":            {port.FeedQuery{Status: order.Confirmed, Limit: 1}, []string{"o1", "o3"}},
			"confirmed with tests": {port.FeedQuery{Status: order.Confirmed, IncludeTest: true, Limit: 1}, []string{"o1", "o2", "o3"}},
			"prepared":             {port.FeedQuery{Status: order.Prepared, IncludeTest: true, Limit: 1}, []string{"os4"}},
			"exported":             {port.FeedQuery{Status: order.Exported, IncludeTest: true, Limit: 1}, nil},
		} {
			if seen := pass(t, s, c.q, nil); !slices.Equal(seen, c.want) {
				t.Errorf("%s: it has %q, not %q", what, seen, c.want)
			}
		}
		export(t, s, "o1")
		if seen := pass(t, s, port.FeedQuery{Status: order.Confirmed, Limit: 10}, nil); !slices.Equal(seen, []string{"o3"}) {
			t.Errorf("after the export of o1 it has %q", seen)
		}
		if seen := pass(t, s, port.FeedQuery{Status: order.Exported, Limit: 10}, nil); !slices.Equal(seen, []string{"o1"}) {
			t.Errorf("exported are %q", seen)
		}
	},

	"one pass of the feed sees every order confirmed before it, once, while others confirm and export": func(t *testing.T, s port.Stores) {
		var before []string
		for i := range 40 {
			id := fmt.Sprintf("o%02d", i)
			createConfirmed(t, s, order.ID(id), at(i/4), false)
			before = append(before, id)
		}
		for i := range goroutines * rounds / 2 {
			must(t, createOrder(t, s, session.ID(fmt.Sprint("late", i)), fmt.Sprint("C-late-", i)))
		}
		var seen []string
		concurrently(func(i int) {
			if i == 0 {
				seen = pass(t, s, port.FeedQuery{Status: order.Confirmed, Limit: 3}, func(page []*order.Order) {
					for _, o := range page { // the ERP takes what it has read
						export(t, s, o.ID())
					}
				})
				return
			}
			for n := i - 1; n < goroutines*rounds/2; n += goroutines - 1 {
				_, err := s.Orders.Update(t.Context(), acme, order.IDOf(session.ID(fmt.Sprint("late", n))), func(o *order.Order) error {
					return o.Confirm("", true, at(60+n))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		for _, id := range before {
			if !slices.Contains(seen, id) {
				t.Errorf("the pass did not see %s", id)
			}
		}
		if once := slices.Compact(slices.Sorted(slices.Values(seen))); len(once) != len(seen) {
			t.Errorf("the pass saw some twice: %q", seen)
		}
	},
}

func createConfirmed(t *testing.T, s port.Stores, id order.ID, since time.Time, test bool) {
	t.Helper()
	st := orderOf(acme, session.ID(id))
	st.ID, st.Status, st.StatusSince, st.ConfirmedAt, st.Test = id, order.Confirmed, since, since, test
	must(t, s.Orders.Create(t.Context(), order.Restore(st), cartOf(st.CartID), documentOf("<cart/>")))
}

func export(t *testing.T, s port.Stores, id order.ID) {
	t.Helper()
	_, err := s.Orders.Update(t.Context(), acme, id, func(o *order.Order) error { return o.Export("E-1", at(600)) })
	if err != nil {
		t.Error(err)
	}
}

// pass reads all pages of the feed, tells of each, and returns the identifiers in their order.
func pass(t *testing.T, s port.Stores, q port.FeedQuery, tell func([]*order.Order)) []string {
	t.Helper()
	var seen []string
	for range 1000 {
		page, err := s.Orders.Feed(t.Context(), acme, q)
		if err != nil || len(page) > q.Limit {
			t.Errorf("a page of %d has %d, %v", q.Limit, len(page), err)
		}
		if err != nil || len(page) == 0 {
			return seen
		}
		seen = append(seen, identifiers(page, (*order.Order).ID)...)
		if tell != nil {
			tell(page)
		}
		last := page[len(page)-1].Snapshot()
		q.AfterSince, q.AfterID = last.StatusSince, last.ID
	}
	t.Error("the pass does not end")
	return seen
}
