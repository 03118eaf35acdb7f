// Package readable shows documents to people: XML with each element on a line of its own, JSON indented, forms a field a line, and
// what differs between two of them. What is shown is for reading alone; the document itself is what was sent.
package readable

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/punchgate/punchgate/domain/transfer"
)

// Text returns a document as its media type says that it is read, in UTF-8. What is neither XML, JSON nor a form, is not
// well-formed, or is JSON that nests deeply, stays as it is.
func Text(mediaType string, body []byte) string {
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		kind = mediaType
	}
	switch {
	case strings.HasSuffix(kind, "xml"):
		return XML(Decoded(body))
	case strings.HasSuffix(kind, "json"):
		var indented bytes.Buffer
		if depth(body) <= maxDepth && json.Indent(&indented, body, "", "  ") == nil {
			return indented.String()
		}
	case kind == "application/x-www-form-urlencoded":
		return query(string(body))
	}
	return Decoded(body)
}

// Document returns the document of a cart, or its form where that is the document, as with OCI.
func Document(d *transfer.Document) string { return document(d, Text) }

// DocumentOutline is Document as Outline has it.
func DocumentOutline(d *transfer.Document) string { return document(d, Outline) }

func document(d *transfer.Document, read func(mediaType string, body []byte) string) string {
	if strings.HasSuffix(d.MediaType, "json") || len(d.Body) == 0 {
		return Form(d.Form)
	}
	return read(d.MediaType, d.Body)
}

// Whole returns all that is sent of a cart: the form, and the document that it carries.
func Whole(d *transfer.Document) string {
	form := Form(d.Form)
	if strings.HasSuffix(d.MediaType, "json") || len(d.Body) == 0 {
		return form
	}
	return form + "\n" + Text(d.MediaType, d.Body)
}

// Form returns a form, a field a line as name=value; what breaks lines in a value is escaped. The field that carries the document only
// says so.
func Form(f transfer.Form) string {
	var out strings.Builder
	out.WriteString(f.Method + " " + f.Action + "\n")
	for _, field := range f.Fields {
		switch field.Source {
		case transfer.DocumentBase64:
			field.Value = "(the document, in Base64)"
		case transfer.DocumentText:
			field.Value = "(the document)"
		case transfer.Literal:
		}
		writeField(&out, field.Name, field.Value)
	}
	return out.String()
}

var lineBreaks = strings.NewReplacer("\\", `\\`, "\r", `\r`, "\n", `\n`)

func writeField(out *strings.Builder, name, value string) {
	out.WriteString(lineBreaks.Replace(name))
	out.WriteByte('=')
	out.WriteString(lineBreaks.Replace(value))
	out.WriteByte('\n')
}

// Decoded returns a document in UTF-8: by the encoding that it declares itself, or, where it does not say and is no UTF-8, as
// ISO-8859-1, which every sequence of bytes is.
func Decoded(body []byte) string {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if utf8.Valid(body) {
		return string(body)
	}
	label := "iso-8859-1"
	if head, _, ok := bytes.Cut(body[:min(len(body), 256)], []byte("?>")); ok {
		if _, rest, ok := bytes.Cut(head, []byte("encoding=")); ok && len(rest) > 2 {
			if declared, _, ok := bytes.Cut(rest[1:], rest[:1]); ok {
				label = string(declared)
			}
		}
	}
	reader, err := charset.NewReaderLabel(label, bytes.NewReader(body))
	if err == nil {
		if text, err := io.ReadAll(reader); err == nil {
			return string(text)
		}
	}
	return strings.ToValidUTF8(string(body), "\ufffd")
}

// query returns a form as it is posted (application/x-www-form-urlencoded), a field a line. What is not readable stays as it is.
func query(body string) string {
	var out strings.Builder
	for pair := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, nameErr := url.QueryUnescape(name)
		value, valueErr := url.QueryUnescape(value)
		if nameErr != nil || valueErr != nil {
			return body
		}
		writeField(&out, Decoded([]byte(name)), Decoded([]byte(value)))
	}
	return out.String()
}

// Outline returns a document for those who do not read XML: each of its elements a line, as in "Credential (domain: DUNS): 123", under
// what it is a part of, without namespaces. Other documents are as Text has them, and what is not well-formed, too.
func Outline(mediaType string, body []byte) string {
	kind, _, _ := strings.Cut(mediaType, ";")
	if !strings.HasSuffix(strings.TrimSpace(kind), "xml") {
		return Text(mediaType, body)
	}
	decoder := decode(Decoded(body))
	var out strings.Builder
	for depth := 0; ; {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return strings.TrimPrefix(out.String(), "\n")
		}
		if err != nil {
			return Text(mediaType, body)
		}
		switch part := token.(type) {
		case xml.StartElement:
			out.WriteString("\n" + strings.Repeat("  ", min(depth, maxDepth)) + part.Name.Local)
			writeAttributes(&out, part.Attr)
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if text := strings.Join(strings.Fields(string(part)), " "); text != "" {
				out.WriteString(": " + text)
			}
		}
	}
}

func writeAttributes(out *strings.Builder, all []xml.Attr) {
	var said []string
	for _, a := range all {
		if a.Name.Local != "xmlns" && a.Name.Space != "xmlns" && a.Name.Space != "xsi" {
			said = append(said, a.Name.Local+": "+a.Value)
		}
	}
	if len(said) > 0 {
		out.WriteString(" (" + strings.Join(said, ", ") + ")")
	}
}

// decode reads a document in UTF-8, whatever it says of its encoding.
func decode(text string) *xml.Decoder {
	decoder := xml.NewDecoder(strings.NewReader(text))
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return decoder
}

// maxDepth bounds the indentation: that of a text of brackets alone grows with the square of their number.
const maxDepth = 20

// depth returns how deep the values of a document in JSON lie within each other.
func depth(document []byte) (deepest int) {
	now, quoted, escaped := 0, false, false
	for _, c := range document {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '[', c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']', c == '}':
			now--
		}
	}
	return deepest
}

// XML puts each element of a document in UTF-8 on a line of its own; an element with text alone stays on one. What is not well-formed
// stays as it is.
func XML(text string) string {
	decoder := decode(text)
	var out strings.Builder
	out.Grow(len(text) + len(text)/2)
	depth, begin := 0, int64(0)
	within := false // an element whose tag was just begun, or its text
	newLine := func() {
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		out.WriteString(strings.Repeat("  ", max(0, min(depth, maxDepth))))
	}
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			return text
		}
		end := decoder.InputOffset()
		raw := text[begin:end]
		begin = end
		switch token.(type) {
		case xml.StartElement:
			newLine()
			depth++
			within = true
		case xml.EndElement:
			depth--
			if !within {
				newLine()
			}
			within = false
		case xml.CharData:
			if raw = strings.TrimSpace(raw); raw != "" {
				within = true
			}
		default:
			newLine()
		}
		out.WriteString(raw)
	}
}
