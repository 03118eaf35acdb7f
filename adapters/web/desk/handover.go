package desk

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/transfer"
)

// handoverPage shows what to hand to the customer's procurement team.
type handoverPage struct {
	connectionPage

	Links []linkRow // those that are good
	Sheet handoverSheet
}

// handoverSheet is the sheet for the customer's procurement team, in the language of its Page.
type handoverSheet struct {
	Page

	Connection     connection.Profile
	Customer       string
	Label          string // of the format
	Link           string // empty where there is none
	Network        bool
	ByForm         *handoverForm
	ByDocument     *handoverDocument
	Cart           *transfer.Document // a sample that went back
	CartText       string
	CartID         string
	Ping, PingCurl string
	Orders         *handoverOrders
	Secret         string // only where it was just generated
}

// handoverForm is a start call by form.
type handoverForm struct {
	Methods    []string
	Parameters []handoverParameter
	HTML, Curl string
}

// handoverParameter is a parameter of a form. An empty value is the buyer's own to fill in.
type handoverParameter struct{ Name, Value, About string }

// handoverDocument is a start call by document.
type handoverDocument struct{ Body, Curl string }

// handoverOrders says where purchase orders go.
type handoverOrders struct {
	URL, Label, CartID string
	OwnCredentials     bool // the documents hold them
}

func (d *Desk) handover(c *gin.Context) {
	p := handoverPage{connectionPage: d.connectionPage(c, "/handover")}
	links, err := d.use.Administration.Links(c.Request.Context(), shopOf(c).ID(), p.Connection.ID())
	if err != nil {
		d.refuse(c, err)
		return
	}
	if d.takesDocuments(p.Connection) {
		network, err := d.use.Administration.NetworkLinks(c.Request.Context(), shopOf(c).ID())
		if err != nil {
			d.refuse(c, err)
			return
		}
		links = append(links, network...)
	}
	p.Links = slices.DeleteFunc(d.linkRows(links), func(l linkRow) bool { return !l.Good })
	chosen := linkRow{}
	if len(p.Links) > 0 {
		chosen = p.Links[max(slices.IndexFunc(p.Links, func(l linkRow) bool { return string(l.ID) == c.Query("link") }), 0)]
	}
	if p.Sheet, err = d.sheet(c, p.Connection, chosen, secret.Text{}); err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "handover", p)
}

func (d *Desk) takesDocuments(of *connection.Connection) bool {
	f, err := d.use.Formats.Get(of.Profile().Format)
	if err != nil || len(of.Profile().Login.From) == 0 {
		return false
	}
	_, document := formats.Starts(f, of.Profile().Options)
	return document
}

// sheet returns the sheet of a connection. The secret is that which was just generated, or empty.
func (d *Desk) sheet(c *gin.Context, of *connection.Connection, link linkRow, plain secret.Text) (handoverSheet, error) {
	ctx, profile := c.Request.Context(), of.Profile()
	s := handoverSheet{
		Page: d.page(c, "connections"), Connection: profile, Secret: plain.Reveal(),
		Link: link.URL, Network: link.URL != "" && link.Connection == "",
	}
	if lang := c.Query("in"); lang == "sv" || lang == "en" {
		s.Lang = lang
	}
	who, err := d.use.Administration.Customer(ctx, of.Tenant(), profile.Customer)
	if err != nil {
		return s, err
	}
	s.Customer = who.Profile().Name
	f, err := d.use.Formats.Get(profile.Format)
	if err != nil {
		return s, err
	}
	described := formats.Describe(f)
	s.Label, s.CartID = described.Label, described.CartID
	if err := d.sampleStart(&s, f, plain); err != nil {
		return s, err
	}
	// A connection whose mapping refuses the sample has none to show.
	if made, err := d.use.Preview.Preview(ctx, of.Tenant(), preview.Question{Connection: of.ID()}, cart.Sample()); err == nil {
		s.Cart, s.CartText = made.Document, readable.Document(made.Document)
	}
	if ordered, err := d.use.Formats.Get(profile.Ordering.Format); err == nil {
		about := formats.Describe(ordered)
		_, own := formats.Starts(ordered, nil)
		s.Orders = &handoverOrders{s.Link + "/orders", about.Label, about.OrderedCart, own}
	}
	return s, nil
}

// sampleStart fills in the start call as the virtual buyer would make it, and the ping.
func (d *Desk) sampleStart(s *handoverSheet, f port.Format, plain secret.Text) error {
	login := s.Connection.Login
	buyer := port.Buyer{
		Format: s.Connection.Format, LinkURL: cmp.Or(s.Link, d.edge.PublicURL()+"/punchout/…"), Login: login,
		Secret: secret.New(cmp.Or(plain.Reveal(), s.T("LOSENORDET", "THE-SECRET"))),
	}
	visit := port.BuyerVisit{
		ID: "SESSION-4711", ReturnURL: sampleReturn(s.Connection.Return), PurchaseOrder: "PO-4711", Test: s.Connection.TestMode, At: time.Now(),
	}
	byForm, byDocument := formats.Starts(f, s.Connection.Options)
	if byForm && login.User != "" && !s.Network {
		call, err := d.use.Buyer.Start(buyer, visit)
		if err != nil {
			return err
		}
		s.ByForm = s.formOf(call)
	}
	buyer.Documents = byDocument && len(login.From) > 0
	if buyer.Documents {
		call, err := d.use.Buyer.Start(buyer, visit)
		if err != nil {
			return err
		}
		s.ByDocument = &handoverDocument{
			readable.Text(call.MediaType, call.Body),
			"curl -i " + quoted(call.URL) + " \\\n  -H " + quoted("Content-Type: "+call.MediaType) + " \\\n  --data-binary @setup.xml",
		}
	}
	if !s.Network { // whose address takes documents alone
		ping := d.use.Buyer.Ping(buyer, visit, "C-2026-000123")
		s.Ping, s.PingCurl = ping.URL, curl(ping, login.Names)
	}
	return nil
}

// sampleReturn is a return address that the connection takes; empty where a fixed one is all.
func sampleReturn(r connection.Return) string {
	if !r.FromCall || len(r.Hosts) == 0 {
		return ""
	}
	return "https://" + strings.Replace(r.Hosts[0], "*.", "inkop.", 1) + "/return"
}

// formOf writes a start call by form for people, as HTML and for curl.
func (s *handoverSheet) formOf(call port.BuyerCall) *handoverForm {
	names, login := s.Connection.Login.Names, s.Connection.Login
	f := &handoverForm{Curl: curl(call, names)}
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		if login.Method.Allows(method) {
			f.Methods = append(f.Methods, method)
		}
	}
	add := func(name, value, about string) {
		if name != "" {
			f.Parameters = append(f.Parameters, handoverParameter{name, value, about})
		}
	}
	add(names.User, login.User, s.T("Användarnamn; alla hos er har samma", "User name; all of you share it"))
	about := s.T("Lösenord", "Password")
	if s.Secret == "" {
		about = s.T("Lösenord; lämnas separat", "Password; delivered apart from this page")
	}
	add(names.Password, s.Secret, about)
	if s.Connection.Return.FromCall {
		add(names.ReturnURL, "", s.T("Er adress dit varukorgen går tillbaka", "Your address to which the cart goes back"))
	}
	if login.Customer != "" {
		add(names.Customer, login.Customer, s.T("Er organisation hos oss", "Your organisation at our shop"))
	}
	add(names.Session, "", s.T("Er egen referens till besöket, om ni har en; kommer tillbaka oförändrad",
		"Your own reference of the session, where you have one; comes back unchanged"))
	var b strings.Builder
	escaped := template.HTMLEscapeString
	action, fields := fieldsOf(call, names)
	fmt.Fprintf(&b, "<form method=\"%s\" action=\"%s\">\n", strings.ToLower(call.Method), escaped(action))
	for _, field := range fields {
		fmt.Fprintf(&b, "  <input type=\"hidden\" name=\"%s\" value=\"%s\">\n", escaped(field.Name), escaped(field.Value))
	}
	fmt.Fprintf(&b, "  <button>%s</button>\n</form>", escaped(s.Shop.Name()))
	f.HTML = b.String()
	return f
}

// fieldsOf returns the address and the fields of a call by form: who calls, where carts go, and the rest.
func fieldsOf(call port.BuyerCall, names connection.Names) (action string, fields []transfer.Field) {
	action, query, _ := strings.Cut(call.URL, "?")
	for pair := range strings.SplitSeq(query+"&"+string(call.Body), "&") {
		name, value, found := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if found && nameErr == nil && valueErr == nil {
			fields = append(fields, transfer.Field{Name: name, Value: value})
		}
	}
	order := []string{names.User, names.Password, names.Customer, names.ReturnURL, names.Session}
	place := func(f transfer.Field) int { return (slices.Index(order, f.Name) + len(order) + 1) % (len(order) + 1) }
	slices.SortStableFunc(fields, func(a, b transfer.Field) int { return cmp.Compare(place(a), place(b)) })
	return action, fields
}

// curl writes a call by form for the command line.
func curl(call port.BuyerCall, names connection.Names) string {
	action, fields := fieldsOf(call, names)
	words := []string{"curl -i " + quoted(action)}
	if call.Method == http.MethodGet {
		words[0] = "curl -i -G " + quoted(action)
	}
	for _, field := range fields {
		words = append(words, "--data-urlencode "+quoted(field.Name+"="+field.Value))
	}
	return strings.Join(words, " \\\n  ")
}

// quoted writes a word for the shells of POSIX.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
