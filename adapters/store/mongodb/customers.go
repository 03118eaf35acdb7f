package mongodb

import (
	"context"
	"slices"

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
	c.further = func(a *customer.Customer) bson.D { return bson.D{e("ticks", ticks(a))} }
	return c
}

// ticks returns the boxes that are ticked, for the look-up alone.
func ticks(a *customer.Customer) []string {
	names := []string{}
	for name := range a.Profile().Values {
		if a.Ticked(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ByNumber finds a customer by its number.
func (c customers) ByNumber(ctx context.Context, of tenant.ID, number string) (*customer.Customer, error) {
	return c.one(ctx, bson.D{e("tenant_id", of), e("doc.number", number), settled})
}

// List returns a page of customers.
func (c customers) List(ctx context.Context, of tenant.ID, q port.CustomerQuery) ([]*customer.Customer, error) {
	var filter bson.D
	switch {
	case q.Box == "":
	case q.Ticked:
		filter = bson.D{e("ticks", q.Box)}
	default:
		filter = bson.D{e("ticks", bson.D{e("$ne", q.Box)})}
	}
	return document.Search(document.CustomerNames(q.Beginning, q.ByName), q.After, q.Limit, document.Source[*customer.Customer, customer.ID]{
		ID:   (*customer.Customer).ID,
		Get:  func(id customer.ID) (*customer.Customer, error) { return c.Get(ctx, of, id) },
		Read: func(p document.Part) ([]*customer.Customer, error) { return c.part(ctx, of, p, filter) },
	})
}
