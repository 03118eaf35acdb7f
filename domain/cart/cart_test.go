package cart_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// full returns a cart with every member, as shops send it.
func full(t *testing.T) *cart.Cart {
	t.Helper()
	text, err := os.ReadFile("testdata/full.json")
	if err != nil {
		t.Fatal(err)
	}
	c, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func read(text []byte) (*cart.Cart, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	c := new(cart.Cart)
	return c, decoder.Decode(c)
}

func dec(text string) money.Decimal { return money.MustParse(text) }

// line returns an article of so many units at a price per basis, taxed at a percentage of category S.
func line(quantity, price, basis, percent string) cart.Line {
	return cart.Line{
		SKU: "4711", Name: "Papper", Unit: "EA", Quantity: dec(quantity), UnitPrice: dec(price), PriceBasisQuantity: dec(basis),
		Tax: cart.Tax{Category: "S", Percent: dec(percent)},
	}
}

func TestFullCartIsReadAsItIsWritten(t *testing.T) {
	c := full(t)
	l := c.Lines[0]
	if c.Buyer.Name != "Göteborgs stad" || l.UnitPrice.String() != "125.00" ||
		*l.LeadTimeDays != 2 || l.Extrinsics["Kostnadsställe"] != "4711" {
		t.Errorf("members were lost: %+v", c)
	}
	if got := c.IssuedAt.String(); got != "2026-11-23T10:15:00+01:00" {
		t.Errorf("issued_at became %s", got)
	}
	if l.AvailableFrom.HasTime || l.AvailableFrom.String() != "2026-11-24" {
		t.Errorf("available_from became %s", l.AvailableFrom)
	}
	if want := []byte("\x89PNG\r\n\x1a\n"); !bytes.Equal(l.Attachments[0].Content, want) {
		t.Errorf("the attachment became %q", l.Attachments[0].Content)
	}
}

func TestUnknownMembersAreRefusedByTheDecoder(t *testing.T) {
	if _, err := read([]byte(`{"currency":"SEK","lines":[],"total":"12"}`)); err == nil {
		t.Error("a cart with a member total was read")
	}
}

func TestEveryMemberSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c cart.Cart
		fill(t, reflect.ValueOf(&c).Elem(), "cart")
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := read(text)
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if !reflect.DeepEqual(&c, again) {
			t.Fatalf("written:\n%+v\nread:\n%+v\nas\n%s", c, *again, text)
		}
	})
}

// fill draws a value for everything that v holds, whatever members the cart may get.
func fill(t *rapid.T, v reflect.Value, path string) {
	switch v.Interface().(type) {
	case money.Decimal:
		text := rapid.StringMatching(`|-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?`).Draw(t, path)
		v.Set(reflect.ValueOf(dec(text)))
		return
	case cart.Moment:
		m := cart.Moment{Time: time.Unix(rapid.Int64Range(-2e9, 2e11).Draw(t, path), 0).UTC(), HasTime: rapid.Bool().Draw(t, path)}
		if !m.HasTime {
			m.Time = m.Time.Truncate(24 * time.Hour)
		}
		v.Set(reflect.ValueOf(m))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.String().Draw(t, path))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, path))
	case reflect.Int:
		v.SetInt(int64(rapid.Int().Draw(t, path)))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Byte().Draw(t, path)))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, path) {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), path)
		}
	case reflect.Slice:
		for range rapid.IntRange(0, 2).Draw(t, path) {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			fill(t, v.Index(v.Len()-1), path)
		}
	case reflect.Map:
		if m := rapid.MapOfN(rapid.String(), rapid.String(), 0, 2).Draw(t, path); len(m) > 0 {
			v.Set(reflect.ValueOf(m))
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			fill(t, value, path+"."+field.Name)
		}
	default:
		t.Fatalf("%s is a %s, which this test does not know", path, v.Kind())
	}
}

func TestTotals(t *testing.T) {
	cases := map[string]struct {
		lines []cart.Line
		want  string
	}{
		"no line":                      {nil, "0"},
		"one line":                     {[]cart.Line{line("2", "125.00", "", "25")}, "250.00"},
		"a price for a hundred":        {[]cart.Line{line("250", "8.40", "100", "25")}, "21"},
		"a basis of 1.0":               {[]cart.Line{line("3", "0.10", "1.0", "25")}, "0.30"},
		"lines of different digits":    {[]cart.Line{line("1.5", "0.333", "", "25"), line("1", "10", "", "6")}, "10.4995"},
		"a basis that does not divide": {[]cart.Line{line("1", "1", "3", "25"), line("2", "1", "3", "25")}, "1"},
	}
	for name, c := range cases {
		got := (&cart.Cart{Lines: c.lines}).Total().Round(20)
		if got.Cmp(dec(c.want)) != 0 {
			t.Errorf("%s: the total is %s, want %s", name, got, c.want)
		}
	}
}

func TestTaxesAreComputedOnTheSumOfEachRate(t *testing.T) {
	exempt := line("1", "40", "", "")
	exempt.Tax = cart.Tax{Category: "E"}
	c := &cart.Cart{
		Currency: "SEK",
		// Three times 0.03 at 6 percent would be 0.00 each, but is 0.01 in all.
		Lines: []cart.Line{
			line("1", "100", "", "25"), line("1", "0.03", "", "6"), exempt, line("1", "0.03", "", "6.00"), line("1", "0.03", "", "6"),
		},
		Shipping: cart.Shipping{Amount: dec("49.50"), Tax: cart.Tax{Category: "S", Percent: dec("25.0")}},
	}
	want := []string{"E  40 0", "S 6 0.09 0.01", "S 25 149.5 37.38"}
	if got := taxes(c); !reflect.DeepEqual(got, want) {
		t.Errorf("the taxes are %q, want %q", got, want)
	}

	c.Currency = "JPY"
	want = []string{"E  40 0", "S 6 0.09 0", "S 25 149.5 37"}
	if got := taxes(c); !reflect.DeepEqual(got, want) {
		t.Errorf("in a currency without a minor unit the taxes are %q, want %q", got, want)
	}
}

func taxes(c *cart.Cart) []string {
	var out []string
	for _, x := range c.Taxes() {
		out = append(out, x.Tax.Category+" "+x.Tax.Percent.Trim().String()+" "+x.Net.Trim().String()+" "+x.Amount.Trim().String())
	}
	return out
}

func TestUnspscIsTheFirstOfItsScheme(t *testing.T) {
	l := cart.Line{Classifications: []cart.Classification{
		{Scheme: "CPV", Code: "30197630"}, {Scheme: "UNSPSC", Code: "14111507"}, {Scheme: "UNSPSC", Code: "44121600"},
	}}
	if got := l.Unspsc(); got != "14111507" {
		t.Errorf("the UNSPSC code is %q", got)
	}
	if got := (&cart.Line{Classifications: l.Classifications[:1]}).Unspsc(); got != "" {
		t.Errorf("without one the UNSPSC code is %q", got)
	}
}

func FuzzReadAndCheck(f *testing.F) {
	example, err := os.ReadFile("testdata/full.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{example, []byte(`{}`), []byte(`{"lines":[{"unit_price":"-0","price_basis_quantity":"0.0"}]}`)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := read(text)
		if err != nil || c.Check() != nil {
			return
		}
		if c.Total().Sign() < 0 {
			t.Errorf("a good cart has the total %s", c.Total())
		}
		for _, x := range c.Taxes() {
			if x.Amount.Sign() < 0 {
				t.Errorf("a good cart has the tax %+v", x)
			}
		}
	})
}
