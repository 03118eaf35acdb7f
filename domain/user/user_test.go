package user

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

var now = time.Date(2026, time.November, 23, 10, 15, 0, 0, time.UTC)

func anna() Profile {
	return Profile{Email: " Anna@Example.com ", Name: " Anna Åkesson ", Role: Administrator, Language: "sv", Active: true}
}

func paths(err error) (all []string) {
	for _, d := range fault.From(err).Details {
		all = append(all, d.Path+" "+d.Code)
	}
	return all
}

func TestAUserIsMadeOfAProfile(t *testing.T) {
	u, err := New("acme", "u1", anna(), now)
	if err != nil {
		t.Fatal(err)
	}
	if p := u.Profile(); p != (Profile{"Anna@Example.com", "Anna Åkesson", Administrator, "sv", true}) || u.EmailKey() != "anna@example.com" {
		t.Errorf("%+v, found by %s", p, u.EmailKey())
	}
}

func TestAProfileIsRefusedWithAllThatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		of     tenant.ID
		change func(*Profile)
		want   []string
	}{
		"nothing at all":            {"acme", func(p *Profile) { *p = Profile{} }, []string{"/email not_email", "/name missing", "/role unknown_role"}},
		"an address with a name":    {"acme", func(p *Profile) { p.Email = "Anna <anna@example.com>" }, []string{"/email not_email"}},
		"an address without a host": {"acme", func(p *Profile) { p.Email = "anna" }, []string{"/email not_email"}},
		"an address of two lines":   {"acme", func(p *Profile) { p.Email = "anna@example.com\nBcc: bo" }, []string{"/email not_email"}},
		"an address longer than any": {
			"acme", func(p *Profile) { p.Email = strings.Repeat("a", 245) + "@example.com" }, []string{"/email not_email"},
		},
		"a name of two lines":            {"acme", func(p *Profile) { p.Name = "Anna\x00" }, []string{"/name control_character"}},
		"a language that no page has":    {"acme", func(p *Profile) { p.Language = "de" }, []string{"/language unknown_language"}},
		"the role platform in a tenant":  {"acme", func(p *Profile) { p.Role = Platform }, []string{"/role misplaced"}},
		"a tenant's role at the gateway": {tenant.Platform, func(*Profile) {}, []string{"/role misplaced"}},
	} {
		p := anna()
		c.change(&p)
		_, err := New(c.of, "u1", p, now)
		if got := paths(err); !errors.Is(err, ErrInvalid) || !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, not %q", name, got, c.want)
		}
	}
}

func TestARoleSaysWhatAUserMay(t *testing.T) {
	for _, c := range []struct {
		of          tenant.ID
		role        Role
		asked       tenant.ID
		may, change bool
	}{
		{tenant.Platform, Platform, "acme", true, true},
		{tenant.Platform, Platform, tenant.Platform, true, true},
		{"acme", Administrator, "acme", true, true},
		{"acme", Administrator, "globex", false, false},
		{"acme", Administrator, tenant.Platform, false, false},
		{"acme", Reader, "acme", true, false},
		{"acme", Reader, "globex", false, false},
		{"acme", Reader, tenant.Platform, false, false},
	} {
		u := Restore(State{Tenant: c.of, Role: c.role})
		if u.May(c.asked) != c.may || u.MayChange(c.asked) != c.change {
			t.Errorf("%s of %s: in %s may %t, may change %t", c.role, c.of, c.asked, u.May(c.asked), u.MayChange(c.asked))
		}
	}
}

func TestEveryRoleIsParsedAndNoOther(t *testing.T) {
	for _, r := range Roles() {
		if parsed, err := ParseRole(r.String()); err != nil || parsed != r {
			t.Errorf("%s: %v, %v", r, parsed, err)
		}
	}
	if _, err := ParseRole("root"); !errors.Is(err, ErrInvalid) {
		t.Errorf("%v", err)
	}
}

func TestAPasswordIsJudgedByItsLengthInCharacters(t *testing.T) {
	for _, c := range []struct {
		text string
		good bool
	}{
		{strings.Repeat("å", 11), false}, {strings.Repeat("å", 12), true}, {"            ", true},
		{strings.Repeat("å", 1024), true}, {strings.Repeat("å", 1025), false}, {"", false},
	} {
		err := CheckPassword(secret.New(c.text))
		if (err == nil) != c.good || err != nil && paths(err)[0] != "/password length" {
			t.Errorf("%d characters: %v", len([]rune(c.text)), err)
		}
	}
}

func TestSigningOutIsAnotherTimeAlsoWhereTheClockGoesBack(t *testing.T) {
	u := Restore(State{})
	seen := map[time.Time]bool{}
	for _, at := range []time.Time{now, now, now.Add(-time.Hour), now.Add(time.Hour)} {
		u.SignOut(at)
		if since := u.Snapshot().SignedOutAt; seen[since] {
			t.Errorf("%s twice", since)
		}
		seen[u.Snapshot().SignedOutAt] = true
	}
}

func TestWhoIsDisabledIsSignedOutAndStaysSoWhenEnabled(t *testing.T) {
	u, err := New("acme", "u1", anna(), now)
	if err != nil {
		t.Fatal(err)
	}
	p := u.Profile()
	for i, active := range []bool{false, false, true} {
		p.Active = active
		if err := u.Change(p, now.Add(time.Duration(i)*time.Hour)); err != nil || u.Active() != active {
			t.Fatalf("%t, %v", u.Active(), err)
		}
		if s := u.Snapshot(); !s.SignedOutAt.Equal(now) || !active && !s.DisabledAt.Equal(now) {
			t.Errorf("step %d: signed out at %s, disabled at %s", i, s.SignedOutAt, s.DisabledAt)
		}
	}
	if err := u.SetLanguage("en"); err != nil || !u.Active() || u.Profile().Language != "en" {
		t.Errorf("%+v, %v", u.Profile(), err)
	}
}

func TestAVerifierIsRenewedUnlessThePasswordWasChanged(t *testing.T) {
	u := Restore(State{Verifier: "a"})
	u.Renew("a", "a2")
	u.SetPassword("b", now)
	u.Renew("a2", "a3")
	if s := u.Snapshot(); s.Verifier != "b" || !s.SignedOutAt.Equal(now) {
		t.Errorf("%+v", s)
	}
}

func TestAUserIsLinkedToOneSubject(t *testing.T) {
	u := Restore(State{})
	for _, c := range []struct {
		issuer, subject string
		good            bool
	}{
		{"https://id.example.com", "1", true}, {"https://id.example.com", "1", true}, {"https://id.example.com", "2", false},
		{"https://b", "1", false},
	} {
		if err := u.Link(c.issuer, c.subject); (err == nil) != c.good {
			t.Errorf("%s of %s: %v", c.subject, c.issuer, err)
		}
	}
	if s := u.Snapshot(); s.Issuer != "https://id.example.com" || s.Subject != "1" {
		t.Errorf("%+v", s)
	}
}
