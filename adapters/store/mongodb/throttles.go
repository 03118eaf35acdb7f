package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/throttle"
)

type throttles struct {
	collection[*throttle.Throttle, throttle.ID]
}

func newThrottles(s *Store) throttles {
	t := throttles{keep(s, document.Throttles)}
	t.further = func(a *throttle.Throttle) bson.D { return bson.D{expires(a.Snapshot().ExpiresAt)} }
	return t
}

// Sweep removes throttles whose time is over.
func (t throttles) Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	return t.sweep(ctx, now, limit)
}
