package mongodb

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/punchgate/punchgate/domain/tenant"
)

// A value that must be unique beside the identifier, such as the cart id of an order or the number of a customer, is a
// claim: a document whose _id is composed of tenant, kind and value, and that names its owner. Two documents cannot change at
// once, and a process may stop between any two writes, so these rules make one winner and block nobody for ever:
//
//   - Whoever wants a value first says so in its own document: a new aggregate is inserted as pending, with the claim that it
//     will have, and one that changes gets a want. Then it acquires the claim, and only then is it created or changed.
//   - A claim counts as long as its owner exists and names the value, as claim or as want. One that does not count is taken
//     over by a conditional write on its version, so giving up a value needs no write: it is no longer named.
//   - Even an owner acquires its claim anew, which raises the version. So a claim that someone found not to count cannot be taken
//     over after its owner named the value again, and of several that take it over one wins.
//   - A pending owner that a rival meets is settled by the rival, as the owner would do it: created if it gets the claim,
//     removed if not. What it would be is complete, since contents are written before. Of one that wants a value for longer
//     than patience, as the rival's own clock has it, the want is removed; its version goes up with that, so its change starts
//     over should it live.
var patience = 5 * time.Second // tests have less

const pause = 20 * time.Millisecond

// claim is the document of a claim.
type claim struct {
	ID      string    `bson:"_id"`
	Tenant  tenant.ID `bson:"tenant_id"`
	Owner   string    `bson:"owner"` // the _id of the aggregate
	Version int64     `bson:"version"`
}

// settle creates the pending aggregate, or removes it and refuses where its value is taken. Where another settles it at the same
// moment, whoever had the value may give it up in between, so that the two do not find the same: then what was done first holds.
func (c collection[A, ID]) settle(ctx context.Context, of tenant.ID, id string, attempt bson.ObjectID, value string) error {
	pending := at(of, id, e("pending", attempt))
	won, err := c.acquire(ctx, of, value, id)
	switch {
	case err != nil:
		return err
	case won:
		result, err := c.in.UpdateOne(ctx, pending, bson.D{e("$unset", bson.D{e("pending", ""), e("pending_since", "")})})
		if err != nil || result.MatchedCount == 1 {
			return err
		}
	default:
		result, err := c.in.DeleteOne(ctx, pending)
		if err != nil {
			return err
		}
		if result.DeletedCount == 1 {
			return c.notUnique
		}
	}
	var there envelope
	err = c.in.FindOne(ctx, at(of, id, settled), projecting("attempt")).Decode(&there)
	if errors.Is(err, mongo.ErrNoDocuments) || err == nil && !there.Attempt.IsZero() && there.Attempt != attempt {
		return c.notUnique // removed, and perhaps created anew by another attempt
	}
	return err
}

// acquire makes the aggregate, which names the value, the owner of its claim, and reports whether it is.
func (c collection[A, ID]) acquire(ctx context.Context, of tenant.ID, value, owner string) (bool, error) {
	claims, id := c.store.db.Collection(claimsName), key(of, c.Name+":"+value)
	for {
		_, err := claims.InsertOne(ctx, claim{id, of, owner, 1})
		if !mongo.IsDuplicateKeyError(err) {
			return err == nil, err
		}
		var held claim
		switch err := claims.FindOne(ctx, at(of, id)).Decode(&held); {
		case errors.Is(err, mongo.ErrNoDocuments):
			continue
		case err != nil:
			return false, err
		}
		if held.Owner != owner {
			counts, err := c.counts(ctx, held, value)
			if err != nil || counts {
				return false, err
			}
		}
		result, err := claims.UpdateOne(ctx, at(of, id, e("version", held.Version)),
			bson.D{e("$set", bson.D{e("owner", owner)}), e("$inc", bson.D{e("version", int64(1))})})
		if err != nil || result.MatchedCount == 1 {
			return err == nil, err
		}
	}
}

// counts reports whether the claim is its owner's. It waits for an owner that is not sure of it yet.
func (c collection[A, ID]) counts(ctx context.Context, held claim, value string) (bool, error) {
	for began := time.Now(); ; {
		var owner envelope
		err := c.in.FindOne(ctx, at(held.Tenant, held.Owner), projecting("version", "claim", "want", "pending")).Decode(&owner)
		switch {
		case errors.Is(err, mongo.ErrNoDocuments):
			return false, nil
		case err != nil:
			return false, err
		case owner.Claim == value && !owner.Pending.IsZero():
			if err := c.settle(ctx, held.Tenant, held.Owner, owner.Pending, value); !errors.Is(err, c.notUnique) {
				return err == nil, err
			}
			return false, nil
		case owner.Claim == value:
			return true, nil
		case owner.Want != value:
			return false, nil
		case time.Since(began) < patience:
			select {
			case <-ctx.Done():
				return false, ctx.Err()
			case <-time.After(pause):
			}
		default:
			owner.ID, owner.Tenant = held.Owner, held.Tenant
			if _, err := c.set(ctx, owner, nil, "want"); err != nil {
				return false, err
			}
		}
	}
}
