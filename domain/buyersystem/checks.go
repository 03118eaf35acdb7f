package buyersystem

import (
	"slices"
	"strings"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/money"
)

// argument is what a check takes from its rule.
type argument int

const (
	noArgument argument = iota
	takesLimit
	takesCharacters
	takesCodes
)

// check finds the values that a rule is about. judge reports whether the value is one, and what becomes of it where the
// check computes that.
type check struct {
	argument argument
	absent   bool // also an absent value is judged
	once     bool // a value is told once, not line by line
	judge    func(r *Rule, v value, d *Document) (after string, found bool)
}

var checks = map[string]check{
	"always": {absent: true, judge: func(*Rule, value, *Document) (string, bool) { return "", true }},
	"max_characters": {argument: takesLimit, judge: func(r *Rule, v value, _ *Document) (string, bool) {
		return shorter(v, func(text string) string { return first(text, r.Limit) }, r.Limit)
	}},
	"max_bytes": {argument: takesLimit, judge: func(r *Rule, v value, _ *Document) (string, bool) {
		return shorter(v, func(text string) string { return strings.ToValidUTF8(text[:r.Limit], "") }, r.Limit)
	}},
	"max_decimals": {argument: takesLimit, judge: func(r *Rule, v value, _ *Document) (string, bool) {
		return rounded(v.number, r.Limit)
	}},
	"minor_unit": {judge: func(_ *Rule, v value, d *Document) (string, bool) {
		digits, _ := codelist.Currency(d.sent().Currency)
		return rounded(v.number, digits)
	}},
	"without_characters": {argument: takesCharacters, judge: func(r *Rule, v value, _ *Document) (string, bool) {
		return "", strings.ContainsAny(v.text, r.Characters)
	}},
	"known_codes": {argument: takesCodes, once: true, judge: func(r *Rule, v value, _ *Document) (string, bool) {
		return "", !v.agreed && !slices.Contains(r.Codes, v.text)
	}},
	"unknown_codes": {argument: takesCodes, once: true, judge: func(r *Rule, v value, _ *Document) (string, bool) {
		return "", slices.Contains(r.Codes, v.text)
	}},
	"https": {judge: func(_ *Rule, v value, _ *Document) (string, bool) {
		scheme, _, _ := strings.Cut(v.text, ":")
		return "", !strings.EqualFold(scheme, "https")
	}},
	"unspsc": {absent: true, judge: func(_ *Rule, v value, _ *Document) (string, bool) { return "", !cart.Unspsc8(v.text) }},
}

// shorter cuts a text that has more bytes than the limit; most have not.
func shorter(v value, cut func(string) string, limit int) (string, bool) {
	if v.size() <= limit {
		return "", false
	}
	text := v.whole()
	after := cut(text)
	return after, len(after) < len(text)
}

func rounded(d money.Decimal, digits int) (string, bool) {
	if d.Digits() <= digits {
		return "", false
	}
	after := d.Round(digits)
	return after.String(), after.Cmp(d) != 0
}

// first returns the first n characters of the text.
func first(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
