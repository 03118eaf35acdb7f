// Package listing shows operators what came in: lists of sessions and orders, the newest first, single ones, and how many there are.
// Nothing here changes anything, and no list reads more than it shows.
package listing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/cursor"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Service lists and counts.
type Service struct {
	stores port.Stores
	clock  port.Clock
}

// New makes the service.
func New(stores port.Stores, clock port.Clock) *Service { return &Service{stores, clock} }

// Query asks for a page of sessions or orders, which are in one of the statuses S.
type Query[S fmt.Stringer] struct {
	// Search is what a session or an order is called. It looks through all of them, and so goes with no filter.
	Search string
	Filter port.Filter[S]
	Cursor string // the next cursor of the page before, or empty
	Limit  int    // above zero
}

// ErrSearchAlone refuses a search within a filter: either is served by an index, both together would not be.
var ErrSearchAlone = fault.New(fault.Malformed, "list.search_alone", "a search looks through all; leave out connection, status and time")

// Session is a session with the customer and the connection that it is of; either is nil where it is there no more.
type Session struct {
	Session    *session.Session
	Customer   *customer.Customer
	Connection *connection.Connection
}

// Order is an order with the customer and the connection that it is of; either is nil where it is there no more.
type Order struct {
	Order      *order.Order
	Customer   *customer.Customer
	Connection *connection.Connection
}

// Sessions returns a page of sessions, the newest first, and the cursor of the next page, which is empty after the last. A search is for
// the person's address of e-mail, or for the identifier of the session.
func (s *Service) Sessions(ctx context.Context, of tenant.ID, q Query[session.Status]) (page []Session, nextCursor string, err error) {
	found, nextCursor, err := read(q, func(p port.Page[session.ID]) ([]*session.Session, error) {
		switch text := strings.TrimSpace(q.Search); {
		case text == "":
			return s.stores.Sessions.List(ctx, of, q.Filter, p)
		case strings.Contains(text, "@"):
			return s.stores.Sessions.ByEmail(ctx, of, session.EmailKey(text), p)
		default:
			return one(s.stores.Sessions.Get(ctx, of, session.ID(text)))
		}
	}, func(each *session.Session) (time.Time, session.ID) { return each.Snapshot().CreatedAt, each.ID() })
	if err != nil {
		return nil, "", err
	}
	page, err = s.ofSessions(ctx, of, found...)
	return page, nextCursor, err
}

// Orders returns a page of orders, the newest first, and the cursor of the next page, which is empty after the last. A search is for the
// number, the cart id, the purchase order or the ERP's reference as it stands, or for the identifier of the order or its session; it has
// one page.
func (s *Service) Orders(ctx context.Context, of tenant.ID, q Query[order.Status]) (page []Order, nextCursor string, err error) {
	found, nextCursor, err := read(q, func(p port.Page[order.ID]) ([]*order.Order, error) {
		text := strings.TrimSpace(q.Search)
		if text == "" {
			return s.stores.Orders.List(ctx, of, q.Filter, p)
		}
		found, err := s.stores.Orders.ByReference(ctx, of, text, q.Limit)
		if err != nil || len(found) > 0 {
			return found, err
		}
		if found, err = one(s.stores.Orders.Get(ctx, of, order.ID(text))); err != nil || len(found) > 0 {
			return found, err
		}
		return one(s.stores.Orders.Get(ctx, of, order.IDOf(session.ID(text))))
	}, func(each *order.Order) (time.Time, order.ID) { return each.Snapshot().CreatedAt, each.ID() })
	if err != nil {
		return nil, "", err
	}
	page, err = s.ofOrders(ctx, of, found...)
	return page, nextCursor, err
}

// read returns a page and the cursor of the next one.
func read[A any, S fmt.Stringer, ID ~string](
	q Query[S], from func(port.Page[ID]) ([]A, error), place func(A) (time.Time, ID),
) (found []A, nextCursor string, err error) {
	if q.Search != "" && (q.Filter.Connection != "" || q.Filter.Status.String() != "" || q.Filter.Created != port.Span{}) {
		return nil, "", ErrSearchAlone
	}
	at, id, err := cursor.Parse(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	// One more tells whether there is a next page.
	found, err = from(port.Page[ID]{BeforeAt: at, BeforeID: ID(id), Limit: q.Limit + 1})
	if err == nil && len(found) > q.Limit {
		found = found[:q.Limit]
		at, last := place(found[q.Limit-1])
		nextCursor = cursor.Format(at, string(last))
	}
	return found, nextCursor, err
}

// one makes a list of what was found, if anything was.
func one[A any](found A, err error) ([]A, error) {
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return []A{found}, err
}

// Session returns one session, and its order, which is nil where it has none.
func (s *Service) Session(ctx context.Context, of tenant.ID, id session.ID) (Session, *order.Order, error) {
	found, err := s.stores.Sessions.Get(ctx, of, id)
	if err != nil {
		return Session{}, nil, err
	}
	made, err := s.stores.Orders.Get(ctx, of, order.IDOf(id))
	if fault.KindOf(err) == fault.NotFound {
		made, err = nil, nil
	}
	if err != nil {
		return Session{}, nil, err
	}
	full, err := s.ofSessions(ctx, of, found)
	if err != nil {
		return Session{}, nil, err
	}
	return full[0], made, nil
}

// Order returns one order with its cart.
func (s *Service) Order(ctx context.Context, of tenant.ID, id order.ID) (Order, *cart.Cart, error) {
	found, err := s.stores.Orders.Get(ctx, of, id)
	if err != nil {
		return Order{}, nil, err
	}
	sent, err := s.stores.Orders.Cart(ctx, of, id)
	if err != nil {
		return Order{}, nil, err
	}
	full, err := s.ofOrders(ctx, of, found)
	if err != nil {
		return Order{}, nil, err
	}
	return full[0], sent, nil
}

// EachOrder shows all orders that a filter selects, the newest first, by pages, until show returns an error.
func (s *Service) EachOrder(ctx context.Context, of tenant.ID, f port.Filter[order.Status], show func(page []Order) error) error {
	for q := (Query[order.Status]{Filter: f, Limit: eachPage}); ; {
		page, next, err := s.Orders(ctx, of, q)
		if err != nil {
			return err
		}
		if err := show(page); err != nil || next == "" {
			return err
		}
		q.Cursor = next
	}
}

const eachPage = 200

// CountSessions returns how many sessions a filter selects.
func (s *Service) CountSessions(ctx context.Context, of tenant.ID, f port.Filter[session.Status]) (int, error) {
	return s.stores.Sessions.Count(ctx, of, f)
}

// CountOrders returns how many orders a filter selects.
func (s *Service) CountOrders(ctx context.Context, of tenant.ID, f port.Filter[order.Status]) (int, error) {
	return s.stores.Orders.Count(ctx, of, f)
}

// Overview is what happened in a span of time, and what waits for an operator now.
type Overview struct {
	Span port.Span
	// Sessions and Orders are those that were created in the span, by connection, hour and the status that they are in now.
	Sessions []port.Tally[session.Status]
	Orders   []port.Tally[order.Status]
	Waiting  port.Waiting
	// Connections are those that the others name, as far as there are any more.
	Connections map[connection.ID]*connection.Connection
}

const (
	overviewSpan = 24 * time.Hour // how far an overview goes back from its end
	longestSpan  = 31 * 24 * time.Hour
)

// ErrSpan refuses an overview of too long a span: it has a number for each hour.
var ErrSpan = fault.New(fault.Malformed, "overview.span", "an overview is of at most 31 days")

// Overview returns the overview of a span of time, which ends now and begins a day before its end unless it says otherwise. It is read
// by four calls of the stores.
func (s *Service) Overview(ctx context.Context, of tenant.ID, span port.Span) (o Overview, err error) {
	if span.To.IsZero() {
		span.To = s.clock.Now()
	}
	if span.From.IsZero() {
		span.From = span.To.Add(-overviewSpan)
	}
	if span.To.Sub(span.From) > longestSpan {
		return o, ErrSpan
	}
	o.Span = span
	if o.Sessions, err = s.stores.Sessions.Tally(ctx, of, span); err != nil {
		return o, err
	}
	if o.Orders, err = s.stores.Orders.Tally(ctx, of, span); err != nil {
		return o, err
	}
	if o.Waiting, err = s.stores.Tenants.Waiting(ctx, of); err != nil {
		return o, err
	}
	ids := o.Waiting.Failing
	for _, t := range o.Sessions {
		ids = append(ids, t.Connection)
	}
	for _, t := range o.Orders {
		ids = append(ids, t.Connection)
	}
	o.Connections, err = byID(ctx, of, ids, s.stores.Connections.Several, (*connection.Connection).ID)
	return o, err
}

func (s *Service) ofSessions(ctx context.Context, of tenant.ID, all ...*session.Session) ([]Session, error) {
	full := make([]Session, len(all))
	customers, connections := make([]customer.ID, len(all)), make([]connection.ID, len(all))
	for i, each := range all {
		state := each.Snapshot()
		customers[i], connections[i] = state.Customer, state.Connection
	}
	known, err := s.names(ctx, of, customers, connections)
	for i, each := range all {
		full[i] = Session{each, known.customers[customers[i]], known.connections[connections[i]]}
	}
	return full, err
}

func (s *Service) ofOrders(ctx context.Context, of tenant.ID, all ...*order.Order) ([]Order, error) {
	full := make([]Order, len(all))
	customers, connections := make([]customer.ID, len(all)), make([]connection.ID, len(all))
	for i, each := range all {
		state := each.Snapshot()
		customers[i], connections[i] = state.Customer, state.Connection
	}
	known, err := s.names(ctx, of, customers, connections)
	for i, each := range all {
		full[i] = Order{each, known.customers[customers[i]], known.connections[connections[i]]}
	}
	return full, err
}

type names struct {
	customers   map[customer.ID]*customer.Customer
	connections map[connection.ID]*connection.Connection
}

// names reads customers and connections, all of each at once.
func (s *Service) names(ctx context.Context, of tenant.ID, customers []customer.ID, connections []connection.ID) (n names, err error) {
	if n.customers, err = byID(ctx, of, customers, s.stores.Customers.Several, (*customer.Customer).ID); err != nil {
		return n, err
	}
	n.connections, err = byID(ctx, of, connections, s.stores.Connections.Several, (*connection.Connection).ID)
	return n, err
}

func byID[A any, ID ~string](
	ctx context.Context, of tenant.ID, ids []ID, several func(context.Context, tenant.ID, []ID) ([]A, error), id func(A) ID,
) (map[ID]A, error) {
	all := map[ID]A{}
	if len(ids) == 0 {
		return all, nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	found, err := several(ctx, of, ids)
	for _, each := range found {
		all[id(each)] = each
	}
	return all, err
}
