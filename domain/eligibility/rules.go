package eligibility

import (
	"slices"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Facts are what the rules decide on.
type Facts struct {
	Tenant     *tenant.Tenant
	Customer   *customer.Customer
	Connection *connection.Connection
	Cart       *cart.Cart // nil when a PunchOut starts
	Now        time.Time
}

// Rule is one named rule.
type Rule struct {
	Name   string // stable, such as "customer.active"
	Reason string // what is told where the rule does not hold
	Holds  func(Facts) bool
}

var (
	decidingField = Rule{"customer.deciding_field", "the customer does not buy by PunchOut", func(f Facts) bool {
		return f.Customer.Ticked(f.Tenant.Settings().DecidingField)
	}}
	customerActive = Rule{"customer.active", "the customer is not active", func(f Facts) bool {
		return f.Customer.Profile().Active
	}}
	connectionActive = Rule{"connection.active", "the connection is not active", func(f Facts) bool {
		return f.Connection.Profile().Active
	}}
	contractPeriod = Rule{"customer.contract_period", "the customer's contract has not begun or has ended", func(f Facts) bool {
		p := f.Customer.Profile()
		return !f.Now.Before(p.ContractFrom) && (p.ContractUntil.IsZero() || f.Now.Before(p.ContractUntil))
	}}
	formatAllowed = Rule{"format.allowed", "the shop does not allow the connection's format", func(f Facts) bool {
		allowed := f.Tenant.Settings().AllowedFormats
		return len(allowed) == 0 || slices.Contains(allowed, f.Connection.Profile().Format)
	}}
	highestValue = Rule{"cart.highest_value", "the cart is above the connection's highest value, or in another currency", func(f Facts) bool {
		highest := f.Connection.Profile().HighestValue
		return highest.Value.IsZero() || f.Cart.Currency == highest.Currency && f.Cart.Total().Cmp(highest.Value) <= 0
	}}
)

// StartRules decide whether a PunchOut may start.
var StartRules = []Rule{decidingField, customerActive, connectionActive, contractPeriod, formatAllowed}

// SendRules decide whether a cart may be sent. A session that began within the contract may end after it.
var SendRules = []Rule{decidingField, customerActive, connectionActive, highestValue}
