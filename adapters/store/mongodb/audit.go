package mongodb

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
)

// auditLog keeps entries and outcomes in collections of their own, so that neither is ever changed.
type auditLog struct{ entries, outcomes *mongo.Collection }

func newAuditLog(s *Store) auditLog {
	return auditLog{s.db.Collection(auditName), s.db.Collection(auditOutcomesName)}
}

// auditDocument is a document of either.
type auditDocument struct {
	ID     string    `bson:"_id"`
	Tenant tenant.ID `bson:"tenant_id"`
	Doc    bson.Raw  `bson:"doc"`
}

// Append adds an entry.
func (l auditLog) Append(ctx context.Context, e *audit.Entry) error {
	text, err := document.AuditEntries.Encode(e)
	if err != nil {
		return err
	}
	return insertAudit(ctx, l.entries, e.Tenant, e.ID, text, audit.ErrExists)
}

// Conclude adds the outcome of an entry.
func (l auditLog) Conclude(ctx context.Context, of tenant.ID, id audit.ID, o audit.Outcome) error {
	text, err := document.AuditOutcomes.Encode(&o)
	if err != nil {
		return err
	}
	return insertAudit(ctx, l.outcomes, of, id, text, audit.ErrConcluded)
}

func insertAudit(ctx context.Context, in *mongo.Collection, of tenant.ID, id audit.ID, text string, taken error) error {
	doc, err := toBSON(text)
	if err != nil {
		return err
	}
	if len(doc) > maxDocument {
		return port.ErrTooLarge
	}
	_, err = in.InsertOne(ctx, auditDocument{key(of, string(id)), of, doc})
	if mongo.IsDuplicateKeyError(err) {
		return taken
	}
	return failure(ctx, err)
}

// List returns a page, the newest first.
func (l auditLog) List(ctx context.Context, of tenant.ID, q port.AuditQuery) ([]*audit.Record, error) {
	filter := bson.D{e("tenant_id", of)}
	if len(q.Targets) > 0 {
		filter = append(filter, e("doc.target", bson.D{e("$in", q.Targets)}))
	}
	if !q.BeforeAt.IsZero() {
		at := document.Stamp(q.BeforeAt).String()
		filter = append(filter, e("$or", bson.A{
			bson.D{e("doc.at", bson.D{e("$lt", at)})},
			bson.D{e("doc.at", at), e("_id", bson.D{e("$lt", key(of, string(q.BeforeID)))})},
		}))
	}
	entries, err := l.find(ctx, l.entries, filter,
		options.Find().SetSort(bson.D{e("doc.at", -1), e("_id", -1)}).SetLimit(int64(q.Limit)))
	if err != nil {
		return nil, err
	}
	found, err := l.find(ctx, l.outcomes, among(of, entries), options.Find())
	if err != nil {
		return nil, err
	}
	outcomes := map[string]bson.Raw{}
	for _, o := range found {
		outcomes[o.ID] = o.Doc
	}
	var page []*audit.Record
	for _, entry := range entries {
		text, err := toJSON(entry.Doc)
		if err != nil {
			return nil, err
		}
		var outcome []byte
		if doc, concluded := outcomes[entry.ID]; concluded {
			if outcome, err = toJSON(doc); err != nil {
				return nil, err
			}
		}
		record, err := document.AuditRecord(text, outcome)
		if err != nil {
			return nil, err
		}
		page = append(page, record)
	}
	return page, nil
}

// Sweep removes what is older than the log goes back, the outcomes first, for they are found by the entries.
func (l auditLog) Sweep(ctx context.Context, of tenant.ID, before time.Time, limit int) (removed int, err error) {
	old, err := l.find(ctx, l.entries, bson.D{e("tenant_id", of), e("doc.at", bson.D{e("$lt", document.Stamp(before).String())})},
		options.Find().SetSort(bson.D{e("doc.at", 1), e("_id", 1)}).SetLimit(int64(limit)).SetProjection(bson.D{e("_id", 1)}))
	if err != nil {
		return 0, err
	}
	if _, err := l.outcomes.DeleteMany(ctx, among(of, old)); err != nil {
		return 0, failure(ctx, err)
	}
	result, err := l.entries.DeleteMany(ctx, among(of, old))
	if err != nil {
		return 0, failure(ctx, err)
	}
	return int(result.DeletedCount), nil
}

func (l auditLog) find(
	ctx context.Context, in *mongo.Collection, filter bson.D, how *options.FindOptionsBuilder,
) (found []auditDocument, err error) {
	cursor, err := in.Find(ctx, filter, how)
	if err != nil {
		return nil, failure(ctx, err)
	}
	return found, failure(ctx, cursor.All(ctx, &found))
}

// among selects the documents that have the identifiers of these.
func among(of tenant.ID, these []auditDocument) bson.D {
	ids := bson.A{}
	for _, each := range these {
		ids = append(ids, each.ID)
	}
	return bson.D{e("tenant_id", of), e("_id", bson.D{e("$in", ids)})}
}
