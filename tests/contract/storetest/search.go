package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/session"
)

// searched are customers, or connections without numbers, by everything that they are looked for.
var searched = []struct {
	id, number, name string
	box              string // of the checkbox
}{
	{"c01", "1001", "Göteborgs stad", "true"}, {"c02", "1002", "GÖTEBORGS HAMN", "false"}, {"c03", "", " göta kanal", ""},
	{"c04", "G-1", "Ängelholms kommun", "true"}, {"c05", "2001", "ÄLVSBYN", "true"}, {"c06", "2002", "Åre", "false"},
	{"c07", "g-2", "åmål", ""},
	{"c08", "3001", "Ödeshög", "true"}, {"goteborg", "3002", "Göteborgs stad", "true"}, {"1-region", "10", "1 Region", "false"},
	{"c11", "åäö", "Öckerö", ""}, {"c12", "c1", "c1", "true"}, {"gamla", "4001", "Gamla stan", "false"}, {"c14", "5%", "100 % papper", "true"},
	{"c15", "", "Solna_stad", "true"}, {"c16", "10010", "göteborgs stad", ""},
}

var searchCases = map[string]func(*testing.T, port.Stores){
	"customers are looked for by how number, name or identifier begins, and by a box": func(t *testing.T, s port.Stores) {
		for _, c := range searched {
			st := customerOf(acme, customer.ID(c.id), c.number)
			st.Profile.Name, st.Profile.Values = c.name, map[string]string{"note": "true enough", "other": "true"}
			if c.box != "" {
				st.Profile.Values["box"] = c.box
			}
			must(t, s.Customers.Create(t.Context(), customer.Restore(st)))
			st.Tenant = globex
			must(t, s.Customers.Create(t.Context(), customer.Restore(st)))
		}
		for _, beginning := range beginnings {
			for _, q := range []port.CustomerQuery{
				{}, {ByName: true}, {Box: "box", Ticked: true}, {Box: "box"}, {Box: "note", Ticked: true}, {Box: "other"}, {Box: "none"},
			} {
				var byNumber, byName, byID []string
				for _, c := range searched {
					ticked := c.box == "true" && q.Box == "box" || q.Box == "other"
					if q.Box != "" && ticked != q.Ticked {
						continue
					}
					switch begins := strings.TrimSpace(beginning); {
					case begins == "" && q.ByName:
						byName = append(byName, lower(c.name)+"\x00"+c.id)
					case begins == "", !begin(c.number, begins) && !begin(lower(c.name), lower(begins)) && begin(c.id, lower(begins)):
						byID = append(byID, c.id)
					case begin(c.number, begins):
						byNumber = append(byNumber, c.number+"\x00"+c.id)
					case begin(lower(c.name), lower(begins)):
						byName = append(byName, lower(c.name)+"\x00"+c.id)
					}
				}
				want := slices.Concat(inOrder(byNumber), inOrder(byName), inOrder(byID))
				q.Beginning = beginning
				expectPages(t, fmt.Sprintf("%+v", q), want, func(after string, limit int) []string {
					q.After, q.Limit = customer.ID(after), limit
					return identifiers(value(s.Customers.List(t.Context(), acme, q))(t), (*customer.Customer).ID)
				})
			}
		}
	},

	"a customer is found as it is now": func(t *testing.T, s port.Stores) {
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c1", "4711"))))
		value(s.Customers.Update(t.Context(), acme, "c1", func(c *customer.Customer) error {
			st := c.Snapshot()
			st.Profile.Name, st.Profile.Values = "Malmö", map[string]string{"box": "true"}
			*c = *customer.Restore(st)
			return nil
		}))(t)
		for q, want := range map[port.CustomerQuery]int{
			{Beginning: "gö"}: 0, {Beginning: "MALMÖ"}: 1, {Box: "box", Ticked: true}: 1, {Box: "box"}: 0,
		} {
			q.Limit = 10
			if found := value(s.Customers.List(t.Context(), acme, q))(t); len(found) != want {
				t.Errorf("%+v finds %d", q, len(found))
			}
		}
		if _, err := s.Customers.List(t.Context(), acme, port.CustomerQuery{Beginning: "m", After: "c9", Limit: 10}); err == nil {
			t.Error("a search goes on after a customer that there is not")
		}
		if found := value(s.Customers.List(t.Context(), acme, port.CustomerQuery{Beginning: "gö", After: "c1", Limit: 10}))(t); len(found) != 0 {
			t.Errorf("after one that was changed since come %d", len(found))
		}
	},

	"connections are looked for by how name or identifier begins, by customer and by format": func(t *testing.T, s port.Stores) {
		format := func(i int) string { return []string{"oci-5", "oci-4"}[i%2] }
		who := func(i int) customer.ID { return customer.ID(fmt.Sprint("c", i%3)) }
		for i, c := range searched {
			st := connectionOf(acme, connection.ID(c.id), who(i))
			st.Profile.Name, st.Profile.Format = c.name, format(i)
			must(t, s.Connections.Create(t.Context(), connection.Restore(st)))
			st.Tenant = globex
			must(t, s.Connections.Create(t.Context(), connection.Restore(st)))
		}
		for _, beginning := range beginnings {
			for _, q := range []port.ConnectionQuery{
				{}, {ByName: true}, {Customer: "c1"}, {Customer: "c9"}, {Format: "oci-4"}, {Format: "oci-3"}, {Customer: "c2", Format: "oci-5"},
			} {
				var byName, byID []string
				for i, c := range searched {
					if q.Customer != "" && q.Customer != who(i) || q.Format != "" && q.Format != format(i) {
						continue
					}
					switch begins := lower(beginning); {
					case begins == "" && q.ByName, begins != "" && begin(lower(c.name), begins):
						byName = append(byName, lower(c.name)+"\x00"+c.id)
					case strings.HasPrefix(c.id, begins):
						byID = append(byID, c.id)
					}
				}
				want := slices.Concat(inOrder(byName), inOrder(byID))
				q.Beginning = beginning
				expectPages(t, fmt.Sprintf("%+v", q), want, func(after string, limit int) []string {
					q.After, q.Limit = connection.ID(after), limit
					return identifiers(value(s.Connections.List(t.Context(), acme, q))(t), (*connection.Connection).ID)
				})
			}
		}
	},

	"several customers, their connections, several connections and several sessions are read at once": func(t *testing.T, s port.Stores) {
		for i := range 5 {
			must(t, s.Sessions.Create(t.Context(), session.Restore(sessionOf(acme, session.ID(fmt.Sprint("s", i))))))
			must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, customer.ID(fmt.Sprint("c", i)), ""))))
			st := connectionOf(acme, connection.ID(fmt.Sprint("n", 9-i)), customer.ID(fmt.Sprint("c", i)))
			must(t, s.Connections.Create(t.Context(), connection.Restore(st)))
		}
		for what, c := range map[string]struct{ found, want []string }{
			"customers": {
				identifiers(value(s.Customers.Several(t.Context(), acme, []customer.ID{"c3", "c9", "c1", "c3"}))(t), (*customer.Customer).ID),
				[]string{"c1", "c3"},
			},
			"no customers": {identifiers(value(s.Customers.Several(t.Context(), acme, nil))(t), (*customer.Customer).ID), nil},
			"connections": {
				identifiers(value(s.Connections.Several(t.Context(), acme, []connection.ID{"n5", "n0", "n9"}))(t), (*connection.Connection).ID),
				[]string{"n5", "n9"},
			},
			"sessions": {
				identifiers(value(s.Sessions.Several(t.Context(), acme, []session.ID{"s4", "s9", "s0"}))(t), (*session.Session).ID),
				[]string{"s0", "s4"},
			},
			"connections of customers": {
				identifiers(value(s.Connections.ByCustomer(t.Context(), acme, "c0", "c9", "c2"))(t), (*connection.Connection).ID),
				[]string{"n7", "n9"},
			},
			"connections of nobody": {identifiers(value(s.Connections.ByCustomer(t.Context(), acme))(t), (*connection.Connection).ID), nil},
		} {
			if slices.Sort(c.found); !slices.Equal(c.found, c.want) {
				t.Errorf("%s: found are %q, not %q", what, c.found, c.want)
			}
		}
	},
}

var beginnings = []string{
	"", " ", "g", "G", "gö", "GÖTEBORGS STAD", " göteborgs ", "go", "å", "Ä", "ö", "1", "100", "1001", "c", "c1", "%", "5%", "_", "solna_",
	"stad", "x",
}

// begin reports whether the text is there and begins so.
func begin(text, beginning string) bool { return text != "" && strings.HasPrefix(text, beginning) }

// inOrder returns the identifiers of what is sorted by a text that goes before them.
func inOrder(all []string) (ids []string) {
	for _, each := range slices.Sorted(slices.Values(all)) {
		ids = append(ids, each[strings.Index(each, "\x00")+1:])
	}
	return ids
}

func lower(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

// expectPages reads a list by pages of several sizes.
func expectPages(t *testing.T, what string, want []string, list func(after string, limit int) []string) {
	t.Helper()
	for _, limit := range []int{1, 3, 100} {
		var seen []string
		for after := ""; len(seen) <= len(want); {
			page := list(after, limit)
			seen = append(seen, page...)
			if len(page) < limit {
				break
			}
			after = page[len(page)-1]
		}
		if !slices.Equal(seen, want) {
			t.Errorf("%s: by pages of %d are found %q, not %q", what, limit, seen, want)
		}
	}
}
