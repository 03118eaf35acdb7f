package eligibility_test

import (
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// world is what the facts are made of; good returns one in which every rule holds.
type world struct {
	settings tenant.Settings
	customer customer.Profile
	conn     connection.Profile
	cart     cart.Cart
}

func good() world {
	settings := tenant.Defaults()
	settings.DecidingField, settings.AllowedFormats = "punchout", []string{"f1", "f2"}
	return world{
		settings,
		customer.Profile{
			Name: "Buyer", Active: true, Values: map[string]string{"punchout": "true"},
			ContractFrom: now, ContractUntil: now.Add(time.Hour),
		},
		connection.Profile{
			Active: true, Format: "f1", Customer: "buyer", Return: connection.Return{Fixed: "https://buyer.example.com/"},
			HighestValue: money.Amount{Value: money.MustParse("100"), Currency: "SEK"},
		},
		cart.Cart{Currency: "SEK", Lines: []cart.Line{{Quantity: money.MustParse("4"), UnitPrice: money.MustParse("25.00")}}},
	}
}

func (w world) facts() eligibility.Facts {
	return eligibility.Facts{Tenant: w.tenant(), Customer: w.buyer(), Connection: w.connection(), Cart: &w.cart, Now: now}
}

func (w world) tenant() *tenant.Tenant {
	return tenant.Restore(tenant.State{ID: "shop", Settings: w.settings})
}

func (w world) buyer() *customer.Customer {
	return customer.Restore(customer.State{Tenant: "shop", ID: "buyer", Profile: w.customer})
}

func (w world) connection() *connection.Connection {
	return connection.Restore(connection.State{Tenant: "shop", ID: "conn", Profile: w.conn})
}

// breaks has a case that breaks each rule, and only that rule.
var breaks = map[string]map[string]func(*world){
	"customer.deciding_field": {
		"the box is not ticked":        func(w *world) { w.customer.Values["punchout"] = "false" },
		"the customer has no value":    func(w *world) { w.customer.Values = nil },
		"the tenant chose no field":    func(w *world) { w.settings.DecidingField = "" },
		"the tenant chose another one": func(w *world) { w.settings.DecidingField = "other" },
	},
	"customer.active":   {"not active": func(w *world) { w.customer.Active = false }},
	"connection.active": {"not active": func(w *world) { w.conn.Active = false }},
	"customer.contract_period": {
		"not begun": func(w *world) { w.customer.ContractFrom = now.Add(1) },
		"ended":     func(w *world) { w.customer.ContractUntil = now },
	},
	"format.allowed": {"not on the list": func(w *world) { w.conn.Format = "f3" }},
	"cart.highest_value": {
		"above":            func(w *world) { w.conn.HighestValue.Value = money.MustParse("99.99") },
		"another currency": func(w *world) { w.cart.Currency = "EUR" },
	},
}

func codes(err error) []string {
	var all []string
	if err != nil {
		for _, d := range fault.From(err).Details {
			all = append(all, d.Code)
		}
	}
	return all
}

func TestEveryRuleHasACaseThatRefuses(t *testing.T) {
	check := func(rules []eligibility.Rule, decide func(eligibility.Facts) error) {
		if err := decide(good().facts()); err != nil {
			t.Fatalf("the good world is refused: %v", codes(err))
		}
		for _, rule := range rules {
			if len(breaks[rule.Name]) == 0 {
				t.Errorf("no case breaks %s", rule.Name)
			}
			for name, spoil := range breaks[rule.Name] {
				w := good()
				spoil(&w)
				if got := codes(decide(w.facts())); !slices.Equal(got, []string{rule.Name}) {
					t.Errorf("%s, %s: reasons %v", rule.Name, name, got)
				}
			}
		}
	}
	check(eligibility.StartRules, eligibility.CheckStart)
	check(eligibility.SendRules, eligibility.CheckSend)
}

func TestARefusalListsAllItsReasons(t *testing.T) {
	w := good()
	w.customer.Active, w.conn.Active, w.customer.Values = false, false, nil
	want := []string{"customer.deciding_field", "customer.active", "connection.active"}
	if got := codes(eligibility.CheckStart(w.facts())); !slices.Equal(got, want) {
		t.Errorf("start: %v, want %v", got, want)
	}
	if kind := fault.KindOf(eligibility.CheckStart(w.facts())); kind != fault.Forbidden {
		t.Errorf("kind %v", kind)
	}
}

func TestUnsetBoundsRefuseNothing(t *testing.T) {
	w := good()
	w.settings.AllowedFormats, w.conn.HighestValue = nil, money.Amount{}
	w.customer.ContractFrom, w.customer.ContractUntil = time.Time{}, time.Time{}
	w.cart.Currency = "EUR"
	if err := eligibility.CheckStart(w.facts()); err != nil {
		t.Error(codes(err))
	}
	if err := eligibility.CheckSend(w.facts()); err != nil {
		t.Error(codes(err))
	}
}

func TestCheckoutPolicy(t *testing.T) {
	shopping := func(of customer.ID, until time.Time) *session.Session {
		return session.Restore(session.State{Customer: of, Status: session.Shopping, ExpiresAt: until})
	}
	for name, c := range map[string]struct {
		spoil   func(*world)
		unknown bool
		session *session.Session
		blocked bool
		action  eligibility.Action
	}{
		"an unknown customer uses the checkout":         {unknown: true, action: eligibility.Checkout},
		"a customer without the tick uses it":           {spoil: func(w *world) { w.customer.Values = nil }, action: eligibility.Checkout},
		"so does one in a session, without the tick":    {spoil: func(w *world) { w.customer.Values = nil }, session: shopping("buyer", now.Add(1)), action: eligibility.Checkout},
		"with a fixed return address, send":             {blocked: true, action: eligibility.SendOrder},
		"without one and without a session, nothing":    {spoil: func(w *world) { w.conn.Return.Fixed = "" }, blocked: true, action: eligibility.None},
		"without one, in an open session, send":         {spoil: func(w *world) { w.conn.Return.Fixed = "" }, session: shopping("buyer", now.Add(1)), blocked: true, action: eligibility.SendOrder},
		"an expired session counts for nothing":         {spoil: func(w *world) { w.conn.Return.Fixed = "" }, session: shopping("buyer", now), blocked: true, action: eligibility.None},
		"another customer's session counts for nothing": {spoil: func(w *world) { w.conn.Return.Fixed = "" }, session: shopping("other", now.Add(1)), blocked: true, action: eligibility.None},
		"blocked also when the customer is inactive":    {spoil: func(w *world) { w.customer.Active = false }, blocked: true, action: eligibility.None},
		"blocked also when the connection is inactive":  {spoil: func(w *world) { w.conn.Active = false }, blocked: true, action: eligibility.None},
		"blocked also outside the contract":             {spoil: func(w *world) { w.customer.ContractUntil = now }, blocked: true, action: eligibility.None},
	} {
		t.Run(name, func(t *testing.T) {
			w := good()
			if c.spoil != nil {
				c.spoil(&w)
			}
			who := w.buyer()
			if c.unknown {
				who = nil
			}
			p := eligibility.CheckoutPolicy(w.tenant(), who, c.session, []*connection.Connection{w.connection()}, now)
			if p.Blocked != c.blocked || p.Eligible != c.blocked || p.Action != c.action {
				t.Fatalf("got %+v", p)
			}
			if p.Label != "Skicka order" || p.Redirect != "/" || len(p.Reasons) == 0 {
				t.Fatalf("label, redirect or reasons: %+v", p)
			}
		})
	}
}
