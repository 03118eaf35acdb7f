// Package fault holds the refusals of the gateway: values with a kind, a stable code and a text for people. Each edge
// (HTTP, cXML, the command line) turns the kind into its own status in one table.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal a fault is. The zero kind is Internal: an error that nobody classified is a defect of
// the gateway, not of the caller.
type Kind int

// The kinds of refusal.
const (
	Internal        Kind = iota // a defect of the gateway
	Malformed                   // not readable: broken JSON, XML or encoding, a doubled or missing parameter
	Unauthenticated             // credentials not recognised
	Forbidden                   // known, but not allowed: not eligible, or scope missing
	NotFound                    // no such thing for this caller
	Conflict                    // the state of the thing forbids it
	Gone                        // revoked, expired or spent
	TooLarge                    // more bytes or lines than the gateway takes
	Invalid                     // readable but wrong
	TooMany                     // too many attempts
	Unavailable                 // the store or another dependency is away
	Unsupported                 // the format cannot do what was asked
	Stale                       // it was changed since the caller read it
)

var kindNames = [...]string{
	"internal", "malformed", "unauthenticated", "forbidden", "not_found", "conflict", "gone", "too_large", "invalid",
	"too_many", "unavailable", "unsupported", "stale",
}

// String returns the kind's name in lower case.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return fmt.Sprintf("kind(%d)", int(k))
	}
	return kindNames[k]
}

// Kinds returns every kind, so that an edge can prove that its table is complete.
func Kinds() []Kind {
	kinds := make([]Kind, len(kindNames))
	for i := range kinds {
		kinds[i] = Kind(i)
	}
	return kinds
}

// Detail is one of several things wrong at once.
type Detail struct {
	// Path names the member as a JSON Pointer (RFC 6901), such as /lines/2/quantity, or the parameter or element.
	Path string
	// Code is stable and made for programs, such as "not_positive"; for an eligibility refusal it is the rule's name.
	Code string
	// Message is made for people.
	Message string
}

// Fault is a refusal. Its text never holds a secret.
type Fault struct {
	Kind    Kind
	Code    string // stable, such as "session.expired"
	Message string // for people, without the cause
	Details []Detail
	// Wait is how long it takes until the same may succeed, where that is known.
	Wait  time.Duration
	cause error
}

// New makes a fault of the given kind, with a stable code and a message for people.
func New(kind Kind, code, message string) *Fault {
	return &Fault{Kind: kind, Code: code, Message: message}
}

// Newf is New with a formatted message.
func Newf(kind Kind, code, format string, args ...any) *Fault {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// Error returns the message, and the cause for the log where there is one.
func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Message + ": " + f.cause.Error()
	}
	return f.Message
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.cause }

// Is compares codes, so that errors.Is(err, session.ErrExpired) holds for every fault with that code.
func (f *Fault) Is(target error) bool {
	other, ok := target.(*Fault)
	return ok && other.Code == f.Code
}

// Because returns a copy that keeps the cause for the log; callers outside never see it.
func (f *Fault) Because(cause error) *Fault {
	with := *f
	with.cause = cause
	return &with
}

// With returns a copy that lists the details.
func (f *Fault) With(details ...Detail) *Fault {
	with := *f
	with.Details = details
	return &with
}

// After returns a copy that says how long to wait.
func (f *Fault) After(wait time.Duration) *Fault {
	with := *f
	with.Wait = wait
	return &with
}

// From returns the fault within err, or an internal fault that keeps err as its cause. It returns nil for nil.
func From(err error) *Fault {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return New(Internal, "internal", "internal error").Because(err)
}

// KindOf returns the kind of the fault within err, Internal where there is none, and -1, which is no kind, where there is
// no error.
func KindOf(err error) Kind {
	if err == nil {
		return -1
	}
	return From(err).Kind
}

// Text returns what people may read of an error: of a fault the message without its cause, which is for the log.
func Text(err error) string {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Message
	}
	return err.Error()
}
