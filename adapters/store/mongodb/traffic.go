package mongodb

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// trafficRecord keeps the record of calls, each in one document that never changes.
type trafficRecord struct{ in *mongo.Collection }

func newTraffic(s *Store) trafficRecord { return trafficRecord{s.db.Collection(trafficName)} }

type trafficDocument struct {
	ID       string    `bson:"_id"`
	Tenant   tenant.ID `bson:"tenant_id"`
	Doc      bson.Raw  `bson:"doc"`
	Names    []string  `bson:"names,omitempty"`
	Payloads []byte    `bson:"payloads"` // JSON, which nothing looks into
}

// Append adds entries.
func (t trafficRecord) Append(ctx context.Context, entries []*traffic.Entry) error {
	all := make([]trafficDocument, len(entries))
	for i, each := range entries {
		record, recordErr := document.TrafficRecords.Encode(&each.Record)
		payloads, payloadsErr := document.TrafficPayloads.Encode(each)
		if err := errors.Join(recordErr, payloadsErr); err != nil {
			return err
		}
		doc, err := toBSON(record)
		if err != nil {
			return err
		}
		all[i] = trafficDocument{key(each.Tenant, string(each.ID)), each.Tenant, doc, each.Names(), []byte(payloads)}
	}
	_, err := t.in.InsertMany(ctx, all, options.InsertMany().SetOrdered(false))
	if onlyRepeated(err) {
		return nil
	}
	return failure(ctx, err)
}

// onlyRepeated reports whether of several documents those alone were not written that are there already.
func onlyRepeated(err error) bool {
	const duplicateKey = 11000
	several, ok := errors.AsType[mongo.BulkWriteException](err)
	return ok && several.WriteConcernError == nil && !slices.ContainsFunc(several.WriteErrors, func(one mongo.BulkWriteError) bool {
		return one.Code != duplicateKey
	})
}

// Get returns one entry.
func (t trafficRecord) Get(ctx context.Context, of tenant.ID, id traffic.ID) (*traffic.Entry, error) {
	var there trafficDocument
	switch err := t.in.FindOne(ctx, at(of, key(of, string(id)))).Decode(&there); {
	case errors.Is(err, mongo.ErrNoDocuments):
		return nil, traffic.ErrNotFound
	case err != nil:
		return nil, failure(ctx, err)
	}
	record, err := toJSON(there.Doc)
	if err != nil {
		return nil, err
	}
	return document.TrafficEntry(record, there.Payloads)
}

// List returns a page, the newest first. The server merges the ranges of the verdicts.
func (t trafficRecord) List(ctx context.Context, of tenant.ID, q port.TrafficQuery) ([]*traffic.Record, error) {
	filter := bson.D{e("tenant_id", of)}
	if q.Name != "" {
		filter = append(filter, e("names", q.Name))
	}
	if q.Session != "" {
		filter = append(filter, e("doc.session", q.Session))
	}
	if q.Connection != "" {
		filter = append(filter, e("doc.connection", q.Connection))
	}
	if q.Step != (traffic.Step{}) {
		filter = append(filter, e("doc.step", q.Step.String()))
	}
	verdicts := q.Verdicts
	if verdicts == nil && q.Name == "" && q.Session == "" && (q.Connection != "" || q.Step != traffic.Step{}) {
		verdicts = traffic.Verdicts()
	}
	if verdicts != nil {
		names := bson.A{}
		for _, v := range verdicts {
			names = append(names, v.String())
		}
		filter = append(filter, e("doc.verdict", bson.D{e("$in", names)}))
	}
	between := bson.D{e("$gt", key(of, string(q.After)))}
	if q.Before != "" {
		between = append(between, e("$lt", key(of, string(q.Before))))
	}
	return t.records(ctx, append(filter, e("_id", between)), -1, q.Limit)
}

// OfSession returns the first records of a session.
func (t trafficRecord) OfSession(ctx context.Context, of tenant.ID, id session.ID, limit int) ([]*traffic.Record, error) {
	return t.records(ctx, bson.D{e("tenant_id", of), e("doc.session", id)}, 1, limit)
}

func (t trafficRecord) records(ctx context.Context, filter bson.D, direction, limit int) (page []*traffic.Record, err error) {
	found, err := t.in.Find(ctx, filter,
		options.Find().SetSort(bson.D{e("_id", direction)}).SetLimit(int64(limit)).SetProjection(onlyDoc))
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer found.Close(ctx) //nolint:errcheck // found.Err tells of what went wrong
	for found.Next(ctx) {
		text, err := toJSON(found.Current.Lookup("doc").Document())
		if err != nil {
			return nil, err
		}
		record, err := document.TrafficRecords.Decode(text)
		if err != nil {
			return nil, err
		}
		page = append(page, record)
	}
	return page, failure(ctx, found.Err())
}

// RemoveSession erases the records of a session.
func (t trafficRecord) RemoveSession(ctx context.Context, of tenant.ID, id session.ID) error {
	_, err := t.in.DeleteMany(ctx, bson.D{e("tenant_id", of), e("doc.session", id)})
	return failure(ctx, err)
}

// RemoveNamed erases the records that belong to no session and have a name.
func (t trafficRecord) RemoveNamed(ctx context.Context, of tenant.ID, name string) error {
	_, err := t.in.DeleteMany(ctx, bson.D{e("tenant_id", of), e("names", name), noSession})
	return failure(ctx, err)
}

var noSession = e("doc.session", bson.D{e("$exists", false)})

// Sweep removes what belongs to no session.
func (t trafficRecord) Sweep(ctx context.Context, of tenant.ID, before traffic.ID, limit int) (removed int, err error) {
	found, err := t.in.Find(ctx, bson.D{
		e("tenant_id", of), noSession, e("_id", bson.D{e("$lt", key(of, string(before)))}),
	}, options.Find().SetSort(byID).SetLimit(int64(limit)).SetProjection(byID))
	if err != nil {
		return 0, failure(ctx, err)
	}
	var old []auditDocument
	if err := found.All(ctx, &old); err != nil {
		return 0, failure(ctx, err)
	}
	result, err := t.in.DeleteMany(ctx, among(of, old))
	if err != nil {
		return 0, failure(ctx, err)
	}
	return int(result.DeletedCount), nil
}
