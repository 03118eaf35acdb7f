package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/tenant"
)

type keys struct {
	collection[*apikey.Key, apikey.ID]
}

func newKeys(s *Store) keys { return keys{keep(s, document.Keys)} }

// List returns the keys of a tenant.
func (k keys) List(ctx context.Context, of tenant.ID) ([]*apikey.Key, error) {
	return k.many(ctx, bson.D{e("tenant_id", of)}, byID, 0)
}
