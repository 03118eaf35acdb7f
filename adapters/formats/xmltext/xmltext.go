// Package xmltext writes XML 1.0 as text, element by element, for formats whose documents are known in advance. It is
// made for documents of ten thousand lines: nothing is built in memory but one buffer, and no element allocates.
//
// Every element stands on its own line, indented by two spaces, except inside an element that holds text: there white
// space would count. Names are written as they come, so they must be constants of the format, not data.
package xmltext

import (
	"encoding/base64"
	"io"
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
	fresh bool // at the beginning of a line
	ascii bool
}

// NewWriter returns a buffered writer to w.
func NewWriter(w io.Writer) *Writer {
	return &Writer{w: w, buf: make([]byte, 0, bufferSize+bufferSize/8), fresh: true}
}

// ASCII has characters outside ASCII written as numeric references from now on.
func (w *Writer) ASCII() { w.ascii = true }

// Declaration writes the XML declaration of a document in UTF-8, on a line of its own.
func (w *Writer) Declaration() { w.Raw(`<?xml version="1.0" encoding="UTF-8"?>` + "\n") }

// Raw writes s as it is, such as a document type declaration.
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
func (w *Writer) Start(name string, attrs ...string) {
	w.tag(name, attrs)
	w.buf = append(w.buf, '>')
	w.depth++
	w.leaf = true
}

// StartDecimal opens an element whose first attribute is a number, without an allocation.
func (w *Writer) StartDecimal(name, attr string, d money.Decimal, attrs ...string) {
	w.open(name)
	w.buf = append(w.buf, ' ')
	w.buf = append(w.buf, attr...)
	w.buf = append(w.buf, '=', '"')
	w.buf = d.Append(w.buf)
	w.buf = append(w.buf, '"')
	w.attributes(attrs)
	w.buf = append(w.buf, '>')
	w.depth++
	w.leaf = true
}

// StartEmpty writes an element without content, such as <x a="b"/>.
func (w *Writer) StartEmpty(name string, attrs ...string) {
	w.tag(name, attrs)
	w.buf = append(w.buf, '/', '>')
	w.finish()
}

// Text writes character data into the open element.
func (w *Writer) Text(s string) {
	if s == "" {
		return
	}
	w.inline()
	w.escape(s, false)
	w.drain()
}

// End closes the element that was opened last; name is its name.
func (w *Writer) End(name string) {
	w.depth--
	if !w.leaf && w.mixed == 0 {
		w.newLine()
	}
	if w.mixed > w.depth {
		w.mixed = 0
	}
	w.buf = append(w.buf, '<', '/')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '>')
	w.finish()
}

// Element writes a whole element with text. With empty text it writes nothing at all.
func (w *Writer) Element(name, text string, attrs ...string) {
	if text == "" {
		return
	}
	w.Start(name, attrs...)
	w.Text(text)
	w.End(name)
}

// Decimal writes a whole element with a number, and nothing where the number is absent. Numbers of more than sixteen
// digits allocate while the decimal library prints them.
func (w *Writer) Decimal(name string, d money.Decimal, attrs ...string) {
	if d.IsZero() {
		return
	}
	w.number(name, d, attrs)
}

// Sum writes a whole element with what an accumulator holds.
func (w *Writer) Sum(name string, a *money.Accumulator, attrs ...string) { w.number(name, a, attrs) }

func (w *Writer) number(name string, n interface{ Append(b []byte) []byte }, attrs []string) {
	w.Start(name, attrs...)
	w.inline()
	w.buf = n.Append(w.buf)
	w.End(name)
}

// Time writes a whole element with a time in a layout of package time, and nothing where the time is absent.
func (w *Writer) Time(name string, t time.Time, layout string, attrs ...string) {
	if t.IsZero() {
		return
	}
	w.Start(name, attrs...)
	w.inline()
	w.buf = t.AppendFormat(w.buf, layout)
	w.End(name)
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

func (w *Writer) tag(name string, attrs []string) {
	w.open(name)
	w.attributes(attrs)
}

func (w *Writer) open(name string) {
	if w.mixed == 0 {
		w.newLine()
	}
	w.buf = append(w.buf, '<')
	w.buf = append(w.buf, name...)
	w.fresh = false
}

func (w *Writer) attributes(attrs []string) {
	for i := 0; i+1 < len(attrs); i += 2 {
		if attrs[i+1] == "" {
			continue
		}
		w.buf = append(w.buf, ' ')
		w.buf = append(w.buf, attrs[i]...)
		w.buf = append(w.buf, '=', '"')
		w.escape(attrs[i+1], true)
		w.buf = append(w.buf, '"')
	}
}

// inline notes that the open element holds text.
func (w *Writer) inline() {
	w.leaf = false
	if w.mixed == 0 {
		w.mixed = w.depth
	}
}

func (w *Writer) finish() {
	w.leaf = false
	if w.depth == 0 {
		w.buf = append(w.buf, '\n')
		w.fresh = true
	}
	w.drain()
}

func (w *Writer) newLine() {
	if !w.fresh {
		w.buf = append(w.buf, '\n')
	}
	for range w.depth {
		w.buf = append(w.buf, ' ', ' ')
	}
}

func (w *Writer) drain() {
	if len(w.buf) >= bufferSize {
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

// escape writes s so that a reader gets it back unchanged (XML 1.0, sections 2.4, 2.11 and 3.3.3). What no XML document
// can hold becomes U+FFFD.
func (w *Writer) escape(s string, attribute bool) {
	done := 0 // s[:done] is written
	for i := 0; i < len(s); {
		size := 1
		switch class[s[i]] {
		case plain:
			i++
			continue
		case inAttribute:
			if !attribute {
				i++
				continue
			}
			w.buf = append(w.buf, s[done:i]...)
			w.reference(rune(s[i]))
		case markup:
			w.buf = append(w.buf, s[done:i]...)
			w.reference(rune(s[i]))
		case forbidden:
			w.buf = append(w.buf, s[done:i]...)
			w.character(utf8.RuneError)
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
			w.buf = append(w.buf, s[done:i]...)
			w.character(r)
		}
		i += size
		done = i
	}
	w.buf = append(w.buf, s[done:]...)
}

func (w *Writer) character(r rune) {
	if w.ascii {
		w.reference(r)
		return
	}
	w.buf = utf8.AppendRune(w.buf, r)
}

func (w *Writer) reference(r rune) {
	switch r {
	case '&':
		w.buf = append(w.buf, "&amp;"...)
	case '<':
		w.buf = append(w.buf, "&lt;"...)
	case '>':
		w.buf = append(w.buf, "&gt;"...)
	case '"':
		w.buf = append(w.buf, "&quot;"...)
	default:
		w.buf = append(w.buf, "&#"...)
		w.buf = strconv.AppendInt(w.buf, int64(r), 10)
		w.buf = append(w.buf, ';')
	}
}
