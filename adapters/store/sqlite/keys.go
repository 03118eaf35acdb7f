package sqlite

import (
	"context"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/tenant"
)

type keys struct {
	collection[*apikey.Key, apikey.ID]
}

func newKeys(s *Store) keys {
	return keys{collection[*apikey.Key, apikey.ID]{s, document.Keys}}
}

// List returns the keys of a tenant.
func (k keys) List(ctx context.Context, of tenant.ID) ([]*apikey.Key, error) {
	return k.many(ctx, `tenant = ? ORDER BY id`, of)
}
