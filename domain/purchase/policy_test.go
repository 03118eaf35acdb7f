package purchase_test

import (
	"testing"

	"github.com/punchgate/punchgate/domain/purchase"
)

func TestDecisionsAreClosed(t *testing.T) {
	for _, d := range purchase.Decisions() {
		if got, err := purchase.ParseDecision(d.String()); err != nil || got != d {
			t.Errorf("%v was parsed as %v, %v", d, got, err)
		}
	}
	for _, name := range []string{"", "Confirm", "accept"} {
		if got, err := purchase.ParseDecision(name); err == nil || got != (purchase.Decision{}) {
			t.Errorf("%q was parsed as %v, %v", name, got, err)
		}
	}
}

func TestAMemberThatThePolicyDoesNotNameIsHeldButForTheKey(t *testing.T) {
	for _, m := range purchase.Members() {
		want := purchase.Hold
		if m == purchase.MemberKey {
			want = purchase.Confirm
		}
		for _, p := range []purchase.Policy{nil, {}, {"other": purchase.Reject}} {
			if got := p.For(m); got != want {
				t.Errorf("%s leads to %v, not %v", m, got, want)
			}
		}
		for _, d := range purchase.Decisions() {
			if got := (purchase.Policy{m: d}).For(m); got != d {
				t.Errorf("%s leads to %v, not %v as the policy says", m, got, d)
			}
		}
	}
}

func TestTheHardestOfAllDecisionsCounts(t *testing.T) {
	policy := purchase.Policy{
		purchase.MemberUnit: purchase.Confirm, purchase.MemberQuantity: purchase.Hold, purchase.MemberPrice: purchase.Reject,
	}
	for name, c := range map[string]struct {
		members []purchase.Member
		want    purchase.Decision
	}{
		"no differences":          {nil, purchase.Confirm},
		"the mildest":             {[]purchase.Member{purchase.MemberUnit, purchase.MemberKey}, purchase.Confirm},
		"the middle one last":     {[]purchase.Member{purchase.MemberUnit, purchase.MemberQuantity}, purchase.Hold},
		"the middle one first":    {[]purchase.Member{purchase.MemberQuantity, purchase.MemberUnit}, purchase.Hold},
		"the hardest in between":  {[]purchase.Member{purchase.MemberUnit, purchase.MemberPrice, purchase.MemberQuantity}, purchase.Reject},
		"what it does not decide": {[]purchase.Member{purchase.MemberUnit, purchase.MemberAdded}, purchase.Hold},
	} {
		var differences []purchase.Difference
		for _, m := range c.members {
			differences = append(differences, purchase.Difference{Member: m})
		}
		if got := policy.Decide(differences); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestARepetitionOfADocumentHasItsIdentity(t *testing.T) {
	identities := map[string]string{}
	for name, o := range map[string]purchase.Order{
		"with an identifier":         {DocumentID: "D-1", Type: purchase.New, Number: "PO-1"},
		"with another identifier":    {DocumentID: "D-2", Type: purchase.New, Number: "PO-1"},
		"without one":                {Type: purchase.New, Number: "PO-1"},
		"without one, an update":     {Type: purchase.Update, Number: "PO-1"},
		"without one, another order": {Type: purchase.New, Number: "PO-2"},
	} {
		if other, taken := identities[o.Identity()]; taken {
			t.Errorf("%s has the identity of %s", name, other)
		}
		identities[o.Identity()] = name
		again := o
		again.Comments = "the rest does not count"
		if again.Identity() != o.Identity() {
			t.Errorf("%s: the repetition has another identity", name)
		}
	}
}
