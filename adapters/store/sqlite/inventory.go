package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/punchgate/punchgate/domain/tenant"
)

// IDs lists a table.
func (s *Store) IDs(ctx context.Context, kind string, of tenant.ID, after string, limit int) ([]string, error) {
	var known bool
	err := s.readers.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)`, kind).Scan(&known)
	if err != nil {
		return nil, failure(ctx, err)
	}
	if !known {
		return nil, fmt.Errorf("sqlite: there is no table of %s", kind)
	}
	statement := `SELECT id FROM ` + kind + ` WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?` //nolint:gosec // it is the name of a table
	rows, err := s.readers.QueryContext(ctx, statement, of, after, limit)
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells of what went wrong
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, failure(ctx, err)
		}
		ids = append(ids, id)
	}
	return ids, failure(ctx, rows.Err())
}

// LastNumber returns the last number that an order of the tenant got.
func (s *Store) LastNumber(ctx context.Context, of tenant.ID) (last int64, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT last FROM order_numbers WHERE tenant = ?`, of).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return last, failure(ctx, err)
}

// RaiseNumber lets the numbers of orders go on after the last one.
func (s *Store) RaiseNumber(ctx context.Context, of tenant.ID, last int64) error {
	return s.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx,
			`INSERT INTO order_numbers (tenant, last) VALUES (?, ?) ON CONFLICT DO UPDATE SET last = max(last, excluded.last)`, of, last)
		return err
	})
}
