package desk

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// The options of a format are an object in JSON, of which the form has an input for each member that the format describes.

const optionsPointer = "/options"

// noneOf is chosen for an empty list, which is something else than no list.
const noneOf = "[]"

// optionPointer returns the name of the input of an option.
func optionPointer(o port.Option) string { return optionsPointer + "/" + form.Escape(o.Name) }

// showOptions adds to a form the inputs of options.
func showOptions(f Form, described []port.Option, options json.RawMessage) {
	var members map[string]json.RawMessage
	if json.Unmarshal(options, &members) != nil {
		return // nothing, or nothing that a form could show
	}
	for _, o := range described {
		if value, set := members[o.Name]; set {
			f.Values[optionPointer(o)] = optionValues(o, value)
		}
	}
}

// optionValues returns what the input of an option holds.
func optionValues(o port.Option, value json.RawMessage) []string {
	var text string
	var list []string
	var pairs map[string]string
	switch {
	case json.Unmarshal(value, &text) == nil:
		return []string{text}
	case o.Kind == port.OptionChoices && json.Unmarshal(value, &list) == nil:
		if len(list) == 0 {
			return []string{noneOf}
		}
		return list
	case o.Kind == port.OptionPairs && json.Unmarshal(value, &pairs) == nil:
		if lines, ok := writePairs(pairs); ok {
			return []string{lines}
		}
	}
	var b bytes.Buffer
	if json.Indent(&b, value, "", "  ") != nil {
		return []string{string(value)}
	}
	return []string{b.String()}
}

// writePairs writes pairs a line each, and reports whether they can be read so.
func writePairs(pairs map[string]string) (lines string, ok bool) {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(pairs)) {
		b.WriteString(name + " = " + pairs[name] + "\n")
	}
	again, ok := readPairs(b.String())
	return strings.TrimSuffix(b.String(), "\n"), ok && maps.Equal(again, pairs)
}

// readPairs reads lines of a name, = and a value.
func readPairs(text string) (pairs map[string]string, ok bool) {
	pairs = map[string]string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if _, twice := pairs[name]; !found || twice || name == "" {
			return nil, false
		}
		pairs[name] = strings.TrimSpace(value)
	}
	return pairs, true
}

// errPairs refuses lines that are no pairs.
var errPairs = fault.Detail{Code: "not_pairs", Message: "each line must have a name, = and a value, and no name twice"}

// readOptions returns the options as the form has them. What the format does not describe stays as it is stored, and options that come
// out the same are those that are stored.
func readOptions(f Form, described []port.Option, stored json.RawMessage) (json.RawMessage, []fault.Detail) {
	members := map[string]json.RawMessage{}
	if json.Unmarshal(stored, &members) != nil || members == nil {
		members = map[string]json.RawMessage{}
	}
	var wrong []fault.Detail
	for _, o := range described {
		pointer := optionPointer(o)
		if !f.Values.Has(pointer) {
			continue
		}
		value, refusal := optionOf(o, f.Values[pointer])
		switch {
		case refusal != nil:
			refusal.Path = pointer
			wrong = append(wrong, *refusal)
		case value == nil:
			delete(members, o.Name)
		default:
			members[o.Name] = value
		}
	}
	made, err := json.Marshal(members)
	if err != nil || sameJSON(made, stored) || len(members) == 0 && len(stored) == 0 {
		return stored, wrong
	}
	return made, wrong
}

// optionOf reads the input of an option; nil for none.
func optionOf(o port.Option, values []string) (json.RawMessage, *fault.Detail) {
	text := ""
	if len(values) > 0 {
		text = strings.TrimSpace(values[len(values)-1])
	}
	write := func(v any) (json.RawMessage, *fault.Detail) {
		written, err := json.Marshal(v)
		if err != nil {
			return nil, &fault.Detail{Code: "not_json", Message: "is not JSON"}
		}
		return written, nil
	}
	switch o.Kind {
	case port.OptionChoices:
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
		if len(values) == 0 {
			return nil, nil
		}
		return write(slices.DeleteFunc(values, func(v string) bool { return v == noneOf }))
	case port.OptionPairs, port.OptionObject:
		if text == "" {
			return nil, nil
		}
		if strings.HasPrefix(text, "{") || o.Kind == port.OptionObject {
			if !json.Valid([]byte(text)) {
				return nil, &fault.Detail{Code: "not_json", Message: "is not JSON"}
			}
			return json.RawMessage(text), nil
		}
		pairs, ok := readPairs(text)
		if !ok {
			refusal := errPairs
			return nil, &refusal
		}
		return write(pairs)
	default:
		if text == "" {
			return nil, nil
		}
		if n, err := strconv.Atoi(text); err == nil && o.Kind == port.OptionNumber {
			return write(n)
		}
		if o.Kind == port.OptionTruth {
			return write(text == "true")
		}
		return write(text) // which the format refuses where it takes a number
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// OptionField returns the input of an option.
func (p Page) OptionField(f Form, o port.Option) Field {
	help := o.About.In(p.Lang)
	field := f.Field(optionPointer(o), o.Name, help)
	field.CodeLabel = true
	unset := p.T("Förvalt", "Default")
	if o.Default != "" {
		unset += ": " + p.optionWord(o, o.Default)
	}
	switch o.Kind {
	case port.OptionTruth:
		return field.Among([]Option{{"", unset}, {"true", p.T("Ja", "Yes")}, {"false", p.T("Nej", "No")}})
	case port.OptionChoice:
		options := []Option{{"", unset}}
		for _, choice := range o.Choices {
			options = append(options, Option{choice, choice})
		}
		return field.Among(options)
	case port.OptionChoices:
		var options []Option
		for _, choice := range o.Choices {
			options = append(options, Option{choice, choice})
		}
		return field.AnyOf(append(options, Option{noneOf, p.T("Inga alls", "None at all")}))
	case port.OptionPairs:
		field.Help += " " + p.T("En per rad, till exempel ", "One a line, such as ") + pairsExample(o) + "."
		return field.AsCode().Tall(3)
	case port.OptionObject:
		field.Help += " " + p.T("Till exempel ", "Such as ") + o.Example + "."
		return field.AsCode().Tall(4)
	case port.OptionNumber:
		return field.As("number")
	default:
		if o.Default != "" {
			field.Help += " " + unset + "."
		}
		return field
	}
}

func (p Page) optionWord(o port.Option, value string) string {
	if o.Kind != port.OptionTruth {
		return value
	}
	return map[string]string{"true": p.T("ja", "yes"), "false": p.T("nej", "no")}[value]
}

// pairsExample writes the example of an option as its input takes it.
func pairsExample(o port.Option) string {
	return strings.Join(optionValues(o, json.RawMessage(o.Example)), "")
}
