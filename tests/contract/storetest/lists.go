package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

var listCases = map[string]func(*testing.T, port.Stores){
	"a list goes by pages in the order of the identifiers, each once": func(t *testing.T, s port.Stores) {
		var ids []string
		for i := range 25 {
			ids = append(ids, fmt.Sprintf("%c-%d", "az09_"[i%5], i)) // in this order no engine has them by itself
		}
		for i := range ids {
			id := ids[i*7%len(ids)] // each once, in no order
			must(t, s.Tenants.Create(t.Context(), tenant.Restore(tenantOf(tenant.ID(id)))))
			must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, customer.ID(id), id))))
			must(t, s.Connections.Create(t.Context(), connection.Restore(connectionOf(acme, connection.ID(id), "c1"))))
			must(t, s.Links.Create(t.Context(), connection.RestoreLink(linkOf(acme, connection.LinkID(id), "n1"))))
			must(t, s.Links.Create(t.Context(), connection.RestoreLink(linkOf(globex, connection.LinkID(id), ""))))
			must(t, s.Keys.Create(t.Context(), apikey.Restore(keyOf(acme, apikey.ID(id)))))
		}
		slices.Sort(ids)
		ctx := t.Context()
		for name, list := range map[string]func(after string, limit int) []string{
			"Tenants.List": func(after string, limit int) []string {
				return identifiers(value(s.Tenants.List(ctx, tenant.ID(after), limit))(t), (*tenant.Tenant).ID)
			},
			"Customers.List": func(after string, limit int) []string {
				q := port.CustomerQuery{After: customer.ID(after), Limit: limit}
				return identifiers(value(s.Customers.List(ctx, acme, q))(t), (*customer.Customer).ID)
			},
			"Connections.List": func(after string, limit int) []string {
				q := port.ConnectionQuery{After: connection.ID(after), Limit: limit}
				return identifiers(value(s.Connections.List(ctx, acme, q))(t), (*connection.Connection).ID)
			},
		} {
			t.Run(name, func(t *testing.T) {
				var seen []string
				for page := list("", 10); len(page) > 0; page = list(page[len(page)-1], 10) {
					seen = append(seen, page...)
					if len(page) > 10 || len(seen) > len(ids) {
						t.Fatalf("a page of 10 has %d; all pages until it, %q", len(page), seen)
					}
				}
				if !slices.Equal(seen, ids) {
					t.Errorf("the pages hold %q, not %q", seen, ids)
				}
				if page := list(ids[4], 2); !slices.Equal(page, ids[5:7]) {
					t.Errorf("after %s come %q", ids[4], page)
				}
			})
		}
		for name, all := range map[string][]string{
			"Connections.ByCustomer":            identifiers(value(s.Connections.ByCustomer(ctx, acme, "c1"))(t), (*connection.Connection).ID),
			"Links.ByConnection":                identifiers(value(s.Links.ByConnection(ctx, acme, "n1"))(t), linkID),
			"Links.ByConnection of the network": identifiers(value(s.Links.ByConnection(ctx, globex, ""))(t), linkID),
			"Keys.List":                         identifiers(value(s.Keys.List(ctx, acme))(t), keyID),
		} {
			if !slices.Equal(all, ids) {
				t.Errorf("%s holds %q, not %q", name, all, ids)
			}
		}
	},

	"the connections of a customer and the links of a connection, or of the network, are theirs alone": func(t *testing.T, s port.Stores) {
		must(t, s.Connections.Create(t.Context(), connection.Restore(connectionOf(acme, "n1", "c1"))))
		must(t, s.Connections.Create(t.Context(), connection.Restore(connectionOf(acme, "n2", "c2"))))
		must(t, s.Links.Create(t.Context(), connection.RestoreLink(linkOf(acme, "l1", "n1"))))
		must(t, s.Links.Create(t.Context(), connection.RestoreLink(linkOf(acme, "l2", "n2"))))
		must(t, s.Links.Create(t.Context(), connection.RestoreLink(linkOf(acme, "l3", ""))))
		if found := value(s.Connections.ByCustomer(t.Context(), acme, "c2"))(t); len(found) != 1 || found[0].ID() != "n2" {
			t.Errorf("the customer has %d connections", len(found))
		}
		if found := value(s.Links.ByConnection(t.Context(), acme, "n2"))(t); len(found) != 1 || found[0].Snapshot().ID != "l2" {
			t.Errorf("the connection has %d links", len(found))
		}
		if found := value(s.Links.ByConnection(t.Context(), acme, ""))(t); len(found) != 1 || found[0].Snapshot().ID != "l3" {
			t.Errorf("the network has %d links", len(found))
		}
		if found := value(s.Connections.ByCustomer(t.Context(), acme, "c3"))(t); len(found) != 0 {
			t.Errorf("a customer without connections has %d", len(found))
		}
		if found := value(s.Links.ByConnection(t.Context(), acme, "n3"))(t); len(found) != 0 {
			t.Errorf("a connection without links has %d", len(found))
		}
	},
}

func linkID(l *connection.Link) connection.LinkID { return l.Snapshot().ID }
func keyID(k *apikey.Key) apikey.ID               { return k.Snapshot().ID }

func identifiers[A any, ID ~string](list []A, id func(A) ID) []string {
	var ids []string
	for _, a := range list {
		ids = append(ids, string(id(a)))
	}
	return ids
}
