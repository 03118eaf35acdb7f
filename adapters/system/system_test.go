package system_test

import (
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/system"
	"github.com/punchgate/punchgate/domain/tenant"
)

func TestIdentifiersAreUniqueAndFitIntoAddresses(t *testing.T) {
	const n = 10_000
	seen := map[string]bool{}
	for range n {
		id := system.IDs{}.New()
		if !tenant.Identifier(id) || len(id) != 26 {
			t.Fatalf("%q is no identifier of 26 characters", id)
		}
		seen[id] = true
	}
	if len(seen) != n {
		t.Errorf("%d identifiers of %d are unique", len(seen), n)
	}
}

func TestTheTimeIsInUTCAndSurvivesAStore(t *testing.T) {
	before := time.Now().Round(0)
	now := system.Clock{}.Now()
	if after := time.Now(); now.Before(before) || now.After(after) {
		t.Errorf("%s is not between %s and %s", now, before, after)
	}
	if kept := time.Unix(0, now.UnixNano()).UTC(); now != kept {
		t.Errorf("%#v comes back as %#v", now, kept)
	}
}
