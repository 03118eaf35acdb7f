package mapping_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/transfer"
)

func TestNoMappingReturnsTheCartItself(t *testing.T) {
	for _, none := range []string{"", " ", "null", "{}", "\n{}\n"} {
		v := input(t)
		if err := check(none); err != nil {
			t.Errorf("%q is refused: %v", none, err)
		}
		made, err := mapping.New().Apply(json.RawMessage(none), formFormat{}, v)
		if err != nil || made.Cart != v.Cart || made.LineFields != nil || made.FormFields != nil || made.Warnings != nil {
			t.Errorf("%q makes %+v, %v", none, made, err)
		}
	}
}

func TestEveryMemberThatCanBeSetIsSet(t *testing.T) {
	values := map[string]string{
		"language": "en", "ship_to.country": "NO", "lead_time_days": "7", "available_from": "2026-11-24", "available_until": "2026-11-25",
		"origin_country": "DE", "service": "true", "contracted": "true", "gtin": "7350000000017", "url": "https://shop.example/a",
		"classifications.UNSPSC": "44121600", "unit": "PCE",
	}
	members := map[string][]string{
		"cart": {
			"language", "contract_id", "ship_to.name", "ship_to.street", "ship_to.street2", "ship_to.city", "ship_to.postal_code", "ship_to.region",
			"ship_to.country", "ship_to.gln", "shipping.description",
			"seller.name", "seller.reference", "seller.endpoint.id", "seller.identifier.id", "seller.endpoint.scheme",
			"buyer.name", "buyer.reference", "buyer.endpoint.id", "buyer.identifier.id", "buyer.identifier.scheme",
		},
		"lines": {
			"sku", "gtin", "standard_id.id", "buyer_sku", "manufacturer", "manufacturer_sku", "name", "description", "unit", "price_type",
			"contract_id", "contracted", "lead_time_days", "available_from", "available_until", "origin_country", "service", "url",
			"extrinsics.color", "extrinsics.new", "classifications.UNSPSC", "classifications.new", "properties.Weight", "properties.new",
		},
	}
	for section, names := range members {
		for _, name := range names {
			t.Run(section+" "+name, func(t *testing.T) {
				want := values[name]
				if want == "" {
					want = "X1"
				}
				// What was set is read by the path of a second mapping.
				first := `{"version": 1, "` + section + `": {"` + name + `": {"value": "` + want + `", "when": "cart.id != ''"}`
				if scheme, ok := strings.CutSuffix(name, ".scheme"); ok {
					first += `, "` + scheme + `.id": {"value": "1"}`
				}
				path := "cart." + name
				if section == "lines" {
					first, path = strings.Replace(first, "cart.id != ''", "line.id == '1'", 1), "line."+name
				}
				v := input(t)
				v.Cart = mustApply(t, first+"}}").Cart
				if name == "unit" {
					if got := v.Cart.Lines[0].Unit; got != want {
						t.Errorf("the unit is %q", got)
					}
					return // a cart in codes of the buyer's is no cart for a mapping
				}
				read, err := mapping.New().Apply(json.RawMessage(onLine("NEW_ITEM-MATGROUP", `"`+path+`"`)), formFormat{}, v)
				if err != nil {
					t.Fatal(err, fault.From(err).Details)
				}
				if got := read.LineFields[0]["NEW_ITEM-MATGROUP"]; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

func TestTargetsAreNamedAsTheFormatDoes(t *testing.T) {
	made := mustApply(t, `{"version": 1,
		"cart": {"BUYER_REFERENCE": "visit.user", "SYSTEM": {"value": "P01"}, "form.SAP-CLIENT": {"value": ""}, "form.none": "visit.none"},
		"lines": {"NEW_ITEM-UNIT": {"value": "PCE"}, "NEW_ITEM-CUST_FIELD1": "line.sku", "NEW_ITEM-CUST_FIELD7": "line.lead_time_days",
			"Extrinsic/color": "line.id", "Extrinsic/x/size": {"value": "L"}}}`)
	if want := map[string]string{"SYSTEM": "P01", "SAP-CLIENT": ""}; !reflect.DeepEqual(made.FormFields, want) {
		t.Errorf("the form has %q, want %q", made.FormFields, want)
	}
	want := []map[string]string{{"NEW_ITEM-CUST_FIELD1": "A-100", "NEW_ITEM-CUST_FIELD7": "3"}, {"NEW_ITEM-CUST_FIELD1": "B-200"}}
	if !reflect.DeepEqual(made.LineFields, want) {
		t.Errorf("the lines have %q, want %q", made.LineFields, want)
	}
	c := made.Cart
	if c.Lines[0].Properties[1] != (cart.Property{Name: "size", Value: "L"}) {
		t.Errorf("the longest name that fits the field is passed over: %+v", c.Lines[0])
	}
	if c.Buyer.Reference != "anna" || c.Lines[0].Unit != "PCE" || c.Lines[0].Extrinsics["color"] != "1" || c.Lines[1].Extrinsics["color"] != "2" {
		t.Errorf("the cart is %+v", c)
	}
}

func TestAnEmptyStaticValueEmptiesWhereNoValueLeaves(t *testing.T) {
	made := mustApply(t, `{"version": 1, "lines": {"description": {"value": ""}, "name": "line.gtin", "extrinsics.color": {"value": ""},
		"classifications.CPV": {"value": ""}, "properties.Weight": {"value": ""}, "lead_time_days": {"value": ""}}}`)
	l := made.Cart.Lines[0]
	if l.Description != "" || l.Name != "Skruv M8" || l.LeadTimeDays != nil || len(l.Properties) != 0 ||
		!reflect.DeepEqual(l.Classifications, sample(t).Lines[0].Classifications[:1]) ||
		!reflect.DeepEqual(l.Extrinsics, map[string]string{"cost.centre": "77"}) {
		t.Errorf("the line became %+v", l)
	}
}

func TestAnotherValueOfAPropertyDropsItsOtherWords(t *testing.T) {
	made := mustApply(t, onLine("properties.Weight", `{"value": "3 kg"}`))
	if got, want := made.Cart.Lines[0].Properties, []cart.Property{{Name: "Weight", Value: "3 kg", Qualifier: "net"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	made = mustApply(t, onLine("classifications.UNSPSC", `{"value": "31161502"}`))
	if got, want := made.Cart.Lines[0].Classifications[0], (cart.Classification{Scheme: cart.UNSPSC, Code: "31161502"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestRulesReadTheCartAsItWasSent(t *testing.T) {
	made := mustApply(t, `{"version": 1, "lines": {"sku": "line.buyer_sku", "name": "line.sku", "buyer_sku": "line.name"},
		"cart": {"contract_id": "cart.buyer.name", "buyer.name": "cart.contract_id"}}`)
	l := made.Cart.Lines[0]
	if l.SKU != "A-100" || l.Name != "A-100" || l.BuyerSKU != "Skruv M8" || made.Cart.ContractID != "Buyer AB" || made.Cart.Buyer.Name != "K-9" {
		t.Errorf("got %+v", l)
	}
}

func TestPartsFollowTheArticleNumberOfTheirProduct(t *testing.T) {
	made := mustApply(t, onLine("sku", `{"join": {"of": [{"value": "X"}, "line.sku"]}}`))
	if got := made.Cart.Lines[1]; got.SKU != "XB-200" || got.PartOf != "XA-100" {
		t.Errorf("the part became %+v", got)
	}
}

func TestCartsThatTheMappingCannotMakeAreRefused(t *testing.T) {
	onFirst := func(rule string) string { return rule[:len(rule)-1] + `, "when": "line.id == '1'"}` }
	for sentence, c := range map[string]struct{ text, want string }{
		"a table without an entry":        {onLine("unit", `{"from": "line.sku", "then": [{"map": "units"}]}`), "/lines/0/unit no_entry /lines/1/unit no_entry"},
		"a rounding of what is no number": {onLine("name", onFirst(`{"from": "line.name", "then": [{"round": 2}]}`)), "/lines/0/name not_number"},
		"a number that is none":           {onLine("name", onFirst(`{"expr": "number(line.name) * 2"}`)), "/lines/0/name not_number"},
		"a division by nought":            {onLine("name", onFirst(`{"expr": "divide(1, line.price_basis_quantity, 2)"}`)), "/lines/0/name not_number"},
		"a number of too many digits": {
			onLine("name", onFirst(`{"expr": "line.unit_price * 123456789012345 * 123456789012345 * 123456789012345"}`)), "/lines/0/name too_many_digits",
		},
		"days that are none":              {onLine("lead_time_days", onFirst(`{"value": "soon"}`)), "/lines/0/lead_time_days not_number"},
		"days out of all bounds":          {onLine("lead_time_days", onFirst(`{"value": "1000000"}`)), "/lines/0/lead_time_days out_of_range"},
		"a truth that is none":            {onLine("service", onFirst(`{"value": "yes"}`)), "/lines/0/service not_truth"},
		"a date that is none":             {onLine("available_from", onFirst(`{"value": "24/11/2026"}`)), "/lines/0/available_from not_time"},
		"a country that is none":          {onLine("origin_country", onFirst(`{"value": "XX"}`)), "/lines/0/origin_country unknown_country"},
		"a class that is none":            {onLine("classifications.UNSPSC", onFirst(`{"value": "31.16"}`)), "/lines/0/classifications/0/code not_unspsc"},
		"a name that is emptied":          {onLine("name", onFirst(`{"value": ""}`)), "/lines/0/name missing"},
		"a unit that is emptied":          {onLine("unit", onFirst(`{"value": ""}`)), "/lines/0/unit missing"},
		"a unit that is a novel":          {onLine("unit", onFirst(`{"value": "`+strings.Repeat("x", 201)+`"}`)), "/lines/0/unit too_long"},
		"a unit with a line end":          {onLine("unit", onFirst(`{"value": "P\nE"}`)), "/lines/0/unit control_character"},
		"a field that is a novel":         {onLine("NEW_ITEM-MATGROUP", onFirst(`{"value": "`+strings.Repeat("x", 1001)+`"}`)), "/lines/0 too_long"},
		"an extrinsic with a bell":        {onLine("extrinsics.a/b", onFirst(`{"value": "\u0007"}`)), "/lines/0/extrinsics/a~1b control_character"},
		"a reference of the buyer's":      {`{"version": 1, "cart": {"buyer.reference": {"value": "a\nb"}}}`, "/buyer/reference control_character"},
		"a price rounded to whole crowns": {onLine("unit_price", onFirst(`{"from": "line.unit_price", "then": [{"round": 0}]}`)), "/lines/0/unit_price price_changed"},
	} {
		t.Run(sentence, func(t *testing.T) {
			_, err := apply(t, c.text)
			if got := strings.Join(found(t, err, mapping.ErrValue), " "); got != c.want {
				t.Errorf("found %q, want %q %v", got, c.want, fault.From(err).Details)
			}
		})
	}
}

func TestAPriceIsRoundedByHalfOfTheMinorUnitAtMostAndNotToNought(t *testing.T) {
	for price, digits := range map[string]string{"10.40": "0", "10.60": "0", "10.55": "1", "0.004": "2"} {
		v := input(t)
		v.Cart.Lines[0].UnitPrice = dec(price)
		text := onLine("unit_price", `{"from": "line.unit_price", "then": [{"round": `+digits+`}], "when": "line.id == '1'"}`)
		_, err := mapping.New().Apply(json.RawMessage(text), formFormat{}, v)
		if got := found(t, err, mapping.ErrValue); !slices.Equal(got, []string{"/lines/0/unit_price price_changed"}) {
			t.Errorf("%s rounded to %s digits: found %q", price, digits, got)
		}
	}
	made := mustApply(t, onLine("unit_price", `{"from": "line.unit_price", "then": [{"round": 2}]}`))
	if got := made.Cart.Lines[0].UnitPrice.String() + " " + made.Cart.Lines[1].UnitPrice.String(); got != "10.51 99.90" {
		t.Errorf("the prices became %s", got)
	}
}

func TestTheGivenCartStaysAsItIsWhateverIsSet(t *testing.T) {
	v := input(t)
	text := `{"version": 1, "cart": {"buyer.reference": {"value": "x"}, "ship_to.city": {"value": "x"}}, "lines": {
		"name": {"value": "x"}, "lead_time_days": {"value": "9"}, "extrinsics.color": {"value": "x"}, "extrinsics.new": {"value": "x"},
		"classifications.UNSPSC": {"value": "44000000"}, "classifications.CPV": {"value": ""}, "properties.Weight": {"value": "x"}}}`
	made, err := mapping.New().Apply(json.RawMessage(text), formFormat{}, v)
	if err != nil || made.Cart.Lines[0].Name != "x" {
		t.Fatal(err, fault.From(err).Details)
	}
	if !reflect.DeepEqual(v.Cart, sample(t)) {
		t.Errorf("the given cart became %+v", v.Cart)
	}
}

func TestARefusalNamesTheLineOfTheMapping(t *testing.T) {
	_, err := apply(t, "{\"version\": 1,\n\"lines\": {\n\n  \"service\": {\"value\": \"ja\"}}}")
	if message := fault.From(err).Details[0].Message; message != `"ja" is neither true nor false (line 4 of the mapping)` {
		t.Errorf("the message is %q", message)
	}
}

func TestEveryProblemIsToldAtOnceWithItsPlace(t *testing.T) {
	err := check("{\n  \"version\": 2,\n  \"cart\": {\"åäö\": \"x\", \"y\": \"cart.id\"},\n\t\"lines\": {\"sku\": {\"expr\": \"upper(1)\"}}\n}")
	var got []string
	for _, d := range fault.From(err).Details {
		message, _, _ := strings.Cut(d.Message, ":")
		got = append(got, d.Path+" "+d.Code+" "+message)
	}
	want := []string{
		"/mapping/version unknown_version line 2, column 14 of the mapping",
		"/mapping/cart/åäö unknown_target line 3, column 12 of the mapping",
		"/mapping/cart/y unknown_target line 3, column 24 of the mapping",
		"/mapping/lines/sku/expr expression line 4, column 28 of the mapping",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestARefusalTellsTheNamesThatExist(t *testing.T) {
	for text, names := range map[string][]string{
		onLine("nix", `"line.sku"`):                                 {"unit_price", "classifications.*", "and of form", "NEW_ITEM-MATGROUP", "Extrinsic/*"},
		`{"version": 1, "cart": {"nix": "cart.id"}}`:                {"buyer.reference", "form.*", "BUYER_REFERENCE"},
		onLine("sku", `"line.nix"`):                                 {"quantity", "extrinsics.*"},
		onLine("sku", `{"from": "line.sku", "then": [{"nix":1}]}`):  {"unspsc", "cut"},
		onLine("sku", `{"from": "line.sku", "then": [{"map":""}]}`): {"groups", "units"},
		onLine("sku", `{"expr": "nix()"}`):                          {"divide", "upper"},
	} {
		message := fault.From(check(text)).Details[0].Message
		for _, name := range names {
			if !strings.Contains(message, name) {
				t.Errorf("%q does not name %s", message, name)
			}
		}
	}
}

func TestWarningsSayWhatBecameOfWhichValue(t *testing.T) {
	made := mustApply(t, `{"version": 1, "tables": {"units": {"LTR": "L"}}, "lines": {
		"description": {"from": "line.description", "then": [{"cut": 11}]},
		"unit": {"from": "line.unit", "then": [{"map": "units", "missing": "keep"}]},
		"NEW_ITEM-MATGROUP": {"from": "line.unit", "then": [{"map": "units", "missing": "empty"}]},
		"unit_price": {"from": "line.unit_price", "then": [{"round": 2}]}}}`)
	for i := range made.Warnings {
		made.Warnings[i].Message, made.Warnings[i].Remedy = "", strconv.FormatBool(made.Warnings[i].Remedy != "")
	}
	long := "Skruv av rostfritt stål, förpackning om hundra stycken"
	want := []transfer.Warning{
		{Path: "/lines/0/description", Code: "mapping.cut", Effect: transfer.Cut, Before: long, After: "Skruv av ro", Remedy: "true"},
		{Path: "/lines/0/unit", Code: "mapping.no_entry", Before: "C62", After: "C62", Remedy: "true"},
		{Path: "/lines/0", Code: "mapping.no_entry", Before: "C62", Remedy: "true"},
		{Path: "/lines/0/unit_price", Code: "mapping.rounded", Effect: transfer.Changed, Before: "10.505", After: "10.51", Remedy: "true"},
	}
	if !reflect.DeepEqual(made.Warnings, want) {
		t.Errorf("got  %+v\nwant %+v", made.Warnings, want)
	}
}

func TestWarningsAndDetailsAreBounded(t *testing.T) {
	v := input(t)
	for i := range 2000 {
		l := v.Cart.Lines[1]
		l.ID, l.Key, l.Description = "x"+strconv.Itoa(i), "x"+strconv.Itoa(i), strings.Repeat("long ", 100)
		v.Cart.Lines = append(v.Cart.Lines, l)
	}
	m := mapping.New()
	made, err := m.Apply(json.RawMessage(onLine("description", `{"from": "line.description", "then": [{"cut": 300}]}`)), formFormat{}, v)
	if err != nil || len(made.Warnings) != 500 || len([]rune(made.Warnings[0].Before)) > 61 {
		t.Errorf("%d warnings, %v", len(made.Warnings), err)
	}
	_, err = m.Apply(json.RawMessage(onLine("service", `{"value": "ja"}`)), formFormat{}, v)
	if n := len(found(t, err, mapping.ErrValue)); n != 100 {
		t.Errorf("%d details", n)
	}
	var targets []string
	for i := range 200 {
		targets = append(targets, `"x`+strconv.Itoa(i)+`": "line.sku"`)
	}
	if n := len(found(t, check(`{"version": 1, "lines": {`+strings.Join(targets, ",")+`}}`), mapping.ErrInvalid)); n != 100 {
		t.Errorf("%d details of the mapping", n)
	}
}

func TestAFormatWithoutFieldsHasTheNeutralTargets(t *testing.T) {
	m := mapping.New()
	if err := m.Check(json.RawMessage(onLine("sku", `"line.gtin"`)), plainFormat{}, nil); err != nil {
		t.Error(err)
	}
	fields := json.RawMessage(onLine("NEW_ITEM-MATGROUP", `"line.sku"`))
	if err := m.Check(fields, formFormat{}, nil); err != nil {
		t.Error(err)
	}
	if err := m.Check(fields, plainFormat{}, nil); !errors.Is(err, mapping.ErrInvalid) { // though another format's is kept compiled
		t.Errorf("a field of another format is answered with %v", err)
	}
	if _, err := m.Apply(fields, plainFormat{}, input(t)); !errors.Is(err, mapping.ErrInvalid) {
		t.Errorf("applying it is answered with %v", err)
	}
}

// A cart of many lines with long texts and a mapping that handles them again and again would take minutes.
func TestTooMuchWorkIsRefused(t *testing.T) {
	v := input(t)
	v.Customer["story"] = strings.Repeat("å", cart.MaxDescription)
	for i := range 5000 {
		l := v.Cart.Lines[1]
		l.ID, l.Key = "x"+strconv.Itoa(i), "x"+strconv.Itoa(i)
		v.Cart.Lines = append(v.Cart.Lines, l)
	}
	for sentence, rule := range map[string]string{
		"expressions": `{"expr": "cut(` + strings.Repeat("upper(lower(", 40) + "customer.story" + strings.Repeat("))", 40) + `, 3)"}`,
		"joins":       `{"join": {"of": [` + strings.Repeat(`"customer.story",`, 400) + `"line.sku"]}, "then": [{"cut": 3}]}`,
		"transforms":  `{"from": "customer.story", "then": [` + strings.Repeat(`{"case": "upper"},`, 400) + `{"cut": 3}]}`,
	} {
		t.Run(sentence, func(t *testing.T) {
			if _, err := mapping.New().Apply(json.RawMessage(onLine("buyer_sku", rule)), formFormat{}, v); !errors.Is(err, mapping.ErrWork) {
				t.Errorf("answered with %v", err)
			}
		})
	}
}

// Little work can make a large document: what rules put into targets stands in every line.
func TestTooMuchOutputIsRefused(t *testing.T) {
	for target, pattern := range map[string]string{
		"fields": "NEW_ITEM-CUST_FIELD%d", "members": "extrinsics.%d", "names of members": "extrinsics." + strings.Repeat("n", 180) + "%d",
	} {
		value := strings.Repeat("x", 490)
		if target == "names of members" {
			value = strings.Repeat("x", 310)
		}
		var rules []string
		for i := range 24 { // each puts about 490 bytes into a line
			rules = append(rules, fmt.Sprintf(`"`+pattern+`": {"value": "%s"}`, i, value))
		}
		text := json.RawMessage(`{"version": 1, "lines": {` + strings.Join(rules, ",") + `}}`)
		for lines, want := range map[int]error{1350: nil, 1450: mapping.ErrOutput} {
			v := input(t)
			for i := range lines {
				l := v.Cart.Lines[1]
				l.ID, l.Key = "x"+strconv.Itoa(i), "x"+strconv.Itoa(i)
				v.Cart.Lines = append(v.Cart.Lines, l)
			}
			if _, err := mapping.New().Apply(text, formFormat{}, v); !errors.Is(err, want) {
				t.Errorf("%s, %d lines: answered with %v", target, lines, err)
			}
		}
	}
}

func TestManyCanMapAtOnce(t *testing.T) {
	m := mapping.New()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			text := onLine("name", `{"expr": "upper(line.sku) + \"-`+strconv.Itoa(i%2)+`\""}`)
			for range 50 {
				made, err := m.Apply(json.RawMessage(text), formFormat{}, input(t))
				if want := "A-100-" + strconv.Itoa(i%2); err != nil || made.Cart.Lines[0].Name != want {
					t.Errorf("made %+v, %v", made, err)
				}
			}
		})
	}
	all.Wait()
}
