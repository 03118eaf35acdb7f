// Package order holds what the shop keeps of a transferred cart until the procurement system completes it and the ERP
// takes it. The cart and its document are immutable and are kept beside the order.
package order

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies an order within its tenant. It follows from the session, which has at most one order: so of many equal
// sends one insert wins, in any store.
type ID string

// IDOf returns the identifier of the session's order.
func IDOf(s session.ID) ID { return ID("o" + string(s)) }

// Session returns the session whose order this is.
func (id ID) Session() session.ID { return session.ID(strings.TrimPrefix(string(id), "o")) }

// Request identifies the send that made the order, so that its repetition is told from another one.
type Request struct {
	Key    string // the Idempotency-Key; may be empty
	Digest string // a digest of the body
}

// State is everything a store keeps of an order, beside the cart and its document.
type State struct {
	Tenant        tenant.ID
	ID            ID
	Number        int64 // counts the tenant's orders, with gaps
	Session       session.ID
	Customer      customer.ID
	Connection    connection.ID
	CartID        string // unique in the tenant; completion names the order by it
	Request       Request
	Status        Status
	Test          bool
	Trial         bool         // see session.Visit
	Total         money.Amount // of the cart, net and without shipping; absent in orders of earlier builds
	PurchaseOrder string
	// Document is the purchase order document that was applied last, by the identifier of its receipt.
	Document string
	// Differences are those between the cart and the purchase order document that was applied last.
	Differences   []purchase.Difference
	ERPReference  string
	Push          delivery.Progress // of a transfer from server to server
	Outbox        outbox.Outbox
	CreatedAt     time.Time
	TransferredAt time.Time
	ConfirmedAt   time.Time
	ExportedAt    time.Time
	StatusSince   time.Time // when the order came into its status; feeds are ordered by it
	ExpiresAt     time.Time // until then the completion is awaited
	ErasedAt      time.Time // when it was decided to erase it; what is left of it goes, and nothing else happens to it
}

// Order is one order. Prepare and Restore make one.
type Order struct{ state State }

// Refusals of an order.
var (
	ErrNotFound = fault.New(fault.NotFound, "order.not_found", "there is no such order")
	ErrNoCart   = fault.New(fault.NotFound, "order.no_such_cart", "there is no such cart for this connection")
	ErrExists   = fault.New(fault.Conflict, "order.exists", "the session's cart was sent before")
	ErrCartID   = fault.New(fault.Conflict, "order.cart_id_taken", "another order of the tenant has this cart id")
	ErrErased   = fault.New(fault.NotFound, "order.erased", "the order was erased")
	ErrNeeded   = fault.New(fault.Conflict, "order.needed", "the order is still needed")
	ErrState    = fault.New(fault.Conflict, "order.state", "the order's status does not allow this")
)

// Prepare makes the order of a cart that was accepted and encoded. With push, the gateway itself transfers it, but for a trial.
func Prepare(of *tenant.Tenant, s session.State, number int64, c *cart.Cart, r Request, push bool, now time.Time) *Order {
	o := &Order{State{
		Tenant: s.Tenant, ID: IDOf(s.ID), Number: number, Session: s.ID, Customer: s.Customer, Connection: s.Connection,
		CartID: c.ID, Request: r, Status: Prepared, Test: s.Visit.Test, Trial: s.Visit.Trial,
		Total:     money.Amount{Value: c.Total(), Currency: c.Currency},
		CreatedAt: now, StatusSince: now, ExpiresAt: now.Add(of.Settings().OrderTTL),
	}}
	if push && !s.Visit.Trial {
		o.state.Push = delivery.Start(now)
	}
	return o
}

// Restore makes an order from what a store kept.
func Restore(s State) *Order { return &Order{s} }

// Snapshot returns what a store keeps.
func (o *Order) Snapshot() State {
	s := o.state
	s.Differences, s.Outbox = slices.Clone(s.Differences), s.Outbox.Clone()
	return s
}

// Outbox returns what others must be told of the order.
func (o *Order) Outbox() *outbox.Outbox { return &o.state.Outbox }

// ID returns the order's identifier.
func (o *Order) ID() ID { return o.state.ID }

// Status returns where the order stands.
func (o *Order) Status() Status { return o.state.Status }

// Number returns the number as people read it, such as P100042.
func (o *Order) Number() string {
	return numberPrefix + strconv.FormatInt(firstNumber+o.state.Number, 10)
}

const (
	numberPrefix = "P"
	firstNumber  = 100_000
)

// ParseNumber returns the State.Number of which the text is the number as people read it, and whether it is one.
func ParseNumber(text string) (number int64, ok bool) {
	digits, found := strings.CutPrefix(strings.ToUpper(text), numberPrefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	return n - firstNumber, found && err == nil && n > firstNumber
}

// Repeats returns nil where the request is the one that made the order, and says why it is not. Without a key, the same
// body counts as the same request: a session has one order, and its shop may have missed the answer.
func (o *Order) Repeats(r Request) error {
	switch {
	case r.Key != o.state.Request.Key, r.Key == "" && r.Digest != o.state.Request.Digest:
		return ErrExists
	case r.Digest != o.state.Request.Digest:
		return replay.ErrReused
	}
	return nil
}

// Transfer records that the document was handed over. A second time, or after the completion, it changes nothing.
func (o *Order) Transfer(now time.Time) error {
	switch o.state.Status {
	case Prepared, Cancelled, Rejected, Expired:
		if err := o.move(Transferred, now); err != nil {
			return err
		}
	case Transferred, Confirmed, Exported, Held:
	}
	o.state.Push.Done()
	if o.state.TransferredAt.IsZero() {
		o.state.TransferredAt = now
	}
	return nil
}

// CheckOpen refuses an order that came to nothing.
func (o *Order) CheckOpen() error {
	switch o.state.Status {
	case Cancelled, Rejected, Expired:
		return ErrState.With(fault.Detail{
			Code: "order." + o.state.Status.String(), Message: "the order is " + o.state.Status.String(),
		})
	default:
		return nil
	}
}

// Claim takes the order for one attempt to push, and reports whether there was anything to claim.
func (o *Order) Claim(now time.Time, lease time.Duration) bool { return o.state.Push.Claim(now, lease) }

// Postpone records a failed push and when to try again; a zero time gives up.
func (o *Order) Postpone(reason string, next, now time.Time) {
	o.state.Push.Postpone(reason, next, now)
}

// PushAgain makes a push that was given up, or waits for its next attempt, due at once. It refuses while an attempt runs.
func (o *Order) PushAgain(now time.Time) error {
	if !o.state.Push.Wanted || !o.Awaits() || !o.state.TransferredAt.IsZero() {
		return ErrState.With(fault.Detail{Code: "order.not_pushed", Message: "there is nothing to push"})
	}
	if !o.state.Push.Again(now) {
		return ErrState.With(fault.Detail{Code: "attempt.running", Message: "an attempt to push the cart is running"})
	}
	return nil
}

// Confirm completes the order. Once it is confirmed, held or exported, a repetition changes nothing. An expired order is
// confirmed where late completions are accepted.
func (o *Order) Confirm(purchaseOrder string, late bool, now time.Time) error {
	switch {
	case o.state.Status == Confirmed, o.state.Status == Exported, o.state.Status == Held:
		return nil
	case o.expired(now) && !late:
		return ErrState.With(fault.Detail{Code: "order.expired", Message: "the order expired, and the connection accepts no late completion"})
	}
	before := o.state.Status
	if err := o.move(Confirmed, now); err != nil {
		return err
	}
	o.state.PurchaseOrder, o.state.ConfirmedAt = purchaseOrder, now
	o.state.Push.Done()
	o.record(outbox.OrderConfirmed, before, "", now)
	return nil
}

// Purchase is a purchase order document as an order sees it.
type Purchase struct {
	Document    string // its receipt
	Number      string
	Differences []purchase.Difference // from the cart
	Decision    purchase.Decision     // what they lead to
}

// Complete applies a purchase order document: by the decision the order is confirmed, held or rejected, and the differences
// are kept. A held order takes every later document of its purchase order; a confirmed one takes only what would confirm
// it; one that the ERP took takes none with differences, since the ERP has the cart. A cart is ordered once: a document of
// another purchase order is refused. The document that was applied last changes nothing a second time.
func (o *Order) Complete(p Purchase, late bool, now time.Time) error {
	if !o.state.ErasedAt.IsZero() {
		return ErrErased
	}
	if p.Document != "" && p.Document == o.state.Document {
		return nil
	}
	if err := o.orderedBefore(p.Number); err != nil {
		return err
	}
	d, differences, before := p.Decision, p.Differences, o.state.Status
	switch {
	case o.state.Status == Confirmed && d == purchase.Confirm, o.state.Status == Exported && len(differences) == 0:
		o.keep(p)
		o.record(outbox.OrderChanged, before, "", now)
		return nil
	case o.state.Status == Confirmed, o.state.Status == Exported:
		return ErrState.With(fault.Detail{
			Code: "order." + o.state.Status.String(), Message: "the order is " + o.state.Status.String() + " and differs from what is asked for now",
		})
	case o.expired(now) && !late:
		return ErrState.With(fault.Detail{Code: "order.expired", Message: "the order expired, and the connection accepts no late completion"})
	}
	to, event, reason := Held, outbox.OrderHeld, ""
	switch d {
	case purchase.Reject:
		to, event = Rejected, outbox.OrderRejected
	case purchase.Confirm:
		to, event = Confirmed, outbox.OrderConfirmed
	}
	if to == before {
		event = outbox.OrderChanged
	} else if err := o.decide(to, now); err != nil {
		return err
	}
	if before == Held {
		reason = "a later document replaced it"
	}
	o.state.Push.Done()
	o.keep(p)
	o.record(event, before, reason, now)
	return nil
}

// decide moves the order on by a purchase order document, which proves that the procurement system has the cart: so an order that
// is still prepared counts as transferred before it is rejected.
func (o *Order) decide(to Status, now time.Time) error {
	if to == Rejected && o.state.Status == Prepared {
		if err := o.Transfer(now); err != nil {
			return err
		}
	}
	if err := o.move(to, now); err != nil {
		return err
	}
	if to == Confirmed {
		o.state.ConfirmedAt = now
	}
	return nil
}

// record adds an event; others are told of it.
func (o *Order) record(t outbox.Type, before Status, reason string, now time.Time) {
	o.state.Outbox.Record(t, outbox.Facts{
		Status: o.state.Status.String(), Before: before.String(), PurchaseOrder: o.state.PurchaseOrder, Reason: reason,
	}, now)
}

func (o *Order) keep(p Purchase) {
	o.state.PurchaseOrder, o.state.Document, o.state.Differences = p.Number, p.Document, slices.Clone(p.Differences)
}

// orderedBefore refuses another purchase order than the one that the cart was ordered by.
func (o *Order) orderedBefore(number string) error {
	first := o.state.PurchaseOrder
	if first == "" || first == number {
		return nil
	}
	return ErrState.With(fault.Detail{Code: "order.ordered_before", Message: "the cart was ordered before, by the purchase order " + first})
}

// Withdraw cancels the order since the procurement system takes its purchase order back. What was not ordered cannot be taken
// back. A second time changes nothing.
func (o *Order) Withdraw(number string, now time.Time) error {
	if o.Awaits() || o.state.Status == Expired {
		return ErrState.With(fault.Detail{Code: "order.not_ordered", Message: "the cart was not ordered, so there is nothing to take back"})
	}
	if err := o.orderedBefore(number); err != nil {
		return err
	}
	return o.Cancel("the procurement system took its purchase order back", now)
}

// Release confirms a held order: an operator accepted its differences. A second time changes nothing.
func (o *Order) Release(now time.Time) error {
	switch o.state.Status {
	case Confirmed, Exported:
		return nil
	case Held:
		if err := o.decide(Confirmed, now); err != nil {
			return err
		}
		o.record(outbox.OrderConfirmed, Held, "", now)
		return nil
	default:
		return o.refused(Confirmed)
	}
}

// Reject ends the order since it differs from its cart. A second time changes nothing.
func (o *Order) Reject(reason string, now time.Time) error {
	before := o.state.Status
	if before == Rejected {
		return nil
	}
	if err := o.decide(Rejected, now); err != nil {
		return err
	}
	o.state.Push.Done()
	o.record(outbox.OrderRejected, before, reason, now)
	return nil
}

// Export records that the ERP took the order. A second time changes nothing.
func (o *Order) Export(reference string, now time.Time) error {
	if o.state.Status == Exported {
		return nil
	}
	if err := o.move(Exported, now); err != nil {
		return err
	}
	o.state.ERPReference, o.state.ExportedAt = reference, now
	return nil
}

// Cancel ends the order. A second time changes nothing. Of an order whose cart nobody has yet, nobody is told.
func (o *Order) Cancel(reason string, now time.Time) error {
	before := o.state.Status
	if before == Cancelled {
		return nil
	}
	if err := o.move(Cancelled, now); err != nil {
		return err
	}
	o.state.Push.Done()
	if before != Prepared {
		o.record(outbox.OrderCancelled, before, reason, now)
	}
	return nil
}

// Expire ends the wait for a completion that did not come in time; it leaves every other order as it is.
func (o *Order) Expire(now time.Time) {
	if o.state.Status != Expired && o.expired(now) {
		o.state.Status, o.state.StatusSince = Expired, now
		o.state.Push.Done()
	}
}

// Awaits reports whether the order still awaits its completion, which is when it can expire.
func (o *Order) Awaits() bool { return o.state.Status == Prepared || o.state.Status == Transferred }

func (o *Order) expired(now time.Time) bool {
	return o.state.Status == Expired || o.Awaits() && !now.Before(o.state.ExpiresAt)
}

// Erase decides that the order and what belongs to it is erased: it will never become anything else. It refuses an order that
// somebody still waits for: the procurement system, an operator, the ERP or a webhook. A second time changes nothing.
func (o *Order) Erase(now time.Time) error {
	switch o.state.Status {
	case Exported, Rejected, Cancelled, Expired:
	default:
		return ErrNeeded.With(fault.Detail{
			Code:    "order." + o.state.Status.String(),
			Message: "the order is " + o.state.Status.String() + "; it must be exported, cancelled or expired first",
		})
	}
	if !o.state.Outbox.Progress.Due.IsZero() {
		return ErrNeeded.With(fault.Detail{Code: "order.untold", Message: "a webhook is still to be told of the order"})
	}
	if o.state.ErasedAt.IsZero() {
		o.state.ErasedAt = now
	}
	return nil
}

func (o *Order) move(to Status, now time.Time) error {
	if !o.state.ErasedAt.IsZero() {
		return ErrErased
	}
	if !o.state.Status.MayBecome(to) {
		return o.refused(to)
	}
	o.state.Status, o.state.StatusSince = to, now
	return nil
}

func (o *Order) refused(to Status) error {
	return ErrState.With(fault.Detail{
		Code: "order." + o.state.Status.String(), Message: "the order is " + o.state.Status.String() + " and cannot become " + to.String(),
	})
}
