// Package login accepts start calls: it opens a session for whoever the procurement system sends.
package login

import (
	"bytes"
	"context"
	"log/slog"
	"net/url"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/token"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Policy is what whoever runs the gateway decides about logins.
type Policy struct {
	// LoopbackHTTP accepts return addresses on loopback by plain http, as the demo needs them.
	LoopbackHTTP bool
}

// Service accepts start calls.
type Service struct {
	stores    port.Stores
	formats   *formats.Registry
	secrets   port.Secrets
	catalogue port.Catalogue
	clock     port.Clock
	ids       port.IDs
	policy    Policy
	log       *slog.Logger
}

// New makes the service.
func New(
	stores port.Stores, registry *formats.Registry, secrets port.Secrets, catalogue port.Catalogue, clock port.Clock, ids port.IDs,
	policy Policy, log *slog.Logger,
) *Service {
	return &Service{stores, registry, secrets, catalogue, clock, ids, policy, log}
}

// Call is a start call as it came in.
type Call struct {
	Link     string // the last part of the link's address
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
}

// Start accepts or refuses a start call. Where the caller is a server that expects a document, a refusal is told in that
// document, and the error is nil.
func (s *Service) Start(ctx context.Context, call Call) (Reply, error) {
	link, conn, err := s.find(ctx, call.Link)
	if err != nil {
		return Reply{}, err
	}
	decoder, err := formats.As[port.LoginDecoder](s.formats, conn.Profile().Format, formats.Login)
	if err != nil {
		return Reply{}, err
	}
	call.Request.Login, call.Request.Options = conn.Profile().Login, conn.Profile().Options
	responder, ok := decoder.(port.StartResponder)
	if !ok || !responder.AnswersDocument(call.Request) {
		if !conn.Profile().Login.Method.Allows(call.Request.Method) {
			return Reply{}, fault.Newf(fault.Malformed, "login.method", "this connection does not accept a start call by %s", call.Request.Method)
		}
		start, page, err := s.open(ctx, link, conn, decoder, call.Request)
		if err == nil && asksShop(start) {
			answer, err := s.answer(ctx, conn, start)
			return Reply{Answer: answer}, err
		}
		return Reply{Location: page}, err
	}
	start, page, refusal := s.open(ctx, link, conn, responder, call.Request)
	var document bytes.Buffer
	mediaType, err := responder.EncodeStartResponse(&document, port.StartResponse{
		Call: start, StartPage: page, Err: refusal, Endpoint: call.Endpoint, DocumentID: s.ids.New(), Now: s.clock.Now(),
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

func (s *Service) find(ctx context.Context, address string) (*connection.Link, *connection.Connection, error) {
	of, id, err := connection.ParseLinkAddress(address)
	if err != nil {
		return nil, nil, err
	}
	link, err := s.stores.Links.Get(ctx, of, id)
	if err != nil {
		return nil, nil, err
	}
	conn, err := s.stores.Connections.Get(ctx, of, link.Snapshot().Connection)
	return link, conn, err
}

// open reads the call, checks everything about it and stores the session. It returns the start page, or none where the
// document asks for no session.
func (s *Service) open(
	ctx context.Context, link *connection.Link, conn *connection.Connection, decoder port.LoginDecoder, r port.StartRequest,
) (port.StartCall, string, error) {
	if err := link.Check(); err != nil {
		return port.StartCall{}, "", err
	}
	start, err := decoder.DecodeLogin(r)
	if err != nil {
		return start, "", err
	}
	if err := authentication.Caller(ctx, s.secrets, s.clock, conn, start.Presented); err != nil {
		return start, "", err
	}
	if start.Operation == "" || asksShop(start) { // no visit: a document that only asks what the gateway can do, or a function
		return start, "", nil
	}
	of, visit, err := s.visit(ctx, conn, start)
	if err != nil {
		return start, "", err
	}
	page, err := s.landing(of)
	if err != nil {
		return start, "", err
	}
	opened := session.Start(of, conn, session.ID(s.ids.New()), visit, s.clock.Now())
	if err := s.stores.Sessions.Create(ctx, opened); err != nil {
		return start, "", err
	}
	s.log.InfoContext(ctx, "session opened", "tenant", of.ID(), "connection", conn.ID(), "session", opened.ID(), "test", visit.Test)
	if page.RawQuery != "" {
		page.RawQuery += "&" // the shop's own parameters stay as it wrote them
	}
	page.RawQuery += "punchout_token=" + token.Make(s.secrets, token.Start, of.ID(), opened.ID())
	return start, page.String(), nil
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
	opened := session.Start(shop, conn, session.ID(s.ids.New()), session.Visit{Operation: "create", ReturnURL: profile.Return.Fixed}, now)
	if err := opened.Exchange("", now); err != nil {
		return nil, err
	}
	return opened, s.stores.Sessions.Create(ctx, opened)
}
