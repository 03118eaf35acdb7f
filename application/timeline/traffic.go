package timeline

import (
	"context"
	"errors"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Query asks for a page of the traffic. Members that are zero limit nothing.
type Query struct {
	Connection connection.ID
	Step       traffic.Step
	Verdicts   []traffic.Verdict // any of them
	// Text is the identifier of a session or an order, an order's number, a cart's id, a purchase order's number or an e-mail address.
	Text          string
	Before, After traffic.ID
	Limit         int
}

// Traffic returns a page of the tenant's calls, the last first, and whether there are more. With After it is cheap to ask whether
// anything is new.
func (s *Service) Traffic(ctx context.Context, of tenant.ID, q Query) (page []*traffic.Record, more bool, err error) {
	s.calls.Flush(ctx)
	found, err := s.find(ctx, of, port.TrafficQuery{
		Connection: q.Connection, Step: q.Step, Verdicts: q.Verdicts, Before: q.Before, After: q.After, Limit: q.Limit + 1,
	}, q.Text)
	if err != nil {
		return nil, false, err
	}
	return found[:min(len(found), q.Limit)], len(found) > q.Limit, nil
}

// find looks for the text among the names of the records, and, where none has it, among sessions and orders.
func (s *Service) find(ctx context.Context, of tenant.ID, q port.TrafficQuery, text string) (found []*traffic.Record, err error) {
	if text == "" {
		return s.stores.Traffic.List(ctx, of, q)
	}
	for _, named := range []port.TrafficQuery{
		{Name: text}, {Name: session.EmailKey(text)}, {Session: session.ID(text)}, {Session: order.ID(text).Session()},
	} {
		if q.Name, q.Session = named.Name, named.Session; q.Name == "" && q.Session == "" { // which would find everything
			continue
		}
		if found, err = s.stores.Traffic.List(ctx, of, q); err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

// Opened is a record with its payloads, and with what of them is kept elsewhere, as far as that is still there.
type Opened struct {
	*traffic.Entry

	Cart     *cart.Cart         // of the order
	Document *transfer.Document // of the cart that was transferred; it has the warnings of a cart's call, too
	Receipt  *receipt.Content
	Answer   *answer.Document
}

// Open returns one record.
func (s *Service) Open(ctx context.Context, of tenant.ID, id traffic.ID) (o Opened, err error) {
	if o.Entry, err = s.stores.Traffic.Get(ctx, of, id); err != nil {
		return o, err
	}
	for _, kept := range []traffic.Document{o.Sent.Kept, o.Answered.Kept} {
		switch kept {
		case traffic.OrderCart:
			o.Cart, err = s.stores.Orders.Cart(ctx, of, o.Order)
			if err == nil && o.Warnings > 0 {
				o.Document, err = s.stores.Orders.Document(ctx, of, o.Order)
			}
		case traffic.OrderDocument:
			o.Document, err = s.stores.Orders.Document(ctx, of, o.Order)
		case traffic.ReceiptDocument:
			o.Receipt, err = s.stores.Receipts.Content(ctx, of, o.Record.Receipt)
		case traffic.AnswerDocument:
			o.Answer, err = s.stores.Answers.Document(ctx, of, o.Record.Answer)
		default:
		}
		if err != nil && !errors.Is(err, order.ErrNotFound) && !errors.Is(err, receipt.ErrNotFound) && !errors.Is(err, answer.ErrNotFound) {
			return o, err
		}
	}
	return o, nil
}
