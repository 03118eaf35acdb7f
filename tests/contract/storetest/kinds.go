package storetest

import (
	"context"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// kind is one kind of aggregate, seen through what all kinds have in common: a tenant, an identifier, and a text that an
// update can change.
type kind struct {
	name            string
	notFound, taken error
	create          func(ctx context.Context, of tenant.ID, id, text string) error
	get             func(ctx context.Context, of tenant.ID, id string) (text string, err error)
	update          func(ctx context.Context, of tenant.ID, id string, change func(text string) (string, error)) (text string, err error)
	// spoil creates an aggregate, then changes what it handed over and everything that the store returned since.
	spoil func(ctx context.Context, of tenant.ID, id string) error
	// roundTrip creates an aggregate that has every member and returns it as it was and as it came back.
	roundTrip func(ctx context.Context, fill func(state any), of tenant.ID, id string) (stored, loaded any, err error)
}

// eachKind makes a case for all kinds.
func eachKind(check func(t *testing.T, k kind)) func(*testing.T, port.Stores) {
	return func(t *testing.T, s port.Stores) {
		for _, k := range kinds(s) {
			t.Run(k.name, func(t *testing.T) { check(t, k) })
		}
	}
}

// alone makes one identifier of two, for a tenant has no tenant, so that cases need not tell it from other kinds.
func alone(of, id tenant.ID) tenant.ID { return ofAll(of, id) }

// ofAll is alone for what has identifiers of the whole gateway.
func ofAll[ID ~string](of tenant.ID, id ID) ID { return ID(of) + "--" + id }

func kinds(s port.Stores) []kind {
	return []kind{
		describe("tenants", port.ErrTenantNotFound, port.ErrTenantExists, entity[*tenant.Tenant, tenant.State, tenant.ID]{
			restore: tenant.Restore,
			state:   func(of tenant.ID, id tenant.ID) tenant.State { return tenantOf(alone(of, id)) },
			name:    func(st *tenant.State, of, id tenant.ID) { st.ID = alone(of, id) },
			text:    func(st *tenant.State) *string { return &st.Name },

			create: s.Tenants.Create,
			get: func(ctx context.Context, of tenant.ID, id tenant.ID) (*tenant.Tenant, error) {
				return s.Tenants.Get(ctx, alone(of, id))
			},
			update: func(ctx context.Context, of, id tenant.ID, change func(*tenant.Tenant) error) (*tenant.Tenant, error) {
				return s.Tenants.Update(ctx, alone(of, id), change)
			},
		}),
		describe("customers", port.ErrCustomerNotFound, port.ErrCustomerExists, entity[*customer.Customer, customer.State, customer.ID]{
			restore: customer.Restore,
			state:   func(of tenant.ID, id customer.ID) customer.State { return customerOf(of, id, "") },
			name:    func(st *customer.State, of tenant.ID, id customer.ID) { st.Tenant, st.ID = of, id },
			text:    func(st *customer.State) *string { return &st.Profile.Name },
			create:  s.Customers.Create, get: s.Customers.Get, update: s.Customers.Update,
		}),
		describe("connections", port.ErrConnectionNotFound, port.ErrConnectionExists, entity[
			*connection.Connection, connection.State, connection.ID,
		]{
			restore: connection.Restore,
			state:   func(of tenant.ID, id connection.ID) connection.State { return connectionOf(of, id, "c1") },
			name:    func(st *connection.State, of tenant.ID, id connection.ID) { st.Tenant, st.ID = of, id },
			text:    func(st *connection.State) *string { return &st.Profile.Name },
			create:  s.Connections.Create, get: s.Connections.Get, update: s.Connections.Update,
		}),
		describe("links", connection.ErrNoLink, port.ErrTaken, entity[*connection.Link, connection.LinkState, connection.LinkID]{
			restore: connection.RestoreLink,
			state:   func(of tenant.ID, id connection.LinkID) connection.LinkState { return linkOf(of, id, "n1") },
			name:    func(st *connection.LinkState, of tenant.ID, id connection.LinkID) { st.Tenant, st.ID = of, id },
			text:    func(st *connection.LinkState) *string { return (*string)(&st.Connection) },
			create:  s.Links.Create, get: s.Links.Get, update: s.Links.Update,
		}),
		describe("sessions", session.ErrNotFound, port.ErrTaken, entity[*session.Session, session.State, session.ID]{
			restore: session.Restore,
			state:   sessionOf,
			name:    func(st *session.State, of tenant.ID, id session.ID) { st.Tenant, st.ID = of, id },
			text:    func(st *session.State) *string { return &st.ExchangeKey },
			create:  s.Sessions.Create, get: s.Sessions.Get, update: s.Sessions.Update,
		}),
		describe("orders", order.ErrNotFound, order.ErrExists, entity[*order.Order, order.State, order.ID]{
			restore: order.Restore,
			state: func(of tenant.ID, id order.ID) order.State {
				st := orderOf(of, session.ID(id))
				st.ID = id
				return st
			},
			name: func(st *order.State, of tenant.ID, id order.ID) { st.Tenant, st.ID = of, id },
			text: func(st *order.State) *string { return &st.PurchaseOrder },
			create: func(ctx context.Context, o *order.Order) error {
				return s.Orders.Create(ctx, o, cartOf(o.Snapshot().CartID), documentOf("<cart/>"))
			},
			get: s.Orders.Get, update: s.Orders.Update,
		}),
		describe("receipts", receipt.ErrNotFound, receipt.ErrExists, entity[*receipt.Receipt, receipt.State, receipt.ID]{
			restore: receipt.Restore,
			state:   receiptOf,
			name:    func(st *receipt.State, of tenant.ID, id receipt.ID) { st.Tenant, st.ID = of, id },
			text:    func(st *receipt.State) *string { return &st.Number },
			create: func(ctx context.Context, r *receipt.Receipt) error {
				return s.Receipts.Create(ctx, r, contentOf("<order/>"))
			},
			get: s.Receipts.Get, update: s.Receipts.Update,
		}),
		describe("answers", answer.ErrNotFound, answer.ErrExists, entity[*answer.Answer, answer.State, answer.ID]{
			restore: answer.Restore,
			state:   func(of tenant.ID, id answer.ID) answer.State { return answerOf(of, id, "os1") },
			name:    func(st *answer.State, of tenant.ID, id answer.ID) { st.Tenant, st.ID = of, id },
			text:    func(st *answer.State) *string { return &st.Says },
			create: func(ctx context.Context, a *answer.Answer) error {
				return s.Answers.Create(ctx, a, answerDocumentOf("<answer/>"))
			},
			get: s.Answers.Get, update: s.Answers.Update,
		}),
		describe("keys", apikey.ErrUnknown, port.ErrTaken, entity[*apikey.Key, apikey.State, apikey.ID]{
			restore: apikey.Restore,
			state:   keyOf,
			name:    func(st *apikey.State, of tenant.ID, id apikey.ID) { st.Tenant, st.ID = of, id },
			text:    func(st *apikey.State) *string { return &st.Label },
			create:  s.Keys.Create, get: s.Keys.Get, update: s.Keys.Update,
		}),
		describe("replays", replay.ErrNotFound, replay.ErrExists, entity[*replay.Replay, replay.State, replay.ID]{
			restore: replay.Restore,
			state:   replayOf,
			name:    func(st *replay.State, of tenant.ID, id replay.ID) { st.Tenant, st.ID = of, id },
			text:    func(st *replay.State) *string { return &st.Answer.Sealed },
			create:  s.Replays.Create, get: s.Replays.Get, update: s.Replays.Update,
		}),
		describe("users", user.ErrNotFound, user.ErrExists, entity[*user.User, user.State, user.ID]{
			restore: user.Restore,
			state:   func(of tenant.ID, id user.ID) user.State { return userOf(of, ofAll(of, id)) },
			name: func(st *user.State, of tenant.ID, id user.ID) {
				st.Tenant, st.ID, st.Email = of, ofAll(of, id), string(of)+st.Email
			},
			text: func(st *user.State) *string { return &st.Name },

			create: s.Users.Create,
			get: func(ctx context.Context, of tenant.ID, id user.ID) (*user.User, error) {
				return s.Users.Get(ctx, ofAll(of, id))
			},
			update: func(ctx context.Context, of tenant.ID, id user.ID, change func(*user.User) error) (*user.User, error) {
				return s.Users.Update(ctx, ofAll(of, id), change)
			},
		}),
		describe("sign-ins", signin.ErrEnded, signin.ErrTaken, entity[*signin.SignIn, signin.State, signin.ID]{
			restore: signin.Restore,
			state:   func(of tenant.ID, id signin.ID) signin.State { return signInOf(of, ofAll(of, id), "u1") },
			name:    func(st *signin.State, of tenant.ID, id signin.ID) { st.Tenant, st.ID = of, ofAll(of, id) },
			text:    func(st *signin.State) *string { return (*string)(&st.User) },

			create: s.SignIns.Create,
			get: func(ctx context.Context, of tenant.ID, id signin.ID) (*signin.SignIn, error) {
				return s.SignIns.Get(ctx, ofAll(of, id))
			},
			update: func(ctx context.Context, of tenant.ID, id signin.ID, change func(*signin.SignIn) error) (*signin.SignIn, error) {
				return s.SignIns.Update(ctx, ofAll(of, id), change)
			},
		}),
	}
}

// entity is a kind as its store and its package have it.
type entity[A interface{ Snapshot() S }, S any, ID ~string] struct {
	restore func(S) A
	state   func(of tenant.ID, id ID) S
	name    func(st *S, of tenant.ID, id ID)
	text    func(*S) *string
	create  func(context.Context, A) error
	get     func(context.Context, tenant.ID, ID) (A, error)
	update  func(context.Context, tenant.ID, ID, func(A) error) (A, error)
}

func describe[T any, A interface {
	*T
	Snapshot() S
}, S any, ID ~string](name string, notFound, taken error, e entity[A, S, ID]) kind {
	read := func(a A) string {
		st := a.Snapshot()
		return *e.text(&st)
	}
	// write replaces the aggregate behind the pointer, as any method of it might.
	write := func(a A, text string) {
		st := a.Snapshot()
		*e.text(&st) = text
		*a = *e.restore(st)
	}
	return kind{
		name: name, notFound: notFound, taken: taken,
		create: func(ctx context.Context, of tenant.ID, id, text string) error {
			st := e.state(of, ID(id))
			*e.text(&st) = text
			return e.create(ctx, e.restore(st))
		},
		get: func(ctx context.Context, of tenant.ID, id string) (string, error) {
			a, err := e.get(ctx, of, ID(id))
			if err != nil {
				return "", err
			}
			return read(a), nil
		},
		update: func(ctx context.Context, of tenant.ID, id string, change func(string) (string, error)) (string, error) {
			a, err := e.update(ctx, of, ID(id), func(a A) error {
				text, err := change(read(a))
				write(a, text)
				return err
			})
			if err != nil {
				return "", err
			}
			return read(a), nil
		},
		spoil: func(ctx context.Context, of tenant.ID, id string) error {
			created := e.restore(e.state(of, ID(id)))
			write(created, "kept")
			if err := e.create(ctx, created); err != nil {
				return err
			}
			found, err := e.get(ctx, of, ID(id))
			if err != nil {
				return err
			}
			var changed A
			updated, err := e.update(ctx, of, ID(id), func(a A) error {
				changed = a
				return nil
			})
			if err != nil {
				return err
			}
			for _, a := range []A{created, found, changed, updated} {
				write(a, "spoilt")
			}
			return nil
		},
		roundTrip: func(ctx context.Context, fill func(any), of tenant.ID, id string) (stored, loaded any, err error) {
			var st S
			fill(&st)
			e.name(&st, of, ID(id))
			if err := e.create(ctx, e.restore(st)); err != nil {
				return nil, nil, err
			}
			a, err := e.get(ctx, of, ID(id))
			if err != nil {
				return nil, nil, err
			}
			return st, a.Snapshot(), nil
		},
	}
}
