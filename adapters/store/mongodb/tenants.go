package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/tenant"
)

// tenants keeps tenants. They belong to the platform, so that they are kept as all else is.
type tenants struct {
	all collection[*tenant.Tenant, tenant.ID]
}

func newTenants(s *Store) tenants { return tenants{keep(s, document.Tenants)} }

// Create stores a new tenant.
func (t tenants) Create(ctx context.Context, a *tenant.Tenant) error { return t.all.Create(ctx, a) }

// Get returns one tenant.
func (t tenants) Get(ctx context.Context, id tenant.ID) (*tenant.Tenant, error) {
	return t.all.Get(ctx, tenant.Platform, id)
}

// Update changes one tenant.
func (t tenants) Update(ctx context.Context, id tenant.ID, change func(*tenant.Tenant) error) (*tenant.Tenant, error) {
	return t.all.Update(ctx, tenant.Platform, id, change)
}

// List returns a page of tenants.
func (t tenants) List(ctx context.Context, after tenant.ID, limit int) ([]*tenant.Tenant, error) {
	return t.all.after(ctx, tenant.Platform, after, limit)
}

// Remove erases a tenant, a collection at a time. Users, links and keys go first, so that nothing new comes in.
func (t tenants) Remove(ctx context.Context, id tenant.ID) error {
	if err := newUsers(t.all.store).removeOf(ctx, id); err != nil {
		return err
	}
	names := []string{document.Links.Name, document.Keys.Name}
	for name := range indexes {
		if name != document.Tenants.Name {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if _, err := t.all.store.db.Collection(name).DeleteMany(ctx, bson.D{e("tenant_id", id)}); err != nil {
			return failure(ctx, err)
		}
	}
	return t.all.remove(ctx, tenant.Platform, id)
}
