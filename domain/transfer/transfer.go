// Package transfer holds what hands an encoded cart to the procurement system: the document and the form that carries it.
package transfer

import (
	"encoding/base64"
	"slices"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/cart"
)

// Source says where the value of a form field comes from.
type Source string

// The sources of a field's value.
const (
	Literal        Source = ""       // the field's own Value
	DocumentBase64 Source = "base64" // the document in Base64 (RFC 4648 section 4, with padding, without line breaks)
	DocumentText   Source = "text"   // the document as it is
)

// Field is one hidden field of a form. The document stands in the form once, by its Source, so that it is kept once.
type Field struct {
	Name   string
	Value  string // for Literal
	Source Source
}

// Form is the HTML form that the buyer's browser, or the gateway itself, posts to the procurement system.
type Form struct {
	Action        string // the return address
	Method        string // "POST" or "GET"
	AcceptCharset string // such as UTF-8
	Target        string // the frame to answer in; empty means the page's own
	Fields        []Field
}

// Warning says what the document had to change or leave out of the cart, or what the buyer's system will do to it.
type Warning struct {
	Path    string // JSON Pointer into the cart, such as /lines/2/unit_price
	Code    string
	Message string
	// Effect is what becomes of the value, or of the cart, empty where that is said by the message alone.
	Effect Effect
	// Before and After are the value as the cart has it and as the buyer's system keeps it, shortened where they are long.
	Before, After string
	Remedy        string // what the shop or the operator can do
	Source        string // of the rule; says whether it was verified
}

// maxShown is the most characters that are shown of a value.
const maxShown = 80

// Shown is a value as a warning shows it: its beginning and its end where it is long.
func Shown(value string) string {
	count := utf8.RuneCountInString(value)
	if count <= maxShown {
		return value
	}
	const part = maxShown/2 - 1
	begin, end, n := 0, 0, 0
	for i := range value {
		switch n {
		case part:
			begin = i
		case count - part:
			end = i
		}
		n++
	}
	return value[:begin] + " … " + value[end:]
}

// Effect is what a procurement system does to a value that it does not take as it is.
type Effect string

// The effects.
const (
	Cut     Effect = "cut"     // the end of the value is lost
	Changed Effect = "changed" // another value is kept in its place
	Refused Effect = "refused" // the line or the cart is not taken
)

// Document is an encoded cart, or the notice that there is none, with the form that carries it.
type Document struct {
	MediaType string // such as application/xml
	FileName  string // such as C-2026-000123.xml
	Body      []byte
	Form      Form
	Warnings  []Warning
	// Mapped is the cart as the document has it where the connection has a mapping, and Units the codes that it has in place
	// of units; purchase orders are compared with them.
	Mapped *cart.Cart
	Units  map[string]string
	// FreightUnit is the unit of the line by which the format sent the cost of delivery; empty where it sent no such line.
	FreightUnit string
}

// Values returns the form's fields with the document filled in.
func (d *Document) Values() []Field {
	fields := slices.Clone(d.Form.Fields)
	for i := range fields {
		switch fields[i].Source {
		case DocumentBase64:
			fields[i].Value = base64.StdEncoding.EncodeToString(d.Body)
		case DocumentText:
			fields[i].Value = string(d.Body)
		case Literal:
		}
		fields[i].Source = Literal
	}
	return fields
}
