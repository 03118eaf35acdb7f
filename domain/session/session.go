// Package session holds the PunchOut visit of one person, from login to returned cart. A session hangs on its start call
// and never on the login name, for a whole organisation may share one name.
package session

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// ID identifies a session within its tenant; unguessable.
type ID string

// TokenTTL is how long the one-time token of the landing address can be exchanged.
const TokenTTL = 10 * time.Minute

// ReplayWindow is how long a repeated exchange with the same idempotency key gets the same answer.
const ReplayWindow = time.Minute

// Person is the human who shops, as far as the procurement system tells.
type Person struct{ Name, Email, Phone string }

// Visit is what the start call says of the visit.
type Visit struct {
	Operation                     string // create, edit, inspect or source
	ReturnURL                     string
	Correlation, CorrelationField string
	Person                        Person
	ShipTo                        cart.Address
	SelectedItem                  string
	Lines                         []cart.Line
	Extrinsics                    map[string]string
	Keep                          map[string]string // what the format reads again when the cart goes back
	Test                          bool
	// Trial is set where an operator plays the procurement system, which then is never called. A trial is a test.
	Trial bool
}

// State is everything a store keeps of a session.
type State struct {
	Tenant     tenant.ID
	ID         ID
	Customer   customer.ID
	Connection connection.ID
	Visit      Visit
	Status     Status
	CreatedAt  time.Time
	ExpiresAt  time.Time // until the exchange, the end of the token; then, of the session
	Limit      time.Time // extensions end here
	TTL        time.Duration
	// ExchangedAt and ExchangeKey let a repeated exchange get the same answer.
	ExchangedAt time.Time
	ExchangeKey string
	EndedAt     time.Time
	// Cancellation is what the procurement system gets when the person comes back without a cart.
	Cancellation *transfer.Document
	Outbox       outbox.Outbox
}

// Session is one visit. Start and Restore make one.
type Session struct{ state State }

// Refusals of a session.
var (
	ErrNotFound   = fault.New(fault.NotFound, "session.not_found", "there is no such session")
	ErrExpired    = fault.New(fault.Gone, "session.expired", "the session has expired")
	ErrEnded      = fault.New(fault.Conflict, "session.ended", "the session has ended: its cart was sent or it was cancelled")
	ErrNotStarted = fault.New(fault.Conflict, "session.not_started", "the session's token was not exchanged yet")
	ErrOpen       = fault.New(fault.Conflict, "session.open", "the session is open: somebody may be shopping in it")
	ErrUntold     = fault.New(fault.Conflict, "session.untold", "a webhook is still to be told of the session")
	ErrTokenSpent = fault.New(fault.Gone, "token.spent", "the token was exchanged before")
	ErrToken      = fault.New(fault.NotFound, "token.not_found", "there is no such token")
)

// EmailKey is what addresses of e-mail are found by, however they are written.
func EmailKey(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// Start makes a session from an accepted login. It can be exchanged until TokenTTL has passed.
func Start(of *tenant.Tenant, c *connection.Connection, id ID, v Visit, now time.Time) *Session {
	settings, profile := of.Settings(), c.Profile()
	v.Test = v.Test || v.Trial || profile.TestMode
	s := &Session{State{
		Tenant: of.ID(), ID: id, Customer: profile.Customer, Connection: c.ID(), Visit: v.clone(), Status: Opened,
		CreatedAt: now, ExpiresAt: now.Add(TokenTTL), Limit: now.Add(settings.MaxSessionTTL), TTL: settings.SessionTTL,
	}}
	s.state.Outbox.Record(outbox.SessionOpened, outbox.Facts{Status: Opened.String()}, now)
	return s
}

// Restore makes a session from what a store kept.
func Restore(s State) *Session { return &Session{s} }

// Snapshot returns what a store keeps.
func (s *Session) Snapshot() State {
	state := s.state
	state.Visit, state.Outbox = state.Visit.clone(), state.Outbox.Clone()
	return state
}

// Outbox returns what others must be told of the session.
func (s *Session) Outbox() *outbox.Outbox { return &s.state.Outbox }

func (v Visit) clone() Visit {
	v.Lines, v.Extrinsics, v.Keep = slices.Clone(v.Lines), maps.Clone(v.Extrinsics), maps.Clone(v.Keep)
	return v
}

// ID returns the session's identifier.
func (s *Session) ID() ID { return s.state.ID }

// Open reports whether the session can be shopped in at the time.
func (s *Session) Open(now time.Time) bool {
	return s.state.Status.Open() && now.Before(s.state.ExpiresAt)
}

// Exchange spends the token: the shop has taken over and the session lives for its full time. Repeated with the same
// key within ReplayWindow it changes nothing.
func (s *Session) Exchange(key string, now time.Time) error {
	repeated := key != "" && key == s.state.ExchangeKey && !now.After(s.state.ExchangedAt.Add(ReplayWindow))
	switch {
	case s.state.Status == Shopping && repeated:
		return nil
	case s.state.Status == Opened && !now.Before(s.state.ExpiresAt), s.state.Status == Expired && s.state.ExchangedAt.IsZero():
		return ErrExpired
	case s.state.Status != Opened:
		return ErrTokenSpent
	}
	s.state.Status, s.state.ExchangedAt, s.state.ExchangeKey = Shopping, now, key
	s.state.ExpiresAt = s.until(now)
	return nil
}

// until returns the end of the full time from now, within the limit.
func (s *Session) until(now time.Time) time.Time {
	if until := now.Add(s.state.TTL); until.Before(s.state.Limit) {
		return until
	}
	return s.state.Limit
}

// CheckErasable refuses a session in which somebody may be shopping, or of which somebody is still to be told.
func (s *Session) CheckErasable() error {
	switch {
	case s.state.Status.Open():
		return ErrOpen
	case !s.state.Outbox.Progress.Due.IsZero():
		return ErrUntold
	}
	return nil
}

// Extend gives the session its full time again, up to its limit.
func (s *Session) Extend(now time.Time) error {
	if err := s.CheckShopping(now); err != nil {
		return err
	}
	if until := s.until(now); until.After(s.state.ExpiresAt) {
		s.state.ExpiresAt = until
	}
	return nil
}

// CheckShopping refuses a session that nobody shops in now.
func (s *Session) CheckShopping(now time.Time) error {
	switch {
	case s.state.Status == Expired, s.state.Status.Open() && !now.Before(s.state.ExpiresAt):
		return ErrExpired
	case s.state.Status == Opened:
		return ErrNotStarted
	case s.state.Status != Shopping:
		return ErrEnded
	}
	return nil
}

// ErrInspect refuses the cart of a visit that only looks: the procurement system would pass it over.
var ErrInspect = fault.New(fault.Conflict, "session.inspect", "the procurement system opened the cart to look at only; it takes none back")

// CheckSend refuses a session whose cart cannot be sent now.
func (s *Session) CheckSend(now time.Time) error {
	if err := s.CheckShopping(now); err != nil {
		return err
	}
	if s.Inspects() {
		return ErrInspect
	}
	return nil
}

// Inspects reports whether the visit only looks at a cart.
func (s *Session) Inspects() bool { return s.state.Visit.Operation == "inspect" }

// Return ends the session since its cart was sent. It does not ask for the time: the order was stored while the session
// was open, and stands. A second time changes nothing.
func (s *Session) Return(now time.Time) error {
	if s.state.Status == Returned {
		return nil
	}
	before := s.state.Status
	if err := s.end(Returned, now); err != nil {
		return err
	}
	s.state.Outbox.Record(outbox.SessionReturned, outbox.Facts{Status: Returned.String(), Before: before.String()}, now)
	return nil
}

// Cancel ends the session since the person goes back without a cart. A second time changes nothing.
func (s *Session) Cancel(notice *transfer.Document, now time.Time) error {
	if s.state.Status == Cancelled {
		return nil
	}
	if s.state.Status.Open() && !now.Before(s.state.ExpiresAt) {
		return ErrExpired
	}
	if err := s.end(Cancelled, now); err != nil {
		return err
	}
	s.state.Cancellation = notice
	return nil
}

// Expire ends a session whose time is over; it leaves every other as it is.
func (s *Session) Expire(now time.Time) {
	if s.state.Status.Open() && !now.Before(s.state.ExpiresAt) {
		s.state.Status, s.state.EndedAt = Expired, now
	}
}

func (s *Session) end(to Status, now time.Time) error {
	switch {
	case s.state.Status.MayBecome(to):
		s.state.Status, s.state.EndedAt = to, now
		return nil
	case s.state.Status == Expired:
		return ErrExpired
	case s.state.Status == Opened:
		return ErrNotStarted
	default:
		return ErrEnded
	}
}
