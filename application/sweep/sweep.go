// Package sweep ends what nobody ended in time: sessions left open and orders never completed. Whether something has
// expired is decided by its own time wherever it is asked; the sweep makes it visible in its status.
package sweep

import (
	"context"
	"log/slog"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
)

const (
	interval = time.Minute
	batch    = 100
)

// Service sweeps.
type Service struct {
	stores port.Stores
	clock  port.Clock
	log    *slog.Logger
}

// New makes the service.
func New(stores port.Stores, clock port.Clock, log *slog.Logger) *Service {
	return &Service{stores, clock, log}
}

// Run sweeps every minute until the context ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := s.Once(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "sweep failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Once ends all sessions and orders whose time is over.
func (s *Service) Once(ctx context.Context) error {
	for more := true; more; {
		due, err := s.stores.Sessions.Due(ctx, s.clock.Now(), batch)
		if err != nil {
			return err
		}
		for _, each := range due {
			_, err := s.stores.Sessions.Update(ctx, each.Snapshot().Tenant, each.ID(), func(open *session.Session) error {
				open.Expire(s.clock.Now())
				return nil
			})
			if err != nil {
				return err
			}
		}
		more = len(due) == batch
	}
	for more := true; more; {
		overdue, err := s.stores.Orders.Overdue(ctx, s.clock.Now(), batch)
		if err != nil {
			return err
		}
		for _, each := range overdue {
			_, err := s.stores.Orders.Update(ctx, each.Snapshot().Tenant, each.ID(), func(waiting *order.Order) error {
				waiting.Expire(s.clock.Now())
				return nil
			})
			if err != nil {
				return err
			}
		}
		more = len(overdue) == batch
	}
	return nil
}
