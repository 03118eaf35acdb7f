package purchase

import (
	"slices"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/money"
)

// traits is what lines are compared by, computed once for each, with numbers as texts that are equal where their values are.
// A line of an order has its article numbers and one of each of the rest, empty where it does not say it. A line of a cart
// has all that an order of it may say, the empty ones too, since what an order does not say is no difference.
type traits struct {
	articles, quantities, units []string
	prices                      []unitPrice
}

// trait is one of the ways to choose from traits.
type trait struct {
	article, quantity, unit string
	price                   unitPrice
}

// unitPrice is a price per one unit.
type unitPrice struct {
	value string
	// decimals is to how many the price of the cart is rounded for the comparison, exact for not at all.
	decimals int
}

const exact = -1

// each yields every trait until one is enough.
func (t traits) each(yield func(trait) bool) {
	for _, article := range t.articles {
		for _, quantity := range t.quantities {
			for _, unit := range t.units {
				for _, price := range t.prices {
					if !yield(trait{article, quantity, unit, price}) {
						return
					}
				}
			}
		}
	}
}

// describe makes the traits of all lines.
func (c *comparison) describe() {
	minorUnit, _ := codelist.Currency(c.sent.Cart.Currency)
	var decimals []int // in which the order has prices
	c.ordered = make([]traits, len(c.order.Lines))
	for j := range c.order.Lines {
		l := &c.order.Lines[j]
		price := orderedPrice(l, minorUnit)
		if !slices.Contains(decimals, price.decimals) {
			decimals = append(decimals, price.decimals)
		}
		c.ordered[j] = traits{
			distinct(l.SKU, l.GTIN, l.StandardID.ID), []string{l.Quantity.Trim().String()}, []string{l.Unit}, []unitPrice{price},
		}
	}
	c.accepted = make([]traits, len(c.sent.Cart.Lines))
	for i := range c.sent.Cart.Lines {
		own, sent := &c.sent.Cart.Lines[i], c.as(i)
		c.accepted[i] = traits{
			distinct(sent.SKU, sent.GTIN, sent.StandardID.ID, own.SKU, own.GTIN, own.StandardID.ID),
			[]string{text(sent.Quantity), ""},
			append(distinct(sent.Unit, own.Unit, c.sent.Units[sent.Unit]), ""),
			acceptedPrices(sent, decimals),
		}
	}
}

// orderedPrice returns the price of an order's line. Where that is for one and the cart's for several, the order's digits
// decide, as formats round to what they carry; but fewer than the currency has they may not be.
func orderedPrice(l *Line, minorUnit int) unitPrice {
	switch {
	case l.UnitPrice.IsZero():
		return unitPrice{}
	case several(l.PriceBasisQuantity):
		return unitPrice{text(l.UnitPrice.Quo(l.PriceBasisQuantity)), exact}
	}
	return unitPrice{text(l.UnitPrice), max(l.UnitPrice.Digits(), minorUnit)}
}

// acceptedPrices returns what an order with prices in these decimals may say.
func acceptedPrices(l *cart.Line, decimals []int) []unitPrice {
	perOne, rounds := l.UnitPrice, several(l.PriceBasisQuantity)
	if rounds {
		perOne = perOne.Quo(l.PriceBasisQuantity)
	}
	all := make([]unitPrice, 0, len(decimals)+1)
	for _, n := range decimals {
		if rounds && n != exact {
			all = append(all, unitPrice{text(perOne.Round(n)), n})
		} else {
			all = append(all, unitPrice{text(perOne), n})
		}
	}
	return append(all, unitPrice{})
}

// text is equal for equal values. A cart's number that is absent counts as nought.
func text(d money.Decimal) string { return d.Or(nought).Trim().String() }

// distinct returns the texts that are not empty, each once.
func distinct(texts ...string) []string {
	all := make([]string, 0, len(texts))
	for _, each := range texts {
		if each != "" && !slices.Contains(all, each) {
			all = append(all, each)
		}
	}
	return all
}
