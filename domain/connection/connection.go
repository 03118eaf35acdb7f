// Package connection holds the agreement between one customer's procurement system and the shop: the format, how the
// procurement system logs in, and where the cart may go.
package connection

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/buyersystem"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies a connection within its tenant.
type ID string

// Profile is what an operator sets up.
type Profile struct {
	Name     string
	Customer customer.ID
	Format   string
	Active   bool
	TestMode bool // every session and order of the connection is a test
	// Options are the format's own, a JSON object; the format checks them.
	Options json.RawMessage
	// Mapping adapts carts to the customer's data format before they are encoded, a JSON object; the mapper checks it.
	Mapping json.RawMessage
	// BuyerSystem names the profile of the buyer's system, by which carts are previewed; empty for none.
	BuyerSystem string
	Login       Login
	Return      Return
	Ordering    Ordering
	// Seller and Buyer complete carts that name none, before the tenant's and the customer's.
	Seller, Buyer cart.Party
	// HighestValue refuses carts of a higher net total in its currency; an absent value sets no bound.
	HighestValue money.Amount
	// LateCompletion accepts the completion of an order that expired.
	LateCompletion bool
	// CompleteByGet accepts the ping as GET, too.
	CompleteByGet bool
}

// Credential is a secret that a caller may present, as a verifier from which the secret cannot be had.
type Credential struct {
	ID        string
	Verifier  string
	CreatedAt time.Time
	// ExpiresAt ends a secret that was replaced but is still good for a while; zero for the current one.
	ExpiresAt time.Time
}

// State is everything a store keeps of a connection.
type State struct {
	Tenant      tenant.ID
	ID          ID
	Profile     Profile
	Credentials []Credential
	// AnswerSecret is what the shop presents where answers to purchase orders go, sealed.
	AnswerSecret string
	Health       Health
	Outbox       outbox.Outbox
	CreatedAt    time.Time
}

// Connection is one agreement. New and Restore make one.
type Connection struct{ state State }

// New makes a connection, or refuses with all that is wrong.
func New(of tenant.ID, id ID, p Profile, credentials []Credential, now time.Time) (*Connection, error) {
	c := &Connection{State{Tenant: of, ID: id, Profile: p, Credentials: credentials, CreatedAt: now}}
	if err := c.check(); err != nil {
		return nil, err
	}
	c.state = c.Snapshot() // shares nothing with the arguments
	return c, nil
}

// Restore makes a connection from what a store kept.
func Restore(s State) *Connection { return &Connection{s} }

// Snapshot returns what a store keeps.
func (c *Connection) Snapshot() State {
	s := c.state
	p := &s.Profile
	p.Options, p.Mapping, p.Ordering.Options = slices.Clone(p.Options), slices.Clone(p.Mapping), slices.Clone(p.Ordering.Options)
	p.Ordering.Policy = maps.Clone(p.Ordering.Policy)
	p.Login.From, p.Login.To, p.Login.Sender = slices.Clone(p.Login.From), slices.Clone(p.Login.To), slices.Clone(p.Login.Sender)
	p.Return.Hosts, p.Return.FormAction = slices.Clone(p.Return.Hosts), slices.Clone(p.Return.FormAction)
	p.Return.FrameAncestors = slices.Clone(p.Return.FrameAncestors)
	s.Credentials, s.Outbox = slices.Clone(s.Credentials), s.Outbox.Clone()
	return s
}

// Outbox returns what others must be told of the connection.
func (c *Connection) Outbox() *outbox.Outbox { return &c.state.Outbox }

// Tenant returns the tenant's identifier.
func (c *Connection) Tenant() tenant.ID { return c.state.Tenant }

// ID returns the connection's identifier.
func (c *Connection) ID() ID { return c.state.ID }

// Profile returns what the operator set up.
func (c *Connection) Profile() Profile { return c.Snapshot().Profile }

// Credentials returns the secrets that callers may present at the time.
func (c *Connection) Credentials(now time.Time) []Credential {
	return slices.DeleteFunc(slices.Clone(c.state.Credentials), func(each Credential) bool {
		return !each.ExpiresAt.IsZero() && !now.Before(each.ExpiresAt)
	})
}

// Has reports whether the connection has a credential of this identifier.
func (c *Connection) Has(credential Credential) bool {
	return slices.ContainsFunc(c.state.Credentials, func(each Credential) bool { return each.ID == credential.ID })
}

// AnswerSecret returns what the shop presents where answers go, sealed; empty where there is none.
func (c *Connection) AnswerSecret() string { return c.state.AnswerSecret }

// SetAnswerSecret replaces the sealed secret for answers.
func (c *Connection) SetAnswerSecret(sealed string) { c.state.AnswerSecret = sealed }

// Change replaces the profile, or refuses with all that is wrong and changes nothing. The customer cannot change, for
// sessions and orders of the old one exist.
func (c *Connection) Change(p Profile) error {
	next := Connection{c.Snapshot()}
	next.state.Profile = p
	if p.Customer != c.state.Profile.Customer {
		return ErrInvalid.With(fault.Detail{Path: "/customer", Code: "changed", Message: "a connection keeps its customer; make a new one"})
	}
	if err := next.check(); err != nil {
		return err
	}
	c.state = next.Snapshot()
	return nil
}

// Replace makes credential the current one. The one that was current until now stays good until the given time, so that
// the buyer's system can be changed over; those before it end. A credential of the same identifier changes nothing.
func (c *Connection) Replace(credential Credential, keepUntil time.Time) {
	if c.Has(credential) {
		return
	}
	kept := c.Credentials(credential.CreatedAt)
	c.state.Credentials = []Credential{credential}
	if len(kept) > 0 && keepUntil.After(credential.CreatedAt) {
		last := kept[0]
		last.ExpiresAt = keepUntil
		c.state.Credentials = append(c.state.Credentials, last)
	}
}

// Renew replaces the verifier of a credential by one of the same secret, made anew. A credential that is gone stays so.
func (c *Connection) Renew(of Credential, verifier string) {
	c.state.Credentials = slices.Clone(c.state.Credentials)
	for i := range c.state.Credentials {
		if kept := &c.state.Credentials[i]; kept.ID == of.ID && kept.Verifier == of.Verifier {
			kept.Verifier = verifier
		}
	}
}

// ErrInvalid refuses a connection; its details name every member that is wrong.
var ErrInvalid = fault.New(fault.Invalid, "connection.invalid", "the connection has members that are wrong")

func (c *Connection) check() error {
	var details []fault.Detail
	report := func(path, code, message string) {
		details = append(details, fault.Detail{Path: path, Code: code, Message: message})
	}
	p := &c.state.Profile
	if strings.TrimSpace(p.Name) == "" {
		report("/name", "missing", "is required")
	}
	if p.Customer == "" {
		report("/customer", "missing", "is required")
	}
	if p.Format == "" {
		report("/format", "missing", "is required")
	}
	if _, err := buyersystem.For(p.BuyerSystem, p.Format); err != nil {
		report("/buyer_system", "unknown_buyer_system", err.Error())
	}
	p.Login.check(report)
	p.Return.check(report)
	p.Ordering.check(report)
	details = append(details, cart.CheckParty("/seller", p.Seller)...)
	details = append(details, cart.CheckParty("/buyer", p.Buyer)...)
	if h := p.HighestValue; !h.Value.IsZero() {
		if _, ok := codelist.Currency(h.Currency); !ok {
			report("/highest_value/currency", "unknown_currency", "must be an ISO 4217 currency")
		}
		if h.Value.Sign() <= 0 {
			report("/highest_value/value", "not_positive", "must be above zero")
		}
		if !h.Value.Fits() {
			report("/highest_value/value", "too_many_digits", money.ErrTooManyDigits.Message)
		}
	}
	if len(details) > 0 {
		return ErrInvalid.With(details...)
	}
	return nil
}
