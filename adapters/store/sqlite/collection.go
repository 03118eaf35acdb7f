package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// collection keeps one kind of aggregate A, with identifiers of type ID, as documents D in a table. It has what is the same
// for all kinds; each kind embeds it and adds its look-ups.
type collection[A any, ID ~string, D document] struct {
	store    *Store
	table    string
	notFound *fault.Fault
	taken    *fault.Fault // refuses what a unique index has already
	pack     func(A) D
	unpack   func(D) (A, error)
}

// document is the JSON form of an aggregate. Its names are fixed by tags, so that no renaming in the domain changes what is
// stored.
type document interface {
	key() (of tenant.ID, id string)
}

// byID selects one row.
const byID = `tenant = ? AND id = ?`

// Create stores a new aggregate.
func (c collection[A, ID, D]) Create(ctx context.Context, a A) error {
	insert, err := c.insert(a)
	if err != nil {
		return err
	}
	return c.store.transact(ctx, func(tx *sql.Tx) error { return insert(ctx, tx) })
}

// insert encodes the aggregate and returns what inserts it, so that no other writer waits while it is encoded.
func (c collection[A, ID, D]) insert(a A) (func(context.Context, *sql.Tx) error, error) {
	d := c.pack(a)
	doc, err := encode(d)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *sql.Tx) error {
		of, id := d.key()
		statement := `INSERT INTO ` + c.table + ` (tenant, id, version, doc) VALUES (?, ?, 1, ?)` //nolint:gosec // the table is a constant
		_, err := tx.ExecContext(ctx, statement, of, id, doc)
		return c.refusal(err)
	}, nil
}

// createWith stores a new aggregate and, by another statement that takes tenant, identifier and text, what never changes of
// it: in a row of its own, so that no change of the aggregate rewrites it.
func (c collection[A, ID, D]) createWith(ctx context.Context, a A, statement string, never any) error {
	of, id := c.pack(a).key()
	insert, err := c.insert(a)
	text, textErr := encode(never)
	if err := errors.Join(err, textErr); err != nil {
		return err
	}
	return c.store.transact(ctx, func(tx *sql.Tx) error {
		if err := insert(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, statement, of, id, text)
		return err
	})
}

// content returns what never changes of an aggregate, by a query that takes tenant and identifier.
func content[C, A any, ID ~string, D document](
	ctx context.Context, in collection[A, ID, D], query string, of tenant.ID, id ID,
) (c C, err error) {
	var text []byte
	switch err := in.store.readers.QueryRowContext(ctx, query, of, id).Scan(&text); {
	case errors.Is(err, sql.ErrNoRows):
		return c, in.notFound
	case err != nil:
		return c, failure(ctx, err)
	}
	return decode[C](text)
}

// Get returns one aggregate.
func (c collection[A, ID, D]) Get(ctx context.Context, of tenant.ID, id ID) (A, error) {
	return c.one(ctx, byID, of, id)
}

// Update reads the aggregate, lets change decide, and writes it back if it still has the version that was read. It starts
// over where it has not, as long as the context lasts.
func (c collection[A, ID, D]) Update(ctx context.Context, of tenant.ID, id ID, change func(A) error) (A, error) {
	var none A
	update, err := c.store.prepare(ctx, `UPDATE `+c.table+` SET version = version + 1, doc = ? WHERE `+byID+` AND version = ?`)
	if err != nil {
		return none, err
	}
	for {
		a, version, err := c.read(ctx, byID, of, id)
		if err != nil {
			return none, err
		}
		if err := change(a); err != nil {
			return none, err
		}
		doc, err := encode(c.pack(a))
		if err != nil {
			return none, err
		}
		written := false
		err = c.store.transact(ctx, func(tx *sql.Tx) error {
			result, err := tx.StmtContext(ctx, update).ExecContext(ctx, doc, of, id, version) //nolint:sqlclosecheck // tx closes it
			if err != nil {
				return c.refusal(err)
			}
			rows, err := result.RowsAffected()
			written = rows == 1
			return err
		})
		if err != nil {
			return none, err
		}
		if written {
			return a, nil
		}
	}
}

// one returns the only aggregate for which the condition holds.
func (c collection[A, ID, D]) one(ctx context.Context, condition string, args ...any) (A, error) {
	a, _, err := c.read(ctx, condition, args...)
	return a, err
}

func (c collection[A, ID, D]) read(ctx context.Context, condition string, args ...any) (a A, version int64, err error) {
	var doc []byte
	row := c.store.readers.QueryRowContext(ctx,
		`SELECT doc, version FROM `+c.table+` WHERE `+condition, args...) //nolint:gosec // both are constants
	switch err := row.Scan(&doc, &version); {
	case errors.Is(err, sql.ErrNoRows):
		return a, 0, c.notFound
	case err != nil:
		return a, 0, failure(ctx, err)
	}
	a, err = c.decode(doc)
	return a, version, err
}

// many returns the aggregates for which the condition holds, which may end in ORDER BY and LIMIT.
func (c collection[A, ID, D]) many(ctx context.Context, condition string, args ...any) ([]A, error) {
	rows, err := c.store.readers.QueryContext(ctx,
		`SELECT doc FROM `+c.table+` WHERE `+condition, args...) //nolint:gosec // both are constants
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells of what went wrong
	var all []A
	for rows.Next() {
		var doc sql.RawBytes
		if err := rows.Scan(&doc); err != nil {
			return nil, failure(ctx, err)
		}
		a, err := c.decode(doc)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, failure(ctx, rows.Err())
}

// after returns a page of a tenant's aggregates in the order of their identifiers.
func (c collection[A, ID, D]) after(ctx context.Context, of tenant.ID, after ID, limit int) ([]A, error) {
	return c.many(ctx, `tenant = ? AND id > ? ORDER BY id LIMIT ?`, of, after, limit)
}

func (c collection[A, ID, D]) decode(doc []byte) (a A, err error) {
	d, err := decode[D](doc)
	if err != nil {
		return a, err
	}
	if a, err = c.unpack(d); err != nil {
		return a, unreadable(err)
	}
	return a, nil
}

// refusal returns the kind's own where a value is taken.
func (c collection[A, ID, D]) refusal(err error) error {
	if repeated(err) {
		return c.taken.Because(err)
	}
	return err
}

// encode returns text: SQLite takes bytes for another encoding of JSON, and a strict table refuses them.
func encode(d any) (string, error) {
	doc, err := json.Marshal(d)
	if err != nil {
		return "", fault.New(fault.Internal, "store.unwritable", "this cannot be stored").Because(err)
	}
	return string(doc), nil
}

func decode[D any](doc []byte) (d D, err error) {
	if err := json.Unmarshal(doc, &d); err != nil {
		return d, unreadable(err)
	}
	return d, nil
}

// unreadable says that a document is no document of its kind. The cause may be a refusal meant for callers, which this is
// not.
func unreadable(err error) error {
	return fault.New(fault.Internal, "store.unreadable", "what is stored cannot be read").Because(err)
}

// stamp is a time as documents hold it: in UTC, and of one width down to the nanosecond, so that texts sort as the times
// do. Whole numbers would, too, but nanoseconds of 64 bits end in the year 2262, before the contracts that people enter.
type stamp time.Time

const stampLayout = "2006-01-02T15:04:05.000000000Z"

// IsZero leaves an absent time out of the document.
func (s stamp) IsZero() bool { return time.Time(s).IsZero() }

// String returns the text, which is empty for an absent time and so before all others.
func (s stamp) String() string {
	if s.IsZero() {
		return ""
	}
	return time.Time(s).UTC().Format(stampLayout)
}

// MarshalText refuses years that need more than four digits.
func (s stamp) MarshalText() ([]byte, error) {
	if year := time.Time(s).UTC().Year(); year < 0 || year > 9999 {
		return nil, fmt.Errorf("the year %d has not four digits", year)
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *stamp) UnmarshalText(text []byte) error {
	t, err := time.Parse(stampLayout, string(text))
	*s = stamp(t)
	return err
}
