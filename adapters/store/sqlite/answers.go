package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

type answers struct {
	collection[*answer.Answer, answer.ID, answerDoc]
}

func newAnswers(s *Store) answers {
	return answers{collection[*answer.Answer, answer.ID, answerDoc]{
		s, "answers", answer.ErrNotFound, answer.ErrExists, packAnswer, answerDoc.unpack,
	}}
}

// Create stores a new answer with its document.
func (a answers) Create(ctx context.Context, made *answer.Answer, d *answer.Document) error {
	return a.createWith(ctx, made, `INSERT INTO answer_contents (tenant, id, document) VALUES (?, ?, ?)`, answerDocumentDoc(*d))
}

// Document returns the document of an answer.
func (a answers) Document(ctx context.Context, of tenant.ID, id answer.ID) (*answer.Document, error) {
	d, err := content[answerDocumentDoc](ctx, a.collection, `SELECT document FROM answer_contents WHERE `+byID, of, id)
	if err != nil {
		return nil, err
	}
	return (*answer.Document)(&d), nil
}

// ByOrder returns the answers to an order.
func (a answers) ByOrder(ctx context.Context, of tenant.ID, id order.ID) ([]*answer.Answer, error) {
	return a.many(ctx, `tenant = ? AND "order" = ? ORDER BY position`, of, id)
}

// ToDeliver returns answers whose delivery is due and that wait for no earlier one, the longest first.
func (a answers) ToDeliver(ctx context.Context, now time.Time, busy []port.ConnectionOf, limit int) ([]*answer.Answer, error) {
	except, err := encodeConnections(busy)
	if err != nil {
		return nil, err
	}
	return a.many(ctx, `due <= ? AND `+notBusy+` AND NOT EXISTS (`+earlierToDeliver+`) ORDER BY due LIMIT ?`,
		stamp(now).String(), except, limit)
}

// earlierToDeliver finds what an answer waits for.
const earlierToDeliver = `
  SELECT 1 FROM answers AS earlier
  WHERE earlier.tenant = answers.tenant AND earlier."order" = answers."order" AND earlier.position < answers.position
    AND earlier.due IS NOT NULL
`

type answerDoc struct {
	Tenant     tenant.ID     `json:"tenant"`
	ID         answer.ID     `json:"id"`
	Order      order.ID      `json:"order"`
	Position   int           `json:"position"`
	Connection connection.ID `json:"connection"`
	Format     string        `json:"format,omitempty"`
	Kind       string        `json:"kind"`
	Says       string        `json:"says,omitempty"`
	Digest     string        `json:"digest,omitempty"`
	Delivery   deliveryDoc   `json:"delivery,omitzero"`
	CreatedAt  stamp         `json:"created_at,omitzero"`
}

type deliveryDoc struct {
	progressDoc

	DeliveredAt stamp `json:"delivered_at,omitzero"`
}

// answerDocumentDoc is the document of an answer. The body is Base64 then, as encoding/json writes bytes.
type answerDocumentDoc struct {
	MediaType string `json:"media_type,omitempty"`
	FileName  string `json:"file_name,omitempty"`
	Body      []byte `json:"body,omitempty"`
}

func (d answerDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packAnswer(a *answer.Answer) answerDoc {
	s := a.Snapshot()
	return answerDoc{
		s.Tenant, s.ID, s.Order, s.Position, s.Connection, s.Format, s.Kind.String(), s.Says, s.Digest,
		deliveryDoc{packProgress(s.Delivery.Progress), stamp(s.Delivery.DeliveredAt)}, stamp(s.CreatedAt),
	}
}

func (d answerDoc) unpack() (*answer.Answer, error) {
	kind, err := answer.ParseKind(d.Kind)
	if err != nil {
		return nil, err
	}
	return answer.Restore(answer.State{
		Tenant: d.Tenant, ID: d.ID, Order: d.Order, Position: d.Position, Connection: d.Connection, Format: d.Format,
		Kind: kind, Says: d.Says, Digest: d.Digest,
		Delivery:  answer.Delivery{Progress: d.Delivery.unpack(), DeliveredAt: time.Time(d.Delivery.DeliveredAt)},
		CreatedAt: time.Time(d.CreatedAt),
	}), nil
}
