package peppol

import (
	"io"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

const (
	agreementCustomization = "urn:fdc:peppol.eu:poacc:trns:order_agreement:3"
	agreementProfile       = "urn:fdc:peppol.eu:poacc:bis:order_agreement:3"
)

// exemptions are why no tax is due, in the words of UNCL5305: a summary of these categories needs a reason, and that of
// the others may have none (PEPPOL-T110-R028, R029).
var exemptions = map[string]string{
	"S": "", "Z": "", "L": "", "M": "",
	"E": "Exempt from tax", "AE": "VAT reverse charge", "K": "VAT exempt for intra-community supply",
	"G": "Free export item, tax not charged", "O": "Services outside scope of tax",
}

// amounts are below this, so that they keep within the digits of isSchemaDecimal.
var amountLimit = money.FromInt(1e18).Mul(money.FromInt(1e4))

// EncodeOrderAgreement writes an Order Agreement (transaction T110) of the lines that are not rejected. It has tax and
// totals where every line names its tax, and where the order has no other total than its lines, such as by charges.
func (f *Ordering) EncodeOrderAgreement(w io.Writer, r port.OrderResponse) (string, error) {
	return f.encode(w, &r, (*answer).agreement)
}

// agreed is a line with what the answer made of it.
type agreed struct {
	*port.PurchaseOrderLine
	index    int // in the order
	said     *port.OrderResponseLine
	quantity money.Decimal
	amount   money.Decimal
}

func (a *answer) agreement() {
	if a.Status != port.ResponseAccepted && a.Status != port.ResponseChanged {
		a.refuse("/status", "not_agreed", "must be accepted or accepted_with_change, for the document says what was agreed")
	}
	lines := a.agreed()
	if len(lines) == 0 {
		a.refuse("/lines", "not_agreed", "must leave a line of the order that is not rejected")
	}
	a.head(agreementCustomization, agreementProfile)
	a.text("cbc:Note", a.Note)
	a.text("cbc:DocumentCurrencyCode", a.order.Currency)
	a.text("cbc:CustomerReference", a.order.Buyer.Reference)
	a.identification("cac:OrderReference", notAvailable, "") // is for the agreement that this one replaces
	a.reference(a.order.Number, "Order")
	a.reference(a.order.CartID, "Shopping cart")
	a.party("cac:SellerSupplierParty", "/order/seller", &a.order.Seller)
	a.party("cac:BuyerCustomerParty", "/order/buyer", &a.order.Buyer)
	a.whenAndWhere()
	a.totals(lines)
	for i := range lines {
		a.agreementLine(&lines[i])
	}
	a.End("OrderResponse")
}

// agreed returns the lines that are not rejected.
func (a *answer) agreed() []agreed {
	lines := make([]agreed, 0, len(a.order.Lines))
	for i := range a.order.Lines {
		l := &a.order.Lines[i]
		said := a.of(i)
		if said.Status == port.LineRejected {
			continue
		}
		a.at(orderLines, i)
		if blank(l.SKU) && a.standardIdentifier(l).ID == "" {
			a.refuse("/sku", "missing", "is required, or a standard identifier (PEPPOL-T110-R002)")
		}
		line := agreed{PurchaseOrderLine: l, index: i, said: said, quantity: said.Quantity.Or(l.Quantity)}
		switch {
		case l.UnitPrice.IsZero() || l.UnitPrice.Sign() < 0:
			a.refuse("/unit_price", "missing", "is required, and not negative (PEPPOL-T110-R001)")
		case l.PriceBasisQuantity.Or(one).Sign() <= 0:
			a.refuse("/price_basis_quantity", "not_positive", "must be above zero")
		default:
			line.amount = extension(line.quantity, l)
		}
		if line.amount.Cmp(amountLimit) >= 0 {
			a.refuse("/unit_price", "out_of_range", "makes an amount that no document can hold")
		}
		a.checkTax(l.Tax)
		lines = append(lines, line)
	}
	a.over()
	return lines
}

// checkTax holds a tax against UNCL5305 and PEPPOL-T110-R019 and R020.
func (a *answer) checkTax(t cart.Tax) {
	switch {
	case t.Category == "":
	case !a.release.taxes(t.Category):
		a.refuse("/tax/category", "unknown_tax_category", "must be a code of UNCL5305")
	case t.Percent.Sign() < 0 || t.Category == "S" && t.Percent.Sign() == 0:
		a.refuse("/tax/percent", "not_positive", "must not be negative, and above zero in category S")
	}
}

// reference names a document beside the agreement.
func (a *answer) reference(id, kind string) {
	if blank(id) {
		return
	}
	a.Start("cac:AdditionalDocumentReference")
	a.text("cbc:ID", id)
	a.text("cbc:DocumentType", kind)
	a.End("cac:AdditionalDocumentReference")
}

// whenAndWhere writes when and where the goods come.
func (a *answer) whenAndWhere() {
	promised, to := a.begins(a.PromisedFrom, a.PromisedTo), trimmed(a.order.ShipTo)
	if to == (cart.Address{}) {
		a.delivery(promised, a.PromisedFrom, a.PromisedTo)
		return
	}
	a.Start("cac:Delivery")
	if promised {
		a.period(a.PromisedFrom, a.PromisedTo)
	}
	a.Start("cac:DeliveryParty")
	if to.GLN != "" {
		a.checkScheme("/order/ship_to/gln", cart.Identifier{Scheme: schemeGLN, ID: to.GLN}, false, a.refuse, a.ignore)
		a.identification("cac:PartyIdentification", to.GLN, schemeGLN)
	}
	a.wrapped("cac:PartyName", "cbc:Name", to.Name)
	a.address(to)
	a.End("cac:DeliveryParty")
	a.End("cac:Delivery")
}

func (a *answer) address(to cart.Address) {
	if (to == cart.Address{Name: to.Name, GLN: to.GLN}) {
		return
	}
	if to.Country != "" && !a.release.countries(to.Country) {
		a.refuse("/order/ship_to/country", "unknown_country", "must be a code of ISO 3166-1 with two letters")
	}
	a.Start("cac:PostalAddress")
	a.Element("cbc:StreetName", to.Street)
	a.Element("cbc:AdditionalStreetName", to.Street2)
	a.Element("cbc:CityName", to.City)
	a.Element("cbc:PostalZone", to.PostalCode)
	a.Element("cbc:CountrySubentity", to.Region)
	a.wrapped("cac:Country", "cbc:IdentificationCode", to.Country)
	a.End("cac:PostalAddress")
}

// trimmed returns the address without white space around its parts.
func trimmed(to cart.Address) cart.Address {
	for _, part := range []*string{&to.Name, &to.Street, &to.Street2, &to.City, &to.PostalCode, &to.Region, &to.Country, &to.GLN} {
		*part = strings.Trim(*part, xmlSpace)
	}
	return to
}

// begins is promises where the model demands a first day.
func (a *answer) begins(from, to cart.Moment) bool {
	given := a.promises(from, to)
	if given && from.IsZero() {
		a.refuse("/promised_from", "missing", "is required where promised_to is given")
	}
	return given
}

// taxed is what is taxed at one rate.
type taxed struct {
	cart.Tax
	net, tax money.Decimal
}

// totals writes tax and totals, as far as they are known.
func (a *answer) totals(lines []agreed) {
	rates, ok := a.rates(lines)
	if !ok {
		return
	}
	net, tax := zero, zero
	for _, r := range rates {
		net, tax = net.Add(r.net), tax.Add(r.tax)
	}
	gross := net.Add(tax)
	if gross.Cmp(amountLimit) >= 0 {
		return
	}
	a.Start("cac:TaxTotal")
	a.amount("cbc:TaxAmount", tax)
	for _, r := range rates {
		a.Start("cac:TaxSubtotal")
		a.amount("cbc:TaxableAmount", r.net)
		a.amount("cbc:TaxAmount", r.tax)
		a.Start("cac:TaxCategory")
		a.tax(r.Tax, exemptions[r.Category])
		a.End("cac:TaxCategory")
		a.End("cac:TaxSubtotal")
	}
	a.End("cac:TaxTotal")
	a.Start("cac:LegalMonetaryTotal")
	a.amount("cbc:LineExtensionAmount", net)
	a.amount("cbc:TaxExclusiveAmount", net)
	a.amount("cbc:TaxInclusiveAmount", gross)
	a.amount("cbc:PayableAmount", gross)
	a.End("cac:LegalMonetaryTotal")
}

// rates sums the lines by their tax. It reports false where the totals are not known: a line without a tax, of a category
// whose summary the rules do not provide for, or with a rate so low that they expect no tax (PEPPOL-T110-R024); or an order
// with a total that is not that of its lines.
func (a *answer) rates(lines []agreed) ([]taxed, bool) {
	ordered := zero
	for i := range a.order.Lines {
		if l := &a.order.Lines[i]; l.PriceBasisQuantity.Or(one).Sign() > 0 {
			ordered = ordered.Add(extension(l.Quantity, l))
		}
	}
	if a.order.Total.Or(ordered).Cmp(ordered) != 0 {
		return nil, false
	}
	var rates []taxed
	half := money.MustParse("0.5")
	for _, l := range lines {
		t := percented(l.Tax)
		if _, known := exemptions[t.Category]; !known || t.Percent.Sign() > 0 && t.Percent.Cmp(half) < 0 {
			return nil, false
		}
		at := -1
		for i, r := range rates {
			if r.Category == t.Category && r.Percent.Cmp(t.Percent) == 0 {
				at = i
			}
		}
		if at < 0 {
			at = len(rates)
			rates = append(rates, taxed{Tax: t, net: zero})
		}
		rates[at].net = rates[at].net.Add(l.amount)
	}
	for i := range rates {
		r := &rates[i]
		r.tax = r.net.Mul(r.Percent).Quo(money.FromInt(100)).Round(2)
	}
	return rates, true
}

func (a *answer) amount(name string, d money.Decimal) {
	a.Decimal(name, d, "currencyID", a.order.Currency)
}

func (a *answer) agreementLine(l *agreed) {
	a.Start("cac:OrderLine")
	a.Start("cac:LineItem")
	a.text("cbc:ID", l.LineNumber)
	a.text("cbc:Note", l.said.Note)
	a.Decimal("cbc:Quantity", l.quantity, "unitCode", l.Unit)
	a.amount("cbc:LineExtensionAmount", l.amount)
	from, to := l.said.PromisedFrom, l.said.PromisedTo
	a.of(l.index)
	a.delivery(a.begins(from, to), from, to)
	a.Start("cac:Price")
	a.amount("cbc:PriceAmount", l.UnitPrice)
	a.Decimal("cbc:BaseQuantity", l.PriceBasisQuantity.Or(one), "unitCode", l.Unit)
	a.End("cac:Price")
	a.Start("cac:Item")
	a.item(l.PurchaseOrderLine)
	if l.Tax.Category != "" {
		a.classifiedTax(l.Tax)
	}
	a.End("cac:Item")
	a.End("cac:LineItem")
	a.End("cac:OrderLine")
}
