package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
	users "github.com/punchgate/punchgate/domain/user"
)

const (
	annasPassword = "kaffe och bulle klockan tre"
	here          = "192.0.2.7" // an address that users sign in from
)

// withUsers is withShop, with what lets users in.
func withUsers(t *testing.T) (*gateway, *access.Service) {
	t.Helper()
	var service *access.Service
	g := startWith(t, t.TempDir(), fx.Populate(&service))
	g.shop = g.newShop("papper")
	return g, service
}

func profileOf(name string, role users.Role) users.Profile {
	return users.Profile{Email: name + "@example.com", Name: strings.ToUpper(name[:1]) + name[1:], Role: role, Active: true}
}

// newUser creates a user with annasPassword.
func newUser(t *testing.T, s *access.Service, of tenant.ID, name string, role users.Role) *users.User {
	t.Helper()
	u, err := s.CreateUser(t.Context(), of, profileOf(name, role), secret.New(annasPassword))
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// signIn signs a user in by annasPassword.
func signIn(t *testing.T, s *access.Service, name string) secret.Text {
	t.Helper()
	token, _, err := s.SignIn(t.Context(), here, name+"@example.com", secret.New(annasPassword))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// wantFault fails unless err is the fault.
func wantFault(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, not %v", what, err, want)
	}
}

func TestAUserIsSignedInUntilSignedOut(t *testing.T) {
	g, s := withUsers(t)
	anna := newUser(t, s, g.shop.id, "anna", users.Administrator)
	token, u, err := s.SignIn(t.Context(), here, " ANNA@Example.com", secret.New(annasPassword))
	if err != nil || u.ID() != anna.ID() || u.Snapshot().LastSignInAt.IsZero() {
		t.Fatalf("%+v, %v", u, err)
	}
	who, err := s.Authenticate(t.Context(), token)
	if err != nil || who.User.ID() != anna.ID() || strings.Contains(string(who.SignIn), token.Reveal()) {
		t.Fatalf("%+v, %v", who, err)
	}
	if again := signIn(t, s, "anna"); again.Reveal() == token.Reveal() {
		t.Error("two sign-ins have one token")
	}
	for _, wrong := range []string{"", "x", string(who.SignIn), token.Reveal() + "x"} {
		_, err := s.Authenticate(t.Context(), secret.New(wrong))
		wantFault(t, "the token "+wrong, err, signin.ErrEnded)
	}
	if err := s.SignOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	_, err = s.Authenticate(t.Context(), token)
	wantFault(t, "after the sign-out", err, signin.ErrEnded)
	if strings.Contains(g.logs.String(), annasPassword) || strings.Contains(g.logs.String(), token.Reveal()) {
		t.Error("the log holds a password or a token")
	}
}

func TestASignInEndsWhenItIsIdleAndAtTheLatestAfterHalfADay(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Reader)
	idle := signIn(t, s, "anna")
	g.clock.advance(signin.Idle)
	_, err := s.Authenticate(t.Context(), idle)
	wantFault(t, "idle", err, signin.ErrEnded)
	left := g.operator().signIn("anna") // a page that is left open, and asks by itself what happened
	left.header.Set("Punchgate-Follow", "1")
	for range 2 {
		if a := left.get("/admin/shops/papper"); a.status != 200 {
			t.Errorf("a page that follows is answered %d", a.status)
		}
		g.clock.advance(signin.Idle / 2)
	}
	if a := left.get("/admin/shops/papper"); a.status != 303 {
		t.Errorf("a page that follows keeps the sign-in: %d", a.status)
	}
	busy := signIn(t, s, "anna")
	for spent := time.Duration(0); spent < signin.Longest-time.Hour; spent += time.Hour {
		if _, err := s.Authenticate(t.Context(), busy); err != nil {
			t.Fatalf("after %s: %v", spent, err)
		}
		g.clock.advance(time.Hour)
	}
	if _, err := s.Authenticate(t.Context(), busy); err != nil {
		t.Fatal(err)
	}
	g.clock.advance(time.Hour)
	_, err = s.Authenticate(t.Context(), busy)
	wantFault(t, "after half a day", err, signin.ErrEnded)
	if err := g.sweeper.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = g.stores.SignIns.Get(t.Context(), signin.IDOf(busy))
	wantFault(t, "what is kept of it", err, signin.ErrEnded)
}

func TestAStolenTokenIsWorthNothingAfterWhatItsOwnerDoes(t *testing.T) {
	g, s := withUsers(t)
	for name, do := range map[string]func(anna *users.User, who access.Who) error{
		"sign-out": func(_ *users.User, who access.Who) error { return s.SignOutEverywhere(t.Context(), who) },
		"change": func(_ *users.User, who access.Who) error {
			return failure(s.ChangeOwnPassword(t.Context(), who, here, secret.New(annasPassword), secret.New("ett annat lösenord")))
		},
		"administrator": func(u *users.User, _ access.Who) error {
			return failure(s.SetPassword(t.Context(), g.shop.id, u.ID(), secret.Text{}))
		},
		"signed-out": func(u *users.User, _ access.Who) error { return failure(s.SignOutUser(t.Context(), g.shop.id, u.ID())) },
		"removal":    func(u *users.User, _ access.Who) error { return s.RemoveUser(t.Context(), g.shop.id, u.ID()) },
		"disabling": func(u *users.User, _ access.Who) error {
			p := u.Profile()
			p.Active = false
			if _, err := s.ChangeUser(t.Context(), g.shop.id, u.ID(), p, nil); err != nil {
				return err
			}
			_, _, err := s.SignIn(t.Context(), here, p.Email, secret.New(annasPassword))
			wantFault(t, "a disabled user", err, access.ErrCredentials)
			p.Active = true
			return failure(s.ChangeUser(t.Context(), g.shop.id, u.ID(), p, nil)) // which gives no sign-in back
		},
	} {
		u := newUser(t, s, g.shop.id, name, users.Reader)
		stolen := signIn(t, s, name)
		who, err := s.Authenticate(t.Context(), signIn(t, s, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := do(u, who); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		_, err = s.Authenticate(t.Context(), stolen)
		wantFault(t, name, err, signin.ErrEnded)
	}
	newUser(t, s, g.shop.id, "anna", users.Reader)
	token := signIn(t, s, "anna")
	if err := g.eraser.Tenant(t.Context(), g.shop.id); err != nil {
		t.Fatal(err)
	}
	_, err := s.Authenticate(t.Context(), token)
	wantFault(t, "a user of a tenant that was removed", err, signin.ErrEnded)
}

func failure[T any](_ T, err error) error { return err }

func TestWhoGuessesPasswordsHasToWaitAndTheRightOneIsLetIn(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	guess := func(client, name string, n int) error {
		return failure2(s.SignIn(t.Context(), client, name+"@example.com", secret.New(fmt.Sprint("gissning ", n))))
	}
	for _, name := range []string{"anna", "nobody"} { // who is not there is guessed as who is
		for i := range throttle.Free {
			err := guess(here, name, i)
			wantFault(t, name, err, access.ErrCredentials)
		}
		err := guess(here, name, 100)
		if wantFault(t, name, err, throttle.ErrTooMany); fault.From(err).Wait <= 0 {
			t.Errorf("%s: nobody says how long to wait", name)
		}
	}
	if _, _, err := s.SignIn(t.Context(), here, "anna@example.com", secret.New(annasPassword)); err != nil {
		t.Errorf("the right password from the same address: %v", err)
	}
	wantFault(t, "another address", guess("192.0.2.8", "anna", 0), access.ErrCredentials)
	for i := range throttle.PatienceWithPeople {
		_ = guess("192.0.2.9", "anna", i)
		g.clock.advance(time.Microsecond)
	}
	for i := range throttle.PatienceWithPeople {
		_ = guess("192.0.2.9", "anna", 1000+i)
	}
	g.clock.advance(10 * time.Minute) // what was right is not remembered any more
	if _, _, err := s.SignIn(t.Context(), here, "anna@example.com", secret.New(annasPassword)); err != nil {
		t.Errorf("while others guess, Anna: %v", err)
	}
}

func failure2[A, B any](_ A, _ B, err error) error { return err }

func TestAnAddressThatTriesOnePasswordOnManyUsersHasToWait(t *testing.T) {
	_, s := withUsers(t)
	var err error
	for i := range throttle.FreeKeys + 1 {
		_, _, err = s.SignIn(t.Context(), here, fmt.Sprintf("user%d@example.com", i), secret.New("sommar och sol 2026"))
	}
	wantFault(t, "a hundred users", err, throttle.ErrTooMany)
}

func TestSignInsAreInTheAuditLogOfTheUsersTenant(t *testing.T) {
	g, s := withUsers(t)
	anna := newUser(t, s, g.shop.id, "anna", users.Administrator)
	for i := range 5 {
		_, _, err := s.SignIn(t.Context(), here, "anna@example.com", secret.New(fmt.Sprint("fel lösenord ", i)))
		wantFault(t, "a wrong one", err, access.ErrCredentials)
	}
	signIn(t, s, "anna")
	var seen []string
	await(t, func() bool { // the refused one is noted after the answer
		records, err := g.stores.Audit.List(t.Context(), g.shop.id, port.AuditQuery{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		seen = nil
		for _, r := range records {
			if r.Action == audit.UserSignIn {
				seen = append(seen, fmt.Sprintf("%s of %s by %q (%s) from %s", r.Outcome.Result, r.Target, r.Actor.User, r.Actor.Label, r.Client))
			}
		}
		return len(seen) > 1
	})
	want := []string{
		fmt.Sprintf("done of %s by %q (Anna) from %s", anna.ID(), anna.ID(), here),
		fmt.Sprintf("refused of %s by \"\" () from %s", anna.ID(), here), // five times, and noted once an hour
	}
	if !slices.Equal(seen, want) {
		t.Errorf("%q, not %q", seen, want)
	}
}

func TestAFormOfAnotherSignInIsRefused(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	newUser(t, s, g.shop.id, "bo", users.Administrator)
	who := map[string]access.Who{}
	for _, name := range []string{"anna", "bo"} {
		var err error
		if who[name], err = s.Authenticate(t.Context(), signIn(t, s, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CheckCSRF(who["anna"], who["anna"].CSRF); err != nil {
		t.Error(err)
	}
	for _, wrong := range []string{"", who["bo"].CSRF, string(who["anna"].SignIn), who["anna"].CSRF + "x"} {
		wantFault(t, "the code "+wrong, s.CheckCSRF(who["anna"], wrong), access.ErrCSRF)
	}
}

func TestTheOwnPasswordIsChangedByWhoKnowsIt(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Reader)
	who, err := s.Authenticate(t.Context(), signIn(t, s, "anna"))
	if err != nil {
		t.Fatal(err)
	}
	const next = "glass på trappan i juli"
	for name, c := range map[string]struct{ current, next, path string }{
		"a wrong one until now": {"inte mitt lösenord", next, "/current_password"},
		"a short one":           {annasPassword, "för kort", "/password"},
	} {
		_, err := s.ChangeOwnPassword(t.Context(), who, here, secret.New(c.current), secret.New(c.next))
		if details := fault.From(err).Details; !errors.Is(err, users.ErrInvalid) || len(details) != 1 || details[0].Path != c.path {
			t.Errorf("%s: %v %v", name, err, details)
		}
	}
	token, err := s.ChangeOwnPassword(t.Context(), who, here, secret.New(annasPassword), secret.New(next))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Authenticate(t.Context(), token); err != nil {
		t.Errorf("who changed it: %v", err)
	}
	_, _, err = s.SignIn(t.Context(), here, "anna@example.com", secret.New(annasPassword))
	wantFault(t, "the old one", err, access.ErrCredentials)
	if _, _, err := s.SignIn(t.Context(), here, "anna@example.com", secret.New(next)); err != nil {
		t.Errorf("the new one: %v", err)
	}
	for range throttle.Free + 1 {
		_, err = s.ChangeOwnPassword(t.Context(), who, "192.0.2.99", secret.New("inte mitt lösenord"), secret.New(next))
	}
	wantFault(t, "guesses at a desk left open", err, throttle.ErrTooMany)
}

func TestUsersAreOfOneTenantAndNobodyReachesThoseOfAnother(t *testing.T) {
	g, s := withUsers(t)
	g.newShop("other")
	ctx := t.Context()
	anna := newUser(t, s, "papper", "anna", users.Administrator)
	op := newUser(t, s, tenant.Platform, "op", users.Platform)
	p := profileOf("anna", users.Reader)
	for _, c := range []struct {
		of tenant.ID
		id users.ID
	}{{"other", anna.ID()}, {"papper", op.ID()}, {tenant.Platform, anna.ID()}, {"papper", "none"}} {
		_, getErr := s.User(ctx, c.of, c.id)
		_, changeErr := s.ChangeUser(ctx, c.of, c.id, p, nil)
		_, passwordErr := s.SetPassword(ctx, c.of, c.id, secret.New(annasPassword))
		_, signOutErr := s.SignOutUser(ctx, c.of, c.id)
		for name, err := range map[string]error{
			"get": getErr, "change": changeErr, "password": passwordErr, "sign-out": signOutErr, "remove": s.RemoveUser(ctx, c.of, c.id),
		} {
			wantFault(t, fmt.Sprint(name, " of ", c.id, " by ", c.of), err, users.ErrNotFound)
		}
	}
	if found, err := s.Users(ctx, "papper", "", 10); err != nil || len(found) != 1 || found[0].ID() != anna.ID() {
		t.Errorf("%v, %v", found, err)
	}
	for name, c := range map[string]struct {
		of   tenant.ID
		role users.Role
		path string
	}{
		"a platform user of a tenant":      {"papper", users.Platform, "/role"},
		"an administrator of the platform": {tenant.Platform, users.Administrator, "/role"},
	} {
		_, err := s.CreateUser(ctx, c.of, profileOf("eve", c.role), secret.New("kort"))
		details := fault.From(err).Details
		if !errors.Is(err, users.ErrInvalid) || len(details) != 2 || details[0].Path != c.path || details[1].Path != "/password" {
			t.Errorf("%s: %v %v", name, err, details)
		}
	}
	if _, err := s.ChangeUser(ctx, "papper", anna.ID(), profileOf("anna", users.Platform), nil); !errors.Is(err, users.ErrInvalid) {
		t.Errorf("Anna makes herself platform: %v", err)
	}
	_, err := s.CreateUser(ctx, "none", profileOf("eve", users.Reader), secret.Text{})
	wantFault(t, "no tenant", err, port.ErrTenantNotFound)
	_, err = s.CreateUser(ctx, "other", profileOf("anna", users.Reader), secret.Text{})
	wantFault(t, "an address that is taken", err, users.ErrEmail)
}

func TestTheLastUserOfThePlatformStays(t *testing.T) {
	_, s := withUsers(t)
	ctx := t.Context()
	one := newUser(t, s, tenant.Platform, "one", users.Platform)
	away := profileOf("one", users.Platform)
	away.Active = false
	wantFault(t, "removing", s.RemoveUser(ctx, tenant.Platform, one.ID()), access.ErrLast)
	wantFault(t, "disabling", failure(s.ChangeUser(ctx, tenant.Platform, one.ID(), away, nil)), access.ErrLast)
	two := newUser(t, s, tenant.Platform, "two", users.Platform)
	if _, err := s.ChangeUser(ctx, tenant.Platform, one.ID(), away, nil); err != nil {
		t.Fatal(err)
	}
	wantFault(t, "removing the other", s.RemoveUser(ctx, tenant.Platform, two.ID()), access.ErrLast)
	if err := s.RemoveUser(ctx, tenant.Platform, one.ID()); err != nil {
		t.Errorf("one who is disabled: %v", err)
	}
}

func TestOfUsersOfThePlatformWhoRemoveEachOtherOneStays(t *testing.T) {
	_, s := withUsers(t)
	var left []*users.User
	for round := range 10 {
		var ids []users.ID
		for i := range 4 {
			ids = append(ids, newUser(t, s, tenant.Platform, fmt.Sprintf("op%d-%d", round, i), users.Platform).ID())
		}
		for _, u := range left {
			if err := s.RemoveUser(t.Context(), tenant.Platform, u.ID()); err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		for _, id := range ids {
			all.Go(func() { _ = s.RemoveUser(context.WithoutCancel(t.Context()), tenant.Platform, id) })
		}
		all.Wait()
		var err error
		if left, err = s.Users(t.Context(), tenant.Platform, "", 10); err != nil || !slices.ContainsFunc(left, (*users.User).Active) {
			t.Fatalf("%d are left, none who can sign in, %v", len(left), err)
		}
	}
}
