package shop

import (
	"io/fs"
	"testing"

	"github.com/punchgate/punchgate/domain/cart"
)

func TestEveryProductCanBeSent(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range catalogue {
		if seen[p.SKU] {
			t.Errorf("%s is there twice", p.SKU)
		}
		seen[p.SKU] = true
		for _, lang := range []string{"sv", "en"} {
			c := cart.Cart{Currency: currency, Language: lang, Lines: []cart.Line{p.line(lang, one)}}
			if err := c.Check(); err != nil {
				t.Errorf("%s in %s: %v", p.SKU, lang, err)
			}
			if p.Name.In(lang) == "" || p.About.In(lang) == "" || p.UnitName(lang) == "" {
				t.Errorf("%s lacks a text in %s", p.SKU, lang)
			}
		}
		if !cart.Unspsc8(p.UNSPSC) {
			t.Errorf("%s has the UNSPSC code %q", p.SKU, p.UNSPSC)
		}
		if !checkDigitHolds(p.GTIN) {
			t.Errorf("%s has the GTIN %q, whose check digit is wrong", p.SKU, p.GTIN)
		}
		if _, err := fs.Stat(pictures, "pictures/"+p.SKU+".svg"); err != nil {
			t.Error(err)
		}
	}
	if len(catalogue) < 12 {
		t.Errorf("there are %d products", len(catalogue))
	}
}

// checkDigitHolds follows the GS1 General Specifications, section 7.9, for a GTIN-13.
func checkDigitHolds(gtin string) bool {
	sum := 0
	for i, r := range gtin {
		sum += int(r-'0') * (1 + i%2*2)
	}
	return len(gtin) == 13 && sum%10 == 0
}
