package desk

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/session"
)

// sessionsPage lists PunchOut visits.
type sessionsPage struct {
	Page

	Filter      Filter
	Sessions    []listing.Session
	Count       int // of all that the filter selects; of a search, of those that are shown
	Next        string
	Connections []*connection.Connection
}

func (d *Desk) sessions(c *gin.Context) {
	ctx, of := c.Request.Context(), shopOf(c).ID()
	p := sessionsPage{Page: d.page(c, "sessions"), Filter: filterOf(c)}
	filter := port.Filter[session.Status]{
		Connection: connection.ID(p.Filter.Connection), Status: parsed(p.Filter.Status, session.ParseStatus), Created: p.Filter.span(),
	}
	var err error
	p.Sessions, p.Next, err = d.use.Listing.Sessions(ctx, of, listing.Query[session.Status]{
		Search: p.Filter.Search, Filter: filter, Cursor: c.Query("cursor"), Limit: pageLength,
	})
	p.Count = len(p.Sessions)
	if err == nil && p.Filter.Search == "" {
		p.Count, err = d.use.Listing.CountSessions(ctx, of, filter)
	}
	if err == nil {
		p.Connections, err = d.connectionsOf(ctx, c)
	}
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "sessions", p)
}

// ConnectionChoices returns the connections that the list can be filtered by.
func (p sessionsPage) ConnectionChoices() []Option { return connectionChoices(p.Page, p.Connections) }

// StatusChoices returns the statuses that the list can be filtered by.
func (p sessionsPage) StatusChoices() []Option {
	options := []Option{{"", p.T("Alla lägen", "All states")}}
	for _, s := range session.Statuses() {
		options = append(options, Option{s.String(), p.SessionStatus(s).Text})
	}
	return options
}
