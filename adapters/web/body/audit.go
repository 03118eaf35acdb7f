package body

import (
	"cmp"
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// AuditEntry is an entry of the audit log in the admin API.
type AuditEntry struct {
	ID      audit.ID    `json:"id"`
	At      time.Time   `json:"at"`
	Actor   Actor       `json:"actor"`
	Action  string      `json:"action"`
	Target  AuditTarget `json:"target"`
	Request string      `json:"request"`
	Client  string      `json:"client"`
	Outcome string      `json:"outcome"`
	Code    string      `json:"code,omitempty"`
}

// Actor is who did something.
type Actor struct {
	Platform bool      `json:"platform"` // whoever runs the gateway
	Key      apikey.ID `json:"key"`
	User     user.ID   `json:"user"`
	Label    string    `json:"label"`
}

// AuditTarget is what something was done to.
type AuditTarget struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// OfAuditEntry returns the body of an entry.
func OfAuditEntry(r *audit.Record) AuditEntry {
	return AuditEntry{
		r.ID, r.At, Actor{r.Actor.Tenant == tenant.Platform, r.Actor.Key, r.Actor.User, r.Actor.Label}, r.Action.String(),
		AuditTarget{r.Action.Kind(), cmp.Or(r.Target, r.Outcome.Made)}, r.Request, r.Client, r.Outcome.Result.String(), r.Outcome.Code,
	}
}
