package oci

import (
	"bytes"

	"github.com/punchgate/punchgate/domain/money"
)

// number is a decimal taken apart: its digits, without noughts at either end, and the power of ten of the last one. So a
// price can be for ten times as many without arithmetic.
type number struct {
	digits   []byte // none for nought
	exponent int
}

// take reads a decimal that is not negative, into the buffer.
func take(d money.Decimal, buffer []byte) number {
	text := d.Append(buffer[:0])
	exponent := 0
	if point := bytes.IndexByte(text, '.'); point >= 0 {
		exponent = point + 1 - len(text)
		text = append(text[:point], text[point+1:]...)
	}
	trimmed := bytes.TrimRight(text, "0")
	exponent += len(text) - len(trimmed)
	trimmed = bytes.TrimLeft(trimmed, "0")
	if len(trimmed) == 0 {
		exponent = 0
	}
	return number{trimmed, exponent}
}

// times returns the number times ten to the power.
func (n number) times(power int) number {
	if len(n.digits) == 0 {
		return n
	}
	return number{n.digits, n.exponent + power}
}

// whole returns how many digits stand before the point.
func (n number) whole() int { return max(0, len(n.digits)+n.exponent) }

// decimals returns how many digits stand after the point.
func (n number) decimals() int { return max(0, -n.exponent) }

// append writes the number with the given digits after the point, which are at least as many as it has.
func (n number) append(b []byte, decimals int, point byte) []byte {
	top := len(n.digits) + n.exponent // how far above the point the first digit stands
	for place := max(top, 1) - 1; place >= -decimals; place-- {
		if place == -1 {
			b = append(b, point)
		}
		digit := byte('0')
		if i := top - 1 - place; i >= 0 && i < len(n.digits) {
			digit = n.digits[i]
		}
		b = append(b, digit)
	}
	return b
}
