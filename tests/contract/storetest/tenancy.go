package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/user"
)

var tenancyCases = map[string]func(*testing.T, port.Stores){
	"what belongs to another tenant is not found": func(t *testing.T, s port.Stores) {
		create(t, s, acme)
		before := everything(t, s, acme)
		for _, method := range methods() {
			c, ok := foreign[method]
			if !ok {
				t.Errorf("no case says what %s does for another tenant", method)
				continue
			}
			if err := c.call(t.Context(), s); !errors.Is(err, c.want) {
				t.Errorf("%s is answered with %v, not %v", method, err, c.want)
			}
		}
		if len(foreign) != len(methods()) {
			t.Errorf("there are %d cases for %d methods", len(foreign), len(methods()))
		}
		if after := everything(t, s, acme); !reflect.DeepEqual(before, after) {
			t.Errorf("the calls of others made of\n%+v\nthis:\n%+v", before, after)
		}
	},
}

// methods returns every method of every store, such as Orders.Get.
func methods() []string {
	var names []string
	for store := range reflect.TypeFor[port.Stores]().Fields() {
		if store.Type.Kind() != reflect.Interface {
			continue
		}
		for method := range store.Type.Methods() {
			names = append(names, store.Name+"."+method.Name)
		}
	}
	return names
}

// Fill gives a tenant one of everything that stores keep, for the tests of what copies it.
func Fill(t *testing.T, s port.Stores, of tenant.ID) {
	t.Helper()
	create(t, s, of)
}

// create gives a tenant one of everything, under the same identifiers for every tenant.
func create(t *testing.T, s port.Stores, of tenant.ID) {
	t.Helper()
	for _, err := range []error{
		s.Tenants.Create(t.Context(), tenant.Restore(tenantOf(of))),
		s.Customers.Create(t.Context(), customerWithNumber(of)),
		s.Connections.Create(t.Context(), connection.Restore(called(connectionOf(of, "n1", "c1"), duns))),
		s.Links.Create(t.Context(), connection.RestoreLink(linkOf(of, "l1", "n1"))),
		s.Links.Create(t.Context(), connection.RestoreLink(linkOf(of, "l2", ""))),
		s.Sessions.Create(t.Context(), session.Restore(sessionOf(of, "s1"))),
		createPushed(t.Context(), s, of),
		createApplied(t.Context(), s, of),
		createAnswer(t.Context(), s, of),
		s.Keys.Create(t.Context(), apikey.Restore(keyOf(of, "k1"))),
		s.Replays.Create(t.Context(), replay.Restore(replayOf(of, "p1"))),
		s.Throttles.Create(t.Context(), throttle.Restore(throttleOf(of, "t1"))),
		createUser(t.Context(), s, of),
		s.Audit.Append(t.Context(), entryOf(of, "a1")),
		s.Audit.Conclude(t.Context(), of, "a1", audit.Outcome{Result: audit.Done}),
		s.Traffic.Append(t.Context(), []*traffic.Entry{callOf(of, "1000")}),
		createAllEvents(t.Context(), s, of),
	} {
		must(t, err)
	}
	for range 3 {
		value(s.Orders.NextNumber(t.Context(), of))(t)
	}
}

func customerWithNumber(of tenant.ID) *customer.Customer {
	return customer.Restore(customerOf(of, "c1", "4711"))
}

// createUser gives a tenant a user who is signed in, under identifiers of the whole gateway.
func createUser(ctx context.Context, s port.Stores, of tenant.ID) error {
	id := ofAll(of, user.ID("u1"))
	return errors.Join(s.Users.Create(ctx, user.Restore(userOf(of, id))),
		s.SignIns.Create(ctx, signin.Restore(signInOf(of, ofAll(of, signin.ID("i1")), id))))
}

func createPushed(ctx context.Context, s port.Stores, of tenant.ID) error {
	o := orderOf(of, "s1")
	o.Push.Due = now
	return s.Orders.Create(ctx, order.Restore(o), cartOf(o.CartID), documentOf("<cart/>"))
}

func createApplied(ctx context.Context, s port.Stores, of tenant.ID) error {
	r := receiptOf(of, "r1")
	r.Status, r.Order = receipt.Applied, "os1"
	return s.Receipts.Create(ctx, receipt.Restore(r), contentOf("<order/>"))
}

func createAnswer(ctx context.Context, s port.Stores, of tenant.ID) error {
	return s.Answers.Create(ctx, answer.Restore(answerOf(of, "os1-1", "os1")), answerDocumentOf("<answer/>"))
}

// createAllEvents gives a tenant, of each kind that has any, events to tell and a delivery that was given up.
func createAllEvents(ctx context.Context, s port.Stores, of tenant.ID) (err error) {
	for _, kind := range eventKinds(s) {
		err = errors.Join(err, kind.create(ctx, of, "due", tellAt(now)), kind.create(ctx, of, "gone", givenUpAt(now)))
	}
	return errors.Join(err, createGivenUpAnswer(ctx, s, of, "gone", now))
}

// everything returns all that create gave a tenant.
func everything(t *testing.T, s port.Stores, of tenant.ID) []any {
	t.Helper()
	ctx := t.Context()
	return []any{
		value(s.Tenants.Get(ctx, of))(t), value(s.Customers.Get(ctx, of, "c1"))(t), value(s.Connections.Get(ctx, of, "n1"))(t),
		value(s.Links.Get(ctx, of, "l1"))(t), value(s.Sessions.Get(ctx, of, "s1"))(t), value(s.Orders.Get(ctx, of, "os1"))(t),
		value(s.Orders.Cart(ctx, of, "os1"))(t), value(s.Orders.Document(ctx, of, "os1"))(t),
		value(s.Receipts.Get(ctx, of, "r1"))(t), value(s.Receipts.Content(ctx, of, "r1"))(t),
		value(s.Answers.Get(ctx, of, "os1-1"))(t), value(s.Answers.Document(ctx, of, "os1-1"))(t), value(s.Keys.Get(ctx, of, "k1"))(t),
		value(s.Replays.Get(ctx, of, "p1"))(t),
		value(s.Throttles.Get(ctx, of, "t1"))(t),
		value(s.Users.Get(ctx, ofAll(of, user.ID("u1"))))(t), value(s.SignIns.Get(ctx, ofAll(of, signin.ID("i1"))))(t),
		value(s.Replays.Get(ctx, of, "p1"))(t), value(s.Audit.List(ctx, of, port.AuditQuery{Limit: 10}))(t),
		value(s.Traffic.Get(ctx, of, "1000"))(t), value(s.Traffic.List(ctx, of, port.TrafficQuery{Name: "C-1", Limit: 10}))(t),
	}
}

// foreign says, of each method, how it answers globex, which has nothing, while acme has everything; and that initech can
// create whatever acme has, under the same identifiers.
var foreign = map[string]struct {
	want error
	call func(context.Context, port.Stores) error
}{
	"Tenants.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Tenants.Create(ctx, tenant.Restore(tenantOf(initech)))
	}},
	"Tenants.Get": {port.ErrTenantNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Tenants.Get(ctx, globex))
	}},
	"Tenants.Update": {port.ErrTenantNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Tenants.Update(ctx, globex, refuse))
	}},
	"Tenants.Waiting": {nil, func(ctx context.Context, s port.Stores) error {
		w, err := s.Tenants.Waiting(ctx, globex)
		if !reflect.DeepEqual(w, port.Waiting{}) {
			return fmt.Errorf("waiting are %+v", w)
		}
		return err
	}},
	"Tenants.List": {nil, func(ctx context.Context, s port.Stores) error { // it serves who runs the gateway
		return some(s.Tenants.List(ctx, "", 10))
	}},

	"Customers.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Customers.Create(ctx, customerWithNumber(initech))
	}},
	"Customers.Get": {port.ErrCustomerNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Customers.Get(ctx, globex, "c1"))
	}},
	"Customers.ByNumber": {port.ErrCustomerNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Customers.ByNumber(ctx, globex, "4711"))
	}},
	"Customers.Update": {port.ErrCustomerNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Customers.Update(ctx, globex, "c1", refuse))
	}},
	"Customers.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Customers.List(ctx, globex, port.CustomerQuery{Limit: 10}))
	}},

	"Customers.Several": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Customers.Several(ctx, globex, []customer.ID{"c1"}))
	}},
	"Sessions.Several": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Sessions.Several(ctx, globex, []session.ID{"s1"}))
	}},
	"Connections.Several": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Connections.Several(ctx, globex, []connection.ID{"n1"}))
	}},

	"Connections.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Connections.Create(ctx, connection.Restore(connectionOf(initech, "n1", "c1")))
	}},
	"Connections.Get": {port.ErrConnectionNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Connections.Get(ctx, globex, "n1"))
	}},
	"Connections.Update": {port.ErrConnectionNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Connections.Update(ctx, globex, "n1", refuse))
	}},
	"Connections.ByCustomer": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Connections.ByCustomer(ctx, globex, "c1"))
	}},
	"Connections.ByIdentity": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Connections.ByIdentity(ctx, globex, []connection.Identity{duns}))
	}},
	"Connections.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Connections.List(ctx, globex, port.ConnectionQuery{Limit: 10}))
	}},

	"Connections.ToTell": {nil, func(ctx context.Context, s port.Stores) error { // telling serves all tenants
		return some(s.Connections.ToTell(ctx, now, nil, 10))
	}},
	"Connections.GivenUp": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Connections.GivenUp(ctx, globex, port.GivenUpQuery{Limit: 10}))
	}},

	"Links.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Links.Create(ctx, connection.RestoreLink(linkOf(initech, "l1", "n1")))
	}},
	"Links.Get": {connection.ErrNoLink, func(ctx context.Context, s port.Stores) error {
		return failure(s.Links.Get(ctx, globex, "l1"))
	}},
	"Links.Update": {connection.ErrNoLink, func(ctx context.Context, s port.Stores) error {
		return failure(s.Links.Update(ctx, globex, "l1", refuse))
	}},
	"Links.ByConnection": {nil, func(ctx context.Context, s port.Stores) error {
		return errors.Join(none(s.Links.ByConnection(ctx, globex, "n1")), none(s.Links.ByConnection(ctx, globex, "")))
	}},

	"Sessions.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Sessions.Create(ctx, session.Restore(sessionOf(initech, "s1")))
	}},
	"Sessions.Get": {session.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Sessions.Get(ctx, globex, "s1"))
	}},
	"Sessions.Update": {session.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Sessions.Update(ctx, globex, "s1", refuse))
	}},
	"Sessions.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Sessions.List(ctx, globex, port.Filter[session.Status]{}, port.Page[session.ID]{Limit: 10}))
	}},
	"Sessions.Count": {nil, func(ctx context.Context, s port.Stores) error {
		return zero(s.Sessions.Count(ctx, globex, port.Filter[session.Status]{}))
	}},
	"Sessions.Tally": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Sessions.Tally(ctx, globex, port.Span{}))
	}},
	"Sessions.Due": {nil, func(ctx context.Context, s port.Stores) error { // a sweep serves all tenants
		return some(s.Sessions.Due(ctx, at(1), 10))
	}},

	"Sessions.ToTell": {nil, func(ctx context.Context, s port.Stores) error {
		return some(s.Sessions.ToTell(ctx, now, nil, 10))
	}},
	"Sessions.GivenUp": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Sessions.GivenUp(ctx, globex, port.GivenUpQuery{Limit: 10}))
	}},

	"Orders.NextNumber": {nil, func(ctx context.Context, s port.Stores) error { // each tenant's orders are counted by themselves
		if n, err := s.Orders.NextNumber(ctx, globex); err != nil || n != 1 {
			return fmt.Errorf("the first number of a tenant is %d: %w", n, err)
		}
		return nil
	}},
	"Orders.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return createPushed(ctx, s, initech)
	}},
	"Orders.Get": {order.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Orders.Get(ctx, globex, "os1"))
	}},
	"Orders.Cart": {order.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Orders.Cart(ctx, globex, "os1"))
	}},
	"Orders.Document": {order.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Orders.Document(ctx, globex, "os1"))
	}},
	"Orders.ByCartID": {order.ErrNoCart, func(ctx context.Context, s port.Stores) error {
		return failure(s.Orders.ByCartID(ctx, globex, "n1", "C-s1"))
	}},
	"Orders.ByLine": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Orders.ByLine(ctx, globex, "n1", port.LineQuery{SKUs: []string{"4711"}}, 10))
	}},
	"Orders.ByReference": {nil, func(ctx context.Context, s port.Stores) error {
		return errors.Join(none(s.Orders.ByReference(ctx, globex, "P100001", 10)), none(s.Orders.ByReference(ctx, globex, "C-s1", 10)))
	}},
	"Orders.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Orders.List(ctx, globex, port.Filter[order.Status]{}, port.Page[order.ID]{Limit: 10}))
	}},
	"Orders.Count": {nil, func(ctx context.Context, s port.Stores) error {
		return zero(s.Orders.Count(ctx, globex, port.Filter[order.Status]{}))
	}},
	"Orders.Tally": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Orders.Tally(ctx, globex, port.Span{}))
	}},
	"Orders.Update": {order.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Orders.Update(ctx, globex, "os1", refuse))
	}},
	"Orders.Feed": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Orders.Feed(ctx, globex, port.FeedQuery{Status: order.Prepared, IncludeTest: true, Limit: 10}))
	}},
	"Orders.Overdue": {nil, func(ctx context.Context, s port.Stores) error { // a sweep serves all tenants
		return some(s.Orders.Overdue(ctx, at(1), 10))
	}},
	"Orders.ToPush": {nil, func(ctx context.Context, s port.Stores) error { // as do pushes
		return some(s.Orders.ToPush(ctx, now, nil, 10))
	}},

	"Orders.ToTell": {nil, func(ctx context.Context, s port.Stores) error {
		return some(s.Orders.ToTell(ctx, now, nil, 10))
	}},
	"Orders.GivenUp": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Orders.GivenUp(ctx, globex, port.GivenUpQuery{Limit: 10}))
	}},

	"Receipts.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return createApplied(ctx, s, initech)
	}},
	"Receipts.Get": {receipt.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Receipts.Get(ctx, globex, "r1"))
	}},
	"Receipts.Content": {receipt.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Receipts.Content(ctx, globex, "r1"))
	}},
	"Receipts.Update": {receipt.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Receipts.Update(ctx, globex, "r1", refuse))
	}},
	"Receipts.ByOrder": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Receipts.ByOrder(ctx, globex, "os1"))
	}},
	"Receipts.Earlier": {nil, func(ctx context.Context, s port.Stores) error {
		return errors.Join(
			none(s.Receipts.Earlier(ctx, globex, "n1", "D-1", "", 10)), none(s.Receipts.Earlier(ctx, globex, "n1", "", "PO-1", 10)),
		)
	}},
	"Receipts.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Receipts.List(ctx, globex, port.ReceiptQuery{Status: receipt.Applied, Limit: 10}))
	}},

	"Answers.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return createAnswer(ctx, s, initech)
	}},
	"Answers.Get": {answer.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Answers.Get(ctx, globex, "os1-1"))
	}},
	"Answers.Document": {answer.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Answers.Document(ctx, globex, "os1-1"))
	}},
	"Answers.Update": {answer.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Answers.Update(ctx, globex, "os1-1", refuse))
	}},
	"Answers.ByOrder": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Answers.ByOrder(ctx, globex, "os1"))
	}},
	"Answers.ToDeliver": {nil, func(ctx context.Context, s port.Stores) error { // deliveries serve all tenants
		return some(s.Answers.ToDeliver(ctx, now, nil, 10))
	}},

	"Answers.GivenUp": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Answers.GivenUp(ctx, globex, port.GivenUpQuery{Limit: 10}))
	}},

	"Keys.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Keys.Create(ctx, apikey.Restore(keyOf(initech, "k1")))
	}},
	"Keys.Get": {apikey.ErrUnknown, func(ctx context.Context, s port.Stores) error {
		return failure(s.Keys.Get(ctx, globex, "k1"))
	}},
	"Keys.Update": {apikey.ErrUnknown, func(ctx context.Context, s port.Stores) error {
		return failure(s.Keys.Update(ctx, globex, "k1", refuse))
	}},
	"Replays.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Replays.Create(ctx, replay.Restore(replayOf(initech, "p1")))
	}},
	"Replays.Get": {replay.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Replays.Get(ctx, globex, "p1"))
	}},
	"Replays.Update": {replay.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Replays.Update(ctx, globex, "p1", refuse))
	}},
	"Replays.Sweep": {nil, func(ctx context.Context, s port.Stores) error { // the sweep serves all tenants
		return failure(s.Replays.Sweep(ctx, now, 10))
	}},
	"Throttles.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Throttles.Create(ctx, throttle.Restore(throttleOf(initech, "t1")))
	}},
	"Throttles.Get": {throttle.ErrNone, func(ctx context.Context, s port.Stores) error {
		return failure(s.Throttles.Get(ctx, globex, "t1"))
	}},
	"Throttles.Update": {throttle.ErrNone, func(ctx context.Context, s port.Stores) error {
		return failure(s.Throttles.Update(ctx, globex, "t1", refuse))
	}},
	"Throttles.Sweep": {nil, func(ctx context.Context, s port.Stores) error { // a sweep serves all tenants
		return failure(s.Throttles.Sweep(ctx, now, 10))
	}},

	// Users and their sign-ins are the platform's: whoever asks for one says by which tenant it may be. What these do for several tenants
	// is in users.go.
	"Users.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Users.Create(ctx, user.Restore(userOf(initech, ofAll(initech, user.ID("u1")))))
	}},
	"Users.Get": {user.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Users.Get(ctx, ofAll(globex, user.ID("u1"))))
	}},
	"Users.Update": {user.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Users.Update(ctx, ofAll(globex, user.ID("u1")), refuse))
	}},
	"Users.Remove": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Users.Remove(ctx, ofAll(globex, user.ID("u1")))
	}},
	"Users.ByEmail": {user.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Users.ByEmail(ctx, "globex--u1@example.com"))
	}},
	"Users.BySubject": {user.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Users.BySubject(ctx, "https://id.example.com", ""))
	}},
	"Users.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Users.List(ctx, globex, "", 10))
	}},
	"SignIns.Create": {nil, func(ctx context.Context, s port.Stores) error {
		return s.SignIns.Create(ctx, signin.Restore(signInOf(initech, ofAll(initech, signin.ID("i1")), "u1")))
	}},
	"SignIns.Get": {signin.ErrEnded, func(ctx context.Context, s port.Stores) error {
		return failure(s.SignIns.Get(ctx, ofAll(globex, signin.ID("i1"))))
	}},
	"SignIns.Update": {signin.ErrEnded, func(ctx context.Context, s port.Stores) error {
		return failure(s.SignIns.Update(ctx, ofAll(globex, signin.ID("i1")), refuse))
	}},
	"SignIns.Remove": {nil, func(ctx context.Context, s port.Stores) error {
		return s.SignIns.Remove(ctx, ofAll(globex, signin.ID("i1")))
	}},
	"SignIns.Sweep": {nil, func(ctx context.Context, s port.Stores) error { // a sweep serves all tenants
		return failure(s.SignIns.Sweep(ctx, now, 10))
	}},

	"Audit.Append": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Audit.Append(ctx, entryOf(initech, "a1"))
	}},
	"Audit.Conclude": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Audit.Conclude(ctx, initech, "a1", audit.Outcome{Result: audit.Failed})
	}},
	"Audit.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Audit.List(ctx, globex, port.AuditQuery{Limit: 10}))
	}},
	"Audit.Sweep": {nil, func(ctx context.Context, s port.Stores) error {
		return failure(s.Audit.Sweep(ctx, globex, now.AddDate(1, 0, 0), 10))
	}},
	"Traffic.Append": {nil, func(ctx context.Context, s port.Stores) error {
		return s.Traffic.Append(ctx, []*traffic.Entry{callOf(initech, "1000")})
	}},
	"Traffic.Get": {traffic.ErrNotFound, func(ctx context.Context, s port.Stores) error {
		return failure(s.Traffic.Get(ctx, globex, "1000"))
	}},
	"Traffic.List": {nil, func(ctx context.Context, s port.Stores) error {
		return errors.Join(
			none(s.Traffic.List(ctx, globex, port.TrafficQuery{Limit: 10})),
			none(s.Traffic.List(ctx, globex, port.TrafficQuery{Name: "C-1", Limit: 10})),
			none(s.Traffic.List(ctx, globex, port.TrafficQuery{Connection: "n1", Step: traffic.Cart, Limit: 10})),
		)
	}},
	"Traffic.OfSession": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Traffic.OfSession(ctx, globex, "s1", 10))
	}},
	"Traffic.RemoveSession": {nil, func(ctx context.Context, s port.Stores) error { return s.Traffic.RemoveSession(ctx, globex, "s1") }},
	"Traffic.RemoveNamed":   {nil, func(ctx context.Context, s port.Stores) error { return s.Traffic.RemoveNamed(ctx, globex, "C-1") }},
	"Traffic.Sweep": {nil, func(ctx context.Context, s port.Stores) error {
		return failure(s.Traffic.Sweep(ctx, globex, "z", 10))
	}},
	"Tenants.Remove": {nil, func(ctx context.Context, s port.Stores) error { return s.Tenants.Remove(ctx, globex) }},
	"Sessions.Ended": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Sessions.Ended(ctx, globex, session.Cancelled, now.AddDate(1, 0, 0), 10))
	}},
	"Sessions.ByEmail": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Sessions.ByEmail(ctx, globex, "anna@example.com", port.Page[session.ID]{Limit: 10}))
	}},
	"Sessions.Remove": {nil, func(ctx context.Context, s port.Stores) error { return s.Sessions.Remove(ctx, globex, "s1") }},
	"Orders.Remove":   {nil, func(ctx context.Context, s port.Stores) error { return s.Orders.Remove(ctx, globex, "os1") }},
	"Receipts.Remove": {nil, func(ctx context.Context, s port.Stores) error { return s.Receipts.Remove(ctx, globex, "r1") }},
	"Answers.Remove":  {nil, func(ctx context.Context, s port.Stores) error { return s.Answers.Remove(ctx, globex, "os1-1") }},
	"Keys.List": {nil, func(ctx context.Context, s port.Stores) error {
		return none(s.Keys.List(ctx, globex))
	}},
}

func failure[T any](_ T, err error) error { return err }

// refuse is a change that no store may ask for here.
func refuse[A any](A) error { return errChange }

func none[A any](found []A, err error) error {
	if len(found) > 0 {
		return fmt.Errorf("%d are found", len(found))
	}
	return err
}

func zero(n int, err error) error {
	if n != 0 {
		return fmt.Errorf("there are %d", n)
	}
	return err
}

func some[A any](found []A, err error) error {
	if err == nil && len(found) == 0 {
		return errors.New("nothing is found")
	}
	return err
}
