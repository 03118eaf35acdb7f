// Package spreadsheet reads and writes tables as spreadsheet programs do: CSV (RFC 4180) as they save and open it in Sweden, which is
// separated by semicolons. What is read loses which cells were quoted.
package spreadsheet

import (
	"encoding/csv"
	"io"
	"strings"
)

// MediaType is that of what is written.
const MediaType = "text/csv; charset=utf-8"

// byteOrderMark tells spreadsheet programs that a file is UTF-8.
const byteOrderMark = "\ufeff"

// formula are the characters by which spreadsheet programs tell a formula.
const formula = "=+-@\t\r"

// Writer writes a table.
type Writer struct {
	out   io.Writer
	rows  *csv.Writer
	begun bool
}

// NewWriter returns a writer, which writes nothing before the first row.
func NewWriter(out io.Writer) *Writer {
	w := &Writer{out: out, rows: csv.NewWriter(out)}
	w.rows.Comma, w.rows.UseCRLF = ';', true
	return w
}

// Row writes a row. A spreadsheet program takes a cell that begins as a formula for one, and runs it on the machine of whoever opens the
// file; such a cell gets an apostrophe before it.
func (w *Writer) Row(cells ...string) error {
	if !w.begun {
		w.begun = true
		if _, err := io.WriteString(w.out, byteOrderMark); err != nil {
			return err
		}
	}
	safe := make([]string, len(cells))
	for i, cell := range cells {
		if isFormula(cell) {
			cell = "'" + cell
		}
		safe[i] = cell
	}
	return w.rows.Write(safe)
}

// isFormula reports whether a cell begins as a formula, or with apostrophes before what does, so that whoever reads takes off the one that
// was written and no other.
func isFormula(cell string) bool {
	cell = strings.TrimLeft(cell, "'")
	return cell != "" && strings.ContainsRune(formula, rune(cell[0]))
}

// Flush writes what is held back.
func (w *Writer) Flush() error {
	w.rows.Flush()
	return w.rows.Error()
}
