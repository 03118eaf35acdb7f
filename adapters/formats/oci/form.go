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

// writeForm writes the form as JSON, one field on a line.
func writeForm(w io.Writer, form *transfer.Form) error {
	b := make([]byte, 0, 1<<10)
	member := func(before, value string) {
		b, _ = jsontext.AppendQuote(append(b, before...), value) // it fails on broken UTF-8 alone, and then writes U+FFFD
	}
	member(`{"action":`, form.Action)
	member(`,"method":`, form.Method)
	member(`,"accept_charset":`, form.AcceptCharset)
	member(`,"target":`, form.Target)
	b = append(b, `,"fields":[`...)
	separator := "\n"
	for _, f := range form.Fields {
		b = append(b, separator...)
		separator = ",\n"
		member(`{"name":`, f.Name)
		member(`,"value":`, f.Value)
		b = append(b, '}')
		if len(b) >= 32<<10 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(append(b, "\n]}\n"...))
	return err
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
