package sqlite

import (
	"context"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

type customers struct {
	collection[*customer.Customer, customer.ID]
}

func newCustomers(s *Store) customers {
	return customers{collection[*customer.Customer, customer.ID]{s, document.Customers}}
}

// ByNumber finds a customer by its number.
func (c customers) ByNumber(ctx context.Context, of tenant.ID, number string) (*customer.Customer, error) {
	return c.one(ctx, `tenant = ? AND number = ?`, of, number)
}

// List returns a page of customers.
func (c customers) List(ctx context.Context, of tenant.ID, q port.CustomerQuery) ([]*customer.Customer, error) {
	return document.Search(document.CustomerNames(q.Beginning, q.ByName), q.After, q.Limit, document.Source[*customer.Customer, customer.ID]{
		ID:  (*customer.Customer).ID,
		Get: func(id customer.ID) (*customer.Customer, error) { return c.Get(ctx, of, id) },
		Read: func(p document.Part) ([]*customer.Customer, error) {
			switch {
			case q.Box == "":
				return c.part(ctx, of, p, "")
			case !q.Ticked:
				return c.part(ctx, of, p, ` AND NOT `+ticked, q.Box)
			case p.Member == document.ID: // here the boxes say which customers to read
				return c.many(ctx, `tenant = ? AND id IN (SELECT customer FROM customer_ticks
  WHERE tenant = ? AND name = ? AND customer >= ? AND customer < ? ORDER BY customer LIMIT ?
) ORDER BY id`, of, of, q.Box, p.From, p.To, p.Limit)
			default:
				return c.part(ctx, of, p, ` AND `+ticked, q.Box)
			}
		},
	})
}

const ticked = `EXISTS (SELECT 1 FROM customer_ticks AS t WHERE t.tenant = customers.tenant AND t.name = ? AND t.customer = customers.id)`
