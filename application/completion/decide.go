package completion

import (
	"context"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Receipts returns a page of the purchase order documents in a status, the oldest first.
func (s *Service) Receipts(ctx context.Context, of tenant.ID, q port.ReceiptQuery) ([]*receipt.Receipt, error) {
	return s.stores.Receipts.List(ctx, of, q)
}

// Receipt returns a purchase order document with its content.
func (s *Service) Receipt(ctx context.Context, of tenant.ID, id receipt.ID) (*receipt.Receipt, *receipt.Content, error) {
	r, err := s.stores.Receipts.Get(ctx, of, id)
	if err != nil {
		return nil, nil, err
	}
	content, err := s.stores.Receipts.Content(ctx, of, id)
	return r, content, err
}

// ErrOtherConnection refuses to tie a document to an order of another procurement system.
var ErrOtherConnection = fault.New(fault.Conflict, "receipt.other_connection", "the order belongs to another connection than the document")

// Tie applies a document without an order to the order that an operator names.
func (s *Service) Tie(ctx context.Context, of tenant.ID, id receipt.ID, to order.ID) (Received, error) {
	r, content, err := s.Receipt(ctx, of, id)
	if err != nil {
		return Received{}, err
	}
	state := r.Snapshot()
	if state.Status == receipt.Applied && state.Order == to {
		return s.received(ctx, r)
	}
	if state.Status != receipt.Unmatched {
		return Received{}, receipt.ErrDecided
	}
	o, err := s.stores.Orders.Get(ctx, of, to)
	if err != nil {
		return Received{}, err
	}
	if o.Snapshot().Connection != state.Connection {
		return Received{}, ErrOtherConnection
	}
	conn, err := s.stores.Connections.Get(ctx, of, state.Connection)
	if err != nil {
		return Received{}, err
	}
	return s.applyTo(ctx, conn, r, &content.Order, to)
}

// Release confirms a held order, whose differences the operator accepts.
func (s *Service) Release(ctx context.Context, of tenant.ID, id order.ID) (*order.Order, error) {
	return s.stores.Orders.Update(ctx, of, id, func(o *order.Order) error { return o.Release(s.clock.Now()) })
}

// Reject ends an order that the shop does not take as it was ordered.
func (s *Service) Reject(ctx context.Context, of tenant.ID, id order.ID) (*order.Order, error) {
	return s.stores.Orders.Update(ctx, of, id, func(o *order.Order) error { return o.Reject(s.clock.Now()) })
}
