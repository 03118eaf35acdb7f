package mongodb

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/punchgate/punchgate/adapters/store/document"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
)

type connections struct {
	collection[*connection.Connection, connection.ID]
}

func newConnections(s *Store) connections {
	c := connections{keep(s, document.Connections)}
	c.further = func(a *connection.Connection) bson.D { return bson.D{e("identities", trimmed(a.Profile().Login.From))} }
	c.givenUp = outboxGivenUp
	return c
}

// trimmed returns what ByIdentity looks up by: domains are compared without regard to case, as MongoDB would not.
func trimmed(identities []connection.Identity) []string {
	ids := []string{}
	for _, i := range identities {
		ids = append(ids, strings.TrimSpace(i.ID))
	}
	return ids
}

// ByCustomer returns the connections of customers.
func (c connections) ByCustomer(ctx context.Context, of tenant.ID, who ...customer.ID) ([]*connection.Connection, error) {
	return c.many(ctx, bson.D{e("tenant_id", of), e("doc.customer", bson.D{e("$in", append([]customer.ID{}, who...))})}, byID, 0)
}

// ByIdentity returns the connections of identities.
func (c connections) ByIdentity(ctx context.Context, of tenant.ID, from []connection.Identity) ([]*connection.Connection, error) {
	found, err := c.many(ctx, bson.D{e("tenant_id", of), e("identities", bson.D{e("$in", trimmed(from))})}, byID, 0)
	return slices.DeleteFunc(found, func(each *connection.Connection) bool {
		login := each.Profile().Login
		return !login.MatchesFrom(from)
	}), err
}

// List returns a page of connections.
func (c connections) List(ctx context.Context, of tenant.ID, q port.ConnectionQuery) ([]*connection.Connection, error) {
	var filter bson.D
	if q.Customer != "" {
		filter = append(filter, e("doc.customer", q.Customer))
	}
	if q.Format != "" {
		filter = append(filter, e("doc.format", q.Format))
	}
	names := document.ConnectionNames(q.Beginning, q.ByName)
	return document.Search(names, q.After, q.Limit, document.Source[*connection.Connection, connection.ID]{
		ID:   (*connection.Connection).ID,
		Get:  func(id connection.ID) (*connection.Connection, error) { return c.Get(ctx, of, id) },
		Read: func(p document.Part) ([]*connection.Connection, error) { return c.part(ctx, of, p, filter) },
	})
}
