package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
)

// due returns what is due, the longest first, of all tenants but of none of the busy connections.
func (c collection[A, ID]) due(ctx context.Context, field string, now time.Time, busy []port.ConnectionOf, limit int) ([]A, error) {
	return c.many(ctx, dueBy(field, now, busy), bson.D{e(field, 1)}, limit)
}

func dueBy(field string, now time.Time, busy []port.ConnectionOf) bson.D {
	filter := bson.D{e(field, bson.D{e("$lte", document.Stamp(now).String())})}
	if len(busy) == 0 {
		return filter
	}
	none := bson.A{}
	for _, b := range busy {
		none = append(none, bson.D{e("tenant_id", b.Tenant), e("doc.connection", b.Connection)})
	}
	return append(filter, e("$nor", none))
}

// page selects what comes after a time and an identifier, in an order by both.
func page(field string, since time.Time, after string) bson.E {
	text := document.Stamp(since).String()
	return e("$or", bson.A{
		bson.D{e(field, bson.D{e("$gt", text)})},
		bson.D{e(field, text), e("_id", bson.D{e("$gt", after)})},
	})
}

// expires is the field by which the server removes by itself what is long over, should nobody sweep; see ttl. It has the
// milliseconds that a date of BSON has.
func expires(at time.Time) bson.E { return e("expires_at", at) }

// sweep removes at most limit aggregates, of any tenant, whose time to be kept is over.
func (c collection[A, ID]) sweep(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	over := e("doc.expires_at", bson.D{e("$lte", document.Stamp(now).String())})
	found, err := c.in.Find(ctx, bson.D{e("expires_at", bson.D{e("$lte", now)}), over},
		options.Find().SetLimit(int64(limit)).SetProjection(bson.D{e("tenant_id", 1)}))
	if err != nil {
		return 0, failure(ctx, err)
	}
	var all []envelope
	if err := found.All(ctx, &all); err != nil {
		return 0, failure(ctx, err)
	}
	for _, each := range all {
		result, err := c.in.DeleteOne(ctx, at(each.Tenant, each.ID, over)) // unless it was prolonged meanwhile
		if err != nil {
			return removed, failure(ctx, err)
		}
		removed += int(result.DeletedCount)
	}
	return removed, nil
}
