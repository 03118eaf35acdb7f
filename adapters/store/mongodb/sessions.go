package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
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

// Remove erases one.
func (s sessions) Remove(ctx context.Context, of tenant.ID, id session.ID) error {
	return s.remove(ctx, of, id)
}

// Ended returns sessions that ended before the time, the first first.
func (s sessions) Ended(
	ctx context.Context, of tenant.ID, status session.Status, before time.Time, limit int,
) ([]*session.Session, error) {
	return s.many(ctx, bson.D{
		e("tenant_id", of), e("doc.status", status.String()), e("doc.ended_at", bson.D{e("$lt", document.Stamp(before).String())}),
	}, bson.D{e("doc.ended_at", 1)}, limit)
}

// ByEmail returns sessions of a person.
func (s sessions) ByEmail(ctx context.Context, of tenant.ID, email string, after session.ID, limit int) ([]*session.Session, error) {
	return s.many(ctx, bson.D{
		e("tenant_id", of), e("doc.email", email), e("_id", bson.D{e("$gt", key(of, string(after)))}),
	}, byID, limit)
}
