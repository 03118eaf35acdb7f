package storetest

import (
	"slices"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

// places are connections, two of them of one name. What expectFree compares is due in their order.
var places = []port.ConnectionOf{{Tenant: acme, Connection: "n1"}, {Tenant: acme, Connection: "n2"}, {Tenant: globex, Connection: "n1"}}

// expectFree asks for as many as there should be, so that what is busy must not count.
func expectFree(t *testing.T, found func(busy []port.ConnectionOf, limit int) []port.ConnectionOf) {
	t.Helper()
	on := func(of tenant.ID, id connection.ID) port.ConnectionOf {
		return port.ConnectionOf{Tenant: of, Connection: id}
	}
	for name, c := range map[string]struct{ busy, want []port.ConnectionOf }{
		"none":                             {nil, places},
		"the one that waits the longest":   {places[:1], places[1:]},
		"all of a tenant":                  {places[:2], places[2:]},
		"one of the name, and one without": {[]port.ConnectionOf{on(globex, "n1"), on(globex, "n2"), on(initech, "n1")}, places[:2]},
		"all":                              {places, nil},
	} {
		if got := found(c.busy, max(1, len(c.want))); !sameMembers(got, c.want) {
			t.Errorf("busy is %s: found %v, not %v", name, got, c.want)
		}
	}
}

func sameMembers(a, b []port.ConnectionOf) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(c port.ConnectionOf) bool { return !slices.Contains(b, c) })
}
