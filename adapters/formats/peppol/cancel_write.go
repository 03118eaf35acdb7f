package peppol

import (
	"io"
	"slices"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/transfer"
)

// EncodeCancel writes no document, for the BIS has none that says so: the form goes back without one, with its hidden
// fields and the session reference.
func (f *Format) EncodeCancel(_ io.Writer, o port.Outgoing) (port.Handover, error) {
	s, err := readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	form, err := s.form(o)
	if err != nil {
		return port.Handover{}, err
	}
	form.Fields = slices.DeleteFunc(form.Fields, func(f transfer.Field) bool { return f.Source != transfer.Literal })
	return port.Handover{Form: form}, nil
}
