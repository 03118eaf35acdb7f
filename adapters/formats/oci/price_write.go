package oci

import (
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

// price writes PRICE, CURRENCY and PRICEUNIT. PRICE has three decimals and PRICEUNIT is whole, so both are multiplied by
// a power of ten where that is needed: 0.0125 for 1 is 0.125 for 10. Only what does not fit then is rounded.
func (e *encoder) price(l *cart.Line) {
	basisGiven := l.PriceBasisQuantity.Or(one)
	amount, basis := take(l.UnitPrice, e.digits[0][:0]), take(basisGiven, e.digits[1][:0])
	longest := priceUnit.length(e.version)
	least, most := -basis.exponent, longest-len(basis.digits)-basis.exponent // powers that make the basis whole, and let it fit
	exact := least
	if len(amount.digits) > 0 {
		exact = max(exact, -maxDecimals-amount.exponent)
		most = min(most, maxWholeDigits-len(amount.digits)-amount.exponent)
	}
	if exact <= most {
		power := min(max(0, exact), most)
		e.putPrice(amount.times(power), basis.times(power))
		return
	}
	price, per, found := round(l.UnitPrice, basisGiven, least, most, longest)
	if !found {
		e.refuse(e.path("/unit_price"), "out_of_range", "has more than 11 digits before the point for one unit")
		return
	}
	if price.Mul(basisGiven).Cmp(l.UnitPrice.Mul(per)) != 0 {
		e.changed("/unit_price", "price.rounded", "PRICE holds 3 decimals", transfer.Changed,
			perMany(l.UnitPrice, basisGiven), perMany(price, per))
	}
	e.putPrice(take(price, nil), take(per, nil))
}

func perMany(price, per money.Decimal) string { return price.String() + " for " + per.String() }

func (e *encoder) putPrice(amount, per number) {
	e.put(price, e.decimal(amount, maxDecimals))
	e.put(currency, e.cart.Currency)
	e.put(priceUnit, e.decimal(per, 0))
}

// round finds the price of three decimals that is nearest: for the price basis times the highest power of ten, or where
// the basis cannot be a whole number of so many digits, for the highest power of ten itself.
func round(price, basis money.Decimal, least, most, longest int) (rounded, per money.Decimal, found bool) {
	for power := most; power >= least; power-- {
		if rounded = times(price, power).Round(maxDecimals); fits(rounded) {
			return rounded, times(basis, power), true
		}
	}
	each := price.Quo(basis)
	for power := longest - 1; power >= 0; power-- {
		if rounded = times(each, power).Round(maxDecimals); fits(rounded) {
			return rounded, times(one, power), true
		}
	}
	return rounded, per, false
}

func fits(price money.Decimal) bool { return take(price, nil).whole() <= maxWholeDigits }

// times returns the decimal times ten to the power.
func times(d money.Decimal, power int) money.Decimal {
	factor := one
	for range max(power, -power) {
		factor = factor.Mul(ten)
	}
	if power < 0 {
		return d.Quo(factor)
	}
	return d.Mul(factor)
}
