package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/tenant"
)

type replayDoc struct {
	Tenant     tenant.ID `json:"tenant"`
	ID         replay.ID `json:"id"`
	Digest     string    `json:"digest,omitempty"`
	Seed       string    `json:"seed,omitempty"`
	Runs       int       `json:"runs"`
	LeaseUntil Stamp     `json:"lease_until,omitzero"`
	Status     int       `json:"status,omitempty"` // of the answer
	Answer     string    `json:"answer,omitempty"` // sealed
	ExpiresAt  Stamp     `json:"expires_at,omitzero"`
}

func (d replayDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packReplay(r *replay.Replay) replayDoc {
	s := r.Snapshot()
	return replayDoc{
		s.Tenant, s.ID, s.Digest, s.Seed, s.Runs, Stamp(s.LeaseUntil), s.Answer.Status, s.Answer.Sealed, Stamp(s.ExpiresAt),
	}
}

func (d replayDoc) unpack() (*replay.Replay, error) {
	return replay.Restore(replay.State{
		Tenant: d.Tenant, ID: d.ID, Digest: d.Digest, Seed: d.Seed, Runs: d.Runs, LeaseUntil: time.Time(d.LeaseUntil),
		Answer: replay.Answer{Status: d.Status, Sealed: d.Answer}, ExpiresAt: time.Time(d.ExpiresAt),
	}), nil
}
