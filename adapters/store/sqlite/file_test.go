package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

func TestAFreshFileIsForItsOwnerAlone(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "state", "punchgate")
	path := filepath.Join(directory, "a file?with#odd%20name.db")
	createTenant(t, open(t, path), "acme")
	for name, want := range map[string]os.FileMode{directory: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, not %o", name, got, want)
		}
	}
}

func TestAClosedFileIsOneFileAndOpensAgain(t *testing.T) {
	path := newPath(t)
	for i, id := range []tenant.ID{"acme", "globex"} {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		createTenant(t, s, id)
		if list, err := s.Stores().Tenants.List(t.Context(), "", 10); err != nil || len(list) != i+1 {
			t.Errorf("it has %d tenants, %v", len(list), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
			t.Errorf("it left the files %v, %v", files, err)
		}
	}
}

func TestEveryCommitIsSynced(t *testing.T) {
	s := open(t, newPath(t))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000"} {
		var got string
		if err := s.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", pragma, got, err, want)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	s := open(t, newPath(t))
	_, err := s.readers.ExecContext(t.Context(), `DELETE FROM tenants`)
	if fault.KindOf(failure(t.Context(), err)) != fault.Unavailable {
		t.Errorf("a reader's write is answered with %v", err)
	}
}

func TestMigrationsRunOnce(t *testing.T) {
	path := newPath(t)
	first, err := schema(t, open(t, path))
	if err != nil || !slices.Contains(first, "orders_feed") {
		t.Fatalf("a fresh file has %q, %v", first, err)
	}
	if again, err := schema(t, open(t, path)); err != nil || !slices.Equal(again, first) {
		t.Errorf("opened again it has %q, %v", again, err)
	}
}

func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	path := newPath(t)
	db, err := sql.Open(driverName, writing(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE order_numbers (other)`); err != nil { // in the way of a late one
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "0001_initial.sql") {
		t.Errorf("opened with %v", err)
	}
	if names, err := schema(t, &Store{writer: db}); err != nil || !slices.Equal(names, []string{"order_numbers"}) {
		t.Errorf("it left %q, %v", names, err)
	}
}

// TestAFileOfAnEarlierBuildIsBroughtUp writes what the first build wrote and looks it up as today's does.
func TestAFileOfAnEarlierBuildIsBroughtUp(t *testing.T) {
	path := newPath(t)
	earlier(t, path, 1, `
INSERT INTO connections VALUES ('acme', 'n1', 1, '{
  "tenant": "acme", "id": "n1", "name": "Inköp", "customer": "c1", "format": "cxml-1.2", "active": true,
  "login": {"method": "any", "from": [{"domain": "DUNS", "id": " 550001234"}, {"domain": "DUNS", "id": "550001234"}]},
  "return": {"from_call": true, "transfer": "browser"}, "credentials": [{"id": "s1", "verifier": "v"}]
}')`, `
INSERT INTO orders VALUES ('acme', 'os1', 1, '{
  "tenant": "acme", "id": "os1", "number": 1, "session": "s1", "customer": "c1", "connection": "n1", "cart_id": "C-1",
  "status": "transferred", "created_at": "2026-11-23T10:15:00.000000000Z"
}'), ('acme', 'os2', 1, '{"tenant": "acme", "id": "os2", "connection": "n1", "cart_id": "C-2", "status": "confirmed"}')`, `
INSERT INTO order_contents VALUES ('acme', 'os1', '{
  "id": "C-1", "currency": "SEK", "lines": [
    {"id": "1", "key": "k1", "sku": "4711", "gtin": "735", "name": "", "quantity": "1", "unit": "EA", "unit_price": "1", "tax": {}},
    {"id": "2", "key": "k2", "gtin": "736", "name": "", "quantity": "1", "unit": "EA", "unit_price": "1", "tax": {}},
    {"id": "3", "sku": "4711", "name": "", "quantity": "1", "unit": "EA", "unit_price": "1", "tax": {}}
  ]
}', '{"form": {"action": "", "method": ""}}'), ('acme', 'os2', '{"lines": null}', '{}')`)

	s := open(t, path).Stores()
	found, err := s.Connections.ByIdentity(t.Context(), "acme", []connection.Identity{{Domain: "duns", ID: "550001234"}})
	if err != nil || len(found) != 1 || found[0].Profile().Ordering.Login != connection.BasicOrBearer {
		t.Errorf("the identity leads to %+v, %v", found, err)
	}
	for name, q := range map[string]port.LineQuery{
		"a key": {Keys: []string{"k2"}}, "a SKU": {SKUs: []string{"4711"}}, "a GTIN": {SKUs: []string{"736"}},
	} {
		if found, err := s.Orders.ByLine(t.Context(), "acme", "n1", q, 10); err != nil || len(found) != 1 || found[0].ID() != "os1" {
			t.Errorf("%s leads to %+v, %v", name, found, err)
		}
	}
	if found, err := s.Orders.ByLine(t.Context(), "acme", "n1", port.LineQuery{SKUs: []string{"735"}}, 10); err != nil || len(found) != 0 {
		t.Errorf("the GTIN of a line with a SKU leads to %+v, %v", found, err)
	}
	for _, id := range []order.ID{"os1", "os2"} {
		_, getErr := s.Orders.Get(t.Context(), "acme", id)
		_, cartErr := s.Orders.Cart(t.Context(), "acme", id)
		_, documentErr := s.Orders.Document(t.Context(), "acme", id)
		if err := errors.Join(getErr, cartErr, documentErr); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestAnAnswerOfAnEarlierBuildGetsTheFormatOfItsConnection(t *testing.T) {
	path := newPath(t)
	earlier(t, path, 2, `
INSERT INTO connections VALUES
  ('acme', 'n1', 1, '{"tenant": "acme", "id": "n1", "ordering": {"format": "cxml-1.2"}}'),
  ('globex', 'n1', 1, '{"tenant": "globex", "id": "n1", "ordering": {}}')`, `
INSERT INTO answers VALUES
  ('acme', 'os1-1', 1, '{
    "tenant": "acme", "id": "os1-1", "order": "os1", "position": 1, "connection": "n1", "kind": "response",
    "delivery": {"wanted": true, "due": "2026-11-23T10:15:00.000000000Z", "attempts": 1, "last_error": "away"}
  }'),
  ('globex', 'os1-1', 1, '{"tenant": "globex", "id": "os1-1", "connection": "n1", "kind": "status"}')`)
	due := time.Date(2026, time.November, 23, 10, 15, 0, 0, time.UTC)
	for of, want := range map[tenant.ID]answer.State{
		"acme": {
			Tenant: "acme", ID: "os1-1", Order: "os1", Position: 1, Connection: "n1", Format: "cxml-1.2", Kind: answer.Response,
			Delivery: answer.Delivery{Progress: delivery.Progress{Wanted: true, Due: due, Attempts: 1, LastError: "away"}},
		},
		"globex": {Tenant: "globex", ID: "os1-1", Connection: "n1", Kind: answer.Status},
	} {
		a, err := open(t, path).Stores().Answers.Get(t.Context(), of, "os1-1")
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Snapshot(); got != want {
			t.Errorf("%s has %+v, not %+v", of, got, want)
		}
	}
}

func TestASessionOfAnEarlierBuildIsFoundByItsPerson(t *testing.T) {
	path := newPath(t)
	earlier(t, path, 3, `
INSERT INTO sessions VALUES
  ('acme', 's1', 1, '{"tenant": "acme", "id": "s1", "visit": {"person": {"email": " Anna@Example.com "}}, "status": "expired",
    "created_at": "2026-11-23T10:00:00.000000000Z", "ended_at": "2026-11-23T10:15:00.000000000Z"}'),
  ('acme', 's2', 1, '{"tenant": "acme", "id": "s2", "visit": {}, "status": "shopping"}')`)
	s := open(t, path).Stores()
	found, err := s.Sessions.ByEmail(t.Context(), "acme", session.EmailKey("anna@example.com"), port.Page[session.ID]{Limit: 10})
	if err != nil || len(found) != 1 || found[0].ID() != "s1" {
		t.Errorf("the address leads to %v, %v", found, err)
	}
	ended, err := s.Sessions.Ended(t.Context(), "acme", session.Expired, time.Now(), 10)
	if err != nil || len(ended) != 1 || ended[0].ID() != "s1" {
		t.Errorf("ended are %v, %v", ended, err)
	}
}

func TestCustomersAndConnectionsOfAnEarlierBuildAreFound(t *testing.T) {
	path := newPath(t)
	earlier(t, path, 8, `
INSERT INTO customers VALUES
  ('acme', 'c1', 1, '{"tenant": "acme", "id": "c1", "name": " ÅMÅLS Kommun ", "values": {"punchout": "true", "vip": "false"}}'),
  ('acme', 'c2', 1, '{"tenant": "acme", "id": "c2", "name": "Malmö", "values": {}}');
INSERT INTO connections VALUES ('acme', 'n1', 1, '{"tenant": "acme", "id": "n1", "name": "Öckerö OCI", "customer": "c1", "format": "oci-5",
  "login": {"method": "any"}, "return": {"transfer": "browser"}, "ordering": {}}')`)
	s := open(t, path).Stores()
	for q, want := range map[port.CustomerQuery]string{
		{Beginning: "åmåls", Limit: 2}: "c1", {Box: "punchout", Ticked: true, Limit: 2}: "c1", {Box: "punchout", Limit: 2}: "c2",
	} {
		if found, err := s.Customers.List(t.Context(), "acme", q); err != nil || len(found) != 1 || string(found[0].ID()) != want {
			t.Errorf("%+v finds %d, %v", q, len(found), err)
		}
	}
	for _, q := range []port.ConnectionQuery{{Beginning: "öckerö", Limit: 2}, {Format: "oci-5", Limit: 2}} {
		if found, err := s.Connections.List(t.Context(), "acme", q); err != nil || len(found) != 1 {
			t.Errorf("%+v finds %d, %v", q, len(found), err)
		}
	}
}

// earlier makes a file as the build that knew so many migrations did, and runs scripts in it.
func earlier(t *testing.T, path string, known int, scripts ...string) {
	t.Helper()
	db, err := sql.Open(driverName, writing(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var before []string
	for _, name := range names[:known] {
		script, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before = append(before, string(script))
	}
	before = append(before, fmt.Sprintf(`PRAGMA user_version = %d`, known))
	for _, script := range append(before, scripts...) {
		if _, err := db.ExecContext(t.Context(), script); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManyOpenOneFreshFile(t *testing.T) {
	path := newPath(t)
	results := make(chan error)
	for range 8 {
		go func() {
			s, err := Open(context.Background(), path)
			if err == nil {
				err = errors.Join(s.ready(context.Background()), s.Close())
			}
			results <- err
		}()
	}
	for range 8 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestAFileOfANewerVersionIsRefused(t *testing.T) {
	path := newPath(t)
	s := open(t, path)
	if _, err := s.writer.ExecContext(t.Context(), `PRAGMA user_version = 1000`); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path)
	if err == nil || !strings.Contains(err.Error(), "newer version") || !strings.Contains(err.Error(), path) {
		t.Errorf("opened with %v", err)
	}
	if names, err := schema(t, s); err != nil || len(names) == 0 {
		t.Errorf("the refused file has %q, %v", names, err)
	}
}

func TestWhatIsNoFileOfAStoreIsNotOpened(t *testing.T) {
	text := newPath(t)
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, path := range map[string]string{
		"a directory": t.TempDir(), "a text file": text, "a file below a file": filepath.Join(text, "x.db"),
	} {
		if _, err := Open(t.Context(), path); err == nil {
			t.Errorf("%s was opened", what)
		}
	}
}

func TestADocumentThatCannotBeReadIsADefect(t *testing.T) {
	s := open(t, newPath(t))
	for id, doc := range map[tenant.ID]string{
		"no-json": `{"id":`, "wrong-type": `{"id": 1}`, "unknown-field-type": `{"id": "x", "fields": [{"name": "f", "type": "date"}]}`,
	} {
		if _, err := s.writer.ExecContext(t.Context(), `INSERT INTO tenants VALUES ('-', ?, 1, ?)`, id, doc); err != nil {
			t.Fatal(err)
		}
		_, err := s.Stores().Tenants.Get(t.Context(), id)
		if f := fault.From(err); f == nil || f.Kind != fault.Internal || f.Code != "store.unreadable" {
			t.Errorf("%s is answered with %v", id, err)
		}
		if _, err := s.Stores().Tenants.List(t.Context(), "", 10); fault.KindOf(err) != fault.Internal || err == nil {
			t.Errorf("with %s the list is answered with %v", id, err)
		}
	}
}

func TestTheModuleOpensAndCloses(t *testing.T) {
	path := newPath(t)
	var stores port.Stores
	app := fxtest.New(t, fx.NopLogger, fx.Supply(Config{path}), Module, fx.Populate(&stores))
	app.RequireStart()
	if err := stores.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	app.RequireStop()
	if err := stores.Ready(t.Context()); err == nil {
		t.Error("it is ready although it was closed")
	}
	if err := fx.New(fx.NopLogger, fx.Supply(Config{t.TempDir()}), Module, fx.Populate(&stores)).Err(); err == nil {
		t.Error("a directory was opened")
	}
}

func createTenant(t *testing.T, s *Store, id tenant.ID) {
	t.Helper()
	if err := s.Stores().Tenants.Create(t.Context(), tenant.Restore(tenant.State{ID: id, Name: "Papper och Penna AB"})); err != nil {
		t.Fatal(err)
	}
}

// schema returns the names of all tables and indexes.
func schema(t *testing.T, s *Store) (names []string, err error) {
	rows, err := s.writer.QueryContext(t.Context(), `SELECT name FROM sqlite_schema ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
