package transfer

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
)

const (
	pushPoll    = 5 * time.Second  // how often the store is asked when nothing wakes the pusher
	pushLease   = 2 * time.Minute  // longer than one attempt takes, so that no two gateways push at once
	pushFirst   = 10 * time.Second // the wait after the first failure; it doubles with each
	pushLongest = time.Hour
	pushTries   = 20 // about half a day of tries; then an operator must look
	pushPage    = 16
)

// Wake tells the pusher that something may be due.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default: // it is told already
	}
}

// Push hands carts over server to server until the context ends. A cart that the other side did not acknowledge is tried
// again, later each time.
func (s *Service) Push(ctx context.Context, poster port.Poster) {
	poll := time.NewTicker(pushPoll)
	defer poll.Stop()
	for {
		s.pushDue(ctx, poster)
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-poll.C:
		}
	}
}

func (s *Service) pushDue(ctx context.Context, poster port.Poster) {
	due, err := s.stores.Orders.ToPush(ctx, s.clock.Now(), pushPage)
	if err != nil {
		if ctx.Err() == nil {
			s.log.ErrorContext(ctx, "orders to push cannot be read", "error", err)
		}
		return
	}
	for _, o := range due {
		if err := s.push(ctx, poster, o.Snapshot()); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "push failed", "tenant", o.Snapshot().Tenant, "order", o.ID(), "error", err)
		}
	}
}

func (s *Service) push(ctx context.Context, poster port.Poster, due order.State) error {
	claimed := false
	claim, err := s.stores.Orders.Update(ctx, due.Tenant, due.ID, func(o *order.Order) error {
		claimed = o.Claim(s.clock.Now(), pushLease)
		return nil
	})
	if err != nil {
		return err
	}
	if !claimed { // another gateway has it
		return nil
	}
	failure := s.post(ctx, poster, due)
	if err := ctx.Err(); err != nil {
		return err // the gateway stops; the lease runs out and another one takes over
	}
	record := func(o *order.Order) error { return o.Transfer(s.clock.Now()) }
	if failure != nil {
		next := nextTry(claim.Snapshot().Push.Attempts, s.clock.Now())
		record = func(o *order.Order) error {
			o.Postpone(failure.Error(), next)
			return nil
		}
	}
	if _, err := s.stores.Orders.Update(ctx, due.Tenant, due.ID, record); err != nil {
		return err
	}
	return failure
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
