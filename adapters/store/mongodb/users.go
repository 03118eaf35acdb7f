package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// users keeps users. They belong to the platform, whichever tenant they are of.
type users struct {
	all collection[*user.User, user.ID]
}

func newUsers(s *Store) users {
	u := users{keep(s, document.Users)}
	u.all.unique = (*user.User).EmailKey
	u.all.notUnique = user.ErrEmail
	return u
}

// Create stores a new user.
func (u users) Create(ctx context.Context, a *user.User) error { return u.all.Create(ctx, a) }

// Get returns one user.
func (u users) Get(ctx context.Context, id user.ID) (*user.User, error) {
	return u.all.Get(ctx, tenant.Platform, id)
}

// Update changes one user.
func (u users) Update(ctx context.Context, id user.ID, change func(*user.User) error) (*user.User, error) {
	return u.all.Update(ctx, tenant.Platform, id, change)
}

// Remove erases one user.
func (u users) Remove(ctx context.Context, id user.ID) error {
	return u.all.remove(ctx, tenant.Platform, id)
}

// ByEmail finds a user by the address.
func (u users) ByEmail(ctx context.Context, key string) (*user.User, error) {
	return u.all.one(ctx, bson.D{e("tenant_id", tenant.Platform), e("doc.email_key", key), settled})
}

// BySubject finds a user by what OpenID Connect calls the user.
func (u users) BySubject(ctx context.Context, issuer, subject string) (*user.User, error) {
	found, err := u.all.many(ctx,
		bson.D{e("tenant_id", tenant.Platform), e("doc.subject", subject), e("doc.issuer", issuer)}, byID, 1)
	if err == nil && len(found) == 0 {
		err = u.all.NotFound
	}
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// List returns a page of users.
func (u users) List(ctx context.Context, of tenant.ID, after user.ID, limit int) ([]*user.User, error) {
	if of == "" {
		return u.all.after(ctx, tenant.Platform, after, limit)
	}
	return u.all.many(ctx, bson.D{
		e("tenant_id", tenant.Platform), e("doc.shop", of), e("_id", bson.D{e("$gt", key(tenant.Platform, string(after)))}),
	}, byID, limit)
}

// removeOf erases users and sign-ins of a tenant. Users go one by one, with the claims on their addresses.
func (u users) removeOf(ctx context.Context, of tenant.ID) error {
	for {
		page, err := u.List(ctx, of, "", removedAtOnce)
		if err != nil {
			return err
		}
		for _, each := range page {
			if err := u.Remove(ctx, each.ID()); err != nil {
				return err
			}
		}
		if len(page) < removedAtOnce {
			break
		}
	}
	_, err := u.all.store.db.Collection(document.SignIns.Name).DeleteMany(ctx,
		bson.D{e("tenant_id", tenant.Platform), e("doc.shop", of)})
	return failure(ctx, err)
}

const removedAtOnce = 100

type signIns struct {
	all collection[*signin.SignIn, signin.ID]
}

func newSignIns(s *Store) signIns {
	in := signIns{keep(s, document.SignIns)}
	in.all.further = func(a *signin.SignIn) bson.D { return bson.D{expires(a.Snapshot().ExpiresAt)} }
	return in
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
