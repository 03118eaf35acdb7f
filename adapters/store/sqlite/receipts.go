package sqlite

import (
	"context"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
)

type receipts struct {
	collection[*receipt.Receipt, receipt.ID]
}

func newReceipts(s *Store) receipts {
	return receipts{collection[*receipt.Receipt, receipt.ID]{s, document.Receipts}}
}

// Create stores a new receipt with its content.
func (r receipts) Create(ctx context.Context, a *receipt.Receipt, c *receipt.Content) error {
	text, err := document.ReceiptContents.Encode(c)
	if err != nil {
		return err
	}
	return r.createWith(ctx, a, `INSERT INTO receipt_contents (tenant, id, content) VALUES (?, ?, ?)`, text)
}

// Content returns the document of a receipt and what was read in it.
func (r receipts) Content(ctx context.Context, of tenant.ID, id receipt.ID) (*receipt.Content, error) {
	return content(ctx, r.collection, document.ReceiptContents, `SELECT content FROM receipt_contents WHERE `+byID, of, id)
}

// ByOrder returns the receipts of an order.
func (r receipts) ByOrder(ctx context.Context, of tenant.ID, id order.ID) ([]*receipt.Receipt, error) {
	return r.many(ctx, `tenant = ? AND "order" = ? ORDER BY received_at, id`, of, id)
}

// Earlier returns the receipts of a document identifier or of a purchase order number.
func (r receipts) Earlier(
	ctx context.Context, of tenant.ID, c connection.ID, documentID, number string, limit int,
) ([]*receipt.Receipt, error) {
	if documentID != "" {
		return r.many(ctx, `tenant = ? AND connection = ? AND document_id = ? ORDER BY received_at DESC, id DESC LIMIT ?`,
			of, c, documentID, limit)
	}
	return r.many(ctx, `tenant = ? AND connection = ? AND number = ? ORDER BY received_at DESC, id DESC LIMIT ?`, of, c, number, limit)
}

// List returns a page of the receipts in a status.
func (r receipts) List(ctx context.Context, of tenant.ID, q port.ReceiptQuery) ([]*receipt.Receipt, error) {
	return r.many(ctx, `tenant = ? AND status = ? AND (status_since, id) > (?, ?) ORDER BY status_since, id LIMIT ?`,
		of, q.Status.String(), document.Stamp(q.AfterSince).String(), q.AfterID, q.Limit)
}

// Remove erases one.
func (r receipts) Remove(ctx context.Context, of tenant.ID, id receipt.ID) error {
	return r.remove(ctx, of, id, "receipt_contents")
}
