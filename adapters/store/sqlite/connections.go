package sqlite

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

type connections struct {
	collection[*connection.Connection, connection.ID]
}

func newConnections(s *Store) connections {
	return connections{collection[*connection.Connection, connection.ID]{s, document.Connections}}
}

// ByCustomer returns the connections of customers.
func (c connections) ByCustomer(ctx context.Context, of tenant.ID, who ...customer.ID) ([]*connection.Connection, error) {
	ids, err := document.Encode(who)
	if err != nil {
		return nil, err
	}
	found, err := c.many(ctx, `tenant = ? AND customer IN (SELECT value FROM json_each(?))`, of, ids)
	slices.SortFunc(found, func(a, b *connection.Connection) int { return cmp.Compare(a.ID(), b.ID()) })
	return found, err
}

// ByIdentity returns the connections of identities. The table has the identity alone: SQLite compares domains without
// regard to case only as far as they are ASCII.
func (c connections) ByIdentity(ctx context.Context, of tenant.ID, from []connection.Identity) ([]*connection.Connection, error) {
	names := make([]string, len(from))
	for i := range from {
		names[i] = strings.TrimSpace(from[i].ID)
	}
	ids, err := document.Encode(names)
	if err != nil {
		return nil, err
	}
	found, err := c.many(ctx, `tenant = ? AND id IN (
  SELECT connection FROM connection_identities WHERE tenant = ? AND identity IN (SELECT value FROM json_each(?))
) ORDER BY id`, of, of, ids)
	return slices.DeleteFunc(found, func(each *connection.Connection) bool {
		login := each.Profile().Login
		return !login.MatchesFrom(from)
	}), err
}

// List returns a page of connections. A sign keeps SQLite from the index of a filter, which would not give the order.
func (c connections) List(ctx context.Context, of tenant.ID, q port.ConnectionQuery) ([]*connection.Connection, error) {
	names := document.ConnectionNames(q.Beginning, q.ByName)
	return document.Search(names, q.After, q.Limit, document.Source[*connection.Connection, connection.ID]{
		ID:  (*connection.Connection).ID,
		Get: func(id connection.ID) (*connection.Connection, error) { return c.Get(ctx, of, id) },
		Read: func(p document.Part) ([]*connection.Connection, error) {
			byID := p.Member == document.ID
			switch {
			case q.Customer != "" && q.Format != "":
				return c.part(ctx, of, p, filter("customer", byID)+filter("format", false), q.Customer, q.Format)
			case q.Customer != "":
				return c.part(ctx, of, p, filter("customer", byID), q.Customer)
			case q.Format != "":
				return c.part(ctx, of, p, filter("format", byID), q.Format)
			default:
				return c.part(ctx, of, p, "")
			}
		},
	})
}

// filter returns a further condition, which finds by an index or not.
func filter(column string, indexed bool) string {
	if indexed {
		return ` AND ` + column + ` = ?`
	}
	return ` AND +` + column + ` = ?`
}
