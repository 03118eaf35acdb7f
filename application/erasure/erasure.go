// Package erasure erases personal data: what a visit told of the person, the carts, documents, purchase orders and answers of its
// order, and the record of their calls. It goes when the tenant's time to keep it is over, or on request. Orders that somebody still
// waits for stay: above all those that were confirmed and that the ERP did not take.
//
// An order is first marked, which is the decision, and is removed last. So a gateway that stops in between leaves an order that
// the next sweep goes on with.
package erasure

import (
	"context"
	"errors"
	"log/slog"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Service erases.
type Service struct {
	stores  port.Stores
	secrets port.Secrets
	clock   port.Clock
	log     *slog.Logger
	calls   *recording.Service
}

// New makes the service.
func New(stores port.Stores, secrets port.Secrets, clock port.Clock, log *slog.Logger, calls *recording.Service) *Service {
	return &Service{stores, secrets, clock, log, calls}
}

// Subject names what is to be erased; one member alone is set.
type Subject struct {
	Email         string // of a person
	Session       session.ID
	Order         order.ID
	PurchaseOrder receipt.ID // a document without an order
}

// ErrSubject refuses a subject that names nothing, or several things.
var ErrSubject = fault.New(fault.Malformed, "erasure.subject", "give one of email, session, order and purchase_order")

// Name is what the audit log calls a subject. That of a person is a code that tells nothing, and by which an operator who has the
// address and the master key can show that it was erased.
func (s *Service) Name(of tenant.ID, what Subject) string {
	switch {
	case what.Email != "":
		return "person " + s.secrets.Sign("erasure", string(of), session.EmailKey(what.Email))
	case what.Session != "":
		return "session " + string(what.Session)
	case what.Order != "":
		return "order " + string(what.Order)
	case what.PurchaseOrder != "":
		return "purchase_order " + string(what.PurchaseOrder)
	default:
		return "" // which is refused
	}
}

// Report is what was erased, and what was not.
type Report struct {
	Sessions, Orders, Receipts, Answers int
	Kept                                []Kept
}

// Kept is something that is still needed, and why.
type Kept struct {
	Kind    string // session, order or purchase_order
	ID      string
	Refusal *fault.Fault
}

const page = 100

// Erase erases what the subject names, with what belongs to it. Where it fails on the way, what is left is erased by the next
// call.
func (s *Service) Erase(ctx context.Context, of tenant.ID, what Subject) (r Report, err error) {
	s.calls.Flush(ctx) // else it would be written afterwards
	key := session.EmailKey(what.Email)
	switch what {
	case Subject{Email: what.Email}:
		if key == "" {
			return r, ErrSubject
		}
		err = s.person(ctx, of, key, &r)
	case Subject{Session: what.Session}:
		var visit *session.Session
		if visit, err = s.stores.Sessions.Get(ctx, of, what.Session); err == nil {
			err = s.visit(ctx, of, visit, &r)
		}
	case Subject{Order: what.Order}:
		err = s.order(ctx, of, what.Order, &r)
	case Subject{PurchaseOrder: what.PurchaseOrder}:
		var document *receipt.Receipt
		if document, err = s.stores.Receipts.Get(ctx, of, what.PurchaseOrder); err == nil {
			err = s.document(ctx, of, document, &r)
		}
	default:
		return r, ErrSubject
	}
	s.log.InfoContext(ctx, "personal data erased on request", "tenant", of, "sessions", r.Sessions, "orders", r.Orders,
		"purchase_orders", r.Receipts, "answers", r.Answers, "kept", len(r.Kept))
	return r, err
}

// person erases all visits of a person.
func (s *Service) person(ctx context.Context, of tenant.ID, key string, r *Report) error {
	for from := (port.Page[session.ID]{Limit: page}); ; {
		visits, err := s.stores.Sessions.ByEmail(ctx, of, key, from)
		if err != nil {
			return err
		}
		for _, each := range visits {
			from.BeforeAt, from.BeforeID = each.Snapshot().CreatedAt, each.ID()
			if err := s.visit(ctx, of, each, r); err != nil {
				return err
			}
		}
		if len(visits) < page {
			return s.stores.Traffic.RemoveNamed(ctx, of, key) // calls of the person that came to nothing
		}
	}
}

// visit erases a session, with its order where it has one.
func (s *Service) visit(ctx context.Context, of tenant.ID, visit *session.Session, r *Report) error {
	err := s.order(ctx, of, order.IDOf(visit.ID()), r)
	if !errors.Is(err, order.ErrNotFound) {
		return err
	}
	if err := visit.CheckErasable(); err != nil {
		r.keep("session", string(visit.ID()), fault.From(err))
		return nil
	}
	return s.removeVisit(ctx, of, visit.ID(), r)
}

// removeVisit erases a session, and before it the record of its calls.
func (s *Service) removeVisit(ctx context.Context, of tenant.ID, id session.ID, r *Report) error {
	if err := s.stores.Traffic.RemoveSession(ctx, of, id); err != nil {
		return err
	}
	return removed(&r.Sessions)(s.stores.Sessions.Remove(ctx, of, id))
}

// order erases an order with its session and all documents that came and went, unless somebody waits for it.
func (s *Service) order(ctx context.Context, of tenant.ID, id order.ID, r *Report) error {
	if _, err := s.stores.Orders.Get(ctx, of, id); err != nil {
		return err
	}
	answers, err := s.stores.Answers.ByOrder(ctx, of, id)
	if err != nil {
		return err
	}
	for _, each := range answers {
		if !each.Snapshot().Delivery.Due.IsZero() {
			r.keep("order", string(id), errUndelivered)
			return nil
		}
	}
	visit, err := s.stores.Sessions.Get(ctx, of, id.Session())
	if err == nil {
		err = visit.CheckErasable()
	}
	if errors.Is(err, session.ErrUntold) || errors.Is(err, session.ErrOpen) {
		r.keep("order", string(id), fault.From(err))
		return nil
	}
	if err != nil && !errors.Is(err, session.ErrNotFound) { // which was erased before the gateway stopped
		return err
	}
	_, err = s.stores.Orders.Update(ctx, of, id, func(o *order.Order) error { return o.Erase(s.clock.Now()) })
	if errors.Is(err, order.ErrNeeded) {
		r.keep("order", string(id), fault.From(err))
		return nil
	}
	if err != nil {
		return err
	}
	documents, err := s.stores.Receipts.ByOrder(ctx, of, id)
	if err != nil {
		return err
	}
	for _, each := range documents {
		if err := s.removeDocument(ctx, of, each.ID(), r); err != nil {
			return err
		}
	}
	for _, each := range answers {
		if err := removed(&r.Answers)(s.stores.Answers.Remove(ctx, of, each.ID())); err != nil {
			return err
		}
	}
	if err := s.removeVisit(ctx, of, id.Session(), r); err != nil {
		return err
	}
	return removed(&r.Orders)(s.stores.Orders.Remove(ctx, of, id))
}

// document erases a purchase order document that has no order; with one, it goes with the order.
func (s *Service) document(ctx context.Context, of tenant.ID, document *receipt.Receipt, r *Report) error {
	if document.Snapshot().Order != "" {
		r.keep("purchase_order", string(document.ID()), errHasOrder)
		return nil
	}
	return s.removeDocument(ctx, of, document.ID(), r)
}

// removeDocument erases a purchase order document, and before it the record of how it came, as far as that is no session's.
func (s *Service) removeDocument(ctx context.Context, of tenant.ID, id receipt.ID, r *Report) error {
	if err := s.stores.Traffic.RemoveNamed(ctx, of, string(id)); err != nil {
		return err
	}
	return removed(&r.Receipts)(s.stores.Receipts.Remove(ctx, of, id))
}

// Reasons to keep something, beside those that orders and sessions have.
var (
	errUndelivered = fault.New(fault.Conflict, "answer.undelivered", "an answer to the procurement system is still to be delivered")
	errHasOrder    = fault.New(fault.Conflict, "receipt.has_order", "the document belongs to an order; erase that")
)

func (r *Report) keep(kind, id string, why *fault.Fault) {
	r.Kept = append(r.Kept, Kept{kind, id, why})
}

// removed counts a removal that did not fail.
func removed(count *int) func(error) error {
	return func(err error) error {
		if err == nil {
			*count++
		}
		return err
	}
}
