package sqlite

import (
	"context"

	"time"

	"github.com/punchgate/punchgate/adapters/store/document"

	"github.com/punchgate/punchgate/domain/session"
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
