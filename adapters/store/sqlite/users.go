package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// users keeps users. They belong to the platform, whichever tenant they are of.
type users struct {
	all collection[*user.User, user.ID]
}

func newUsers(s *Store) users { return users{collection[*user.User, user.ID]{s, document.Users}} }

// Create stores a new user.
func (u users) Create(ctx context.Context, a *user.User) error {
	d, err := u.all.Encode(a)
	if err != nil {
		return err
	}
	return u.all.store.transact(ctx, func(tx *sql.Tx) error {
		// Asked for first: one user created twice has the identifier and the address, and SQLite names either one.
		var exists bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users WHERE `+byID+`)`, d.Tenant, d.ID).Scan(&exists); err != nil {
			return err
		}
		if exists {
			return user.ErrExists
		}
		return emailTaken(u.all.insert(ctx, tx, d))
	})
}

// emailTaken says what is taken where it is not the identifier.
func emailTaken(err error) error {
	if errors.Is(err, user.ErrExists) {
		return user.ErrEmail.Because(errors.Unwrap(err))
	}
	return err
}

// Get returns one user.
func (u users) Get(ctx context.Context, id user.ID) (*user.User, error) {
	return u.all.Get(ctx, tenant.Platform, id)
}

// Update changes one user.
func (u users) Update(ctx context.Context, id user.ID, change func(*user.User) error) (*user.User, error) {
	a, err := u.all.Update(ctx, tenant.Platform, id, change)
	return a, emailTaken(err)
}

// Remove erases one user.
func (u users) Remove(ctx context.Context, id user.ID) error {
	return u.all.remove(ctx, tenant.Platform, id)
}

// ByEmail finds a user by the address.
func (u users) ByEmail(ctx context.Context, key string) (*user.User, error) {
	return u.all.one(ctx, `tenant = ? AND email_key = ?`, tenant.Platform, key)
}

// BySubject finds a user by what OpenID Connect calls the user.
func (u users) BySubject(ctx context.Context, issuer, subject string) (*user.User, error) {
	return u.all.one(ctx, `tenant = ? AND subject = ? AND doc ->> '$.issuer' = ? ORDER BY id LIMIT 1`, tenant.Platform, subject, issuer)
}

// List returns a page of users.
func (u users) List(ctx context.Context, of tenant.ID, after user.ID, limit int) ([]*user.User, error) {
	if of == "" {
		return u.all.after(ctx, tenant.Platform, after, limit)
	}
	return u.all.many(ctx, `tenant = ? AND shop = ? AND id > ? ORDER BY id LIMIT ?`, tenant.Platform, of, after, limit)
}

type signIns struct {
	all collection[*signin.SignIn, signin.ID]
}

func newSignIns(s *Store) signIns {
	return signIns{collection[*signin.SignIn, signin.ID]{s, document.SignIns}}
}

// Create stores a new sign-in.
func (s signIns) Create(ctx context.Context, a *signin.SignIn) error { return s.all.Create(ctx, a) }

// Get returns one sign-in.
func (s signIns) Get(ctx context.Context, id signin.ID) (*signin.SignIn, error) {
	return s.all.Get(ctx, tenant.Platform, id)
}

// Update changes one sign-in.
func (s signIns) Update(ctx context.Context, id signin.ID, change func(*signin.SignIn) error) (*signin.SignIn, error) {
	return s.all.Update(ctx, tenant.Platform, id, change)
}

// Remove erases one sign-in.
func (s signIns) Remove(ctx context.Context, id signin.ID) error {
	return s.all.remove(ctx, tenant.Platform, id)
}

// Sweep removes sign-ins whose time is over.
func (s signIns) Sweep(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	return s.all.sweep(ctx, now, limit)
}
