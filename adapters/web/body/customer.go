package body

import (
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
)

// Customer is a customer in the API.
type Customer struct {
	ID            customer.ID       `json:"id,omitempty"`
	Number        string            `json:"number"`
	Name          string            `json:"name"`
	Active        bool              `json:"active"`
	ContractFrom  time.Time         `json:"contract_from,omitzero"`
	ContractUntil time.Time         `json:"contract_until,omitzero"`
	Buyer         cart.Party        `json:"buyer,omitzero"`
	Fields        map[string]string `json:"fields"` // "true" and "false" for checkboxes
	CreatedAt     time.Time         `json:"created_at,omitzero"`
}

// OfCustomer returns the body of a customer, with times as they are read again, however they came.
func OfCustomer(c *customer.Customer) Customer {
	s := c.Snapshot()
	p := s.Profile
	return Customer{
		s.ID, p.Number, p.Name, p.Active, p.ContractFrom.UTC(), p.ContractUntil.UTC(), p.Buyer, p.Values, s.CreatedAt,
	}
}

// Read returns the profile.
func (b *Customer) Read() customer.Profile {
	return customer.Profile{
		Number: b.Number, Name: b.Name, Active: b.Active, ContractFrom: b.ContractFrom, ContractUntil: b.ContractUntil,
		Buyer: b.Buyer, Values: b.Fields,
	}
}
