package purchase

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Difference is one point in which a purchase order differs from its cart. Its texts are clipped to cart.MaxIdentifier
// characters, for an order can hold longer ones.
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
	// FreightUnit is the unit of the line by which the format sent the cost of delivery; empty where it sent no such line.
	FreightUnit string
}

// SentIn is a cart as its document has it.
func SentIn(d *transfer.Document, c *cart.Cart) Sent {
	return Sent{Cart: c, Mapped: d.Mapped, Units: d.Units, FreightUnit: d.FreightUnit}
}

// withFreight adds the line of the cost of delivery, where one was sent.
func (s Sent) withFreight() Sent {
	if s.FreightUnit == "" || s.Cart.Shipping.Amount.Sign() <= 0 {
		return s
	}
	freight := cart.Line{ID: cart.Freight, SKU: cart.Freight, Quantity: one, Unit: s.FreightUnit, UnitPrice: s.Cart.Shipping.Amount}
	for _, c := range []**cart.Cart{&s.Cart, &s.Mapped} {
		if *c != nil {
			with := **c
			with.Lines = append(slices.Clone(with.Lines), freight)
			*c = &with
		}
	}
	return s
}

// maxDifferences bounds what one order can say: after so many nobody reads on. The first difference of each member is kept
// beyond them, since a policy decides by members.
const maxDifferences = 500

// Compare returns the differences between the cart and the order, in the order of the cart's lines. Numbers are compared by
// value, and prices per one unit, since formats give them for other quantities. The cost of delivery is compared where it was
// sent as a line; else a line of it that says the same is none.
func Compare(sent Sent, o *Order) []Difference {
	c := compare(sent, o)
	if o.Currency != "" && o.Currency != c.sent.Cart.Currency {
		c.report("", MemberCurrency, c.sent.Cart.Currency, o.Currency)
	}
	for i := range c.sent.Cart.Lines {
		c.line(i)
	}
	c.added()
	return c.differences
}

// Pairs returns the order's line that Compare takes for each line of the cart, by the id of the latter. Lines without one are
// missing.
func Pairs(sent Sent, o *Order) map[string]*Line {
	c := compare(sent, o)
	pairs := map[string]*Line{}
	for i, j := range c.pairs {
		if j >= 0 {
			pairs[c.sent.Cart.Lines[i].ID] = &o.Lines[j]
		}
	}
	return pairs
}

// compare gives the lines of the cart those of the order.
func compare(sent Sent, o *Order) *comparison {
	c := &comparison{sent: sent.withFreight(), order: o, taken: make([]bool, len(o.Lines)), reported: map[Member]bool{}}
	c.describe()
	c.match()
	return c
}

type comparison struct {
	sent        Sent
	order       *Order
	accepted    []traits // of the cart's lines: what an order may say of each
	ordered     []traits // of the order's lines
	taken       []bool   // the order's lines that have a line of the cart, or are its cost of delivery
	pairs       []int    // for each line of the cart the order's, -1 without
	differences []Difference
	reported    map[Member]bool
}

func (c *comparison) report(line string, m Member, inCart, inOrder string) {
	if len(c.differences) < maxDifferences || !c.reported[m] {
		c.reported[m] = true
		c.differences = append(c.differences, Difference{clip(line), m, clip(inCart), clip(inOrder)})
	}
}

func clip(text string) string {
	n := 0
	for i := range text {
		if n == cart.MaxIdentifier {
			return text[:i]
		}
		n++
	}
	return text
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
	c.pair(func(t traits) traits { return t })
	c.pair(func(t traits) traits { return traits{t.articles, t.quantities, []string{""}, []unitPrice{{}}} })
	c.pair(func(t traits) traits { return traits{t.articles, []string{""}, []string{""}, []unitPrice{{}}} })
	for j := range c.order.Lines {
		if !c.taken[j] && c.freight(&c.order.Lines[j]) {
			c.taken[j] = true
			break
		}
	}
	c.last()
}

// pair gives lines of the cart that have none yet the first line of the order that is left and has the traits which count.
// It looks them up, for an order of 10,000 lines of one article is no reason to compare each with each.
func (c *comparison) pair(counting func(traits) traits) {
	left := map[trait][]int{}
	for j := range c.order.Lines {
		if !c.taken[j] {
			for t := range counting(c.ordered[j]).each {
				left[t] = append(left[t], j)
			}
		}
	}
	for i := range c.pairs {
		if c.pairs[i] < 0 {
			c.pairs[i] = c.take(counting(c.accepted[i]), left)
		}
	}
}

func (c *comparison) take(accepted traits, left map[trait][]int) int {
	for t := range accepted.each {
		for len(left[t]) > 0 {
			j := left[t][0]
			if left[t] = left[t][1:]; !c.taken[j] { // it may be taken by another of its numbers
				c.taken[j] = true
				return j
			}
		}
	}
	return -1
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
	accepted, said := &c.accepted[i], &c.ordered[c.pairs[i]]
	if len(said.articles) > 0 && !slices.ContainsFunc(said.articles, func(id string) bool { return slices.Contains(accepted.articles, id) }) {
		c.report(own.ID, MemberArticle, cmp.Or(sent.SKU, sent.GTIN, sent.StandardID.ID), cmp.Or(ordered.SKU, ordered.GTIN, ordered.StandardID.ID))
	}
	if ordered.Key != "" && ordered.Key != sent.Key && ordered.Key != own.Key {
		c.report(own.ID, MemberKey, sent.Key, ordered.Key)
	}
	if !slices.Contains(accepted.quantities, said.quantities[0]) {
		c.report(own.ID, MemberQuantity, sent.Quantity.String(), ordered.Quantity.String())
	}
	if !slices.Contains(accepted.units, said.units[0]) {
		c.report(own.ID, MemberUnit, sent.Unit, ordered.Unit)
	}
	if !slices.Contains(accepted.prices, said.prices[0]) {
		c.report(own.ID, MemberPrice, price(sent.UnitPrice, sent.PriceBasisQuantity), price(ordered.UnitPrice, ordered.PriceBasisQuantity))
	}
	if u := ordered.Currency; u != "" && u != c.sent.Cart.Currency && u != c.order.Currency { // that was reported for the whole
		c.report(own.ID, MemberCurrency, c.sent.Cart.Currency, u)
	}
}

var one, nought = money.FromInt(1), money.FromInt(0)

// several reports whether a price is for another quantity than one.
func several(basis money.Decimal) bool { return basis.Sign() > 0 && basis.Cmp(one) != 0 }

func price(p, basis money.Decimal) string {
	if !several(basis) {
		return p.String()
	}
	return p.String() + " / " + basis.String()
}

// freight reports whether an order's line is the cost of delivery that the cart has.
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
