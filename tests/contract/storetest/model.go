package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

var modelCases = map[string]func(*testing.T, port.Stores){
	"orders do as a map of them would, whatever the sequence of calls": func(t *testing.T, s port.Stores) {
		sequence := 0
		rapid.Check(t, func(rt *rapid.T) {
			sequence++
			m := &orderModel{t: t, stores: s, of: tenantIn(sequence), orders: map[order.ID]*order.Order{}, now: dayOf(sequence)}
			rt.Repeat(rapid.StateMachineActions(m))
		})
	},

	"sessions do as a map of them would, whatever the sequence of calls": func(t *testing.T, s port.Stores) {
		sequence := 0
		rapid.Check(t, func(rt *rapid.T) {
			sequence++
			m := &sessionModel{t: t, stores: s, of: tenantIn(sequence), sessions: map[session.ID]*session.Session{}, now: dayOf(sequence)}
			rt.Repeat(rapid.StateMachineActions(m))
		})
	},
}

// Each sequence has a tenant of its own, and plays a day before the one that came first: so nothing that those before
// it left to the sweeps is due yet.
func tenantIn(sequence int) tenant.ID { return tenant.ID(fmt.Sprint("t", sequence)) }
func dayOf(sequence int) time.Time    { return now.AddDate(0, 0, -sequence) }

// all is more than any sequence makes.
const all = 10

// The models draw from few sessions and cart ids, so that they meet.
var (
	sessionIDs = rapid.SampledFrom([]session.ID{"s1", "s2", "s3", "s4"})
	cartIDs    = rapid.SampledFrom([]string{"C-1", "C-2", "C-3", "C-4", "C-5"})
	steps      = rapid.SampledFrom([]time.Duration{0, 1, time.Second, 30 * time.Second, time.Minute, 10 * time.Minute})
)

// orderModel keeps in a map what the store should keep of one tenant.
type orderModel struct {
	t      *testing.T
	stores port.Stores
	of     tenant.ID
	orders map[order.ID]*order.Order
	now    time.Time
}

func (m *orderModel) Pass(rt *rapid.T) { m.now = m.now.Add(steps.Draw(rt, "step")) }

func (m *orderModel) Create(rt *rapid.T) {
	st := orderOf(m.of, sessionIDs.Draw(rt, "session"))
	st.CartID, st.Test = cartIDs.Draw(rt, "cart id"), rapid.Bool().Draw(rt, "test")
	st.CreatedAt, st.StatusSince, st.ExpiresAt = m.now, m.now, m.now.Add(time.Minute)
	if rapid.Bool().Draw(rt, "push") {
		st.Push.Due = m.now
	}
	var want error
	if m.orders[st.ID] != nil {
		want = order.ErrExists
	} else if len(m.where(func(o order.State) bool { return o.CartID == st.CartID })) > 0 {
		want = order.ErrCartID
	}
	err := m.stores.Orders.Create(m.t.Context(), order.Restore(st), cartOf(st.CartID), documentOf(st.CartID))
	if !errors.Is(err, want) {
		rt.Fatalf("answered with %v, not %v", err, want)
	}
	if want == nil {
		m.orders[st.ID] = order.Restore(st)
	}
}

func (m *orderModel) Update(rt *rapid.T) {
	id := order.IDOf(sessionIDs.Draw(rt, "session"))
	change := rapid.SampledFrom([]func(*order.Order) error{
		func(o *order.Order) error { return o.Confirm("PO-1", false, m.now) },
		func(o *order.Order) error { return o.Confirm("PO-2", true, m.now) },
		func(o *order.Order) error { return o.Export("E-1", m.now) },
		func(o *order.Order) error { return o.Transfer(m.now) },
		func(o *order.Order) error {
			return o.Complete(order.Purchase{Number: "PO-1", Decision: purchase.Confirm}, true, m.now)
		},
		func(o *order.Order) error {
			differs := []purchase.Difference{{Line: "1", Member: purchase.MemberUnit}}
			return o.Complete(order.Purchase{Number: "PO-1", Differences: differs, Decision: purchase.Hold}, false, m.now)
		},
		func(o *order.Order) error { return o.Release(m.now) },
		func(o *order.Order) error { return o.Reject("", m.now) },
		func(o *order.Order) error { return o.Cancel("", m.now) },
		func(o *order.Order) error { o.Expire(m.now); return nil },
		func(o *order.Order) error { o.Claim(m.now, time.Minute); return nil },
		func(o *order.Order) error { o.Postpone("refused", m.now.Add(time.Second), m.now); return nil },
		func(o *order.Order) error { o.Postpone("refused", time.Time{}, m.now); return errChange },
	}).Draw(rt, "change")
	updated, err := m.stores.Orders.Update(m.t.Context(), m.of, id, change)
	kept := m.orders[id]
	if kept == nil {
		if !errors.Is(err, order.ErrNotFound) {
			rt.Fatalf("answered with %v", err)
		}
		return
	}
	changed := order.Restore(kept.Snapshot())
	want := change(changed)
	if !errors.Is(err, want) {
		rt.Fatalf("answered with %v, not %v", err, want)
	}
	if want == nil {
		m.orders[id] = changed
		if !reflect.DeepEqual(updated, changed) {
			rt.Fatalf("returned\n%+v, not\n%+v", updated.Snapshot(), changed.Snapshot())
		}
	}
}

func (m *orderModel) Feed(rt *rapid.T) {
	status, tests := rapid.SampledFrom(order.Statuses()).Draw(rt, "status"), rapid.Bool().Draw(rt, "tests")
	found, err := m.stores.Orders.Feed(m.t.Context(), m.of, port.FeedQuery{Status: status, IncludeTest: tests, Limit: all})
	want := m.where(func(o order.State) bool { return o.Status == status && (tests || !o.Test) })
	slices.SortFunc(want, func(a, b order.State) int {
		return cmp.Or(a.StatusSince.Compare(b.StatusSince), cmp.Compare(a.ID, b.ID))
	})
	if states := statesOf(found); err != nil || !reflect.DeepEqual(states, want) {
		rt.Fatalf("the feed has\n%+v, %v, not\n%+v", states, err, want)
	}
}

// Check follows each step.
func (m *orderModel) Check(rt *rapid.T) {
	ctx := m.t.Context()
	for _, id := range []order.ID{"os1", "os2", "os3", "os4"} {
		found, err := m.stores.Orders.Get(ctx, m.of, id)
		kept := m.orders[id]
		if kept == nil && !errors.Is(err, order.ErrNotFound) || kept != nil && (err != nil || !reflect.DeepEqual(found, kept)) {
			rt.Fatalf("%s is found as\n%+v, %v, not\n%+v", id, found, err, kept)
		}
	}
	overdue, err := m.stores.Orders.Overdue(ctx, m.now, all)
	m.equal(rt, "overdue", overdue, err, func(o order.State) bool {
		return order.Restore(o).Awaits() && !m.now.Before(o.ExpiresAt)
	})
	toPush, err := m.stores.Orders.ToPush(ctx, m.now, nil, all)
	m.equal(rt, "to be pushed", toPush, err, func(o order.State) bool {
		return !o.Push.Due.IsZero() && !o.Push.Due.After(m.now)
	})
}

// equal compares what a sweep found with the orders for which the condition holds, in any order.
func (m *orderModel) equal(rt *rapid.T, what string, found []*order.Order, err error, condition func(order.State) bool) {
	byID := func(a, b order.State) int { return cmp.Compare(a.ID, b.ID) }
	states, want := statesOf(found), m.where(condition)
	slices.SortFunc(states, byID)
	slices.SortFunc(want, byID)
	if err != nil || !reflect.DeepEqual(states, want) {
		rt.Fatalf("%s are\n%+v, %v, not\n%+v", what, states, err, want)
	}
}

func statesOf(orders []*order.Order) (states []order.State) {
	for _, o := range orders {
		states = append(states, o.Snapshot())
	}
	return states
}

func (m *orderModel) where(condition func(order.State) bool) (states []order.State) {
	for _, o := range m.orders {
		if st := o.Snapshot(); condition(st) {
			states = append(states, st)
		}
	}
	return states
}

// sessionModel keeps in a map what the store should keep of one tenant.
type sessionModel struct {
	t        *testing.T
	stores   port.Stores
	of       tenant.ID
	sessions map[session.ID]*session.Session
	now      time.Time
}

func (m *sessionModel) Pass(rt *rapid.T) { m.now = m.now.Add(steps.Draw(rt, "step")) }

func (m *sessionModel) Create(rt *rapid.T) {
	st := sessionOf(m.of, sessionIDs.Draw(rt, "session"))
	st.Status, st.ExchangedAt = session.Opened, time.Time{}
	st.CreatedAt, st.ExpiresAt, st.Limit, st.TTL = m.now, m.now.Add(time.Minute), m.now.Add(time.Hour), 2*time.Minute
	var want error
	if m.sessions[st.ID] != nil {
		want = port.ErrTaken
	}
	if err := m.stores.Sessions.Create(m.t.Context(), session.Restore(st)); !errors.Is(err, want) {
		rt.Fatalf("answered with %v, not %v", err, want)
	}
	if want == nil {
		m.sessions[st.ID] = session.Restore(st)
	}
}

func (m *sessionModel) Update(rt *rapid.T) {
	id := sessionIDs.Draw(rt, "session")
	change := rapid.SampledFrom([]func(*session.Session) error{
		func(s *session.Session) error { return s.Exchange("key", m.now) },
		func(s *session.Session) error { return s.Extend(m.now) },
		func(s *session.Session) error { return s.Return(m.now) },
		func(s *session.Session) error { return s.Cancel(documentOf("notice"), m.now) },
		func(s *session.Session) error { s.Expire(m.now); return nil },
		func(s *session.Session) error { s.Expire(m.now.Add(time.Hour)); return errChange },
	}).Draw(rt, "change")
	updated, err := m.stores.Sessions.Update(m.t.Context(), m.of, id, change)
	kept := m.sessions[id]
	if kept == nil {
		if !errors.Is(err, session.ErrNotFound) {
			rt.Fatalf("answered with %v", err)
		}
		return
	}
	changed := session.Restore(kept.Snapshot())
	want := change(changed)
	if !errors.Is(err, want) {
		rt.Fatalf("answered with %v, not %v", err, want)
	}
	if want == nil {
		m.sessions[id] = changed
		if !reflect.DeepEqual(updated, changed) {
			rt.Fatalf("returned\n%+v, not\n%+v", updated, changed)
		}
	}
}

// Check follows each step.
func (m *sessionModel) Check(rt *rapid.T) {
	due, err := m.stores.Sessions.Due(m.t.Context(), m.now, all)
	if err != nil {
		rt.Fatal(err)
	}
	for _, id := range []session.ID{"s1", "s2", "s3", "s4"} {
		found, err := m.stores.Sessions.Get(m.t.Context(), m.of, id)
		kept := m.sessions[id]
		if kept == nil && !errors.Is(err, session.ErrNotFound) || kept != nil && (err != nil || !reflect.DeepEqual(found, kept)) {
			rt.Fatalf("%s is found as\n%+v, %v, not\n%+v", id, found, err, kept)
		}
		isDue := slices.ContainsFunc(due, func(s *session.Session) bool { return s.ID() == id })
		if want := kept != nil && kept.Snapshot().Status.Open() && !m.now.Before(kept.Snapshot().ExpiresAt); isDue != want {
			rt.Fatalf("%s is due: %t; want %t", id, isDue, want)
		}
	}
}
