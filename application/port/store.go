package port

import (
	"context"
	"fmt"
	"time"

	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/transfer"
	"github.com/punchgate/punchgate/domain/user"
)

// The stores below share these rules, which tests/contract/storetest holds for every adapter:
//
//   - An aggregate is one document. Every change is one conditional write on tenant, identifier and version, so that of
//     concurrent changes none is lost; no transaction spans several aggregates.
//   - Update reads the aggregate, lets change decide, and writes. Where another write came in between, it starts over with
//     the aggregate as it is then, so change may be called several times. An error of change is returned as it is, and
//     nothing is written.
//   - What belongs to another tenant is not found.
//   - What was returned is the caller's own: changing it changes nothing in the store.
//   - A store that is away, locked or full answers with a fault of kind Unavailable; nothing is half stored.

// Tenants keeps tenants. Not found: fault "tenant.not_found".
type Tenants interface {
	// Create refuses an identifier that is taken: fault "tenant.exists", kind Conflict.
	Create(ctx context.Context, t *tenant.Tenant) error
	Get(ctx context.Context, id tenant.ID) (*tenant.Tenant, error)
	Update(ctx context.Context, id tenant.ID, change func(*tenant.Tenant) error) (*tenant.Tenant, error)
	// List returns at most limit tenants with identifiers after the given one, in their order.
	List(ctx context.Context, after tenant.ID, limit int) ([]*tenant.Tenant, error)
	// Remove erases a tenant with all that belongs to it in any store, and itself last: what an interrupted removal left, another
	// one removes. Where there is nothing it does nothing.
	Remove(ctx context.Context, id tenant.ID) error
	// Waiting tells what of a tenant waits for an operator.
	Waiting(ctx context.Context, id tenant.ID) (Waiting, error)
}

// Waiting is what waits for an operator of a tenant.
type Waiting struct {
	Held      int // orders that differ from their carts
	Unmatched int // purchase orders that match no cart
	GivenUp   int // sessions, orders, answers and connections of which a delivery was given up
	// Failing are connections that keep failing, those for the longest time first, and at most MaxFailing.
	Failing []connection.ID
}

// MaxFailing is how many connections that keep failing are named.
const MaxFailing = 20

// Customers keeps customers. Not found: fault "customer.not_found".
type Customers interface {
	// Create refuses an identifier or a non-empty number that is taken: fault "customer.exists", kind Conflict.
	Create(ctx context.Context, c *customer.Customer) error
	Get(ctx context.Context, of tenant.ID, id customer.ID) (*customer.Customer, error)
	// ByNumber finds a customer by the shop's own, non-empty number.
	ByNumber(ctx context.Context, of tenant.ID, number string) (*customer.Customer, error)
	// Update refuses a change of the number to one that is taken, as Create does.
	Update(ctx context.Context, of tenant.ID, id customer.ID, change func(*customer.Customer) error) (*customer.Customer, error)
	// Several returns those of the customers that there are, in no order.
	Several(ctx context.Context, of tenant.ID, ids []customer.ID) ([]*customer.Customer, error)
	// List returns a page of customers in the order of their identifiers; where they are looked for by how something of them
	// begins, those of the number first and in its order, then those of the name, then those of the identifier.
	List(ctx context.Context, of tenant.ID, q CustomerQuery) ([]*customer.Customer, error)
}

// CustomerQuery asks for a page of customers.
type CustomerQuery struct {
	// Beginning is how the number, the name without regard to case, or the identifier begins; empty for all customers.
	Beginning string
	// Box, where there is one, is a checkbox field, which is Ticked or not.
	Box    string
	Ticked bool
	ByName bool        // without a Beginning in the order of the names, rather than of the identifiers; with a Box it reads more than it shows
	After  customer.ID // the last one of the page before; empty for the first page
	Limit  int         // above zero
}

// Connections keeps connections. Not found: fault "connection.not_found".
type Connections interface {
	// Create refuses an identifier that is taken: fault "connection.exists", kind Conflict.
	Create(ctx context.Context, c *connection.Connection) error
	Get(ctx context.Context, of tenant.ID, id connection.ID) (*connection.Connection, error)
	Update(ctx context.Context, of tenant.ID, id connection.ID, change func(*connection.Connection) error) (*connection.Connection, error)
	// Several returns those of the connections that there are, in no order.
	Several(ctx context.Context, of tenant.ID, ids []connection.ID) ([]*connection.Connection, error)
	// ByCustomer returns the connections of these customers in the order of their identifiers.
	ByCustomer(ctx context.Context, of tenant.ID, c ...customer.ID) ([]*connection.Connection, error)
	// ByIdentity returns the connections of which one of the From identities matches one of these, as Identity.Matches has it,
	// in the order of their identifiers.
	ByIdentity(ctx context.Context, of tenant.ID, from []connection.Identity) ([]*connection.Connection, error)
	// List returns a page of connections in the order of their identifiers; where they are looked for by how something of them
	// begins, those of the name first and in its order, then those of the identifier.
	List(ctx context.Context, of tenant.ID, q ConnectionQuery) ([]*connection.Connection, error)
	Telling[*connection.Connection]
}

// ConnectionQuery asks for a page of connections.
type ConnectionQuery struct {
	// Beginning is how the name, without regard to case, or the identifier begins; empty for all connections.
	Beginning string
	Customer  customer.ID   // empty for those of all customers
	Format    string        // empty for all formats
	ByName    bool          // as for customers; with Customer or Format it reads more than it shows
	After     connection.ID // the last one of the page before; empty for the first page
	Limit     int           // above zero
}

// Telling finds aggregates with something that others must be told of.
type Telling[A any] interface {
	// ToTell returns at most limit aggregates, of any tenant but the busy ones, whose outbox is due, the longest first.
	ToTell(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]A, error)
	GivenUp[A]
}

// GivenUp finds aggregates of which a delivery was given up.
type GivenUp[A any] interface {
	// GivenUp returns a page of them in the order of when that was, and of their identifiers.
	GivenUp(ctx context.Context, of tenant.ID, q GivenUpQuery) ([]A, error)
}

// GivenUpQuery asks for a page of what was given up.
type GivenUpQuery struct {
	// AfterSince and AfterID are of the last one of the page before; zero for the first page.
	AfterSince time.Time
	AfterID    string
	Limit      int // above zero
}

// Links keeps links. Not found: connection.ErrNoLink.
type Links interface {
	Create(ctx context.Context, l *connection.Link) error
	Get(ctx context.Context, of tenant.ID, id connection.LinkID) (*connection.Link, error)
	Update(ctx context.Context, of tenant.ID, id connection.LinkID, change func(*connection.Link) error) (*connection.Link, error)
	// ByConnection returns the links of a connection, or with an empty identifier those of the network, in the order of their
	// identifiers.
	ByConnection(ctx context.Context, of tenant.ID, c connection.ID) ([]*connection.Link, error)
}

// Sessions keeps sessions. Not found: session.ErrNotFound.
type Sessions interface {
	Create(ctx context.Context, s *session.Session) error
	Get(ctx context.Context, of tenant.ID, id session.ID) (*session.Session, error)
	Update(ctx context.Context, of tenant.ID, id session.ID, change func(*session.Session) error) (*session.Session, error)
	// Several returns those of the sessions that there are, in no order.
	Several(ctx context.Context, of tenant.ID, ids []session.ID) ([]*session.Session, error)
	// Due returns at most limit sessions, of any tenant, that are open although their time is over.
	Due(ctx context.Context, now time.Time, limit int) ([]*session.Session, error)
	// Ended returns at most limit sessions in a status that ended before the time, the first first.
	Ended(ctx context.Context, of tenant.ID, status session.Status, before time.Time, limit int) ([]*session.Session, error)
	// ByEmail returns a page of the sessions of the person with this address, as session.EmailKey has it.
	ByEmail(ctx context.Context, of tenant.ID, key string, p Page[session.ID]) ([]*session.Session, error)
	// Remove erases a session; where there is none it does nothing.
	Remove(ctx context.Context, of tenant.ID, id session.ID) error
	Listing[*session.Session, session.Status, session.ID]
	Telling[*session.Session]
}

// Listing lists aggregates A, which are in one of the statuses S, by when they were created.
type Listing[A any, S fmt.Stringer, ID ~string] interface {
	// List returns a page of those that the filter selects.
	List(ctx context.Context, of tenant.ID, f Filter[S], p Page[ID]) ([]A, error)
	// Count returns how many the filter selects. One that is being created at the moment may be among them already.
	Count(ctx context.Context, of tenant.ID, f Filter[S]) (int, error)
	// Tally counts those that were created in a span of time, by connection, hour and status. It comes in no order, and has no
	// entry where there is nothing to count.
	Tally(ctx context.Context, of tenant.ID, s Span) ([]Tally[S], error)
}

// Span is a span of time, from its beginning until before its end; either may be zero, which is no bound.
type Span struct{ From, To time.Time }

// Filter selects what was created in a span of time.
type Filter[S fmt.Stringer] struct {
	Connection connection.ID // empty for all connections
	Status     S             // zero for all statuses
	Created    Span
}

// Page asks for a page of a list in the order of (CreatedAt, ID), the newest first.
type Page[ID ~string] struct {
	// BeforeAt and BeforeID are the CreatedAt and ID of the last one of the page before; zero for the first page.
	BeforeAt time.Time
	BeforeID ID
	Limit    int // above zero
}

// Tally is a number of sessions or orders that were created in the same hour and for the same connection, and are now in the same
// status.
type Tally[S fmt.Stringer] struct {
	Connection connection.ID
	Hour       time.Time // its beginning, in UTC
	Status     S
	Test       bool
	Count      int
}

// Orders keeps orders with their carts and documents. Not found: order.ErrNotFound.
type Orders interface {
	// NextNumber returns a number that no other call for the tenant gets.
	NextNumber(ctx context.Context, of tenant.ID) (int64, error)
	// Create stores the order, its cart and its document, all or nothing. It refuses with order.ErrExists where the
	// session has an order, and with order.ErrCartID where another order of the tenant has the cart id; ErrExists comes
	// first.
	Create(ctx context.Context, o *order.Order, c *cart.Cart, d *transfer.Document) error
	Get(ctx context.Context, of tenant.ID, id order.ID) (*order.Order, error)
	Cart(ctx context.Context, of tenant.ID, id order.ID) (*cart.Cart, error)
	Document(ctx context.Context, of tenant.ID, id order.ID) (*transfer.Document, error)
	// ByCartID finds the order of a connection by its cart id; order.ErrNoCart where there is none.
	ByCartID(ctx context.Context, of tenant.ID, c connection.ID, cartID string) (*order.Order, error)
	// ByReference returns at most limit orders, the newest first, of which the number as people read it, the cart id, the purchase
	// order or the ERP's reference is the text, which is not empty.
	ByReference(ctx context.Context, of tenant.ID, text string, limit int) ([]*order.Order, error)
	// ByLine returns at most limit orders of a connection, the newest first, with a line that has one of these keys, or one
	// of these article numbers.
	ByLine(ctx context.Context, of tenant.ID, c connection.ID, q LineQuery, limit int) ([]*order.Order, error)
	Update(ctx context.Context, of tenant.ID, id order.ID, change func(*order.Order) error) (*order.Order, error)
	// Feed returns a page of the orders in a status, ordered by (StatusSince, ID).
	Feed(ctx context.Context, of tenant.ID, q FeedQuery) ([]*order.Order, error)
	// Overdue returns at most limit orders, of any tenant, that await their completion although their time is over.
	Overdue(ctx context.Context, now time.Time, limit int) ([]*order.Order, error)
	// Remove erases an order with its cart, its document and the names of its lines; where there is none it does nothing.
	Remove(ctx context.Context, of tenant.ID, id order.ID) error
	// ToPush returns at most limit orders, of any tenant but of none of the busy connections, whose push is due.
	ToPush(ctx context.Context, now time.Time, busy []ConnectionOf, limit int) ([]*order.Order, error)
	Listing[*order.Order, order.Status, order.ID]
	// GivenUp, of these, returns orders of which the push or the events were given up.
	Telling[*order.Order]
}

// ConnectionOf names a connection of a tenant.
type ConnectionOf struct {
	Tenant     tenant.ID
	Connection connection.ID
}

// LineQuery names lines.
type LineQuery struct{ Keys, SKUs []string }

// Receipts keeps purchase order documents. Not found: receipt.ErrNotFound.
type Receipts interface {
	// Create stores the receipt and its content, all or nothing. It refuses with receipt.ErrExists where the identifier is
	// taken.
	Create(ctx context.Context, r *receipt.Receipt, c *receipt.Content) error
	Get(ctx context.Context, of tenant.ID, id receipt.ID) (*receipt.Receipt, error)
	Content(ctx context.Context, of tenant.ID, id receipt.ID) (*receipt.Content, error)
	Update(ctx context.Context, of tenant.ID, id receipt.ID, change func(*receipt.Receipt) error) (*receipt.Receipt, error)
	// Remove erases a receipt with its content; where there is none it does nothing.
	Remove(ctx context.Context, of tenant.ID, id receipt.ID) error
	// ByOrder returns the receipts that were applied to an order or refused by it, the oldest first.
	ByOrder(ctx context.Context, of tenant.ID, id order.ID) ([]*receipt.Receipt, error)
	// Earlier returns at most limit receipts of a connection with this document identifier, or, where that is empty, with this
	// purchase order number, the newest first.
	Earlier(ctx context.Context, of tenant.ID, c connection.ID, documentID, number string, limit int) ([]*receipt.Receipt, error)
	// List returns a page of the receipts in a status, ordered by (StatusSince, ID).
	List(ctx context.Context, of tenant.ID, q ReceiptQuery) ([]*receipt.Receipt, error)
}

// ReceiptQuery asks for a page of receipts.
type ReceiptQuery struct {
	Status receipt.Status
	// AfterSince and AfterID are the StatusSince and ID of the last receipt of the page before; zero for the first page.
	AfterSince time.Time
	AfterID    receipt.ID
	Limit      int // above zero
}

// Answers keeps what the seller says of purchase orders. Not found: answer.ErrNotFound.
type Answers interface {
	// Create stores the answer and its document, all or nothing. It refuses with answer.ErrExists where the identifier is
	// taken.
	Create(ctx context.Context, a *answer.Answer, d *answer.Document) error
	Get(ctx context.Context, of tenant.ID, id answer.ID) (*answer.Answer, error)
	Document(ctx context.Context, of tenant.ID, id answer.ID) (*answer.Document, error)
	Update(ctx context.Context, of tenant.ID, id answer.ID, change func(*answer.Answer) error) (*answer.Answer, error)
	// Remove erases an answer with its document; where there is none it does nothing.
	Remove(ctx context.Context, of tenant.ID, id answer.ID) error
	// ByOrder returns the answers to an order by their position.
	ByOrder(ctx context.Context, of tenant.ID, id order.ID) ([]*answer.Answer, error)
	// ToDeliver returns at most limit answers, of any tenant but of none of the busy connections, whose delivery is due.
	// Answers to one order go one after the other: none is returned while an earlier one by its position is still to be
	// delivered, whether it is due or not. One that was given up is not.
	ToDeliver(ctx context.Context, now time.Time, busy []ConnectionOf, limit int) ([]*answer.Answer, error)
	GivenUp[*answer.Answer]
}

// FeedQuery asks for a page of orders.
type FeedQuery struct {
	Status      order.Status
	IncludeTest bool
	// AfterSince and AfterID are the StatusSince and ID of the last order of the page before; zero for the first page.
	AfterSince time.Time
	AfterID    order.ID
	Limit      int // above zero
}

// Keys keeps API keys. Not found: apikey.ErrUnknown.
type Keys interface {
	Create(ctx context.Context, k *apikey.Key) error
	Get(ctx context.Context, of tenant.ID, id apikey.ID) (*apikey.Key, error)
	Update(ctx context.Context, of tenant.ID, id apikey.ID, change func(*apikey.Key) error) (*apikey.Key, error)
	// List returns the keys of a tenant in the order of their identifiers.
	List(ctx context.Context, of tenant.ID) ([]*apikey.Key, error)
}

// Replays keeps the calls that carry an idempotency key. Not found: replay.ErrNotFound.
type Replays interface {
	// Create refuses an identifier that is taken: replay.ErrExists.
	Create(ctx context.Context, r *replay.Replay) error
	Get(ctx context.Context, of tenant.ID, id replay.ID) (*replay.Replay, error)
	Update(ctx context.Context, of tenant.ID, id replay.ID, change func(*replay.Replay) error) (*replay.Replay, error)
	// Sweep removes at most limit calls, of any tenant, whose time to be kept is over, and returns how many it removed.
	Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error)
}

// Throttles keeps how often wrong secrets came from an address. Not found: throttle.ErrNone.
type Throttles interface {
	// Create refuses an identifier that is taken: ErrTaken.
	Create(ctx context.Context, t *throttle.Throttle) error
	Get(ctx context.Context, of tenant.ID, id throttle.ID) (*throttle.Throttle, error)
	Update(ctx context.Context, of tenant.ID, id throttle.ID, change func(*throttle.Throttle) error) (*throttle.Throttle, error)
	// Sweep removes at most limit throttles, of any tenant, whose time is over, and returns how many it removed.
	Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error)
}

// Users keeps users of all tenants, and of whoever runs the gateway. Not found: user.ErrNotFound.
type Users interface {
	// Create refuses an identifier that is taken: user.ErrExists; and an address of e-mail that another user of any tenant has, as
	// session.EmailKey has it: user.ErrEmail.
	Create(ctx context.Context, u *user.User) error
	Get(ctx context.Context, id user.ID) (*user.User, error)
	// Update refuses a change of the address to one that is taken, as Create does.
	Update(ctx context.Context, id user.ID, change func(*user.User) error) (*user.User, error)
	// Remove erases a user; where there is none it does nothing.
	Remove(ctx context.Context, id user.ID) error
	// ByEmail finds a user by an address as session.EmailKey has it.
	ByEmail(ctx context.Context, key string) (*user.User, error)
	// BySubject finds a user by what OpenID Connect knows the user by; of several the first by the identifier.
	BySubject(ctx context.Context, issuer, subject string) (*user.User, error)
	// List returns at most limit users of a tenant, or where it is empty of all tenants and of who runs the gateway, with identifiers
	// after the given one, in their order.
	List(ctx context.Context, of tenant.ID, after user.ID, limit int) ([]*user.User, error)
}

// SignIns keeps the sign-ins of users. Not found: signin.ErrEnded.
type SignIns interface {
	// Create refuses an identifier that is taken: signin.ErrTaken.
	Create(ctx context.Context, s *signin.SignIn) error
	Get(ctx context.Context, id signin.ID) (*signin.SignIn, error)
	Update(ctx context.Context, id signin.ID, change func(*signin.SignIn) error) (*signin.SignIn, error)
	// Remove erases a sign-in; where there is none it does nothing.
	Remove(ctx context.Context, id signin.ID) error
	// Sweep removes at most limit sign-ins, of any tenant, whose time is over, and returns how many it removed.
	Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error)
}

// Audit keeps the audit log, which is append-only: what was written never changes, and goes only with its time.
type Audit interface {
	// Append adds an entry. It refuses an identifier that is taken: audit.ErrExists.
	Append(ctx context.Context, e *audit.Entry) error
	// Conclude adds the outcome of an entry, once: audit.ErrConcluded.
	Conclude(ctx context.Context, of tenant.ID, id audit.ID, o audit.Outcome) error
	// List returns a page of the tenant's records, ordered by (At, ID), the last first.
	List(ctx context.Context, of tenant.ID, q AuditQuery) ([]*audit.Record, error)
	// Sweep removes at most limit of the tenant's records from before the time, the oldest first, and returns how many.
	Sweep(ctx context.Context, of tenant.ID, before time.Time, limit int) (removed int, err error)
}

// AuditQuery asks for a page of the audit log.
type AuditQuery struct {
	// BeforeAt and BeforeID are the At and ID of the last record of the page before; zero for the first page.
	BeforeAt time.Time
	BeforeID audit.ID
	Targets  []string // of what was acted on; empty for everything
	Limit    int      // above zero
}

// Traffic keeps the record of calls, which is append-only: what was written never changes. Not found: traffic.ErrNotFound.
type Traffic interface {
	// Append adds entries, each whole or not at all. One whose identifier is taken is passed over, so that what failed half-way can be
	// tried again.
	Append(ctx context.Context, entries []*traffic.Entry) error
	Get(ctx context.Context, of tenant.ID, id traffic.ID) (*traffic.Entry, error)
	// List returns a page of the records, without their payloads, in the order of their identifiers, the last first.
	List(ctx context.Context, of tenant.ID, q TrafficQuery) ([]*traffic.Record, error)
	// OfSession returns at most limit records of a session, in the order of their identifiers, the first first.
	OfSession(ctx context.Context, of tenant.ID, id session.ID, limit int) ([]*traffic.Record, error)
	// RemoveSession erases the records of a session; where there are none it does nothing.
	RemoveSession(ctx context.Context, of tenant.ID, id session.ID) error
	// RemoveNamed erases the records that belong to no session and have the name, as traffic.Record.Names has them; where there are none
	// it does nothing.
	RemoveNamed(ctx context.Context, of tenant.ID, name string) error
	// Sweep removes at most limit records that belong to no session, with identifiers before the given one, the first first, and
	// returns how many it removed. The others go with their sessions.
	Sweep(ctx context.Context, of tenant.ID, before traffic.ID, limit int) (removed int, err error)
}

// TrafficQuery asks for a page of the traffic. Members that are zero limit nothing.
type TrafficQuery struct {
	Connection connection.ID
	Step       traffic.Step
	Verdicts   []traffic.Verdict // any of them
	Name       string            // one of traffic.Record.Names
	Session    session.ID
	// Before is the identifier of the last record of the page before. After is that of the newest record that the caller knows already.
	Before, After traffic.ID
	Limit         int // above zero
}

// Inventory lists what an engine keeps, for copying it into another one.
type Inventory interface {
	// IDs returns at most limit identifiers after the given one, in their order, of what a tenant has of a kind, which is the name
	// of the member of Stores in lower case. Tenants are the platform's.
	IDs(ctx context.Context, kind string, of tenant.ID, after string, limit int) ([]string, error)
	// LastNumber returns the last number that Orders.NextNumber gave; zero where it gave none.
	LastNumber(ctx context.Context, of tenant.ID) (int64, error)
	// RaiseNumber lets Orders.NextNumber go on after the number, unless it is further already.
	RaiseNumber(ctx context.Context, of tenant.ID, last int64) error
}

// Stores are all stores of one engine.
type Stores struct {
	Tenants     Tenants
	Customers   Customers
	Connections Connections
	Links       Links
	Sessions    Sessions
	Orders      Orders
	Receipts    Receipts
	Answers     Answers
	Keys        Keys
	Replays     Replays
	Throttles   Throttles
	Users       Users
	SignIns     SignIns
	Audit       Audit
	Traffic     Traffic
	// Engine is the name of the engine, for /readyz.
	Engine string
	// Ready returns nil where the engine answers, for /readyz.
	Ready func(context.Context) error
}
