// Package outbox holds the events of an aggregate that others must be told of. An event is recorded in the same write as the
// change that it tells of, and stays with the aggregate until everybody has it: so none is lost, and the events of one
// aggregate are told in their order, each at least once.
package outbox

import (
	"slices"
	"time"

	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
)

// Type says what happened.
type Type struct{ name string }

// The types of events.
var (
	SessionOpened       = Type{"session.opened"}   // a login was accepted
	SessionReturned     = Type{"session.returned"} // the session's cart was sent
	OrderConfirmed      = Type{"order.confirmed"}
	OrderHeld           = Type{"order.held"}    // the purchase order differs from the cart; an operator decides
	OrderChanged        = Type{"order.changed"} // a later purchase order document was applied, and the status stayed
	OrderRejected       = Type{"order.rejected"}
	OrderCancelled      = Type{"order.cancelled"}
	ConnectionFailing   = Type{"connection.failing"} // what goes to the procurement system does not arrive, several times on end
	ConnectionRecovered = Type{"connection.recovered"}
)

// Types returns all types.
func Types() []Type {
	return []Type{
		SessionOpened, SessionReturned, OrderConfirmed, OrderHeld, OrderChanged, OrderRejected, OrderCancelled, ConnectionFailing,
		ConnectionRecovered,
	}
}

// ParseType refuses any name that is not a type.
func ParseType(name string) (Type, error) {
	for _, t := range Types() {
		if t.name == name {
			return t, nil
		}
	}
	return Type{}, fault.Newf(fault.Invalid, "event.unknown_type", "%q is no type of event", name)
}

// String returns the type's name.
func (t Type) String() string { return t.name }

// Facts are what was so when the event happened, and may have changed since.
type Facts struct {
	Status, Before string // of the aggregate, after and before the change
	PurchaseOrder  string
	Reason         string
}

// Event is something that happened to an aggregate.
type Event struct {
	Number int // counts the events of the aggregate, from 1
	Type   Type
	At     time.Time
	Facts  Facts
	Taken  []string // who has it already
}

// TakenBy reports whether the target has the event.
func (e *Event) TakenBy(target string) bool { return slices.Contains(e.Taken, target) }

// Take records that the target has the event.
func (e *Event) Take(target string) {
	if !e.TakenBy(target) {
		e.Taken = append(e.Taken, target)
	}
}

// Outbox is what others must be told of one aggregate. The zero value is empty.
type Outbox struct {
	Last     int     // the number of the newest event
	Events   []Event // the oldest first
	Progress delivery.Progress
}

// Clone returns an outbox that shares nothing with this one.
func (o *Outbox) Clone() Outbox {
	c := *o
	c.Events = slices.Clone(c.Events)
	for i := range c.Events {
		c.Events[i].Taken = slices.Clone(c.Events[i].Taken)
	}
	return c
}

// Record adds an event. It makes all that is to be told due at once, also what was given up: somebody who was away for long gets
// what was missed before what is new.
func (o *Outbox) Record(t Type, f Facts, now time.Time) {
	o.Last++
	o.Events = append(o.Events, Event{Number: o.Last, Type: t, At: now, Facts: f})
	if o.Progress.Due.IsZero() {
		o.Progress = delivery.Start(now)
	} else if !o.Progress.Leased {
		o.Progress.Due = now
	}
}

// Claim takes the events for one attempt to tell them, and reports whether there was anything to claim.
func (o *Outbox) Claim(now time.Time, lease time.Duration) bool { return o.Progress.Claim(now, lease) }

// Left ends the attempt that claimed the outbox as it was then. left are those of the claimed events that somebody still lacks.
// Where there are some, reason says why, and next when to try again; a zero time gives up. When the lease was over, another
// attempt may have begun: then what was told is kept, and the other attempt ends by itself.
func (o *Outbox) Left(claimed *Outbox, left []Event, reason string, next, now time.Time) {
	kept, added := []Event(nil), false
	for _, e := range o.Events {
		i := slices.IndexFunc(left, func(l Event) bool { return l.Number == e.Number })
		switch {
		case e.Number > claimed.Last:
			added = true
			kept = append(kept, e)
		case i >= 0:
			for _, target := range left[i].Taken {
				e.Take(target)
			}
			kept = append(kept, e)
		}
	}
	o.Events = kept
	switch {
	case len(kept) == 0:
		o.Progress = delivery.Progress{}
	case !o.Progress.Due.Equal(claimed.Progress.Due):
	case added:
		o.Progress.Postpone(reason, now, now)
	default:
		o.Progress.Postpone(reason, next, now)
	}
}

// Again makes events that were given up, or wait for the next attempt, due at once. It reports whether it may: not while an attempt
// runs, nor where there are none.
func (o *Outbox) Again(now time.Time) bool { return len(o.Events) > 0 && o.Progress.Again(now) }
