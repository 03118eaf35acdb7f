package money_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/money"
)

// An accumulator is judged by the decimals, which are judged by ratios.
func TestAccumulatorsComputeAsDecimalsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, other money.Accumulator
		want := money.FromInt(0)
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				d, _ := draw(t, "d")
				a.Set(d)
				want = d
			},
			"add": func(t *rapid.T) {
				d, _ := draw(t, "d")
				a.Add(d)
				want = want.Add(d)
			},
			"add from another": func(t *rapid.T) {
				d, _ := draw(t, "d")
				other.Add(d)
				before := other.Decimal()
				a.AddFrom(&other)
				want = want.Add(before)
				if other.Decimal().Cmp(before) != 0 {
					t.Fatalf("adding it changed %s to %s", before, other.Decimal())
				}
			},
			"multiply": func(t *rapid.T) {
				d, _ := draw(t, "d")
				a.Mul(d)
				want = want.Mul(d)
				a.Round(9) // lest the digits grow without end
				want = want.Round(9)
				if !want.Fits() {
					a.Set(d)
					want = d
				}
			},
			"divide": func(t *rapid.T) {
				d, r := draw(t, "d")
				if r.Sign() == 0 {
					t.Skip("no divisor")
				}
				a.Quo(d)
				want = want.Quo(d)
				a.Round(9)
				want = want.Round(9)
				if !want.Fits() {
					a.Set(d)
					want = d
				}
			},
			"add what is absent": func(*rapid.T) { a.Add(money.Decimal{}) },
			"": func(t *rapid.T) {
				if got := a.Decimal(); got.String() != want.String() || string(a.Append(nil)) != want.String() {
					t.Fatalf("got %s, want %s", got, want)
				}
			},
		})
	})
}

func TestADecimalOutlivesItsAccumulator(t *testing.T) {
	for _, text := range []string{"1.50", "999999999999999.999999999"} {
		var a money.Accumulator
		a.Set(money.MustParse(text))
		a.Mul(money.MustParse("1000000000000"))
		kept := a.Decimal()
		before := kept.String()
		a.Add(money.MustParse("1"))
		a.Round(0)
		if kept.String() != before {
			t.Errorf("%s became %s", before, kept)
		}
	}
}

func TestSumsOfLinesAllocateNothing(t *testing.T) {
	quantity, price, percent := money.MustParse("12.5"), money.MustParse("1234.5678"), money.MustParse("0.25")
	hundred, cents := money.FromInt(100), money.MustParse("0.00")
	var sum, line money.Accumulator
	text := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		line.Set(quantity)
		line.Mul(price)
		line.Quo(hundred)
		sum.AddFrom(&line)
		line.Mul(percent)
		line.Round(2)
		line.Add(cents)
		text = line.Append(text[:0])
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if string(text) != "38.58" {
		t.Errorf("got %s", text)
	}
}

func TestDivisionByNoughtPanicsInAccumulators(t *testing.T) {
	var a money.Accumulator
	mustPanic(t, func() { a.Quo(money.Decimal{}) })
}
