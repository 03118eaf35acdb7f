package peppol

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// ErrResponse refuses an answer that contradicts itself or its order, or that the format cannot carry; its details name
// the members.
var ErrResponse = fault.New(fault.Invalid, "peppol.response_not_carried", "Peppol BIS Ordering 3 cannot carry the answer")

const (
	responseCustomization = "urn:fdc:peppol.eu:poacc:trns:order_response:3"
	responseProfile       = "urn:fdc:peppol.eu:poacc:bis:ordering:3"
)

// responseCodes are of UNCL4343, lineCodes of UNCL1229. Of the latter, 1 (added) would be a new article, and 42 (already
// delivered) nobody says of an order that was just placed.
var (
	responseCodes = map[string]string{
		port.ResponseAcknowledged: "AB", port.ResponseAccepted: "AP", port.ResponseChanged: "CA", port.ResponseRejected: "RE",
	}
	lineCodes = map[string]string{port.LineAccepted: "5", port.LineChanged: "3", port.LineRejected: "7"}
)

// bytesPerAnswer is what a line of an answer takes, roughly.
const bytesPerAnswer = 1024

// EncodeOrderResponse writes an Order Response (transaction T76). Lines are written where the order is accepted with
// change, and then all of them; the rules forbid them otherwise (PEPPOL-T76-R007 to R010).
func (f *Ordering) EncodeOrderResponse(w io.Writer, r port.OrderResponse) (string, error) {
	return f.encode(w, &r, (*answer).response)
}

// encode writes a document into memory, and to w where nothing was refused.
func (f *Ordering) encode(w io.Writer, r *port.OrderResponse, write func(*answer)) (string, error) {
	localize(r)
	var document bytes.Buffer
	document.Grow(bytesPerAnswer * (len(r.Order.Lines) + 1))
	a := answer{ublWriter: ublWriter{xmltext.NewWriter(&document), f.release}, OrderResponse: r, order: &r.Order,
		said: r.Said(), unsaid: port.OrderResponseLine{Status: port.LineAccepted}, details: r.Check()}
	a.check()
	write(&a)
	if len(a.details) > 0 {
		return "", ErrResponse.With(a.details...)
	}
	if err := a.Flush(); err != nil {
		return "", err
	}
	_, err := document.WriteTo(w)
	return "application/xml", err
}

// answer writes one answer to one order.
type answer struct {
	ublWriter
	*port.OrderResponse
	order   *port.PurchaseOrder
	said    []int // OrderResponse.Said
	unsaid  port.OrderResponseLine
	list    string // with index, where the members are that are being looked at; empty for the whole
	index   int
	details []fault.Detail
}

// Where the lines are.
const (
	orderLines  = "/order/lines"
	answerLines = "/lines"
)

// at says which line the members belong to that are refused from now on.
func (a *answer) at(list string, index int) { a.list, a.index = list, index }

// over says that they belong to no line any more.
func (a *answer) over() { a.at("", 0) }

func (a *answer) refuse(member, code, message string) {
	if a.list != "" {
		member = a.list + "/" + strconv.Itoa(a.index) + member
	}
	if len(a.details) < maxDetails {
		a.details = append(a.details, fault.Detail{Path: member, Code: code, Message: message})
	}
}

// ignore is for warnings, which answers do not have.
func (a *answer) ignore(_, _, _ string) {}

// text writes an element with text. White space around it goes, for an element may not be empty (PEPPOL-COMMON-R001).
func (a *answer) text(name, value string) { a.Element(name, strings.Trim(value, xmlSpace)) }

func (a *answer) required(member, value string) {
	if blank(value) {
		a.refuse(member, "missing", "is required")
	}
}

// of returns what the answer says of a line of the order, and turns to where it does: accepted, where it says nothing.
func (a *answer) of(line int) *port.OrderResponseLine {
	i := a.said[line]
	if i < 0 {
		return &a.unsaid
	}
	a.at(answerLines, i)
	return &a.Lines[i]
}

// check adds what Peppol demands of an order beyond the port.
func (a *answer) check() {
	if !a.release.currencies(a.order.Currency) {
		a.refuse("/order/currency", "unknown_currency", "must be a currency of the Peppol release of "+a.release.label)
	}
	for i := range a.order.Lines {
		a.at(orderLines, i)
		l := &a.order.Lines[i]
		a.required("/name", l.Name)
		if l.Quantity.IsZero() || l.Quantity.Sign() < 0 {
			a.refuse("/quantity", "negative", "must be a number, and not negative")
		}
		if !a.release.units(l.Unit) {
			a.refuse("/unit", "unknown_unit", "must be a unit of UN/ECE Recommendation 20")
		}
	}
	a.over()
}

func (a *answer) response() {
	a.head(responseCustomization, responseProfile)
	a.text("cbc:OrderResponseCode", responseCodes[a.Status])
	a.text("cbc:Note", a.Note)
	a.text("cbc:DocumentCurrencyCode", a.order.Currency)
	a.text("cbc:CustomerReference", a.order.Buyer.Reference)
	a.required("/order/number", a.order.Number)
	a.identification("cac:OrderReference", strings.Trim(a.order.Number, xmlSpace), "")
	a.party("cac:SellerSupplierParty", "/order/seller", &a.order.Seller)
	a.party("cac:BuyerCustomerParty", "/order/buyer", &a.order.Buyer)
	a.delivery(a.promises(a.PromisedFrom, a.PromisedTo), a.PromisedFrom, a.PromisedTo)
	if a.Status == port.ResponseChanged {
		for i := range a.order.Lines {
			a.responseLine(i)
		}
	} else {
		for i := range a.Lines {
			if a.at(answerLines, i); a.Lines[i].Adds() {
				a.refuse("", "not_carried", "says more than the whole answer, so that is accepted_with_change")
			}
		}
	}
	a.over()
	a.End("OrderResponse")
}

func (a *answer) responseLine(i int) {
	l, said := &a.order.Lines[i], a.of(i)
	a.Start("cac:OrderLine")
	a.Start("cac:LineItem")
	a.text("cbc:ID", l.LineNumber)
	a.text("cbc:Note", said.Note)
	a.text("cbc:LineStatusCode", lineCodes[said.Status])
	if said.Status != port.LineRejected {
		a.Decimal("cbc:Quantity", said.Quantity.Or(l.Quantity), "unitCode", l.Unit)
	}
	a.delivery(a.promises(said.PromisedFrom, said.PromisedTo), said.PromisedFrom, said.PromisedTo)
	a.Start("cac:Item")
	a.item(l)
	a.End("cac:Item")
	a.End("cac:LineItem")
	a.Start("cac:OrderLineReference")
	a.text("cbc:LineID", l.LineNumber)
	a.End("cac:OrderLineReference")
	a.End("cac:OrderLine")
}

// head opens the document and writes up to its time.
func (a *answer) head(customization, profile string) {
	a.Declaration()
	a.Start("OrderResponse", "xmlns", nsResponse, "xmlns:cac", nsAggregate, "xmlns:cbc", nsBasic)
	a.text("cbc:CustomizationID", customization)
	a.text("cbc:ProfileID", profile)
	a.text("cbc:ID", a.Number)
	a.Time("cbc:IssueDate", a.Now, time.DateOnly)
	a.Time("cbc:IssueTime", a.Now, time.TimeOnly)
}

func (a *answer) party(name, member string, p *cart.Party) {
	a.required(member+"/name", p.Name)
	if blank(p.Endpoint.ID) {
		a.refuse(member+"/endpoint/id", "missing",
			"the order does not name this electronic address, and Peppol takes no answer without those of seller and buyer")
	}
	a.Start(name)
	a.Start("cac:Party")
	a.checkScheme(member+"/endpoint", p.Endpoint, true, a.refuse, a.ignore)
	a.Element("cbc:EndpointID", strings.Trim(p.Endpoint.ID, xmlSpace), "schemeID", p.Endpoint.Scheme)
	if p.Identifier.Scheme != "" {
		a.checkScheme(member+"/identifier", p.Identifier, false, a.refuse, a.ignore)
	}
	a.identification("cac:PartyIdentification", strings.Trim(p.Identifier.ID, xmlSpace), p.Identifier.Scheme)
	a.Start("cac:PartyLegalEntity")
	a.text("cbc:RegistrationName", p.Name)
	a.End("cac:PartyLegalEntity")
	a.End("cac:Party")
	a.End(name)
}

// localize puts the promises into the zone of the document, which it has from Now, so that what is compared is what will be
// written (PEPPOL-T76-R004). A whole day is in no zone.
func localize(r *port.OrderResponse) {
	local := func(moments ...*cart.Moment) {
		for _, m := range moments {
			if m.HasTime {
				m.Time = m.Time.In(r.Now.Location())
			}
		}
	}
	local(&r.PromisedFrom, &r.PromisedTo)
	r.Lines = slices.Clone(r.Lines)
	for i := range r.Lines {
		local(&r.Lines[i].PromisedFrom, &r.Lines[i].PromisedTo)
	}
}

// promises reports whether a time of delivery is given.
func (a *answer) promises(from, to cart.Moment) bool {
	a.inRange("/promised_from", from)
	a.inRange("/promised_to", to)
	return !from.IsZero() || !to.IsZero()
}

func (a *answer) inRange(member string, m cart.Moment) {
	if year := m.Time.Year(); year < 1 || year > 9999 {
		a.refuse(member, "out_of_range", "is not between the years 1 and 9999")
	}
}

// delivery writes a period of delivery if one is given.
func (a *answer) delivery(given bool, from, to cart.Moment) {
	if given {
		a.Start("cac:Delivery")
		a.period(from, to)
		a.End("cac:Delivery")
	}
}

func (a *answer) period(from, to cart.Moment) {
	a.Start("cac:PromisedDeliveryPeriod")
	a.moment("cbc:StartDate", "cbc:StartTime", from)
	a.moment("cbc:EndDate", "cbc:EndTime", to)
	a.End("cac:PromisedDeliveryPeriod")
}

func (a *answer) moment(date, timeOfDay string, m cart.Moment) {
	if m.IsZero() {
		return
	}
	a.Time(date, m.Time, time.DateOnly)
	if m.HasTime {
		a.Time(timeOfDay, m.Time, time.TimeOnly)
	}
}

// item writes what the order calls the article. A standard identifier of a scheme outside the release is left out.
func (a *answer) item(l *port.PurchaseOrderLine) {
	a.text("cbc:Name", l.Name)
	a.identification("cac:SellersItemIdentification", strings.Trim(l.SKU, xmlSpace), "")
	standard := a.standardIdentifier(l)
	a.identification("cac:StandardItemIdentification", standard.ID, standard.Scheme)
}

func (a *answer) standardIdentifier(l *port.PurchaseOrderLine) cart.Identifier {
	if id := strings.Trim(l.StandardID.ID, xmlSpace); id != "" && a.release.identifiers(l.StandardID.Scheme) {
		return cart.Identifier{Scheme: l.StandardID.Scheme, ID: id}
	}
	return cart.Identifier{Scheme: schemeGTIN, ID: strings.Trim(l.GTIN, xmlSpace)}
}

// extension is a quantity of a line times its price, as amounts are written.
func extension(quantity money.Decimal, l *port.PurchaseOrderLine) money.Decimal {
	return quantity.Mul(l.UnitPrice).Quo(l.PriceBasisQuantity.Or(one)).Round(2)
}
