package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/punchgate/punchgate/domain/tenant"
)

// remove erases an aggregate with its contents. They are loose before the aggregate goes, so that tidying removes them where
// this stops in between, or binds them again where the aggregate stayed. The claim does not count without its owner, and goes,
// too.
func (c collection[A, ID]) remove(ctx context.Context, of tenant.ID, id ID) error {
	var there envelope
	err := c.in.FindOne(ctx, at(of, key(of, string(id)), settled), projecting("attempt", "claim")).Decode(&there)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return failure(ctx, err)
	}
	prefix := contentsPrefix(c.Name, of, string(id), there.Attempt)
	if !there.Attempt.IsZero() {
		if err := c.store.loosenContents(ctx, of, prefix); err != nil {
			return failure(ctx, err)
		}
	}
	var held claim
	claims, claimID := c.store.db.Collection(claimsName), key(of, c.Name+":"+there.Claim)
	if there.Claim != "" { // read before, so that whoever acquires it later has raised its version
		if err := claims.FindOne(ctx, at(of, claimID)).Decode(&held); err != nil && !errors.Is(err, mongo.ErrNoDocuments) {
			return failure(ctx, err)
		}
	}
	if _, err := c.in.DeleteOne(ctx, at(of, there.ID)); err != nil {
		return failure(ctx, err)
	}
	if !there.Attempt.IsZero() {
		if err := c.store.dropContents(ctx, of, prefix); err != nil {
			return failure(ctx, err)
		}
	}
	if held.Owner == there.ID {
		_, err := claims.DeleteOne(ctx, at(of, claimID, e("version", held.Version)))
		return failure(ctx, err)
	}
	return nil
}

// loosenContents says that the contents have no aggregate any more.
func (s *Store) loosenContents(ctx context.Context, of tenant.ID, prefix string) error {
	_, err := s.db.Collection(contentsName).UpdateMany(ctx, within(of, prefix), bson.D{e("$set", bson.D{e("loose_since", time.Now())})})
	return err
}
