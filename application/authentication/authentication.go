// Package authentication checks who calls: procurement systems by the credentials of their connection, programs by API
// keys, people by their passwords. Whoever is wrong too often has to wait, as domain/throttle says; what is counted is shared by
// all processes of the gateway within about a second.
package authentication

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
)

// Service checks who calls.
type Service struct {
	connections port.Connections
	links       port.Links
	keys        port.Keys
	secrets     port.Secrets
	clock       port.Clock
	throttles   *throttles
	later       *later
	asked       *asked
}

// New makes the service. What it has to write it writes in Run.
func New(stores port.Stores, secrets port.Secrets, clock port.Clock, log *slog.Logger) *Service {
	wake := make(chan struct{}, 1)
	return &Service{
		stores.Connections, stores.Links, stores.Keys, secrets, clock,
		newThrottles(stores.Throttles, clock, log, wake), newLater(log, wake), newAsked(),
	}
}

// Run writes what there is to write, twice a second, until the context ends.
func (s *Service) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastFlush)
			defer cancel()
			s.Flush(last)
			return
		case <-s.later.wake:
		}
		select {
		case <-ctx.Done():
		case <-time.After(flushEvery):
			s.Flush(ctx)
		}
	}
}

// Later has work done soon, after the caller was answered, so that the answer does not tell by its time that there is work. Of works of
// one name that wait at the same time the first is done.
func (s *Service) Later(name string, work func(context.Context) error) { s.later.do(name, work) }

const (
	flushEvery = 500 * time.Millisecond
	lastFlush  = 2 * time.Second
)

// Flush writes at once what there is to write.
func (s *Service) Flush(ctx context.Context) {
	s.throttles.flush(ctx)
	s.later.flush(ctx)
}

// Origin is where a call came from and what it came to.
type Origin struct {
	Link    string // the last part of the link's address
	Address string // the caller's
	Trial   Trial
}

// Trial says whether a call is an operator's, who plays the procurement system. No call from outside is one.
type Trial int

// What a trial asks of its caller.
const (
	NoTrial   Trial = iota
	Checked         // the connection's credentials, as of everybody else
	Unchecked       // their names alone: an operator need not know the secret
)

// ErrCredentials refuses a procurement system, and says no more.
var ErrCredentials = fault.New(fault.Unauthenticated, "login.credentials", "credentials not recognised")

// Caller checks the credentials that a procurement system presented for a connection. The secret is checked also where
// the name is wrong, so that the time does not tell which of the two was, unless the secret is right.
func (s *Service) Caller(ctx context.Context, from Origin, c *connection.Connection, p port.Presented) error {
	good, err := s.Select(ctx, from, []*connection.Connection{c}, p)
	if err != nil {
		return err
	}
	if len(good) == 0 {
		return s.Refuse(ctx, from, c.Tenant())
	}
	s.usedLink(from)
	return nil
}

// usedLink notes that right credentials came to a link, at most once a minute.
func (s *Service) usedLink(from Origin) {
	of, id, err := connection.ParseLinkAddress(from.Link)
	if err != nil || from.Trial != NoTrial {
		return
	}
	now := s.clock.Now()
	s.later.do("link "+from.Link, func(ctx context.Context) error {
		_, err := s.links.Update(ctx, of, id, func(l *connection.Link) error {
			if !l.Use(now) {
				return errNothing
			}
			return nil
		})
		return err
	})
}

// Refuse counts wrong credentials and returns the refusal: ErrCredentials, or how long to wait.
func (s *Service) Refuse(ctx context.Context, from Origin, of tenant.ID) error {
	return s.throttles.refuse(ctx, s.place(of, from.Link, from.Address, throttle.Free), ErrCredentials)
}

// Select returns those of the connections, all of one tenant, whose credentials were presented. None is no refusal yet.
func (s *Service) Select(
	ctx context.Context, from Origin, among []*connection.Connection, p port.Presented,
) (good []*connection.Connection, err error) {
	for _, c := range among {
		if from.Trial == Unchecked {
			if named(c, p) {
				good = append(good, c)
			}
			continue
		}
		where := s.place(c.Tenant(), from.Link, from.Address, throttle.Free)
		matching, err := s.verifyAny(ctx, where, c.Credentials(s.clock.Now()), p.Password)
		if err != nil {
			return nil, err
		}
		if matching == nil || !named(c, p) {
			continue
		}
		good = append(good, c)
		s.throttles.succeed(where)
		s.renewCredential(c, *matching, p.Password)
	}
	return good, nil
}

func named(c *connection.Connection, p port.Presented) bool {
	login := c.Profile().Login
	if len(p.Sender) > 0 {
		return login.MatchesIdentities(p.From, p.To, p.Sender)
	}
	return login.MatchesUser(p.User) && (login.Customer == "" || login.Customer == p.Customer)
}

// verifyAny returns the credential whose secret was presented, or nil. What is known at a glance is told to everybody; an address
// that has to wait may not be worth more.
func (s *Service) verifyAny(
	ctx context.Context, where place, credentials []connection.Credential, presented secret.Text,
) (*connection.Credential, error) {
	if presented.Empty() {
		return nil, nil
	}
	var unsure []connection.Credential
	likely := true
	for _, c := range credentials {
		switch s.secrets.Glance(c.Verifier, presented) {
		case port.Right:
			return &c, nil
		case port.Unknown:
			likely = false
			unsure = append(unsure, c)
		case port.Likely:
			unsure = append(unsure, c)
		default:
		}
	}
	if len(unsure) == 0 {
		return nil, nil
	}
	if err := s.throttles.listen(ctx, where, likely); err != nil {
		return nil, err
	}
	for _, c := range unsure {
		good, err := s.secrets.Verify(ctx, c.Verifier, presented)
		if err != nil {
			return nil, err
		}
		if good {
			return &c, nil
		}
	}
	return nil, nil
}

// renewCredential makes a verifier anew that another master key or an older version made.
func (s *Service) renewCredential(c *connection.Connection, of connection.Credential, right secret.Text) {
	if s.secrets.Current(of.Verifier) {
		return
	}
	s.later.do("connection "+string(c.Tenant())+" "+string(c.ID())+" "+of.ID, func(ctx context.Context) error {
		_, err := s.connections.Update(ctx, c.Tenant(), c.ID(), func(kept *connection.Connection) error {
			kept.Renew(of, s.secrets.Renew(of.Verifier, right))
			return nil
		})
		return err
	})
}

// Key checks a presented API key for one of the scopes and returns it, also where the refusal is that it is revoked or has none of
// them.
func (s *Service) Key(ctx context.Context, address string, presented secret.Text, anyOf ...apikey.Scope) (*apikey.Key, error) {
	key, proof, err := s.key(ctx, presented)
	if errors.Is(err, apikey.ErrUnknown) {
		if presented.Empty() {
			return nil, err // no guess
		}
		return nil, s.throttles.refuse(ctx, s.place(tenant.Platform, "keys", address, throttle.FreeKeys), apikey.ErrUnknown)
	}
	if err != nil {
		return nil, err
	}
	if err := key.Check(anyOf...); err != nil {
		return key, err
	}
	s.used(key, proof)
	return key, nil
}

// key returns the key that was presented, or apikey.ErrUnknown.
func (s *Service) key(ctx context.Context, presented secret.Text) (*apikey.Key, secret.Text, error) {
	of, id, proof, err := apikey.Parse(presented)
	if err != nil {
		return nil, proof, err
	}
	key, err := s.keys.Get(ctx, of, id)
	if err != nil {
		return nil, proof, err
	}
	good, err := s.secrets.Verify(ctx, key.Snapshot().Verifier, proof)
	if err == nil && !good {
		err = apikey.ErrUnknown
	}
	return key, proof, err
}

// used notes that a key was used, at most once a minute, and makes its verifier anew where that is due.
func (s *Service) used(key *apikey.Key, proof secret.Text) {
	state, now := key.Snapshot(), s.clock.Now()
	current := s.secrets.Current(state.Verifier)
	if current && !key.UseDue(now) {
		return
	}
	s.later.do("key "+string(state.Tenant)+" "+string(state.ID), func(ctx context.Context) error {
		_, err := s.keys.Update(ctx, state.Tenant, state.ID, func(kept *apikey.Key) error {
			if current && !kept.UseDue(now) {
				return errNothing
			}
			if !current {
				kept.Renew(s.secrets.Renew(state.Verifier, proof))
			}
			kept.Use(now)
			return nil
		})
		return err
	})
}

// place names the counter of an address. It is signed, so that whoever reads the store does not learn addresses.
func (s *Service) place(of tenant.ID, what, address string, free int) place {
	return place{of: of, id: throttle.ID(s.secrets.Sign("throttle", what, block(address))), free: free}
}

// block returns the address, and of IPv6 the network of 64 bits, of which a subscriber has at least one to himself.
func block(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			return network.String()
		}
	}
	return ip.String()
}
