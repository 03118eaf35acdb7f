package sqlite

import (
	"context"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

type links struct {
	collection[*connection.Link, connection.LinkID]
}

func newLinks(s *Store) links {
	return links{collection[*connection.Link, connection.LinkID]{s, document.Links}}
}

// ByConnection returns the links of a connection.
func (l links) ByConnection(ctx context.Context, of tenant.ID, c connection.ID) ([]*connection.Link, error) {
	return l.many(ctx, `tenant = ? AND connection = ? ORDER BY id`, of, c)
}
