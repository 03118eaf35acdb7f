package sqlite

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

type links struct {
	collection[*connection.Link, connection.LinkID, linkDoc]
}

func newLinks(s *Store) links {
	return links{collection[*connection.Link, connection.LinkID, linkDoc]{
		s, "links", connection.ErrNoLink, port.ErrTaken, packLink, linkDoc.unpack,
	}}
}

// ByConnection returns the links of a connection.
func (l links) ByConnection(ctx context.Context, of tenant.ID, c connection.ID) ([]*connection.Link, error) {
	return l.many(ctx, `tenant = ? AND connection = ? ORDER BY id`, of, c)
}

type linkDoc struct {
	Tenant     tenant.ID         `json:"tenant"`
	ID         connection.LinkID `json:"id"`
	Connection connection.ID     `json:"connection"`
	CreatedAt  stamp             `json:"created_at,omitzero"`
	RevokedAt  stamp             `json:"revoked_at,omitzero"`
}

func (d linkDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packLink(l *connection.Link) linkDoc {
	s := l.Snapshot()
	return linkDoc{s.Tenant, s.ID, s.Connection, stamp(s.CreatedAt), stamp(s.RevokedAt)}
}

func (d linkDoc) unpack() (*connection.Link, error) {
	return connection.RestoreLink(connection.LinkState{
		Tenant: d.Tenant, ID: d.ID, Connection: d.Connection, CreatedAt: time.Time(d.CreatedAt), RevokedAt: time.Time(d.RevokedAt),
	}), nil
}
