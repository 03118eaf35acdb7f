package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

// listing keeps a kind that is listed by when its aggregates were created. Each combination of filters has an index of its own, which
// begins with what is filtered and goes on with the order of the list.
type listing[A any, S fmt.Stringer, ID ~string] struct {
	collection[A, ID]
	parse func(name string) (S, error)
	test  string // where it stands whether it is a test
}

const createdAt = "doc.created_at"

var newestFirst = bson.D{e(createdAt, -1), e("_id", -1)}

// List returns a page.
func (l listing[A, S, ID]) List(ctx context.Context, of tenant.ID, f port.Filter[S], p port.Page[ID]) ([]A, error) {
	return l.page(ctx, of, selection(of, f), f.Created, p)
}

// page returns a page of what the filter selects and was created in the span.
func (l listing[A, S, ID]) page(ctx context.Context, of tenant.ID, filter bson.D, s port.Span, p port.Page[ID]) ([]A, error) {
	if p.BeforeAt.IsZero() {
		return l.many(ctx, append(filter, created(s)), newestFirst, p.Limit)
	}
	at := document.Stamp(p.BeforeAt).String()
	return l.many(ctx, append(filter,
		e(createdAt, bson.D{e("$gte", document.Stamp(s.From).String()), e("$lte", at)}),
		e("$or", bson.A{
			bson.D{e(createdAt, bson.D{e("$lt", at)})},
			bson.D{e("_id", bson.D{e("$lt", key(of, string(p.BeforeID)))})},
		}),
	), newestFirst, p.Limit)
}

// Count counts within the index, and so does not ask what is settled.
func (l listing[A, S, ID]) Count(ctx context.Context, of tenant.ID, f port.Filter[S]) (int, error) {
	n, err := l.in.CountDocuments(ctx, append(selection(of, f), created(f.Created)))
	return int(n), failure(ctx, err)
}

// Tally counts within the index, as Count does.
func (l listing[A, S, ID]) Tally(ctx context.Context, of tenant.ID, s port.Span) ([]port.Tally[S], error) {
	found, err := l.in.Aggregate(ctx, mongo.Pipeline{
		bson.D{e("$match", bson.D{e("tenant_id", of), created(s)})},
		bson.D{e("$group", bson.D{
			e("_id", bson.D{
				e("hour", bson.D{e("$substrBytes", bson.A{"$" + createdAt, 0, document.HourLength})}),
				e("connection", "$doc.connection"), e("status", "$doc.status"), e("test", "$"+l.test),
			}),
			e("count", bson.D{e("$sum", 1)}),
		})},
	})
	if err != nil {
		return nil, failure(ctx, err)
	}
	var groups []struct {
		ID struct {
			Hour       string        `bson:"hour"`
			Connection connection.ID `bson:"connection"`
			Status     string        `bson:"status"`
			Test       bool          `bson:"test"`
		} `bson:"_id"`
		Count int `bson:"count"`
	}
	if err := found.All(ctx, &groups); err != nil {
		return nil, failure(ctx, err)
	}
	counts := map[document.Tallied]int{}
	for _, g := range groups {
		counts[document.Tallied(g.ID)] = g.Count
	}
	return document.Tallies(counts, l.parse)
}

// selection is what all look-ups of a filter have in common.
func selection[S fmt.Stringer](of tenant.ID, f port.Filter[S]) bson.D {
	filter := bson.D{e("tenant_id", of)}
	if f.Connection != "" {
		filter = append(filter, e("doc.connection", f.Connection))
	}
	if status := f.Status.String(); status != "" {
		filter = append(filter, e("doc.status", status))
	}
	return filter
}

// created selects what was created in a span of time.
func created(s port.Span) bson.E {
	bounds := bson.D{e("$gte", document.Stamp(s.From).String())}
	if !s.To.IsZero() {
		bounds = append(bounds, e("$lt", document.Stamp(s.To).String()))
	}
	return e(createdAt, bounds)
}
