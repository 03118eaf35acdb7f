package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

type orders struct {
	listing[*order.Order, order.Status, order.ID]
}

func newOrders(s *Store) orders {
	o := orders{listing[*order.Order, order.Status, order.ID]{keep(s, document.Orders), order.ParseStatus, "doc.test"}}
	o.unique = func(a *order.Order) string { return a.Snapshot().CartID }
	o.notUnique = order.ErrCartID
	o.givenUp = "doc.given_up"
	return o
}

// NextNumber counts.
func (o orders) NextNumber(ctx context.Context, of tenant.ID) (int64, error) {
	var c counter
	for {
		err := o.store.db.Collection(numbersName).FindOneAndUpdate(ctx, counterOf(of), bson.D{e("$inc", bson.D{e("last", int64(1))})},
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Decode(&c)
		if !mongo.IsDuplicateKeyError(err) { // another made the first one meanwhile
			return c.Last, failure(ctx, err)
		}
	}
}

// Create stores a new order with its contents.
func (o orders) Create(ctx context.Context, a *order.Order, c *cart.Cart, d *transfer.Document) error {
	cartText, cartErr := document.OrderCarts.Encode(c)
	documentText, documentErr := document.OrderDocuments.Encode(d)
	if err := errors.Join(cartErr, documentErr); err != nil {
		return err
	}
	s := a.Snapshot()
	return o.create(ctx, a, &contents{
		[]text{{document.OrderCarts.Name, cartText}, {document.OrderDocuments.Name, documentText}},
		&lines{s.Connection, document.NamesOfLines(c, d.Mapped), document.Stamp(s.CreatedAt)},
	})
}

// Cart returns the cart of an order.
func (o orders) Cart(ctx context.Context, of tenant.ID, id order.ID) (*cart.Cart, error) {
	return content(ctx, o.collection, document.OrderCarts, of, id)
}

// Document returns the document of an order.
func (o orders) Document(ctx context.Context, of tenant.ID, id order.ID) (*transfer.Document, error) {
	return content(ctx, o.collection, document.OrderDocuments, of, id)
}

// ByCartID finds the order of a connection by its cart id.
func (o orders) ByCartID(ctx context.Context, of tenant.ID, c connection.ID, cartID string) (*order.Order, error) {
	found, err := o.one(ctx, bson.D{e("tenant_id", of), e("doc.cart_id", cartID), e("doc.connection", c), settled})
	if errors.Is(err, order.ErrNotFound) {
		return nil, order.ErrNoCart
	}
	return found, err
}

// ByReference finds orders by what they are called.
func (o orders) ByReference(ctx context.Context, of tenant.ID, text string, limit int) (found []*order.Order, err error) {
	for member, value := range document.References(text) {
		some, err := o.many(ctx, bson.D{e("tenant_id", of), e("doc."+member, value)}, newestFirst, limit)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return document.Newest(found, limit), nil
}

// ByLine finds the orders of a connection by names of their lines, which stand among their contents.
func (o orders) ByLine(ctx context.Context, of tenant.ID, c connection.ID, q port.LineQuery, limit int) ([]*order.Order, error) {
	names := []string{}
	for _, name := range document.LineNames(q.Keys, q.SKUs) {
		names = append(names, lineName(name))
	}
	found, err := o.store.db.Collection(contentsName).Find(ctx,
		bson.D{e("tenant_id", of), e("connection", c), e("lines", bson.D{e("$in", names)})},
		options.Find().SetSort(bson.D{e("created_at", -1), e("owner", -1)}).SetProjection(bson.D{e("owner", 1), e("attempt", 1)}))
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer found.Close(ctx) //nolint:errcheck // found.Err tells of what went wrong
	var orders []*order.Order
	seen := map[bson.ObjectID]bool{}
	for len(orders) < limit && found.Next(ctx) {
		var p part
		if err := found.Decode(&p); err != nil {
			return nil, document.Unreadable(err)
		}
		if seen[p.Attempt] {
			continue
		}
		seen[p.Attempt] = true
		switch a, err := o.one(ctx, at(of, key(of, p.Owner), e("attempt", p.Attempt), settled)); {
		case err == nil:
			orders = append(orders, a)
		case !errors.Is(err, order.ErrNotFound): // which it is where the contents are of an attempt that failed
			return nil, err
		}
	}
	return orders, failure(ctx, found.Err())
}

// Feed returns a page of the orders in a status.
func (o orders) Feed(ctx context.Context, of tenant.ID, q port.FeedQuery) ([]*order.Order, error) {
	filter := bson.D{
		e("tenant_id", of), e("doc.status", q.Status.String()), page("doc.status_since", q.AfterSince, key(of, string(q.AfterID))),
	}
	if !q.IncludeTest {
		filter = append(filter, e("doc.test", false))
	}
	return o.many(ctx, filter, bson.D{e("doc.status_since", 1), e("_id", 1)}, q.Limit)
}

// Overdue returns orders that await their completion although their time is over, the longest first.
func (o orders) Overdue(ctx context.Context, now time.Time, limit int) ([]*order.Order, error) {
	return o.due(ctx, "doc.due", now, nil, limit)
}

// ToPush returns orders whose push is due, the longest first.
func (o orders) ToPush(ctx context.Context, now time.Time, busy []port.ConnectionOf, limit int) ([]*order.Order, error) {
	return o.due(ctx, "doc.push.due", now, busy, limit)
}

// Remove erases one.
func (o orders) Remove(ctx context.Context, of tenant.ID, id order.ID) error {
	return o.remove(ctx, of, id)
}
