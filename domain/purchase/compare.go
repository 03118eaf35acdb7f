package purchase

import (
	"cmp"
	"strconv"

	"github.com/punchgate/punchgate/domain/cart"
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

// maxDifferences bounds what one order can say: after so many nobody reads on.
const maxDifferences = 500

// Compare returns the differences between the cart and the order, in the order of the cart's lines. Numbers are compared by
// value, and prices per one unit, since formats give them for other quantities. The cost of delivery, which some formats
// send as a line, is none.
func Compare(sent Sent, o *Order) []Difference {
	c := comparison{sent: sent, order: o, taken: make([]bool, len(o.Lines))}
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
	taken       []bool // the order's lines that have a line of the cart
	pairs       []int  // for each line of the cart the order's, -1 without
	differences []Difference
}

func (c *comparison) report(line string, m Member, inCart, inOrder string) {
	if len(c.differences) < maxDifferences {
		c.differences = append(c.differences, Difference{line, m, inCart, inOrder})
	}
}

// match finds the order's line for each of the cart's: by the key, else by the article, the same quantity first; what is
// left then is one changed article only where one line is left on each side.
func (c *comparison) match() {
	c.pairs = make([]int, len(c.sent.Cart.Lines))
	for i := range c.pairs {
		c.pairs[i] = -1
	}
	byKey := map[string]int{}
	for j := range c.order.Lines {
		if key := c.order.Lines[j].Key; key != "" {
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
	for _, exact := range []bool{true, false} {
		for i := range c.pairs {
			if c.pairs[i] < 0 {
				c.pair(i, byArticle, exact)
			}
		}
	}
	c.last()
}

func (c *comparison) pair(i int, byArticle map[string][]int, exact bool) {
	for _, l := range []*cart.Line{c.as(i), &c.sent.Cart.Lines[i]} {
		for _, id := range []string{l.SKU, l.GTIN, l.StandardID.ID} {
			for _, j := range byArticle[id] {
				if id != "" && !c.taken[j] && (!exact || c.order.Lines[j].Quantity.Cmp(l.Quantity) == 0) {
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
		if !c.taken[j] && !c.freight(&c.order.Lines[j]) {
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
	if !ordered.Quantity.IsZero() && ordered.Quantity.Cmp(sent.Quantity) != 0 {
		c.report(own.ID, MemberQuantity, sent.Quantity.String(), ordered.Quantity.String())
	}
	if u := ordered.Unit; u != "" && u != own.Unit && u != sent.Unit && u != c.sent.Units[sent.Unit] {
		c.report(own.ID, MemberUnit, sent.Unit, u)
	}
	if !ordered.UnitPrice.IsZero() && !samePrice(ordered, sent) {
		c.report(own.ID, MemberPrice, price(sent.UnitPrice, sent.PriceBasisQuantity), price(ordered.UnitPrice, ordered.PriceBasisQuantity))
	}
	if ordered.Currency != "" && ordered.Currency != cmp.Or(c.order.Currency, c.sent.Cart.Currency) {
		c.report(own.ID, MemberCurrency, c.sent.Cart.Currency, ordered.Currency)
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

// samePrice compares per one unit. Where the order gives fewer digits than the quotient has, those decide: formats round to
// what they carry.
func samePrice(ordered *Line, l *cart.Line) bool {
	inOrder, inCart := perUnit(ordered.UnitPrice, ordered.PriceBasisQuantity), perUnit(l.UnitPrice, l.PriceBasisQuantity)
	return inOrder.Cmp(inCart) == 0 || !l.PriceBasisQuantity.IsZero() && inCart.Round(inOrder.Digits()).Cmp(inOrder) == 0
}

func perUnit(p, basis money.Decimal) money.Decimal {
	if basis.Sign() <= 0 {
		return p
	}
	return p.Quo(basis)
}

func price(p, basis money.Decimal) string {
	if basis.Sign() <= 0 || basis.Cmp(money.FromInt(1)) == 0 {
		return p.String()
	}
	return p.String() + " / " + basis.String()
}

// freight reports whether an order's line is the cost of delivery, which a format sent as a line.
func (c *comparison) freight(l *Line) bool {
	s := &c.sent.Cart.Shipping
	return l.SKU == cart.Freight && !s.Amount.IsZero() && (l.UnitPrice.IsZero() || l.UnitPrice.Cmp(s.Amount) == 0)
}

func (c *comparison) added() {
	for j := range c.order.Lines {
		l := &c.order.Lines[j]
		if c.taken[j] || c.freight(l) {
			continue
		}
		c.report(cmp.Or(l.LineNumber, strconv.Itoa(j+1)), MemberAdded, "", cmp.Or(l.SKU, l.GTIN, l.StandardID.ID, l.Name))
	}
}
