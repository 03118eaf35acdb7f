package peppol

import (
	"errors"
	"fmt"
	"strings"
)

// element is what the model demands of an element.
type element struct {
	name      string
	mandatory bool
	many      bool
	kind      string // of its text; empty for elements that hold elements
	fixed     string
	list      codeList
	listName  string
	attrs     []*attribute
	children  []*element // in order

	// Identifiers of the published rules.
	missingRule, valueRule, unknownRule string
}

// attribute is what the model demands of an attribute.
type attribute struct {
	name                  string
	mandatory             bool
	list                  codeList
	listName              string
	missingRule, listRule string
}

// child returns the model of a child by its name, and its place among the children.
func (e *element) child(name string) (int, *element) {
	for i, c := range e.children {
		if c.name == name {
			return i, c
		}
	}
	return 0, nil
}

func (e *element) attribute(name string) *attribute {
	for _, a := range e.attrs {
		if a.name == name {
			return a
		}
	}
	return nil
}

// readModel reads the lines of model.txt, whose comment says how.
func (r *release) readModel(lines []string) error {
	var open []*element // from the root to the last element
	var all []*element
	for _, line := range lines {
		e, err := r.readElement(strings.Fields(line))
		if err != nil {
			return err
		}
		depth := len(line) - len(strings.TrimLeft(line, " "))
		if depth > len(open) || (depth == 0) != (len(all) == 0) {
			return fmt.Errorf("%s has no parent, or is a second root", e.name)
		}
		if depth > 0 {
			parent := open[depth-1]
			parent.children = append(parent.children, e)
		}
		open = append(open[:depth], e)
		all = append(all, e)
	}
	if len(all) == 0 {
		return errors.New("there is no element")
	}
	r.catalogue = all[0]
	r.number(all)
	return nil
}

func (r *release) readElement(words []string) (*element, error) {
	e := &element{name: strings.TrimRight(words[0], "?+*")}
	occurs := words[0][len(e.name):]
	e.mandatory = occurs == "" || occurs == "+"
	e.many = occurs == "+" || occurs == "*"
	for _, word := range words[1:] {
		switch word[0] {
		case '=':
			e.fixed = word[1:]
		case '[':
			e.listName = strings.Trim(word, "[]")
			if e.list = r.lists[e.listName]; e.list == nil {
				return nil, fmt.Errorf("%s has the code list %s, which is not there", e.name, e.listName)
			}
		case '@':
			name, list, listed := strings.Cut(strings.TrimRight(word[1:], "]"), "[")
			a := &attribute{name: strings.TrimSuffix(name, "?"), mandatory: !strings.HasSuffix(name, "?"), listName: list}
			if a.list = r.lists[list]; listed && a.list == nil {
				return nil, fmt.Errorf("%s has the code list %s, which is not there", e.name, list)
			}
			e.attrs = append(e.attrs, a)
		default:
			if _, known := kinds[word]; !known {
				return nil, fmt.Errorf("%s is of the kind %s, which is not there", e.name, word)
			}
			e.kind = word
		}
	}
	return e, nil
}

// number gives the demands the identifiers of the published rules: PEPPOL-T77-B, the number of the element, counting
// elements and attributes as they stand, and the number of the demand within the element.
func (r *release) number(all []*element) {
	number := 1
	for _, e := range all {
		k := 0
		next := func() string {
			k++
			return fmt.Sprintf("PEPPOL-T77-B%03d%02d", number, k)
		}
		for _, c := range e.children {
			if c.mandatory {
				c.missingRule = next()
			}
		}
		if e == r.catalogue {
			r.schemaLocationRule = next()
		}
		if e.fixed != "" || e.list != nil {
			e.valueRule = next()
		}
		for _, a := range e.attrs {
			if a.mandatory {
				a.missingRule = next()
			}
			if a.list != nil {
				a.listRule = next()
			}
		}
		e.unknownRule = next()
		number += 1 + len(e.attrs)
	}
}
