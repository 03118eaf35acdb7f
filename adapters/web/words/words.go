// Package words says refusals in the language of whoever reads them. The English words are those of the refusals themselves; the
// Swedish ones stand in swedish.txt. What has no Swedish words is said in English.
package words

import (
	"cmp"
	_ "embed"
	"regexp"
	"strings"

	"github.com/punchgate/punchgate/domain/fault"
)

//go:embed swedish.txt
var swedishText string

// swedish are the Swedish words by the English message, or by "code: " and the code.
var swedish = func() map[string]string {
	all := map[string]string{}
	for entry := range strings.SplitSeq(swedishText, "\n\n") {
		if english, said, ok := strings.Cut(strings.TrimSpace(entry), "\n"); ok && !strings.HasPrefix(english, "#") {
			all[english] = said
		}
	}
	return all
}()

// Detail says what is wrong in one place. lang is sv or en.
func Detail(lang string, d fault.Detail) string { return say(lang, d.Message, d.Code) }

// Refusal says why something is not done, without its details. lang is sv or en.
func Refusal(lang string, f *fault.Fault) string { return say(lang, f.Message, f.Code) }

// Message says what has no code of its own, such as why an attempt failed. lang is sv or en.
func Message(lang, message string) string { return say(lang, message, "") }

// inMapping begins a message that names a place in a mapping.
var inMapping = regexp.MustCompile(`^line (\d+), column (\d+) of the mapping: `)

// patterns are the entries whose English message tells values, in the order of the file.
var patterns = func() (all []pattern) {
	for entry := range strings.SplitSeq(swedishText, "\n\n") {
		english, said, _ := strings.Cut(strings.TrimSpace(entry), "\n")
		if strings.Contains(english, value) && !strings.HasPrefix(english, "#") {
			told := strings.ReplaceAll(regexp.QuoteMeta(english), value, "(.+)")
			all = append(all, pattern{regexp.MustCompile("(?s)^" + told + "$"), said})
		}
	}
	return all
}()

// pattern is a message that tells values, with the Swedish words, in which $1 stands for the first of them.
type pattern struct {
	english *regexp.Regexp
	swedish string
}

// value stands in an English message of swedish.txt for what differs.
const value = "…"

func say(lang, message, code string) string {
	if lang != "sv" {
		return message
	}
	if place := inMapping.FindStringSubmatch(message); place != nil {
		english := message[len(place[0]):]
		said, known := phrase(english)
		if ofCode, ok := swedish["code: "+code]; !known && ok {
			said = ofCode + " (" + english + ")" // which names what there is in its place
		}
		return "rad " + place[1] + ", kolumn " + place[2] + ": " + said
	}
	said, known := phrase(message)
	if known {
		return said
	}
	if ofCode, ok := swedish["code: "+code]; ok {
		return ofCode
	}
	return cmp.Or(Explain(lang, code).What, message)
}

// phrase says a message in Swedish, if it is known whatever its code.
func phrase(message string) (said string, known bool) {
	if said, known = swedish[message]; known {
		return said, true
	}
	for _, p := range patterns {
		if at := p.english.FindStringSubmatchIndex(message); at != nil {
			return string(p.english.ExpandString(nil, p.swedish, message, at)), true
		}
	}
	return message, false
}

//go:embed refusals.txt
var refusalsText string

// Explanation says to an operator what a refusal of a call means, and what to do about it.
type Explanation struct{ What, Remedy string }

// explanations are those of each language by the code of the refusal.
var explanations = func() map[string]map[string]Explanation {
	all := map[string]map[string]Explanation{"en": {}, "sv": {}}
	for entry := range strings.SplitSeq(strings.TrimSpace(refusalsText), "\n\n") {
		if lines := strings.Split(entry, "\n"); !strings.HasPrefix(entry, "#") && len(lines) == 5 {
			all["en"][lines[0]], all["sv"][lines[0]] = Explanation{lines[1], lines[2]}, Explanation{lines[3], lines[4]}
		}
	}
	return all
}()

// Explain says what a refusal of a call means, by its code; empty where nothing more is known than its message. lang is sv or en.
func Explain(lang, code string) Explanation { return explanations[lang][code] }
