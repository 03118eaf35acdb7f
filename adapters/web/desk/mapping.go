package desk

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

// mappingPage changes options and mapping of a connection, and shows what becomes of a cart with them.
type mappingPage struct {
	connectionPage

	Form     Form
	Options  []Field
	Raw      bool // the format does not say which options it takes
	Fields   []port.Field
	Examples []mappingExample
	Preview  previewPart
}

// previewPart is what becomes of a cart.
type previewPart struct {
	Page
	preview.Draft

	Text  string   // the document or the form, for reading; empty where there is none
	Wrong []string // why there is none, and what is wrong beside it
}

// maxFindings is how many findings are shown: nobody reads on.
const maxFindings = 100

// Found returns the first of what checks of the document found.
func (p previewPart) Found() []port.Finding { return p.Findings[:min(len(p.Findings), maxFindings)] }

func (d *Desk) mapping(c *gin.Context) {
	d.renderMapping(c, d.mappingValues(connectionOf(c)), nil, connectionOf(c).Profile(), cart.Sample())
}

// mappingValues returns the inputs that show options and mapping.
func (d *Desk) mappingValues(of *connection.Connection) Form {
	b := body.OfConnection(of)
	f := shown(b)
	showOptions(f, d.optionsOf(b.Format), b.Options)
	return f
}

// optionsOf returns the options that a format describes.
func (d *Desk) optionsOf(format string) []port.Option {
	f, err := d.use.Formats.Get(format)
	if err != nil {
		return nil
	}
	return formats.Describe(f).Options
}

// saveMapping saves options and mapping, or shows what they would come to: while somebody types, and for the button that asks for it.
func (d *Desk) saveMapping(c *gin.Context) {
	f, conn := typed(c), connectionOf(c)
	b := body.OfConnection(conn)
	described := d.optionsOf(b.Format)
	tried, unreadable := readMapping(f, described, &b)
	profile, err := b.Read()
	if err != nil { // of what is stored
		d.refuse(c, err)
		return
	}
	if unreadable != nil || checking(c) || c.Request.PostFormValue("preview") != "" {
		d.renderMapping(c, f, unreadable, profile, tried)
		return
	}
	err = d.act(c, audit.ConnectionChange, string(conn.ID()), func(ctx context.Context) (string, error) {
		_, err := d.use.Administration.ChangeConnection(ctx, shopOf(c).ID(), conn.ID(), profile, body.Unchanged(f.Tag, body.OfConnection))
		return "", err
	})
	if err != nil {
		d.renderMapping(c, f, err, profile, tried)
		return
	}
	d.leave(c, d.connectionPage(c, "").At("/mapping"), "saved")
}

// readMapping reads the form into the body, and returns the cart to try. What is not readable leaves the body as it is.
func readMapping(f Form, described []port.Option, b *body.Connection) (*cart.Cart, error) {
	stored := b.Options
	err := form.Decode(f.Values, b)
	var wrong []fault.Detail
	if err != nil {
		wrong = fault.From(err).Details
	}
	if described != nil {
		var more []fault.Detail
		b.Options, more = readOptions(f, described, stored)
		wrong = append(wrong, more...)
	}
	tried := cart.Sample()
	if text := f.Value("cart"); text != "" {
		tried = &cart.Cart{}
		if err := strictjson.Decode([]byte(text), tried); err != nil {
			wrong = append(wrong, fault.Detail{Path: "cart", Code: fault.From(err).Code, Message: fault.From(err).Message})
		}
	}
	if len(wrong) > 0 {
		return cart.Sample(), form.ErrUnreadable.With(wrong...)
	}
	return tried, nil
}

// renderMapping answers with the page, or while somebody types with what is wrong and the part that shows the cart. What is not
// readable is told with all else that is wrong, and nothing is shown of a cart that would be another one.
func (d *Desk) renderMapping(c *gin.Context, f Form, wrong error, profile connection.Profile, tried *cart.Cart) {
	p := mappingPage{connectionPage: d.connectionPage(c, "/mapping"), Examples: mappingExamples}
	draft, err := d.use.Preview.Draft(c.Request.Context(), shopOf(c).ID(), profile, tried)
	if err != nil {
		d.refuse(c, err)
		return
	}
	unreadable := errors.Is(wrong, form.ErrUnreadable)
	if details := draft.Connection; unreadable || wrong == nil && len(details) > 0 {
		if unreadable {
			details = append(slices.Clone(fault.From(wrong).Details), details...)
		}
		wrong = connection.ErrInvalid.With(details...)
	}
	if unreadable {
		draft = preview.Draft{}
	}
	p.Preview = previewOf(p.Page, draft)
	p.Form = f.refusedOver(p.Page, wrong, d.mappingValues(p.Connection))
	if checking(c) {
		d.answerParts(c, p.Form, map[string]any{"preview": p.Preview})
		return
	}
	d.describeMapping(&p)
	d.render(c, d.statusOf(c, wrong), "mapping", p)
}

// describeMapping fills in what can be chosen.
func (d *Desk) describeMapping(p *mappingPage) {
	known, err := d.use.Formats.Get(p.Connection.Profile().Format)
	if err != nil {
		return // of an earlier build; what is set is shown as it is
	}
	described := formats.Describe(known).Options
	p.Raw = described == nil
	for _, o := range described {
		p.Options = append(p.Options, p.OptionField(p.Form, o))
	}
	if mapper, ok := known.(port.FieldMapper); ok {
		p.Fields = mapper.Fields()
	}
}

// previewOf says in words what became of a cart.
func previewOf(p Page, draft preview.Draft) previewPart {
	part := previewPart{Page: p, Draft: draft}
	if draft.Document != nil {
		part.Text = readable.Document(draft.Document)
	}
	for _, detail := range draft.Cart {
		part.Wrong = append(part.Wrong, detail.Path+" "+words.Detail(p.Lang, detail))
	}
	return part
}

// answerParts answers a form that is sent while somebody types with what is wrong, and with parts of the page as they are now: by the
// name of their template, which is also their id in the page.
func (d *Desk) answerParts(c *gin.Context, f Form, parts map[string]any) {
	written := map[string]template.HTML{}
	for name, data := range parts {
		var b bytes.Buffer
		if err := templates["mapping"].ExecuteTemplate(&b, name, data); err != nil {
			d.refuse(c, err)
			return
		}
		written[name] = template.HTML(b.String()) //nolint:gosec // the template escaped it
	}
	c.JSON(http.StatusOK, gin.H{"wrong": f.wrongByID(), "parts": written})
	c.Abort()
}
