// Package formats finds a format by its name among those of this build.
package formats

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// Registry holds the formats of this build. It is read-only after New.
type Registry struct{ byName map[string]port.Format }

// New makes a registry, or returns all defects at once: formats without a name, and names given twice.
func New(all []port.Format) (*Registry, error) {
	r := &Registry{map[string]port.Format{}}
	var defects []error
	for _, f := range all {
		name := f.Name()
		switch _, taken := r.byName[name]; {
		case name == "":
			defects = append(defects, fmt.Errorf("format %T has no name", f))
		case taken:
			defects = append(defects, fmt.Errorf("two formats are named %s", name))
		default:
			r.byName[name] = f
		}
	}
	return r, errors.Join(defects...)
}

// Names returns the formats of this build in alphabetical order.
func (r *Registry) Names() []string { return slices.Sorted(maps.Keys(r.byName)) }

// ErrUnknown refuses a name that no format of this build has.
var ErrUnknown = fault.New(fault.Unsupported, "format.unknown", "unknown format")

// Get returns the format of that name, or ErrUnknown with the names that this build has.
func (r *Registry) Get(name string) (port.Format, error) {
	f, ok := r.byName[name]
	if !ok {
		return nil, fault.Newf(ErrUnknown.Kind, ErrUnknown.Code, "unknown format %q; this build has %s", name, strings.Join(r.Names(), ", "))
	}
	return f, nil
}

// As returns the format of that name as one that can do what T asks for. A format that cannot is refused with a fault
// that says so.
func As[T port.Format](r *Registry, name, capability string) (T, error) {
	var none T
	f, err := r.Get(name)
	if err != nil {
		return none, err
	}
	able, ok := f.(T)
	if !ok {
		return none, fault.Newf(fault.Unsupported, "format.incapable", "format %s cannot do this: %s", name, capability)
	}
	return able, nil
}

// The capabilities, as they are listed.
const (
	Login         = "login"
	Cart          = "cart"
	Validate      = "validate"
	Order         = "order"
	OrderResponse = "order-response"
)

// What only purchase orders need, and no list names.
const (
	OrderAgreement = "order-agreement"
	OrderStatus    = "order-status"
	Authentication = "authentication"
	Receipt        = "receipt"
)

// Capabilities returns what the format can do, read off the interfaces that it implements.
func Capabilities(f port.Format) []string {
	var can []string
	if _, ok := f.(port.LoginDecoder); ok {
		can = append(can, Login)
	}
	if _, ok := f.(port.CartEncoder); ok {
		can = append(can, Cart)
	}
	if _, ok := f.(port.DocumentValidator); ok {
		can = append(can, Validate)
	}
	if _, ok := f.(port.OrderDecoder); ok {
		can = append(can, Order)
	}
	if _, ok := f.(port.OrderResponseEncoder); ok {
		can = append(can, OrderResponse)
	}
	return can
}
