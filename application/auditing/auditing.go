// Package auditing writes and reads the audit log. An action whose entry cannot be written is not done.
package auditing

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/cursor"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// Service keeps the log.
type Service struct {
	log   port.Audit
	clock port.Clock
	ids   port.IDs
	lines *slog.Logger
}

// New makes the service.
func New(stores port.Stores, clock port.Clock, ids port.IDs, lines *slog.Logger) *Service {
	return &Service{stores.Audit, clock, ids, lines}
}

// maxTarget is how much is kept of what an action names, in bytes. Every identifier is shorter; what is none need not fill the log.
const maxTarget = 200

// Begin writes the entry of an action, which gets its identifier and time, and returns what concludes it. The error refuses
// the action.
func (s *Service) Begin(ctx context.Context, e audit.Entry) (conclude func(context.Context, audit.Outcome), err error) {
	e.ID, e.At = audit.ID(s.ids.New()), s.clock.Now()
	e.Target = strings.ToValidUTF8(e.Target[:min(len(e.Target), maxTarget)], "")
	if err := s.log.Append(ctx, &e); err != nil {
		return nil, err
	}
	return func(ctx context.Context, o audit.Outcome) {
		// Also where the caller hung up. The action is over: an outcome that cannot be written is unknown, as the log says.
		if err := s.log.Conclude(context.WithoutCancel(ctx), e.Tenant, e.ID, o); err != nil {
			s.lines.ErrorContext(ctx, "the outcome of an action was not written", "tenant", e.Tenant, "entry", e.ID, "error", err)
		}
	}, nil
}

// Do writes the entry, does the action, and writes its outcome. The action returns the identifier of what it made.
func (s *Service) Do(ctx context.Context, e audit.Entry, action func(context.Context) (made string, err error)) error {
	conclude, err := s.Begin(ctx, e)
	if err != nil {
		return err
	}
	made, err := action(ctx)
	conclude(ctx, OutcomeOf(made, err))
	return err
}

// OutcomeOf returns the outcome of an action that made something or was refused.
func OutcomeOf(made string, err error) audit.Outcome {
	switch kind := fault.KindOf(err); {
	case err == nil:
		return audit.Outcome{Result: audit.Done, Made: made}
	case kind == fault.Internal, kind == fault.Unavailable:
		return audit.Outcome{Result: audit.Failed, Code: fault.From(err).Code}
	default:
		return audit.Outcome{Result: audit.Refused, Code: fault.From(err).Code}
	}
}

// RevokedKey notes that a key was presented after it was revoked: once an hour, however often it is.
func (s *Service) RevokedKey(ctx context.Context, key apikey.State, request, client string) error {
	now := s.clock.Now()
	id := audit.ID("revoked-" + string(key.ID) + "-" + now.UTC().Format("2006010215"))
	return s.noteOnce(ctx, audit.Entry{
		Tenant: key.Tenant, ID: id, At: now, Actor: audit.Actor{Tenant: key.Tenant, Key: key.ID, Label: key.Label},
		Action: audit.KeyUseRevoked, Target: string(key.ID), Request: request, Client: client,
	}, apikey.ErrUnknown)
}

// RefusedSignIn notes that somebody tried in vain to sign in as a user: once an hour, however often it is.
func (s *Service) RefusedSignIn(ctx context.Context, u *user.User, at time.Time, request, client string, refusal error) error {
	return s.noteOnce(ctx, audit.Entry{
		Tenant: u.Tenant(), ID: audit.ID("refused-" + string(u.ID()) + "-" + at.UTC().Format("2006010215")), At: at,
		Action: audit.UserSignIn, Target: string(u.ID()), Request: request, Client: client, // by nobody knows whom
	}, refusal)
}

// noteOnce writes an entry with its outcome, unless there is one of its identifier.
func (s *Service) noteOnce(ctx context.Context, e audit.Entry, refusal error) error {
	err := s.log.Append(ctx, &e)
	if errors.Is(err, audit.ErrExists) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.log.Conclude(ctx, e.Tenant, e.ID, OutcomeOf("", refusal))
}

// List returns a page of a tenant's records, the newest first, and the cursor of the next page, which is empty after the last.
func (s *Service) List(ctx context.Context, of tenant.ID, after string, limit int) (page []*audit.Record, next string, err error) {
	before, id, err := cursor.Parse(after)
	if err != nil {
		return nil, "", err
	}
	page, err = s.log.List(ctx, of, port.AuditQuery{BeforeAt: before, BeforeID: audit.ID(id), Limit: limit + 1})
	if err == nil && len(page) > limit {
		page = page[:limit]
		last := page[limit-1]
		next = cursor.Format(last.At, string(last.ID))
	}
	return page, next, err
}
