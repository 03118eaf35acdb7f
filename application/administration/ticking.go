package administration

import (
	"context"
	"errors"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// MaxTicked is for how many customers a box is ticked at once.
const MaxTicked = 1000

// Ticked is what came of ticking a box for one customer.
type Ticked struct {
	Customer customer.ID
	Changed  bool         // else it stood so before, or was refused
	Refusal  *fault.Fault // nil unless it was refused
}

// CustomersTicked returns a page of the customers for whom the deciding field is ticked, or is not; without a deciding field it is ticked
// for none.
func (s *Service) CustomersTicked(ctx context.Context, of tenant.ID, ticked bool, q port.CustomerQuery) ([]*customer.Customer, error) {
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	q.Box, q.Ticked = shop.Settings().DecidingField, ticked
	if q.Box == "" && ticked {
		return nil, nil
	}
	return s.stores.Customers.List(ctx, of, q)
}

// TickCustomers ticks a checkbox field, the deciding one where none is named, for customers, or unticks it. It goes one by one: a customer
// that is refused keeps none of the others from it. It may be repeated. Where a dependency is away it ends with an error, and what was done
// until then stands.
func (s *Service) TickCustomers(ctx context.Context, of tenant.ID, ids []customer.ID, field string, ticked bool) ([]Ticked, error) {
	if len(ids) > MaxTicked {
		return nil, customer.ErrInvalid.With(fault.Detail{Path: "/customers", Code: "too_many", Message: "names more than 1000 customers"})
	}
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	if field == "" {
		field = shop.Settings().DecidingField
	}
	if f, ok := shop.Field(field); !ok || f.Type != tenant.Checkbox {
		return nil, customer.ErrInvalid.With(fault.Detail{
			Path: "/field", Code: "not_checkbox", Message: "must name a custom field of type checkbox",
		})
	}
	all := make([]Ticked, len(ids))
	for i, id := range ids {
		all[i].Customer = id
		_, err := s.stores.Customers.Update(ctx, of, id, func(c *customer.Customer) error {
			if !c.Tick(field, ticked) {
				return errAsItWas
			}
			return nil
		})
		switch {
		case err == nil:
			all[i].Changed = true
		case errors.Is(err, errAsItWas):
		case errors.Is(err, port.ErrCustomerNotFound):
			all[i].Refusal = fault.From(err)
		default:
			return all[:i], err
		}
	}
	return all, nil
}

// errAsItWas keeps a store from writing what does not change.
var errAsItWas = errors.New("it stands so already")
