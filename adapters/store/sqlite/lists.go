package sqlite

import (
	"cmp"
	"context"
	"fmt"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/tenant"
)

// listing keeps a kind that is listed by when its aggregates were created. Each combination of filters has an index of its own, which
// begins with what is filtered and goes on with the order of the list.
type listing[A any, S fmt.Stringer, ID ~string] struct {
	collection[A, ID]
	parse func(name string) (S, error)
}

const (
	newestFirst = `ORDER BY created_at DESC, id DESC LIMIT ?`
	afterAll    = "~" // sorts after every time
)

// List returns a page.
func (l listing[A, S, ID]) List(ctx context.Context, of tenant.ID, f port.Filter[S], p port.Page[ID]) ([]A, error) {
	condition, args := selection(of, f)
	before, id := place(p, f.Created)
	return l.many(ctx, condition+` AND (created_at, id) < (?, ?) `+newestFirst, append(args, before, id, p.Limit)...)
}

// Count counts within the index.
func (l listing[A, S, ID]) Count(ctx context.Context, of tenant.ID, f port.Filter[S]) (n int, err error) {
	condition, args := selection(of, f)
	err = l.store.readers.QueryRowContext(ctx,
		`SELECT count(*) FROM `+l.Name+` WHERE `+condition+` AND created_at < ?`,
		append(args, end(f.Created))...).Scan(&n)
	return n, failure(ctx, err)
}

// Tally counts here rather than by GROUP BY, for which SQLite would sort all rows. It reads nothing but the index.
func (l listing[A, S, ID]) Tally(ctx context.Context, of tenant.ID, s port.Span) ([]port.Tally[S], error) {
	rows, err := l.store.readers.QueryContext(ctx,
		`SELECT substr(created_at, 1, ?), connection, status, test FROM `+l.Name+ //nolint:gosec // the table is a constant
			` WHERE tenant = ? AND created_at >= ? AND created_at < ?`,
		document.HourLength, of, document.Stamp(s.From).String(), end(s))
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells of what went wrong
	counts := map[document.Tallied]int{}
	for rows.Next() {
		var t document.Tallied
		if err := rows.Scan(&t.Hour, &t.Connection, &t.Status, &t.Test); err != nil {
			return nil, failure(ctx, err)
		}
		counts[t]++
	}
	if err := rows.Err(); err != nil {
		return nil, failure(ctx, err)
	}
	return document.Tallies(counts, l.parse)
}

// selection is what all look-ups of a filter have in common.
func selection[S fmt.Stringer](of tenant.ID, f port.Filter[S]) (condition string, args []any) {
	condition, args = `tenant = ?`, []any{of}
	if f.Connection != "" {
		condition, args = condition+` AND connection = ?`, append(args, f.Connection)
	}
	if status := f.Status.String(); status != "" {
		condition, args = condition+` AND status = ?`, append(args, status)
	}
	return condition + ` AND created_at >= ?`, append(args, document.Stamp(f.Created.From).String())
}

// place is where a page begins: before the last one of the page before, or at the end of the span.
func place[ID ~string](p port.Page[ID], s port.Span) (before, id string) {
	if !p.BeforeAt.IsZero() {
		return document.Stamp(p.BeforeAt).String(), string(p.BeforeID)
	}
	return end(s), ""
}

func end(s port.Span) string { return cmp.Or(document.Stamp(s.To).String(), afterAll) }
