package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/customer"
)

var customerCases = map[string]func(*testing.T, port.Stores){
	"a customer is found by its number as it is now": func(t *testing.T, s port.Stores) {
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c1", "4711"))))
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c2", "4712"))))
		if c := value(s.Customers.ByNumber(t.Context(), acme, "4711"))(t); c.ID() != "c1" {
			t.Errorf("the number leads to %s", c.ID())
		}
		must(t, number(t, s, "c1", "4713"))
		if c := value(s.Customers.ByNumber(t.Context(), acme, "4713"))(t); c.ID() != "c1" {
			t.Errorf("the new number leads to %s", c.ID())
		}
		if _, err := s.Customers.ByNumber(t.Context(), acme, "4711"); !errors.Is(err, port.ErrCustomerNotFound) {
			t.Errorf("the old number is answered with %v", err)
		}
	},

	"a number has one customer": func(t *testing.T, s port.Stores) {
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c1", "4711"))))
		err := s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c2", "4711")))
		if !errors.Is(err, port.ErrCustomerExists) {
			t.Errorf("a second creation is answered with %v", err)
		}
		if _, err := s.Customers.Get(t.Context(), acme, "c2"); !errors.Is(err, port.ErrCustomerNotFound) {
			t.Errorf("the refused customer is found, or %v", err)
		}
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c2", "4712"))))
		if err := number(t, s, "c2", "4711"); !errors.Is(err, port.ErrCustomerExists) {
			t.Errorf("a change of the number is answered with %v", err)
		}
		if c := value(s.Customers.ByNumber(t.Context(), acme, "4712"))(t); c.ID() != "c2" {
			t.Errorf("after the refused change the number leads to %s", c.ID())
		}
		if c := value(s.Customers.ByNumber(t.Context(), acme, "4711"))(t); c.ID() != "c1" {
			t.Errorf("after the refused change the other number leads to %s", c.ID())
		}
	},

	"a number that was given up can be taken": func(t *testing.T, s port.Stores) {
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c1", "4711"))))
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c2", "4712"))))
		must(t, number(t, s, "c1", ""))
		must(t, number(t, s, "c2", "4711"))
		must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, "c3", "4712"))))
		must(t, number(t, s, "c1", "4713"))
		for want, number := range map[customer.ID]string{"c1": "4713", "c2": "4711", "c3": "4712"} {
			if c := value(s.Customers.ByNumber(t.Context(), acme, number))(t); c.ID() != want {
				t.Errorf("%s leads to %s, not %s", number, c.ID(), want)
			}
		}
	},

	"customers without a number do not stand in each other's way": func(t *testing.T, s port.Stores) {
		for i := range 3 {
			must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, customer.ID(fmt.Sprint("c", i)), ""))))
		}
		must(t, number(t, s, "c1", "4711"))
		must(t, number(t, s, "c1", ""))
		if _, err := s.Customers.ByNumber(t.Context(), acme, ""); !errors.Is(err, port.ErrCustomerNotFound) {
			t.Errorf("no number is answered with %v", err)
		}
	},

	"of many customers that take one number one wins": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			created, changed := fmt.Sprintf("created-%d", round), fmt.Sprintf("changed-%d", round)
			id := func(i int) customer.ID { return customer.ID(fmt.Sprintf("c%d-%d", round, i)) }
			errs := make([]error, goroutines)
			concurrently(func(i int) {
				errs[i] = s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, id(i), created)))
			})
			won := winner(t, errs, port.ErrCustomerExists)
			if c := value(s.Customers.ByNumber(t.Context(), acme, created))(t); c.ID() != id(won) {
				t.Errorf("%s won the number and %s has it", id(won), c.ID())
			}
			for i := range goroutines {
				if i != won {
					must(t, s.Customers.Create(t.Context(), customer.Restore(customerOf(acme, id(i), ""))))
				}
			}
			concurrently(func(i int) { errs[i] = number(t, s, id(i), changed) })
			won = winner(t, errs, port.ErrCustomerExists)
			if c := value(s.Customers.ByNumber(t.Context(), acme, changed))(t); c.ID() != id(won) {
				t.Errorf("%s won the number and %s has it", id(won), c.ID())
			}
		}
	},
}

// number changes a customer's number.
func number(t *testing.T, s port.Stores, id customer.ID, to string) error {
	_, err := s.Customers.Update(t.Context(), acme, id, func(c *customer.Customer) error {
		st := c.Snapshot()
		st.Profile.Number = to
		*c = *customer.Restore(st)
		return nil
	})
	return err
}
