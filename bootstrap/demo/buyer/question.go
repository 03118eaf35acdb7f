package buyer

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap/demo/ui"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/transfer"
)

// The functions of SAP OCI that ask the supplier for data.
const (
	validate         = "VALIDATE"
	backgroundSearch = "BACKGROUND_SEARCH"
)

// question stands in the identifier of a visit that is the answer to a function, and of which no order can come.
const question = "question~"

func newQuestionID(c *Connection) string {
	return c.Format + "~" + question + strings.ToLower(rand.Text())
}

// search asks the supplier for articles by BACKGROUND_SEARCH, as a server does: it reads the form off the page.
func (b *portal) search(w http.ResponseWriter, r *http.Request) {
	p := view{Page: ui.NewPage(r)}
	c := b.connection(r.PathValue("format"))
	if c == nil || !c.Functions {
		b.notFound(w, p.Page)
		return
	}
	id := newQuestionID(c)
	fields, err := b.hits(r.Context(), c, b.returnURL(p.Page, id), r.FormValue("words"))
	if err != nil {
		b.Log.WarnContext(r.Context(), "the virtual buyer could not search", "format", c.Format, "error", err)
		p.Title, p.Text, p.Detail = p.T("Leverantören svarade inte på sökningen", "The supplier did not answer the search"), c.Name, err.Error()
		b.say(w, http.StatusBadGateway, p)
		return
	}
	b.visits.Add(id, newVisit(id, c, fields))
	p.Redirect(w, r, "/visits/"+url.PathEscape(id))
}

func (b *portal) hits(ctx context.Context, c *Connection, returnURL, words string) ([]transfer.Field, error) {
	side := c.side()
	side.Parameters["FUNCTION"], side.Parameters["SEARCHSTRING"] = backgroundSearch, words
	side.Login.Method = connection.Post
	call, err := virtual.Start(side, port.BuyerVisit{ReturnURL: returnURL})
	if err != nil {
		return nil, err
	}
	call.Accept = "text/html"
	answer, err := b.client().Do(ctx, call)
	if err != nil {
		return nil, err
	}
	form, err := virtual.Form(answer)
	return form.Fields, err
}
