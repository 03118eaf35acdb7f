package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/tenant"
)

type answers struct {
	collection[*answer.Answer, answer.ID]
}

func newAnswers(s *Store) answers {
	return answers{collection[*answer.Answer, answer.ID]{s, document.Answers}}
}

// Create stores a new answer with its document.
func (a answers) Create(ctx context.Context, made *answer.Answer, d *answer.Document) error {
	text, err := document.AnswerDocuments.Encode(d)
	if err != nil {
		return err
	}
	return a.createWith(ctx, made, `INSERT INTO answer_contents (tenant, id, document) VALUES (?, ?, ?)`, text)
}

// Document returns the document of an answer.
func (a answers) Document(ctx context.Context, of tenant.ID, id answer.ID) (*answer.Document, error) {
	return content(ctx, a.collection, document.AnswerDocuments, `SELECT document FROM answer_contents WHERE `+byID, of, id)
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
		document.Stamp(now).String(), except, limit)
}

// earlierToDeliver finds what an answer waits for.
const earlierToDeliver = `
  SELECT 1 FROM answers AS earlier
  WHERE earlier.tenant = answers.tenant AND earlier."order" = answers."order" AND earlier.position < answers.position
    AND earlier.due IS NOT NULL
`

// Remove erases one.
func (a answers) Remove(ctx context.Context, of tenant.ID, id answer.ID) error {
	return a.remove(ctx, of, id, "answer_contents")
}
