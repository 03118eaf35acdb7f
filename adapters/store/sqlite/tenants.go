package sqlite

import (
	"context"
	"database/sql"

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

func newTenants(s *Store) tenants {
	return tenants{collection[*tenant.Tenant, tenant.ID]{s, document.Tenants}}
}

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

// ofShops are the tables with what the platform keeps of tenants. They are emptied first, so that nobody creates anything any more.
var ofShops = []string{"users", "signins"}

// Waiting counts within the indexes.
func (t tenants) Waiting(ctx context.Context, id tenant.ID) (w port.Waiting, err error) {
	count := func(n *int, table, condition string, more ...any) {
		if err == nil {
			err = t.all.store.readers.QueryRowContext(ctx,
				`SELECT ? + count(*) FROM `+table+` WHERE tenant = ? AND `+condition, append([]any{*n, id}, more...)...).Scan(n)
		}
	}
	count(&w.Held, "orders", `status = ?`, order.Held.String())
	count(&w.Unmatched, "receipts", `status = ?`, receipt.Unmatched.String())
	for _, table := range []string{"sessions", "orders", "answers", "connections"} {
		count(&w.GivenUp, table, `given_up IS NOT NULL`)
	}
	if err != nil {
		return w, failure(ctx, err)
	}
	failing, err := newConnections(t.all.store).many(ctx,
		`tenant = ? AND failing_since IS NOT NULL ORDER BY failing_since, id LIMIT ?`, id, port.MaxFailing)
	for _, c := range failing {
		w.Failing = append(w.Failing, c.ID())
	}
	return w, err
}

// belongings are the tables with what belongs to tenants. Links and keys go first, so that nothing new comes in; outcomes of the audit
// log before their entries, which allow it.
var belongings = []string{
	"links", "keys", "connections", "connection_identities", "customers", "customer_ticks", "sessions", "order_lines", "order_contents",
	"orders", "order_numbers", "receipt_contents", "receipts", "answer_contents", "answers", "replays", "throttles", "audit_outcomes",
	"audit", "audit_begins", "traffic_names", "traffic",
}

// Remove erases a tenant, a table at a time, so that others can write in between.
func (t tenants) Remove(ctx context.Context, id tenant.ID) error {
	do := func(statement string, args ...any) error {
		return t.all.store.transact(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, statement, args...)
			return err
		})
	}
	// The log begins after all times, so that all of it may go.
	err := do(`INSERT INTO audit_begins (tenant, at) VALUES (?, '~') ON CONFLICT DO UPDATE SET at = excluded.at`, id)
	if err != nil {
		return err
	}
	for _, table := range ofShops {
		if err := do(`DELETE FROM `+table+` WHERE tenant = ? AND shop = ?`, tenant.Platform, id); err != nil {
			return err
		}
	}
	for _, table := range belongings {
		if err := do(`DELETE FROM `+table+` WHERE tenant = ?`, id); err != nil {
			return err
		}
	}
	return t.all.remove(ctx, tenant.Platform, id)
}
