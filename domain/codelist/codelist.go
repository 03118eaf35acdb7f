// Package codelist holds the public code lists that the neutral cart is checked against, each in one file whose first
// lines name the list, its source and its release: ISO 4217 currencies, UN/ECE Recommendation 20 units, ISO 3166-1
// countries and the UNCL5305 tax categories of EN 16931. A new release is a change of those files; a format that keeps to
// another release has lists of its own.
package codelist

import (
	_ "embed"
	"strings"
)

var (
	//go:embed iso4217.txt
	iso4217 string
	//go:embed rec20.txt
	rec20 string
	//go:embed iso3166.txt
	iso3166 string
	//go:embed uncl5305.txt
	uncl5305 string

	currencies    = read(iso4217)
	units         = read(rec20)
	countries     = read(iso3166)
	taxCategories = read(uncl5305)
)

// read returns the codes of a list with what follows each on its line.
func read(text string) map[string]string {
	codes := make(map[string]string, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		code, rest, _ := strings.Cut(line, " ")
		codes[code] = rest
	}
	return codes
}

// Currency reports whether code is an ISO 4217 alphabetic code, and its minor unit: the number of digits after the
// decimal point (SEK 2, JPY 0).
func Currency(code string) (minorUnit int, ok bool) {
	digits, ok := currencies[code]
	if !ok {
		return 0, false
	}
	return int(digits[0] - '0'), true
}

// Unit reports whether code is a unit of UN/ECE Recommendation 20, or a Recommendation 21 package with its X.
func Unit(code string) bool { _, ok := units[code]; return ok }

// Country reports whether code is an ISO 3166-1 alpha-2 country code.
func Country(code string) bool { _, ok := countries[code]; return ok }

// TaxCategory reports whether code is a UNCL5305 duty, tax or fee category.
func TaxCategory(code string) bool { _, ok := taxCategories[code]; return ok }
