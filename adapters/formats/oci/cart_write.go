package oci

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

// ErrCart refuses a cart that the format cannot carry; its details name the members.
var ErrCart = fault.New(fault.Invalid, "oci.cart_not_carried", "OCI cannot carry the cart")

const (
	maxDetails    = 100  // of a refusal
	manyFields    = 1000 // more of them, receivers in PHP drop in silence
	fieldsPerLine = 20   // roughly
	bytesPerLine  = 512  // of the names of a line's fields, roughly
)

var one, ten = money.FromInt(1), money.FromInt(10)

// EncodeCart writes the return form, which is the document, as JSON. Nothing is written where the cart is refused.
func (f *Format) EncodeCart(w io.Writer, o port.Outgoing) (port.Handover, error) {
	s, err := f.readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	form, err := s.form(o)
	if err != nil {
		return port.Handover{}, err
	}
	e := encoder{
		settings: s, version: f.version, cart: o.Cart, latin1: form.AcceptCharset == charsetLatin1, point: '.',
		answers: o.Keep[paramFunction] != "", mappings: o.LineFields, fields: form.Fields,
	}
	if s.DecimalComma {
		e.point = ','
	}
	for _, name := range slices.Sorted(maps.Keys(o.FormFields)) {
		if ofLine(name) {
			e.warnAt("", "field.left_out", "the mapping's form field "+quote(name)+" is left out: its name is one of a line's field")
		}
	}
	if asked := o.Keep[paramCharset]; asked != "" && charsets[strings.ToLower(strings.TrimSpace(asked))] == "" {
		e.warnAt("", "charset.not_known", "the start call asks for the charset "+quote(asked)+"; the form is in "+form.AcceptCharset)
	}
	for _, field := range form.Fields {
		if e.latin1 && (outsideLatin1(field.Name) || outsideLatin1(field.Value)) {
			e.warnAt("", "field.characters", "the field "+field.Name+" has characters that the form's charset "+charsetLatin1+" lacks")
		}
	}
	e.write()
	if len(e.details) > 0 {
		return port.Handover{}, ErrCart.With(e.details...)
	}
	hidden := len(form.Fields)
	form.Fields = e.fields
	if n := len(form.Fields); n > manyFields {
		e.warnAt("/lines", "fields.many",
			fmt.Sprintf("the form has %d fields; systems written in PHP take no more than %d, in silence", n, manyFields))
	}
	if err := writeForm(w, &form, hidden); err != nil {
		return port.Handover{}, err
	}
	return port.Handover{
		MediaType: "application/json", FileName: o.Cart.ID + ".json", Form: form, Warnings: e.warnings,
		Units: s.Units, FreightUnit: freightUnit, DefaultUNSPSC: s.DefaultUNSPSC,
	}, nil
}

// encoder writes the items of one cart.
type encoder struct {
	settings
	version version
	cart    *cart.Cart
	answers bool // the form answers a function: no order comes of it, so that no identifiers lead back to the cart
	latin1  bool // the form's charset
	point   byte // of a decimal
	line    int  // the index of the line being written; past the last for the freight

	mappings []map[string]string // Outgoing.LineFields
	mapped   map[string]string   // those of the line being written
	extra    []extraField

	fields []transfer.Field
	text   strings.Builder // of which names are parts, and values that the cart does not have as they are written
	index  string          // of the line being written, such as [1]

	contract   string         // of the whole cart
	contracted bool           // the line being written has a CONTRACT
	byPosition bool           // EXT_QUOTE_ITEM is the line's position, for an identifier is too long
	roots      map[string]int // the items of configured products by their sku; nil where there are none
	left       []leftOut
	details    []fault.Detail
	warnings   []transfer.Warning

	digits [2][48]byte // of two numbers
	number [48]byte    // as it is written
}

// leftOut is a member that the format has no place for, told once for all lines.
type leftOut struct {
	member string
	of     int    // the place in the member, a list, where rest is not empty
	rest   string // a member of that place
	first  int    // the line
	lines  int
}

func (l leftOut) path() string {
	path := "/lines/" + strconv.Itoa(l.first) + l.member
	if l.rest != "" {
		path += "/" + strconv.Itoa(l.of) + l.rest
	}
	return path
}

func (e *encoder) path(member string) string {
	if e.line == len(e.cart.Lines) {
		return "/shipping"
	}
	return "/lines/" + strconv.Itoa(e.line) + member
}

func (e *encoder) refuse(path, code, message string) {
	if len(e.details) < maxDetails {
		e.details = append(e.details, fault.Detail{Path: path, Code: code, Message: message})
	}
}

func (e *encoder) warnAt(path, code, message string) {
	e.warnings = append(e.warnings, transfer.Warning{Path: path, Code: code, Message: message})
}

// changed tells what the form has in place of a value of the line.
func (e *encoder) changed(member, code, why string, effect transfer.Effect, before, after string) {
	e.warnings = append(e.warnings, transfer.Warning{
		Path: e.path(member), Code: code, Message: why, Effect: effect, Before: transfer.Shown(before), After: transfer.Shown(after),
	})
}

// leaveOut tells that a field is left out, for it cannot hold its value.
func (e *encoder) leaveOut(path string, field, value, why string) {
	e.warnings = append(e.warnings, transfer.Warning{
		Path: path, Code: "code.left_out", Message: field + " is left out: " + quote(value) + " " + why,
		Effect: transfer.Changed, Before: transfer.Shown(value),
	})
}

// leave notes that a member of the line is left out.
func (e *encoder) leave(member string, present bool) { e.leaveOf(member, 0, "", present) }

// leaveOf is leave for a member of an element of a list.
func (e *encoder) leaveOf(member string, of int, rest string, present bool) {
	if !present {
		return
	}
	for i := range e.left {
		if l := &e.left[i]; l.member == member && l.of == of && l.rest == rest {
			l.lines++
			return
		}
	}
	e.left = append(e.left, leftOut{member, of, rest, e.line, 1})
}

// keep returns the parts as one text.
func (e *encoder) keep(parts ...string) string {
	begin := e.text.Len()
	for _, part := range parts {
		e.text.WriteString(part)
	}
	return e.text.String()[begin:]
}

// integer returns a whole number as text.
func (e *encoder) integer(n int) string {
	begin := e.text.Len()
	e.text.Write(strconv.AppendInt(e.number[:0], int64(n), 10))
	return e.text.String()[begin:]
}

// decimal returns the number as text, with the given digits after the point.
func (e *encoder) decimal(n number, decimals int) string {
	begin := e.text.Len()
	e.text.Write(n.append(e.number[:0], decimals, e.point))
	return e.text.String()[begin:]
}

func (e *encoder) put(c column, value string) {
	if value != "" {
		e.fields = append(e.fields, transfer.Field{Name: e.keep(fullNames[c], e.index), Value: value})
	}
}

// characters returns a text in the form's charset, with a warning where it differs.
func (e *encoder) characters(member, text string) string {
	if !e.latin1 {
		return text
	}
	clean := latin1(text)
	if clean != text && clean != norm.NFC.String(text) {
		e.changed(member, "characters.replaced", "the form's charset is "+charsetLatin1, transfer.Changed, text, clean)
	}
	return clean
}

// putText writes a text for people, cut to the field's length.
func (e *encoder) putText(c column, member, value string) (whole bool) {
	given := value
	if !tidy(value) {
		given = oneLine(value)
		value = oneLine(e.characters(member, given))
	}
	fits := cut(value, c.length(e.version))
	if fits != value {
		e.changed(member, "text.cut", fmt.Sprintf("%s holds %d characters", c, c.length(e.version)), transfer.Cut, given, fits)
	}
	e.put(c, fits)
	return fits == value
}

// putCode writes a value that is of no use when it is cut or changed. Then it is left out.
func (e *encoder) putCode(c column, member, value string) (written bool) {
	if value == "" {
		return false
	}
	if why := e.unfit(c, value); why != "" {
		e.leaveOut(e.path(member), c.String(), value, why)
		return false
	}
	e.put(c, value)
	return true
}

// unfit says why the field cannot hold the value as it is.
func (e *encoder) unfit(c column, value string) string {
	return e.unfitWithin(c.length(e.version), value)
}

func (e *encoder) unfitWithin(limit int, value string) string {
	switch {
	case len(value) <= limit && tidy(value):
		return ""
	case cut(value, limit) != value:
		return fmt.Sprintf("has more than %d characters", limit)
	case oneLine(value) != value:
		return "has blanks around it or several lines"
	case e.latin1 && outsideLatin1(value):
		return "has characters that " + charsetLatin1 + " lacks"
	}
	return ""
}

func (e *encoder) write() {
	c := e.cart
	switch why := e.unfit(quoteID, c.ID); {
	case e.answers:
	case c.ID == "":
		e.refuse("/id", "missing", "is required")
	case why != "":
		e.refuse("/id", "not_carried", why+", so that it would not come back from EXT_QUOTE_ID unchanged")
	}
	e.leaveCart()
	e.prepare()
	e.gatherExtra()
	e.fields = slices.Grow(e.fields, fieldsPerLine*(len(c.Lines)+1))
	e.text.Grow(bytesPerLine * (len(c.Lines) + 1))
	for i := range c.Lines {
		e.mapped = nil
		if i < len(e.mappings) {
			e.mapped = e.mappings[i]
		}
		e.item(i, &c.Lines[i])
	}
	if c.Shipping.Amount.Sign() > 0 {
		e.mapped = nil
		e.warnAt("/shipping/amount", "shipping.as_line", "the cost of delivery is a line of its own, with the article number "+cart.Freight)
		e.item(len(c.Lines), &cart.Line{
			ID: e.freightID(), SKU: cart.Freight, Name: cmp.Or(c.Shipping.Description, "Freight"),
			Quantity: one, Unit: freightUnit, UnitPrice: c.Shipping.Amount,
		})
	}
	for _, l := range e.left {
		more := ""
		if l.lines > 1 {
			more = fmt.Sprintf(" in this line and %d more", l.lines-1)
		}
		e.warnAt(l.path(), "member.left_out", "OCI has no field for it"+more)
	}
}

func (e *encoder) leaveCart() {
	c := e.cart
	for _, m := range []struct {
		path    string
		present bool
	}{
		{"/valid_until", !c.ValidUntil.IsZero()}, {"/complete_only", c.CompleteOnly}, {"/ship_to", c.ShipTo != (cart.Address{})},
		{"/seller/reference", c.Seller.Reference != ""}, {"/buyer/reference", c.Buyer.Reference != ""},
	} {
		if m.present {
			e.warnAt(m.path, "member.left_out", "OCI has no field for it")
		}
	}
}

// prepare looks at the cart as a whole: whether the contract and their identifiers fit, and which are parts of others.
func (e *encoder) prepare() {
	if why := e.unfit(contract, e.cart.ContractID); why == "" {
		e.contract = e.cart.ContractID
	} else {
		e.leaveOut("/contract_id", contract.String(), e.cart.ContractID, why)
	}
	lines := e.cart.Lines
	for i := range lines {
		if why := e.unfit(quoteItem, lines[i].ID); !e.answers && (why != "" || lines[i].ID == "") {
			e.byPosition = true
			e.warnAt("/lines/"+strconv.Itoa(i)+"/id", "id.replaced",
				strings.TrimSpace("EXT_QUOTE_ITEM is the position of each line, since the identifier "+quote(lines[i].ID)+" "+why))
			break
		}
	}
	if e.version < version5 {
		return
	}
	for i := range lines {
		root := lines[i].PartOf
		if _, known := e.roots[root]; root == "" || known {
			continue
		}
		if e.roots == nil {
			e.roots = map[string]int{}
		}
		e.roots[root] = slices.IndexFunc(lines, func(l cart.Line) bool { return l.SKU == root && l.PartOf == "" })
	}
}

// freightUnit is the unit of the line that carries the cost of delivery.
const freightUnit = "EA"

// freightID returns an identifier that no line has.
func (e *encoder) freightID() string {
	for n := len(e.cart.Lines) + 1; ; n++ {
		id := strconv.Itoa(n)
		if !slices.ContainsFunc(e.cart.Lines, func(l cart.Line) bool { return l.ID == id }) {
			return id
		}
	}
}

func (e *encoder) item(i int, l *cart.Line) {
	e.line = i
	e.index = e.keep("[", e.integer(i+1), "]")
	e.names(l)
	e.quantity(l)
	e.putCode(unit, "/unit", cmp.Or(e.Units[l.Unit], l.Unit))
	e.price(l)
	if l.LeadTimeDays != nil {
		e.put(leadTime, e.integer(*l.LeadTimeDays))
	}
	if !e.fromMapping(vendor) {
		e.put(vendor, e.Vendor)
	}
	e.articles(l)
	if l.Service {
		e.put(service, "X")
	}
	e.agreements(l)
	e.link(l)
	e.class(l)
	e.group(l)
	e.free(l)
	e.place(l)
	e.leaveLine(l)
}

// agreements writes the contract, and by what the line is found again in the cart.
func (e *encoder) agreements(l *cart.Line) {
	if l.ContractID != "" {
		e.contracted = e.putCode(contract, "/contract_id", l.ContractID)
	} else {
		e.contracted = e.contract != "" && e.line < len(e.cart.Lines)
		if e.contracted {
			e.put(contract, e.contract)
		}
	}
	if e.answers {
		return
	}
	e.put(quoteID, e.cart.ID)
	if e.byPosition {
		e.put(quoteItem, e.position())
	} else {
		e.put(quoteItem, l.ID)
	}
}

// names writes DESCRIPTION or MATNR, of which an item has one, and the whole text where that does not hold it.
func (e *encoder) names(l *cart.Line) {
	if e.Matnr && l.BuyerSKU != "" {
		if e.putCode(matnr, "/buyer_sku", l.BuyerSKU) {
			e.longText(e.characters("/name", l.Name), l.Description)
			return
		}
	} else {
		e.leave("/buyer_sku", l.BuyerSKU != "")
	}
	name := l.Name
	if oneLine(name) == "" {
		e.refuse(e.path("/name"), "blank", "has no character that shows")
	}
	if e.putText(description, "/name", name) {
		name = ""
	}
	e.longText(name, l.Description)
}

// longText writes the texts, of which either may be empty, into LONGTEXT: into one field, or one for each line of text.
func (e *encoder) longText(name, text string) {
	if e.latin1 {
		name = latin1(name)
	}
	text = strings.TrimSpace(e.characters("/description", text))
	switch {
	case name == "" && text == "":
		return
	case text == "":
		text = name
	case name != "":
		text = name + "\n" + text
	}
	if e.LongText == longTextInOne {
		e.putLongText(text)
		return
	}
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		e.putLongText(strings.TrimSpace(part))
	}
}

func (e *encoder) putLongText(text string) {
	if text != "" {
		e.fields = append(e.fields, transfer.Field{Name: e.keep(prefix+longText, e.position(), longTextEnd), Value: text})
	}
}

// position is the number of the item in the form.
func (e *encoder) position() string { return e.index[1 : len(e.index)-1] }

func (e *encoder) quantity(l *cart.Line) {
	n := take(l.Quantity, e.digits[0][:0])
	if n.decimals() > maxDecimals {
		rounded := l.Quantity.Round(maxDecimals)
		e.changed("/quantity", "quantity.rounded", "QUANTITY holds 3 decimals", transfer.Changed, l.Quantity.String(), rounded.String())
		n = take(rounded, e.digits[0][:0])
	}
	if len(n.digits) == 0 || n.whole() > maxWholeDigits {
		e.refuse(e.path("/quantity"), "out_of_range", "must be at least 0.001 and have at most 11 digits before the point")
		return
	}
	e.put(quantity, e.decimal(n, maxDecimals))
}

// articles writes the numbers of the article.
func (e *encoder) articles(l *cart.Line) {
	member, article := "/sku", l.SKU
	switch {
	case article != "":
	case l.GTIN != "":
		member, article = "/gtin", l.GTIN
	default:
		member, article = "/standard_id", l.StandardID.ID
	}
	e.putText(vendorMat, member, article)
	if e.line < len(e.cart.Lines) && !e.fromMapping(productID) {
		e.putCode(productID, member, article)
	}
	e.leave("/gtin", l.GTIN != "" && member != "/gtin")
	e.leave("/standard_id", l.StandardID.ID != "" && member != "/standard_id")
	e.putText(manufactMat, "/manufacturer_sku", l.ManufacturerSKU)
	if e.fromMapping(manufactCode) {
		return
	}
	code := e.Manufacturers[l.Manufacturer]
	e.put(manufactCode, code)
	e.leave("/manufacturer", l.Manufacturer != "" && code == "")
}

// place writes where the line stands in a configured product.
func (e *encoder) place(l *cart.Line) {
	if e.version < version5 {
		e.leave("/part_of", l.PartOf != "")
		return
	}
	if l.PartOf != "" {
		e.put(itemType, "O")
		e.put(parentID, e.integer(e.roots[l.PartOf]+1))
		return
	}
	if at, isRoot := e.roots[l.SKU]; isRoot && at == e.line {
		e.put(itemType, "R")
	}
}

func (e *encoder) leaveLine(l *cart.Line) {
	e.leave("/price_type", l.PriceType != "")
	e.leave("/contracted", l.Contracted)
	e.leave("/available_from", !l.AvailableFrom.IsZero())
	e.leave("/available_until", !l.AvailableUntil.IsZero())
	e.leave("/origin_country", l.OriginCountry != "")
	e.leave("/properties", len(l.Properties) > 0)
	e.leave("/labels", len(l.Labels) > 0)
}
