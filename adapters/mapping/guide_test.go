package mapping_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/punchgate/punchgate/adapters/mapping"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

var fenced = regexp.MustCompile("(?ms)^```json ?(\\w*)\n(.*?)^```$")

// guideInput is a block "given" of the guide: what differs from a plain line.
type guideInput struct {
	Customer, Visit map[string]string
	Line            map[string]string
}

// guideOutput is a block "sent" of the guide: what it tells of the result.
type guideOutput struct {
	Cart, Line, Fields map[string]string
	Warnings           []string
	Refused, Code      string
}

func TestEveryExampleOfTheGuideDoesWhatItSays(t *testing.T) {
	guide, err := os.ReadFile("../../docs/mapping.md")
	if err != nil {
		t.Fatal(err)
	}
	m, current, given, asked := mapping.New(), []byte(nil), guideInput{}, false
	counts := map[string]int{}
	for i, block := range fenced.FindAllSubmatch(guide, -1) {
		kind, text := string(block[1]), block[2]
		counts[kind]++
		name := strconv.Itoa(i+1) + " " + kind
		switch kind {
		case "mapping":
			current = text
			if err := m.Check(current, formFormat{}, nil); err != nil {
				t.Fatalf("%s is refused: %v %v", name, err, fault.From(err).Details)
			}
		case "given":
			given, asked = guideInput{}, true
			decode(t, name, text, &given)
		case "sent":
			if !asked {
				t.Fatalf("%s follows no block of what is given", name)
			}
			asked = false
			var want guideOutput
			decode(t, name, text, &want)
			t.Run(name, func(t *testing.T) { compareExample(t, m, current, given, want) })
		default:
			t.Errorf("the block %s is neither mapping nor given nor sent, so that nothing tries it", name)
		}
	}
	if counts["mapping"] < 6 || counts["given"] != counts["sent"] || counts["sent"] < counts["mapping"] {
		t.Errorf("the guide has %v", counts)
	}
}

func decode(t *testing.T, name string, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func compareExample(t *testing.T, m *mapping.Mapper, text []byte, given guideInput, want guideOutput) {
	c := &cart.Cart{
		ID: "C-1", Currency: "SEK",
		Lines: []cart.Line{{SKU: "A", Name: "Screw", Quantity: dec("1"), Unit: "C62", UnitPrice: dec("1.00"), Tax: cart.Tax{Category: "E"}}},
	}
	l := &c.Lines[0]
	for name, value := range given.Line {
		switch name {
		case "sku":
			l.SKU = value
		case "name":
			l.Name = value
		case "unit":
			l.Unit = value
		case "unit_price":
			l.UnitPrice = dec(value)
		case "quantity":
			l.Quantity = dec(value)
		case "classifications.UNSPSC":
			l.Classifications = []cart.Classification{{Scheme: cart.UNSPSC, Code: value}}
		default:
			t.Fatalf("the test knows no member %s", name)
		}
	}
	made, err := m.Apply(text, formFormat{}, port.MappingInput{Cart: c, Customer: given.Customer, Visit: given.Visit})
	if want.Refused != "" {
		details := fault.From(err).Details
		if len(details) != 1 || details[0].Path != want.Refused || details[0].Code != want.Code {
			t.Fatalf("answered with %v %v", err, details)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v %v", err, fault.From(err).Details)
	}
	l = &made.Cart.Lines[0]
	got := map[string]string{
		"unit": l.Unit, "name": l.Name, "unit_price": l.UnitPrice.String(),
		"extrinsics.campaign": l.Extrinsics["campaign"], "extrinsics.line_value": l.Extrinsics["line_value"],
	}
	same(t, "line", want.Line, got)
	same(t, "cart", want.Cart, map[string]string{"buyer.reference": made.Cart.Buyer.Reference})
	if want.Fields != nil {
		same(t, "fields", want.Fields, made.LineFields[0])
	}
	if len(made.Warnings) != len(want.Warnings) {
		t.Fatalf("warned of %v, want %v", made.Warnings, want.Warnings)
	}
	for i, code := range want.Warnings {
		if made.Warnings[i].Code != code {
			t.Errorf("warned of %v, want %s", made.Warnings[i], code)
		}
	}
}

func same(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s: %s is %q, want %q", what, name, got[name], value)
		}
	}
}
