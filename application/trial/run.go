package trial

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/token"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// run is a trial that is going on.
type run struct {
	*Service

	of         tenant.ID
	conn       *connection.Connection
	profile    connection.Profile
	question   Question
	at         Gateway
	as         authentication.Trial
	completion Completion
	unspoken   *fault.Fault // why a ping stands in for the purchase order

	side        port.Buyer
	visit       port.BuyerVisit
	token       string // of the landing address
	session     session.ID
	cart        *cart.Cart // as it was stored
	transferURL string
	secret      []string // texts that are not shown

	step   *Step
	result Result
}

// hidden stands in for what is not shown.
const hidden = "***"

type step struct {
	name Name
	do   func(context.Context) error
}

func (r *run) steps() []step {
	completion := step{Ping, r.ping}
	if r.completion == ByOrder {
		completion = step{PurchaseOrder, r.purchaseOrder}
	}
	return []step{
		{Start, r.start}, {Session, r.opened}, {Exchange, r.exchange}, {Cart, r.send}, {Document, r.document}, {Transfer, r.transfer},
		completion, {Order, r.order}, {ERP, r.erp},
	}
}

// warn lets the step go on with something to look at.
func (r *run) warn(path, code, message string) {
	r.step.Verdict = Warned
	r.step.Reasons = append(r.step.Reasons, fault.Detail{Path: path, Code: code, Message: message})
}

// call makes a call of the buyer. What is shown of it is the same call with another secret.
func (r *run) call(ctx context.Context, write func(port.Buyer) (port.BuyerCall, error)) (port.BuyerAnswer, error) {
	call, err := write(r.side)
	if err != nil {
		return port.BuyerAnswer{}, err
	}
	masked := r.side
	masked.Secret = secret.New(hidden)
	shown, err := write(masked)
	if err != nil {
		return port.BuyerAnswer{}, err
	}
	r.step.Sent = &Message{Line: shown.Method + " " + r.mask(shown.URL), MediaType: shown.MediaType, Body: shown.Body}
	if shown.User != "" {
		r.step.Sent.Headers = append(r.step.Sent.Headers, "Authorization: Basic "+shown.User+":"+hidden)
	}
	if !shown.Token.Empty() {
		r.step.Sent.Headers = append(r.step.Sent.Headers, "Authorization: Bearer "+hidden)
	}
	return r.at.Call(ctx, call, r.as)
}

// answered shows an answer, and says why the virtual buyer refuses it.
func (r *run) answered(a port.BuyerAnswer, refusal error) error {
	r.step.Answer = &Message{
		Line:      strings.TrimSpace(strconv.Itoa(a.Status) + " " + http.StatusText(a.Status) + " " + r.mask(a.Location)),
		MediaType: a.MediaType, Body: []byte(r.mask(string(a.Body))),
	}
	return refusal
}

func (r *run) mask(text string) string {
	for _, each := range r.secret {
		text = strings.ReplaceAll(text, each, hidden)
	}
	return text
}

func (r *run) start(ctx context.Context) error {
	if r.as == authentication.Unchecked {
		r.warn("", "trial.credentials_not_checked", "the credentials are not checked: no secret was given")
	}
	address, err := r.link(ctx)
	if err != nil {
		return err
	}
	id := r.ids.New()
	r.side.LinkURL = r.at.LinkURL(address)
	r.visit = port.BuyerVisit{
		ID: "trial-" + id, ReturnURL: returnURL(r.profile.Return), PurchaseOrder: "TEST-" + strings.ToUpper(id[:8]), Test: true,
		At: r.clock.Now(),
	}
	answer, err := r.call(ctx, func(b port.Buyer) (port.BuyerCall, error) { return r.buyer.Start(b, r.visit) })
	if err != nil {
		return err
	}
	page, refusal := r.buyer.StartPage(r.side, answer)
	if at, err := url.Parse(page); refusal == nil && err == nil {
		if r.token = at.Query().Get("punchout_token"); r.token != "" {
			r.secret = append(r.secret, r.token, url.QueryEscape(r.token))
		}
	}
	return r.answered(answer, refusal)
}

// ErrNoLink says that nobody can reach the connection.
var ErrNoLink = fault.New(fault.Conflict, "trial.no_link", "the connection has no link: generate one first")

// link returns the address of the newest good link of the connection, or, for one that logs in by documents, of the shop's network.
func (r *run) link(ctx context.Context) (string, error) {
	of := []connection.ID{r.conn.ID()}
	if r.side.Documents {
		of = append(of, "")
	}
	for _, each := range of {
		links, err := r.stores.Links.ByConnection(ctx, r.of, each)
		if err != nil {
			return "", err
		}
		var newest *connection.Link
		for _, l := range links {
			if l.Check() == nil && (newest == nil || l.Snapshot().CreatedAt.After(newest.Snapshot().CreatedAt)) {
				newest = l
			}
		}
		if newest != nil {
			return newest.Address(), nil
		}
	}
	return "", ErrNoLink
}

// returnURL is one that the connection allows: nothing is ever sent there. Where the connection has a fixed one, the call brings none.
func returnURL(of connection.Return) string {
	if !of.FromCall || len(of.Hosts) == 0 {
		return ""
	}
	return "https://" + strings.Replace(of.Hosts[0], "*.", "trial.", 1) + "/punchgate-trial"
}

func (r *run) opened(ctx context.Context) error {
	of, id, err := token.Parse(r.secrets, token.Start, r.token)
	if err != nil {
		return err
	}
	opened, err := r.stores.Sessions.Get(ctx, of, id)
	if err != nil {
		return err
	}
	state := opened.Snapshot()
	r.session = id
	if of != r.of || state.Connection != r.conn.ID() {
		return fault.New(fault.Conflict, "trial.other_connection",
			"the credentials select another connection of the network: "+string(state.Connection))
	}
	if r.correlates() && state.Visit.Correlation != r.visit.ID {
		r.warn("", "trial.correlation_lost", "the procurement system's reference of the visit did not arrive")
	}
	return nil
}

func (r *run) exchange(ctx context.Context) error {
	_, err := r.shop(ctx, http.MethodPost, "/v1/storefront/sessions/exchange", map[string]string{"token": r.token})
	return err
}

func (r *run) send(ctx context.Context) error {
	sent := r.question.Cart
	if sent == nil {
		sent = cart.Sample()
	}
	answer, err := r.shop(ctx, http.MethodPost, "/v1/storefront/sessions/"+string(r.session)+"/cart", sent)
	if err != nil {
		return err
	}
	for _, w := range answer.Warnings {
		r.warn(w.Path, w.Code, w.Message)
	}
	r.transferURL = answer.TransferURL
	r.cart, err = r.stores.Orders.Cart(ctx, r.of, order.IDOf(r.session))
	return err
}

// shopAnswer is what the shop's calls are answered, as far as the trial goes on with it.
type shopAnswer struct {
	TransferURL string                                 `json:"transfer_url"`
	Warnings    []struct{ Path, Code, Message string } `json:"warnings"`
}

// shop makes a call of the shop or its ERP.
func (r *run) shop(ctx context.Context, method, path string, body any) (shopAnswer, error) {
	var answer shopAnswer
	call := port.BuyerCall{Method: method, URL: path, Accept: jsonMedia}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return answer, err
		}
		call.MediaType, call.Body = jsonMedia, text
	}
	r.step.Sent = &Message{
		Line: method + " " + path, Headers: []string{"Authorization: Bearer " + hidden}, MediaType: call.MediaType,
		Body: []byte(r.mask(string(call.Body))),
	}
	got, err := r.at.ShopCall(ctx, call, r.of)
	if err != nil {
		return answer, err
	}
	refusal := r.buyer.Refused(got)
	if refusal == nil {
		err = json.Unmarshal(got.Body, &answer)
	}
	if _, name, ok := strings.Cut(answer.TransferURL, "/transfer/"); ok {
		r.secret = append(r.secret, name)
	}
	return answer, errors.Join(r.answered(got, refusal), err)
}

const jsonMedia = "application/json"

func (r *run) document(ctx context.Context) error {
	d, err := r.stores.Orders.Document(ctx, r.of, order.IDOf(r.session))
	if err != nil {
		return err
	}
	found, err := r.encoder.Findings(r.profile.Format, d.Body)
	if err != nil {
		return err
	}
	r.result.Document, r.result.Findings = d, found
	fatal := false
	for i, f := range found {
		fatal = fatal || f.Fatal
		if i < maxReasons {
			r.warn(f.Path, f.Rule, f.Message)
		}
	}
	if fatal {
		return fault.New(fault.Invalid, "trial.document_invalid", "the document is wrong in its format")
	}
	return nil
}

// maxReasons is how many findings or differences are told as reasons.
const maxReasons = 50

func (r *run) transfer(ctx context.Context) error {
	page, err := r.call(ctx, func(port.Buyer) (port.BuyerCall, error) {
		return port.BuyerCall{Method: http.MethodGet, URL: r.transferURL, Accept: "text/html"}, nil
	})
	if err != nil {
		return err
	}
	form, refusal := r.buyer.Form(page)
	if err := r.answered(page, refusal); err != nil {
		return err
	}
	r.step.Answer.Form, r.step.Answer.Body = &form, nil
	received, err := r.buyer.Cart(form.Fields)
	if err != nil {
		return fault.New(fault.Invalid, "trial.cart_unreadable", "the virtual buyer cannot read the cart: "+err.Error())
	}
	r.result.Received = &received
	switch {
	case received.Cancelled:
		return fault.New(fault.Invalid, "trial.no_cart", "the form brings no cart")
	case received.Order.CartID == "":
		return fault.New(fault.Invalid, "trial.no_cart_id", "the cart has no identifier by which it could be ordered")
	}
	if r.profile.Return.Transfer == connection.Push {
		r.warn("", "trial.not_pushed", "in earnest the gateway itself posts this form; a trial does not")
	}
	r.compare(form)
	return nil
}

// compare says in what the received cart differs from the one that was sent.
func (r *run) compare(form port.ReceivedForm) {
	if r.lost(form) {
		r.warn("", "trial.correlation_lost", "the procurement system's reference of the visit did not come back")
	}
	if got := r.result.Received.Order.CartID; got != r.cart.ID {
		r.warn("/id", "trial.cart_id_changed", "the cart's identifier is "+got+", not "+r.cart.ID)
	}
	r.result.Differences = purchase.Compare(purchase.SentIn(r.result.Document, r.cart), &r.result.Received.Order)
	for i, d := range r.result.Differences {
		if i == maxReasons {
			break
		}
		r.warn("", "trial.differs", differs(d))
	}
}

// lost reports whether the visit's reference, which was sent, did not come back: in the document, or in the parameter that brought it.
func (r *run) lost(form port.ReceivedForm) bool {
	if !r.correlates() || r.result.Received.Correlation == r.visit.ID {
		return false
	}
	return !slices.ContainsFunc(form.Fields, func(f transfer.Field) bool {
		return strings.EqualFold(f.Name, r.profile.Login.Names.Session) && f.Value == r.visit.ID
	})
}

// correlates reports whether the start call brings a reference of the visit.
func (r *run) correlates() bool { return r.side.Documents || r.profile.Login.Names.Session != "" }

func differs(d purchase.Difference) string {
	where := "the cart: "
	if d.Line != "" {
		where = "line " + d.Line + ": "
	}
	return where + string(d.Member) + " was sent as " + strconv.Quote(d.Cart) + " and received as " + strconv.Quote(d.Order)
}

func (r *run) ping(ctx context.Context) error {
	if r.unspoken != nil {
		r.warn("/ordering/format", r.unspoken.Code, r.unspoken.Message+"; a ping completes the order in its place")
	}
	answer, err := r.call(ctx, func(b port.Buyer) (port.BuyerCall, error) {
		return r.buyer.Ping(b, r.visit, r.result.Received.Order.CartID), nil
	})
	if err != nil {
		return err
	}
	_, _, refusal := r.buyer.Completed(answer)
	return r.answered(answer, refusal)
}

func (r *run) purchaseOrder(ctx context.Context) error {
	answer, err := r.call(ctx, func(b port.Buyer) (port.BuyerCall, error) {
		return r.buyer.Order(b, r.visit, *r.result.Received)
	})
	if err != nil {
		return err
	}
	_, _, refusal := r.buyer.Completed(answer)
	return r.answered(answer, refusal)
}

func (r *run) order(ctx context.Context) error {
	made, err := r.stores.Orders.Get(ctx, r.of, order.IDOf(r.session))
	if err != nil {
		return err
	}
	r.result.Order = made
	switch status := made.Status(); status {
	case order.Confirmed:
		return nil
	case order.Held:
		r.warn("", "order.held", "the order waits for an operator, as the connection's policy says")
		for _, d := range made.Snapshot().Differences {
			r.warn("", "order.differs", differs(d))
		}
		return nil
	default:
		return fault.New(fault.Conflict, "order."+status.String(), "the order is "+status.String())
	}
}

func (r *run) erp(ctx context.Context) error {
	if r.result.Order.Status() != order.Confirmed {
		r.warn("", "trial.not_in_feed", "the ERP gets the order once an operator confirmed it")
	}
	_, err := r.shop(ctx, http.MethodGet, "/v1/erp/orders/"+string(r.result.Order.ID()), nil)
	return err
}
