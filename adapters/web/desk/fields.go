package desk

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/domain/fault"
)

// Form is what a form shows: what is stored, or what was typed and what is wrong with it. Inputs are named as package form says.
type Form struct {
	Values url.Values
	// Wrong says in words what is wrong, by the pointer of the member; the empty one is for the whole.
	Wrong map[string][]string
	// Tag is that of the body as it was when the form showed it: what was changed since must not be overwritten unseen.
	Tag string
	// theirs is what somebody else saved meanwhile; nil where nobody did.
	theirs url.Values
	lang   string
}

// shown is a form that shows a body.
func shown(b any) Form {
	tag, _ := body.Tag(b) // bodies can be written
	return Form{Values: form.Encode(b), Tag: tag}
}

// typed is a form as it was sent.
func typed(c *gin.Context) Form {
	return Form{Values: c.Request.PostForm, Tag: c.Request.PostForm.Get("tag")}
}

// maxSaid is how many characters of what is wrong are said: some messages list all that there is in its place.
const maxSaid = 250

// refused is the form with what a refusal says.
func (f Form) refused(p Page, err error) Form {
	if err == nil {
		return f
	}
	refusal := fault.From(err)
	f.Wrong = map[string][]string{}
	for _, detail := range refusal.Details {
		place, said := f.nearest(detail.Path), words.Detail(p.Lang, detail)
		if place != detail.Path {
			said = detail.Path + ": " + said
		}
		if characters := []rune(said); len(characters) > maxSaid {
			said = string(characters[:maxSaid]) + "…"
		}
		f.Wrong[place] = append(f.Wrong[place], said)
	}
	if len(refusal.Details) == 0 {
		f.Wrong[""] = []string{words.Refusal(p.Lang, refusal)}
	}
	return f
}

// nearest returns the pointer of the input that a member is set by: its own, that of what holds it, or "" for none.
func (f Form) nearest(pointer string) string {
	for pointer != "" && !f.Values.Has(pointer) {
		pointer = pointer[:max(strings.LastIndexByte(pointer, '/'), 0)]
	}
	return pointer
}

// WrongIn reports whether something is wrong in one of these members, or within it.
func (f Form) WrongIn(pointers ...string) bool {
	for wrong := range f.Wrong {
		if slices.ContainsFunc(pointers, func(p string) bool { return wrong == p || strings.HasPrefix(wrong, p+"/") }) {
			return true
		}
	}
	return false
}

// refusedOver is refused for a form that changes what somebody else may change at the same time. Where somebody did, the form shows
// beside what was typed what is saved now, which it gets, and when it is sent again that is what it changes.
func (f Form) refusedOver(p Page, err error, now Form) Form {
	if errors.Is(err, body.ErrChanged) {
		f.Tag, f.theirs, f.lang = now.Tag, now.Values, p.Lang
	}
	return f.refused(p, err)
}

// formOfPage is one of several forms of a page.
type formOfPage struct {
	Page

	Form Form
}

// With returns the page with one of its forms, as the template "mistakes" shows it.
func (p Page) With(f Form) any { return formOfPage{p, f} }

// moved returns a refusal in which what is said of a member, and of those within it, is said of another one: for a form whose inputs
// are named otherwise than the members that they set.
func moved(err error, from, to string) error {
	if err == nil {
		return nil
	}
	refusal := fault.From(err)
	details := slices.Clone(refusal.Details)
	for i, detail := range details {
		if rest, within := strings.CutPrefix(detail.Path, from); within && (rest == "" || rest[0] == '/') {
			details[i].Path = to + rest
		}
	}
	return refusal.With(details...)
}

// Mistake is one thing that is wrong.
type Mistake struct{ ID, Text string }

// Mistakes lists all that is wrong, for the head of the form.
func (f Form) Mistakes() (all []Mistake) {
	for pointer, texts := range f.Wrong {
		for _, text := range texts {
			all = append(all, Mistake{idOf(pointer), text})
		}
	}
	slices.SortFunc(all, func(a, b Mistake) int { return strings.Compare(a.ID+a.Text, b.ID+b.Text) })
	return all
}

// Value returns what an input holds.
func (f Form) Value(pointer string) string { return f.Values.Get(pointer) }

// Rows returns the positions of a list of objects, and one after them that may be filled in beside.
func (f Form) Rows(list string) []int {
	rows, next := form.Rows(f.Values, list), 0
	if len(rows) > 0 {
		next = rows[len(rows)-1] + 1
	}
	return append(rows, next)
}

// At returns the pointer of a member of the object at a position of a list.
func (f Form) At(list string, row int, member string) string {
	return list + "/" + strconv.Itoa(row) + "/" + member
}

// Field is one input with its label, as the template "field" shows it.
type Field struct {
	Pointer, ID, Label, Help string
	Type                     string // as of an HTML input, or textarea, select, checkbox, choices, duration
	Values                   []string
	Wrong                    []string
	Required, Code           bool
	CodeLabel                bool // the label is a name of machines
	Lines                    int
	Options                  []Option
	Autocomplete, List       string
	Unit, UnitLabel          string // of a duration

	theirs []string // see Saved
	lang   string   // empty where nobody else saved something else
}

// Option is one of several that an input chooses from.
type Option struct{ Value, Label string }

// Field returns the input of a member.
func (f Form) Field(pointer, label, help string) Field {
	field := Field{
		Pointer: pointer, ID: idOf(pointer), Label: label, Help: help, Type: "text", Values: f.Values[pointer], Wrong: f.Wrong[pointer],
	}
	if theirs := f.theirs[pointer]; f.theirs != nil && !slices.Equal(said(field.Values), said(theirs)) {
		field.theirs, field.lang = said(theirs), f.lang
	}
	return field
}

// Saved says what somebody else saved meanwhile, where it is something else than what the input holds.
func (f Field) Saved() string {
	if f.lang == "" {
		return ""
	}
	p := Page{Lang: f.lang}
	values := slices.Clone(f.theirs)
	for i, value := range values {
		if at := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == value }); at >= 0 {
			values[i] = f.Options[at].Label
		}
		if f.Type == "checkbox" {
			values[i] = map[string]string{"true": p.T("ja", "yes"), "false": p.T("nej", "no")}[value]
		}
	}
	return p.T("Sparat nu: ", "Saved now: ") + cmp.Or(strings.Join(values, ", "), p.T("tomt", "empty"))
}

// said returns the values of an input as they are compared: the last one of a checkbox, else all that are not empty.
func said(values []string) []string {
	if slices.Equal(values, []string{"false", "true"}) {
		return values[1:]
	}
	var lines []string
	for _, value := range values {
		for line := range strings.Lines(value) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// idOf returns the id of an input in its page.
func idOf(pointer string) string {
	return "f" + strings.NewReplacer("/", "-", "~", "_").Replace(pointer)
}

// Value returns what the input holds; lines of a list that is a text each.
func (f Field) Value() string {
	if f.Type == "textarea" {
		return strings.Join(f.Values, "\n")
	}
	return f.Last()
}

// Last returns the last value, which is that of a checkbox.
func (f Field) Last() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[len(f.Values)-1]
}

// Has reports whether the input holds a value.
func (f Field) Has(value string) bool { return slices.Contains(f.Values, value) }

// Is reports whether a value is chosen; without any it is the empty one.
func (f Field) Is(value string) bool { return f.Last() == value }

// As returns the input as one of another type.
func (f Field) As(kind string) Field {
	f.Type = kind
	return f
}

// Must returns the input as one that has to be filled in.
func (f Field) Must() Field {
	f.Required = true
	return f
}

// Tall returns the input as a text of several lines.
func (f Field) Tall(lines int) Field {
	f.Type, f.Lines = "textarea", lines
	return f
}

// AsCode returns the input as one of text for machines.
func (f Field) AsCode() Field {
	f.Code = true
	return f
}

// Among returns the input as a choice of one.
func (f Field) Among(options []Option) Field {
	f.Type, f.Options = "select", options
	return f
}

// AnyOf returns the input as a choice of any number.
func (f Field) AnyOf(options []Option) Field {
	f.Type, f.Options = "choices", options
	return f
}

// Duration returns the input of a number of seconds as a number and its unit: what was typed, or the largest unit that leaves a whole
// number.
func (f Form) Duration(p Page, pointer, label, help string) Field {
	field := f.Field(pointer, label, help).As("duration")
	field.Options = []Option{
		{"86400", p.T("dagar", "days")}, {"3600", p.T("timmar", "hours")}, {"60", p.T("minuter", "minutes")}, {"1", p.T("sekunder", "seconds")},
	}
	field.UnitLabel = label + p.T(", enhet", ", unit")
	if field.Unit = f.Value(form.Unit(pointer)); field.Unit == "" {
		field.Values, field.Unit, _ = field.inUnits(field.Values)
	}
	field.lang = ""
	if theirs, unit, name := field.inUnits(f.theirs[pointer]); f.theirs != nil && (unit != field.Unit || !slices.Equal(theirs, field.Values)) {
		field.theirs, field.lang = []string{strings.Join(theirs, "") + " " + name}, f.lang
	}
	return field
}

// inUnits returns a number of seconds in the largest unit of the options that leaves a whole number, with its label.
func (f Field) inUnits(seconds []string) (values []string, unit, label string) {
	n, err := strconv.ParseInt(strings.Join(seconds, ""), 10, 64)
	if err != nil {
		return seconds, "", ""
	}
	for _, option := range f.Options {
		if u, err := strconv.ParseInt(option.Value, 10, 64); err == nil && n%u == 0 {
			return []string{strconv.FormatInt(n/u, 10)}, option.Value, option.Label
		}
	}
	return seconds, "", ""
}

// UnitPointer returns the name of the input of the unit.
func (f Field) UnitPointer() string { return form.Unit(f.Pointer) }

// From returns the input with the suggestions of a datalist.
func (f Field) From(list string) Field {
	f.List = list
	return f
}

// Fill returns the input with what a browser may fill in by itself (HTML, section 4.10.18.7).
func (f Field) Fill(autocomplete string) Field {
	f.Autocomplete = autocomplete
	return f
}

// answerCheck answers a form that is sent while somebody types, with what would be wrong, and reports whether it was one.
func (d *Desk) answerCheck(c *gin.Context, f Form) bool {
	if !checking(c) {
		return false
	}
	c.JSON(http.StatusOK, gin.H{"wrong": f.wrongByID()})
	c.Abort()
	return true
}

// wrongByID returns what is wrong by the ids of the inputs.
func (f Form) wrongByID() map[string][]string {
	wrong := map[string][]string{}
	for pointer, texts := range f.Wrong {
		wrong[idOf(pointer)] = texts
	}
	return wrong
}

// partyFields returns the inputs of a seller or a buyer.
func partyFields(p Page, f Form, pointer string) []Field {
	return []Field{
		f.Field(pointer+"/name", p.T("Namn", "Name"), ""),
		f.Field(pointer+"/reference", p.T("Referens", "Reference"), ""),
		f.Field(pointer+"/endpoint/scheme", p.T("Elektronisk adress: schema", "Electronic address: scheme"),
			p.T("Till exempel 0088 för GLN, 0007 för organisationsnummer.", "Such as 0088 for a GLN, 0007 for a Swedish organisation number.")),
		f.Field(pointer+"/endpoint/id", p.T("Elektronisk adress", "Electronic address"), ""),
		f.Field(pointer+"/identifier/scheme", p.T("Identitet: schema", "Identifier: scheme"), ""),
		f.Field(pointer+"/identifier/id", p.T("Identitet", "Identifier"), ""),
	}
}
