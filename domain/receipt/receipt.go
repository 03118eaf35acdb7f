// Package receipt holds the purchase order documents that came in. A document is kept before it does anything, so that
// none that was acknowledged is lost, and a repetition of it gets the answer that the first one got.
package receipt

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies a receipt within its tenant. It follows from who sent which document, so that of many equal ones one insert
// wins, in any store.
type ID string

// IDOf returns the identifier of the document that a sender gave this identity.
func IDOf(c connection.ID, sender, identity string) ID {
	sum := sha256.Sum256([]byte(string(c) + "\x00" + sender + "\x00" + identity))
	return ID(hex.EncodeToString(sum[:16]))
}

// Status is where a receipt stands in its life.
type Status struct{ name string }

// The statuses of a receipt.
var (
	Received  = Status{"received"}  // kept; what it does was not finished
	Applied   = Status{"applied"}   // it changed its order
	Refused   = Status{"refused"}   // it has an order, which forbids what it asks for
	Unmatched = Status{"unmatched"} // it has no order; an operator can give it one
)

// Statuses returns every status.
func Statuses() []Status { return []Status{Received, Applied, Refused, Unmatched} }

// next lists what each status may become.
var next = map[Status][]Status{
	Received:  {Applied, Refused, Unmatched},
	Unmatched: {Applied},
	Refused:   {Applied}, // an operator ties it once nothing forbids it any more
}

// ParseStatus refuses any name that is not a status.
func ParseStatus(name string) (Status, error) {
	for _, s := range Statuses() {
		if s.name == name {
			return s, nil
		}
	}
	return Status{}, fault.Newf(fault.Malformed, "receipt.unknown_status", "%q is not the status of a purchase order document", name)
}

// String returns the status's name.
func (s Status) String() string { return s.name }

// MayBecome reports whether a receipt may go from this status to the other.
func (s Status) MayBecome(other Status) bool { return slices.Contains(next[s], other) }

// State is everything a store keeps of a receipt, beside its content.
type State struct {
	Tenant     tenant.ID
	ID         ID
	Connection connection.ID
	Format     string // of the document
	Sender     string // who sent it, as far as the document says
	DocumentID string // see purchase.Order
	Number     string // of the purchase order
	Type       string // purchase.New, Update or Delete
	Digest     string // of the document, by which a repetition is told from another one
	Test       bool
	Status     Status
	Order      order.ID // empty while there is none
	Queued     bool     // it was answered that a decision follows, as every repetition of it is
	Refusal    Refusal  // of a refused one
	ReceivedAt time.Time
	// StatusSince is when the receipt came into its status; lists are ordered by it.
	StatusSince time.Time
}

// Refusal is what a refused document was answered.
type Refusal struct {
	Kind          fault.Kind
	Code, Message string
	Details       []fault.Detail
}

// Content is what never changes: the document as it came, without its secrets, and what was read in it.
type Content struct {
	MediaType string
	Body      []byte
	Order     purchase.Order
}

// Receipt is one document. New and Restore make one.
type Receipt struct{ state State }

// Refusals of a receipt.
var (
	ErrNotFound = fault.New(fault.NotFound, "receipt.not_found", "there is no such purchase order document")
	ErrExists   = fault.New(fault.Conflict, "receipt.exists", "the document came before")
	ErrReused   = fault.New(fault.Conflict, "receipt.identity_reused",
		"the sender used this document's identifier before, for another document")
	ErrDecided = fault.New(fault.Conflict, "receipt.decided", "the document has its order already")
)

// New makes the receipt of a document that has just come.
func New(of *connection.Connection, format, sender string, content *Content, now time.Time) *Receipt {
	o := &content.Order
	digest := sha256.Sum256(content.Body)
	return &Receipt{State{
		Tenant: of.Tenant(), ID: IDOf(of.ID(), sender, o.Identity()), Connection: of.ID(), Format: format, Sender: sender,
		DocumentID: o.DocumentID, Number: o.Number, Type: o.Type, Digest: hex.EncodeToString(digest[:]),
		Test: o.Test || of.Profile().TestMode, Status: Received, ReceivedAt: now, StatusSince: now,
	}}
}

// Restore makes a receipt from what a store kept.
func Restore(s State) *Receipt { return &Receipt{s} }

// Snapshot returns what a store keeps.
func (r *Receipt) Snapshot() State {
	s := r.state
	s.Refusal.Details = slices.Clone(s.Refusal.Details)
	return s
}

// ID returns the receipt's identifier.
func (r *Receipt) ID() ID { return r.state.ID }

// Repeats refuses a document that is not the one of this receipt.
func (r *Receipt) Repeats(other *Receipt) error {
	if r.state.Digest != other.state.Digest {
		return ErrReused
	}
	return nil
}

// Apply records that the document changed the order, and whether a decision about it follows. A second time changes nothing.
func (r *Receipt) Apply(to order.ID, queued bool, now time.Time) error {
	if r.state.Status == Applied && r.state.Order == to {
		return nil
	}
	if err := r.move(Applied, to, now); err != nil {
		return err
	}
	r.state.Refusal = Refusal{}
	r.state.Queued = r.state.Queued || queued
	return nil
}

// Refuse records that the order forbids what the document asks for.
func (r *Receipt) Refuse(by order.ID, refusal *fault.Fault, now time.Time) error {
	if err := r.move(Refused, by, now); err != nil {
		return err
	}
	r.state.Refusal = Refusal{refusal.Kind, refusal.Code, refusal.Message, slices.Clone(refusal.Details)}
	return nil
}

// Leave records that there is no order for the document.
func (r *Receipt) Leave(now time.Time) error {
	if r.state.Status == Unmatched {
		return nil
	}
	if err := r.move(Unmatched, "", now); err != nil {
		return err
	}
	r.state.Queued = true
	return nil
}

// Err returns the refusal that the document was answered with, or nil.
func (r *Receipt) Err() error {
	if r.state.Status != Refused {
		return nil
	}
	f := r.state.Refusal
	return fault.New(f.Kind, f.Code, f.Message).With(f.Details...)
}

func (r *Receipt) move(to Status, o order.ID, now time.Time) error {
	if !r.state.Status.MayBecome(to) {
		return ErrDecided
	}
	r.state.Status, r.state.Order, r.state.StatusSince = to, o, now
	return nil
}
