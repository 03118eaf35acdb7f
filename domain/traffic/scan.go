package traffic

import (
	"encoding/json"
	"html"
	"strings"
	"unicode/utf8"
)

// markup redacts XML or HTML, also where it is neither: whatever stands between the tags of an element with a secret's name goes, and
// if the element has no end, all the rest does.
func (r *Redactor) markup(text string) string {
	var out strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			break
		}
		out.WriteString(r.plain(text[:at]))
		text = text[at:]
		switch {
		case strings.HasPrefix(text, "<!--"):
			_, text = until(text, "-->")
			out.WriteString("<!--" + hidden + "-->")
		case strings.HasPrefix(text, cdata):
			out.WriteString(cdata) // what is in it may be markup, too
			text = text[len(cdata):]
		case strings.HasPrefix(text, "<!"):
			var declaration string
			declaration, text = until(text, ">")
			if strings.ContainsAny(declaration, "[") || strings.Contains(declaration[1:], "<") { // with entities of its own
				_, text = until(text, "]>")
				declaration = "<!" + hidden + ">"
			}
			out.WriteString(r.plain(declaration))
		case strings.HasPrefix(text, "<?"):
			var instruction string
			instruction, text = until(text, "?>")
			if !strings.HasPrefix(instruction, "<?xml") || strings.Contains(instruction[1:], "<") {
				instruction = "<?" + hidden + "?>"
			}
			out.WriteString(r.plain(instruction))
		default:
			text = r.element(&out, text)
		}
	}
	out.WriteString(r.plain(text))
	return out.String()
}

const (
	cdata    = "<![CDATA["
	cdataEnd = "]]>"
)

// until cuts a text after the end, or returns all of it.
func until(text, end string) (before, rest string) {
	if i := strings.Index(text, end); i >= 0 {
		return text[:i+len(end)], text[i+len(end):]
	}
	return text, ""
}

// element writes a tag, and leaves out what follows it until its end tag where that is a secret. It returns the rest.
func (r *Redactor) element(out *strings.Builder, text string) (rest string) {
	t := readTag(text)
	if t.name == "" || t.closing {
		out.WriteString(r.plain(text[:t.length]))
		return text[t.length:]
	}
	secret := r.secretName(local(t.name))
	for _, a := range t.attributes {
		if n := strings.ToLower(local(a.name)); (n == "name" || n == "id" || n == "type") && r.secretName(a.value()) {
			secret = true
		}
	}
	written := 0
	for _, a := range t.attributes {
		if n := strings.ToLower(local(a.name)); r.secretName(n) || secret && (n == "value" || n == "content") {
			r.Hide(a.value())
			out.WriteString(text[written:a.from] + `"` + hidden + `"`)
		} else {
			out.WriteString(text[written:a.from] + r.plain(text[a.from:a.to]))
		}
		written = a.to
	}
	out.WriteString(text[written:t.length])
	rest = text[t.length:]
	if !secret || t.empty || voids[strings.ToLower(t.name)] {
		return rest
	}
	length := r.inner(rest, t.name)
	if length > 0 {
		out.WriteString(hidden)
	}
	return rest[length:]
}

// voids are the elements of HTML that have no end tag.
var voids = map[string]bool{"input": true, "meta": true, "br": true, "link": true, "img": true, "hr": true}

// inner returns how long the content of an element is, and remembers it. What is opened within it is closed within it.
func (r *Redactor) inner(text, name string) int {
	depth, at := 1, 0
	var content strings.Builder
	end := func() int {
		r.Hide(content.String())
		r.Hide(strings.TrimSpace(content.String()))
		return at
	}
	for at < len(text) {
		next := strings.IndexByte(text[at:], '<')
		if next < 0 {
			break
		}
		content.WriteString(html.UnescapeString(text[at : at+next]))
		at += next
		switch here := text[at:]; {
		case strings.HasPrefix(here, "<!--"):
			comment, _ := until(here, "-->")
			at += len(comment)
		case strings.HasPrefix(here, cdata):
			section, _ := until(here, cdataEnd)
			content.WriteString(strings.TrimSuffix(section[len(cdata):], cdataEnd))
			at += len(section)
		default:
			t := readTag(here)
			if t.name == name && !t.empty {
				if !t.closing {
					depth++
				} else if depth--; depth == 0 {
					return end()
				}
			}
			at += t.length
		}
	}
	content.WriteString(html.UnescapeString(text[at:]))
	at = len(text)
	return end()
}

// tag is a tag as far as it can be read.
type tag struct {
	name           string // empty where it is none
	closing, empty bool
	attributes     []attribute
	length         int
}

type attribute struct {
	name     string
	from, to int // of the value with its quotation marks
	raw      string
}

// value returns the value without quotation marks and references.
func (a attribute) value() string { return html.UnescapeString(strings.Trim(a.raw, `"'`)) }

// readTag reads the tag that a text begins with. One that another tag begins within is no tag.
func readTag(text string) (t tag) {
	at := 1
	if strings.HasPrefix(text[at:], "/") {
		t.closing, at = true, at+1
	}
	begin := at
	for at < len(text) && (text[at] >= utf8.RuneSelf || nameBegin(text[at:at+1]) == 0) {
		at++
	}
	if t.name = text[begin:at]; t.name == "" || at < len(text) && !strings.ContainsRune(" \t\r\n/>", rune(text[at])) {
		return tag{length: 1}
	}
	for {
		at += spaces(text[at:])
		if at >= len(text) {
			t.length = at
			return t
		}
		switch text[at] {
		case '<':
			return tag{length: 1}
		case '>':
			t.length = at + 1
			return t
		case '/':
			t.empty = strings.HasPrefix(text[at:], "/>")
			at++
			continue
		}
		begin := at
		at += max(1, run(text[at:], " \t\r\n/><=")) // at least one, so that it comes to an end
		name := text[begin:at]
		at += spaces(text[at:])
		if at >= len(text) || text[at] != '=' {
			continue
		}
		at++
		at += spaces(text[at:])
		from := at
		if at < len(text) && (text[at] == '"' || text[at] == '\'') {
			at++
			at += run(text[at:], string(text[from])+"<")
			if at < len(text) && text[at] == text[from] {
				at++
			}
		} else {
			at += run(text[at:], " \t\r\n><")
		}
		t.attributes = append(t.attributes, attribute{name, from, at, text[from:at]})
	}
}

// run returns how long a text is until one of the characters.
func run(text, end string) int {
	if i := strings.IndexAny(text, end); i >= 0 {
		return i
	}
	return len(text)
}

func spaces(text string) int { return len(text) - len(strings.TrimLeft(text, " \t\r\n")) }

// local returns a name without its prefix.
func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// json redacts JSON, also where it is broken: the value of a member with a secret's name goes, whatever it is, and if it has no end,
// all the rest does.
func (r *Redactor) json(text string) string {
	var out strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '"')
		if at < 0 {
			break
		}
		quoted := text[at : at+stringEnd(text[at:])]
		out.WriteString(r.plain(text[:at]))
		text = text[at+len(quoted):]
		value := textOf(quoted)
		between := spaces(text)
		if !strings.HasPrefix(text[between:], ":") || !r.secretName(value) {
			out.WriteString(r.quoted(quoted, value))
			continue
		}
		between++
		between += spaces(text[between:])
		out.WriteString(quoted + text[:between] + `"` + hidden + `"`)
		text = text[between:]
		end := valueLength(text)
		r.Hide(textOf(text[:end]))
		text = text[end:]
	}
	return out.String() + r.plain(text)
}

// quoted redacts a string, which may be an address.
func (r *Redactor) quoted(as, value string) string {
	clean := r.plain(value)
	if clean == value {
		return as
	}
	text, _ := json.Marshal(clean) // text can always be written
	return string(text)
}

// textOf returns what a string of JSON says, or the string as it is where it is none.
func textOf(quoted string) string {
	var value string
	if json.Unmarshal([]byte(quoted), &value) != nil {
		return strings.Trim(quoted, `"`)
	}
	return value
}

// stringEnd returns how long the string is that a text begins with.
func stringEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// valueLength returns how long the value is that a text begins with.
func valueLength(text string) int {
	depth := 0
	for i := 0; i < len(text); {
		switch c, size := utf8.DecodeRuneInString(text[i:]); {
		case c == '"':
			i += stringEnd(text[i:])
			if depth == 0 {
				return i
			}
			continue
		case c == '{' || c == '[':
			depth++
			i += size
		case (c == '}' || c == ']' || c == ',') && depth == 0:
			return i
		case c == '}' || c == ']':
			i += size
			if depth--; depth == 0 {
				return i
			}
		default:
			i += size
		}
	}
	return len(text)
}
