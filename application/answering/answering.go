// Package answering answers purchase orders: what the shop accepts, changes or rejects goes back to the procurement system
// in the format of the connection's orders, and what became of an order that waited for a decision, too. Answers are kept;
// they can be fetched, and go to the connection's address for answers, where it has one, until that takes them.
package answering

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/health"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Service answers.
type Service struct {
	stores  port.Stores
	formats *formats.Registry
	secrets port.Secrets
	clock   port.Clock
	ids     port.IDs
	policy  port.Policy
	log     *slog.Logger
	health  *health.Service
	worker  *retry.Worker
	calls   *recording.Service
}

// New makes the service.
func New(
	stores port.Stores, registry *formats.Registry, secrets port.Secrets, clock port.Clock, ids port.IDs, policy port.Policy,
	log *slog.Logger, health *health.Service, worker *retry.Worker, calls *recording.Service,
) *Service {
	return &Service{stores, registry, secrets, clock, ids, policy, log, health, worker, calls}
}

// Response is what the shop says of an order.
type Response struct {
	Status                   string // a Response constant of the port
	Note                     string
	PromisedFrom, PromisedTo cart.Moment
	Lines                    []Line
}

// Line is what the shop says of a line: by the line number of the purchase order, or by the id of the cart's line.
type Line struct {
	port.OrderResponseLine

	CartLine string
}

// Refusals of an answer.
var (
	ErrNoFormat = fault.New(fault.Conflict, "answer.no_format", "the connection has no format for purchase orders, in which to answer")
	ErrNotDone  = fault.New(fault.Conflict, "answer.not_ordered", "the order was not completed, so there is nothing to answer yet")
	ErrHeld     = fault.New(fault.Conflict, "answer.held", "the order is held: it can be rejected, and accepted once an operator confirms it")
	ErrOver     = fault.New(fault.Conflict, "answer.over", "the order is over: of its purchase order nothing but a rejection can be said")
	ErrByPing   = fault.New(fault.Conflict, "answer.no_document",
		"a ping completed the order, and its format answers purchase order documents only; what the shop does not take, an operator cancels")
	ErrInvalid = fault.New(fault.Invalid, "answer.invalid", "the answer has members that are wrong")
)

// Respond makes the answer to an order, which the digest of the request tells from its repetition. A rejection of the whole
// order ends it.
func (s *Service) Respond(
	ctx context.Context, of tenant.ID, id order.ID, r Response, digest string,
) (a *answer.Answer, repeated bool, err error) {
	o, err := s.stores.Orders.Get(ctx, of, id)
	if err != nil {
		return nil, false, err
	}
	recording.AboutOrder(ctx, o)
	given, err := s.stores.Answers.ByOrder(ctx, of, id)
	if err != nil {
		return nil, false, err
	}
	for _, each := range given {
		if each.Snapshot().Digest == digest {
			return each, true, s.end(ctx, o, r)
		}
	}
	switch o.Status() {
	case order.Confirmed, order.Exported:
	case order.Held:
		if r.Status != port.ResponseRejected {
			return nil, false, ErrHeld
		}
	case order.Cancelled, order.Rejected: // which the procurement system may not know
		if r.Status != port.ResponseRejected || o.Snapshot().Document == "" {
			return nil, false, ErrOver
		}
	default:
		return nil, false, ErrNotDone
	}
	a, err = s.respond(ctx, o, r, given, digest)
	if errors.Is(err, answer.ErrExists) {
		return s.Respond(ctx, of, id, r, digest)
	}
	if err != nil {
		return nil, false, err
	}
	return a, false, s.end(ctx, o, r)
}

// respond makes the answer after those that were given.
func (s *Service) respond(ctx context.Context, o *order.Order, r Response, given []*answer.Answer, digest string) (*answer.Answer, error) {
	about, err := s.subject(ctx, o, "")
	if err != nil {
		return nil, err
	}
	return s.make(ctx, about, r, given, digest)
}

func (s *Service) make(ctx context.Context, about subject, r Response, given []*answer.Answer, digest string) (*answer.Answer, error) {
	document, err := s.response(about, r, len(given)+1)
	if err != nil {
		return nil, err
	}
	return s.keep(ctx, about, len(given)+1, answer.Response, r.Status, digest, document)
}

// end cancels an order that the shop rejects whole; one that is held it rejects, and says so to who was told to wait.
func (s *Service) end(ctx context.Context, o *order.Order, r Response) error {
	if r.Status != port.ResponseRejected {
		return nil
	}
	ended, err := s.stores.Orders.Update(ctx, o.Snapshot().Tenant, o.ID(), func(each *order.Order) error {
		if each.Status() == order.Held || each.Status() == order.Rejected {
			return each.Reject(r.Note, s.clock.Now())
		}
		return each.Cancel(r.Note, s.clock.Now())
	})
	if err != nil {
		return err
	}
	s.Follow(ctx, ended)
	return nil
}

// subject is what an answer is about.
type subject struct {
	order    *order.Order
	conn     *connection.Connection
	format   string
	purchase purchase.Order
	sent     purchase.Sent
	document bool // the procurement system sent a document; without one, a ping completed the order
}

// subject gathers what is known of the purchase order: the document, or, where none is named, the one that was applied last, or
// the cart where a ping completed the order.
func (s *Service) subject(ctx context.Context, o *order.Order, document receipt.ID) (subject, error) {
	state := o.Snapshot()
	conn, err := s.stores.Connections.Get(ctx, state.Tenant, state.Connection)
	if err != nil {
		return subject{}, err
	}
	c, err := s.stores.Orders.Cart(ctx, state.Tenant, state.ID)
	if err != nil {
		return subject{}, err
	}
	sent, err := s.stores.Orders.Document(ctx, state.Tenant, state.ID)
	if err != nil {
		return subject{}, err
	}
	about := subject{order: o, conn: conn, sent: purchase.SentIn(sent, c), format: conn.Profile().Ordering.Format}
	if document = cmp.Or(document, receipt.ID(state.Document)); document == "" {
		about.purchase, about.sent = ofCart(o, c), purchase.Sent{Cart: c, FreightUnit: freightUnit}
	} else {
		r, err := s.stores.Receipts.Get(ctx, state.Tenant, document)
		if err != nil {
			return subject{}, err
		}
		content, err := s.stores.Receipts.Content(ctx, state.Tenant, document)
		if err != nil {
			return subject{}, err
		}
		about.purchase, about.format, about.document = content.Order, r.Snapshot().Format, true
	}
	if about.format == "" {
		return subject{}, ErrNoFormat
	}
	complete(&about.purchase, c)
	return about, nil
}

// SecretPurpose is what the secret for answers of a connection is sealed for.
func SecretPurpose(c *connection.Connection) []string {
	return []string{"answer", string(c.Tenant()), string(c.ID())}
}

const freightUnit = "C62" // UN/ECE Recommendation 20: one

// ofCart is the purchase order that a ping says was made of a cart.
func ofCart(o *order.Order, c *cart.Cart) purchase.Order {
	state := o.Snapshot()
	made := purchase.Order{
		Number: cmp.Or(state.PurchaseOrder, o.Number()), Date: state.ConfirmedAt.Format("2006-01-02"), Type: purchase.New,
		CartID: state.CartID, Currency: c.Currency, Total: c.Total(), ShipTo: c.ShipTo, Test: state.Test,
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		made.Lines = append(made.Lines, purchase.Line{
			LineNumber: l.ID, SKU: l.SKU, Key: l.Key, GTIN: l.GTIN, Name: l.Name, Quantity: l.Quantity, Unit: l.Unit,
			UnitPrice: l.UnitPrice, PriceBasisQuantity: l.PriceBasisQuantity, Currency: c.Currency, StandardID: l.StandardID, Tax: l.Tax,
		})
	}
	if s := &c.Shipping; s.Amount.Sign() > 0 {
		made.Total = made.Total.Add(s.Amount)
		made.Lines = append(made.Lines, purchase.Line{
			LineNumber: cart.Freight, SKU: cart.Freight, Name: cmp.Or(s.Description, "Freight"), Quantity: money.FromInt(1), Unit: freightUnit,
			UnitPrice: s.Amount, Currency: c.Currency, Tax: s.Tax,
		})
	}
	return made
}

// complete fills the parties that the document leaves out from the cart.
func complete(o *purchase.Order, c *cart.Cart) {
	for _, p := range []struct {
		to   *cart.Party
		from cart.Party
	}{{&o.Seller, c.Seller}, {&o.Buyer, c.Buyer}} {
		p.to.Name = cmp.Or(p.to.Name, p.from.Name)
		if p.to.Endpoint.ID == "" {
			p.to.Endpoint = p.from.Endpoint
		}
		if p.to.Identifier.ID == "" {
			p.to.Identifier = p.from.Identifier
		}
	}
}

func (s *Service) speaker(about subject) port.Speaker {
	p := about.conn.Profile()
	return port.Speaker{
		Options: p.Ordering.Options, From: p.Login.From, To: p.Login.To, Sender: p.Login.Sender, HasSecret: about.conn.AnswerSecret() != "",
		DocumentID: s.ids.New(), Test: about.order.Snapshot().Test,
	}
}

// response encodes what the shop says. Where no document came, and the format has one for what was agreed, that is written.
func (s *Service) response(about subject, r Response, position int) (*answer.Document, error) {
	if wrong := cart.CheckText("/note", r.Note, cart.MaxName); wrong != nil {
		return nil, ErrInvalid.With(wrong...)
	}
	lines, err := about.lines(r.Lines)
	if err != nil {
		return nil, err
	}
	said := port.OrderResponse{
		Order: about.purchase, Number: about.order.Number() + "-" + strconv.Itoa(position), Status: r.Status, Note: r.Note,
		PromisedFrom: r.PromisedFrom, PromisedTo: r.PromisedTo, Lines: lines, Now: s.clock.Now(), Speaker: s.speaker(about),
	}
	var body bytes.Buffer
	if !about.document {
		agreement, err := formats.As[port.OrderAgreementEncoder](s.formats, about.format, formats.OrderAgreement)
		switch {
		case err != nil:
			return nil, ErrByPing
		case r.Status != port.ResponseRejected:
			mediaType, err := agreement.EncodeOrderAgreement(&body, said)
			return &answer.Document{MediaType: mediaType, FileName: said.Number + ".xml", Body: body.Bytes()}, err
		}
	}
	encoder, err := formats.As[port.OrderResponseEncoder](s.formats, about.format, formats.OrderResponse)
	if err != nil {
		return nil, err
	}
	mediaType, err := encoder.EncodeOrderResponse(&body, said)
	return &answer.Document{MediaType: mediaType, FileName: said.Number + ".xml", Body: body.Bytes()}, err
}

// lines finds the line numbers of lines that are named as in the cart.
func (a *subject) lines(said []Line) ([]port.OrderResponseLine, error) {
	var pairs map[string]*purchase.Line
	if slices.ContainsFunc(said, Line.named) {
		pairs = purchase.Pairs(a.sent, &a.purchase)
	}
	lines := make([]port.OrderResponseLine, len(said))
	for i, each := range said {
		lines[i] = each.OrderResponseLine
		if wrong := cart.CheckText("/lines/"+strconv.Itoa(i)+"/note", each.Note, cart.MaxName); wrong != nil {
			return nil, ErrInvalid.With(wrong...)
		}
		if !each.named() {
			continue
		}
		ordered, ok := pairs[each.CartLine]
		if !ok {
			return nil, ErrInvalid.With(fault.Detail{
				Path: "/lines/" + strconv.Itoa(i) + "/line", Code: "unknown_line", Message: "the purchase order has no such line",
			})
		}
		lines[i].LineNumber = ordered.LineNumber
	}
	return lines, nil
}

// named reports whether the line is told by the cart's line alone.
func (l Line) named() bool { return l.CartLine != "" && l.LineNumber == "" }

func (s *Service) keep(
	ctx context.Context, about subject, position int, k answer.Kind, says, digest string, d *answer.Document,
) (*answer.Answer, error) {
	deliver := about.conn.Profile().Ordering.AnswerURL != "" && !about.order.Snapshot().Trial
	a := answer.New(about.order, position, about.format, k, says, digest, deliver, s.clock.Now())
	if err := s.stores.Answers.Create(ctx, a, d); err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "order answered", "tenant", a.Snapshot().Tenant, "order", about.order.ID(), "answer", a.ID(), "says", says)
	s.worker.Wake()
	return a, nil
}

// Answers returns the answers to an order, the oldest first.
func (s *Service) Answers(ctx context.Context, of tenant.ID, id order.ID) ([]*answer.Answer, error) {
	if _, err := s.stores.Orders.Get(ctx, of, id); err != nil {
		return nil, err
	}
	return s.stores.Answers.ByOrder(ctx, of, id)
}

// Document returns the document of an answer to an order: the one at the position, from 1, or with 0 the last response.
func (s *Service) Document(ctx context.Context, of tenant.ID, id order.ID, position int) (*answer.Document, error) {
	if position > 0 {
		return s.stores.Answers.Document(ctx, of, answer.IDOf(id, position))
	}
	all, err := s.Answers(ctx, of, id)
	if err != nil {
		return nil, err
	}
	for _, each := range slices.Backward(all) {
		if each.Snapshot().Kind == answer.Response {
			return s.stores.Answers.Document(ctx, of, each.ID())
		}
	}
	return nil, answer.ErrNotFound
}
