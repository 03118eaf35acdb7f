// Package options reads the option object of a connection's format: a small JSON object (RFC 8259) that is taken
// strictly, since a misspelt option that is passed over would be found by the buyer.
package options

import (
	stdjson "encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/punchgate/punchgate/domain/fault"
)

// ErrInvalid refuses options; its details name every member that is wrong by its JSON Pointer under /options.
var ErrInvalid = fault.New(fault.Invalid, "options.invalid", "the format's options have members that are wrong")

// Read fills the struct that into points to. Nothing, an empty text and null leave it as it is, and so does a member that
// is absent: the defaults are what stands in it. An unknown or doubled member, a null and a value of the wrong type are
// refused as ErrInvalid.
func Read(raw stdjson.RawMessage, into any) error {
	text := strings.TrimSpace(string(raw))
	if text == "" || text == "null" {
		return nil
	}
	if err := refuseNulls(text); err != nil {
		return err
	}
	return refusal(json.Unmarshal([]byte(text), into, json.RejectUnknownMembers(true)))
}

// refuseNulls looks for null, which would put nought in the place of a default in silence.
func refuseNulls(text string) error {
	d := jsontext.NewDecoder(strings.NewReader(text))
	for token, err := d.ReadToken(); err == nil; token, err = d.ReadToken() {
		if token.Kind() == 'n' {
			return invalid(d.StackPointer(), "null", "must not be null; leave the member out")
		}
	}
	return nil // the end, or what Unmarshal will say better
}

func refusal(err error) error {
	if err == nil {
		return nil
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return invalid(syntax.JSONPointer, "doubled_member", "stands twice")
		}
		return invalid(syntax.JSONPointer, "not_json", "is not JSON from here on")
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return invalid("", "wrong_type", "must be a JSON object")
	case errors.Is(err, json.ErrUnknownName):
		return invalid(semantic.JSONPointer, "unknown_member", "is no option of the format")
	}
	return invalid(semantic.JSONPointer, "wrong_type", "must be "+kind(semantic.GoType))
}

func invalid(at jsontext.Pointer, code, message string) error {
	return ErrInvalid.With(fault.Detail{Path: "/options" + string(at), Code: code, Message: message})
}

// kind names what a member takes, for people.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "a JSON object"
	}
	return "of another type"
}
