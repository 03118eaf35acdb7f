package xmltext

import "github.com/punchgate/punchgate/domain/money"

// Template is a piece of a document that stands there many times, the same but for a number, if any.
type Template struct{ parts [][]byte }

// Template prepares a piece for places as deep in the document as this one: whole elements, written by write, in which Gap
// stands for the number.
func (w *Writer) Template(write func(piece *Writer)) *Template {
	piece := &Writer{depth: w.depth, ascii: w.ascii}
	write(piece)
	t, from := new(Template), 0
	for _, gap := range append(piece.gaps, len(piece.buf)) {
		t.parts = append(t.parts, piece.buf[from:gap])
		from = gap
	}
	return t
}

// Gap writes a whole element into a template, whose number is filled in later.
func (w *Writer) Gap(name string, attrs ...string) {
	b := append(w.attributes(w.tag(name), attrs), '>')
	w.gaps = append(w.gaps, len(b))
	w.closed(b, name)
}

// Fill writes the piece with the number in each of its gaps; a may be nil where there are none.
func (w *Writer) Fill(t *Template, a *money.Accumulator) {
	b := w.buf
	for i, part := range t.parts {
		if i > 0 {
			b = a.Append(b)
		}
		b = append(b, part...)
	}
	w.finish(b)
}
