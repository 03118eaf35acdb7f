package mongodb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/punchgate/punchgate/domain/tenant"
)

// IDs lists a collection.
func (s *Store) IDs(ctx context.Context, kind string, of tenant.ID, after string, limit int) ([]string, error) {
	if _, known := indexes[kind]; !known {
		return nil, fmt.Errorf("mongodb: there is no collection of %s", kind)
	}
	found, err := s.db.Collection(kind).Find(ctx,
		bson.D{e("tenant_id", of), e("_id", bson.D{e("$gt", key(of, after))}), settled},
		options.Find().SetSort(byID).SetLimit(int64(limit)).SetProjection(bson.D{e("_id", 1)}))
	if err != nil {
		return nil, failure(ctx, err)
	}
	var all []envelope
	if err := found.All(ctx, &all); err != nil {
		return nil, failure(ctx, err)
	}
	var ids []string
	for _, each := range all {
		ids = append(ids, strings.TrimPrefix(each.ID, key(of, "")))
	}
	return ids, nil
}

// counter counts the orders of a tenant.
type counter struct {
	Last int64 `bson:"last"`
}

func counterOf(of tenant.ID) bson.D { return at(of, key(of, "last")) }

// LastNumber returns the last number that an order of the tenant got.
func (s *Store) LastNumber(ctx context.Context, of tenant.ID) (int64, error) {
	var c counter
	err := s.db.Collection(numbersName).FindOne(ctx, counterOf(of)).Decode(&c)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return 0, nil
	}
	return c.Last, failure(ctx, err)
}

// RaiseNumber lets the numbers of orders go on after the last one.
func (s *Store) RaiseNumber(ctx context.Context, of tenant.ID, last int64) error {
	_, err := s.db.Collection(numbersName).UpdateOne(ctx, counterOf(of), bson.D{e("$max", bson.D{e("last", last)})},
		options.UpdateOne().SetUpsert(true))
	return failure(ctx, err)
}
