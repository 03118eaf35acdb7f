package preview

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	document "github.com/punchgate/punchgate/domain/transfer"
)

// MaxReplayed is how many carts are replayed at most.
const MaxReplayed = 50

// ErrReplay refuses a replay; its details name the members.
var ErrReplay = fault.New(fault.Invalid, "replay.invalid", "the replay has members that are wrong")

// Change is what a draft changes in a connection; nil and empty members are those of the connection.
type Change struct {
	Mapping, Options json.RawMessage // nil for the connection's own
	BuyerSystem      *string
}

// Replayed is a cart that was sent, made into a document once more: with the connection as it is, and with the draft.
type Replayed struct {
	Order        *order.Order
	Now, Draft   Outcome
	Gained       []document.Warning // that the draft has and the connection as it is has not
	Lost         []document.Warning
	WithoutVisit bool // the visit is gone, and with it the values that its start call brought
}

// Outcome is a document, or why there is none.
type Outcome struct {
	Document *document.Document
	Refusal  *fault.Fault
}

// Replay makes the last carts of a connection into documents once more, the newest first: each with the connection as it is and with
// the draft, at the time when it was sent and with the same identifiers, so that what differs comes of the draft alone. It refuses a
// draft that the connection could not have. One cart is in memory at a time. Nothing is stored.
func (s *Service) Replay(ctx context.Context, of tenant.ID, id connection.ID, change Change, last int) (iter.Seq2[Replayed, error], error) {
	conn, err := s.stores.Connections.Get(ctx, of, id)
	if err != nil {
		return nil, err
	}
	draft, err := s.drafted(ctx, conn, change)
	if last < 1 || last > MaxReplayed {
		wrong := fault.Detail{Path: "/last", Code: "out_of_range", Message: "must be from 1 to 50"}
		if err == nil || fault.KindOf(err) == fault.Invalid {
			err = ErrReplay.With(append([]fault.Detail{wrong}, detailsOf(err)...)...)
		}
	}
	if err != nil {
		return nil, err
	}
	shop, who, err := s.parties(ctx, conn)
	if err != nil {
		return nil, err
	}
	orders, err := s.stores.Orders.List(ctx, of, port.Filter[order.Status]{Connection: id}, port.Page[order.ID]{Limit: last})
	if err != nil {
		return nil, err
	}
	return func(yield func(Replayed, error) bool) {
		for _, o := range orders {
			subject := encoding.Subject{Shop: shop, Customer: who, Connection: conn}
			replayed, err := s.replay(ctx, o, subject, draft)
			if errors.Is(err, order.ErrNotFound) { // erased meanwhile
				continue
			}
			if !yield(replayed, err) || err != nil {
				return
			}
		}
	}, nil
}

func detailsOf(err error) []fault.Detail {
	if err == nil {
		return nil
	}
	return fault.From(err).Details
}

// drafted returns the connection as the draft has it.
func (s *Service) drafted(ctx context.Context, conn *connection.Connection, change Change) (*connection.Connection, error) {
	state := conn.Snapshot()
	if change.Mapping != nil {
		state.Profile.Mapping = change.Mapping
	}
	if change.Options != nil {
		state.Profile.Options = change.Options
	}
	if change.BuyerSystem != nil {
		state.Profile.BuyerSystem = *change.BuyerSystem
	}
	return connection.Restore(state), s.admin.CheckConnection(ctx, state.Tenant, state.Profile)
}

func (s *Service) replay(ctx context.Context, o *order.Order, of encoding.Subject, draft *connection.Connection) (Replayed, error) {
	state := o.Snapshot()
	replayed := Replayed{Order: o}
	sent, err := s.stores.Orders.Cart(ctx, state.Tenant, state.ID)
	if err != nil {
		return replayed, err
	}
	visit, err := s.stores.Sessions.Get(ctx, state.Tenant, state.Session)
	switch {
	case err == nil:
		of.Session = visit.Snapshot()
	case errors.Is(err, session.ErrNotFound):
		replayed.WithoutVisit = true
		of.Session = session.State{Tenant: state.Tenant, Customer: state.Customer, Connection: state.Connection, Visit: session.Visit{
			Operation: "create", ReturnURL: noReturn, Test: state.Test,
		}}
	default:
		return replayed, err
	}
	encoder := s.encoder.At(stopped(state.CreatedAt), fixed(state.ID))
	if replayed.Now, err = outcome(encoder, of, *sent); err != nil {
		return replayed, err
	}
	of.Connection = draft
	if replayed.Draft, err = outcome(encoder, of, *sent); err != nil {
		return replayed, err
	}
	replayed.Gained, replayed.Lost = compareWarnings(replayed.Now.Document, replayed.Draft.Document)
	return replayed, nil
}

// outcome encodes a copy of the cart, which stays as it was stored.
func outcome(encoder *encoding.Encoder, of encoding.Subject, sent cart.Cart) (Outcome, error) {
	sent.Lines = slices.Clone(sent.Lines) // of which some members are filled in
	made, err := encoder.Offer(of, &sent)
	refusal := fault.From(err)
	if err != nil && (refusal.Kind == fault.Internal || refusal.Kind == fault.Unavailable) {
		return Outcome{}, err
	}
	return Outcome{made, refusal}, nil
}

// compareWarnings returns those of the draft alone and those of the connection as it is alone. Without one of the documents there is
// nothing to compare.
func compareWarnings(now, draft *document.Document) (gained, lost []document.Warning) {
	if now == nil || draft == nil {
		return nil, nil
	}
	only := func(in, notIn []document.Warning) (found []document.Warning) {
		has := make(map[document.Warning]bool, len(notIn))
		for _, w := range notIn {
			has[w] = true
		}
		for _, w := range in {
			if !has[w] {
				found = append(found, w)
			}
		}
		return found
	}
	return only(draft.Warnings, now.Warnings), only(now.Warnings, draft.Warnings)
}

// stopped is a clock that stands still.
type stopped time.Time

// Now returns the time at which it stands.
func (c stopped) Now() time.Time { return time.Time(c) }

// fixed draws the same identifier each time.
type fixed order.ID

// New returns it.
func (id fixed) New() string { return (strings.Repeat(string(id), 26))[:26] }
