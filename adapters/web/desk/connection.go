package desk

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/buyersystem"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/purchase"
)

// connectionPage is what every page of a connection knows; the template "connection-head" shows it.
type connectionPage struct {
	Page

	Connection *connection.Connection
	Tab        string // the path of the page under the connection's; empty for its details
}

const connectionKey = "desk.connection"

// ofConnection finds the connection of the address.
func (d *Desk) ofConnection(c *gin.Context) {
	conn, err := d.use.Administration.Connection(c.Request.Context(), shopOf(c).ID(), connection.ID(c.Param("id")))
	if err != nil {
		d.refuse(c, err)
		return
	}
	c.Set(connectionKey, conn)
}

func connectionOf(c *gin.Context) *connection.Connection {
	conn, _ := c.Get(connectionKey)
	found, _ := conn.(*connection.Connection)
	return found
}

// connectionPage returns what a page of the connection of the address knows.
func (d *Desk) connectionPage(c *gin.Context, tab string) connectionPage {
	p := connectionPage{d.page(c, "connections"), connectionOf(c), tab}
	p.path = p.At(tab)
	return p
}

// At returns the address of a page of the connection.
func (p connectionPage) At(path string) string {
	return p.In("/connections/" + string(p.Connection.ID()) + path)
}

// Tabs returns the pages of the connection.
func (p connectionPage) Tabs() (all []Entry) {
	for _, tab := range []struct{ path, swedish, english string }{
		{"", "Uppgifter", "Details"}, {"/links", "Länkar", "Links"}, {"/secrets", "Lösenord", "Secrets"},
		{"/mapping", "Mappning", "Mapping"}, {"/test", "Prova", "Test"}, {"/replay", "Omspelning", "Replay"},
		{"/handover", "Lämna över", "Hand over"},
	} {
		all = append(all, Entry{p.At(tab.path), p.T(tab.swedish, tab.english), tab.path == p.Tab})
	}
	return all
}

// Badge is a word on how something is.
type Badge struct{ Kind, Text, More string }

// State says in words how a connection is.
func (p Page) State(of *connection.Connection) []Badge {
	var all []Badge
	profile, health := of.Profile(), of.Snapshot().Health
	if profile.Active {
		all = append(all, Badge{"good", p.T("Aktiv", "Active"), ""})
	} else {
		all = append(all, Badge{"", p.T("Inte aktiv", "Not active"), ""})
	}
	if profile.TestMode {
		all = append(all, Badge{"warn", p.T("Testläge", "Test mode"), ""})
	}
	since := p.T("sedan ", "since ") + health.Since.Local().Format("2006-01-02 15:04")
	switch {
	case of.Failing():
		all = append(all, Badge{"bad", p.T("Når inte inköpssystemet", "Does not reach the procurement system"), since})
	case health.Failures > 0:
		all = append(all, Badge{"warn", p.T("Misslyckas just nu", "Fails just now"), since})
	}
	return all
}

// connectionFields are the inputs of a connection.
type connectionFields struct {
	Page

	Form    Form
	New     bool // the connection is still to be made, and what is left open is filled in
	formats []formatChoice
}

// UserHelp says what to fill in as user name.
func (f connectionFields) UserHelp() string {
	if f.New {
		return f.T("Tomt: ", "Empty: ") + string(f.Shop.ID()) + "."
	}
	return f.T("Namnet är ingen hemlighet; lösenordet står på fliken Lösenord.", "The name is no secret; the password is on the tab Secrets.")
}

// IdentityHelp says what is filled in where identities are left open.
func (f connectionFields) IdentityHelp() string {
	if !f.New {
		return ""
	}
	return f.T("Det du lämnar tomt tas från kundens och butikens elektroniska adress, om den är GLN eller DUNS.",
		"What you leave empty is taken from the customer's and the shop's electronic address, where that is a GLN or a DUNS number.")
}

// formatChoice is a format that a connection can have.
type formatChoice struct {
	Name, Label, About string
	Cart, Order        bool
	// ByForm and ByDocument say how a PunchOut begins.
	ByForm, ByDocument bool
}

func (d *Desk) connectionFields(c *gin.Context, f Form) connectionFields {
	fields := connectionFields{Page: d.page(c, "connections"), Form: f}
	for _, name := range d.use.Formats.Names() {
		known, err := d.use.Formats.Get(name)
		if err != nil {
			continue // there is no such name
		}
		described := formats.Describe(known)
		choice := formatChoice{Name: name, Label: described.Label, About: described.About.In(fields.Lang)}
		_, choice.Cart = known.(port.CartEncoder)
		_, choice.Order = known.(port.OrderDecoder)
		choice.ByForm, choice.ByDocument = formats.Starts(known, nil)
		fields.formats = append(fields.formats, choice)
	}
	return fields
}

// CartFormats returns the formats of carts.
func (f connectionFields) CartFormats() []formatChoice {
	return slices.DeleteFunc(slices.Clone(f.formats), func(c formatChoice) bool { return !c.Cart })
}

// FormatOptions returns the formats of carts as a choice.
func (f connectionFields) FormatOptions() (all []Option) {
	for _, c := range f.CartFormats() {
		all = append(all, Option{c.Name, c.Label})
	}
	return all
}

// OrderFormats returns the formats of purchase orders as a choice.
func (f connectionFields) OrderFormats() []Option {
	all := []Option{{"", f.T("Inga dokument, bara pingen", "No documents, the ping alone")}}
	for _, c := range f.formats {
		if c.Order {
			all = append(all, Option{c.Name, c.Label})
		}
	}
	return all
}

// WhenForm says for which choices the inputs of a login by form matter, as data-when has it.
func (f connectionFields) WhenForm() string {
	return f.when(func(c formatChoice) bool { return c.Cart && c.ByForm }, nil)
}

// WhenDocument says for which choices the credentials of documents matter.
func (f connectionFields) WhenDocument() string {
	return f.when(func(c formatChoice) bool { return c.Cart && c.ByDocument }, func(c formatChoice) bool { return c.Order && c.ByDocument })
}

// WhenOrder says for which choices the inputs of purchase orders matter.
func (f connectionFields) WhenOrder() string {
	return f.when(nil, func(c formatChoice) bool { return c.Order })
}

func (f connectionFields) when(cart, order func(formatChoice) bool) string {
	var pairs []string
	for _, c := range f.formats {
		if cart != nil && cart(c) {
			pairs = append(pairs, "/format="+c.Name)
		}
		if order != nil && order(c) {
			pairs = append(pairs, "/ordering/format="+c.Name)
		}
	}
	return strings.Join(pairs, " ")
}

// Methods returns the ways in which a browser may bring the start call.
func (f connectionFields) Methods() []Option {
	return []Option{
		{connection.Any.String(), f.T("GET eller POST", "GET or POST")}, {connection.Post.String(), "POST"}, {connection.Get.String(), "GET"},
	}
}

// Presets returns the sets of parameter names.
func (f connectionFields) Presets() (all []Option) {
	for _, name := range slices.Sorted(maps.Keys(connection.Presets)) {
		n := connection.Presets[name]
		all = append(all, Option{name, n.User + ", " + n.Password + ", " + n.ReturnURL})
	}
	return append(all, Option{"", f.T("Egna namn", "Names of their own")})
}

// Transfers returns the ways in which carts go back.
func (f connectionFields) Transfers() []Option {
	return []Option{
		{connection.Browser.String(), f.T("Köparens webbläsare skickar formuläret", "The buyer's browser sends the form")},
		{connection.Push.String(), f.T("Tjänsten skickar det själv, server till server", "The service sends it itself, server to server")},
	}
}

// OrderLogins returns the ways in which purchase orders log in.
func (f connectionFields) OrderLogins() []Option {
	return []Option{
		{connection.BasicOrBearer.String(), f.T("HTTP Basic eller Bearer", "HTTP Basic or Bearer")},
		{connection.Basic.String(), "HTTP Basic"}, {connection.Bearer.String(), "Bearer"},
	}
}

// BuyerSystems returns the systems that the gateway knows.
func (f connectionFields) BuyerSystems() []Option {
	all := []Option{{"", f.T("Det som hör till formatet, annars inget", "That of the format, or else none")}}
	systems, err := buyersystem.All()
	if err != nil {
		return all // which the tests of that package would have told
	}
	for _, s := range systems {
		all = append(all, Option{s.Name, f.Said(s.Label)})
	}
	return all
}

// Policies returns what a difference of each member leads to.
func (f connectionFields) Policies() (all []Field) {
	words := map[purchase.Member][2]string{
		purchase.MemberQuantity: {"Antal", "Quantity"}, purchase.MemberPrice: {"Pris", "Price"}, purchase.MemberUnit: {"Enhet", "Unit"},
		purchase.MemberArticle: {"Artikelnummer", "Article number"}, purchase.MemberKey: {"Radens nyckel", "Key of the line"},
		purchase.MemberCurrency: {"Valuta", "Currency"}, purchase.MemberMissing: {"En rad saknas", "A line is missing"},
		purchase.MemberAdded: {"En rad är ny", "A line is new"},
	}
	decisions := map[purchase.Decision]string{
		purchase.Confirm: f.T("Godkänn ordern ändå", "Confirm the order all the same"),
		purchase.Hold:    f.T("Låt någon avgöra", "Let somebody decide"), purchase.Reject: f.T("Avvisa ordern", "Reject the order"),
	}
	for _, member := range purchase.Members() {
		byDefault := purchase.Policy(nil).For(member)
		options := []Option{{"", f.T("Som vanligt: ", "As usual: ") + decisions[byDefault]}}
		for _, decision := range purchase.Decisions() {
			options = append(options, Option{decision.String(), decisions[decision]})
		}
		said := words[member]
		all = append(all, f.Form.Field("/ordering/policy/"+string(member), f.T(said[0], said[1]), "").Among(options))
	}
	return all
}

// Party returns the inputs of a party.
func (f connectionFields) Party(pointer string) []Field { return partyFields(f.Page, f.Form, pointer) }

// Identities returns the lists of credentials of documents.
func (f connectionFields) Identities() []identityList {
	lists := []identityList{
		{Pointer: "/login/from", Label: f.T("Köparen (From)", "The buyer (From)")},
		{Pointer: "/login/to", Label: f.T("Butiken (To)", "The shop (To)")},
		{Pointer: "/login/sender", Label: f.T("Den som skickar (Sender)", "Who sends (Sender)")},
	}
	for i := range lists {
		l := &lists[i]
		l.ID, l.More, l.Wrong = idOf(l.Pointer), f.T("Lägg till", "Add"), f.Form.Wrong[l.Pointer]
		for _, row := range f.Form.Rows(l.Pointer) {
			l.Rows = append(l.Rows, []Field{
				f.Form.Field(f.Form.At(l.Pointer, row, "domain"), f.T("Domän", "Domain"), ""),
				f.Form.Field(f.Form.At(l.Pointer, row, "id"), f.T("Identitet", "Identity"), ""),
			})
		}
	}
	return lists
}

// identityList are the credentials that a document may name in one place.
type identityList struct {
	Pointer, ID, Label, More string
	Rows                     [][]Field
	Wrong                    []string
}

// connectionValues returns the inputs that show a connection. The names of parameters are told by their preset where they are one.
func connectionValues(b body.Connection) Form {
	f := shown(b)
	for name, preset := range connection.Presets {
		if b.Login.Names != nil && connection.Names(*b.Login.Names) == preset {
			f.Values.Set("/login/preset", name)
		}
	}
	return f
}

// typedConnection is the form of a connection as it was sent, without rows that were left blank.
func typedConnection(c *gin.Context) Form {
	f := typed(c)
	for _, list := range []string{"/login/from", "/login/to", "/login/sender"} {
		form.Compact(f.Values, list)
	}
	return f
}

// choosePreset lets a preset stand for the names that the form has beside it.
func choosePreset(b *body.Connection) {
	if b.Login.Preset != "" {
		b.Login.Names = nil
	}
}

// connectionDetailsPage shows and changes what a connection is.
type connectionDetailsPage struct {
	connectionPage

	Fields   connectionFields
	Customer *customer.Customer
}

// renderConnection shows the details.
func (d *Desk) renderConnection(c *gin.Context, status int, fields connectionFields) {
	p := connectionDetailsPage{connectionPage: d.connectionPage(c, ""), Fields: fields}
	var err error
	if p.Customer, err = d.use.Administration.Customer(c.Request.Context(), shopOf(c).ID(), p.Connection.Profile().Customer); err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, status, "connection", p)
}

func (d *Desk) connection(c *gin.Context) {
	f := connectionValues(body.OfConnection(connectionOf(c)))
	d.renderConnection(c, http.StatusOK, d.connectionFields(c, f))
}

func (d *Desk) saveConnection(c *gin.Context) {
	conn, f := connectionOf(c), typedConnection(c)
	b := body.OfConnection(conn)
	err := d.submit(c, f, &b, audit.ConnectionChange, string(conn.ID()), func(ctx context.Context) (string, error) {
		choosePreset(&b)
		profile, err := b.Read()
		if err != nil {
			return "", err
		}
		_, err = d.use.Administration.ChangeConnection(ctx, shopOf(c).ID(), conn.ID(), profile, body.Unchanged(f.Tag, body.OfConnection))
		return "", err
	})
	fields := d.connectionFields(c, f)
	fields.Form = f.refusedOver(fields.Page, err, connectionValues(body.OfConnection(conn)))
	switch {
	case d.answerCheck(c, fields.Form):
	case err != nil:
		d.renderConnection(c, d.statusOf(c, err), fields)
	default:
		d.leave(c, d.connectionPage(c, "").At(""), "saved")
	}
}
