package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// The two halves of a record of the audit log. An outcome is found by its entry's identifier.
var (
	AuditEntries  = content("entry", packEntry, entryDoc.unpack)
	AuditOutcomes = content("outcome", packOutcome, outcomeDoc.unpack)
)

// AuditRecord returns the record of an entry and its outcome, which may be missing.
func AuditRecord(entry, outcome []byte) (*audit.Record, error) {
	e, err := AuditEntries.Decode(entry)
	if err != nil {
		return nil, err
	}
	record := &audit.Record{Entry: *e, Outcome: audit.Outcome{Result: audit.Unknown}}
	if outcome == nil {
		return record, nil
	}
	o, err := AuditOutcomes.Decode(outcome)
	if err != nil {
		return nil, err
	}
	record.Outcome = *o
	return record, nil
}

type entryDoc struct {
	Tenant      tenant.ID `json:"tenant"`
	ID          audit.ID  `json:"id"`
	At          Stamp     `json:"at"`
	ActorTenant tenant.ID `json:"actor_tenant,omitempty"`
	ActorKey    apikey.ID `json:"actor_key,omitempty"`
	ActorUser   user.ID   `json:"actor_user,omitempty"`
	ActorLabel  string    `json:"actor_label,omitempty"`
	Action      string    `json:"action"`
	Target      string    `json:"target,omitempty"`
	Request     string    `json:"request,omitempty"`
	Client      string    `json:"client,omitempty"`
}

func packEntry(e *audit.Entry) entryDoc {
	return entryDoc{
		e.Tenant, e.ID, Stamp(e.At), e.Actor.Tenant, e.Actor.Key, e.Actor.User, e.Actor.Label, e.Action.String(), e.Target, e.Request,
		e.Client,
	}
}

func (d entryDoc) unpack() (*audit.Entry, error) {
	action, err := audit.ParseAction(d.Action)
	return &audit.Entry{
		Tenant: d.Tenant, ID: d.ID, At: time.Time(d.At),
		Actor:  audit.Actor{Tenant: d.ActorTenant, Key: d.ActorKey, User: d.ActorUser, Label: d.ActorLabel},
		Action: action, Target: d.Target, Request: d.Request, Client: d.Client,
	}, err
}

type outcomeDoc struct {
	Result string `json:"result"`
	Code   string `json:"code,omitempty"`
	Made   string `json:"made,omitempty"`
}

func packOutcome(o *audit.Outcome) outcomeDoc { return outcomeDoc{o.Result.String(), o.Code, o.Made} }

func (d outcomeDoc) unpack() (*audit.Outcome, error) {
	result, err := audit.ParseResult(d.Result)
	return &audit.Outcome{Result: result, Code: d.Code, Made: d.Made}, err
}
