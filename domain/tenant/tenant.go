// Package tenant holds the shop that uses the gateway, with its settings and the custom fields of its customers.
package tenant

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/language"
)

// ID identifies a tenant: letters, digits, hyphen and underscore, since it stands inside links, keys and tokens.
type ID string

// Platform stands where a tenant does in the keys of whoever runs the gateway. No tenant has this identifier.
const Platform ID = "-"

// FieldType is the type of a custom field.
type FieldType struct{ name string }

// The types of custom fields.
var (
	Text     = FieldType{"text"}
	Number   = FieldType{"number"}
	Checkbox = FieldType{"checkbox"}
)

// ParseFieldType refuses any name but text, number and checkbox.
func ParseFieldType(name string) (FieldType, error) {
	for _, t := range []FieldType{Text, Number, Checkbox} {
		if t.name == name {
			return t, nil
		}
	}
	return FieldType{}, fault.Newf(fault.Invalid, "field.unknown_type", "a custom field is of type text, number or checkbox")
}

// String returns the type's name.
func (t FieldType) String() string { return t.name }

// Field is a custom field that each customer of the tenant can have.
type Field struct {
	Name  string // stable, such as "punchout"
	Label string // for people, such as "Handlar via PunchOut"
	Type  FieldType
}

// Settings are what the tenant chooses.
type Settings struct {
	// DecidingField names the checkbox field that makes a customer eligible. Without it nobody is.
	DecidingField string
	// LandingURL is the shop's page that takes the punchout_token.
	LandingURL string
	// StartPath is where a direct visit to the closed checkout is led, such as "/".
	StartPath string
	// SendOrderLabel stands on the button instead of "checkout", such as "Skicka order".
	SendOrderLabel string
	// Seller completes carts that name no seller.
	Seller cart.Party
	// Language completes carts that name none (BCP 47).
	Language string
	// Currency completes carts that name none (ISO 4217); without it they are refused.
	Currency string
	// UNSPSC, a code of 8 digits, classifies lines that have no UNSPSC code, but where the connection has a default of its own.
	UNSPSC string
	// AllowedFormats limits the formats that may start a PunchOut; empty allows all.
	AllowedFormats []string
	// SessionTTL is how long a session lives after login, MaxSessionTTL how long with extensions.
	SessionTTL, MaxSessionTTL time.Duration
	// OrderTTL is how long a transferred order waits for its completion.
	OrderTTL time.Duration
	// Retention is how long personal data is kept after a session or an order came to its end; zero keeps it.
	Retention time.Duration
	// AuditRetention is how far the audit log goes back; zero keeps all of it.
	AuditRetention time.Duration
	// CatalogueURL is where the shop answers questions about its articles; without it procurement systems cannot ask any.
	CatalogueURL string
}

// State is everything a store keeps of a tenant.
type State struct {
	ID        ID
	Name      string
	Fields    []Field
	Settings  Settings
	CreatedAt time.Time
	// CatalogueSecret signs the questions, sealed.
	CatalogueSecret string
	Webhooks        []Webhook
}

// Tenant is one shop. Its zero value is not usable; New and Restore make one.
type Tenant struct{ state State }

// Defaults are the settings of a new tenant.
func Defaults() Settings {
	return Settings{
		StartPath:      "/",
		SendOrderLabel: "Skicka order",
		Language:       "sv",
		SessionTTL:     4 * time.Hour,
		MaxSessionTTL:  24 * time.Hour,
		OrderTTL:       30 * 24 * time.Hour,
		Retention:      365 * 24 * time.Hour,
		AuditRetention: 2 * 365 * 24 * time.Hour,
	}
}

// New makes a tenant, or refuses with all that is wrong.
func New(id ID, name string, fields []Field, settings Settings, now time.Time) (*Tenant, error) {
	t := &Tenant{State{ID: id, Name: name, Fields: fields, Settings: settings, CreatedAt: now}}
	if wrong := t.wrong(); len(wrong) > 0 {
		return nil, ErrInvalid.With(wrong...)
	}
	t.state = t.Snapshot() // shares nothing with the arguments
	return t, nil
}

// Restore makes a tenant from what a store kept.
func Restore(s State) *Tenant { return &Tenant{s} }

// Snapshot returns what a store keeps.
func (t *Tenant) Snapshot() State {
	s := t.state
	s.Fields = slices.Clone(s.Fields)
	s.Settings.AllowedFormats = slices.Clone(s.Settings.AllowedFormats)
	s.Webhooks = slices.Clone(s.Webhooks)
	for i := range s.Webhooks {
		s.Webhooks[i] = s.Webhooks[i].clone()
	}
	return s
}

// ID returns the tenant's identifier.
func (t *Tenant) ID() ID { return t.state.ID }

// Name returns the tenant's name.
func (t *Tenant) Name() string { return t.state.Name }

// Settings returns what the tenant chose.
func (t *Tenant) Settings() Settings { return t.Snapshot().Settings }

// CataloguePurpose is what the catalogue secret is sealed for, beside the tenant's identifier.
const CataloguePurpose = "catalogue"

// CatalogueSecret returns what signs questions about articles, sealed; empty where there is none.
func (t *Tenant) CatalogueSecret() string { return t.state.CatalogueSecret }

// SetCatalogueSecret replaces what signs questions about articles.
func (t *Tenant) SetCatalogueSecret(sealed string) { t.state.CatalogueSecret = sealed }

// Field returns the custom field of that name.
func (t *Tenant) Field(name string) (Field, bool) {
	i := slices.IndexFunc(t.state.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return t.state.Fields[i], true
}

// Change replaces name, fields and settings, or refuses with all that is wrong and changes nothing.
func (t *Tenant) Change(name string, fields []Field, settings Settings) error {
	next := Tenant{t.state}
	next.state.Name, next.state.Fields, next.state.Settings = name, fields, settings
	wrong := next.wrong()
	for i, f := range fields {
		if was, ok := t.Field(f.Name); ok && was.Type != f.Type {
			wrong = append(wrong, fault.Detail{
				Path: "/fields/" + strconv.Itoa(i) + "/type", Code: "type_changed", Message: "the type cannot change: customers have values of it",
			})
		}
	}
	if len(wrong) > 0 {
		return ErrInvalid.With(wrong...)
	}
	t.state = next.Snapshot()
	return nil
}

// ErrInvalid refuses a tenant; its details name every member that is wrong.
var ErrInvalid = fault.New(fault.Invalid, "tenant.invalid", "the tenant has members that are wrong")

func (t *Tenant) wrong() (details []fault.Detail) {
	report := func(path, code, message string) {
		details = append(details, fault.Detail{Path: path, Code: code, Message: message})
	}
	s := t.state.Settings
	if !Identifier(string(t.state.ID)) {
		report("/id", "not_identifier", "must be 1 to 64 lower-case letters, digits, hyphens or underscores, and begin with a letter or digit")
	}
	if strings.TrimSpace(t.state.Name) == "" {
		report("/name", "missing", "is required")
	} else {
		details = append(details, cart.CheckText("/name", t.state.Name, cart.MaxName)...)
	}
	seen := map[string]bool{}
	for i, f := range t.state.Fields {
		path := "/fields/" + strconv.Itoa(i)
		if !Identifier(f.Name) {
			report(path+"/name", "not_identifier", "a field's name must be 1 to 64 lower-case letters, digits, hyphens or underscores")
		}
		if seen[f.Name] {
			report(path+"/name", "repeated", "another field has this name")
		}
		details = append(details, cart.CheckText(path+"/label", f.Label, cart.MaxName)...)
		if f.Type == (FieldType{}) {
			report(path+"/type", "missing_type", "a custom field is of type text, number or checkbox")
		}
		seen[f.Name] = true
	}
	if f, ok := t.Field(s.DecidingField); s.DecidingField != "" && (!ok || f.Type != Checkbox) {
		report("/settings/deciding_field", "not_checkbox", "must name a custom field of type checkbox")
	}
	if u, err := url.Parse(s.LandingURL); s.LandingURL != "" &&
		(err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Fragment != "") {
		report("/settings/landing_url", "not_url", "must be an http or https address without a fragment")
	}
	if u, err := url.Parse(s.CatalogueURL); s.CatalogueURL != "" &&
		(err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Fragment != "" || u.User != nil) {
		report("/settings/catalogue_url", "not_url", "must be an http or https address without a user or a fragment")
	}
	if !strings.HasPrefix(s.StartPath, "/") || strings.HasPrefix(s.StartPath, "//") || strings.ContainsFunc(s.StartPath, leavesShop) {
		report("/settings/start_path", "not_path", "must be a path within the shop, beginning with one /")
	}
	if strings.TrimSpace(s.SendOrderLabel) == "" {
		report("/settings/send_order_label", "missing", "is required")
	} else {
		details = append(details, cart.CheckText("/settings/send_order_label", s.SendOrderLabel, cart.MaxName)...)
	}
	if s.Language != "" && !language.Tag(s.Language) {
		report("/settings/language", "not_language", "must be a language tag such as sv or en-GB")
	}
	if _, known := codelist.Currency(s.Currency); s.Currency != "" && !known {
		report("/settings/currency", "unknown_currency", "must be an ISO 4217 currency")
	}
	if s.UNSPSC != "" && !cart.Unspsc8(s.UNSPSC) {
		report("/settings/unspsc", "not_unspsc", "a UNSPSC code has 8 digits and no dots")
	}
	details = append(details, cart.CheckParty("/settings/seller", s.Seller)...)
	if s.SessionTTL < time.Minute || s.MaxSessionTTL < s.SessionTTL || s.MaxSessionTTL > 30*24*time.Hour {
		report("/settings/session_seconds", "out_of_range",
			"a session lives at least a minute, at most its longest life, which is at most 30 days")
	}
	if s.OrderTTL < time.Hour || s.OrderTTL > 366*24*time.Hour {
		report("/settings/order_seconds", "out_of_range", "an order waits between an hour and a year for its completion")
	}
	for path, d := range map[string]time.Duration{
		"/settings/retention_days": s.Retention, "/settings/audit_retention_days": s.AuditRetention,
	} {
		if d < 0 || d > longestRetention {
			report(path, "out_of_range", "must be 1 to 3650 days, or 0 to keep without end")
		}
	}
	return details
}

const longestRetention = 3650 * 24 * time.Hour

// leavesShop reports whether browsers read r as a slash or leave it out (WHATWG URL, section 4.4), by which a path such as
// /\example.com becomes the address of another host.
func leavesShop(r rune) bool { return r == '\\' || r <= ' ' || r == 0x7F }

// Identifier reports whether s can stand as an identifier that people choose: 1 to 64 lower-case letters, digits,
// hyphens or underscores, a letter or digit first.
func Identifier(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		if !letter && (i == 0 || r != '-' && r != '_') {
			return false
		}
	}
	return true
}
