package mongodb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

const defaultDatabase = "punchgate"

// How long a call waits, unless the address says otherwise: for a server that takes it, and for its answer. Callers of the
// gateway are waiting, too, and are better told to come again.
const (
	selectionTimeout = 3 * time.Second
	callTimeout      = 5 * time.Second
)

// Store is an open database.
type Store struct {
	client *mongo.Client
	db     *mongo.Database
}

// Open connects, and makes the indexes that are missing. An index of the same name with other keys is refused.
func Open(ctx context.Context, c Config) (*Store, error) {
	o, database, err := clientOptions(c)
	if err != nil {
		return nil, err
	}
	client, err := mongo.Connect(o)
	if err != nil {
		return nil, fmt.Errorf("mongodb: %w", err)
	}
	s := &Store{client, client.Database(database)}
	if err := s.ensureIndexes(ctx); err != nil {
		return nil, errors.Join(err, s.Close(ctx))
	}
	return s, nil
}

// ErrAddress refuses an address that cannot be read. What the driver says of it would repeat parts of it, such as the password.
var ErrAddress = errors.New("cannot be read; it looks like mongodb://USER:PASSWORD@db1,db2/punchgate?replicaSet=rs0, " +
	"and what is no letter or digit in user and password is written with %")

// clientOptions says how to connect, and to which database. What correctness hangs on is not for the address to say.
func clientOptions(c Config) (o *options.ClientOptions, database string, err error) {
	address, err := connstring.ParseAndValidate(c.URI.Reveal())
	if _, unknownHost := errors.AsType[*net.DNSError](err); err != nil && !unknownHost {
		return nil, "", ErrAddress
	}
	if err != nil {
		return nil, "", fmt.Errorf("mongodb: %w", err)
	}
	o = options.Client().ApplyURI(c.URI.Reveal()).SetAppName(defaultDatabase).
		SetReadConcern(readconcern.Majority()).SetReadPreference(readpref.Primary()).
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: new(true)}).
		SetRetryWrites(true).SetRetryReads(true)
	if o.ServerSelectionTimeout == nil {
		o.SetServerSelectionTimeout(selectionTimeout)
	}
	if o.ConnectTimeout == nil {
		o.SetConnectTimeout(selectionTimeout)
	}
	if o.Timeout == nil {
		o.SetTimeout(callTimeout)
	}
	return o, cmp.Or(address.Database, defaultDatabase), nil
}

// Close closes the connections.
func (s *Store) Close(ctx context.Context) error {
	if err := s.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("mongodb: %w", err)
	}
	return nil
}

// Stores returns the stores of the database.
func (s *Store) Stores() port.Stores {
	return port.Stores{
		Tenants:     newTenants(s),
		Customers:   newCustomers(s),
		Connections: newConnections(s),
		Links:       newLinks(s),
		Sessions:    newSessions(s),
		Orders:      newOrders(s),
		Receipts:    newReceipts(s),
		Answers:     newAnswers(s),
		Keys:        newKeys(s),
		Replays:     newReplays(s),
		Throttles:   newThrottles(s),
		Users:       newUsers(s),
		SignIns:     newSignIns(s),
		Audit:       newAuditLog(s),
		Traffic:     newTraffic(s),
		Ready:       s.ready,
		Engine:      "mongodb",
	}
}

// ready asks the primary, without which nothing works.
func (s *Store) ready(ctx context.Context) error {
	return failure(ctx, s.client.Ping(ctx, readpref.Primary()))
}

// key composes the _id of what a tenant has. No tenant's identifier has a colon.
func key(of tenant.ID, id string) string { return string(of) + ":" + id }

// at selects one document. The tenant goes with the _id that begins with it, since collections are sharded by both.
func at(of tenant.ID, key string, more ...bson.E) bson.D {
	return append(bson.D{{Key: "_id", Value: key}, {Key: "tenant_id", Value: of}}, more...)
}

func e(key string, value any) bson.E { return bson.E{Key: key, Value: value} }

// failure tells an engine that is away from a defect. Refusals stay as they are, and so does the end of the context.
func failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if _, refused := errors.AsType[*fault.Fault](err); refused {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("mongodb: %w", ctx.Err())
	}
	if away(err) {
		return port.ErrUnavailable.Because(err)
	}
	return fmt.Errorf("mongodb: %w", err)
}

// away reports whether the same call may succeed later: no server took it or answered in time, or the one that did is no
// primary, has no majority, or is about to stop.
func away(err error) bool {
	if mongo.IsTimeout(err) || mongo.IsNetworkError(err) {
		return true
	}
	_, unwritable := errors.AsType[mongo.MarshalError](err)
	_, unreadable := errors.AsType[*bson.DecodeError](err)
	if unwritable || unreadable {
		return false
	}
	answered, ok := errors.AsType[mongo.ServerError](err)
	if !ok {
		return true // of the driver: no server, no connection, no pool
	}
	return slices.ContainsFunc(awayLabels, answered.HasErrorLabel) || slices.ContainsFunc(awayCodes, answered.HasErrorCode)
}

// awayLabels and awayCodes are those that servers give while they are stopping, electing, moving chunks, full or without a
// majority.
var (
	awayLabels = []string{"RetryableWriteError", "RetryableError", "SystemOverloadedError", "TransientTransactionError"}
	awayCodes  = []int{
		6, 7, 43, 50, 63, 64, 89, 91, 100, 112, 133, 134, 150, 175, 189, 202, 262, 317, 358, 9001, 10107, 11600, 11601, 11602, 13388, 13435,
		13436, 14031,
	}
)
