package completion

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// Received is what became of a purchase order document.
type Received struct {
	Receipt *receipt.Receipt
	Order   *order.Order // nil while the document has none
}

// Queued reports whether the document was accepted for processing only: an operator has to decide, or to find its order. A
// repetition is answered so also after the decision, which is told apart.
func (r Received) Queued() bool { return r.Receipt != nil && r.Receipt.Snapshot().Queued }

// Document is a purchase order as it came in, in a format whose documents hold no credentials.
type Document struct {
	From      authentication.Origin
	MediaType string
	Body      []byte
	// User and Password are the credentials of HTTP Basic, Token that of Bearer, as they came.
	User     string
	Password secret.Text
	Token    secret.Text
}

// Refusals of a purchase order document.
var (
	errTexts    = fault.New(fault.Invalid, "completion.purchase_order", "the purchase order has texts that cannot be kept")
	ErrNoOrders = fault.New(fault.Unsupported, "connection.no_order_format", "this connection takes no purchase orders")
	errLogin    = fault.New(fault.Unauthenticated, "login.missing", "the connection's credentials are missing")
)

// Refusals of a document that does not go with its cart: a test must not complete what was really sent, and what is really
// ordered must not end among the tests, which no ERP asks for.
var (
	errTestDocument = fault.New(fault.Conflict, "order.test_document", "the document is a test, and the cart was sent in earnest")
	errTestCart     = fault.New(fault.Conflict, "order.test_cart", "the cart was sent as a test, and the document is none")
)

// Submit receives a purchase order of whoever presents the connection's credentials by HTTP Basic or Bearer.
func (s *Service) Submit(ctx context.Context, d Document) (Received, error) {
	conn, err := s.connection(ctx, d.From.Link)
	if err != nil {
		return Received{}, err
	}
	if err := s.authenticate(ctx, conn, d); err != nil {
		return Received{}, err
	}
	format := conn.Profile().Ordering.Format
	if format == "" {
		return Received{}, ErrNoOrders
	}
	decoder, err := formats.As[port.OrderDecoder](s.formats, format, formats.Order)
	if err != nil {
		return Received{}, err
	}
	o, err := decoder.DecodeOrder(bytes.NewReader(d.Body))
	if err != nil {
		return Received{}, err
	}
	o.Test = o.Test || d.From.Trial != authentication.NoTrial // of which not every format can tell
	return s.Receive(ctx, conn, format, o.Buyer.Endpoint.ID, &receipt.Content{MediaType: d.MediaType, Body: d.Body, Order: o})
}

func (s *Service) authenticate(ctx context.Context, conn *connection.Connection, d Document) error {
	profile := conn.Profile()
	how, l := profile.Ordering.Login, profile.Login
	var presented port.Presented
	switch {
	case d.User != "" && how != connection.Bearer:
		presented = named(port.Presented{User: d.User, Password: d.Password, Customer: l.Customer}, l)
	case !d.Token.Empty() && how != connection.Basic: // a token names nobody
		presented = port.Presented{User: l.User, Password: d.Token, Customer: l.Customer, From: l.From, To: l.To, Sender: l.Sender}
	default:
		return errLogin
	}
	return s.callers.Caller(ctx, d.From, conn, presented)
}

// Receive keeps a purchase order document, whose sender was authenticated, and applies it to the order of its cart. A
// repetition gets what the first one got; another document under the same identifier is refused with receipt.ErrReused. A
// document without an order is kept for an operator. What the order forbids is refused with the order's fault.
func (s *Service) Receive(
	ctx context.Context, conn *connection.Connection, format, sender string, content *receipt.Content,
) (Received, error) {
	recording.About(ctx, func(c *recording.Call) {
		c.Step, c.CartID, c.PurchaseOrder = traffic.PurchaseOrder, content.Order.CartID, content.Order.Number
	})
	if wrong := content.Order.Check(); wrong != nil {
		return Received{}, errTexts.With(wrong...)
	}
	fresh := receipt.New(conn, format, sender, content, s.clock.Now())
	kept, err := s.keep(ctx, fresh, content)
	if err != nil {
		return Received{}, err
	}
	recording.About(ctx, func(c *recording.Call) { c.Receipt, c.Sent.Kept = kept.ID(), traffic.ReceiptDocument })
	if kept.Snapshot().Status == receipt.Received { // new, or the gateway stopped before it got further
		return s.apply(ctx, conn, kept, &content.Order)
	}
	return s.received(ctx, kept)
}

// keep stores the document, or returns what was stored of it before.
func (s *Service) keep(ctx context.Context, fresh *receipt.Receipt, content *receipt.Content) (*receipt.Receipt, error) {
	err := s.stores.Receipts.Create(ctx, fresh, content)
	if !errors.Is(err, receipt.ErrExists) {
		return fresh, err
	}
	of := fresh.Snapshot().Tenant
	kept, err := s.stores.Receipts.Get(ctx, of, fresh.ID())
	if err != nil {
		return nil, err
	}
	refusal := kept.Repeats(fresh)
	if refusal == nil {
		return kept, nil
	}
	// Some systems write the document anew to send it again, with another time on it. What it orders tells whether it is the same.
	was, err := s.stores.Receipts.Content(ctx, of, fresh.ID())
	if err != nil {
		return nil, err
	}
	if !sameOrder(&was.Order, &content.Order) {
		return nil, refusal
	}
	return kept, nil
}

// sameOrder compares all that is read of two documents.
func sameOrder(a, b *purchase.Order) bool {
	textA, errA := json.Marshal(a)
	textB, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(textA, textB)
}

// received returns what became of a document that was dealt with before.
func (s *Service) received(ctx context.Context, r *receipt.Receipt) (Received, error) {
	state := r.Snapshot()
	if state.Order == "" {
		return Received{Receipt: r}, r.Err()
	}
	o, err := s.stores.Orders.Get(ctx, state.Tenant, state.Order)
	if err == nil {
		recording.AboutOrder(ctx, o)
	}
	if r.Err() != nil {
		return Received{Receipt: r}, r.Err()
	}
	return Received{r, o}, err
}

// apply finds the order of a document and lets it act on it.
func (s *Service) apply(ctx context.Context, conn *connection.Connection, r *receipt.Receipt, o *purchase.Order) (Received, error) {
	found, err := s.match(ctx, conn, o)
	if errors.Is(err, order.ErrNoCart) {
		of := conn.Tenant()
		left, err := s.stores.Receipts.Update(ctx, of, r.ID(), func(each *receipt.Receipt) error { return each.Leave(s.clock.Now()) })
		if err == nil {
			s.log.WarnContext(ctx, "purchase order without a cart", "tenant", of, "connection", conn.ID(), "receipt", r.ID())
		}
		return Received{Receipt: left}, err
	}
	if err != nil {
		return Received{}, err
	}
	recording.About(ctx, func(c *recording.Call) { c.Order, c.Session = found, found.Session() })
	received, err := s.applyTo(ctx, conn, r, o, found)
	if refusal := fault.From(err); err != nil && refusal.Kind == fault.Conflict {
		refused, err := s.stores.Receipts.Update(ctx, conn.Tenant(), r.ID(), func(each *receipt.Receipt) error {
			return each.Refuse(found, refusal, s.clock.Now())
		})
		return Received{Receipt: refused}, errors.Join(refusal, err)
	}
	return received, err
}

// applyTo lets a document act on an order, and records it: first on the order, so that a gateway that stops in between finds
// the document undone and does the same again.
func (s *Service) applyTo(
	ctx context.Context, conn *connection.Connection, r *receipt.Receipt, o *purchase.Order, id order.ID,
) (Received, error) {
	of := conn.Tenant()
	change, err := s.change(ctx, conn, r, o, id)
	if err != nil {
		return Received{}, err
	}
	test := r.Snapshot().Test
	changed, err := s.stores.Orders.Update(ctx, of, id, func(each *order.Order) error {
		switch {
		case test && !each.Snapshot().Test:
			return errTestDocument
		case !test && each.Snapshot().Test:
			return errTestCart
		}
		return change(each)
	})
	if err != nil {
		return Received{}, err
	}
	recording.AboutOrder(ctx, changed)
	if changed.Status() == order.Rejected {
		if err := s.answers.Decline(ctx, changed); err != nil {
			return Received{}, err
		}
	}
	s.answers.Follow(ctx, changed) // a document settles those before it
	applied, err := s.stores.Receipts.Update(ctx, of, r.ID(), func(each *receipt.Receipt) error {
		return each.Apply(id, changed.Status() == order.Held, s.clock.Now())
	})
	if err != nil {
		return Received{}, err
	}
	if changed.Status() == order.Held || changed.Status() == order.Cancelled && o.Type != purchase.Delete {
		if err := s.overtaken(ctx, of, id, r.ID()); err != nil {
			return Received{}, err
		}
	}
	s.log.InfoContext(ctx, "purchase order received", "tenant", of, "connection", conn.ID(), "order", id, "type", o.Type,
		"status", changed.Status().String(), "differences", len(changed.Snapshot().Differences))
	return Received{applied, changed}, nil
}

// overtaken tells of a decision that was made before the document was recorded, as a program that is told of held orders makes it, or
// an operator where the gateway stopped: whoever told of it then did not find the document.
func (s *Service) overtaken(ctx context.Context, of tenant.ID, id order.ID, document receipt.ID) error {
	o, err := s.stores.Orders.Get(ctx, of, id)
	if err != nil || o.Status() == order.Held {
		return err
	}
	s.answers.Follow(ctx, o) // which knows the reason
	accepted := o.Status() == order.Confirmed || o.Status() == order.Exported
	return s.answers.Tell(ctx, o, document, accepted, "")
}

// change returns what the document does to its order.
func (s *Service) change(
	ctx context.Context, conn *connection.Connection, r *receipt.Receipt, o *purchase.Order, id order.ID,
) (func(*order.Order) error, error) {
	if o.Type == purchase.Delete {
		return func(each *order.Order) error { return each.Withdraw(o.Number, s.clock.Now()) }, nil
	}
	profile := conn.Profile()
	differences, err := s.differences(ctx, conn.Tenant(), id, o)
	ordered := order.Purchase{
		Document: string(r.ID()), Number: o.Number, Differences: differences, Decision: profile.Ordering.Policy.Decide(differences),
	}
	return func(each *order.Order) error { return each.Complete(ordered, profile.LateCompletion, s.clock.Now()) }, err
}

func (s *Service) differences(ctx context.Context, of tenant.ID, id order.ID, o *purchase.Order) ([]purchase.Difference, error) {
	c, err := s.stores.Orders.Cart(ctx, of, id)
	if err != nil {
		return nil, err
	}
	document, err := s.stores.Orders.Document(ctx, of, id)
	if err != nil {
		return nil, err
	}
	return purchase.Compare(purchase.SentIn(document, c), o), nil
}

// candidates is how many orders are looked at where a document names none.
const candidates = 20

// match finds the order that a document is for: by the cart's id, by the earlier document that it refers to, by the number
// of the purchase order where it changes one, by the keys of its lines, and last by its articles, if one order alone waits
// for exactly these. order.ErrNoCart where there is none.
func (s *Service) match(ctx context.Context, conn *connection.Connection, o *purchase.Order) (order.ID, error) {
	if o.Type == purchase.Delete {
		return s.taken(ctx, conn, o)
	}
	if o.CartID != "" {
		found, err := s.stores.Orders.ByCartID(ctx, conn.Tenant(), conn.ID(), o.CartID)
		if err == nil {
			return found.ID(), nil
		}
		if !errors.Is(err, order.ErrNoCart) {
			return "", err
		}
	}
	for _, find := range []func(context.Context, *connection.Connection, *purchase.Order) (order.ID, error){
		s.byEarlier, s.byKeys, s.byArticles,
	} {
		if id, err := find(ctx, conn, o); err != nil || id != "" {
			return id, err
		}
	}
	return "", order.ErrNoCart
}

// taken finds the order that a document takes away. It must name it, by the cart's id, the earlier document or at least the
// number of the purchase order, and all that it names must be the same.
func (s *Service) taken(ctx context.Context, conn *connection.Connection, o *purchase.Order) (order.ID, error) {
	var found []order.ID
	if o.CartID != "" {
		named, err := s.stores.Orders.ByCartID(ctx, conn.Tenant(), conn.ID(), o.CartID)
		if err != nil {
			return "", err
		}
		found = append(found, named.ID())
	}
	if o.Replaces != "" || o.CartID == "" {
		number := ""
		if o.Replaces == "" {
			number = o.Number
		}
		named, err := s.earlier(ctx, conn, o.Replaces, number)
		if err != nil {
			return "", err
		}
		found = append(found, named)
	}
	if found[0] == "" || found[len(found)-1] != found[0] {
		return "", order.ErrNoCart
	}
	return found[0], nil
}

func (s *Service) byEarlier(ctx context.Context, conn *connection.Connection, o *purchase.Order) (order.ID, error) {
	if o.Replaces == "" && o.Type == purchase.New {
		return "", nil
	}
	if o.Replaces != "" {
		if id, err := s.earlier(ctx, conn, o.Replaces, ""); err != nil || id != "" {
			return id, err
		}
	}
	return s.earlier(ctx, conn, "", o.Number)
}

// earlier returns the order of the newest document with this identifier, or else with this number of a purchase order; none
// where no document with an order has it.
func (s *Service) earlier(ctx context.Context, conn *connection.Connection, documentID, number string) (order.ID, error) {
	found, err := s.stores.Receipts.Earlier(ctx, conn.Tenant(), conn.ID(), documentID, number, candidates)
	if err != nil {
		return "", err
	}
	for _, each := range found {
		if state := each.Snapshot(); state.Order != "" {
			return state.Order, nil
		}
	}
	return "", nil
}

// byKeys takes the waiting order that differs least: shops may give one key in many carts. Where none waits, it takes the one
// that the document was made from, which will say why it cannot be ordered again.
func (s *Service) byKeys(ctx context.Context, conn *connection.Connection, o *purchase.Order) (order.ID, error) {
	var q port.LineQuery
	for i := range o.Lines {
		if key := o.Lines[i].Key; key != "" {
			q.Keys = append(q.Keys, key)
		}
	}
	found, err := s.having(ctx, conn, q)
	if err != nil {
		return "", err
	}
	waiting := slices.DeleteFunc(slices.Clone(found), func(each *order.Order) bool { return !each.Awaits() })
	if len(waiting) > 0 {
		return s.nearest(ctx, conn, o, waiting, math.MaxInt)
	}
	return s.nearest(ctx, conn, o, found, 0)
}

// byArticles takes the waiting order that has exactly these articles.
func (s *Service) byArticles(ctx context.Context, conn *connection.Connection, o *purchase.Order) (order.ID, error) {
	var q port.LineQuery
	for i := range o.Lines {
		if article := cmp.Or(o.Lines[i].SKU, o.Lines[i].GTIN); article != "" {
			q.SKUs = append(q.SKUs, article)
		}
	}
	found, err := s.having(ctx, conn, q)
	if err != nil {
		return "", err
	}
	waiting := slices.DeleteFunc(found, func(each *order.Order) bool { return !each.Awaits() })
	return s.nearest(ctx, conn, o, waiting, 0)
}

func (s *Service) having(ctx context.Context, conn *connection.Connection, q port.LineQuery) ([]*order.Order, error) {
	if q.Keys == nil && q.SKUs == nil {
		return nil, nil
	}
	return s.stores.Orders.ByLine(ctx, conn.Tenant(), conn.ID(), q, candidates)
}

// nearest returns the order whose cart has the fewest differences from the purchase order, at most so many; none where several
// have as few, for any of them could be meant.
func (s *Service) nearest(
	ctx context.Context, conn *connection.Connection, o *purchase.Order, among []*order.Order, most int,
) (order.ID, error) {
	var nearest []order.ID
	fewest := most
	for _, each := range among {
		differences, err := s.differences(ctx, conn.Tenant(), each.ID(), o)
		if err != nil {
			return "", err
		}
		switch n := len(differences); {
		case n < fewest:
			nearest, fewest = []order.ID{each.ID()}, n
		case n == fewest:
			nearest = append(nearest, each.ID())
		}
	}
	if len(nearest) != 1 {
		return "", nil
	}
	return nearest[0], nil
}
