package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/tenant"
)

type linkDoc struct {
	Tenant     tenant.ID         `json:"tenant"`
	ID         connection.LinkID `json:"id"`
	Connection connection.ID     `json:"connection"`
	CreatedAt  Stamp             `json:"created_at,omitzero"`
	RevokedAt  Stamp             `json:"revoked_at,omitzero"`
	LastUsedAt Stamp             `json:"last_used_at,omitzero"`
}

func (d linkDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packLink(l *connection.Link) linkDoc {
	s := l.Snapshot()
	return linkDoc{s.Tenant, s.ID, s.Connection, Stamp(s.CreatedAt), Stamp(s.RevokedAt), Stamp(s.LastUsedAt)}
}

func (d linkDoc) unpack() (*connection.Link, error) {
	return connection.RestoreLink(connection.LinkState{
		Tenant: d.Tenant, ID: d.ID, Connection: d.Connection, CreatedAt: time.Time(d.CreatedAt), RevokedAt: time.Time(d.RevokedAt),
		LastUsedAt: time.Time(d.LastUsedAt),
	}), nil
}
