package transfer

import (
	"context"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Wake tells the pusher that something may be due.
func (s *Service) Wake() { s.pushes.Wake() }

// Push hands carts over server to server until the context ends. A cart that the other side did not acknowledge is tried
// again, later each time.
func (s *Service) Push(ctx context.Context, poster port.Poster) {
	retry.Run(ctx, s.pushes, goesTo, s.due, func(ctx context.Context, due *order.Order) bool {
		made, err := s.push(ctx, poster, due)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "push failed", "tenant", due.Snapshot().Tenant, "order", due.ID(), "error", err)
		}
		return made
	})
}

func goesTo(o *order.Order) port.ConnectionOf {
	s := o.Snapshot()
	return port.ConnectionOf{Tenant: s.Tenant, Connection: s.Connection}
}

func (s *Service) due(ctx context.Context, busy []port.ConnectionOf) []*order.Order {
	due, err := s.stores.Orders.ToPush(ctx, s.clock.Now(), busy, retry.Page)
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "orders to push cannot be read", "error", err)
	}
	return due
}

// push makes one attempt, unless another gateway has the order, and records what came of it.
func (s *Service) push(ctx context.Context, poster port.Poster, o *order.Order) (made bool, err error) {
	if err := s.finish(ctx, o); err != nil { // the send that made the order may have ended before it got there
		return false, err
	}
	claimed, err := s.stores.Orders.Update(ctx, o.Snapshot().Tenant, o.ID(), func(each *order.Order) error {
		made = each.Claim(s.clock.Now(), retry.Lease)
		return nil
	})
	if err != nil || !made {
		return false, err
	}
	due := claimed.Snapshot()
	failure := s.post(ctx, poster, due)
	if failure != nil && ctx.Err() != nil {
		return true, ctx.Err() // the gateway stops; the lease runs out and another one takes over
	}
	record := func(o *order.Order) error { return o.Transfer(s.clock.Now()) }
	if failure != nil {
		next := retry.Next(due.Push.Attempts, s.clock.Now())
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
		return true, err
	}
	if failure == nil {
		s.log.InfoContext(ctx, "cart pushed", "tenant", due.Tenant, "order", due.ID, "attempts", due.Push.Attempts)
	}
	return true, failure
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
