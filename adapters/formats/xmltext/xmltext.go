// Package xmltext writes XML 1.0 as text, element by element, for formats whose documents are known in advance. It is
// made for documents of ten thousand lines: nothing is built in memory but one buffer, and no element allocates.
//
// Every element stands on its own line, indented by two spaces, except inside an element that holds text: there white
// space would count. Names are written as they come, so they must be constants of the format, not data.
package xmltext

import (
	"encoding/base64"
	"io"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/money"
)

// bufferSize is how much is collected before it is handed on.
const bufferSize = 32 << 10

// Writer writes one document. Errors of the writer below are kept until Flush.
type Writer struct {
	w     io.Writer
	err   error
	buf   []byte
	depth int  // open elements
	mixed int  // the depth of the outermost open element that holds text; 0: none
	leaf  bool // the last thing written is a start tag
	fresh bool // at the beginning of a line, before the root or after it
	ascii bool
	gaps  []int // of a template: where the number goes
}

// NewWriter returns a buffered writer to w.
func NewWriter(w io.Writer) *Writer {
	return &Writer{w: w, buf: make([]byte, 0, bufferSize+bufferSize/8), fresh: true}
}

// ASCII has characters outside ASCII written as numeric references from now on.
func (w *Writer) ASCII() { w.ascii = true }

// Declaration writes the XML declaration of a document in UTF-8, on a line of its own.
func (w *Writer) Declaration() { w.Raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n") }

// Raw writes s as it is into the prolog, such as a document type declaration.
func (w *Writer) Raw(s string) {
	if s == "" {
		return
	}
	w.buf = append(w.buf, s...)
	w.leaf = false
	w.fresh = s[len(s)-1] == '\n'
	w.drain()
}

// Start opens an element. The attributes are pairs of name and value; a pair with an empty value is left out.
func (w *Writer) Start(name string, attrs ...string) { w.opened(w.attributes(w.tag(name), attrs)) }

// StartDecimal opens an element whose first attribute is a number, without an allocation.
func (w *Writer) StartDecimal(name, attr string, d money.Decimal, attrs ...string) {
	b := append(w.tag(name), ' ')
	b = append(b, attr...)
	b = append(b, '=', '"')
	b = append(d.Append(b), '"')
	w.opened(w.attributes(b, attrs))
}

// StartEmpty writes an element without content, such as <x a="b"/>.
func (w *Writer) StartEmpty(name string, attrs ...string) {
	w.finish(append(w.attributes(w.tag(name), attrs), '/', '>'))
}

// Text writes character data into the open element.
func (w *Writer) Text(s string) {
	if s == "" {
		return
	}
	w.inline()
	w.buf = w.escape(w.buf, s, false)
	w.drain()
}

// End closes the element that was opened last; name is its name.
func (w *Writer) End(name string) {
	w.depth--
	b := w.buf
	if !w.leaf && w.mixed == 0 {
		b = w.newLine(b)
	}
	if w.mixed > w.depth {
		w.mixed = 0
	}
	w.closed(b, name)
}

// Element writes a whole element with text. With empty text it writes nothing at all.
func (w *Writer) Element(name, text string, attrs ...string) {
	if text != "" {
		w.closed(w.escape(append(w.attributes(w.tag(name), attrs), '>'), text, false), name)
	}
}

// Decimal writes a whole element with a number, and nothing where the number is absent. Numbers of more than sixteen
// digits allocate while the decimal library prints them.
func (w *Writer) Decimal(name string, d money.Decimal, attrs ...string) {
	if !d.IsZero() {
		w.closed(d.Append(append(w.attributes(w.tag(name), attrs), '>')), name)
	}
}

// Sum writes a whole element with what an accumulator holds.
func (w *Writer) Sum(name string, a *money.Accumulator, attrs ...string) {
	w.closed(a.Append(append(w.attributes(w.tag(name), attrs), '>')), name)
}

// Time writes a whole element with a time in a layout of package time, and nothing where the time is absent.
func (w *Writer) Time(name string, t time.Time, layout string, attrs ...string) {
	if t.IsZero() {
		return
	}
	b := append(w.attributes(w.tag(name), attrs), '>')
	switch layout { // the two that stand in every line of a document
	case time.DateOnly:
		year, month, day := t.Date()
		b = digits(append(digits(append(digits(b, year, 1000), '-'), int(month), 10), '-'), day, 10)
	case time.TimeOnly:
		hour, minute, second := t.Clock()
		b = digits(append(digits(append(digits(b, hour, 10), ':'), minute, 10), ':'), second, 10)
	default:
		b = t.AppendFormat(b, layout)
	}
	w.closed(b, name)
}

// digits appends n, which is not negative, with as many digits as the unit has.
func digits(b []byte, n, unit int) []byte {
	for ; unit > 0; unit /= 10 {
		b = append(b, "0123456789"[n/unit%10])
	}
	return b
}

// Base64 writes a whole element with content in Base64 (RFC 4648 section 4) without line breaks, and nothing where the
// content is empty.
func (w *Writer) Base64(name string, content []byte, attrs ...string) {
	if len(content) == 0 {
		return
	}
	const step = bufferSize / 4 * 3 // a multiple of three, so that only the last step is padded
	w.Start(name, attrs...)
	w.inline()
	for len(content) > 0 {
		n := min(step, len(content))
		w.drain()
		w.buf = base64.StdEncoding.AppendEncode(w.buf, content[:n])
		content = content[n:]
	}
	w.End(name)
}

// Flush writes what is left in the buffer and returns the first error that occurred.
func (w *Writer) Flush() error {
	w.empty()
	return w.err
}

// The functions below that take or return a slice work on the buffer, which is stored back once for each element.

// tag begins a start tag.
func (w *Writer) tag(name string) []byte {
	b := w.buf
	if w.mixed == 0 {
		b = w.newLine(b)
	}
	return append(append(b, '<'), name...)
}

func (w *Writer) attributes(b []byte, attrs []string) []byte {
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		b = append(b, ' ')
		b = append(b, attrs[i]...)
		b = append(b, '=', '"')
		b = append(w.escape(b, attrs[i+1], true), '"')
	}
	return b
}

// opened ends a start tag.
func (w *Writer) opened(b []byte) {
	b = append(b, '>')
	w.buf = b
	w.depth++
	w.leaf, w.fresh = true, false
}

// closed writes an end tag.
func (w *Writer) closed(b []byte, name string) {
	b = append(b, '<', '/')
	b = append(b, name...)
	w.finish(append(b, '>'))
}

// inline notes that the open element holds text.
func (w *Writer) inline() {
	w.leaf = false
	if w.mixed == 0 {
		w.mixed = w.depth
	}
}

// finish ends an element.
func (w *Writer) finish(b []byte) {
	w.leaf, w.fresh = false, false
	if w.depth == 0 {
		b = append(b, '\n')
		w.fresh = true
	}
	w.buf = b
	w.drain()
}

// indentation is a line end and the white space of a deeper document than most.
var indentation = [32]byte([]byte("\n                               "))

// newLine copies the whole indentation and takes back what is too much: copies of ever other lengths took half of the time.
func (w *Writer) newLine(b []byte) []byte {
	if w.fresh { // in the prolog, where nothing is indented
		return b
	}
	begin, end := len(b), len(b)+len("\n")+2*w.depth
	b = slices.Grow(b, len(indentation))[:begin+len(indentation)]
	*(*[len(indentation)]byte)(b[begin:]) = indentation
	for len(b) < end {
		b = append(b, ' ')
	}
	return b[:end]
}

func (w *Writer) drain() {
	if len(w.buf) >= bufferSize && w.w != nil {
		w.empty()
	}
}

func (w *Writer) empty() {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

// How a byte is written.
const (
	plain       = iota
	markup      // by a reference
	inAttribute // by a reference in attributes only, where a reader would otherwise turn it into a space
	forbidden   // no character of XML 1.0, section 2.2
	wide        // part of a character outside ASCII
)

var class = func() (c [256]uint8) {
	for b := range c {
		switch {
		case b >= utf8.RuneSelf:
			c[b] = wide
		case b == '\t' || b == '\n' || b == '"':
			c[b] = inAttribute
		case b == '&' || b == '<' || b == '>' || b == '\r':
			c[b] = markup
		case b < 0x20:
			c[b] = forbidden
		}
	}
	return c
}()

// escape appends s so that a reader gets it back unchanged (XML 1.0, sections 2.4, 2.11 and 3.3.3). What no XML document
// can hold becomes U+FFFD.
func (w *Writer) escape(b []byte, s string, attribute bool) []byte {
	for i := range len(s) {
		if class[s[i]] != plain {
			return w.escapeFrom(i, b, s, attribute)
		}
	}
	return append(b, s...)
}

// escapeFrom is escape for a text that is plain before the place.
func (w *Writer) escapeFrom(i int, b []byte, s string, attribute bool) []byte {
	done := 0 // s[:done] is written
	for i < len(s) {
		c := class[s[i]]
		if c == plain || c == inAttribute && !attribute {
			i++
			continue
		}
		size := 1
		switch c {
		case inAttribute, markup:
			b = reference(append(b, s[done:i]...), rune(s[i]))
		case forbidden:
			b = w.character(append(b, s[done:i]...), utf8.RuneError)
		case wide:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			bad := r == utf8.RuneError && size == 1 || r == 0xFFFE || r == 0xFFFF
			if !bad && !w.ascii {
				i += size
				continue
			}
			if bad {
				r = utf8.RuneError
			}
			b = w.character(append(b, s[done:i]...), r)
		}
		i += size
		done = i
	}
	return append(b, s[done:]...)
}

func (w *Writer) character(b []byte, r rune) []byte {
	if w.ascii {
		return reference(b, r)
	}
	return utf8.AppendRune(b, r)
}

func reference(b []byte, r rune) []byte {
	switch r {
	case '&':
		return append(b, "&amp;"...)
	case '<':
		return append(b, "&lt;"...)
	case '>':
		return append(b, "&gt;"...)
	case '"':
		return append(b, "&quot;"...)
	}
	return append(strconv.AppendInt(append(b, "&#"...), int64(r), 10), ';')
}
