package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
)

var erasureCases = map[string]func(*testing.T, port.Stores){
	"what was removed is gone with all that is kept beside it, and its identifiers are free": func(t *testing.T, s port.Stores) {
		create(t, s, acme)
		create(t, s, globex)
		ctx := t.Context()
		for range 2 { // a second time there is nothing to do
			must(t, errors.Join(s.Sessions.Remove(ctx, acme, "s1"), s.Orders.Remove(ctx, acme, "os1"),
				s.Receipts.Remove(ctx, acme, "r1"), s.Answers.Remove(ctx, acme, "os1-1")))
		}
		for name, err := range map[string]error{
			"the session":            failedAs(session.ErrNotFound, failure(s.Sessions.Get(ctx, acme, "s1"))),
			"the order":              failedAs(order.ErrNotFound, failure(s.Orders.Get(ctx, acme, "os1"))),
			"its cart":               failedAs(order.ErrNotFound, failure(s.Orders.Cart(ctx, acme, "os1"))),
			"its document":           failedAs(order.ErrNotFound, failure(s.Orders.Document(ctx, acme, "os1"))),
			"its cart id":            failedAs(order.ErrNoCart, failure(s.Orders.ByCartID(ctx, acme, "n1", "C-s1"))),
			"its lines":              without("os1")(s.Orders.ByLine(ctx, acme, "n1", port.LineQuery{SKUs: []string{"4711"}}, 10)),
			"the receipt":            failedAs(receipt.ErrNotFound, failure(s.Receipts.Get(ctx, acme, "r1"))),
			"its content":            failedAs(receipt.ErrNotFound, failure(s.Receipts.Content(ctx, acme, "r1"))),
			"the order's receipts":   none(s.Receipts.ByOrder(ctx, acme, "os1")),
			"the answer":             failedAs(answer.ErrNotFound, failure(s.Answers.Get(ctx, acme, "os1-1"))),
			"the answer's document":  failedAs(answer.ErrNotFound, failure(s.Answers.Document(ctx, acme, "os1-1"))),
			"another tenant's lines": some(s.Orders.ByLine(ctx, globex, "n1", port.LineQuery{SKUs: []string{"4711"}}, 10)),
		} {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		everything(t, s, globex)
		must(t, createPushed(ctx, s, acme))
		must(t, createApplied(ctx, s, acme))
		must(t, createAnswer(ctx, s, acme))
		must(t, s.Sessions.Create(ctx, session.Restore(sessionOf(acme, "s1"))))
		if c := value(s.Orders.Cart(ctx, acme, "os1"))(t); c.ID != "C-s1" {
			t.Errorf("the cart is %s", c.ID)
		}
	},

	"a removal of a context that has ended removes nothing": func(t *testing.T, s port.Stores) {
		create(t, s, acme)
		for _, remove := range []func(context.Context) error{
			func(ctx context.Context) error { return s.Sessions.Remove(ctx, acme, "s1") },
			func(ctx context.Context) error { return s.Orders.Remove(ctx, acme, "os1") },
			func(ctx context.Context) error { return s.Receipts.Remove(ctx, acme, "r1") },
			func(ctx context.Context) error { return s.Answers.Remove(ctx, acme, "os1-1") },
		} {
			if err := remove(ended(t)); !errors.Is(err, context.Canceled) {
				t.Errorf("it ended with %v", err)
			}
		}
		everything(t, s, acme)
	},

	"a tenant that was removed leaves nothing, and others everything": func(t *testing.T, s port.Stores) {
		create(t, s, acme)
		create(t, s, globex)
		before := everything(t, s, globex)
		if err := s.Tenants.Remove(ended(t), acme); !errors.Is(err, context.Canceled) {
			t.Errorf("a removal of a context that has ended is answered with %v", err)
		}
		for range 2 {
			must(t, s.Tenants.Remove(t.Context(), acme))
		}
		if after := everything(t, s, globex); !reflect.DeepEqual(before, after) {
			t.Errorf("the other has\n%+v\nand had\n%+v", after, before)
		}
		create(t, s, acme) // which is refused wherever something was left
		if n := value(s.Orders.NextNumber(t.Context(), acme))(t); n != 4 {
			t.Errorf("the fourth order of the new tenant has the number %d", n)
		}
	},

	"sessions of a status that ended before a time come in the order of their ends": func(t *testing.T, s port.Stores) {
		for i := range 6 {
			for _, status := range []session.Status{session.Expired, session.Cancelled} {
				st := sessionOf(acme, session.ID(fmt.Sprintf("%s%d", status, i)))
				st.Status, st.EndedAt = status, at(i*5%6)
				must(t, s.Sessions.Create(t.Context(), session.Restore(st)))
			}
		}
		open := sessionOf(acme, "open")
		must(t, s.Sessions.Create(t.Context(), session.Restore(open)))
		for _, c := range []struct {
			before, limit int
			want          []string
		}{
			{0, 10, nil},
			{1, 10, []string{"expired0"}},
			{3, 10, []string{"expired0", "expired5", "expired4"}},
			{9, 2, []string{"expired0", "expired5"}},
		} {
			found := identifiers(value(s.Sessions.Ended(t.Context(), acme, session.Expired, at(c.before), c.limit))(t), (*session.Session).ID)
			if !slices.Equal(found, c.want) {
				t.Errorf("before minute %d ended %q, not %q", c.before, found, c.want)
			}
		}
	},
}

func without(id order.ID) func([]*order.Order, error) error {
	return func(found []*order.Order, err error) error {
		if slices.ContainsFunc(found, func(o *order.Order) bool { return o.ID() == id }) {
			return fmt.Errorf("%s is found", id)
		}
		return err
	}
}

func failedAs(want, err error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("answered with %w, not %w", err, want)
	}
	return nil
}
