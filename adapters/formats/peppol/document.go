package peppol

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Namespaces of UBL 2.1, of the Standard Business Document Header 1.3 and of XML itself.
const (
	nsCatalogue = "urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2"
	nsOrder     = "urn:oasis:names:specification:ubl:schema:xsd:Order-2"
	nsResponse  = "urn:oasis:names:specification:ubl:schema:xsd:OrderResponse-2"
	nsAggregate = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
	nsBasic     = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
	nsExtension = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
	nsEnvelope  = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
	nsInstance  = "http://www.w3.org/2001/XMLSchema-instance"
	nsXML       = "http://www.w3.org/XML/1998/namespace"
	nsNamespace = "http://www.w3.org/2000/xmlns/"
)

// prefixes are what the rules call the namespaces, whatever a document calls them.
var prefixes = map[string]string{nsAggregate: "cac:", nsBasic: "cbc:", nsExtension: "ext:", nsEnvelope: "sbd:", "": ""}

// documents are what the rules call whole documents. The names count for the root and, in an envelope, for what lies in it;
// further below they are as strange as any other.
var documents = map[xml.Name]string{
	{Space: nsCatalogue, Local: "Catalogue"}: "ubl:Catalogue",
	{Space: nsOrder, Local: "Order"}:         "ubl:Order",
}

const envelope = "sbd:StandardBusinessDocument"

// Bounds that keep a hostile text from costing more than its length, and any text from costing too much. The model needs a
// depth of eight, four attributes and three namespaces.
const (
	maxDepth      = 100
	maxAttributes = 100 // of an element
	maxBindings   = 100 // of prefixes, in force at once
	maxElements   = 1_000_000
	maxBytes      = 64 << 20 // of a document
	maxToken      = 10 << 20 // of a tag or a text in one piece, which are collected before anybody can judge them
)

// node is an element of a document that someone wrote.
type node struct {
	name     string // with the rules' prefix: cbc:ID
	parent   *node
	children []*node
	attrs    []xml.Attr // Name.Space is the namespace
	text     string     // directly inside
	line     int        // where its start tag ends
	position int        // among the siblings of its name, from 1
	repeated bool       // position 1 of several
}

// attr returns the value of an attribute without namespace.
func (n *node) attr(name string) (string, bool) {
	for _, a := range n.attrs {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// nodes returns the elements that the names lead to, step by step.
func (n *node) nodes(names ...string) []*node {
	found := []*node{n}
	for _, name := range names {
		var below []*node
		for _, parent := range found {
			for _, c := range parent.children {
				if c.name == name {
					below = append(below, c)
				}
			}
		}
		found = below
	}
	return found
}

// content is the text of the element and of all below it.
func (n *node) content() string {
	if len(n.children) == 0 {
		return n.text
	}
	var b strings.Builder
	var add func(*node)
	add = func(n *node) {
		b.WriteString(n.text)
		for _, c := range n.children {
			add(c)
		}
	}
	add(n)
	return b.String()
}

// path returns the element's XPath, with positions where an element has siblings of its name.
func (n *node) path() string {
	steps, length := []string{}, 0
	for ; n != nil; n = n.parent {
		step := n.name
		if n.repeated || n.position > 1 {
			step = fmt.Sprintf("%s[%d]", n.name, n.position)
		}
		steps = append(steps, step)
		length += len(step) + 1
	}
	b := make([]byte, 0, length)
	for _, step := range slices.Backward(steps) {
		b = append(append(b, '/'), step...)
	}
	return string(b)
}

const xmlSpace = " \t\r\n"

// blank reports whether there is nothing but white space in the text.
func blank(s string) bool { return strings.Trim(s, xmlSpace) == "" }

// normalizeSpace is the XPath function of that name: white space around the text goes, within it becomes one space.
func normalizeSpace(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(xmlSpace, r) }), " ")
}

// unreadable is why a text is no document: not well-formed, or with what is refused for the reader's safety.
type unreadable struct {
	rule, message string
	line          int
}

func (u *unreadable) Error() string { return fmt.Sprintf("line %d: %s", u.line, u.message) }

// source keeps apart what went wrong below from what is wrong in the document, and bounds how much is read.
type source struct {
	r            io.Reader
	err          error
	total, token int // bytes of the document so far, and since the last token
}

func (s *source) Read(p []byte) (int, error) {
	if s.total > maxBytes {
		return 0, refuse("the document is longer than %d MiB", maxBytes>>20)
	}
	if s.token > maxToken {
		return 0, refuse("a tag or a text is longer than %d MiB", maxToken>>20)
	}
	n, err := s.r.Read(p)
	s.total, s.token = s.total+n, s.token+n
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// read reads a document. It returns an *unreadable for a text that is none, or the reader's own error.
func read(r io.Reader) (*node, error) {
	from := &source{r: r}
	p := parser{names: map[xml.Name]string{}}
	root, err := p.document(from)
	if from.err != nil {
		return nil, from.err
	}
	if err == nil {
		return root, nil
	}
	bad, ok := errors.AsType[*unreadable](err)
	if !ok {
		bad = &unreadable{rule: ruleRead, message: strings.TrimPrefix(err.Error(), "xml: ")}
		if syntax, ok := errors.AsType[*xml.SyntaxError](err); ok {
			bad.message = syntax.Msg
		}
	}
	bad.line, _ = p.decoder.InputPos()
	return nil, bad
}

// parser builds the tree from raw tokens. What encoding/xml lets pass is checked here: namespaces, end tags, doubled
// attributes, the place of the declaration, and text outside the root.
type parser struct {
	decoder *xml.Decoder
	open    []opened
	root    *node
	count   int // of elements
	scope   []binding
	names   map[xml.Name]string
}

// opened is an element whose end tag is still to come.
type opened struct {
	node  *node
	raw   xml.Name // as the start tag has it
	scope int      // bindings in force outside
	text  []byte
	seen  map[string]*siblings
}

// siblings are the children of one name.
type siblings struct {
	first *node
	count int
}

type binding struct{ prefix, uri string }

func refuse(format string, args ...any) error {
	return &unreadable{rule: ruleRead, message: fmt.Sprintf(format, args...)}
}

func (p *parser) document(r *source) (*node, error) {
	b := bufio.NewReader(r)
	decoded := io.Reader(b)
	mark, _ := b.Peek(2) // shorter input is no document either way
	marked := len(mark) == 2 && (mark[0] == 0xFE && mark[1] == 0xFF || mark[0] == 0xFF && mark[1] == 0xFE || mark[0] == 0xEF)
	if marked {
		decoded = transform.NewReader(b, unicode.BOMOverride(encoding.Nop.NewDecoder()))
	}
	p.decoder = xml.NewDecoder(decoded)
	p.decoder.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		if marked {
			return input, nil
		}
		e, err := ianaindex.IANA.Encoding(label)
		if err != nil || e == nil {
			return nil, refuse("the encoding %q is not known", clip(label))
		}
		return e.NewDecoder().Reader(input), nil
	}
	for start := true; ; start = false {
		r.token = 0
		token, err := p.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.ProcInst:
			if t.Target == "xml" && !start {
				return nil, refuse("the XML declaration does not stand at the beginning")
			}
		case xml.Directive:
			return nil, refuse("a document type declaration is not allowed")
		case xml.StartElement:
			err = p.start(t)
		case xml.EndElement:
			err = p.end(t)
		case xml.CharData:
			err = p.characters(t)
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case len(p.open) > 0:
		return nil, refuse("the element %s is not closed", p.open[len(p.open)-1].node.name)
	case p.root == nil:
		return nil, refuse("there is no element")
	}
	return p.root, nil
}

func (p *parser) start(t xml.StartElement) error {
	if len(p.open) == 0 && p.root != nil {
		return refuse("there is a second root element")
	}
	if len(p.open) == maxDepth {
		return &unreadable{rule: ruleDepth, message: fmt.Sprintf("elements lie more than %d deep in each other", maxDepth)}
	}
	if p.count++; p.count > maxElements {
		return refuse("there are more than %d elements", maxElements)
	}
	outside := len(p.scope)
	for _, a := range t.Attr {
		if !declares(a) {
			continue
		}
		if err := p.declare(a); err != nil {
			return err
		}
	}
	if len(t.Attr) > maxAttributes || len(p.scope) > maxBindings {
		return refuse("the element %s has too many attributes or namespaces", clip(t.Name.Local))
	}
	name, err := p.resolve(t.Name, true)
	if err != nil {
		return err
	}
	n := &node{name: p.called(name), position: 1}
	n.line, _ = p.decoder.InputPos()
	if n.attrs, err = p.attributes(t.Attr); err != nil {
		return err
	}
	enveloped := len(p.open) == 1 && p.root.name == envelope
	if called, known := documents[name]; known && (len(p.open) == 0 || enveloped) {
		n.name = called
	}
	if len(p.open) == 0 {
		p.root = n
	} else {
		p.open[len(p.open)-1].adopt(n)
	}
	p.open = append(p.open, opened{node: n, raw: t.Name, scope: outside})
	return nil
}

// attributes returns the attributes but for the declarations of namespaces.
func (p *parser) attributes(raw []xml.Attr) ([]xml.Attr, error) {
	var attrs []xml.Attr
	for i, a := range raw {
		if slices.ContainsFunc(raw[:i], func(other xml.Attr) bool { return other.Name == a.Name }) {
			return nil, refuse("the attribute %s stands twice", clip(a.Name.Local))
		}
		if declares(a) {
			continue
		}
		name, err := p.resolve(a.Name, false)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(attrs, func(other xml.Attr) bool { return other.Name == name }) {
			return nil, refuse("the attribute %s stands twice", clip(name.Local))
		}
		attrs = append(attrs, xml.Attr{Name: name, Value: a.Value})
	}
	return attrs, nil
}

// declares reports whether the attribute binds a prefix, or the default namespace, to a namespace.
func declares(a xml.Attr) bool {
	return a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns"
}

// declare puts a declaration in force (Namespaces in XML 1.0, section 3).
func (p *parser) declare(a xml.Attr) error {
	prefix := a.Name.Local
	if a.Name.Space == "" {
		prefix = ""
	}
	wrong := prefix != "" && a.Value == "" || prefix == "xmlns" || a.Value == nsNamespace || (prefix == "xml") != (a.Value == nsXML)
	if wrong {
		return refuse("the prefix %q cannot be bound to %q", clip(prefix), clip(a.Value))
	}
	p.scope = append(p.scope, binding{prefix, a.Value})
	return nil
}

// adopt makes n the next child.
func (o *opened) adopt(n *node) {
	n.parent = o.node
	o.node.children = append(o.node.children, n)
	if o.seen == nil {
		o.seen = map[string]*siblings{}
	}
	same := o.seen[n.name]
	if same == nil {
		o.seen[n.name] = &siblings{first: n, count: 1}
		return
	}
	same.count++
	same.first.repeated = true
	n.position = same.count
}

func (p *parser) end(t xml.EndElement) error {
	if len(p.open) == 0 || p.open[len(p.open)-1].raw != t.Name {
		return refuse("the end tag %s closes no element", clip(t.Name.Local))
	}
	closed := &p.open[len(p.open)-1]
	closed.node.text = string(closed.text)
	p.scope = p.scope[:closed.scope]
	p.open = p.open[:len(p.open)-1]
	return nil
}

func (p *parser) characters(text xml.CharData) error {
	layout := blank(string(text))
	if len(p.open) == 0 {
		if !layout {
			return refuse("there is text outside the root element")
		}
		return nil
	}
	if o := &p.open[len(p.open)-1]; !layout || len(o.node.children) == 0 {
		o.text = append(o.text, text...)
	}
	return nil
}

// resolve replaces a prefix by its namespace.
func (p *parser) resolve(name xml.Name, isElement bool) (xml.Name, error) {
	prefix := name.Space
	if strings.Contains(name.Local, ":") || prefix == "xmlns" {
		return name, refuse("%q is no name", clip(name.Local))
	}
	if prefix == "xml" {
		return xml.Name{Space: nsXML, Local: name.Local}, nil
	}
	if prefix == "" && !isElement { // the default namespace is for elements
		return name, nil
	}
	for _, declared := range slices.Backward(p.scope) {
		if declared.prefix == prefix {
			return xml.Name{Space: declared.uri, Local: name.Local}, nil
		}
	}
	if prefix != "" {
		return name, refuse("the prefix %q is not declared", clip(prefix))
	}
	return name, nil
}

// called returns the element's name with the prefix that the rules have for its namespace.
func (p *parser) called(name xml.Name) string {
	known, ok := p.names[name]
	if !ok {
		prefix, common := prefixes[name.Space]
		if !common {
			prefix = "*:"
		}
		known = prefix + name.Local
		p.names[name] = known
	}
	return known
}

// clip keeps a message short whatever came in.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
