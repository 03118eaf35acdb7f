package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// customerPage shows, makes and changes a customer.
type customerPage struct {
	Page

	Form        Form
	Customer    *customer.Customer // nil for a new one
	Connections []*connection.Connection
}

func (d *Desk) newCustomer(c *gin.Context) {
	b := body.Customer{ID: customer.ID(strings.ToLower(rand.Text())), Active: true} // so that the form makes one, however often it is sent
	d.render(c, http.StatusOK, "customer", customerPage{Page: d.page(c, "customers"), Form: shownCustomer(b)})
}

func (d *Desk) createCustomer(c *gin.Context) {
	f, p := typed(c), customerPage{Page: d.page(c, "customers")}
	var b body.Customer
	err := d.submit(c, readCustomer(f), &b, audit.CustomerCreate, "", func(ctx context.Context) (string, error) {
		_, err := d.use.Administration.CreateCustomer(ctx, p.Shop.ID(), b.ID, b.Read())
		if errors.Is(err, port.ErrCustomerExists) {
			if _, err := d.use.Administration.Customer(ctx, p.Shop.ID(), b.ID); err == nil {
				return string(b.ID), nil // the form was sent again
			}
		}
		return string(b.ID), err
	})
	d.answerCustomer(c, p, f, err, b.ID, "created")
}

func (d *Desk) customer(c *gin.Context) {
	p, err := d.customerPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "customer", p)
}

// customerPage returns the page of the customer of the address.
func (d *Desk) customerPage(c *gin.Context) (p customerPage, err error) {
	p.Page = d.page(c, "customers")
	if p.Customer, err = d.use.Administration.Customer(c.Request.Context(), p.Shop.ID(), customer.ID(c.Param("id"))); err != nil {
		return p, err
	}
	p.Form = shownCustomer(body.OfCustomer(p.Customer))
	p.Connections, err = d.use.Administration.ConnectionsOf(c.Request.Context(), p.Shop.ID(), p.Customer.ID())
	return p, err
}

func (d *Desk) saveCustomer(c *gin.Context) {
	p, err := d.customerPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	f, b := typed(c), body.OfCustomer(p.Customer)
	id := b.ID
	err = d.submit(c, readCustomer(f), &b, audit.CustomerChange, string(id), func(ctx context.Context) (string, error) {
		_, err := d.use.Administration.ChangeCustomer(ctx, p.Shop.ID(), id, b.Read(), body.Unchanged(f.Tag, body.OfCustomer))
		return "", err
	})
	d.answerCustomer(c, p, f, err, id, "saved")
}

// answerCustomer leads to the page of a customer, or shows its form with what is wrong.
func (d *Desk) answerCustomer(c *gin.Context, p customerPage, f Form, err error, id customer.ID, done string) {
	if errors.Is(err, port.ErrCustomerExists) {
		err = fault.From(err).With(fault.Detail{Path: "/number", Code: "taken", Message: "another customer has this number"})
	}
	p.Form = f.refusedOver(p.Page, err, p.Form)
	switch {
	case d.answerCheck(c, p.Form):
	case err != nil:
		d.render(c, d.statusOf(c, err), "customer", p)
	default:
		d.leave(c, p.In("/customers/"+string(id)), done)
	}
}

const (
	contractFrom  = "/contract_from"
	contractUntil = "/contract_until"
)

// shownCustomer is a form that shows a customer. Contracts are told by their days, of which the last one is still good; what a customer
// holds is the moment from which on the contract is not.
func shownCustomer(b body.Customer) Form {
	f := shown(b)
	for pointer, at := range map[string]time.Time{contractFrom: b.ContractFrom, contractUntil: b.ContractUntil} {
		day := at.Local()
		if at.IsZero() || day.Hour() != 0 || day.Minute() != 0 || day.Second() != 0 || day.Nanosecond() != 0 {
			continue
		}
		if pointer == contractUntil {
			day = day.AddDate(0, 0, -1)
		}
		f.Values.Set(pointer, day.Format(form.DateLayout))
	}
	return f
}

// readCustomer returns a form as it is to be read; see shownCustomer.
func readCustomer(f Form) Form {
	read := Form{Values: url.Values{}}
	maps.Copy(read.Values, f.Values)
	if last, err := time.ParseInLocation(form.DateLayout, strings.TrimSpace(f.Value(contractUntil)), time.Local); err == nil {
		read.Values.Set(contractUntil, last.AddDate(0, 0, 1).Format(form.TimeLayout))
	}
	return read
}

// Contract returns the inputs of the contract: of days, or where the customer has other moments, of these.
func (p customerPage) Contract() []Field {
	from := p.Form.Field(contractFrom, p.T("Avtalet gäller från och med", "The contract holds from"),
		p.T("Tomt: utan början.", "Empty: without a beginning."))
	until := p.Form.Field(contractUntil, p.T("Avtalet gäller till och med", "The contract holds up to and including"),
		p.T("Tomt: utan slut. Sedan kan inget besök börja.", "Empty: without an end. After it no session can begin."))
	if strings.Contains(until.Value(), "T") {
		until.Label = p.T("Avtalet gäller till", "The contract holds until")
	}
	fields := []Field{from, until}
	for i := range fields {
		fields[i] = fields[i].As("date")
		if strings.Contains(fields[i].Value(), "T") {
			fields[i].Type = "datetime-local"
		}
	}
	return fields
}

// CustomFields returns the inputs of the shop's custom fields.
func (p customerPage) CustomFields() (all []Field) {
	for _, field := range p.Shop.Snapshot().Fields {
		help := ""
		switch {
		case field.Name == p.Shop.Settings().DecidingField:
			help = p.T("Avgör om kunden handlar via PunchOut: ikryssat är butikens vanliga kassa stängd för kunden.",
				"Decides whether the customer buys by PunchOut: ticked, the shop's own checkout is closed to the customer.")
		case field.Type == tenant.Number:
			help = p.T("Ett tal, till exempel 12.50.", "A number, such as 12.50.")
		}
		input := p.Form.Field("/fields/"+form.Escape(field.Name), p.Label(field), help)
		if field.Type == tenant.Checkbox {
			input = input.As("checkbox")
		}
		all = append(all, input)
	}
	return all
}

// Party returns the inputs of a party.
func (p customerPage) Party(pointer string) []Field { return partyFields(p.Page, p.Form, pointer) }
