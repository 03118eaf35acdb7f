package peppol

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/transfer"
)

// settings are the options of a connection. An empty text is the same as an absent member.
type settings struct {
	// Field is the form field that carries the document.
	Field string `json:"field"`
	// Encoding is "base64", or "text": the document as it is.
	Encoding string `json:"encoding"`
	// HiddenFields are further fields of the form. One with the name of the session reference gives way to it.
	HiddenFields map[string]string `json:"hidden_fields"`
	// CorrelationField hands the session reference back; without it the parameter that brought it does.
	CorrelationField string `json:"correlation_field"`
	// DefaultUNSPSC classifies lines without a UNSPSC code.
	DefaultUNSPSC string `json:"default_unspsc"`
	// Target is the frame that answers the form.
	Target string `json:"target"`
}

// encodings are the values of the option encoding.
var encodings = map[string]transfer.Source{"base64": transfer.DocumentBase64, "text": transfer.DocumentText}

func readOptions(raw json.RawMessage) (settings, error) {
	var s settings
	if err := options.Read(raw, &s); err != nil {
		return s, err
	}
	if s.Field == "" {
		s.Field = "xml"
	}
	if s.Encoding == "" {
		s.Encoding = "base64"
	}
	if details := s.check(); details != nil {
		return s, options.ErrInvalid.With(details...)
	}
	return s, nil
}

func (s *settings) check() (details []fault.Detail) {
	report := func(path, code, message string) {
		details = append(details, fault.Detail{Path: "/options/" + path, Code: code, Message: message})
	}
	name := func(path, value string) {
		if value == "" || strings.ContainsFunc(value, unprintable) {
			report(path, "not_field_name", "must be a name without blanks or control characters")
		}
		if path != "field" && strings.EqualFold(value, s.Field) {
			report(path, "repeated", "is the name of the field that carries the document")
		}
	}
	name("field", s.Field)
	if s.CorrelationField != "" {
		name("correlation_field", s.CorrelationField)
	}
	for _, field := range slices.Sorted(maps.Keys(s.HiddenFields)) {
		name("hidden_fields/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(field), field)
	}
	if encodings[s.Encoding] == transfer.Literal {
		report("encoding", "unknown_value", "must be one of base64, text")
	}
	if s.DefaultUNSPSC != "" && !cart.Unspsc8(s.DefaultUNSPSC) {
		report("default_unspsc", "not_unspsc", "a UNSPSC code has 8 digits and no dots")
	}
	if strings.ContainsFunc(s.Target, unprintable) {
		report("target", "not_frame", "must be a frame's name without blanks or control characters")
	}
	return details
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// form returns the form that carries the document.
func (s *settings) form(o port.Outgoing) (transfer.Form, error) {
	form := transfer.Form{Action: o.ReturnURL, Method: "POST", Target: s.Target}
	correlation := ""
	if o.Correlation != "" {
		correlation = s.CorrelationField
		if correlation == "" {
			correlation = o.CorrelationField
		}
	}
	if strings.EqualFold(correlation, s.Field) {
		return form, options.ErrInvalid.With(fault.Detail{Path: "/options/field", Code: "repeated",
			Message: "is the name of the field that hands the session reference back"})
	}
	for _, name := range slices.Sorted(maps.Keys(s.HiddenFields)) {
		if name != correlation {
			form.Fields = append(form.Fields, transfer.Field{Name: name, Value: s.HiddenFields[name]})
		}
	}
	if correlation != "" {
		form.Fields = append(form.Fields, transfer.Field{Name: correlation, Value: o.Correlation})
	}
	form.Fields = append(form.Fields, transfer.Field{Name: s.Field, Source: encodings[s.Encoding]})
	return form, nil
}
