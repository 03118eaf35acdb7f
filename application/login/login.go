// Package login accepts what procurement systems send to a link: it opens a session for the person of a start call, and
// hands on the purchase orders of formats whose documents all go to one address.
package login

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"
	"strings"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/idempotency"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/token"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Service accepts start calls.
type Service struct {
	stores    port.Stores
	formats   *formats.Registry
	encoder   *encoding.Encoder
	orders    *completion.Service
	callers   *authentication.Service
	secrets   port.Secrets
	catalogue port.Catalogue
	clock     port.Clock
	ids       port.IDs
	policy    port.Policy
	log       *slog.Logger
}

// New makes the service.
func New(
	stores port.Stores, registry *formats.Registry, encoder *encoding.Encoder, orders *completion.Service,
	callers *authentication.Service, secrets port.Secrets, catalogue port.Catalogue, clock port.Clock, ids port.IDs,
	policy port.Policy, log *slog.Logger,
) *Service {
	return &Service{stores, registry, encoder, orders, callers, secrets, catalogue, clock, ids, policy, log}
}

// Call is a start call as it came in.
type Call struct {
	From     authentication.Origin
	Endpoint string // the whole address, for answers that name it
	Request  port.StartRequest
}

// Reply is what the caller gets: a place to go on to, a document, or the answer to a function.
type Reply struct {
	Location  string
	Answer    *Answer
	MediaType string
	Document  []byte
	Refusal   error // what the document refuses, for the log
	// FrameAncestors are the origins that may show a page with the answer in a frame, as connection.Return has them. They come with
	// a refusal, too, where the connection is known.
	FrameAncestors []string
}

// Start accepts or refuses what comes to a link: a start call, or a document that the format knows. Where the caller is a
// server that expects a document, a refusal is told in that document, and the error is nil.
func (s *Service) Start(ctx context.Context, call Call) (Reply, error) {
	at, err := s.find(ctx, call, false)
	if err != nil {
		return Reply{}, err
	}
	if at.responder != nil {
		return s.document(ctx, at, call)
	}
	decoder, err := formats.As[port.LoginDecoder](s.formats, at.conn.Profile().Format, formats.Login)
	if err != nil {
		return Reply{}, err
	}
	framed := Reply{FrameAncestors: at.conn.Profile().Return.FrameAncestors}
	call.Request.Login, call.Request.Options = at.conn.Profile().Login, at.conn.Profile().Options
	if !at.conn.Profile().Login.Method.Allows(call.Request.Method) {
		return framed, fault.Newf(fault.Malformed, "login.method", "this connection does not accept a start call by %s", call.Request.Method)
	}
	opened, err := s.open(ctx, at, decoder, call)
	framed.Location, framed.Answer = opened.page, opened.answer
	return framed, err
}

// Order accepts or refuses a purchase order document whose format holds the credentials, as Start does. It reports whether
// it is one.
func (s *Service) Order(ctx context.Context, call Call) (Reply, bool, error) {
	at, err := s.find(ctx, call, true)
	if err != nil || at.responder == nil {
		return Reply{}, false, err
	}
	reply, err := s.document(ctx, at, call)
	return reply, true, err
}

// document answers a document by a document.
func (s *Service) document(ctx context.Context, at place, call Call) (Reply, error) {
	if at.conn != nil {
		profile := at.conn.Profile()
		call.Request.Login, call.Request.Options = profile.Login, profile.Options
		if at.responder.Name() != profile.Format {
			call.Request.Options = profile.Ordering.Options
		}
	}
	opened, refusal := s.open(ctx, at, at.responder, call)
	var document bytes.Buffer
	mediaType, err := at.responder.EncodeStartResponse(&document, port.StartResponse{
		Call: opened.call, StartPage: opened.page, Queued: opened.queued, Err: refusal, Endpoint: call.Endpoint,
		DocumentID: s.ids.New(), Now: s.clock.Now(),
	})
	return Reply{MediaType: mediaType, Document: document.Bytes(), Refusal: refusal}, err
}

// Refuse answers a call that Start refused, or that did not come to it, in a document where the call is one that a format
// answers so: its caller is a program and reads no page. It reports whether it is.
func (s *Service) Refuse(r port.StartRequest, refusal error) (Reply, bool) {
	for _, name := range s.formats.Names() {
		responder, err := formats.As[port.StartResponder](s.formats, name, formats.Login)
		if err != nil || !responder.AnswersDocument(r) {
			continue
		}
		var document bytes.Buffer
		mediaType, err := responder.EncodeStartResponse(&document, port.StartResponse{
			Err: refusal, DocumentID: s.ids.New(), Now: s.clock.Now(),
		})
		return Reply{MediaType: mediaType, Document: document.Bytes(), Refusal: refusal}, err == nil
	}
	return Reply{}, false
}

// place is where a call came to.
type place struct {
	link *connection.Link
	conn *connection.Connection // nil where a network's document names none
	// responder reads and answers the call where it is a document; nil where a browser brings it.
	responder  port.StartResponder
	ordersOnly bool // the address takes purchase orders and no start calls
}

// find returns the place of a call. The document is one of the connection's format, or of the format of its purchase orders;
// with ordersOnly, of the latter alone.
func (s *Service) find(ctx context.Context, call Call, ordersOnly bool) (place, error) {
	of, id, err := connection.ParseLinkAddress(call.From.Link)
	if err != nil {
		return place{}, err
	}
	recording.AboutLink(ctx, of, id)
	link, err := s.stores.Links.Get(ctx, of, id)
	if err != nil {
		return place{}, err
	}
	if link.Network() {
		at, err := s.ofNetwork(ctx, link, call)
		if at.ordersOnly = ordersOnly; at.conn != nil {
			recording.AboutConnection(ctx, at.conn)
		}
		return at, err
	}
	conn, err := s.stores.Connections.Get(ctx, of, link.Snapshot().Connection)
	if err != nil {
		return place{}, err
	}
	recording.AboutConnection(ctx, conn)
	at, profile := place{link: link, conn: conn, ordersOnly: ordersOnly}, conn.Profile()
	names := []string{profile.Format, profile.Ordering.Format}
	if ordersOnly {
		names = names[1:]
	}
	for _, name := range names {
		responder, err := formats.As[port.StartResponder](s.formats, name, formats.Login)
		if err != nil {
			continue
		}
		request := call.Request
		if name == profile.Format {
			request.Options = profile.Options
		} else {
			request.Options = profile.Ordering.Options
		}
		if responder.AnswersDocument(request) {
			at.responder = responder
			break
		}
	}
	return at, nil
}

// opened is what a call came to.
type opened struct {
	call   port.StartCall
	page   string  // where the person goes; empty where the document asks for no session
	answer *Answer // of a function that asks the shop for data
	queued bool    // a purchase order was accepted for processing
}

// open reads the call, checks everything about it, and stores the session or what else the call brings.
func (s *Service) open(ctx context.Context, at place, decoder port.LoginDecoder, call Call) (opened, error) {
	if err := at.link.Check(); err != nil {
		return opened{}, err
	}
	start, err := decoder.DecodeLogin(call.Request)
	recording.About(ctx, func(c *recording.Call) { c.Person = session.EmailKey(start.Person.Email) })
	got := opened{call: start}
	if err != nil {
		return got, err
	}
	if at.conn == nil {
		return got, s.callers.Refuse(ctx, call.From, at.link.Snapshot().Tenant)
	}
	if err := s.callers.Caller(ctx, call.From, at.conn, start.Presented); err != nil {
		return got, err
	}
	switch {
	case start.Order != nil:
		start.Order.Test = start.Order.Test || call.From.Trial != authentication.NoTrial
		got.queued, err = s.order(ctx, at, start)
		return got, err
	case at.ordersOnly:
		return got, errOrdersOnly
	case asksShop(start):
		got.answer, err = s.answer(ctx, at.conn, start)
		return got, err
	case start.Operation == "": // a document that only asks what the gateway can do
		return got, nil
	}
	got.page, err = s.begin(ctx, at.conn, start, call.From.Trial)
	return got, err
}

// errOrdersOnly refuses other documents than purchase orders where only these are taken.
var errOrdersOnly = fault.New(fault.Unsupported, "login.orders_only", "this address takes purchase orders only")

// order hands on a purchase order. It reports whether an operator has to look at it.
func (s *Service) order(ctx context.Context, at place, start port.StartCall) (queued bool, err error) {
	format := at.conn.Profile().Ordering.Format
	if _, err := formats.As[port.StartResponder](s.formats, format, formats.Order); err != nil {
		return false, completion.ErrNoOrders
	}
	start.Order.DocumentID = start.DocumentID
	var sender string
	if from := start.Presented.From; len(from) > 0 {
		sender = strings.ToLower(from[0].Domain) + " " + from[0].ID
	}
	received, err := s.orders.Receive(ctx, at.conn, at.responder.Name(), sender,
		&receipt.Content{MediaType: "text/xml", Body: start.Kept, Order: *start.Order})
	return received.Queued(), err
}

// begin stores the session and returns the start page.
func (s *Service) begin(
	ctx context.Context, conn *connection.Connection, start port.StartCall, trial authentication.Trial,
) (string, error) {
	of, visit, err := s.visit(ctx, conn, start)
	if err != nil {
		return "", err
	}
	visit.Trial = trial != authentication.NoTrial
	if visit.Lines, err = s.restore(ctx, conn, start); err != nil {
		return "", err
	}
	page, err := s.landing(of)
	if err != nil {
		return "", err
	}
	begun := session.Start(of, conn, session.ID(s.ids.New()), visit, s.clock.Now())
	if err := s.stores.Sessions.Create(ctx, begun); err != nil {
		return "", err
	}
	recording.AboutSession(ctx, begun.Snapshot())
	s.log.InfoContext(ctx, "session opened", "tenant", of.ID(), "connection", conn.ID(), "test", visit.Test)
	if page.RawQuery != "" {
		page.RawQuery += "&" // the shop's own parameters stay as it wrote them
	}
	page.RawQuery += "punchout_token=" + token.Make(s.secrets, token.Start, of.ID(), begun.ID())
	return page.String(), nil
}

// visit checks whether the call may come to the shop, and says what it wants there.
func (s *Service) visit(ctx context.Context, conn *connection.Connection, start port.StartCall) (*tenant.Tenant, session.Visit, error) {
	of, err := s.stores.Tenants.Get(ctx, conn.Tenant())
	if err != nil {
		return nil, session.Visit{}, err
	}
	if err := s.checkStart(ctx, of, conn); err != nil {
		return nil, session.Visit{}, err
	}
	profile := conn.Profile()
	returnURL, err := profile.Return.Address(start.ReturnURL, s.policy.LoopbackHTTP)
	return of, session.Visit{
		Operation: start.Operation, ReturnURL: returnURL, Correlation: start.Correlation, CorrelationField: profile.Login.Names.Session,
		Person: start.Person, ShipTo: start.ShipTo, SelectedItem: start.SelectedItem, Lines: start.Lines,
		Extrinsics: start.Extrinsics, Keep: start.Keep, Test: start.Test,
	}, err
}

// ErrNoLanding refuses logins of a shop that has no landing address yet.
var ErrNoLanding = fault.New(fault.Conflict, "tenant.no_landing_url", "the shop has not set the address where a PunchOut begins")

func (s *Service) landing(of *tenant.Tenant) (*url.URL, error) {
	address := of.Settings().LandingURL
	if address == "" {
		return nil, ErrNoLanding
	}
	return url.Parse(address)
}

func (s *Service) checkStart(ctx context.Context, of *tenant.Tenant, conn *connection.Connection) error {
	c, err := s.stores.Customers.Get(ctx, conn.Tenant(), conn.Profile().Customer)
	if err != nil {
		return err
	}
	return eligibility.CheckStart(eligibility.Facts{Tenant: of, Customer: c, Connection: conn, Now: s.clock.Now()})
}

// Direct opens a session for a customer who logged in to the shop itself, where the connection has a fixed return
// address. The shop has the session at once.
func (s *Service) Direct(ctx context.Context, of tenant.ID, customerID customer.ID, connectionID connection.ID) (*session.Session, error) {
	conn, err := s.stores.Connections.Get(ctx, of, connectionID)
	if err != nil {
		return nil, err
	}
	recording.AboutConnection(ctx, conn)
	profile := conn.Profile()
	if profile.Customer != customerID {
		return nil, port.ErrConnectionNotFound
	}
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	if err := s.checkStart(ctx, shop, conn); err != nil {
		return nil, err
	}
	if profile.Return.Fixed == "" {
		return nil, fault.New(fault.Conflict, "return.no_fixed", "the connection has no fixed return address")
	}
	if err := profile.Return.CheckAddress(profile.Return.Fixed, s.policy.LoopbackHTTP); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	id := session.ID(idempotency.ID(ctx, s.ids, "session"))
	opened := session.Start(shop, conn, id, session.Visit{Operation: "create", ReturnURL: profile.Return.Fixed}, now)
	if err := opened.Exchange("", now); err != nil {
		return nil, err
	}
	begun, err := idempotency.Create(ctx, opened, s.stores.Sessions.Create,
		func() (*session.Session, error) { return s.stores.Sessions.Get(ctx, of, id) }, idempotency.Own)
	if err == nil {
		recording.AboutSession(ctx, begun.Snapshot())
	}
	return begun, err
}
