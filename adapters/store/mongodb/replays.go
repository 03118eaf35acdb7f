package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/replay"
)

type replays struct {
	collection[*replay.Replay, replay.ID]
}

func newReplays(s *Store) replays {
	r := replays{keep(s, document.Replays)}
	r.further = func(a *replay.Replay) bson.D { return bson.D{expires(a.Snapshot().ExpiresAt)} }
	return r
}

// Sweep removes calls whose time is over.
func (r replays) Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	return r.sweep(ctx, now, limit)
}
