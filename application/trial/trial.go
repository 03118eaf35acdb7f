// Package trial tries a connection from end to end: an operator plays the procurement system, the shop and its ERP. Their calls go
// through the gateway's own edge, where they are parsed, authenticated, throttled and recorded as everybody's are. All that a trial
// makes is a test, which the ERP's feed leaves out, and is marked as a trial: of such a visit nothing is pushed and nothing is answered
// to the procurement system, then or later.
package trial

import (
	"context"
	"slices"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/encoding"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Service tries connections.
type Service struct {
	stores  port.Stores
	buyer   port.VirtualBuyer
	encoder *encoding.Encoder
	secrets port.Secrets
	clock   port.Clock
	ids     port.IDs
}

// New makes the service.
func New(
	stores port.Stores, buyer port.VirtualBuyer, encoder *encoding.Encoder, secrets port.Secrets, clock port.Clock, ids port.IDs,
) *Service {
	return &Service{stores, buyer, encoder, secrets, clock, ids}
}

// Gateway is the gateway's edge, called from within, as if the calls came over the network from whoever asks for the trial.
type Gateway interface {
	// Call answers a call of the procurement system or of the buyer's browser.
	Call(ctx context.Context, c port.BuyerCall, as authentication.Trial) (port.BuyerAnswer, error)
	// ShopCall answers a call of the tenant's shop or ERP, which need no key for it. Its address is a path.
	ShopCall(ctx context.Context, c port.BuyerCall, of tenant.ID) (port.BuyerAnswer, error)
	// LinkURL returns the whole address of a link.
	LinkURL(address string) string
}

// Completion is how the procurement system completes the order.
type Completion struct{ name string }

// The ways of completion. By default it is a purchase order where the connection takes them.
var (
	ByDefault = Completion{""}
	ByPing    = Completion{"ping"}
	ByOrder   = Completion{"purchase_order"}
)

// ParseCompletion refuses any name but ping, purchase_order and none.
func ParseCompletion(name string) (Completion, error) {
	for _, c := range []Completion{ByDefault, ByPing, ByOrder} {
		if c.name == name {
			return c, nil
		}
	}
	return Completion{}, fault.New(fault.Invalid, "trial.unknown_completion", "an order is completed by ping or purchase_order")
}

// String returns the name of the way; empty for ByDefault.
func (c Completion) String() string { return c.name }

// Question says what to try.
type Question struct {
	Connection connection.ID
	// Secret is what the procurement system presents; where it is empty, the credentials are not checked.
	Secret     secret.Text
	Cart       *cart.Cart // nil for the sample
	Completion Completion
}

// Name is the name of a step.
type Name string

// The steps, in their order.
const (
	Start         Name = "start"          // the start call
	Session       Name = "session"        // what the gateway opened for it
	Exchange      Name = "exchange"       // the shop takes over
	Cart          Name = "cart"           // the shop sends the cart
	Document      Name = "document"       // what its own format finds in the document
	Transfer      Name = "transfer"       // the form as the buyer gets it, and the cart that is read from it
	Ping          Name = "ping"           // the completion, one of the two
	PurchaseOrder Name = "purchase_order" // the completion, one of the two
	Order         Name = "order"          // what became of the order
	ERP           Name = "erp"            // what the ERP would get
)

// Verdict is what a step came to.
type Verdict string

// The verdicts, from good to bad.
const (
	Passed Verdict = "passed"
	Warned Verdict = "warned" // it went on, and the reasons say what to look at
	Failed Verdict = "failed" // the trial ended here, and the reasons say why
)

// Message is a call or its answer, without its secrets.
type Message struct {
	Line      string   // such as POST with the address, or the HTTP status with the address it leads to
	Headers   []string // those that say something of the login
	MediaType string
	Body      []byte
	Form      *port.ReceivedForm // that was read off the page; the page itself is left out
}

// Step is one step of a trial.
type Step struct {
	Name    Name
	Verdict Verdict
	Sent    *Message // of the steps that are calls
	Answer  *Message
	Reasons []fault.Detail
}

// Result is a trial. What it did not come to is nil.
type Result struct {
	Steps       []Step
	Document    *transfer.Document
	Findings    []port.Finding
	Received    *port.ReceivedCart    // as the buyer reads it
	Differences []purchase.Difference // between the cart that was sent and the one that was received
	Order       *order.Order          // as the completion left it
}

// Verdict returns the worst of the steps'.
func (r *Result) Verdict() Verdict {
	worst := Passed
	for _, s := range r.Steps {
		switch s.Verdict {
		case Failed:
			return Failed
		case Warned:
			worst = Warned
		case Passed:
		}
	}
	return worst
}

// Run tries a connection, step by step, until one fails. It refuses a connection whose format the virtual buyer does not speak, and
// makes nothing then.
func (s *Service) Run(ctx context.Context, of tenant.ID, q Question, at Gateway) (Result, error) {
	conn, err := s.stores.Connections.Get(ctx, of, q.Connection)
	if err != nil {
		return Result{}, err
	}
	r := &run{Service: s, of: of, conn: conn, profile: conn.Profile(), question: q, at: at, as: authentication.Checked}
	if err := r.prepare(); err != nil {
		return Result{}, err
	}
	for _, step := range r.steps() {
		r.result.Steps = append(r.result.Steps, Step{Name: step.name, Verdict: Passed})
		r.step = &r.result.Steps[len(r.result.Steps)-1]
		err := step.do(ctx)
		if err == nil {
			continue
		}
		refusal := fault.From(err)
		if refusal.Kind == fault.Internal || refusal.Kind == fault.Unavailable {
			return Result{}, err
		}
		r.step.Verdict = Failed
		r.step.Reasons = append(r.step.Reasons, reasons(refusal)...)
		break
	}
	return r.result, nil
}

// reasons are what a refusal says: its details where it has any, which name the members.
func reasons(refusal *fault.Fault) []fault.Detail {
	own := fault.Detail{Code: refusal.Code, Message: refusal.Message}
	if len(refusal.Details) > 0 && slices.ContainsFunc(refusal.Details, func(d fault.Detail) bool { return d.Message == own.Message }) {
		return refusal.Details
	}
	return append([]fault.Detail{own}, refusal.Details...)
}

// prepare refuses what cannot be tried.
func (r *run) prepare() error {
	login := r.profile.Login
	r.side = port.Buyer{
		Format: r.profile.Format, OrderFormat: r.profile.Ordering.Format, Login: login, OrderLogin: r.profile.Ordering.Login,
		Secret: r.question.Secret, Documents: len(login.From) > 0 && login.User == "" || r.profile.Format == "cxml-1.2",
	}
	if r.question.Secret.Empty() {
		r.as, r.side.Secret = authentication.Unchecked, secret.New("not-checked")
	}
	carts := r.side
	carts.OrderFormat = ""
	if err := r.buyer.Check(carts); err != nil {
		return err
	}
	r.completion = r.question.Completion
	if r.completion == ByDefault {
		r.completion = ByPing
		if r.side.OrderFormat != "" {
			r.completion = ByOrder
		}
	}
	if r.completion != ByOrder {
		return nil
	}
	if r.side.OrderFormat == "" {
		return errNoOrders
	}
	err := r.buyer.Check(r.side)
	if fault.KindOf(err) == fault.Unsupported && r.question.Completion == ByDefault {
		r.completion, r.unspoken = ByPing, fault.From(err)
		return nil
	}
	return err
}

var errNoOrders = fault.New(fault.Conflict, "trial.no_order_format",
	"the connection takes no purchase orders; complete the order by a ping")
