package mapping_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// plainFormat has no fields that a mapping can name.
type plainFormat struct{}

func (plainFormat) Name() string                       { return "plain" }
func (plainFormat) CheckOptions(json.RawMessage) error { return nil }
func (plainFormat) EncodeCart(io.Writer, port.Outgoing) (port.Handover, error) {
	return port.Handover{}, nil
}
func (plainFormat) EncodeCancel(io.Writer, port.Outgoing) (port.Handover, error) {
	return port.Handover{}, nil
}

// formFormat has fields as OCI has them.
type formFormat struct{ plainFormat }

func (formFormat) Name() string { return "form" }

func (formFormat) Fields() []port.Field {
	return []port.Field{
		{Name: "NEW_ITEM-UNIT", Line: true, Member: "unit"},
		{Name: "NEW_ITEM-QUANTITY", Line: true, Member: "quantity"},
		{Name: "NEW_ITEM-MATGROUP", Line: true},
		{Name: "NEW_ITEM-CUST_FIELD1", Line: true},
		{Name: "NEW_ITEM-CUST_FIELD*", Line: true},
		{Name: "Extrinsic/x/*", Line: true, Member: "properties.*"},
		{Name: "Extrinsic/*", Line: true, Member: "extrinsics.*"},
		{Name: "BUYER_REFERENCE", Member: "buyer.reference"},
		{Name: "SYSTEM"},
		{Name: "NEW_ITEM-CURRENCY", Member: "currency"},
		{Name: "NEW_ITEM-OWN*", Line: true, Check: capitals},
	}
}

func capitals(rest string) error {
	if rest != strings.ToUpper(rest) {
		return errors.New("must be in capitals")
	}
	return nil
}

// CheckFormField refuses the name of the field of the document, which is that of the options.
func (formFormat) CheckFormField(name string, options json.RawMessage) error {
	if `"`+name+`"` == string(options) {
		return errors.New("is that of the document")
	}
	return nil
}

var (
	_ port.CartEncoder = plainFormat{}
	_ port.FieldMapper = formFormat{}
)

func dec(text string) money.Decimal { return money.MustParse(text) }

// sample is a cart of two lines that has passed its check.
func sample(t testing.TB) *cart.Cart {
	t.Helper()
	days := 3
	c := &cart.Cart{
		ID: "C-1", Currency: "SEK", Language: "sv", ContractID: "K-9",
		Seller:   cart.Party{Name: "Shop AB", Reference: "S-1"},
		Buyer:    cart.Party{Name: "Buyer AB", Identifier: cart.Identifier{Scheme: "0088", ID: "7300010000001"}},
		ShipTo:   cart.Address{City: "Umeå", Country: "SE"},
		Shipping: cart.Shipping{Amount: dec("49.00"), Description: "Frakt", Tax: cart.Tax{Category: "S", Percent: dec("25")}},
		Lines: []cart.Line{
			{
				ID: "1", Key: "k1", SKU: "A-100", Name: "Skruv M8", Description: "Skruv av rostfritt stål, förpackning om hundra stycken",
				Quantity: dec("2"), Unit: "C62", UnitPrice: dec("10.505"), Tax: cart.Tax{Category: "S", Percent: dec("25")},
				LeadTimeDays: &days, Extrinsics: map[string]string{"color": "blå", "cost.centre": "77"},
				Classifications: []cart.Classification{{Scheme: cart.UNSPSC, Version: "26", Code: "31161501"}, {Scheme: "CPV", Code: "44531000"}},
				Properties:      []cart.Property{{Name: "Weight", Value: "2 kg", Quantity: dec("2"), Unit: "KGM", Qualifier: "net"}},
			},
			{
				ID: "2", Key: "k2", SKU: "B-200", Name: "Olja", Quantity: dec("0.5"), Unit: "LTR", UnitPrice: dec("99.90"),
				Tax: cart.Tax{Category: "S", Percent: dec("25")}, Service: true, PartOf: "A-100",
			},
		},
	}
	if err := c.Check(); err != nil {
		t.Fatalf("the sample is no cart: %v %v", err, fault.From(err).Details)
	}
	return c
}

func input(t testing.TB) port.MappingInput {
	t.Helper()
	return port.MappingInput{
		Cart:     sample(t),
		Customer: map[string]string{"number": "1001", "name": "Kund AB", "discount": "12.5"},
		Visit:    map[string]string{"COST CENTRE": "4711", "user": "anna"},
	}
}

// onLine returns a mapping of version 1 with one rule for lines, and tables.
func onLine(target, rule string) string {
	return `{"version": 1,
"tables": {"units": {"C62": "PCE", "LTR": "L"}, "groups": {"31160000": "SCREWS", "31000000": "METAL", "44000000": "PAPER"}},
"lines": {"` + target + `": ` + rule + `}}`
}

func apply(t testing.TB, text string) (port.Mapped, error) {
	t.Helper()
	return mapping.New().Apply(json.RawMessage(text), formFormat{}, input(t))
}

func mustApply(t testing.TB, text string) port.Mapped {
	t.Helper()
	made, err := apply(t, text)
	if err != nil {
		t.Fatalf("%v: %v\n%s", err, fault.From(err).Details, text)
	}
	return made
}

func TestRulesGiveTheValueOfTheFirstLine(t *testing.T) {
	for sentence, c := range map[string]struct{ rule, want string }{
		"a text is a path":                                  {`"line.sku"`, "A-100"},
		"a path reaches into the cart":                      {`"cart.buyer.identifier.id"`, "7300010000001"},
		"a path reaches the customer":                       {`"customer.number"`, "1001"},
		"a name of the visit may have blanks":               {`"visit.COST CENTRE"`, "4711"},
		"a name of an extrinsic may have points":            {`"line.extrinsics.cost.centre"`, "77"},
		"a class is found by its scheme":                    {`"line.classifications.CPV"`, "44531000"},
		"a property is found by its name":                   {`"line.properties.Weight"`, "2 kg"},
		"a number of days is text, too":                     {`"line.lead_time_days"`, "3"},
		"a truth is text, too":                              {`"line.service"`, "false"},
		"a static value":                                    {`{"value": "fixed"}`, "fixed"},
		"from is the long form of a path":                   {`{"from": "line.unit"}`, "C62"},
		"join puts blanks or whatever between":              {`{"join": {"of": ["line.sku", {"value": "x"}], "with": "/"}}`, "A-100/x"},
		"join leaves out what is empty":                     {`{"join": {"of": ["line.gtin", "line.sku", "visit.none"], "with": "/"}}`, "A-100"},
		"a table maps":                                      {`{"from": "line.unit", "then": [{"map": "units"}]}`, "PCE"},
		"a table keeps what it lacks, if told so":           {`{"from": "line.sku", "then": [{"map": "units", "missing": "keep"}]}`, "A-100"},
		"a table empties what it lacks, if told so":         {`{"from": "line.sku", "then": [{"map": "units", "missing": "empty"}, {"default": "none"}]}`, "none"},
		"a UNSPSC code is found by its family":              {`{"from": "line.classifications.UNSPSC", "then": [{"unspsc": "groups"}]}`, "SCREWS"},
		"default is for what is empty":                      {`{"from": "line.gtin", "then": [{"default": "0"}]}`, "0"},
		"default leaves what is there":                      {`{"from": "line.sku", "then": [{"default": "0"}]}`, "A-100"},
		"cut counts characters":                             {`{"from": "line.description", "then": [{"cut": 22}]}`, "Skruv av rostfritt stå"},
		"cut leaves no blank at the end":                    {`{"from": "line.description", "then": [{"cut": 6}]}`, "Skruv"},
		"cut counts bytes, and halves no character":         {`{"from": "line.description", "then": [{"cut": 22, "count": "bytes"}]}`, "Skruv av rostfritt st"},
		"round rounds halves away from nought":              {`{"from": "line.unit_price", "then": [{"round": 2}]}`, "10.51"},
		"case makes capitals":                               {`{"from": "line.extrinsics.color", "then": [{"case": "upper"}]}`, "BLÅ"},
		"case makes small letters":                          {`{"from": "line.sku", "then": [{"case": "lower"}]}`, "a-100"},
		"transforms follow each other":                      {`{"from": "line.sku", "then": [{"case": "lower"}, {"cut": 1}]}`, "a"},
		"a fallback is for what is empty":                   {`{"from": "line.gtin", "fallback": ["visit.none", "line.sku", "line.id"]}`, "A-100"},
		"a fallback is not asked where there is a value":    {`{"from": "line.sku", "fallback": [{"value": "x"}]}`, "A-100"},
		"a condition that holds":                            {`{"from": "line.sku", "when": "line.unit == 'C62'"}`, "A-100"},
		"a condition that does not hold asks the fallbacks": {`{"from": "line.sku", "when": "line.service", "fallback": ["line.id"]}`, "1"},
	} {
		t.Run(sentence, func(t *testing.T) {
			made := mustApply(t, onLine("NEW_ITEM-MATGROUP", withSecondLine(c.rule)))
			if got := made.LineFields[0]["NEW_ITEM-MATGROUP"]; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// withSecondLine keeps tables without an entry for the second line from refusing it.
func withSecondLine(rule string) string {
	if strings.HasPrefix(rule, "{") && !strings.Contains(rule, "when") {
		return strings.TrimSuffix(rule, "}") + `, "when": "line.id == '1'"}`
	}
	return rule
}

func TestExpressionsAreExactAndSmall(t *testing.T) {
	for expression, want := range map[string]string{
		`0.1 + 0.2`:                       "0.3",
		`line.unit_price * line.quantity`: "21.010",
		`line.quantity - 3`:               "-1",
		`-line.quantity`:                  "-2",
		`-5 * 2`:                          "-10",
		`123456789012345.123456789 * 1.000000001`:     "123456789135801.912469134123456789",
		`round(line.unit_price, 2)`:                   "10.51",
		`divide(10, 3, 4)`:                            "3.3333",
		`divide(2, 3, 0)`:                             "1",
		`text(line.quantity) + " st"`:                 "2 st",
		`number(customer.discount) + 1`:               "13.5",
		`10.50 == 10.5`:                               "true",
		`10.50 != 10.5`:                               "false",
		`9 < 10 and 10 >= 10 and not (10 <= 9)`:       "true",
		`line.quantity > 1 ? "many" : "one"`:          "many",
		`upper(line.name) + lower(line.sku)`:          "SKRUV M8a-100",
		`cut(line.description, 5)`:                    "Skruv",
		`length("åäö")`:                               "3",
		`before(line.sku, "-") + after(line.sku,"-")`: "A100",
		`remove(line.sku, "-") | lower()`:             "a100",
		`trim("  x ")`:                                "x",
		`line.unit in ["EA", "C62"]`:                  "true",
		`line.unit not in ["EA", "C62"]`:              "false",
		`line.name contains "M8" && line.name startsWith "Skruv" || line.name endsWith "x"`: "true",
		`visit["COST CENTRE"]`:                   "4711",
		`line.extrinsics["cost.centre"]`:         "77",
		`line.service ? "service" : "goods"`:     "goods",
		`line.gtin == "" ? line.sku : line.gtin`: "A-100",
		`line.price_basis_quantity == 0`:         "true",
	} {
		t.Run(expression, func(t *testing.T) {
			rule, _ := json.Marshal(map[string]string{"expr": expression, "when": "line.id == '1'"})
			made := mustApply(t, onLine("NEW_ITEM-MATGROUP", string(rule)))
			if got := made.LineFields[0]["NEW_ITEM-MATGROUP"]; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// found says of a refusal, in its order, where and why.
func found(t *testing.T, err error, is *fault.Fault) []string {
	t.Helper()
	if !errors.Is(err, is) || fault.KindOf(err) != fault.Invalid {
		t.Fatalf("answered with %v, want %v", err, is)
	}
	var all []string
	for _, d := range fault.From(err).Details {
		all = append(all, d.Path+" "+d.Code)
	}
	return all
}

func check(text string) error {
	return mapping.New().Check(json.RawMessage(text), formFormat{}, json.RawMessage(`"xml"`))
}

func TestMappingsThatCannotWorkAreRefused(t *testing.T) {
	for sentence, c := range map[string]struct{ text, want string }{
		"no JSON":                           {`{"version": 1,`, "/mapping not_json"},
		"broken JSON":                       {`{"version": 1, "lines": {"unit": tru}}`, "/mapping/lines/unit not_json"},
		"broken UTF-8":                      {"{\"version\": 1, \"cart\": {\"contract_id\": {\"value\": \"\xff\"}}}", "/mapping/cart/contract_id/value not_json"},
		"text behind it":                    {`{"version": 1} 2`, "/mapping not_json"},
		"no object":                         {`[1]`, "/mapping wrong_type"},
		"no version":                        {`{"lines": {}}`, "/mapping missing"},
		"another version":                   {`{"version": 2}`, "/mapping/version unknown_version"},
		"a version that is text":            {`{"version": "1"}`, "/mapping/version unknown_version"},
		"an unknown member":                 {`{"version": 1, "line": {}}`, "/mapping/line unknown_member"},
		"a doubled member":                  {`{"version": 1, "version": 1}`, "/mapping/version doubled_member"},
		"a doubled entry of a table":        {`{"version": 1, "tables": {"t": {"a": "b", "a": "c"}}}`, "/mapping/tables/t/a doubled_member"},
		"a table of numbers":                {`{"version": 1, "tables": {"t": {"a": 1}}}`, "/mapping/tables/t/a wrong_type"},
		"rules that are a list":             {`{"version": 1, "lines": []}`, "/mapping/lines wrong_type"},
		"a target that nobody has":          {onLine("NEW_ITEM-MATGRUPP", `"line.sku"`), "/mapping/lines/NEW_ITEM-MATGRUPP unknown_target"},
		"a line's field at the cart":        {`{"version": 1, "cart": {"NEW_ITEM-MATGROUP": "cart.id"}}`, "/mapping/cart/NEW_ITEM-MATGROUP unknown_target"},
		"a form field at the line":          {onLine("form.x", `"line.sku"`), "/mapping/lines/form.x unknown_target"},
		"a family without a name":           {onLine("extrinsics.", `"line.sku"`), "/mapping/lines/extrinsics. unknown_target"},
		"a family's star":                   {onLine("classifications", `"line.sku"`), "/mapping/lines/classifications unknown_target"},
		"one target twice":                  {`{"version": 1, "lines": {"unit": "line.unit", "NEW_ITEM-UNIT": "line.unit"}}`, "/mapping/lines/NEW_ITEM-UNIT doubled_target"},
		"the id":                            {onLine("id", `"line.sku"`), "/mapping/lines/id not_allowed"},
		"the key":                           {onLine("key", `"line.sku"`), "/mapping/lines/key not_allowed"},
		"the quantity":                      {onLine("quantity", `"line.quantity"`), "/mapping/lines/quantity not_allowed"},
		"the quantity by the format's name": {onLine("NEW_ITEM-QUANTITY", `"line.quantity"`), "/mapping/lines/NEW_ITEM-QUANTITY not_allowed"},
		"the currency":                      {`{"version": 1, "cart": {"currency": {"value": "EUR"}}}`, "/mapping/cart/currency not_allowed"},
		"the tax":                           {onLine("tax.percent", `{"value": "0"}`), "/mapping/lines/tax.percent not_allowed"},
		"a price that is made up":           {onLine("unit_price", `{"value": "1"}`), "/mapping/lines/unit_price not_allowed"},
		"a price that is computed":          {onLine("unit_price", `{"expr": "line.unit_price * 2"}`), "/mapping/lines/unit_price not_allowed"},
		"a price from a default":            {onLine("unit_price", `{"from": "line.unit_price", "then": [{"default": "1"}]}`), "/mapping/lines/unit_price not_allowed"},
		"a price with a fallback":           {onLine("unit_price", `{"from": "line.unit_price", "then": [{"round": 2}], "fallback": ["line.quantity"]}`), "/mapping/lines/unit_price not_allowed"},
		"a price from another member":       {onLine("unit_price", `{"from": "line.quantity", "then": [{"round": 2}]}`), "/mapping/lines/unit_price not_allowed"},
		"a rule that is a number":           {onLine("sku", `5`), "/mapping/lines/sku wrong_type"},
		"a rule without a source":           {onLine("sku", `{"then": []}`), "/mapping/lines/sku sources"},
		"a rule with two sources":           {onLine("sku", `{"value": "x", "from": "line.sku"}`), "/mapping/lines/sku sources"},
		"an unknown member of a rule":       {onLine("sku", `{"form": "line.sku", "value": "x"}`), "/mapping/lines/sku/form unknown_member"},
		"a static number":                   {onLine("sku", `{"value": 5}`), "/mapping/lines/sku/value wrong_type"},
		"a path to nowhere":                 {onLine("sku", `"line.sku2"`), "/mapping/lines/sku unknown_path"},
		"a path without an object":          {onLine("sku", `"sku"`), "/mapping/lines/sku unknown_path"},
		"a path to the customer":            {onLine("sku", `"customer"`), "/mapping/lines/sku unknown_path"},
		"an empty path":                     {onLine("sku", `""`), "/mapping/lines/sku missing"},
		"a cart that reads a line":          {`{"version": 1, "cart": {"contract_id": "line.contract_id"}}`, "/mapping/cart/contract_id unknown_path"},
		"a join of nothing":                 {onLine("sku", `{"join": {"with": "x"}}`), "/mapping/lines/sku/join missing"},
		"a join that is a list":             {onLine("sku", `{"join": ["line.sku"]}`), "/mapping/lines/sku/join wrong_type"},
		"a join of a wrong path":            {onLine("sku", `{"join": {"of": ["line.sku", "line.x"]}}`), "/mapping/lines/sku/join/of/1 unknown_path"},
		"an unknown transform":              {onLine("sku", `{"from": "line.sku", "then": [{"reverse": true}]}`), "/mapping/lines/sku/then/0 unknown_transform"},
		"two transforms in one":             {onLine("sku", `{"from": "line.sku", "then": [{"cut": 4, "round": 2}]}`), "/mapping/lines/sku/then/0/round unknown_member"},
		"a transform that is a text":        {onLine("sku", `{"from": "line.sku", "then": ["upper"]}`), "/mapping/lines/sku/then/0 unknown_transform"},
		"transforms without a list":         {onLine("sku", `{"from": "line.sku", "then": {"cut": 4}}`), "/mapping/lines/sku/then wrong_type"},
		"a table that is not there":         {onLine("sku", `{"from": "line.sku", "then": [{"map": "unit"}]}`), "/mapping/lines/sku/then/0/map unknown_table"},
		"an unknown choice":                 {onLine("sku", `{"from": "line.sku", "then": [{"map": "units", "missing": "ignore"}]}`), "/mapping/lines/sku/then/0/missing unknown_choice"},
		"a cut to nothing":                  {onLine("sku", `{"from": "line.sku", "then": [{"cut": 0}]}`), "/mapping/lines/sku/then/0/cut out_of_range"},
		"a cut to a fraction":               {onLine("sku", `{"from": "line.sku", "then": [{"cut": 1.5}]}`), "/mapping/lines/sku/then/0/cut out_of_range"},
		"a rounding to a million digits":    {onLine("sku", `{"from": "line.sku", "then": [{"round": 1000000}]}`), "/mapping/lines/sku/then/0/round out_of_range"},
		"an unknown case":                   {onLine("sku", `{"from": "line.sku", "then": [{"case": "title"}]}`), "/mapping/lines/sku/then/0/case unknown_choice"},
		"a fallback that is wrong":          {onLine("sku", `{"from": "line.sku", "fallback": ["line.x"]}`), "/mapping/lines/sku/fallback/0 unknown_path"},
		"a condition that is a text":        {onLine("sku", `{"from": "line.sku", "when": "line.sku"}`), "/mapping/lines/sku/when expression"},
		"too many rules": {
			onLine("sku", `{"value": "x", "fallback": [`+strings.Repeat(`"line.sku",`, 600)+`"line.sku"]}`), "/mapping/lines/sku/fallback/499 too_many",
		},
		"rules nested too deep": {
			onLine("sku", strings.Repeat(`{"value": "", "fallback": [`, 30)+`"line.sku"`+strings.Repeat(`]}`, 30)),
			"/mapping/lines/sku" + strings.Repeat("/fallback/0", 11) + "/value too_deep",
		},
		"a field of the cart at the line":       {onLine("NEW_ITEM-CURRENCY", `"line.sku"`), "/mapping/lines/NEW_ITEM-CURRENCY unknown_target"},
		"a field of a name that it cannot have": {onLine("NEW_ITEM-OWNx", `"line.sku"`), "/mapping/lines/NEW_ITEM-OWNx not_allowed"},
		"the form field of the document":        {`{"version": 1, "cart": {"form.xml": "cart.id"}}`, "/mapping/cart/form.xml not_allowed"},
		"an address that is a script":           {onLine("url", `{"value": "javascript:x"}`), "/mapping/lines/url not_url"},
		"an empty name":                         {onLine("name", `{"value": ""}`), "/mapping/lines/name missing"},
		"a lead time in words":                  {onLine("lead_time_days", `{"value": "soon"}`), "/mapping/lines/lead_time_days not_number"},
		"a lead time below nought":              {onLine("lead_time_days", `{"value": "-1"}`), "/mapping/lines/lead_time_days out_of_range"},
		"a date that is none":                   {onLine("available_from", `{"value": "2026-13-01"}`), "/mapping/lines/available_from not_time"},
		"a truth that is none":                  {onLine("service", `{"value": "yes"}`), "/mapping/lines/service not_truth"},
		"a unit that is empty":                  {onLine("unit", `{"value": ""}`), "/mapping/lines/unit missing"},
		"a static value that its table lacks":   {onLine("unit", `{"value": "KGM", "then": [{"map": "units"}]}`), "/mapping/lines/unit no_entry"},
		"a wrong value at times":                {onLine("url", `{"value": "x", "when": "line.service"}`), "/mapping/lines/url not_url"},
		"a wrong value at last":                 {onLine("url", `{"from": "line.url", "fallback": [{"value": "x"}]}`), "/mapping/lines/url not_url"},
		"a class of letters":                    {onLine("classifications.UNSPSC", `{"value": "paper"}`), "/mapping/lines/classifications.UNSPSC not_unspsc"},
		"a language that is none":               {`{"version": 1, "cart": {"language": {"value": "?"}}}`, "/mapping/cart/language not_language"},
		"a control character in a field":        {onLine("NEW_ITEM-MATGROUP", `{"value": "\u0001"}`), "/mapping/lines/NEW_ITEM-MATGROUP control_character"},
		"a megabyte":                            {onLine("sku", `{"value": "`+strings.Repeat("x", 1<<20)+`"}`), "/mapping too_long"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := found(t, check(c.text), mapping.ErrInvalid); len(got) != 1 || got[0] != c.want {
				t.Errorf("found %q, want %q\n%v", got, c.want, fault.From(check(c.text)).Details)
			}
		})
	}
}

func TestAMissingTableIsToldWithThoseThatThereAre(t *testing.T) {
	for text, says := range map[string]string{
		onLine("sku", `{"from": "line.sku", "then": [{"map": "x"}]}`):                    "there are groups, units",
		`{"version": 1, "lines": {"sku": {"from": "line.sku", "then": [{"map": "x"}]}}}`: "there are none",
	} {
		if f := fault.From(check(text)); f == nil || !strings.HasSuffix(f.Details[0].Message, says) {
			t.Errorf("%+v, want %q", f, says)
		}
	}
}

// A static value alone may be wrong for the test's cart and right for the shop's.
func TestStaticValuesThatSomeCartCanHaveAreTaken(t *testing.T) {
	for sentence, text := range map[string]string{
		"half an identifier, by its scheme":    `{"version": 1, "cart": {"buyer.endpoint.scheme": {"value": "0088"}}}`,
		"half an identifier, by its number":    `{"version": 1, "cart": {"buyer.endpoint.id": {"value": "7300010000001"}}}`,
		"no article number":                    onLine("sku", `{"value": ""}`),
		"no GTIN":                              onLine("gtin", `{"value": ""}`),
		"an end without a beginning":           onLine("available_until", `{"value": "2027-01-01"}`),
		"a unit of the buyer's own":            onLine("unit", `{"value": "PACK"}`),
		"a form field of another name":         `{"version": 1, "cart": {"form.doc": {"value": "1"}}}`,
		"a part of a text that is not a value": onLine("url", `{"join": {"of": [{"value": "https://shop.example/"}, "line.sku"]}}`),
	} {
		if err := check(text); err != nil {
			t.Errorf("%s: %v", sentence, fault.From(err).Details)
		}
	}
}

// What fits the options of the connection is for the saving to say: a cart is not refused for it by the mapping.
func TestApplyTakesAnyFormField(t *testing.T) {
	made, err := apply(t, `{"version": 1, "cart": {"form.xml": "cart.id"}}`)
	if err != nil || made.FormFields["xml"] != "C-1" {
		t.Errorf("%v, %v", made.FormFields, err)
	}
}

func TestExpressionsThatCannotWorkAreRefused(t *testing.T) {
	for expression, reason := range map[string]string{
		``:                           "is empty",
		`line.sku +`:                 "unexpected token",
		`sku`:                        "no path",
		`line`:                       "a line has no member",
		`line.nothing`:               "a line has no member",
		`cart.lines`:                 "the cart has no member",
		`line.extrinsics`:            "a line has no member",
		`visit`:                      "no path",
		`$env`:                       "no path",
		`$env["line"]`:               "no path",
		`line.sku * 2`:               "number(...) reads one",
		`line.sku < "B"`:             "number(...) reads one",
		`"a" + 1`:                    "+ takes a text here, and this is a number",
		`1 + "a"`:                    "+ takes a number here, and this is a text",
		`upper(line.quantity) + "x"`: "upper takes a text here, and this is a number",
		`"x" + upper(line.quantity)`: "upper takes a text here, and this is a number",
		`line.quantity == "2"`:       "== takes a number here, and this is a text",
		`line.service == "true"`:     "== takes true or false here",
		`line.service and line.sku`:  "and takes true or false here",
		`line.sku ? "a" : "b"`:       "a choice takes true or false here",
		`line.service ? "a" : 1`:     "takes a text here, and this is a number",
		`["a"]`:                      "this is a list",
		`line.sku in "abc"`:          "in takes a list here",
		`line.sku in ["a", 1]`:       "a list takes a text here",
		`line.sku in [["a"]]`:        "a list takes a text here",
		`1 / 3`:                      "no operator /",
		`7 % 2`:                      "no operator %",
		`2 ** 64`:                    "no operator **",
		`2 ^ 64`:                     "no operator ^",
		`1..1000000000`:              "no operator ..",
		`line.sku ?? "x"`:            "no operator ??",
		`line.sku matches "(a+)+$"`:  "no operator matches",
		`line.sku[0:2]`:              "more than the expressions",
		`line.sku[0]`:                "a path is written",
		`line?.sku`:                  "more than the expressions",
		`upper(line.sku).x`:          "a path is written",
		`line.sku.upper()`:           "no function",
		`let x = "a"; x + x`:         "more than the expressions",
		`"a"; "b"`:                   "more than the expressions",
		`{"a": 1}`:                   "more than the expressions",
		`nil`:                        "more than the expressions",
		`b"x"`:                       "more than the expressions",
		`map(1..9, # * 2)`:           `no function "map"`,
		`filter(["a"], true)`:        `no function "filter"`,
		`repeat("x", 1000000000)`:    `no function "repeat"`,
		`now()`:                      `no function "now"`,
		`toJSON("x")`:                `no function "toJSON"`,
		`env("PATH")`:                `no function "env"`,
		`upper()`:                    "takes 1 arguments, and not 0",
		`cut("x")`:                   "takes 2 arguments, and not 1",
		`upper`:                      "no path",
		`+1`:                         "no sign +",
		`0x10`:                       "no decimal number",
		`1e300`:                      "no decimal number",
		`0.12345678901`:              "no decimal number",
		`99999999999999999999`:       "invalid integer",
		strings.Repeat("(", 400) + `"x"` + strings.Repeat(")", 400) + ` + 1`: "takes a text here",
		strings.Repeat("(", 600) + `"x"` + strings.Repeat(")", 600):          "at most 1000",
		`"x"` + strings.Repeat(` + "x"`, 150):                                "compilation failed",
		`not not not not not line.sku`:                                       "not takes true or false",
	} {
		t.Run(expression[:min(len(expression), 40)], func(t *testing.T) {
			rule, _ := json.Marshal(map[string]string{"expr": expression})
			err := check(onLine("sku", string(rule)))
			code := "expression"
			if expression == "" {
				code = "missing"
			} else if len(expression) > 1000 {
				code = "too_long"
			}
			if got := found(t, err, mapping.ErrInvalid); len(got) != 1 || got[0] != "/mapping/lines/sku/expr "+code {
				t.Fatalf("found %q", got)
			}
			if message := fault.From(err).Details[0].Message; !strings.Contains(message, reason) {
				t.Errorf("the reason is %q, want %q in it", message, reason)
			}
		})
	}
}
