package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/replay"
)

type replays struct {
	collection[*replay.Replay, replay.ID]
}

func newReplays(s *Store) replays {
	return replays{collection[*replay.Replay, replay.ID]{s, document.Replays}}
}

// Sweep removes calls whose time is over.
func (r replays) Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	return r.sweep(ctx, now, limit)
}
