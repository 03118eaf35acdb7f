package buyersystem_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/buyersystem"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/language"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

// ordinary is a document that no rule says anything of, in most formats.
func ordinary(format string) *buyersystem.Document {
	return &buyersystem.Document{Format: format, Cart: &cart.Cart{
		ID: "C-1", Currency: "SEK", Lines: []cart.Line{{
			ID: "1", Key: "c9f2-1", SKU: "4711", Name: "Kopieringspapper", Description: "500 ark", Quantity: money.FromInt(2), Unit: "EA",
			UnitPrice: money.MustParse("125.00"), Classifications: []cart.Classification{{Scheme: "UNSPSC", Code: "14111507"}},
			URL: "https://shop.example.com/p/4711",
		}},
	}}
}

// example is a change of the ordinary document that a rule is about, and one that it is not about. Where the encoder tells,
// it is the path of its warning.
type example struct {
	hit, miss     func(*buyersystem.Document)
	path          string
	before, after string
	told          string // the path of the encoder's warning
	toldElsewhere string // a path that the rule says nothing of
}

func line(change func(*cart.Line)) func(*buyersystem.Document) {
	return func(d *buyersystem.Document) { change(&d.Cart.Lines[0]) }
}

func sku(s string) func(*buyersystem.Document) { return line(func(l *cart.Line) { l.SKU = s }) }
func key(s string) func(*buyersystem.Document) { return line(func(l *cart.Line) { l.Key = s }) }
func text(s string) func(*buyersystem.Document) {
	return line(func(l *cart.Line) { l.Description = s })
}
func price(s string) func(*buyersystem.Document) {
	return line(func(l *cart.Line) { l.UnitPrice = money.MustParse(s) })
}

func unitSentAs(unit string, codes map[string]string) func(*buyersystem.Document) {
	return func(d *buyersystem.Document) { d.Cart.Lines[0].Unit, d.Units = unit, codes }
}

func n(count int) string { return strings.Repeat("x", count) }

// name has 16 characters, and a line end follows it.
const afterName = 16 + 1

// examples are by rule; a rule without one fails the test.
var examples = map[string]example{
	"ariba.id_characters":      {hit: sku("47{11}"), miss: sku("47-11"), path: "/lines/0/sku", before: "47{11}"},
	"ariba.id_length":          {hit: key(n(129)), miss: key(n(128)), path: "/lines/0/key", before: n(39) + " … " + n(39)},
	"ariba.description_stored": {hit: text(strings.Repeat("å", 1000)), miss: text(strings.Repeat("å", 991)), path: "/lines/0/description", before: "Kopieringspapper\n" + strings.Repeat("å", 22) + " … " + strings.Repeat("å", 39), after: "Kopieringspapper\n" + strings.Repeat("å", 22) + " … " + strings.Repeat("å", 39)},
	"ariba.description_shown":  {hit: text(n(255-afterName) + "END"), miss: text(n(255 - afterName)), path: "/lines/0/description", before: "Kopieringspapper\n" + n(22) + " … " + n(36) + "END", after: "Kopieringspapper\n" + n(22) + " … " + n(39)},
	"ariba.https":              {hit: line(func(l *cart.Line) { l.URL = "http://shop.example.com/" }), miss: line(func(l *cart.Line) { l.URL = "HTTPS://shop.example.com/" }), path: "/lines/0/url", before: "http://shop.example.com/", after: "no link"},

	"coupa.unit_known": {hit: unitSentAs("XPK", nil), miss: unitSentAs("XPK", map[string]string{"XPK": "PK"}), path: "/lines/0/unit", before: "XPK"},

	"jaggaer.id_length":          {hit: sku(n(101)), miss: sku(n(100)), path: "/lines/0/sku", before: n(39) + " … " + n(39)},
	"jaggaer.description_length": {hit: text(n(257 - afterName)), miss: text(n(256 - afterName)), path: "/lines/0/description", before: "Kopieringspapper\n" + n(22) + " … " + n(39), after: "Kopieringspapper\n" + n(22) + " … " + n(39)},
	"jaggaer.price_decimals":     {hit: price("0.12345"), miss: price("0.123400"), path: "/lines/0/unit_price", before: "0.12345", after: "0.1235"},
	"jaggaer.unit_known":         {hit: unitSentAs("KGM", nil), miss: unitSentAs("EA", nil), path: "/lines/0/unit", before: "KGM", after: "EA"},

	"oracle.part_id_length": {hit: sku(n(26)), miss: sku(n(25)), path: "/lines/0/sku", before: n(26), after: n(25)},
	"oracle.unit_each":      {hit: unitSentAs("EA", nil), miss: unitSentAs("EA", map[string]string{"EA": "EACH"}), path: "/lines/0/unit", before: "EA"},
	"oracle.total_decimals": {hit: price("0.3333"), miss: price("0.3350"), path: "/lines/0/unit_price", before: "0.6666", after: "0.67"},

	"proceedo.format":     {hit: func(*buyersystem.Document) {}, miss: func(d *buyersystem.Document) { d.Format = "proceedo-cxml" }},
	"proceedo.unspsc":     {hit: line(func(l *cart.Line) { l.Classifications = nil }), told: "/lines/0/classifications", toldElsewhere: "/lines/0/name", after: "the default code of the agreement in Proceedo"},
	"proceedo.unspsc_oci": {hit: line(func(l *cart.Line) { l.Classifications = nil }), miss: func(d *buyersystem.Document) { d.Cart.Lines[0].Classifications, d.DefaultUNSPSC = nil, "14111507" }, path: "/lines/0/classifications", after: "the default code of the agreement in Proceedo"},

	"sap.description_length":      {hit: line(func(l *cart.Line) { l.Name = n(40) + "END" }), told: "/lines/0/name", toldElsewhere: "/lines/1/name", before: n(40) + "END", after: n(40)},
	"sap.vendormat_length":        {hit: sku(n(41)), told: "/lines/0/sku", toldElsewhere: "/lines/0/gtin", before: n(41), after: n(40)},
	"sap.product_id_length":       {hit: sku(n(41)), told: "/lines/0/sku", toldElsewhere: "/lines/0/gtin", before: n(41), after: "left out"},
	"sap.manufactmat_length":      {hit: line(func(l *cart.Line) { l.ManufacturerSKU = n(41) }), told: "/lines/0/manufacturer_sku", toldElsewhere: "/lines/0", before: n(41), after: n(40)},
	"sap.matnr_length_oci3":       {hit: line(func(l *cart.Line) { l.BuyerSKU = n(19) }), told: "/lines/0/buyer_sku", toldElsewhere: "/lines", before: n(19), after: "left out"},
	"sap.matnr_length":            {hit: line(func(l *cart.Line) { l.BuyerSKU = n(41) }), told: "/lines/0/buyer_sku", toldElsewhere: "/lines/x/buyer_sku", before: n(41), after: "left out"},
	"sap.matgroup_length":         {hit: field("NEW_ITEM-MATGROUP", "12345678901"), told: "/lines/0", toldElsewhere: "/lines/0/classifications", before: "12345678901", after: "left out"},
	"sap.quantity_decimals":       {hit: line(func(l *cart.Line) { l.Quantity = money.MustParse("1.2345") }), told: "/lines/0/quantity", toldElsewhere: "/lines/0/unit_price", before: "1.2345", after: "1.235"},
	"sap.price_decimals":          {hit: price("0.12345678"), told: "/lines/0/unit_price", toldElsewhere: "/lines/0/quantity", before: "0.12345678"},
	"sap.unit_length":             {hit: unitSentAs("EA", map[string]string{"EA": "EACH"}), miss: unitSentAs("EA", nil), path: "/lines/0/unit", before: "EACH"},
	"sap.unit_known":              {hit: unitSentAs("KGM", nil), miss: unitSentAs("PCE", nil), path: "/lines/0/unit", before: "KGM"},
	"sap.contract_length":         {hit: func(d *buyersystem.Document) { d.Cart.ContractID = n(11) }, told: "/contract_id", toldElsewhere: "/id", before: n(11), after: "left out"},
	"sap.quote_id_length":         {hit: func(d *buyersystem.Document) { d.Cart.ID = n(36) }, miss: func(d *buyersystem.Document) { d.Cart.ID = n(35) }, path: "/id", before: n(36)},
	"sap.quote_item_length":       {hit: line(func(l *cart.Line) { l.ID = n(11) }), told: "/lines/0/id", toldElsewhere: "/id", before: n(11), after: "the line's position"},
	"sap.category_length":         {told: "/lines/0/classifications", toldElsewhere: "/lines/0/properties", after: "left out"},
	"sap.attachment_length":       {hit: line(func(l *cart.Line) { l.URL = "https://" + n(10) }), told: "/lines/0/url", toldElsewhere: "/lines/9/url", before: "https://" + n(10), after: "left out"},
	"sap.attachment_title_length": {told: "/lines/0/attachments", toldElsewhere: "/lines/0/url"},
	"sap.cust_field_length":       {told: "/lines/0/extrinsics/Kostnadsställe", toldElsewhere: "/extrinsics/Kostnadsställe"},
	"sap.code_characters":         {hit: sku("4711Ω"), told: "/lines/0/sku", toldElsewhere: "/seller/name", before: "4711Ω", after: "left out"},
	"sap.characters":              {hit: line(func(l *cart.Line) { l.Name = "Ω" }), told: "/lines/0/name", toldElsewhere: "/seller/name", before: "Ω"},

	"other.id_characters":      {hit: key("a?b"), miss: key("a/b"), path: "/lines/0/key", before: "a?b"},
	"other.part_id_length":     {hit: line(func(l *cart.Line) { l.SKU, l.StandardID.ID = "", n(101) }), miss: sku(n(100)), path: "/lines/0/standard_id", before: n(39) + " … " + n(39)},
	"other.key_length":         {hit: key(n(51)), miss: key(n(50)), path: "/lines/0/key", before: n(51), after: n(50)},
	"other.description_length": {hit: line(func(l *cart.Line) { l.Name, l.Description = n(256), "" }), miss: line(func(l *cart.Line) { l.Name, l.Description = n(255), "" }), path: "/lines/0/name", before: n(39) + " … " + n(39), after: n(39) + " … " + n(39)},
	"other.price_decimals":     {hit: line(func(l *cart.Line) { l.UnitPrice, l.PriceBasisQuantity = money.FromInt(1), money.FromInt(3) }), miss: line(func(l *cart.Line) { l.UnitPrice, l.PriceBasisQuantity = money.FromInt(1), money.FromInt(1000) }), path: "/lines/0/unit_price", before: "0.333333333", after: "0.3333"},
	"other.form_fields":        {told: "/lines", toldElsewhere: "/lines/0"},
}

func field(name, value string) func(*buyersystem.Document) {
	return func(d *buyersystem.Document) { d.LineFields = []map[string]string{{name: value}} }
}

func TestEachRuleFindsItsExampleAndNothingElse(t *testing.T) {
	for _, s := range all(t) {
		for _, r := range s.Rules {
			t.Run(r.ID, func(t *testing.T) {
				e, ok := examples[r.ID]
				if !ok {
					t.Fatal("has no example")
				}
				for _, format := range r.Formats {
					if r.ToldBy != "" {
						tellsOfTheEncoder(t, s, r, e, format)
					} else {
						tells(t, s, r, e, format)
					}
				}
			})
		}
	}
	for id := range examples {
		if !slices.ContainsFunc(all(t), func(s *buyersystem.System) bool {
			return slices.ContainsFunc(s.Rules, func(r buyersystem.Rule) bool { return r.ID == id })
		}) {
			t.Errorf("%s is an example of no rule", id)
		}
	}
}

func tells(t *testing.T, s *buyersystem.System, r buyersystem.Rule, e example, format string) {
	t.Helper()
	hit, miss, elsewhere := ordinary(format), ordinary(format), ordinary("another format")
	e.hit(hit)
	e.miss(miss)
	e.hit(elsewhere)
	w, ok := of(r.ID, s.Preview(*hit, nil, "en"))
	want := transfer.Warning{
		Path: e.path, Code: r.ID, Message: r.Says.EN, Effect: r.Effect, Before: e.before, After: e.after, Remedy: r.Remedy.EN, Source: source(r),
	}
	if !ok || w != want {
		t.Errorf("%s: told %+v, want %+v", format, w, want)
	}
	for name, d := range map[string]*buyersystem.Document{"the other example": miss, "another format": elsewhere} {
		if w, ok := of(r.ID, s.Preview(*d, nil, "en")); ok {
			t.Errorf("%s, %s: told %+v", format, name, w)
		}
	}
}

func tellsOfTheEncoder(t *testing.T, s *buyersystem.System, r buyersystem.Rule, e example, format string) {
	t.Helper()
	d := ordinary(format)
	if e.hit != nil {
		e.hit(d)
	}
	if told := s.Preview(*d, nil, "en"); slices.ContainsFunc(told, func(w transfer.Warning) bool { return w.Code == r.ID }) {
		t.Errorf("%s: told although the encoder said nothing: %+v", format, told)
	}
	encoder := []transfer.Warning{
		{Path: e.told, Code: r.ToldBy, Message: "the encoder's"}, {Path: e.told, Code: "another", Message: "the encoder's"},
		{Path: e.toldElsewhere, Code: r.ToldBy, Message: "the encoder's"},
	}
	got := s.Preview(*d, encoder, "en")
	want := transfer.Warning{
		Path: e.told, Code: r.ToldBy, Message: "the encoder's", Effect: r.Effect, Before: e.before, After: e.after, Remedy: r.Remedy.EN, Source: source(r),
	}
	if got[0] != want {
		t.Errorf("%s: told %+v, want %+v", format, got[0], want)
	}
	if got[1] != encoder[1] || got[2].Source == want.Source && got[2].Remedy == want.Remedy {
		t.Errorf("%s: told of another warning, too: %+v", format, got[1:])
	}
	if encoder[0].Source != "" {
		t.Errorf("%s: changed the encoder's own list", format)
	}
}

func source(r buyersystem.Rule) string {
	if r.Evidence == "P" {
		return r.Source + " (verified)"
	}
	return r.Source + " (not verified)"
}

func of(code string, all []transfer.Warning) (transfer.Warning, bool) {
	i := slices.IndexFunc(all, func(w transfer.Warning) bool { return w.Code == code })
	if i < 0 {
		return transfer.Warning{}, false
	}
	return all[i], true
}

func all(t *testing.T) []*buyersystem.System {
	t.Helper()
	systems, err := buyersystem.All()
	if err != nil {
		t.Fatal(err)
	}
	return systems
}

func get(t *testing.T, name string) *buyersystem.System {
	t.Helper()
	s, err := buyersystem.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatTheEncoderToldOfValuesStays(t *testing.T) {
	told := []transfer.Warning{{Path: "/lines/0/name", Code: "text.cut", Before: "its own", After: "likewise"}}
	d := ordinary("oci-4")
	d.Cart.Lines[0].Name = n(41)
	w := get(t, "sap").Preview(*d, told, "en")[0]
	if w.Before != "its own" || w.After != "likewise" || w.Effect != transfer.Cut || w.Remedy == "" {
		t.Errorf("%+v", w)
	}
}

func TestARuleAddsOnlyToWhatItsCheckFinds(t *testing.T) {
	d := ordinary("oci-4")
	field("NEW_ITEM-MATGROUP", "12345")(d) // so another field of the line was left out
	told := get(t, "sap").Preview(*d, []transfer.Warning{{Path: "/lines/0", Code: "code.left_out"}}, "en")
	if len(told) != 1 || told[0].Source != "" {
		t.Errorf("told %+v", told)
	}
}

func TestWhatTheEncoderCutToWhatTheBuyerKeepsIsNotCutAgain(t *testing.T) {
	d := ordinary("cxml-1.2")
	text(n(3000))(d)
	d.Cart.Lines = append(d.Cart.Lines, d.Cart.Lines[0])
	encoder := []transfer.Warning{{Path: "/lines/0/description", Code: "cut", Effect: transfer.Cut}}
	told := get(t, "ariba").Preview(*d, encoder, "en")
	if len(told) != 3 || told[0] != encoder[0] || told[1].Path != "/lines/1/description" || told[2].Path != "/lines/1/description" {
		t.Errorf("told %+v", told)
	}
}

func TestTheMappedCartIsJudgedAndItsUnitsAreAgreed(t *testing.T) {
	d := ordinary("cxml-1.2")
	d.Cart.Lines[0].SKU, d.Cart.Lines[0].Unit = n(200), "XPK"
	d.Mapped = ordinary("").Cart
	d.Mapped.Lines[0].Unit = "PACK"
	if told := get(t, "jaggaer").Preview(*d, nil, "en"); len(told) > 0 {
		t.Errorf("told %+v", told)
	}
}

func TestTextsAreInTheLanguageOfTheTenant(t *testing.T) {
	d := ordinary("cxml-1.2")
	sku("a?")(d)
	s := get(t, "ariba")
	for language, want := range map[string]buyersystem.Rule{
		"sv":    {Says: language.Text{EN: s.Rules[0].Says.SV}, Remedy: language.Text{EN: s.Rules[0].Remedy.SV}},
		"sv-FI": {Says: language.Text{EN: s.Rules[0].Says.SV}, Remedy: language.Text{EN: s.Rules[0].Remedy.SV}},
		"en-GB": s.Rules[0], "": s.Rules[0], "de": s.Rules[0],
	} {
		told := s.Preview(*d, nil, language)
		if len(told) != 1 || told[0].Message != want.Says.EN || told[0].Remedy != want.Remedy.EN {
			t.Errorf("%q: told %+v", language, told)
		}
	}
}

func TestACartOfManyLinesIsToldInFew(t *testing.T) {
	d := ordinary("cxml-1.2")
	first := d.Cart.Lines[0]
	d.Cart.Lines = nil
	for i := range cart.MaxLines {
		l := first
		l.SKU, l.Unit = n(101), []string{"XPK", "KGM", "EA"}[i%3]
		d.Cart.Lines = append(d.Cart.Lines, l)
	}
	told := get(t, "jaggaer").Preview(*d, nil, "en")
	if len(told) != 20+2+1 {
		t.Fatalf("%d warnings", len(told))
	}
	last := told[len(told)-1]
	if last.Code != "buyer_system.more" || last.Message != "the same holds for more lines, by rule: jaggaer.id_length "+strconv.Itoa(cart.MaxLines-20) {
		t.Errorf("the last says %+v", last)
	}
	for _, w := range told[:len(told)-1] {
		if w.Code == "buyer_system.more" {
			t.Error("the rest is told twice")
		}
	}
}

func TestLinesWithNothingToSayCostNothing(t *testing.T) {
	for _, s := range all(t) {
		few, many := ordinary("cxml-1.2"), ordinary("cxml-1.2")
		for range 1000 {
			many.Cart.Lines = append(many.Cart.Lines, many.Cart.Lines[0])
		}
		cost := func(d *buyersystem.Document) float64 {
			return testing.AllocsPerRun(10, func() { s.Preview(*d, nil, "en") })
		}
		if more := cost(many) - cost(few); more > 10 {
			t.Errorf("%s: 1000 more lines cost %.0f more allocations", s.Name, more)
		}
	}
}

func TestShownValuesAreShortAndWhole(t *testing.T) {
	d := ordinary("cxml-1.2")
	text(strings.Repeat("åäö€𝄞", 1000))(d)
	for _, w := range get(t, "ariba").Preview(*d, nil, "en") {
		for _, v := range []string{w.Before, w.After} {
			if !utf8.ValidString(v) || utf8.RuneCountInString(v) > 90 || v == "" {
				t.Errorf("%s: shows %q", w.Code, v)
			}
		}
	}
}

func TestAConnectionHasTheSystemThatItNamesOrThatOfItsFormat(t *testing.T) {
	for _, c := range []struct{ name, format, want string }{
		{"coupa", "cxml-1.2", "coupa"}, {"", "proceedo-cxml", "proceedo"}, {"other", "proceedo-cxml", "other"},
		{"", "cxml-1.2", ""}, {"", "oci-4", ""}, {"", "peppol-bis-punchout-3", ""},
	} {
		s, err := buyersystem.For(c.name, c.format)
		if err != nil || (s == nil) != (c.want == "") || s != nil && s.Name != c.want {
			t.Errorf("%+v: %v %v", c, s, err)
		}
	}
	if _, err := buyersystem.For("workday", "cxml-1.2"); err == nil || !strings.Contains(err.Error(), "ariba, coupa, jaggaer, oracle, other, proceedo, sap") {
		t.Errorf("an unknown system: %v", err)
	}
}

func TestAFileOfASystemIsRefusedWithWhatIsWrong(t *testing.T) {
	good := `{"name": "x", "label": "X", "rules": [{"id": "x.a", "members": ["lines/sku"], "check": "max_characters", "limit": 3, "effect": "cut",
		"says": {"en": "a", "sv": "b"}, "remedy": {"en": "a", "sv": "b"}, "source": "s", "evidence": "S"}]}`
	if _, err := buyersystem.Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string][2]string{
		`"lines/colour" is not a member`:                 {"lines/sku", "lines/colour"},
		`"fields/" is not a member`:                      {"lines/sku", "fields/"},
		`names no member`:                                {`["lines/sku"]`, "[]"},
		`"longest" is not a check`:                       {"max_characters", "longest"},
		`needs a check or told_by`:                       {`"check": "max_characters", "limit": 3,`, ""},
		`the arguments are not those of its check`:       {`"limit": 3`, `"limit": 3, "codes": ["EA"]`},
		`"lost" is not an effect`:                        {`"effect": "cut"`, `"effect": "lost"`},
		`"X" is not a kind of evidence`:                  {`"evidence": "S"`, `"evidence": "X"`},
		`says and remedy are needed in both languages`:   {`"remedy": {"en": "a", "sv": "b"}`, `"remedy": {"en": "a"}`},
		`becomes is needed in both languages`:            {`"says"`, `"becomes": {"en": "a"}, "says"`},
		`has no source`:                                  {`"source": "s"`, `"source": ""`},
		`the id must be unique and begin with x`:         {`"x.a"`, `"y.a"`},
		`unknown field "colour"`:                         {`"limit"`, `"colour": 1, "limit"`},
		`a system has a name and a label`:                {`"label": "X"`, `"label": ""`},
		`unexpected EOF`:                                 {`"evidence": "S"}]}`, ``},
		`rule "x.a": the id must be unique`:              {`"rules": [`, `"rules": [{"id": "x.a", "members": ["lines"], "check": "always", "effect": "cut", "says": {"en": "a", "sv": "b"}, "remedy": {"en": "a", "sv": "b"}, "source": "s", "evidence": "S"},`},
		`rule "x.a": the arguments are not those of its`: {`"limit": 3,`, ``},
	} {
		content := strings.Replace(good, change[0], change[1], 1)
		if _, err := buyersystem.Parse([]byte(content)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

func TestNoRuleClaimsMoreThanItsSource(t *testing.T) {
	for _, s := range all(t) {
		for _, r := range s.Rules {
			if r.Verified() && strings.Contains(r.Source, "njp970") {
				t.Errorf("%s: what others write verifies nothing", r.ID)
			}
			if len(r.Formats) == 0 {
				t.Errorf("%s: names no format; in which field its member ends depends on that", r.ID)
			}
			if r.Remedy.EN == r.Remedy.SV || r.Says.EN == r.Says.SV {
				t.Errorf("%s: the Swedish text is the English one", r.ID)
			}
		}
	}
}
