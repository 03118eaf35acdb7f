// Package audit holds the audit log: who did what to a tenant's things, when, from where, and what came of it. An entry is
// written before the action and never changes; its outcome is written after it, once. An entry without an outcome says that
// the gateway stopped in between, so that nobody knows. Entries hold names and identifiers, and never a secret.
package audit

import (
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// ID identifies an entry within its tenant.
type ID string

// Actor is who acts: whoever holds an API key, a user who is signed in, or whoever runs commands on the gateway's machine.
type Actor struct {
	Tenant tenant.ID // of the key or the user; tenant.Platform for whoever runs the gateway, who may act on any tenant
	Key    apikey.ID // empty where no key was used
	User   user.ID   // empty where nobody was signed in
	Label  string    // of the key as it was then, the user's name as it was then, or CommandLine
}

// CommandLine is the label of an actor without a key or a user.
const CommandLine = "cli"

// ByUser returns a user as an actor.
func ByUser(u *user.User) Actor {
	return Actor{Tenant: u.Tenant(), User: u.ID(), Label: u.Snapshot().Name}
}

// Entry is one action. Its members are never changed once it is stored.
type Entry struct {
	Tenant  tenant.ID // whose thing is acted on; tenants themselves belong to tenant.Platform
	ID      ID
	At      time.Time
	Actor   Actor
	Action  Action
	Target  string // the identifier of what is acted on, whose kind the action says; empty where the action is to make it
	Request string // X-Request-Id of the call; empty on the command line
	Client  string // the caller's address; empty on the command line
}

// Outcome is what came of an action.
type Outcome struct {
	Result Result
	Code   string // of the refusal
	Made   string // the identifier of what was made
}

// Record is an entry with its outcome.
type Record struct {
	Entry

	Outcome Outcome // Unknown where none was written
}

// Refusals of the log.
var (
	ErrExists    = fault.New(fault.Conflict, "audit.exists", "there is such an entry")
	ErrConcluded = fault.New(fault.Conflict, "audit.concluded", "the entry has its outcome")
)
