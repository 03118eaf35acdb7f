package shop

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/domain/money"
)

func (s *shop) cart(w http.ResponseWriter, _ *http.Request, _ *visit, p view) {
	views.Show(w, http.StatusOK, "cart", p)
}

func (s *shop) toCart(w http.ResponseWriter, r *http.Request) {
	if v, p, ok := s.visit(w, r); ok {
		p.Redirect(w, r, v.path("/korg"))
	}
}

// add puts a product into the cart.
func (s *shop) add(w http.ResponseWriter, r *http.Request) {
	s.change(w, r, func(v *visit) error {
		p := find(r.FormValue("sku"))
		if p == nil {
			return errNoProduct
		}
		quantity, err := parseQuantity(r.FormValue("quantity"))
		if err != nil {
			return err
		}
		return v.add(p, quantity)
	})
}

var errNoProduct = text{"Artikeln finns inte.", "There is no such article."}

// set changes the quantity of a line of the cart, or takes the line out.
func (s *shop) set(w http.ResponseWriter, r *http.Request) {
	s.change(w, r, func(v *visit) error {
		number, err := strconv.Atoi(r.PathValue("item"))
		if err != nil {
			return errNoProduct
		}
		quantity := money.FromInt(0)
		if r.FormValue("remove") == "" {
			if quantity, err = parseQuantity(r.FormValue("quantity")); err != nil {
				return err
			}
		}
		return v.set(number, quantity)
	})
}

// change changes the cart and shows it; an error of the change is a text.
func (s *shop) change(w http.ResponseWriter, r *http.Request, change func(*visit) error) {
	v, p, ok := s.visit(w, r)
	if !ok {
		return
	}
	var err error
	v.mu.Lock()
	if !v.readOnly() {
		err = change(v)
	}
	v.mu.Unlock()
	wrong, refused := errors.AsType[text](err)
	if !refused {
		p.Redirect(w, r, v.path("/korg"))
		return
	}
	p.Refusal.Text = wrong.In(p.Lang)
	if s.ask(w, r, v, &p) {
		views.Show(w, http.StatusUnprocessableEntity, "cart", p)
	}
}

// checkout is the shop's own. Where the gateway keeps it closed, a visit by its address is led away.
func (s *shop) checkout(w http.ResponseWriter, r *http.Request, v *visit, p view) {
	if s.open(w, r, v, p) {
		views.Show(w, http.StatusOK, "checkout", p)
	}
}

// open reports whether the shop's own checkout is open, or leads away from it. Anything but a clear yes keeps it closed.
func (s *shop) open(w http.ResponseWriter, r *http.Request, v *visit, p view) bool {
	if p.Visit.Policy.Checkout == api.CheckoutPolicyCheckoutAllowed {
		return true
	}
	p.Redirect(w, r, v.path("/"+strings.TrimLeft(p.Visit.Policy.Redirect, "/")))
	return false
}

// order takes an order by the shop's own checkout. This is a demo: nothing is kept of it but its number.
func (s *shop) order(w http.ResponseWriter, r *http.Request, v *visit, p view) {
	if !s.open(w, r, v, p) {
		return
	}
	v.mu.Lock()
	if len(v.items) > 0 {
		v.items, v.ordered = nil, "W-"+rand.Text()[:6]
	}
	v.mu.Unlock()
	p.Redirect(w, r, v.path("/tack"))
}

func (s *shop) thanks(w http.ResponseWriter, r *http.Request, v *visit, p view) {
	v.mu.Lock()
	p.Ordered = v.ordered
	v.mu.Unlock()
	if p.Ordered == "" {
		p.Redirect(w, r, v.path("/"))
		return
	}
	views.Show(w, http.StatusOK, "thanks", p)
}

// send sends the cart to the procurement system and leads the person there. Where it is refused the cart stays as it is.
func (s *shop) send(w http.ResponseWriter, r *http.Request) {
	v, p, ok := s.visit(w, r)
	if !ok {
		return
	}
	if v.inspects() {
		s.toCart(w, r)
		return
	}
	address, err := s.handOver(r.Context(), v, p.Lang)
	if err != nil {
		s.refuse(w, r, v, p, err)
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther) //nolint:gosec // the gateway named it
}

// handOver returns the address that leads on. The same cart is sent once, however often the button is pressed: the key is
// made of the cart's state.
func (s *shop) handOver(ctx context.Context, v *visit, lang string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	outgoing := v.cart(lang)
	state, err := stateOf(outgoing)
	if err != nil {
		return "", err
	}
	if v.handed.state == state {
		return v.handed.URL, nil
	}
	session := v.session.ID
	if session == "" {
		if session, err = s.openSession(ctx, v); err != nil {
			return "", err
		}
	}
	sent, err := s.Gateway.SendCart(ctx, session, outgoing, s.derive("cart", session+state))
	if err != nil {
		if over(err) {
			v.opened = ""
		}
		return "", err
	}
	for _, warning := range sent.Warnings {
		s.Log.WarnContext(ctx, "the gateway warns of the cart", "order", sent.Order.Number, "path", warning.Path, "warning", warning.Message)
	}
	v.opened = ""
	v.handed = handover{URL: sent.TransferURL, Number: sent.Order.Number, Warnings: sent.Warnings, state: state}
	return v.handed.URL, nil
}

// openSession returns the gateway's session for a customer who logged in to the shop itself.
func (s *shop) openSession(ctx context.Context, v *visit) (string, error) {
	if v.opened == "" {
		opened, err := s.Gateway.OpenSession(ctx, v.customer.ID, v.customer.Connection, "")
		if err != nil {
			return "", err
		}
		v.opened = opened.Session.ID
	}
	return v.opened, nil
}

// over reports whether a refusal says that the session can take no cart any more.
func over(err error) bool {
	problem, ok := errors.AsType[*client.Problem](err)
	return ok && (problem.Status == http.StatusNotFound || problem.Status == http.StatusConflict || problem.Status == http.StatusGone)
}

// cancel leads the person back to the procurement system without a cart.
func (s *shop) cancel(w http.ResponseWriter, r *http.Request) {
	v, p, ok := s.visit(w, r)
	if !ok {
		return
	}
	if !v.punchOut() {
		s.toCart(w, r)
		return
	}
	address, err := s.Gateway.Cancel(r.Context(), v.session.ID)
	if err != nil {
		s.refuse(w, r, v, p, err)
		return
	}
	v.mu.Lock()
	v.handed = handover{URL: address}
	v.mu.Unlock()
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// refuse shows on the cart page why the gateway refused, beside the lines that are wrong.
func (s *shop) refuse(w http.ResponseWriter, r *http.Request, v *visit, p view, err error) {
	problem, ok := errors.AsType[*client.Problem](err)
	if !ok || !slices.Contains(refusals, problem.Status) {
		s.away(w, r, p, err, v.path("/korg"))
		return
	}
	p.Refusal = refusalOf(problem)
	if s.ask(w, r, v, &p) {
		views.Show(w, problem.Status, "cart", p)
	}
}

// refusals are the statuses that say something of the cart or its session. Every other is a matter between shop and gateway.
var refusals = []int{
	http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusGone,
	http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity,
}

// refusal is what the gateway says against a cart or a visit.
type refusal struct {
	Text    string
	Code    string
	Reasons []string
	Lines   map[int][]string // by the position of the line
}

func refusalOf(problem *client.Problem) refusal {
	ref := refusal{Text: problem.Detail, Code: problem.Code, Lines: map[int][]string{}}
	if ref.Text == "" {
		ref.Text = problem.Title
	}
	for _, reason := range problem.Reasons {
		ref.Reasons = append(ref.Reasons, reason.Message)
	}
	for _, wrong := range problem.Errors {
		if line, member, ok := lineOf(wrong.Path); ok {
			ref.Lines[line] = append(ref.Lines[line], strings.TrimSpace(member+" "+wrong.Message))
		} else {
			ref.Reasons = append(ref.Reasons, strings.TrimSpace(wrong.Path+" "+wrong.Message))
		}
	}
	return ref
}

// lineOf splits a JSON Pointer such as /lines/2/quantity.
func lineOf(path string) (line int, member string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/lines/")
	if !ok {
		return 0, "", false
	}
	position, member, _ := strings.Cut(rest, "/")
	line, err := strconv.Atoi(position)
	return line, member, err == nil
}
