package body

import (
	"strconv"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Tenant is a tenant in the API. Durations are whole seconds. Members that are left out get the defaults when the tenant is made, and
// stay as they are when it is changed.
type Tenant struct {
	ID        tenant.ID `json:"id,omitempty"`
	Name      string    `json:"name"`
	Fields    []Field   `json:"fields"`
	Settings  Settings  `json:"settings"`
	CreatedAt time.Time `json:"created_at,omitzero"` // ignored on input
}

// Field is a custom field of customers.
type Field struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Type  string `json:"type"`
}

// Settings are what a tenant chooses. Durations are whole seconds or days.
type Settings struct {
	DecidingField    string     `json:"deciding_field"`
	LandingURL       string     `json:"landing_url"`
	StartPath        string     `json:"start_path"`
	SendOrderLabel   string     `json:"send_order_label"`
	Seller           cart.Party `json:"seller,omitzero"`
	Language         string     `json:"language"`
	Currency         string     `json:"currency"`
	UNSPSC           string     `json:"unspsc"`
	AllowedFormats   []string   `json:"allowed_formats"`
	SessionSeconds   int64      `json:"session_seconds"`
	MaxSessionSecond int64      `json:"max_session_seconds"`
	OrderSeconds     int64      `json:"order_seconds"`
	RetentionDays    int64      `json:"retention_days"`
	AuditDays        int64      `json:"audit_retention_days"`
	CatalogueURL     string     `json:"catalogue_url"`
}

// NewTenant is what the body of a new tenant is read into, so that what it leaves out keeps its default.
func NewTenant() Tenant { return Tenant{Settings: viewSettings(tenant.Defaults())} }

func viewSettings(s tenant.Settings) Settings {
	return Settings{
		s.DecidingField, s.LandingURL, s.StartPath, s.SendOrderLabel, s.Seller, s.Language, s.Currency, s.UNSPSC, s.AllowedFormats,
		int64(s.SessionTTL / time.Second), int64(s.MaxSessionTTL / time.Second), int64(s.OrderTTL / time.Second),
		int64(s.Retention / day), int64(s.AuditRetention / day), s.CatalogueURL,
	}
}

// OfTenant returns the body of a tenant.
func OfTenant(t *tenant.Tenant) Tenant {
	s := t.Snapshot()
	view := Tenant{ID: s.ID, Name: s.Name, Settings: viewSettings(s.Settings), CreatedAt: s.CreatedAt}
	for _, f := range s.Fields {
		view.Fields = append(view.Fields, Field{f.Name, f.Label, f.Type.String()})
	}
	return view
}

// Read returns fields and settings, or says which member is unknown.
func (b *Tenant) Read() ([]tenant.Field, tenant.Settings, error) {
	fields := make([]tenant.Field, len(b.Fields))
	for i, f := range b.Fields {
		kind, err := tenant.ParseFieldType(f.Type)
		if err != nil {
			return nil, tenant.Settings{}, At("/fields/"+strconv.Itoa(i)+"/type", err)
		}
		fields[i] = tenant.Field{Name: f.Name, Label: f.Label, Type: kind}
	}
	s := b.Settings
	return fields, tenant.Settings{
		DecidingField: s.DecidingField, LandingURL: s.LandingURL, StartPath: s.StartPath, SendOrderLabel: s.SendOrderLabel,
		Seller: s.Seller, Language: s.Language, Currency: s.Currency, UNSPSC: s.UNSPSC, AllowedFormats: s.AllowedFormats,
		SessionTTL: Seconds(s.SessionSeconds), MaxSessionTTL: Seconds(s.MaxSessionSecond), OrderTTL: Seconds(s.OrderSeconds),
		Retention: days(s.RetentionDays), AuditRetention: days(s.AuditDays),
		CatalogueURL: s.CatalogueURL,
	}, nil
}
