// Package deadletters lists what could not be delivered however often it was tried, and has it tried again: carts that are pushed,
// answers to purchase orders, and events.
package deadletters

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/cursor"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/application/transfer"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Kind says what could not be delivered.
type Kind string

// The kinds.
const (
	Push             Kind = "push"   // the cart of an order
	Answer           Kind = "answer" // to a purchase order
	OrderEvents      Kind = "order-events"
	SessionEvents    Kind = "session-events"
	ConnectionEvents Kind = "connection-events"
)

// DeadLetter is something that could not be delivered.
type DeadLetter struct {
	Kind Kind
	Of   string // the order, answer, session or connection
	delivery.Progress

	Events []outbox.Event // of the kinds that are events
}

// ID returns what names the dead letter within its tenant.
func (d *DeadLetter) ID() string { return string(d.Kind) + "." + d.Of }

// Refusals of a dead letter.
var (
	ErrNotFound = fault.New(fault.NotFound, "dead_letter.not_found", "there is no such dead letter")
	errRunning  = fault.New(fault.Conflict, "attempt.running", "an attempt is running")
)

// Service lists and sends again.
type Service struct {
	stores    port.Stores
	transfers *transfer.Service
	answers   *answering.Service
	clock     port.Clock
	worker    *retry.Worker
}

// New makes the service.
func New(
	stores port.Stores, transfers *transfer.Service, answers *answering.Service, clock port.Clock, worker *retry.Worker,
) *Service {
	return &Service{stores, transfers, answers, clock, worker}
}

// found is an aggregate with dead letters, in the order in which the stores have them.
type found struct {
	since   time.Time
	id      string
	letters []DeadLetter
}

// List returns a page of the dead letters of at most limit aggregates, the oldest first, and the cursor of the next page, which is
// empty after the last.
func (s *Service) List(ctx context.Context, of tenant.ID, after string, limit int) (page []DeadLetter, nextCursor string, err error) {
	since, id, err := cursor.Parse(after)
	if err != nil {
		return nil, "", err
	}
	// One more tells whether there is a next page.
	all, err := s.find(ctx, of, port.GivenUpQuery{AfterSince: since, AfterID: id, Limit: limit + 1})
	if err != nil {
		return nil, "", err
	}
	if len(all) > limit {
		all = all[:limit]
		nextCursor = cursor.Format(all[limit-1].since, all[limit-1].id)
	}
	for _, each := range all {
		page = append(page, each.letters...)
	}
	return page, nextCursor, nil
}

// find returns at least the first q.Limit aggregates with dead letters after a place, if there are so many.
func (s *Service) find(ctx context.Context, of tenant.ID, q port.GivenUpQuery) ([]found, error) {
	orders, ordersErr := s.stores.Orders.GivenUp(ctx, of, q)
	answers, answersErr := s.stores.Answers.GivenUp(ctx, of, q)
	sessions, sessionsErr := s.stores.Sessions.GivenUp(ctx, of, q)
	connections, connectionsErr := s.stores.Connections.GivenUp(ctx, of, q)
	if err := errors.Join(ordersErr, answersErr, sessionsErr, connectionsErr); err != nil {
		return nil, err
	}
	var all []found
	add := func(letters ...DeadLetter) {
		letters = slices.DeleteFunc(letters, func(d DeadLetter) bool { return d.GivenUpAt.IsZero() })
		if len(letters) > 0 { // else it was delivered at this moment
			all = append(all, found{letters[0].GivenUpAt, letters[0].Of, letters})
		}
	}
	for _, each := range orders {
		st := each.Snapshot()
		add(DeadLetter{Push, string(st.ID), st.Push, nil}, DeadLetter{OrderEvents, string(st.ID), st.Outbox.Progress, st.Outbox.Events})
	}
	for _, each := range answers {
		add(DeadLetter{Answer, string(each.ID()), each.Snapshot().Delivery.Progress, nil})
	}
	for _, each := range sessions {
		st := each.Snapshot()
		add(DeadLetter{SessionEvents, string(st.ID), st.Outbox.Progress, st.Outbox.Events})
	}
	for _, each := range connections {
		st := each.Snapshot()
		add(DeadLetter{ConnectionEvents, string(st.ID), st.Outbox.Progress, st.Outbox.Events})
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Or(a.since.Compare(b.since), strings.Compare(a.id, b.id)) })
	return all, nil
}

// SendAgain makes dead letters due at once, those that are named or, without a name, all of the tenant. It returns how many.
func (s *Service) SendAgain(ctx context.Context, of tenant.ID, names []string) (sent int, err error) {
	for _, name := range names {
		kind, id, ok := strings.Cut(name, ".")
		if !ok {
			return sent, ErrNotFound
		}
		if err := s.sendAgain(ctx, of, Kind(kind), id); err != nil {
			return sent, err
		}
		sent++
	}
	if len(names) > 0 {
		return sent, nil
	}
	began := s.clock.Now()
	for after := ""; ; {
		page, next, err := s.List(ctx, of, after, 100)
		if err != nil {
			return sent, err
		}
		for _, each := range page {
			if each.GivenUpAt.After(began) { // once more, and so are those after it: else this might never end
				return sent, nil
			}
			switch err := s.sendAgain(ctx, of, each.Kind, each.Of); {
			case err == nil:
				sent++
			case fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.NotFound: // it was sent again at this moment
				return sent, err
			}
		}
		if after = next; after == "" {
			return sent, nil
		}
	}
}

func (s *Service) sendAgain(ctx context.Context, of tenant.ID, kind Kind, id string) (err error) {
	switch kind {
	case Push:
		_, err = s.transfers.PushAgain(ctx, of, order.ID(id))
	case Answer:
		_, err = s.answers.DeliverAgain(ctx, of, answer.ID(id))
	case OrderEvents:
		_, err = s.stores.Orders.Update(ctx, of, order.ID(id), again[*order.Order](s))
	case SessionEvents:
		_, err = s.stores.Sessions.Update(ctx, of, session.ID(id), again[*session.Session](s))
	case ConnectionEvents:
		_, err = s.stores.Connections.Update(ctx, of, connection.ID(id), again[*connection.Connection](s))
	default:
		return ErrNotFound
	}
	s.worker.Wake()
	return err
}

// again makes the events of an aggregate due.
func again[A interface{ Outbox() *outbox.Outbox }](s *Service) func(A) error {
	return func(a A) error {
		switch o := a.Outbox(); {
		case len(o.Events) == 0:
			return ErrNotFound
		case !o.Again(s.clock.Now()):
			return errRunning
		}
		return nil
	}
}
