package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

type orders struct {
	collection[*order.Order, order.ID, orderDoc]
}

func newOrders(s *Store) orders {
	return orders{collection[*order.Order, order.ID, orderDoc]{
		s, "orders", order.ErrNotFound, order.ErrCartID, packOrder, orderDoc.unpack,
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
	insert, err := o.insert(a)
	cartText, cartErr := encode(c)
	documentText, documentErr := encode(packDocument(d))
	names, namesErr := encode(linesOf(c, d.Mapped))
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
		if err := insert(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO order_contents (tenant, id, cart, document) VALUES (?, ?, ?, ?)`, of, id, cartText, documentText)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO order_lines (tenant, connection, kind, name, id, created_at)
SELECT ?, ?, value ->> 0, value ->> 1, ?, ? FROM json_each(?) WHERE value ->> 1 <> '' ON CONFLICT DO NOTHING`,
			of, s.Connection, id, stamp(s.CreatedAt).String(), names)
		return err
	})
}

// lineName names a line of an order: its kind, which the table order_lines explains, and the key or article number.
type lineName [2]string

func lineNames(keys, skus []string) (names []lineName) {
	for _, key := range keys {
		names = append(names, lineName{"key", key})
	}
	for _, sku := range skus {
		names = append(names, lineName{"sku", sku})
	}
	return names
}

// linesOf names the lines of the carts: the one that the shop sent, and the one that the procurement system got.
func linesOf(carts ...*cart.Cart) []lineName {
	var keys, skus []string
	for _, c := range carts {
		if c == nil {
			continue
		}
		for i := range c.Lines {
			keys, skus = append(keys, c.Lines[i].Key), append(skus, cmp.Or(c.Lines[i].SKU, c.Lines[i].GTIN))
		}
	}
	return lineNames(keys, skus)
}

// Cart returns the cart of an order.
func (o orders) Cart(ctx context.Context, of tenant.ID, id order.ID) (*cart.Cart, error) {
	c, err := content[cart.Cart](ctx, o.collection, `SELECT cart FROM order_contents WHERE `+byID, of, id)
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// Document returns the document of an order.
func (o orders) Document(ctx context.Context, of tenant.ID, id order.ID) (*transfer.Document, error) {
	d, err := content[documentDoc](ctx, o.collection, `SELECT document FROM order_contents WHERE `+byID, of, id)
	if err != nil {
		return nil, err
	}
	return d.unpack(), nil
}

// ByCartID finds the order of a connection by its cart id.
func (o orders) ByCartID(ctx context.Context, of tenant.ID, c connection.ID, cartID string) (*order.Order, error) {
	found, err := o.one(ctx, `tenant = ? AND cart_id = ? AND connection = ?`, of, cartID, c)
	if errors.Is(err, order.ErrNotFound) {
		return nil, order.ErrNoCart
	}
	return found, err
}

// ByLine finds the orders of a connection by names of their lines.
func (o orders) ByLine(ctx context.Context, of tenant.ID, c connection.ID, q port.LineQuery, limit int) ([]*order.Order, error) {
	names, err := encode(lineNames(q.Keys, q.SKUs))
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
		of, q.Status.String(), stamp(q.AfterSince).String(), q.AfterID, q.IncludeTest, q.Limit)
}

// Overdue returns orders that await their completion although their time is over, the longest first.
func (o orders) Overdue(ctx context.Context, now time.Time, limit int) ([]*order.Order, error) {
	return o.many(ctx, `due <= ? ORDER BY due LIMIT ?`, stamp(now).String(), limit)
}

// ToPush returns orders whose push is due, the longest first.
func (o orders) ToPush(ctx context.Context, now time.Time, busy []port.ConnectionOf, limit int) ([]*order.Order, error) {
	except, err := encodeConnections(busy)
	if err != nil {
		return nil, err
	}
	return o.many(ctx, `push_due <= ? AND `+notBusy+` ORDER BY push_due LIMIT ?`, stamp(now).String(), except, limit)
}

type orderDoc struct {
	Tenant        tenant.ID       `json:"tenant"`
	ID            order.ID        `json:"id"`
	Number        int64           `json:"number"`
	Session       session.ID      `json:"session"`
	Customer      customer.ID     `json:"customer"`
	Connection    connection.ID   `json:"connection"`
	CartID        string          `json:"cart_id"`
	Request       requestDoc      `json:"request"`
	Status        string          `json:"status"`
	Test          bool            `json:"test"`
	PurchaseOrder string          `json:"purchase_order,omitempty"`
	Document      string          `json:"document,omitempty"`
	Differences   []differenceDoc `json:"differences,omitempty"`
	ERPReference  string          `json:"erp_reference,omitempty"`
	Push          progressDoc     `json:"push,omitzero"`
	CreatedAt     stamp           `json:"created_at,omitzero"`
	TransferredAt stamp           `json:"transferred_at,omitzero"`
	ConfirmedAt   stamp           `json:"confirmed_at,omitzero"`
	ExportedAt    stamp           `json:"exported_at,omitzero"`
	StatusSince   stamp           `json:"status_since,omitzero"`
	ExpiresAt     stamp           `json:"expires_at,omitzero"`
	Due           stamp           `json:"due,omitzero"` // ExpiresAt of an order that awaits its completion, for the look-up alone
}

type requestDoc struct {
	Key    string `json:"key,omitempty"`
	Digest string `json:"digest,omitempty"`
}

type differenceDoc struct {
	Line   string          `json:"line,omitempty"`
	Member purchase.Member `json:"member"`
	Cart   string          `json:"cart,omitempty"`
	Order  string          `json:"order,omitempty"`
}

func (d orderDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packOrder(o *order.Order) orderDoc {
	s := o.Snapshot()
	d := orderDoc{
		Tenant: s.Tenant, ID: s.ID, Number: s.Number, Session: s.Session, Customer: s.Customer, Connection: s.Connection,
		CartID: s.CartID, Request: requestDoc(s.Request), Status: s.Status.String(), Test: s.Test,
		PurchaseOrder: s.PurchaseOrder, Document: s.Document, ERPReference: s.ERPReference,
		Differences: each(s.Differences, func(d purchase.Difference) differenceDoc { return differenceDoc(d) }),
		Push:        packProgress(s.Push),
		CreatedAt:   stamp(s.CreatedAt), TransferredAt: stamp(s.TransferredAt), ConfirmedAt: stamp(s.ConfirmedAt),
		ExportedAt: stamp(s.ExportedAt), StatusSince: stamp(s.StatusSince), ExpiresAt: stamp(s.ExpiresAt),
	}
	if o.Awaits() {
		d.Due = d.ExpiresAt
	}
	return d
}

func (d orderDoc) unpack() (*order.Order, error) {
	status, err := order.ParseStatus(d.Status)
	if err != nil {
		return nil, err
	}
	return order.Restore(order.State{
		Tenant: d.Tenant, ID: d.ID, Number: d.Number, Session: d.Session, Customer: d.Customer, Connection: d.Connection,
		CartID: d.CartID, Request: order.Request(d.Request), Status: status, Test: d.Test,
		PurchaseOrder: d.PurchaseOrder, Document: d.Document, ERPReference: d.ERPReference,
		Differences: each(d.Differences, func(d differenceDoc) purchase.Difference { return purchase.Difference(d) }),
		Push:        d.Push.unpack(),
		CreatedAt:   time.Time(d.CreatedAt), TransferredAt: time.Time(d.TransferredAt), ConfirmedAt: time.Time(d.ConfirmedAt),
		ExportedAt: time.Time(d.ExportedAt), StatusSince: time.Time(d.StatusSince), ExpiresAt: time.Time(d.ExpiresAt),
	}), nil
}
