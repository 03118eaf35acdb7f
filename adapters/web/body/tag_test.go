package body

import (
	"errors"
	"testing"

	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
)

func TestATagIsThatOfOneBody(t *testing.T) {
	of := func(name, number string) *customer.Customer {
		return customer.Restore(customer.State{ID: "c1", Profile: customer.Profile{
			Name: name, Number: number, Values: map[string]string{"a": "1", "b": "2", "c": "3"},
		}})
	}
	read, err := Tag(OfCustomer(of("Malmö", "1")))
	if err != nil {
		t.Fatal(err)
	}
	for tags, want := range map[string]error{
		"": nil, "*": nil, read: nil, `"other", ` + read: nil, `"other"`: ErrChanged, "W/" + read: ErrChanged, "garbage": ErrChanged,
	} {
		for range 10 { // whatever order maps have
			if err := Unchanged(tags, OfCustomer)(of("Malmö", "1")); !errors.Is(err, want) {
				t.Errorf("%s is answered with %v, not %v", tags, err, want)
			}
		}
	}
	for _, other := range []*customer.Customer{of("Malmo", "1"), of("Malmö", ""), of("Malm", "ö1")} {
		if err := Unchanged(read, OfCustomer)(other); fault.KindOf(err) != fault.Stale {
			t.Errorf("%+v is answered with %v", other.Snapshot(), err)
		}
	}
}
