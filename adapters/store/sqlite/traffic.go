package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// trafficRecord keeps the record of calls.
type trafficRecord struct{ store *Store }

// Append adds entries, all in one transaction.
func (t trafficRecord) Append(ctx context.Context, entries []*traffic.Entry) error {
	type row struct{ record, payloads string }
	rows := make([]row, len(entries))
	for i, e := range entries { // before the transaction, so that no other writer waits while they are encoded
		record, recordErr := document.TrafficRecords.Encode(&e.Record)
		payloads, payloadsErr := document.TrafficPayloads.Encode(e)
		if err := errors.Join(recordErr, payloadsErr); err != nil {
			return err
		}
		rows[i] = row{record, payloads}
	}
	add, err := t.store.prepare(ctx, `INSERT INTO traffic (tenant, id, record, payloads) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	name, err := t.store.prepare(ctx, `INSERT INTO traffic_names (tenant, name, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	return t.store.transact(ctx, func(tx *sql.Tx) error {
		add, name := tx.StmtContext(ctx, add), tx.StmtContext(ctx, name) //nolint:sqlclosecheck // tx closes them
		for i, e := range entries {
			result, err := add.ExecContext(ctx, e.Tenant, e.ID, rows[i].record, rows[i].payloads)
			if err != nil {
				return err
			}
			added, err := result.RowsAffected()
			if err != nil {
				return err
			}
			names := e.Names()
			if added == 0 { // it was there, with its names
				names = nil
			}
			for _, each := range names {
				if _, err := name.ExecContext(ctx, e.Tenant, each, e.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// Get returns one entry.
func (t trafficRecord) Get(ctx context.Context, of tenant.ID, id traffic.ID) (*traffic.Entry, error) {
	var record, payloads []byte
	row := t.store.readers.QueryRowContext(ctx, `SELECT record, payloads FROM traffic WHERE `+byID, of, id)
	switch err := row.Scan(&record, &payloads); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, traffic.ErrNotFound
	case err != nil:
		return nil, failure(ctx, err)
	}
	return document.TrafficEntry(record, payloads)
}

// List returns a page, the newest first.
func (t trafficRecord) List(ctx context.Context, of tenant.ID, q port.TrafficQuery) ([]*traffic.Record, error) {
	statement, args := trafficList(of, q)
	return t.records(ctx, statement, args...)
}

// trafficList selects a page. Each verdict is a range of an index, and the ranges are merged; by a name, or of a session, there are few
// records. The indexes are named, since SQLite takes the primary key for better, in which it would look through all records.
func trafficList(of tenant.ID, q port.TrafficQuery) (statement string, args []any) {
	from, where, args := `traffic`, ``, []any{of, cmp.Or(q.Before, "~"), q.After} // which is after every identifier
	and := func(condition string, value any) {
		where += ` AND ` + condition + ` = ?`
		args = append(args, value)
	}
	index, verdicts := ``, q.Verdicts
	if q.Connection != "" {
		index = `_connection`
		and(`connection`, q.Connection)
	}
	if q.Step != (traffic.Step{}) {
		index += `_step`
		and(`step`, q.Step.String())
	}
	switch {
	case q.Name != "":
		from = `traffic_names CROSS JOIN traffic USING (tenant, id)`
		and(`name`, q.Name)
	case q.Session != "":
		from = `traffic INDEXED BY traffic_session`
		and(`session`, q.Session)
	case index != ``:
		from += ` INDEXED BY traffic` + index
		if verdicts == nil {
			verdicts = traffic.Verdicts()
		}
	case verdicts != nil:
		from += ` INDEXED BY traffic_verdict`
	}
	records := `SELECT id, record FROM ` + from + ` WHERE traffic.tenant = ? AND traffic.id < ? AND traffic.id > ?` + where
	const newest = ` ORDER BY id DESC LIMIT ?`
	if verdicts == nil {
		return records + newest, append(args, q.Limit)
	}
	var ranges []string
	var all []any
	for _, v := range verdicts {
		ranges = append(ranges, records+` AND verdict = ?`)
		all = append(append(all, args...), v.String())
	}
	return strings.Join(ranges, ` UNION ALL `) + newest, append(all, q.Limit)
}

// OfSession returns the first records of a session.
func (t trafficRecord) OfSession(ctx context.Context, of tenant.ID, id session.ID, limit int) ([]*traffic.Record, error) {
	return t.records(ctx,
		`SELECT id, record FROM traffic INDEXED BY traffic_session WHERE tenant = ? AND session = ? ORDER BY id LIMIT ?`, of, id, limit)
}

func (t trafficRecord) records(ctx context.Context, statement string, args ...any) (page []*traffic.Record, err error) {
	rows, err := t.store.readers.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells of what went wrong
	for rows.Next() {
		var id, text sql.RawBytes // the order is by the former
		if err := rows.Scan(&id, &text); err != nil {
			return nil, failure(ctx, err)
		}
		record, err := document.TrafficRecords.Decode(text)
		if err != nil {
			return nil, err
		}
		page = append(page, record)
	}
	return page, failure(ctx, rows.Err())
}

// RemoveSession erases the records of a session.
func (t trafficRecord) RemoveSession(ctx context.Context, of tenant.ID, id session.ID) error {
	_, err := t.remove(ctx, `SELECT id FROM traffic INDEXED BY traffic_session WHERE tenant = ? AND session = ?`, of, id)
	return err
}

// RemoveNamed erases the records that belong to no session and have a name.
func (t trafficRecord) RemoveNamed(ctx context.Context, of tenant.ID, name string) error {
	_, err := t.remove(ctx,
		`SELECT id FROM traffic_names CROSS JOIN traffic USING (tenant, id) WHERE tenant = ? AND name = ? AND session IS NULL`, of, name)
	return err
}

// Sweep removes what belongs to no session.
func (t trafficRecord) Sweep(ctx context.Context, of tenant.ID, before traffic.ID, limit int) (removed int, err error) {
	return t.remove(ctx,
		`SELECT id FROM traffic INDEXED BY traffic_session WHERE tenant = ? AND session IS NULL AND id < ? ORDER BY id LIMIT ?`,
		of, before, limit)
}

// remove removes the tenant's records that a statement selects, with their names.
func (t trafficRecord) remove(ctx context.Context, selected string, of tenant.ID, args ...any) (removed int, err error) {
	err = t.store.transact(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, selected, append([]any{of}, args...)...)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // rows.Err tells of what went wrong
		var ids []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for _, id := range ids {
			for _, table := range []string{"traffic_names", "traffic"} {
				if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE `+byID, of, id); err != nil { //nolint:gosec // a constant
					return err
				}
			}
		}
		removed = len(ids)
		return nil
	})
	return removed, err
}
