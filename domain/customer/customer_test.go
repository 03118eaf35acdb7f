package customer_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func shop(t *testing.T) *tenant.Tenant {
	t.Helper()
	made, err := tenant.New("papper", "Papper och Penna AB", []tenant.Field{
		{Name: "punchout", Type: tenant.Checkbox}, {Name: "discount", Type: tenant.Number}, {Name: "note", Type: tenant.Text},
	}, tenant.Defaults(), now)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func good() customer.Profile {
	return customer.Profile{
		Number: "10042", Name: "Göteborgs stad", Active: true,
		ContractFrom: now, ContractUntil: now.AddDate(1, 0, 0),
		Buyer:  cart.Party{Name: "Göteborgs stad", Endpoint: cart.Identifier{Scheme: "0088", ID: "7381030000004"}},
		Values: map[string]string{"punchout": "true", "discount": "12.5", "note": "rings first"},
	}
}

func TestGoodCustomerKeepsEverything(t *testing.T) {
	made, err := customer.New(shop(t), "c1", good(), now)
	if err != nil {
		t.Fatal(err, fault.From(err).Details)
	}
	want := customer.State{Tenant: "papper", ID: "c1", Profile: good(), CreatedAt: now}
	if got := made.Snapshot(); !reflect.DeepEqual(got, want) {
		t.Errorf("the customer is %+v, want %+v", got, want)
	}
	if got := customer.Restore(want).Snapshot(); !reflect.DeepEqual(got, want) {
		t.Errorf("restored it is %+v, want %+v", got, want)
	}
	if made.ID() != "c1" || !reflect.DeepEqual(made.Profile(), good()) {
		t.Errorf("the customer answers with %q, %+v", made.ID(), made.Profile())
	}
}

func TestNameAloneIsEnough(t *testing.T) {
	if _, err := customer.New(shop(t), "c1", customer.Profile{Name: "Skolan"}, now); err != nil {
		t.Error(err, fault.From(err).Details)
	}
}

func TestOpenEndedContractsAreGood(t *testing.T) {
	for name, change := range map[string]func(*customer.Profile){
		"no beginning": func(p *customer.Profile) { p.ContractFrom = time.Time{} },
		"no end":       func(p *customer.Profile) { p.ContractUntil = time.Time{} },
	} {
		p := good()
		change(&p)
		if _, err := customer.New(shop(t), "c1", p, now); err != nil {
			t.Errorf("%s: %v", name, fault.From(err).Details)
		}
	}
}

func TestEachRuleRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*customer.Profile)
		want   string
	}{
		"no name":                  {func(p *customer.Profile) { p.Name = "  " }, "/name missing"},
		"a long name":              {func(p *customer.Profile) { p.Name = strings.Repeat("n", cart.MaxName+1) }, "/name too_long"},
		"a long number":            {func(p *customer.Profile) { p.Number = strings.Repeat("1", cart.MaxIdentifier+1) }, "/number too_long"},
		"a contract of no time":    {func(p *customer.Profile) { p.ContractUntil = p.ContractFrom }, "/contract_until before_contract_from"},
		"a contract ending early":  {func(p *customer.Profile) { p.ContractUntil = now.Add(-1) }, "/contract_until before_contract_from"},
		"a buyer's scheme alone":   {func(p *customer.Profile) { p.Buyer.Endpoint.ID = "" }, "/buyer/endpoint/id missing"},
		"a value of no field":      {func(p *customer.Profile) { p.Values["vip"] = "true" }, "/fields/vip unknown_field"},
		"a checkbox that says yes": {func(p *customer.Profile) { p.Values["punchout"] = "yes" }, "/fields/punchout not_checkbox"},
		"a checkbox of nothing":    {func(p *customer.Profile) { p.Values["punchout"] = "" }, "/fields/punchout not_checkbox"},
		"a number with a comma":    {func(p *customer.Profile) { p.Values["discount"] = "12,5" }, "/fields/discount not_number"},
		"a number of nothing":      {func(p *customer.Profile) { p.Values["discount"] = "" }, "/fields/discount not_number"},
		"a text longer than allowed": {func(p *customer.Profile) { p.Values["note"] = strings.Repeat("n", cart.MaxDescription+1) },
			"/fields/note too_long"},
	} {
		p := good()
		c.change(&p)
		made, err := customer.New(shop(t), "c1", p, now)
		if got := codes(err); made != nil || !errors.Is(err, customer.ErrInvalid) || !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: the details are %q, want %q alone", name, got, c.want)
		}
	}
}

func codes(err error) []string {
	if err == nil {
		return nil
	}
	var out []string
	for _, d := range fault.From(err).Details {
		out = append(out, d.Path+" "+d.Code)
	}
	return out
}

func TestAllThatIsWrongIsListedInTheSameOrderEachTime(t *testing.T) {
	p := customer.Profile{Values: map[string]string{"d": "", "b": "", "a": "", "c": "", "punchout": "on"}}
	want := []string{
		"/name missing", "/fields/a unknown_field", "/fields/b unknown_field", "/fields/c unknown_field", "/fields/d unknown_field",
		"/fields/punchout not_checkbox",
	}
	for range 20 {
		_, err := customer.New(shop(t), "c1", p, now)
		if got := codes(err); !slices.Equal(got, want) {
			t.Fatalf("the details are %q, want %q", got, want)
		}
	}
}

func TestTicked(t *testing.T) {
	c := customer.Restore(customer.State{Profile: customer.Profile{Values: map[string]string{"yes": "true", "no": "false", "": "true"}}})
	for field, want := range map[string]bool{"yes": true, "no": false, "unknown": false, "": false} {
		if got := c.Ticked(field); got != want {
			t.Errorf("Ticked(%q) = %v, want %v", field, got, want)
		}
	}
}

func TestTick(t *testing.T) {
	values := map[string]string{"yes": "true", "no": "false"}
	c := customer.Restore(customer.State{Profile: customer.Profile{Values: values}})
	bare := customer.Restore(customer.State{})
	for i, s := range []struct {
		of              *customer.Customer
		field           string
		ticked, changes bool
	}{
		{c, "yes", true, false}, {c, "no", false, false}, {c, "new", false, false}, {c, "yes", false, true}, {c, "yes", false, false},
		{c, "no", true, true}, {c, "new", true, true}, {c, "new", true, false}, {bare, "a", false, false}, {bare, "a", true, true},
	} {
		if changes := s.of.Tick(s.field, s.ticked); changes != s.changes || s.of.Ticked(s.field) != s.ticked {
			t.Errorf("step %d changes %t and leaves %t", i, changes, s.of.Ticked(s.field))
		}
	}
	if values["yes"] != "true" || values["new"] != "" {
		t.Errorf("the values given became %v", values)
	}
}

func TestChange(t *testing.T) {
	made, err := customer.New(shop(t), "c1", good(), now)
	if err != nil {
		t.Fatal(err)
	}
	if got := codes(made.Change(shop(t), customer.Profile{})); !slices.Equal(got, []string{"/name missing"}) {
		t.Errorf("a profile without name is answered with %q", got)
	}
	if !reflect.DeepEqual(made.Profile(), good()) {
		t.Errorf("the refused change left %+v", made.Profile())
	}
	next := customer.Profile{Name: "Skolan", Values: map[string]string{"punchout": "false"}}
	if err := made.Change(shop(t), next); err != nil || !reflect.DeepEqual(made.Profile(), next) || made.ID() != "c1" {
		t.Errorf("the profile became %+v, %v", made.Profile(), err)
	}
}

func TestCustomerSharesNothingWithTheWorld(t *testing.T) {
	given := good()
	made, err := customer.New(shop(t), "c1", given, now)
	if err != nil {
		t.Fatal(err)
	}
	given.Values["punchout"] = "false"
	made.Profile().Values["punchout"] = "false"
	made.Snapshot().Profile.Values["punchout"] = "false"
	if !made.Ticked("punchout") {
		t.Error("the box of a customer was unticked from outside")
	}
	next := good()
	if err := made.Change(shop(t), next); err != nil {
		t.Fatal(err)
	}
	next.Values["punchout"] = "false"
	if !made.Ticked("punchout") {
		t.Error("after a change the box was unticked from outside")
	}
}

func TestAValueOfAFieldThatIsGoneGoesWithTheNextChange(t *testing.T) {
	made, err := customer.New(shop(t), "c1", good(), now)
	if err != nil {
		t.Fatal(err)
	}
	without, err := tenant.New("papper", "Papper och Penna AB", []tenant.Field{{Name: "punchout", Type: tenant.Checkbox}}, tenant.Defaults(), now)
	if err != nil {
		t.Fatal(err)
	}
	other := good()
	other.Values["note"] = "another"
	if err := made.Change(without, other); fault.KindOf(err) != fault.Invalid || len(fault.From(err).Details) != 1 {
		t.Errorf("a new value of a field that is gone: %v", err)
	}
	if err := made.Change(without, made.Profile()); err != nil {
		t.Error(err, fault.From(err).Details)
	}
	if got := made.Profile().Values; !reflect.DeepEqual(got, map[string]string{"punchout": "true"}) {
		t.Errorf("the values are %v", got)
	}
}
