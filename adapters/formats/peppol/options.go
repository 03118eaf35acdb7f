package peppol

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/transfer"
)

// settings are the options of a connection. An empty text is the same as an absent member.
type settings struct {
	options.Form // of its hidden fields, one with the name of the session reference gives way to it
	// Encoding is "base64", or "text": the document as it is.
	Encoding string `json:"encoding"`
	// CorrelationField hands the session reference back; without it the parameter that brought it does.
	CorrelationField string `json:"correlation_field"`
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
	return s, options.Check(s.check, s.Check)
}

func (s *settings) check(report options.Report) {
	if s.CorrelationField != "" {
		s.CheckOther(report, "correlation_field", s.CorrelationField)
	}
	if encodings[s.Encoding] == transfer.Literal {
		report("encoding", "unknown_value", "must be one of base64, text")
	}
}

// form returns the form that carries the document. Of fields with one name that of the session reference wins, then the
// mapping's, then that of the options.
func (s *settings) form(o port.Outgoing) (transfer.Form, error) {
	form := transfer.Form{Action: o.ReturnURL, Method: "POST", AcceptCharset: "UTF-8", Target: s.Target}
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
	hidden := make(map[string]string, len(s.HiddenFields)+len(o.FormFields))
	maps.Copy(hidden, s.HiddenFields)
	maps.Copy(hidden, o.FormFields)
	for _, name := range slices.Sorted(maps.Keys(hidden)) {
		if strings.EqualFold(name, s.Field) {
			return form, options.ErrInvalid.With(fault.Detail{Path: "/options/field", Code: "repeated",
				Message: "is the name of a field that the mapping makes: " + clip(name)})
		}
		if name != correlation {
			form.Fields = append(form.Fields, transfer.Field{Name: name, Value: hidden[name]})
		}
	}
	if correlation != "" {
		form.Fields = append(form.Fields, transfer.Field{Name: correlation, Value: o.Correlation})
	}
	form.Fields = append(form.Fields, transfer.Field{Name: s.Field, Source: encodings[s.Encoding]})
	return form, nil
}
