package peppol

import (
	"strconv"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// randomCart draws a cart that cart.Check accepts, with every member present or absent, texts of all kinds, and now and
// then what the format cannot carry.
func randomCart(t *rapid.T) *cart.Cart {
	r := drawer{t}
	c := &cart.Cart{
		ID: r.text(), Currency: rapid.SampledFrom([]string{"SEK", "EUR", "USD", "JPY", "NOK", "DKK", "CHF", "XCG"}).Draw(t, "currency"),
		Language: r.some("sv", "en-GB"), IssuedAt: r.moment(true), CompleteOnly: r.yes(), ContractID: r.maybe(),
		Seller: r.party(), Buyer: r.party(),
		ShipTo: cart.Address{Name: r.maybe(), Street: r.maybe(), Street2: r.maybe(), City: r.maybe(), PostalCode: r.maybe(),
			Region: r.maybe(), Country: r.some("SE", "XI", "1A"), GLN: r.maybe()},
		Lines: make([]cart.Line, rapid.IntRange(1, 4).Draw(t, "lines")),
	}
	if r.yes() {
		c.ValidUntil = r.moment(false)
		if c.ValidUntil.Before(c.IssuedAt) {
			c.ValidUntil = cart.Moment{Time: c.IssuedAt.Time.Add(time.Second).In(r.zone()), HasTime: true}
		}
	}
	if r.yes() {
		c.Shipping = cart.Shipping{Amount: r.number(), Description: r.maybe(), Tax: r.tax()}
	}
	for i := range c.Lines {
		r.line(&c.Lines[i], i)
	}
	return c
}

type drawer struct{ t *rapid.T }

func (r drawer) yes() bool { return rapid.Bool().Draw(r.t, "yes") }

func (r drawer) some(values ...string) string {
	return rapid.SampledFrom(append(values, "")).Draw(r.t, "code")
}

var fragments = []string{"]]>", "&", "<b>", "\"", "'", "å", "名", "😀", " ", "a", "&amp;", "\u00a0", "\u2028", "true", "7"}

func (r drawer) text() string {
	return "x" + rapid.StringOfN(rapid.SampledFrom([]rune(`]>&<"'å名😀 a7;#`)), 0, 12, -1).Draw(r.t, "text") +
		rapid.SampledFrom(fragments).Draw(r.t, "fragment")
}

func (r drawer) maybe() string {
	if r.yes() {
		return ""
	}
	return r.text()
}

func (r drawer) long() string {
	if r.yes() {
		return ""
	}
	return r.text() + "\r\n\t" + r.text()
}

func (r drawer) zone() *time.Location {
	return time.FixedZone("", 60*rapid.IntRange(-12*60, 14*60).Draw(r.t, "offset"))
}

func (r drawer) moment(withTime bool) cart.Moment {
	instant := time.Unix(rapid.Int64Range(1577836800, 253402300799-86400).Draw(r.t, "instant"), 0)
	if withTime || r.yes() {
		return cart.Moment{Time: instant.In(r.zone()), HasTime: true}
	}
	return cart.Moment{Time: instant.UTC().Truncate(24 * time.Hour)}
}

// number is not negative, and has up to all digits that a decimal may have.
func (r drawer) number() money.Decimal {
	return money.MustParse(rapid.StringMatching(`[0-9]{1,15}(\.[0-9]{1,9})?`).Draw(r.t, "number"))
}

func (r drawer) positive() money.Decimal {
	if n := r.number(); n.Sign() > 0 {
		return n
	}
	return money.FromInt(1)
}

func (r drawer) tax() cart.Tax {
	category := rapid.SampledFrom([]string{"S", "S", "E", "O", "Z", "AE", "K", "G"}).Draw(r.t, "category")
	tax := cart.Tax{Category: category}
	switch {
	case category == "S":
		tax.Percent = money.MustParse("12.50")
	case r.yes():
		tax.Percent = money.MustParse("0.0")
	}
	return tax
}

func (r drawer) identifier() cart.Identifier {
	return rapid.SampledFrom([]cart.Identifier{
		{}, {Scheme: "0088", ID: "7300010000001"}, {Scheme: "0088", ID: " 7381030000004 "}, {Scheme: "0007", ID: "5541277710"},
		{Scheme: "0192", ID: "991825827"}, {Scheme: "0201", ID: "?"}, {Scheme: "0211", ID: "IT1"}, {Scheme: "0210", ID: "x"},
		{Scheme: "0002", ID: r.text()}, {Scheme: "0009", ID: r.text()}, {Scheme: "0060", ID: r.text()}, {Scheme: "0088", ID: "1"},
		{Scheme: "9999", ID: "x"}, {Scheme: "0160", ID: "07310865004703"},
	}).Draw(r.t, "identifier")
}

func (r drawer) party() cart.Party {
	p := cart.Party{Name: r.text(), Identifier: r.identifier(), Reference: r.maybe()}
	if p.Identifier.ID != "" && r.yes() {
		p.Identifier.Scheme = ""
	}
	if r.yes() {
		p.Endpoint = r.identifier()
	}
	return p
}

func (r drawer) line(l *cart.Line, i int) {
	*l = cart.Line{
		ID: r.text() + strconv.Itoa(i), SKU: "sku" + strconv.Itoa(i), StandardID: r.identifier(), BuyerSKU: r.maybe(),
		Manufacturer: r.maybe(), ManufacturerSKU: r.maybe(), Name: r.text(), Description: r.long(),
		Quantity: r.positive(), Unit: rapid.SampledFrom([]string{"EA", "C62", "XBX", "10"}).Draw(r.t, "unit"), UnitPrice: r.number(),
		PriceType: r.maybe(), Tax: r.tax(), ContractID: r.maybe(), Contracted: r.yes(), OriginCountry: r.some("SE", "1A"),
		Service: r.yes(),
		GTIN:    r.some("07310865004703", "73100012"), URL: r.some("https://example.com/a?b=1&c=2"),
	}
	if r.yes() {
		l.PriceBasisQuantity = r.positive()
	}
	if r.yes() {
		days := rapid.IntRange(0, 99_999).Draw(r.t, "days")
		l.LeadTimeDays = &days
	}
	if r.yes() {
		l.AvailableFrom = r.moment(false)
	}
	if until := r.moment(false); r.yes() && (l.AvailableFrom.IsZero() || !until.Before(l.AvailableFrom)) {
		l.AvailableUntil = until
	}
	if i > 0 && r.yes() {
		l.PartOf = "sku0"
		l.SKU = r.maybe()
		if l.SKU == "" && l.GTIN == "" && l.StandardID.ID == "" {
			l.GTIN = "73100012"
		}
	}
	r.details(l)
}

func (r drawer) details(l *cart.Line) {
	names := []string{"ServiceIndicator", "PartOf", "Colour", r.text()}
	for range rapid.IntRange(0, 3).Draw(r.t, "classes") {
		scheme := rapid.SampledFrom(append(names, "UNSPSC", "CPV", "cpv", "HS", "TST")).Draw(r.t, "scheme")
		c := cart.Classification{Scheme: scheme, Version: r.maybe(), Code: r.text()}
		if c.Scheme == cart.UNSPSC {
			c.Code = "14111507"
		}
		l.Classifications = append(l.Classifications, c)
	}
	for range rapid.IntRange(0, 3).Draw(r.t, "properties") {
		p := cart.Property{Name: rapid.SampledFrom(names).Draw(r.t, "name"), Value: r.some("true", "false", "7"), Unit: r.some("GRM"),
			Qualifier: r.maybe(), Code: r.maybe(), CodeList: r.maybe()}
		if p.Value == "" {
			p.Value = r.text() + "\n"
		}
		if p.Unit != "" && r.yes() {
			p.Quantity = r.number()
		}
		if r.yes() {
			p.ID = cart.Identifier{ID: r.text(), Scheme: r.maybe()}
		}
		l.Properties = append(l.Properties, p)
	}
	for range rapid.IntRange(0, 2).Draw(r.t, "labels") {
		l.Labels = append(l.Labels, cart.Label{ID: r.maybe(), Name: r.text(), Type: r.maybe(), Issuer: r.maybe(),
			Reference: r.maybe(), Remarks: r.long()})
	}
	media := []string{"image/png", "IMAGE/JPEG ; q=1", "application/pdf", "video/mp4"}
	for i := range rapid.IntRange(0, 2).Draw(r.t, "attachments") {
		a := cart.Attachment{ID: r.maybe(), Name: r.text(), URL: r.some("https://example.com/1"), Description: r.long(),
			MainImage: i == 0 && r.yes(), MediaType: rapid.SampledFrom(media).Draw(r.t, "media")}
		if a.URL == "" || r.yes() {
			a.Content = rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(r.t, "content")
		}
		l.Attachments = append(l.Attachments, a)
	}
	if r.yes() {
		l.Extrinsics = map[string]string{rapid.SampledFrom(names).Draw(r.t, "extrinsic"): r.long(), r.text(): r.text()}
	}
}
