package cxml

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/options"
)

// settings are the options of a connection. An empty text is the same as an absent member.
type settings struct {
	// Start is "form" or "cxml-setup"; empty accepts both.
	Start string `json:"start"`
	// Header writes the Header with its credentials. Without it the document is valid in no DTD.
	Header bool `json:"header"`
	// Doctype writes the DOCTYPE, DTDVersion is its version.
	Doctype      bool   `json:"doctype"`
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
}

const (
	startForm, startDocument              = "form", "cxml-setup"
	encodingBase64, encodingText          = "base64", "urlencoded"
	totalItems, totalGross                = "items", "gross"
	cancelByDocument, cancelByForm        = "document", "form"
	defaultVersion                        = "1.2.014"
	fieldBase64, fieldURLEncoded          = "cxml-base64", "cxml-urlencoded"
	opCreate, opEdit, opInspect, opSource = "create", "edit", "inspect", "source"
)

var dtdVersion = regexp.MustCompile(`^1\.2\.0[0-9]{2}$`)

func readOptions(raw json.RawMessage) (settings, error) {
	o := settings{Header: true, Doctype: true}
	if err := options.Read(raw, &o); err != nil {
		return o, err
	}
	for _, d := range []struct {
		member *string
		value  string
	}{
		{&o.DTDVersion, defaultVersion}, {&o.Encoding, encodingBase64}, {&o.Total, totalItems},
		{&o.OperationAllowed, opEdit}, {&o.Cancel, cancelByDocument},
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
	if !dtdVersion.MatchString(o.DTDVersion) {
		report("dtd_version", "not_version", "must be a version of the cXML DTD such as "+defaultVersion)
	}
}
