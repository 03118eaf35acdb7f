package answering

import (
	"bytes"
	"context"
	"time"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Deliver hands answers over until the context ends. One that the other side did not take is tried again, later each time.
func (s *Service) Deliver(ctx context.Context, deliverer port.Deliverer) {
	retry.Run(ctx, s.worker, retry.Queue[*answer.Answer, port.ConnectionOf]{
		Name: "answer",
		Due:  s.stores.Answers.ToDeliver,
		Key: func(a *answer.Answer) port.ConnectionOf {
			return port.ConnectionOf{Tenant: a.Snapshot().Tenant, Connection: a.Snapshot().Connection}
		},
		Claim:  s.claim,
		Try:    func(ctx context.Context, a *answer.Answer) error { return s.post(ctx, deliverer, a.Snapshot()) },
		Record: s.delivered,
		About:  func(a *answer.Answer) []any { return []any{"tenant", a.Snapshot().Tenant, "answer", a.ID()} },
	})
}

func (s *Service) claim(
	ctx context.Context, a *answer.Answer, now time.Time, lease time.Duration,
) (claimed *answer.Answer, attempts int, ok bool, err error) {
	claimed, err = s.stores.Answers.Update(ctx, a.Snapshot().Tenant, a.ID(), func(each *answer.Answer) error {
		ok = each.Claim(now, lease)
		return nil
	})
	if err != nil {
		return a, 0, false, err
	}
	return claimed, claimed.Snapshot().Delivery.Attempts, ok, nil
}

func (s *Service) delivered(ctx context.Context, a *answer.Answer, failure error, next, now time.Time) error {
	due := a.Snapshot()
	s.health.Report(ctx, due.Tenant, due.Connection, failure)
	_, err := s.stores.Answers.Update(ctx, due.Tenant, due.ID, func(each *answer.Answer) error {
		if failure == nil {
			each.Deliver(now)
		} else {
			each.Postpone(fault.Text(failure), next, now)
		}
		return nil
	})
	return err
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
func (s *Service) DeliverAgain(ctx context.Context, of tenant.ID, id answer.ID) (*answer.Answer, error) {
	a, err := s.stores.Answers.Update(ctx, of, id, func(each *answer.Answer) error {
		return each.DeliverAgain(s.clock.Now())
	})
	s.worker.Wake()
	return a, err
}
