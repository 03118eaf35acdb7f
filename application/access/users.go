package access

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/idempotency"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// CreateUser creates a user of a tenant, or of whoever runs the gateway. Without a password the user signs in by OpenID Connect, until
// one is set.
func (s *Service) CreateUser(ctx context.Context, of tenant.ID, p user.Profile, password secret.Text) (*user.User, error) {
	if of != tenant.Platform {
		if _, err := s.stores.Tenants.Get(ctx, of); err != nil {
			return nil, err
		}
	}
	id, now := user.ID(idempotency.ID(ctx, s.ids, "user")), s.clock.Now()
	u, err := user.New(of, id, p, now)
	if !password.Empty() {
		err = both(err, user.CheckPassword(password))
	}
	if err != nil {
		return nil, err
	}
	if !password.Empty() {
		verifier, err := s.hash(ctx, password)
		if err != nil {
			return nil, err
		}
		u.SetPassword(verifier, now)
	}
	return idempotency.Create(ctx, u, s.stores.Users.Create, func() (*user.User, error) { return s.stores.Users.Get(ctx, id) },
		idempotency.Own)
}

// both returns one refusal with the details of both.
func both(a, b error) error {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	return user.ErrInvalid.With(slices.Concat(fault.From(a).Details, fault.From(b).Details)...)
}

// GeneratePassword returns a password for a new user, who is told it once. In every try of one call it is the same.
func (s *Service) GeneratePassword(ctx context.Context) secret.Text {
	return secret.New(idempotency.ID(ctx, s.ids, "password"))
}

// User returns a user of a tenant.
func (s *Service) User(ctx context.Context, of tenant.ID, id user.ID) (*user.User, error) {
	u, err := s.stores.Users.Get(ctx, id)
	if err == nil {
		err = check(u, of)
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

func check(u *user.User, of tenant.ID) error {
	if u.Tenant() != of {
		return user.ErrNotFound
	}
	return nil
}

// UserByEmail returns the user with an address, of whichever tenant.
func (s *Service) UserByEmail(ctx context.Context, email string) (*user.User, error) {
	return s.stores.Users.ByEmail(ctx, session.EmailKey(email))
}

// Users returns at most limit users of a tenant, or of whoever runs the gateway, with identifiers after the given one.
func (s *Service) Users(ctx context.Context, of tenant.ID, after user.ID, limit int) ([]*user.User, error) {
	return s.stores.Users.List(ctx, of, after, limit)
}

func (s *Service) update(ctx context.Context, of tenant.ID, id user.ID, change func(*user.User) error) (*user.User, error) {
	return s.stores.Users.Update(ctx, id, func(u *user.User) error {
		if err := check(u, of); err != nil {
			return err
		}
		return change(u)
	})
}

// ChangeUser replaces a user's profile, unless ask, which may be nil, refuses the user as it is at that moment. It does not disable the
// last user of whoever runs the gateway.
func (s *Service) ChangeUser(
	ctx context.Context, of tenant.ID, id user.ID, p user.Profile, ask administration.Check[*user.User],
) (*user.User, error) {
	change := func() (*user.User, error) {
		return s.update(ctx, of, id, func(u *user.User) error {
			if ask != nil {
				if err := ask(u); err != nil {
					return err
				}
			}
			return u.Change(p, s.clock.Now())
		})
	}
	if p.Active || of != tenant.Platform {
		return change()
	}
	return s.sparingTheLast(ctx, id, change)
}

// RemoveUser erases a user, but not the last one of whoever runs the gateway.
func (s *Service) RemoveUser(ctx context.Context, of tenant.ID, id user.ID) error {
	u, err := s.User(ctx, of, id)
	if err != nil {
		return err
	}
	if of == tenant.Platform {
		p := u.Profile()
		p.Active = false
		if _, err := s.ChangeUser(ctx, of, id, p, nil); err != nil {
			return err
		}
	}
	return s.stores.Users.Remove(ctx, id)
}

// ErrLast refuses to lock everybody out.
var ErrLast = fault.New(fault.Conflict, "user.last",
	"this is the last user with the role platform who can sign in; create another one first")

// sparingTheLast disables a user of whoever runs the gateway, unless nobody would be left. No two users can be changed at once, so it is
// asked before, and again after: whoever finds nobody left takes it back. Of two who disable each other both may be refused.
func (s *Service) sparingTheLast(ctx context.Context, id user.ID, disable func() (*user.User, error)) (*user.User, error) {
	before, err := s.User(ctx, tenant.Platform, id)
	if err != nil {
		return nil, err
	}
	if !before.Active() {
		return disable() // changes nothing about who is left
	}
	if err := s.othersLeft(ctx, id); err != nil {
		return nil, err
	}
	changed, err := disable()
	if err != nil {
		return nil, err
	}
	refusal := s.othersLeft(ctx, id)
	if refusal == nil {
		return changed, nil
	}
	_, err = s.update(context.WithoutCancel(ctx), tenant.Platform, id, func(u *user.User) error {
		return u.Change(before.Profile(), time.Time{}) // which disables nobody
	})
	return nil, errors.Join(refusal, err)
}

const page = 100

// othersLeft refuses where nobody but one user can act for whoever runs the gateway.
func (s *Service) othersLeft(ctx context.Context, but user.ID) error {
	for after := user.ID(""); ; {
		found, err := s.stores.Users.List(ctx, tenant.Platform, after, page)
		if err != nil {
			return err
		}
		for _, u := range found {
			if u.Active() && u.ID() != but {
				return nil
			}
			after = u.ID()
		}
		if len(found) < page {
			return ErrLast
		}
	}
}

// SetPassword gives a user another password, generated where none is chosen, and returns it this once. All sign-ins of the user end.
func (s *Service) SetPassword(ctx context.Context, of tenant.ID, id user.ID, chosen secret.Text) (secret.Text, error) {
	if _, err := s.User(ctx, of, id); err != nil {
		return secret.Text{}, err
	}
	if chosen.Empty() {
		chosen = s.GeneratePassword(ctx)
	}
	if err := user.CheckPassword(chosen); err != nil {
		return secret.Text{}, err
	}
	verifier, err := s.hash(ctx, chosen)
	if err != nil {
		return secret.Text{}, err
	}
	_, err = s.update(ctx, of, id, func(u *user.User) error {
		u.SetPassword(verifier, s.clock.Now())
		return nil
	})
	return chosen, err
}

// hash returns the verifier of a password; none where a call is to check only, for hashing is slow on purpose.
func (s *Service) hash(ctx context.Context, password secret.Text) (string, error) {
	if administration.ChecksOnly(ctx) {
		return "", nil
	}
	return s.secrets.HashChosen(ctx, password)
}

// SignOutUser ends all sign-ins of a user.
func (s *Service) SignOutUser(ctx context.Context, of tenant.ID, id user.ID) (*user.User, error) {
	return s.update(ctx, of, id, func(u *user.User) error {
		u.SignOut(s.clock.Now())
		return nil
	})
}
