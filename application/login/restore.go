package login

import (
	"context"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
)

// errNoCart refuses to open a cart again that was never sent (cXML status 412).
var errNoCart = fault.New(fault.NotFound, "login.no_cart_to_edit", "no cart was sent with the lines to edit")

// restoredFrom is how many carts are looked at for the lines of one.
const restoredFrom = 20

// restore returns the lines of a call that opens a cart again, as the shop sent them: found by their keys, else by their
// article numbers, with the quantity that the procurement system has now. A line that no cart had stays as the call has it.
// To edit, at least one must be found; to inspect, none.
func (s *Service) restore(ctx context.Context, conn *connection.Connection, start port.StartCall) ([]cart.Line, error) {
	if start.Operation != "edit" && start.Operation != "inspect" {
		return start.Lines, nil
	}
	saved, err := s.saved(ctx, conn, start.Lines)
	if err != nil {
		return nil, err
	}
	restored, found := make([]cart.Line, len(start.Lines)), false
	for i, asked := range start.Lines {
		restored[i] = asked
		line, ok := saved.find(asked)
		if !ok {
			continue
		}
		found = true
		line.ID = asked.ID
		if asked.Quantity.Sign() > 0 {
			line.Quantity = asked.Quantity
		}
		restored[i] = line
	}
	if start.Operation == "edit" && !found {
		return nil, errNoCart
	}
	return restored, nil
}

// savedLines are lines of carts that were sent, the newest of each key and article number.
type savedLines struct{ byKey, bySKU map[string]cart.Line }

func (l savedLines) find(asked cart.Line) (cart.Line, bool) {
	if line, ok := l.byKey[asked.Key]; ok && asked.Key != "" {
		return line, true
	}
	line, ok := l.bySKU[asked.SKU]
	return line, ok && asked.SKU != ""
}

// saved looks in the carts that have one of the lines. Keys are as they were sent, which a mapping may have changed.
func (s *Service) saved(ctx context.Context, conn *connection.Connection, lines []cart.Line) (savedLines, error) {
	var byKey, bySKU port.LineQuery
	for _, l := range lines {
		if l.Key != "" {
			byKey.Keys = append(byKey.Keys, l.Key)
		}
		if l.SKU != "" {
			bySKU.SKUs = append(bySKU.SKUs, l.SKU)
		}
	}
	found := savedLines{map[string]cart.Line{}, map[string]cart.Line{}}
	for _, q := range []port.LineQuery{byKey, bySKU} {
		if q.Keys == nil && q.SKUs == nil {
			continue
		}
		orders, err := s.stores.Orders.ByLine(ctx, conn.Tenant(), conn.ID(), q, restoredFrom)
		if err != nil {
			return found, err
		}
		for _, o := range orders {
			if err := s.collect(ctx, found, o); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// collect adds the lines of an order's cart, which is older than those before.
func (s *Service) collect(ctx context.Context, into savedLines, o *order.Order) error {
	of := o.Snapshot().Tenant
	c, err := s.stores.Orders.Cart(ctx, of, o.ID())
	if err != nil {
		return err
	}
	document, err := s.stores.Orders.Document(ctx, of, o.ID())
	if err != nil {
		return err
	}
	for i, line := range c.Lines {
		names := []cart.Line{line}
		if document.Mapped != nil && i < len(document.Mapped.Lines) {
			names = append(names, document.Mapped.Lines[i])
		}
		for _, name := range names {
			add(into.byKey, name.Key, line)
			add(into.bySKU, name.SKU, line)
		}
	}
	return nil
}

func add(to map[string]cart.Line, name string, line cart.Line) {
	if _, newer := to[name]; !newer && name != "" {
		to[name] = line
	}
}
