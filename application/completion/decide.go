package completion

import (
	"context"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/application/cursor"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Receipts returns a page of at most limit purchase order documents in a status, the oldest first, and the cursor of the next
// page, which is empty after the last.
func (s *Service) Receipts(
	ctx context.Context, of tenant.ID, status receipt.Status, after string, limit int,
) (page []*receipt.Receipt, nextCursor string, err error) {
	since, id, err := cursor.Parse(after)
	if err != nil {
		return nil, "", err
	}
	page, err = s.stores.Receipts.List(ctx, of, port.ReceiptQuery{
		Status: status, AfterSince: since, AfterID: receipt.ID(id), Limit: limit + 1, // one more tells whether there is a next page
	})
	if len(page) > limit {
		page = page[:limit]
		nextCursor = cursor.Format(page[limit-1].Snapshot().StatusSince, string(page[limit-1].ID()))
	}
	return page, nextCursor, err
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

// Candidates returns at most limit orders to which an operator may tie a document, the newest first: those of its connection that the
// text names as port.Orders.ByReference has it, or without a text all.
func (s *Service) Candidates(
	ctx context.Context, of tenant.ID, document *receipt.Receipt, text string, limit int,
) ([]*order.Order, error) {
	conn := document.Snapshot().Connection
	if text == "" {
		return s.stores.Orders.List(ctx, of, port.Filter[order.Status]{Connection: conn}, port.Page[order.ID]{Limit: limit})
	}
	found, err := s.stores.Orders.ByReference(ctx, of, text, limit)
	return slices.DeleteFunc(found, func(o *order.Order) bool { return o.Snapshot().Connection != conn }), err
}

// ErrOtherConnection refuses to tie a document to an order of another procurement system.
var ErrOtherConnection = fault.New(fault.Conflict, "receipt.other_connection", "the order belongs to another connection than the document")

// Tie applies a document that changed no order yet to the order that an operator names, and tells the procurement system what
// came of it. Where the order forbids what the document asks for, the document stays as it is.
func (s *Service) Tie(ctx context.Context, of tenant.ID, id receipt.ID, to order.ID) (Received, error) {
	r, content, err := s.Receipt(ctx, of, id)
	if err != nil {
		return Received{}, err
	}
	state := r.Snapshot()
	if state.Status == receipt.Applied && state.Order != to {
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
	received := Received{r, o}
	if state.Status != receipt.Applied { // else the gateway may have stopped before the procurement system was told
		received, err = s.applyTo(ctx, conn, r, &content.Order, to)
	}
	if err != nil || received.Order.Status() == order.Held || received.Order.Status() == order.Rejected {
		return received, err // it is told when it is decided, or by the answer that rejects it
	}
	return received, s.answers.Tell(ctx, received.Order, id, true, "")
}

// ConfirmByHand confirms an order as an operator says: a held one, whose differences are accepted, which the procurement system is
// told; or one whose completion did not come, with the number of the purchase order where there is one.
func (s *Service) ConfirmByHand(ctx context.Context, of tenant.ID, id order.ID, purchaseOrder string) (*order.Order, error) {
	if wrong := cart.CheckText("/purchase_order", purchaseOrder, cart.MaxIdentifier); wrong != nil {
		return nil, errInvalid.With(wrong...)
	}
	o, err := s.stores.Orders.Update(ctx, of, id, func(each *order.Order) error {
		if each.Status() == order.Held {
			return each.Release(s.clock.Now())
		}
		return each.Confirm(strings.TrimSpace(purchaseOrder), true, s.clock.Now())
	})
	if err != nil {
		return nil, err
	}
	s.answers.Follow(ctx, o)
	return o, nil
}

// errInvalid refuses what an operator says of a decision.
var errInvalid = fault.New(fault.Invalid, "order.decision", "the decision has members that are wrong")

// Reject ends an order that the shop does not take as it was ordered, and tells the procurement system why.
func (s *Service) Reject(ctx context.Context, of tenant.ID, id order.ID, reason string) (*order.Order, error) {
	if wrong := cart.CheckText("/reason", reason, cart.MaxName); wrong != nil {
		return nil, errInvalid.With(wrong...)
	}
	o, err := s.stores.Orders.Update(ctx, of, id, func(each *order.Order) error { return each.Reject(reason, s.clock.Now()) })
	if err != nil {
		return nil, err
	}
	s.answers.Follow(ctx, o)
	return o, nil
}

// Cancel ends an order that the shop will not deliver. Who was told to wait for a decision is told of it.
func (s *Service) Cancel(ctx context.Context, of tenant.ID, id order.ID) (*order.Order, error) {
	o, err := s.stores.Orders.Update(ctx, of, id, func(each *order.Order) error {
		return each.Cancel("the supplier cancelled the order", s.clock.Now())
	})
	if err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "order cancelled", "tenant", of, "order", id)
	s.answers.Follow(ctx, o)
	return o, nil
}
