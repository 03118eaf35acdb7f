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
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// maxDocument leaves room for the envelope in the 16 MiB that a document of MongoDB may have.
const maxDocument = 15 << 20

// collection keeps one kind of aggregate A, with identifiers of type ID, in a collection of its name. It has what is the same
// for all kinds; each kind embeds it and adds its look-ups.
type collection[A any, ID ~string] struct {
	document.Kind[A, ID]

	store *Store
	in    *mongo.Collection
	// unique, where there is one, returns a value that no other aggregate of the tenant may have; empty for none.
	unique    func(A) string
	notUnique *fault.Fault // refuses one that another has
	// further returns what is looked up by and does not stand in the document.
	further func(A) bson.D
	// givenUp is where it stands when a delivery was given up, of the kinds that have any.
	givenUp string
}

func keep[A any, ID ~string](s *Store, k document.Kind[A, ID]) collection[A, ID] {
	return collection[A, ID]{Kind: k, store: s, in: s.db.Collection(k.Name)}
}

// envelope is what stands around a document.
type envelope struct {
	ID      string    `bson:"_id"`
	Tenant  tenant.ID `bson:"tenant_id"`
	Version int64     `bson:"version"`
	Doc     bson.Raw  `bson:"doc"`

	// How the aggregate stands to its unique value; claims.go explains it.
	Claim   string        `bson:"claim,omitempty"`
	Want    string        `bson:"want,omitempty"`
	Pending bson.ObjectID `bson:"pending,omitzero"`

	// Attempt names the contents that were written for the aggregate, and Parts how many documents each of them takes.
	Attempt bson.ObjectID  `bson:"attempt,omitzero"`
	Parts   map[string]int `bson:"parts,omitempty"`
}

// settled leaves out what is not created yet.
var settled = e("pending", bson.D{{Key: "$exists", Value: false}})

// Create stores a new aggregate.
func (c collection[A, ID]) Create(ctx context.Context, a A) error { return c.create(ctx, a, nil) }

// create stores a new aggregate with its contents, which may be nil.
func (c collection[A, ID]) create(ctx context.Context, a A, beside *contents) error {
	d, err := c.Encode(a)
	if err != nil {
		return err
	}
	fields, err := c.fields(a, d.Text)
	if err != nil {
		return err
	}
	id, attempt := key(d.Tenant, d.ID), bson.NewObjectID()
	value := c.valueOf(a)
	whole := append(bson.D{e("_id", id), e("tenant_id", d.Tenant), e("version", int64(1))}, fields...)
	if value != "" {
		whole = append(whole, e("claim", value), e("pending", attempt), e("pending_since", time.Now()))
	}
	var parts map[string]int
	if beside != nil {
		if parts, err = c.store.writeContents(ctx, c.Name, d, attempt, beside); err != nil {
			return failure(ctx, err)
		}
		whole = append(whole, e("attempt", attempt), e("parts", parts))
	}
	err = c.insert(ctx, d.Tenant, id, whole)
	if err == nil && value != "" {
		err = c.settle(ctx, d.Tenant, id, attempt, value)
	}
	if beside != nil { // at once as far as that goes; the rest is for tidying
		prefix := contentsPrefix(c.Name, d.Tenant, d.ID, attempt)
		if err == nil {
			bound, bindErr := c.store.bindContents(ctx, d.Tenant, prefix)
			if bindErr == nil && bound < total(parts) {
				err = c.store.rewriteContents(ctx, c.Name, d, attempt, beside)
			}
		} else if fault.KindOf(err) == fault.Conflict {
			_ = c.store.dropContents(ctx, d.Tenant, prefix)
		}
	}
	return failure(ctx, err)
}

func total(parts map[string]int) (n int64) {
	for _, each := range parts {
		n += int64(each)
	}
	return n
}

func (c collection[A, ID]) valueOf(a A) string {
	if c.unique == nil {
		return ""
	}
	return c.unique(a)
}

// fields are those that a change of the aggregate sets.
func (c collection[A, ID]) fields(a A, text string) (bson.D, error) {
	doc, err := toBSON(text)
	if err != nil {
		return nil, err
	}
	if len(doc) > maxDocument {
		return nil, port.ErrTooLarge
	}
	fields := bson.D{e("doc", doc)}
	if c.further != nil {
		fields = append(fields, c.further(a)...)
	}
	return fields, nil
}

// insert refuses an identifier that is taken. One whose creation stopped half-way is created or removed first.
func (c collection[A, ID]) insert(ctx context.Context, of tenant.ID, id string, whole bson.D) error {
	for {
		_, err := c.in.InsertOne(ctx, whole)
		if !mongo.IsDuplicateKeyError(err) || c.unique == nil {
			return c.refusal(err)
		}
		var there envelope
		switch err := c.in.FindOne(ctx, at(of, id), projecting("claim", "pending")).Decode(&there); {
		case errors.Is(err, mongo.ErrNoDocuments):
			continue
		case err != nil:
			return err
		case there.Pending.IsZero():
			return c.Taken
		}
		switch err := c.settle(ctx, of, id, there.Pending, there.Claim); {
		case err == nil:
			return c.Taken
		case !errors.Is(err, c.notUnique):
			return err
		}
	}
}

func (c collection[A, ID]) refusal(err error) error {
	if mongo.IsDuplicateKeyError(err) {
		return c.Taken.Because(err)
	}
	return err
}

// Get returns one aggregate.
func (c collection[A, ID]) Get(ctx context.Context, of tenant.ID, id ID) (A, error) {
	return c.one(ctx, at(of, key(of, string(id)), settled))
}

// Update reads the aggregate, lets change decide, and writes it back if it still has the version that was read. It starts
// over where it has not, as long as the context lasts.
func (c collection[A, ID]) Update(ctx context.Context, of tenant.ID, id ID, change func(A) error) (A, error) {
	var none A
	for {
		a, there, err := c.read(ctx, at(of, key(of, string(id)), settled))
		if err != nil {
			return none, err
		}
		if err := change(a); err != nil {
			return none, err
		}
		d, err := c.Encode(a)
		if err != nil {
			return none, err
		}
		fields, err := c.fields(a, d.Text)
		if err != nil {
			return none, err
		}
		written, err := c.write(ctx, there, c.valueOf(a), fields)
		if err != nil {
			return none, failure(ctx, err)
		}
		if written {
			return a, nil
		}
	}
}

// write changes what was read, and reports whether it still was as it was read.
func (c collection[A, ID]) write(ctx context.Context, there envelope, value string, fields bson.D) (bool, error) {
	if c.unique == nil {
		return c.set(ctx, there, fields)
	}
	if value == there.Claim || value == "" {
		return c.set(ctx, there, append(fields, e("claim", value)), "want")
	}
	wanted, err := c.set(ctx, there, bson.D{e("want", value)})
	if err != nil || !wanted {
		return false, err
	}
	there.Version++
	switch won, err := c.acquire(ctx, there.Tenant, value, there.ID); {
	case err != nil:
		return false, err
	case !won:
		_, err := c.set(ctx, there, bson.D{}, "want")
		return false, errors.Join(c.notUnique, err)
	}
	return c.set(ctx, there, append(fields, e("claim", value)), "want")
}

// set is the conditional write of which every change is made. A field whose value is an empty text is removed.
func (c collection[A, ID]) set(ctx context.Context, there envelope, fields bson.D, without ...string) (bool, error) {
	change := bson.D{e("$inc", bson.D{e("version", int64(1))})}
	var set, unset bson.D
	for _, f := range fields {
		if f.Value == "" {
			unset = append(unset, e(f.Key, ""))
		} else {
			set = append(set, f)
		}
	}
	for _, name := range without {
		unset = append(unset, e(name, ""))
	}
	if set != nil {
		change = append(change, e("$set", set))
	}
	if unset != nil {
		change = append(change, e("$unset", unset))
	}
	result, err := c.in.UpdateOne(ctx, at(there.Tenant, there.ID, e("version", there.Version), settled), change)
	return err == nil && result.MatchedCount == 1, err
}

// one returns the only aggregate that the filter, which has settled in it, lets pass.
func (c collection[A, ID]) one(ctx context.Context, filter bson.D) (A, error) {
	a, _, err := c.read(ctx, filter)
	return a, err
}

func (c collection[A, ID]) read(ctx context.Context, filter bson.D) (a A, there envelope, err error) {
	switch err := c.in.FindOne(ctx, filter).Decode(&there); {
	case errors.Is(err, mongo.ErrNoDocuments):
		return a, there, c.NotFound
	case err != nil:
		return a, there, failure(ctx, err)
	}
	a, err = c.decode(there.Doc)
	return a, there, err
}

func (c collection[A, ID]) decode(doc bson.Raw) (a A, err error) {
	text, err := toJSON(doc)
	if err != nil {
		return a, err
	}
	return c.Decode(text)
}

// many returns the aggregates that the filter lets pass; without a limit, all.
func (c collection[A, ID]) many(ctx context.Context, filter, order bson.D, limit int) ([]A, error) {
	found, err := c.in.Find(ctx, append(filter, settled), options.Find().SetSort(order).SetLimit(int64(limit)).SetProjection(onlyDoc))
	if err != nil {
		return nil, failure(ctx, err)
	}
	defer found.Close(ctx) //nolint:errcheck // found.Err tells of what went wrong
	var all []A
	for found.Next(ctx) {
		a, err := c.decode(found.Current.Lookup("doc").Document())
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, failure(ctx, found.Err())
}

var onlyDoc = bson.D{e("doc", 1)}

// Several returns those of the aggregates that there are.
func (c collection[A, ID]) Several(ctx context.Context, of tenant.ID, ids []ID) ([]A, error) {
	keys := bson.A{}
	for _, id := range ids {
		keys = append(keys, key(of, string(id)))
	}
	return c.many(ctx, bson.D{e("tenant_id", of), e("_id", bson.D{e("$in", keys)})}, byID, 0)
}

// part returns a part of what a search goes through.
func (c collection[A, ID]) part(ctx context.Context, of tenant.ID, p document.Part, filter bson.D) ([]A, error) {
	filter = append(bson.D{e("tenant_id", of)}, filter...)
	if p.Member == document.ID {
		return c.many(ctx, append(filter, e("_id", bson.D{e("$gte", key(of, p.From)), e("$lt", key(of, p.To))})), byID, p.Limit)
	}
	member := "doc." + p.Member
	return c.many(ctx, append(filter,
		e(member, bson.D{e("$gte", p.From), e("$lt", p.To)}),
		e("$or", bson.A{bson.D{e(member, bson.D{e("$gt", p.From)})}, bson.D{e("_id", bson.D{e("$gt", key(of, p.AfterID))})}}),
	), bson.D{e(member, 1), e("_id", 1)}, p.Limit)
}

// after returns a page of a tenant's aggregates in the order of their identifiers.
func (c collection[A, ID]) after(ctx context.Context, of tenant.ID, after ID, limit int) ([]A, error) {
	return c.many(ctx, bson.D{e("tenant_id", of), e("_id", bson.D{e("$gt", key(of, string(after)))})}, byID, limit)
}

var byID = bson.D{e("_id", 1)}

func projecting(names ...string) *options.FindOneOptionsBuilder {
	fields := bson.D{}
	for _, name := range names {
		fields = append(fields, e(name, 1))
	}
	return options.FindOne().SetProjection(fields)
}
