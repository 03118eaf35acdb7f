package erasure

import (
	"context"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ErrTenantNeeded refuses to erase a tenant whose ERP or operators have something to do.
var ErrTenantNeeded = fault.New(fault.Conflict, "tenant.needed",
	"the tenant has orders that are confirmed or held; have them exported or cancelled first")

// Tenant erases a tenant with everything that belongs to it, unless it has orders in earnest that were confirmed and not exported, or
// wait for an operator. A second time erases what calls that ran at the time may have left.
func (s *Service) Tenant(ctx context.Context, id tenant.ID) error {
	if !tenant.Identifier(string(id)) { // such as the platform's
		return port.ErrTenantNotFound
	}
	for _, status := range []order.Status{order.Confirmed, order.Held} {
		found, err := s.stores.Orders.Feed(ctx, id, port.FeedQuery{Status: status, Limit: 1})
		if err != nil {
			return err
		}
		if len(found) > 0 {
			return ErrTenantNeeded
		}
	}
	if err := s.stores.Tenants.Remove(ctx, id); err != nil {
		return err
	}
	s.log.InfoContext(ctx, "tenant erased", "tenant", id)
	return nil
}
