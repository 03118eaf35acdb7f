package storetest

import (
	"slices"
	"testing"
	"unicode"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
)

var duns = connection.Identity{Domain: "DUNS", ID: "550001234"}

// called gives a connection its From identities.
func called(st connection.State, from ...connection.Identity) connection.State {
	st.Profile.Login.From = from
	return st
}

var identityCases = map[string]func(*testing.T, port.Stores){
	"a connection is found by an identity, with the domain in any case and both trimmed": func(t *testing.T, s port.Stores) {
		must(t, s.Connections.Create(t.Context(), connection.Restore(called(connectionOf(acme, "n1", "c1"),
			connection.Identity{Domain: "Ändamål", ID: "Stad-1"}, connection.Identity{Domain: " NetworkID", ID: blanks() + "AN01" + blanks()}))))
		must(t, s.Connections.Create(t.Context(), connection.Restore(called(connectionOf(acme, "n2", "c1"),
			connection.Identity{Domain: "Ändamål", ID: "stad-1"}))))
		for _, c := range []struct {
			domain, id string
			want       []string
		}{
			{"Ändamål", "Stad-1", []string{"n1"}},
			{" äNDAMÅL\t", "\u3000Stad-1\r\n", []string{"n1"}},
			{"ändamål", "stad-1", []string{"n2"}},
			{"networkid", "AN01", []string{"n1"}},
			{"Ändamål", "STAD-1", nil},
			{"Ändamål", "Stad", nil},
			{"Ändamål", "Stad-%", nil},
			{"Ändamål", "", nil},
			{"NetworkID", "Stad-1", nil},
			{"", "Stad-1", nil},
		} {
			if found := byIdentity(t, s, connection.Identity{Domain: c.domain, ID: c.id}); !slices.Equal(found, c.want) {
				t.Errorf("%q of %q leads to %q, not %q", c.id, c.domain, found, c.want)
			}
		}
	},

	"of several identities any finds a connection, each once and in the order of their identifiers": func(t *testing.T, s port.Stores) {
		other := connection.Identity{Domain: "NetworkID", ID: "AN01"}
		for id, from := range map[connection.ID][]connection.Identity{"n3": {duns}, "n1": {other, duns}, "n2": {other}, "n4": nil} {
			must(t, s.Connections.Create(t.Context(), connection.Restore(called(connectionOf(acme, id, "c1"), from...))))
		}
		for _, c := range []struct{ asked, want []string }{
			{[]string{"d"}, []string{"n1", "n3"}}, {[]string{"o"}, []string{"n1", "n2"}}, {[]string{"d", "o", "d"}, []string{"n1", "n2", "n3"}}, {},
		} {
			var from []connection.Identity
			for _, name := range c.asked {
				from = append(from, map[string]connection.Identity{"d": duns, "o": other}[name])
			}
			if found := byIdentity(t, s, from...); !slices.Equal(found, c.want) {
				t.Errorf("%v lead to %q, not %q", from, found, c.want)
			}
		}
	},

	"a connection is found by its identities as they are now, and by From alone": func(t *testing.T, s port.Stores) {
		next := connection.Identity{Domain: "DUNS", ID: "550009876"}
		st := called(connectionOf(acme, "n1", "c1"), duns)
		st.Profile.Login.To, st.Profile.Login.Sender = []connection.Identity{next}, []connection.Identity{next}
		must(t, s.Connections.Create(t.Context(), connection.Restore(st)))
		if found := byIdentity(t, s, next); len(found) != 0 {
			t.Errorf("a To and Sender leads to %q", found)
		}
		value(s.Connections.Update(t.Context(), acme, "n1", func(c *connection.Connection) error {
			*c = *connection.Restore(called(c.Snapshot(), next))
			return nil
		}))(t)
		if found := byIdentity(t, s, next); !slices.Equal(found, []string{"n1"}) {
			t.Errorf("the new identity leads to %q", found)
		}
		if found := byIdentity(t, s, duns); len(found) != 0 {
			t.Errorf("the old identity leads to %q", found)
		}
	},
}

// blanks returns every character that is trimmed.
func blanks() (all string) {
	for r := range unicode.MaxRune {
		if unicode.IsSpace(r) {
			all += string(r)
		}
	}
	return all
}

func byIdentity(t *testing.T, s port.Stores, from ...connection.Identity) []string {
	t.Helper()
	return identifiers(value(s.Connections.ByIdentity(t.Context(), acme, from))(t), (*connection.Connection).ID)
}
