package mongodb

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/transfer"
	"github.com/punchgate/punchgate/tests/mongotest"
)

func TestAWrongIndexStopsTheStartWithItsName(t *testing.T) {
	for name, wrong := range map[string]mongo.IndexModel{
		"other keys":          {Keys: bson.D{e("tenant_id", 1), e("doc.status", 1)}, Options: options.Index().SetName("feed")},
		"keys in other order": {Keys: bson.D{e("doc.status", 1), e("tenant_id", 1), e("doc.status_since", 1), e("_id", 1)}, Options: options.Index().SetName("feed")},
		"not sparse":          {Keys: bson.D{e("doc.due", 1)}, Options: options.Index().SetName("due")},
	} {
		t.Run(name, func(t *testing.T) {
			uri := mongotest.URI(t)
			before := newProcess(t, uri)
			made, err := before.db.Collection("orders").Indexes().CreateOne(t.Context(), wrong)
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), Config{secret.New(uri)})
			if err == nil {
				t.Fatal("it starts", s.Close(context.Background()))
			}
			for _, want := range []string{made, before.db.Name() + ".orders"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not name %s", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %v", err)
			}
		})
	}
}

func TestASecondStartFindsTheIndexesOfTheFirst(t *testing.T) {
	uri := mongotest.URI(t)
	s := open(t, uri)
	for collection, wanted := range indexes {
		there, err := s.db.Collection(collection).Indexes().ListSpecifications(t.Context())
		if err != nil || len(there) != len(wanted)+2 { // with that of _id, and byTenant
			t.Errorf("%s has %d indexes, %v", collection, len(there), err)
		}
	}
	open(t, uri)
}

func TestLookUpsOfOneTenantAreLedByIt(t *testing.T) {
	for collection, all := range indexes {
		for _, i := range append(all, byTenant) {
			if led := i.keys[0].Key == "tenant_id"; led == i.sparse || i.expireAfter > 0 && !i.sparse {
				t.Errorf("%s.%s has the keys %v, sparse %t", collection, i.name, i.keys, i.sparse)
			}
		}
	}
}

func TestTheGuideShardsEveryCollection(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/stores.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(guide), "for (const name of [")
	list, _, _ = strings.Cut(list, "])")
	for collection := range indexes {
		if !strings.Contains(list, `"`+collection+`"`) {
			t.Errorf("not %s", collection)
		}
	}
	if named := strings.Count(list, `"`) / 2; named != len(indexes) {
		t.Errorf("it names %d collections, and there are %d", named, len(indexes))
	}
}

func TestAnAddressThatIsNoneIsRefusedWithoutItsPassword(t *testing.T) {
	for _, uri := range []string{
		"", "hemligt", "postgres://gate:hemligt@127.0.0.1/x", "mongodb://gate:hem:ligt@127.0.0.1", "mongodb://gate:hemligt/@127.0.0.1",
		"mongodb://gate:hemligt@127.0.0.1:port", "mongodb://gate:hemligt%zz@127.0.0.1", "mongodb://gate:hemligt@127.0.0.1/?w=x&authMechanism=no",
		"mongodb://gate:hemligt@", "mongodb://gate:hemligt@127.0.0.1/?replicaSet", "mongodb://gate:hemligt@[::1", "mongodb+srv://gate:hemligt@a,b",
	} {
		s, err := Open(t.Context(), Config{secret.New(uri)})
		if err == nil {
			t.Errorf("%s is taken", uri)
			_ = s.Close(t.Context())
			continue
		}
		if uri != "hemligt" && (strings.Contains(err.Error(), "hemligt") || strings.Contains(err.Error(), "ligt")) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s is refused with %v", uri, err)
		}
	}
}

func TestAServerThatIsAwayStopsTheStartWithinSeconds(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent := listener.Addr().String() // it takes connections and says nothing
	t.Cleanup(func() { _ = listener.Close() })
	closed := mustListen(t)
	for name, address := range map[string]string{"nobody listens": closed, "nobody answers": silent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			_, err := Open(t.Context(), Config{secret.New("mongodb://" + address)})
			if took := time.Since(began); err == nil || !strings.Contains(err.Error(), address) || took > callTimeout+2*time.Second {
				t.Errorf("answered with %v after %s", err, took)
			}
		})
	}
}

func mustListen(t *testing.T) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestOnlyWhatMayPassCountsAsAway(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		away bool
	}{
		"no primary":             {mongo.CommandError{Code: 10107, Message: "not primary"}, true},
		"no majority in time":    {mongo.WriteException{WriteConcernError: &mongo.WriteConcernError{Code: 64}}, true},
		"a stepdown":             {mongo.CommandError{Code: 189}, true},
		"a retryable write":      {mongo.CommandError{Code: 1, Labels: []string{"RetryableWriteError"}}, true},
		"the end of the client":  {mongo.ErrClientDisconnected, true},
		"a full disk":            {mongo.CommandError{Code: 14031}, true},
		"a command of no server": {mongo.CommandError{Code: 59, Message: "no such command"}, false},
		"a value taken":          {mongo.WriteException{WriteErrors: []mongo.WriteError{{Code: 11000}}}, false},
		"no right to write":      {mongo.CommandError{Code: 13}, false},
	} {
		if got := errors.Is(failure(t.Context(), c.err), port.ErrUnavailable); got != c.away {
			t.Errorf("%s counts as away: %t", name, got)
		}
	}
}

func TestADocumentThatCannotBeReadIsADefect(t *testing.T) {
	s := open(t, mongotest.URI(t))
	createCustomer(t, s, "c1", "N")
	if _, err := s.db.Collection("customers").UpdateMany(t.Context(), bson.D{}, bson.D{e("$set", bson.D{e("version", "one")})}); err != nil {
		t.Fatal(err)
	}
	if _, err := newCustomers(s).Get(t.Context(), acme, "c1"); err == nil || fault.KindOf(err) != fault.Internal {
		t.Errorf("answered with %v", err)
	}
}

func TestContentsMayBeLargerThanADocumentOfMongoDB(t *testing.T) {
	s := open(t, mongotest.URI(t))
	large := strings.Repeat("ÅÄÖ & <", 1<<20) // 10 MiB, and 18 in JSON
	o := order.Restore(order.State{Tenant: acme, ID: "o", Session: "s", Connection: "n1", CartID: "C", Status: order.Prepared, CreatedAt: now})
	c := &cart.Cart{ID: "C", Lines: []cart.Line{{ID: "1", Key: "k", Description: large}}}
	if err := newOrders(s).Create(t.Context(), o, c, &transfer.Document{Body: []byte(large)}); err != nil {
		t.Fatal(err)
	}
	sent, cartErr := newOrders(s).Cart(t.Context(), acme, "o")
	d, documentErr := newOrders(s).Document(t.Context(), acme, "o")
	if err := errors.Join(cartErr, documentErr); err != nil {
		t.Fatal(err)
	}
	if sent.Lines[0].Description != large || string(d.Body) != large {
		t.Error("the contents differ")
	}
}

func TestAnOrderIsFoundByAnyOfManyLines(t *testing.T) {
	s := open(t, mongotest.URI(t))
	c := &cart.Cart{ID: "C"}
	long := strings.Repeat("x", 500)
	for i := range 10_000 {
		c.Lines = append(c.Lines, cart.Line{Key: long + strings.Repeat("y", i%7) + string(rune('a'+i%26)) + intText(int64(i)), SKU: "4711"})
	}
	o := order.Restore(order.State{Tenant: acme, ID: "o", Session: "s", Connection: "n1", CartID: "C", Status: order.Prepared, CreatedAt: now})
	if err := newOrders(s).Create(t.Context(), o, c, &transfer.Document{}); err != nil {
		t.Fatal(err)
	}
	for _, q := range []port.LineQuery{
		{Keys: []string{c.Lines[0].Key}}, {Keys: []string{c.Lines[9_999].Key}}, {SKUs: []string{"4711"}},
		{Keys: []string{c.Lines[1].Key, c.Lines[5_000].Key, c.Lines[9_000].Key}, SKUs: []string{"4711"}},
	} {
		if found, err := newOrders(s).ByLine(t.Context(), acme, "n1", q, 5); err != nil || len(found) != 1 {
			t.Errorf("found %d times, %v", len(found), err)
		}
	}
}

func TestWhatIsTooLargeIsRefusedAndNotStored(t *testing.T) {
	s := open(t, mongotest.URI(t))
	visit := session.Visit{Correlation: strings.Repeat("x", maxDocument)}
	a := session.Restore(session.State{Tenant: acme, ID: "s", Status: session.Opened, Visit: visit})
	if err := newSessions(s).Create(t.Context(), a); !errors.Is(err, port.ErrTooLarge) || fault.KindOf(err) != fault.TooLarge {
		t.Errorf("answered with %v", err)
	}
	if _, err := newSessions(s).Get(t.Context(), acme, "s"); !errors.Is(err, session.ErrNotFound) {
		t.Errorf("found, or %v", err)
	}
}
