package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

var listingCases = map[string]func(*testing.T, port.Stores){
	"sessions are listed, counted and tallied by every combination of filters": func(t *testing.T, s port.Stores) {
		expectListing(t, s.Sessions, session.Statuses(), func(l listed[session.Status, session.ID]) error {
			st := sessionOf(l.tenant, l.id)
			st.Connection, st.Status, st.CreatedAt, st.Visit.Test = l.connection, l.status, l.created, l.test
			return s.Sessions.Create(t.Context(), session.Restore(st))
		}, (*session.Session).ID)
	},

	"orders are listed, counted and tallied by every combination of filters": func(t *testing.T, s port.Stores) {
		expectListing(t, s.Orders, order.Statuses(), func(l listed[order.Status, order.ID]) error {
			st := orderOf(l.tenant, session.ID(l.id))
			st.ID, st.Connection, st.Status, st.CreatedAt, st.Test = l.id, l.connection, l.status, l.created, l.test
			return s.Orders.Create(t.Context(), order.Restore(st), cartOf(st.CartID), documentOf("<cart/>"))
		}, (*order.Order).ID)
	},

	"a list has what a change made of it": func(t *testing.T, s port.Stores) {
		must(t, createOrder(t, s, "s1", "C-1"))
		value(s.Orders.Update(t.Context(), acme, "os1", func(o *order.Order) error { return o.Confirm("PO-1", false, now) }))(t)
		for status, want := range map[order.Status]int{order.Prepared: 0, order.Confirmed: 1} {
			f := port.Filter[order.Status]{Status: status}
			if n := value(s.Orders.Count(t.Context(), acme, f))(t); n != want {
				t.Errorf("%d are %s", n, status)
			}
			if found := value(s.Orders.List(t.Context(), acme, f, port.Page[order.ID]{Limit: 10}))(t); len(found) != want {
				t.Errorf("%d are listed as %s", len(found), status)
			}
		}
	},

	"what waits for an operator is counted": func(t *testing.T, s port.Stores) {
		create(t, s, acme) // of each kind with events one delivery that was given up, and an answer
		create(t, s, globex)
		for i, status := range []order.Status{order.Held, order.Held, order.Confirmed} {
			st := orderOf(acme, session.ID(fmt.Sprint("h", i)))
			st.Status = status
			must(t, s.Orders.Create(t.Context(), order.Restore(st), cartOf(st.CartID), documentOf("<cart/>")))
		}
		st := receiptOf(acme, "u1")
		st.Status = receipt.Unmatched
		must(t, s.Receipts.Create(t.Context(), receipt.Restore(st), contentOf("<order/>")))
		want := port.Waiting{Held: 2, Unmatched: 1, GivenUp: 4}
		for i := range port.MaxFailing + 2 {
			failing := connectionOf(acme, connection.ID(fmt.Sprint("f", i)), "c1")
			failing.Health = connection.Health{Failures: 5, Since: at(-i)}
			must(t, s.Connections.Create(t.Context(), connection.Restore(failing)))
			if i >= 2 {
				want.Failing = append([]connection.ID{failing.ID}, want.Failing...)
			}
		}
		if got := value(s.Tenants.Waiting(t.Context(), acme))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("waiting are %+v, not %+v", got, want)
		}
		value(s.Connections.Update(t.Context(), acme, "f9", func(c *connection.Connection) error {
			c.Work(now)
			return nil
		}))(t)
		if got := value(s.Tenants.Waiting(t.Context(), acme))(t).Failing; len(got) != port.MaxFailing || slices.Contains(got, "f9") {
			t.Errorf("failing are %q", got)
		}
		if got := value(s.Tenants.Waiting(t.Context(), globex))(t); !reflect.DeepEqual(got, port.Waiting{GivenUp: 4}) {
			t.Errorf("waiting are of the other tenant %+v", got)
		}
	},

	"a person's sessions are found by the address, however it is written, and by pages, the newest first": func(t *testing.T, s port.Stores) {
		var want []string
		for i := range 9 {
			st := sessionOf(acme, session.ID(fmt.Sprint("s", i)))
			st.Visit.Person.Email = []string{"Anna.Åkesson@Example.com", " anna.åkesson@example.com ", "bo@example.com", ""}[i%4]
			st.CreatedAt = at(i / 4)
			if i%4 < 2 {
				want = append(want, string(st.ID))
			}
			must(t, s.Sessions.Create(t.Context(), session.Restore(st)))
		}
		slices.Reverse(want)
		key := session.EmailKey("ANNA.ÅKESSON@example.com")
		seen := pages(t, func(p port.Page[session.ID]) ([]*session.Session, error) {
			return s.Sessions.ByEmail(t.Context(), acme, key, p)
		},
			2, (*session.Session).ID, func(s *session.Session) time.Time { return s.Snapshot().CreatedAt })
		if !slices.Equal(seen, want) {
			t.Errorf("found are %q, not %q", seen, want)
		}
		if page := value(s.Sessions.ByEmail(t.Context(), acme, "", port.Page[session.ID]{Limit: 10}))(t); len(page) != 0 {
			t.Errorf("without an address %d are found", len(page))
		}
	},

	"an order is found by everything it is called, each once and the newest first": func(t *testing.T, s port.Stores) {
		for i, st := range []order.State{
			{Number: 1, CartID: "C-1", PurchaseOrder: "4711", ERPReference: "E-1"},
			{Number: 2, CartID: "4711", PurchaseOrder: "4711", ERPReference: "4711"},
			{Number: 4711, CartID: "C-3", ERPReference: "P100001"},
			{Number: 3, CartID: "C-4"},
		} {
			all := orderOf(acme, session.ID(fmt.Sprint("s", i)))
			all.Number, all.CartID, all.PurchaseOrder, all.ERPReference = st.Number, st.CartID, st.PurchaseOrder, st.ERPReference
			all.CreatedAt = at(i)
			must(t, s.Orders.Create(t.Context(), order.Restore(all), cartOf(all.CartID), documentOf("<cart/>")))
		}
		for text, want := range map[string][]string{
			"4711": {"os1", "os0"}, "P100001": {"os2", "os0"}, "p100002": {"os1"}, "C-3": {"os2"}, "c-3": nil, "E-1": {"os0"}, "P4711": nil,
			"P104711": {"os2"}, "100001": nil, "P": nil, "471": nil,
		} {
			found := identifiers(value(s.Orders.ByReference(t.Context(), acme, text, 10))(t), (*order.Order).ID)
			if !slices.Equal(found, want) {
				t.Errorf("%q leads to %q, not %q", text, found, want)
			}
		}
		if found := value(s.Orders.ByReference(t.Context(), acme, "4711", 1))(t); len(found) != 1 || found[0].ID() != "os1" {
			t.Errorf("of one asked for came %d", len(found))
		}
	},
}

// listed is what a list knows of a session or an order.
type listed[S any, ID ~string] struct {
	tenant     tenant.ID
	id         ID
	connection connection.ID
	status     S
	created    time.Time
	test       bool
}

// expectListing creates some of every connection and status and compares every list of them with what it should have.
func expectListing[A any, S interface {
	comparable
	fmt.Stringer
}, ID ~string](t *testing.T, of port.Listing[A, S, ID], statuses []S, create func(listed[S, ID]) error, id func(A) ID) {
	var all []listed[S, ID]
	for i := range 48 {
		l := listed[S, ID]{
			acme, ID(fmt.Sprintf("i%c%02d", "bac"[i%3], i*7%48)), connection.ID(fmt.Sprint("n", i%2)), statuses[i/2%len(statuses)],
			now.Add(time.Duration(i/3) * 13 * time.Minute), i%5 == 0, // three at a time, over four hours
		}
		all = append(all, l)
		must(t, create(l))
	}
	created := map[ID]time.Time{}
	for _, l := range all {
		created[l.id] = l.created
		l.tenant = globex
		must(t, create(l))
	}
	slices.SortFunc(all, func(a, b listed[S, ID]) int { return cmp.Or(b.created.Compare(a.created), cmp.Compare(b.id, a.id)) })
	var none S
	for _, span := range []port.Span{
		{}, {From: at(13)}, {To: at(26)}, {From: at(13), To: at(65)}, {From: at(13), To: at(13)}, {From: at(14), To: at(20)}, {From: at(9999)},
	} {
		inside := func(l listed[S, ID]) bool {
			return !l.created.Before(span.From) && (span.To.IsZero() || l.created.Before(span.To))
		}
		for _, c := range []connection.ID{"", "n0", "n1", "n2"} {
			for _, status := range append(statuses, none) {
				f := port.Filter[S]{Connection: c, Status: status, Created: span}
				var want []string
				for _, l := range all {
					if inside(l) && (c == "" || l.connection == c) && (status == none || l.status == status) {
						want = append(want, string(l.id))
					}
				}
				if n := value(of.Count(t.Context(), acme, f))(t); n != len(want) {
					t.Errorf("%+v: %d are counted, not %d", f, n, len(want))
				}
				for _, limit := range []int{2, 100} {
					seen := pages(t, func(p port.Page[ID]) ([]A, error) { return of.List(t.Context(), acme, f, p) }, limit, id,
						func(a A) time.Time { return created[id(a)] })
					if !slices.Equal(seen, want) {
						t.Fatalf("%+v: by pages of %d are listed\n%q, not\n%q", f, limit, seen, want)
					}
				}
			}
		}
		counts := map[port.Tally[S]]int{}
		for _, l := range all {
			if inside(l) {
				counts[port.Tally[S]{Connection: l.connection, Hour: l.created.Truncate(time.Hour), Status: l.status, Test: l.test}]++
			}
		}
		got := map[port.Tally[S]]int{}
		for _, tally := range value(of.Tally(t.Context(), acme, span))(t) {
			n := tally.Count
			tally.Count = 0
			got[tally] += n
		}
		if !maps.Equal(got, counts) {
			t.Errorf("%+v: tallied are\n%v, not\n%v", span, got, counts)
		}
	}
	if _, err := of.Count(ended(t), acme, port.Filter[S]{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a count of a context that has ended is answered with %v", err)
	}
}

// pages reads a list to its end and returns the identifiers.
func pages[A any, ID ~string](
	t *testing.T, read func(port.Page[ID]) ([]A, error), limit int, id func(A) ID, created func(A) time.Time,
) (seen []string) {
	t.Helper()
	for p := (port.Page[ID]{Limit: limit}); len(seen) <= 1000; {
		page := value(read(p))(t)
		seen = append(seen, identifiers(page, id)...)
		if len(page) > limit {
			t.Fatalf("a page of %d has %d", limit, len(page))
		}
		if len(page) < limit {
			return seen
		}
		last := page[len(page)-1]
		p.BeforeAt, p.BeforeID = created(last), id(last)
	}
	t.Fatal("the list does not end")
	return nil
}
