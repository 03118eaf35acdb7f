package ui

import (
	"strings"

	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/money"
)

// Number writes a decimal with at least so many digits after the point as people write it: 1 250,5 in Swedish and 1,250.5
// in English. More than six digits after the point are rounded.
func (p Page) Number(d money.Decimal, digits int) string {
	whole, fraction, _ := strings.Cut(d.Round(6).Trim().String(), ".")
	for len(fraction) < digits {
		fraction += "0"
	}
	group, point := "\u00a0", ","
	if p.Lang == "en" {
		group, point = ",", "."
	}
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "\u2212", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + group + whole[i:]
	}
	if fraction != "" {
		whole += point + fraction
	}
	return sign + whole
}

// Quantity writes a quantity without needless digits.
func (p Page) Quantity(d money.Decimal) string { return p.Number(d, 0) }

// Money writes an amount in a currency (ISO 4217): 1 250,00 kr in Swedish and SEK 1,250.00 in English.
func (p Page) Money(d money.Decimal, currency string) string {
	digits, known := codelist.Currency(currency)
	if !known {
		digits = 2
	}
	number := p.Number(d, digits)
	switch {
	case p.Lang == "en":
		return strings.TrimSpace(currency + "\u00a0" + number)
	case currency == "SEK":
		return number + "\u00a0kr"
	default:
		return strings.TrimSpace(number + "\u00a0" + currency)
	}
}
