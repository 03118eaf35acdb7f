package erasure

import (
	"context"
	"errors"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

const interval = time.Hour

// Run sweeps every hour until the context ends.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "personal data whose time is over was not erased", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Sweep erases what each tenant keeps no longer. What fails for one tenant does not keep the others from it.
func (s *Service) Sweep(ctx context.Context) error {
	s.calls.Flush(ctx)
	var failures []error
	for after := tenant.ID(""); ; {
		tenants, err := s.stores.Tenants.List(ctx, after, page)
		if err != nil {
			return errors.Join(append(failures, err)...)
		}
		for _, each := range tenants {
			after = each.ID()
			failures = append(failures, s.sweep(ctx, each.ID(), each.Settings()))
		}
		if len(tenants) < page {
			return errors.Join(failures...)
		}
	}
}

func (s *Service) sweep(ctx context.Context, of tenant.ID, settings tenant.Settings) error {
	var r Report
	var failures []error
	if settings.Retention > 0 {
		before := s.clock.Now().Add(-settings.Retention)
		failures = append(failures, s.orders(ctx, of, before, &r), s.visits(ctx, of, before, &r), s.documents(ctx, of, before, &r),
			s.traffic(ctx, of, before))
	}
	if settings.AuditRetention > 0 {
		failures = append(failures, s.entries(ctx, of, s.clock.Now().Add(-settings.AuditRetention)))
	}
	if n := r.Sessions + r.Orders + r.Receipts; n > 0 {
		s.log.InfoContext(ctx, "personal data erased, since its time is over", "tenant", of, "sessions", r.Sessions, "orders", r.Orders,
			"purchase_orders", r.Receipts, "answers", r.Answers)
	}
	return errors.Join(failures...)
}

// orders erases orders that came to their end before the time.
func (s *Service) orders(ctx context.Context, of tenant.ID, before time.Time, r *Report) error {
	for _, status := range []order.Status{order.Exported, order.Rejected, order.Cancelled, order.Expired} {
		q := port.FeedQuery{Status: status, IncludeTest: true, Limit: page}
		for over := false; !over; {
			found, err := s.stores.Orders.Feed(ctx, of, q)
			if err != nil {
				return err
			}
			over = len(found) < page
			for _, each := range found {
				state := each.Snapshot()
				if over = !state.StatusSince.Before(before); over {
					break
				}
				if err := s.order(ctx, of, state.ID, r); err != nil && !errors.Is(err, order.ErrNotFound) { // which another gateway erased
					return err
				}
				q.AfterSince, q.AfterID = state.StatusSince, state.ID // which stays where an answer is still to be delivered
			}
		}
	}
	return nil
}

// visits erases sessions that ended before the time without an order.
func (s *Service) visits(ctx context.Context, of tenant.ID, before time.Time, r *Report) error {
	for _, status := range []session.Status{session.Cancelled, session.Expired} {
		stay := map[session.ID]bool{} // those that are found again, before the next ones
		for over := false; !over; {
			limit := page + len(stay)
			found, err := s.stores.Sessions.Ended(ctx, of, status, before, limit)
			if err != nil {
				return err
			}
			over = len(found) < limit
			for _, each := range found {
				if stay[each.ID()] {
					continue
				}
				_, err := s.stores.Orders.Get(ctx, of, order.IDOf(each.ID()))
				if err == nil || each.CheckErasable() != nil {
					stay[each.ID()] = true // its send was interrupted, so that it goes with the order; or a webhook is still to be told
					continue
				}
				if !errors.Is(err, order.ErrNotFound) {
					return err
				}
				if err := s.removeVisit(ctx, of, each.ID(), r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// documents erases purchase order documents that have had no order since the time.
func (s *Service) documents(ctx context.Context, of tenant.ID, before time.Time, r *Report) error {
	for _, status := range []receipt.Status{receipt.Received, receipt.Unmatched} {
		q := port.ReceiptQuery{Status: status, Limit: page}
		for over := false; !over; {
			found, err := s.stores.Receipts.List(ctx, of, q)
			if err != nil {
				return err
			}
			over = len(found) < page
			for _, each := range found {
				state := each.Snapshot()
				if over = !state.StatusSince.Before(before); over {
					break
				}
				if err := s.document(ctx, of, each, r); err != nil {
					return err
				}
				q.AfterSince, q.AfterID = state.StatusSince, state.ID
			}
		}
	}
	return nil
}

// traffic removes the record of calls from before the time that came to no session.
func (s *Service) traffic(ctx context.Context, of tenant.ID, before time.Time) error {
	for n := page; n == page; {
		var err error
		if n, err = s.stores.Traffic.Sweep(ctx, of, traffic.First(before), page); err != nil {
			return err
		}
	}
	return nil
}

// entries removes what the audit log holds from before the time.
func (s *Service) entries(ctx context.Context, of tenant.ID, before time.Time) error {
	for n := page; n == page; {
		var err error
		if n, err = s.stores.Audit.Sweep(ctx, of, before, page); err != nil {
			return err
		}
	}
	return nil
}
