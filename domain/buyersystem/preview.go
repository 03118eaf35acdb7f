package buyersystem

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/domain/language"
	"github.com/punchgate/punchgate/domain/transfer"
)

// maxTold is the most lines that a rule is told of.
const maxTold = 20

// Preview returns what the document loses with what the system does to it after that: first the encoder's warnings, with
// effect, values, remedy and source where a rule knows of them, then those of the rules. Paths lead into the cart that was
// sent, messages are in the language (BCP 47). A rule is told of at most twenty lines; the last warning counts the rest.
func (s *System) Preview(d Document, encoder []transfer.Warning, lang string) []transfer.Warning {
	p := preview{document: &d, language: lang, warnings: slices.Clone(encoder), cut: map[string]bool{}}
	for _, w := range encoder {
		if w.Effect == transfer.Cut {
			p.cut[w.Path] = true
		}
	}
	for i := range s.Rules {
		if s.Rules[i].In(d.Format) {
			p.add(&s.Rules[i])
		}
	}
	for i := range p.warnings {
		p.complete(&p.warnings[i])
	}
	for k := range p.own {
		if f := &p.own[k]; f.member.ofCart != nil {
			p.judge(f, ofCart, f.member.ofCart(&d))
		}
	}
	lines := d.sent().Lines
	for i := range lines {
		for k := range p.own {
			if f := &p.own[k]; f.member.ofLine != nil {
				p.judge(f, i, f.member.ofLine(&d, i, &lines[i]))
			}
		}
	}
	p.count()
	return p.warnings
}

type preview struct {
	document *Document
	language string
	told     []follow // rules that add to the encoder's warnings
	own      []follow
	cut      map[string]bool // the paths of what the encoder cut, as the operator told it to, to what the system keeps
	warnings []transfer.Warning
}

// follow is a rule for one of its members.
type follow struct {
	rule   *Rule
	member member
	check  check
	seen   map[string]bool // what was told once
	times  int
}

func (p *preview) add(r *Rule) {
	for _, name := range r.Members {
		m, _ := memberOf(name)
		f := follow{rule: r, member: m, check: checks[r.Check]}
		if r.ToldBy != "" {
			p.told = append(p.told, f)
		} else {
			p.own = append(p.own, f)
		}
	}
}

// ofCart stands in place of a line's index for what is no line's.
const ofCart = -1

// judge tells what becomes of a value, if the rule is about it.
func (p *preview) judge(f *follow, line int, v value) {
	if v.empty() && !f.check.absent {
		return
	}
	after, found := f.check.judge(f.rule, v, p.document)
	if !found {
		return
	}
	if f.check.once {
		if f.seen[v.text] {
			return
		}
		if f.seen == nil {
			f.seen = map[string]bool{}
		}
		f.seen[v.text] = true
	}
	path := v.path
	if line != ofCart {
		path = "/lines/" + strconv.Itoa(line) + v.path
	}
	if f.rule.Effect == transfer.Cut && p.cut[path] {
		return
	}
	if f.times++; f.times > maxTold {
		return
	}
	w := transfer.Warning{Path: path, Code: f.rule.ID, Message: f.rule.Says.In(p.language)}
	p.fill(&w, f.rule, v, after)
	p.warnings = append(p.warnings, w)
}

// fill says what becomes of the value, and what to do.
func (p *preview) fill(w *transfer.Warning, r *Rule, v value, after string) {
	w.Effect, w.Remedy = r.Effect, r.Remedy.In(p.language)
	w.Source = r.Source + " (not verified)"
	if r.Verified() {
		w.Source = r.Source + " (verified)"
	}
	if w.After != "" {
		return // the encoder told
	}
	w.Before = cmp.Or(w.Before, transfer.Shown(v.whole()))
	if r.Effect != transfer.Refused {
		w.After = cmp.Or(r.Becomes.In(p.language), transfer.Shown(after))
	}
}

// complete adds to a warning of the encoder what the system's rule says of it.
func (p *preview) complete(w *transfer.Warning) {
	for i := range p.told {
		f := &p.told[i]
		if f.rule.ToldBy != w.Code {
			continue
		}
		v, ok := p.at(f, w.Path)
		if !ok {
			continue
		}
		after := ""
		if f.check.judge != nil {
			if after, ok = f.check.judge(f.rule, v, p.document); !ok {
				continue
			}
		}
		p.fill(w, f.rule, v, after)
		return
	}
}

// at returns the value of the rule's member, if the path leads to it or into it.
func (p *preview) at(f *follow, path string) (value, bool) {
	var v value
	if f.member.ofCart != nil {
		v = f.member.ofCart(p.document)
		return v, v.path == path
	}
	lines := p.document.sent().Lines
	rest, ofLine := strings.CutPrefix(path, "/lines/")
	number, rest, deeper := strings.Cut(rest, "/")
	i, err := strconv.Atoi(number)
	if !ofLine || err != nil || i < 0 || i >= len(lines) {
		return v, false
	}
	v = f.member.ofLine(p.document, i, &lines[i])
	if !deeper {
		return v, v.path == ""
	}
	within, _, _ := strings.Cut(rest, "/")
	return v, v.path == "/"+within
}

// count tells of the lines that were not told one by one.
func (p *preview) count() {
	var rest []string
	for i := range p.own {
		if f := &p.own[i]; f.times > maxTold {
			rest = append(rest, fmt.Sprintf("%s %d", f.rule.ID, f.times-maxTold))
		}
	}
	if len(rest) == 0 {
		return
	}
	more := language.Text{EN: "the same holds for more lines, by rule: ", SV: "samma sak gäller fler rader, per regel: "}
	p.warnings = append(p.warnings, transfer.Warning{
		Path: "/lines", Code: "buyer_system.more", Message: more.In(p.language) + strings.Join(rest, ", "),
	})
}
