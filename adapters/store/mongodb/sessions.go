package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

type sessions struct {
	listing[*session.Session, session.Status, session.ID]
}

func newSessions(s *Store) sessions {
	all := sessions{listing[*session.Session, session.Status, session.ID]{
		keep(s, document.Sessions), session.ParseStatus, "doc.visit.test",
	}}
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

// ByEmail returns a page of the sessions of a person.
func (s sessions) ByEmail(ctx context.Context, of tenant.ID, key string, p port.Page[session.ID]) ([]*session.Session, error) {
	return s.page(ctx, of, bson.D{e("tenant_id", of), e("doc.email", key)}, port.Span{}, p)
}
