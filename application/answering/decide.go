package answering

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"github.com/punchgate/punchgate/application/completion"
	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Release confirms a held order, whose differences the operator accepts, and tells the procurement system.
func (s *Service) Release(ctx context.Context, of tenant.ID, id order.ID) (*order.Order, error) {
	o, err := s.orders.Release(ctx, of, id)
	if err != nil {
		return nil, err
	}
	return o, s.tell(ctx, o, true, "")
}

// Reject ends an order that the shop does not take as it was ordered, and tells the procurement system why.
func (s *Service) Reject(ctx context.Context, of tenant.ID, id order.ID, reason string) (*order.Order, error) {
	o, err := s.orders.Reject(ctx, of, id)
	if err != nil {
		return nil, err
	}
	return o, s.tell(ctx, o, false, reason)
}

// Tie applies a document without an order to the order that an operator names, and tells the procurement system what came
// of it.
func (s *Service) Tie(ctx context.Context, of tenant.ID, id receipt.ID, to order.ID) (completion.Received, error) {
	received, err := s.orders.Tie(ctx, of, id, to)
	if err != nil || received.Queued() {
		return received, err
	}
	return received, s.tell(ctx, received.Order, received.Order.Status() != order.Rejected, "")
}

// tell lets the procurement system know what became of an order whose document was accepted for processing only, where the
// format has a document for that.
func (s *Service) tell(ctx context.Context, o *order.Order, accepted bool, reason string) error {
	about, err := s.subject(ctx, o)
	if errors.Is(err, ErrNoFormat) {
		return nil
	}
	if err != nil || !about.document {
		return err
	}
	encoder, err := formats.As[port.OrderStatusEncoder](s.formats, about.format, "order-status")
	if err != nil {
		return nil //nolint:nilerr // a format without such a document has nothing to tell
	}
	given, err := s.stores.Answers.ByOrder(ctx, o.Snapshot().Tenant, o.ID())
	if err != nil {
		return err
	}
	says := port.ResponseAccepted
	if !accepted {
		says = port.ResponseRejected
	}
	digest := answer.DigestOf([]byte(answer.Status.String() + " " + says + " " + about.purchase.Identity()))
	for _, each := range given {
		if each.Snapshot().Digest == digest {
			return nil
		}
	}
	var body bytes.Buffer
	mediaType, err := encoder.EncodeOrderStatus(&body, port.OrderStatus{
		Order: about.purchase, Accepted: accepted, Reason: reason, Now: s.clock.Now(), Speaker: s.speaker(about),
	})
	if err != nil {
		return err
	}
	name := about.order.Number() + "-" + strconv.Itoa(len(given)+1) + ".xml"
	_, err = s.keep(ctx, about, len(given)+1, answer.Status, says, digest,
		&answer.Document{MediaType: mediaType, FileName: name, Body: body.Bytes()})
	if errors.Is(err, answer.ErrExists) {
		return s.tell(ctx, o, accepted, reason)
	}
	return err
}
