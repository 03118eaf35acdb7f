package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/punchgate/punchgate/domain/fault"
)

// Row is a row of a table.
type Row struct {
	Line  int // in the file, from 1
	Cells []string
}

// Refusals of a file.
var (
	ErrUnreadable = fault.New(fault.Malformed, "table.unreadable", "the file is no table of text; save it as CSV")
	ErrEmpty      = fault.New(fault.Malformed, "table.empty", "the file has no rows")
)

// Read returns the first rows of a CSV file that have anything in them, at most so many, without the white space around their cells. It
// tells by itself whether the text is UTF-8 or Windows-1252, as older spreadsheet programs write, and whether cells are separated by
// semicolons, commas or tabs.
func Read(file []byte, most int) ([]Row, error) {
	text := bytes.TrimPrefix(file, []byte(byteOrderMark))
	if bytes.IndexByte(text, 0) >= 0 { // UTF-16, or the file of the program itself
		return nil, ErrUnreadable
	}
	if !utf8.Valid(text) {
		var err error
		if text, err = charmap.Windows1252.NewDecoder().Bytes(text); err != nil {
			return nil, ErrUnreadable.Because(err)
		}
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator(text), -1, true
	var rows []Row
	for len(rows) < most {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, ErrUnreadable.Because(err)
		}
		line, _ := r.FieldPos(0)
		filled := false
		for i := range cells {
			cells[i] = unguarded(strings.TrimSpace(cells[i]))
			filled = filled || cells[i] != ""
		}
		if filled {
			rows = append(rows, Row{line, cells})
		}
	}
	if len(rows) == 0 {
		return nil, ErrEmpty
	}
	return rows, nil
}

// unguarded returns a cell without the apostrophe that Row writes before what looks like a formula.
func unguarded(cell string) string {
	if strings.HasPrefix(cell, "'") && isFormula(cell) {
		return cell[1:]
	}
	return cell
}

// separator returns which of the three stands most often in the first line that is not empty, outside of quotes; the semicolon where none
// does.
func separator(text []byte) rune {
	counts, quoted, begun := map[rune]int{}, false, false
	for _, c := range string(text) {
		switch {
		case c == '"':
			quoted, begun = !quoted, true
		case quoted:
		case c == '\n' && begun:
			return most(counts)
		case strings.ContainsRune(";,\t", c):
			counts[c]++
		case c > ' ':
			begun = true
		}
	}
	return most(counts)
}

func most(counts map[rune]int) rune {
	best := ';'
	for _, c := range ",\t" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}
