package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/tenant"
)

// collection keeps one kind of aggregate A, with identifiers of type ID, as documents in a table of its name. It has what is
// the same for all kinds; each kind embeds it and adds its look-ups.
type collection[A any, ID ~string] struct {
	store *Store
	document.Kind[A, ID]
}

// byID selects one row.
const byID = `tenant = ? AND id = ?`

// Create stores a new aggregate.
func (c collection[A, ID]) Create(ctx context.Context, a A) error {
	d, err := c.Encode(a) // before the transaction, so that no other writer waits while it is encoded
	if err != nil {
		return err
	}
	return c.store.transact(ctx, func(tx *sql.Tx) error { return c.insert(ctx, tx, d) })
}

func (c collection[A, ID]) insert(ctx context.Context, tx *sql.Tx, d document.Document) error {
	statement := `INSERT INTO ` + c.Name + ` (tenant, id, version, doc) VALUES (?, ?, 1, ?)` //nolint:gosec // the table is a constant
	_, err := tx.ExecContext(ctx, statement, d.Tenant, d.ID, d.Text)
	return c.refusal(err)
}

// createWith stores a new aggregate and, by another statement that takes tenant, identifier and text, what never changes of
// it: in a row of its own, so that no change of the aggregate rewrites it.
func (c collection[A, ID]) createWith(ctx context.Context, a A, statement, never string) error {
	d, err := c.Encode(a)
	if err != nil {
		return err
	}
	return c.store.transact(ctx, func(tx *sql.Tx) error {
		if err := c.insert(ctx, tx, d); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, statement, d.Tenant, d.ID, never)
		return err
	})
}

// content returns what never changes of an aggregate, by a query that takes tenant and identifier.
func content[C, A any, ID ~string](
	ctx context.Context, in collection[A, ID], of document.Content[C], query string, owner tenant.ID, id ID,
) (*C, error) {
	var text []byte
	switch err := in.store.readers.QueryRowContext(ctx, query, owner, id).Scan(&text); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, in.NotFound
	case err != nil:
		return nil, failure(ctx, err)
	}
	return of.Decode(text)
}

// Get returns one aggregate.
func (c collection[A, ID]) Get(ctx context.Context, of tenant.ID, id ID) (A, error) {
	return c.one(ctx, byID, of, id)
}

// Update reads the aggregate, lets change decide, and writes it back if it still has the version that was read. It starts
// over where it has not, as long as the context lasts.
func (c collection[A, ID]) Update(ctx context.Context, of tenant.ID, id ID, change func(A) error) (A, error) {
	var none A
	update, err := c.store.prepare(ctx, `UPDATE `+c.Name+` SET version = version + 1, doc = ? WHERE `+byID+` AND version = ?`)
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
		d, err := c.Encode(a)
		if err != nil {
			return none, err
		}
		written := false
		err = c.store.transact(ctx, func(tx *sql.Tx) error {
			result, err := tx.StmtContext(ctx, update).ExecContext(ctx, d.Text, of, id, version) //nolint:sqlclosecheck // tx closes it
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

// remove erases an aggregate with what is kept beside it, in other tables under the same identifier.
func (c collection[A, ID]) remove(ctx context.Context, of tenant.ID, id ID, beside ...string) error {
	return c.store.transact(ctx, func(tx *sql.Tx) error {
		for _, table := range append(beside, c.Name) {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE `+byID, of, id); err != nil { //nolint:gosec // a constant
				return err
			}
		}
		return nil
	})
}

// one returns the only aggregate for which the condition holds.
func (c collection[A, ID]) one(ctx context.Context, condition string, args ...any) (A, error) {
	a, _, err := c.read(ctx, condition, args...)
	return a, err
}

func (c collection[A, ID]) read(ctx context.Context, condition string, args ...any) (a A, version int64, err error) {
	var doc []byte
	row := c.store.readers.QueryRowContext(ctx,
		`SELECT doc, version FROM `+c.Name+` WHERE `+condition, args...) //nolint:gosec // both are constants
	switch err := row.Scan(&doc, &version); {
	case errors.Is(err, sql.ErrNoRows):
		return a, 0, c.NotFound
	case err != nil:
		return a, 0, failure(ctx, err)
	}
	a, err = c.Decode(doc)
	return a, version, err
}

// many returns the aggregates for which the condition holds, which may end in ORDER BY and LIMIT.
func (c collection[A, ID]) many(ctx context.Context, condition string, args ...any) ([]A, error) {
	rows, err := c.store.readers.QueryContext(ctx,
		`SELECT doc FROM `+c.Name+` WHERE `+condition, args...) //nolint:gosec // both are constants
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
		a, err := c.Decode(doc)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, failure(ctx, rows.Err())
}

// Several returns those of the aggregates that there are.
func (c collection[A, ID]) Several(ctx context.Context, of tenant.ID, ids []ID) ([]A, error) {
	list, err := document.Encode(ids)
	if err != nil {
		return nil, err
	}
	return c.many(ctx, `tenant = ? AND id IN (SELECT value FROM json_each(?))`, of, list)
}

// part returns a part of what a search goes through. The further condition begins with AND.
func (c collection[A, ID]) part(ctx context.Context, of tenant.ID, p document.Part, further string, args ...any) ([]A, error) {
	if p.Member == document.ID {
		args = append([]any{of, p.From, p.To}, append(args, p.Limit)...)
		return c.many(ctx, `tenant = ? AND id >= ? AND id < ?`+further+` ORDER BY id LIMIT ?`, args...)
	}
	args = append([]any{of, p.From, p.AfterID, p.To}, append(args, p.Limit)...)
	return c.many(ctx, `tenant = ? AND (`+p.Member+`, id) > (?, ?) AND `+p.Member+` < ?`+further+` ORDER BY `+p.Member+`, id LIMIT ?`, args...)
}

// after returns a page of a tenant's aggregates in the order of their identifiers.
func (c collection[A, ID]) after(ctx context.Context, of tenant.ID, after ID, limit int) ([]A, error) {
	return c.many(ctx, `tenant = ? AND id > ? ORDER BY id LIMIT ?`, of, after, limit)
}

// sweep removes at most limit aggregates, of any tenant, whose time to be kept is over.
func (c collection[A, ID]) sweep(ctx context.Context, now time.Time, limit int) (removed int, err error) {
	statement := `DELETE FROM ` + c.Name + //nolint:gosec // the table is a constant
		` WHERE (tenant, id) IN (SELECT tenant, id FROM ` + c.Name + ` WHERE expires_at <= ? LIMIT ?)`
	err = c.store.transact(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, statement, document.Stamp(now).String(), limit)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		removed = int(n)
		return err
	})
	return removed, err
}

// refusal returns the kind's own where a value is taken.
func (c collection[A, ID]) refusal(err error) error {
	if repeated(err) {
		return c.Taken.Because(err)
	}
	return err
}
