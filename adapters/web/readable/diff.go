package readable

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// Difference is what differs between two readable texts.
type Difference struct {
	Hunks []Hunk
	// Changed is how many lines were removed and added in all; More is set where Hunks do not show all of them.
	Changed int
	More    bool
}

// Hunk is a place in which the texts differ, with up to three lines before and after it that are in both.
type Hunk struct {
	Old, New int // the numbers of the first line, from 1
	Lines    []Line
}

// Line is a line of a hunk.
type Line struct {
	Op   Op
	Text string // at most maxLine bytes of it
}

// Op says in which of the texts a line is.
type Op string

// The ops.
const (
	Same    Op = "same"
	Removed Op = "removed"
	Added   Op = "added"
)

// Bounds of what a difference shows.
const (
	maxShown = 400 // lines
	maxLine  = 500 // bytes of a line
)

// Compare returns what differs. It takes lines that are in each text once as anchors, so that its time is n log n whatever differs, and
// shows at most the first 400 lines.
func Compare(old, changed string) Difference {
	var d Difference
	unified := diff.Diff("old", ended(old), "new", ended(changed))
	shown := 0
	for number := 0; len(unified) > 0; number++ {
		var line []byte
		line, unified, _ = bytes.Cut(unified, []byte("\n"))
		if number < headerLines || len(line) == 0 {
			continue
		}
		if line[0] == '@' {
			if shown < maxShown {
				d.Hunks = append(d.Hunks, hunk(line))
			}
			continue
		}
		op := ops[line[0]]
		if op != Same {
			d.Changed++
		}
		if shown == maxShown {
			d.More = true
			continue
		}
		at := &d.Hunks[len(d.Hunks)-1]
		at.Lines = append(at.Lines, Line{op, clip(string(line[1:]))})
		shown++
	}
	return d
}

// headerLines are those that name the two texts.
const headerLines = 3

var ops = map[byte]Op{' ': Same, '-': Removed, '+': Added}

func hunk(header []byte) Hunk {
	var h Hunk
	var oldLines, newLines int
	_, _ = fmt.Sscanf(string(header), "@@ -%d,%d +%d,%d @@", &h.Old, &oldLines, &h.New, &newLines) // it is of this shape
	return h
}

// ended lets the last line end as the others do; else it would differ by that alone.
func ended(text string) []byte {
	if text == "" || strings.HasSuffix(text, "\n") {
		return []byte(text)
	}
	return []byte(text + "\n")
}

func clip(text string) string {
	if len(text) <= maxLine {
		return text
	}
	end := maxLine
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + " …"
}
