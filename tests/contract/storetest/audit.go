package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
)

var auditCases = map[string]func(*testing.T, port.Stores){
	"a record of the audit log comes back with every member": func(t *testing.T, s port.Stores) {
		for variant := range variants {
			f := filler{t: t, variant: variant}
			var want audit.Record
			f.fill(&want)
			want.Tenant, want.ID = acme, audit.ID(fmt.Sprint("a", variant))
			must(t, s.Audit.Append(t.Context(), &want.Entry))
			must(t, s.Audit.Conclude(t.Context(), acme, want.ID, want.Outcome))
			page := value(s.Audit.List(t.Context(), acme, port.AuditQuery{Limit: 10}))(t)
			i := slices.IndexFunc(page, func(r *audit.Record) bool { return r.ID == want.ID })
			if i < 0 || !reflect.DeepEqual(*page[i], want) {
				t.Errorf("of\n%+v\ncame back place %d of\n%+v", want, i, page)
			}
		}
	},

	"nothing in the audit log is written twice": func(t *testing.T, s port.Stores) {
		first, second := entryOf(acme, "a1"), entryOf(acme, "a1")
		second.Action = audit.KeyRevoke
		must(t, s.Audit.Append(t.Context(), first))
		if err := s.Audit.Append(t.Context(), second); !errors.Is(err, audit.ErrExists) {
			t.Errorf("a second entry is answered with %v", err)
		}
		expectRecord(t, s, audit.Record{Entry: *first, Outcome: audit.Outcome{Result: audit.Unknown}})
		done := audit.Outcome{Result: audit.Done, Made: "k1"}
		must(t, s.Audit.Conclude(t.Context(), acme, "a1", done))
		if err := s.Audit.Conclude(t.Context(), acme, "a1", audit.Outcome{Result: audit.Failed}); !errors.Is(err, audit.ErrConcluded) {
			t.Errorf("a second outcome is answered with %v", err)
		}
		expectRecord(t, s, audit.Record{Entry: *first, Outcome: done})
	},

	"of many equal entries, and of many outcomes, one is kept": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			id := audit.ID(strconv.Itoa(round))
			errs := make([]error, goroutines)
			concurrently(func(i int) {
				e := entryOf(acme, id)
				e.At, e.Request = at(round), strconv.Itoa(i)
				errs[i] = s.Audit.Append(t.Context(), e)
			})
			entry := winner(t, errs, audit.ErrExists)
			concurrently(func(i int) {
				errs[i] = s.Audit.Conclude(t.Context(), acme, id, audit.Outcome{Result: audit.Done, Made: strconv.Itoa(i)})
			})
			outcome := winner(t, errs, audit.ErrConcluded)
			r := value(s.Audit.List(t.Context(), acme, port.AuditQuery{Limit: 1}))(t)[0]
			if r.ID != id || r.Request != strconv.Itoa(entry) || r.Outcome.Made != strconv.Itoa(outcome) {
				t.Errorf("%d and %d won, and %+v is kept", entry, outcome, r)
			}
		}
	},

	"the audit log goes by pages from the last entry back, each once": func(t *testing.T, s port.Stores) {
		var want []audit.ID
		for i := range 20 {
			e := entryOf(acme, audit.ID(fmt.Sprintf("a%02d", i*7%20))) // by threes of one time, in no order
			e.At = at(i * 7 % 20 / 3)
			must(t, s.Audit.Append(t.Context(), e))
			want = append(want, audit.ID(fmt.Sprintf("a%02d", 19-i)))
		}
		must(t, s.Audit.Append(t.Context(), entryOf(globex, "a99")))
		var seen []audit.ID
		q := port.AuditQuery{Limit: 3}
		for page := value(s.Audit.List(t.Context(), acme, q))(t); len(page) > 0; page = value(s.Audit.List(t.Context(), acme, q))(t) {
			for _, r := range page {
				seen = append(seen, r.ID)
			}
			if len(page) > 3 || len(seen) > 20 {
				t.Fatalf("a page of 3 has %d; all until it, %q", len(page), seen)
			}
			last := page[len(page)-1]
			q.BeforeAt, q.BeforeID = last.At, last.ID
		}
		if !slices.Equal(seen, want) {
			t.Errorf("the pages hold %q, not %q", seen, want)
		}
	},

	"the audit log shows what was done to several things, the last first, by pages": func(t *testing.T, s port.Stores) {
		for i := range 30 {
			e := entryOf(acme, audit.ID(fmt.Sprintf("a%02d", i)))
			e.At, e.Target = at(i/2), fmt.Sprint("t", i%5)
			must(t, s.Audit.Append(t.Context(), e))
			must(t, s.Audit.Conclude(t.Context(), acme, e.ID, audit.Outcome{Result: audit.Done}))
		}
		q := port.AuditQuery{Targets: []string{"t1", "t3", "none"}, Limit: 5}
		var seen []audit.ID
		for range 3 {
			page := value(s.Audit.List(t.Context(), acme, q))(t)
			for _, r := range page {
				if seen = append(seen, r.ID); r.Outcome.Result != audit.Done {
					t.Errorf("%s has lost its outcome", r.ID)
				}
			}
			if len(page) > 0 {
				q.BeforeAt, q.BeforeID = page[len(page)-1].At, page[len(page)-1].ID
			}
		}
		want := []audit.ID{"a28", "a26", "a23", "a21", "a18", "a16", "a13", "a11", "a08", "a06", "a03", "a01"}
		if !slices.Equal(seen, want) {
			t.Errorf("the pages hold %q, not %q", seen, want)
		}
	},

	"of the audit log only what is older goes, of one tenant, and its outcome with it": func(t *testing.T, s port.Stores) {
		for i := range 5 {
			for _, of := range []tenant.ID{acme, globex} {
				e := entryOf(of, audit.ID(fmt.Sprint("a", i)))
				e.At = at(i)
				must(t, s.Audit.Append(t.Context(), e))
				must(t, s.Audit.Conclude(t.Context(), of, e.ID, audit.Outcome{Result: audit.Done}))
			}
		}
		for _, c := range []struct{ before, limit, removed, left int }{{0, 10, 0, 5}, {3, 2, 2, 3}, {3, 2, 1, 2}, {3, 2, 0, 2}, {1, 2, 0, 2}} {
			if n := value(s.Audit.Sweep(t.Context(), acme, at(c.before), c.limit))(t); n != c.removed {
				t.Errorf("before minute %d %d are removed, not %d", c.before, n, c.removed)
			}
			if page := value(s.Audit.List(t.Context(), acme, port.AuditQuery{Limit: 10}))(t); len(page) != c.left || page[0].ID != "a4" {
				t.Errorf("%d are left, not %d", len(page), c.left)
			}
		}
		if page := value(s.Audit.List(t.Context(), globex, port.AuditQuery{Limit: 10}))(t); len(page) != 5 {
			t.Errorf("of another tenant %d are left", len(page))
		}
		old := entryOf(acme, "a0") // whose outcome would be found if it were left
		must(t, s.Audit.Append(t.Context(), old))
		page := value(s.Audit.List(t.Context(), acme, port.AuditQuery{Limit: 10}))(t)
		if last := page[len(page)-1]; last.ID != "a0" || last.Outcome.Result != audit.Unknown {
			t.Errorf("an outcome stayed: %+v", last)
		}
	},

	"an entry of a context that has ended is not written": func(t *testing.T, s port.Stores) {
		if err := s.Audit.Append(ended(t), entryOf(acme, "a1")); !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		if page := value(s.Audit.List(t.Context(), acme, port.AuditQuery{Limit: 10}))(t); len(page) != 0 {
			t.Errorf("%d are there", len(page))
		}
	},
}

func expectRecord(t *testing.T, s port.Stores, want audit.Record) {
	t.Helper()
	page := value(s.Audit.List(t.Context(), want.Tenant, port.AuditQuery{Limit: 10}))(t)
	if len(page) != 1 || !reflect.DeepEqual(*page[0], want) {
		t.Errorf("the log holds %+v, not %+v", page, want)
	}
}
