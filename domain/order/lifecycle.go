package order

import (
	"slices"

	"github.com/punchgate/punchgate/domain/fault"
)

// Status is where an order stands in its life.
type Status struct{ name string }

// The statuses of an order.
var (
	Prepared    = Status{"prepared"}    // the cart was accepted, encoded and stored
	Transferred = Status{"transferred"} // the transfer page was served, or the push acknowledged
	Held        = Status{"held"}        // the purchase order differs; an operator decides
	Confirmed   = Status{"confirmed"}   // completed by a ping or a purchase order
	Exported    = Status{"exported"}    // the ERP took it
	Rejected    = Status{"rejected"}
	Cancelled   = Status{"cancelled"}
	Expired     = Status{"expired"} // no completion in time
)

// Statuses returns every status.
func Statuses() []Status {
	return []Status{Prepared, Transferred, Held, Confirmed, Exported, Rejected, Cancelled, Expired}
}

// next lists what each status may become.
var next = map[Status][]Status{
	Prepared:    {Transferred, Confirmed, Held, Cancelled, Expired},
	Transferred: {Confirmed, Held, Rejected, Cancelled, Expired},
	Held:        {Confirmed, Rejected, Cancelled},
	Expired:     {Confirmed, Held}, // where the connection accepts a late completion
	Confirmed:   {Exported, Cancelled},
	Exported:    {Cancelled},
}

// ParseStatus refuses any name that is not a status.
func ParseStatus(name string) (Status, error) {
	for _, s := range Statuses() {
		if s.name == name {
			return s, nil
		}
	}
	return Status{}, fault.Newf(fault.Malformed, "order.unknown_status", "%q is not an order status", name)
}

// String returns the status's name.
func (s Status) String() string { return s.name }

// MayBecome reports whether an order may go from this status to the other.
func (s Status) MayBecome(other Status) bool {
	return slices.Contains(next[s], other)
}
