package purchase_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
)

func number(text string) money.Decimal { return money.MustParse(text) }

// threeLines is a cart of paper, pens and screws, of which the screws have a price for a hundred.
func threeLines() *cart.Cart {
	return &cart.Cart{ID: "C-1", Currency: "SEK", Lines: []cart.Line{
		{ID: "1", Key: "k1", SKU: "4711", GTIN: "7350000000011", Quantity: number("2"), Unit: "EA", UnitPrice: number("125.00")},
		{ID: "2", Key: "k2", SKU: "4712", Quantity: number("10"), Unit: "C62", UnitPrice: number("9.90")},
		{ID: "3", Key: "k3", SKU: "4713", Quantity: number("300"), Unit: "EA", UnitPrice: number("249"), PriceBasisQuantity: number("100")},
	}}
}

// orderOf orders the cart as it is.
func orderOf(c *cart.Cart) *purchase.Order {
	o := &purchase.Order{Number: "PO-1", Type: purchase.New, CartID: c.ID, Currency: c.Currency}
	for i := range c.Lines {
		l := &c.Lines[i]
		o.Lines = append(o.Lines, purchase.Line{
			LineNumber: strconv.Itoa(10 * (i + 1)), SKU: l.SKU, Key: l.Key, GTIN: l.GTIN, StandardID: l.StandardID, Name: l.Name,
			Quantity: l.Quantity, Unit: l.Unit, UnitPrice: l.UnitPrice, PriceBasisQuantity: l.PriceBasisQuantity, Currency: c.Currency,
		})
	}
	return o
}

func TestEachDifferenceIsReportedByItsMember(t *testing.T) {
	type differences = []purchase.Difference
	for name, c := range map[string]struct {
		change func(c *cart.Cart, o *purchase.Order)
		want   differences
	}{
		"none": {func(*cart.Cart, *purchase.Order) {}, nil},
		"a quantity": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[1].Quantity = number("9") },
			differences{{"2", purchase.MemberQuantity, "10", "9"}}},
		"a quantity of nothing": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[1].Quantity = number("0") },
			differences{{"2", purchase.MemberQuantity, "10", "0"}}},
		"a price": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].UnitPrice = number("124.99") },
			differences{{"1", purchase.MemberPrice, "125.00", "124.99"}}},
		"a price of nothing": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].UnitPrice = number("0.00") },
			differences{{"1", purchase.MemberPrice, "125.00", "0.00"}}},
		"a price basis": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[2].PriceBasisQuantity = number("1000") },
			differences{{"3", purchase.MemberPrice, "249 / 100", "249 / 1000"}}},
		"a unit": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].Unit = "BX" },
			differences{{"1", purchase.MemberUnit, "EA", "BX"}}},
		"an article": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].SKU, o.Lines[0].GTIN = "4799", "" },
			differences{{"1", purchase.MemberArticle, "4711", "4799"}}},
		"a key that was cut": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].Key = "k" },
			differences{{"1", purchase.MemberKey, "k1", "k"}}},
		"the currency of the order": {func(_ *cart.Cart, o *purchase.Order) {
			o.Currency = "EUR"
			for i := range o.Lines {
				o.Lines[i].Currency = "EUR"
			}
		}, differences{{"", purchase.MemberCurrency, "SEK", "EUR"}}},
		"the currency of the order and not of its lines": {func(_ *cart.Cart, o *purchase.Order) { o.Currency = "EUR" },
			differences{{"", purchase.MemberCurrency, "SEK", "EUR"}}},
		"the currency of a line": {func(_ *cart.Cart, o *purchase.Order) { o.Lines[1].Currency = "EUR" },
			differences{{"2", purchase.MemberCurrency, "SEK", "EUR"}}},
		"the currency of a line where the order has none": {func(_ *cart.Cart, o *purchase.Order) { o.Currency, o.Lines[1].Currency = "", "EUR" },
			differences{{"2", purchase.MemberCurrency, "SEK", "EUR"}}},
		"a missing line": {func(_ *cart.Cart, o *purchase.Order) { o.Lines = slices.Delete(o.Lines, 1, 2) },
			differences{{"2", purchase.MemberMissing, "4712", ""}}},
		"an added line": {func(_ *cart.Cart, o *purchase.Order) {
			o.Lines = append(o.Lines, purchase.Line{LineNumber: "40", SKU: "4714", Quantity: number("1")})
		}, differences{{"40", purchase.MemberAdded, "", "4714"}}},
		"an added line without a number, and with a name alone": {func(_ *cart.Cart, o *purchase.Order) {
			o.Lines = append(o.Lines, purchase.Line{Name: "Frakt"})
		}, differences{{"4", purchase.MemberAdded, "", "Frakt"}}},
		"a line that is ordered twice": {func(_ *cart.Cart, o *purchase.Order) {
			again := o.Lines[0]
			again.LineNumber = "40"
			o.Lines = append(o.Lines, again)
		}, differences{{"40", purchase.MemberAdded, "", "4711"}}},
		"nothing ordered": {func(_ *cart.Cart, o *purchase.Order) { o.Lines = nil }, differences{
			{"1", purchase.MemberMissing, "4711", ""}, {"2", purchase.MemberMissing, "4712", ""}, {"3", purchase.MemberMissing, "4713", ""},
		}},
		"several at once, in the order of the cart": {func(_ *cart.Cart, o *purchase.Order) {
			o.Currency, o.Lines[2].Unit, o.Lines[0].UnitPrice, o.Lines[0].Quantity = "EUR", "BX", number("1"), number("3")
		}, differences{
			{"", purchase.MemberCurrency, "SEK", "EUR"}, {"1", purchase.MemberQuantity, "2", "3"}, {"1", purchase.MemberPrice, "125.00", "1"},
			{"3", purchase.MemberUnit, "EA", "BX"},
		}},
	} {
		sent := threeLines()
		o := orderOf(sent)
		c.change(sent, o)
		if got := purchase.Compare(purchase.Sent{Cart: sent}, o); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatIsTheSameIsNoDifference(t *testing.T) {
	for name, change := range map[string]func(c *cart.Cart, o *purchase.Order){
		"numbers with other digits": func(_ *cart.Cart, o *purchase.Order) {
			o.Lines[0].Quantity, o.Lines[0].UnitPrice = number("2.000"), number("125")
		},
		"a price per one": func(_ *cart.Cart, o *purchase.Order) {
			o.Lines[2].UnitPrice, o.Lines[2].PriceBasisQuantity = number("2.49"), money.Decimal{}
		},
		"a price per thousand": func(_ *cart.Cart, o *purchase.Order) {
			o.Lines[2].UnitPrice, o.Lines[2].PriceBasisQuantity = number("2490"), number("1000")
		},
		"a basis of one": func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].PriceBasisQuantity = number("1") },
		"a price that does not divide evenly": func(c *cart.Cart, o *purchase.Order) {
			c.Lines[2].UnitPrice, c.Lines[2].PriceBasisQuantity = number("10"), number("3")
			o.Lines[2].UnitPrice, o.Lines[2].PriceBasisQuantity = number("3.333"), money.Decimal{}
		},
		"a rounded price without its last nought": func(c *cart.Cart, o *purchase.Order) {
			c.Lines[2].UnitPrice, c.Lines[2].PriceBasisQuantity = number("29.99"), number("10") // 2.999
			o.Lines[2].UnitPrice, o.Lines[2].PriceBasisQuantity = number("3"), money.Decimal{}
		},
		"a rounded price in a currency without fractions": func(c *cart.Cart, o *purchase.Order) {
			c.Currency, o.Currency, o.Lines[0].Currency, o.Lines[1].Currency, o.Lines[2].Currency = "JPY", "JPY", "JPY", "JPY", "JPY"
			c.Lines[2].UnitPrice, c.Lines[2].PriceBasisQuantity = number("1000"), number("3")
			o.Lines[2].UnitPrice, o.Lines[2].PriceBasisQuantity = number("333"), money.Decimal{}
		},
		"lines that say little": func(_ *cart.Cart, o *purchase.Order) {
			o.Currency = ""
			for i := range o.Lines {
				o.Lines[i] = purchase.Line{Key: o.Lines[i].Key}
			}
		},
		"another number of the same article":      func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].SKU = "ours-4711" },
		"the GTIN as the standard number":         func(_ *cart.Cart, o *purchase.Order) { o.Lines[0] = withStandard(o.Lines[0], "7350000000011") },
		"no keys":                                 func(_ *cart.Cart, o *purchase.Order) { o.Lines[0].Key, o.Lines[1].Key, o.Lines[2].Key = "", "", "" },
		"the line that is left, without any name": func(_ *cart.Cart, o *purchase.Order) { o.Lines[1].Key, o.Lines[1].SKU = "", "" },
		"the cost of delivery as a line": func(c *cart.Cart, o *purchase.Order) {
			c.Shipping.Amount = number("49")
			o.Lines = append(o.Lines, purchase.Line{SKU: cart.Freight, Quantity: number("1"), UnitPrice: number("49.00")})
		},
		"the cost of delivery, which the order leaves out": func(c *cart.Cart, _ *purchase.Order) { c.Shipping.Amount = number("49") },
	} {
		sent := threeLines()
		o := orderOf(sent)
		change(sent, o)
		if got := purchase.Compare(purchase.Sent{Cart: sent}, o); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func withStandard(l purchase.Line, id string) purchase.Line {
	l.SKU, l.GTIN, l.StandardID = "", "", cart.Identifier{Scheme: "0160", ID: id}
	return l
}

func TestAPriceIsNotRoundedAway(t *testing.T) {
	for name, c := range map[string]struct{ inCart, basis, inOrder, want string }{
		"the price of one":                 {"125.49", "", "125", "125.49"},
		"the price of one, said to be one": {"125.49", "1", "125", "125.49"},
		"a price that divides evenly":      {"1249", "100", "12", "1249 / 100"},
		"fewer digits than the currency":   {"1249", "100", "12.5", "1249 / 100"},
		"beside the rounded price":         {"10", "3", "3.34", "10 / 3"},
	} {
		sent := threeLines()
		sent.Lines[0].UnitPrice, sent.Lines[0].PriceBasisQuantity = number(c.inCart), number(c.basis)
		o := orderOf(sent)
		o.Lines[0].UnitPrice, o.Lines[0].PriceBasisQuantity = number(c.inOrder), money.Decimal{}
		want := []purchase.Difference{{Line: "1", Member: purchase.MemberPrice, Cart: c.want, Order: c.inOrder}}
		if got := purchase.Compare(purchase.Sent{Cart: sent}, o); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAPriceForSeveralIsComparedExactlyWithAPriceForSeveral(t *testing.T) {
	sent := threeLines()
	sent.Lines[2].UnitPrice = number("99.999")
	o := orderOf(sent)
	o.Lines[2].UnitPrice = number("100")
	want := []purchase.Difference{{Line: "3", Member: purchase.MemberPrice, Cart: "99.999 / 100", Order: "100 / 100"}}
	if got := purchase.Compare(purchase.Sent{Cart: sent}, o); !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTheCostOfDeliveryIsOneLineOfItsPrice(t *testing.T) {
	freight := purchase.Line{LineNumber: "40", SKU: cart.Freight, Quantity: number("1"), UnitPrice: number("49")}
	for name, change := range map[string]func(*cart.Cart, *purchase.Order){
		"another price":    func(_ *cart.Cart, o *purchase.Order) { o.Lines[3].UnitPrice = number("490") },
		"another quantity": func(_ *cart.Cart, o *purchase.Order) { o.Lines[3].Quantity = number("2") },
		"delivery is free": func(c *cart.Cart, _ *purchase.Order) { c.Shipping.Amount = number("0") },
		"a second one": func(_ *cart.Cart, o *purchase.Order) {
			o.Lines[3].LineNumber = "30a"
			o.Lines = append(o.Lines, freight)
		},
	} {
		sent := threeLines()
		sent.Shipping.Amount = number("49")
		o := orderOf(sent)
		o.Lines = append(o.Lines, freight)
		change(sent, o)
		want := []purchase.Difference{{Line: "40", Member: purchase.MemberAdded, Order: cart.Freight}}
		if got := purchase.Compare(purchase.Sent{Cart: sent}, o); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAKeyLeadsToItsLineWhateverTheArticle(t *testing.T) {
	sent := threeLines()
	o := orderOf(sent)
	o.Lines[0].Key, o.Lines[1].Key = "k2", "k1"
	want := []string{"1 article", "1 quantity", "1 unit", "1 unit_price", "2 article", "2 quantity", "2 unit", "2 unit_price"}
	if got := membersOf(purchase.Compare(purchase.Sent{Cart: sent}, o)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLinesOfOneArticleGoTogetherWhereTheyAreAlike(t *testing.T) {
	sent := threeLines()
	for i := range sent.Lines { // of one article: 2 at 125, 2 at 100, 300 at 249 / 100
		sent.Lines[i].SKU, sent.Lines[i].GTIN, sent.Lines[i].Unit = "4711", "", "EA"
	}
	sent.Lines[1].Quantity, sent.Lines[1].UnitPrice = number("2"), number("100")
	for name, c := range map[string]struct {
		change func(o *purchase.Order)
		want   []string
	}{
		"as they are": {func(*purchase.Order) {}, nil},
		"with other prices, by quantity": {func(o *purchase.Order) { o.Lines[0].UnitPrice, o.Lines[2].UnitPrice = number("126"), number("250") },
			[]string{"1 unit_price", "3 unit_price"}},
		"with another quantity, as is left": {func(o *purchase.Order) { o.Lines[0].Quantity = number("7") }, []string{"1 quantity"}},
		"with one missing":                  {func(o *purchase.Order) { o.Lines = o.Lines[1:] }, []string{"1 missing"}},
	} {
		o := orderOf(sent)
		for i := range o.Lines {
			o.Lines[i].Key = ""
		}
		c.change(o)
		slices.Reverse(o.Lines)
		if got := membersOf(purchase.Compare(purchase.Sent{Cart: sent}, o)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheLastLineOnEachSideIsOneChangedArticleAndMoreAreNot(t *testing.T) {
	sent := threeLines()
	o := orderOf(sent)
	o.Lines[1].Key, o.Lines[1].SKU = "", "4799"
	if got := membersOf(purchase.Compare(purchase.Sent{Cart: sent}, o)); !slices.Equal(got, []string{"2 article"}) {
		t.Errorf("one is left: %q", got)
	}
	o.Lines[2].Key, o.Lines[2].SKU = "", "4798"
	if got := membersOf(purchase.Compare(purchase.Sent{Cart: sent}, o)); !slices.Equal(got, []string{"2 missing", "3 missing", "20 added", "30 added"}) {
		t.Errorf("two are left: %q", got)
	}
	sent.Shipping.Amount = number("49")
	o = orderOf(sent)
	o.Lines[1].Key, o.Lines[1].SKU, o.Lines[1].UnitPrice, o.Lines[1].Quantity = "", cart.Freight, number("49"), number("1")
	if got := membersOf(purchase.Compare(purchase.Sent{Cart: sent}, o)); !slices.Equal(got, []string{"2 missing"}) {
		t.Errorf("the cost of delivery is left: %q", got)
	}
}

func TestAnOrderIsComparedWithWhatTheBuyerGot(t *testing.T) {
	sent := threeLines()
	mapped := threeLines()
	mapped.Lines[0].SKU, mapped.Lines[0].GTIN, mapped.Lines[0].Key, mapped.Lines[0].Unit = "A-4711", "", "m1", "PK"
	mapped.Lines[1].SKU = "A-4712"
	mapped.Lines[0].Quantity, mapped.Lines[0].UnitPrice = number("1"), number("250.00")
	got := purchase.Sent{Cart: sent, Mapped: mapped, Units: map[string]string{"PK": "PAK", "C62": "ST"}}

	o := orderOf(mapped)
	o.Lines[0].Unit, o.Lines[1].Unit = "PAK", "ST"
	if found := purchase.Compare(got, o); found != nil {
		t.Errorf("what the buyer got differs: %q", found)
	}
	o.Lines[0].Unit, o.Lines[0].Key, o.Lines[0].SKU = "PK", "", "4711" // by the shop's own numbers, and with the mapped unit
	o.Lines[1].Key, o.Lines[1].SKU = "", "4712"
	if found := purchase.Compare(got, o); found != nil {
		t.Errorf("the shop's own numbers differ: %q", found)
	}
	o.Lines[0].Unit, o.Lines[0].Quantity, o.Lines[0].UnitPrice, o.Lines[1].Unit = "BX", number("2"), number("125"), "PAK"
	want := []purchase.Difference{
		{Line: "1", Member: purchase.MemberQuantity, Cart: "1", Order: "2"}, {Line: "1", Member: purchase.MemberUnit, Cart: "PK", Order: "BX"},
		{Line: "1", Member: purchase.MemberPrice, Cart: "250.00", Order: "125"}, {Line: "2", Member: purchase.MemberUnit, Cart: "C62", Order: "PAK"},
	}
	if found := purchase.Compare(got, o); !reflect.DeepEqual(found, want) {
		t.Errorf("%q, want %q", found, want)
	}
}

// Each of these lines could be any other, and no price is that of another: comparing each with each would not end.
func TestTheLargestOrderOfOneArticleIsCompared(t *testing.T) {
	sent := &cart.Cart{Currency: "SEK"}
	for i := range cart.MaxLines {
		sent.Lines = append(sent.Lines, cart.Line{
			ID: strconv.Itoa(i), SKU: "a", GTIN: "a", StandardID: cart.Identifier{ID: "a"}, Quantity: number("1"), Unit: "EA",
			UnitPrice: money.FromInt(int64(i + 1)), PriceBasisQuantity: number("7"),
		})
	}
	o := orderOf(sent)
	for i := range o.Lines {
		o.Lines[i].UnitPrice, o.Lines[i].PriceBasisQuantity = money.FromInt(int64(cart.MaxLines+i)), number("3")
	}
	got := purchase.Compare(purchase.Sent{Cart: sent}, o)
	if first := (purchase.Difference{Line: "0", Member: purchase.MemberPrice, Cart: "1 / 7", Order: "10000 / 3"}); len(got) == 0 || got[0] != first {
		t.Fatalf("%q, want %q at first", got, first)
	}
	for _, d := range got {
		if d.Member != purchase.MemberPrice {
			t.Errorf("%q", d)
		}
	}
}

func TestManyDifferencesAreCutOffButNoMemberIsLost(t *testing.T) {
	sent := &cart.Cart{Currency: "SEK"}
	for i := range 700 {
		sent.Lines = append(sent.Lines, cart.Line{ID: strconv.Itoa(i), SKU: fmt.Sprint("a", i), Quantity: number("1"), UnitPrice: number("1")})
	}
	o := orderOf(sent)
	for i := range o.Lines {
		o.Lines[i].Key = "k"
	}
	o.Lines[698].UnitPrice, o.Lines[699].UnitPrice = number("2"), number("2")
	differences := purchase.Compare(purchase.Sent{Cart: sent}, o)
	if n := len(differences); n != 501 || differences[500].Member != purchase.MemberPrice || differences[500].Line != "698" {
		t.Errorf("there are %d, at last %q", n, differences[n-1])
	}
	policy := purchase.Policy{purchase.MemberPrice: purchase.Reject}
	if d := policy.Decide(differences); d != purchase.Reject {
		t.Errorf("they lead to %v", d)
	}
}

func TestLongTextsAreClippedInDifferences(t *testing.T) {
	const long, clipped = cart.MaxIdentifier + 1, cart.MaxIdentifier
	sent := threeLines()
	sent.Lines[0].ID, sent.Lines[0].SKU, sent.Lines[0].GTIN = strings.Repeat("x", long), strings.Repeat("å", long), ""
	sent.Lines[1].Unit = strings.Repeat("å", clipped)
	o := orderOf(sent)
	o.Lines[0].SKU, o.Lines[1].Unit = strings.Repeat("ö", 1_000_000), strings.Repeat("ö", clipped)
	o.Lines = append(o.Lines, purchase.Line{LineNumber: strings.Repeat("9", long), Name: strings.Repeat("😀", long)})
	want := []purchase.Difference{
		{Line: strings.Repeat("x", clipped), Member: purchase.MemberArticle, Cart: strings.Repeat("å", clipped), Order: strings.Repeat("ö", clipped)},
		{Line: "2", Member: purchase.MemberUnit, Cart: sent.Lines[1].Unit, Order: o.Lines[1].Unit},
		{Line: strings.Repeat("9", clipped), Member: purchase.MemberAdded, Order: strings.Repeat("😀", clipped)},
	}
	if got := purchase.Compare(purchase.Sent{Cart: sent}, o); !reflect.DeepEqual(got, want) {
		t.Errorf("%.1000q, want %q", got, want)
	}
}

func membersOf(differences []purchase.Difference) (members []string) {
	for _, d := range differences {
		members = append(members, d.Line+" "+string(d.Member))
	}
	return members
}

// someCart draws a cart in which articles, quantities and prices repeat, but not all three.
func someCart(t *rapid.T) *cart.Cart {
	prices := rapid.SampledFrom([]string{"0", "1.5", "12.50", "100", "99.999"})
	bases := rapid.SampledFrom([]string{"", "1", "3", "100"})
	c := &cart.Cart{ID: "C-1", Currency: "SEK"}
	for i := range rapid.IntRange(1, 8).Draw(t, "lines") {
		c.Lines = append(c.Lines, cart.Line{
			ID: strconv.Itoa(i + 1), Key: fmt.Sprint("k", i), SKU: rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "SKU"),
			Quantity: money.FromInt(rapid.Int64Range(1, 3).Draw(t, "quantity")), Unit: rapid.SampledFrom([]string{"EA", "BX"}).Draw(t, "unit"),
			UnitPrice: number(prices.Draw(t, "price")), PriceBasisQuantity: number(bases.Draw(t, "basis")),
		})
	}
	return c
}

func TestAnOrderOfTheCartInAnyOrderHasNoDifferences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := someCart(t)
		o := orderOf(c)
		if rapid.Bool().Draw(t, "without keys") {
			for i := range o.Lines {
				o.Lines[i].Key = ""
			}
		}
		o.Lines = rapid.Permutation(o.Lines).Draw(t, "shuffled")
		if got := purchase.Compare(purchase.Sent{Cart: c}, o); got != nil {
			t.Fatalf("%q", got)
		}
	})
}

func TestOneChangedMemberIsThatDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := someCart(t)
		o := orderOf(c)
		i := rapid.IntRange(0, len(c.Lines)-1).Draw(t, "line")
		l := &o.Lines[i]
		member := rapid.SampledFrom(purchase.Members()).Draw(t, "member")
		want := c.Lines[i].ID + " " + string(member)
		switch member {
		case purchase.MemberQuantity:
			l.Quantity = l.Quantity.Add(number("0.001"))
		case purchase.MemberPrice:
			l.UnitPrice = l.UnitPrice.Add(number("1"))
		case purchase.MemberUnit:
			l.Unit = "KGM"
		case purchase.MemberArticle:
			l.SKU = "e"
		case purchase.MemberKey:
			for j := range o.Lines { // so that nothing but the article is left to go by
				o.Lines[j].Key = ""
			}
			l.Key = "cut"
			want = "" // of lines that are alike it may be any
		case purchase.MemberCurrency:
			l.Currency = "EUR"
		case purchase.MemberMissing:
			o.Lines = slices.Delete(o.Lines, i, i+1)
		case purchase.MemberAdded:
			o.Lines = append(o.Lines, purchase.Line{LineNumber: "new", SKU: "e"})
			want = "new added"
		}
		o.Lines = rapid.Permutation(o.Lines).Draw(t, "shuffled")
		got := purchase.Compare(purchase.Sent{Cart: c}, o)
		if len(got) != 1 || got[0].Member != member || want != "" && membersOf(got)[0] != want {
			t.Fatalf("%q, want %q", membersOf(got), want)
		}
	})
}

func TestTheCostOfDeliveryIsComparedWhereItWasSentAsALine(t *testing.T) {
	delivered := &cart.Cart{
		Currency: "SEK", Shipping: cart.Shipping{Amount: money.MustParse("49.00")},
		Lines: []cart.Line{{ID: "1", SKU: "A", Quantity: money.MustParse("1"), Unit: "EA", UnitPrice: money.MustParse("5")}},
	}
	article := purchase.Line{LineNumber: "1", SKU: "A", Quantity: money.MustParse("1"), Unit: "EA", UnitPrice: money.MustParse("5")}
	freight := func(quantity, price string) purchase.Line {
		return purchase.Line{LineNumber: "2", SKU: "FREIGHT", Quantity: money.MustParse(quantity), Unit: "C62", UnitPrice: money.MustParse(price)}
	}
	for name, c := range map[string]struct {
		unit  string
		lines []purchase.Line
		want  []purchase.Difference
	}{
		"ordered as it was sent": {"C62", []purchase.Line{article, freight("1", "49")}, nil},
		"left out":               {"C62", []purchase.Line{article}, []purchase.Difference{{"FREIGHT", purchase.MemberMissing, "FREIGHT", ""}}},
		"for less": {"C62", []purchase.Line{article, freight("1", "1.00")},
			[]purchase.Difference{{"FREIGHT", purchase.MemberPrice, "49.00", "1.00"}}},
		"twice": {"C62", []purchase.Line{article, freight("2", "49.00")},
			[]purchase.Difference{{"FREIGHT", purchase.MemberQuantity, "1", "2"}}},
		"left out where no line had it": {"", []purchase.Line{article}, nil},
		"ordered where no line had it":  {"", []purchase.Line{article, freight("1", "49.00")}, nil},
	} {
		got := purchase.Compare(purchase.Sent{Cart: delivered, FreightUnit: c.unit}, &purchase.Order{Currency: "SEK", Lines: c.lines})
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if len(delivered.Lines) != 1 {
		t.Error("the cart itself got a line")
	}
}
