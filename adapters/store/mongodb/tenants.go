package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
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

// Waiting counts within the indexes.
func (t tenants) Waiting(ctx context.Context, id tenant.ID) (w port.Waiting, err error) {
	count := func(n *int, kind string, condition bson.E) {
		if err != nil {
			return
		}
		var found int64
		found, err = t.all.store.db.Collection(kind).CountDocuments(ctx, bson.D{e("tenant_id", id), condition})
		*n += int(found)
	}
	count(&w.Held, document.Orders.Name, e("doc.status", order.Held.String()))
	count(&w.Unmatched, document.Receipts.Name, e("doc.status", receipt.Unmatched.String()))
	for kind, at := range map[string]string{
		document.Sessions.Name: outboxGivenUp, document.Orders.Name: "doc.given_up", document.Answers.Name: "doc.delivery.given_up_at",
		document.Connections.Name: outboxGivenUp,
	} {
		count(&w.GivenUp, kind, e(at, bson.D{e("$gt", "")}))
	}
	if err != nil {
		return w, failure(ctx, err)
	}
	failing, err := newConnections(t.all.store).many(ctx, bson.D{e("tenant_id", id), e("doc.failing_since", bson.D{e("$gt", "")})},
		bson.D{e("doc.failing_since", 1), e("_id", 1)}, port.MaxFailing)
	for _, c := range failing {
		w.Failing = append(w.Failing, c.ID())
	}
	return w, err
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
