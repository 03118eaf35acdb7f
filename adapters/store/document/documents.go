package document

import (
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/transfer"
)

// documentDoc is a document of an order or of a session. The body is Base64 then, as encoding/json writes bytes.
type documentDoc struct {
	MediaType string            `json:"media_type,omitempty"`
	FileName  string            `json:"file_name,omitempty"`
	Body      []byte            `json:"body,omitempty"`
	Form      formDoc           `json:"form"`
	Warnings  []warningDoc      `json:"warnings,omitempty"`
	Mapped    *cart.Cart        `json:"mapped,omitempty"`
	Units     map[string]string `json:"units,omitempty"`

	FreightUnit string `json:"freight_unit,omitempty"`
}

type formDoc struct {
	Action        string         `json:"action"`
	Method        string         `json:"method"`
	AcceptCharset string         `json:"accept_charset,omitempty"`
	Target        string         `json:"target,omitempty"`
	Fields        []formFieldDoc `json:"fields,omitempty"`
}

type formFieldDoc struct {
	Name   string          `json:"name"`
	Value  string          `json:"value,omitempty"`
	Source transfer.Source `json:"source,omitempty"`
}

type warningDoc struct {
	Path    string          `json:"path,omitempty"`
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	Effect  transfer.Effect `json:"effect,omitempty"`
	Before  string          `json:"before,omitempty"`
	After   string          `json:"after,omitempty"`
	Remedy  string          `json:"remedy,omitempty"`
	Source  string          `json:"source,omitempty"`
}

func packDocument(d *transfer.Document) documentDoc {
	return documentDoc{
		d.MediaType, d.FileName, d.Body,
		formDoc{
			d.Form.Action, d.Form.Method, d.Form.AcceptCharset, d.Form.Target,
			each(d.Form.Fields, func(f transfer.Field) formFieldDoc { return formFieldDoc(f) }),
		},
		each(d.Warnings, func(w transfer.Warning) warningDoc { return warningDoc(w) }),
		d.Mapped, d.Units, d.FreightUnit,
	}
}

func (d documentDoc) unpack() *transfer.Document {
	return &transfer.Document{
		MediaType: d.MediaType, FileName: d.FileName, Body: d.Body,
		Form: transfer.Form{
			Action: d.Form.Action, Method: d.Form.Method, AcceptCharset: d.Form.AcceptCharset, Target: d.Form.Target,
			Fields: each(d.Form.Fields, func(f formFieldDoc) transfer.Field { return transfer.Field(f) }),
		},
		Warnings: each(d.Warnings, func(w warningDoc) transfer.Warning { return transfer.Warning(w) }),
		Mapped:   d.Mapped, Units: d.Units, FreightUnit: d.FreightUnit,
	}
}

// each maps a list; no list stays none.
func each[From, To any](list []From, to func(From) To) []To {
	if list == nil {
		return nil
	}
	mapped := make([]To, len(list))
	for i := range list {
		mapped[i] = to(list[i])
	}
	return mapped
}
