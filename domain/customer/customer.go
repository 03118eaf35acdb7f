// Package customer holds the buying organisation of a shop, with its values of the tenant's custom fields.
package customer

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies a customer within its tenant.
type ID string

// Profile is what the shop says of a customer.
type Profile struct {
	// Number is the shop's own customer number, unique in the tenant; may be empty.
	Number string
	Name   string
	Active bool
	// ContractFrom and ContractUntil bound the time in which a PunchOut may start; a zero time leaves that end open.
	ContractFrom, ContractUntil time.Time
	// Buyer completes carts that name no buyer.
	Buyer cart.Party
	// Values are the custom fields by name: any text, a plain decimal, or "true" and "false" for a checkbox.
	Values map[string]string
}

// State is everything a store keeps of a customer.
type State struct {
	Tenant    tenant.ID
	ID        ID
	Profile   Profile
	CreatedAt time.Time
}

// Customer is a buying organisation. New and Restore make one.
type Customer struct{ state State }

// New makes a customer of the tenant, or refuses with all that is wrong.
func New(of *tenant.Tenant, id ID, p Profile, now time.Time) (*Customer, error) {
	if err := check(of, p); err != nil {
		return nil, err
	}
	return &Customer{State{Tenant: of.ID(), ID: id, Profile: p.clone(), CreatedAt: now}}, nil
}

// Restore makes a customer from what a store kept.
func Restore(s State) *Customer { return &Customer{s} }

// Snapshot returns what a store keeps.
func (c *Customer) Snapshot() State {
	s := c.state
	s.Profile = s.Profile.clone()
	return s
}

// ID returns the customer's identifier.
func (c *Customer) ID() ID { return c.state.ID }

// Profile returns what the shop says of the customer.
func (c *Customer) Profile() Profile { return c.state.Profile.clone() }

// Ticked reports whether the checkbox of that name is ticked.
func (c *Customer) Ticked(field string) bool {
	return field != "" && c.state.Profile.Values[field] == "true"
}

// Tick ticks the checkbox field of that name, or unticks it, and reports whether that changes anything.
func (c *Customer) Tick(field string, ticked bool) bool {
	value := strconv.FormatBool(ticked)
	if is, known := c.state.Profile.Values[field]; known && is == value || !known && !ticked {
		return false
	}
	p := c.state.Profile.clone()
	if p.Values == nil {
		p.Values = map[string]string{}
	}
	p.Values[field] = value
	c.state.Profile = p
	return true
}

// Change replaces the profile, or refuses with all that is wrong and changes nothing. A value that the customer has of a field that
// the tenant has no longer may stand in it, since whoever read it writes it back; it is kept no further.
func (c *Customer) Change(of *tenant.Tenant, p Profile) error {
	p = p.clone()
	maps.DeleteFunc(p.Values, func(name, value string) bool {
		kept, had := c.state.Profile.Values[name]
		_, there := of.Field(name)
		return !there && had && kept == value
	})
	if err := check(of, p); err != nil {
		return err
	}
	c.state.Profile = p
	return nil
}

func (p Profile) clone() Profile {
	p.Values = maps.Clone(p.Values)
	return p
}

// ErrInvalid refuses a customer; its details name every member that is wrong.
var ErrInvalid = fault.New(fault.Invalid, "customer.invalid", "the customer has members that are wrong")

func check(of *tenant.Tenant, p Profile) error {
	var details []fault.Detail
	report := func(path, code, message string) {
		details = append(details, fault.Detail{Path: path, Code: code, Message: message})
	}
	if strings.TrimSpace(p.Name) == "" {
		report("/name", "missing", "is required")
	} else {
		details = append(details, cart.CheckText("/name", p.Name, cart.MaxName)...)
	}
	details = append(details, cart.CheckText("/number", p.Number, cart.MaxIdentifier)...)
	for _, t := range []struct {
		path string
		at   time.Time
	}{{"/contract_from", p.ContractFrom}, {"/contract_until", p.ContractUntil}} {
		if !t.at.IsZero() && (t.at.UTC().Year() < 1900 || t.at.UTC().Year() > 9998) {
			report(t.path, "out_of_range", "must be between the years 1900 and 9998")
		}
	}
	if !p.ContractFrom.IsZero() && !p.ContractUntil.IsZero() && !p.ContractUntil.After(p.ContractFrom) {
		report("/contract_until", "before_contract_from", "the contract ends before it begins")
	}
	details = append(details, cart.CheckParty("/buyer", p.Buyer)...)
	for _, name := range slices.Sorted(maps.Keys(p.Values)) {
		value := p.Values[name]
		field, ok := of.Field(name)
		switch {
		case !ok:
			report("/fields/"+name, "unknown_field", "the tenant has no such custom field")
		case field.Type == tenant.Checkbox && value != "true" && value != "false":
			report("/fields/"+name, "not_checkbox", "must be true or false")
		case field.Type == tenant.Number:
			if d, err := money.Parse(value); err != nil || d.IsZero() {
				report("/fields/"+name, "not_number", "must be a decimal number")
			}
		case utf8.RuneCountInString(value) > cart.MaxDescription:
			report("/fields/"+name, "too_long", "is too long")
		}
	}
	if len(details) > 0 {
		return ErrInvalid.With(details...)
	}
	return nil
}
