package purchase

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/money"
)

// Difference is one point in which a purchase order differs from its cart.
type Difference struct {
	Line   string // the id of the cart's line; of an added line, the line number of the order; empty for the whole order
	Member Member
	Cart   string // what was transferred; empty for an added line
	Order  string // what was ordered; empty for a missing line
}

// Sent is the cart as the procurement system got it: the cart itself, and, where a mapping or a format wrote other codes,
// those.
type Sent struct {
	Cart *cart.Cart
	// Mapped is the cart after the connection's mapping, line by line the one of Cart; nil where there is no mapping.
	Mapped *cart.Cart
	// Units are the codes that the document has in place of units of the cart.
	Units map[string]string
}

// maxDifferences bounds what one order can say: after so many nobody reads on. The first difference of each member is kept
// beyond them, since a policy decides by members.
const maxDifferences = 500

// Compare returns the differences between the cart and the order, in the order of the cart's lines. Numbers are compared by
// value, and prices per one unit, since formats give them for other quantities. The cost of delivery, which some formats
// send as a line, is none.
func Compare(sent Sent, o *Order) []Difference {
	c := comparison{sent: sent, order: o, taken: make([]bool, len(o.Lines)), reported: map[Member]bool{}}
	if o.Currency != "" && o.Currency != sent.Cart.Currency {
		c.report("", MemberCurrency, sent.Cart.Currency, o.Currency)
	}
	c.match()
	for i := range sent.Cart.Lines {
		c.line(i)
	}
	c.added()
	return c.differences
}

type comparison struct {
	sent        Sent
	order       *Order
	taken       []bool // the order's lines that have a line of the cart, or are its cost of delivery
	pairs       []int  // for each line of the cart the order's, -1 without
	differences []Difference
	reported    map[Member]bool
}

func (c *comparison) report(line string, m Member, inCart, inOrder string) {
	if len(c.differences) < maxDifferences || !c.reported[m] {
		c.reported[m] = true
		c.differences = append(c.differences, Difference{line, m, inCart, inOrder})
	}
}

// match finds the order's line for each of the cart's: by the key, else by the article; what is left then is one changed
// article only where one line is left on each side. Where an article has several lines, those that are alike go together
// first, then those of the same quantity.
func (c *comparison) match() {
	c.pairs = make([]int, len(c.sent.Cart.Lines))
	for i := range c.pairs {
		c.pairs[i] = -1
	}
	byKey := map[string]int{}
	for j := range c.order.Lines {
		key := c.order.Lines[j].Key
		if _, doubled := byKey[key]; key != "" && !doubled {
			byKey[key] = j
		}
	}
	for i := range c.sent.Cart.Lines {
		if j, ok := byKey[c.as(i).Key]; ok && !c.taken[j] {
			c.pairs[i], c.taken[j] = j, true
		}
	}
	byArticle := map[string][]int{}
	for j := range c.order.Lines {
		l := &c.order.Lines[j]
		for _, id := range []string{l.SKU, l.GTIN, l.StandardID.ID} {
			if id != "" && !c.taken[j] {
				byArticle[id] = append(byArticle[id], j)
			}
		}
	}
	for _, goTogether := range []func(i int, ordered *Line) bool{c.alike, c.sameQuantity, func(int, *Line) bool { return true }} {
		for i := range c.pairs {
			if c.pairs[i] < 0 {
				c.pair(i, byArticle, goTogether)
			}
		}
	}
	for j := range c.order.Lines {
		if !c.taken[j] && c.freight(&c.order.Lines[j]) {
			c.taken[j] = true
			break
		}
	}
	c.last()
}

func (c *comparison) pair(i int, byArticle map[string][]int, goTogether func(int, *Line) bool) {
	for _, l := range []*cart.Line{c.as(i), &c.sent.Cart.Lines[i]} {
		for _, id := range []string{l.SKU, l.GTIN, l.StandardID.ID} {
			for _, j := range byArticle[id] {
				if id != "" && !c.taken[j] && goTogether(i, &c.order.Lines[j]) {
					c.pairs[i], c.taken[j] = j, true
					return
				}
			}
		}
	}
}

func (c *comparison) last() {
	left := -1
	for i, j := range c.pairs {
		if j < 0 && left >= 0 {
			return
		}
		if j < 0 {
			left = i
		}
	}
	found := -1
	for j := range c.order.Lines {
		if !c.taken[j] {
			if found >= 0 {
				return
			}
			found = j
		}
	}
	if left >= 0 && found >= 0 {
		c.pairs[left], c.taken[found] = found, true
	}
}

// as returns a line as it was sent.
func (c *comparison) as(i int) *cart.Line {
	if c.sent.Mapped != nil && i < len(c.sent.Mapped.Lines) {
		return &c.sent.Mapped.Lines[i]
	}
	return &c.sent.Cart.Lines[i]
}

func (c *comparison) line(i int) {
	own, sent := &c.sent.Cart.Lines[i], c.as(i)
	if c.pairs[i] < 0 {
		c.report(own.ID, MemberMissing, cmp.Or(own.SKU, own.GTIN, own.StandardID.ID), "")
		return
	}
	ordered := &c.order.Lines[c.pairs[i]]
	if !sameArticle(ordered, own) && !sameArticle(ordered, sent) {
		c.report(own.ID, MemberArticle, cmp.Or(sent.SKU, sent.GTIN, sent.StandardID.ID), cmp.Or(ordered.SKU, ordered.GTIN, ordered.StandardID.ID))
	}
	if ordered.Key != "" && ordered.Key != sent.Key && ordered.Key != own.Key {
		c.report(own.ID, MemberKey, sent.Key, ordered.Key)
	}
	if !c.sameQuantity(i, ordered) {
		c.report(own.ID, MemberQuantity, sent.Quantity.String(), ordered.Quantity.String())
	}
	if !c.sameUnit(i, ordered) {
		c.report(own.ID, MemberUnit, sent.Unit, ordered.Unit)
	}
	if !c.samePrice(i, ordered) {
		c.report(own.ID, MemberPrice, price(sent.UnitPrice, sent.PriceBasisQuantity), price(ordered.UnitPrice, ordered.PriceBasisQuantity))
	}
	if u := ordered.Currency; u != "" && u != c.sent.Cart.Currency && u != c.order.Currency { // that was reported for the whole
		c.report(own.ID, MemberCurrency, c.sent.Cart.Currency, u)
	}
}

// sameArticle reports whether any number of the order's line is one of the cart's.
func sameArticle(ordered *Line, l *cart.Line) bool {
	for _, id := range []string{ordered.SKU, ordered.GTIN, ordered.StandardID.ID} {
		if id != "" && (id == l.SKU || id == l.GTIN || id == l.StandardID.ID) {
			return true
		}
	}
	return ordered.SKU == "" && ordered.GTIN == "" && ordered.StandardID.ID == ""
}

// alike reports whether quantity, unit and price are those of the cart's line. What the order does not say is no difference.
func (c *comparison) alike(i int, ordered *Line) bool {
	return c.sameQuantity(i, ordered) && c.sameUnit(i, ordered) && c.samePrice(i, ordered)
}

func (c *comparison) sameQuantity(i int, ordered *Line) bool {
	return ordered.Quantity.IsZero() || ordered.Quantity.Cmp(c.as(i).Quantity) == 0
}

func (c *comparison) sameUnit(i int, ordered *Line) bool {
	sent := c.as(i).Unit
	return slices.Contains([]string{"", c.sent.Cart.Lines[i].Unit, sent, c.sent.Units[sent]}, ordered.Unit)
}

// samePrice compares per one unit. Where the cart's price is for several and the order's for one, the order's digits decide,
// as formats round to what they carry; but fewer than the currency has they may not be.
func (c *comparison) samePrice(i int, ordered *Line) bool {
	sent := c.as(i)
	inOrder, inCart := perUnit(ordered.UnitPrice, ordered.PriceBasisQuantity), perUnit(sent.UnitPrice, sent.PriceBasisQuantity)
	if ordered.UnitPrice.IsZero() || inOrder.Cmp(inCart) == 0 {
		return true
	}
	if !several(sent.PriceBasisQuantity) || several(ordered.PriceBasisQuantity) {
		return false
	}
	minorUnit, _ := codelist.Currency(c.sent.Cart.Currency)
	return inCart.Round(max(inOrder.Digits(), minorUnit)).Cmp(inOrder) == 0
}

var one = money.FromInt(1)

// several reports whether a price is for another quantity than one.
func several(basis money.Decimal) bool { return basis.Sign() > 0 && basis.Cmp(one) != 0 }

func perUnit(p, basis money.Decimal) money.Decimal {
	if !several(basis) {
		return p
	}
	return p.Quo(basis)
}

func price(p, basis money.Decimal) string {
	if !several(basis) {
		return p.String()
	}
	return p.String() + " / " + basis.String()
}

// freight reports whether an order's line is the cost of delivery, which a format sent as a line.
func (c *comparison) freight(l *Line) bool {
	s := &c.sent.Cart.Shipping
	return l.SKU == cart.Freight && s.Amount.Sign() > 0 && l.Quantity.Or(one).Cmp(one) == 0 && l.UnitPrice.Or(s.Amount).Cmp(s.Amount) == 0
}

func (c *comparison) added() {
	for j := range c.order.Lines {
		l := &c.order.Lines[j]
		if c.taken[j] {
			continue
		}
		c.report(cmp.Or(l.LineNumber, strconv.Itoa(j+1)), MemberAdded, "", cmp.Or(l.SKU, l.GTIN, l.StandardID.ID, l.Name))
	}
}
