package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

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

func newReceipts(s *Store) receipts { return receipts{keep(s, document.Receipts)} }

// Create stores a new receipt with its content.
func (r receipts) Create(ctx context.Context, a *receipt.Receipt, c *receipt.Content) error {
	json, err := document.ReceiptContents.Encode(c)
	if err != nil {
		return err
	}
	return r.create(ctx, a, &contents{texts: []text{{document.ReceiptContents.Name, json}}})
}

// Content returns the document of a receipt and what was read in it.
func (r receipts) Content(ctx context.Context, of tenant.ID, id receipt.ID) (*receipt.Content, error) {
	return content(ctx, r.collection, document.ReceiptContents, of, id)
}

// ByOrder returns the receipts of an order.
func (r receipts) ByOrder(ctx context.Context, of tenant.ID, id order.ID) ([]*receipt.Receipt, error) {
	return r.many(ctx, bson.D{e("tenant_id", of), e("doc.order", id)}, bson.D{e("doc.received_at", 1), e("_id", 1)}, 0)
}

// Earlier returns the receipts of a document identifier or of a purchase order number.
func (r receipts) Earlier(
	ctx context.Context, of tenant.ID, c connection.ID, documentID, number string, limit int,
) ([]*receipt.Receipt, error) {
	by := e("doc.number", number)
	if documentID != "" {
		by = e("doc.document_id", documentID)
	}
	return r.many(ctx, bson.D{e("tenant_id", of), e("doc.connection", c), by}, bson.D{e("doc.received_at", -1), e("_id", -1)}, limit)
}

// List returns a page of the receipts in a status.
func (r receipts) List(ctx context.Context, of tenant.ID, q port.ReceiptQuery) ([]*receipt.Receipt, error) {
	return r.many(ctx, bson.D{
		e("tenant_id", of), e("doc.status", q.Status.String()), page("doc.status_since", q.AfterSince, key(of, string(q.AfterID))),
	}, bson.D{e("doc.status_since", 1), e("_id", 1)}, q.Limit)
}

// Remove erases one.
func (r receipts) Remove(ctx context.Context, of tenant.ID, id receipt.ID) error {
	return r.remove(ctx, of, id)
}
