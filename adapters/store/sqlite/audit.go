package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
)

// auditLog keeps the log in tables that refuse every change.
type auditLog struct{ store *Store }

// Append adds an entry.
func (l auditLog) Append(ctx context.Context, e *audit.Entry) error {
	text, err := document.AuditEntries.Encode(e)
	if err != nil {
		return err
	}
	return l.insert(ctx, `INSERT INTO audit (tenant, id, entry) VALUES (?, ?, ?)`, e.Tenant, e.ID, text, audit.ErrExists)
}

// Conclude adds the outcome of an entry.
func (l auditLog) Conclude(ctx context.Context, of tenant.ID, id audit.ID, o audit.Outcome) error {
	text, err := document.AuditOutcomes.Encode(&o)
	if err != nil {
		return err
	}
	return l.insert(ctx, `INSERT INTO audit_outcomes (tenant, id, outcome) VALUES (?, ?, ?)`, of, id, text, audit.ErrConcluded)
}

func (l auditLog) insert(ctx context.Context, statement string, of tenant.ID, id audit.ID, text string, taken error) error {
	return l.store.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, of, id, text)
		if code(err) == sqlite3.SQLITE_CONSTRAINT_TRIGGER { // which asks whether there is one
			return taken
		}
		return err
	})
}

// List returns a page, the newest first.
func (l auditLog) List(ctx context.Context, of tenant.ID, q port.AuditQuery) ([]*audit.Record, error) {
	before := cmp.Or(document.Stamp(q.BeforeAt).String(), "~") // after every time
	const records, rest = `SELECT at, id, entry, outcome FROM audit`, ` LEFT JOIN audit_outcomes USING (tenant, id)
WHERE tenant = ? AND (at, id) < (?, ?)`
	ranges, args := []string{records + rest}, []any{of, before, q.BeforeID}
	if len(q.Targets) > 0 { // their ranges are merged
		ranges, args = nil, nil
		for _, target := range q.Targets {
			ranges, args = append(ranges, records+` INDEXED BY audit_target`+rest+` AND target = ?`), append(args, of, before, q.BeforeID, target)
		}
	}
	rows, err := l.store.readers.QueryContext(ctx,
		strings.Join(ranges, ` UNION ALL `)+` ORDER BY at DESC, id DESC LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells of what went wrong
	var page []*audit.Record
	for rows.Next() {
		var at, id, entry, outcome []byte // the order is by the former
		if err := rows.Scan(&at, &id, &entry, &outcome); err != nil {
			return nil, failure(ctx, err)
		}
		record, err := document.AuditRecord(entry, outcome)
		if err != nil {
			return nil, err
		}
		page = append(page, record)
	}
	return page, failure(ctx, rows.Err())
}

// Sweep removes what is older than the log goes back.
func (l auditLog) Sweep(ctx context.Context, of tenant.ID, before time.Time, limit int) (removed int, err error) {
	const old = `IN (SELECT tenant, id FROM audit WHERE tenant = ? AND at < ? ORDER BY at, id LIMIT ?)`
	begin := document.Stamp(before).String()
	err = l.store.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO audit_begins (tenant, at) VALUES (?, ?)
ON CONFLICT DO UPDATE SET at = excluded.at WHERE audit_begins.at < excluded.at`, of, begin)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM audit_outcomes WHERE (tenant, id) `+old, of, begin, limit); err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM audit WHERE (tenant, id) `+old, of, begin, limit)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		removed = int(n)
		return err
	})
	return removed, err
}
