// Package faults breaks the gateway under load, as Jepsen's tests do: it kills the process, fills the disk, moves the clock, and
// then compares what the clients saw with what is stored. Nothing acknowledged may be lost, and nothing may happen twice.
//
// A History is what the clients saw, Stored what the gateway has once everything is quiet, and Check compares them. The tests
// of the checker run always; those that break things need PUNCHGATE_FAULTS, the number of kills, as `make faults` sets it.
// PUNCHGATE_FAULTS_SEED repeats a run as far as the machine lets it: the moments of the faults and what the clients do.
package faults

import (
	"sync"
	"time"
)

// Kind is what a client asks of the gateway.
type Kind string

// The kinds of calls. What is asked for is only named where one subject can be asked for several things.
const (
	Login    Kind = "login"    // the subject is the visit; the answer, the token
	Exchange Kind = "exchange" // of a token; the answer is the session
	Open     Kind = "open"     // a session for somebody who logged in to the shop; the subject is the visit, the answer the session
	Send     Kind = "send"     // the cart of a session; the answer begins with the order
	Abandon  Kind = "abandon"  // a session, without a cart
	Read     Kind = "read"     // the document and the form of an order; the answer is their digest
	Complete Kind = "complete" // an order, by ping or purchase order with the number asked for; the answer Held is for one that differs
	Release  Kind = "release"  // a held order, which an operator confirms
	Respond  Kind = "respond"  // to an order, by the response asked for; the answer is the gateway's own answer
	Cancel   Kind = "cancel"   // an order
	Export   Kind = "export"   // an order, under the reference asked for
)

// Held is the answer to a purchase order that an operator has to decide about.
const Held = "held"

// Outcome is what a client knows of its call.
type Outcome int

// The outcomes.
const (
	Unknown      Outcome = iota // no answer, or one that says to try again: it may have happened
	Acknowledged                // it has happened
	Refused                     // it has not
)

// Call is one call of one client; a repetition is a call of its own.
type Call struct {
	Kind           Kind
	Subject, Asked string
	Begun, Ended   time.Time
	Outcome        Outcome
	Answer         string // what must be the same every time, or the code of a refusal
}

// Pass is one whole pass of the ERP over the feed of confirmed orders.
type Pass struct {
	Begun, Ended time.Time
	Seen         []Sighting
}

// Sighting is an order as it stood in the feed.
type Sighting struct {
	Order       string
	ConfirmedAt time.Time
}

// Delivery is a document that a procurement system got from the gateway.
type Delivery struct {
	Document string // its digest
	At       time.Time
	Taken    bool // it was answered with 2xx
}

// Event is a webhook that the shop got.
type Event struct {
	ID, Type string
	Of       string // the order or session
	Sequence int    // of its events, from 1
	Body     string
	At       time.Time
	Taken    bool // it was answered with 2xx
}

// Fault is one thing that was broken, until it worked again. One that was planned, such as the end of a gateway that was asked
// to stop, is not counted, but may interrupt a delivery as every other.
type Fault struct {
	From, Until time.Time
	Planned     bool
}

// History is what the clients saw. It is safe for concurrent use while it is recorded.
type History struct {
	Calls      []Call
	Passes     []Pass
	Deliveries []Delivery
	Events     []Event
	Faults     []Fault
	// Expiring is set where the clock jumped: a session or a token may be over at any time.
	Expiring bool

	mu sync.Mutex
}

// record adds to one of the history's lists.
func record[T any](h *History, list *[]T, each T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*list = append(*list, each)
}

// Stored is what the gateway has in the end.
type Stored struct {
	Sessions map[string]Standing // those that are there, of those that were asked for
	Orders   []Order             // all of them
	Receipts map[string]int      // how many purchase order documents were applied to an order
	Audit    map[string]bool     // what the audit log tells: action and target
	Webhook  bool                // the shop is told of everything that happens
}

// Standing is where a session stands, as far as the API tells it.
type Standing string

// The standings.
const (
	Shopping Standing = "shopping"
	Ended    Standing = "ended" // its cart was sent, or it was cancelled
	Expired  Standing = "expired"
)

// Order is an order as it is stored.
type Order struct {
	ID, Number, Visit, Status, PurchaseOrder, Reference string
	ConfirmedAt                                         time.Time
	Digest                                              string // as Read answers
	Pushed                                              string // the digest of the document that the gateway itself hands over; empty for none
	Arrived                                             bool   // the gateway says that it handed it over
	Answers                                             []Answer
}

// Answer is what the procurement system is told of an order.
type Answer struct {
	ID       string
	Decision bool   // it tells what an operator decided, and not what the shop says
	Document string // the digest of what is delivered
}
