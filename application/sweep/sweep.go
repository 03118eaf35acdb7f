// Package sweep ends what nobody ended in time: sessions left open and orders never completed. Whether something has
// expired is decided by its own time wherever it is asked; the sweep makes it visible in its status. Answers that were kept
// for the repetition of their calls, what is known of addresses that are quiet, and sign-ins are removed when their time is over.
package sweep

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
)

const (
	interval = time.Minute
	batch    = 1000 // of each kind in one sweep
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

// Once ends the sessions and orders whose time is over, and removes answers, what is known of addresses, and sign-ins. What cannot be
// ended does not keep the others from it; it is tried again by the next sweep.
func (s *Service) Once(ctx context.Context) error {
	sessions, sessionsErr := s.stores.Sessions.Due(ctx, s.clock.Now(), batch)
	failures := []error{sessionsErr}
	for _, each := range sessions {
		_, err := s.stores.Sessions.Update(ctx, each.Snapshot().Tenant, each.ID(), func(open *session.Session) error {
			open.Expire(s.clock.Now())
			return nil
		})
		failures = append(failures, err)
	}
	orders, ordersErr := s.stores.Orders.Overdue(ctx, s.clock.Now(), batch)
	failures = append(failures, ordersErr)
	for _, each := range orders {
		_, err := s.stores.Orders.Update(ctx, each.Snapshot().Tenant, each.ID(), func(waiting *order.Order) error {
			waiting.Expire(s.clock.Now())
			return nil
		})
		failures = append(failures, err)
	}
	replaysErr := empty(func() (int, error) { return s.stores.Replays.Sweep(ctx, s.clock.Now(), batch) })
	throttlesErr := empty(func() (int, error) { return s.stores.Throttles.Sweep(ctx, s.clock.Now(), batch) })
	signInsErr := empty(func() (int, error) { return s.stores.SignIns.Sweep(ctx, s.clock.Now(), batch) })
	return errors.Join(append(failures, replaysErr, throttlesErr, signInsErr)...)
}

// empty sweeps until nothing is left: a flood of wrong logins, or a busy ERP, leaves more than one batch a minute.
func empty(sweep func() (removed int, err error)) error {
	for {
		if removed, err := sweep(); err != nil || removed < batch {
			return err
		}
	}
}
