package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
)

var orderCases = map[string]func(*testing.T, port.Stores){
	"no two calls get one number": func(t *testing.T, s port.Stores) {
		var mu sync.Mutex
		seen := map[int64]bool{}
		concurrently(func(int) {
			last := int64(0)
			for range rounds {
				n, err := s.Orders.NextNumber(t.Context(), acme)
				mu.Lock()
				if err != nil || n <= last || seen[n] {
					t.Errorf("after %d came %d, %v; another call has it: %t", last, n, err, seen[n])
				}
				seen[n], last = true, n
				mu.Unlock()
			}
		})
	},

	"an order is found with its cart and its document": func(t *testing.T, s port.Stores) {
		must(t, createOrder(t, s, "s1", "C-1"))
		must(t, createOrder(t, s, "s2", "C-2"))
		for id, cartID := range map[order.ID]string{"os1": "C-1", "os2": "C-2"} {
			expectContents(t, s, id, cartID)
		}
		value(s.Orders.Update(t.Context(), acme, "os1", func(o *order.Order) error { return o.Confirm("PO-1", false, now) }))(t)
		expectContents(t, s, "os1", "C-1")
	},

	"a session has one order": func(t *testing.T, s port.Stores) {
		must(t, createOrder(t, s, "s1", "C-1"))
		must(t, createOrder(t, s, "s2", "C-2"))
		for what, cartID := range map[string]string{
			"another cart id": "C-3", "the same cart id": "C-1", "the cart id of another order": "C-2",
		} {
			if err := createOrder(t, s, "s1", cartID); !errors.Is(err, order.ErrExists) {
				t.Errorf("with %s a second order is answered with %v", what, err)
			}
		}
		expectContents(t, s, "os1", "C-1")
	},

	"a cart id has one order": func(t *testing.T, s port.Stores) {
		must(t, createOrder(t, s, "s1", "C-1"))
		if err := createOrder(t, s, "s2", "C-1"); !errors.Is(err, order.ErrCartID) || errors.Is(err, order.ErrExists) {
			t.Errorf("a second order is answered with %v", err)
		}
		must(t, createOrder(t, s, "s3", "c-1")) // case counts
		if o := value(s.Orders.ByCartID(t.Context(), acme, "n1", "C-1"))(t); o.ID() != "os1" {
			t.Errorf("the cart id leads to %s", o.ID())
		}
	},

	"an order that was refused leaves nothing behind": func(t *testing.T, s port.Stores) {
		must(t, createOrder(t, s, "s1", "C-1"))
		must(t, failed(createOrder(t, s, "s2", "C-1")))
		expectNoOrder(t, s, "os2")
		must(t, failed(s.Orders.Create(ended(t), order.Restore(orderOf(acme, "s2")), cartOf("C-s2"), documentOf("<cart/>"))))
		expectNoOrder(t, s, "os2")
		must(t, failed(createOrder(t, s, "s1", "C-2")))
		if _, err := s.Orders.ByCartID(t.Context(), acme, "n1", "C-2"); !errors.Is(err, order.ErrNoCart) {
			t.Errorf("the cart id of a refused order is answered with %v", err)
		}
		must(t, createOrder(t, s, "s2", "C-2"))
		expectContents(t, s, "os2", "C-2")
	},

	"of many equal sends one makes the order": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			id := session.ID(fmt.Sprint("s", round))
			errs := make([]error, goroutines)
			concurrently(func(i int) { errs[i] = createOrder(t, s, id, fmt.Sprintf("C-%d-%d", round, i)) })
			won := winner(t, errs, order.ErrExists)
			expectContents(t, s, order.IDOf(id), fmt.Sprintf("C-%d-%d", round, won))
		}
	},

	"of many orders with one cart id one is kept": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			cartID := fmt.Sprint("C-", round)
			id := func(i int) session.ID { return session.ID(fmt.Sprintf("s%d-%d", round, i)) }
			errs := make([]error, goroutines)
			concurrently(func(i int) { errs[i] = createOrder(t, s, id(i), cartID) })
			won := winner(t, errs, order.ErrCartID)
			if o := value(s.Orders.ByCartID(t.Context(), acme, "n1", cartID))(t); o.ID() != order.IDOf(id(won)) {
				t.Errorf("%s won and the cart id leads to %s", id(won), o.ID())
			}
			for i := range goroutines {
				if i != won {
					expectNoOrder(t, s, order.IDOf(id(i)))
				}
			}
		}
	},

	"an order is found by its cart id for its connection alone": func(t *testing.T, s port.Stores) {
		must(t, createOrder(t, s, "s1", "C-1"))
		if o := value(s.Orders.ByCartID(t.Context(), acme, "n1", "C-1"))(t); o.ID() != "os1" {
			t.Errorf("found %s", o.ID())
		}
		for _, c := range []struct {
			conn   connection.ID
			cartID string
		}{{"n2", "C-1"}, {"n1", "C-2"}, {"n1", "c-1"}, {"n1", ""}, {"", "C-1"}} {
			_, err := s.Orders.ByCartID(t.Context(), acme, c.conn, c.cartID)
			if !errors.Is(err, order.ErrNoCart) {
				t.Errorf("cart id %q of connection %q is answered with %v", c.cartID, c.conn, err)
			}
		}
	},

	"an order is completed once by many concurrent pings": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			id := session.ID(fmt.Sprint("s", round))
			must(t, createOrder(t, s, id, fmt.Sprint("C-", round)))
			completed := make([]bool, goroutines)
			concurrently(func(i int) {
				_, err := s.Orders.Update(t.Context(), acme, order.IDOf(id), func(o *order.Order) error {
					completed[i] = o.Status() != order.Confirmed
					return o.Confirm(fmt.Sprint("PO-", i), false, now)
				})
				if err != nil {
					t.Error(err)
				}
			})
			one := slices.Index(completed, true)
			if one < 0 || slices.Contains(completed[one+1:], true) {
				t.Fatalf("completed by these: %v", completed)
			}
			if o := value(s.Orders.Get(t.Context(), acme, order.IDOf(id)))(t).Snapshot(); o.PurchaseOrder != fmt.Sprint("PO-", one) {
				t.Errorf("ping %d completed it and it has the purchase order %s", one, o.PurchaseOrder)
			}
		}
	},

	"a due push is claimed by one of many": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			st := orderOf(acme, session.ID(fmt.Sprint("s", round)))
			st.Push.Due = now
			must(t, s.Orders.Create(t.Context(), order.Restore(st), cartOf(st.CartID), documentOf("<cart/>")))
			claimed := make([]bool, goroutines)
			concurrently(func(i int) {
				_, err := s.Orders.Update(t.Context(), acme, st.ID, func(o *order.Order) error {
					claimed[i] = o.Claim(now, time.Minute)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
			one := slices.Index(claimed, true)
			if one < 0 || slices.Contains(claimed[one+1:], true) {
				t.Errorf("claimed by these: %v", claimed)
			}
		}
	},

	"an order is overdue while it awaits its completion too long": func(t *testing.T, s port.Stores) {
		var awaits []string
		for i, status := range order.Statuses() {
			st := orderOf(acme, session.ID(status.String()))
			st.Status, st.ExpiresAt = status, at(i)
			o := order.Restore(st)
			must(t, s.Orders.Create(t.Context(), o, cartOf(st.CartID), documentOf("<cart/>")))
			if o.Awaits() {
				awaits = append(awaits, string(o.ID()))
			}
		}
		if found := value(s.Orders.Overdue(t.Context(), now.Add(-1), 10))(t); len(found) != 0 {
			t.Errorf("before the time is over there are %d", len(found))
		}
		if found := value(s.Orders.Overdue(t.Context(), now, 10))(t); len(found) != 1 {
			t.Errorf("as the first time is over there are %d", len(found))
		}
		found := identifiers(value(s.Orders.Overdue(t.Context(), at(60), 10))(t), (*order.Order).ID)
		if slices.Sort(found); !slices.Equal(found, slices.Sorted(slices.Values(awaits))) {
			t.Errorf("found %q, not %q", found, awaits)
		}
		if found := value(s.Orders.Overdue(t.Context(), at(60), 1))(t); len(found) != 1 {
			t.Errorf("of one asked for came %d", len(found))
		}
		for _, id := range awaits {
			value(s.Orders.Update(t.Context(), acme, order.ID(id), func(o *order.Order) error {
				o.Expire(at(60))
				return nil
			}))(t)
		}
		if found := value(s.Orders.Overdue(t.Context(), at(60), 10))(t); len(found) != 0 {
			t.Errorf("after the sweep there are %d", len(found))
		}
	},

	"an order is to be pushed from when it is due until it is claimed or over": func(t *testing.T, s port.Stores) {
		for i := range 3 {
			st := orderOf(acme, session.ID(fmt.Sprint("s", i)))
			st.Push.Due = at(i)
			must(t, s.Orders.Create(t.Context(), order.Restore(st), cartOf(st.CartID), documentOf("<cart/>")))
		}
		must(t, createOrder(t, s, "s3", "C-3")) // goes by the browser
		expectDue := func(when time.Time, want ...string) {
			t.Helper()
			found := identifiers(value(s.Orders.ToPush(t.Context(), when, nil, 10))(t), (*order.Order).ID)
			if slices.Sort(found); !slices.Equal(found, want) {
				t.Errorf("at %s %q are to be pushed, not %q", when, found, want)
			}
		}
		change := func(id order.ID, by func(*order.Order) error) {
			t.Helper()
			value(s.Orders.Update(t.Context(), acme, id, by))(t)
		}
		expectDue(now.Add(-1))
		expectDue(now, "os0")
		expectDue(at(5), "os0", "os1", "os2")
		if found := value(s.Orders.ToPush(t.Context(), at(5), nil, 2))(t); len(found) != 2 {
			t.Errorf("of two asked for came %d", len(found))
		}
		change("os0", func(o *order.Order) error {
			o.Claim(at(5), 2*time.Minute)
			return nil
		})
		expectDue(at(5), "os1", "os2")
		change("os1", func(o *order.Order) error { return o.Transfer(at(5)) })
		expectDue(at(5), "os2")
		change("os2", func(o *order.Order) error {
			o.Postpone("refused", time.Time{}, now)
			return nil
		})
		expectDue(at(6))
		expectDue(at(7), "os0") // its lease has ended
	},

	"orders of busy connections are not to be pushed": func(t *testing.T, s port.Stores) {
		for i, place := range places {
			st := orderOf(place.Tenant, session.ID(fmt.Sprint("s", i)))
			st.Connection, st.Push = place.Connection, delivery.Start(at(i))
			must(t, s.Orders.Create(t.Context(), order.Restore(st), cartOf(st.CartID), documentOf("<cart/>")))
		}
		expectFree(t, func(busy []port.ConnectionOf, limit int) (found []port.ConnectionOf) {
			for _, o := range value(s.Orders.ToPush(t.Context(), at(5), busy, limit))(t) {
				found = append(found, port.ConnectionOf{Tenant: o.Snapshot().Tenant, Connection: o.Snapshot().Connection})
			}
			return found
		})
	},
}

// createOrder makes the order of a session with a cart id. Its document tells it from every other.
func createOrder(t *testing.T, s port.Stores, of session.ID, cartID string) error {
	st := orderOf(acme, of)
	st.CartID = cartID
	return s.Orders.Create(t.Context(), order.Restore(st), cartOf(cartID), documentOf("<cart id='"+cartID+"'/>"))
}

// expectContents compares an order and its contents with what createOrder made.
func expectContents(t *testing.T, s port.Stores, id order.ID, cartID string) {
	t.Helper()
	o := value(s.Orders.Get(t.Context(), acme, id))(t).Snapshot()
	c := value(s.Orders.Cart(t.Context(), acme, id))(t)
	d := value(s.Orders.Document(t.Context(), acme, id))(t)
	if o.CartID != cartID || !reflect.DeepEqual(c, cartOf(cartID)) || !reflect.DeepEqual(d, documentOf("<cart id='"+cartID+"'/>")) {
		t.Errorf("%s has the cart id %s, the cart %+v and the document %s; want those of %s", id, o.CartID, c, d.Body, cartID)
	}
}

func expectNoOrder(t *testing.T, s port.Stores, id order.ID) {
	t.Helper()
	_, noOrder := s.Orders.Get(t.Context(), acme, id)
	_, noCart := s.Orders.Cart(t.Context(), acme, id)
	_, noDocument := s.Orders.Document(t.Context(), acme, id)
	for what, err := range map[string]error{"order": noOrder, "cart": noCart, "document": noDocument} {
		if !errors.Is(err, order.ErrNotFound) {
			t.Errorf("the %s of %s is found, or %v", what, id, err)
		}
	}
}

// failed turns the success of a call that must not succeed into an error.
func failed(err error) error {
	if err == nil {
		return errors.New("nothing was refused")
	}
	return nil
}
