package mongodb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

// What never changes of an aggregate is kept beside it, in as many documents as it takes, for no document may have more than
// 16 MiB. They are written before the aggregate, under a name that only this attempt to create it has, and the aggregate
// names the attempt: so of two that create it at once, each has contents of its own. Until the aggregate is there they are
// loose, and tidying removes what stays so. It may do so too early, where a process stood still for longer than between two
// rounds: then they are written once more.

const (
	maxPart  = 8 << 20 // bytes of JSON in a document
	maxNames = 1 << 20 // bytes of names of lines in a document
)

// contents is what is kept beside an aggregate.
type contents struct {
	texts []text
	lines *lines // of an order
}

// text is one content in JSON.
type text struct{ name, json string }

// lines are the names by which an order is found.
type lines struct {
	connection connection.ID
	names      []document.LineName
	createdAt  document.Stamp
}

// part is a document of contents.
type part struct {
	ID         string        `bson:"_id"`
	Tenant     tenant.ID     `bson:"tenant_id"`
	Kind       string        `bson:"kind"`
	Owner      string        `bson:"owner"` // identifier of the aggregate
	Attempt    bson.ObjectID `bson:"attempt"`
	LooseSince time.Time     `bson:"loose_since,omitzero"`
	Data       []byte        `bson:"data,omitempty"`

	Connection connection.ID `bson:"connection,omitempty"`
	Lines      []string      `bson:"lines,omitempty"`
	CreatedAt  string        `bson:"created_at,omitempty"`
}

// contentsPrefix begins the _id of all documents of the contents.
func contentsPrefix(kind string, of tenant.ID, owner string, attempt bson.ObjectID) string {
	return key(of, kind+":"+owner+":"+attempt.Hex()+":")
}

func partID(prefix, name string, n int) string { return fmt.Sprintf("%s%s:%d", prefix, name, n) }

// writeContents returns how many documents each content takes.
func (s *Store) writeContents(
	ctx context.Context, kind string, d document.Document, attempt bson.ObjectID, c *contents,
) (map[string]int, error) {
	prefix, now, count := contentsPrefix(kind, d.Tenant, d.ID, attempt), time.Now(), map[string]int{}
	var parts []part
	add := func(name string, p part) {
		p.ID, p.Tenant, p.Kind, p.Owner, p.Attempt, p.LooseSince = partID(prefix, name, count[name]), d.Tenant, kind, d.ID, attempt, now
		count[name]++
		parts = append(parts, p)
	}
	for _, t := range c.texts {
		for rest := []byte(t.json); len(rest) > 0; {
			n := min(len(rest), maxPart)
			add(t.name, part{Data: rest[:n]})
			rest = rest[n:]
		}
	}
	if c.lines != nil {
		for _, names := range c.lines.chunks() {
			add("lines", part{Connection: c.lines.connection, Lines: names, CreatedAt: c.lines.createdAt.String()})
		}
	}
	_, err := s.db.Collection(contentsName).InsertMany(ctx, parts)
	return count, err
}

// chunks returns the names, each once, in lists that fit into a document.
func (l *lines) chunks() (chunks [][]string) {
	seen, size := map[document.LineName]bool{}, maxNames
	for _, name := range l.names {
		if name[1] == "" || seen[name] {
			continue
		}
		seen[name] = true
		if size += len(name[1]); size > maxNames {
			chunks, size = append(chunks, nil), len(name[1])
		}
		last := &chunks[len(chunks)-1]
		*last = append(*last, lineName(name))
	}
	return chunks
}

func lineName(n document.LineName) string { return n[0] + ":" + n[1] }

// within selects all documents of contents.
func within(of tenant.ID, prefix string) bson.D {
	return bson.D{e("tenant_id", of), e("_id", bson.D{e("$gte", prefix), e("$lt", prefix+"\uffff")})}
}

// bindContents says that the contents have their aggregate, and returns how many documents of them there are.
func (s *Store) bindContents(ctx context.Context, of tenant.ID, prefix string) (int64, error) {
	result, err := s.db.Collection(contentsName).UpdateMany(ctx, within(of, prefix), bson.D{e("$unset", bson.D{e("loose_since", "")})})
	if err != nil {
		return 0, err
	}
	return result.MatchedCount, nil
}

// rewriteContents writes the contents of an aggregate that is there again.
func (s *Store) rewriteContents(ctx context.Context, kind string, d document.Document, attempt bson.ObjectID, c *contents) error {
	prefix := contentsPrefix(kind, d.Tenant, d.ID, attempt)
	if err := s.dropContents(ctx, d.Tenant, prefix); err != nil {
		return err
	}
	if _, err := s.writeContents(ctx, kind, d, attempt, c); err != nil {
		return err
	}
	_, err := s.bindContents(ctx, d.Tenant, prefix)
	return err
}

func (s *Store) dropContents(ctx context.Context, of tenant.ID, prefix string) error {
	_, err := s.db.Collection(contentsName).DeleteMany(ctx, within(of, prefix))
	return err
}

// content returns what is kept beside an aggregate.
func content[C, A any, ID ~string](
	ctx context.Context, in collection[A, ID], of document.Content[C], owner tenant.ID, id ID,
) (*C, error) {
	var there envelope
	err := in.in.FindOne(ctx, at(owner, key(owner, string(id)), settled), projecting("attempt", "parts")).Decode(&there)
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return nil, in.NotFound
	case err != nil:
		return nil, failure(ctx, err)
	}
	prefix, ids := contentsPrefix(in.Name, owner, string(id), there.Attempt), []string{}
	for n := range there.Parts[of.Name] {
		ids = append(ids, partID(prefix, of.Name, n))
	}
	found, err := in.store.db.Collection(contentsName).Find(ctx,
		bson.D{e("tenant_id", owner), e("_id", bson.D{e("$in", ids)})}, options.Find().SetProjection(bson.D{e("data", 1)}))
	if err != nil {
		return nil, failure(ctx, err)
	}
	var parts []part
	if err := found.All(ctx, &parts); err != nil {
		return nil, failure(ctx, err)
	}
	data := map[string][]byte{}
	for _, p := range parts {
		data[p.ID] = p.Data
	}
	var whole []byte
	for _, id := range ids { // the numbers in them do not sort as texts
		if data[id] == nil {
			return nil, document.Unreadable(fmt.Errorf("%s is missing", id))
		}
		whole = append(whole, data[id]...)
	}
	return of.Decode(whole)
}
