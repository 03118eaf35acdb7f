package desk

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/traffic"
)

func TestEachActionHasWordsInBothLanguages(t *testing.T) {
	for _, a := range audit.Actions() {
		if said := deeds[a]; said[0] == "" || said[1] == "" {
			t.Errorf("%s has no words", a)
		}
	}
	if len(deeds) != len(audit.Actions()) {
		t.Errorf("%d words for %d actions", len(deeds), len(audit.Actions()))
	}
}

func TestASignInLeadsNowhereButToThePages(t *testing.T) {
	for to, want := range map[string]string{
		"/admin/shops/papper/orders?status=held": "/admin/shops/papper/orders?status=held",
		"":                                       "/admin",
		"//example.com/admin/":                   "/admin",
		"https://example.com/admin/":             "/admin",
		"/admin/\\example.com":                   "/admin",
		"/v1/admin/settings":                     "/admin",
		"javascript:alert(1)":                    "/admin",
	} {
		if got := safePath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}

func TestAListShowsNoMoreRowsThanItHasInputs(t *testing.T) {
	f := Form{Values: url.Values{
		"/login/from/0/domain": {"DUNS"}, "/login/from/7/domain": {"GLN"}, "/login/from/7/id": {"1"}, "/login/from/400000000": {"x"},
		"/login/from/+3/domain": {"x"}, "/login/from/-1/domain": {"x"}, "/login/from": {""}, "/login/fromage/5/domain": {"x"},
	}}
	if got, want := f.Rows("/login/from"), []int{0, 7, 400000000, 400000001}; !slices.Equal(got, want) {
		t.Errorf("%d rows are shown", len(got))
	}
	if got := f.Rows("/login/to"); !slices.Equal(got, []int{0}) {
		t.Errorf("of an empty list %v", got)
	}
}

func TestEachEventHasWordsInBothLanguages(t *testing.T) {
	for _, e := range outbox.Types() {
		if said := events[e]; said[0] == "" || said[1] == "" {
			t.Errorf("%s has no words", e)
		}
	}
}

func TestALabelBecomesAnIdentifier(t *testing.T) {
	for label, want := range map[string]string{
		"Handlar via PunchOut": "handlar-via-punchout", "Kostnadsställe 2": "kostnadsstalle-2", "  ÅÄÖ / é ": "aao-e", "日本": "", "": "",
		strings.Repeat("a", 63) + " b": strings.Repeat("a", 63),
	} {
		if got := identifier(label); got != want {
			t.Errorf("%q becomes %q, want %q", label, got, want)
		}
	}
}

func TestTheNextPageOfTheTrafficIsOfTheSameSearch(t *testing.T) {
	const search = "anna+skola@goteborg.example.com & PO #7"
	p := trafficPage{Search: search, Step: "cart", Calls: []*traffic.Record{{ID: "b"}, {ID: "a"}}}
	next, err := url.Parse(p.Older())
	if err != nil {
		t.Fatal(err)
	}
	if q := next.Query(); q.Get("search") != search || q.Get("step") != "cart" || q.Get("before") != "a" {
		t.Errorf("it is asked for by %s", next)
	}
}

func TestRefusalsThatOneRemedyMendsStandTogether(t *testing.T) {
	of := func(c connection.ID, code string, repeats int) *traffic.Record {
		return &traffic.Record{Step: traffic.StartCall, Connection: c, Code: code, Repeats: repeats}
	}
	last := of("a", "login.wrong", 2)
	all := alike([]*traffic.Record{last, of("b", "login.wrong", 0), of("a", "login.wrong", 0), of("a", "return.not_listed", 0)}, nil)
	if len(all) != 3 || all[0].Last != last || all[0].Times != 4 || all[1].Times != 1 || all[2].Last.Code != "return.not_listed" {
		t.Errorf("%+v", all)
	}
}

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	if n := money.MustParse("1234.50"); (Page{Lang: "sv"}).Number(n) != "1234,50" || (Page{Lang: "en"}).Number(n) != "1234.50" {
		t.Errorf("%s %s", Page{Lang: "sv"}.Number(n), Page{Lang: "en"}.Number(n))
	}
}

func TestAPriceSaysOfHowManyUnitsItIsWhereItIsNotOne(t *testing.T) {
	for basis, want := range map[string]string{"1": "", "1.0": "", "100": "100", "0.5": "0,5"} {
		if said := (orderPage{Page: Page{Lang: "sv"}}).PricedFor(cart.Line{PriceBasisQuantity: money.MustParse(basis)}); said != want {
			t.Errorf("%s: %q", basis, said)
		}
	}
	if said := (orderPage{}).PricedFor(cart.Line{}); said != "" {
		t.Errorf("without one: %q", said)
	}
}

func TestTheSystemThatIsNoneHasWordsInBothLanguages(t *testing.T) {
	for lang, begins := range map[string]string{"sv": "Ett annat system", "en": "Another system"} {
		systems := connectionFields{Page: Page{Lang: lang}}.BuyerSystems()
		if !slices.ContainsFunc(systems, func(o Option) bool { return strings.HasPrefix(o.Label, begins) }) {
			t.Errorf("%s: %v", lang, systems)
		}
	}
}
