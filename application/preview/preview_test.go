package preview_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

var now = time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)

type clock struct{}

func (clock) Now() time.Time { return now }

type ids struct{}

func (ids) New() string { return strings.Repeat("a", 26) }

// The stores know one of each, and can only be read: a call that would change something fails the test by its nil pointer.
type (
	tenants struct {
		port.Tenants
		only *tenant.Tenant
	}
	customers struct {
		port.Customers
		only *customer.Customer
	}
	connections struct {
		port.Connections
		only *connection.Connection
	}
	sessions struct {
		port.Sessions
		only *session.Session
	}
)

func (s tenants) Get(context.Context, tenant.ID) (*tenant.Tenant, error) { return s.only, nil }

func (s customers) Get(_ context.Context, _ tenant.ID, id customer.ID) (*customer.Customer, error) {
	if id != s.only.ID() {
		return nil, port.ErrCustomerNotFound
	}
	return s.only, nil
}

func (s connections) Get(_ context.Context, _ tenant.ID, id connection.ID) (*connection.Connection, error) {
	if id != s.only.ID() {
		return nil, port.ErrConnectionNotFound
	}
	return s.only, nil
}

func (s sessions) Get(_ context.Context, _ tenant.ID, id session.ID) (*session.Session, error) {
	if id != s.only.ID() {
		return nil, session.ErrNotFound
	}
	return s.only, nil
}

// wire is a format that writes its return address.
type wire struct{ addresses []string }

func (*wire) Name() string                       { return "cxml-1.2" }
func (*wire) CheckOptions(json.RawMessage) error { return nil }
func (w *wire) EncodeCart(_ io.Writer, o port.Outgoing) (port.Handover, error) {
	w.addresses = append(w.addresses, o.ReturnURL)
	return port.Handover{}, nil
}

func (*wire) EncodeCancel(io.Writer, port.Outgoing) (port.Handover, error) {
	return port.Handover{}, errors.ErrUnsupported
}

type noMapper struct{}

func (noMapper) Check(json.RawMessage, port.CartEncoder, json.RawMessage) error { return nil }
func (noMapper) Apply(_ json.RawMessage, _ port.CartEncoder, v port.MappingInput) (port.Mapped, error) {
	return port.Mapped{Cart: v.Cart}, nil
}

// visit is a shop with one connection, to a Coupa, and one session of it.
func visit(t *testing.T, returns connection.Return, address string, exchanged bool) (*preview.Service, *wire) {
	t.Helper()
	settings := tenant.Defaults()
	settings.DecidingField, settings.Language = "punchout", "en"
	shop, err := tenant.New("papper", "Papper", []tenant.Field{{Name: "punchout", Label: "PunchOut", Type: tenant.Checkbox}}, settings, now)
	if err != nil {
		t.Fatal(err)
	}
	who, err := customer.New(shop, "goteborg", customer.Profile{Name: "Göteborg", Active: true, Values: map[string]string{"punchout": "true"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	conn := connection.Restore(connection.State{Tenant: "papper", ID: "coupa", Profile: connection.Profile{
		Customer: "goteborg", Format: "cxml-1.2", Active: true, BuyerSystem: "coupa", Return: returns,
	}})
	open := session.Start(shop, conn, "s1", session.Visit{Operation: "create", ReturnURL: address}, now)
	if exchanged {
		if err := open.Exchange("", now); err != nil {
			t.Fatal(err)
		}
	}
	w := &wire{}
	registry, err := formats.New([]port.Format{w})
	if err != nil {
		t.Fatal(err)
	}
	stores := port.Stores{Tenants: tenants{only: shop}, Customers: customers{only: who}, Connections: connections{only: conn}, Sessions: sessions{only: open}}
	admin := administration.New(stores, registry, noMapper{}, nil, clock{}, ids{}, slog.New(slog.DiscardHandler))
	return preview.New(stores, encoding.NewEncoder(registry, noMapper{}, clock{}, ids{}), admin, clock{}, port.Policy{}), w
}

func kilo() *cart.Cart {
	return &cart.Cart{Currency: "SEK", Lines: []cart.Line{{
		SKU: "4711", Name: "Spik", Quantity: money.FromInt(1), Unit: "KGM", UnitPrice: money.FromInt(1), Tax: cart.Tax{Category: "Z"},
	}}}
}

const address = "https://buyer.example.com/return"

var (
	fixed    = connection.Return{Fixed: "https://fixed.example.com/"}
	fromCall = connection.Return{FromCall: true, Hosts: []string{"buyer.example.com"}}
)

func TestACartIsTriedForAVisitOrForAConnection(t *testing.T) {
	for name, c := range map[string]struct {
		returns  connection.Return
		question preview.Question
		address  string
	}{
		"an open session":                           {fromCall, preview.Question{Session: "s1"}, address},
		"a connection with a fixed return address":  {fixed, preview.Question{Connection: "coupa"}, fixed.Fixed},
		"a connection that nobody has come through": {fromCall, preview.Question{Connection: "coupa"}, "https://buyer.invalid/"},
	} {
		service, w := visit(t, c.returns, address, true)
		made, err := service.Preview(context.Background(), "papper", c.question, kilo())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		warnings := made.Document.Warnings
		if len(warnings) != 1 || warnings[0].Code != "coupa.unit_known" || warnings[0].Before != "KGM" || warnings[0].Remedy == "" {
			t.Errorf("%s: %+v", name, warnings)
		}
		if len(w.addresses) != 1 || w.addresses[0] != c.address {
			t.Errorf("%s: encoded for %q", name, w.addresses)
		}
	}
}

func TestWhatSendingWouldRefuseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		address   string
		exchanged bool
		question  preview.Question
		cart      *cart.Cart
		want      error
	}{
		"no visit":                               {address, true, preview.Question{}, kilo(), preview.ErrQuestion},
		"a session and a connection":             {address, true, preview.Question{Session: "s1", Connection: "coupa"}, kilo(), preview.ErrQuestion},
		"an unknown session":                     {address, true, preview.Question{Session: "s2"}, kilo(), session.ErrNotFound},
		"an unknown connection":                  {address, true, preview.Question{Connection: "ariba"}, kilo(), port.ErrConnectionNotFound},
		"a session that nobody shops in yet":     {address, false, preview.Question{Session: "s1"}, kilo(), session.ErrNotStarted},
		"a return address that is not allowed":   {"https://evil.example.com/", true, preview.Question{Session: "s1"}, kilo(), connection.ErrReturnAddress},
		"a cart that has members that are wrong": {address, true, preview.Question{Session: "s1"}, &cart.Cart{Currency: "SEK"}, cart.ErrInvalid},
	} {
		service, _ := visit(t, fromCall, c.address, c.exchanged)
		if made, err := service.Preview(context.Background(), "papper", c.question, c.cart); !errors.Is(err, c.want) || made.Document != nil {
			t.Errorf("%s: %+v %v", name, made, err)
		}
	}
}

func TestADraftSaysAllThatIsWrongAndShowsWhatItCan(t *testing.T) {
	whole := connection.Profile{
		Name: "Coupa", Customer: "goteborg", Format: "cxml-1.2", Login: connection.Login{Method: connection.Any, Names: connection.Presets["oci"], User: "x"},
		Return: connection.Return{Fixed: fixed.Fixed, Transfer: connection.Browser}, Ordering: connection.Ordering{Login: connection.BasicOrBearer},
	}
	for name, c := range map[string]struct {
		change   func(*connection.Profile)
		cart     *cart.Cart
		wrong    string // of the connection
		wrongIn  string // of the cart
		document bool
	}{
		"nothing":                     {func(*connection.Profile) {}, kilo(), "", "", true},
		"what no document depends on": {func(p *connection.Profile) { p.Name, p.Login.User = "", "" }, kilo(), "/name missing, /login/user missing", "", true},
		"an unknown customer":         {func(p *connection.Profile) { p.Customer = "kafe" }, kilo(), "/customer unknown_customer", "", false},
		"no customer":                 {func(p *connection.Profile) { p.Customer = "" }, kilo(), "/customer missing", "", false},
		"no format":                   {func(p *connection.Profile) { p.Format = "" }, kilo(), "/format missing", "", false},
		"an unknown format":           {func(p *connection.Profile) { p.Format = "edifact" }, kilo(), "/format unknown_format", "", false},
		"an unknown format of orders": {func(p *connection.Profile) { p.Ordering.Format = "edifact" }, kilo(), "/ordering/format no_order_format", "", true},
		"a buyer's system":            {func(p *connection.Profile) { p.BuyerSystem = "none" }, kilo(), "/buyer_system unknown_buyer_system", "", false},
		"the cart":                    {func(*connection.Profile) {}, &cart.Cart{Currency: "SEK"}, "", "/lines empty", false},
	} {
		service, _ := visit(t, fixed, address, true)
		p := whole
		c.change(&p)
		d, err := service.Draft(context.Background(), "papper", p, c.cart)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if wrong, wrongIn := codes(d.Connection), codes(d.Cart); wrong != c.wrong || wrongIn != c.wrongIn || (d.Document != nil) != c.document {
			t.Errorf("%s: in the connection %q, in the cart %q, a document: %v", name, wrong, wrongIn, d.Document != nil)
		}
	}
}

func codes(all []fault.Detail) string {
	texts := make([]string, len(all))
	for i, d := range all {
		texts[i] = d.Path + " " + d.Code
	}
	return strings.Join(texts, ", ")
}
