package web

import (
	"maps"
	"slices"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/checkout"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
)

func viewCustomer(c *customer.Customer) api.CustomerReference {
	p := c.Profile()
	return api.CustomerReference{ID: string(c.ID()), Number: p.Number, Name: p.Name}
}

func viewVisit(v checkout.Visit) api.Visit {
	s := v.Session.Snapshot()
	return api.Visit{
		Session: api.Session{
			ID: string(s.ID), Status: api.SessionStatus(s.Status.String()), Operation: api.SessionOperation(s.Visit.Operation),
			ExpiresAt: s.ExpiresAt, Test: s.Visit.Test,
		},
		Customer:     viewCustomer(v.Customer),
		Person:       api.Person{Name: s.Visit.Person.Name, Email: s.Visit.Person.Email, Phone: s.Visit.Person.Phone},
		ShipTo:       s.Visit.ShipTo,
		SelectedItem: s.Visit.SelectedItem, Lines: slices.Clone(s.Visit.Lines), Extrinsics: maps.Clone(s.Visit.Extrinsics),
	}
}

// viewPolicy shows a policy; visit may be nil.
func viewPolicy(p eligibility.Policy, visit *checkout.Visit) api.CheckoutPolicy {
	view := api.CheckoutPolicy{
		Eligible: p.Eligible, Checkout: api.CheckoutPolicyCheckoutAllowed, Action: api.CheckoutPolicyAction(p.Action), Label: p.Label,
		Redirect: p.Redirect, Reasons: body.OfDetails(p.Reasons),
	}
	if p.Blocked {
		view.Checkout = api.CheckoutPolicyCheckoutBlocked
	}
	if visit != nil {
		s := visit.Session.Snapshot()
		view.PunchOut = api.PunchOut{
			Customer: api.Named{Name: visit.Customer.Profile().Name}, Person: api.Named{Name: s.Visit.Person.Name}, ExpiresAt: s.ExpiresAt,
		}
	}
	return view
}

func viewOrder(o erp.Order) api.Order {
	s := o.Order.Snapshot()
	return api.Order{
		ID: string(s.ID), Number: o.Order.Number(), Status: api.OrderStatus(s.Status.String()), Test: s.Test, CartID: s.CartID,
		PurchaseOrder: s.PurchaseOrder, ERPReference: s.ERPReference, Customer: viewCustomer(o.Customer), Cart: *o.Cart,
		Differences: body.OfDifferences(s.Differences),
		CreatedAt:   s.CreatedAt, TransferredAt: s.TransferredAt, ConfirmedAt: s.ConfirmedAt, ExportedAt: s.ExportedAt,
	}
}
