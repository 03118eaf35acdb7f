// Package preview tries a cart before it goes back: what the mapping, the document and the buyer's system would make of it.
package preview

import (
	"cmp"
	"context"

	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	document "github.com/punchgate/punchgate/domain/transfer"
)

// Service tries carts. It stores nothing.
type Service struct {
	stores  port.Stores
	encoder *encoding.Encoder
	clock   port.Clock
	policy  port.Policy
}

// New makes the service.
func New(stores port.Stores, encoder *encoding.Encoder, clock port.Clock, policy port.Policy) *Service {
	return &Service{stores, encoder, clock, policy}
}

// Question names the visit that a cart is tried for: an open session, or, where no person has come yet, a connection.
type Question struct {
	Session    session.ID
	Connection connection.ID
}

// ErrQuestion refuses a question about both or neither.
var ErrQuestion = fault.New(fault.Invalid, "preview.visit", "name either a session or a connection")

// noReturn stands in for the return address that a start call would bring (RFC 2606, section 2).
const noReturn = "https://buyer.invalid/"

// Preview returns the warnings that the cart would get if it were sent, or its refusal.
func (s *Service) Preview(ctx context.Context, of tenant.ID, q Question, c *cart.Cart) ([]document.Warning, error) {
	subject, err := s.subject(ctx, of, q)
	if err != nil {
		return nil, err
	}
	made, err := s.encoder.Encode(subject, c)
	if err != nil {
		return nil, err
	}
	return made.Warnings, nil
}

func (s *Service) subject(ctx context.Context, of tenant.ID, q Question) (encoding.Subject, error) {
	if (q.Session == "") == (q.Connection == "") {
		return encoding.Subject{}, ErrQuestion
	}
	if q.Connection != "" {
		return s.visit(ctx, of, q.Connection)
	}
	open, err := s.stores.Sessions.Get(ctx, of, q.Session)
	if err != nil {
		return encoding.Subject{}, err
	}
	if err := open.CheckShopping(s.clock.Now()); err != nil {
		return encoding.Subject{}, err
	}
	subject, err := encoding.SubjectOf(ctx, s.stores, open.Snapshot())
	if err != nil {
		return encoding.Subject{}, err
	}
	returns := subject.Connection.Profile().Return
	return subject, returns.CheckAddress(subject.Session.Visit.ReturnURL, s.policy.LoopbackHTTP)
}

// visit is one that nobody has begun.
func (s *Service) visit(ctx context.Context, of tenant.ID, id connection.ID) (encoding.Subject, error) {
	conn, err := s.stores.Connections.Get(ctx, of, id)
	if err != nil {
		return encoding.Subject{}, err
	}
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return encoding.Subject{}, err
	}
	profile := conn.Profile()
	who, err := s.stores.Customers.Get(ctx, of, profile.Customer)
	imagined := session.Visit{Operation: "create", ReturnURL: cmp.Or(profile.Return.Fixed, noReturn)}
	return encoding.Subject{
		Shop: shop, Customer: who, Connection: conn, Session: session.Start(shop, conn, "", imagined, s.clock.Now()).Snapshot(),
	}, err
}
