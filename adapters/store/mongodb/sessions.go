package mongodb

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
	all := sessions{keep(s, document.Sessions)}
	all.givenUp = outboxGivenUp
	return all
}

// Due returns open sessions whose time is over, the longest first.
func (s sessions) Due(ctx context.Context, now time.Time, limit int) ([]*session.Session, error) {
	return s.due(ctx, "doc.due", now, nil, limit)
}
