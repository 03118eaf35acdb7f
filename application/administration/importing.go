package administration

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// MaxRows is how many customers are imported at once.
const MaxRows = 10_000

// Row is a customer as a table has it.
type Row struct {
	Line int // in the file, from 1
	ID   customer.ID
	// Profile has the members that Members names by their paths; a customer that there is keeps all others.
	Profile customer.Profile
	Members []string
	Wrong   []fault.Detail // what could not be read of the row
}

// Outcome is what an import makes of a row.
type Outcome struct{ name string }

// The outcomes of a row.
var (
	RowCreates   = Outcome{"create"}    // a customer
	RowChanges   = Outcome{"change"}    // a customer that there is
	RowUnchanged = Outcome{"unchanged"} // the customer is so already
	RowWrong     = Outcome{"wrong"}     // nothing is done for it
)

// Outcomes returns every outcome.
func Outcomes() []Outcome { return []Outcome{RowCreates, RowChanges, RowUnchanged, RowWrong} }

// String returns the outcome's name.
func (o Outcome) String() string { return o.name }

// Imported is what an import made of a row, or would make of it.
type Imported struct {
	Line         int
	Outcome      Outcome
	Customer     customer.ID // empty where there is none yet
	Number, Name string
	Changes      []MemberChange // of a customer that there is
	Wrong        []fault.Detail
}

// MemberChange is what becomes of a member; a text is empty where it has no value.
type MemberChange struct{ Path, Before, After string }

// errTooManyRows refuses a table.
var errTooManyRows = fault.Newf(fault.TooLarge, "import.too_many_rows", "the table has more than %d customers", MaxRows)

// ImportCustomers creates and changes customers row by row: a row that is wrong keeps none of the others from it. A row is of the customer
// with its identifier or, where it has none, its number. So an import may be repeated, also one that ended half-way with an error, and
// then changes nothing that it did before. A preview tells the same and writes nothing.
func (s *Service) ImportCustomers(ctx context.Context, of tenant.ID, rows []Row, preview bool) ([]Imported, error) {
	if len(rows) > MaxRows {
		return nil, errTooManyRows
	}
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	i := &importing{s, shop, preview, map[string]int{}}
	all := make([]Imported, 0, len(rows))
	for _, row := range rows {
		done, err := i.row(ctx, row)
		switch f := fault.From(err); {
		case err == nil:
		case f.Kind == fault.Invalid || errors.Is(err, port.ErrCustomerExists):
			done.Outcome, done.Changes, done.Wrong = RowWrong, nil, f.Details
			if f.Kind == fault.Conflict {
				done.Wrong = []fault.Detail{numberTaken}
			}
		default:
			return all, err
		}
		all = append(all, done)
	}
	return all, nil
}

var numberTaken = fault.Detail{Path: "/number", Code: "taken", Message: "another customer has this number"}

// importing is an import on its way.
type importing struct {
	*Service

	shop    *tenant.Tenant
	preview bool
	seen    map[string]int // the lines of what names customers
}

// row does what is to be done for a row, and refuses one that is wrong.
func (i *importing) row(ctx context.Context, r Row) (Imported, error) {
	done := Imported{Line: r.Line, Customer: r.ID, Number: r.Profile.Number, Name: r.Profile.Name}
	if wrong := append(slices.Clone(r.Wrong), i.misnamed(r)...); len(wrong) > 0 {
		return done, customer.ErrInvalid.With(wrong...)
	}
	there, err := i.find(ctx, r)
	if errors.Is(err, port.ErrCustomerNotFound) {
		return i.create(ctx, done, r)
	}
	if err != nil {
		return done, err
	}
	is := there.Profile()
	done.Customer, done.Number, done.Name = there.ID(), cmp.Or(done.Number, is.Number), cmp.Or(done.Name, is.Name)
	change := func(c *customer.Customer) error {
		before := c.Profile()
		after := r.over(before)
		if done.Changes = changes(before, after); len(done.Changes) == 0 {
			return errAsItWas
		}
		return c.Change(i.shop, after)
	}
	if i.preview {
		if err = change(there); err == nil && there.Profile().Number != is.Number {
			err = i.checkNumber(ctx, there.Profile().Number)
		}
	} else {
		_, err = i.stores.Customers.Update(ctx, i.shop.ID(), there.ID(), change)
	}
	done.Outcome = RowChanges
	if errors.Is(err, errAsItWas) {
		done.Outcome, err = RowUnchanged, nil
	}
	return done, err
}

func (i *importing) create(ctx context.Context, done Imported, r Row) (Imported, error) {
	done.Outcome = RowCreates
	id := r.ID
	if id == "" {
		id = customer.ID(i.newID(ctx, "customer of line "+strconv.Itoa(r.Line)))
	}
	c, err := customer.New(i.shop, id, r.over(customer.Profile{Active: true}), i.clock.Now())
	switch {
	case err != nil:
	case i.preview:
		err = i.checkNumber(ctx, c.Profile().Number)
	default:
		if err = i.stores.Customers.Create(ctx, c); err == nil {
			done.Customer = id
		}
	}
	return done, err
}

// checkNumber refuses a number that a customer has.
func (i *importing) checkNumber(ctx context.Context, number string) error {
	if number == "" {
		return nil
	}
	switch _, err := i.stores.Customers.ByNumber(ctx, i.shop.ID(), number); {
	case err == nil:
		return port.ErrCustomerExists
	case errors.Is(err, port.ErrCustomerNotFound):
		return nil
	default:
		return err
	}
}

// misnamed returns what keeps a row from having a customer: no name for it, or one that an earlier row has.
func (i *importing) misnamed(r Row) (wrong []fault.Detail) {
	if r.ID == "" && r.Profile.Number == "" {
		return []fault.Detail{{
			Path: "/number", Code: "missing", Message: "a row needs the number or the identifier of its customer, by which it is found again",
		}}
	}
	if r.ID != "" && !tenant.Identifier(string(r.ID)) {
		wrong = append(wrong, notIdentifier)
	}
	for _, name := range []struct{ path, value string }{{"/id", string(r.ID)}, {"/number", r.Profile.Number}} {
		if name.value == "" {
			continue
		}
		if line, repeated := i.seen[name.path+name.value]; repeated {
			wrong = append(wrong, fault.Detail{Path: name.path, Code: "repeated", Message: "line " + strconv.Itoa(line) + " has the same"})
		} else {
			i.seen[name.path+name.value] = r.Line
		}
	}
	return wrong
}

func (i *importing) find(ctx context.Context, r Row) (*customer.Customer, error) {
	if r.ID != "" {
		return i.stores.Customers.Get(ctx, i.shop.ID(), r.ID)
	}
	return i.stores.Customers.ByNumber(ctx, i.shop.ID(), r.Profile.Number)
}

// over returns a profile with the members that a row has.
func (r *Row) over(p customer.Profile) customer.Profile {
	p.Values = maps.Clone(p.Values)
	if p.Values == nil {
		p.Values = map[string]string{}
	}
	for _, path := range r.Members {
		if name, isField := strings.CutPrefix(path, fieldsPath); isField {
			if p.Values[name] = r.Profile.Values[name]; p.Values[name] == "" {
				delete(p.Values, name)
			}
		} else if m, known := members[path]; known {
			m.copy(&p, &r.Profile)
		}
	}
	return p
}

// changes compares two profiles.
func changes(before, after customer.Profile) (all []MemberChange) {
	compare := func(path, before, after string) {
		if before != after {
			all = append(all, MemberChange{path, before, after})
		}
	}
	for _, path := range slices.Sorted(maps.Keys(members)) {
		compare(path, members[path].text(&before), members[path].text(&after))
	}
	names := slices.Collect(maps.Keys(before.Values))
	names = slices.AppendSeq(names, maps.Keys(after.Values))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		compare(fieldsPath+name, before.Values[name], after.Values[name])
	}
	return all
}

// fieldsPath begins the paths of custom fields.
const fieldsPath = "/fields/"

// members are those of customers that tables can have, beside custom fields, by their paths.
var members = map[string]struct {
	text func(*customer.Profile) string
	copy func(to, from *customer.Profile)
}{
	"/number": {
		func(p *customer.Profile) string { return p.Number }, func(to, from *customer.Profile) { to.Number = from.Number },
	},
	"/name": {
		func(p *customer.Profile) string { return p.Name }, func(to, from *customer.Profile) { to.Name = from.Name },
	},
	"/active": {
		func(p *customer.Profile) string { return strconv.FormatBool(p.Active) },
		func(to, from *customer.Profile) { to.Active = from.Active },
	},
	"/contract_from": {
		func(p *customer.Profile) string { return moment(p.ContractFrom) },
		func(to, from *customer.Profile) { to.ContractFrom = from.ContractFrom },
	},
	"/contract_until": {
		func(p *customer.Profile) string { return moment(p.ContractUntil) },
		func(to, from *customer.Profile) { to.ContractUntil = from.ContractUntil },
	},
	"/buyer/name": {
		func(p *customer.Profile) string { return p.Buyer.Name },
		func(to, from *customer.Profile) { to.Buyer.Name = from.Buyer.Name },
	},
	"/buyer/endpoint": {
		func(p *customer.Profile) string { return identifier(p.Buyer.Endpoint) },
		func(to, from *customer.Profile) { to.Buyer.Endpoint = from.Buyer.Endpoint },
	},
	"/buyer/identifier": {
		func(p *customer.Profile) string { return identifier(p.Buyer.Identifier) },
		func(to, from *customer.Profile) { to.Buyer.Identifier = from.Buyer.Identifier },
	},
	"/buyer/reference": {
		func(p *customer.Profile) string { return p.Buyer.Reference },
		func(to, from *customer.Profile) { to.Buyer.Reference = from.Buyer.Reference },
	},
}

// MemberPaths returns the paths of the members that a Row can have, beside those of custom fields.
func MemberPaths() []string { return slices.Sorted(maps.Keys(members)) }

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func identifier(i cart.Identifier) string {
	if i == (cart.Identifier{}) {
		return ""
	}
	return i.Scheme + ":" + i.ID
}
