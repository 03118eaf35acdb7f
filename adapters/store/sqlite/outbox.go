package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ToTell returns aggregates whose outbox is due, the longest first, of the kinds that have one.
func (c collection[A, ID]) ToTell(ctx context.Context, now time.Time, busy []tenant.ID, limit int) ([]A, error) {
	except, err := document.Encode(append([]tenant.ID{}, busy...)) // an empty list, too: to SQL, nothing is outside of null
	if err != nil {
		return nil, err
	}
	return c.many(ctx, `tell_due <= ? AND tenant NOT IN (SELECT value FROM json_each(?)) ORDER BY tell_due LIMIT ?`,
		document.Stamp(now).String(), except, limit)
}

// GivenUp returns a page of the aggregates of which a delivery was given up, of the kinds that have any.
func (c collection[A, ID]) GivenUp(ctx context.Context, of tenant.ID, q port.GivenUpQuery) ([]A, error) {
	return c.many(ctx, `tenant = ? AND given_up IS NOT NULL AND (given_up, id) > (?, ?) ORDER BY given_up, id LIMIT ?`,
		of, document.Stamp(q.AfterSince).String(), q.AfterID, q.Limit)
}
