package login

import (
	"context"
	"slices"

	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Answer is the page that answers a function of the start call which asks the shop for data (SAP OCI). No session and no
// order comes of it.
type Answer struct {
	Form   transfer.Form
	Fields []transfer.Field
	// FormAction are the origins that the page's content security policy must allow.
	FormAction []string
	// Submits is set where the page sends its form by itself; else whoever asked reads it.
	Submits bool
	// Gone is set where the shop has no such article. Then the page has no form.
	Gone     bool
	Language string
}

// Refusals of a question to the shop.
var (
	ErrNoCatalogue = fault.New(fault.Unsupported, "tenant.no_catalogue", "the shop answers no questions about its articles")
	ErrAnswer      = fault.New(fault.Unavailable, "catalogue.wrong_answer", "the shop's answer about its articles cannot be handed on")
)

// asksShop reports whether the call asks the shop for data and begins no visit.
func asksShop(start port.StartCall) bool {
	return start.Function == port.FunctionValidate || start.Function == port.FunctionSearch
}

// answer asks the shop and makes the form that hands its answer to the procurement system.
func (s *Service) answer(ctx context.Context, conn *connection.Connection, start port.StartCall) (*Answer, error) {
	of, visit, err := s.visit(ctx, conn, start)
	if err != nil {
		return nil, err
	}
	found, err := s.ask(ctx, of, conn, start)
	if err != nil {
		return nil, err
	}
	answer := &Answer{Submits: start.Function == port.FunctionValidate, Language: of.Settings().Language}
	if answer.Gone = answer.Submits && len(found.Lines) == 0; answer.Gone {
		return answer, nil
	}
	document, err := s.encode(ctx, of, conn, visit, found)
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "shop asked", "tenant", of.ID(), "connection", conn.ID(), "function", start.Function,
		"lines", len(found.Lines), "warnings", len(document.Warnings))
	answer.Form, answer.Fields = document.Form, document.Values()
	answer.FormAction = slices.Concat([]string{connection.Origin(document.Form.Action)}, conn.Profile().Return.FormAction)
	return answer, nil
}

func (s *Service) ask(ctx context.Context, of *tenant.Tenant, conn *connection.Connection, start port.StartCall) (*cart.Cart, error) {
	address := of.Settings().CatalogueURL
	if address == "" || of.CatalogueSecret() == "" {
		return nil, ErrNoCatalogue
	}
	signs, err := s.secrets.Open(of.CatalogueSecret(), tenant.CataloguePurpose, string(of.ID()))
	if err != nil {
		return nil, err
	}
	return s.catalogue.Ask(ctx, port.CatalogueQuestion{
		URL: address, Secret: signs, ID: s.ids.New(), Function: start.Function,
		Product: start.SelectedItem, Quantity: start.Quantity, Search: start.Search,
		Customer: conn.Profile().Customer, Connection: conn.ID(), Extrinsics: start.Extrinsics,
		Test: start.Test || conn.Profile().TestMode,
	})
}

// encode makes the form of what the shop found, which may be nothing. An answer that is no cart, or that the format cannot
// carry, is the shop's fault and not the procurement system's.
func (s *Service) encode(
	ctx context.Context, of *tenant.Tenant, conn *connection.Connection, visit session.Visit, found *cart.Cart,
) (*transfer.Document, error) {
	asked := session.State{Visit: visit}
	if len(found.Lines) == 0 {
		return s.encoder.Cancel(conn, asked)
	}
	who, err := s.stores.Customers.Get(ctx, of.ID(), conn.Profile().Customer)
	if err != nil {
		return nil, err
	}
	document, err := s.encoder.Offer(encoding.Subject{Shop: of, Customer: who, Connection: conn, Session: asked}, found)
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.TooLarge {
		s.log.WarnContext(ctx, "the shop's answer is wrong", "tenant", of.ID(), "connection", conn.ID(), "error", err,
			"details", fault.From(err).Details)
		return nil, ErrAnswer.Because(err)
	}
	return document, err
}
