// Package document maps aggregates to the JSON documents that stores keep, and back. The documents are the same in every
// store, so that what one keeps, another takes over; how they are kept and found is each store's own.
//
// To keep one more member, add it to the document and its two mappings in the file of its kind. What a document cannot hold is
// lost: fractions of seconds within carts, whose JSON is a fixed contract, and the zone of every time outside them, which
// comes back in UTC.
package document

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
	"github.com/punchgate/punchgate/domain/user"
)

// The kinds of aggregates.
var (
	Tenants     = kind[tenant.ID]("tenants", port.ErrTenantNotFound, port.ErrTenantExists, packTenant, tenantDoc.unpack)
	Customers   = kind[customer.ID]("customers", port.ErrCustomerNotFound, port.ErrCustomerExists, packCustomer, customerDoc.unpack)
	Connections = kind[connection.ID](
		"connections", port.ErrConnectionNotFound, port.ErrConnectionExists, packConnection, connectionDoc.unpack)
	Links    = kind[connection.LinkID]("links", connection.ErrNoLink, port.ErrTaken, packLink, linkDoc.unpack)
	Sessions = kind[session.ID]("sessions", session.ErrNotFound, port.ErrTaken, packSession, sessionDoc.unpack)
	Orders   = kind[order.ID]("orders", order.ErrNotFound, order.ErrExists, packOrder, orderDoc.unpack)
	Receipts = kind[receipt.ID]("receipts", receipt.ErrNotFound, receipt.ErrExists, packReceipt, receiptDoc.unpack)
	Answers  = kind[answer.ID]("answers", answer.ErrNotFound, answer.ErrExists, packAnswer, answerDoc.unpack)
	Keys     = kind[apikey.ID]("keys", apikey.ErrUnknown, port.ErrTaken, packKey, keyDoc.unpack)
	Replays  = kind[replay.ID]("replays", replay.ErrNotFound, replay.ErrExists, packReplay, replayDoc.unpack)

	Throttles = kind[throttle.ID]("throttles", throttle.ErrNone, port.ErrTaken, packThrottle, throttleDoc.unpack)
	Users     = kind[user.ID]("users", user.ErrNotFound, user.ErrExists, packUser, userDoc.unpack)
	SignIns   = kind[signin.ID]("signins", signin.ErrEnded, signin.ErrTaken, packSignIn, signInDoc.unpack)
)

// What is kept beside aggregates and never changes.
var (
	OrderCarts = content("cart",
		func(c *cart.Cart) *cart.Cart { return c }, always(func(c *cart.Cart) *cart.Cart { return c }))
	OrderDocuments  = content("document", packDocument, always(documentDoc.unpack))
	ReceiptContents = content("content", packReceived, always(receivedDoc.unpack))
	AnswerDocuments = content("document",
		func(d *answer.Document) answerDocumentDoc { return answerDocumentDoc(*d) },
		always(func(d answerDocumentDoc) *answer.Document { return (*answer.Document)(&d) }))
)

// Kind is one kind of aggregate A, with identifiers of type ID.
type Kind[A any, ID ~string] struct {
	Name     string       // of its table or collection
	NotFound *fault.Fault // refuses an identifier that no aggregate has
	Taken    *fault.Fault // refuses an identifier that one has
	pack     func(A) (Document, error)
	unpack   func(text []byte) (A, error)
}

// Document is an aggregate on its way into a store.
type Document struct {
	Tenant tenant.ID
	ID     string
	Text   string // JSON
}

// Encode returns the document of an aggregate.
func (k Kind[A, ID]) Encode(a A) (Document, error) { return k.pack(a) }

// Decode returns the aggregate of a document's text.
func (k Kind[A, ID]) Decode(text []byte) (A, error) { return k.unpack(text) }

// keyed is the JSON form of an aggregate. Its names are fixed by tags, so that no renaming in the domain changes what is
// stored.
type keyed interface {
	key() (of tenant.ID, id string)
}

func kind[ID ~string, A any, D keyed](
	name string, notFound, taken *fault.Fault, pack func(A) D, unpack func(D) (A, error),
) Kind[A, ID] {
	return Kind[A, ID]{
		name, notFound, taken,
		func(a A) (Document, error) {
			d := pack(a)
			of, id := d.key()
			text, err := Encode(d)
			return Document{of, id, text}, err
		},
		func(text []byte) (a A, err error) {
			var d D
			if err := json.Unmarshal(text, &d); err != nil {
				return a, Unreadable(err)
			}
			if a, err = unpack(d); err != nil {
				return a, Unreadable(err)
			}
			return a, nil
		},
	}
}

// Content is what is kept beside aggregates of a kind.
type Content[C any] struct {
	Name   string // tells it from what else is kept beside the aggregate
	pack   func(*C) (string, error)
	unpack func(text []byte) (*C, error)
}

// Encode returns JSON.
func (c Content[C]) Encode(value *C) (string, error) { return c.pack(value) }

// Decode reads what Encode returned.
func (c Content[C]) Decode(text []byte) (*C, error) { return c.unpack(text) }

func content[C, D any](name string, pack func(*C) D, unpack func(D) (*C, error)) Content[C] {
	return Content[C]{
		name,
		func(c *C) (string, error) { return Encode(pack(c)) },
		func(text []byte) (*C, error) {
			var d D
			if err := json.Unmarshal(text, &d); err != nil {
				return nil, Unreadable(err)
			}
			c, err := unpack(d)
			if err != nil {
				return nil, Unreadable(err)
			}
			return c, nil
		},
	}
}

// always is for documents that cannot be wrong once they were read.
func always[C, D any](unpack func(D) *C) func(D) (*C, error) {
	return func(d D) (*C, error) { return unpack(d), nil }
}

// Encode returns JSON.
func Encode(d any) (string, error) {
	text, err := json.Marshal(d)
	if err != nil {
		return "", fault.New(fault.Internal, "store.unwritable", "this cannot be stored").Because(err)
	}
	return string(text), nil
}

// Unreadable says that a document is no document of its kind. The cause may be a refusal meant for callers, which this is
// not.
func Unreadable(err error) error {
	return fault.New(fault.Internal, "store.unreadable", "what is stored cannot be read").Because(err)
}

// Stamp is a time as documents hold it: in UTC, and of one width down to the nanosecond, so that texts sort as the times
// do. Whole numbers would, too, but nanoseconds of 64 bits end in the year 2262, before the contracts that people enter.
type Stamp time.Time

const stampLayout = "2006-01-02T15:04:05.000000000Z"

// IsZero leaves an absent time out of the document.
func (s Stamp) IsZero() bool { return time.Time(s).IsZero() }

// String returns the text, which is empty for an absent time and so before all others.
func (s Stamp) String() string {
	if s.IsZero() {
		return ""
	}
	return time.Time(s).UTC().Format(stampLayout)
}

// MarshalText refuses years that need more than four digits.
func (s Stamp) MarshalText() ([]byte, error) {
	if year := time.Time(s).UTC().Year(); year < 0 || year > 9999 {
		return nil, fmt.Errorf("the year %d has not four digits", year)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *Stamp) UnmarshalText(text []byte) error {
	t, err := time.Parse(stampLayout, string(text))
	*s = Stamp(t)
	return err
}
