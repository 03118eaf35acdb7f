package transfer

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

const (
	pushPoll    = 5 * time.Second  // how often the store is asked when nothing wakes the pusher
	pushLease   = 2 * time.Minute  // longer than one attempt takes, so that no two gateways push at once
	pushFirst   = 10 * time.Second // the wait after the first failure; it doubles with each
	pushLongest = time.Hour
	pushTries   = 20 // about half a day of tries; then an operator must make it due again
	pushPage    = 16

	pushesAtOnce = 8
)

// Wake tells the pusher that something may be due.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it is told already
	}
}

// Push hands carts over server to server until the context ends. A cart that the other side did not acknowledge is tried
// again, later each time. Several are pushed at once, so that a procurement system that hangs does not stop the others.
func (s *Service) Push(ctx context.Context, poster port.Poster) {
	poll := time.NewTicker(pushPoll)
	defer poll.Stop()
	slots := make(chan struct{}, pushesAtOnce)
	var running sync.WaitGroup
	defer running.Wait()
	for {
		for _, due := range s.due(ctx) {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			running.Go(func() {
				defer func() { <-slots }()
				if err := s.push(ctx, poster, due); err != nil && ctx.Err() == nil {
					s.log.WarnContext(ctx, "push failed", "tenant", due.Snapshot().Tenant, "order", due.ID(), "error", err)
				}
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-poll.C:
		}
	}
}

func (s *Service) due(ctx context.Context) []*order.Order {
	due, err := s.stores.Orders.ToPush(ctx, s.clock.Now(), pushPage)
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "orders to push cannot be read", "error", err)
	}
	if len(due) == pushPage {
		s.Wake() // there may be more
	}
	return due
}

// push makes one attempt, unless another gateway has the order, and records what came of it.
func (s *Service) push(ctx context.Context, poster port.Poster, o *order.Order) error {
	if err := s.finish(ctx, o); err != nil { // the send that made the order may have ended before it got there
		return err
	}
	mine := false
	claimed, err := s.stores.Orders.Update(ctx, o.Snapshot().Tenant, o.ID(), func(each *order.Order) error {
		mine = each.Claim(s.clock.Now(), pushLease)
		return nil
	})
	if err != nil {
		return err
	}
	if !mine {
		return nil
	}
	due := claimed.Snapshot()
	failure := s.post(ctx, poster, due)
	if failure != nil && ctx.Err() != nil {
		return ctx.Err() // the gateway stops; the lease runs out and another one takes over
	}
	record := func(o *order.Order) error { return o.Transfer(s.clock.Now()) }
	if failure != nil {
		next := nextTry(due.Push.Attempts, s.clock.Now())
		if next.IsZero() {
			s.log.ErrorContext(ctx, "push given up", "tenant", due.Tenant, "order", due.ID, "attempts", due.Push.Attempts)
		}
		record = func(o *order.Order) error {
			o.Postpone(failure.Error(), next)
			return nil
		}
	}
	// What was delivered is recorded also when the gateway stops at that moment.
	if _, err := s.stores.Orders.Update(context.WithoutCancel(ctx), due.Tenant, due.ID, record); err != nil {
		return err
	}
	return failure
}

// PushAgain makes the push of an order due once more after it was given up.
func (s *Service) PushAgain(ctx context.Context, of tenant.ID, id order.ID) (*order.Order, error) {
	o, err := s.stores.Orders.Update(ctx, of, id, func(each *order.Order) error { return each.PushAgain(s.clock.Now()) })
	s.Wake()
	return o, err
}

func (s *Service) post(ctx context.Context, poster port.Poster, due order.State) error {
	conn, err := s.stores.Connections.Get(ctx, due.Tenant, due.Connection)
	if err != nil {
		return err
	}
	document, err := s.stores.Orders.Document(ctx, due.Tenant, due.ID)
	if err != nil {
		return err
	}
	returns := conn.Profile().Return
	if err := returns.CheckAddress(document.Form.Action, s.policy.LoopbackHTTP); err != nil {
		return err
	}
	return poster.Post(ctx, document.Form, document.Values())
}

// nextTry doubles the wait with each attempt and spreads it by half, so that many failed pushes do not come back at once.
// It is zero after the last try.
func nextTry(attempts int, now time.Time) time.Time {
	if attempts >= pushTries {
		return time.Time{}
	}
	wait := min(pushFirst<<(attempts-1), pushLongest)
	return now.Add(wait/2 + rand.N(wait)) //nolint:gosec // it spreads load, it hides nothing
}
