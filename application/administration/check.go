package administration

import (
	"context"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

type checkOnlyKey struct{}

// CheckOnly returns a context in which what is to be created or changed is checked to the end and not written: for forms that say
// what is wrong while somebody fills them in. It holds for what is changed in Checking.
func CheckOnly(ctx context.Context) context.Context {
	return context.WithValue(ctx, checkOnlyKey{}, true)
}

// ChecksOnly reports whether a call is to check only.
func ChecksOnly(ctx context.Context) bool { return ctx.Value(checkOnlyKey{}) != nil }

// Checking are stores that write nothing where a call is to check only, of users and of all that this package changes.
func Checking(of port.Stores) port.Stores {
	of.Tenants = checkedTenants{of.Tenants}
	of.Customers = checkedCustomers{of.Customers}
	of.Connections = checkedConnections{of.Connections}
	of.Links = checkedLinks{of.Links}
	of.Keys = checkedKeys{of.Keys}
	of.Users = checkedUsers{of.Users}
	return of
}

// changed returns what a change would make of what is stored.
func changed[A any](stored A, err error, change func(A) error) (A, error) {
	if err == nil {
		err = change(stored)
	}
	return stored, err
}

type checkedTenants struct{ port.Tenants }

func (in checkedTenants) Create(ctx context.Context, t *tenant.Tenant) error {
	if ChecksOnly(ctx) {
		return nil
	}
	return in.Tenants.Create(ctx, t)
}

func (in checkedTenants) Update(ctx context.Context, id tenant.ID, change func(*tenant.Tenant) error) (*tenant.Tenant, error) {
	if ChecksOnly(ctx) {
		stored, err := in.Get(ctx, id)
		return changed(stored, err, change)
	}
	return in.Tenants.Update(ctx, id, change)
}

type checkedCustomers struct{ port.Customers }

func (in checkedCustomers) Create(ctx context.Context, c *customer.Customer) error {
	if ChecksOnly(ctx) {
		return nil
	}
	return in.Customers.Create(ctx, c)
}

func (in checkedCustomers) Update(
	ctx context.Context, of tenant.ID, id customer.ID, change func(*customer.Customer) error,
) (*customer.Customer, error) {
	if ChecksOnly(ctx) {
		stored, err := in.Get(ctx, of, id)
		return changed(stored, err, change)
	}
	return in.Customers.Update(ctx, of, id, change)
}

type checkedConnections struct{ port.Connections }

func (in checkedConnections) Create(ctx context.Context, c *connection.Connection) error {
	if ChecksOnly(ctx) {
		return nil
	}
	return in.Connections.Create(ctx, c)
}

func (in checkedConnections) Update(
	ctx context.Context, of tenant.ID, id connection.ID, change func(*connection.Connection) error,
) (*connection.Connection, error) {
	if ChecksOnly(ctx) {
		stored, err := in.Get(ctx, of, id)
		return changed(stored, err, change)
	}
	return in.Connections.Update(ctx, of, id, change)
}

type checkedLinks struct{ port.Links }

func (in checkedLinks) Create(ctx context.Context, l *connection.Link) error {
	if ChecksOnly(ctx) {
		return nil
	}
	return in.Links.Create(ctx, l)
}

func (in checkedLinks) Update(
	ctx context.Context, of tenant.ID, id connection.LinkID, change func(*connection.Link) error,
) (*connection.Link, error) {
	if ChecksOnly(ctx) {
		stored, err := in.Get(ctx, of, id)
		return changed(stored, err, change)
	}
	return in.Links.Update(ctx, of, id, change)
}

type checkedKeys struct{ port.Keys }

func (in checkedKeys) Create(ctx context.Context, k *apikey.Key) error {
	if ChecksOnly(ctx) {
		return nil
	}
	return in.Keys.Create(ctx, k)
}

func (in checkedKeys) Update(
	ctx context.Context, of tenant.ID, id apikey.ID, change func(*apikey.Key) error,
) (*apikey.Key, error) {
	if ChecksOnly(ctx) {
		stored, err := in.Get(ctx, of, id)
		return changed(stored, err, change)
	}
	return in.Keys.Update(ctx, of, id, change)
}

type checkedUsers struct{ port.Users }

func (in checkedUsers) Create(ctx context.Context, u *user.User) error {
	if ChecksOnly(ctx) {
		return nil
	}
	return in.Users.Create(ctx, u)
}

func (in checkedUsers) Update(ctx context.Context, id user.ID, change func(*user.User) error) (*user.User, error) {
	if ChecksOnly(ctx) {
		stored, err := in.Get(ctx, id)
		return changed(stored, err, change)
	}
	return in.Users.Update(ctx, id, change)
}
