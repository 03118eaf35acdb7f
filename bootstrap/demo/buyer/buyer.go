// Package buyer is the demo's virtual procurement system, Inköpsportalen. It starts PunchOuts in every format of the gateway
// as a real system would, by a form in the browser or by a cXML document from its server, takes the carts that come back,
// shows each beside its document, and completes the order by the ping. Where the connection offers them, it asks the supplier
// for data by the functions VALIDATE, in the browser, and BACKGROUND_SEARCH, from its server.
//
// What it sends and reads is that of package virtualbuyer; here are its pages and its visits. A document is shown whole, or its first
// part where it is large. Everything is in memory, and nothing is checked: whoever posts a cart is believed.
package buyer

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/punchgate/punchgate/adapters/virtualbuyer"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap/demo/ui"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Config is what the virtual buyer needs to know.
type Config struct {
	// BaseURL is its own address as browsers call it, such as http://127.0.0.1:8082.
	BaseURL     string
	Connections []Connection
	HTTP        *http.Client // calls the gateway; nil for one that gives up after 30 seconds
	Log         *slog.Logger // nil for the program's own
}

// Connection is the buyer's side of one connection. No two have the same format.
type Connection struct {
	Name    string // for people
	Format  string // such as oci-5
	LinkURL string
	Method  string // POST or GET, of the login form
	// Login holds the start call's parameters for a browser, by name. The value of ReturnParam is replaced on each visit.
	Login map[string]string
	// Functions is set where the supplier answers the functions of OCI that ask for data. They use Login.
	Functions bool
	// Credentials begin the PunchOut by a cXML document where there is no Login.
	Credentials                           Credentials
	ReturnParam, UserParam, PasswordParam string // empty for SAP's names: HOOK_URL, USERNAME, PASSWORD
	// OrderFormat is that of the purchase order documents, one of virtualbuyer.OrderFormats; empty where the ping is all.
	OrderFormat string
}

// Credentials stand in the header of a cXML document.
type Credentials struct {
	FromDomain     string `json:"from_domain"`
	FromIdentity   string `json:"from_identity"`
	ToDomain       string `json:"to_domain"`
	ToIdentity     string `json:"to_identity"`
	SenderDomain   string `json:"sender_domain"`
	SenderIdentity string `json:"sender_identity"`
	SharedSecret   string `json:"shared_secret"`
}

// ReturnPath is the path under BaseURL that takes carts of the connection without a visit of their own, for connections with
// a fixed return address.
func (c *Connection) ReturnPath() string { return "/return/" + c.Format }

// side is what the virtual buyer knows of the connection. Whoever has no form to log in by begins by a document.
func (c *Connection) side() port.Buyer {
	b := port.Buyer{
		Format: c.Format, OrderFormat: c.OrderFormat, LinkURL: c.LinkURL, Documents: len(c.Login) == 0,
		Login: connection.Login{
			Names:  connection.Names{User: c.UserParam, Password: c.PasswordParam, ReturnURL: c.ReturnParam},
			User:   c.Login[c.UserParam],
			From:   []connection.Identity{{Domain: c.Credentials.FromDomain, ID: c.Credentials.FromIdentity}},
			To:     []connection.Identity{{Domain: c.Credentials.ToDomain, ID: c.Credentials.ToIdentity}},
			Sender: []connection.Identity{{Domain: c.Credentials.SenderDomain, ID: c.Credentials.SenderIdentity}},
		},
		Secret:     secret.New(cmp.Or(c.Login[c.PasswordParam], c.Credentials.SharedSecret)),
		Parameters: maps.Clone(c.Login),
		OrderLogin: connection.BasicOrBearer,
	}
	for _, named := range []string{c.UserParam, c.PasswordParam, c.ReturnParam} {
		delete(b.Parameters, named)
	}
	return b
}

// fields returns the login form for a visit, the return address last.
func (c *Connection) fields(returnURL string) []transfer.Field {
	return virtualbuyer.StartFields(c.side(), port.BuyerVisit{ReturnURL: returnURL})
}

const (
	maxVisits = 100
	maxReturn = 32 << 20 // bytes of a form that brings a cart

	// What is kept for showing: bytes of a document, of a field's value and of a message, and the number of fields.
	maxShown   = 256 << 10
	maxField   = 2 << 10
	maxMessage = 300
	maxFields  = 500
)

//go:embed pages
var pages embed.FS

var views = ui.Parse(pages)

type portal struct {
	Config
	visits *ui.Memory[*visit]
}

// New makes the virtual buyer. It is safe for concurrent use.
func New(config Config) http.Handler {
	config.HTTP = cmp.Or(config.HTTP, &http.Client{Timeout: 30 * time.Second})
	config.Log = cmp.Or(config.Log, slog.Default())
	config.BaseURL = strings.TrimRight(config.BaseURL, "/")
	config.Connections = slices.Clone(config.Connections)
	for i := range config.Connections {
		c := &config.Connections[i]
		c.ReturnParam = cmp.Or(c.ReturnParam, "HOOK_URL")
		c.UserParam = cmp.Or(c.UserParam, "USERNAME")
		c.PasswordParam = cmp.Or(c.PasswordParam, "PASSWORD")
		c.Method = cmp.Or(c.Method, http.MethodPost)
	}
	b := &portal{config, ui.NewMemory[*visit](maxVisits)}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", b.front)
	mux.HandleFunc("POST /start/{format}", b.start)
	mux.HandleFunc("POST /search/{format}", b.search)
	mux.HandleFunc("GET /return/{visit}", b.receive)
	mux.HandleFunc("POST /return/{visit}", b.receive)
	mux.HandleFunc("GET /visits/{visit}", b.visit)
	mux.HandleFunc("POST /visits/{visit}/order", b.order(b.complete))
	mux.HandleFunc("POST /visits/{visit}/purchase-order", b.order(b.sendOrder))
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { b.notFound(w, ui.NewPage(r)) })
	return ui.Handler(mux)
}

// visit is one cart that came back, or one that did not.
type visit struct {
	ID         string
	Connection *Connection
	At         time.Time
	Answer     bool             // to a function that asks for data
	Fields     []transfer.Field // as received, in their order; long values and many fields are cut
	Received   int              // how many fields came
	Document   document
	Raw        string // the document, or its beginning
	Unreadable string // why the document could not be read
	// PurchaseOrder is the number under which the order is placed, the same however often.
	PurchaseOrder string

	mu   sync.Mutex
	ping *ping
}

// Ping returns how the gateway answered the latest ping, nil before the first.
func (v *visit) Ping() *ping {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.ping
}

// view is what the templates show.
type view struct {
	ui.Page
	Starts []start
	Visits []*visit
	Visit  *visit
	// Title, Text and Detail are those of a page that only says something.
	Title, Text, Detail string
}

// visitView is a visit on a page.
type visitView struct {
	View  view
	Visit *visit
}

// Of returns what the template of a visit's state needs.
func (v view) Of(visit *visit) visitView { return visitView{v, visit} }

// start is a connection on the start page, with the form of a visit to come.
type start struct {
	*Connection
	Form []transfer.Field // empty where a document begins the PunchOut
	Ask  []transfer.Field // of a question to come; empty where the supplier answers none
}

// Secret reports whether a parameter's value is not for showing.
func (s start) Secret(name string) bool { return name == s.PasswordParam }

func (b *portal) front(w http.ResponseWriter, r *http.Request) {
	p := view{Page: ui.NewPage(r), Visits: b.visits.Latest()}
	for i := range b.Connections {
		s := start{Connection: &b.Connections[i]}
		if len(s.Login) > 0 {
			s.Form = s.fields(b.returnURL(p.Page, newVisitID(s.Connection)))
		}
		if s.Functions {
			s.Ask = append(s.fields(b.returnURL(p.Page, newQuestionID(s.Connection))), transfer.Field{Name: "FUNCTION", Value: validate})
		}
		p.Starts = append(p.Starts, s)
	}
	views.Show(w, http.StatusOK, "front", p)
}

func newVisitID(c *Connection) string { return c.Format + "~" + strings.ToLower(rand.Text()) }

func (b *portal) returnURL(p ui.Page, visitID string) string {
	return b.BaseURL + p.Href("/return/"+visitID)
}

func (b *portal) connection(format string) *Connection {
	i := slices.IndexFunc(b.Connections, func(c Connection) bool { return c.Format == format })
	if i < 0 {
		return nil
	}
	return &b.Connections[i]
}

// start begins a PunchOut by a cXML document and leads the browser to the start page that the answer names.
func (b *portal) start(w http.ResponseWriter, r *http.Request) {
	p := ui.NewPage(r)
	c := b.connection(r.PathValue("format"))
	if c == nil {
		b.notFound(w, p)
		return
	}
	id := newVisitID(c)
	page, err := b.setUp(r.Context(), c, id, b.returnURL(p, id))
	if err != nil {
		b.Log.WarnContext(r.Context(), "the virtual buyer could not begin a PunchOut", "format", c.Format, "error", err)
		b.say(w, http.StatusBadGateway, view{
			Page: p, Title: p.T("Leverantören tog inte emot besöket", "The supplier did not accept the visit"), Text: c.Name, Detail: err.Error(),
		})
		return
	}
	http.Redirect(w, r, page, http.StatusSeeOther)
}

// receive takes the form with which the gateway's transfer page sends the browser back. A visit that returns with the same
// document again stays as it is.
func (b *portal) receive(w http.ResponseWriter, r *http.Request) {
	p := ui.NewPage(r)
	id := r.PathValue("visit")
	format, _, own := strings.Cut(id, "~")
	c := b.connection(format)
	if c == nil {
		b.notFound(w, p)
		return
	}
	fields, err := virtualbuyer.ReadForm(r.URL.RawQuery, r.Header.Get("Content-Type"), http.MaxBytesReader(w, r.Body, maxReturn))
	if err != nil {
		status := http.StatusBadRequest
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			status = http.StatusRequestEntityTooLarge
		}
		b.say(w, status, view{
			Page: p, Title: p.T("Varukorgen gick inte att ta emot", "The cart could not be received"), Detail: err.Error(),
		})
		return
	}
	v := newVisit(id, c, fields)
	if !own {
		v.ID = newVisitID(c)
	}
	if kept := b.visits.Add(v.ID, v); kept != v && (kept.Raw != v.Raw || !slices.Equal(kept.Fields, v.Fields)) {
		v.ID = newVisitID(c)
		b.visits.Add(v.ID, v)
	}
	p.Redirect(w, r, "/visits/"+url.PathEscape(v.ID))
}

func newVisit(id string, c *Connection, fields []transfer.Field) *visit {
	v := &visit{ID: id, Connection: c, At: time.Now(), Received: len(fields), PurchaseOrder: "IO-" + rand.Text()[:8]}
	v.Answer = strings.HasPrefix(id, c.Format+"~"+question)
	received, err := virtual.Cart(fields)
	v.Document, v.Raw = document{received}, clip(readable.XML(received.Document), maxShown)
	if err != nil {
		v.Unreadable = err.Error()
	}
	for i, f := range fields[:min(len(fields), maxFields)] {
		limit := maxField
		if i == received.Field { // the document is shown by itself
			limit = maxMessage
		}
		v.Fields = append(v.Fields, transfer.Field{Name: f.Name, Value: clip(f.Value, limit)})
	}
	return v
}

// clip cuts a text for showing.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + " …"
}

func (b *portal) visit(w http.ResponseWriter, r *http.Request) {
	p := view{Page: ui.NewPage(r)}
	v, ok := b.visits.Get(r.PathValue("visit"))
	if !ok {
		b.notFound(w, p.Page)
		return
	}
	p.Visit = v
	views.Show(w, http.StatusOK, "visit", p)
}

// order completes the visit's order, by the ping or by a document.
func (b *portal) order(complete func(context.Context, *visit) *ping) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := ui.NewPage(r)
		v, ok := b.visits.Get(r.PathValue("visit"))
		if !ok || v.Document.Order.CartID == "" {
			b.notFound(w, p)
			return
		}
		answer := complete(r.Context(), v)
		v.mu.Lock()
		v.ping = answer
		v.mu.Unlock()
		p.Redirect(w, r, "/visits/"+url.PathEscape(v.ID))
	}
}

func (b *portal) notFound(w http.ResponseWriter, p ui.Page) {
	b.say(w, http.StatusNotFound, view{
		Page: p, Title: p.T("Sidan finns inte", "There is no such page"),
		Text: p.T("Besöket kan vara glömt: bara de senaste sparas.", "The visit may be forgotten: only the latest are kept."),
	})
}

func (b *portal) say(w http.ResponseWriter, status int, p view) { views.Show(w, status, "message", p) }
