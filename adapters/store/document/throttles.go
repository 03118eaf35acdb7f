package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
)

type throttleDoc struct {
	Tenant       tenant.ID   `json:"tenant"`
	ID           throttle.ID `json:"id"`
	Failures     int         `json:"failures"`
	WaitUntil    Stamp       `json:"wait_until,omitzero"`
	FailureUntil Stamp       `json:"failure_until,omitzero"`
	KnownUntil   Stamp       `json:"known_until,omitzero"`
	ExpiresAt    Stamp       `json:"expires_at,omitzero"`
}

func (d throttleDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packThrottle(t *throttle.Throttle) throttleDoc {
	s := t.Snapshot()
	return throttleDoc{
		s.Tenant, s.ID, s.Failures, Stamp(s.WaitUntil), Stamp(s.FailureUntil), Stamp(s.KnownUntil), Stamp(s.ExpiresAt),
	}
}

func (d throttleDoc) unpack() (*throttle.Throttle, error) {
	return throttle.Restore(throttle.State{
		Tenant: d.Tenant, ID: d.ID, Failures: d.Failures, WaitUntil: time.Time(d.WaitUntil), FailureUntil: time.Time(d.FailureUntil),
		KnownUntil: time.Time(d.KnownUntil), ExpiresAt: time.Time(d.ExpiresAt),
	}), nil
}
