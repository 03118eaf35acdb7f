package sqlite

import (
	"context"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/store/document"
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

// ByCustomer returns the connections of a customer.
func (c connections) ByCustomer(ctx context.Context, of tenant.ID, who customer.ID) ([]*connection.Connection, error) {
	return c.many(ctx, `tenant = ? AND customer = ? ORDER BY id`, of, who)
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

// List returns a page of connections.
func (c connections) List(ctx context.Context, of tenant.ID, after connection.ID, limit int) ([]*connection.Connection, error) {
	return c.after(ctx, of, after, limit)
}
