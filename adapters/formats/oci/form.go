package oci

import (
	"cmp"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/encoding/charmap"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/transfer"
)

// ErrHookURL refuses a return address whose query cannot be moved into hidden fields.
var ErrHookURL = fault.New(fault.Invalid, "oci.hook_url", "the query of the return address cannot be moved into hidden fields")

func notMovable(why string) error {
	return fault.Newf(ErrHookURL.Kind, ErrHookURL.Code, "%s: %s", ErrHookURL.Message, why)
}

// charsets are the names of charsets that start calls use, in lower case. Browsers take every name of ISO-8859-1 for
// windows-1252, which has the same bytes for all that is sent here (WHATWG Encoding, section 4.2).
var charsets = map[string]string{
	"utf-8": charsetUTF8, "utf8": charsetUTF8,
	"iso-8859-1": charsetLatin1, "iso8859-1": charsetLatin1, "latin1": charsetLatin1, "windows-1252": charsetLatin1, "us-ascii": charsetLatin1,
}

// form returns the return form without items: the moved query of the return address, what is echoed, the session
// reference, and the hidden fields of the mapping and the options.
func (s *settings) form(o port.Outgoing) (transfer.Form, error) {
	form := transfer.Form{
		Action: o.ReturnURL, Method: s.Method, AcceptCharset: s.Charset,
		Target: cmp.Or(s.Target, o.Keep[paramReturnTarget], o.Keep[paramTarget], "_top"),
	}
	if asked := charsets[strings.ToLower(strings.TrimSpace(o.Keep[paramCharset]))]; asked != "" {
		form.AcceptCharset = asked
	}
	if s.HookURL == hookSplit {
		if err := split(&form); err != nil {
			return form, err
		}
	}
	add := func(name, value string) {
		taken := func(f transfer.Field) bool { return strings.EqualFold(f.Name, name) }
		if !slices.ContainsFunc(form.Fields, taken) {
			form.Fields = append(form.Fields, transfer.Field{Name: name, Value: value})
		}
	}
	for _, name := range echoed {
		if value, came := o.Keep[name]; came {
			add(name, value)
		}
	}
	if o.Correlation != "" && o.CorrelationField != "" {
		add(o.CorrelationField, o.Correlation)
	}
	for _, further := range []map[string]string{o.FormFields, s.HiddenFields} {
		for _, name := range slices.Sorted(maps.Keys(further)) {
			if !ofLine(name) {
				add(name, further[name])
			}
		}
	}
	return form, nil
}

// split moves the query of the action into fields, so that the browser sends the same bytes in the form's charset.
func split(form *transfer.Form) error {
	action, query, _ := strings.Cut(form.Action, "?")
	form.Action = action
	decode := func(escaped string) (string, error) {
		text, err := url.QueryUnescape(escaped)
		if err == nil && form.AcceptCharset == charsetLatin1 {
			text, err = charmap.Windows1252.NewDecoder().String(text)
		}
		if err != nil || !utf8.ValidString(text) || strings.ContainsFunc(text, unreadable) {
			return "", notMovable("it is not readable in the charset of the form")
		}
		return text, nil
	}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		var field transfer.Field
		var err error
		if field.Name, err = decode(name); err != nil {
			return err
		}
		if field.Value, err = decode(value); err != nil {
			return err
		}
		if ofLine(field.Name) {
			return notMovable("it has " + quote(field.Name) + ", which is a field of a line")
		}
		form.Fields = append(form.Fields, field)
	}
	return nil
}

// unreadable reports what browsers change in a field: control characters, and what stands for undecodable bytes.
func unreadable(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }

// writeForm writes the form as JSON, one field on a line. Behind the hidden fields stand those of the items, whose names need
// no escapes.
func writeForm(w io.Writer, form *transfer.Form, hidden int) error {
	b := make([]byte, 0, 1<<15)
	b = appendQuoted(append(b, `{"action":`...), form.Action)
	b = appendQuoted(append(b, `,"method":`...), form.Method)
	b = appendQuoted(append(b, `,"accept_charset":`...), form.AcceptCharset)
	b = appendQuoted(append(b, `,"target":`...), form.Target)
	b = append(b, `,"fields":[`...)
	for i := range form.Fields {
		f := &form.Fields[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, "\n{\"name\":"...)
		if i < hidden {
			b = appendQuoted(b, f.Name)
		} else {
			b = append(append(append(b, '"'), f.Name...), '"')
		}
		b = append(appendQuoted(append(b, `,"value":`...), f.Value), '}')
		if len(b) >= cap(b)*7/8 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(append(b, "\n]}\n"...))
	return err
}

// appendQuoted appends a text as a JSON string.
func appendQuoted(b []byte, s string) []byte {
	wide := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
			wide = true
		case c < ' ' || c == '"' || c == '\\':
			return escaped(b, s)
		}
	}
	if wide && !utf8.ValidString(s) {
		return escaped(b, s)
	}
	return append(append(append(b, '"'), s...), '"')
}

func escaped(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s) // it fails on broken UTF-8 alone, and then writes U+FFFD
	return b
}

// EncodeCancel writes no document: the form goes back with no items.
func (f *Format) EncodeCancel(_ io.Writer, o port.Outgoing) (port.Handover, error) {
	s, err := f.readOptions(o.Options)
	if err != nil {
		return port.Handover{}, err
	}
	form, err := s.form(o)
	if err != nil {
		return port.Handover{}, err
	}
	return port.Handover{Form: form}, nil
}
