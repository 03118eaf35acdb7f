package words

import (
	"strconv"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/fault"
)

func TestWordsAreThoseOfTheLanguage(t *testing.T) {
	for _, c := range []struct {
		lang   string
		detail fault.Detail
		want   string
	}{
		{"sv", fault.Detail{Code: "missing", Message: "is required"}, "måste fyllas i"},
		{"en", fault.Detail{Code: "missing", Message: "is required"}, "is required"},
		{"sv", fault.Detail{Code: "too_long", Message: "has 300 characters, at most 200 are allowed"}, "är för långt"},
		{"sv", fault.Detail{Code: "unheard_of", Message: "is odd"}, "is odd"},
		{"sv", fault.Detail{Code: "left_out", Message: "cXML carts have no place for labels, service"},
			"cXML har ingen plats för labels, service; det följer inte med"},
		{"sv", fault.Detail{Code: "code.left_out", Message: `MATGROUP is left out: "1$1" has more than 10 characters`},
			`MATGROUP följer inte med: "1$1" har mer än 10 tecken`},
		{"sv", fault.Detail{Code: "unknown_member", Message: `line 1, column 2 of the mapping: there is no member "x" here; there are a, b`},
			`rad 1, kolumn 2: "x" finns inte här; här finns a, b`},
		{"sv", fault.Detail{Code: "expression", Message: "line 3, column 4 of the mapping: is odd"},
			"rad 3, kolumn 4: uttrycket går inte att använda (is odd)"},
	} {
		if said := Detail(c.lang, c.detail); said != c.want {
			t.Errorf("%s, %s: %q", c.lang, c.detail.Message, said)
		}
	}
	if said := Refusal("sv", fault.New(fault.Gone, "link.revoked", "this link was revoked; ask the shop for a new one")); !strings.Contains(said, "återkallad") {
		t.Errorf("%q", said)
	}
	if said := Message("sv", "the other side answered 503"); said != "den andra sidan svarade 503" {
		t.Errorf("%q", said)
	}
	if said := Refusal("sv", fault.New(fault.NotFound, "tenant.not_found", "there is no such tenant")); said != "det finns ingen sådan butik" {
		t.Errorf("%q", said)
	}
}

func TestEachEntryHasTwoLinesAndStandsOnce(t *testing.T) {
	seen := map[string]bool{}
	for entry := range strings.SplitSeq(swedishText, "\n\n") {
		lines := strings.Split(strings.TrimSpace(entry), "\n")
		if strings.HasPrefix(lines[0], "#") {
			continue
		}
		if len(lines) != 2 || seen[lines[0]] {
			t.Errorf("%q has %d lines, or stands twice", lines[0], len(lines))
		}
		seen[lines[0]] = true
	}
}

func TestNoEntryStandsInTheWayOfALaterOne(t *testing.T) {
	for entry := range strings.SplitSeq(swedishText, "\n\n") {
		english, want, _ := strings.Cut(strings.TrimSpace(entry), "\n")
		if !strings.Contains(english, value) || strings.HasPrefix(english, "#") {
			continue
		}
		for i := range strings.Count(english, value) {
			want = strings.ReplaceAll(want, "$"+strconv.Itoa(i+1), "x")
		}
		if said, _ := phrase(strings.ReplaceAll(english, value, "x")); said != want {
			t.Errorf("%q is said as %q", english, said)
		}
	}
}
