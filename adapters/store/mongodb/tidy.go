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
)

const (
	tidyEvery = 10 * time.Minute
	// leftAfter is long after the context of any call has ended: what is half done for so long was left by a process that
	// stopped.
	leftAfter = time.Hour
)

// keepTidy tidies until the context ends.
func (s *Store) keepTidy(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(tidyEvery):
			_ = s.tidy(ctx, time.Now().Add(-leftAfter)) // what failed is tried again; nothing depends on it
		}
	}
}

// tidy finishes what was left half done before a time.
func (s *Store) tidy(ctx context.Context, before time.Time) error {
	return failure(ctx, errors.Join(
		tidyPending(ctx, newOrders(s).collection, before),
		tidyPending(ctx, newCustomers(s).collection, before),
		s.tidyContents(ctx, before),
	))
}

// tidyPending creates or removes what was left pending.
func tidyPending[A any, ID order.ID | customer.ID](ctx context.Context, c collection[A, ID], before time.Time) error {
	found, err := c.in.Find(ctx, bson.D{e("pending_since", bson.D{e("$lt", before)})},
		options.Find().SetProjection(bson.D{e("tenant_id", 1), e("claim", 1), e("pending", 1)}))
	if err != nil {
		return err
	}
	var left []envelope
	if err := found.All(ctx, &left); err != nil {
		return err
	}
	for _, l := range left {
		if err := c.settle(ctx, l.Tenant, l.ID, l.Pending, l.Claim); err != nil && !errors.Is(err, c.notUnique) {
			return err
		}
	}
	return nil
}

// tidyContents binds contents to the aggregate that names them, and removes those that none names.
func (s *Store) tidyContents(ctx context.Context, before time.Time) error {
	contents, loose := s.db.Collection(contentsName), e("loose_since", bson.D{e("$lt", before)})
	found, err := contents.Find(ctx, bson.D{loose},
		options.Find().SetProjection(bson.D{e("tenant_id", 1), e("kind", 1), e("owner", 1), e("attempt", 1)}))
	if err != nil {
		return err
	}
	var left []part
	if err := found.All(ctx, &left); err != nil {
		return err
	}
	done := map[bson.ObjectID]bool{}
	for _, l := range left {
		if done[l.Attempt] {
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
			_, err = contents.DeleteMany(ctx, append(within(l.Tenant, prefix), loose))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
