package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

type links struct {
	collection[*connection.Link, connection.LinkID]
}

func newLinks(s *Store) links { return links{keep(s, document.Links)} }

// ByConnection returns the links of a connection.
func (l links) ByConnection(ctx context.Context, of tenant.ID, c connection.ID) ([]*connection.Link, error) {
	return l.many(ctx, bson.D{e("tenant_id", of), e("doc.connection", c)}, byID, 0)
}
