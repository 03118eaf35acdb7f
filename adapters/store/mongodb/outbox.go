package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/tenant"
)

const (
	outboxDue     = "doc.outbox.due"
	outboxGivenUp = "doc.outbox.given_up_at"
)

// ToTell returns aggregates whose outbox is due, the longest first, of the kinds that have one.
func (c collection[A, ID]) ToTell(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]A, error) {
	filter := dueBy(outboxDue, now, nil)
	if len(busy) > 0 {
		filter = append(filter, e("tenant_id", bson.D{e("$nin", busy)}))
	}
	return c.many(ctx, filter, bson.D{e(outboxDue, 1)}, limit)
}

// GivenUp returns a page of the aggregates of which a delivery was given up, of the kinds that have any.
func (c collection[A, ID]) GivenUp(ctx context.Context, of tenant.ID, q port.GivenUpQuery) ([]A, error) {
	return c.many(ctx, bson.D{e("tenant_id", of), page(c.givenUp, q.AfterSince, key(of, q.AfterID))},
		bson.D{e(c.givenUp, 1), e("_id", 1)}, q.Limit)
}
