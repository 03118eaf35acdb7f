package document

import (
	"strings"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
)

// NameKey is what names are looked up by: engines compare letters without regard to case only as far as they are ASCII.
func NameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// afterBeginning, after the beginning of a text, sorts after all texts that begin so.
const afterBeginning = "\U0010FFFF"

// Name is something that aggregates A are looked for by, and how it is to begin.
type Name[A any] struct {
	Member    string // as that of a Part
	Beginning string
	of        func(A) string
}

// ID is the Member of a Name that is the identifier.
const ID = "id"

func (n Name[A]) begins(a A) bool {
	text := n.of(a)
	return text != "" && strings.HasPrefix(text, n.Beginning)
}

// CustomerNames are what customers are looked for by, in the order of what is found; byName says in which order all are.
func CustomerNames(beginning string, byName bool) []Name[*customer.Customer] {
	id := Name[*customer.Customer]{ID, NameKey(beginning), func(c *customer.Customer) string { return string(c.ID()) }}
	name := Name[*customer.Customer]{"name_key", id.Beginning, func(c *customer.Customer) string { return NameKey(c.Profile().Name) }}
	if id.Beginning == "" {
		return all(id, name, byName)
	}
	number := Name[*customer.Customer]{"number", strings.TrimSpace(beginning), func(c *customer.Customer) string { return c.Profile().Number }}
	return []Name[*customer.Customer]{number, name, id}
}

// all is what all aggregates are found by.
func all[A any](id, name Name[A], byName bool) []Name[A] {
	if byName {
		return []Name[A]{name}
	}
	return []Name[A]{id}
}

// ConnectionNames are the same of connections.
func ConnectionNames(beginning string, byName bool) []Name[*connection.Connection] {
	id := Name[*connection.Connection]{ID, NameKey(beginning), func(c *connection.Connection) string { return string(c.ID()) }}
	name := Name[*connection.Connection]{"name_key", id.Beginning, func(c *connection.Connection) string { return NameKey(c.Profile().Name) }}
	if id.Beginning == "" {
		return all(id, name, byName)
	}
	return []Name[*connection.Connection]{name, id}
}

// Part is a part of the order of one name: what begins as it is to, from a place on. For the identifier the place is From, included; for
// other names, whose values several aggregates may have, it is after (From, AfterID).
type Part struct {
	Member        string // of the document; ID for the identifier
	From, AfterID string
	To            string // excluded
	Limit         int
}

// Source is where a search reads.
type Source[A any, ID ~string] struct {
	ID   func(A) ID
	Get  func(ID) (A, error)
	Read func(Part) ([]A, error)
}

// Search returns a page of what one of the names begins with, each once; after is the last one of the page before.
//
// Each name has an order of its own, so that no engine has to sort: a search goes through one name after the other and leaves out what
// an earlier one has shown.
func Search[A any, ID ~string](names []Name[A], after ID, limit int, in Source[A, ID]) (page []A, err error) {
	first, part := 0, names[0].whole()
	switch {
	case after == "":
	case part.byID():
		part = part.after("", string(after)) // which may be there no more
	default:
		last, err := in.Get(after)
		if err != nil {
			return nil, err
		}
		first = earliest(names, last)
		part = names[first].whole().after(names[first].of(last), string(after))
	}
	for i := first; ; {
		part.Limit = limit - len(page)
		found, err := in.Read(part)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			part = part.after(names[i].of(a), string(in.ID(a)))
			if earliest(names, a) == i {
				page = append(page, a)
			}
		}
		switch {
		case len(page) == limit, len(found) < part.Limit && i+1 == len(names):
			return page, nil
		case len(found) < part.Limit:
			i++
			part = names[i].whole()
		}
	}
}

// whole is all that begins as the name is to.
func (n Name[A]) whole() Part {
	return Part{Member: n.Member, From: n.Beginning, To: n.Beginning + afterBeginning}
}

func (p Part) byID() bool { return p.Member == ID }

// after goes on after an aggregate.
func (p Part) after(text, id string) Part {
	if p.byID() {
		p.From = max(p.From, successor(id))
	} else {
		p.From, p.AfterID = text, id
	}
	return p
}

// successor is the text that comes right after another one.
func successor(text string) string { return text + "\x00" }

// earliest returns which name an aggregate is found by. One that was changed since it was is where its identifier stands.
func earliest[A any](names []Name[A], a A) int {
	for i := range names {
		if names[i].begins(a) {
			return i
		}
	}
	return len(names) - 1
}
