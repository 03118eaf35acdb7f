// Package eligibility decides who buys by PunchOut: whether a PunchOut may start, whether a cart may be sent, and whether
// the shop's own checkout is open. Every refusal lists all its reasons.
package eligibility

import (
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Refusals. Their details are the reasons: the rule's name as code, and its text.
var (
	ErrStart = fault.New(fault.Forbidden, "eligibility.start", "a PunchOut may not start")
	ErrSend  = fault.New(fault.Forbidden, "eligibility.send", "the cart may not be sent")
)

// CheckStart refuses a PunchOut that may not start.
func CheckStart(f Facts) error { return check(StartRules, f, ErrStart) }

// CheckSend refuses a cart that may not be sent.
func CheckSend(f Facts) error { return check(SendRules, f, ErrSend) }

func check(rules []Rule, f Facts, refusal *fault.Fault) error {
	var reasons []fault.Detail
	for _, r := range rules {
		if !r.Holds(f) {
			reasons = append(reasons, fault.Detail{Code: r.Name, Message: r.Reason})
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return refusal.With(reasons...)
}

// Action is what the shop offers in place of, or as, its checkout.
type Action string

// The actions.
const (
	Checkout  Action = "checkout"
	SendOrder Action = "send_order"
	None      Action = "none"
)

// Policy is what holds for a customer's checkout.
type Policy struct {
	Eligible bool
	Blocked  bool // the shop's own checkout is closed
	Action   Action
	Label    string // of the button for SendOrder
	Redirect string // where a direct visit to a closed checkout is led
	Reasons  []fault.Detail
}

// Public returns what anybody may be told, who has no more than a publishable key: it is the same for a customer who does not buy by
// PunchOut and for one who is not known, and tells nothing of contracts and connections.
func (p Policy) Public() Policy {
	p.Reasons = []fault.Detail{{Code: decidingField.Name, Message: decidingField.Reason}}
	if p.Eligible {
		p.Reasons = []fault.Detail{eligible}
	}
	return p
}

var eligible = fault.Detail{Code: "customer.eligible", Message: "the customer buys by PunchOut"}

// CheckoutPolicy decides about the checkout of a customer, nil for an unknown one, who is in a session (nil for none) and
// has these connections. For a customer with the deciding box ticked the checkout is closed whatever else holds.
func CheckoutPolicy(
	of *tenant.Tenant, c *customer.Customer, s *session.Session, connections []*connection.Connection, now time.Time,
) Policy {
	settings := of.Settings()
	p := Policy{Action: Checkout, Label: settings.SendOrderLabel, Redirect: settings.StartPath}
	reason := func(code, message string) { p.Reasons = append(p.Reasons, fault.Detail{Code: code, Message: message}) }
	switch {
	case c == nil:
		reason("customer.unknown", "the customer is not known here")
		return p
	case !c.Ticked(settings.DecidingField):
		reason(decidingField.Name, decidingField.Reason)
		return p
	}
	p.Eligible, p.Blocked, p.Action = true, true, None
	p.Reasons = append(p.Reasons, eligible)
	if s != nil && s.Snapshot().Customer == c.ID() && s.Open(now) {
		if s.Inspects() {
			reason(session.ErrInspect.Code, session.ErrInspect.Message)
			return p
		}
		p.Action = SendOrder
		return p
	}
	if s != nil {
		reason("session.over", "the session is over or belongs to another customer")
	}
	for _, each := range connections {
		if each.Profile().Return.Fixed == "" {
			continue
		}
		err := CheckStart(Facts{Tenant: of, Customer: c, Connection: each, Now: now})
		if err == nil {
			p.Action = SendOrder
			return p
		}
		p.Reasons = append(p.Reasons, fault.From(err).Details...)
	}
	reason("session.none", "no session is open, and no connection has a fixed return address to send the cart to")
	return p
}
