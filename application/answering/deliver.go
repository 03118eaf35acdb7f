package answering

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Deliver hands answers over until the context ends. One that the other side did not take is tried again, later each time.
func (s *Service) Deliver(ctx context.Context, deliverer port.Deliverer) {
	retry.Run(ctx, s.deliveries, goesTo, s.due, func(ctx context.Context, due *answer.Answer) bool {
		made, err := s.deliver(ctx, deliverer, due)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "delivery of an answer failed", "tenant", due.Snapshot().Tenant, "answer", due.ID(), "error", err)
		}
		return made
	})
}

func goesTo(a *answer.Answer) port.ConnectionOf {
	s := a.Snapshot()
	return port.ConnectionOf{Tenant: s.Tenant, Connection: s.Connection}
}

func (s *Service) due(ctx context.Context, busy []port.ConnectionOf) []*answer.Answer {
	due, err := s.stores.Answers.ToDeliver(ctx, s.clock.Now(), busy, retry.Page)
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "answers to deliver cannot be read", "error", err)
	}
	return due
}

// deliver makes one attempt, unless another gateway has the answer, and records what came of it.
func (s *Service) deliver(ctx context.Context, deliverer port.Deliverer, a *answer.Answer) (made bool, err error) {
	claimed, err := s.stores.Answers.Update(ctx, a.Snapshot().Tenant, a.ID(), func(each *answer.Answer) error {
		made = each.Claim(s.clock.Now(), retry.Lease)
		return nil
	})
	if err != nil || !made {
		return false, err
	}
	due := claimed.Snapshot()
	failure := s.post(ctx, deliverer, due)
	if failure != nil && ctx.Err() != nil {
		return true, ctx.Err() // the gateway stops; the lease runs out and another one takes over
	}
	record := func(each *answer.Answer) { each.Deliver(s.clock.Now()) }
	if failure != nil {
		again := next(failure, due.Delivery.Attempts, s.clock.Now())
		if again.IsZero() {
			s.log.ErrorContext(ctx, "delivery of an answer given up", "tenant", due.Tenant, "answer", due.ID, "attempts", due.Delivery.Attempts)
		}
		record = func(each *answer.Answer) { each.Postpone(failure.Error(), again) }
	}
	_, err = s.stores.Answers.Update(context.WithoutCancel(ctx), due.Tenant, due.ID, func(each *answer.Answer) error {
		record(each)
		return nil
	})
	if failure == nil {
		s.log.InfoContext(ctx, "answer delivered", "tenant", due.Tenant, "answer", due.ID, "attempts", due.Delivery.Attempts)
	}
	return true, errors.Join(failure, err)
}

// next returns when to try again. A document that the other side read and does not take will not be taken later, either.
func next(failure error, attempts int, now time.Time) time.Time {
	if fault.KindOf(failure) == fault.Invalid {
		return time.Time{}
	}
	return retry.Next(attempts, now)
}

func (s *Service) post(ctx context.Context, deliverer port.Deliverer, due answer.State) error {
	conn, err := s.stores.Connections.Get(ctx, due.Tenant, due.Connection)
	if err != nil {
		return err
	}
	document, err := s.stores.Answers.Document(ctx, due.Tenant, due.ID)
	if err != nil {
		return err
	}
	ordering := conn.Profile().Ordering
	if err := (&connection.Return{Fixed: ordering.AnswerURL}).CheckAddress(ordering.AnswerURL, s.policy.LoopbackHTTP); err != nil {
		return err
	}
	delivery := port.Delivery{URL: ordering.AnswerURL, MediaType: document.MediaType, Body: document.Body, User: ordering.AnswerUser}
	if sealed := conn.AnswerSecret(); sealed != "" {
		presented, err := s.secrets.Open(sealed, SecretPurpose(conn)...)
		if err != nil {
			return err
		}
		inside, err := formats.As[port.Authenticator](s.formats, due.Format, formats.Authentication)
		if err == nil {
			delivery.Body = inside.Authenticate(delivery.Body, presented)
		}
		if err != nil || ordering.AnswerUser != "" {
			delivery.Secret = presented
		}
	}
	body, err := deliverer.Deliver(ctx, delivery)
	if err != nil {
		return err
	}
	reader, err := formats.As[port.ReceiptReader](s.formats, due.Format, formats.Receipt)
	if err != nil {
		return nil //nolint:nilerr // the HTTP status says all
	}
	return reader.ReadReceipt(bytes.NewReader(body))
}

// DeliverAgain makes a delivery that was given up due once more.
func (s *Service) DeliverAgain(ctx context.Context, of tenant.ID, id order.ID, position int) (*answer.Answer, error) {
	a, err := s.stores.Answers.Update(ctx, of, answer.IDOf(id, position), func(each *answer.Answer) error {
		return each.DeliverAgain(s.clock.Now())
	})
	s.deliveries.Wake()
	return a, err
}
