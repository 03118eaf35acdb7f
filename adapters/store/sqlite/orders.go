package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

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
	return orders{listing[*order.Order, order.Status, order.ID]{
		collection[*order.Order, order.ID]{s, document.Orders}, order.ParseStatus,
	}}
}

// NextNumber counts.
func (o orders) NextNumber(ctx context.Context, of tenant.ID) (number int64, err error) {
	err = o.store.transact(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx,
			`INSERT INTO order_numbers (tenant, last) VALUES (?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last`, of,
		).Scan(&number)
	})
	return number, err
}

// Create stores a new order with its contents.
func (o orders) Create(ctx context.Context, a *order.Order, c *cart.Cart, d *transfer.Document) error {
	s := a.Snapshot()
	of, id := s.Tenant, s.ID
	encoded, err := o.Encode(a)
	cartText, cartErr := document.OrderCarts.Encode(c)
	documentText, documentErr := document.OrderDocuments.Encode(d)
	names, namesErr := document.Encode(document.NamesOfLines(c, d.Mapped))
	if err := errors.Join(err, cartErr, documentErr, namesErr); err != nil {
		return err
	}
	return o.store.transact(ctx, func(tx *sql.Tx) error {
		// Asked for first: an order sent twice has the identifier and the cart id, and SQLite names either one.
		var exists bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM orders WHERE `+byID+`)`, of, id).Scan(&exists); err != nil {
			return err
		}
		if exists {
			return order.ErrExists
		}
		if err := o.insert(ctx, tx, encoded); errors.Is(err, order.ErrExists) { // which would have been found
			return order.ErrCartID.Because(errors.Unwrap(err))
		} else if err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO order_contents (tenant, id, cart, document) VALUES (?, ?, ?, ?)`, of, id, cartText, documentText)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO order_lines (tenant, connection, kind, name, id, created_at)
SELECT ?, ?, value ->> 0, value ->> 1, ?, ? FROM json_each(?) WHERE value ->> 1 <> '' ON CONFLICT DO NOTHING`,
			of, s.Connection, id, document.Stamp(s.CreatedAt).String(), names)
		return err
	})
}

// Cart returns the cart of an order.
func (o orders) Cart(ctx context.Context, of tenant.ID, id order.ID) (*cart.Cart, error) {
	return content(ctx, o.collection, document.OrderCarts, `SELECT cart FROM order_contents WHERE `+byID, of, id)
}

// Document returns the document of an order.
func (o orders) Document(ctx context.Context, of tenant.ID, id order.ID) (*transfer.Document, error) {
	return content(ctx, o.collection, document.OrderDocuments, `SELECT document FROM order_contents WHERE `+byID, of, id)
}

// ByCartID finds the order of a connection by its cart id.
func (o orders) ByCartID(ctx context.Context, of tenant.ID, c connection.ID, cartID string) (*order.Order, error) {
	found, err := o.one(ctx, `tenant = ? AND cart_id = ? AND connection = ?`, of, cartID, c)
	if errors.Is(err, order.ErrNotFound) {
		return nil, order.ErrNoCart
	}
	return found, err
}

// ByReference finds orders by what they are called.
func (o orders) ByReference(ctx context.Context, of tenant.ID, text string, limit int) (found []*order.Order, err error) {
	for column, value := range document.References(text) {
		some, err := o.many(ctx, `tenant = ? AND `+column+` = ? `+newestFirst, of, value, limit)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return document.Newest(found, limit), nil
}

// ByLine finds the orders of a connection by names of their lines.
func (o orders) ByLine(ctx context.Context, of tenant.ID, c connection.ID, q port.LineQuery, limit int) ([]*order.Order, error) {
	names, err := document.Encode(document.LineNames(q.Keys, q.SKUs))
	if err != nil {
		return nil, err
	}
	return o.many(ctx, `tenant = ? AND id IN (`+newestByLine+`) ORDER BY created_at DESC, id DESC`, of, of, c, names, limit)
}

// newestByLine sorts, since it asks for orders by several names at once: the identifiers and times alone.
const newestByLine = `
  SELECT id FROM order_lines
  WHERE tenant = ? AND connection = ? AND (kind, name) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))
  GROUP BY id ORDER BY created_at DESC, id DESC LIMIT ?
`

// Feed returns a page of the orders in a status.
func (o orders) Feed(ctx context.Context, of tenant.ID, q port.FeedQuery) ([]*order.Order, error) {
	return o.many(ctx,
		`tenant = ? AND status = ? AND (status_since, id) > (?, ?) AND test <= ? ORDER BY status_since, id LIMIT ?`,
		of, q.Status.String(), document.Stamp(q.AfterSince).String(), q.AfterID, q.IncludeTest, q.Limit)
}

// Overdue returns orders that await their completion although their time is over, the longest first.
func (o orders) Overdue(ctx context.Context, now time.Time, limit int) ([]*order.Order, error) {
	return o.many(ctx, `due <= ? ORDER BY due LIMIT ?`, document.Stamp(now).String(), limit)
}

// ToPush returns orders whose push is due, the longest first.
func (o orders) ToPush(ctx context.Context, now time.Time, busy []port.ConnectionOf, limit int) ([]*order.Order, error) {
	except, err := encodeConnections(busy)
	if err != nil {
		return nil, err
	}
	return o.many(ctx, `push_due <= ? AND `+notBusy+` ORDER BY push_due LIMIT ?`, document.Stamp(now).String(), except, limit)
}

// Remove erases one.
func (o orders) Remove(ctx context.Context, of tenant.ID, id order.ID) error {
	return o.remove(ctx, of, id, "order_contents", "order_lines")
}
