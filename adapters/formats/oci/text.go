package oci

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// substitutes are characters outside ISO-8859-1 whose likeness Unicode's decomposition does not name.
var substitutes = map[rune]string{
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '•': "-", '‣': "-", '⁃': "-",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", '‹': "'", '›': "'",
	'€': "EUR", 'Œ': "OE", 'œ': "oe", 'Ł': "L", 'ł': "l", 'Đ': "D", 'đ': "d", 'ı': "i", 'ẞ': "SS", 'Ħ': "H", 'ħ': "h",
	'⁄': "/", '∕': "/", '\u2028': "\n", '\u2029': "\n", '≤': "<=", '≥': ">=", '→': "->", '←': "<-", 'Ω': "Ohm", 'μ': "µ", '⌀': "Ø",
}

// latin1 returns the text in the characters of ISO-8859-1: what it lacks becomes the nearest that it has, else a question
// mark. The text is in Unicode's composed form (NFC) first.
func latin1(s string) string {
	if !outsideLatin1(s) {
		return s
	}
	s = norm.NFC.String(s)
	var b strings.Builder
	for _, r := range s {
		if substitute, known := substitutes[r]; known {
			b.WriteString(substitute)
			continue
		}
		if r <= unicode.MaxLatin1 {
			b.WriteRune(r)
			continue
		}
		before := b.Len()
		for _, part := range norm.NFKD.String(string(r)) {
			if substitute, known := substitutes[part]; known {
				b.WriteString(substitute)
			} else if part <= unicode.MaxLatin1 {
				b.WriteRune(part)
			}
		}
		if b.Len() == before && !invisible(r) {
			b.WriteByte('?')
		}
	}
	if strings.TrimSpace(b.String()) == "" {
		return "?" // there was a text
	}
	return b.String()
}

// outsideLatin1 reports characters that ISO-8859-1 lacks. In UTF-8 each begins with a byte that none of it has.
func outsideLatin1(s string) bool {
	for i := range len(s) {
		if s[i] > "\u00ff"[0] {
			return true
		}
	}
	return false
}

// invisible reports marks that belong to the character before them, and characters that show nothing.
func invisible(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) }

// tidy reports what most texts are: one line in characters of ISO-8859-1, without blanks around it, so that there is nothing
// to change. It does not know all such texts.
func tidy(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > "\u00ff"[0] {
			return false
		}
	}
	visible := func(c byte) bool { return c > ' ' && c < utf8.RuneSelf }
	return s == "" || visible(s[0]) && visible(s[len(s)-1])
}

// oneLine makes one line of a text, without blanks around it.
func oneLine(s string) string {
	for i := range len(s) {
		if c := s[i]; c == '\t' || c == '\r' || c == '\n' || c == "\u2028"[0] { // the last may begin other characters, too
			return strings.TrimSpace(strings.Join(strings.FieldsFunc(s, breaks), " "))
		}
	}
	return strings.TrimSpace(s)
}

// breaks reports what separates lines, and tabs, which browsers show as such.
func breaks(r rune) bool {
	return r == '\t' || r == '\r' || r == '\n' || r == '\u2028' || r == '\u2029'
}

// cut returns the first characters of the text, and does not take the last one apart from the marks upon it.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	end := len(s)
	for i := range s {
		if limit == 0 {
			end = i
			break
		}
		limit--
	}
	for whole := end; whole > 0; {
		next, _ := utf8.DecodeRuneInString(s[whole:])
		last, size := utf8.DecodeLastRuneInString(s[:whole])
		if whole == len(s) || !invisible(next) && last != '\u200d' {
			return s[:whole]
		}
		whole -= size
	}
	return s[:end]
}

// quote shows a value in a message, short whatever it is.
func quote(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) > most {
		s = cut(s, most) + "…"
	}
	return `"` + s + `"`
}
