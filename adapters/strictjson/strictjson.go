// Package strictjson reads and writes the gateway's JSON. Reading refuses what most readers let pass in silence: unknown
// and doubled members, broken UTF-8, text after the value (RFC 8259, with the names of RFC 7493), and names the place of
// what is wrong by a JSON Pointer (RFC 6901).
package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

// ErrMalformed refuses a document; its detail names the place.
var ErrMalformed = fault.New(fault.Malformed, "json.malformed", "the JSON document is not readable")

// maxObjects is how many objects a document holds: an empty one has two bytes there, and hundreds in memory.
const maxObjects = 500_000

// ErrTooManyObjects refuses a document of more than maxObjects, where braces within texts count, too.
var ErrTooManyObjects = fault.Newf(fault.TooLarge, "json.too_many_objects", "the JSON document holds more than %d objects", maxObjects)

// Decode reads one JSON value into a pointer.
func Decode(document []byte, into any) error {
	if bytes.Count(document, []byte("{")) > maxObjects {
		return ErrTooManyObjects
	}
	err := json.Unmarshal(document, into, Strict)
	if err == nil {
		return nil
	}
	detail := fault.Detail{Code: "malformed", Message: "is not readable"}
	refusal := ErrMalformed
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		detail.Path = string(semantic.JSONPointer)
		detail.Message = "does not fit here: " + describe(semantic)
		if errors.Is(semantic.Err, json.ErrUnknownName) {
			detail.Code, detail.Message = "unknown_member", "is not a member that exists here"
		}
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		detail.Path = string(syntactic.JSONPointer)
		detail.Message = fmt.Sprintf("is not readable: %v at byte %d", syntactic.Err, syntactic.ByteOffset)
		if errors.Is(syntactic.Err, jsontext.ErrDuplicateName) {
			detail.Code, detail.Message = "doubled_member", "stands twice"
		}
	}
	if errors.Is(err, cart.ErrTooManyLines) {
		return cart.ErrTooManyLines
	}
	if own, ok := errors.AsType[*fault.Fault](err); ok { // a type of the domain refused its text
		detail.Code, detail.Message = own.Code, own.Message
		if own.Kind == fault.Invalid {
			refusal = fault.New(fault.Invalid, "json.invalid", "the JSON document has members that are wrong")
		}
	}
	detail.Path = clip(detail.Path)
	return refusal.With(detail)
}

// Strict are the options that Decode reads with, for who tells in other words what is wrong. Too many lines are cart.ErrTooManyLines.
var Strict = json.JoinOptions(json.RejectUnknownMembers(true), lines)

// lines are read one by one, and no more than a cart holds: an empty one has two bytes in a document, and hundreds in memory.
var lines = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, into *[]cart.Line) error {
	if d.PeekKind() != jsontext.KindBeginArray {
		return errors.ErrUnsupported // as all else is read
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for *into = []cart.Line{}; d.PeekKind() != jsontext.KindEndArray; {
		if len(*into) == cart.MaxLines {
			return cart.ErrTooManyLines
		}
		var line cart.Line
		if err := json.UnmarshalDecode(d, &line); err != nil {
			return err
		}
		*into = append(*into, line)
	}
	_, err := d.ReadToken()
	return err
}))

// longest is the largest number of characters of a path that a refusal tells: names and depth are the caller's.
const longest = 1_000

func clip(path string) string {
	if utf8.RuneCountInString(path) <= longest {
		return path
	}
	return string([]rune(path)[:longest]) + "…"
}

func describe(err *json.SemanticError) string {
	switch err.GoType {
	case reflect.TypeFor[[]byte]():
		return "must be Base64 with padding and without line ends (RFC 4648 section 4)"
	case reflect.TypeFor[time.Time]():
		return "must be a time such as 2026-11-24T12:00:00+01:00 (RFC 3339)"
	}
	if err.GoType == nil {
		return "unexpected " + err.JSONKind.String()
	}
	return fmt.Sprintf("a JSON %s", err.JSONKind)
}

// Encode writes a value with its members in a fixed order.
func Encode(value any) ([]byte, error) {
	return json.Marshal(value, json.Deterministic(true))
}

// EncodeIndented is Encode for people.
func EncodeIndented(value any) ([]byte, error) {
	b, err := json.Marshal(value, json.Deterministic(true), jsontext.WithIndent("  "))
	return append(b, '\n'), err
}
