package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// withEmail is a user with this address.
func withEmail(st user.State, email string) *user.User {
	st.Email = email
	return user.Restore(st)
}

func changeEmail(ctx context.Context, s port.Stores, id user.ID, to string) error {
	return failure(s.Users.Update(ctx, id, func(u *user.User) error {
		st := u.Snapshot()
		st.Email = to
		*u = *user.Restore(st)
		return nil
	}))
}

var userCases = map[string]func(*testing.T, port.Stores){
	"a user is found by the address as it is now, however it is written": func(t *testing.T, s port.Stores) {
		ctx := t.Context()
		must(t, s.Users.Create(ctx, withEmail(userOf(acme, "u1"), "Anna.Åkesson@Example.com")))
		must(t, s.Users.Create(ctx, withEmail(userOf(globex, "u2"), "bo@example.com")))
		if u := value(s.Users.ByEmail(ctx, "anna.åkesson@example.com"))(t); u.ID() != "u1" || u.Tenant() != acme {
			t.Errorf("the address leads to %s of %s", u.ID(), u.Tenant())
		}
		must(t, changeEmail(ctx, s, "u1", "anna@example.com"))
		if u := value(s.Users.ByEmail(ctx, "anna@example.com"))(t); u.ID() != "u1" {
			t.Errorf("the new address leads to %s", u.ID())
		}
		for _, key := range []string{"anna.åkesson@example.com", "", "ANNA@example.com", "%"} {
			if _, err := s.Users.ByEmail(ctx, key); !errors.Is(err, user.ErrNotFound) {
				t.Errorf("%q is answered with %v", key, err)
			}
		}
	},

	"an address has one user, of all tenants and of who runs the gateway": func(t *testing.T, s port.Stores) {
		ctx := t.Context()
		must(t, s.Users.Create(ctx, withEmail(userOf(acme, "u1"), "anna@example.com")))
		for _, of := range []tenant.ID{acme, globex, tenant.Platform} {
			if err := s.Users.Create(ctx, withEmail(userOf(of, "u2"), "ANNA@Example.com ")); !errors.Is(err, user.ErrEmail) {
				t.Errorf("a second user, of %s, is answered with %v", of, err)
			}
		}
		if _, err := s.Users.Get(ctx, "u2"); !errors.Is(err, user.ErrNotFound) {
			t.Errorf("the refused one is found, or %v", err)
		}
		must(t, s.Users.Create(ctx, withEmail(userOf(globex, "u2"), "bo@example.com")))
		if err := changeEmail(ctx, s, "u2", "Anna@example.com"); !errors.Is(err, user.ErrEmail) {
			t.Errorf("a change of the address is answered with %v", err)
		}
		if u := value(s.Users.ByEmail(ctx, "bo@example.com"))(t); u.ID() != "u2" {
			t.Errorf("after the refused change the address leads to %s", u.ID())
		}
		must(t, changeEmail(ctx, s, "u1", "anna@example.org"))
		must(t, changeEmail(ctx, s, "u2", "anna@example.com"))
		must(t, s.Users.Remove(ctx, "u1"))
		must(t, s.Users.Create(ctx, withEmail(userOf(acme, "u3"), "anna@example.org")))
	},

	"of many users that take one address one wins": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			id := func(i int) user.ID { return user.ID(fmt.Sprintf("u%d-%d", round, i)) }
			email := fmt.Sprintf("u%d@example.com", round)
			errs := make([]error, goroutines)
			concurrently(func(i int) { errs[i] = s.Users.Create(t.Context(), withEmail(userOf(acme, id(i)), email)) })
			won := winner(t, errs, user.ErrEmail)
			if u := value(s.Users.ByEmail(t.Context(), email))(t); u.ID() != id(won) {
				t.Errorf("%s won the address and %s has it", id(won), u.ID())
			}
		}
	},

	"a user is found by subject and issuer, of several the first": func(t *testing.T, s port.Stores) {
		ctx := t.Context()
		for id, linked := range map[user.ID][2]string{
			"u1": {"https://other.example.com", "4711"}, "u3": {"https://id.example.com", "4711"}, "u2": {"https://id.example.com", "4711"},
			"u4": {"https://id.example.com", "4712"}, "u5": {},
		} {
			st := userOf(acme, id)
			st.Issuer, st.Subject = linked[0], linked[1]
			must(t, s.Users.Create(ctx, user.Restore(st)))
		}
		if u := value(s.Users.BySubject(ctx, "https://id.example.com", "4711"))(t); u.ID() != "u2" {
			t.Errorf("found is %s", u.ID())
		}
		for _, unknown := range [][2]string{{"https://id.example.com", "4713"}, {"https://id.example.org", "4711"}, {"", ""}} {
			if _, err := s.Users.BySubject(ctx, unknown[0], unknown[1]); !errors.Is(err, user.ErrNotFound) {
				t.Errorf("%v is answered with %v", unknown, err)
			}
		}
	},

	"users are listed of a tenant, of who runs the gateway, and of all, by pages": func(t *testing.T, s port.Stores) {
		ids := map[tenant.ID][]string{}
		for i := range 25 {
			of := []tenant.ID{acme, globex, tenant.Platform}[i%3]
			id := fmt.Sprintf("%c-%d", "az09_"[i%5], i)
			must(t, s.Users.Create(t.Context(), user.Restore(userOf(of, user.ID(id)))))
			ids[of], ids[""] = append(ids[of], id), append(ids[""], id)
		}
		for of, want := range ids {
			slices.Sort(want)
			var seen []string
			for after := user.ID(""); ; {
				page := identifiers(value(s.Users.List(t.Context(), of, after, 4))(t), (*user.User).ID)
				if seen = append(seen, page...); len(page) < 4 {
					break
				}
				after = user.ID(page[3])
			}
			if !slices.Equal(seen, want) {
				t.Errorf("the pages of %q hold %q, not %q", of, seen, want)
			}
		}
	},

	"with a tenant go its users and their sign-ins, and their addresses are free": func(t *testing.T, s port.Stores) {
		ctx := t.Context()
		for _, of := range []tenant.ID{acme, globex, tenant.Platform} {
			must(t, createUser(ctx, s, of))
		}
		must(t, s.Tenants.Remove(ctx, acme))
		must(t, failedAs(user.ErrNotFound, failure(s.Users.Get(ctx, ofAll(acme, user.ID("u1"))))))
		must(t, failedAs(signin.ErrEnded, failure(s.SignIns.Get(ctx, ofAll(acme, signin.ID("i1"))))))
		for _, of := range []tenant.ID{globex, tenant.Platform} {
			value(s.Users.Get(ctx, ofAll(of, user.ID("u1"))))(t)
			value(s.SignIns.Get(ctx, ofAll(of, signin.ID("i1"))))(t)
		}
		must(t, s.Users.Create(ctx, withEmail(userOf(globex, "u9"), "acme--u1@example.com")))
	},

	"what was removed of users and sign-ins is gone, and a second time there is nothing to do": func(t *testing.T, s port.Stores) {
		ctx := t.Context()
		must(t, createUser(ctx, s, acme))
		id, in := ofAll(acme, user.ID("u1")), ofAll(acme, signin.ID("i1"))
		for _, err := range []error{s.Users.Remove(ended(t), id), s.SignIns.Remove(ended(t), in)} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a removal of a context that has ended is answered with %v", err)
			}
		}
		value(s.Users.Get(ctx, id))(t)
		value(s.SignIns.Get(ctx, in))(t)
		for range 2 {
			must(t, errors.Join(s.Users.Remove(ctx, id), s.SignIns.Remove(ctx, in)))
		}
		must(t, failedAs(user.ErrNotFound, failure(s.Users.Get(ctx, id))))
		must(t, failedAs(signin.ErrEnded, failure(s.SignIns.Get(ctx, in))))
		must(t, createUser(ctx, s, acme))
	},

	"sign-ins are swept once their time is over, no more than asked for": func(t *testing.T, s port.Stores) {
		for i := range 3 {
			for _, of := range []tenant.ID{acme, tenant.Platform} {
				st := signInOf(of, ofAll(of, signin.ID(fmt.Sprint("i", i))), "u1")
				st.ExpiresAt = at(i)
				must(t, s.SignIns.Create(t.Context(), signin.Restore(st)))
			}
		}
		for _, step := range []struct{ minute, limit, gone int }{{-1, 10, 0}, {0, 10, 2}, {0, 10, 0}, {2, 3, 3}, {2, 10, 1}, {2, 10, 0}} {
			if n := value(s.SignIns.Sweep(t.Context(), at(step.minute), step.limit))(t); n != step.gone {
				t.Errorf("after %d minutes %d went, not %d", step.minute, n, step.gone)
			}
		}
	},
}
