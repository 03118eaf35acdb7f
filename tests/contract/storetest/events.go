package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// eventKind is a kind of aggregate with an outbox.
type eventKind struct {
	name    string
	create  func(ctx context.Context, of tenant.ID, id string, o outbox.Outbox) error
	change  func(ctx context.Context, of tenant.ID, id string, change func(*outbox.Outbox)) error
	toTell  func(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]string, error) // as tenant/id
	givenUp func(ctx context.Context, of tenant.ID, q port.GivenUpQuery) ([]string, error)
}

func eventKinds(s port.Stores) []eventKind {
	return []eventKind{
		{
			"orders",
			func(ctx context.Context, of tenant.ID, id string, o outbox.Outbox) error {
				st := orderOf(of, session.ID(id))
				st.ID, st.Outbox = order.ID(id), o
				return s.Orders.Create(ctx, order.Restore(st), cartOf(st.CartID), documentOf("<cart/>"))
			},
			func(ctx context.Context, of tenant.ID, id string, change func(*outbox.Outbox)) error {
				return failure(s.Orders.Update(ctx, of, order.ID(id), changing[*order.Order](change)))
			},
			func(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]string, error) {
				found, err := s.Orders.ToTell(ctx, now, busy, limit)
				return identifiers(found, func(o *order.Order) string { return string(o.Snapshot().Tenant) + "/" + string(o.ID()) }), err
			},
			func(ctx context.Context, of tenant.ID, q port.GivenUpQuery) ([]string, error) {
				found, err := s.Orders.GivenUp(ctx, of, q)
				return identifiers(found, func(o *order.Order) string { return string(o.ID()) }), err
			},
		},
		{
			"sessions",
			func(ctx context.Context, of tenant.ID, id string, o outbox.Outbox) error {
				st := sessionOf(of, session.ID(id))
				st.Outbox = o
				return s.Sessions.Create(ctx, session.Restore(st))
			},
			func(ctx context.Context, of tenant.ID, id string, change func(*outbox.Outbox)) error {
				return failure(s.Sessions.Update(ctx, of, session.ID(id), changing[*session.Session](change)))
			},
			func(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]string, error) {
				found, err := s.Sessions.ToTell(ctx, now, busy, limit)
				return identifiers(found, func(v *session.Session) string { return string(v.Snapshot().Tenant) + "/" + string(v.ID()) }), err
			},
			func(ctx context.Context, of tenant.ID, q port.GivenUpQuery) ([]string, error) {
				found, err := s.Sessions.GivenUp(ctx, of, q)
				return identifiers(found, func(v *session.Session) string { return string(v.ID()) }), err
			},
		},
		{
			"connections",
			func(ctx context.Context, of tenant.ID, id string, o outbox.Outbox) error {
				st := connectionOf(of, connection.ID(id), "c1")
				st.Outbox = o
				return s.Connections.Create(ctx, connection.Restore(st))
			},
			func(ctx context.Context, of tenant.ID, id string, change func(*outbox.Outbox)) error {
				return failure(s.Connections.Update(ctx, of, connection.ID(id), changing[*connection.Connection](change)))
			},
			func(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]string, error) {
				found, err := s.Connections.ToTell(ctx, now, busy, limit)
				return identifiers(found, func(c *connection.Connection) string { return string(c.Tenant()) + "/" + string(c.ID()) }), err
			},
			func(ctx context.Context, of tenant.ID, q port.GivenUpQuery) ([]string, error) {
				found, err := s.Connections.GivenUp(ctx, of, q)
				return identifiers(found, func(c *connection.Connection) string { return string(c.ID()) }), err
			},
		},
	}
}

func changing[A interface{ Outbox() *outbox.Outbox }](change func(*outbox.Outbox)) func(A) error {
	return func(a A) error {
		change(a.Outbox())
		return nil
	}
}

// tellAt is an outbox with an event that is due at a time.
func tellAt(due time.Time) outbox.Outbox {
	var o outbox.Outbox
	o.Record(outbox.OrderConfirmed, outbox.Facts{Status: "confirmed"}, due)
	return o
}

// givenUpAt is an outbox whose event was given up at a time.
func givenUpAt(when time.Time) outbox.Outbox {
	o := tellAt(when)
	o.Claim(when, time.Minute)
	o.Progress.Postpone("away", time.Time{}, when)
	return o
}

func createGivenUpAnswer(ctx context.Context, s port.Stores, of tenant.ID, id answer.ID, when time.Time) error {
	st := answerOf(of, id, order.ID("o"+id))
	st.Delivery.Progress = delivery.Start(when)
	st.Delivery.Postpone("away", time.Time{}, when)
	return s.Answers.Create(ctx, answer.Restore(st), answerDocumentOf("<answer/>"))
}

// eachEventKind makes a case for all kinds with an outbox.
func eachEventKind(check func(t *testing.T, k eventKind)) func(*testing.T, port.Stores) {
	return func(t *testing.T, s port.Stores) {
		for _, k := range eventKinds(s) {
			t.Run(k.name, func(t *testing.T) { check(t, k) })
		}
	}
}

var eventCases = map[string]func(*testing.T, port.Stores){
	"events are to be told from when they are due until they were told, the longest due first": eachEventKind(func(t *testing.T, k eventKind) {
		expect := func(when time.Time, limit int, want ...string) {
			t.Helper()
			if found := value(k.toTell(t.Context(), when, nil, limit))(t); !slices.Equal(found, want) {
				t.Errorf("at %s %q are to be told, not %q", when, found, want)
			}
		}
		change := func(id string, by func(*outbox.Outbox)) {
			t.Helper()
			must(t, k.change(t.Context(), acme, id, by))
		}
		must(t, k.create(t.Context(), acme, "second", tellAt(at(2))))
		must(t, k.create(t.Context(), acme, "first", tellAt(at(1))))
		must(t, k.create(t.Context(), acme, "none", outbox.Outbox{}))
		expect(at(0), 10)
		expect(at(1), 10, "acme/first")
		expect(at(2), 10, "acme/first", "acme/second")
		expect(at(2), 1, "acme/first")
		change("first", func(o *outbox.Outbox) { o.Claim(at(2), 2*time.Minute) })
		expect(at(3), 10, "acme/second")
		expect(at(4), 10, "acme/second", "acme/first")
		change("first", func(o *outbox.Outbox) {
			o.Left(&outbox.Outbox{Last: 1, Progress: o.Progress}, nil, "", time.Time{}, at(4))
		})
		expect(at(9), 10, "acme/second")
		change("first", func(o *outbox.Outbox) { o.Record(outbox.OrderCancelled, outbox.Facts{}, at(5)) })
		expect(at(9), 10, "acme/second", "acme/first")
	}),

	"events of busy tenants are not to be told": eachEventKind(func(t *testing.T, k eventKind) {
		for i, of := range []tenant.ID{acme, globex, initech} {
			for n := range 3 {
				must(t, k.create(t.Context(), of, fmt.Sprint("e", n), tellAt(at(i))))
			}
		}
		for name, c := range map[string]struct{ busy, want []tenant.ID }{
			"none": {nil, []tenant.ID{acme, globex, initech}}, "the one that waits the longest": {[]tenant.ID{acme}, []tenant.ID{globex, initech}},
			"two": {[]tenant.ID{globex, acme}, []tenant.ID{initech}}, "all": {[]tenant.ID{acme, globex, initech}, nil},
		} {
			found := value(k.toTell(t.Context(), at(5), c.busy, max(1, 3*len(c.want))))(t)
			var want []string
			for _, of := range c.want {
				want = append(want, string(of)+"/e0", string(of)+"/e1", string(of)+"/e2")
			}
			if slices.Sort(found); !slices.Equal(found, want) {
				t.Errorf("busy is %s: found %q, not %q", name, found, want)
			}
		}
	}),

	"what was given up is listed in pages until it is made due again": eachEventKind(func(t *testing.T, k eventKind) {
		var want []string
		for i := range 7 {
			id := fmt.Sprint("g", i)
			must(t, k.create(t.Context(), acme, id, givenUpAt(at(i/2)))) // two of one time
			want = append(want, id)
		}
		must(t, k.create(t.Context(), acme, "due", tellAt(at(0))))
		must(t, k.create(t.Context(), globex, "g0", givenUpAt(at(0))))
		var listed []string
		q := port.GivenUpQuery{Limit: 3}
		for {
			page := value(k.givenUp(t.Context(), acme, q))(t)
			listed = append(listed, page...)
			if len(page) < q.Limit {
				break
			}
			q.AfterID = page[len(page)-1]
			q.AfterSince = at((len(listed) - 1) / 2)
		}
		if !slices.Equal(listed, want) {
			t.Errorf("listed are %q, not %q", listed, want)
		}
		must(t, k.change(t.Context(), acme, "g0", func(o *outbox.Outbox) { o.Again(at(9)) }))
		if found := value(k.givenUp(t.Context(), acme, port.GivenUpQuery{Limit: 1}))(t); !slices.Equal(found, []string{"g1"}) {
			t.Errorf("then the first one is %q", found)
		}
		if found := value(k.toTell(t.Context(), at(9), nil, 10))(t); !slices.Contains(found, "acme/g0") {
			t.Errorf("to be told are %q", found)
		}
	}),

	"an order whose push was given up is listed until it is pushed again": func(t *testing.T, s port.Stores) {
		st := orderOf(acme, "s1")
		st.Push = delivery.Start(now)
		must(t, s.Orders.Create(t.Context(), order.Restore(st), cartOf(st.CartID), documentOf("<cart/>")))
		expect := func(want int) {
			t.Helper()
			if found := value(s.Orders.GivenUp(t.Context(), acme, port.GivenUpQuery{Limit: 10}))(t); len(found) != want {
				t.Errorf("%d orders are listed, not %d", len(found), want)
			}
		}
		change := func(by func(*order.Order) error) {
			t.Helper()
			value(s.Orders.Update(t.Context(), acme, st.ID, by))(t)
		}
		expect(0)
		change(func(o *order.Order) error { o.Postpone("away", at(1), now); return nil })
		expect(0)
		change(func(o *order.Order) error { o.Postpone("away", time.Time{}, at(1)); return nil })
		expect(1)
		change(func(o *order.Order) error { return o.PushAgain(at(2)) })
		expect(0)
	},

	"answers whose delivery was given up are listed in pages": func(t *testing.T, s port.Stores) {
		for i := range 3 {
			must(t, createGivenUpAnswer(t.Context(), s, acme, answer.ID(fmt.Sprint("a", i)), at(3-i)))
		}
		must(t, createGivenUpAnswer(t.Context(), s, globex, "a0", at(0)))
		must(t, createAnswer(t.Context(), s, acme)) // due
		first := value(s.Answers.GivenUp(t.Context(), acme, port.GivenUpQuery{Limit: 2}))(t)
		rest := value(s.Answers.GivenUp(t.Context(), acme, port.GivenUpQuery{AfterSince: at(2), AfterID: "a1", Limit: 2}))(t)
		if found := identifiers(append(first, rest...), (*answer.Answer).ID); !slices.Equal(found, []string{"a2", "a1", "a0"}) {
			t.Errorf("listed are %q", found)
		}
	},
}
