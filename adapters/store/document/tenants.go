package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/tenant"
)

type tenantDoc struct {
	ID        tenant.ID    `json:"id"`
	Name      string       `json:"name"`
	Fields    []fieldDoc   `json:"fields,omitempty"`
	Settings  settingsDoc  `json:"settings"`
	CreatedAt Stamp        `json:"created_at,omitzero"`
	Secret    string       `json:"catalogue_secret,omitempty"` // sealed
	Webhooks  []webhookDoc `json:"webhooks,omitempty"`
}

type webhookDoc struct {
	ID        tenant.WebhookID   `json:"id"`
	URL       string             `json:"url"`
	Types     []string           `json:"types,omitempty"`
	Secrets   []webhookSecretDoc `json:"secrets,omitempty"`
	CreatedAt Stamp              `json:"created_at,omitzero"`
}

type webhookSecretDoc struct {
	ID        string `json:"id,omitempty"` // those of older versions have none
	Sealed    string `json:"sealed"`
	ExpiresAt Stamp  `json:"expires_at,omitzero"`
}

type fieldDoc struct {
	Name  string `json:"name"`
	Label string `json:"label,omitempty"`
	Type  string `json:"type"`
}

// settingsDoc holds durations in nanoseconds.
type settingsDoc struct {
	DecidingField  string        `json:"deciding_field,omitempty"`
	LandingURL     string        `json:"landing_url,omitempty"`
	StartPath      string        `json:"start_path,omitempty"`
	SendOrderLabel string        `json:"send_order_label,omitempty"`
	Seller         cart.Party    `json:"seller,omitzero"`
	Language       string        `json:"language,omitempty"`
	Currency       string        `json:"currency,omitempty"`
	UNSPSC         string        `json:"unspsc,omitempty"`
	AllowedFormats []string      `json:"allowed_formats,omitempty"`
	SessionTTL     time.Duration `json:"session_ttl"`
	MaxSessionTTL  time.Duration `json:"max_session_ttl"`
	OrderTTL       time.Duration `json:"order_ttl"`
	Retention      time.Duration `json:"retention,omitempty"`
	AuditRetention time.Duration `json:"audit_retention,omitempty"`
	CatalogueURL   string        `json:"catalogue_url,omitempty"`
}

func (d tenantDoc) key() (tenant.ID, string) { return tenant.Platform, string(d.ID) }

func packTenant(t *tenant.Tenant) tenantDoc {
	s := t.Snapshot()
	d := tenantDoc{s.ID, s.Name, nil, settingsDoc(s.Settings), Stamp(s.CreatedAt), s.CatalogueSecret, nil}
	for _, f := range s.Fields {
		d.Fields = append(d.Fields, fieldDoc{f.Name, f.Label, f.Type.String()})
	}
	d.Webhooks = each(s.Webhooks, func(w tenant.Webhook) webhookDoc {
		return webhookDoc{
			w.ID, w.URL, each(w.Types, outbox.Type.String),
			each(w.Secrets, func(s tenant.WebhookSecret) webhookSecretDoc {
				return webhookSecretDoc{s.ID, s.Sealed, Stamp(s.ExpiresAt)}
			}),
			Stamp(w.CreatedAt),
		}
	})
	return d
}

func (d tenantDoc) unpack() (*tenant.Tenant, error) {
	s := tenant.State{
		ID: d.ID, Name: d.Name, Settings: tenant.Settings(d.Settings), CreatedAt: time.Time(d.CreatedAt), CatalogueSecret: d.Secret,
	}
	for _, f := range d.Fields {
		kind, err := tenant.ParseFieldType(f.Type)
		if err != nil {
			return nil, err
		}
		s.Fields = append(s.Fields, tenant.Field{Name: f.Name, Label: f.Label, Type: kind})
	}
	for _, w := range d.Webhooks {
		hook := tenant.Webhook{
			ID: w.ID, URL: w.URL, CreatedAt: time.Time(w.CreatedAt),
			Secrets: each(w.Secrets, func(s webhookSecretDoc) tenant.WebhookSecret {
				return tenant.WebhookSecret{ID: s.ID, Sealed: s.Sealed, ExpiresAt: time.Time(s.ExpiresAt)}
			}),
		}
		for _, name := range w.Types {
			t, err := outbox.ParseType(name)
			if err != nil {
				return nil, err
			}
			hook.Types = append(hook.Types, t)
		}
		s.Webhooks = append(s.Webhooks, hook)
	}
	return tenant.Restore(s), nil
}
