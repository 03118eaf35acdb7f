// Package startform reads start calls that a browser brings as a form: the query of the address, the body
// (application/x-www-form-urlencoded of the WHATWG URL standard, multipart/form-data of RFC 7578), or both. Every format
// whose start call is a form is built on it.
//
// Nothing is repaired: broken percent-encoding, broken UTF-8 and control characters are refused, for what is guessed
// here would be a wrong user or a wrong return address. Lost: the order of the parameters.
package startform

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
)

// MaxParameters is the largest number of parameters in query and body together.
const MaxParameters = 200

// Refusals of a start call by form, all fault.Malformed. Texts name parameters, never their values.
var (
	ErrBody      = fault.New(fault.Malformed, "start.not_form", "the body is not a form")
	ErrMany      = fault.Newf(fault.Malformed, "start.too_many_parameters", "the start call has more than %d parameters", MaxParameters)
	ErrParameter = fault.New(fault.Malformed, "start.malformed_parameter", "there is a parameter that is not readable")
	ErrDoubled   = fault.New(fault.Malformed, "start.doubled_parameter", "a parameter stands twice")
	ErrMissing   = fault.New(fault.Malformed, "start.missing_parameter", "the start call lacks a parameter")
)

// Params are the parameters of a start call. Names are compared without regard to case.
type Params struct{ byName map[string]param } // the key is in lower case

type param struct{ name, value string }

// Get returns the parameter's value; "" where it did not come.
func (p Params) Get(name string) string { return p.byName[strings.ToLower(name)].value }

// Names returns the names as they came, sorted.
func (p Params) Names() []string {
	names := make([]string, 0, len(p.byName))
	for name := range p.All() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// All yields each parameter's name, as it came, and its value, in no particular order.
func (p Params) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, one := range p.byName {
			if !yield(one.name, one.value) {
				return
			}
		}
	}
}

// Parse reads query and body. A name that stands in both counts with its value in the body; one that stands twice in the
// query, or twice in the body, is refused.
func Parse(r port.StartRequest) (Params, error) {
	query, err := parseURLEncoded("query", r.Query)
	if err != nil {
		return Params{}, err
	}
	body, err := parseBody(r)
	if err != nil {
		return Params{}, err
	}
	maps.Copy(query.byName, body.byName)
	if len(query.byName) > MaxParameters {
		return Params{}, ErrMany
	}
	return query, nil
}

// Decode reads a start call by form, with the parameter names of r.Login. The user, the password, the return address, the
// customer and the session reference have their places in the call; every other parameter becomes an extrinsic. A missing
// user or password is refused; a missing return address is not, for the connection may have a fixed one.
func Decode(r port.StartRequest) (port.StartCall, error) {
	params, err := Parse(r)
	if err != nil {
		return port.StartCall{}, err
	}
	names := r.Login.Names
	if names == (connection.Names{}) {
		names = connection.Presets[connection.DefaultPreset]
	}
	call := port.StartCall{
		Operation:   "create",
		ReturnURL:   params.Get(names.ReturnURL),
		Correlation: params.Get(names.Session),
		Presented: port.Presented{
			User:     params.Get(names.User),
			Customer: params.Get(names.Customer),
			Password: secret.New(params.Get(names.Password)),
			Names:    params.Names(),
		},
		Extrinsics: others(params, names),
	}
	var missing []fault.Detail
	for _, required := range []string{names.User, names.Password} {
		if params.Get(required) == "" {
			missing = append(missing, fault.Detail{Path: required, Code: "missing", Message: required + " is missing or empty"})
		}
	}
	if missing != nil {
		return call, Refuse(ErrMissing, missing...)
	}
	return call, nil
}

// others returns the parameters without a place of their own, nil where there are none.
func others(params Params, names connection.Names) map[string]string {
	known := []string{names.User, names.Password, names.ReturnURL, names.Customer, names.Session}
	var rest map[string]string
	for name, value := range params.All() {
		if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			continue
		}
		if rest == nil {
			rest = map[string]string{}
		}
		rest[name] = value
	}
	return rest
}

func parseBody(r port.StartRequest) (Params, error) {
	if r.Method == http.MethodGet || len(bytes.TrimSpace(r.Body)) == 0 {
		return Params{}, nil
	}
	mediaType, attributes, err := mime.ParseMediaType(r.ContentType)
	switch {
	case r.ContentType == "" || err == nil && mediaType == "application/x-www-form-urlencoded":
		return parseURLEncoded("body", strings.TrimSpace(string(r.Body)))
	case err == nil && mediaType == "multipart/form-data":
		return parseMultipart(multipart.NewReader(bytes.NewReader(r.Body), attributes["boundary"]))
	}
	return Params{}, Refuse(ErrBody, fault.Detail{
		Path: "Content-Type", Code: "not_form", Message: "Content-Type must be application/x-www-form-urlencoded or multipart/form-data",
	})
}

// parseURLEncoded does not lean on url.ParseQuery, whose errors quote what came, secrets included.
func parseURLEncoded(source, text string) (Params, error) {
	c := collector{source: source, byName: map[string]param{}}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil {
			return Params{}, c.refuse("", "a name has broken percent-encoding")
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			return Params{}, c.refuse(name, "has broken percent-encoding")
		}
		if err := c.add(name, value); err != nil {
			return Params{}, err
		}
	}
	return Params{c.byName}, nil
}

func parseMultipart(parts *multipart.Reader) (Params, error) {
	c := collector{source: "body", byName: map[string]param{}}
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return Params{c.byName}, nil
		}
		if err != nil {
			return Params{}, Refuse(ErrBody, fault.Detail{Path: "body", Code: "not_multipart", Message: "it is not multipart/form-data"})
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return Params{}, Refuse(ErrBody, fault.Detail{Path: "body", Code: "not_multipart", Message: "it ends within a part"})
		}
		if part.FileName() != "" {
			return Params{}, c.refuse(part.FormName(), "is a file")
		}
		if err := c.add(part.FormName(), string(value)); err != nil {
			return Params{}, err
		}
	}
}

// collector gathers the parameters of one source.
type collector struct {
	source string
	byName map[string]param
}

func (c *collector) add(name, value string) error {
	key := strings.ToLower(name)
	switch _, doubled := c.byName[key]; {
	case name == "":
		return c.refuse("", "a parameter has no name")
	case !readable(name):
		return c.refuse("", "a name has control characters or broken UTF-8")
	case !readable(value):
		return c.refuse(name, "has control characters or broken UTF-8")
	case doubled:
		return Refuse(ErrDoubled, fault.Detail{Path: clip(name), Code: "doubled", Message: clip(name) + " stands twice in the " + c.source})
	case len(c.byName) == MaxParameters:
		return ErrMany
	}
	c.byName[key] = param{name, value}
	return nil
}

func (c *collector) refuse(name, what string) error {
	path := c.source
	if readable(name) && name != "" {
		path = clip(name)
	}
	return Refuse(ErrParameter, fault.Detail{Path: path, Code: "malformed", Message: path + ": " + what})
}

// Refuse returns the refusal with its details. It puts them into the message, too, since a browser's error page shows one line.
func Refuse(f *fault.Fault, details ...fault.Detail) error {
	f = f.With(details...)
	for i, d := range details {
		f.Message += [...]string{": ", ", "}[min(i, 1)] + d.Message
	}
	return f
}

func readable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// clip keeps a message short whatever came in.
func clip(s string) string {
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}
