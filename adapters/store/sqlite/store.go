package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// driverName is the name by which modernc.org/sqlite registers itself.
const driverName = "sqlite"

// busyTimeout is how long, in milliseconds, a call waits for another process that writes.
const busyTimeout = "busy_timeout(10000)"

// Store is an open file.
type Store struct {
	writer  *sql.DB // one connection, for SQLite has one writer at a time: so waiting for it ends with the context
	readers *sql.DB
	// prepared are statements of the writer by their texts.
	prepared sync.Map
	lock     *os.File // keeps a restore away
}

// Open opens the file at the path and brings it to this build's schema. It makes the file, and the directory, where there
// is none; nobody but their owner may read them. A file of a newer build is refused.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil { //nolint:gosec // whoever runs the gateway names the path
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	held, err := lock(path, false)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := create(path); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: %w", err), held.Close())
	}
	s := &Store{lock: held}
	if s.writer, err = sql.Open(driverName, writing(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: %w", err), held.Close())
	}
	s.writer.SetMaxOpenConns(1)
	if err := patiently(ctx, s.migrate); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), s.writer.Close(), held.Close())
	}
	if s.readers, err = sql.Open(driverName, reading(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: %w", err), s.writer.Close(), held.Close())
	}
	connections := max(4, runtime.GOMAXPROCS(0))
	s.readers.SetMaxOpenConns(connections)
	s.readers.SetMaxIdleConns(connections)
	return s, nil
}

const (
	patience = 10 * time.Second
	pause    = 20 * time.Millisecond
)

// patiently tries again while another process has the file: the change of a file's journal mode, and the end of its log when the
// last process closes it, do not wait for each other as everything else does.
func patiently(ctx context.Context, begin func(context.Context) error) error {
	for tried := time.Duration(0); ; tried += pause {
		err := begin(ctx)
		if code(err)&0xff != sqlite3.SQLITE_BUSY || tried >= patience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// create makes the file before SQLite does, which would leave it readable to others. SQLite gives the files beside it the
// same mode.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // as above
	if err != nil {
		return err
	}
	return f.Close()
}

func writing(path string) string {
	// What is erased is overwritten, not only forgotten.
	// Transactions take the write lock as they begin: one that read first could not get it later without starting over.
	return source(path, url.Values{
		"_txlock": {"immediate"}, "_pragma": {busyTimeout, "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)"},
	})
}

func reading(path string) string {
	return source(path, url.Values{"mode": {"ro"}, "_pragma": {busyTimeout}})
}

func source(path string, parameters url.Values) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: parameters.Encode()}).String()
}

// Close closes the file. Where no other process has it open, all of it is in the one file then.
func (s *Store) Close() error {
	// The last to close writes the log back, which a reader cannot.
	return errors.Join(s.readers.Close(), s.writer.Close(), s.lock.Close())
}

// Stores returns the stores of the file.
func (s *Store) Stores() port.Stores {
	return port.Stores{
		Tenants:     newTenants(s),
		Customers:   newCustomers(s),
		Connections: newConnections(s),
		Links:       newLinks(s),
		Sessions:    newSessions(s),
		Orders:      newOrders(s),
		Receipts:    newReceipts(s),
		Answers:     newAnswers(s),
		Keys:        newKeys(s),
		Replays:     newReplays(s),
		Throttles:   newThrottles(s),
		Users:       newUsers(s),
		SignIns:     newSignIns(s),
		Audit:       auditLog{s},
		Traffic:     trafficRecord{s},
		Engine:      "sqlite",
		Ready:       s.ready,
	}
}

// ready reads from the file itself; a ping would not.
func (s *Store) ready(ctx context.Context) error {
	var version int
	return failure(ctx, s.readers.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version))
}

// transact runs work in a transaction. Unless it returns nil, nothing was stored.
func (s *Store) transact(ctx context.Context, work func(*sql.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return failure(ctx, err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do; before, the error that led here says more
	if err := work(tx); err != nil {
		return failure(ctx, err)
	}
	return failure(ctx, tx.Commit())
}

// prepare returns a statement for use in transact, where preparing one takes as long as running it. It is closed with the
// writer.
func (s *Store) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	known, _ := s.prepared.Load(text)
	if statement, ok := known.(*sql.Stmt); ok {
		return statement, nil
	}
	statement, err := s.writer.PrepareContext(ctx, text)
	if err != nil {
		return nil, failure(ctx, err)
	}
	s.prepared.Store(text, statement)
	return statement, nil
}

// failure tells an engine that is away from a defect. Refusals stay as they are, and so does the end of the context.
func failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, refused := errors.AsType[*fault.Fault](err); refused {
		return err
	}
	if ctx.Err() != nil { // database/sql says so only sometimes
		return fmt.Errorf("sqlite: %w", ctx.Err())
	}
	switch code(err) & 0xff { // the lowest byte is the class, the next one the case
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY,
		sqlite3.SQLITE_CANTOPEN:
		return port.ErrUnavailable.Because(err)
	}
	return fmt.Errorf("sqlite: %w", err)
}

// repeated reports whether a primary key or a unique index has the value already.
func repeated(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY || c == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}

// code returns SQLite's extended result code.
func code(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return sqlite3.SQLITE_OK
}
