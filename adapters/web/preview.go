package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/transfer"
)

// previewConnection answers with all that would become of the cart in the body, or of the sample.
func (s *Server) previewConnection(c *gin.Context) {
	tried := cart.Sample()
	if c.Request.ContentLength != 0 {
		tried = &cart.Cart{}
	}
	if !s.decodeOptional(c, tried) {
		return
	}
	question := preview.Question{Connection: connection.ID(c.Param("id"))}
	made, err := s.use.Preview.Preview(c.Request.Context(), tenantOf(c), question, tried)
	reply(s, c, http.StatusOK, made, err, func(p preview.Preview) any { return viewPreview(p) })
}

// previewDraft does so for a connection that is not saved.
func (s *Server) previewDraft(c *gin.Context) {
	b := struct {
		Connection body.Connection `json:"connection"`
		Cart       *cart.Cart      `json:"cart"`
	}{Connection: body.NewConnection()}
	if !s.decode(c, &b) {
		return
	}
	profile, err := b.Connection.Read()
	if err != nil {
		s.answer(c, http.StatusOK, viewDraft(preview.Draft{Connection: fault.From(err).Details}))
		return
	}
	if b.Cart == nil {
		b.Cart = cart.Sample()
	}
	made, err := s.use.Preview.Draft(c.Request.Context(), tenantOf(c), profile, b.Cart)
	reply(s, c, http.StatusOK, made, err, func(d preview.Draft) any { return viewDraft(d) })
}

type previewView struct {
	Document *previewDocument `json:"document,omitempty"`
	Form     *formView        `json:"form,omitempty"`
	Warnings []api.Warning    `json:"warnings"`
	Findings []findingView    `json:"findings"`
	Errors   []api.Detail     `json:"errors,omitempty"` // of a draft
}

type previewDocument struct {
	MediaType string `json:"media_type"`
	FileName  string `json:"file_name"`
	Text      string `json:"text"`
	Readable  string `json:"readable"`
}

type formView struct {
	Action        string      `json:"action"`
	Method        string      `json:"method"`
	AcceptCharset string      `json:"accept_charset"`
	Target        string      `json:"target"`
	Fields        []fieldView `json:"fields"`
}

type fieldView struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Document string `json:"document,omitempty"` // how the field carries the document, which is told once
}

type findingView struct {
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Path     string `json:"path"`
	Message  string `json:"message"`
}

func viewPreview(p preview.Preview) previewView {
	d := p.Document
	return previewView{
		Document: viewDocument(d), Form: viewForm(d.Form),
		Warnings: viewWarnings(d.Warnings), Findings: viewFindings(p.Findings),
	}
}

func viewDocument(d *transfer.Document) *previewDocument {
	return &previewDocument{d.MediaType, d.FileName, readable.Decoded(d.Body), readable.Document(d)}
}

func viewDraft(d preview.Draft) previewView {
	view := previewView{Warnings: viewWarnings(nil), Findings: viewFindings(nil)}
	if d.Document != nil {
		view = viewPreview(d.Preview)
	}
	view.Errors = append(within("/connection", d.Connection), within("/cart", d.Cart)...)
	return view
}

// within returns details by JSON Pointers into a body of which they were a member.
func within(member string, all []fault.Detail) []api.Detail {
	views := details(all)
	for i := range views {
		views[i].Path = member + views[i].Path
	}
	return views
}

func viewForm(f transfer.Form) *formView {
	view := &formView{f.Action, f.Method, f.AcceptCharset, f.Target, make([]fieldView, len(f.Fields))}
	for i, field := range f.Fields {
		view.Fields[i] = fieldView{field.Name, field.Value, string(field.Source)}
	}
	return view
}

// maxFindings is how many findings are told: nobody reads on.
const maxFindings = 100

func viewFindings(all []port.Finding) []findingView {
	views := make([]findingView, 0, min(len(all), maxFindings))
	for _, f := range all[:cap(views)] {
		severity := "warning"
		if f.Fatal {
			severity = "fatal"
		}
		views = append(views, findingView{severity, f.Rule, f.Path, f.Message})
	}
	return views
}
