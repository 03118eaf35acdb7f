// Package transfer hands carts to procurement systems: it checks, completes and encodes a cart, stores it with its
// document and its order, and serves or pushes the form that carries it.
package transfer

import (
	"context"
	"errors"
	"log/slog"

	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/health"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/application/token"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Service hands carts over.
type Service struct {
	stores  port.Stores
	encoder *encoding.Encoder
	secrets port.Secrets
	clock   port.Clock
	policy  port.Policy
	log     *slog.Logger
	health  *health.Service
	worker  *retry.Worker
	calls   *recording.Service
}

// New makes the service.
func New(
	stores port.Stores, encoder *encoding.Encoder, secrets port.Secrets, clock port.Clock, policy port.Policy, log *slog.Logger,
	health *health.Service, worker *retry.Worker, calls *recording.Service,
) *Service {
	return &Service{stores, encoder, secrets, clock, policy, log, health, worker, calls}
}

// Sent is what the shop gets for a cart.
type Sent struct {
	Order    *order.Order
	Token    string // of the transfer page
	Warnings []transfer.Warning
	Repeated bool // the same request made the order before
}

// Send accepts the cart of a session, or refuses it and stores nothing. Equal sends with one key make one order.
func (s *Service) Send(ctx context.Context, of tenant.ID, id session.ID, c *cart.Cart, r order.Request) (Sent, error) {
	open, err := s.stores.Sessions.Get(ctx, of, id)
	if err != nil {
		return Sent{}, err
	}
	state := open.Snapshot()
	recording.AboutSession(ctx, state)
	recording.About(ctx, func(call *recording.Call) { call.CartID = c.ID })
	if state.Status != session.Opened { // an opened session, which no shop has taken over, has no order
		existing, err := s.stores.Orders.Get(ctx, of, order.IDOf(id))
		if err == nil {
			return s.repeat(ctx, existing, r)
		}
		if !errors.Is(err, order.ErrNotFound) {
			return Sent{}, err
		}
	}
	if err := open.CheckSend(s.clock.Now()); err != nil {
		return Sent{}, err
	}
	made, err := s.prepare(ctx, state, c, r)
	switch {
	case errors.Is(err, order.ErrExists): // another send was faster
		existing, err := s.stores.Orders.Get(ctx, of, order.IDOf(id))
		if err != nil {
			return Sent{}, err
		}
		return s.repeat(ctx, existing, r)
	case err != nil:
		return Sent{}, err
	}
	if err := s.finish(ctx, made.Order); err != nil {
		return Sent{}, err
	}
	s.log.InfoContext(ctx, "order prepared", "tenant", of, "order", made.Order.ID(), "number", made.Order.Number())
	s.worker.Wake()
	return made, nil
}

// repeat answers a send whose session has an order.
func (s *Service) repeat(ctx context.Context, existing *order.Order, r order.Request) (Sent, error) {
	recording.AboutOrder(ctx, existing)
	if err := existing.Repeats(r); err != nil {
		return Sent{}, err
	}
	if err := s.finish(ctx, existing); err != nil { // the first send may have ended before it got there
		return Sent{}, err
	}
	state := existing.Snapshot()
	document, err := s.stores.Orders.Document(ctx, state.Tenant, state.ID)
	if err != nil {
		return Sent{}, err
	}
	accepted(ctx, existing, document)
	return Sent{existing, token.Make(s.secrets, token.Transfer, state.Tenant, state.Session), document.Warnings, true}, nil
}

// accepted tells the record of the call that its cart is kept with the order.
func accepted(ctx context.Context, o *order.Order, d *transfer.Document) {
	recording.AboutOrder(ctx, o)
	recording.About(ctx, func(c *recording.Call) { c.Warnings, c.Sent.Kept = len(d.Warnings), traffic.OrderCart })
}

// finish ends the session of a stored order. Where the session was cancelled or expired in the moment between, the order
// is cancelled: nobody has its document, which is handed over only for a session that finish has ended. It goes on when
// the caller hangs up, for the order is stored.
func (s *Service) finish(ctx context.Context, o *order.Order) error {
	ctx = context.WithoutCancel(ctx)
	state := o.Snapshot()
	_, refusal := s.stores.Sessions.Update(ctx, state.Tenant, state.Session, func(each *session.Session) error {
		return each.Return(s.clock.Now())
	})
	if errors.Is(refusal, session.ErrEnded) || errors.Is(refusal, session.ErrExpired) {
		_, err := s.stores.Orders.Update(ctx, state.Tenant, state.ID, func(each *order.Order) error {
			if each.Status() != order.Prepared {
				return nil
			}
			return each.Cancel("its session ended before", s.clock.Now())
		})
		return errors.Join(refusal, err)
	}
	return refusal
}

// prepare encodes and stores the cart.
func (s *Service) prepare(ctx context.Context, state session.State, c *cart.Cart, r order.Request) (Sent, error) {
	of, err := encoding.SubjectOf(ctx, s.stores, state)
	if err != nil {
		return Sent{}, err
	}
	returns := of.Connection.Profile().Return
	if err := returns.CheckAddress(state.Visit.ReturnURL, s.policy.LoopbackHTTP); err != nil {
		return Sent{}, err
	}
	document, err := s.encoder.Encode(of, c)
	if err != nil {
		return Sent{}, err
	}
	number, err := s.stores.Orders.NextNumber(ctx, state.Tenant)
	if err != nil {
		return Sent{}, err
	}
	made := order.Prepare(of.Shop, state, number, c, r, returns.Transfer == connection.Push, s.clock.Now())
	if err := s.stores.Orders.Create(ctx, made, c, document); err != nil {
		return Sent{}, err
	}
	accepted(ctx, made, document)
	return Sent{made, token.Make(s.secrets, token.Transfer, state.Tenant, state.ID), document.Warnings, false}, nil
}
