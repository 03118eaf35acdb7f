// Package timeline tells what happened: the calls of a tenant, and of one session everything from the login to the export in the order
// of time. It puts together what is kept anyway: the traffic, the times that session, order, purchase orders and answers remember, and
// the audit log. An order remembers when it came into its present status and into the main ones, so that a status in between, such as
// held, is seen in the traffic alone.
package timeline

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// Service tells.
type Service struct {
	stores port.Stores
	calls  *recording.Service
}

// New makes the service.
func New(stores port.Stores, calls *recording.Service) *Service { return &Service{stores, calls} }

// Kind is what an entry tells.
type Kind struct{ name string }

// The kinds of entries.
var (
	Call          = Kind{"call"}           // between the gateway and somebody
	Session       = Kind{"session"}        // the session came into a status
	Order         = Kind{"order"}          // the order came into a status
	PurchaseOrder = Kind{"purchase_order"} // a purchase order document came into a status
	Answer        = Kind{"answer"}         // an answer to it was made, delivered or given up
	Action        = Kind{"action"}         // somebody did something, as the audit log has it
)

// String returns the kind's name.
func (k Kind) String() string { return k.name }

// The statuses that answers have in a timeline.
const (
	AnswerMade      = "made"
	AnswerDelivered = "delivered"
	AnswerGivenUp   = "given_up"
)

// Entry is something that happened.
type Entry struct {
	At   time.Time
	Kind Kind
	// Status is what session, order, document or answer came into; empty for calls and actions.
	Status string
	ID     string          // of the session, order, document or answer
	Call   *traffic.Record // of a call
	Action *audit.Record   // of an action
}

// Timeline is what happened in a session.
type Timeline struct {
	Session  *session.Session // nil where only the order is left
	Order    *order.Order     // nil where there is none
	Receipts []*receipt.Receipt
	Answers  []*answer.Answer
	Entries  []Entry // in the order of time
	More     bool    // there are more calls or actions than are told
}

const (
	// most is how many calls, and how many actions, a timeline tells.
	most = 500
	// documentsMost is of how many purchase order documents, the last ones, the actions are told.
	documentsMost = 50
)

// OfSession returns the timeline of a session.
func (s *Service) OfSession(ctx context.Context, of tenant.ID, id session.ID) (*Timeline, error) {
	visit, err := s.stores.Sessions.Get(ctx, of, id)
	if err != nil {
		return nil, err
	}
	t := &Timeline{Session: visit}
	if t.Order, err = s.stores.Orders.Get(ctx, of, order.IDOf(id)); err != nil && !errors.Is(err, order.ErrNotFound) {
		return nil, err
	}
	return t, s.fill(ctx, of, id, t)
}

// OfOrder returns the timeline of an order, with that of its session.
func (s *Service) OfOrder(ctx context.Context, of tenant.ID, id order.ID) (*Timeline, error) {
	o, err := s.stores.Orders.Get(ctx, of, id)
	if err != nil {
		return nil, err
	}
	t := &Timeline{Order: o}
	if t.Session, err = s.stores.Sessions.Get(ctx, of, id.Session()); err != nil && !errors.Is(err, session.ErrNotFound) {
		return nil, err
	}
	return t, s.fill(ctx, of, id.Session(), t)
}

// fill gathers the entries, in at most four calls of the store.
func (s *Service) fill(ctx context.Context, of tenant.ID, id session.ID, t *Timeline) (err error) {
	s.calls.Flush(ctx)
	targets := []string{string(id)}
	if t.Session != nil {
		t.addSession()
	}
	if t.Order != nil {
		if t.Receipts, err = s.stores.Receipts.ByOrder(ctx, of, t.Order.ID()); err != nil {
			return err
		}
		if t.Answers, err = s.stores.Answers.ByOrder(ctx, of, t.Order.ID()); err != nil {
			return err
		}
		targets = append(targets, string(t.Order.ID()))
		t.addOrder()
	}
	for _, each := range t.Receipts[max(0, len(t.Receipts)-documentsMost):] {
		targets = append(targets, string(each.ID()))
	}
	calls, err := s.stores.Traffic.OfSession(ctx, of, id, most+1)
	if err != nil {
		return err
	}
	actions, err := s.stores.Audit.List(ctx, of, port.AuditQuery{Targets: targets, Limit: most + 1})
	if err != nil {
		return err
	}
	t.More = len(calls) > most || len(actions) > most
	for _, each := range calls[:min(len(calls), most)] {
		t.Entries = append(t.Entries, Entry{At: each.At, Kind: Call, Call: each})
	}
	for _, each := range actions[:min(len(actions), most)] {
		t.Entries = append(t.Entries, Entry{At: each.At, Kind: Action, Action: each})
	}
	slices.SortStableFunc(t.Entries, func(a, b Entry) int { return a.At.Compare(b.At) })
	return nil
}

// add adds an entry, unless it did not happen.
func (t *Timeline) add(at time.Time, kind Kind, status, id string) {
	if !at.IsZero() {
		t.Entries = append(t.Entries, Entry{At: at, Kind: kind, Status: status, ID: id})
	}
}

func (t *Timeline) addSession() {
	st := t.Session.Snapshot()
	id := string(st.ID)
	t.add(st.CreatedAt, Session, session.Opened.String(), id)
	t.add(st.ExchangedAt, Session, session.Shopping.String(), id)
	if !st.Status.Open() {
		t.add(st.EndedAt, Session, st.Status.String(), id)
	}
}

func (t *Timeline) addOrder() {
	st := t.Order.Snapshot()
	id := string(st.ID)
	remembered := map[order.Status]time.Time{
		order.Prepared: st.CreatedAt, order.Transferred: st.TransferredAt, order.Confirmed: st.ConfirmedAt, order.Exported: st.ExportedAt,
	}
	if remembered[st.Status].IsZero() {
		remembered[st.Status] = st.StatusSince
	}
	for _, status := range order.Statuses() { // of two at one time, in the order of an order's life
		t.add(remembered[status], Order, status.String(), id)
	}
	for _, each := range t.Receipts {
		r := each.Snapshot()
		t.add(r.ReceivedAt, PurchaseOrder, receipt.Received.String(), string(r.ID))
		if r.Status != receipt.Received {
			t.add(r.StatusSince, PurchaseOrder, r.Status.String(), string(r.ID))
		}
	}
	for _, each := range t.Answers {
		a := each.Snapshot()
		t.add(a.CreatedAt, Answer, AnswerMade, string(a.ID))
		t.add(a.Delivery.DeliveredAt, Answer, AnswerDelivered, string(a.ID))
		t.add(a.Delivery.GivenUpAt, Answer, AnswerGivenUp, string(a.ID))
	}
}
