package cxml

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

const (
	// gtinExtrinsic carries the GTIN, for which an item of cXML 1.2.014 has no place.
	gtinExtrinsic = "GTIN"
	// unclassified fills the Classification that the DTD requires of a line without any. It is deliberately no UNSPSC code:
	// where the cart has none, Proceedo falls back on the code of the supplier's agreement, which a made-up one would hide.
	unclassified = "unclassified"
	// noCurrency is the ISO 4217 code of an amount in no currency, for the total of nothing.
	noCurrency = "XXX"
	// fallbackLanguage stands in xml:lang, which the DTD requires, where the cart names no language.
	fallbackLanguage = "en"
)

// EncodeCart writes a PunchOutOrderMessage.
func (f *Format) EncodeCart(out io.Writer, o port.Outgoing) (port.Handover, error) {
	options, err := readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	c := cartWriter{out: &o, options: &options, cart: o.Cart, language: cmp.Or(o.Cart.Language, fallbackLanguage)}
	c.minorUnit, _ = codelist.Currency(o.Cart.Currency)
	if c.minorUnit > 0 {
		c.zero = money.MustParse("0." + strings.Repeat("0", c.minorUnit))
	}
	c.Writer = openDocument(out, &options, o.DocumentID, c.language, o.Now)
	c.message()
	return port.Handover{
		MediaType:     mediaType,
		FileName:      fileName(o.Cart.ID),
		Form:          options.form(o.ReturnURL, true),
		Warnings:      c.warnings,
		DefaultUNSPSC: options.DefaultUNSPSC,
	}, c.Flush()
}

// EncodeCancel writes a message with status 204 and no items: no change. A message without it and without items would
// delete the lines that a buyer edits. By option it writes nothing, and the form is all.
func (f *Format) EncodeCancel(out io.Writer, o port.Outgoing) (port.Handover, error) {
	options, err := readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	if options.Cancel == cancelByForm {
		return port.Handover{Form: options.form(o.ReturnURL, false)}, nil
	}
	c := cartWriter{out: &o, options: &options, cart: &cart.Cart{Currency: noCurrency}, language: fallbackLanguage}
	c.Writer = openDocument(out, &options, o.DocumentID, c.language, o.Now)
	c.message()
	return port.Handover{MediaType: mediaType, FileName: fileName("cancel"), Form: options.form(o.ReturnURL, true)}, c.Flush()
}

// form is the return form, with or without the document.
func (o *settings) form(action string, withDocument bool) transfer.Form {
	form := transfer.Form{Action: action, Method: "POST", AcceptCharset: "UTF-8", Target: o.Target}
	if withDocument {
		source := transfer.DocumentBase64
		if o.Encoding == encodingText {
			source = transfer.DocumentText
		}
		form.Fields = append(form.Fields, transfer.Field{Name: o.Field, Source: source})
	}
	for _, name := range slices.Sorted(maps.Keys(o.HiddenFields)) {
		form.Fields = append(form.Fields, transfer.Field{Name: name, Value: o.HiddenFields[name]})
	}
	return form
}

// fileName is the name of a file that any system takes.
func fileName(id string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, id)
	return cmp.Or(plain, "cart") + ".xml"
}

// cartWriter writes one cart.
type cartWriter struct {
	*xmltext.Writer
	out       *port.Outgoing
	options   *settings
	cart      *cart.Cart
	language  string
	minorUnit int
	zero      money.Decimal // with the digits of the minor unit: what is added to it has at least as many
	rates     []rate
	warnings  []transfer.Warning
}

func (c *cartWriter) warn(path, code, message string) {
	c.warnings = append(c.warnings, transfer.Warning{Path: path, Code: code, Message: message})
}

func (c *cartWriter) message() {
	if c.options.Header {
		// against the start call the parties change places: now the seller speaks
		header(c.Writer, identified(c.out.To, c.cart.Seller), identified(c.out.From, c.cart.Buyer))
	}
	mode := "production"
	if c.out.Test {
		mode = "test"
	}
	c.Start("Message", "deploymentMode", mode)
	if c.out.Cart == nil {
		writeStatus(c.Writer, statusNoContent, "")
	}
	c.Start(docOrderMessage)
	c.Start("BuyerCookie")
	c.Text(c.out.Correlation)
	c.End("BuyerCookie")
	c.head()
	for i := range c.cart.Lines {
		c.item(i)
	}
	c.End(docOrderMessage)
	c.End("Message")
	c.End("cXML")
}

func (c *cartWriter) head() {
	taxes := c.cart.Taxes()
	for i := range taxes {
		percent := taxes[i].Tax.Percent.Or(nought)
		c.rates = append(c.rates, rate{taxes[i].Tax, percent.Mul(hundredth), percent.String()})
	}
	c.Start("PunchOutOrderMessageHeader", "operationAllowed", c.options.OperationAllowed)
	c.Start("Total")
	c.money(c.total(taxes))
	c.End("Total")
	if s := &c.cart.Shipping; !s.Amount.IsZero() {
		c.Start("Shipping")
		c.money(s.Amount)
		c.Element("Description", cmp.Or(s.Description, "Shipping"), "xml:lang", c.language)
		c.End("Shipping")
	}
	if len(taxes) > 0 {
		sum := money.FromInt(0)
		for i := range taxes {
			sum = sum.Add(taxes[i].Amount)
		}
		c.Start("Tax")
		c.money(c.plain(sum))
		c.Element("Description", "VAT", "xml:lang", "en")
		for i := range taxes {
			c.taxDetail(c.rates[i], c.plain(taxes[i].Net), c.plain(taxes[i].Amount))
		}
		c.End("Tax")
	}
	if c.cart.ID != "" {
		c.StartEmpty("SupplierOrderInfo", "orderID", c.cart.ID)
	}
	c.End("PunchOutOrderMessageHeader")
	for _, member := range []struct {
		name    string
		present bool
	}{
		{"ship_to", c.cart.ShipTo != (cart.Address{})}, {"valid_until", !c.cart.ValidUntil.IsZero()},
		{"complete_only", c.cart.CompleteOnly}, {"contract_id", c.cart.ContractID != ""},
	} {
		if member.present {
			c.warn("/"+member.name, "left_out", "cXML carts have no place for it")
		}
	}
}

// total is what the buyer pays: for the lines alone (cXML Reference Guide), or for everything (as some buyers want it).
func (c *cartWriter) total(taxes []cart.Taxed) money.Decimal {
	total := c.cart.Total()
	if c.options.Total == totalGross {
		total = total.Add(c.cart.Shipping.Amount)
		for i := range taxes {
			total = total.Add(taxes[i].Amount)
		}
	}
	return c.plain(total)
}

// taxDetail writes what one rate amounts to; net may be absent.
func (c *cartWriter) taxDetail(r rate, net, amount money.Decimal) {
	c.Start("TaxDetail", "category", "vat", "percentageRate", r.percent)
	if !net.IsZero() {
		c.Start("TaxableAmount")
		c.money(net)
		c.End("TaxableAmount")
	}
	c.Start("TaxAmount")
	c.money(amount)
	c.End("TaxAmount")
	c.Element("Description", r.tax.Category, "xml:lang", "en") // UNCL5305, which tells 0 percent from 0 percent
	c.End("TaxDetail")
}

// rate is a rate of tax that occurs in the cart, computed once for all lines.
type rate struct {
	tax     cart.Tax
	factor  money.Decimal // 0.25
	percent string        // 25
}

var (
	nought    = money.FromInt(0)
	one       = money.FromInt(1)
	hundredth = money.MustParse("0.01")
)

// plain shows a computed amount with the digits of the currency's minor unit, and with more only where it has more; what
// does not end is cut at the digits that the gateway keeps.
func (c *cartWriter) plain(d money.Decimal) money.Decimal {
	d = d.Round(money.MaxFractionDigits).Trim()
	return d.Add(c.zero)
}

func (c *cartWriter) money(d money.Decimal) { c.Decimal("Money", d, "currency", c.cart.Currency) }

func (c *cartWriter) item(i int) {
	l := &c.cart.Lines[i]
	c.Start("ItemIn", "quantity", l.Quantity.String())
	c.Start("ItemID")
	c.Element("SupplierPartID", cmp.Or(l.SKU, l.GTIN, l.StandardID.ID))
	c.Element("SupplierPartAuxiliaryID", l.Key)
	c.End("ItemID")
	c.Start("ItemDetail")
	c.Start("UnitPrice")
	c.money(c.unitPrice(i, l))
	c.End("UnitPrice")
	c.Start("Description", "xml:lang", c.language)
	c.Text(l.Name)
	if l.Description != "" && l.Description != l.Name {
		c.Text("\n")
		c.Text(l.Description)
	}
	c.End("Description")
	c.Element("UnitOfMeasure", l.Unit)
	c.classifications(i, l)
	c.Element("ManufacturerPartID", l.ManufacturerSKU)
	c.Element("ManufacturerName", l.Manufacturer)
	c.Element("URL", l.URL)
	if l.LeadTimeDays != nil {
		c.Element("LeadTime", strconv.Itoa(*l.LeadTimeDays))
	}
	c.extrinsics(l)
	c.End("ItemDetail")
	c.lineTax(l)
	c.End("ItemIn")
	if left := leftOut(l); left != nil {
		c.warn(linePath(i), "left_out", "cXML carts have no place for "+strings.Join(left, ", "))
	}
}

// unitPrice is the price of one unit. PriceBasisQuantity came with DTD 1.2.036, and buyers that do not know it would take
// the price of a hundred for that of one, so it is never written.
func (c *cartWriter) unitPrice(i int, l *cart.Line) money.Decimal {
	basis := l.PriceBasisQuantity.Or(one)
	if basis.Cmp(one) == 0 {
		return l.UnitPrice
	}
	exact := l.UnitPrice.Quo(basis)
	price := c.plain(exact)
	if price.Cmp(exact) != 0 {
		c.warn(linePath(i)+"/unit_price", "rounded",
			"the price is sent per one unit, which is "+price.String()+" when rounded")
	}
	return price
}

func (c *cartWriter) classifications(i int, l *cart.Line) {
	unspsc := l.Unspsc() != ""
	if !unspsc && c.options.DefaultUNSPSC != "" {
		c.Element("Classification", c.options.DefaultUNSPSC, "domain", cart.UNSPSC)
		unspsc = true
	}
	for k := range l.Classifications {
		c.Element("Classification", l.Classifications[k].Code, "domain", l.Classifications[k].Scheme)
	}
	if unspsc {
		return
	}
	c.warn(linePath(i)+"/classifications", "unspsc.missing", "the line has no UNSPSC code, and the connection has no default")
	if len(l.Classifications) == 0 {
		c.Element("Classification", unclassified, "domain", unclassified)
	}
}

func (c *cartWriter) extrinsics(l *cart.Line) {
	if _, taken := l.Extrinsics[gtinExtrinsic]; !taken {
		c.Element("Extrinsic", l.GTIN, "name", gtinExtrinsic)
	}
	if len(l.Extrinsics) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(l.Extrinsics)) {
		c.Element("Extrinsic", l.Extrinsics[name], "name", name)
	}
}

// lineTax tells the line's rate. Its amount is rounded by itself; the header's, which counts, is computed per rate.
func (c *cartWriter) lineTax(l *cart.Line) {
	i := slices.IndexFunc(c.rates, func(r rate) bool {
		return r.tax.Category == l.Tax.Category && r.tax.Percent.Cmp(l.Tax.Percent) == 0
	})
	amount := l.Total().Mul(c.rates[i].factor).Round(c.minorUnit).Add(c.zero)
	c.Start("Tax")
	c.money(amount)
	c.Element("Description", "VAT", "xml:lang", "en")
	c.taxDetail(c.rates[i], money.Decimal{}, amount)
	c.End("Tax")
}

// leftOut names the members of a line for which there is no place.
func leftOut(l *cart.Line) []string {
	var names []string
	for _, member := range [...]struct {
		name    string
		present bool
	}{
		{"standard_id", l.StandardID.ID != "" && l.StandardID.ID != l.GTIN && (l.SKU != "" || l.GTIN != "")},
		{"buyer_sku", l.BuyerSKU != ""}, {"price_type", l.PriceType != ""}, {"contract_id", l.ContractID != ""},
		{"available_from", !l.AvailableFrom.IsZero()}, {"available_until", !l.AvailableUntil.IsZero()},
		{"origin_country", l.OriginCountry != ""}, {"service", l.Service}, {"contracted", l.Contracted},
		{"properties", len(l.Properties) > 0}, {"labels", len(l.Labels) > 0},
		{"attachments", len(l.Attachments) > 0}, {"part_of", l.PartOf != ""},
	} {
		if member.present {
			names = append(names, member.name)
		}
	}
	return names
}

func linePath(i int) string { return "/lines/" + strconv.Itoa(i) }
