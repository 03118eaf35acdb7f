// Package words says refusals in the language of whoever reads them. The English words are those of the refusals themselves; the
// Swedish ones stand in swedish.txt. What has no Swedish words is said in English.
package words

import (
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

// inMapping begins a message that names a place in a mapping.
var inMapping = regexp.MustCompile(`^line (\d+), column (\d+) of the mapping: `)

// placed are messages that name a place or a name, and their Swedish words.
var placed = []struct {
	english *regexp.Regexp
	swedish string
}{
	{regexp.MustCompile(`^is not JSON at line (\d+)$`), "är inte JSON på rad $1"},
	{regexp.MustCompile(`^line (\d+) has the same$`), "rad $1 har samma"},
	{regexp.MustCompile(`^the column (".*") stands twice$`), "kolumnen $1 finns två gånger"},
}

func say(lang, message, code string) string {
	if place := inMapping.FindStringSubmatch(message); place != nil && lang == "sv" {
		english := message[len(place[0]):]
		said := say(lang, english, code)
		if _, whole := swedish[english]; !whole && said != english {
			said += " (" + english + ")" // which names what there is in its place
		}
		return "rad " + place[1] + ", kolumn " + place[2] + ": " + said
	}
	if lang == "sv" {
		for _, p := range placed {
			if p.english.MatchString(message) {
				return p.english.ReplaceAllString(message, p.swedish)
			}
		}
		if said, ok := swedish[message]; ok {
			return said
		}
		if said, ok := swedish["code: "+code]; ok {
			return said
		}
	}
	return message
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
