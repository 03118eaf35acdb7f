// Package checkout serves the shop while a person shops: it hands over the session for its token, says whether the
// shop's own checkout is open, and lets the person go back without a cart.
package checkout

import (
	"context"
	"errors"

	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/token"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Service serves the shop.
type Service struct {
	stores  port.Stores
	encoder *encoding.Encoder
	secrets port.Secrets
	clock   port.Clock
}

// New makes the service.
func New(stores port.Stores, encoder *encoding.Encoder, secrets port.Secrets, clock port.Clock) *Service {
	return &Service{stores, encoder, secrets, clock}
}

// Visit is a session with its customer.
type Visit struct {
	Session  *session.Session
	Customer *customer.Customer
}

// Exchange spends a token of the landing address. Repeated with the same key within a minute it gives the same answer.
func (s *Service) Exchange(ctx context.Context, of tenant.ID, text, key string) (Visit, error) {
	named, id, err := token.Parse(s.secrets, token.Start, text)
	if err != nil {
		return Visit{}, err
	}
	if named != of {
		return Visit{}, session.ErrToken
	}
	opened, err := s.stores.Sessions.Update(ctx, of, id, func(each *session.Session) error {
		recording.AboutSession(ctx, each.Snapshot())
		return each.Exchange(key, s.clock.Now())
	})
	if err != nil {
		return Visit{}, err
	}
	return s.Visit(ctx, of, opened)
}

// Extend gives a session more time, up to the tenant's limit.
func (s *Service) Extend(ctx context.Context, of tenant.ID, id session.ID) (Visit, error) {
	extended, err := s.stores.Sessions.Update(ctx, of, id, func(each *session.Session) error {
		return each.Extend(s.clock.Now())
	})
	if err != nil {
		return Visit{}, err
	}
	return s.Visit(ctx, of, extended)
}

// Visit returns a session with its customer.
func (s *Service) Visit(ctx context.Context, of tenant.ID, opened *session.Session) (Visit, error) {
	c, err := s.stores.Customers.Get(ctx, of, opened.Snapshot().Customer)
	return Visit{Session: opened, Customer: c}, err
}

// Question asks for the policy of a customer, by the gateway's identifier or the shop's own number, perhaps in a session.
type Question struct {
	Customer customer.ID
	Number   string
	Session  session.ID
}

// Policy says whether the shop's own checkout is open. An unknown customer may use it. An unknown session is as good as
// none: it never opens the checkout. The visit is that of the session, where it is open and an eligible customer's, else nil.
func (s *Service) Policy(ctx context.Context, of tenant.ID, q Question) (eligibility.Policy, *Visit, error) {
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return eligibility.Policy{}, nil, err
	}
	c, err := s.customer(ctx, of, q)
	if err != nil {
		return eligibility.Policy{}, nil, err
	}
	now := s.clock.Now()
	if c == nil || !c.Ticked(shop.Settings().DecidingField) { // who both are answered at once: the time tells nobody which of them it was
		return eligibility.CheckoutPolicy(shop, c, nil, nil, now), nil, nil
	}
	var open *session.Session
	if q.Session != "" {
		open, err = s.stores.Sessions.Get(ctx, of, q.Session)
		if err != nil && !errors.Is(err, session.ErrNotFound) {
			return eligibility.Policy{}, nil, err
		}
	}
	connections, err := s.stores.Connections.ByCustomer(ctx, of, c.ID())
	if err != nil {
		return eligibility.Policy{}, nil, err
	}
	policy := eligibility.CheckoutPolicy(shop, c, open, connections, now)
	if open == nil || open.Snapshot().Customer != c.ID() || !open.Open(now) {
		return policy, nil, nil
	}
	return policy, &Visit{Session: open, Customer: c}, nil
}

// customer returns nil for an unknown customer.
func (s *Service) customer(ctx context.Context, of tenant.ID, q Question) (*customer.Customer, error) {
	var c *customer.Customer
	var err error
	if q.Customer != "" {
		c, err = s.stores.Customers.Get(ctx, of, q.Customer)
	} else {
		c, err = s.stores.Customers.ByNumber(ctx, of, q.Number)
	}
	if errors.Is(err, port.ErrCustomerNotFound) {
		return nil, nil // no customer is an answer here
	}
	return c, err
}

// Cancel ends a session without a cart and returns the token of the page that leads the person back. A second time gives
// the same.
func (s *Service) Cancel(ctx context.Context, of tenant.ID, id session.ID) (transferToken string, err error) {
	open, err := s.stores.Sessions.Get(ctx, of, id)
	if err != nil {
		return "", err
	}
	state := open.Snapshot()
	recording.AboutSession(ctx, state)
	if state.Status != session.Cancelled {
		conn, err := s.stores.Connections.Get(ctx, of, state.Connection)
		if err != nil {
			return "", err
		}
		notice, err := s.encoder.Cancel(conn, state)
		if err != nil {
			return "", err
		}
		_, err = s.stores.Sessions.Update(ctx, of, id, func(each *session.Session) error {
			return each.Cancel(notice, s.clock.Now())
		})
		if err != nil {
			return "", err
		}
	}
	return token.Make(s.secrets, token.Transfer, of, id), nil
}
