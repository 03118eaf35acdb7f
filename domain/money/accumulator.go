package money

import "github.com/cockroachdb/apd/v3"

// Accumulator computes in place, so that sums over thousands of lines allocate nothing for numbers of up to 19 digits. Its
// zero value is nought, and an absent operand counts as nought, as with Decimal. It must not be copied once it was used, and
// is not safe for concurrent use.
type Accumulator struct{ d apd.Decimal }

// Set makes the accumulator the number.
func (a *Accumulator) Set(d Decimal) { a.d.Set(d.value()) }

// Add adds a number.
func (a *Accumulator) Add(d Decimal) { a.apply(add(&a.d, &a.d, d.value())) }

// AddFrom adds what another accumulator holds.
func (a *Accumulator) AddFrom(other *Accumulator) { a.apply(add(&a.d, &a.d, &other.d)) }

// Mul multiplies by a number.
func (a *Accumulator) Mul(d Decimal) { a.apply(mul(&a.d, &a.d, d.value())) }

// Quo divides as Decimal.Quo does.
func (a *Accumulator) Quo(by Decimal) { a.apply(quo(&a.d, &a.d, by.value())) }

// Round rounds as Decimal.Round does, and reports whether that changed the number.
func (a *Accumulator) Round(n int) (changed bool) {
	changed, err := round(&a.d, n)
	a.apply(0, err)
	return changed
}

// Trim takes zeros after the point away.
func (a *Accumulator) Trim() { trim(&a.d) }

// Decimal returns what the accumulator holds.
func (a *Accumulator) Decimal() Decimal { return Decimal{new(apd.Decimal).Set(&a.d)} }

// Append appends the plain decimal to b.
func (a *Accumulator) Append(b []byte) []byte { return appendTo(b, &a.d) }

func (a *Accumulator) apply(_ apd.Condition, err error) { settle(&a.d, err) }
