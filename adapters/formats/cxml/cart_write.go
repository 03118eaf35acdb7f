package cxml

import (
	"cmp"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

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
	options, err := f.readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	options.kept(o.Keep)
	c := cartWriter{out: &o, options: &options, cart: o.Cart, language: cmp.Or(o.Cart.Language, fallbackLanguage)}
	c.minorUnit, _ = codelist.Currency(o.Cart.Currency)
	if c.minorUnit > 0 {
		c.zero = money.MustParse("0." + strings.Repeat("0", c.minorUnit))
	}
	c.document(out)
	return port.Handover{
		MediaType:     mediaType,
		FileName:      fileName(o.Cart.ID),
		Form:          options.form(&o, true),
		Warnings:      c.warnings.all(),
		DefaultUNSPSC: options.DefaultUNSPSC,
	}, c.Flush()
}

// EncodeCancel writes a message with status 204 and no items: no change. A message without it and without items would
// delete the lines that a buyer edits. By option it writes nothing, and the form is all.
func (f *Format) EncodeCancel(out io.Writer, o port.Outgoing) (port.Handover, error) {
	options, err := f.readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	options.kept(o.Keep)
	if options.Cancel == cancelByForm {
		return port.Handover{Form: options.form(&o, false)}, nil
	}
	c := cartWriter{out: &o, options: &options, cart: &cart.Cart{Currency: noCurrency}, language: fallbackLanguage}
	c.document(out)
	return port.Handover{MediaType: mediaType, FileName: fileName("cancel"), Form: options.form(&o, true)}, c.Flush()
}

// form is the return form, with or without the document. No other field can take the document's place.
func (o *settings) form(out *port.Outgoing, withDocument bool) transfer.Form {
	form := transfer.Form{Action: out.ReturnURL, Method: "POST", AcceptCharset: "UTF-8", Target: o.Target}
	if withDocument {
		source := transfer.DocumentBase64
		if o.Encoding == encodingText {
			source = transfer.DocumentText
		}
		form.Fields = append(form.Fields, transfer.Field{Name: o.Field, Source: source})
	}
	further := map[string]string{}
	maps.Copy(further, o.HiddenFields)
	maps.Copy(further, out.FormFields)
	for _, name := range slices.Sorted(maps.Keys(further)) {
		if !strings.EqualFold(name, o.Field) {
			form.Fields = append(form.Fields, transfer.Field{Name: name, Value: further[name]})
		}
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
	amount    money.Accumulator // of whatever is being computed
	names     []string          // of the extrinsics of the line
	warnings  warnings
}

func (c *cartWriter) document(out io.Writer) {
	c.Writer = xmltext.NewWriter(out)
	if c.options.Encoding == encodingText {
		c.ASCII()
	}
	o := opening{version: c.options.DTDVersion, id: c.out.DocumentID, language: c.language, now: c.out.Now}
	if c.options.Doctype {
		o.dtd = dtdCXML
	}
	o.write(c.Writer)
	if c.options.Header {
		// against the start call the parties change places: now the seller speaks
		header(c.Writer, identified(c.out.To, c.cart.Seller), identified(c.out.From, c.cart.Buyer), "")
	}
	c.Start("Message", "deploymentMode", deploymentMode(c.out.Test))
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
		c.rates = append(c.rates, rate{tax: taxes[i].Tax, factor: percent.Mul(hundredth), percent: percent.String()})
	}
	c.Start("PunchOutOrderMessageHeader", "operationAllowed", c.options.OperationAllowed)
	c.Start("Total")
	c.total(taxes)
	c.End("Total")
	if s := &c.cart.Shipping; !s.Amount.IsZero() {
		c.Start("Shipping")
		c.money(s.Amount)
		c.Element("Description", cmp.Or(s.Description, "Shipping"), "xml:lang", c.language)
		c.End("Shipping")
	}
	if len(taxes) > 0 {
		c.amount.Set(nought)
		for i := range taxes {
			c.amount.Add(taxes[i].Amount)
		}
		c.Start("Tax")
		c.computed(&c.amount)
		c.Element("Description", "VAT", "xml:lang", "en")
		for i := range taxes {
			c.Start("TaxDetail", "category", "vat", "percentageRate", c.rates[i].percent)
			c.Start("TaxableAmount")
			c.amount.Set(taxes[i].Net)
			c.computed(&c.amount)
			c.End("TaxableAmount")
			c.Start("TaxAmount")
			c.amount.Set(taxes[i].Amount)
			c.computed(&c.amount)
			c.End("TaxAmount")
			c.rates[i].end(c.Writer)
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
			c.warnings.add(transfer.Warning{Path: "/" + member.name, Code: "left_out", Message: noPlace + "it"})
		}
	}
}

// total writes what the buyer pays: for the lines alone (cXML Reference Guide), or for everything (as some buyers want it).
func (c *cartWriter) total(taxes []cart.Taxed) {
	c.amount.Set(nought)
	for i := range taxes {
		c.amount.Add(taxes[i].Net) // shipping included
		if c.options.Total == totalGross {
			c.amount.Add(taxes[i].Amount)
		}
	}
	if c.options.Total == totalItems {
		c.amount.Add(c.cart.Shipping.Amount.Mul(minusOne))
	}
	c.computed(&c.amount)
}

// rate is a rate of tax that occurs in the cart, computed once for all lines.
type rate struct {
	tax     cart.Tax
	factor  money.Decimal     // 0.25
	percent string            // 25
	ofLine  *xmltext.Template // the Tax of a line at this rate
}

// end ends a TaxDetail with the category of UNCL5305, which tells 0 percent from 0 percent.
func (r *rate) end(w *xmltext.Writer) {
	w.Element("Description", r.tax.Category, "xml:lang", "en")
	w.End("TaxDetail")
}

func (r *rate) line(w *xmltext.Writer, currency string) {
	w.Start("Tax")
	w.Gap("Money", "currency", currency)
	w.Element("Description", "VAT", "xml:lang", "en")
	w.Start("TaxDetail", "category", "vat", "percentageRate", r.percent)
	w.Start("TaxAmount")
	w.Gap("Money", "currency", currency)
	w.End("TaxAmount")
	r.end(w)
	w.End("Tax")
}

var (
	nought    = money.FromInt(0)
	one       = money.FromInt(1)
	hundredth = money.MustParse("0.01")
)

// plainly shows a computed amount with the digits of the currency's minor unit, and with more only where it has more; what
// does not end is cut at the digits that the gateway keeps, which it reports.
func (c *cartWriter) plainly(a *money.Accumulator) (cut bool) {
	cut = a.Round(money.MaxFractionDigits)
	a.Trim()
	a.Add(c.zero)
	return cut
}

// computed writes a sum, as plainly as can be.
func (c *cartWriter) computed(a *money.Accumulator) {
	c.plainly(a)
	c.Sum("Money", a, "currency", c.cart.Currency)
}

func (c *cartWriter) money(d money.Decimal) { c.Decimal("Money", d, "currency", c.cart.Currency) }

func (c *cartWriter) item(i int) {
	l := &c.cart.Lines[i]
	c.StartDecimal("ItemIn", "quantity", l.Quantity)
	c.Start("ItemID")
	c.Element("SupplierPartID", cmp.Or(l.SKU, l.GTIN, l.StandardID.ID))
	c.Element("SupplierPartAuxiliaryID", l.Key)
	c.End("ItemID")
	c.Start("ItemDetail")
	c.Start("UnitPrice")
	c.unitPrice(i, l)
	c.End("UnitPrice")
	c.description(i, l)
	c.Element("UnitOfMeasure", l.Unit)
	if c.perBasis(l) {
		c.StartDecimal("PriceBasisQuantity", "quantity", l.PriceBasisQuantity, "conversionFactor", "1")
		c.Element("UnitOfMeasure", l.Unit)
		c.End("PriceBasisQuantity")
	}
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
	c.warnings.leftOut(i, l)
}

// description writes the name and then the text, as much of both as the buyer keeps.
func (c *cartWriter) description(i int, l *cart.Line) {
	name, text := l.Name, l.Description
	if text == name {
		text = ""
	}
	if limit := c.options.DescriptionBytes; limit > 0 {
		keptName := cut(name, limit)
		keptText := cut(text, limit-len(keptName)-len("\n"))
		if keptName != name || keptText != text {
			before, after := text, keptText
			if keptName != name {
				before, after = name, keptName
			}
			c.warnings.line(i, "/description", transfer.Warning{
				Code: "cut", Effect: transfer.Cut, Message: "name and description have more bytes than the buyer keeps (description_bytes)",
				Before: transfer.Shown(before), After: transfer.Shown(after),
				Remedy: "begin with what the approver must read; name and description are one text in cXML",
			})
		}
		name, text = keptName, keptText
	}
	c.Start("Description", "xml:lang", c.language)
	c.Text(name)
	if text != "" {
		c.Text("\n")
		c.Text(text)
	}
	c.End("Description")
}

// cut returns as many whole characters as n bytes hold.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:max(n, 0)]
}

// perBasis reports whether the price is written for the line's price basis.
func (c *cartWriter) perBasis(l *cart.Line) bool {
	return c.options.PriceBasis && c.options.DTDVersion >= priceBasisVersion && l.PriceBasisQuantity.Or(one).Cmp(one) != 0
}

// unitPrice writes the price of one unit, unless the buyer wants price bases: PriceBasisQuantity came with DTD 1.2.036, and
// buyers that do not know it would take the price of a hundred for that of one.
func (c *cartWriter) unitPrice(i int, l *cart.Line) {
	basis := l.PriceBasisQuantity.Or(one)
	if basis.Cmp(one) == 0 || c.perBasis(l) {
		c.money(l.UnitPrice)
		return
	}
	price := &c.amount
	price.Set(l.UnitPrice)
	price.Quo(basis)
	if c.plainly(price) {
		c.warnings.line(i, "/unit_price", transfer.Warning{
			Code: "rounded", Message: "the price is sent per one unit, and rounded",
			Effect: transfer.Changed, Before: l.UnitPrice.String() + " for " + basis.String(), After: price.Decimal().String(),
		})
	}
	c.Sum("Money", price, "currency", c.cart.Currency)
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
	c.warnings.line(i, "/classifications", transfer.Warning{
		Code: "unspsc.missing", Message: "the line has no UNSPSC code, and the connection has no default",
	})
	if len(l.Classifications) == 0 {
		c.Element("Classification", unclassified, "domain", unclassified)
	}
}

func (c *cartWriter) extrinsics(l *cart.Line) {
	if _, taken := l.Extrinsics[gtinExtrinsic]; !taken {
		c.Element("Extrinsic", l.GTIN, "name", gtinExtrinsic)
	}
	c.names = slices.AppendSeq(c.names[:0], maps.Keys(l.Extrinsics))
	slices.Sort(c.names)
	for _, name := range c.names {
		c.Element("Extrinsic", l.Extrinsics[name], "name", name)
	}
}

// lineTax tells the line's rate. Its amount is rounded by itself; the header's, which counts, is computed per rate.
func (c *cartWriter) lineTax(l *cart.Line) {
	i := slices.IndexFunc(c.rates, func(r rate) bool {
		return r.tax.Category == l.Tax.Category && r.tax.Percent.Cmp(l.Tax.Percent) == 0
	})
	l.Sum(&c.amount)
	c.amount.Mul(c.rates[i].factor)
	c.amount.Round(c.minorUnit)
	c.amount.Add(c.zero)
	r := &c.rates[i]
	if r.ofLine == nil {
		r.ofLine = c.Template(func(piece *xmltext.Writer) { r.line(piece, c.cart.Currency) })
	}
	c.Fill(r.ofLine, &c.amount)
}
