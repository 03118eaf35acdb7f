package mapping

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
)

// version is the only version of mappings so far.
const version = "1"

// Limits of a mapping beside its length.
const (
	maxRules   = 500 // of all targets together, with those that stand in others
	maxDigits  = 9   // of a rounding, as a decimal of the cart has
	maxLiteral = cart.MaxDescription
)

// program is a mapping, compiled for one format.
type program struct {
	cart  []assignment[cart.Cart]
	lines []assignment[cart.Line]
}

// assignment is a target with its rule.
type assignment[T any] struct {
	rule *rule
	// access and name reach the neutral member; pointer is its JSON Pointer within the line or the cart.
	access[T]
	name, pointer string
	// field is the format's field, or the form's, where there is no member.
	field string
}

// rule gives a value, or none.
type rule struct {
	line     int // in the mapping's text; 0 where no message names it
	when     *expression
	source   func(*run) (string, error)
	static   bool   // a static text is given even where it is empty
	from     string // the path, where the source is one
	then     []step
	rounds   bool // then does nothing but round
	fallback []*rule
}

// step transforms a value.
type step func(r *run, value string) (string, error)

type compilation struct {
	*problems
	*trial
	tables map[string]map[string]string
	format port.CartEncoder
	fields []port.Field
	rules  int
}

// compile reads a mapping for a format, or refuses it with all that is wrong; with a trial, also what only carts would show.
func compile(mapping []byte, f port.CartEncoder, t *trial) (*program, error) {
	c := &compilation{problems: &problems{text: mapping}, trial: t, format: f}
	if fields, ok := f.(port.FieldMapper); ok {
		c.fields = fields.Fields()
	}
	if len(mapping) > maxText {
		c.reportf(0, "/mapping", "too_long", "the mapping has %d bytes, at most %d are allowed", len(mapping), maxText)
		return nil, ErrInvalid.With(c.details...)
	}
	var p program
	if v := read(c.problems); v != nil {
		p = c.mapping(v)
	}
	if len(c.details) > 0 {
		return nil, ErrInvalid.With(c.details...)
	}
	return &p, nil
}

func (c *compilation) wrongf(v *value, code, format string, args ...any) {
	c.reportf(v.at, v.path, code, format, args...)
}

// object returns the members of an object and reports those that are doubled, or not known where there are known ones.
func (c *compilation) object(v *value, known ...string) map[string]*value {
	if v.kind != '{' {
		c.wrongf(v, "wrong_type", "must be an object")
		return nil
	}
	found := make(map[string]*value, len(v.members))
	for _, m := range v.members {
		switch {
		case found[m.name] != nil:
			c.reportf(m.at, m.path, "doubled_member", "%s stands twice", quote(m.name))
		case known != nil && !slices.Contains(known, m.name):
			c.reportf(m.at, m.path, "unknown_member", "there is no member %s here; there are %s", quote(m.name), strings.Join(known, ", "))
		default:
			found[m.name] = m.value
		}
	}
	return found
}

// string returns a text of at most limit bytes.
func (c *compilation) string(v *value, limit int) string {
	switch {
	case v.kind != '"':
		c.wrongf(v, "wrong_type", "must be a text")
	case len(v.text) > limit:
		c.wrongf(v, "too_long", "has %d bytes, at most %d are allowed", len(v.text), limit)
	default:
		return v.text
	}
	return ""
}

// whole returns a whole number from least to most.
func (c *compilation) whole(v *value, least, most int) int {
	n, err := strconv.Atoi(v.text)
	if v.kind != '0' || err != nil || n < least || n > most {
		c.wrongf(v, "out_of_range", "must be a whole number from %d to %d", least, most)
		return least
	}
	return n
}

func (c *compilation) mapping(v *value) (p program) {
	top := c.object(v, "version", "tables", "cart", "lines")
	switch given := top["version"]; {
	case top == nil:
		return p
	case given == nil:
		c.wrongf(v, "missing", `the version is missing; write "version": `+version)
	case given.kind != '0' || given.text != version:
		c.wrongf(given, "unknown_version", "this gateway knows version %s of mappings, and no other", version)
	}
	c.tables = map[string]map[string]string{}
	if tables := top["tables"]; tables != nil {
		c.object(tables)
		for _, table := range tables.members {
			c.object(table.value)
			c.tables[table.name] = map[string]string{}
			for _, entry := range table.members {
				c.tables[table.name][entry.name] = c.string(entry.value, cart.MaxName)
			}
		}
	}
	if rules := top["cart"]; rules != nil {
		p.cart = targets(c, rules, cartMembers, false, func(a assignment[cart.Cart]) *program {
			return &program{cart: []assignment[cart.Cart]{a}}
		})
	}
	if rules := top["lines"]; rules != nil {
		p.lines = targets(c, rules, lineMembers, true, func(a assignment[cart.Line]) *program {
			return &program{lines: []assignment[cart.Line]{a}}
		})
	}
	return p
}

// targets reads an object of rules by their targets; alone makes a program of one of them.
func targets[T any](
	c *compilation, v *value, members map[string]access[T], onLine bool, alone func(assignment[T]) *program,
) (all []assignment[T]) {
	if v.kind != '{' {
		c.wrongf(v, "wrong_type", "must be an object of rules by their targets")
		return nil
	}
	taken := map[string]string{}
	for _, m := range v.members {
		before := len(c.details)
		a, ok := target(c, m, members, onLine)
		if !ok {
			continue
		}
		key := a.field + " " + a.pointer + " " + a.name
		if other, twice := taken[key]; twice {
			c.reportf(m.at, m.path, "doubled_target", "%s is the same target as %s", quote(m.name), quote(other))
		}
		taken[key] = m.name
		if a.rule = c.rule(m.value, onLine); a.rule == nil {
			continue
		}
		if r := a.rule; a.rounded && (r.from != "line."+a.member() || !r.rounds || r.fallback != nil) {
			c.wrongf(m.value, "not_allowed", "%s decides what is paid, so that it can only be rounded: "+
				`{"from": "line.%s", "then": [{"round": 2}]}`, a.member(), a.member())
		} else if c.trial != nil && len(c.details) == before && before < maxFound { // what does not compile cannot be tried
			c.static(m, a.rule, func(r *rule) *program {
				of := a
				of.rule = r
				return alone(of)
			})
		}
		all = append(all, a)
	}
	return all
}

// member returns the name of a member that is none of a family.
func (a assignment[T]) member() string { return strings.ReplaceAll(a.pointer[1:], "/", ".") }

// formField begins the name of a target that is a hidden field of the form.
const formField = "form."

// target finds what a name of the mapping stands for.
func target[T any](c *compilation, m member, members map[string]access[T], onLine bool) (a assignment[T], ok bool) {
	name := m.name
	if form, isForm := strings.CutPrefix(name, formField); isForm && form != "" && !onLine {
		if err := c.checkForm(form); err != nil {
			c.reportf(m.at, m.path, "not_allowed", "a mapping cannot set %s: the name %v", quote(name), err)
		}
		return assignment[T]{field: form}, true
	}
	field, rest, isField := c.field(name, onLine)
	if isField && field.Check != nil && rest != "" {
		if err := field.Check(rest); err != nil {
			c.reportf(m.at, m.path, "not_allowed", "a mapping cannot set %s: what stands for the * of %s %v", quote(name), field.Name, err)
			return a, false
		}
	}
	if isField && field.Member == "" {
		return assignment[T]{field: name}, true
	}
	if isField {
		name = strings.Replace(field.Member, "*", rest, 1)
	}
	a.access, a.name, ok = find(members, name)
	switch {
	case !ok:
		c.reportf(m.at, m.path, "unknown_target", "there is no target %s; there are %s%s",
			quote(m.name), names(members, true), c.fieldNames(onLine))
	case a.fixed != "":
		c.reportf(m.at, m.path, "not_allowed", "a mapping cannot change %s: %s", quote(name), a.fixed)
		ok = false
	}
	a.pointer = "/" + strings.ReplaceAll(name, ".", "/")
	if a.name != "" {
		family, _, _ := strings.Cut(name, ".")
		a.pointer = "/" + family
		if family == "extrinsics" { // the other families are lists in the cart
			a.pointer = string(jsontext.Pointer(a.pointer).AppendToken(a.name))
		}
	}
	return a, ok
}

// field finds a field of the format by its name, the exact one first, then the longest that ends in *. A name that has its own
// field elsewhere, on the line or the cart, is no other.
func (c *compilation) field(name string, onLine bool) (found port.Field, rest string, ok bool) {
	elsewhere := false
	for _, f := range c.fields {
		prefix, star := strings.CutSuffix(f.Name, "*")
		switch {
		case f.Line != onLine:
			elsewhere = elsewhere || f.Name == name
		case f.Name == name && !star:
			return f, "", true
		case star && len(name) > len(prefix) && strings.HasPrefix(name, prefix) && (!ok || len(f.Name) > len(found.Name)):
			found, rest, ok = f, name[len(prefix):], true
		}
	}
	return found, rest, ok && !elsewhere
}

// fieldNames continues the list of targets with what stands beside the neutral members.
func (c *compilation) fieldNames(onLine bool) string {
	var all []string
	for _, f := range c.fields {
		if fixed := cartMembers[f.Member].fixed + lineMembers[f.Member].fixed; f.Line == onLine && fixed == "" {
			all = append(all, f.Name)
		}
	}
	further := ""
	if !onLine {
		further = ", " + formField + "*"
	}
	if len(all) > 0 {
		further += ", and of " + c.format.Name() + " " + strings.Join(all, ", ")
	}
	return further
}

// rule reads a rule: a path, or an object.
func (c *compilation) rule(v *value, onLine bool) *rule {
	if c.rules++; c.rules > maxRules {
		if c.rules == maxRules+1 {
			c.wrongf(v, "too_many", "a mapping has at most %d rules", maxRules)
		}
		return nil
	}
	line, _ := c.place(v.at)
	r := &rule{line: line, rounds: true}
	if v.kind == '"' {
		r.from, r.source = v.text, c.from(v, onLine)
		return r
	}
	if v.kind != '{' {
		c.wrongf(v, "wrong_type", `must be a path such as "line.sku", or an object`)
		return nil
	}
	found := c.object(v, "value", "from", "expr", "join", "when", "then", "fallback")
	sources := 0
	for _, name := range []string{"value", "from", "expr", "join"} {
		source := found[name]
		if source == nil {
			continue
		}
		sources++
		switch name {
		case "value":
			static := c.string(source, maxLiteral)
			r.static, r.source = true, func(*run) (string, error) { return static, nil }
		case "from":
			r.from, r.source = source.text, c.from(source, onLine)
		case "expr":
			r.source = c.expression(source, onLine, false).text
		case "join":
			r.source = c.join(source, onLine)
		}
	}
	if sources != 1 {
		c.wrongf(v, "sources", "a rule has one of value, from, expr and join, and only one")
		return nil
	}
	if when := found["when"]; when != nil {
		r.when = c.expression(when, onLine, true)
	}
	for _, item := range c.list(found["then"]) {
		name, s := c.step(item)
		r.rounds = r.rounds && name == "round"
		r.then = append(r.then, s)
	}
	for _, item := range c.list(found["fallback"]) {
		r.fallback = append(r.fallback, c.rule(item, onLine))
	}
	return r
}

// list returns the items of an array that may be absent.
func (c *compilation) list(v *value) []*value {
	if v != nil && v.kind != '[' {
		c.wrongf(v, "wrong_type", "must be a list")
	}
	if v == nil {
		return nil
	}
	return v.items
}

func (c *compilation) from(v *value, onLine bool) func(*run) (string, error) {
	path := c.string(v, cart.MaxName)
	read, _, err := resolve(path, onLine)
	if err != nil && path != "" {
		c.wrongf(v, "unknown_path", "%v", err)
	} else if err != nil && v.kind == '"' {
		c.wrongf(v, "missing", "the path is empty")
	}
	return func(r *run) (string, error) { return read(r), nil }
}

func (c *compilation) join(v *value, onLine bool) func(*run) (string, error) {
	found := c.object(v, "of", "with")
	if found != nil && found["of"] == nil {
		c.wrongf(v, "missing", "the list of what is joined is missing: of")
	}
	with := ""
	if found["with"] != nil {
		with = c.string(found["with"], cart.MaxIdentifier)
	}
	var parts []*rule
	for _, item := range c.list(found["of"]) {
		parts = append(parts, c.rule(item, onLine))
	}
	return func(r *run) (string, error) {
		var given []string
		for _, part := range parts {
			text, _, err := part.value(r)
			if err != nil {
				return "", err
			}
			if text != "" {
				given = append(given, text)
			}
		}
		return strings.Join(given, with), nil
	}
}

// resolve returns how to read a path such as line.sku, cart.buyer.name or visit.COSTCENTER, and its kind.
func resolve(path string, onLine bool) (func(*run) string, kind, error) {
	object, rest, _ := strings.Cut(path, ".")
	switch {
	case object == "line" && !onLine:
		return nil, 0, refuse("", "the rules of the cart see no line")
	case object == "line":
		a, name, ok := find(lineMembers, rest)
		if !ok {
			return nil, 0, refuse("", "a line has no member %s; it has %s", quote(rest), names(lineMembers, false))
		}
		return func(r *run) string { return a.get(r.line, name) }, a.kind, nil
	case object == "cart":
		a, name, ok := find(cartMembers, rest)
		if !ok {
			return nil, 0, refuse("", "the cart has no member %s; it has %s", quote(rest), names(cartMembers, false))
		}
		return func(r *run) string { return a.get(r.in.Cart, name) }, a.kind, nil
	case object == "customer" && rest != "":
		return func(r *run) string { return r.in.Customer[rest] }, kindText, nil
	case object == "visit" && rest != "":
		return func(r *run) string { return r.in.Visit[rest] }, kindText, nil
	}
	return nil, 0, refuse("", "%s is no path; a path begins with line., cart., customer. or visit.", quote(path))
}

// table returns a table of the mapping by its name.
func (c *compilation) table(v *value) map[string]string {
	name := c.string(v, cart.MaxName)
	table, ok := c.tables[name]
	if !ok && v.kind == '"' {
		known := cmp.Or(strings.Join(slices.Sorted(maps.Keys(c.tables)), ", "), "none")
		c.wrongf(v, "unknown_table", "there is no table %s; there are %s", quote(name), known)
	}
	return table
}

// choice returns which of the names stands in v, the first where v is absent.
func (c *compilation) choice(v *value, names ...string) string {
	if v == nil {
		return names[0]
	}
	if v.kind != '"' || !slices.Contains(names, v.text) {
		c.wrongf(v, "unknown_choice", "must be one of %s", strings.Join(names, ", "))
	}
	return v.text
}
