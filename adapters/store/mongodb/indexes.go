package mongodb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/adapters/store/document"
)

// The collections beside those of the kinds.
const (
	claimsName        = "claims"
	contentsName      = "contents"
	numbersName       = "order_numbers"
	auditName         = "audit"
	auditOutcomesName = "audit_outcomes"
	trafficName       = "traffic"
)

// index is one that look-ups need.
type index struct {
	name string
	keys bson.D
	// sparse ones hold only what has the key. They are those of the sweeps and of tidying, which serve all tenants and so are
	// not led by one.
	sparse bool
	// expireAfter is how long after the time in the key the server removes a document; zero for never.
	expireAfter time.Duration
}

// afterSweep is long enough that the gateway's own sweep comes first, and that clocks may differ.
const afterSweep = time.Hour

// ttl is the index of what expires.
var ttl = index{name: "expires_at", keys: bson.D{e("expires_at", 1)}, sparse: true, expireAfter: afterSweep}

// byTenant is the index by which a collection can be sharded: every look-up of one document has both keys.
var byTenant = index{name: "tenant", keys: bson.D{e("tenant_id", 1), e("_id", 1)}}

func ofTenant(name string, keys ...string) index {
	i := index{name: name, keys: bson.D{e("tenant_id", 1)}}
	for _, key := range keys {
		i.keys = append(i.keys, e(key, 1))
	}
	return i
}

func ofAll(name, key string) index { return index{name: name, keys: bson.D{e(key, 1)}, sparse: true} }

// indexes are those of each collection, beside byTenant.
var indexes = map[string][]index{
	document.Tenants.Name: {},
	document.Customers.Name: {
		ofTenant("numbers", "doc.number", "_id"),
		ofTenant("name", "doc.name_key", "_id"),
		ofTenant("ticks", "ticks", "_id"),
		ofAll("pending", "pending_since"),
	},
	document.Connections.Name: {
		ofTenant("customer", "doc.customer", "_id"),
		ofTenant("identity", "identities", "_id"),
		ofTenant("name", "doc.name_key", "_id"),
		ofTenant("format", "doc.format", "_id"),
		ofTenant("failing", "doc.failing_since", "_id"),
		ofAll("tell", outboxDue),
		ofTenant("given_up", outboxGivenUp, "_id"),
	},
	document.Links.Name: {ofTenant("connection", "doc.connection", "_id")},
	document.Sessions.Name: {
		ofTenant("ended", "doc.status", "doc.ended_at"),
		ofTenant("list", createdAt, "_id", "doc.connection", "doc.status", "doc.visit.test"), // which has all that tallies count
		ofTenant("list_status", "doc.status", createdAt, "_id"),
		ofTenant("list_connection", "doc.connection", createdAt, "_id"),
		ofTenant("list_both", "doc.connection", "doc.status", createdAt, "_id"),
		ofTenant("person", "doc.email", createdAt, "_id"),
		ofAll("due", "doc.due"),
		ofAll("tell", outboxDue),
		ofTenant("given_up", outboxGivenUp, "_id"),
	},
	document.Orders.Name: {
		ofTenant("cart", "doc.cart_id"),
		ofTenant("feed", "doc.status", "doc.status_since", "_id"),
		ofTenant("list", createdAt, "_id", "doc.connection", "doc.status", "doc.test"), // which has all that tallies count
		ofTenant("list_status", "doc.status", createdAt, "_id"),
		ofTenant("list_connection", "doc.connection", createdAt, "_id"),
		ofTenant("list_both", "doc.connection", "doc.status", createdAt, "_id"),
		ofTenant("number", "doc.number", createdAt, "_id"),
		ofTenant("purchase_order", "doc.purchase_order", createdAt, "_id"),
		ofTenant("erp_reference", "doc.erp_reference", createdAt, "_id"),
		ofAll("due", "doc.due"),
		ofAll("push", "doc.push.due"),
		ofAll("tell", outboxDue),
		ofTenant("given_up", "doc.given_up", "_id"),
		ofAll("pending", "pending_since"),
	},
	document.Receipts.Name: {
		ofTenant("document", "doc.connection", "doc.document_id", "doc.received_at", "_id"),
		ofTenant("number", "doc.connection", "doc.number", "doc.received_at", "_id"),
		ofTenant("order", "doc.order", "doc.received_at", "_id"),
		ofTenant("list", "doc.status", "doc.status_since", "_id"),
	},
	document.Answers.Name: {
		ofTenant("order", "doc.order", "doc.position"),
		ofAll("due", "doc.delivery.due"),
		ofTenant("given_up", "doc.delivery.given_up_at", "_id"),
	},
	document.Keys.Name:      {},
	document.Replays.Name:   {ttl},
	document.Throttles.Name: {ttl},
	document.Users.Name: {
		ofTenant("email", "doc.email_key"),
		ofTenant("shop", "doc.shop", "_id"),
		ofTenant("subject", "doc.subject", "_id"),
		ofAll("pending", "pending_since"),
	},
	document.SignIns.Name: {ofTenant("shop", "doc.shop"), ttl},
	claimsName:            {},
	contentsName: {
		ofTenant("lines", "connection", "lines", "created_at", "owner"),
		ofAll("loose", "loose_since"),
	},
	numbersName:       {},
	auditName:         {ofTenant("at", "doc.at", "_id"), ofTenant("target", "doc.target", "doc.at", "_id")},
	auditOutcomesName: {},
	trafficName: {
		ofTenant("verdict", "doc.verdict", "_id"),
		ofTenant("connection", "doc.connection", "doc.verdict", "_id"),
		ofTenant("step", "doc.step", "doc.verdict", "_id"),
		ofTenant("connection_step", "doc.connection", "doc.step", "doc.verdict", "_id"),
		ofTenant("session", "doc.session", "_id"),
		ofTenant("names", "names", "_id"),
	},
}

// indexTimeout is how long making an index of a large collection may take.
const indexTimeout = 10 * time.Minute

// ensureIndexes makes the indexes that are missing, and refuses one that has the name of another.
func (s *Store) ensureIndexes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, indexTimeout)
	defer cancel()
	for _, name := range slices.Sorted(maps.Keys(indexes)) {
		if err := s.ensure(ctx, name, append([]index{byTenant}, indexes[name]...)); err != nil {
			return fmt.Errorf("mongodb: %w", err)
		}
	}
	return nil
}

func (s *Store) ensure(ctx context.Context, collection string, wanted []index) error {
	view := s.db.Collection(collection).Indexes()
	there, err := view.ListSpecifications(ctx)
	if err != nil {
		return err
	}
	var missing []mongo.IndexModel
	for _, i := range wanted {
		keys, err := bson.Marshal(i.keys)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(there, func(s mongo.IndexSpecification) bool { return s.Name == i.name })
		if at < 0 {
			o := options.Index().SetName(i.name)
			if i.sparse {
				o.SetSparse(true)
			}
			if i.expireAfter > 0 {
				o.SetExpireAfterSeconds(int32(i.expireAfter.Seconds()))
			}
			missing = append(missing, mongo.IndexModel{Keys: i.keys, Options: o})
			continue
		}
		has := there[at]
		if !sameKeys(has.KeysDocument, keys) {
			return fmt.Errorf("the index %q of %s.%s has the keys %s, not %s; drop it, so that it is made anew",
				i.name, s.db.Name(), collection, has.KeysDocument, bson.Raw(keys))
		}
		if !i.isLike(has) {
			return fmt.Errorf("the index %q of %s.%s must not be unique, sparse is to be %t and expireAfterSeconds %v; drop it, "+
				"so that it is made anew", i.name, s.db.Name(), collection, i.sparse, i.expireAfter.Seconds())
		}
	}
	if missing == nil {
		return nil
	}
	if _, err := view.CreateMany(ctx, missing); err != nil {
		return fmt.Errorf("cannot make the indexes of %s.%s: %w", s.db.Name(), collection, err)
	}
	return nil
}

// isLike compares options. Servers that know no expiry say nothing of it.
func (i index) isLike(there mongo.IndexSpecification) bool {
	is := func(b *bool) bool { return b != nil && *b }
	seconds := int32(i.expireAfter.Seconds())
	return is(there.Sparse) == i.sparse && !is(there.Unique) && (there.ExpireAfterSeconds == nil || *there.ExpireAfterSeconds == seconds)
}

// sameKeys compares names, order and directions; servers and people write the latter as numbers of any type.
func sameKeys(a, b bson.Raw) bool {
	inA, errA := a.Elements()
	inB, errB := b.Elements()
	return errA == nil && errB == nil && slices.EqualFunc(inA, inB, func(a, b bson.RawElement) bool {
		x, isX := a.Value().AsInt64OK()
		y, isY := b.Value().AsInt64OK()
		return a.Key() == b.Key() && isX && isY && x == y
	})
}
