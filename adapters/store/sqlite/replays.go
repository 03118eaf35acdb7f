package sqlite

import (
	"context"
	"database/sql"
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
	err = r.store.transact(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx,
			`DELETE FROM replays WHERE (tenant, id) IN (SELECT tenant, id FROM replays WHERE expires_at <= ? LIMIT ?)`,
			document.Stamp(now).String(), limit)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		removed = int(n)
		return err
	})
	return removed, err
}
