// Package erp hands completed orders to the shop's ERP.
package erp

import (
	"context"
	"log/slog"

	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/application/cursor"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// The number of orders on a page.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// maxWeight ends a page early when the attachments of its orders are more bytes.
const maxWeight = 16 << 20

// Service serves the ERP.
type Service struct {
	stores port.Stores
	clock  port.Clock
	log    *slog.Logger
}

// New makes the service.
func New(stores port.Stores, clock port.Clock, log *slog.Logger) *Service {
	return &Service{stores, clock, log}
}

// Order is an order with its cart and customer.
type Order struct {
	Order    *order.Order
	Cart     *cart.Cart
	Customer *customer.Customer
}

// Query asks for a page of the feed.
type Query struct {
	Status      order.Status
	IncludeTest bool
	Cursor      string // NextCursor of the page before, or empty
	Limit       int    // 1 to MaxLimit
}

// Feed returns a page of the orders in a status, oldest first, and the cursor of the next page, which is empty after the
// last. One pass sees every order that came into the status before the pass began and stays in it, once.
func (s *Service) Feed(ctx context.Context, of tenant.ID, q Query) (page []Order, nextCursor string, err error) {
	since, id, err := cursor.Parse(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	found, err := s.stores.Orders.Feed(ctx, of, port.FeedQuery{
		Status: q.Status, IncludeTest: q.IncludeTest, AfterSince: since, AfterID: order.ID(id),
		Limit: q.Limit + 1, // one more tells whether there is a next page
	})
	if err != nil {
		return nil, "", err
	}
	if len(found) > q.Limit {
		found = found[:q.Limit]
		last := found[len(found)-1].Snapshot()
		nextCursor = cursor.Format(last.StatusSince, string(last.ID))
	}
	weight := 0
	defer func() { s.logFeed(ctx, of, q, page) }()
	for _, o := range found {
		full, err := s.complete(ctx, of, o)
		if err != nil {
			return nil, "", err
		}
		page = append(page, full)
		if weight += attached(full.Cart); weight > maxWeight && len(page) < len(found) {
			return page, cursor.Format(o.Snapshot().StatusSince, string(o.ID())), nil
		}
	}
	return page, nextCursor, nil
}

// logFeed names the orders of a page.
func (s *Service) logFeed(ctx context.Context, of tenant.ID, q Query, page []Order) {
	if len(page) == 0 {
		return
	}
	ids := make([]order.ID, len(page))
	for i := range page {
		ids[i] = page[i].Order.ID()
	}
	s.log.InfoContext(ctx, "orders handed to the ERP", "tenant", of, "status", q.Status.String(), "orders", ids)
}

// attached returns the bytes of a cart's attachments, which are most of a heavy cart.
func attached(c *cart.Cart) (bytes int) {
	for i := range c.Lines {
		for j := range c.Lines[i].Attachments {
			bytes += len(c.Lines[i].Attachments[j].Content)
		}
	}
	return bytes
}

// Get returns one order.
func (s *Service) Get(ctx context.Context, of tenant.ID, id order.ID) (Order, error) {
	o, err := s.stores.Orders.Get(ctx, of, id)
	if err != nil {
		return Order{}, err
	}
	return s.complete(ctx, of, o)
}

func (s *Service) complete(ctx context.Context, of tenant.ID, o *order.Order) (Order, error) {
	c, err := s.stores.Orders.Cart(ctx, of, o.ID())
	if err != nil {
		return Order{}, err
	}
	who, err := s.stores.Customers.Get(ctx, of, o.Snapshot().Customer)
	return Order{o, c, who}, err
}

// Document returns the document that was transferred.
func (s *Service) Document(ctx context.Context, of tenant.ID, id order.ID) (*transfer.Document, error) {
	d, err := s.stores.Orders.Document(ctx, of, id)
	if err == nil {
		correlation.About(ctx, id.Session())
	}
	return d, err
}

// Exported takes an order out of the feed. A second time changes nothing.
func (s *Service) Exported(ctx context.Context, of tenant.ID, id order.ID, reference string) (Order, error) {
	if wrong := cart.CheckText("/erp_reference", reference, cart.MaxIdentifier); wrong != nil {
		return Order{}, fault.New(fault.Invalid, "order.erp_reference", "the ERP's reference cannot be kept").With(wrong...)
	}
	o, err := s.stores.Orders.Update(ctx, of, id, func(each *order.Order) error {
		recording.AboutOrder(ctx, each)
		return each.Export(reference, s.clock.Now())
	})
	if err != nil {
		return Order{}, err
	}
	s.log.InfoContext(ctx, "order exported", "tenant", of, "order", id)
	return s.complete(ctx, of, o)
}
