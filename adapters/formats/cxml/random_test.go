package cxml_test

import (
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// randomCart draws a cart that cart.Check accepts, with every member that cXML has a place for present or absent, and texts
// of all kinds.
func randomCart(t *rapid.T) *cart.Cart {
	r := drawer{t}
	c := &cart.Cart{
		ID: r.text(), Currency: rapid.SampledFrom([]string{"SEK", "EUR", "JPY", "BHD"}).Draw(t, "currency"),
		Language: rapid.SampledFrom([]string{"", "sv", "en-GB"}).Draw(t, "language"),
		Seller:   cart.Party{Name: r.text()}, Buyer: cart.Party{Name: r.text()},
		Lines: make([]cart.Line, rapid.IntRange(1, 4).Draw(t, "lines")),
	}
	if r.yes() {
		c.Shipping = cart.Shipping{Amount: r.number(), Description: r.maybe(), Tax: r.tax()}
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		*l = cart.Line{
			ID: strconv.Itoa(i), Key: "k" + strconv.Itoa(i), SKU: r.text(), GTIN: rapid.SampledFrom([]string{"", "73108650"}).Draw(t, "gtin"),
			Manufacturer: r.maybe(), ManufacturerSKU: r.maybe(), Name: r.text(), Description: r.maybe() + "\r\n\t" + r.text(),
			Quantity: r.number().Add(money.FromInt(1)), Unit: rapid.SampledFrom([]string{"EA", "C62", "XBX"}).Draw(t, "unit"), UnitPrice: r.number(), Tax: r.tax(),
		}
		if r.yes() {
			l.PriceBasisQuantity = money.FromInt(int64(rapid.SampledFrom([]int{1, 3, 100}).Draw(t, "basis")))
		}
		if r.yes() {
			l.Classifications = []cart.Classification{{Scheme: cart.UNSPSC, Code: "14111507"}, {Scheme: r.text(), Code: r.text()}}
		}
		if r.yes() {
			days := rapid.IntRange(0, 400).Draw(t, "days")
			l.LeadTimeDays, l.Extrinsics = &days, map[string]string{r.text(): r.text(), "GTIN": r.text()}
		}
	}
	return c
}

// randomOptions draws options under which documents are valid in the DTD.
func randomOptions(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		"", `{"encoding":"urlencoded"}`, `{"total":"gross","operation_allowed":"create"}`, `{"description_bytes":30}`,
		`{"default_unspsc":"44121600"}`,
	}).Draw(t, "options")
}

type drawer struct{ t *rapid.T }

func (r drawer) yes() bool { return rapid.Bool().Draw(r.t, "yes") }

func (r drawer) text() string {
	text := rapid.StringOfN(rapid.SampledFrom([]rune(`]>&<"'å名😀 a7;#`)), 0, 40, -1).Draw(r.t, "text")
	return "x" + strings.TrimSpace(text)
}

func (r drawer) maybe() string {
	if r.yes() {
		return ""
	}
	return r.text()
}

func (r drawer) number() money.Decimal {
	return money.MustParse(rapid.StringMatching(`(0|[1-9][0-9]{0,5})(\.[0-9]{1,5})?`).Draw(r.t, "number"))
}

func (r drawer) tax() cart.Tax {
	if r.yes() {
		return cart.Tax{Category: "Z"}
	}
	return cart.Tax{Category: "S", Percent: money.MustParse(rapid.SampledFrom([]string{"25", "12.5", "6"}).Draw(r.t, "percent"))}
}
