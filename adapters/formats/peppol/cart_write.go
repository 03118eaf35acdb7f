package peppol

import (
	"cmp"
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
	"github.com/punchgate/punchgate/domain/transfer"
)

// ErrCart refuses a cart that the format cannot carry; its details name the members.
var ErrCart = fault.New(fault.Invalid, "peppol.cart_not_carried", "Peppol BIS Punch Out 3 cannot carry the cart")

// Codes and names that the specification gives a meaning.
const (
	profile          = "urn:fdc:peppol.eu:poacc:bis:punch_out:3"
	listUNSPSC       = "TST"
	listCPV          = "STI"
	schemeGTIN       = "0160"
	schemeGLN        = "0088"
	vat              = "VAT"
	productImage     = "PRODUCT_IMAGE"
	contracted       = "CT"
	serviceIndicator = "ServiceIndicator"
	partOf           = "PartOf"
	notAvailable     = "NA" // where UBL demands what nobody knows
)

const maxDetails = 100 // of a refusal

var zero, one = money.FromInt(0), money.FromInt(1)

// EncodeCart writes the cart as a Catalogue of UBL 2.1. Nothing is written where the cart is refused.
func (f *Format) EncodeCart(w io.Writer, o port.Outgoing) (port.Handover, error) {
	s, err := readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	form, err := s.form(o)
	if err != nil {
		return port.Handover{}, err
	}
	e := encoder{ublWriter: ublWriter{xmltext.NewWriter(w), f.release}, cart: o.Cart, zone: o.Cart.IssuedAt.Time.Location(),
		defaultUNSPSC: s.DefaultUNSPSC, line: outside}
	e.check()
	if len(e.details) > 0 {
		return port.Handover{}, ErrCart.With(e.details...)
	}
	e.write(o.Now)
	if err := e.Flush(); err != nil {
		return port.Handover{}, err
	}
	return port.Handover{
		MediaType: "application/xml", FileName: o.Cart.ID + ".xml", Form: form, Warnings: e.warnings,
		FreightUnit: freightUnit, DefaultUNSPSC: s.DefaultUNSPSC,
	}, nil
}

// encoder writes one cart. What is refused is found before, so that the document can be written as a stream; what is lost is
// told beside the element that it concerns.
type encoder struct {
	ublWriter
	cart          *cart.Cart
	defaultUNSPSC string
	zone          *time.Location // of every time in the document, since the format names none
	line          int            // the index of the line at hand, or outside; past the last for the freight
	shipTo        *xmltext.Template
	rates         []rate   // that occurred; a cart has few
	names         []string // reused from line to line
	details       []fault.Detail
	warnings      []transfer.Warning
}

const outside = -1

func (e *encoder) path(member string) string {
	switch e.line {
	case outside:
		return member
	case len(e.cart.Lines):
		return "/shipping"
	}
	return "/lines/" + strconv.Itoa(e.line) + member
}

func (e *encoder) refuse(member, code, message string) {
	if len(e.details) < maxDetails {
		e.details = append(e.details, fault.Detail{Path: e.path(member), Code: code, Message: message})
	}
}

func (e *encoder) warn(member, code, message string) {
	e.warnings = append(e.warnings, transfer.Warning{Path: e.path(member), Code: code, Message: message})
}

func (e *encoder) required(member, value string) {
	if value == "" {
		e.refuse(member, "missing", "is required")
	}
}

// code refuses a code that the release does not have. It may lack what the domain, and so the cart, knows.
func (e *encoder) code(member, refusal string, list codeList, code string) {
	if code != "" && !list(code) {
		e.refuse(member, refusal, e.unknown(code))
	}
}

func (e *encoder) unknown(code string) string {
	return "is not in the Peppol release of " + e.release.label + ": " + clip(code)
}

// check refuses what the document cannot carry, or its rules forbid.
func (e *encoder) check() {
	c := e.cart
	e.required("/id", c.ID)
	if c.IssuedAt.IsZero() {
		e.refuse("/issued_at", "missing", "is required")
	}
	e.checkEnd("/valid_until", c.ValidUntil)
	e.code("/currency", "unknown_currency", e.release.currencies, c.Currency)
	e.code("/ship_to/country", "unknown_country", e.release.countries, c.ShipTo.Country)
	e.checkParty("/seller", &c.Seller)
	e.checkParty("/buyer", &c.Buyer)
	for i := range c.Lines {
		e.line = i
		e.checkLine(&c.Lines[i])
	}
	e.line = outside
	e.code("/shipping/tax/category", "unknown_tax_category", e.release.taxes, c.Shipping.Tax.Category)
}

func (e *encoder) checkParty(member string, p *cart.Party) {
	e.required(member+"/name", p.Name)
	if p.Endpoint.ID != "" {
		e.checkScheme(member+"/endpoint", p.Endpoint, true, e.refuse, e.warn)
	}
	if p.Identifier.Scheme != "" {
		e.checkScheme(member+"/identifier", p.Identifier, false, e.refuse, e.warn)
	}
}

func (e *encoder) checkLine(l *cart.Line) {
	e.required("/id", l.ID)
	e.checkEnd("/available_until", l.AvailableUntil)
	e.code("/unit", "unknown_unit", e.release.units, l.Unit)
	e.code("/origin_country", "unknown_country", e.release.countries, l.OriginCountry)
	e.code("/tax/category", "unknown_tax_category", e.release.taxes, l.Tax.Category)
	if l.SKU == "" && l.GTIN == "" && !e.release.identifiers(l.StandardID.Scheme) {
		e.refuse("/standard_id/scheme", "unknown_scheme", e.needsScheme())
	}
	for i := range l.Properties {
		p := &l.Properties[i]
		if !p.Quantity.IsZero() && !e.release.units(p.Unit) {
			e.refuse("/properties/"+strconv.Itoa(i)+"/unit", "unknown_unit", e.unknown(p.Unit))
		}
	}
	for i := range l.Attachments {
		a := &l.Attachments[i]
		if media := mediaType(a); len(a.Content) > 0 && a.URL == "" && !e.release.mediaTypes(media) {
			e.refuse("/attachments/"+strconv.Itoa(i)+"/media_type", "unknown_media_type",
				"the format embeds no "+clip(media)+"; give a url instead")
		}
	}
}

// checkEnd refuses a time that leaves the calendar in the document's zone.
func (e *encoder) checkEnd(member string, m cart.Moment) {
	if e.local(m).Year() > 9999 {
		e.refuse(member, "out_of_range", "is after the year 9999 in the zone of issued_at")
	}
}

func (e *encoder) write(now time.Time) {
	c := e.cart
	e.Declaration()
	e.Start("Catalogue", "xmlns", nsCatalogue, "xmlns:cac", nsAggregate, "xmlns:cbc", nsBasic)
	e.Element("cbc:CustomizationID", customization)
	e.Element("cbc:ProfileID", profile)
	e.Element("cbc:ID", c.ID)
	if c.CompleteOnly {
		e.Element("cbc:ActionCode", "true")
	}
	e.issue(now)
	if !c.ValidUntil.IsZero() {
		e.Start("cac:ValidityPeriod")
		e.end(c.ValidUntil)
		e.End("cac:ValidityPeriod")
	}
	e.identification("cac:ReferencedContract", c.ContractID, "")
	e.party("cac:ProviderParty", &c.Seller, "")
	e.party("cac:ReceiverParty", &c.Buyer, c.Buyer.Reference)
	if c.Seller.Reference != "" {
		e.warn("/seller/reference", "reference.left_out", "the format has no place for the seller's reference")
	}
	if c.ShipTo.GLN != "" {
		e.warn("/ship_to/gln", "gln.left_out", "the format has no place for the GLN of the delivery address")
	}
	for i := range c.Lines {
		e.line = i
		e.catalogueLine(&c.Lines[i])
	}
	if c.Shipping.Amount.Sign() > 0 {
		e.line = outside
		e.warn("/shipping/amount", "shipping.as_line", "the cost of delivery is a line of its own, with the item number "+cart.Freight)
		e.line = len(c.Lines)
		e.catalogueLine(&cart.Line{
			ID: e.freightID(), SKU: cart.Freight, Name: cmp.Or(c.Shipping.Description, "Freight"), Service: true,
			Quantity: one, Unit: freightUnit, UnitPrice: c.Shipping.Amount, Tax: c.Shipping.Tax,
		})
	}
	e.End("Catalogue")
}

// issue writes when the cart was issued. A time to come is a clock that goes wrong: the document is issued now.
func (e *encoder) issue(now time.Time) {
	issued := e.cart.IssuedAt.Time
	if issued.After(now) {
		e.warn("/issued_at", "issued_at.in_future", "the cart is issued in the future; the document says now")
		issued = now.In(e.zone)
	}
	e.Time("cbc:IssueDate", issued, time.DateOnly)
	e.Time("cbc:IssueTime", issued, time.TimeOnly)
}

// local returns the moment in the document's zone; a whole day is in none.
func (e *encoder) local(m cart.Moment) time.Time {
	if m.HasTime {
		return m.Time.In(e.zone)
	}
	return m.Time
}

// end writes until when something holds.
func (e *encoder) end(m cart.Moment) {
	t := e.local(m)
	e.Time("cbc:EndDate", t, time.DateOnly)
	if m.HasTime {
		e.Time("cbc:EndTime", t, time.TimeOnly)
	}
}

func (e *encoder) party(name string, p *cart.Party, contact string) {
	e.Start(name)
	e.Element("cbc:EndpointID", p.Endpoint.ID, "schemeID", p.Endpoint.Scheme)
	e.identification("cac:PartyIdentification", p.Identifier.ID, p.Identifier.Scheme)
	e.Start("cac:PartyLegalEntity")
	e.Element("cbc:RegistrationName", p.Name)
	e.End("cac:PartyLegalEntity")
	e.identification("cac:Contact", contact, "")
	e.End(name)
}

func (e *encoder) catalogueLine(l *cart.Line) {
	e.Start("cac:CatalogueLine")
	e.Element("cbc:ID", l.ID)
	e.Element("cbc:ContractSubdivision", l.ContractID)
	e.validity(l)
	e.location(l)
	e.item(l)
	e.End("cac:CatalogueLine")
}

func (e *encoder) validity(l *cart.Line) {
	if l.AvailableFrom.IsZero() && l.AvailableUntil.IsZero() {
		return
	}
	e.Start("cac:LineValidityPeriod")
	if !l.AvailableFrom.IsZero() {
		e.Time("cbc:StartDate", e.local(l.AvailableFrom), time.DateOnly)
		if l.AvailableFrom.HasTime {
			e.warn("/available_from", "available_from.date_only", "the format has a date here, no time of day")
		}
	}
	if !l.AvailableUntil.IsZero() {
		e.end(l.AvailableUntil)
	}
	e.End("cac:LineValidityPeriod")
}

// location writes price and quantity, which the model puts at a place.
func (e *encoder) location(l *cart.Line) {
	e.Start("cac:RequiredItemLocationQuantity")
	if l.LeadTimeDays != nil {
		e.Element("cbc:LeadTimeMeasure", strconv.Itoa(*l.LeadTimeDays), "unitCode", "DAY")
	}
	e.address()
	e.Start("cac:Price")
	e.Decimal("cbc:PriceAmount", l.UnitPrice, "currencyID", e.cart.Currency)
	e.Decimal("cbc:BaseQuantity", l.PriceBasisQuantity.Or(one), "unitCode", l.Unit)
	e.Element("cbc:PriceType", l.PriceType)
	e.End("cac:Price")
	e.Start("cac:DeliveryUnit")
	e.Decimal("cbc:BatchQuantity", l.Quantity, "unitCode", l.Unit)
	e.End("cac:DeliveryUnit")
	e.End("cac:RequiredItemLocationQuantity")
}

// address writes where the cart goes, which is the same in every line.
func (e *encoder) address() {
	a := &e.cart.ShipTo
	if (*a == cart.Address{GLN: a.GLN}) {
		return
	}
	if e.shipTo == nil {
		e.shipTo = e.Template(func(piece *xmltext.Writer) { ublWriter{piece, e.release}.territory(a) })
	}
	e.Fill(e.shipTo, nil)
}

func (w ublWriter) territory(a *cart.Address) {
	w.Start("cac:ApplicableTerritoryAddress")
	w.Element("cbc:StreetName", a.Street)
	w.Element("cbc:AdditionalStreetName", a.Street2)
	w.Element("cbc:CityName", a.City)
	w.Element("cbc:PostalZone", a.PostalCode)
	w.Element("cbc:CountrySubentity", a.Region)
	w.wrapped("cac:AddressLine", "cbc:Line", a.Name)
	w.wrapped("cac:Country", "cbc:IdentificationCode", a.Country)
	w.End("cac:ApplicableTerritoryAddress")
}

func (e *encoder) item(l *cart.Line) {
	e.Start("cac:Item")
	e.Element("cbc:Description", l.Description)
	e.Element("cbc:Name", l.Name)
	e.identification("cac:BuyersItemIdentification", l.BuyerSKU, "")
	e.identification("cac:SellersItemIdentification", l.SKU, "")
	e.identification("cac:ManufacturersItemIdentification", l.ManufacturerSKU, "")
	standard := e.standardID(l)
	e.identification("cac:StandardItemIdentification", standard.ID, standard.Scheme)
	for i := range l.Attachments {
		e.attachment(i, &l.Attachments[i])
	}
	if l.URL != "" {
		e.reference(l.URL, "", "")
		e.link(l.URL)
		e.endReference()
	}
	e.wrapped("cac:OriginCountry", "cbc:IdentificationCode", l.OriginCountry)
	e.classifications(l)
	if l.Contracted {
		e.wrapped("cac:TransactionConditions", "cbc:ActionCode", contracted)
	}
	e.rate(l.Tax)
	e.properties(l)
	if l.Manufacturer != "" {
		e.Start("cac:ManufacturerParty")
		e.wrapped("cac:PartyName", "cbc:Name", l.Manufacturer)
		e.End("cac:ManufacturerParty")
	}
	for i := range l.Labels {
		e.certificate(&l.Labels[i])
	}
	e.End("cac:Item")
}

// rate is a rate of tax that occurred, as it is written in each of its lines.
type rate struct {
	cart.Tax
	*xmltext.Template
}

func (e *encoder) rate(t cart.Tax) {
	i := slices.IndexFunc(e.rates, func(r rate) bool { return r.Category == t.Category && r.Percent.Cmp(t.Percent) == 0 })
	if i < 0 {
		i = len(e.rates)
		e.rates = append(e.rates, rate{t, e.Template(func(piece *xmltext.Writer) { ublWriter{piece, e.release}.classifiedTax(t) })})
	}
	e.Fill(e.rates[i].Template, nil)
}

// standardID chooses the one standard identifier that the model has room for: the shop's own choice before the GTIN.
func (e *encoder) standardID(l *cart.Line) cart.Identifier {
	id := l.StandardID
	if id.ID != "" && !e.release.identifiers(id.Scheme) {
		e.warn("/standard_id", "standard_id.left_out", e.needsScheme())
		id = cart.Identifier{}
	}
	gtin := cart.Identifier{Scheme: schemeGTIN, ID: l.GTIN}
	switch {
	case l.GTIN == "" || id == gtin:
		return id
	case id.ID == "":
		return gtin
	}
	e.warn("/gtin", "gtin.left_out", "the format has room for one standard identifier, which is the standard_id")
	return id
}

func (e *encoder) needsScheme() string {
	return "needs a scheme of ISO 6523 in the Peppol release of " + e.release.label + ", such as 0160 for a GTIN"
}

// mediaType returns the type alone, as code lists have it.
func mediaType(a *cart.Attachment) string {
	media, _, _ := strings.Cut(a.MediaType, ";")
	return strings.ToLower(strings.TrimSpace(media))
}

func (e *encoder) attachment(i int, a *cart.Attachment) {
	member := func(name string) string { return "/attachments/" + strconv.Itoa(i) + name }
	media := mediaType(a)
	embedded := len(a.Content) > 0
	if embedded && !e.release.mediaTypes(media) {
		embedded = false
		e.warn(member("/content"), "attachment.linked_only", "the format embeds no "+clip(media)+", so the document has the link alone")
	}
	id, description := cmp.Or(a.ID, a.Name, a.URL), a.Description
	if !embedded && a.Name != "" && a.Name != id { // only an embedded file has a name
		if description == "" {
			description = a.Name
		} else {
			e.warn(member("/name"), "attachment.name_left_out", "the format has no name for a link that has an id and a description")
		}
	}
	code := ""
	if a.MainImage {
		code = productImage
	}
	e.reference(id, code, description)
	if embedded {
		e.Base64("cbc:EmbeddedDocumentBinaryObject", a.Content, "mimeCode", media, "filename", a.Name)
	}
	if a.URL != "" {
		e.link(a.URL)
	}
	e.endReference()
}

// reference opens a reference to a document up to its attachment; endReference closes it.
func (e *encoder) reference(id, code, description string) {
	e.Start("cac:ItemSpecificationDocumentReference")
	e.Element("cbc:ID", id)
	e.Element("cbc:DocumentTypeCode", code)
	e.Element("cbc:DocumentDescription", description)
	e.Start("cac:Attachment")
}

func (e *encoder) endReference() {
	e.End("cac:Attachment")
	e.End("cac:ItemSpecificationDocumentReference")
}

func (e *encoder) link(address string) { e.wrapped("cac:ExternalReference", "cbc:URI", address) }

// listOf returns the UNCL7143 code of a classification scheme, or "".
func (e *encoder) listOf(scheme string) string {
	switch {
	case strings.EqualFold(scheme, cart.UNSPSC):
		return listUNSPSC
	case strings.EqualFold(scheme, "CPV"):
		return listCPV
	case e.release.itemTypes(scheme):
		return scheme
	}
	return ""
}

func (e *encoder) classifications(l *cart.Line) {
	unspsc := false
	for i := range l.Classifications {
		c := &l.Classifications[i]
		list := e.listOf(c.Scheme)
		if list == "" {
			e.warn("/classifications/"+strconv.Itoa(i)+"/scheme", "classification.as_property",
				"is no code of UNCL7143, so the class is a property of that name")
			continue
		}
		unspsc = unspsc || list == listUNSPSC
		e.classification(c.Code, list, c.Version)
	}
	switch {
	case unspsc:
	case e.defaultUNSPSC != "":
		e.classification(e.defaultUNSPSC, listUNSPSC, "")
	default:
		e.warn("/classifications", "unspsc.missing", "has no UNSPSC code, which buyers in Proceedo expect on every line")
	}
}

func (e *encoder) classification(code, list, version string) {
	e.Start("cac:CommodityClassification")
	e.Element("cbc:ItemClassificationCode", code, "listID", list, "listVersionID", version)
	e.End("cac:CommodityClassification")
}

func (e *encoder) properties(l *cart.Line) {
	if l.Service {
		e.property(&cart.Property{Name: serviceIndicator, Value: "true"})
	}
	if l.PartOf != "" {
		e.property(&cart.Property{Name: partOf, Value: l.PartOf})
	}
	for i := range l.Properties {
		p := &l.Properties[i]
		if clashes(l, p.Name, p.Value) {
			e.clash("/properties/" + strconv.Itoa(i))
			continue
		}
		if p.Code != "" && p.CodeList == "" {
			e.warn("/properties/"+strconv.Itoa(i)+"/code", "property.code_left_out", "the format takes a code only with its list")
		}
		if p.Code == "" && p.CodeList != "" {
			e.warn("/properties/"+strconv.Itoa(i)+"/code_list", "property.code_list_left_out", "the format takes a list only with a code")
		}
		if p.Unit != "" && p.Quantity.IsZero() {
			e.warn("/properties/"+strconv.Itoa(i)+"/unit", "property.unit_left_out", "the format takes a unit only with a quantity")
		}
		e.property(p)
	}
	for i := range l.Classifications {
		c := &l.Classifications[i]
		if e.listOf(c.Scheme) != "" {
			continue
		}
		if clashes(l, c.Scheme, c.Code) {
			e.clash("/classifications/" + strconv.Itoa(i))
			continue
		}
		e.property(&cart.Property{Name: c.Scheme, Value: c.Code, Qualifier: c.Version})
	}
	e.extrinsics(l)
}

// extrinsics are properties, too, in the order of their names.
func (e *encoder) extrinsics(l *cart.Line) {
	e.names = e.names[:0]
	for name, value := range l.Extrinsics {
		if value != "" {
			e.names = append(e.names, name)
		}
	}
	slices.Sort(e.names)
	for _, name := range e.names {
		if value := l.Extrinsics[name]; clashes(l, name, value) {
			e.clash("/extrinsics/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
		} else {
			e.property(&cart.Property{Name: name, Value: value})
		}
	}
}

// clashes reports whether a property has a name that the specification reserves, and says otherwise than the line or
// what may not be said (PEPPOL-T77-R007).
func clashes(l *cart.Line, name, value string) bool {
	switch name {
	case serviceIndicator:
		return l.Service || value != "true" && value != "false"
	case partOf:
		return l.PartOf != ""
	}
	return false
}

func (e *encoder) clash(member string) {
	e.warn(member, "property.reserved", "the name is reserved by the specification, and the line says otherwise")
}

func (e *encoder) property(p *cart.Property) {
	e.Start("cac:AdditionalItemProperty")
	e.Element("cbc:ID", p.ID.ID, "schemeID", p.ID.Scheme)
	e.Element("cbc:Name", p.Name)
	if p.CodeList != "" {
		e.Element("cbc:NameCode", p.Code, "listID", p.CodeList)
	}
	e.Element("cbc:Value", p.Value)
	e.Decimal("cbc:ValueQuantity", p.Quantity, "unitCode", p.Unit)
	e.Element("cbc:ValueQualifier", p.Qualifier)
	e.End("cac:AdditionalItemProperty")
}

// certificate writes a label. The model has the label's name for an identifier, so its own identifier is a remark.
func (e *encoder) certificate(b *cart.Label) {
	e.Start("cac:Certificate")
	e.Element("cbc:ID", b.Name)
	e.Element("cbc:CertificateTypeCode", notAvailable)
	e.Element("cbc:CertificateType", cmp.Or(b.Type, notAvailable))
	e.Element("cbc:Remarks", b.ID)
	e.Element("cbc:Remarks", b.Remarks)
	e.Start("cac:IssuerParty")
	e.wrapped("cac:PartyName", "cbc:Name", cmp.Or(b.Issuer, notAvailable))
	e.End("cac:IssuerParty")
	e.identification("cac:DocumentReference", b.Reference, "")
	e.End("cac:Certificate")
}

// freightUnit is the unit of the line that carries the cost of delivery: one.
const freightUnit = "C62"

// freightID returns a line identifier that no line has.
func (e *encoder) freightID() string {
	id := cart.Freight
	for n := 2; slices.ContainsFunc(e.cart.Lines, func(l cart.Line) bool { return l.ID == id }); n++ {
		id = cart.Freight + "-" + strconv.Itoa(n)
	}
	return id
}
