package cxml

import "encoding/json"

// Format is a wire format of the cXML family.
type Format struct{ name string }

// NewProceedo returns the format proceedo-cxml. Visma publishes no specification of it, so its start step, the shape of the
// document and the return form are options of the connection.
func NewProceedo() *Format { return &Format{name: "proceedo-cxml"} }

// Name returns the format's name.
func (f *Format) Name() string { return f.name }

// CheckOptions refuses options that the format does not know or that make no sense.
func (f *Format) CheckOptions(raw json.RawMessage) error {
	_, err := readOptions(raw)
	return err
}
