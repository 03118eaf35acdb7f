package desk

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

// customersPage lists the customers of a shop.
type customersPage struct {
	Page

	Filter   Form          // q: how name, number or identifier begin; ticked: true, false or empty for both
	Deciding *tenant.Field // nil where none decides who buys by PunchOut
	Rows     []customerRow
	Next     customer.ID // empty on the last page
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
	q := port.CustomerQuery{Beginning: strings.TrimSpace(c.Query("q")), After: customer.ID(c.Query("after")), Limit: pageLength + 1}
	if field, ok := p.Shop.Field(p.Shop.Settings().DecidingField); ok {
		p.Deciding = &field
		if wanted := c.Query("ticked"); wanted == "true" || wanted == "false" {
			q.Box, q.Ticked = field.Name, wanted == "true"
		}
	}
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

// NextPage returns the address of the next page.
func (p customersPage) NextPage() string { return "?" + p.query("after", string(p.Next)) }

// query returns the query of the page with another value of a parameter.
func (p customersPage) query(name, value string) string {
	q := url.Values{name: {value}}
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
