package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/tests/contract/storetest"
)

// TestContract also sees that every statement that the contract needs, which is every statement there is, finds its rows by
// an index and in the order in which they are asked for.
func TestContract(t *testing.T) {
	var seen statements
	storetest.Run(t, func(t *testing.T) port.Stores {
		s := open(t, newPath(t))
		seen.record(t, s)
		return s.Stores()
	})
	s := open(t, newPath(t))
	for statement := range seen.Range {
		for _, step := range plan(t, s, statement.(string)) {
			if strings.HasPrefix(step, "USE TEMP B-TREE") && strings.Contains(statement.(string), newestByLine) {
				continue // which says why
			}
			if !indexed(step) {
				t.Errorf("%s\n\tis answered by: %s", statement, step)
			}
			if lists(statement.(string)) && !exact(statement.(string), step) {
				t.Errorf("%s\n\tpasses over rows, for it is answered by: %s", statement, step)
			}
		}
	}
	for _, scan := range []string{
		`SELECT doc FROM orders WHERE connection = ?`, `SELECT doc FROM keys WHERE tenant = ? ORDER BY version`,
	} {
		if steps := plan(t, s, scan); indexed(steps[0]) && indexed(steps[len(steps)-1]) {
			t.Errorf("%s passes as indexed", scan)
		}
		if _, ok := seen.Load(scan); ok {
			t.Errorf("%s is a statement of the stores", scan)
		}
	}
	if _, ok := seen.Load(`SELECT doc FROM keys WHERE tenant = ? ORDER BY id`); !ok {
		t.Error("the statements were not recorded")
	}
}

// indexed reports whether a step of a plan neither reads a whole table or index nor sorts. json_each reads a list that came
// with the statement.
func indexed(step string) bool {
	return step == "SCAN CONSTANT ROW" || strings.HasPrefix(step, "SCAN json_each ") ||
		!strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(step, "USE TEMP B-TREE")
}

// lists reports whether a statement reads or counts a list of which there may be very many.
func lists(statement string) bool {
	return strings.HasSuffix(statement, newestFirst) || strings.HasPrefix(statement, "SELECT count(*)") ||
		strings.HasPrefix(statement, "SELECT substr(created_at")
}

// exact reports whether the index in a step of a plan answers every condition of the statement, so that no row is read in vain.
func exact(statement, step string) bool {
	_, conditions, _ := strings.Cut(statement, " WHERE ")
	conditions, _, _ = strings.Cut(conditions, " ORDER BY ")
	return strings.Count(conditions, " AND ") == strings.Count(step, " AND ")
}

// plan returns how SQLite answers a statement, step by step.
func plan(t *testing.T, s *Store, statement string) (steps []string) {
	rows, err := s.writer.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, make([]any, strings.Count(statement, "?"))...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}

// statements are the texts of the statements that a store ran.
type statements struct{ sync.Map }

// record puts itself between a store and its driver.
func (s *statements) record(t *testing.T, store *Store) {
	path := pathOf(t, store)
	for source, db := range map[string]**sql.DB{writing(path): &store.writer, reading(path): &store.readers} {
		recorded := sql.OpenDB(connector{(*db).Driver(), source, s})
		recorded.SetMaxOpenConns((*db).Stats().MaxOpenConnections)
		if err := (*db).Close(); err != nil {
			t.Fatal(err)
		}
		*db = recorded
	}
}

type connector struct {
	driver driver.Driver
	source string
	seen   *statements
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.source)
	return recordedConn{conn, c.seen}, err
}

// recordedConn can prepare statements and nothing else, so that all of them come by.
type recordedConn struct {
	driver.Conn
	seen *statements
}

func (c recordedConn) PrepareContext(ctx context.Context, statement string) (driver.Stmt, error) {
	if !strings.HasPrefix(statement, "PRAGMA") {
		c.seen.Store(statement, nil)
	}
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, statement)
}

func (c recordedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "punchgate.db") }

func pathOf(t *testing.T, s *Store) (path string) {
	if err := s.writer.QueryRowContext(t.Context(), `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
