package session

import (
	"slices"

	"github.com/punchgate/punchgate/domain/fault"
)

// Status is where a session stands in its life.
type Status struct{ name string }

// The statuses of a session.
var (
	Opened    = Status{"opened"}    // the login was accepted
	Shopping  = Status{"shopping"}  // the shop exchanged the token
	Returned  = Status{"returned"}  // the cart was sent
	Cancelled = Status{"cancelled"} // the person went back without a cart
	Expired   = Status{"expired"}
)

// Statuses returns every status.
func Statuses() []Status { return []Status{Opened, Shopping, Returned, Cancelled, Expired} }

// next lists what each status may become.
var next = map[Status][]Status{
	Opened:   {Shopping, Cancelled, Expired},
	Shopping: {Returned, Cancelled, Expired},
}

// ParseStatus refuses any name that is not a status.
func ParseStatus(name string) (Status, error) {
	for _, s := range Statuses() {
		if s.name == name {
			return s, nil
		}
	}
	return Status{}, fault.Newf(fault.Invalid, "session.unknown_status", "%q is not a session status", name)
}

// String returns the status's name.
func (s Status) String() string { return s.name }

// MayBecome reports whether a session may go from this status to the other.
func (s Status) MayBecome(other Status) bool {
	return slices.Contains(next[s], other)
}

// Open reports whether the session can still be shopped in.
func (s Status) Open() bool { return len(next[s]) > 0 }
