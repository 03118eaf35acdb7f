package transfer

import (
	"context"
	"slices"

	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/token"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Page is what the transfer address shows.
type Page struct {
	Form   transfer.Form
	Fields []transfer.Field
	// FormAction are the origins that the page's content security policy must allow: the return address's, and those the
	// buyer's system redirects to.
	FormAction []string
	// FrameAncestors are the origins that may show the page in a frame, as connection.Return has them; of a refusal, too.
	FrameAncestors []string
	Cancelled      bool // the person goes back without a cart
	Language       string
	// Pushed is set where the gateway hands the cart over itself; then there is no form to post, and Arrived says whether
	// the procurement system has the cart.
	Pushed, Arrived bool
}

// Page serves a transfer address. The first time, the order becomes transferred; every time, the document is the same.
func (s *Service) Page(ctx context.Context, text string) (Page, error) {
	of, id, err := token.Parse(s.secrets, token.Transfer, text)
	if err != nil {
		return Page{}, err
	}
	visit, err := s.stores.Sessions.Get(ctx, of, id)
	if err != nil {
		return Page{}, err
	}
	recording.AboutSession(ctx, visit.Snapshot())
	conn, err := s.stores.Connections.Get(ctx, of, visit.Snapshot().Connection)
	if err != nil {
		return Page{}, err
	}
	returns := conn.Profile().Return
	page, err := s.page(ctx, visit, returns)
	page.FrameAncestors = returns.FrameAncestors
	return page, err
}

func (s *Service) page(ctx context.Context, visit *session.Session, returns connection.Return) (Page, error) {
	state := visit.Snapshot()
	of, id := state.Tenant, state.ID
	shop, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return Page{}, err
	}
	page := Page{Language: shop.Settings().Language}
	document := state.Cancellation
	if page.Cancelled = state.Status == session.Cancelled; !page.Cancelled {
		o, err := s.stores.Orders.Get(ctx, of, order.IDOf(id))
		if err != nil {
			return Page{}, err
		}
		recording.AboutOrder(ctx, o)
		if page.Pushed = o.Snapshot().Push.Wanted; page.Pushed {
			page.Arrived = !o.Snapshot().TransferredAt.IsZero()
			return page, o.CheckOpen()
		}
		if document, err = s.stores.Orders.Document(ctx, of, o.ID()); err != nil {
			return Page{}, err
		}
	}
	if err := returns.CheckAddress(document.Form.Action, s.policy.LoopbackHTTP); err != nil {
		return Page{}, err
	}
	if !page.Cancelled {
		_, err := s.stores.Orders.Update(ctx, of, order.IDOf(id), func(each *order.Order) error { return each.Transfer(s.clock.Now()) })
		if err != nil {
			return Page{}, err
		}
		recording.About(ctx, func(c *recording.Call) { c.Answered.Kept = traffic.OrderDocument })
	}
	page.Form, page.Fields = document.Form, document.Values()
	page.FormAction = slices.Concat([]string{connection.Origin(document.Form.Action)}, returns.FormAction)
	return page, nil
}
