package buyer

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/punchgate/punchgate/bootstrap/demo/ui"
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

func (b *portal) hits(ctx context.Context, c *Connection, returnURL, words string) ([]Field, error) {
	form := url.Values{"FUNCTION": {backgroundSearch}, "SEARCHSTRING": {words}}
	for _, f := range c.fields(returnURL) {
		form.Set(f.Name, f.Value)
	}
	status, answer, err := b.post(ctx, c.LinkURL, "application/x-www-form-urlencoded", form.Encode())
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, fmt.Errorf("HTTP %d", status)
	}
	return hiddenFields(answer)
}

// hiddenFields reads the fields of the form on a page, in the charset that the page names.
func hiddenFields(page []byte) ([]Field, error) {
	decoded, err := charset.NewReader(bytes.NewReader(page), "text/html")
	if err != nil {
		return nil, err
	}
	root, err := html.Parse(decoded)
	if err != nil {
		return nil, err
	}
	forms := 0
	var fields []Field
	for n := range root.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.Data == "form":
			forms++
		case n.Type == html.ElementNode && n.Data == "input":
			fields = append(fields, Field{attribute(n, "name"), attribute(n, "value")})
		}
	}
	if forms != 1 {
		return nil, errors.New("the page has no form, or several")
	}
	return fields, nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
