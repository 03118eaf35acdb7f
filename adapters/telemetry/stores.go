package telemetry

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/application/port"
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

// Stores returns stores whose calls are measured and traced, and which tell the work that calls them what it is about (see
// application/correlation). Changes of sessions and orders are counted: here each is seen, whoever makes it.
func (t *Telemetry) Stores(of port.Stores) port.Stores {
	of.Tenants = tenants{of.Tenants, t}
	of.Customers = customers{of.Customers, t}
	of.Connections = connections{of.Connections, t}
	of.Links = links{of.Links, t}
	of.Sessions = sessions{of.Sessions, t}
	of.Orders = orders{of.Orders, t}
	of.Receipts = receipts{of.Receipts, t}
	of.Answers = answers{of.Answers, t}
	of.Keys = keys{of.Keys, t}
	of.Replays = replays{of.Replays, t}
	of.Throttles = throttles{of.Throttles, t}
	of.Users = users{of.Users, t}
	of.SignIns = signIns{of.SignIns, t}
	of.Audit = auditLog{of.Audit, t}
	of.Traffic = trafficRecord{of.Traffic, t}
	return of
}

type tenants struct {
	port.Tenants
	t *Telemetry
}

func (in tenants) Create(ctx context.Context, t *tenant.Tenant) (err error) {
	defer in.t.call(&ctx, "tenants.create")(&err)
	return in.Tenants.Create(ctx, t)
}

func (in tenants) Get(ctx context.Context, id tenant.ID) (_ *tenant.Tenant, err error) {
	defer in.t.call(&ctx, "tenants.get")(&err)
	return in.Tenants.Get(ctx, id)
}

func (in tenants) Update(ctx context.Context, id tenant.ID, change func(*tenant.Tenant) error) (_ *tenant.Tenant, err error) {
	defer in.t.call(&ctx, "tenants.update")(&err)
	return in.Tenants.Update(ctx, id, change)
}

func (in tenants) List(ctx context.Context, after tenant.ID, limit int) (_ []*tenant.Tenant, err error) {
	defer in.t.call(&ctx, "tenants.list")(&err)
	return in.Tenants.List(ctx, after, limit)
}

func (in tenants) Remove(ctx context.Context, id tenant.ID) (err error) {
	defer in.t.call(&ctx, "tenants.remove")(&err)
	return in.Tenants.Remove(ctx, id)
}

func (in tenants) Waiting(ctx context.Context, id tenant.ID) (_ port.Waiting, err error) {
	defer in.t.call(&ctx, "tenants.waiting")(&err)
	return in.Tenants.Waiting(ctx, id)
}

type customers struct {
	port.Customers
	t *Telemetry
}

func (in customers) Create(ctx context.Context, c *customer.Customer) (err error) {
	defer in.t.call(&ctx, "customers.create")(&err)
	return in.Customers.Create(ctx, c)
}

func (in customers) Get(ctx context.Context, of tenant.ID, id customer.ID) (_ *customer.Customer, err error) {
	defer in.t.call(&ctx, "customers.get")(&err)
	return in.Customers.Get(ctx, of, id)
}

func (in customers) ByNumber(ctx context.Context, of tenant.ID, number string) (_ *customer.Customer, err error) {
	defer in.t.call(&ctx, "customers.by_number")(&err)
	return in.Customers.ByNumber(ctx, of, number)
}

func (in customers) Update(
	ctx context.Context, of tenant.ID, id customer.ID, change func(*customer.Customer) error,
) (_ *customer.Customer, err error) {
	defer in.t.call(&ctx, "customers.update")(&err)
	return in.Customers.Update(ctx, of, id, change)
}

func (in customers) Several(ctx context.Context, of tenant.ID, ids []customer.ID) (_ []*customer.Customer, err error) {
	defer in.t.call(&ctx, "customers.several")(&err)
	return in.Customers.Several(ctx, of, ids)
}

func (in customers) List(ctx context.Context, of tenant.ID, q port.CustomerQuery) (_ []*customer.Customer, err error) {
	defer in.t.call(&ctx, "customers.list")(&err)
	return in.Customers.List(ctx, of, q)
}

type connections struct {
	port.Connections
	t *Telemetry
}

func (in connections) Create(ctx context.Context, c *connection.Connection) (err error) {
	defer in.t.call(&ctx, "connections.create")(&err)
	return in.Connections.Create(ctx, c)
}

func (in connections) Get(ctx context.Context, of tenant.ID, id connection.ID) (_ *connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.get")(&err)
	return in.Connections.Get(ctx, of, id)
}

func (in connections) Update(
	ctx context.Context, of tenant.ID, id connection.ID, change func(*connection.Connection) error,
) (_ *connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.update")(&err)
	return in.Connections.Update(ctx, of, id, change)
}

func (in connections) Several(ctx context.Context, of tenant.ID, ids []connection.ID) (_ []*connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.several")(&err)
	return in.Connections.Several(ctx, of, ids)
}

func (in connections) ByCustomer(ctx context.Context, of tenant.ID, c ...customer.ID) (_ []*connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.by_customer")(&err)
	return in.Connections.ByCustomer(ctx, of, c...)
}

func (in connections) ByIdentity(ctx context.Context, of tenant.ID, from []connection.Identity) (_ []*connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.by_identity")(&err)
	return in.Connections.ByIdentity(ctx, of, from)
}

func (in connections) List(ctx context.Context, of tenant.ID, q port.ConnectionQuery) (_ []*connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.list")(&err)
	return in.Connections.List(ctx, of, q)
}

func (in connections) ToTell(ctx context.Context, now time.Time, busy []tenant.ID, limit int) (_ []*connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.to_tell")(&err)
	return in.Connections.ToTell(ctx, now, busy, limit)
}

func (in connections) GivenUp(ctx context.Context, of tenant.ID, q port.GivenUpQuery) (_ []*connection.Connection, err error) {
	defer in.t.call(&ctx, "connections.given_up")(&err)
	return in.Connections.GivenUp(ctx, of, q)
}

type links struct {
	port.Links
	t *Telemetry
}

func (in links) Create(ctx context.Context, l *connection.Link) (err error) {
	defer in.t.call(&ctx, "links.create")(&err)
	return in.Links.Create(ctx, l)
}

func (in links) Get(ctx context.Context, of tenant.ID, id connection.LinkID) (_ *connection.Link, err error) {
	defer in.t.call(&ctx, "links.get")(&err)
	return in.Links.Get(ctx, of, id)
}

func (in links) Update(
	ctx context.Context, of tenant.ID, id connection.LinkID, change func(*connection.Link) error,
) (_ *connection.Link, err error) {
	defer in.t.call(&ctx, "links.update")(&err)
	return in.Links.Update(ctx, of, id, change)
}

func (in links) ByConnection(ctx context.Context, of tenant.ID, c connection.ID) (_ []*connection.Link, err error) {
	defer in.t.call(&ctx, "links.by_connection")(&err)
	return in.Links.ByConnection(ctx, of, c)
}

type sessions struct {
	port.Sessions
	t *Telemetry
}

func (in sessions) Several(ctx context.Context, of tenant.ID, ids []session.ID) (_ []*session.Session, err error) {
	defer in.t.call(&ctx, "sessions.several")(&err)
	return in.Sessions.Several(ctx, of, ids)
}

func (in sessions) Due(ctx context.Context, now time.Time, limit int) (_ []*session.Session, err error) {
	defer in.t.call(&ctx, "sessions.due")(&err)
	return in.Sessions.Due(ctx, now, limit)
}

func (in sessions) ToTell(ctx context.Context, now time.Time, busy []tenant.ID, limit int) (_ []*session.Session, err error) {
	defer in.t.call(&ctx, "sessions.to_tell")(&err)
	return in.Sessions.ToTell(ctx, now, busy, limit)
}

func (in sessions) GivenUp(ctx context.Context, of tenant.ID, q port.GivenUpQuery) (_ []*session.Session, err error) {
	defer in.t.call(&ctx, "sessions.given_up")(&err)
	return in.Sessions.GivenUp(ctx, of, q)
}

func (in sessions) Ended(
	ctx context.Context, of tenant.ID, status session.Status, before time.Time, limit int,
) (_ []*session.Session, err error) {
	defer in.t.call(&ctx, "sessions.ended")(&err)
	return in.Sessions.Ended(ctx, of, status, before, limit)
}

func (in sessions) ByEmail(
	ctx context.Context, of tenant.ID, key string, p port.Page[session.ID],
) (_ []*session.Session, err error) {
	defer in.t.call(&ctx, "sessions.by_email")(&err)
	return in.Sessions.ByEmail(ctx, of, key, p)
}

func (in sessions) List(
	ctx context.Context, of tenant.ID, f port.Filter[session.Status], p port.Page[session.ID],
) (_ []*session.Session, err error) {
	defer in.t.call(&ctx, "sessions.list")(&err)
	return in.Sessions.List(ctx, of, f, p)
}

func (in sessions) Count(ctx context.Context, of tenant.ID, f port.Filter[session.Status]) (_ int, err error) {
	defer in.t.call(&ctx, "sessions.count")(&err)
	return in.Sessions.Count(ctx, of, f)
}

func (in sessions) Tally(ctx context.Context, of tenant.ID, s port.Span) (_ []port.Tally[session.Status], err error) {
	defer in.t.call(&ctx, "sessions.tally")(&err)
	return in.Sessions.Tally(ctx, of, s)
}

func (in sessions) Remove(ctx context.Context, of tenant.ID, id session.ID) (err error) {
	defer in.t.call(&ctx, "sessions.remove")(&err)
	return in.Sessions.Remove(ctx, of, id)
}

type orders struct {
	port.Orders
	t *Telemetry
}

func (in orders) NextNumber(ctx context.Context, of tenant.ID) (_ int64, err error) {
	defer in.t.call(&ctx, "orders.next_number")(&err)
	return in.Orders.NextNumber(ctx, of)
}

func (in orders) Cart(ctx context.Context, of tenant.ID, id order.ID) (_ *cart.Cart, err error) {
	defer in.t.call(&ctx, "orders.cart")(&err)
	return in.Orders.Cart(ctx, of, id)
}

func (in orders) Document(ctx context.Context, of tenant.ID, id order.ID) (_ *transfer.Document, err error) {
	defer in.t.call(&ctx, "orders.document")(&err)
	return in.Orders.Document(ctx, of, id)
}

func (in orders) ByReference(ctx context.Context, of tenant.ID, text string, limit int) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.by_reference")(&err)
	return in.Orders.ByReference(ctx, of, text, limit)
}

func (in orders) List(
	ctx context.Context, of tenant.ID, f port.Filter[order.Status], p port.Page[order.ID],
) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.list")(&err)
	return in.Orders.List(ctx, of, f, p)
}

func (in orders) Count(ctx context.Context, of tenant.ID, f port.Filter[order.Status]) (_ int, err error) {
	defer in.t.call(&ctx, "orders.count")(&err)
	return in.Orders.Count(ctx, of, f)
}

func (in orders) Tally(ctx context.Context, of tenant.ID, s port.Span) (_ []port.Tally[order.Status], err error) {
	defer in.t.call(&ctx, "orders.tally")(&err)
	return in.Orders.Tally(ctx, of, s)
}

func (in orders) ByLine(ctx context.Context, of tenant.ID, c connection.ID, q port.LineQuery, limit int) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.by_line")(&err)
	return in.Orders.ByLine(ctx, of, c, q, limit)
}

func (in orders) Feed(ctx context.Context, of tenant.ID, q port.FeedQuery) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.feed")(&err)
	return in.Orders.Feed(ctx, of, q)
}

func (in orders) Overdue(ctx context.Context, now time.Time, limit int) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.overdue")(&err)
	return in.Orders.Overdue(ctx, now, limit)
}

func (in orders) ToPush(ctx context.Context, now time.Time, busy []port.ConnectionOf, limit int) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.to_push")(&err)
	return in.Orders.ToPush(ctx, now, busy, limit)
}

func (in orders) ToTell(ctx context.Context, now time.Time, busy []tenant.ID, limit int) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.to_tell")(&err)
	return in.Orders.ToTell(ctx, now, busy, limit)
}

func (in orders) GivenUp(ctx context.Context, of tenant.ID, q port.GivenUpQuery) (_ []*order.Order, err error) {
	defer in.t.call(&ctx, "orders.given_up")(&err)
	return in.Orders.GivenUp(ctx, of, q)
}

func (in orders) Remove(ctx context.Context, of tenant.ID, id order.ID) (err error) {
	defer in.t.call(&ctx, "orders.remove")(&err)
	return in.Orders.Remove(ctx, of, id)
}

type receipts struct {
	port.Receipts
	t *Telemetry
}

func (in receipts) Create(ctx context.Context, r *receipt.Receipt, c *receipt.Content) (err error) {
	defer in.t.call(&ctx, "receipts.create")(&err)
	return in.Receipts.Create(ctx, r, c)
}

func (in receipts) Get(ctx context.Context, of tenant.ID, id receipt.ID) (_ *receipt.Receipt, err error) {
	defer in.t.call(&ctx, "receipts.get")(&err)
	return in.Receipts.Get(ctx, of, id)
}

func (in receipts) Content(ctx context.Context, of tenant.ID, id receipt.ID) (_ *receipt.Content, err error) {
	defer in.t.call(&ctx, "receipts.content")(&err)
	return in.Receipts.Content(ctx, of, id)
}

func (in receipts) Update(
	ctx context.Context, of tenant.ID, id receipt.ID, change func(*receipt.Receipt) error,
) (_ *receipt.Receipt, err error) {
	defer in.t.call(&ctx, "receipts.update")(&err)
	return in.Receipts.Update(ctx, of, id, change)
}

func (in receipts) ByOrder(ctx context.Context, of tenant.ID, id order.ID) (_ []*receipt.Receipt, err error) {
	defer in.t.call(&ctx, "receipts.by_order")(&err)
	return in.Receipts.ByOrder(ctx, of, id)
}

func (in receipts) Earlier(
	ctx context.Context, of tenant.ID, c connection.ID, documentID, number string, limit int,
) (_ []*receipt.Receipt, err error) {
	defer in.t.call(&ctx, "receipts.earlier")(&err)
	return in.Receipts.Earlier(ctx, of, c, documentID, number, limit)
}

func (in receipts) List(ctx context.Context, of tenant.ID, q port.ReceiptQuery) (_ []*receipt.Receipt, err error) {
	defer in.t.call(&ctx, "receipts.list")(&err)
	return in.Receipts.List(ctx, of, q)
}

func (in receipts) Remove(ctx context.Context, of tenant.ID, id receipt.ID) (err error) {
	defer in.t.call(&ctx, "receipts.remove")(&err)
	return in.Receipts.Remove(ctx, of, id)
}

type answers struct {
	port.Answers
	t *Telemetry
}

func (in answers) Document(ctx context.Context, of tenant.ID, id answer.ID) (_ *answer.Document, err error) {
	defer in.t.call(&ctx, "answers.document")(&err)
	return in.Answers.Document(ctx, of, id)
}

func (in answers) ByOrder(ctx context.Context, of tenant.ID, id order.ID) (_ []*answer.Answer, err error) {
	defer in.t.call(&ctx, "answers.by_order")(&err)
	return in.Answers.ByOrder(ctx, of, id)
}

func (in answers) ToDeliver(ctx context.Context, now time.Time, busy []port.ConnectionOf, limit int) (_ []*answer.Answer, err error) {
	defer in.t.call(&ctx, "answers.to_deliver")(&err)
	return in.Answers.ToDeliver(ctx, now, busy, limit)
}

func (in answers) GivenUp(ctx context.Context, of tenant.ID, q port.GivenUpQuery) (_ []*answer.Answer, err error) {
	defer in.t.call(&ctx, "answers.given_up")(&err)
	return in.Answers.GivenUp(ctx, of, q)
}

func (in answers) Remove(ctx context.Context, of tenant.ID, id answer.ID) (err error) {
	defer in.t.call(&ctx, "answers.remove")(&err)
	return in.Answers.Remove(ctx, of, id)
}

type keys struct {
	port.Keys
	t *Telemetry
}

func (in keys) Create(ctx context.Context, k *apikey.Key) (err error) {
	defer in.t.call(&ctx, "keys.create")(&err)
	return in.Keys.Create(ctx, k)
}

func (in keys) Get(ctx context.Context, of tenant.ID, id apikey.ID) (_ *apikey.Key, err error) {
	defer in.t.call(&ctx, "keys.get")(&err)
	return in.Keys.Get(ctx, of, id)
}

func (in keys) Update(ctx context.Context, of tenant.ID, id apikey.ID, change func(*apikey.Key) error) (_ *apikey.Key, err error) {
	defer in.t.call(&ctx, "keys.update")(&err)
	return in.Keys.Update(ctx, of, id, change)
}

func (in keys) List(ctx context.Context, of tenant.ID) (_ []*apikey.Key, err error) {
	defer in.t.call(&ctx, "keys.list")(&err)
	return in.Keys.List(ctx, of)
}

type replays struct {
	port.Replays
	t *Telemetry
}

func (in replays) Create(ctx context.Context, r *replay.Replay) (err error) {
	defer in.t.call(&ctx, "replays.create")(&err)
	return in.Replays.Create(ctx, r)
}

func (in replays) Get(ctx context.Context, of tenant.ID, id replay.ID) (_ *replay.Replay, err error) {
	defer in.t.call(&ctx, "replays.get")(&err)
	return in.Replays.Get(ctx, of, id)
}

func (in replays) Update(
	ctx context.Context, of tenant.ID, id replay.ID, change func(*replay.Replay) error,
) (_ *replay.Replay, err error) {
	defer in.t.call(&ctx, "replays.update")(&err)
	return in.Replays.Update(ctx, of, id, change)
}

func (in replays) Sweep(ctx context.Context, now time.Time, limit int) (_ int, err error) {
	defer in.t.call(&ctx, "replays.sweep")(&err)
	return in.Replays.Sweep(ctx, now, limit)
}

type throttles struct {
	port.Throttles
	t *Telemetry
}

func (in throttles) Create(ctx context.Context, t *throttle.Throttle) (err error) {
	defer in.t.call(&ctx, "throttles.create")(&err)
	return in.Throttles.Create(ctx, t)
}

func (in throttles) Get(ctx context.Context, of tenant.ID, id throttle.ID) (_ *throttle.Throttle, err error) {
	defer in.t.call(&ctx, "throttles.get")(&err)
	return in.Throttles.Get(ctx, of, id)
}

func (in throttles) Update(
	ctx context.Context, of tenant.ID, id throttle.ID, change func(*throttle.Throttle) error,
) (_ *throttle.Throttle, err error) {
	defer in.t.call(&ctx, "throttles.update")(&err)
	return in.Throttles.Update(ctx, of, id, change)
}

func (in throttles) Sweep(ctx context.Context, now time.Time, limit int) (_ int, err error) {
	defer in.t.call(&ctx, "throttles.sweep")(&err)
	return in.Throttles.Sweep(ctx, now, limit)
}

type users struct {
	port.Users
	t *Telemetry
}

func (in users) Create(ctx context.Context, u *user.User) (err error) {
	defer in.t.call(&ctx, "users.create")(&err)
	return in.Users.Create(ctx, u)
}

func (in users) Get(ctx context.Context, id user.ID) (_ *user.User, err error) {
	defer in.t.call(&ctx, "users.get")(&err)
	return in.Users.Get(ctx, id)
}

func (in users) Update(ctx context.Context, id user.ID, change func(*user.User) error) (_ *user.User, err error) {
	defer in.t.call(&ctx, "users.update")(&err)
	return in.Users.Update(ctx, id, change)
}

func (in users) Remove(ctx context.Context, id user.ID) (err error) {
	defer in.t.call(&ctx, "users.remove")(&err)
	return in.Users.Remove(ctx, id)
}

func (in users) ByEmail(ctx context.Context, key string) (_ *user.User, err error) {
	defer in.t.call(&ctx, "users.by_email")(&err)
	return in.Users.ByEmail(ctx, key)
}

func (in users) BySubject(ctx context.Context, issuer, subject string) (_ *user.User, err error) {
	defer in.t.call(&ctx, "users.by_subject")(&err)
	return in.Users.BySubject(ctx, issuer, subject)
}

func (in users) List(ctx context.Context, of tenant.ID, after user.ID, limit int) (_ []*user.User, err error) {
	defer in.t.call(&ctx, "users.list")(&err)
	return in.Users.List(ctx, of, after, limit)
}

type signIns struct {
	port.SignIns
	t *Telemetry
}

func (in signIns) Create(ctx context.Context, s *signin.SignIn) (err error) {
	defer in.t.call(&ctx, "signins.create")(&err)
	return in.SignIns.Create(ctx, s)
}

func (in signIns) Get(ctx context.Context, id signin.ID) (_ *signin.SignIn, err error) {
	defer in.t.call(&ctx, "signins.get")(&err)
	return in.SignIns.Get(ctx, id)
}

func (in signIns) Update(ctx context.Context, id signin.ID, change func(*signin.SignIn) error) (_ *signin.SignIn, err error) {
	defer in.t.call(&ctx, "signins.update")(&err)
	return in.SignIns.Update(ctx, id, change)
}

func (in signIns) Remove(ctx context.Context, id signin.ID) (err error) {
	defer in.t.call(&ctx, "signins.remove")(&err)
	return in.SignIns.Remove(ctx, id)
}

func (in signIns) Sweep(ctx context.Context, now time.Time, limit int) (_ int, err error) {
	defer in.t.call(&ctx, "signins.sweep")(&err)
	return in.SignIns.Sweep(ctx, now, limit)
}

type auditLog struct {
	port.Audit
	t *Telemetry
}

func (in auditLog) Append(ctx context.Context, e *audit.Entry) (err error) {
	defer in.t.call(&ctx, "audit.append")(&err)
	return in.Audit.Append(ctx, e)
}

func (in auditLog) Conclude(ctx context.Context, of tenant.ID, id audit.ID, o audit.Outcome) (err error) {
	defer in.t.call(&ctx, "audit.conclude")(&err)
	return in.Audit.Conclude(ctx, of, id, o)
}

func (in auditLog) List(ctx context.Context, of tenant.ID, q port.AuditQuery) (_ []*audit.Record, err error) {
	defer in.t.call(&ctx, "audit.list")(&err)
	return in.Audit.List(ctx, of, q)
}

func (in auditLog) Sweep(ctx context.Context, of tenant.ID, before time.Time, limit int) (_ int, err error) {
	defer in.t.call(&ctx, "audit.sweep")(&err)
	return in.Audit.Sweep(ctx, of, before, limit)
}

type trafficRecord struct {
	port.Traffic
	t *Telemetry
}

func (in trafficRecord) Append(ctx context.Context, entries []*traffic.Entry) (err error) {
	defer in.t.call(&ctx, "traffic.append")(&err)
	return in.Traffic.Append(ctx, entries)
}

func (in trafficRecord) Get(ctx context.Context, of tenant.ID, id traffic.ID) (_ *traffic.Entry, err error) {
	defer in.t.call(&ctx, "traffic.get")(&err)
	return in.Traffic.Get(ctx, of, id)
}

func (in trafficRecord) List(ctx context.Context, of tenant.ID, q port.TrafficQuery) (_ []*traffic.Record, err error) {
	defer in.t.call(&ctx, "traffic.list")(&err)
	return in.Traffic.List(ctx, of, q)
}

func (in trafficRecord) OfSession(ctx context.Context, of tenant.ID, id session.ID, limit int) (_ []*traffic.Record, err error) {
	defer in.t.call(&ctx, "traffic.of_session")(&err)
	return in.Traffic.OfSession(ctx, of, id, limit)
}

func (in trafficRecord) RemoveSession(ctx context.Context, of tenant.ID, id session.ID) (err error) {
	defer in.t.call(&ctx, "traffic.remove_session")(&err)
	return in.Traffic.RemoveSession(ctx, of, id)
}

func (in trafficRecord) RemoveNamed(ctx context.Context, of tenant.ID, name string) (err error) {
	defer in.t.call(&ctx, "traffic.remove_named")(&err)
	return in.Traffic.RemoveNamed(ctx, of, name)
}

func (in trafficRecord) Sweep(ctx context.Context, of tenant.ID, before traffic.ID, limit int) (_ int, err error) {
	defer in.t.call(&ctx, "traffic.sweep")(&err)
	return in.Traffic.Sweep(ctx, of, before, limit)
}
