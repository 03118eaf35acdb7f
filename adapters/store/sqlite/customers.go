package sqlite

import (
	"context"

	"github.com/punchgate/punchgate/adapters/store/document"
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
func (c customers) List(ctx context.Context, of tenant.ID, after customer.ID, limit int) ([]*customer.Customer, error) {
	return c.after(ctx, of, after, limit)
}
