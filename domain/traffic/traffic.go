// Package traffic holds the record of what went between the gateway and procurement systems, shops and ERPs: one record for each
// call, also for those that were refused, with what was sent and answered. A record never changes. Its payloads are redacted before
// anybody keeps them: a Redactor alone makes them. Headers are not kept at all, but for the media type.
package traffic

import (
	"fmt"
	"time"

	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies a record within its tenant. Identifiers sort as the times at which the records were made, so that they are the order
// of a list.
type ID string

// NewID returns the identifier of a record that is made now, with at least ten random characters.
func NewID(now time.Time, random string) ID { return First(now) + ID(random[:10]) }

// First returns what is before all identifiers of records that were made at the time or later, and after those from before it.
func First(from time.Time) ID { return ID(fmt.Sprintf("%013x", max(0, from.UnixMicro()))) }

// ParseID refuses what is no identifier of a record, but takes none.
func ParseID(text string) (ID, error) {
	if text != "" && !tenant.Identifier(text) {
		return "", fault.New(fault.Malformed, "traffic.not_an_id", "this is not the identifier of a record of traffic")
	}
	return ID(text), nil
}

// Record is one call.
type Record struct {
	Tenant  tenant.ID
	ID      ID
	At      time.Time // when it began
	Took    time.Duration
	Step    Step
	Verdict Verdict

	// What the call was about, as far as it is known.
	Connection    connection.ID
	Customer      customer.ID
	Session       session.ID
	Order         order.ID
	Receipt       receipt.ID // the purchase order document
	Answer        answer.ID  // that was delivered
	Link          string     // the first characters of the link's identifier, which tell it from others and start nothing
	Number        string     // of the order
	CartID        string     // as the caller named it, also where there is none
	PurchaseOrder string     // its number
	Person        string     // session.EmailKey of the address of the person
	Request       string     // X-Request-Id, by which the log has it

	// Why it was refused or failed.
	Code, Message string
	Details       []fault.Detail // at most MaxDetails

	// Warnings is how many findings the document that was made has; they are kept with it.
	Warnings int
	// Repeats is how many more calls, refused alike, came within the minute before the record and have none of their own.
	Repeats int
}

// MaxDetails is how many details a record keeps; a cart may be wrong in each of its lines.
const MaxDetails = 100

// MaxName is how many characters a record keeps of what its caller named.
const MaxName = 200

// Names returns the texts by which a record is found, beside its session's and its order's identifiers.
func (r *Record) Names() (names []string) {
	for _, name := range []string{r.Number, r.CartID, r.PurchaseOrder, r.Person, string(r.Receipt)} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Entry is a record with its payloads.
type Entry struct {
	Record

	Sent, Answered Payload
}

// Weight returns about how many bytes an entry takes.
func (e *Entry) Weight() int {
	const rest = 1 << 10
	size := rest + len(e.Sent.Text) + len(e.Answered.Text)
	for _, fields := range [][]Field{e.Sent.Form, e.Sent.Query, e.Answered.Form} {
		for _, f := range fields {
			size += len(f.Name) + len(f.Value)
		}
	}
	return size
}

// Payload is what one side sent, without its secrets.
type Payload struct {
	Method string // of a request by HTTP
	Status int    // of an answer by HTTP
	// MediaType is what came, without parameters.
	MediaType string
	Size      int // in bytes, as it came
	// Text is what came as text, and Form the parameters where it was a form. Truncated says that more came than is kept, and Omitted that
	// it is not kept since nobody can tell its secrets.
	Text      string
	Form      []Field
	Truncated bool
	Omitted   bool
	// Query are the parameters of the address.
	Query []Field
	// Location is where an answer led to.
	Location string
	// Kept names what is kept elsewhere, and not here again.
	Kept Document
}

// Field is a parameter of a form, in the order in which they came.
type Field struct{ Name, Value string }

// ErrNotFound refuses an identifier that no record has.
var ErrNotFound = fault.New(fault.NotFound, "traffic.not_found", "there is no such record of traffic")
