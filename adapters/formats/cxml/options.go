package cxml

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/options"
)

// settings are the options of a connection. An empty text is the same as an absent member.
type settings struct {
	shape `json:"-"`
	// DTDVersion is that of the DOCTYPE. Without it, it is the version of the request, or else the oldest one.
	DTDVersion   string `json:"dtd_version"`
	options.Form        // the default of its Field follows Encoding
	// Encoding is "base64", or "urlencoded": the document itself, in ASCII, which only the browser encodes.
	Encoding string `json:"encoding"`
	// Total is "items", the lines alone, or "gross", with shipping and tax.
	Total string `json:"total"`
	// OperationAllowed says what the buyer may ask for later: create, inspect or edit.
	OperationAllowed string `json:"operation_allowed"`
	// Cancel is "document", a message with status 204, or "form", the form without a document.
	Cancel string `json:"cancel"`
	// PriceBasis writes prices for several units as such, where the DTD's version can.
	PriceBasis bool `json:"price_basis"`
	// DescriptionBytes is how much of a Description the buyer keeps, in bytes of UTF-8; 0 is all.
	DescriptionBytes int `json:"description_bytes"`
}

// shape are the options of a format without a specification.
type shape struct {
	// Start is "form" or "cxml-setup"; empty accepts both.
	Start string `json:"start"`
	// Header writes the Header with its credentials. Without it the document is valid in no DTD.
	Header bool `json:"header"`
	// Doctype writes the DOCTYPE.
	Doctype bool `json:"doctype"`
}

const (
	startForm, startDocument              = "form", "cxml-setup"
	encodingBase64, encodingText          = "base64", "urlencoded"
	totalItems, totalGross                = "items", "gross"
	cancelByDocument, cancelByForm        = "document", "form"
	fieldBase64, fieldURLEncoded          = "cxml-base64", "cxml-urlencoded"
	opCreate, opEdit, opInspect, opSource = "create", "edit", "inspect", "source"
)

// The versions of the DTD in which what is written here is valid; PriceBasisQuantity came with one in between.
const (
	oldestVersion     = "1.2.014"
	priceBasisVersion = "1.2.036"
	newestVersion     = "1.2.071"
)

// valid reports whether what is written here is valid in the version of the DTD.
func valid(version string) bool {
	return len(version) == len(oldestVersion) && oldestVersion <= version && version <= newestVersion &&
		strings.Trim(version[len("1.2."):], "0123456789") == ""
}

func (f *Format) readOptions(raw json.RawMessage) (settings, error) {
	o := f.defaults
	into := any(&o)
	if f.shapes {
		into = &struct {
			*settings
			*shape
		}{&o, &o.shape}
	}
	if err := options.Read(raw, into); err != nil {
		return o, err
	}
	for _, d := range []struct {
		member *string
		value  string
	}{
		{&o.Encoding, encodingBase64}, {&o.Total, totalItems}, {&o.OperationAllowed, opEdit}, {&o.Cancel, cancelByDocument},
	} {
		if *d.member == "" {
			*d.member = d.value
		}
	}
	if o.Field == "" {
		o.Field = fieldBase64
		if o.Encoding == encodingText {
			o.Field = fieldURLEncoded
		}
	}
	return o, options.Check(o.check, o.Check)
}

func (o *settings) check(report options.Report) {
	oneOf := func(path, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			report(path, "unknown_value", "must be one of "+strings.Join(allowed, ", "))
		}
	}
	if o.Start != "" {
		oneOf("start", o.Start, startForm, startDocument)
	}
	oneOf("encoding", o.Encoding, encodingBase64, encodingText)
	oneOf("total", o.Total, totalItems, totalGross)
	oneOf("operation_allowed", o.OperationAllowed, opCreate, opEdit, opInspect)
	oneOf("cancel", o.Cancel, cancelByDocument, cancelByForm)
	switch {
	case o.DTDVersion == "":
	case !valid(o.DTDVersion):
		report("dtd_version", "not_version", "must be a version of the cXML DTD from "+oldestVersion+" to "+newestVersion)
	case o.PriceBasis && o.DTDVersion < priceBasisVersion:
		report("price_basis", "not_in_dtd", "needs a dtd_version of "+priceBasisVersion+" or later")
	}
	if o.DescriptionBytes != 0 && o.DescriptionBytes < minDescription {
		report("description_bytes", "too_few", "must be 30 or more")
	}
}

// minDescription is what the cXML User's Guide recommends for a short name; no buyer keeps less.
const minDescription = 30

// What a start call leaves for the cart that goes back.
const (
	keepVersion = "dtd_version" // of the request
	keepTarget  = "target"      // the frame that the request names
)

// kept fills what the options leave open from what the start call left.
func (o *settings) kept(keep map[string]string) {
	o.DTDVersion = cmp.Or(o.DTDVersion, keep[keepVersion], oldestVersion)
	o.Target = cmp.Or(o.Target, keep[keepTarget])
}
