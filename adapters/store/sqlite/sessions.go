package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

type sessions struct {
	listing[*session.Session, session.Status, session.ID]
}

func newSessions(s *Store) sessions {
	return sessions{listing[*session.Session, session.Status, session.ID]{
		collection[*session.Session, session.ID]{s, document.Sessions}, session.ParseStatus,
	}}
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

// ByEmail returns a page of the sessions of a person.
func (s sessions) ByEmail(ctx context.Context, of tenant.ID, key string, p port.Page[session.ID]) ([]*session.Session, error) {
	before, id := place(p, port.Span{})
	return s.many(ctx, `tenant = ? AND email = ? AND (created_at, id) < (?, ?) `+newestFirst, of, key, before, id, p.Limit)
}
