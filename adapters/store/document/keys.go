package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/tenant"
)

type keyDoc struct {
	Tenant    tenant.ID `json:"tenant"`
	ID        apikey.ID `json:"id"`
	Label     string    `json:"label,omitempty"`
	Scopes    []string  `json:"scopes"`
	Origins   []string  `json:"origins,omitempty"`
	Verifier  string    `json:"verifier"`
	CreatedAt Stamp     `json:"created_at,omitzero"`
	RevokedAt Stamp     `json:"revoked_at,omitzero"`
	LastUse   Stamp     `json:"last_used_at,omitzero"`
}

func (d keyDoc) key() (tenant.ID, string) { return d.Tenant, string(d.ID) }

func packKey(k *apikey.Key) keyDoc {
	s := k.Snapshot()
	return keyDoc{
		s.Tenant, s.ID, s.Label, each(s.Scopes, apikey.Scope.String), s.Origins, s.Verifier, Stamp(s.CreatedAt), Stamp(s.RevokedAt),
		Stamp(s.LastUsedAt),
	}
}

func (d keyDoc) unpack() (*apikey.Key, error) {
	s := apikey.State{
		Tenant: d.Tenant, ID: d.ID, Label: d.Label, Origins: d.Origins, Verifier: d.Verifier,
		CreatedAt: time.Time(d.CreatedAt), RevokedAt: time.Time(d.RevokedAt), LastUsedAt: time.Time(d.LastUse),
	}
	for _, name := range d.Scopes {
		scope, err := apikey.ParseScope(name)
		if err != nil {
			return nil, err
		}
		s.Scopes = append(s.Scopes, scope)
	}
	return apikey.Restore(s), nil
}
