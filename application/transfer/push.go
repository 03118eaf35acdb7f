package transfer

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// Push hands carts over server to server until the context ends. A cart that the other side did not acknowledge is tried
// again, later each time.
func (s *Service) Push(ctx context.Context, poster port.Poster) {
	retry.Run(ctx, s.worker, retry.Queue[*order.Order, port.ConnectionOf]{
		Name: "cart",
		Due:  s.stores.Orders.ToPush,
		Key: func(o *order.Order) port.ConnectionOf {
			return port.ConnectionOf{Tenant: o.Snapshot().Tenant, Connection: o.Snapshot().Connection}
		},
		Claim: s.claim,
		Try: func(ctx context.Context, o *order.Order) error {
			return s.calls.Attempt(ctx, traffic.Push, func(ctx context.Context, c *recording.Call, _ *traffic.Redactor) error {
				recording.AboutOrder(ctx, o)
				c.Sent.Kept = traffic.OrderDocument
				return s.post(ctx, poster, o.Snapshot())
			})
		},
		Record: s.pushed,
		About:  func(o *order.Order) []any { return []any{"tenant", o.Snapshot().Tenant, "order", o.ID()} },
	})
}

func (s *Service) claim(
	ctx context.Context, o *order.Order, now time.Time, lease time.Duration,
) (claimed *order.Order, attempts int, ok bool, err error) {
	if err := s.finish(ctx, o); err != nil { // the send that made the order may have ended before it got there
		return o, 0, false, err
	}
	claimed, err = s.stores.Orders.Update(ctx, o.Snapshot().Tenant, o.ID(), func(each *order.Order) error {
		ok = each.Claim(now, lease)
		return nil
	})
	if err != nil {
		return o, 0, false, err
	}
	return claimed, claimed.Snapshot().Push.Attempts, ok, nil
}

func (s *Service) pushed(ctx context.Context, o *order.Order, failure error, next, now time.Time) error {
	due := o.Snapshot()
	s.health.Report(ctx, due.Tenant, due.Connection, failure)
	_, err := s.stores.Orders.Update(ctx, due.Tenant, due.ID, func(each *order.Order) error {
		if failure == nil {
			return each.Transfer(now)
		}
		each.Postpone(fault.Text(failure), next, now)
		return nil
	})
	return err
}

// PushAgain makes the push of an order due once more after it was given up.
func (s *Service) PushAgain(ctx context.Context, of tenant.ID, id order.ID) (*order.Order, error) {
	o, err := s.stores.Orders.Update(ctx, of, id, func(each *order.Order) error { return each.PushAgain(s.clock.Now()) })
	s.worker.Wake()
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
