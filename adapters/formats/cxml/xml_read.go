package cxml

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"regexp"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/punchgate/punchgate/domain/fault"
)

// Limits of a document. Its bytes are bounded by whoever hands it over; 10,000 lines of an order, all members given, have
// about 300,000 elements.
const (
	maxDepth      = 100
	maxElements   = 500_000
	maxAttributes = 100 // of one element
)

// Refusals of a document as such. Their texts never quote its content, which may be a secret.
var (
	errNotReadable = fault.New(fault.Malformed, "cxml.not_readable", "the document is not readable")
	errTooLarge    = fault.Newf(fault.TooLarge, "cxml.too_many_elements", "the document has more than %d elements", maxElements)
)

// element is one element of a document that was read.
type element struct {
	name     string // without a prefix
	attrs    []xml.Attr
	children []*element
	text     string // of the element and all below it, in the document's order
	line     int
	from, to int // where text lies in the document's text
}

// readXML reads a document into a tree of elements, and which version of the DTD its DOCTYPE names. A document that is not
// well-formed, declares entities or passes the limits is refused, naming the line; an error of the reader itself is returned
// as it is.
func readXML(r io.Reader) (root *element, version string, err error) {
	source := &source{r: r}
	text, err := decoded(source)
	if err != nil {
		return nil, "", err
	}
	t := tree{decoder: xml.NewDecoder(text)}
	t.decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	err = t.read()
	switch {
	case source.err != nil:
		return nil, "", source.err
	case err != nil:
		return nil, "", err
	}
	return t.root, t.version, nil
}

// source remembers why reading failed, since the XML decoder does not tell that from what is wrong in the document.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// declared finds the encoding in an XML declaration. The standard library's decoder overlooks one with blanks around the
// equals sign, as Oracle writes it.
var declared = regexp.MustCompile(`^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']`)

// decoded returns the document in UTF-8, without a byte-order mark. Labels of encodings are those of the WHATWG encoding
// standard, which reads ISO-8859-1 as windows-1252, as buyers mean it.
func decoded(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(512) // a short document is no error
	switch {
	case bytes.HasPrefix(head, []byte("\xFE\xFF")), bytes.HasPrefix(head, []byte("\x00<")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(b), nil
	case bytes.HasPrefix(head, []byte("\xFF\xFE")), bytes.HasPrefix(head, []byte("<\x00")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(b), nil
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		_, err := b.Discard(3)
		return b, err
	}
	label := declared.FindSubmatch(head)
	if label == nil {
		return b, nil
	}
	encoding, err := htmlindex.Get(string(label[1]))
	if err != nil {
		return nil, notReadable(1, "its XML declaration names an encoding that is not known")
	}
	if name, _ := htmlindex.Name(encoding); strings.HasPrefix(name, "utf-") {
		return b, nil // a declaration that can be read by the byte is not in UTF-16, whatever it says
	}
	return encoding.NewDecoder().Reader(b), nil
}

func notReadable(line int, why string) error {
	return fault.Newf(errNotReadable.Kind, errNotReadable.Code, "%s, line %d: %s", errNotReadable.Message, line, why)
}

// tree builds elements from tokens.
type tree struct {
	decoder  *xml.Decoder
	version  string // of the DTD
	root     *element
	open     []*element
	elements int
	text     strings.Builder
}

func (t *tree) read() error {
	for {
		token, err := t.decoder.Token()
		if errors.Is(err, io.EOF) && t.root != nil {
			t.root.share(t.text.String())
			return nil
		}
		if err != nil {
			return t.refuse(reason(err))
		}
		switch token := token.(type) {
		case xml.StartElement:
			err = t.start(token)
		case xml.EndElement:
			t.open[len(t.open)-1].to = t.text.Len()
			t.open = t.open[:len(t.open)-1]
		case xml.CharData:
			err = t.characters(token)
		case xml.Directive:
			err = t.directive(token)
		}
		if err != nil {
			return err
		}
	}
}

func (t *tree) refuse(why string) error {
	line, _ := t.decoder.InputPos()
	return notReadable(line, why)
}

// reason says what is wrong in fixed words: the decoder's own quote the document.
func reason(err error) string {
	text := err.Error()
	for _, known := range []struct{ part, reason string }{
		{"EOF", "it ends too early"},
		{"entity", "it refers to an entity that XML does not define by itself"},
		{"closed by", "an end tag does not match its start tag"},
		{"unexpected end element", "an end tag has no start tag"},
		{"UTF-8", "it is not in the encoding that it declares"},
		{"illegal character code", "it has a character that XML cannot hold"},
		{"version", "it is not XML 1.0"},
	} {
		if strings.Contains(text, known.part) {
			return known.reason
		}
	}
	return "it is not well-formed XML"
}

func (t *tree) start(s xml.StartElement) error {
	if t.elements++; t.elements > maxElements {
		return errTooLarge
	}
	if len(t.open) == maxDepth {
		return t.refuse("its elements are nested too deep")
	}
	if len(s.Attr) > maxAttributes {
		return t.refuse("an element has too many attributes")
	}
	for i, a := range s.Attr {
		for _, b := range s.Attr[:i] {
			if a.Name == b.Name {
				return t.refuse("an attribute stands twice in its element")
			}
		}
	}
	line, _ := t.decoder.InputPos()
	e := &element{name: s.Name.Local, attrs: s.Attr, line: line, from: t.text.Len()}
	switch {
	case len(t.open) > 0:
		parent := t.open[len(t.open)-1]
		parent.children = append(parent.children, e)
	case t.root != nil:
		return t.refuse("it has a second root element")
	default:
		t.root = e
	}
	t.open = append(t.open, e)
	return nil
}

func (t *tree) characters(text xml.CharData) error {
	if len(t.open) > 0 {
		t.text.Write(text)
	} else if len(bytes.TrimSpace(text)) > 0 {
		return t.refuse("it has text outside its root element")
	}
	return nil
}

// directive passes over a DOCTYPE in its place. Whoever declares entities in it means no good, or cannot be understood.
func (t *tree) directive(d xml.Directive) error {
	switch {
	case t.root != nil || !bytes.HasPrefix(d, []byte("DOCTYPE")):
		return t.refuse("it has a declaration out of place")
	case bytes.ContainsRune(d, '['):
		return t.refuse("its DOCTYPE has declarations of its own, which are not accepted")
	}
	if found := systemID.FindSubmatch(d); found != nil {
		t.version = string(found[1])
	}
	return nil
}

// systemID finds the version in the address of a cXML DTD.
var systemID = regexp.MustCompile(`(?i)/cXML/([0-9.]+)/[a-z]+\.dtd["']`)

// share gives every element its part of the document's text.
func (e *element) share(text string) {
	e.text = text[e.from:e.to]
	for _, c := range e.children {
		c.share(text)
	}
}

// child returns the first child of that name, nil where there is none. It can be asked of nil, so that paths can be
// walked without a look at each step.
func (e *element) child(names ...string) *element {
	for _, name := range names {
		e = e.first(name)
	}
	return e
}

func (e *element) first(name string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

// all yields the children of that name.
func (e *element) all(name string) iter.Seq[*element] {
	return func(yield func(*element) bool) {
		if e == nil {
			return
		}
		for _, c := range e.children {
			if c.name == name && !yield(c) {
				return
			}
		}
	}
}

// attr returns an attribute's value, trimmed; "" where there is none.
func (e *element) attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// content returns the text of the descendant at the path, trimmed; "" where there is none.
func (e *element) content(path ...string) string {
	if e = e.child(path...); e == nil {
		return ""
	}
	return strings.TrimSpace(e.text)
}

// own returns the element's text without that of its children.
func (e *element) own() string {
	if e == nil {
		return ""
	}
	if len(e.children) == 0 {
		return e.text
	}
	var b strings.Builder
	at := e.from
	for _, c := range e.children {
		b.WriteString(e.text[at-e.from : c.from-e.from])
		at = c.to
	}
	b.WriteString(e.text[at-e.from:])
	return b.String()
}
