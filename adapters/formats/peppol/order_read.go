package peppol

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// Refusals of an order document.
var (
	errNotReadable = fault.New(fault.Malformed, "peppol.not_readable", "the document is not readable")
	errNoOrder     = fault.New(fault.Invalid, "peppol.no_order", "the document is no order of Peppol BIS Ordering 3")
	errMissing     = fault.New(fault.Malformed, "peppol.missing", "the order lacks an element or attribute")
	errDoubled     = fault.New(fault.Malformed, "peppol.doubled", "the order says something twice")
	errUnreadable  = fault.New(fault.Malformed, "peppol.value", "the order has a value that is not readable")
	errWrong       = fault.New(fault.Invalid, "peppol.wrong_value", "the order has a value that is wrong")
)

const orderCustomization = "urn:fdc:peppol.eu:poacc:trns:order:3"

// DecodeOrder reads an Order (transaction T01), bare or in the envelope of a Standard Business Document. It refuses what
// it cannot read with certainty, naming element and line, and leaves other demands of the rules alone.
//
// The DocumentID is the InstanceIdentifier of the envelope's DocumentIdentification (SBDH 1.3): the sender makes it for this
// document alone, and it stays what it is when an access point delivers the same envelope again. A bare order has none, for
// cbc:ID is the number of the order, which a corrected document may bear again.
func (f *Ordering) DecodeOrder(document io.Reader) (port.PurchaseOrder, error) {
	root, err := read(document)
	if bad, ok := errors.AsType[*unreadable](err); ok {
		return port.PurchaseOrder{}, fault.Newf(errNotReadable.Kind, errNotReadable.Code, "%s, %s", errNotReadable.Message, bad)
	}
	if err != nil {
		return port.PurchaseOrder{}, err
	}
	r := orderReader{release: f.release}
	order := r.order(r.unwrap(root))
	order.DocumentID = text(r.find(root, envelope+"Header", "sbd:DocumentIdentification", "sbd:InstanceIdentifier"))
	return order, r.err
}

// orderReader reads what it is asked for and keeps the first refusal.
type orderReader struct {
	release  *release
	err      error
	currency string
}

func (r *orderReader) refuse(f *fault.Fault, at *node, why string) {
	if r.err == nil {
		r.err = fault.Newf(f.Kind, f.Code, "%s, line %d: %s %s", f.Message, at.line, at.path(), why)
	}
}

// unwrap returns the one document in an envelope.
func (r *orderReader) unwrap(root *node) *node {
	if root.name != envelope {
		return root
	}
	inside := slices.DeleteFunc(slices.Clone(root.children), func(n *node) bool {
		return n.name == envelope+"Header"
	})
	if len(inside) != 1 {
		r.refuse(errNoOrder, root, "must hold one document beside its header")
		return root
	}
	return inside[0]
}

// find returns the element that the names lead to, or nil. What stands more than once could be read either way.
func (r *orderReader) find(n *node, names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		var found *node
		for _, c := range n.children {
			switch {
			case c.name != name:
			case found == nil:
				found = c
			default:
				r.refuse(errDoubled, c, "may stand once only")
			}
		}
		n = found
	}
	return n
}

// need is find for what must be there, and hold something.
func (r *orderReader) need(n *node, names ...string) *node {
	found := r.find(n, names...)
	if found == nil || text(found) == "" {
		r.refuse(errMissing, n, "has no "+strings.Join(names, "/"))
		return nil
	}
	return found
}

// text returns what the element holds, without white space around it; "" for no element.
func text(n *node) string {
	if n == nil {
		return ""
	}
	return strings.Trim(n.content(), xmlSpace)
}

func (r *orderReader) order(n *node) port.PurchaseOrder {
	if n.name != "ubl:Order" {
		r.refuse(errNoOrder, n, "is no Order of UBL 2.1")
	}
	if r.err != nil {
		return port.PurchaseOrder{}
	}
	specification := r.find(n, "cbc:CustomizationID")
	if specification == nil {
		r.refuse(errMissing, n, "has no cbc:CustomizationID")
	} else if !strings.HasPrefix(text(specification), orderCustomization) {
		r.refuse(errNoOrder, specification, "does not begin with "+orderCustomization)
	}
	// Where the cart is named is the package comment's matter.
	order := port.PurchaseOrder{
		Number:   text(r.need(n, "cbc:ID")),
		Date:     r.date(r.need(n, "cbc:IssueDate")),
		Type:     "new",
		CartID:   cmp.Or(text(r.find(n, "cac:QuotationDocumentReference", "cbc:ID")), text(r.find(n, "cac:CatalogueReference", "cbc:ID"))),
		Currency: r.code(r.need(n, "cbc:DocumentCurrencyCode"), r.release.currencies, "currency"),
		Buyer:    r.party(r.need(n, "cac:BuyerCustomerParty", "cac:Party")),
		Seller:   r.party(r.need(n, "cac:SellerSupplierParty", "cac:Party")),
		ShipTo:   r.shipTo(r.find(n, "cac:Delivery")),
		Comments: text(r.find(n, "cbc:Note")),
	}
	order.Buyer.Reference = text(r.find(n, "cbc:CustomerReference"))
	// All codes of the list are processed as an order (Peppol BIS Ordering 3, Order type code); changes and cancellations are
	// documents of their own.
	if kind := r.find(n, "cbc:OrderTypeCode"); text(kind) != "" && !r.release.orderTypes(text(kind)) {
		r.refuse(errWrong, kind, "is no code of an order: "+clip(text(kind)))
	}
	r.currency = order.Currency
	order.Total = r.total(r.find(n, "cac:AnticipatedMonetaryTotal"))
	r.lines(n, &order)
	return order
}

func (r *orderReader) date(n *node) string {
	if n == nil {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, text(n)); err != nil {
		r.refuse(errUnreadable, n, "is no date of the form YYYY-MM-DD")
	}
	return text(n)
}

// code returns the element's code, which must be in the list.
func (r *orderReader) code(n *node, known codeList, called string) string {
	if n != nil && !known(text(n)) {
		r.refuse(errWrong, n, "is no "+called+": "+clip(text(n)))
	}
	return text(n)
}

// identifier returns the element's text with its scheme.
func identifier(n *node) cart.Identifier {
	if text(n) == "" {
		return cart.Identifier{}
	}
	scheme, _ := n.attr("schemeID")
	return cart.Identifier{Scheme: strings.Trim(scheme, xmlSpace), ID: text(n)}
}

func (r *orderReader) party(n *node) cart.Party {
	return cart.Party{
		Name: cmp.Or(text(r.find(n, "cac:PartyLegalEntity", "cbc:RegistrationName")), text(r.find(n, "cac:PartyName", "cbc:Name"))),

		Endpoint:   identifier(r.find(n, "cbc:EndpointID")),
		Identifier: identifier(r.find(n, "cac:PartyIdentification", "cbc:ID")),
	}
}

// shipTo reads the place of delivery, which bears the name of who receives it where it has none of its own.
func (r *orderReader) shipTo(n *node) cart.Address {
	place := r.find(n, "cac:DeliveryLocation")
	address := r.find(place, "cac:Address")
	to := cart.Address{
		Name:       cmp.Or(text(r.find(place, "cbc:Name")), text(r.find(n, "cac:DeliveryParty", "cac:PartyName", "cbc:Name"))),
		Street:     text(r.find(address, "cbc:StreetName")),
		Street2:    text(r.find(address, "cbc:AdditionalStreetName")),
		City:       text(r.find(address, "cbc:CityName")),
		PostalCode: text(r.find(address, "cbc:PostalZone")),
		Region:     text(r.find(address, "cbc:CountrySubentity")),
		Country:    text(r.find(address, "cac:Country", "cbc:IdentificationCode")),
	}
	if third := text(r.find(address, "cac:AddressLine", "cbc:Line")); third != "" {
		to.Street2 = strings.TrimPrefix(to.Street2+", "+third, ", ")
	}
	if id := identifier(r.find(place, "cbc:ID")); id.Scheme == schemeGLN {
		to.GLN = id.ID
	}
	return to
}

// total returns the total without tax, which the order states, or says by its parts (PEPPOL-T01-R011).
func (r *orderReader) total(n *node) money.Decimal {
	if n == nil {
		return money.Decimal{}
	}
	if stated := r.find(n, "cbc:TaxExclusiveAmount"); stated != nil {
		return r.amount(stated)
	}
	total := r.amount(r.need(n, "cbc:LineExtensionAmount"))
	if charges := r.find(n, "cbc:ChargeTotalAmount"); charges != nil {
		total = total.Add(r.amount(charges))
	}
	if allowances := r.find(n, "cbc:AllowanceTotalAmount"); allowances != nil {
		total = total.Add(r.amount(allowances).Mul(money.FromInt(-1)))
	}
	return total
}

func (r *orderReader) lines(n *node, order *port.PurchaseOrder) {
	seen := map[string]bool{}
	for _, c := range n.children {
		if c.name != "cac:OrderLine" {
			continue
		}
		if len(order.Lines) == cart.MaxLines && r.err == nil {
			r.err = cart.ErrTooManyLines
		}
		if r.err != nil {
			return
		}
		line := r.line(c)
		if seen[line.LineNumber] {
			r.refuse(errDoubled, r.find(c, "cac:LineItem", "cbc:ID"), "stands in another line, too")
		}
		seen[line.LineNumber] = true
		order.Lines = append(order.Lines, line)
	}
	if len(order.Lines) == 0 {
		r.refuse(errMissing, n, "has no cac:OrderLine")
	}
}

func (r *orderReader) line(n *node) port.PurchaseOrderLine {
	line := port.PurchaseOrderLine{Currency: r.currency}
	item := r.need(n, "cac:LineItem")
	if item == nil {
		return line
	}
	line.LineNumber = text(r.need(item, "cbc:ID"))
	line.Name = text(r.need(item, "cac:Item", "cbc:Name"))
	line.SKU = text(r.find(item, "cac:Item", "cac:SellersItemIdentification", "cbc:ID"))
	line.StandardID = identifier(r.find(item, "cac:Item", "cac:StandardItemIdentification", "cbc:ID"))
	if line.StandardID.Scheme == schemeGTIN {
		line.GTIN = line.StandardID.ID
	}
	line.Quantity, line.Unit = r.quantity(r.need(item, "cbc:Quantity"))
	r.price(r.find(item, "cac:Price"), &line)
	if tax := r.find(item, "cac:Item", "cac:ClassifiedTaxCategory"); text(r.find(tax, "cac:TaxScheme", "cbc:ID")) == vat {
		line.Tax.Category = text(r.find(tax, "cbc:ID"))
		if percent := r.find(tax, "cbc:Percent"); percent != nil {
			line.Tax.Percent = r.decimal(percent)
		}
	}
	return line
}

func (r *orderReader) price(n *node, line *port.PurchaseOrderLine) {
	if n == nil {
		return
	}
	line.UnitPrice = r.amount(r.need(n, "cbc:PriceAmount"))
	line.PriceBasisQuantity = one
	if line.UnitPrice.Sign() < 0 {
		r.refuse(errWrong, n, "is negative")
	}
	basis := r.find(n, "cbc:BaseQuantity")
	if basis == nil {
		return
	}
	line.PriceBasisQuantity = r.decimal(basis)
	if line.PriceBasisQuantity.Sign() <= 0 {
		r.refuse(errWrong, basis, "is not above zero")
	}
	if unit, given := basis.attr("unitCode"); given && strings.Trim(unit, xmlSpace) != line.Unit {
		r.refuse(errWrong, basis, "is in another unit than the quantity: "+clip(unit))
	}
}

// attribute returns a mandatory attribute.
func (r *orderReader) attribute(n *node, name string) string {
	value, _ := n.attr(name)
	value = strings.Trim(value, xmlSpace)
	if value == "" {
		r.refuse(errMissing, n, "has no "+name)
	}
	return value
}

func (r *orderReader) quantity(n *node) (money.Decimal, string) {
	if n == nil {
		return money.Decimal{}, ""
	}
	quantity, unit := r.decimal(n), r.attribute(n, "unitCode")
	if quantity.Sign() < 0 {
		r.refuse(errWrong, n, "is negative")
	}
	if !r.release.units(unit) {
		r.refuse(errWrong, n, "is in a unit that UN/ECE Recommendation 20 does not have: "+clip(unit))
	}
	return quantity, unit
}

// amount reads an amount in the currency of the order (PEPPOL-T01-R003).
func (r *orderReader) amount(n *node) money.Decimal {
	if n == nil {
		return money.Decimal{}
	}
	if currency := r.attribute(n, "currencyID"); currency != r.currency {
		r.refuse(errWrong, n, "is in another currency than the order: "+clip(currency))
	}
	return r.decimal(n)
}

// decimal reads a decimal of XML Schema, which may have a plus sign, and no digits on one side of the point.
func (r *orderReader) decimal(n *node) money.Decimal {
	digits, negative := strings.CutPrefix(text(n), "-")
	if !negative {
		digits = strings.TrimPrefix(digits, "+")
	}
	if whole, fraction, point := strings.Cut(digits, "."); point && whole+fraction != "" {
		digits = strings.TrimSuffix(cmp.Or(whole, "0")+"."+fraction, ".")
	}
	d, err := money.Parse(digits)
	switch {
	case digits == "" || strings.Contains(digits, "-") || fault.KindOf(err) == fault.Malformed:
		r.refuse(errUnreadable, n, "is no decimal number: "+clip(text(n)))
	case err != nil:
		r.refuse(errWrong, n, "has "+fault.From(err).Message)
	case negative:
		return d.Mul(money.FromInt(-1))
	default:
		return d
	}
	return one // which divides by itself
}
