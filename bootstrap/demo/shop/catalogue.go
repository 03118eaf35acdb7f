package shop

import (
	"embed"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// currency is that of every price in the shop.
const currency = "SEK"

// pictures holds one drawing for each product, named by its article number.
//
//go:embed pictures/*.svg
var pictures embed.FS

// text is a text in the shop's languages. It is an error where it tells a person what was wrong.
type text struct{ sv, en string }

// Error returns the text in English, for logs.
func (t text) Error() string { return t.en }

// In returns the text in a language.
func (t text) In(lang string) string {
	if lang == "en" {
		return t.en
	}
	return t.sv
}

// category is a part of the catalogue.
type category struct {
	Slug    string // in addresses
	Name    text
	Picture string // the article whose picture stands for the category
}

// Products returns what is in the category.
func (c *category) Products() []*product {
	return where(func(p *product) bool { return p.Category == c })
}

// product is one article. Prices are net, for so many units as Basis says.
type product struct {
	Category                      *category
	SKU, GTIN                     string
	Name, About                   text
	Unit                          string // UN/ECE Recommendation 20
	Price, Basis, VAT             money.Decimal
	UNSPSC                        string
	Manufacturer, ManufacturerSKU string
	LeadTimeDays                  int
}

// UnitName returns the unit's name for people.
func (p *product) UnitName(lang string) string { return unitNames[p.Unit].In(lang) }

// Per returns the unit, or the number of units, that the price is for: "st", "100 st".
func (p *product) Per(lang string) string {
	if p.Basis.Cmp(one) == 0 {
		return p.UnitName(lang)
	}
	return p.Basis.String() + "\u00a0" + p.UnitName(lang)
}

// line returns the product as a line of a neutral cart.
func (p *product) line(lang string, quantity money.Decimal) cart.Line {
	return cart.Line{
		SKU: p.SKU, GTIN: p.GTIN, Name: p.Name.In(lang), Description: p.About.In(lang), Quantity: quantity, Unit: p.Unit,
		UnitPrice: p.Price, PriceBasisQuantity: p.Basis, Tax: cart.Tax{Category: "S", Percent: p.VAT},
		Manufacturer: p.Manufacturer, ManufacturerSKU: p.ManufacturerSKU, LeadTimeDays: &p.LeadTimeDays,
		Classifications: []cart.Classification{{Scheme: cart.UNSPSC, Code: p.UNSPSC}},
	}
}

// where returns the products for which something holds, in the order of the catalogue.
func where(holds func(*product) bool) (found []*product) {
	for _, p := range catalogue {
		if holds(p) {
			found = append(found, p)
		}
	}
	return found
}

// search returns the products in whose texts of a language each of the words is found, whatever their case.
func search(lang, words string) []*product {
	return where(func(p *product) bool {
		text := strings.ToLower(strings.Join([]string{p.SKU, p.GTIN, p.Name.In(lang), p.About.In(lang), p.Manufacturer}, " "))
		for word := range strings.FieldsSeq(strings.ToLower(words)) {
			if !strings.Contains(text, word) {
				return false
			}
		}
		return true
	})
}

// categoryOf returns the category of an address, or nil.
func categoryOf(slug string) *category {
	for _, c := range categories {
		if c.Slug == slug {
			return c
		}
	}
	return nil
}

// find returns the product of that article number, or nil.
func find(sku string) *product {
	i := slices.IndexFunc(catalogue, func(p *product) bool { return p.SKU == sku })
	if i < 0 {
		return nil
	}
	return catalogue[i]
}
