package purchase

import "github.com/punchgate/punchgate/domain/fault"

// Decision says what a difference between a purchase order and its cart leads to.
type Decision struct{ name string }

// The decisions, from the mildest to the hardest.
var (
	Confirm = Decision{"confirm"} // the order is confirmed all the same, and the difference is kept
	Hold    = Decision{"hold"}    // an operator decides
	Reject  = Decision{"reject"}
)

// Decisions returns every decision, from the mildest to the hardest.
func Decisions() []Decision { return []Decision{Confirm, Hold, Reject} }

// ParseDecision refuses any name but confirm, hold and reject.
func ParseDecision(name string) (Decision, error) {
	for _, d := range Decisions() {
		if d.name == name {
			return d, nil
		}
	}
	return Decision{}, fault.New(fault.Invalid, "order_policy.unknown_decision", "a difference leads to confirm, hold or reject")
}

// String returns the decision's name, "" for the absent one.
func (d Decision) String() string { return d.name }

func (d Decision) rank() int {
	for i, each := range Decisions() {
		if each == d {
			return i
		}
	}
	return 0
}

// Member is what can differ.
type Member string

// The members that can differ.
const (
	MemberQuantity Member = "quantity"
	MemberPrice    Member = "unit_price"
	MemberUnit     Member = "unit"
	MemberArticle  Member = "article"
	MemberKey      Member = "key"      // the auxiliary id, by which later documents name the line
	MemberCurrency Member = "currency" // of a line or of the whole order
	MemberMissing  Member = "missing"  // a line of the cart that the order does not have
	MemberAdded    Member = "added"    // a line of the order that the cart does not have
)

// Members returns every member that can differ.
func Members() []Member {
	return []Member{
		MemberQuantity, MemberPrice, MemberUnit, MemberArticle, MemberKey, MemberCurrency, MemberMissing, MemberAdded,
	}
}

// Policy says for each member what a difference leads to. A member that it does not name is held, but for the key: many
// systems cut it, and a line that was found without it is the right one.
type Policy map[Member]Decision

// For returns the decision for a member.
func (p Policy) For(m Member) Decision {
	if d, ok := p[m]; ok {
		return d
	}
	if m == MemberKey {
		return Confirm
	}
	return Hold
}

// Decide returns the hardest decision of all differences; without any it confirms.
func (p Policy) Decide(differences []Difference) Decision {
	hardest := Confirm
	for _, d := range differences {
		if decision := p.For(d.Member); decision.rank() > hardest.rank() {
			hardest = decision
		}
	}
	return hardest
}
