// Package port names what the use cases need of the outside: stores, formats, a clock, identifiers, secrets. Adapters,
// the project's own or a partner's, implement these interfaces.
package port

import (
	"encoding/json"
	"io"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/language"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Format is one wire format. What it can do beyond its name is declared by implementing the interfaces below it.
// A format is safe for concurrent use.
type Format interface {
	// Name is the format's name, such as proceedo-cxml.
	Name() string
	// CheckOptions refuses options (a JSON object, or nothing) that the format does not know, naming the member.
	CheckOptions(options json.RawMessage) error
}

// Describer is a format that says of itself what operators need to know to choose it and to set its options.
type Describer interface {
	Format
	Describe() Description
	// Starts reports what may begin a PunchOut with these options: a form that a browser brings, a document, or either. Options
	// that CheckOptions refuses begin nothing.
	Starts(options json.RawMessage) (form, document bool)
}

// Description is what a format says of itself.
type Description struct {
	Label  string        // for people, such as SAP OCI 4.0
	About  language.Text // in a sentence, who uses it and what goes back
	CartID string        // where the cart's identifier stands in what goes back, such as NEW_ITEM-EXT_QUOTE_ID[n]
	// OrderedCart is where a purchase order in the format names the cart by that identifier; empty where it has no purchase orders.
	OrderedCart string
	Options     []Option // all that the format takes
}

// Option is a member of a format's options.
type Option struct {
	Name    string
	Kind    OptionKind
	Choices []string // of OptionChoice and OptionChoices
	// Default is what holds without the member, as text; empty where that is nothing, or as About says.
	Default string
	// Example is a value in JSON, of OptionPairs and OptionObject.
	Example string
	About   language.Text
}

// OptionKind says what an option takes.
type OptionKind struct{ name string }

// The kinds of options.
var (
	OptionText    = OptionKind{"text"}
	OptionTruth   = OptionKind{"boolean"}
	OptionNumber  = OptionKind{"integer"}
	OptionChoice  = OptionKind{"choice"}  // one of several texts
	OptionChoices = OptionKind{"choices"} // a list of any of several texts
	OptionPairs   = OptionKind{"pairs"}   // an object of texts
	OptionObject  = OptionKind{"object"}  // any other object
)

// String returns the kind's name.
func (k OptionKind) String() string { return k.name }

// LoginDecoder reads start calls.
type LoginDecoder interface {
	Format
	// DecodeLogin reads a start call without checking its credentials. A call that is not readable, or lacks or doubles a
	// parameter, is refused as fault.Malformed; an operation or document that the format does not serve as
	// fault.Unsupported. What was understood until then is returned all the same.
	DecodeLogin(StartRequest) (StartCall, error)
}

// StartResponder answers start calls that are documents by documents. Start calls of other formats, and of this one
// where AnswersDocument says no, are a browser's, which is led on by a redirect.
type StartResponder interface {
	LoginDecoder
	AnswersDocument(StartRequest) bool
	// EncodeStartResponse writes the answer to w and returns its media type.
	EncodeStartResponse(w io.Writer, r StartResponse) (mediaType string, err error)
}

// CartEncoder writes carts.
type CartEncoder interface {
	Format
	// EncodeCart writes the document to w and says how it is handed over. The cart has passed cart.Check and is
	// complete: seller, buyer, identifiers and times are filled in. A cart that the format cannot carry is refused as
	// fault.Invalid with a detail for each member.
	EncodeCart(w io.Writer, o Outgoing) (Handover, error)
	// EncodeCancel writes what tells the procurement system that the person came back without a cart. A format without
	// such a document writes nothing, and the form goes back without one.
	EncodeCancel(w io.Writer, o Outgoing) (Handover, error)
}

// DocumentValidator judges cart documents, also those that others wrote.
type DocumentValidator interface {
	Format
	// Validate returns what it finds, or an error where reading failed for another reason than the document.
	Validate(document io.Reader) ([]Finding, error)
}

// OrderDecoder reads purchase order documents.
type OrderDecoder interface {
	Format
	DecodeOrder(document io.Reader) (PurchaseOrder, error)
}

// OrderResponseEncoder writes what the seller answers to purchase orders.
type OrderResponseEncoder interface {
	Format
	// EncodeOrderResponse writes the document to w and returns its media type. An answer that contradicts itself or the
	// order, or that the format cannot carry, is refused as fault.Invalid with a detail for each member, and nothing is
	// written.
	EncodeOrderResponse(w io.Writer, r OrderResponse) (mediaType string, err error)
}

// OrderStatusEncoder writes what became of a purchase order that was accepted for processing only.
type OrderStatusEncoder interface {
	Format
	// EncodeOrderStatus writes the document to w and returns its media type.
	EncodeOrderStatus(w io.Writer, s OrderStatus) (mediaType string, err error)
}

// Authenticator is a format whose answers carry the shop's secret. They are kept without it, and get it when they are sent.
type Authenticator interface {
	Format
	// Authenticate returns the document, written with Speaker.HasSecret, with the secret in its place.
	Authenticate(document []byte, s secret.Text) []byte
}

// ReceiptReader reads what the procurement system answers to an answer of the shop.
type ReceiptReader interface {
	Format
	// ReadReceipt returns an error that says why the document was not taken, or nil where it was.
	ReadReceipt(body io.Reader) error
}

// FieldMapper is a CartEncoder whose fields a mapping can name as the buyer's documentation does.
type FieldMapper interface {
	CartEncoder
	Fields() []Field
	// CheckFormField refuses a name that no further hidden field of the form can have with these options, such as that of
	// the field that carries the document.
	CheckFormField(name string, options json.RawMessage) error
}

// Field is a field of a format that a mapping can set.
type Field struct {
	// Name is the format's own, such as NEW_ITEM-MATGROUP or ItemDetail/UnitOfMeasure. A name that ends in * stands for all
	// that begin so.
	Name string
	// Check says why a text cannot take the place of the *; nil where every text can.
	Check func(rest string) error
	// Line is set where every line has one, not the cart.
	Line bool
	// Member is the member of the neutral cart, or of its line, that the format writes there, such as unit; what the * of
	// the name stands for takes the place of its own *. Without a member the format takes the value from Outgoing.LineFields.
	Member string
}

// OrderAgreementEncoder writes what was agreed where the shop took the order itself and the buyer sent no order document.
type OrderAgreementEncoder interface {
	Format
	// EncodeOrderAgreement writes the lines that are not rejected, as changed. It refuses as EncodeOrderResponse does.
	EncodeOrderAgreement(w io.Writer, r OrderResponse) (mediaType string, err error)
}

// StartRequest is a start call as it came in.
type StartRequest struct {
	Method      string // GET or POST
	Query       string // raw, as in the address
	ContentType string
	Body        []byte
	Login       connection.Login
	Options     json.RawMessage
}

// StartCall is a start call, read.
type StartCall struct {
	Operation string // create, edit, inspect or source
	// Document is the kind of document, such as PunchOutSetupRequest or ProfileRequest; empty for a call by form.
	Document    string
	ReturnURL   string
	Correlation string // goes back with the cart exactly as it came
	Presented   Presented
	Person      Person
	ShipTo      cart.Address
	// SelectedItem is the article to open the shop at.
	SelectedItem string
	Lines        []cart.Line // the cart to edit or inspect, as far as known
	Function     string
	Test         bool
	Extrinsics   map[string]string
	// Keep is what the format wants back in Outgoing when the cart goes back, such as OCI's start parameters. The gateway
	// stores it and does not read it.
	Keep map[string]string
	// DocumentID is the caller's identifier of the document (cXML payloadID).
	DocumentID string
	// Quantity and Search are what a Function asks the shop for, beside SelectedItem.
	Quantity money.Decimal
	Search   string
	// Order is set where the document is a purchase order and begins no visit. Kept is the document without its secrets, as it
	// may be stored.
	Order *PurchaseOrder
	Kept  []byte
}

// The functions of a start call that ask the shop for data and begin no visit (SAP OCI).
const (
	FunctionValidate = "VALIDATE"
	FunctionSearch   = "BACKGROUND_SEARCH"
)

// Presented is what the caller identifies itself by.
type Presented struct {
	User, Customer   string
	Password         secret.Text // or the shared secret
	From, To, Sender []connection.Identity
	// Names are the names of the parameters or the domains of the credentials that came; never their values.
	Names []string
}

// Person is the human who shops.
type Person = session.Person

// StartResponse is what a StartResponder has to say.
type StartResponse struct {
	Call       StartCall
	StartPage  string // where the person's browser goes; empty where Err is set or the document asked for none
	Err        error  // the refusal, or nil
	Queued     bool   // the purchase order was accepted for processing; what becomes of it follows
	Endpoint   string // the address that was called
	DocumentID string // a fresh identifier for the answer
	Now        time.Time
}

// Outgoing is a cart on its way out, with what its document needs beside it.
type Outgoing struct {
	Cart      *cart.Cart // nil for EncodeCancel
	Options   json.RawMessage
	ReturnURL string
	// Correlation is the caller's session reference, and CorrelationField the parameter that brought it, by which formats
	// without a place in the document hand it back.
	Correlation, CorrelationField string
	Operation                     string
	Keep                          map[string]string     // of the format's own StartCall; nil where none began the visit
	From, To, Sender              []connection.Identity // as the connection has them: From is the buyer
	Test                          bool
	DocumentID                    string // a fresh identifier (cXML payloadID)
	Now                           time.Time
	// LineFields are, for each line of the cart, values of the format's own fields that have no member in the cart; nil
	// without a mapping. FormFields are further hidden fields of the form. Both win over the options.
	LineFields []map[string]string
	FormFields map[string]string
}

// Handover says how a document is handed over.
type Handover struct {
	MediaType string
	FileName  string
	Form      transfer.Form
	Warnings  []transfer.Warning
	// Units are the codes that the document has in place of units of the cart.
	Units map[string]string
	// FreightUnit is the unit of the line that carries the cost of delivery; empty where no line does.
	FreightUnit string
	// DefaultUNSPSC is the code that the document gives to lines without one; empty where it gives none.
	DefaultUNSPSC string
}

// Finding is what a DocumentValidator has to say about a place in a document.
type Finding struct {
	Fatal   bool
	Rule    string // the rule's published identifier, or one of the gateway's own
	Path    string // XPath of the element, or the name of the field
	Message string
}

// PurchaseOrder is a purchase order document, read.
type PurchaseOrder = purchase.Order

// PurchaseOrderLine is one line of a purchase order.
type PurchaseOrderLine = purchase.Line

// What a seller says of a purchase order.
const (
	ResponseAcknowledged = "acknowledged" // received, and not decided yet
	ResponseAccepted     = "accepted"
	ResponseChanged      = "accepted_with_change"
	ResponseRejected     = "rejected"
)

// What a seller says of a line.
const (
	LineAccepted = "accepted"
	LineChanged  = "changed"
	LineRejected = "rejected"
)

// OrderResponse is the seller's answer to a purchase order. It never adds or replaces articles: a procurement system knows
// no others than those of the cart.
type OrderResponse struct {
	Order                    PurchaseOrder // the answer goes from Order.Seller to Order.Buyer
	Number                   string        // of the answer itself, unique at the seller
	Status                   string
	Note                     string
	PromisedFrom, PromisedTo cart.Moment // of the delivery of all lines; both may be absent
	// Lines are those of which there is something to say, in any order. Every other line of the order is accepted,
	// unless the whole order is not.
	Lines []OrderResponseLine
	Now   time.Time
	Speaker
}

// Speaker is what a document from the shop to the procurement system says of both.
type Speaker struct {
	Options          json.RawMessage       // of the order format
	From, To, Sender []connection.Identity // as the connection has them: From is the buyer
	HasSecret        bool                  // the shop presents a secret in the document; see Authenticator
	DocumentID       string                // a fresh identifier (cXML payloadID)
	Test             bool
}

// OrderStatus is what became of a purchase order.
type OrderStatus struct {
	Order    PurchaseOrder
	Accepted bool
	Reason   string // where it was not
	Now      time.Time
	Speaker
}

// OrderResponseLine is the seller's answer to one line of a purchase order.
type OrderResponseLine struct {
	LineNumber               string // as the order has it
	Status                   string
	Quantity                 money.Decimal // of a changed line, in the unit of the order; absent: as ordered
	PromisedFrom, PromisedTo cart.Moment
	Note                     string
}
