package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

type customers struct {
	collection[*customer.Customer, customer.ID, customerDoc]
}

func newCustomers(s *Store) customers {
	return customers{collection[*customer.Customer, customer.ID, customerDoc]{
		s, "customers", port.ErrCustomerNotFound, port.ErrCustomerExists, packCustomer, customerDoc.unpack,
	}}
}

// ByNumber finds a customer by its number.
func (c customers) ByNumber(ctx context.Context, of tenant.ID, number string) (*customer.Customer, error) {
	return c.one(ctx, `tenant = ? AND number = ?`, of, number)
}

// List returns a page of customers.
func (c customers) List(ctx context.Context, of tenant.ID, after customer.ID, limit int) ([]*customer.Customer, error) {
	return c.after(ctx, of, after, limit)
}

type customerDoc struct {
	Tenant        tenant.ID         `json:"tenant"`
	ID            customer.ID       `json:"id"`
	Number        string            `json:"number,omitempty"` // left out where empty, so that it is not unique then
	Name          string            `json:"name"`
	Active        bool              `json:"active"`
	ContractFrom  stamp             `json:"contract_from,omitzero"`
	ContractUntil stamp             `json:"contract_until,omitzero"`
	Buyer         cart.Party        `json:"buyer,omitzero"`
	Values        map[string]string `json:"values,omitempty"`
	CreatedAt     stamp             `json:"created_at,omitzero"`
}

func (d customerDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packCustomer(c *customer.Customer) customerDoc {
	s := c.Snapshot()
	p := s.Profile
	return customerDoc{
		s.Tenant, s.ID, p.Number, p.Name, p.Active, stamp(p.ContractFrom), stamp(p.ContractUntil), p.Buyer, p.Values,
		stamp(s.CreatedAt),
	}
}

func (d customerDoc) unpack() (*customer.Customer, error) {
	return customer.Restore(customer.State{
		Tenant: d.Tenant, ID: d.ID,
		Profile: customer.Profile{
			Number: d.Number, Name: d.Name, Active: d.Active,
			ContractFrom: time.Time(d.ContractFrom), ContractUntil: time.Time(d.ContractUntil),
			Buyer: d.Buyer, Values: d.Values,
		},
		CreatedAt: time.Time(d.CreatedAt),
	}), nil
}
