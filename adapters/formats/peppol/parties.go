package peppol

import (
	"regexp"
	"strings"
)

// The Italian tax code as the rule tests it: letters and digits in their places, without its check character.
var (
	ipa           = regexp.MustCompile(`^[A-Za-z0-9]{6}$`)
	codiceFiscale = regexp.MustCompile(`^([A-Za-z]{6}[0-9]{2}[A-Za-z][0-9]{2}...[0-9][A-Za-z]|[0-9]{11})$`)
)

// digitsOnly reports whether s holds n digits and nothing else; n 0 stands for any number but none.
func digitsOnly(s string, n int) bool {
	return s != "" && (n == 0 || len(s) == n) && strings.Trim(s, "0123456789") == ""
}

// weighted sums the digits of s from the right; weight tells what the i-th counts, beginning with 0.
func weighted(s string, weight func(i, digit int) int) int {
	sum := 0
	for i := range len(s) {
		sum += weight(i, int(s[len(s)-1-i]-'0'))
	}
	return sum
}

// checked reports whether the last digit brings the sum up to a multiple of the modulus.
func checked(s string, modulus int, weight func(i, digit int) int) bool {
	last := len(s) - 1
	return (modulus-weighted(s[:last], weight)%modulus)%modulus == int(s[last]-'0')
}

// gln follows the GS1 General Specifications, section 7.9.
func gln(s string) bool {
	return digitsOnly(s, 0) && checked(s, 10, func(i, digit int) int { return digit * (3 - i%2*2) })
}

func norwegian(s string) bool {
	return digitsOnly(s, 9) && s != "000000000" && checked(s, 11, func(i, digit int) int { return digit * (i%6 + 2) })
}

// luhn is the sum of ISO/IEC 7812-1, annex B.
func luhn(i, digit int) int {
	if i%2 == 1 {
		return digit
	}
	return digit*2%10 + digit*2/10
}

func swedish(s string) bool { return digitsOnly(s, 10) && checked(s, 10, luhn) }

func partitaIVA(s string) bool {
	number, italian := strings.CutPrefix(s, "IT")
	if !italian {
		number, italian = strings.CutPrefix(s, "it")
	}
	return !italian || digitsOnly(number, 11) && checked(number, 10, luhn)
}

func belgian(s string) bool {
	return digitsOnly(s, 10) && 97-whole(s[:8])%97 == whole(s[8:])
}

func australian(s string) bool {
	weights := [...]int{19, 17, 15, 13, 11, 9, 7, 5, 3, 1, 10} // from the right
	return digitsOnly(s, 11) && (weighted(s, func(i, digit int) int { return digit * weights[i] })-10)%89 == 0
}

// whole reads digits.
func whole(s string) (n int) {
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
