package mapping

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// kind is the type of a value in expressions.
type kind int

const (
	kindText kind = iota
	kindNumber
	kindTruth
	kindList // of texts, in expressions only
)

func (k kind) String() string {
	return [...]string{kindText: "a text", kindNumber: "a number", kindTruth: "true or false", kindList: "a list"}[k]
}

// access reads and writes one member of a cart or a line as text. Members that families such as extrinsics hold by name
// are reached with the name.
type access[T any] struct {
	kind kind
	get  func(of *T, name string) string
	set  func(of *T, name, value string) error
	// fixed says why a mapping cannot change the member, which has no set then.
	fixed string
	// rounded is set where a mapping can do no more than round.
	rounded bool
	// coded is set where the member may hold a code of the buyer's that is none of the neutral cart's.
	coded bool
}

// Why a mapping cannot change a member.
const (
	identity = "orders find the cart and its lines by it"
	paid     = "it decides what is bought and paid"
	terms    = "it is a condition of the offer"
	shape    = "it ties lines together"
)

func textOf[T any](at func(*T) *string) access[T] {
	return access[T]{
		get: func(of *T, _ string) string { return *at(of) },
		set: func(of *T, _, value string) error { *at(of) = value; return nil },
	}
}

func numberOf[T any](at func(*T) *money.Decimal) access[T] {
	return access[T]{
		kind: kindNumber,
		get:  func(of *T, _ string) string { return at(of).String() },
		set: func(of *T, _, value string) error {
			d, err := decimal(value)
			*at(of) = d
			return err
		},
	}
}

func truthOf[T any](at func(*T) *bool) access[T] {
	return access[T]{
		kind: kindTruth,
		get:  func(of *T, _ string) string { return strconv.FormatBool(*at(of)) },
		set: func(of *T, _, value string) error {
			if value != "true" && value != "false" {
				return refuse("not_truth", "%s is neither true nor false", quote(value))
			}
			*at(of) = value == "true"
			return nil
		},
	}
}

func momentOf[T any](at func(*T) *cart.Moment) access[T] {
	return access[T]{
		get: func(of *T, _ string) string { return at(of).String() },
		set: func(of *T, _, value string) error {
			if err := at(of).UnmarshalText([]byte(value)); err != nil {
				return refuse("not_time", "%s is no date or time: %s", quote(value), cart.ErrNotMoment.Message)
			}
			return nil
		},
	}
}

func (a access[T]) fix(why string) access[T] {
	a.set, a.fixed = nil, why
	return a
}

// cartMembers are the members of the cart, and lineMembers those of a line, by their names in JSON with a point between the
// levels. A * is any name.
var cartMembers = func() map[string]access[cart.Cart] {
	type c = cart.Cart
	all := map[string]access[c]{
		"id":                    textOf(func(c *c) *string { return &c.ID }).fix(identity),
		"currency":              textOf(func(c *c) *string { return &c.Currency }).fix(paid),
		"language":              textOf(func(c *c) *string { return &c.Language }),
		"issued_at":             momentOf(func(c *c) *cart.Moment { return &c.IssuedAt }).fix(terms),
		"valid_until":           momentOf(func(c *c) *cart.Moment { return &c.ValidUntil }).fix(terms),
		"complete_only":         truthOf(func(c *c) *bool { return &c.CompleteOnly }).fix(terms),
		"contract_id":           textOf(func(c *c) *string { return &c.ContractID }),
		"ship_to.name":          textOf(func(c *c) *string { return &c.ShipTo.Name }),
		"ship_to.street":        textOf(func(c *c) *string { return &c.ShipTo.Street }),
		"ship_to.street2":       textOf(func(c *c) *string { return &c.ShipTo.Street2 }),
		"ship_to.city":          textOf(func(c *c) *string { return &c.ShipTo.City }),
		"ship_to.postal_code":   textOf(func(c *c) *string { return &c.ShipTo.PostalCode }),
		"ship_to.region":        textOf(func(c *c) *string { return &c.ShipTo.Region }),
		"ship_to.country":       textOf(func(c *c) *string { return &c.ShipTo.Country }),
		"ship_to.gln":           textOf(func(c *c) *string { return &c.ShipTo.GLN }),
		"shipping.amount":       numberOf(func(c *c) *money.Decimal { return &c.Shipping.Amount }).fix(paid),
		"shipping.description":  textOf(func(c *c) *string { return &c.Shipping.Description }),
		"shipping.tax.category": textOf(func(c *c) *string { return &c.Shipping.Tax.Category }).fix(paid),
		"shipping.tax.percent":  numberOf(func(c *c) *money.Decimal { return &c.Shipping.Tax.Percent }).fix(paid),
	}
	for name, party := range map[string]func(*c) *cart.Party{
		"seller": func(c *c) *cart.Party { return &c.Seller }, "buyer": func(c *c) *cart.Party { return &c.Buyer },
	} {
		all[name+".name"] = textOf(func(c *c) *string { return &party(c).Name })
		all[name+".reference"] = textOf(func(c *c) *string { return &party(c).Reference })
		all[name+".endpoint.scheme"] = textOf(func(c *c) *string { return &party(c).Endpoint.Scheme })
		all[name+".endpoint.id"] = textOf(func(c *c) *string { return &party(c).Endpoint.ID })
		all[name+".identifier.scheme"] = textOf(func(c *c) *string { return &party(c).Identifier.Scheme })
		all[name+".identifier.id"] = textOf(func(c *c) *string { return &party(c).Identifier.ID })
	}
	return all
}()

var lineMembers = func() map[string]access[cart.Line] {
	type l = cart.Line
	price, unit := numberOf(func(l *l) *money.Decimal { return &l.UnitPrice }), textOf(func(l *l) *string { return &l.Unit })
	price.rounded, unit.coded = true, true
	return map[string]access[l]{
		"id":                   textOf(func(l *l) *string { return &l.ID }).fix(identity),
		"key":                  textOf(func(l *l) *string { return &l.Key }).fix(identity),
		"sku":                  textOf(func(l *l) *string { return &l.SKU }),
		"gtin":                 textOf(func(l *l) *string { return &l.GTIN }),
		"standard_id.scheme":   textOf(func(l *l) *string { return &l.StandardID.Scheme }),
		"standard_id.id":       textOf(func(l *l) *string { return &l.StandardID.ID }),
		"buyer_sku":            textOf(func(l *l) *string { return &l.BuyerSKU }),
		"manufacturer":         textOf(func(l *l) *string { return &l.Manufacturer }),
		"manufacturer_sku":     textOf(func(l *l) *string { return &l.ManufacturerSKU }),
		"name":                 textOf(func(l *l) *string { return &l.Name }),
		"description":          textOf(func(l *l) *string { return &l.Description }),
		"quantity":             numberOf(func(l *l) *money.Decimal { return &l.Quantity }).fix(paid),
		"unit":                 unit,
		"unit_price":           price,
		"price_basis_quantity": numberOf(func(l *l) *money.Decimal { return &l.PriceBasisQuantity }).fix(paid),
		"price_type":           textOf(func(l *l) *string { return &l.PriceType }),
		"tax.category":         textOf(func(l *l) *string { return &l.Tax.Category }).fix(paid),
		"tax.percent":          numberOf(func(l *l) *money.Decimal { return &l.Tax.Percent }).fix(paid),
		"contract_id":          textOf(func(l *l) *string { return &l.ContractID }),
		"contracted":           truthOf(func(l *l) *bool { return &l.Contracted }),
		"lead_time_days":       {kind: kindNumber, get: leadTime, set: setLeadTime},
		"available_from":       momentOf(func(l *l) *cart.Moment { return &l.AvailableFrom }),
		"available_until":      momentOf(func(l *l) *cart.Moment { return &l.AvailableUntil }),
		"origin_country":       textOf(func(l *l) *string { return &l.OriginCountry }),
		"service":              truthOf(func(l *l) *bool { return &l.Service }),
		"part_of":              textOf(func(l *l) *string { return &l.PartOf }).fix(shape),
		"url":                  textOf(func(l *l) *string { return &l.URL }),
		"extrinsics.*":         {get: func(l *l, name string) string { return l.Extrinsics[name] }, set: setExtrinsic},
		"classifications.*":    {get: class, set: setClass},
		"properties.*":         {get: property, set: setProperty},
	}
}()

// find returns how to reach a member by its path without the object's name, and the name within its family.
func find[T any](members map[string]access[T], path string) (a access[T], name string, ok bool) {
	if a, ok = members[path]; ok && !strings.HasSuffix(path, ".*") {
		return a, "", true
	}
	family, name, point := strings.Cut(path, ".")
	a, ok = members[family+".*"]
	return a, name, ok && point && name != ""
}

// names lists the members for people; with settable those that a mapping can change.
func names[T any](members map[string]access[T], settable bool) string {
	all := slices.Sorted(maps.Keys(members))
	if settable {
		all = slices.DeleteFunc(all, func(name string) bool { return members[name].fixed != "" })
	}
	return strings.Join(all, ", ")
}

func leadTime(l *cart.Line, _ string) string {
	if l.LeadTimeDays == nil {
		return ""
	}
	return strconv.Itoa(*l.LeadTimeDays)
}

func setLeadTime(l *cart.Line, _, value string) error {
	if value == "" {
		l.LeadTimeDays = nil
		return nil
	}
	days, err := strconv.Atoi(value)
	if err != nil {
		return refuse("not_number", "%s is no number of days", quote(value))
	}
	l.LeadTimeDays = &days
	return nil
}

func setExtrinsic(l *cart.Line, name, value string) error {
	if value == "" {
		delete(l.Extrinsics, name)
		return nil
	}
	if l.Extrinsics == nil {
		l.Extrinsics = map[string]string{}
	}
	l.Extrinsics[name] = value
	return nil
}

func classAt(l *cart.Line, scheme string) int {
	return slices.IndexFunc(l.Classifications, func(c cart.Classification) bool { return c.Scheme == scheme })
}

func class(l *cart.Line, scheme string) string {
	if i := classAt(l, scheme); i >= 0 {
		return l.Classifications[i].Code
	}
	return ""
}

// setClass puts the code into the first class of the scheme. The version of the list that the old code was of goes with it.
func setClass(l *cart.Line, scheme, code string) error {
	i := classAt(l, scheme)
	switch {
	case i >= 0 && code == "":
		l.Classifications = slices.Delete(l.Classifications, i, i+1)
	case i >= 0 && l.Classifications[i].Code != code:
		l.Classifications[i] = cart.Classification{Scheme: scheme, Code: code}
	case i < 0 && code != "":
		l.Classifications = append(l.Classifications, cart.Classification{Scheme: scheme, Code: code})
	}
	return nil
}

func propertyAt(l *cart.Line, name string) int {
	return slices.IndexFunc(l.Properties, func(p cart.Property) bool { return p.Name == name })
}

func property(l *cart.Line, name string) string {
	if i := propertyAt(l, name); i >= 0 {
		return l.Properties[i].Value
	}
	return ""
}

// setProperty replaces the first property of the name. Quantity, unit and code say the old value in other words and go.
func setProperty(l *cart.Line, name, value string) error {
	i := propertyAt(l, name)
	switch {
	case i >= 0 && value == "":
		l.Properties = slices.Delete(l.Properties, i, i+1)
	case i >= 0 && l.Properties[i].Value != value:
		l.Properties[i] = cart.Property{ID: l.Properties[i].ID, Name: name, Value: value, Qualifier: l.Properties[i].Qualifier}
	case i < 0 && value != "":
		l.Properties = append(l.Properties, cart.Property{Name: name, Value: value})
	}
	return nil
}
