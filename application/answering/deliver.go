package answering

import (
	"bytes"
	"context"
	"time"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// Deliver hands answers over until the context ends. One that the other side did not take is tried again, later each time.
func (s *Service) Deliver(ctx context.Context, deliverer port.Deliverer) {
	retry.Run(ctx, s.worker, retry.Queue[*answer.Answer, port.ConnectionOf]{
		Name: "answer",
		Due:  s.stores.Answers.ToDeliver,
		Key: func(a *answer.Answer) port.ConnectionOf {
			return port.ConnectionOf{Tenant: a.Snapshot().Tenant, Connection: a.Snapshot().Connection}
		},
		Claim: s.claim,
		Try: func(ctx context.Context, a *answer.Answer) error {
			return s.calls.Attempt(ctx, traffic.Answer, func(ctx context.Context, c *recording.Call, r *traffic.Redactor) error {
				due := a.Snapshot()
				c.Tenant, c.Connection, c.Order, c.Session = due.Tenant, due.Connection, due.Order, due.Order.Session()
				c.Answer, c.Sent.Kept = due.ID, traffic.AnswerDocument
				return s.post(ctx, deliverer, due, func(presented secret.Text, answered []byte) {
					r.Hide(presented.Reveal())
					c.Answered = r.Payload("", "", answered)
				})
			})
		},
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

// post makes an attempt. It shows what was answered, and the secret that must not be seen in it.
func (s *Service) post(ctx context.Context, deliverer port.Deliverer, due answer.State, show func(secret.Text, []byte)) error {
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
	var presented secret.Text
	if sealed := conn.AnswerSecret(); sealed != "" {
		presented, err = s.secrets.Open(sealed, SecretPurpose(conn)...)
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
	show(presented, body)
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
