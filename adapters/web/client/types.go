package client

import (
	"cmp"
	"fmt"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// Visit is a session with what the procurement system told of it.
type Visit struct {
	Session      Session           `json:"session"`
	Customer     Customer          `json:"customer"`
	Person       Person            `json:"person"`
	ShipTo       cart.Address      `json:"ship_to"`
	SelectedItem string            `json:"selected_item"` // the article to open the shop at
	Lines        []cart.Line       `json:"lines"`         // the cart to edit or inspect, as far as known
	Extrinsics   map[string]string `json:"extrinsics"`
}

// Session is one PunchOut visit.
type Session struct {
	ID        string    `json:"id"`
	Status    string    `json:"status"`    // opened, shopping, returned, cancelled or expired
	Operation string    `json:"operation"` // create, edit, inspect or source
	ExpiresAt time.Time `json:"expires_at"`
	Test      bool      `json:"test"`
}

// Customer is a buying organisation of the shop.
type Customer struct {
	ID     string `json:"id"`     // the gateway's
	Number string `json:"number"` // the shop's own
	Name   string `json:"name"`
}

// Person is the human who shops, as far as the procurement system tells.
type Person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// What a Policy says of the shop's own checkout, and what the shop offers in its place or as it.
const (
	Allowed = "allowed"
	Blocked = "blocked"

	ActionCheckout  = "checkout"
	ActionSendOrder = "send_order"
	ActionNone      = "none"
)

// Policy is what holds for a customer's checkout.
type Policy struct {
	Eligible bool     `json:"eligible"` // buys by PunchOut
	Checkout string   `json:"checkout"` // Allowed or Blocked
	Action   string   `json:"action"`   // ActionCheckout, ActionSendOrder or ActionNone
	Label    string   `json:"label"`    // of the button for ActionSendOrder
	Redirect string   `json:"redirect"` // the path within the shop to which a direct visit to a blocked checkout is led
	Reasons  []Reason `json:"reasons"`
	PunchOut PunchOut `json:"punchout"` // zero where the question names no open session of the customer
}

// PunchOut tells whose PunchOut a session is.
type PunchOut struct {
	Customer  Named     `json:"customer"`
	Person    Named     `json:"person"` // as the procurement system told; its name may be empty
	ExpiresAt time.Time `json:"expires_at"`
}

// Named is what is told of somebody by name alone.
type Named struct {
	Name string `json:"name"`
}

// The types of a CatalogueQuestion.
const (
	CatalogueValidate = "catalogue.validate"
	CatalogueSearch   = "catalogue.search"
)

// CatalogueQuestion is what the gateway posts to the shop's catalogue_url, signed as a Standard Webhook, where a procurement
// system asks for data. The shop verifies the signature, and answers with a CatalogueAnswer, or 404 where there is nothing.
type CatalogueQuestion struct {
	Type      string    `json:"type"` // CatalogueValidate or CatalogueSearch
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Product    string            `json:"product"`  // the article, for CatalogueValidate
		Quantity   money.Decimal     `json:"quantity"` // that the price is wanted for
		Search     string            `json:"search"`   // the words, for CatalogueSearch
		Customer   string            `json:"customer"` // the gateway's identifier
		Connection string            `json:"connection"`
		Extrinsics map[string]string `json:"extrinsics"`
		Test       bool              `json:"test"`
	} `json:"data"`
}

// CatalogueAnswer is what the shop found.
type CatalogueAnswer struct {
	Currency string      `json:"currency"`
	Language string      `json:"language,omitempty"`
	Lines    []cart.Line `json:"lines"`
}

// Sent is what the shop gets for a cart.
type Sent struct {
	Order struct {
		ID     string `json:"id"`
		Number string `json:"number"` // for people
		Status string `json:"status"`
	} `json:"order"`
	TransferURL string    `json:"transfer_url"` // where the person's browser goes
	Warnings    []Warning `json:"warnings"`
}

// Page is one page of orders.
type Page struct {
	Orders     []Order `json:"orders"`
	NextCursor string  `json:"next_cursor"` // empty after the last page
}

// Order is what the shop keeps of a transferred cart. Times that did not come yet are zero.
type Order struct {
	ID            string       `json:"id"`
	Number        string       `json:"number"` // for people
	Status        string       `json:"status"` // prepared, transferred, confirmed, held, exported, rejected, cancelled or expired
	Test          bool         `json:"test"`
	CartID        string       `json:"cart_id"`
	PurchaseOrder string       `json:"purchase_order"` // the procurement system's number
	ERPReference  string       `json:"erp_reference"`
	Customer      Customer     `json:"customer"`
	Cart          cart.Cart    `json:"cart"`
	Differences   []Difference `json:"differences"`
	CreatedAt     time.Time    `json:"created_at"`
	TransferredAt time.Time    `json:"transferred_at"`
	ConfirmedAt   time.Time    `json:"confirmed_at"`
	ExportedAt    time.Time    `json:"exported_at"`
}

// Difference is one member in which the purchase order differs from the transferred cart.
type Difference struct {
	Line   string `json:"line"`
	Member string `json:"member"`
	Cart   string `json:"cart"`
	Order  string `json:"order"`
}

// Reason is one of the reasons of a policy or a refusal.
type Reason struct {
	Code    string `json:"code"` // stable, such as "cart.highest_value"
	Message string `json:"message"`
}

// Warning says what the document had to change or leave out of the cart, or what the buyer's system will do to it. Path is a
// JSON Pointer into the cart (RFC 6901).
type Warning struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Effect  string `json:"effect"` // cut, changed or refused; empty where the message alone says it
	Before  string `json:"before"` // the value of the cart
	After   string `json:"after"`  // what is kept of it
	Remedy  string `json:"remedy"`
	Source  string `json:"source"` // of the rule
}

// Response is what the shop says of a purchase order.
type Response struct {
	Status       string         `json:"status"` // accepted, accepted_with_change, rejected or acknowledged
	Note         string         `json:"note,omitempty"`
	PromisedFrom cart.Moment    `json:"promised_from,omitzero"`
	PromisedTo   cart.Moment    `json:"promised_to,omitzero"`
	Lines        []ResponseLine `json:"lines,omitempty"` // those of which there is something to say
}

// ResponseLine is what the shop says of a line.
type ResponseLine struct {
	LineNumber   string        `json:"line_number,omitempty"` // of the purchase order
	Line         string        `json:"line,omitempty"`        // or the ID of the cart's line
	Status       string        `json:"status"`                // accepted, changed or rejected
	Quantity     money.Decimal `json:"quantity,omitzero"`
	PromisedFrom cart.Moment   `json:"promised_from,omitzero"`
	PromisedTo   cart.Moment   `json:"promised_to,omitzero"`
	Note         string        `json:"note,omitempty"`
}

// Answer is the gateway's document to the procurement system.
type Answer struct {
	ID       string `json:"id"`
	Position int    `json:"position"` // of the answers to the order, from 1
	Status   string `json:"status"`
	Delivery struct {
		Wanted      bool      `json:"wanted"` // the connection has an address for answers
		Attempts    int       `json:"attempts"`
		LastError   string    `json:"last_error"`
		DeliveredAt time.Time `json:"delivered_at"`
	} `json:"delivery"`
}

// Invalid is one member that is wrong. Path is a JSON Pointer (RFC 6901), such as /lines/2/quantity.
type Invalid struct {
	Path    string `json:"path"`
	Code    string `json:"code"` // stable, such as "not_positive"
	Message string `json:"message"`
}

// Problem is a refusal by the gateway (RFC 9457): every answer but 2xx is returned as one, to be found by errors.AsType.
type Problem struct {
	Type    string    `json:"type"`
	Title   string    `json:"title"`
	Status  int       `json:"status"` // of HTTP
	Detail  string    `json:"detail"`
	Code    string    `json:"code"`    // stable, such as "session.expired"; empty where the answer came from something in between
	Errors  []Invalid `json:"errors"`  // every member that is wrong, with status 422
	Reasons []Reason  `json:"reasons"` // every reason, where the customer is not eligible
	// RetryAfter is how long the gateway asks to wait, with statuses 429 and 503; zero where it does not say.
	RetryAfter time.Duration `json:"-"`
}

// Error returns the status, the code and the text for people.
func (p *Problem) Error() string {
	text := cmp.Or(p.Detail, p.Title)
	if p.Code == "" {
		return fmt.Sprintf("the gateway answered %d: %s", p.Status, text)
	}
	return fmt.Sprintf("the gateway answered %d %s: %s", p.Status, p.Code, text)
}
