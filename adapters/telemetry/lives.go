package telemetry

import (
	"context"

	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// The calls below name the one session that the work is about. Those that return several, or that look at an order only to compare
// it, do not.

func (in sessions) Create(ctx context.Context, s *session.Session) (err error) {
	defer in.t.call(&ctx, "sessions.create")(&err)
	correlation.About(ctx, s.ID())
	if err = in.Sessions.Create(ctx, s); err == nil {
		in.t.sessions.WithLabelValues(s.Snapshot().Status.String()).Inc()
	}
	return err
}

func (in sessions) Get(ctx context.Context, of tenant.ID, id session.ID) (s *session.Session, err error) {
	defer in.t.call(&ctx, "sessions.get")(&err)
	if s, err = in.Sessions.Get(ctx, of, id); err == nil {
		correlation.About(ctx, s.ID())
	}
	return s, err
}

func (in sessions) Update(
	ctx context.Context, of tenant.ID, id session.ID, change func(*session.Session) error,
) (s *session.Session, err error) {
	defer in.t.call(&ctx, "sessions.update")(&err)
	var before session.Status
	s, err = in.Sessions.Update(ctx, of, id, func(each *session.Session) error {
		correlation.About(ctx, each.ID())
		before = each.Snapshot().Status
		return change(each)
	})
	if err == nil && s.Snapshot().Status != before {
		in.t.sessions.WithLabelValues(s.Snapshot().Status.String()).Inc()
	}
	return s, err
}

func (in orders) Create(ctx context.Context, o *order.Order, c *cart.Cart, d *transfer.Document) (err error) {
	defer in.t.call(&ctx, "orders.create")(&err)
	if err = in.Orders.Create(ctx, o, c, d); err == nil {
		in.t.orders.WithLabelValues("none", o.Status().String()).Inc()
	}
	return err
}

func (in orders) Get(ctx context.Context, of tenant.ID, id order.ID) (o *order.Order, err error) {
	defer in.t.call(&ctx, "orders.get")(&err)
	o, err = in.Orders.Get(ctx, of, id)
	aboutOrder(ctx, o, err)
	return o, err
}

func (in orders) ByCartID(ctx context.Context, of tenant.ID, c connection.ID, cartID string) (o *order.Order, err error) {
	defer in.t.call(&ctx, "orders.by_cart_id")(&err)
	o, err = in.Orders.ByCartID(ctx, of, c, cartID)
	aboutOrder(ctx, o, err)
	return o, err
}

func (in orders) Update(ctx context.Context, of tenant.ID, id order.ID, change func(*order.Order) error) (o *order.Order, err error) {
	defer in.t.call(&ctx, "orders.update")(&err)
	var before order.Status
	o, err = in.Orders.Update(ctx, of, id, func(each *order.Order) error {
		aboutOrder(ctx, each, nil)
		before = each.Status()
		return change(each)
	})
	if err == nil && o.Status() != before {
		in.t.orders.WithLabelValues(before.String(), o.Status().String()).Inc()
	}
	return o, err
}

func aboutOrder(ctx context.Context, o *order.Order, err error) {
	if err == nil {
		correlation.About(ctx, o.Snapshot().Session)
	}
}

func (in answers) Create(ctx context.Context, a *answer.Answer, d *answer.Document) (err error) {
	defer in.t.call(&ctx, "answers.create")(&err)
	return in.Answers.Create(ctx, a, d)
}

func (in answers) Get(ctx context.Context, of tenant.ID, id answer.ID) (a *answer.Answer, err error) {
	defer in.t.call(&ctx, "answers.get")(&err)
	if a, err = in.Answers.Get(ctx, of, id); err == nil {
		correlation.About(ctx, a.Snapshot().Order.Session())
	}
	return a, err
}

func (in answers) Update(ctx context.Context, of tenant.ID, id answer.ID, change func(*answer.Answer) error) (a *answer.Answer, err error) {
	defer in.t.call(&ctx, "answers.update")(&err)
	return in.Answers.Update(ctx, of, id, func(each *answer.Answer) error {
		correlation.About(ctx, each.Snapshot().Order.Session())
		return change(each)
	})
}
