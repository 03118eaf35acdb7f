// Package encoding makes carts into documents: it completes what the shop left out, checks, applies the mapping of the
// connection, encodes, and says what the buyer's system will make of it.
package encoding

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/buyersystem"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// ErrMappedDocument refuses a cart whose document the format itself finds wrong after the connection's mapping; its details
// name the rules. Without a mapping no encoder writes such a document.
var ErrMappedDocument = fault.New(fault.Invalid, "mapping.document_invalid",
	"the connection's mapping makes a document that is wrong in its format")

const maxDetails = 100 // of a refusal

// Encoder makes a cart into the document of its connection, whether it is sent or only tried.
type Encoder struct {
	formats *formats.Registry
	mapper  port.Mapper
	clock   port.Clock
	ids     port.IDs
}

// NewEncoder makes the encoder.
func NewEncoder(registry *formats.Registry, mapper port.Mapper, clock port.Clock, ids port.IDs) *Encoder {
	return &Encoder{registry, mapper, clock, ids}
}

// At returns an encoder that always has the same time and draws its identifiers from the given source, so that what differs between
// two documents comes of the cart and the connection alone.
func (e *Encoder) At(clock port.Clock, ids port.IDs) *Encoder {
	return &Encoder{e.formats, e.mapper, clock, ids}
}

// Findings returns what the document's own format finds in it; nothing where the format has no rules to judge by.
func (e *Encoder) Findings(format string, document []byte) ([]port.Finding, error) {
	f, err := e.formats.Get(format)
	if err != nil {
		return nil, err
	}
	return findings(f, document)
}

// Subject is whose cart is encoded.
type Subject struct {
	Shop       *tenant.Tenant
	Customer   *customer.Customer
	Connection *connection.Connection
	Session    session.State
}

// SubjectOf gathers whose cart a session's is.
func SubjectOf(ctx context.Context, stores port.Stores, of session.State) (Subject, error) {
	shop, err := stores.Tenants.Get(ctx, of.Tenant)
	if err != nil {
		return Subject{}, err
	}
	conn, err := stores.Connections.Get(ctx, of.Tenant, of.Connection)
	if err != nil {
		return Subject{}, err
	}
	who, err := stores.Customers.Get(ctx, of.Tenant, of.Customer)
	return Subject{shop, who, conn, of}, err
}

// Encode makes a cart that is sent, or refuses it where the customer may not send it.
func (e *Encoder) Encode(of Subject, c *cart.Cart) (*transfer.Document, error) {
	warnings, err := e.complete(of, c)
	if err != nil {
		return nil, err
	}
	facts := eligibility.Facts{Tenant: of.Shop, Customer: of.Customer, Connection: of.Connection, Cart: c, Now: e.clock.Now()}
	if err := eligibility.CheckSend(facts); err != nil {
		return nil, err
	}
	return e.write(of, c, warnings)
}

// Offer makes lines that nobody buys yet: they answer a question of the procurement system, or only try a connection. Who may buy is
// not asked.
func (e *Encoder) Offer(of Subject, c *cart.Cart) (*transfer.Document, error) {
	warnings, err := e.complete(of, c)
	if err != nil {
		return nil, err
	}
	return e.write(of, c, warnings)
}

// Cancel makes what the procurement system gets where there is no cart.
func (e *Encoder) Cancel(conn *connection.Connection, of session.State) (*transfer.Document, error) {
	encoder, err := formats.As[port.CartEncoder](e.formats, conn.Profile().Format, formats.Cart)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	handover, err := encoder.EncodeCancel(&body, e.outgoing(conn, of))
	if err != nil {
		return nil, err
	}
	return &transfer.Document{
		MediaType: handover.MediaType, FileName: handover.FileName, Body: body.Bytes(), Form: handover.Form, Warnings: handover.Warnings,
	}, nil
}

// outgoing gathers what a document needs of its session and connection, without a cart.
func (e *Encoder) outgoing(conn *connection.Connection, of session.State) port.Outgoing {
	profile := conn.Profile()
	return port.Outgoing{
		Options: profile.Options, ReturnURL: of.Visit.ReturnURL,
		Correlation: of.Visit.Correlation, CorrelationField: of.Visit.CorrelationField, Operation: of.Visit.Operation,
		Keep: of.Visit.Keep,
		From: profile.Login.From, To: profile.Login.To, Sender: profile.Login.Sender,
		Test: of.Visit.Test, DocumentID: e.ids.New(), Now: e.clock.Now(),
	}
}

// complete fills in what the shop left out, and checks the cart.
func (e *Encoder) complete(of Subject, c *cart.Cart) (warnings []transfer.Warning, err error) {
	if len(c.Lines) <= cart.MaxLines { // the check refuses more
		warnings = Complete(c, of.Shop, of.Customer, of.Connection.Profile(), of.Session.Visit, e.clock, e.ids)
	}
	return warnings, c.Check()
}

// write applies the connection's mapping and encodes what that makes. The warnings of the document are those of each step, and
// what the buyer's system does to the cart after them.
func (e *Encoder) write(of Subject, c *cart.Cart, warnings []transfer.Warning) (*transfer.Document, error) {
	profile := of.Connection.Profile()
	encoder, err := formats.As[port.CartEncoder](e.formats, profile.Format, formats.Cart)
	if err != nil {
		return nil, err
	}
	mapped, err := e.mapper.Apply(profile.Mapping, encoder, port.MappingInput{
		Cart: c, Customer: facing(of.Customer), Visit: of.Session.Visit.Extrinsics,
	})
	if err != nil {
		return nil, err
	}
	outgoing := e.outgoing(of.Connection, of.Session)
	outgoing.Cart, outgoing.LineFields, outgoing.FormFields = mapped.Cart, mapped.LineFields, mapped.FormFields
	var body bytes.Buffer
	handover, err := encoder.EncodeCart(&body, outgoing)
	if err != nil {
		return nil, err
	}
	document := &transfer.Document{
		MediaType: handover.MediaType, FileName: handover.FileName, Body: body.Bytes(), Form: handover.Form,
		Units: handover.Units, FreightUnit: handover.FreightUnit,
	}
	if mapped.Cart != c {
		document.Mapped = comparison(mapped.Cart)
	}
	if document.Mapped != nil || len(mapped.LineFields) > 0 {
		if err := checkMapped(encoder, document.Body); err != nil {
			return nil, err
		}
	}
	document.Warnings = append(append(warnings, mapped.Warnings...), handover.Warnings...)
	system, err := buyersystem.For(profile.BuyerSystem, profile.Format)
	if err != nil {
		return nil, err
	}
	if system != nil {
		document.Warnings = system.Preview(buyersystem.Document{
			Format: profile.Format, Cart: c, Mapped: mapped.Cart, LineFields: mapped.LineFields,
			Units: handover.Units, DefaultUNSPSC: handover.DefaultUNSPSC,
		}, document.Warnings, of.Shop.Settings().Language)
	}
	return document, nil
}

// comparison returns a copy of a cart without its attachments, which nobody compares and which are kept in the cart itself.
func comparison(c *cart.Cart) *cart.Cart {
	bare := *c
	bare.Lines = slices.Clone(c.Lines)
	for i := range bare.Lines {
		bare.Lines[i].Attachments = nil
	}
	return &bare
}

// facing is what a mapping can read of the customer. The names of number and name win over custom fields of these names.
func facing(c *customer.Customer) map[string]string {
	profile := c.Profile()
	values := map[string]string{}
	maps.Copy(values, profile.Values)
	values["number"], values["name"] = profile.Number, profile.Name
	return values
}

func findings(format port.Format, document []byte) ([]port.Finding, error) {
	validator, ok := format.(port.DocumentValidator)
	if !ok {
		return nil, nil
	}
	return validator.Validate(bytes.NewReader(document))
}

// checkMapped lets the format judge the document, where it can.
func checkMapped(format port.Format, document []byte) error {
	found, err := findings(format, document)
	if err != nil {
		return err
	}
	var details []fault.Detail
	for _, f := range found {
		if f.Fatal && len(details) < maxDetails {
			details = append(details, fault.Detail{Path: f.Path, Code: f.Rule, Message: f.Message})
		}
	}
	if len(details) > 0 {
		return ErrMappedDocument.With(details...)
	}
	return nil
}
