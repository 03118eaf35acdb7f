package shop

import (
	"cmp"
	"fmt"
	"net/http"
)

// Script is the gateway's script for pages that a shop cannot change: where it is, and the publishable key that it asks with.
type Script struct {
	Gateway string // the address of the gateway for browsers, such as https://punchout.example.com
	Key     string // of the scope policy, for the shop's origin
}

// script is the element on a page of a visit.
type script struct {
	Script
	Customer, Number, Session string // Customer where there is no number
}

// template shows the cart, or the checkout, as a ready-made template would: by a page that does not ask the gateway and includes its
// script. What is ordered on it goes to the same place as from the shop's own checkout, which asks.
func (s *shop) template(ordering bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, p, ok := s.visit(w, r)
		if !ok {
			return
		}
		p.Visit, p.Ordering = s.show(v, nil, p.Lang), ordering
		p.Script = &script{Script: s.Script, Number: v.customer.Number, Session: v.session.ID}
		if v.customer.Number == "" {
			p.Script.Customer = v.customer.ID
		}
		w.Header().Set("Content-Security-Policy", fmt.Sprintf(
			"default-src 'self'; script-src %[1]s; connect-src %[1]s; object-src 'none'; base-uri 'none'", cmp.Or(s.Script.Gateway, "'none'")))
		views.Show(w, http.StatusOK, "template", p)
	}
}
