package web

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/adapters/web/replayed"
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
		Warnings: body.OfWarnings(d.Warnings), Findings: viewFindings(p.Findings),
	}
}

func viewDocument(d *transfer.Document) *previewDocument {
	return &previewDocument{d.MediaType, d.FileName, readable.Decoded(d.Body), readable.Document(d)}
}

func viewDraft(d preview.Draft) previewView {
	view := previewView{Warnings: body.OfWarnings(nil), Findings: viewFindings(nil)}
	if d.Document != nil {
		view = viewPreview(d.Preview)
	}
	view.Errors = append(within("/connection", d.Connection), within("/cart", d.Cart)...)
	return view
}

// within returns details by JSON Pointers into a body of which they were a member.
func within(member string, all []fault.Detail) []api.Detail {
	views := body.OfDetails(all)
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

// defaultReplayed is how many carts are replayed where the call does not say.
const defaultReplayed = 10

// replayConnection answers with what a draft would have changed in the last carts.
func (s *Server) replayConnection(c *gin.Context) {
	b := struct {
		Mapping     json.RawMessage `json:"mapping"`
		Options     json.RawMessage `json:"options"`
		BuyerSystem *string         `json:"buyer_system"`
		Last        int             `json:"last"`
	}{Last: defaultReplayed}
	if !s.decode(c, &b) {
		return
	}
	change := preview.Change{Mapping: b.Mapping, Options: b.Options, BuyerSystem: b.BuyerSystem}
	carts, err := s.use.Preview.Replay(c.Request.Context(), tenantOf(c), connection.ID(c.Param("id")), change, b.Last)
	if err != nil {
		s.refuse(c, err)
		return
	}
	compared, err := replayed.Compare(c.Request.Context(), carts)
	reply(s, c, http.StatusOK, compared, err, func(r replayed.Replay) any { return viewReplay(r) })
}

type replayView struct {
	Carts []replayedView `json:"carts"`
	Cut   bool           `json:"cut"`
}

type replayedView struct {
	Order        replayedOrder `json:"order"`
	Result       string        `json:"result"`
	Difference   *diffView     `json:"difference,omitempty"`
	ErrorsNow    []api.Detail  `json:"errors_now,omitempty"`
	ErrorsDraft  []api.Detail  `json:"errors_draft,omitempty"`
	Gained       []api.Warning `json:"warnings_gained"`
	Lost         []api.Warning `json:"warnings_lost"`
	WithoutVisit bool          `json:"without_visit"`
}

type replayedOrder struct {
	ID      string    `json:"id"`
	Number  string    `json:"number"`
	CartID  string    `json:"cart_id"`
	Test    bool      `json:"test"`
	Created time.Time `json:"created_at"`
}

type diffView struct {
	Changed int        `json:"changed_lines"`
	More    bool       `json:"more"`
	Hunks   []hunkView `json:"hunks"`
}

type hunkView struct {
	Old   int            `json:"now_line"`
	New   int            `json:"draft_line"`
	Lines []diffLineView `json:"lines"`
}

type diffLineView struct {
	Op   string `json:"op"`
	Text string `json:"text"`
}

func viewReplay(r replayed.Replay) replayView {
	view := replayView{make([]replayedView, len(r.Carts)), r.Cut}
	for i, c := range r.Carts {
		state := c.Order.Snapshot()
		view.Carts[i] = replayedView{
			Order:  replayedOrder{string(state.ID), c.Order.Number(), state.CartID, state.Test, state.CreatedAt},
			Result: string(c.Result), Difference: viewDiff(c.Difference), ErrorsNow: refusalDetails(c.Now), ErrorsDraft: refusalDetails(c.Draft),
			Gained: body.OfWarnings(c.Gained), Lost: body.OfWarnings(c.Lost), WithoutVisit: c.WithoutVisit,
		}
	}
	return view
}

// refusalDetails are what a refusal says, of which there may be none.
func refusalDetails(f *fault.Fault) []api.Detail {
	switch {
	case f == nil:
		return nil
	case len(f.Details) == 0:
		return body.OfDetails([]fault.Detail{{Code: f.Code, Message: f.Message}})
	}
	return body.OfDetails(f.Details)
}

func viewDiff(d readable.Difference) *diffView {
	if d.Changed == 0 {
		return nil
	}
	view := &diffView{d.Changed, d.More, make([]hunkView, len(d.Hunks))}
	for i, h := range d.Hunks {
		view.Hunks[i] = hunkView{h.Old, h.New, make([]diffLineView, len(h.Lines))}
		for j, l := range h.Lines {
			view.Hunks[i].Lines[j] = diffLineView{string(l.Op), l.Text}
		}
	}
	return view
}
