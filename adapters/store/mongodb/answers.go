package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

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
	all := answers{keep(s, document.Answers)}
	all.givenUp = "doc.delivery.given_up_at"
	return all
}

// Create stores a new answer with its document.
func (a answers) Create(ctx context.Context, made *answer.Answer, d *answer.Document) error {
	json, err := document.AnswerDocuments.Encode(d)
	if err != nil {
		return err
	}
	return a.create(ctx, made, &contents{texts: []text{{document.AnswerDocuments.Name, json}}})
}

// Document returns the document of an answer.
func (a answers) Document(ctx context.Context, of tenant.ID, id answer.ID) (*answer.Document, error) {
	return content(ctx, a.collection, document.AnswerDocuments, of, id)
}

// ByOrder returns the answers to an order.
func (a answers) ByOrder(ctx context.Context, of tenant.ID, id order.ID) ([]*answer.Answer, error) {
	return a.many(ctx, bson.D{e("tenant_id", of), e("doc.order", id)}, bson.D{e("doc.position", 1)}, 0)
}

// ToDeliver returns answers whose delivery is due and that wait for no earlier one, the longest first.
func (a answers) ToDeliver(ctx context.Context, now time.Time, busy []port.ConnectionOf, limit int) ([]*answer.Answer, error) {
	const due = "doc.delivery.due"
	found, err := a.in.Find(ctx, dueBy(due, now, busy), options.Find().SetSort(bson.D{e(due, 1)}).SetProjection(onlyDoc))
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer found.Close(ctx) //nolint:errcheck // found.Err tells of what went wrong
	var free []*answer.Answer
	for len(free) < limit && found.Next(ctx) {
		one, err := a.decode(found.Current.Lookup("doc").Document())
		if err != nil {
			return nil, err
		}
		s := one.Snapshot()
		err = a.in.FindOne(ctx, bson.D{
			e("tenant_id", s.Tenant), e("doc.order", s.Order), e("doc.position", bson.D{e("$lt", s.Position)}),
			e(due, bson.D{e("$exists", true)}),
		}, projecting("_id")).Err()
		switch {
		case errors.Is(err, mongo.ErrNoDocuments):
			free = append(free, one)
		case err != nil:
			return nil, failure(ctx, err)
		}
	}
	return free, failure(ctx, found.Err())
}

// Remove erases one.
func (a answers) Remove(ctx context.Context, of tenant.ID, id answer.ID) error {
	return a.remove(ctx, of, id)
}
