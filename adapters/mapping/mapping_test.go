package mapping_test

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
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
		{Name: "Extrinsic/*", Line: true, Member: "extrinsics.*"},
		{Name: "BUYER_REFERENCE", Member: "buyer.reference"},
		{Name: "SYSTEM"},
	}
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
				Properties:      []cart.Property{{Name: "Weight", Value: "2 kg", Quantity: dec("2"), Unit: "KGM"}},
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

var _ = errors.Is
var _ = reflect.DeepEqual
var _ transfer.Effect
