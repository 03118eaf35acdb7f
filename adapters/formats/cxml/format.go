package cxml

import (
	"encoding/json"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
)

// Format is a wire format of the cXML family: the reader and writer of this package with the options that it has.
type Format struct {
	name     string
	defaults settings
	shapes   bool // the options of shape are open to connections
}

// NewCXML12 returns the format cxml-1.2: documents alone, in the shape that the DTD wants.
func NewCXML12() *Format {
	return &Format{name: "cxml-1.2", defaults: settings{shape: shape{Start: startDocument, Header: true, Doctype: true}}}
}

// NewProceedo returns the format proceedo-cxml. Visma publishes no specification of it, so its start step, the shape of the
// document and the return form are options of the connection.
func NewProceedo() *Format {
	return &Format{name: "proceedo-cxml", defaults: settings{shape: shape{Header: true, Doctype: true}}, shapes: true}
}

// Name returns the format's name.
func (f *Format) Name() string { return f.name }

// CheckOptions refuses options that the format does not know or that make no sense.
func (f *Format) CheckOptions(raw json.RawMessage) error {
	_, err := f.readOptions(raw)
	return err
}

// Fields returns what a mapping can set, by the DTD's names relative to ItemIn.
func (f *Format) Fields() []port.Field {
	return []port.Field{
		{Name: "ItemID/SupplierPartID", Line: true, Member: "sku"},
		{Name: "ItemID/SupplierPartAuxiliaryID", Line: true, Member: "key"},
		{Name: "ItemDetail/UnitPrice", Line: true, Member: "unit_price"},
		{Name: "ItemDetail/Description", Line: true, Member: "description"},
		{Name: "ItemDetail/UnitOfMeasure", Line: true, Member: "unit"},
		{Name: "ItemDetail/Classification/*", Line: true, Member: "classifications.*"},
		{Name: "ItemDetail/ManufacturerPartID", Line: true, Member: "manufacturer_sku"},
		{Name: "ItemDetail/ManufacturerName", Line: true, Member: "manufacturer"},
		{Name: "ItemDetail/URL", Line: true, Member: "url"},
		{Name: "ItemDetail/LeadTime", Line: true, Member: "lead_time_days"},
		{Name: "ItemDetail/Extrinsic/*", Line: true, Member: "extrinsics.*"},
	}
}

// CheckFormField refuses a name that no hidden field can have beside that of the document.
func (f *Format) CheckFormField(name string, raw json.RawMessage) error {
	s, err := f.readOptions(raw)
	if err != nil {
		return err
	}
	return options.CheckHiddenName(name, s.CheckOther)
}
