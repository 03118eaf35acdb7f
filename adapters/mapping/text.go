package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/punchgate/punchgate/domain/fault"
)

// maxDepth bounds how deep a mapping is nested.
const maxDepth = 24

// value is a JSON value with its place in the mapping's text.
type value struct {
	kind    jsontext.Kind
	at      int              // the byte at which it begins
	path    jsontext.Pointer // under /mapping
	text    string           // of a string, or the literal
	members []member
	items   []*value
}

// member is a member of a JSON object; at is where its name begins.
type member struct {
	name string
	at   int
	*value
}

// problems collects all that is wrong in a mapping.
type problems struct {
	text    []byte
	details []fault.Detail
}

func (p *problems) reportf(at int, path jsontext.Pointer, code, format string, args ...any) {
	if len(p.details) < maxFound {
		line, column := p.place(at)
		p.details = append(p.details, fault.Detail{
			Path: string(path), Code: code, Message: fmt.Sprintf("line %d, column %d of the mapping: ", line, column) + fmt.Sprintf(format, args...),
		})
	}
}

// place returns the line and the column, in characters, as an editor shows them.
func (p *problems) place(at int) (line, column int) {
	before := p.text[:at]
	return bytes.Count(before, []byte{'\n'}) + 1, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

// scanner reads the text into values. It reports what no JSON is and returns nil then.
type scanner struct {
	*problems
	*jsontext.Decoder
}

func read(p *problems) *value {
	// Doubled names are for whoever looks at the object, who tells them with all else that is wrong.
	r := scanner{p, jsontext.NewDecoder(bytes.NewReader(p.text), jsontext.AllowDuplicateNames(true))}
	v := r.value("/mapping", 0)
	if v == nil {
		return nil
	}
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		r.reportf(r.next(), "/mapping", "not_json", "is text behind the mapping")
		return nil
	}
	return v
}

// next returns where the next token begins.
func (r scanner) next() int {
	at := int(r.InputOffset())
	return at + len(r.text[at:]) - len(bytes.TrimLeft(r.text[at:], " \t\r\n,:"))
}

func (r scanner) value(path jsontext.Pointer, depth int) *value {
	at := r.next()
	token, err := r.ReadToken()
	switch {
	case err != nil:
		r.notJSON(err)
		return nil
	case depth > maxDepth:
		r.reportf(at, path, "too_deep", "is nested deeper than %d levels", maxDepth)
		return nil
	}
	v := &value{kind: token.Kind(), at: at, path: path, text: token.String()}
	switch v.kind {
	case '{':
		for r.PeekKind() == '"' {
			at := r.next()
			name, err := r.ReadToken()
			if err != nil {
				r.notJSON(err)
				return nil
			}
			m := member{name: name.String(), at: at}
			if m.value = r.value(path.AppendToken(m.name), depth+1); m.value == nil {
				return nil
			}
			v.members = append(v.members, m)
		}
	case '[':
		for r.PeekKind() != ']' {
			item := r.value(path.AppendToken(fmt.Sprint(len(v.items))), depth+1)
			if item == nil {
				return nil
			}
			v.items = append(v.items, item)
		}
	default:
		return v
	}
	if _, err := r.ReadToken(); err != nil { // the end of the object or the array
		r.notJSON(err)
		return nil
	}
	return v
}

func (r scanner) notJSON(err error) {
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		r.reportf(int(syntax.ByteOffset), "/mapping"+syntax.JSONPointer, "not_json", "is not JSON: %v", syntax.Err)
		return
	}
	r.reportf(len(r.text), "/mapping", "not_json", "is not JSON: it ends too early")
}
