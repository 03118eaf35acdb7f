package web

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/language"
)

type describedFormat struct {
	Name         string            `json:"name"`
	Label        string            `json:"label"`
	About        language.Text     `json:"about"`
	Capabilities []string          `json:"capabilities"`
	Starts       []string          `json:"starts"`
	CartID       string            `json:"cart_id"`
	OrderedCart  string            `json:"ordered_cart"`
	Options      []describedOption `json:"options"`
}

type describedOption struct {
	Name    string          `json:"name"`
	Kind    string          `json:"kind"`
	Choices []string        `json:"choices,omitempty"`
	Default string          `json:"default,omitempty"`
	Example json.RawMessage `json:"example,omitempty"`
	About   language.Text   `json:"about"`
}

// listFormats answers with what each format says of itself.
func (s *Server) listFormats(c *gin.Context) {
	views := []describedFormat{}
	for _, name := range s.use.Formats.Names() {
		f, err := s.use.Formats.Get(name)
		if err != nil {
			s.refuse(c, err)
			return
		}
		views = append(views, describe(f))
	}
	s.answer(c, http.StatusOK, gin.H{"formats": views})
}

func describe(f port.Format) describedFormat {
	d := formats.Describe(f)
	view := describedFormat{
		Name: f.Name(), Label: d.Label, About: d.About, Capabilities: formats.Capabilities(f), Starts: []string{},
		CartID: d.CartID, OrderedCart: d.OrderedCart,
		Options: make([]describedOption, len(d.Options)),
	}
	form, document := formats.Starts(f, nil)
	if form {
		view.Starts = append(view.Starts, "form")
	}
	if document {
		view.Starts = append(view.Starts, "document")
	}
	for i, o := range d.Options {
		view.Options[i] = describedOption{Name: o.Name, Kind: o.Kind.String(), Choices: o.Choices, Default: o.Default, About: o.About}
		if o.Example != "" {
			view.Options[i].Example = json.RawMessage(o.Example)
		}
	}
	return view
}
