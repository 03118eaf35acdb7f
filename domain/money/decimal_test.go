package money_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

func TestParseKeepsPlainDecimalsAsTheyAre(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"0":                         "0",
		"12":                        "12",
		"-0.5":                      "-0.5",
		"125.00":                    "125.00",
		"007":                       "7",
		"-0.00":                     "0.00",
		"999999999999999.999999999": "999999999999999.999999999",
		"000000000000000000000001":  "1",
	} {
		d, err := money.Parse(text)
		if err != nil || d.String() != want {
			t.Errorf("Parse(%q) = %q, %v; want %q", text, d, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	cases := map[string]struct {
		text string
		want error
	}{
		"a plus sign":             {"+1", money.ErrNotDecimal},
		"two minus signs":         {"--1", money.ErrNotDecimal},
		"a minus sign alone":      {"-", money.ErrNotDecimal},
		"a trailing minus sign":   {"1-", money.ErrNotDecimal},
		"a point alone":           {".", money.ErrNotDecimal},
		"no digit before a point": {".5", money.ErrNotDecimal},
		"no digit after a point":  {"5.", money.ErrNotDecimal},
		"two points":              {"1.2.3", money.ErrNotDecimal},
		"a decimal comma":         {"1,5", money.ErrNotDecimal},
		"a thousands separator":   {"1 000", money.ErrNotDecimal},
		"white space around":      {" 1", money.ErrNotDecimal},
		"a line end":              {"1\n", money.ErrNotDecimal},
		"an exponent":             {"1e3", money.ErrNotDecimal},
		"a hexadecimal number":    {"0x10", money.ErrNotDecimal},
		"an underscore":           {"1_000", money.ErrNotDecimal},
		"infinity":                {"Infinity", money.ErrNotDecimal},
		"not a number":            {"NaN", money.ErrNotDecimal},
		"Arabic-Indic digits":     {"١٢", money.ErrNotDecimal},
		"16 digits before":        {"1000000000000000", money.ErrTooManyDigits},
		"10 digits after":         {"0.0000000001", money.ErrTooManyDigits},
	}
	for name, c := range cases {
		d, err := money.Parse(c.text)
		if !errors.Is(err, c.want) || !d.IsZero() {
			t.Errorf("%s: Parse(%q) = %q, %v; want %v", name, c.text, d, err, c.want)
		}
	}
}

func TestMustParsePanicsWhereParseRefuses(t *testing.T) {
	mustPanic(t, func() { money.MustParse("ten") })
}

func TestAbsentIsNotNought(t *testing.T) {
	absent, nought := money.Decimal{}, money.MustParse("0.00")
	if !absent.IsZero() || nought.IsZero() {
		t.Error("IsZero must hold for the absent decimal alone")
	}
	if absent.String() != "" || len(absent.Append(nil)) != 0 {
		t.Errorf("the absent decimal prints as %q", absent)
	}
	if absent.Sign() != 0 || absent.Cmp(nought) != 0 {
		t.Error("the absent decimal must count as nought")
	}
	if !absent.Trim().IsZero() || !absent.Round(2).IsZero() {
		t.Error("trimming or rounding the absent decimal must leave it absent")
	}
	one := money.FromInt(1)
	if absent.Or(one).Cmp(one) != 0 || nought.Or(one).Sign() != 0 {
		t.Error("Or must replace the absent decimal, and only that")
	}
	if got := absent.Add(one); got.Cmp(one) != 0 {
		t.Errorf("absent + 1 = %s", got)
	}
}

func TestRoundTakesHalvesAwayFromNought(t *testing.T) {
	for _, c := range []struct {
		in     string
		digits int
		want   string
	}{
		{"2.345", 2, "2.35"}, {"-2.345", 2, "-2.35"}, {"2.344999999", 2, "2.34"}, {"0.5", 0, "1"}, {"-0.5", 0, "-1"},
		{"9.995", 2, "10.00"}, {"-0.004", 2, "0.00"}, {"7", 2, "7"}, {"7.1", 2, "7.1"}, {"1500", 0, "1500"},
	} {
		if got := money.MustParse(c.in).Round(c.digits); got.String() != c.want {
			t.Errorf("%s rounded to %d digits is %s, want %s", c.in, c.digits, got, c.want)
		}
	}
}

func TestTrimTakesZerosAfterThePointOnly(t *testing.T) {
	for in, want := range map[string]string{
		"2.50": "2.5", "100": "100", "100.00": "100", "0.00": "0", "-1.000": "-1", "0.010": "0.01",
	} {
		if got := money.MustParse(in).Trim(); got.String() != want {
			t.Errorf("%s trimmed is %s, want %s", in, got, want)
		}
	}
}

func TestQuoIsExactWhereTheQuotientEnds(t *testing.T) {
	for _, c := range []struct{ dividend, divisor, want string }{
		{"100", "1", "100"}, {"1", "8", "0.125"}, {"250.00", "100", "2.5"}, {"-1", "4", "-0.25"}, {"0", "-3", "0"}, {"0", "0.001", "0"}, {"-12", "-0.01", "1200"}, {"7", "-0.1", "-70"},
	} {
		if got := money.MustParse(c.dividend).Quo(money.MustParse(c.divisor)); got.String() != c.want {
			t.Errorf("%s / %s = %s, want %s", c.dividend, c.divisor, got, c.want)
		}
	}
	if got := money.FromInt(2).Quo(money.FromInt(3)).Round(4); got.String() != "0.6667" {
		t.Errorf("2 / 3 to 4 digits is %s, want 0.6667", got)
	}
}

func TestQuoByNoughtPanics(t *testing.T) {
	mustPanic(t, func() { money.FromInt(1).Quo(money.FromInt(0)) })
	mustPanic(t, func() { money.FromInt(0).Quo(money.Decimal{}) })
}

func TestNoughtHasNoSign(t *testing.T) {
	if got := money.FromInt(-1).Mul(money.MustParse("0.0")); got.String() != "0.0" {
		t.Errorf("-1 x 0.0 = %s", got)
	}
}

func TestJSONTakesStringsOnly(t *testing.T) {
	for text, want := range map[string]string{
		`1.5`: "decimal.json_number", `0`: "decimal.json_number", `true`: "decimal.json_number", `{}`: "decimal.json_number",
		`null`: "decimal.null", `"1e2"`: "decimal.malformed", `"\u0031"`: "decimal.malformed",
		`"` + strings.Repeat("1", 201) + `"`: "decimal.digits",
	} {
		var d money.Decimal
		err := json.Unmarshal([]byte(text), &d)
		if got := fault.From(err); got == nil || got.Code != want {
			t.Errorf("%s is answered with %v, want %s", text, err, want)
		}
	}
	for text, fits := range map[string]bool{
		"999999999999999.999999999": true, "-0.000000001": true, "0000000000000000001": true, "1000000000000000": false, "0.0000000001": false,
	} {
		var d money.Decimal
		if err := json.Unmarshal([]byte(`"`+text+`"`), &d); err != nil || d.Fits() != fits {
			t.Errorf("%s: fits %v, %v", text, d.Fits(), err)
		}
	}
	var d money.Decimal
	if err := json.Unmarshal([]byte(`"125.00"`), &d); err != nil || d.String() != "125.00" {
		t.Errorf(`"125.00" became %q, %v`, d, err)
	}
}

func TestJSONLeavesOutWhatIsAbsent(t *testing.T) {
	type priced struct {
		Price money.Decimal `json:"price,omitzero"`
	}
	for text, p := range map[string]priced{
		`{}`: {}, `{"price":"0"}`: {money.FromInt(0)}, `{"price":"2.50"}`: {money.MustParse("2.50")},
	} {
		if got, err := json.Marshal(p); err != nil || string(got) != text {
			t.Errorf("marshalled to %s, %v; want %s", got, err, text)
		}
	}
}

// decimals draws the text of any decimal that Parse takes, in the form in which String gives it back.
var decimals = rapid.Custom(func(t *rapid.T) string {
	whole := rapid.StringMatching(`0|[1-9][0-9]{0,14}`).Draw(t, "whole")
	text := whole + rapid.StringMatching(`(\.[0-9]{1,9})?`).Draw(t, "fraction")
	if strings.Trim(text, "0.") != "" && rapid.Bool().Draw(t, "negative") {
		text = "-" + text
	}
	return text
})

// draw returns a decimal, and the same number as a ratio, which is what it is judged by.
func draw(t *rapid.T, name string) (money.Decimal, *big.Rat) {
	text := decimals.Draw(t, name)
	return money.MustParse(text), rat(t, text)
}

func rat(t *rapid.T, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

func TestParseAndStringAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := decimals.Draw(t, "text")
		d, err := money.Parse(text)
		if err != nil || d.String() != text || string(d.Append(nil)) != text {
			t.Fatalf("%q became %q, %v", text, d, err)
		}
		encoded, err := json.Marshal(d)
		if err != nil || string(encoded) != `"`+text+`"` {
			t.Fatalf("%q is %s, %v in JSON", text, encoded, err)
		}
	})
}

func TestArithmeticIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := draw(t, "a")
		b, y := draw(t, "b")
		c, z := draw(t, "c")
		if got, want := a.Add(b), new(big.Rat).Add(x, y); rat(t, got.String()).Cmp(want) != 0 {
			t.Fatalf("%s + %s = %s, want %s", a, b, got, want)
		}
		product := new(big.Rat).Mul(x, y)
		if got := a.Mul(b); rat(t, got.String()).Cmp(product) != 0 {
			t.Fatalf("%s x %s = %s, want %s", a, b, got, product)
		}
		if got, want := a.Mul(b).Mul(c), product.Mul(product, z); rat(t, got.String()).Cmp(want) != 0 {
			t.Fatalf("%s x %s x %s = %s, want %s", a, b, c, got, want)
		}
		if got, want := a.Cmp(b), x.Cmp(y); got != want {
			t.Fatalf("%s compared with %s is %d, want %d", a, b, got, want)
		}
		if got, want := a.Sign(), x.Sign(); got != want {
			t.Fatalf("the sign of %s is %d, want %d", a, got, want)
		}
	})
}

func TestQuoIsTheNearestOf80Digits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, x := draw(t, "a")
		b, y := draw(t, "b")
		if y.Sign() == 0 {
			t.Skip("no divisor")
		}
		quotient := a.Quo(b)
		want := new(big.Rat).Quo(x, y)
		off := new(big.Rat).Sub(rat(t, quotient.String()), want)
		if bound := new(big.Rat).Mul(want.Abs(want), tenToTheMinus(79)); off.Abs(off).Cmp(bound) > 0 {
			t.Fatalf("%s / %s = %s is off by %s", a, b, quotient, off)
		}
	})
}

func tenToTheMinus(n int64) *big.Rat {
	return new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil))
}

func TestRoundIsTheNearestDecimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x := draw(t, "d")
		n := rapid.IntRange(0, 10).Draw(t, "digits")
		rounded := d.Round(n)
		if _, fraction, _ := strings.Cut(rounded.Trim().String(), "."); len(fraction) > n {
			t.Fatalf("%s rounded to %d digits is %s", d, n, rounded)
		}
		e, y := draw(t, "e")
		f, z := draw(t, "f")
		if got, want := d.Mul(e).Mul(f).Round(n), new(big.Rat).Mul(x, y); rat(t, got.String()).Cmp(rat(t, want.Mul(want, z).FloatString(n))) != 0 {
			t.Fatalf("%s x %s x %s rounded to %d digits is %s, want %s", d, e, f, n, got, want)
		}
		// FloatString rounds halves away from zero, too, but pads with zeros.
		if want := rat(t, x.FloatString(n)); rat(t, rounded.String()).Cmp(want) != 0 {
			t.Fatalf("%s rounded to %d digits is %s, want %s", d, n, rounded, want)
		}
	})
}

func TestTrimKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, x := draw(t, "d")
		trimmed := d.Trim().String()
		if rat(t, trimmed).Cmp(x) != 0 {
			t.Fatalf("%s trimmed is %s", d, trimmed)
		}
		if strings.Contains(trimmed, ".") && strings.HasSuffix(trimmed, "0") || strings.ContainsAny(trimmed, "eE") {
			t.Fatalf("%s trimmed is still %s", d, trimmed)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "0", "-0.00", "125.00", "1e3", "+1", "999999999999999.999999999", "1.", "０"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := money.Parse(text)
		if err != nil {
			return
		}
		printed := d.String()
		again, err := money.Parse(printed)
		if err != nil || again.String() != printed || again.Cmp(d) != 0 {
			t.Fatalf("%q was read as %q, which is read as %q, %v", text, printed, again, err)
		}
	})
}

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("nothing panicked")
		}
	}()
	f()
}
