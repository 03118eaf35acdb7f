package answering

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/receipt"
)

// Tell lets the procurement system know what became of an order whose document was accepted for processing only, by the
// document that the format has for that. A format without one says a rejection by the answer that rejects. Without a document it
// is about the one that was applied last. A second time changes nothing.
func (s *Service) Tell(ctx context.Context, o *order.Order, document receipt.ID, accepted bool, reason string) error {
	about, err := s.subject(ctx, o, document)
	if errors.Is(err, ErrNoFormat) {
		return nil
	}
	if err != nil || !about.document {
		return err
	}
	given, err := s.stores.Answers.ByOrder(ctx, o.Snapshot().Tenant, o.ID())
	if err != nil {
		return err
	}
	digest := answer.DigestOf([]byte(answer.Status.String() + " " + strconv.FormatBool(accepted) + " " + about.purchase.Identity()))
	rejected := false
	for _, each := range given {
		state := each.Snapshot()
		if state.Digest == digest {
			return nil
		}
		rejected = rejected || state.Kind == answer.Response && state.Says == port.ResponseRejected
	}
	encoder, err := formats.As[port.OrderStatusEncoder](s.formats, about.format, formats.OrderStatus)
	if err != nil {
		if accepted || rejected {
			return nil // the shop's own answer follows, or was given
		}
		_, err := s.make(ctx, about, Response{Status: port.ResponseRejected, Note: reason}, given, digest)
		if errors.Is(err, answer.ErrExists) {
			return s.Tell(ctx, o, document, accepted, reason)
		}
		return err
	}
	if err = s.status(ctx, about, encoder, accepted, reason, given, digest); errors.Is(err, answer.ErrExists) {
		return s.Tell(ctx, o, document, accepted, reason)
	}
	return err
}

// status makes the document that says what became of the order.
func (s *Service) status(
	ctx context.Context, about subject, encoder port.OrderStatusEncoder, accepted bool, reason string, given []*answer.Answer, digest string,
) error {
	var body bytes.Buffer
	mediaType, err := encoder.EncodeOrderStatus(&body, port.OrderStatus{
		Order: about.purchase, Accepted: accepted, Reason: reason, Now: s.clock.Now(), Speaker: s.speaker(about),
	})
	if err != nil {
		return err
	}
	says := port.ResponseAccepted
	if !accepted {
		says = port.ResponseRejected
	}
	name := about.order.Number() + "-" + strconv.Itoa(len(given)+1) + ".xml"
	_, err = s.keep(ctx, about, len(given)+1, answer.Status, says, digest,
		&answer.Document{MediaType: mediaType, FileName: name, Body: body.Bytes()})
	return err
}

// Follow tells the procurement system what came of an order that was held, as far as its outbox has such decisions. It is called as
// soon as they are made, so that the answer is there when the operator looks. The decision stands also where that fails: the outbox
// tells it later.
func (s *Service) Follow(ctx context.Context, o *order.Order) {
	s.worker.Wake()
	for _, e := range o.Snapshot().Outbox.Events {
		if err := s.Settle(ctx, o, e); err != nil {
			s.log.WarnContext(ctx, "a decision is told later", "tenant", o.Snapshot().Tenant, "order", o.ID(), "error", err)
			return
		}
	}
}

// Decided reports whether an event of an order is a decision about one that was held.
func Decided(e outbox.Event) bool {
	return e.Facts.Before == order.Held.String() && e.Facts.Status != order.Held.String()
}

// Settle tells what became of an order that was held, for each document of it that was answered that a decision follows. Other
// events are nothing to the procurement system. A second time changes nothing.
func (s *Service) Settle(ctx context.Context, o *order.Order, e outbox.Event) error {
	if !Decided(e) {
		return nil
	}
	all, err := s.stores.Receipts.ByOrder(ctx, o.Snapshot().Tenant, o.ID())
	if err != nil {
		return err
	}
	for _, each := range all {
		if state := each.Snapshot(); state.Queued && state.Status == receipt.Applied {
			if err := s.Tell(ctx, o, state.ID, e.Type == outbox.OrderConfirmed, e.Facts.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// Decline answers a purchase order that the connection's policy rejected, which names the differences. A second time changes
// nothing. An answer that the format cannot carry is left out, and logged: the order is rejected all the same.
func (s *Service) Decline(ctx context.Context, o *order.Order) error {
	state := o.Snapshot()
	digest := answer.DigestOf([]byte("policy " + state.Document))
	given, err := s.stores.Answers.ByOrder(ctx, state.Tenant, state.ID)
	if err != nil {
		return err
	}
	for _, each := range given {
		if each.Snapshot().Digest == digest {
			return nil
		}
	}
	_, err = s.respond(ctx, o, Response{Status: port.ResponseRejected, Note: differs(state)}, given, digest)
	switch kind := fault.KindOf(err); {
	case errors.Is(err, answer.ErrExists):
		return s.Decline(ctx, o)
	case kind == fault.Conflict, kind == fault.Invalid, kind == fault.Unsupported:
		s.log.WarnContext(ctx, "a rejected purchase order cannot be answered", "tenant", state.Tenant, "order", state.ID, "error", err)
		return nil
	}
	return err
}

// shownDifferences is how many differences a note names.
const shownDifferences = 10

// differs says in what the purchase order differs from its cart.
func differs(of order.State) string {
	var said []string
	for _, d := range of.Differences[:min(len(of.Differences), shownDifferences)] {
		note := "the order: "
		if d.Line != "" {
			note = "line " + d.Line + ": "
		}
		note += string(d.Member)
		if d.Order != "" {
			note += " " + d.Order
		}
		if d.Cart != "" {
			note += ", in the cart " + d.Cart
		}
		said = append(said, note)
	}
	if more := len(of.Differences) - len(said); more > 0 {
		said = append(said, "and "+strconv.Itoa(more)+" more")
	}
	return "The order differs from the cart. " + strings.Join(said, "; ")
}
