package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// connectionsPage lists the connections of a shop.
type connectionsPage struct {
	Page

	Query       connectionsQuery
	Formats     []Option
	Customers   []*customer.Customer // several who may be meant
	Unknown     bool                 // nobody is called so
	Connections []connectionRow
	Next        string // the query of the next page; empty on the last one
}

// connectionsQuery is what is looked for.
type connectionsQuery struct{ Name, Customer, Format string }

type connectionRow struct {
	*connection.Connection

	Customer, FormatLabel string
}

func (d *Desk) connections(c *gin.Context) {
	p := connectionsPage{Page: d.page(c, "connections")}
	p.Query = connectionsQuery{strings.TrimSpace(c.Query("name")), strings.TrimSpace(c.Query("customer")), c.Query("format")}
	p.Formats = append([]Option{{"", p.T("Alla", "All")}}, d.connectionFields(c, Form{}).FormatOptions()...)
	if err := d.findConnections(c, &p); err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "connections", p)
}

// findConnections fills in what is found.
func (d *Desk) findConnections(c *gin.Context, p *connectionsPage) error {
	ctx, of := c.Request.Context(), shopOf(c).ID()
	q := port.ConnectionQuery{
		Beginning: p.Query.Name, Format: p.Query.Format, After: connection.ID(c.Query("after")), Limit: pageLength + 1,
	}
	if p.Query.Customer != "" {
		meant, err := d.customersLike(ctx, of, p.Query.Customer)
		if err != nil {
			return err
		}
		if len(meant) != 1 {
			p.Customers, p.Unknown = meant, len(meant) == 0
			return nil
		}
		q.Customer = meant[0].ID()
	}
	q.ByName = q.Customer == "" && q.Format == ""
	found, err := d.use.Administration.Connections(ctx, of, q)
	if err != nil {
		return err
	}
	if len(found) > pageLength {
		found = found[:pageLength]
		p.Next = p.Query.with("after", string(found[pageLength-1].ID()))
	}
	ids := make([]customer.ID, len(found))
	for i, conn := range found {
		ids[i] = conn.Profile().Customer
	}
	customers, err := d.use.Administration.SeveralCustomers(ctx, of, ids)
	for _, conn := range found {
		profile := conn.Profile()
		row := connectionRow{conn, string(profile.Customer), d.formatLabel(profile.Format)}
		if who := customers[profile.Customer]; who != nil {
			row.Customer = who.Profile().Name
		}
		p.Connections = append(p.Connections, row)
	}
	return err
}

// with returns the query of an address that looks for the same, and more.
func (q connectionsQuery) with(name, value string) string {
	return url.Values{"name": {q.Name}, "customer": {q.Customer}, "format": {q.Format}, name: {value}}.Encode()
}

// NameOf says who a customer is.
func (p connectionsPage) NameOf(who *customer.Customer) string { return nameAndNumber(who) }

// Of returns the query that looks for the connections of a customer.
func (q connectionsQuery) Of(who customer.ID) string { return q.with("customer", string(who)) }

// fewCustomers is how many customers who may be meant are named.
const fewCustomers = 10

// customersLike returns the customer of an identifier, or those whose number or name begins with a text.
func (d *Desk) customersLike(ctx context.Context, of tenant.ID, text string) ([]*customer.Customer, error) {
	if tenant.Identifier(text) {
		who, err := d.use.Administration.Customer(ctx, of, customer.ID(text))
		if !errors.Is(err, port.ErrCustomerNotFound) {
			return []*customer.Customer{who}, err
		}
	}
	return d.use.Administration.Customers(ctx, of, port.CustomerQuery{Beginning: text, Limit: fewCustomers})
}

// formatLabel returns what people call a format.
func (d *Desk) formatLabel(name string) string {
	f, err := d.use.Formats.Get(name)
	if err != nil {
		return name
	}
	return formats.Describe(f).Label
}

// newConnectionPage is the guided form that makes a connection.
type newConnectionPage struct {
	Page

	Fields    connectionFields
	Customers []*customer.Customer
	Many      bool // there are more customers, so that one is named by its number or name
}

// CustomerOptions returns the customers as a choice.
func (p newConnectionPage) CustomerOptions() []Option {
	all := []Option{{"", p.T("Välj kund", "Choose a customer")}}
	for _, who := range p.Customers {
		all = append(all, Option{string(who.ID()), nameAndNumber(who)})
	}
	return all
}

// nameAndNumber says who a customer is.
func nameAndNumber(who *customer.Customer) string {
	profile := who.Profile()
	if profile.Number == "" {
		return profile.Name
	}
	return profile.Name + " (" + profile.Number + ")"
}

// chosenCustomer puts the identifier in the place of the number, or of the beginning of the name, by which a customer was named.
func (d *Desk) chosenCustomer(ctx context.Context, of tenant.ID, b *body.Connection) error {
	if b.Customer == "" {
		return nil // which is refused in its place
	}
	meant, err := d.customersLike(ctx, of, string(b.Customer))
	if err != nil || len(meant) == 0 {
		return err
	}
	if len(meant) > 1 {
		return connection.ErrInvalid.With(fault.Detail{
			Path: "/customer", Code: "several_customers", Message: "several customers are called so; write the number",
		})
	}
	b.Customer = meant[0].ID()
	return nil
}

// suggestions is how many things a choice offers.
const suggestions = 200

// newConnection shows the form with what most connections have.
func (d *Desk) newConnection(c *gin.Context) {
	b := body.NewConnection()
	b.ID = connection.ID(strings.ToLower(rand.Text())) // the form makes one connection, however often it is sent
	b.Customer, b.Format = customer.ID(c.Query("customer")), c.Query("format")
	b.Login.Preset = connection.DefaultPreset
	b.Return.FromCall = true
	d.renderNewConnection(c, shown(b), nil)
}

// renderNewConnection shows the form, and what is wrong with it.
func (d *Desk) renderNewConnection(c *gin.Context, f Form, wrong error) {
	p := newConnectionPage{Page: d.page(c, "connections"), Fields: d.connectionFields(c, f)}
	p.Fields.New, p.Fields.Form = true, f.refused(p.Page, wrong)
	if d.answerCheck(c, p.Fields.Form) {
		return
	}
	found, err := d.use.Administration.Customers(c.Request.Context(), shopOf(c).ID(), port.CustomerQuery{ByName: true, Limit: suggestions + 1})
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Many, p.Customers = len(found) > suggestions, found[:min(len(found), suggestions)]
	d.render(c, d.statusOf(c, wrong), "connection-new", p)
}

// madeConnectionPage shows a connection that was just made, with its secret, this once.
type madeConnectionPage struct {
	connectionPage

	Secret string // empty where it was chosen
	Link   linkRow
	Sheet  handoverSheet
}

func (d *Desk) createConnection(c *gin.Context) {
	f, b := typedConnection(c), body.NewConnection()
	var p madeConnectionPage
	var generated secret.Text
	err := d.submit(c, f, &b, audit.ConnectionCreate, "", func(ctx context.Context) (string, error) {
		choosePreset(&b)
		if err := d.chosenCustomer(ctx, shopOf(c).ID(), &b); err != nil {
			return "", err
		}
		d.complete(ctx, c, &b)
		profile, err := b.Read()
		if err != nil {
			return "", err
		}
		made, plain, err := d.use.Administration.CreateConnection(ctx, shopOf(c).ID(), b.ID, profile, secret.New(b.Secret))
		if errors.Is(err, port.ErrCustomerNotFound) { // with all else that is wrong
			return "", d.use.Administration.CheckConnection(ctx, shopOf(c).ID(), profile)
		}
		if err != nil {
			return "", err
		}
		p.Connection = made
		if b.Secret == "" {
			generated = plain
		}
		return string(made.ID()), nil
	})
	switch {
	case errors.Is(err, port.ErrConnectionExists): // the form was sent once more
		d.leave(c, d.page(c, "").In("/connections/"+string(b.ID)), "")
	case err != nil || checking(c):
		d.renderNewConnection(c, f, err)
	default:
		c.Set(connectionKey, p.Connection)
		p.connectionPage, p.Secret = d.connectionPage(c, ""), generated.Reveal()
		p.Link = d.linkAtOnce(c)
		if p.Sheet, err = d.sheet(c, p.Connection, p.Link, generated); err != nil {
			d.refuse(c, err)
			return
		}
		p.Done = p.T("Kopplingen är skapad.", "The connection is created.")
		d.render(c, http.StatusOK, "connection-made", p)
	}
}

// linkAtOnce makes the first link of a connection where the form asks for it. A connection without one is whole, so what goes wrong is
// told on its pages and undoes nothing.
func (d *Desk) linkAtOnce(c *gin.Context) (made linkRow) {
	if c.Request.PostFormValue("link") != "true" {
		return made
	}
	err := d.makeLink(c, func(ctx context.Context) (*connection.Link, error) {
		link, err := d.use.Administration.CreateLink(ctx, shopOf(c).ID(), connectionOf(c).ID())
		if err == nil {
			made = d.linkRows([]*connection.Link{link})[0]
		}
		return link, err
	})
	if err != nil {
		_, _ = d.edge.Classify(c, err) // which logs it
	}
	return made
}

// linkURL returns the address of a link.
func (d *Desk) linkURL(l *connection.Link) string {
	return d.edge.PublicURL() + "/punchout/" + l.Address()
}

// complete fills in what the form of a new connection left open: name and user, and the identities of documents. A customer or a
// format that there is not is refused in its place.
func (d *Desk) complete(ctx context.Context, c *gin.Context, b *body.Connection) {
	var buyer customer.Profile
	if who, err := d.use.Administration.Customer(ctx, shopOf(c).ID(), b.Customer); err == nil {
		buyer = who.Profile()
	}
	b.Name = cmp.Or(b.Name, buyer.Name+", "+d.formatLabel(b.Format))
	byForm, byDocument := true, false
	if f, err := d.use.Formats.Get(b.Format); err == nil {
		byForm, byDocument = formats.Starts(f, nil)
	}
	if byForm && len(b.Login.From) == 0 {
		b.Login.User = cmp.Or(b.Login.User, string(shopOf(c).ID()))
	}
	if byDocument && b.Login.User == "" {
		b.Login.From = identityOr(b.Login.From, buyer.Buyer)
		b.Login.To = identityOr(b.Login.To, shopOf(c).Settings().Seller)
		if len(b.Login.Sender) == 0 {
			b.Login.Sender = b.Login.From
		}
	}
}

// domains are what cXML calls the schemes of identifiers (ISO 6523) that it knows.
var domains = map[string]string{"0088": "GLN", "0060": "DUNS"}

// identityOr returns the identities that are filled in, or else that of the party's electronic address.
func identityOr(filled []body.Identity, p cart.Party) []body.Identity {
	domain := domains[p.Endpoint.Scheme]
	if len(filled) > 0 || domain == "" || p.Endpoint.ID == "" {
		return filled
	}
	return []body.Identity{{Domain: domain, ID: p.Endpoint.ID}}
}
