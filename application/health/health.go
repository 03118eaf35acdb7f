// Package health keeps account of whether what goes to a connection's procurement system arrives.
package health

import (
	"context"
	"errors"
	"log/slog"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Service keeps account.
type Service struct {
	connections port.Connections
	clock       port.Clock
	worker      *retry.Worker
	log         *slog.Logger
}

// New makes the service.
func New(stores port.Stores, clock port.Clock, worker *retry.Worker, log *slog.Logger) *Service {
	return &Service{stores.Connections, clock, worker, log}
}

// Report records that an attempt to reach the procurement system failed, or with nil that it was reached. What cannot be recorded
// is logged: the attempt itself was made. A failure of the gateway's own store, and a call that was not made or was broken off, say nothing
// of the procurement system.
func (s *Service) Report(ctx context.Context, of tenant.ID, id connection.ID, failure error) {
	for _, other := range []error{port.ErrUnavailable, port.ErrLeftAlone, retry.ErrStopped} {
		if errors.Is(failure, other) {
			return
		}
	}
	if err := s.report(ctx, of, id, failure); err != nil {
		s.log.WarnContext(ctx, "the health of a connection cannot be recorded", "tenant", of, "connection", id, "error", err)
	}
}

func (s *Service) report(ctx context.Context, of tenant.ID, id connection.ID, failure error) error {
	now := s.clock.Now()
	if failure == nil { // as nearly always, when there is nothing to write
		found, err := s.connections.Get(ctx, of, id)
		if err != nil || !found.Work(now) {
			return err
		}
	}
	_, err := s.connections.Update(ctx, of, id, func(each *connection.Connection) error {
		if failure == nil {
			each.Work(now)
		} else {
			each.Fail(fault.Text(failure), now)
		}
		return nil
	})
	s.worker.Wake()
	return err
}
