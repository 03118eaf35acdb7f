// Package answer holds what the seller says of purchase orders: the documents that go back to the procurement system, and
// whether they arrived.
package answer

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies an answer within its tenant. It follows from the order and how many answers came before.
type ID string

// IDOf returns the identifier of the n-th answer, from 1, to an order.
func IDOf(o order.ID, n int) ID { return ID(string(o) + "-" + strconv.Itoa(n)) }

// Order returns the order of an answer.
func (id ID) Order() order.ID {
	text := string(id)
	return order.ID(text[:max(strings.LastIndexByte(text, '-'), 0)])
}

// Kind is what an answer is.
type Kind struct{ name string }

// The kinds of answers.
var (
	Response = Kind{"response"} // what the shop accepts, changes or rejects
	Status   = Kind{"status"}   // what became of an order that waited for a decision
)

// ParseKind refuses any name but response and status.
func ParseKind(name string) (Kind, error) {
	for _, k := range []Kind{Response, Status} {
		if k.name == name {
			return k, nil
		}
	}
	return Kind{}, fault.Newf(fault.Invalid, "answer.unknown_kind", "%q is not a kind of answer", name)
}

// String returns the kind's name.
func (k Kind) String() string { return k.name }

// State is everything a store keeps of an answer, beside its document.
type State struct {
	Tenant     tenant.ID
	ID         ID
	Order      order.ID
	Position   int // from 1
	Connection connection.ID
	Format     string // of the document and, where it has one, of the other side's receipt
	Kind       Kind
	Says       string // accepted, accepted_with_change, rejected or acknowledged
	Digest     string // of what was asked for, by which a repetition is told
	Delivery   Delivery
	CreatedAt  time.Time
}

// Delivery is how far the document has come. It is wanted where the connection has an address for answers.
type Delivery struct {
	delivery.Progress

	DeliveredAt time.Time
}

// Document is what goes to the procurement system. It never changes.
type Document struct {
	MediaType, FileName string
	Body                []byte
}

// Answer is one answer. New and Restore make one.
type Answer struct{ state State }

// Refusals of an answer.
var (
	ErrNotFound = fault.New(fault.NotFound, "answer.not_found", "there is no such answer")
	ErrExists   = fault.New(fault.Conflict, "answer.exists", "another answer was faster")
	ErrState    = fault.New(fault.Conflict, "answer.state", "the answer's delivery does not allow this")
)

// DigestOf returns the digest of a request.
func DigestOf(request []byte) string {
	sum := sha256.Sum256(request)
	return hex.EncodeToString(sum[:])
}

// New makes the answer to an order in a format. With deliver, it goes to the connection's address for answers.
func New(to *order.Order, position int, format string, k Kind, says, digest string, deliver bool, now time.Time) *Answer {
	s := to.Snapshot()
	a := &Answer{State{
		Tenant: s.Tenant, ID: IDOf(s.ID, position), Order: s.ID, Position: position, Connection: s.Connection,
		Format: format, Kind: k, Says: says, Digest: digest, CreatedAt: now,
	}}
	if deliver {
		a.state.Delivery.Progress = delivery.Start(now)
	}
	return a
}

// Restore makes an answer from what a store kept.
func Restore(s State) *Answer { return &Answer{s} }

// Snapshot returns what a store keeps.
func (a *Answer) Snapshot() State { return a.state }

// ID returns the answer's identifier.
func (a *Answer) ID() ID { return a.state.ID }

// Claim takes the answer for one attempt to deliver it, and reports whether there was anything to claim.
func (a *Answer) Claim(now time.Time, lease time.Duration) bool {
	return a.state.Delivery.Claim(now, lease)
}

// Postpone records a failed delivery and when to try again; a zero time gives up.
func (a *Answer) Postpone(reason string, next, now time.Time) {
	a.state.Delivery.Postpone(reason, next, now)
}

// Deliver records that the procurement system has the document.
func (a *Answer) Deliver(now time.Time) {
	a.state.Delivery.Done()
	a.state.Delivery.LastError = ""
	if a.state.Delivery.DeliveredAt.IsZero() {
		a.state.Delivery.DeliveredAt = now
	}
}

// DeliverAgain makes a delivery that was given up, or waits for its next attempt, due at once. It refuses while an attempt
// runs.
func (a *Answer) DeliverAgain(now time.Time) error {
	if !a.state.Delivery.Wanted || !a.state.Delivery.DeliveredAt.IsZero() {
		return ErrState.With(fault.Detail{Code: "answer.not_delivered", Message: "there is nothing to deliver"})
	}
	if !a.state.Delivery.Again(now) {
		return ErrState.With(fault.Detail{Code: "attempt.running", Message: "an attempt to deliver the answer is running"})
	}
	return nil
}
