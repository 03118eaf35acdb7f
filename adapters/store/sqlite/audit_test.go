package sqlite

import (
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/audit"
)

func TestTheFileItselfRefusesToChangeTheAuditLog(t *testing.T) {
	s := open(t, newPath(t))
	log := s.Stores().Audit
	now := time.Date(2026, time.November, 23, 10, 15, 0, 0, time.UTC)
	if err := log.Append(t.Context(), &audit.Entry{Tenant: "papper", ID: "a1", At: now, Action: audit.KeyCreate}); err != nil {
		t.Fatal(err)
	}
	if err := log.Conclude(t.Context(), "papper", "a1", audit.Outcome{Result: audit.Done}); err != nil {
		t.Fatal(err)
	}
	if n, err := log.Sweep(t.Context(), "papper", now, 10); n != 0 || err != nil {
		t.Fatalf("%d removed, %v", n, err)
	}
	for _, statement := range []string{
		`UPDATE audit SET entry = json_set(entry, '$.actor_label', 'nobody')`,
		`UPDATE audit_outcomes SET outcome = '{"result":"refused"}'`,
		`DELETE FROM audit`,
		`DELETE FROM audit_outcomes`,
		`INSERT OR REPLACE INTO audit_outcomes VALUES ('papper', 'a1', '{"result":"refused"}')`,
		`INSERT OR REPLACE INTO audit (tenant, id, entry) VALUES ('papper', 'a1', '{}')`,
	} {
		if _, err := s.writer.ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}
