package port

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/transfer"
)

// VirtualBuyer plays a procurement system: it writes the calls that one makes, and reads what it gets. It makes no call itself.
type VirtualBuyer interface {
	// Check refuses formats that it does not speak, with fault.Unsupported: of carts, or, where the buyer has one, of purchase orders.
	Check(b Buyer) error
	// Start writes the start call.
	Start(b Buyer, v BuyerVisit) (BuyerCall, error)
	// StartPage returns where the answer to a start call leads the browser, or a fault that says why it leads nowhere.
	StartPage(b Buyer, a BuyerAnswer) (string, error)
	// Form reads the form off the page that hands the cart over.
	Form(page BuyerAnswer) (ReceivedForm, error)
	// Cart reads what a form brings. A form that brings no cart is a visit that was cancelled.
	Cart(fields []transfer.Field) (ReceivedCart, error)
	// Ping writes the call that completes the order of a cart.
	Ping(b Buyer, v BuyerVisit, cartID string) BuyerCall
	// Order writes the call that brings a purchase order of all that is in a cart, in the buyer's format of orders.
	Order(b Buyer, v BuyerVisit, c ReceivedCart) (BuyerCall, error)
	// Refused says why an answer is a refusal; nil where it is none.
	Refused(a BuyerAnswer) error
	// Completed returns the order's number and status as the answer to a ping or a purchase order has them, empty where it has none,
	// or a fault that says why the order was not taken.
	Completed(a BuyerAnswer) (number, status string, err error)
}

// Buyer is the procurement system's side of a connection.
type Buyer struct {
	Format      string
	OrderFormat string // of its purchase orders; empty where it sends a ping only
	LinkURL     string
	// Login is how it logs in: by a form where it has a user, unless Documents says that its server begins by a document.
	Login     connection.Login
	Documents bool
	Secret    secret.Text
	// Parameters are further ones of the start call by form, by name.
	Parameters map[string]string
	OrderLogin connection.OrderLogin // where purchase orders hold no credentials
}

// BuyerVisit is one visit of a person to the shop, and what comes of it.
type BuyerVisit struct {
	ID            string // goes to the shop and must come back with the cart
	ReturnURL     string // empty where the connection has a fixed one
	PurchaseOrder string // its number, if the cart is ordered
	Test          bool   // says so in documents that can
	At            time.Time
}

// BuyerCall is an HTTP request of a procurement system, or of its buyer's browser.
type BuyerCall struct {
	Method, URL string
	MediaType   string // of the body
	Accept      string
	Body        []byte
	// User and Password are sent by HTTP Basic, Token as a bearer.
	User            string
	Password, Token secret.Text
}

// Request returns the call as net/http makes or serves it.
func (c *BuyerCall) Request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, c.Method, c.URL, bytes.NewReader(c.Body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", c.Accept)
	if c.MediaType != "" {
		r.Header.Set("Content-Type", c.MediaType)
	}
	switch {
	case c.User != "":
		r.SetBasicAuth(c.User, c.Password.Reveal())
	case !c.Token.Empty():
		r.Header.Set("Authorization", "Bearer "+c.Token.Reveal())
	}
	return r, nil
}

// BuyerAnswer is what it gets.
type BuyerAnswer struct {
	Status    int
	Location  string // of a redirect
	MediaType string
	Body      []byte
}

// ReceivedForm is a form on a page.
type ReceivedForm struct {
	Action, Method, AcceptCharset, Target string
	Fields                                []transfer.Field
}

// ReceivedCart is a cart as a procurement system reads it.
type ReceivedCart struct {
	Kind        string // of the document, for people
	Document    string // XML, in UTF-8; empty where the fields of the form are the document
	Field       int    // the position of the field that brought the document; -1 for none
	Correlation string // the visit's, where the document has it
	Cancelled   bool   // the person came back without a cart
	// Order is what would be ordered: all lines of the cart. Its Number is empty.
	Order  purchase.Order
	UNSPSC []string // of each line
}

// Sum returns the quantity of a line times its price.
func (c *ReceivedCart) Sum(line int) money.Decimal {
	l := &c.Order.Lines[line]
	sum := l.Quantity.Mul(l.UnitPrice)
	if l.PriceBasisQuantity.Sign() > 0 {
		sum = sum.Quo(l.PriceBasisQuantity)
	}
	return sum
}

// Total returns the sum of the lines, net.
func (c *ReceivedCart) Total() money.Decimal {
	total := money.FromInt(0)
	for i := range c.Order.Lines {
		total = total.Add(c.Sum(i))
	}
	return total
}
