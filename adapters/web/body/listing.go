package body

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/session"
)

// Reference names a customer or a connection. Number and name are empty where it is there no more, or was not asked for.
type Reference struct {
	ID     string `json:"id"`
	Number string `json:"number,omitempty"` // of a customer
	Name   string `json:"name,omitempty"`
}

func referenceOfCustomer(id customer.ID, c *customer.Customer) Reference {
	r := Reference{ID: string(id)}
	if c != nil {
		r.Number, r.Name = c.Profile().Number, c.Profile().Name
	}
	return r
}

func referenceOfConnection(id connection.ID, c *connection.Connection) Reference {
	r := Reference{ID: string(id)}
	if c != nil {
		r.Name = c.Profile().Name
	}
	return r
}

// Order is an order in the admin API.
type Order struct {
	ID            order.ID        `json:"id"`
	Number        string          `json:"number"`
	Status        string          `json:"status"`
	Test          bool            `json:"test"`
	Session       session.ID      `json:"session"`
	Customer      Reference       `json:"customer"`
	Connection    Reference       `json:"connection"`
	CartID        string          `json:"cart_id"`
	Total         Amount          `json:"total,omitzero"` // of the cart, net and without shipping; absent in orders of earlier builds
	PurchaseOrder string          `json:"purchase_order"`
	ERPReference  string          `json:"erp_reference"`
	Differences   api.Differences `json:"differences"`
	Push          *Push           `json:"push,omitempty"` // only where the gateway hands the cart over itself
	CreatedAt     time.Time       `json:"created_at"`
	TransferredAt time.Time       `json:"transferred_at,omitzero"`
	ConfirmedAt   time.Time       `json:"confirmed_at,omitzero"`
	ExportedAt    time.Time       `json:"exported_at,omitzero"`
	StatusSince   time.Time       `json:"status_since"`
	ExpiresAt     time.Time       `json:"expires_at,omitzero"`
	Cart          *cart.Cart      `json:"cart,omitempty"`     // of one order alone
	Document      string          `json:"document,omitempty"` // where what was transferred is; of one order alone
}

// Push is how the gateway's own transfer of a cart goes.
type Push struct {
	Attempts  int       `json:"attempts"`
	Due       time.Time `json:"due,omitzero"` // absent when it was acknowledged or given up
	LastError string    `json:"last_error"`
}

// OfOrder returns the body of an order, without its cart.
func OfOrder(o listing.Order) Order {
	s := o.Order.Snapshot()
	b := Order{
		ID: s.ID, Number: o.Order.Number(), Status: s.Status.String(), Test: s.Test, Session: s.Session,
		Customer: referenceOfCustomer(s.Customer, o.Customer), Connection: referenceOfConnection(s.Connection, o.Connection),
		CartID: s.CartID, Total: Amount(s.Total), PurchaseOrder: s.PurchaseOrder, ERPReference: s.ERPReference,
		Differences: OfDifferences(s.Differences),
		CreatedAt:   s.CreatedAt, TransferredAt: s.TransferredAt, ConfirmedAt: s.ConfirmedAt, ExportedAt: s.ExportedAt,
		StatusSince: s.StatusSince, ExpiresAt: s.ExpiresAt,
	}
	if s.Push.Wanted {
		b.Push = &Push{s.Push.Attempts, s.Push.Due, s.Push.LastError}
	}
	return b
}

// OfDifferences returns the body of differences between a cart and a purchase order.
func OfDifferences(all []purchase.Difference) api.Differences {
	bodies := make(api.Differences, len(all))
	for i, d := range all {
		bodies[i] = api.Difference{Line: d.Line, Member: api.DifferenceMember(d.Member), Cart: d.Cart, Order: d.Order}
	}
	return bodies
}

// OrderColumns are the columns of a table of orders, by the names that they have in the API.
func OrderColumns() []string {
	return []string{
		"number", "status", "test", "created_at", "transferred_at", "confirmed_at", "exported_at", "customer_number", "customer", "connection",
		"cart_id", "purchase_order", "erp_reference", "total", "currency", "id",
	}
}

// OrderCells returns the row of an order in a table with OrderColumns.
func OrderCells(o listing.Order) []string {
	b := OfOrder(o)
	total := ""
	if b.Total.Currency != "" {
		total = b.Total.Value.String()
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	return []string{
		b.Number, b.Status, strconv.FormatBool(b.Test), at(b.CreatedAt), at(b.TransferredAt), at(b.ConfirmedAt), at(b.ExportedAt),
		b.Customer.Number, cmp.Or(b.Customer.Name, b.Customer.ID), cmp.Or(b.Connection.Name, b.Connection.ID),
		b.CartID, b.PurchaseOrder, b.ERPReference, total, b.Total.Currency, string(b.ID),
	}
}

// Session is a session in the admin API.
type Session struct {
	ID          session.ID `json:"id"`
	Status      string     `json:"status"`
	Operation   string     `json:"operation"`
	Test        bool       `json:"test"`
	Customer    Reference  `json:"customer"`
	Connection  Reference  `json:"connection"`
	Person      Person     `json:"person"`
	CreatedAt   time.Time  `json:"created_at"`
	ExchangedAt time.Time  `json:"exchanged_at,omitzero"`
	EndedAt     time.Time  `json:"ended_at,omitzero"`
	ExpiresAt   time.Time  `json:"expires_at"`
	Visit       *Visit     `json:"visit,omitempty"` // of one session alone
	Order       *Made      `json:"order,omitempty"` // of one session alone, where its cart was sent
}

// Person is who shops, as far as the procurement system told.
type Person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// Visit is what else the start call said.
type Visit struct {
	ReturnURL    string            `json:"return_url"`
	ShipTo       cart.Address      `json:"ship_to"`
	SelectedItem string            `json:"selected_item"`
	Lines        []cart.Line       `json:"lines"`
	Extrinsics   map[string]string `json:"extrinsics"`
}

// Made is the order that a session made.
type Made struct {
	ID     order.ID `json:"id"`
	Number string   `json:"number"`
	Status string   `json:"status"`
}

// OfSession returns the body of a session, without what else the start call said.
func OfSession(s listing.Session) Session {
	state := s.Session.Snapshot()
	return Session{
		ID: state.ID, Status: state.Status.String(), Operation: state.Visit.Operation, Test: state.Visit.Test,
		Customer: referenceOfCustomer(state.Customer, s.Customer), Connection: referenceOfConnection(state.Connection, s.Connection),
		Person:    Person(state.Visit.Person),
		CreatedAt: state.CreatedAt, ExchangedAt: state.ExchangedAt, EndedAt: state.EndedAt, ExpiresAt: state.ExpiresAt,
	}
}

// OfOneSession returns the body of a session with all of it; made may be nil.
func OfOneSession(s listing.Session, made *order.Order) Session {
	b, v := OfSession(s), s.Session.Snapshot().Visit
	b.Visit = &Visit{v.ReturnURL, v.ShipTo, v.SelectedItem, append([]cart.Line{}, v.Lines...), v.Extrinsics}
	if v.Extrinsics == nil {
		b.Visit.Extrinsics = map[string]string{}
	}
	if made != nil {
		b.Order = &Made{made.ID(), made.Number(), made.Status().String()}
	}
	return b
}

// Overview is what happened in a span of time, and what waits for an operator.
type Overview struct {
	From        time.Time   `json:"from"`
	To          time.Time   `json:"to"`
	Sessions    []Tally     `json:"sessions"`
	Orders      []Tally     `json:"orders"`
	Waiting     Waiting     `json:"waiting"`
	Connections []Reference `json:"connections"` // that the others name
}

// Tally is a number of sessions or orders that were created in an hour.
type Tally struct {
	Connection connection.ID `json:"connection"`
	Hour       time.Time     `json:"hour"`
	Status     string        `json:"status"`
	Test       bool          `json:"test"`
	Count      int           `json:"count"`
}

// Waiting is what waits for an operator.
type Waiting struct {
	HeldOrders         int             `json:"held_orders"`
	UnmatchedOrders    int             `json:"unmatched_purchase_orders"`
	GivenUp            int             `json:"given_up"`
	FailingConnections []connection.ID `json:"failing_connections"`
}

// OfOverview returns the body of an overview.
func OfOverview(o listing.Overview) Overview {
	b := Overview{
		From: o.Span.From, To: o.Span.To, Sessions: tallies(o.Sessions), Orders: tallies(o.Orders),
		Waiting:     Waiting{o.Waiting.Held, o.Waiting.Unmatched, o.Waiting.GivenUp, append([]connection.ID{}, o.Waiting.Failing...)},
		Connections: []Reference{},
	}
	for id, c := range o.Connections {
		b.Connections = append(b.Connections, referenceOfConnection(id, c))
	}
	slices.SortFunc(b.Connections, func(a, b Reference) int { return cmp.Compare(a.ID, b.ID) })
	return b
}

func tallies[S interface{ String() string }](all []port.Tally[S]) []Tally {
	bodies := make([]Tally, len(all))
	for i, t := range all {
		bodies[i] = Tally{t.Connection, t.Hour, t.Status.String(), t.Test, t.Count}
	}
	slices.SortFunc(bodies, func(a, b Tally) int {
		test := func(t Tally) string { return strconv.FormatBool(t.Test) }
		return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.Status, b.Status),
			cmp.Compare(test(a), test(b)))
	})
	return bodies
}
