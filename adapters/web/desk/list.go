package desk

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Filter is what a list of orders or sessions was asked for.
type Filter struct {
	Search, Connection, Status string
	From, To                   string // dates
}

// filterOf reads the filter of a list. A search goes through all, so that it leaves the rest out.
func filterOf(c *gin.Context) Filter {
	f := Filter{c.Query("search"), c.Query("connection"), c.Query("status"), c.Query("from"), c.Query("to")}
	if f.Search != "" {
		f = Filter{Search: f.Search}
	}
	return f
}

// span returns the days of the filter; a day that is none is no bound.
func (f Filter) span() (s port.Span) {
	if t, err := time.ParseInLocation(time.DateOnly, f.From, time.Local); err == nil {
		s.From = t
	}
	if t, err := time.ParseInLocation(time.DateOnly, f.To, time.Local); err == nil {
		s.To = t.AddDate(0, 0, 1)
	}
	return s
}

// Query returns the filter as the query of an address.
func (f Filter) Query(cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{
		"search": f.Search, "connection": f.Connection, "status": f.Status, "from": f.From, "to": f.To, "cursor": cursor,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

// Empty reports whether the filter lets all through.
func (f Filter) Empty() bool { return f == Filter{} }

// listPage is what the pages that list orders and sessions have in common; the template "filter" shows its form.
type listPage struct {
	Page

	Filter      Filter
	Count       int    // of all that the filter selects; of a search, of those that are shown
	Next        string // the cursor of the next page; empty on the last one
	Connections []*connection.Connection

	Label, SearchFor string // of the form
}

// list reads the page that a request asks for.
func list[S fmt.Stringer, A any](
	d *Desk, c *gin.Context, active string, parse func(string) (S, error),
	read func(context.Context, tenant.ID, listing.Query[S]) (page []A, nextCursor string, err error),
	count func(context.Context, tenant.ID, port.Filter[S]) (int, error),
) (p listPage, found []A, err error) {
	ctx, of := c.Request.Context(), shopOf(c).ID()
	p = listPage{Page: d.page(c, active), Filter: filterOf(c)}
	filter := port.Filter[S]{
		Connection: connection.ID(p.Filter.Connection), Status: parsed(p.Filter.Status, parse), Created: p.Filter.span(),
	}
	found, p.Next, err = read(ctx, of, listing.Query[S]{
		Search: p.Filter.Search, Filter: filter, Cursor: c.Query("cursor"), Limit: pageLength,
	})
	p.Count = len(found)
	if err == nil && p.Filter.Search == "" {
		p.Count, err = count(ctx, of, filter)
	}
	if err == nil {
		p.Connections, err = d.connectionsOf(ctx, c)
	}
	return p, found, err
}

// ConnectionChoices returns the connections that the list can be filtered by.
func (p listPage) ConnectionChoices() []Option { return connectionChoices(p.Page, p.Connections) }

// parsed reads a status by its name; what is none selects all.
func parsed[S any](name string, parse func(string) (S, error)) (s S) {
	if found, err := parse(name); err == nil {
		s = found
	}
	return s
}

// connectionsOf returns the connections that a filter can name: the first ones of the shop.
func (d *Desk) connectionsOf(ctx context.Context, c *gin.Context) ([]*connection.Connection, error) {
	return d.use.Administration.Connections(ctx, shopOf(c).ID(), port.ConnectionQuery{ByName: true, Limit: maxChoices})
}

// maxChoices is how many connections a filter offers; those of a shop with more are reached from their own pages.
const maxChoices = 200

// connectionChoices returns the connections that a list can be filtered by.
func connectionChoices(p Page, all []*connection.Connection) []Option {
	options := []Option{{"", p.T("Alla kopplingar", "All connections")}}
	for _, each := range all {
		options = append(options, Option{string(each.ID()), each.Profile().Name})
	}
	return options
}
