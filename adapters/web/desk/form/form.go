// Package form turns the bodies of the API into the inputs of an HTML form and back. An input is named by the JSON Pointer (RFC
// 6901) of the member that it sets, such as /settings/landing_url, so that what a refusal says of a member stands beside its input.
//
// How members become inputs: a truth value is a checkbox after a hidden input of the value false, a list of texts one input with a
// line each or several inputs of one name, a list of objects has inputs such as /fields/0/label, JSON within a body is its text, a
// time is that of an input of type datetime-local or date in the zone of the gateway. A number may have the input of its unit beside it,
// see Unit.
package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
)

// ErrUnreadable refuses inputs that do not fit their members; a detail for each.
var ErrUnreadable = fault.New(fault.Invalid, "form.unreadable", "some inputs are not readable")

// Times are written and read in this layout, and read as a date and in RFC 3339, too.
const (
	TimeLayout = "2006-01-02T15:04"
	DateLayout = "2006-01-02"

	secondsLayout = ":05.999" // after TimeLayout, where a time has some
)

var (
	rawType  = reflect.TypeFor[json.RawMessage]()
	timeType = reflect.TypeFor[time.Time]()
)

// Encode returns the inputs of a body, which is a struct with JSON names.
func Encode(body any) url.Values {
	values := url.Values{}
	encode(values, "", reflect.ValueOf(body))
	return values
}

func encode(values url.Values, at string, v reflect.Value) {
	switch {
	case v.Type() == rawType:
		values[at] = []string{indented(v.Bytes())}
	case v.Type() == timeType:
		if t, _ := reflect.TypeAssert[time.Time](v); !t.IsZero() {
			layout := TimeLayout
			if t.Second() != 0 || t.Nanosecond() != 0 {
				layout += secondsLayout
			}
			values[at] = []string{t.Local().Format(layout)}
		}
	case textual(v):
		var text string
		if written, err := json.Marshal(v.Interface()); !v.IsZero() && err == nil && json.Unmarshal(written, &text) == nil {
			values[at] = []string{text}
		}
	default:
		encodeKind(values, at, v)
	}
}

func encodeKind(values url.Values, at string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			encode(values, at, v.Elem())
		}
	case reflect.Struct:
		for name, field := range members(v.Type()) {
			encode(values, at+"/"+name, v.FieldByIndex(field.Index))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			encode(values, at+"/"+Escape(key.String()), v.MapIndex(key))
		}
	case reflect.Slice:
		for i := range v.Len() {
			if element := v.Index(i); element.Kind() == reflect.String {
				values.Add(at, element.String())
			} else {
				encode(values, at+"/"+strconv.Itoa(i), element)
			}
		}
	case reflect.Bool:
		values[at] = []string{strconv.FormatBool(v.Bool())}
	case reflect.Int, reflect.Int64:
		values[at] = []string{strconv.FormatInt(v.Int(), 10)}
	case reflect.String:
		values[at] = []string{v.String()}
	default:
		panic("form: no input for " + v.Type().String()) // of the program, not of who fills in the form
	}
}

// textual reports whether a struct is a text in JSON, such as a decimal.
func textual(v reflect.Value) bool {
	return v.Kind() == reflect.Struct && reflect.PointerTo(v.Type()).Implements(reflect.TypeFor[json.Unmarshaler]())
}

func indented(document []byte) string {
	var b bytes.Buffer
	if len(document) == 0 || json.Indent(&b, document, "", "  ") != nil {
		return string(document)
	}
	return b.String()
}

// members returns the JSON members of a struct.
func members(t reflect.Type) func(yield func(string, reflect.StructField) bool) {
	return func(yield func(string, reflect.StructField) bool) {
		for field := range t.Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if field.IsExported() && name != "" && name != "-" && !yield(name, field) {
				return
			}
		}
	}
}

// Unit returns the name of the input of a number's unit, whose value is how many of the member's own units it is: 3600 where a member is
// in seconds and the input in hours.
func Unit(pointer string) string { return pointer + ":unit" }

// Escape returns a name as it stands within a JSON Pointer.
func Escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

func unescape(name string) string { return strings.NewReplacer("~1", "/", "~0", "~").Replace(name) }

// Decode reads inputs into the members of a body that they name; members without an input stay as they are. The error is
// ErrUnreadable, which names each input that does not fit.
func Decode(values url.Values, body any) error {
	d := decoder{values: values}
	d.decode("", reflect.ValueOf(body).Elem())
	if len(d.details) > 0 {
		return ErrUnreadable.With(d.details...)
	}
	return nil
}

type decoder struct {
	values  url.Values
	details []fault.Detail
}

func (d *decoder) report(at, code, message string) {
	d.details = append(d.details, fault.Detail{Path: at, Code: code, Message: message})
}

// has reports whether there is an input of a member or within it.
func (d *decoder) has(at string) bool {
	if d.values.Has(at) {
		return true
	}
	for name := range d.values {
		if strings.HasPrefix(name, at+"/") {
			return true
		}
	}
	return false
}

// last returns the value of an input, the last one where several have the name.
func (d *decoder) last(at string) string {
	all := d.values[at]
	return strings.TrimSpace(all[len(all)-1])
}

func (d *decoder) decode(at string, v reflect.Value) {
	switch {
	case at != "" && !d.has(at), !composed(v) && !d.values.Has(at):
	case v.Type() == rawType:
		d.decodeJSON(at, v)
	case v.Type() == timeType:
		d.decodeTime(at, v)
	case textual(v):
		d.decodeText(at, v)
	default:
		d.decodeKind(at, v)
	}
}

// composed reports whether a member has inputs within it.
func composed(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Struct:
		return v.Type() != timeType && !textual(v)
	case reflect.Slice:
		return v.Type() != rawType
	default:
		return v.Kind() == reflect.Map || v.Kind() == reflect.Pointer
	}
}

func (d *decoder) decodeJSON(at string, v reflect.Value) {
	text := []byte(d.last(at))
	if len(text) == 0 {
		v.SetZero()
		return
	}
	if err := json.Unmarshal(text, new(any)); err != nil {
		where := ""
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			line := 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
			where = " at line " + strconv.Itoa(line)
		}
		d.report(at, "not_json", "is not JSON"+where)
		return
	}
	v.SetBytes(text)
}

func (d *decoder) decodeTime(at string, v reflect.Value) {
	text := d.last(at)
	if text == "" {
		v.SetZero()
		return
	}
	for _, layout := range []string{TimeLayout, TimeLayout + secondsLayout, DateLayout, time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			v.Set(reflect.ValueOf(t.UTC()))
			return
		}
	}
	d.report(at, "not_time", "must be a date such as 2026-11-24")
}

func (d *decoder) decodeText(at string, v reflect.Value) {
	text := d.last(at)
	if text == "" {
		v.SetZero()
		return
	}
	quoted, err := json.Marshal(text)
	if err == nil {
		err = json.Unmarshal(quoted, v.Addr().Interface())
	}
	if err != nil {
		d.report(at, fault.From(err).Code, fault.From(err).Message)
	}
}

func (d *decoder) decodeKind(at string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.decode(at, v.Elem())
	case reflect.Struct:
		for name, field := range members(v.Type()) {
			d.decode(at+"/"+name, v.FieldByIndex(field.Index))
		}
	case reflect.Map:
		d.decodeMap(at, v)
	case reflect.Slice:
		d.decodeSlice(at, v)
	case reflect.Bool:
		v.SetBool(d.last(at) == "true")
	case reflect.Int, reflect.Int64:
		d.decodeInt(at, v)
	case reflect.String:
		v.SetString(d.last(at))
	default:
		panic("form: no input for " + v.Type().String()) // as above
	}
}

func (d *decoder) decodeInt(at string, v reflect.Value) {
	n, err := strconv.ParseInt(d.last(at), 10, 64)
	if err != nil {
		d.report(at, "not_integer", "must be a whole number")
		return
	}
	if d.values.Has(Unit(at)) {
		unit, err := strconv.ParseInt(d.last(Unit(at)), 10, 64)
		if err != nil || unit < 1 {
			d.report(at, "not_unit", "needs a unit")
			return
		}
		most := math.MaxInt64 / unit
		n = min(max(n, -most), most) * unit
	}
	v.SetInt(n)
}

func (d *decoder) decodeMap(at string, v reflect.Value) {
	v.Set(reflect.MakeMap(v.Type()))
	for name := range d.values {
		key, within := strings.CutPrefix(name, at+"/")
		if !within || strings.Contains(key, "/") {
			continue
		}
		if text := d.last(name); text != "" {
			v.SetMapIndex(reflect.ValueOf(unescape(key)).Convert(v.Type().Key()), reflect.ValueOf(text).Convert(v.Type().Elem()))
		}
	}
}

func (d *decoder) decodeSlice(at string, v reflect.Value) {
	v.SetZero()
	if v.Type().Elem().Kind() == reflect.String {
		for _, value := range d.values[at] {
			for line := range strings.Lines(value) {
				if line = strings.TrimSpace(line); line != "" {
					v.Set(reflect.Append(v, reflect.ValueOf(line).Convert(v.Type().Elem())))
				}
			}
		}
		return
	}
	for _, i := range Rows(d.values, at) {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		d.decode(at+"/"+strconv.Itoa(i), v.Index(v.Len()-1))
	}
}

// Rows returns the positions that inputs of a list name, in order: no more than there are inputs, however large a position is.
func Rows(values url.Values, list string) (rows []int) {
	for name := range values {
		rest, within := strings.CutPrefix(name, list+"/")
		position, _, _ := strings.Cut(rest, "/")
		if i, err := strconv.Atoi(position); within && err == nil && i >= 0 && strconv.Itoa(i) == position {
			rows = append(rows, i)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// Compact takes the empty rows of a list of objects out of the inputs and numbers the others anew, so that a row that was left
// blank is none, and what a refusal says of a row is said of the right one.
func Compact(values url.Values, list string) {
	kept := url.Values{}
	next := 0
	for _, i := range Rows(values, list) {
		prefix, filled := list+"/"+strconv.Itoa(i)+"/", false
		for name, all := range values {
			filled = filled || strings.HasPrefix(name, prefix) && strings.TrimSpace(strings.Join(all, "")) != ""
		}
		for name, all := range values {
			if member, within := strings.CutPrefix(name, prefix); within {
				delete(values, name)
				if filled {
					kept[list+"/"+strconv.Itoa(next)+"/"+member] = all
				}
			}
		}
		if filled {
			next++
		}
	}
	maps.Copy(values, kept)
}
