// Package migration tries punchgate migrate-store and what it is made of on real stores of both engines.
package migration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/store/migration"
	"github.com/punchgate/punchgate/adapters/store/mongodb"
	"github.com/punchgate/punchgate/adapters/store/sqlite"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/tests/contract/storetest"
	"github.com/punchgate/punchgate/tests/mongotest"
)

func TestMain(m *testing.M) { os.Exit(mongotest.Main(m)) }

const acme, globex tenant.ID = "acme", "globex"

func sqliteSide(t *testing.T) migration.Side {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "punchgate.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return migration.Side{Stores: s.Stores(), Inventory: s}
}

func mongoDBSide(t *testing.T) migration.Side {
	t.Helper()
	s, err := mongodb.Open(t.Context(), mongodb.Config{URI: secret.New(mongotest.URI(t))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return migration.Side{Stores: s.Stores(), Inventory: s}
}

func nothing(string, tenant.ID, string) bool { return false }

// total is the sum of all results.
type total struct {
	copied, there int
	differ        []string
	digests       []string
	kinds         map[string]bool
}

func copyAll(ctx context.Context, from, to migration.Side, only tenant.ID) (total, error) {
	sum := total{kinds: map[string]bool{}}
	err := migration.Copy(ctx, from, to, only, nothing, func(r migration.Result) error {
		sum.copied, sum.there, sum.differ = sum.copied+r.Copied, sum.there+r.There, append(sum.differ, r.Differ...)
		sum.digests = append(sum.digests, fmt.Sprint(r.Tenant, " ", r.Kind, " ", r.Digest))
		if r.Copied+r.There > 0 {
			sum.kinds[r.Kind] = true
		}
		return nil
	})
	return sum, err
}

// ways are the directions.
func ways(t *testing.T, check func(t *testing.T, from, to migration.Side)) {
	t.Run("from sqlite to mongodb", func(t *testing.T) { check(t, sqliteSide(t), mongoDBSide(t)) })
	t.Run("from mongodb to sqlite", func(t *testing.T) { check(t, mongoDBSide(t), sqliteSide(t)) })
}

// manySessions are more than are listed at once.
const manySessions = 1100

func TestEverythingIsCopiedOnceAndCompared(t *testing.T) {
	ways(t, func(t *testing.T, from, to migration.Side) {
		for _, of := range []tenant.ID{acme, globex} {
			storetest.Fill(t, from.Stores, of)
		}
		for i := range manySessions {
			s := session.Restore(session.State{Tenant: acme, ID: session.ID(fmt.Sprint("many-", i)), Status: session.Opened})
			if err := from.Sessions.Create(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		first, err := copyAll(t.Context(), from, to, "")
		if err != nil || first.there != 0 || first.differ != nil || first.copied < manySessions+30 {
			t.Fatalf("copied %d, there %d, differ %v, %v", first.copied, first.there, first.differ, err)
		}
		// A member of port.Stores that nothing copies would be lost in silence.
		for member := range reflect.TypeFor[port.Stores]().Fields() {
			if name := strings.ToLower(member.Name); member.Type.Kind() == reflect.Interface && !first.kinds[name] {
				t.Errorf("no %s were copied", name)
			}
		}
		again, err := copyAll(t.Context(), from, to, "")
		if err != nil || again.copied != 0 || again.there != first.copied || again.differ != nil || !slices.Equal(again.digests, first.digests) {
			t.Errorf("again: copied %d, there %d of %d, differ %v, %v", again.copied, again.there, first.copied, again.differ, err)
		}
		back, err := copyAll(t.Context(), to, from, "")
		if err != nil || back.there != first.copied || back.differ != nil || !slices.Equal(back.digests, first.digests) {
			t.Errorf("back: copied %d, there %d of %d, differ %v, %v", back.copied, back.there, first.copied, back.differ, err)
		}
		for _, of := range []tenant.ID{acme, globex} {
			last, err := from.LastNumber(t.Context(), of)
			if err != nil {
				t.Fatal(err)
			}
			if next, err := to.Orders.NextNumber(t.Context(), of); err != nil || next != last+1 {
				t.Errorf("after %d comes %d, %v", last, next, err)
			}
		}
	})
}

func TestOneTenantIsCopiedAlone(t *testing.T) {
	ways(t, func(t *testing.T, from, to migration.Side) {
		storetest.Fill(t, from.Stores, acme)
		storetest.Fill(t, from.Stores, globex)
		if _, err := copyAll(t.Context(), from, to, acme); err != nil {
			t.Fatal(err)
		}
		if _, err := to.Tenants.Get(t.Context(), acme); err != nil {
			t.Error(err)
		}
		if _, err := to.Tenants.Get(t.Context(), globex); !errors.Is(err, port.ErrTenantNotFound) {
			t.Errorf("the other is answered with %v", err)
		}
		if _, err := to.Customers.Get(t.Context(), globex, "c1"); !errors.Is(err, port.ErrCustomerNotFound) {
			t.Errorf("its customer is answered with %v", err)
		}
		if _, err := copyAll(t.Context(), from, to, "initech"); !errors.Is(err, port.ErrTenantNotFound) {
			t.Errorf("a tenant that is none is answered with %v", err)
		}
	})
}

func TestACopyThatWasInterruptedGoesOn(t *testing.T) {
	ways(t, func(t *testing.T, from, to migration.Side) {
		storetest.Fill(t, from.Stores, acme)
		whole, rounds := 0, 0
		for stops := 1; ; stops++ {
			ctx, stop := context.WithCancel(t.Context())
			left := stops
			// The source ends the copy when it was asked for so many things.
			counting := from
			counting.Inventory = listing{from.Inventory, func() {
				if left--; left == 0 {
					stop()
				}
			}}
			sum, err := copyAll(ctx, counting, to, acme)
			stop()
			whole, rounds = whole+sum.copied, rounds+1
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		sum, err := copyAll(t.Context(), from, to, acme)
		if err != nil || sum.copied != 0 || sum.differ != nil || rounds < 5 {
			t.Errorf("after %d rounds: copied %d, differ %v, %v", rounds, sum.copied, sum.differ, err)
		}
	})
}

type listing struct {
	port.Inventory
	listed func()
}

func (l listing) IDs(ctx context.Context, kind string, of tenant.ID, after string, limit int) ([]string, error) {
	ids, err := l.Inventory.IDs(ctx, kind, of, after, limit)
	l.listed()
	return ids, err
}

func TestWhatDiffersIsNamedAndLeftAsItIs(t *testing.T) {
	ways(t, func(t *testing.T, from, to migration.Side) {
		storetest.Fill(t, from.Stores, acme)
		for id, number := range map[customer.ID]string{"c1": "other", "c2": "", "holder": "taken"} {
			c := customer.Restore(customer.State{Tenant: acme, ID: id, Profile: customer.Profile{Name: "there", Number: number}})
			if err := to.Customers.Create(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		c := customer.Restore(customer.State{Tenant: acme, ID: "c3", Profile: customer.Profile{Name: "here", Number: "taken"}})
		if err := from.Customers.Create(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		sum, err := copyAll(t.Context(), from, to, acme)
		slices.Sort(sum.differ)
		if want := []string{"c1", "c2", "c3", "holder"}; err != nil || !slices.Equal(sum.differ, want) {
			t.Errorf("%v differ, not %v; %v", sum.differ, want, err)
		}
		if there, err := to.Customers.Get(t.Context(), acme, "c1"); err != nil || there.Profile().Name != "there" {
			t.Errorf("it was overwritten: %v, %v", there, err)
		}
	})
}

const masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

func TestTheCommandCopiesAndSaysWhat(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PUNCHGATE_MASTER_KEY", masterKey)
	t.Setenv("PUNCHGATE_DATA_DIR", dir)
	t.Setenv("PUNCHGATE_MONGODB_URI", mongotest.URI(t))
	command := func(want int, args ...string) (out, wrong string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if status := bootstrap.Main(args, nil, &stdout, &stderr); status != want {
			t.Fatalf("%v: %d, not %d: %s%s", args, status, want, stdout.String(), stderr.String())
		}
		return stdout.String(), stderr.String()
	}
	both := []string{"migrate-store", "--from", "sqlite", "--to", "mongodb"}
	command(2, both...) // there is nothing yet
	command(0, "tenant", "create", "--id", "papper", "--name", "Papper och Penna AB")
	command(0, "key", "create", "--platform")
	key, _ := command(0, "key", "create", "--tenant", "papper", "--scope", "admin")
	out, _ := command(0, both...)
	for _, want := range []string{"papper\ttenants\tcopied 1, there already 0, differ 0\t", "papper\tkeys\tcopied 1,", "-\tkeys\tcopied 1,"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q: %s", want, out)
		}
	}
	out, _ = command(0, append(both, "--tenant", "papper")...)
	if !strings.Contains(out, "papper\tkeys\tcopied 0, there already 1, differ 0\t") || strings.Contains(out, "-\tkeys") {
		t.Errorf("again it says %s", out)
	}
	command(0, "key", "revoke", "--store", "mongodb", strings.Join(strings.Split(strings.TrimSpace(key), ".")[:3], "."))
	out, wrong := command(1, both...)
	if !strings.Contains(out, "papper\tkeys\tcopied 0, there already 0, differ 1") || !strings.Contains(wrong, "warning: keys ") {
		t.Errorf("of what differs it says %s%s", out, wrong)
	}
	for says, args := range map[string][]string{
		`"oracle" is not a store`: {"migrate-store", "--from", "oracle", "--to", "mongodb"},
		"the same store":          {"migrate-store", "--from", "sqlite", "--to", "sqlite"},
		`"from"`:                  {"migrate-store", "--to", "sqlite"},
	} {
		if _, wrong := command(2, args...); !strings.Contains(wrong, says) || strings.Count(wrong, "\n") != 1 {
			t.Errorf("%v is answered with %s", args, wrong)
		}
	}
	t.Setenv("PUNCHGATE_MASTER_KEY", "HxweHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=")
	if _, wrong := command(2, both...); !strings.Contains(wrong, "another master key") {
		t.Errorf("another master key is answered with %s", wrong)
	}
}
