package codelist

import (
	"regexp"
	"strings"
	"testing"
)

// lists pairs each list with the shape of its codes and the fewest that a whole copy of it has.
var lists = map[string]struct {
	text   string
	codes  map[string]string
	shape  *regexp.Regexp
	fewest int
}{
	"ISO 4217":   {iso4217, currencies, regexp.MustCompile(`^[A-Z]{3} [0-4]$`), 170},
	"Rec 20":     {rec20, units, regexp.MustCompile(`^[A-Z0-9]{2,3}$`), 2000},
	"ISO 3166-1": {iso3166, countries, regexp.MustCompile(`^[A-Z0-9]{2}$`), 250},
	"UNCL5305":   {uncl5305, taxCategories, regexp.MustCompile(`^[A-Z]{1,2} .+$`), 9},
}

func TestListsAreWholeAndWellFormed(t *testing.T) {
	for name, list := range lists {
		header := regexp.MustCompile(`^# list: \S.*\n# source: \S.*\n# release: [0-9]{4}-[0-9]{2}.*\n`).FindString(list.text)
		if header == "" {
			t.Errorf("%s: the first lines do not name list, source and release", name)
		}
		lines := 0
		for line := range strings.Lines(list.text[len(header):]) {
			lines++
			if line = strings.TrimSuffix(line, "\n"); !list.shape.MatchString(line) {
				t.Errorf("%s: line %d of the codes is %q", name, lines, line)
			}
		}
		if len(list.codes) != lines {
			t.Errorf("%s: %d lines became %d codes, so some stand twice", name, lines, len(list.codes))
		}
		if len(list.codes) < list.fewest {
			t.Errorf("%s: has %d codes, a whole list at least %d", name, len(list.codes), list.fewest)
		}
	}
}

func TestCurrencyKnowsTheMinorUnit(t *testing.T) {
	for code, want := range map[string]int{"SEK": 2, "EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4} {
		if got, ok := Currency(code); !ok || got != want {
			t.Errorf("Currency(%s) = %d, %v; want %d", code, got, ok, want)
		}
	}
}

func TestCodesAreTakenExactlyAsListed(t *testing.T) {
	currency := func(code string) bool { _, ok := Currency(code); return ok }
	for name, c := range map[string]struct {
		known   func(string) bool
		good    string
		refused []string
	}{
		"currencies":     {currency, "SEK EUR USD NOK", []string{"", "sek", "SEK ", "SEK 2", "KR", "XYZ", "#"}},
		"units":          {Unit, "EA C62 KGM MTR LTR HUR XBX XPK GRM SET", []string{"", "ea", "PCS", "ST", "EA ", "#"}},
		"countries":      {Country, "SE NO DK FI GB XI 1A", []string{"", "se", "SWE", "UK", "XX", "#"}},
		"tax categories": {TaxCategory, "S Z E AE K G O L M B", []string{"", "s", "STANDARD", "25", "AE VAT", "#"}},
	} {
		for code := range strings.FieldsSeq(c.good) {
			if !c.known(code) {
				t.Errorf("%s: %q is not known", name, code)
			}
		}
		for _, code := range c.refused {
			if c.known(code) {
				t.Errorf("%s: %q is taken for a code", name, code)
			}
		}
	}
}
