package desk

import (
	"context"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// customersPage lists the customers of a shop.
type customersPage struct {
	Page

	Filter   Form          // q: how name, number or identifier begin; ticked: true, false or empty for both
	Deciding *tenant.Field // nil where none decides who buys by PunchOut
	Rows     []customerRow
	Next     customer.ID // empty on the last page
	Form     Form        // of the box that is ticked for many; it shows what is wrong
	Refused  []Mistake   // the customers for whom it was not ticked, and why
}

type customerRow struct {
	customer.Profile

	ID          customer.ID
	Ticked      bool
	Begun, Over bool // of the contract
	Connections []*connection.Connection
}

func (d *Desk) customers(c *gin.Context) {
	p, err := d.customersPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "customers", p)
}

func (d *Desk) customersPage(c *gin.Context) (customersPage, error) {
	p := customersPage{Page: d.page(c, "customers"), Filter: Form{Values: c.Request.URL.Query()}}
	p.path = p.In("/customers")
	q := port.CustomerQuery{Beginning: strings.TrimSpace(c.Query("q")), After: customer.ID(c.Query("after")), Limit: pageLength + 1}
	if field, ok := p.Shop.Field(p.Shop.Settings().DecidingField); ok {
		p.Deciding = &field
		if wanted := c.Query("ticked"); wanted == "true" || wanted == "false" {
			q.Box, q.Ticked = field.Name, wanted == "true"
		}
	}
	q.ByName = q.Box == ""
	found, err := d.use.Administration.Customers(c.Request.Context(), p.Shop.ID(), q)
	if err != nil {
		return p, err
	}
	if len(found) > pageLength {
		found, p.Next = found[:pageLength], found[pageLength-1].ID()
	}
	ids := make([]customer.ID, len(found))
	for i, who := range found {
		ids[i] = who.ID()
	}
	connections, err := d.use.Administration.ConnectionsOf(c.Request.Context(), p.Shop.ID(), ids...)
	if err != nil {
		return p, err
	}
	of := map[customer.ID][]*connection.Connection{}
	for _, each := range connections {
		of[each.Profile().Customer] = append(of[each.Profile().Customer], each)
	}
	now := time.Now()
	for _, who := range found {
		row := customerRow{Profile: who.Profile(), ID: who.ID(), Connections: of[who.ID()]}
		row.Ticked = p.Deciding != nil && who.Ticked(p.Deciding.Name)
		row.Begun = !row.ContractFrom.After(now)
		row.Over = !row.ContractUntil.IsZero() && !row.ContractUntil.After(now)
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// tickCustomers ticks the deciding field for customers, or unticks it.
func (d *Desk) tickCustomers(c *gin.Context) {
	ids, ticked := c.Request.PostForm["customer"], c.Request.PostForm.Get("ticked") == "true"
	var all []administration.Ticked
	wrong := d.act(c, audit.CustomersTick, targetOf(ids), func(ctx context.Context) (_ string, err error) {
		if len(ids) == 0 {
			return "", errNoneChosen
		}
		all, err = d.use.Administration.TickCustomers(ctx, shopOf(c).ID(), asIDs(ids), "", ticked)
		return "", err
	})
	p, err := d.customersPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	for _, each := range all {
		if each.Refusal != nil {
			p.Refused = append(p.Refused, Mistake{string(each.Customer), words.Refusal(p.Lang, each.Refusal)})
		}
	}
	if p.Form = p.Form.refused(p.Page, wrong); wrong == nil && p.Refused == nil {
		done := "unticked"
		if ticked {
			done = "ticked"
		}
		d.leave(c, p.In("/customers?"+p.query("", "")), done)
		return
	}
	d.render(c, d.statusOf(c, wrong), "customers", p)
}

var errNoneChosen = fault.New(fault.Invalid, "form.none_chosen", "choose at least one customer")

func asIDs(texts []string) []customer.ID {
	ids := make([]customer.ID, len(texts))
	for i, text := range texts {
		ids[i] = customer.ID(text)
	}
	return ids
}

// targetOf names one customer in the audit log; of many it tells none.
func targetOf(ids []string) string {
	if len(ids) == 1 {
		return ids[0]
	}
	return ""
}

// customersTable downloads all customers, as they can be imported again.
func (d *Desk) customersTable(c *gin.Context) {
	shop := shopOf(c)
	d.table(c, "customers-"+string(shop.ID()), func(out io.Writer) error {
		return d.use.Administration.EachCustomer(c.Request.Context(), shop.ID(), body.WriteCustomers(out, shop, langOf(c)))
	})
}

// customersTemplate downloads a table without customers, with a column for everything that can be imported.
func (d *Desk) customersTemplate(c *gin.Context) {
	d.table(c, "customers", func(out io.Writer) error { return body.WriteCustomers(out, shopOf(c), langOf(c))(nil) })
}

// NextPage returns the address of the next page.
func (p customersPage) NextPage() string { return "?" + p.query("after", string(p.Next)) }

// Query returns the query of this page.
func (p customersPage) Query() template.URL {
	return template.URL(p.query("", "")) //nolint:gosec // a query that is encoded
}

// query returns the query of the page with another value of a parameter.
func (p customersPage) query(name, value string) string {
	q := url.Values{}
	if value != "" {
		q.Set(name, value)
	}
	for _, kept := range []string{"q", "ticked", "after"} {
		if kept != name && p.Filter.Value(kept) != "" {
			q.Set(kept, p.Filter.Value(kept))
		}
	}
	return q.Encode()
}

// TickedOptions returns the filter by the deciding field.
func (p customersPage) TickedOptions() []Option {
	return []Option{{"", p.T("Alla", "All")}, {"true", p.T("Ja", "Yes")}, {"false", p.T("Nej", "No")}}
}
