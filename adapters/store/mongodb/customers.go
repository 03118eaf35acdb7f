package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

type customers struct {
	collection[*customer.Customer, customer.ID]
}

func newCustomers(s *Store) customers {
	c := customers{keep(s, document.Customers)}
	c.unique = func(a *customer.Customer) string { return a.Profile().Number }
	c.notUnique = port.ErrCustomerExists
	return c
}

// ByNumber finds a customer by its number.
func (c customers) ByNumber(ctx context.Context, of tenant.ID, number string) (*customer.Customer, error) {
	return c.one(ctx, bson.D{e("tenant_id", of), e("doc.number", number), settled})
}

// List returns a page of customers.
func (c customers) List(ctx context.Context, of tenant.ID, after customer.ID, limit int) ([]*customer.Customer, error) {
	return c.after(ctx, of, after, limit)
}
