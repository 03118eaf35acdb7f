// Package money holds exact numbers: decimals that never become binary floats, and amounts with an ISO 4217 currency.
package money

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/punchgate/punchgate/domain/fault"
)

// Limits of a decimal as it comes in. Twenty-four digits in all is what XML Schema processors must at least carry
// in practice (libxml2 stops there).
const (
	MaxIntegerDigits  = 15
	MaxFractionDigits = 9
)

// Decimal is an exact decimal number. Its zero value is absent: no number was given. Decimals are immutable.
type Decimal struct{ d *apd.Decimal }

// arithmetic carries more digits than the product of three decimals needs, and traps what has no finite result.
var arithmetic = apd.Context{Precision: 80, MaxExponent: 1000, MinExponent: -1000, Rounding: apd.RoundHalfUp,
	Traps: apd.DefaultTraps}

// ErrNotDecimal refuses text that is not a plain decimal such as 12, -0.5 or 125.00.
var ErrNotDecimal = fault.New(fault.Malformed, "decimal.malformed", "not a decimal number")

// ErrTooManyDigits refuses a decimal over the limits.
var ErrTooManyDigits = fault.Newf(fault.Invalid, "decimal.digits", "more than %d digits before or %d after the decimal point",
	MaxIntegerDigits, MaxFractionDigits)

// Parse reads a plain decimal: an optional minus sign, digits, and a point with digits. No exponent, no white space, no
// thousands separator. It keeps trailing zeros. The empty string is an absent decimal.
func Parse(text string) (Decimal, error) {
	if text == "" {
		return Decimal{}, nil
	}
	whole, fraction, point := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if !digits(whole) || point && !digits(fraction) {
		return Decimal{}, ErrNotDecimal
	}
	if len(strings.TrimLeft(whole, "0")) > MaxIntegerDigits || len(fraction) > MaxFractionDigits {
		return Decimal{}, ErrTooManyDigits
	}
	return read(text)
}

func read(text string) (Decimal, error) {
	d, _, err := apd.NewFromString(text)
	if err != nil {
		return Decimal{}, ErrNotDecimal.Because(err)
	}
	settle(d, nil)
	return Decimal{d}, nil
}

// MustParse is Parse for constants; it panics where Parse refuses.
func MustParse(text string) Decimal {
	d, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

// FromInt returns a whole number.
func FromInt(n int64) Decimal { return Decimal{apd.New(n, 0)} }

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// IsZero reports whether the decimal is absent, so that encoding/json's omitzero leaves it out. It says nothing about
// the number nought; see Sign.
func (d Decimal) IsZero() bool { return d.d == nil }

// Sign returns -1, 0 or 1; an absent decimal counts as 0.
func (d Decimal) Sign() int {
	if d.d == nil {
		return 0
	}
	return d.d.Sign()
}

// Or returns the decimal, or the other one where it is absent.
func (d Decimal) Or(other Decimal) Decimal {
	if d.d == nil {
		return other
	}
	return d
}

// Cmp compares by value: -1, 0 or 1. 1.0 equals 1.00; an absent decimal compares as 0.
func (d Decimal) Cmp(other Decimal) int {
	if d.d == other.d {
		return 0
	}
	return d.value().Cmp(other.value())
}

// Add returns the sum.
func (d Decimal) Add(other Decimal) Decimal {
	return compute(func(out *apd.Decimal) (apd.Condition, error) { return add(out, d.value(), other.value()) })
}

// add takes the short way where the points stand one below the other, as they do in a column of amounts.
func add(out, d, other *apd.Decimal) (apd.Condition, error) {
	if d.Exponent != other.Exponent || d.Negative != other.Negative || !d.Coeff.IsUint64() || !other.Coeff.IsUint64() {
		return arithmetic.Add(out, d, other)
	}
	out.Coeff.Add(&d.Coeff, &other.Coeff)
	out.Exponent, out.Negative = d.Exponent, d.Negative
	return 0, nil
}

// Mul returns the product.
func (d Decimal) Mul(other Decimal) Decimal {
	return compute(func(out *apd.Decimal) (apd.Condition, error) { return mul(out, d.value(), other.value()) })
}

// mul takes the short way where no product can have too many digits.
func mul(out, d, other *apd.Decimal) (apd.Condition, error) {
	if !d.Coeff.IsUint64() || !other.Coeff.IsUint64() {
		return arithmetic.Mul(out, d, other)
	}
	out.Coeff.Mul(&d.Coeff, &other.Coeff)
	out.Exponent, out.Negative = d.Exponent+other.Exponent, d.Negative != other.Negative
	return 0, nil
}

// Quo returns the quotient without trailing zeros; one that does not end is rounded to 80 digits, so round it for print.
// The divisor must not be nought.
func (d Decimal) Quo(by Decimal) Decimal {
	return compute(func(out *apd.Decimal) (apd.Condition, error) { return quo(out, d.value(), by.value()) })
}

// quo sets out to the quotient without trailing zeros. A power of ten only moves the point.
func quo(out, d, by *apd.Decimal) (apd.Condition, error) {
	zeros := slices.IndexFunc(powers[:], func(power uint64) bool { return by.Coeff.IsUint64() && by.Coeff.Uint64() == power })
	var condition apd.Condition
	var err error
	if zeros >= 0 {
		negative := d.Negative != by.Negative
		out.Set(d)
		out.Negative = negative
		out.Exponent -= by.Exponent + int32(zeros) //nolint:gosec // an index of the table
	} else {
		condition, err = arithmetic.Quo(out, d, by)
	}
	trim(out)
	return condition, err
}

// powers are the powers of ten that fit.
var powers = func() (all [20]uint64) {
	all[0] = 1
	for i := 1; i < len(all); i++ {
		all[i] = all[i-1] * 10
	}
	return all
}()

// Round returns the decimal with at most n digits after the point, halves away from zero. Fewer digits stay as they are.
func (d Decimal) Round(n int) Decimal {
	if d.d == nil || int(d.d.Exponent) >= -n {
		return d
	}
	return compute(func(out *apd.Decimal) (apd.Condition, error) {
		_, err := round(out.Set(d.d), n)
		return 0, err
	})
}

// round rounds in place.
func round(d *apd.Decimal, n int) (changed bool, err error) {
	over := -n - int(d.Exponent)
	switch {
	case over <= 0:
		return false, nil
	case over >= len(powers):
		condition, err := arithmetic.Quantize(d, d, int32(-n)) //nolint:gosec // a number of digits is far from the limits of int32
		return condition.Inexact(), err
	}
	var unit, rest, up apd.BigInt
	unit.SetUint64(powers[over])
	d.Coeff.QuoRem(&d.Coeff, &unit, &rest)
	changed = rest.Sign() != 0
	if rest.Add(&rest, &rest).Cmp(&unit) >= 0 {
		d.Coeff.Add(&d.Coeff, up.SetUint64(1))
	}
	d.Exponent = int32(-n) //nolint:gosec // as above
	return changed, nil
}

// Digits returns the number of digits after the point, as given.
func (d Decimal) Digits() int {
	if d.d == nil || d.d.Exponent >= 0 {
		return 0
	}
	return -int(d.d.Exponent)
}

// Trim returns the same value without trailing zeros after the point.
func (d Decimal) Trim() Decimal {
	if d.d == nil || d.d.Exponent >= 0 {
		return d
	}
	out := new(apd.Decimal).Set(d.d)
	trim(out)
	return Decimal{out}
}

// trim takes zeros after the point in place, and from nought all but one.
func trim(d *apd.Decimal) {
	if d.Exponent < 0 || d.IsZero() {
		d.Reduce(d)
	}
}

// nought stands in for absent operands; it is only read.
var nought apd.Decimal

func (d Decimal) value() *apd.Decimal {
	if d.d == nil {
		return &nought
	}
	return d.d
}

// compute runs one operation. Operands come from Parse or from earlier results, so a condition such as overflow or
// division by nought is a defect of the caller.
func compute(operation func(*apd.Decimal) (apd.Condition, error)) Decimal {
	out := new(apd.Decimal)
	_, err := operation(out)
	settle(out, err)
	return Decimal{out}
}

// settle ends an operation: no document should say -0, or 00, as nought with a power of ten would be written.
func settle(out *apd.Decimal, err error) {
	if err != nil {
		panic("money: " + err.Error())
	}
	if out.IsZero() {
		out.Negative, out.Exponent = false, min(out.Exponent, 0)
	}
}

// String returns the plain decimal, with the digits after the point as given and never an exponent; "" when absent.
func (d Decimal) String() string {
	if d.d == nil {
		return ""
	}
	return d.d.Text('f')
}

// Append appends the plain decimal to b.
func (d Decimal) Append(b []byte) []byte {
	if d.d == nil {
		return b
	}
	return appendTo(b, d.d)
}

// appendTo takes the short way for what has few digits and a point between them.
func appendTo(b []byte, d *apd.Decimal) []byte {
	fraction := -int(d.Exponent)
	if fraction < 0 || fraction >= len(powers) || !d.Coeff.IsUint64() {
		return d.Append(b, 'f')
	}
	if d.Negative {
		b = append(b, '-')
	}
	digits, unit := d.Coeff.Uint64(), powers[fraction]
	b = strconv.AppendUint(b, digits/unit, 10)
	if fraction == 0 {
		return b
	}
	b = append(b, '.')
	for rest := digits % unit; unit > 1; rest %= unit {
		unit /= 10
		b = append(b, "0123456789"[rest/unit])
	}
	return b
}

// MarshalJSON writes the decimal as a JSON string.
func (d Decimal) MarshalJSON() ([]byte, error) { return append(d.Append([]byte{'"'}), '"'), nil }

// Fits reports whether the decimal is within the limits. Only what came by UnmarshalJSON or was computed may not be.
func (d Decimal) Fits() bool {
	return d.d == nil || d.d.NumDigits()+int64(d.d.Exponent) <= MaxIntegerDigits && d.d.Exponent >= -MaxFractionDigits
}

// maxText bounds what UnmarshalJSON reads, whatever Fits says of it later.
const maxText = 200

// UnmarshalJSON reads a JSON string. A JSON number is refused: its readers and writers pass through binary floats. A
// decimal over the limits is read all the same, so that whoever checks a document can name each; see Fits.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return fault.New(fault.Malformed, "decimal.null", "null is not a decimal string; leave the member out")
	}
	if len(b) < 2 || b[0] != '"' {
		return fault.New(fault.Malformed, "decimal.json_number", "must be a decimal in a JSON string, such as \"12.50\"")
	}
	text := string(b[1 : len(b)-1]) // an escape sequence is no digit, so it is refused by Parse
	parsed, err := Parse(text)
	if errors.Is(err, ErrTooManyDigits) && len(text) <= maxText {
		parsed, err = read(text)
	}
	*d = parsed
	return err
}
