package cart

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/language"
	"github.com/punchgate/punchgate/domain/money"
)

// Largest number of characters of a text in the cart.
const (
	MaxIdentifier  = 200    // identifiers and codes
	MaxName        = 1_000  // names and other one-line texts
	MaxDescription = 65_536 // descriptions
	MaxURL         = 2_000
)

// maxFindings bounds the list of what is wrong: a cart of 10,000 bad lines needs no list of 10,000 findings.
const maxFindings = 100

// ErrTooManyLines refuses a cart of more than MaxLines lines.
var ErrTooManyLines = fault.Newf(fault.TooLarge, "cart.too_many_lines", "a cart holds at most %d lines", MaxLines)

// ErrInvalid refuses a cart; its details name every member that is wrong.
var ErrInvalid = fault.New(fault.Invalid, "cart.invalid", "the cart has members that are wrong")

// Check returns nil, ErrTooManyLines, or ErrInvalid with a detail for each member that is wrong (the first hundred).
func (c *Cart) Check() error {
	if len(c.Lines) > MaxLines {
		return ErrTooManyLines
	}
	k := checker{}
	k.cart(c)
	if len(k.details) == 0 {
		return nil
	}
	return ErrInvalid.With(k.details...)
}

// CheckText returns what is wrong in a text of one line that stands outside a cart: more characters than the limit, or
// characters that no document can carry.
func CheckText(path, text string, limit int) []fault.Detail {
	k := checker{}
	k.text(path, text, limit, false)
	return k.details
}

// CheckParty returns what is wrong in a party that stands outside a cart; path is put before each member's name.
func CheckParty(path string, p Party) []fault.Detail {
	k := checker{}
	k.party(path, &p)
	return k.details
}

// CheckAddress returns what is wrong in an address that stands outside a cart.
func CheckAddress(path string, a Address) []fault.Detail {
	k := checker{}
	k.address(path, &a)
	return k.details
}

// checker collects findings. The path of a line is built only for a finding, since most carts have none.
type checker struct {
	line    string // "/lines/7" while a line is checked
	details []fault.Detail
}

func (k *checker) report(path, code, message string) {
	if len(k.details) < maxFindings {
		k.details = append(k.details, fault.Detail{Path: k.line + path, Code: code, Message: message})
	}
}

func (k *checker) cart(c *Cart) {
	k.identifier("/id", c.ID)
	k.required("/currency", c.Currency)
	if _, known := codelist.Currency(c.Currency); c.Currency != "" && !known {
		k.report("/currency", "unknown_currency", fmt.Sprintf("%q is not an ISO 4217 currency", clip(c.Currency)))
	}
	if c.Language != "" && !language.Tag(c.Language) {
		k.report("/language", "not_language", "must be a language tag such as sv or en-GB")
	}
	k.identifier("/contract_id", c.ContractID)
	if !c.IssuedAt.IsZero() && !c.IssuedAt.HasTime {
		k.report("/issued_at", "no_time", "needs a time of day")
	}
	k.year("/issued_at", c.IssuedAt.Time)
	k.year("/valid_until", c.ValidUntil.Time)
	if !c.IssuedAt.IsZero() && !c.ValidUntil.IsZero() && c.ValidUntil.Before(c.IssuedAt) {
		k.report("/valid_until", "before_issued_at", "the cart ends before it is issued")
	}
	k.party("/seller", &c.Seller)
	k.party("/buyer", &c.Buyer)
	k.address("/ship_to", &c.ShipTo)
	k.shipping(&c.Shipping)
	if len(c.Lines) == 0 {
		k.report("/lines", "empty", "a cart needs at least one line")
	}
	k.lines(c.Lines)
}

func (k *checker) lines(lines []Line) {
	ids, keys, skus := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range lines {
		if sku := lines[i].SKU; sku != "" && lines[i].PartOf == "" {
			skus[sku] = true
		}
	}
	for i := range lines {
		l := &lines[i]
		k.line = "/lines/" + strconv.Itoa(i)
		k.unique("/id", l.ID, ids)
		k.unique("/key", l.Key, keys)
		if l.PartOf != "" && (l.PartOf == l.SKU || !skus[l.PartOf]) {
			k.report("/part_of", "unknown_line", "names no other line by its sku that is not itself part of one")
		}
		k.article(l)
		k.price(l)
		k.terms(l)
		k.properties(l)
		k.attachments(l)
	}
	k.line = ""
}

func (k *checker) article(l *Line) {
	if l.SKU == "" && l.GTIN == "" && l.StandardID.ID == "" {
		k.report("/sku", "missing", "a line needs a sku, a gtin or a standard_id")
	}
	k.identifier("/id", l.ID)
	k.identifier("/key", l.Key)
	k.identifier("/sku", l.SKU)
	if l.GTIN != "" && !gtin(l.GTIN) {
		k.report("/gtin", "not_gtin", "a GTIN has 8, 12, 13 or 14 digits")
	}
	k.scheme("/standard_id", l.StandardID)
	k.identifier("/buyer_sku", l.BuyerSKU)
	k.name("/manufacturer", l.Manufacturer)
	k.identifier("/manufacturer_sku", l.ManufacturerSKU)
	k.required("/name", l.Name)
	k.name("/name", l.Name)
	k.description("/description", l.Description)
	k.identifier("/part_of", l.PartOf)
	k.webAddress("/url", l.URL)
	for i, c := range l.Classifications {
		path := "/classifications/" + strconv.Itoa(i)
		k.required(path+"/scheme", c.Scheme)
		k.required(path+"/code", c.Code)
		k.identifier(path+"/scheme", c.Scheme)
		k.identifier(path+"/version", c.Version)
		k.identifier(path+"/code", c.Code)
		if c.Scheme == UNSPSC && c.Code != "" && !Unspsc8(c.Code) {
			k.report(path+"/code", "not_unspsc", "a UNSPSC code has 8 digits and no dots")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Extrinsics)) {
		path := "/extrinsics/" + pointer(clip(name))
		k.required(path, name)
		k.identifier(path, name)
		k.description(path, l.Extrinsics[name])
	}
}

func (k *checker) price(l *Line) {
	k.positive("/quantity", l.Quantity, true)
	k.unit("/unit", l.Unit, true)
	switch {
	case l.UnitPrice.IsZero():
		k.report("/unit_price", "missing", "is required")
	case l.UnitPrice.Sign() < 0:
		k.report("/unit_price", "negative", "must not be negative")
	}
	k.fits("/unit_price", l.UnitPrice)
	k.positive("/price_basis_quantity", l.PriceBasisQuantity, false)
	k.identifier("/price_type", l.PriceType)
	k.tax("/tax", l.Tax, true)
}

func (k *checker) terms(l *Line) {
	k.identifier("/contract_id", l.ContractID)
	if l.LeadTimeDays != nil && (*l.LeadTimeDays < 0 || *l.LeadTimeDays > 99_999) {
		k.report("/lead_time_days", "out_of_range", "must be between 0 and 99999")
	}
	k.year("/available_from", l.AvailableFrom.Time)
	k.year("/available_until", l.AvailableUntil.Time)
	if !l.AvailableFrom.IsZero() && !l.AvailableUntil.IsZero() && l.AvailableUntil.Before(l.AvailableFrom) {
		k.report("/available_until", "before_available_from", "ends before it begins")
	}
	k.country("/origin_country", l.OriginCountry)
}

func (k *checker) properties(l *Line) {
	for i := range l.Properties {
		p, path := &l.Properties[i], "/properties/"+strconv.Itoa(i)
		k.scheme(path+"/id", p.ID)
		k.required(path+"/name", p.Name)
		k.name(path+"/name", p.Name)
		k.required(path+"/value", p.Value)
		k.description(path+"/value", p.Value)
		k.unit(path+"/unit", p.Unit, !p.Quantity.IsZero())
		k.fits(path+"/quantity", p.Quantity)
		k.name(path+"/qualifier", p.Qualifier)
		k.identifier(path+"/code", p.Code)
		k.identifier(path+"/code_list", p.CodeList)
	}
	for i := range l.Labels {
		b, path := &l.Labels[i], "/labels/"+strconv.Itoa(i)
		k.required(path+"/name", b.Name)
		k.identifier(path+"/id", b.ID)
		k.name(path+"/name", b.Name)
		k.name(path+"/type", b.Type)
		k.name(path+"/issuer", b.Issuer)
		k.text(path+"/reference", b.Reference, MaxURL, false)
		k.description(path+"/remarks", b.Remarks)
	}
}

func (k *checker) attachments(l *Line) {
	images := 0
	for i := range l.Attachments {
		a, path := &l.Attachments[i], "/attachments/"+strconv.Itoa(i)
		if len(a.Content) == 0 && a.URL == "" {
			k.report(path+"/content", "missing", "an attachment needs content or a url")
		}
		if len(a.Content) > 0 {
			k.required(path+"/media_type", a.MediaType)
			k.required(path+"/name", a.Name)
		}
		k.identifier(path+"/id", a.ID)
		k.name(path+"/name", a.Name)
		k.identifier(path+"/media_type", a.MediaType)
		k.webAddress(path+"/url", a.URL)
		k.description(path+"/description", a.Description)
		if a.MainImage {
			images++
		}
	}
	if images > 1 {
		k.report("/attachments", "several_main_images", "at most one attachment is the main image")
	}
}

func (k *checker) party(path string, p *Party) {
	k.name(path+"/name", p.Name)
	k.scheme(path+"/endpoint", p.Endpoint)
	k.scheme(path+"/identifier", p.Identifier)
	k.name(path+"/reference", p.Reference)
}

func (k *checker) address(path string, a *Address) {
	k.name(path+"/name", a.Name)
	k.name(path+"/street", a.Street)
	k.name(path+"/street2", a.Street2)
	k.name(path+"/city", a.City)
	k.identifier(path+"/postal_code", a.PostalCode)
	k.name(path+"/region", a.Region)
	k.country(path+"/country", a.Country)
	k.identifier(path+"/gln", a.GLN)
}

func (k *checker) shipping(s *Shipping) {
	if s.Amount.Sign() < 0 {
		k.report("/shipping/amount", "negative", "must not be negative")
	}
	if s.Amount.IsZero() && (s.Description != "" || s.Tax != Tax{}) {
		k.report("/shipping/amount", "missing", "shipping needs an amount")
	}
	k.fits("/shipping/amount", s.Amount)
	k.name("/shipping/description", s.Description)
	k.tax("/shipping/tax", s.Tax, !s.Amount.IsZero())
}

func (k *checker) tax(path string, t Tax, required bool) {
	if required || !t.Percent.IsZero() {
		k.required(path+"/category", t.Category)
	}
	k.fits(path+"/percent", t.Percent)
	switch {
	case t.Category == "":
	case !codelist.TaxCategory(t.Category):
		k.report(path+"/category", "unknown_tax_category", fmt.Sprintf("%q is not a UNCL5305 tax category", clip(t.Category)))
	case t.Percent.Sign() < 0:
		k.report(path+"/percent", "negative", "must not be negative")
	case t.Percent.Cmp(hundred) > 0:
		k.report(path+"/percent", "out_of_range", "must not be above 100")
	case t.Category == "S" && t.Percent.Sign() == 0:
		k.report(path+"/percent", "not_positive", "tax category S needs more than 0 percent")
	}
}

var hundred = money.FromInt(100)

func (k *checker) required(path, value string) {
	if value == "" {
		k.report(path, "missing", "is required")
	}
}

func (k *checker) positive(path string, d money.Decimal, required bool) {
	switch {
	case d.IsZero() && required:
		k.report(path, "missing", "is required")
	case !d.IsZero() && d.Sign() <= 0:
		k.report(path, "not_positive", "must be above zero")
	}
	k.fits(path, d)
}

func (k *checker) fits(path string, d money.Decimal) {
	if !d.Fits() {
		k.report(path, "too_many_digits", money.ErrTooManyDigits.Message)
	}
}

func (k *checker) unit(path, unit string, required bool) {
	switch {
	case unit == "" && required:
		k.report(path, "missing", "is required")
	case unit != "" && !codelist.Unit(unit):
		k.report(path, "unknown_unit", fmt.Sprintf("%q is not a unit of UN/ECE Recommendation 20", clip(unit)))
	}
}

func (k *checker) country(path, code string) {
	if code != "" && !codelist.Country(code) {
		k.report(path, "unknown_country", fmt.Sprintf("%q is not an ISO 3166-1 country", clip(code)))
	}
}

// year keeps to what ISO 8601 writes with four digits.
func (k *checker) year(path string, t time.Time) {
	if !t.IsZero() && (t.Year() < 1900 || t.Year() > 9999) {
		k.report(path, "out_of_range", "must be between the years 1900 and 9999")
	}
}

func (k *checker) scheme(path string, id Identifier) {
	if id.Scheme != "" && id.ID == "" {
		k.report(path+"/id", "missing", "a scheme needs an identifier")
	}
	k.identifier(path+"/scheme", id.Scheme)
	k.identifier(path+"/id", id.ID)
}

func (k *checker) webAddress(path, address string) {
	if address == "" {
		return
	}
	k.text(path, address, MaxURL, false)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		k.report(path, "not_url", "must be an http or https address")
	}
}

func (k *checker) unique(path, value string, seen map[string]bool) {
	if value == "" {
		return
	}
	if seen[value] {
		k.report(path, "repeated", "must be unique in the cart")
	}
	seen[value] = true
}

func (k *checker) identifier(path, s string)  { k.text(path, s, MaxIdentifier, false) }
func (k *checker) name(path, s string)        { k.text(path, s, MaxName, false) }
func (k *checker) description(path, s string) { k.text(path, s, MaxDescription, true) }

// text checks the length and the characters. Text of several lines may hold tabs and line ends.
func (k *checker) text(path, s string, limit int, multiline bool) {
	if len(s) > limit {
		if n := utf8.RuneCountInString(s); n > limit {
			k.report(path, "too_long", fmt.Sprintf("has %d characters, at most %d are allowed", n, limit))
		}
	}
	if !utf8.ValidString(s) {
		k.report(path, "not_utf8", "is not valid UTF-8")
		return
	}
	for _, r := range s {
		if !allowed(r, multiline) {
			k.report(path, "control_character", fmt.Sprintf("holds the character U+%04X, which no XML document can carry here", r))
			return
		}
	}
	if s != "" && strings.TrimSpace(s) == "" {
		k.report(path, "blank", "holds nothing but white space")
	}
}

// allowed follows XML 1.0 section 2.2, without the C1 controls that it discourages.
func allowed(r rune, multiline bool) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return multiline
	case r < 0x20, r >= 0x7F && r < 0xA0, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return true
}

// Unspsc8 reports whether code is a UNSPSC code as procurement systems take it: eight digits.
func Unspsc8(code string) bool { return len(code) == 8 && digits(code) }

// gtin checks the length of a Global Trade Item Number (GS1 General Specifications): GTIN-8, -12, -13 or -14. Check
// digits are not checked, for shops sell what manufacturers mislabelled.
func gtin(code string) bool {
	switch len(code) {
	case 8, 12, 13, 14:
		return digits(code)
	}
	return false
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// clip keeps a message short whatever came in.
func clip(s string) string {
	if utf8.RuneCountInString(s) <= 40 {
		return s
	}
	return string([]rune(s)[:40]) + "…"
}

// pointer escapes a member's name for a JSON Pointer (RFC 6901 section 3).
func pointer(name string) string { return escapes.Replace(name) }

var escapes = strings.NewReplacer("~", "~0", "/", "~1")
