package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/throttle"
)

type throttles struct {
	collection[*throttle.Throttle, throttle.ID]
}

func newThrottles(s *Store) throttles {
	return throttles{collection[*throttle.Throttle, throttle.ID]{s, document.Throttles}}
}

// Sweep removes throttles whose time is over.
func (t throttles) Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	return t.sweep(ctx, now, limit)
}
