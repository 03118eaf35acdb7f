package web

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/trial"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// inside calls the server's own routes, as trial.Gateway, on behalf of a client.
type inside struct {
	*Server

	client string // the address of whoever asks
}

var _ trial.Gateway = inside{}

type insideKey struct{}

// insideCall is what a request that the server makes itself may do.
type insideCall struct {
	trial authentication.Trial
	shop  tenant.ID // whose shop or ERP calls, without a key; empty for a procurement system's call
}

// insideOf tells what a request may do because the server makes it itself. It is told by the context, so that nobody else can.
func insideOf(c *gin.Context) insideCall {
	call, _ := c.Request.Context().Value(insideKey{}).(insideCall)
	return call
}

// Call serves a call of the virtual buyer through all that stands before the routes.
func (in inside) Call(ctx context.Context, c port.BuyerCall, as authentication.Trial) (port.BuyerAnswer, error) {
	return in.serve(ctx, c, insideCall{trial: as})
}

// ShopCall serves a call of a shop or its ERP.
func (in inside) ShopCall(ctx context.Context, c port.BuyerCall, of tenant.ID) (port.BuyerAnswer, error) {
	c.URL = in.config.PublicURL + c.URL
	return in.serve(ctx, c, insideCall{shop: of})
}

func (in inside) serve(ctx context.Context, c port.BuyerCall, call insideCall) (port.BuyerAnswer, error) {
	r, err := c.Request(context.WithValue(ctx, insideKey{}, call))
	if err != nil {
		return port.BuyerAnswer{}, err
	}
	r.RemoteAddr = net.JoinHostPort(in.client, "0")
	w := &recorder{header: http.Header{}}
	in.handler.ServeHTTP(w, r)
	return port.BuyerAnswer{
		Status: cmp.Or(w.status, http.StatusOK), Location: w.header.Get("Location"), MediaType: w.header.Get("Content-Type"),
		Body: w.body.Bytes(),
	}, ctx.Err()
}

// LinkURL returns the address of a link.
func (in inside) LinkURL(address string) string { return in.linkURL(address) }

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }
func (w *recorder) WriteHeader(status int)      { w.status = status }

// tryConnection plays the procurement system of a connection.
func (s *Server) tryConnection(c *gin.Context) {
	var b struct {
		Secret     string     `json:"secret"`
		Cart       *cart.Cart `json:"cart"`
		Completion string     `json:"completion"`
	}
	if !s.decodeOptional(c, &b) {
		return
	}
	completion, err := trial.ParseCompletion(b.Completion)
	if err != nil {
		s.refuse(c, body.At("/completion", err))
		return
	}
	tried, err := s.use.Trial.Run(c.Request.Context(), tenantOf(c), trial.Question{
		Connection: connection.ID(c.Param("id")), Secret: secret.New(b.Secret), Cart: b.Cart, Completion: completion,
	}, inside{s, c.ClientIP()})
	reply(s, c, http.StatusOK, tried, err, func(r trial.Result) any { return viewTrial(&r) })
}

type trialView struct {
	Verdict     string           `json:"verdict"`
	Steps       []stepView       `json:"steps"`
	Document    *previewDocument `json:"document,omitempty"`
	Findings    []findingView    `json:"findings"`
	Received    *receivedView    `json:"received,omitempty"`
	Differences api.Differences  `json:"differences"`
}

type stepView struct {
	Name    string       `json:"name"`
	Verdict string       `json:"verdict"`
	Reasons []api.Detail `json:"reasons"`
	Sent    *messageView `json:"sent,omitempty"`
	Answer  *messageView `json:"answer,omitempty"`
}

type messageView struct {
	Line      string    `json:"line"`
	Headers   []string  `json:"headers,omitempty"`
	MediaType string    `json:"media_type"`
	Text      string    `json:"text"`
	Readable  string    `json:"readable"`
	Form      *formView `json:"form,omitempty"`
}

type receivedView struct {
	Kind     string             `json:"kind"`
	CartID   string             `json:"cart_id"`
	Currency string             `json:"currency"`
	Total    money.Decimal      `json:"total"`
	Test     bool               `json:"test"`
	Lines    []receivedLineView `json:"lines"`
}

type receivedLineView struct {
	Line               string        `json:"line_number"`
	SKU                string        `json:"sku"`
	Name               string        `json:"name"`
	UNSPSC             string        `json:"unspsc"`
	Quantity           money.Decimal `json:"quantity,omitzero"`
	Unit               string        `json:"unit"`
	UnitPrice          money.Decimal `json:"unit_price,omitzero"`
	PriceBasisQuantity money.Decimal `json:"price_basis_quantity,omitzero"`
}

func viewTrial(r *trial.Result) trialView {
	view := trialView{
		Verdict: string(r.Verdict()), Findings: viewFindings(r.Findings), Differences: body.OfDifferences(r.Differences),
	}
	for _, each := range r.Steps {
		view.Steps = append(view.Steps, stepView{
			string(each.Name), string(each.Verdict), body.OfDetails(each.Reasons), viewMessage(each.Sent), viewMessage(each.Answer),
		})
	}
	if r.Document != nil {
		view.Document = viewDocument(r.Document)
	}
	if r.Received != nil {
		view.Received = viewReceived(r.Received)
	}
	return view
}

func viewMessage(m *trial.Message) *messageView {
	if m == nil {
		return nil
	}
	view := &messageView{
		Line: m.Line, Headers: m.Headers, MediaType: m.MediaType, Text: readable.Decoded(m.Body), Readable: readable.Text(m.MediaType, m.Body),
	}
	if f := m.Form; f != nil {
		form := transfer.Form{Action: f.Action, Method: f.Method, AcceptCharset: f.AcceptCharset, Target: f.Target, Fields: f.Fields}
		view.Form, view.Readable = viewForm(form), readable.Form(form)
	}
	return view
}

func viewReceived(c *port.ReceivedCart) *receivedView {
	o := &c.Order
	view := &receivedView{c.Kind, o.CartID, o.Currency, c.Total(), o.Test, make([]receivedLineView, len(o.Lines))}
	for i := range o.Lines {
		l := &o.Lines[i]
		view.Lines[i] = receivedLineView{
			l.LineNumber, l.SKU, l.Name, c.UNSPSC[i], l.Quantity, l.Unit, l.UnitPrice, l.PriceBasisQuantity,
		}
	}
	return view
}
