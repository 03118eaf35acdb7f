package desk

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/listing"
	"github.com/punchgate/punchgate/domain/session"
)

// sessionsPage lists PunchOut visits.
type sessionsPage struct {
	listPage

	Sessions []listing.Session
}

func (d *Desk) sessions(c *gin.Context) {
	var p sessionsPage
	var err error
	p.listPage, p.Sessions, err = list(d, c, "sessions", session.ParseStatus, d.use.Listing.Sessions, d.use.Listing.CountSessions)
	if err != nil {
		d.refuse(c, err)
		return
	}
	p.Label = p.T("Filtrera besök", "Filter sessions")
	p.SearchFor = p.T("E-postadress eller besökets beteckning", "E-mail address or the session's identifier")
	d.render(c, http.StatusOK, "sessions", p)
}

// StatusChoices returns the statuses that the list can be filtered by.
func (p sessionsPage) StatusChoices() []Option {
	options := []Option{{"", p.T("Alla lägen", "All states")}}
	for _, s := range session.Statuses() {
		options = append(options, Option{s.String(), p.SessionStatus(s).Text})
	}
	return options
}
