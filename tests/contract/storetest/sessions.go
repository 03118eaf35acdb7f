package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/session"
)

var sessionCases = map[string]func(*testing.T, port.Stores){
	"a session is due once its time is over and until it has ended": func(t *testing.T, s port.Stores) {
		must(t, s.Sessions.Create(t.Context(), session.Restore(sessionOf(acme, "s1"))))
		expires := sessionOf(acme, "s1").ExpiresAt
		expectDue := func(now time.Time, want ...string) {
			t.Helper()
			due := value(s.Sessions.Due(t.Context(), now, 10))(t)
			if ids := identifiers(due, (*session.Session).ID); !slices.Equal(ids, want) {
				t.Errorf("at %s %q are due, not %q", now, ids, want)
			}
		}
		expectDue(expires.Add(-1))
		expectDue(expires, "s1")
		value(s.Sessions.Update(t.Context(), acme, "s1", func(a *session.Session) error { return a.Extend(now.Add(time.Second)) }))(t)
		expectDue(at(30))
		expectDue(at(60), "s1")
		value(s.Sessions.Update(t.Context(), acme, "s1", func(a *session.Session) error {
			a.Expire(at(60))
			return nil
		}))(t)
		expectDue(at(600))
	},

	"sessions in every status are due where that is open": func(t *testing.T, s port.Stores) {
		var open []string
		for i, status := range session.Statuses() {
			st := sessionOf(acme, session.ID(status.String()))
			st.Status, st.ExpiresAt = status, at(i)
			must(t, s.Sessions.Create(t.Context(), session.Restore(st)))
			if status.Open() {
				open = append(open, status.String())
			}
		}
		due := identifiers(value(s.Sessions.Due(t.Context(), at(60), 10))(t), (*session.Session).ID)
		if slices.Sort(due); !slices.Equal(due, open) {
			t.Errorf("%q are due, not %q", due, open)
		}
	},

	"a batch of due sessions has no more than asked for, of any tenant": func(t *testing.T, s port.Stores) {
		for _, id := range []session.ID{"s1", "s2", "s3"} {
			must(t, s.Sessions.Create(t.Context(), session.Restore(sessionOf(acme, id))))
			must(t, s.Sessions.Create(t.Context(), session.Restore(sessionOf(globex, id))))
		}
		for swept, limit := 0, 4; swept < 6; limit = 2 {
			due := value(s.Sessions.Due(t.Context(), at(1), 4))(t)
			if len(due) != limit {
				t.Fatalf("%d are due, not %d", len(due), limit)
			}
			for _, a := range due {
				value(s.Sessions.Update(t.Context(), a.Snapshot().Tenant, a.ID(), func(a *session.Session) error {
					a.Expire(at(1))
					return nil
				}))(t)
			}
			swept += len(due)
		}
		if due := value(s.Sessions.Due(t.Context(), at(1), 4))(t); len(due) != 0 {
			t.Errorf("after the sweep %d are due", len(due))
		}
	},
}
