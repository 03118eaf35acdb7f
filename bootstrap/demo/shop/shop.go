// Package shop is the demo's web shop, Papper och Penna AB: an ordinary client of the gateway's public API, as a real shop
// would be. It shows what a shop has to do for PunchOut: exchange the token of its landing page, ask for the checkout policy
// on every page, keep its own checkout closed where the policy says so, send the cart, and lead the person back; and answer what
// procurement systems ask about its articles. One page is made as a ready-made template would, and only includes the gateway's script.
//
// There are no cookies. The shop session stands in the path, so that several PunchOuts in one browser never disturb each
// other and the shop works in a frame. Everything is in memory; nothing that is ordered is kept.
package shop

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/bootstrap/demo/ui"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// Config is what the shop needs to know.
type Config struct {
	Gateway *client.Client // with a key of scope storefront
	// Customers are those that a visitor of the demo can log in as, without a PunchOut.
	Customers []Customer
	// CatalogueSecret is that by which the gateway signs questions about the articles; without it none is answered.
	CatalogueSecret string
	// Script lets a page show the gateway's script at work; without a key there is no such page.
	Script Script
	Log    *slog.Logger // nil for the program's own
}

// Customer is a customer of the shop.
type Customer struct {
	ID     string // the gateway's identifier, where the shop knows it
	Number string // the shop's own number
	Name   string
	// Connection is the gateway's identifier of the connection by which the customer's cart is sent when there was no
	// PunchOut; empty where the connection has no fixed return address.
	Connection string
	// PunchOut is told beside the name. What holds for the customer is the gateway's to say.
	PunchOut bool
}

const (
	maxVisits = 1000
	maxForm   = 64 << 10 // bytes
)

//go:embed pages
var pages embed.FS

var views = ui.Parse(pages)

type shop struct {
	Config
	secret []byte // makes the visit's identifier from the session's
	visits *ui.Memory[*visit]
}

// New makes the shop. It is safe for concurrent use.
func New(config Config) http.Handler {
	config.Log = cmp.Or(config.Log, slog.Default())
	s := &shop{config, []byte(rand.Text()), ui.NewMemory[*visit](maxVisits)}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.anonymous(s.front))
	mux.HandleFunc("GET /p/{sku}", s.anonymous(s.product))
	mux.HandleFunc("GET /k/{slug}", s.anonymous(s.category))
	mux.HandleFunc("GET /sok", s.anonymous(s.search))
	mux.HandleFunc("GET /kassa", func(w http.ResponseWriter, r *http.Request) { ui.NewPage(r).Redirect(w, r, "/") })
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("GET /punchout", s.land)
	mux.HandleFunc("POST /catalogue", s.answer)

	mux.HandleFunc("GET /s/{sid}/{$}", s.visited(s.front))
	mux.HandleFunc("GET /s/{sid}/p/{sku}", s.visited(s.product))
	mux.HandleFunc("GET /s/{sid}/k/{slug}", s.visited(s.category))
	mux.HandleFunc("GET /s/{sid}/sok", s.visited(s.search))
	mux.HandleFunc("GET /s/{sid}/korg", s.visited(s.cart))
	mux.HandleFunc("POST /s/{sid}/korg", s.add)
	mux.HandleFunc("POST /s/{sid}/korg/{item}", s.set)
	mux.HandleFunc("GET /s/{sid}/kassa", s.visited(s.checkout))
	mux.HandleFunc("POST /s/{sid}/kassa", s.visited(s.order))
	mux.HandleFunc("GET /s/{sid}/tack", s.visited(s.thanks))
	if s.Script.Key != "" {
		mux.HandleFunc("GET /s/{sid}/mall", s.template(false))
		mux.HandleFunc("GET /s/{sid}/mall/kassa", s.template(true))
	}
	mux.HandleFunc("POST /s/{sid}/skicka", s.send)
	mux.HandleFunc("POST /s/{sid}/avbryt", s.cancel)
	mux.HandleFunc("POST /s/{sid}/logga-ut", s.logout)
	for _, posted := range []string{"skicka", "avbryt"} { // an address that is visited later, or in another language
		mux.HandleFunc("GET /s/{sid}/"+posted, s.toCart)
	}
	mux.HandleFunc("GET /pictures/{file}", func(w http.ResponseWriter, r *http.Request) {
		ui.ServeFile(w, r, pictures, "pictures/"+r.PathValue("file"))
	})
	mux.HandleFunc("GET /shop.css", func(w http.ResponseWriter, r *http.Request) { ui.ServeFile(w, r, pages, "pages/shop.css") })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { s.notFound(w, view{Page: ui.NewPage(r)}) })
	return http.MaxBytesHandler(ui.Handler(mux), maxForm)
}

// view is what the templates show.
type view struct {
	ui.Page
	Visit     *shown // nil for an anonymous visitor
	Customers []Customer
	Products  []*product
	Product   *product
	Category  *category
	Query     string // what was searched for
	Refusal   refusal
	Ordered   string
	Script    *script // nil on pages that ask the gateway themselves
	Ordering  bool    // at the checkout of the ready-made template
	// Title and Text are those of a page that only says something; Again is the address to try again.
	Title, Text, Again string
}

// Path returns a path within the visit, or within the anonymous shop.
func (v view) Path(path string) string {
	if v.Visit == nil {
		return path
	}
	return v.Visit.Path + path
}

// To returns the same with the language that was chosen.
func (v view) To(path string) string { return v.Href(v.Path(path)) }

// Categories returns what the menu shows.
func (view) Categories() []*category { return categories }

// offer is a product on a page.
type offer struct {
	View    view
	Product *product
}

// For returns what the templates of a price and of a form to buy need.
func (v view) For(p *product) offer { return offer{v, p} }

// shown is a visit as it was when the page was made.
type shown struct {
	Path              string
	Customer, Number  string
	Person            string
	PunchOut, Test    bool
	Inspect, ReadOnly bool
	Policy            *api.CheckoutPolicy
	Items             []item
	Cart              cart.Cart
	Dropped           []string
	Handed            handover
	Template          bool // there is a page that shows the gateway's script at work
}

// Gross returns the cart's total with tax.
func (s *shown) Gross() money.Decimal {
	total := s.Cart.Total()
	for _, t := range s.Cart.Taxes() {
		total = total.Add(t.Amount)
	}
	return total
}

// Sends reports whether the cart can be sent to the procurement system now.
func (s *shown) Sends() bool {
	return s.Policy.Action == api.CheckoutPolicyActionSendOrder && !s.ReadOnly
}

// Closed reports whether the visit has neither a checkout nor a procurement system to send the cart to.
func (s *shown) Closed() bool {
	return s.Policy.Action != api.CheckoutPolicyActionCheckout && s.Policy.Action != api.CheckoutPolicyActionSendOrder && s.Handed.URL == ""
}

func (s *shop) show(v *visit, policy *api.CheckoutPolicy, lang string) *shown {
	v.mu.Lock()
	defer v.mu.Unlock()
	items := make([]item, len(v.items))
	for i, it := range v.items {
		items[i] = *it
	}
	return &shown{
		Path: v.path(""), Customer: v.customer.Name, Number: v.customer.Number, Person: v.person,
		PunchOut: v.punchOut(), Test: v.session.Test, Inspect: v.inspects(), ReadOnly: v.readOnly(),
		Policy: policy, Items: items, Cart: v.cart(lang), Dropped: v.dropped, Handed: v.handed,
		Template: s.Script.Key != "",
	}
}

// handler serves a page; v is nil for an anonymous visitor.
type handler func(w http.ResponseWriter, r *http.Request, v *visit, p view)

func (s *shop) anonymous(serve handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		serve(w, r, nil, view{Page: ui.NewPage(r), Customers: s.Customers})
	}
}

// visited serves a page of a visit, for which the gateway is asked what its checkout may be.
func (s *shop) visited(serve handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if v, p, ok := s.visit(w, r); ok && s.ask(w, r, v, &p) {
			serve(w, r, v, p)
		}
	}
}

// visit finds the visit of the path, or answers that there is none.
func (s *shop) visit(w http.ResponseWriter, r *http.Request) (*visit, view, bool) {
	p := view{Page: ui.NewPage(r)}
	v, ok := s.visits.Get(r.PathValue("sid"))
	if !ok {
		p.Title = p.T("Besöket finns inte längre", "This visit is no more")
		p.Text = p.T("Starta butiken igen från ert inköpssystem, eller gå till startsidan.",
			"Start the shop from your procurement system again, or go to the start page.")
		views.Show(w, http.StatusNotFound, "message", p)
	}
	return v, p, ok
}

// ask fetches the checkout policy and completes the view with it, or answers that the gateway is away.
func (s *shop) ask(w http.ResponseWriter, r *http.Request, v *visit, p *view) bool {
	policy, err := s.Gateway.CheckoutPolicy(r.Context(), api.CustomerReference{ID: v.customer.ID, Number: v.customer.Number}, v.session.ID)
	if err != nil {
		s.away(w, r, *p, err, v.path("/korg"))
		return false
	}
	p.Visit = s.show(v, policy, p.Lang)
	return true
}

// away says that the gateway cannot be reached, or cannot serve this shop; again is the page to try again.
func (s *shop) away(w http.ResponseWriter, r *http.Request, p view, err error, again string) {
	s.Log.ErrorContext(r.Context(), "the gateway does not serve the demo shop", "error", err)
	p.Title = p.T("Butiken når inte inköpssystemet just nu", "The shop cannot reach the procurement system right now")
	p.Text = p.T("Varukorgen är kvar. Försök igen om en stund.", "Your cart is kept. Please try again in a moment.")
	p.Again = p.Href(again)
	w.Header().Set("Retry-After", "5")
	views.Show(w, http.StatusServiceUnavailable, "message", p)
}

func (s *shop) notFound(w http.ResponseWriter, p view) {
	p.Title = p.T("Sidan finns inte", "There is no such page")
	p.Text = p.T("Adressen leder ingenstans, eller så har artikeln utgått.", "The address leads nowhere, or the article is no longer sold.")
	views.Show(w, http.StatusNotFound, "message", p)
}

func (s *shop) front(w http.ResponseWriter, _ *http.Request, _ *visit, p view) {
	p.Products = catalogue[:popular]
	views.Show(w, http.StatusOK, "front", p)
}

func (s *shop) category(w http.ResponseWriter, r *http.Request, _ *visit, p view) {
	if p.Category = categoryOf(r.PathValue("slug")); p.Category == nil {
		s.notFound(w, p)
		return
	}
	p.Products = p.Category.Products()
	views.Show(w, http.StatusOK, "list", p)
}

func (s *shop) search(w http.ResponseWriter, r *http.Request, _ *visit, p view) {
	p.Query = strings.TrimSpace(r.URL.Query().Get("q"))
	p.Products = search(p.Lang, p.Query)
	views.Show(w, http.StatusOK, "list", p)
}

func (s *shop) product(w http.ResponseWriter, r *http.Request, _ *visit, p view) {
	if p.Product = find(r.PathValue("sku")); p.Product == nil {
		s.notFound(w, p)
		return
	}
	p.Category = p.Product.Category
	p.Products = slices.DeleteFunc(p.Category.Products(), func(other *product) bool { return other == p.Product })
	views.Show(w, http.StatusOK, "product", p)
}

// login starts a visit of one of the demo's customers, without a PunchOut.
func (s *shop) login(w http.ResponseWriter, r *http.Request) {
	p := view{Page: ui.NewPage(r)}
	i, err := strconv.Atoi(r.FormValue("customer"))
	if err != nil || i < 0 || i >= len(s.Customers) {
		s.notFound(w, p)
		return
	}
	v := &visit{id: rand.Text(), customer: s.Customers[i]}
	s.visits.Add(v.id, v)
	p.Redirect(w, r, v.path("/"))
}

func (s *shop) logout(w http.ResponseWriter, r *http.Request) {
	s.visits.Remove(r.PathValue("sid"))
	ui.NewPage(r).Redirect(w, r, "/")
}

// land takes the person whom the gateway sends: it exchanges the token and starts a visit. A reload within a minute gets the
// same answer of the gateway, and so the same visit.
func (s *shop) land(w http.ResponseWriter, r *http.Request) {
	p := view{Page: ui.NewPage(r)}
	if r.Method == http.MethodHead { // link checkers must not spend the token
		return
	}
	token := r.URL.Query().Get("punchout_token")
	from, err := s.Gateway.Exchange(r.Context(), token, s.derive("exchange", token))
	if err != nil {
		s.refuseLanding(w, r, p, err)
		return
	}
	id := s.derive("visit", from.Session.ID)
	v := s.visits.Add(id, newVisit(id, from))
	switch {
	case from.SelectedItem != "":
		p.Redirect(w, r, v.path("/p/"+url.PathEscape(from.SelectedItem)))
	case len(from.Lines) > 0:
		p.Redirect(w, r, v.path("/korg"))
	default:
		p.Redirect(w, r, v.path("/"))
	}
}

// derive makes an unguessable identifier that is always the same for the same text.
func (s *shop) derive(purpose, text string) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(purpose + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func (s *shop) refuseLanding(w http.ResponseWriter, r *http.Request, p view, err error) {
	problem, ok := errors.AsType[*client.Problem](err)
	if !ok {
		problem = &client.Problem{}
	}
	p.Text = p.T("Gå tillbaka till ert inköpssystem och starta butiken därifrån igen.",
		"Go back to your procurement system and start the shop from there again.")
	switch problem.Status {
	case http.StatusGone:
		p.Title = p.T("Länken är redan använd eller för gammal", "This link was used before or is too old")
	case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
		p.Title = p.T("Länken är inte giltig", "This link is not valid")
	case http.StatusForbidden, http.StatusConflict:
		p.Title = p.T("Besöket kan inte börja", "The visit cannot begin")
		p.Refusal = refusalOf(problem)
	default:
		s.away(w, r, p, err, "/punchout?punchout_token="+url.QueryEscape(r.URL.Query().Get("punchout_token")))
		return
	}
	views.Show(w, problem.Status, "message", p)
}
