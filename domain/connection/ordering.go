package connection

import (
	"encoding/json"
	"slices"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/purchase"
)

// OrderLogin says how whoever sends purchase orders logs in, where the documents hold no credentials themselves.
type OrderLogin struct{ name string }

// The ways to log in with a purchase order.
var (
	BasicOrBearer = OrderLogin{"any"}
	Basic         = OrderLogin{"basic"}  // user and password of the connection (RFC 7617)
	Bearer        = OrderLogin{"bearer"} // the connection's password as token (RFC 6750)
)

// ParseOrderLogin refuses any name but any, basic and bearer.
func ParseOrderLogin(name string) (OrderLogin, error) {
	for _, l := range []OrderLogin{BasicOrBearer, Basic, Bearer} {
		if l.name == name {
			return l, nil
		}
	}
	return OrderLogin{}, fault.New(fault.Invalid, "ordering.unknown_login", "purchase orders log in by any, basic or bearer")
}

// String returns the way's name.
func (l OrderLogin) String() string { return l.name }

// Ordering says how purchase orders come and how they are answered.
type Ordering struct {
	// Format of the purchase orders, which may be of another family than the carts'; empty where only pings come.
	Format string
	// Options are those of the order format, a JSON object; the format checks them.
	Options json.RawMessage
	Login   OrderLogin
	// Policy says what differences between the cart and the order lead to.
	Policy purchase.Policy
	// AnswerURL is where answers go; without it they can only be fetched. AnswerUser is who presents the connection's
	// AnswerSecret there by HTTP Basic; without a user it is a bearer token. cXML carries the secret in the document.
	AnswerURL, AnswerUser string
}

func (o *Ordering) check(report func(path, code, message string)) {
	if o.Login == (OrderLogin{}) {
		report("/ordering/login", "missing", "is required: any, basic or bearer")
	}
	for member := range o.Policy {
		if !slices.Contains(purchase.Members(), member) {
			report("/ordering/policy", "unknown_member", string(member)+" is nothing in which an order can differ from its cart")
		}
	}
	if o.Format == "" && o.AnswerURL != "" {
		report("/ordering/format", "missing", "answers need the format of the purchase orders")
	}
	if o.AnswerURL == "" {
		return
	}
	if u, err := parseAddress(o.AnswerURL); err != nil {
		report("/ordering/answer_url", "not_url", err.Error())
	} else if u.Scheme != "https" && !loopback(u.Hostname()) {
		report("/ordering/answer_url", "not_https", "must be https")
	}
}
