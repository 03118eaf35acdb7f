package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/user"
)

// tidyEvery is far longer than the context of any call lasts: what was half done in one round and still is in the next was left
// by a process that stopped. So no clock has to agree with another.
const tidyEvery = 10 * time.Minute

// keepTidy tidies until the context ends.
func (s *Store) keepTidy(ctx context.Context) {
	for seen := map[bson.ObjectID]bool{}; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(tidyEvery):
		}
		now := map[bson.ObjectID]bool{}
		_ = s.tidy(ctx, func(attempt bson.ObjectID) bool { // what failed is tried again; nothing depends on it
			now[attempt] = true
			return seen[attempt]
		})
		seen = now
	}
}

// tidy finishes the attempts to create something that are half done and were left so.
func (s *Store) tidy(ctx context.Context, left func(attempt bson.ObjectID) bool) error {
	return failure(ctx, errors.Join(
		tidyPending(ctx, newOrders(s).collection, left),
		tidyPending(ctx, newCustomers(s).collection, left),
		tidyPending(ctx, newUsers(s).all, left),
		s.tidyContents(ctx, left),
	))
}

var present = bson.D{e("$exists", true)}

// tidyPending creates or removes what was left pending.
func tidyPending[A any, ID order.ID | customer.ID | user.ID](
	ctx context.Context, c collection[A, ID], left func(bson.ObjectID) bool,
) error {
	found, err := c.in.Find(ctx, bson.D{e("pending_since", present)},
		options.Find().SetProjection(bson.D{e("tenant_id", 1), e("claim", 1), e("pending", 1)}))
	if err != nil {
		return err
	}
	var pending []envelope
	if err := found.All(ctx, &pending); err != nil {
		return err
	}
	for _, p := range pending {
		if !left(p.Pending) {
			continue
		}
		if err := c.settle(ctx, p.Tenant, p.ID, p.Pending, p.Claim); err != nil && !errors.Is(err, c.notUnique) {
			return err
		}
	}
	return nil
}

// tidyContents binds contents to the aggregate that names them, and removes those that none names.
func (s *Store) tidyContents(ctx context.Context, left func(bson.ObjectID) bool) error {
	contents, looseOnes := s.db.Collection(contentsName), e("loose_since", present)
	found, err := contents.Find(ctx, bson.D{looseOnes},
		options.Find().SetProjection(bson.D{e("tenant_id", 1), e("kind", 1), e("owner", 1), e("attempt", 1)}))
	if err != nil {
		return err
	}
	var loose []part
	if err := found.All(ctx, &loose); err != nil {
		return err
	}
	done := map[bson.ObjectID]bool{}
	for _, l := range loose {
		if !left(l.Attempt) || done[l.Attempt] {
			continue
		}
		done[l.Attempt] = true
		var owner envelope
		err := s.db.Collection(l.Kind).FindOne(ctx, at(l.Tenant, key(l.Tenant, l.Owner)), projecting("attempt")).Decode(&owner)
		if err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
			return err
		}
		prefix := contentsPrefix(l.Kind, l.Tenant, l.Owner, l.Attempt)
		if owner.Attempt == l.Attempt {
			_, err = s.bindContents(ctx, l.Tenant, prefix)
		} else { // unless they were bound meanwhile
			_, err = contents.DeleteMany(ctx, append(within(l.Tenant, prefix), looseOnes))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
