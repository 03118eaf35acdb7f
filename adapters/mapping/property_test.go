package mapping_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

// carts are carts that pass their check.
func carts(t *rapid.T) *cart.Cart {
	text := rapid.StringMatching(`[a-zåäö0-9][ -~åäö]{0,30}[a-z]`)
	c := &cart.Cart{ID: "C", Currency: rapid.SampledFrom([]string{"SEK", "JPY", "KWD"}).Draw(t, "currency"), ContractID: text.Draw(t, "contract")}
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		price := rapid.Int64Range(1, 1_000_000).Draw(t, "price")
		l := cart.Line{
			ID: strconv.Itoa(i), Key: "k" + strconv.Itoa(i), SKU: text.Draw(t, "sku"), Name: text.Draw(t, "name"),
			Description: rapid.SampledFrom([]string{"", "a b c", "åäö\nnext"}).Draw(t, "description"),
			Quantity:    dec("1.5"), Unit: rapid.SampledFrom([]string{"C62", "LTR", "KGM"}).Draw(t, "unit"),
			UnitPrice: dec(strconv.FormatInt(price/1000, 10) + "." + strconv.FormatInt(1000+price%1000, 10)[1:]), Tax: cart.Tax{Category: "E"},
			Service: rapid.Bool().Draw(t, "service"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "classes") {
			l.Classifications = append(l.Classifications, cart.Classification{Scheme: cart.UNSPSC, Code: "31161501"})
			l.Properties = append(l.Properties, cart.Property{Name: "Weight", Value: text.Draw(t, "weight")})
			if l.Extrinsics == nil {
				l.Extrinsics = map[string]string{}
			}
			l.Extrinsics["color"] = text.Draw(t, "color")
		}
		c.Lines = append(c.Lines, l)
	}
	return c
}

// some draws one of the texts.
func some(t *rapid.T, texts ...string) string { return rapid.SampledFrom(texts).Draw(t, "of") }

// expressions are right and wrong, and more right than wrong.
func expressions(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 3).Draw(t, "leaf") == 0 {
		return some(t, `line.sku`, `line.quantity`, `line.service`, `"x"`, `1.50`, `visit["a b"]`, `customer.n`, `cart.id`, `true`, `["a"]`, `nil`, `1..9`)
	}
	a, b := expressions(t, depth-1), expressions(t, depth-1)
	operator := some(t, " + ", " - ", " * ", " == ", " < ", " and ", " or ", " in ", " contains ", " / ", " ?? ")
	return some(t, a+operator+b, "("+a+")", "not "+a, "-"+a, a+" ? "+b+" : "+b, "upper("+a+")", "number("+a+")", "text("+a+")",
		"cut("+a+", 2)", "round("+a+", 1)", "divide("+a+", "+b+", 2)", a+"."+"x", a+"[0]", "map("+a+", #)")
}

// rules are right and wrong.
func rules(t *rapid.T, depth int) any {
	if depth == 0 {
		return some(t, "line.sku", "line.description", "line.unit_price", "visit.a b", "customer.n", "line.extrinsics.color", "line.nothing")
	}
	r := map[string]any{}
	switch rapid.IntRange(0, 4).Draw(t, "source") {
	case 0:
		r["value"] = some(t, "", "x", "12.5", "\u0007", strings.Repeat("long", 300), "true", "2026-11-24")
	case 1:
		r["expr"] = expressions(t, 3)
	case 2:
		r["join"] = map[string]any{"of": []any{rules(t, depth-1), rules(t, depth-1)}, "with": some(t, "", " ", "\n")}
	case 3:
		r["from"] = rules(t, 0)
	case 4:
		return rules(t, 0)
	}
	for range rapid.IntRange(0, 2).Draw(t, "steps") {
		then, _ := r["then"].([]any)
		r["then"] = append(then, rapid.SampledFrom([]any{
			map[string]any{"map": "t"}, map[string]any{"unspsc": "t", "missing": "keep"}, map[string]any{"map": "none", "missing": "empty"},
			map[string]any{"default": "d"}, map[string]any{"cut": 3}, map[string]any{"cut": 3, "count": "bytes"}, map[string]any{"round": 2},
			map[string]any{"case": "upper"}, map[string]any{"nothing": 1}, "cut",
		}).Draw(t, "step"))
	}
	if rapid.Bool().Draw(t, "fallback") {
		r["fallback"] = []any{rules(t, depth-1)}
	}
	if rapid.IntRange(0, 3).Draw(t, "when") == 0 {
		r["when"] = expressions(t, 2)
	}
	return r
}

func mappings(t *rapid.T) json.RawMessage {
	section := func(targets ...string) map[string]any {
		all := map[string]any{}
		for range rapid.IntRange(0, 3).Draw(t, "targets") {
			all[some(t, targets...)] = rules(t, 2)
		}
		return all
	}
	text, err := json.Marshal(map[string]any{
		"version": 1, "tables": map[string]any{"t": map[string]string{"a": "b", "31160000": "c"}},
		"cart": section("contract_id", "buyer.reference", "form.x", "SYSTEM", "currency"),
		"lines": section("sku", "name", "unit", "unit_price", "description", "extrinsics.color", "classifications.UNSPSC", "properties.Weight",
			"service", "lead_time_days", "NEW_ITEM-MATGROUP", "NEW_ITEM-UNIT", "quantity"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func draw(t *rapid.T) port.MappingInput {
	return port.MappingInput{Cart: carts(t), Customer: map[string]string{"n": "12.5"}, Visit: map[string]string{"a b": some(t, "", "x", "9")}}
}

// deepCopy copies a cart by its JSON form.
func deepCopy(t *rapid.T, c *cart.Cart) *cart.Cart {
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var own cart.Cart
	if err := json.Unmarshal(text, &own); err != nil {
		t.Fatal(err)
	}
	return &own
}

func TestAMappingWithoutRulesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := draw(t)
		made, err := mapping.New().Apply(json.RawMessage(`{"version": 1, "lines": {}, "cart": {}}`), formFormat{}, v)
		if err != nil || !reflect.DeepEqual(made, port.Mapped{Cart: v.Cart}) {
			t.Fatalf("made %+v, %v", made, err)
		}
	})
}

func TestAMappingIsRefusedOrMakesACartAndLeavesTheGivenOne(t *testing.T) {
	m, made, refused := mapping.New(), 0, 0
	rapid.Check(t, func(t *rapid.T) {
		v, text := draw(t), mappings(t)
		before := deepCopy(t, v.Cart)
		result, err := m.Apply(text, formFormat{}, v)
		if !reflect.DeepEqual(deepCopy(t, v.Cart), before) {
			t.Fatalf("%s changes the cart that it is given", text)
		}
		if checked := m.Check(text, formFormat{}, nil); checked == nil && errors.Is(err, mapping.ErrInvalid) {
			t.Fatalf("%s is checked with %v and applied with %v", text, checked, err)
		}
		if err != nil {
			refused++
			if kind := fault.KindOf(err); kind != fault.Invalid || len(fault.From(err).Details) == 0 {
				t.Fatalf("%s is refused with %v", text, err)
			}
			return
		}
		made++
		hold(t, string(text), v.Cart, result)
	})
	if made == 0 || refused == 0 {
		t.Errorf("%d carts made and %d refused: the mappings prove nothing", made, refused)
	}
}

// hold looks whether what a mapping made is a cart in which what is paid is what was given.
func hold(t interface{ Fatalf(string, ...any) }, text string, given *cart.Cart, made port.Mapped) {
	c := *made.Cart
	if len(c.Lines) != len(given.Lines) || c.ID != given.ID || c.Currency != given.Currency || !reflect.DeepEqual(c.Shipping.Amount, given.Shipping.Amount) {
		t.Fatalf("%s makes %+v of %+v", text, c, given)
	}
	if made.LineFields != nil && len(made.LineFields) != len(c.Lines) {
		t.Fatalf("%s makes fields of %d lines", text, len(made.LineFields))
	}
	c.Lines = append([]cart.Line(nil), c.Lines...)
	for i := range c.Lines {
		is, was := &c.Lines[i], &given.Lines[i]
		moved := is.UnitPrice.Add(was.UnitPrice.Mul(dec("-1")))
		if is.ID != was.ID || is.Key != was.Key || is.Quantity != was.Quantity || is.Tax != was.Tax ||
			moved.Cmp(dec("0.5")) > 0 || moved.Cmp(dec("-0.5")) < 0 {
			t.Fatalf("%s makes %+v of %+v", text, is, was)
		}
		is.Unit = was.Unit // may be a code of the buyer's
	}
	if err := c.Check(); err != nil {
		t.Fatalf("%s makes no cart: %v %v", text, err, fault.From(err).Details)
	}
}

func FuzzMapping(f *testing.F) {
	for _, seed := range []string{
		`{"version": 1}`, `{"version": 1, "lines": {"unit": {"from": "line.unit", "then": [{"map": "t"}]}}, "tables": {"t": {"C62": "PCE"}}}`,
		onLine("name", `{"join": {"of": ["line.sku", {"value": "x"}], "with": " "}, "then": [{"cut": 10, "count": "bytes"}]}`),
		onLine("NEW_ITEM-MATGROUP", `{"from": "line.classifications.UNSPSC", "then": [{"unspsc": "groups", "missing": "empty"}, {"default": "x"}]}`),
		onLine("unit_price", `{"from": "line.unit_price", "then": [{"round": 2}]}`),
		onLine("name", `{"expr": "line.quantity > 1 and visit.user in [\"anna\"] ? upper(line.sku) : text(divide(line.unit_price, 3, 2))"}`),
		onLine("name", `{"expr": "repeat('x', 1000000000)"}`), onLine("name", `{"expr": "len(1..1000000000)"}`),
		onLine("name", `{"expr": "map(1..10000, map(1..10000, map(1..10000, #)))"}`), onLine("name", `{"expr": "let a = line.name; a + a"}`),
		onLine("name", `{"expr": "line.unit_price * 999999999999999 * 999999999999999 * 999999999999999"}`),
		onLine("name", `{"expr": "`+strings.Repeat("(", 900)+`"}`), onLine("name", `{"expr": "`+strings.Repeat("-", 900)+`1"}`),
		onLine("name", `{"expr": "`+strings.Repeat("not ", 200)+`true"}`), onLine("name", `{"expr": "$env.line ?? #acc"}`),
		onLine("name", strings.Repeat(`{"join": {"of": [`, 1000)), `{"version": 1, "tables": ` + strings.Repeat(`{"a":`, 1000),
		strings.Repeat("[", 10_000), "{\"version\": 1, \"lines\": {\"na\xffme\": 1}}", `{"version": 1e400}`, `{"version": 1, "lines": {"\ud800": ""}}`,
		`{"version": 1, "cart": {"form.x": "visit.user", "buyer.reference": {"value": "` + strings.Repeat("x", 5000) + `"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, v := mapping.New(), input(t)
		checked := m.Check(text, formFormat{}, nil)
		made, err := m.Apply(text, formFormat{}, v)
		if checked == nil && errors.Is(err, mapping.ErrInvalid) {
			t.Fatalf("checked with %v and applied with %v", checked, err)
		}
		if !reflect.DeepEqual(v.Cart, sample(t)) {
			t.Fatal("the given cart is changed")
		}
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		hold(t, string(text), v.Cart, made)
	})
}

func BenchmarkApply1000Lines(b *testing.B) {
	v := input(b)
	for i := range 998 {
		l := v.Cart.Lines[0]
		l.ID, l.Key, l.SKU = "x"+strconv.Itoa(i), "x"+strconv.Itoa(i), "X-"+strconv.Itoa(i)
		v.Cart.Lines = append(v.Cart.Lines, l)
	}
	m, text := mapping.New(), json.RawMessage(`{"version": 1,
		"tables": {"units": {"C62": "PCE", "LTR": "L"}, "groups": {"31160000": "SCREWS"}},
		"cart": {"buyer.reference": "visit.COST CENTRE"},
		"lines": {
			"NEW_ITEM-UNIT": {"from": "line.unit", "then": [{"map": "units"}]},
			"NEW_ITEM-MATGROUP": {"from": "line.classifications.UNSPSC", "then": [{"unspsc": "groups", "missing": "empty"}, {"default": "OTHER"}]},
			"NEW_ITEM-CUST_FIELD1": {"from": "visit.none", "fallback": ["visit.COST CENTRE"]},
			"name": {"join": {"of": ["line.sku", "line.name"], "with": " "}, "then": [{"cut": 40}]},
			"unit_price": {"from": "line.unit_price", "then": [{"round": 3}]},
			"extrinsics.value": {"expr": "text(round(line.unit_price * line.quantity, 2)) + \" \" + cart.currency", "when": "not line.service"}
		}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Apply(text, formFormat{}, v); err != nil {
			b.Fatal(err, fault.From(err).Details)
		}
	}
}
