package options_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/domain/fault"
)

type sample struct {
	Header bool              `json:"header"`
	Field  string            `json:"field"`
	Days   int               `json:"days"`
	Names  []string          `json:"names"`
	Hidden map[string]string `json:"hidden"`
}

var defaults = sample{Header: true, Field: "cart"}

func TestReadKeepsDefaultsOfWhatIsAbsent(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want sample
	}{
		"nothing":              {"", defaults},
		"white space":          {" \n", defaults},
		"null":                 {"null", defaults},
		"an empty object":      {"{}", defaults},
		"one member":           {`{"field":"other"}`, sample{Header: true, Field: "other"}},
		"a default turned off": {`{"header":false}`, sample{Field: "cart"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := defaults
			if err := options.Read(json.RawMessage(c.raw), &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestReadRefusesNamingTheMember(t *testing.T) {
	for name, c := range map[string]struct{ raw, path, code string }{
		"an unknown member":             {`{"feild":"x"}`, "/options/feild", "unknown_member"},
		"a member in another case":      {`{"Field":"x"}`, "/options/Field", "unknown_member"},
		"a doubled member":              {`{"field":"x","field":"x"}`, "/options/field", "doubled_member"},
		"a doubled member further down": {`{"hidden":{"a":"x","a":"y"}}`, "/options/hidden/a", "doubled_member"},
		"a text for true or false":      {`{"header":"yes"}`, "/options/header", "wrong_type"},
		"a number for a text":           {`{"field":7}`, "/options/field", "wrong_type"},
		"a text for a whole number":     {`{"days":"7"}`, "/options/days", "wrong_type"},
		"a text for a list":             {`{"names":"a"}`, "/options/names", "wrong_type"},
		"a number deep inside":          {`{"hidden":{"a/b":1}}`, "/options/hidden/a~1b", "wrong_type"},
		"null for a member":             {`{"header":null}`, "/options/header", "null"},
		"a list instead of an object":   {`[]`, "/options", "wrong_type"},
		"a broken text":                 {`{"field":`, "/options/field", "not_json"},
		"something after the object":    {`{} x`, "/options", "not_json"},
	} {
		t.Run(name, func(t *testing.T) {
			into := defaults
			err := options.Read(json.RawMessage(c.raw), &into)
			f := fault.From(err)
			if !errors.Is(err, options.ErrInvalid) || f.Kind != fault.Invalid || len(f.Details) != 1 {
				t.Fatalf("got %v %+v, want one detail of options.invalid", err, f)
			}
			if d := f.Details[0]; d.Path != c.path || d.Code != c.code || d.Message == "" {
				t.Errorf("got %+v, want %s at %s", d, c.code, c.path)
			}
		})
	}
}
