package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// maxItems bounds a visit's cart.
const maxItems = 500

// visit is one shop session: a PunchOut, or a customer who logged in to the shop itself. Its identifier stands in the path
// of its pages, so that several in one browser never meet.
type visit struct {
	id       string
	customer Customer
	person   string
	session  api.Session // the gateway's; zero for a customer who logged in to the shop itself

	mu    sync.Mutex // held while a cart is sent, too, so that a doubled click sends once
	items []*item
	last  int // the number of the latest item
	// dropped are articles of the cart to edit that the shop does not sell any more.
	dropped []string
	// opened is the gateway's session for the cart of a customer without a PunchOut, until the cart is sent.
	opened  string
	handed  handover
	ordered string // the number of the order that the shop's own checkout took
}

// item is one line of the shop's cart.
type item struct {
	Number   int // names the item in forms
	Product  *product
	Quantity money.Decimal
	// id and key are those of the line that the procurement system sent to be edited. They go back unchanged, for by them
	// it knows its own lines.
	id, key string
}

// handover is how the visit ended for the procurement system.
type handover struct {
	URL      string // leads back to the procurement system; empty while the visit lasts
	Number   string // of the order; empty where the visit was cancelled
	Warnings []api.Warning
	state    string // the cart that was sent
}

func newVisit(id string, from *api.Visit) *visit {
	v := &visit{
		id: id, session: from.Session, person: from.Person.Name,
		customer: Customer{ID: from.Customer.ID, Number: from.Customer.Number, Name: from.Customer.Name},
	}
	if v.person == "" {
		v.person = from.Person.Email
	}
	for _, l := range from.Lines {
		if p := find(l.SKU); p != nil && len(v.items) < maxItems && l.Quantity.Sign() > 0 {
			v.put(p, l.Quantity, l.ID, l.Key)
		} else {
			v.dropped = append(v.dropped, strings.TrimSpace(l.SKU+" "+l.Name))
		}
	}
	return v
}

func (v *visit) punchOut() bool { return v.session.ID != "" }

// inspects reports whether the procurement system only wants its cart to be looked at.
func (v *visit) inspects() bool { return v.session.Operation == "inspect" }

// readOnly reports whether the cart cannot be changed: it is inspected, or its PunchOut is over.
func (v *visit) readOnly() bool { return v.inspects() || v.punchOut() && v.handed.URL != "" }

func (v *visit) path(page string) string { return "/s/" + v.id + page }

// add puts a product into the cart, on the line that it has there or on a new one.
func (v *visit) add(p *product, quantity money.Decimal) error {
	for _, it := range v.items {
		if it.Product == p {
			return v.set(it.Number, it.Quantity.Add(quantity))
		}
	}
	if len(v.items) == maxItems {
		return errFull
	}
	if err := checkQuantity(quantity); err != nil {
		return err
	}
	v.put(p, quantity, "", "")
	return nil
}

func (v *visit) put(p *product, quantity money.Decimal, id, key string) {
	v.last++
	v.items = append(v.items, &item{v.last, p, quantity, id, key})
}

// set changes an item's quantity; nought takes the item out. An item that is gone stays so.
func (v *visit) set(number int, quantity money.Decimal) error {
	if quantity.Sign() == 0 {
		v.items = slices.DeleteFunc(v.items, func(it *item) bool { return it.Number == number })
		return nil
	}
	if err := checkQuantity(quantity); err != nil {
		return err
	}
	for _, it := range v.items {
		if it.Number == number {
			it.Quantity = quantity
		}
	}
	return nil
}

var (
	maxQuantity = money.FromInt(100_000)

	errQuantity = text{"Antalet måste vara ett tal över noll, högst 100 000.", "The quantity must be a number above zero, at most 100,000."}
	errFull     = text{"Varukorgen är full.", "The cart is full."}
)

func checkQuantity(q money.Decimal) error {
	if q.Sign() <= 0 || q.Cmp(maxQuantity) > 0 {
		return errQuantity
	}
	return nil
}

// parseQuantity reads what a person typed, with a point or a comma.
func parseQuantity(text string) (money.Decimal, error) {
	q, err := money.Parse(strings.Replace(strings.TrimSpace(text), ",", ".", 1))
	if err != nil || q.IsZero() || q.Sign() < 0 {
		return q, errQuantity
	}
	return q, nil
}

// cart returns the neutral cart. What the shop leaves out the gateway fills in.
func (v *visit) cart(lang string) cart.Cart {
	c := cart.Cart{Currency: currency, Language: lang, Lines: []cart.Line{}}
	for _, it := range v.items {
		l := it.Product.line(lang, it.Quantity)
		l.ID, l.Key = it.id, it.key
		c.Lines = append(c.Lines, l)
	}
	return c
}

// stateOf is the same for equal carts and differs for others.
func stateOf(c cart.Cart) (string, error) {
	text, err := json.Marshal(c)
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:]), err
}
