package reference

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// typeRef names a type; Anchor is that of its description on the page, empty where there is none.
type typeRef struct{ Before, Name, Anchor string }

// member is one member of a body, or a parameter. Name holds the names of what it lies in, such as "login.names.user".
type member struct {
	Name, In    string
	Type        typeRef
	Required    bool
	Limits      []string
	Values      []string
	Description template.HTML
}

// typeView describes a named schema.
type typeView struct {
	Name        string
	Description template.HTML
	Type        typeRef
	Limits      []string
	Values      []string
	Members     []member
	Closed      bool // unknown members are refused
}

// types collects the named schemas that a group's operations are made of.
type types struct {
	doc   *openapi3.T
	group *group
	known map[string]bool
	names []string
}

// describe describes those that were named, and all that they name.
func (t *types) describe() {
	for len(t.names) > 0 { // describing one names others
		name := t.names[0]
		t.names = t.names[1:]
		schema := t.doc.Components.Schemas[name].Value
		text, _ := markdown(schema.Description)
		v := typeView{Name: name, Description: text, Type: t.bare(schema), Limits: limits(schema), Values: values(schema)}
		v.Members = t.members("", schema)
		flat := flatten(schema)
		v.Closed = flat.AdditionalProperties.Has != nil && !*flat.AdditionalProperties.Has
		t.group.Types = append(t.group.Types, v)
	}
}

const schemas = "#/components/schemas/"

// ref returns the type of a schema, with a link to its description where it has a name.
func (t *types) ref(of *openapi3.SchemaRef) typeRef {
	name, named := strings.CutPrefix(of.Ref, schemas)
	if !named && len(of.Value.AllOf) == 1 { // a name with a description of its own
		return t.ref(of.Value.AllOf[0])
	}
	if !named {
		return t.bare(of.Value)
	}
	if !t.known[name] {
		t.known[name] = true
		t.names = append(t.names, name)
	}
	return typeRef{Name: name, Anchor: "type-" + name}
}

// bare returns the type of a schema without a name.
func (t *types) bare(s *openapi3.Schema) typeRef {
	switch {
	case s.Type.Is("array"):
		items := t.ref(s.Items)
		return typeRef{"list of " + items.Before, items.Name, items.Anchor}
	case s.AdditionalProperties.Schema != nil:
		held := t.ref(s.AdditionalProperties.Schema)
		return typeRef{"by name, " + held.Before, held.Name, held.Anchor}
	case len(s.AllOf) > 0 || s.Type.Is("object"):
		return typeRef{Name: "object"}
	case s.Type == nil:
		return typeRef{Name: "anything"}
	}
	return typeRef{Name: strings.Join(*s.Type, " or ")}
}

// flatten puts together what a schema takes from others.
func flatten(s *openapi3.Schema) *openapi3.Schema {
	if len(s.AllOf) == 0 {
		return s
	}
	flat := &openapi3.Schema{Properties: openapi3.Schemas{}, AdditionalProperties: s.AdditionalProperties, Required: s.Required}
	for _, part := range s.AllOf {
		from := flatten(part.Value)
		for name, property := range from.Properties {
			if _, known := flat.Properties[name]; !known { // a later one narrows the first, which describes it
				flat.Properties[name] = property
			}
		}
		flat.Required = append(slices.Clone(flat.Required), from.Required...)
		if flat.AdditionalProperties.Has == nil {
			flat.AdditionalProperties = from.AdditionalProperties
		}
	}
	return flat
}

// members returns those of a schema, and those of the objects without a name in it.
func (t *types) members(within string, s *openapi3.Schema) (all []member) {
	flat := flatten(s)
	for _, name := range ordered(flat) {
		ref := flat.Properties[name]
		text, _ := markdown(ref.Value.Description)
		m := member{
			Name: within + name, Type: t.ref(ref), Required: slices.Contains(flat.Required, name), Description: text,
			Limits: limits(ref.Value), Values: values(ref.Value),
		}
		if m.Type.Anchor != "" {
			m.Limits, m.Values = nil, nil // they stand with the type
			if ref.Ref != "" {
				m.Description = ""
			}
		}
		all = append(all, m)
		switch inner := ref.Value; {
		case ref.Ref != "" || len(inner.AllOf) == 1:
		case inner.Type.Is("object"):
			all = append(all, t.members(m.Name+".", inner)...)
		case inner.Type.Is("array") && inner.Items.Ref == "":
			all = append(all, t.members(m.Name+"[].", inner.Items.Value)...)
		}
	}
	return all
}

// ordered returns the names of the members as the description has them.
func ordered(s *openapi3.Schema) []string {
	names := slices.Sorted(mapKeys(s.Properties))
	slices.SortStableFunc(names, func(a, b string) int { return before(s.Properties[a].Origin, s.Properties[b].Origin) })
	return names
}

func (t *types) parameter(p *openapi3.Parameter) member {
	text, _ := markdown(p.Description)
	return member{
		Name: p.Name, In: p.In, Required: p.Required, Description: text,
		Type: t.ref(p.Schema), Limits: limits(p.Schema.Value), Values: values(p.Schema.Value),
	}
}

func (t *types) contents(all openapi3.Content) (made []content) {
	for _, mediaType := range slices.Sorted(mapKeys(all)) {
		c := all[mediaType]
		if i := slices.IndexFunc(made, func(m content) bool { return c == all[strings.Split(m.MediaTypes, ", ")[0]] }); i >= 0 {
			made[i].MediaTypes += ", " + mediaType
			continue
		}
		one := content{MediaTypes: mediaType, Type: t.ref(c.Schema)}
		if one.Type.Anchor == "" {
			one.Members = t.members("", c.Schema.Value)
			if c.Schema.Value.Type.Is("string") {
				one.Type = typeRef{}
			}
		}
		for _, name := range exampleNames(c) {
			value := c.Example
			summary := ""
			if name != "" {
				value, summary = c.Examples[name].Value.Value, c.Examples[name].Value.Summary
			}
			one.Examples = append(one.Examples, example{summary, pretty(value, c.Schema.Value)})
		}
		made = append(made, one)
	}
	return made
}

// exampleNames returns the names of examples as the description has them; the only one has none.
func exampleNames(c *openapi3.MediaType) []string {
	if c.Example != nil {
		return []string{""}
	}
	names := slices.Sorted(mapKeys(c.Examples))
	slices.SortStableFunc(names, func(a, b string) int { return before(c.Examples[a].Origin, c.Examples[b].Origin) })
	return names
}

// limits tells what a value has to be, in words.
func limits(s *openapi3.Schema) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if s.Format != "" {
		say("format %s", s.Format)
	}
	switch {
	case s.MinLength == 1 && s.MaxLength == nil:
		say("not empty")
	case s.MinLength > 0 && s.MaxLength != nil:
		say("%d to %d characters", s.MinLength, *s.MaxLength)
	case s.MinLength > 0:
		say("at least %d characters", s.MinLength)
	case s.MaxLength != nil:
		say("at most %d characters", *s.MaxLength)
	}
	if s.Min != nil {
		say("at least %s", number(*s.Min))
	}
	if s.Max != nil {
		say("at most %s", number(*s.Max))
	}
	if s.MinItems > 0 {
		say("at least %d", s.MinItems)
	}
	if s.MaxItems != nil {
		say("at most %d", *s.MaxItems)
	}
	if s.Pattern != "" {
		say("matches %s", s.Pattern)
	}
	if s.Default != nil {
		say("default %v", s.Default)
	}
	if s.Example != nil && !s.Type.Is("object") {
		say("such as %v", s.Example)
	}
	if s.ReadOnly {
		say("read only")
	}
	return all
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// values returns those that a text may have, where they are listed.
func values(s *openapi3.Schema) (all []string) {
	if s.Items != nil && s.Items.Ref == "" {
		s = s.Items.Value
	}
	for _, value := range s.Enum {
		all = append(all, fmt.Sprint(value))
	}
	return all
}
