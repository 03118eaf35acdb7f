package web

import (
	"maps"
	"slices"
	"time"

	"github.com/punchgate/punchgate/application/checkout"
	"github.com/punchgate/punchgate/application/erp"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/eligibility"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/transfer"
)

type visitView struct {
	Session      sessionView       `json:"session"`
	Customer     customerRef       `json:"customer"`
	Person       personView        `json:"person"`
	ShipTo       cart.Address      `json:"ship_to"`
	SelectedItem string            `json:"selected_item"`
	Lines        []cart.Line       `json:"lines"`
	Extrinsics   map[string]string `json:"extrinsics"`
}

type sessionView struct {
	ID        session.ID `json:"id"`
	Status    string     `json:"status"`
	Operation string     `json:"operation"`
	ExpiresAt time.Time  `json:"expires_at"`
	Test      bool       `json:"test"`
}

type customerRef struct {
	ID     customer.ID `json:"id"`
	Number string      `json:"number"`
	Name   string      `json:"name"`
}

type personView struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

func viewCustomerRef(c *customer.Customer) customerRef {
	p := c.Profile()
	return customerRef{c.ID(), p.Number, p.Name}
}

// policyView is what the shop is to offer, and whose PunchOut it is where the question named an open session.
type policyView struct {
	Eligible bool               `json:"eligible"`
	Checkout string             `json:"checkout"`
	Action   eligibility.Action `json:"action"`
	Label    string             `json:"label"`
	Redirect string             `json:"redirect"`
	Reasons  []problemDetail    `json:"reasons"`
	PunchOut *punchOutView      `json:"punchout,omitempty"`
}

type punchOutView struct {
	Customer  named     `json:"customer"`
	Person    named     `json:"person"`
	ExpiresAt time.Time `json:"expires_at"`
}

type named struct {
	Name string `json:"name"`
}

// viewPolicy shows a policy; visit may be nil.
func viewPolicy(p eligibility.Policy, visit *checkout.Visit) policyView {
	view := policyView{
		Eligible: p.Eligible, Checkout: "allowed", Action: p.Action, Label: p.Label, Redirect: p.Redirect, Reasons: details(p.Reasons),
	}
	if p.Blocked {
		view.Checkout = "blocked"
	}
	if visit != nil {
		s := visit.Session.Snapshot()
		view.PunchOut = &punchOutView{named{visit.Customer.Profile().Name}, named{s.Visit.Person.Name}, s.ExpiresAt}
	}
	return view
}

func viewVisit(v checkout.Visit) visitView {
	s := v.Session.Snapshot()
	return visitView{
		Session:  sessionView{s.ID, s.Status.String(), s.Visit.Operation, s.ExpiresAt, s.Visit.Test},
		Customer: viewCustomerRef(v.Customer), Person: personView(s.Visit.Person), ShipTo: s.Visit.ShipTo,
		SelectedItem: s.Visit.SelectedItem, Lines: slices.Clone(s.Visit.Lines), Extrinsics: maps.Clone(s.Visit.Extrinsics),
	}
}

type warningView struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Effect  string `json:"effect,omitempty"`
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
	Source  string `json:"source,omitempty"`
}

func viewWarnings(all []transfer.Warning) []warningView {
	views := make([]warningView, len(all))
	for i, w := range all {
		views[i] = warningView{w.Path, w.Code, w.Message, string(w.Effect), w.Before, w.After, w.Remedy, w.Source}
	}
	return views
}

type orderView struct {
	ID            string           `json:"id"`
	Number        string           `json:"number"`
	Status        string           `json:"status"`
	Test          bool             `json:"test"`
	CartID        string           `json:"cart_id"`
	PurchaseOrder string           `json:"purchase_order"`
	ERPReference  string           `json:"erp_reference"`
	Customer      customerRef      `json:"customer"`
	Cart          *cart.Cart       `json:"cart"`
	Differences   []differenceView `json:"differences"`
	CreatedAt     time.Time        `json:"created_at"`
	TransferredAt time.Time        `json:"transferred_at,omitzero"`
	ConfirmedAt   time.Time        `json:"confirmed_at,omitzero"`
	ExportedAt    time.Time        `json:"exported_at,omitzero"`
}

// differenceView is a difference between the cart and the purchase order.
type differenceView struct {
	Line   string `json:"line"` // of the cart; of an added line, the order's number of it; empty for the whole order
	Member string `json:"member"`
	Cart   string `json:"cart"`
	Order  string `json:"order"`
}

func viewDifferences(all []purchase.Difference) []differenceView {
	views := make([]differenceView, len(all))
	for i, d := range all {
		views[i] = differenceView{d.Line, string(d.Member), d.Cart, d.Order}
	}
	return views
}

func viewOrder(o erp.Order) orderView {
	s := o.Order.Snapshot()
	return orderView{
		ID: string(s.ID), Number: o.Order.Number(), Status: s.Status.String(), Test: s.Test, CartID: s.CartID,
		PurchaseOrder: s.PurchaseOrder, ERPReference: s.ERPReference, Customer: viewCustomerRef(o.Customer), Cart: o.Cart,
		Differences: viewDifferences(s.Differences),
		CreatedAt:   s.CreatedAt, TransferredAt: s.TransferredAt, ConfirmedAt: s.ConfirmedAt, ExportedAt: s.ExportedAt,
	}
}
