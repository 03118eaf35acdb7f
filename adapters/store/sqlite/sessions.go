package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

type sessions struct {
	collection[*session.Session, session.ID]
}

func newSessions(s *Store) sessions {
	return sessions{collection[*session.Session, session.ID]{s, document.Sessions}}
}

// Due returns open sessions whose time is over, the longest first.
func (s sessions) Due(ctx context.Context, now time.Time, limit int) ([]*session.Session, error) {
	return s.many(ctx, `due <= ? ORDER BY due LIMIT ?`, document.Stamp(now).String(), limit)
}

// Remove erases one.
func (s sessions) Remove(ctx context.Context, of tenant.ID, id session.ID) error {
	return s.remove(ctx, of, id)
}

// Ended returns sessions that ended before the time, the first first.
func (s sessions) Ended(
	ctx context.Context, of tenant.ID, status session.Status, before time.Time, limit int,
) ([]*session.Session, error) {
	return s.many(ctx, `tenant = ? AND status = ? AND ended_at < ? ORDER BY ended_at LIMIT ?`,
		of, status.String(), document.Stamp(before).String(), limit)
}

// ByEmail returns sessions of a person.
func (s sessions) ByEmail(ctx context.Context, of tenant.ID, key string, after session.ID, limit int) ([]*session.Session, error) {
	return s.many(ctx, `tenant = ? AND email = ? AND id > ? ORDER BY id LIMIT ?`, of, key, after, limit)
}
