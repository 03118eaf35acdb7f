package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

type customerDoc struct {
	Tenant        tenant.ID         `json:"tenant"`
	ID            customer.ID       `json:"id"`
	Number        string            `json:"number,omitempty"` // left out where empty, so that it is not unique then
	Name          string            `json:"name"`
	Active        bool              `json:"active"`
	ContractFrom  Stamp             `json:"contract_from,omitzero"`
	ContractUntil Stamp             `json:"contract_until,omitzero"`
	Buyer         cart.Party        `json:"buyer,omitzero"`
	Values        map[string]string `json:"values,omitempty"`
	CreatedAt     Stamp             `json:"created_at,omitzero"`
	NameKey       string            `json:"name_key"` // see NameKey, for the look-up alone
}

func (d customerDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packCustomer(c *customer.Customer) customerDoc {
	s := c.Snapshot()
	p := s.Profile
	return customerDoc{
		s.Tenant, s.ID, p.Number, p.Name, p.Active, Stamp(p.ContractFrom), Stamp(p.ContractUntil), p.Buyer, p.Values,
		Stamp(s.CreatedAt), NameKey(p.Name),
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
