package tenant_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// good returns the state of a tenant with everything set.
func good() tenant.State {
	s := tenant.Defaults()
	s.DecidingField = "punchout"
	s.LandingURL = "https://shop.example.com/punchout?lang=sv"
	s.Seller = cart.Party{Name: "Papper och Penna AB", Endpoint: cart.Identifier{Scheme: "0088", ID: "7300010000001"}}
	s.Currency, s.UNSPSC = "SEK", "14111507"
	s.AllowedFormats = []string{"oci-4"}
	s.CatalogueURL = "https://shop.example.com/articles?lang=sv"
	return tenant.State{
		ID: "papper", Name: "Papper och Penna AB", Settings: s, CreatedAt: now,
		Fields: []tenant.Field{
			{Name: "punchout", Label: "Handlar via PunchOut", Type: tenant.Checkbox},
			{Name: "cost-centre", Label: "Kostnadsställe", Type: tenant.Text},
		},
	}
}

func build(s tenant.State) (*tenant.Tenant, error) {
	return tenant.New(s.ID, s.Name, s.Fields, s.Settings, s.CreatedAt)
}

func mustBuild(t *testing.T, s tenant.State) *tenant.Tenant {
	t.Helper()
	made, err := build(s)
	if err != nil {
		t.Fatal(err, fault.From(err).Details)
	}
	return made
}

func TestGoodTenantKeepsEverything(t *testing.T) {
	made := mustBuild(t, good())
	if got := made.Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("the tenant is %+v, want %+v", got, good())
	}
	if got := tenant.Restore(good()).Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("restored it is %+v, want %+v", got, good())
	}
	if made.ID() != "papper" || made.Name() != "Papper och Penna AB" || made.Settings().DecidingField != "punchout" {
		t.Errorf("the tenant answers with %q, %q, %+v", made.ID(), made.Name(), made.Settings())
	}
	if f, ok := made.Field("cost-centre"); !ok || f.Type != tenant.Text {
		t.Errorf("the field is %+v, %v", f, ok)
	}
	if _, ok := made.Field("none"); ok {
		t.Error("a field that the tenant lacks was found")
	}
}

func TestDefaultsAreGood(t *testing.T) {
	if _, err := tenant.New("papper", "Papper", nil, tenant.Defaults(), now); err != nil {
		t.Error(err, fault.From(err).Details)
	}
}

func TestEachRuleRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*tenant.State)
		want   string
	}{
		"no identifier":                     {func(s *tenant.State) { s.ID = "" }, "/id not_identifier"},
		"the platform's identifier":         {func(s *tenant.State) { s.ID = tenant.Platform }, "/id not_identifier"},
		"an identifier with a dot":          {func(s *tenant.State) { s.ID = "a.b" }, "/id not_identifier"},
		"an identifier in capitals":         {func(s *tenant.State) { s.ID = "Papper" }, "/id not_identifier"},
		"an identifier of 65 letters":       {func(s *tenant.State) { s.ID = tenant.ID(strings.Repeat("a", 65)) }, "/id not_identifier"},
		"no name":                           {func(s *tenant.State) { s.Name = " " }, "/name missing"},
		"a field with a bad name":           {func(s *tenant.State) { s.Fields[1].Name = "Cost Centre" }, "/fields/1/name not_identifier"},
		"two fields of one name":            {func(s *tenant.State) { s.Fields[1].Name = "punchout" }, "/fields/1/name repeated"},
		"a field without type":              {func(s *tenant.State) { s.Fields[1].Type = tenant.FieldType{} }, "/fields/1/type missing_type"},
		"a field with a label of two lines": {func(s *tenant.State) { s.Fields[1].Label = "a\nb" }, "/fields/1/label control_character"},
		"a deciding field that is none": {func(s *tenant.State) { s.Settings.DecidingField = "vip" },
			"/settings/deciding_field not_checkbox"},
		"a deciding field of text": {func(s *tenant.State) { s.Settings.DecidingField = "cost-centre" },
			"/settings/deciding_field not_checkbox"},
		"a landing page without host": {func(s *tenant.State) { s.Settings.LandingURL = "https:///a" }, "/settings/landing_url not_url"},
		"a landing page of script": {func(s *tenant.State) { s.Settings.LandingURL = "javascript:alert(1)" },
			"/settings/landing_url not_url"},
		"a landing page with a fragment": {func(s *tenant.State) { s.Settings.LandingURL = "https://a.example/#x" },
			"/settings/landing_url not_url"},
		"a catalogue without host": {func(s *tenant.State) { s.Settings.CatalogueURL = "/articles" }, "/settings/catalogue_url not_url"},
		"a catalogue with a user": {func(s *tenant.State) { s.Settings.CatalogueURL = "https://u:p@shop.example.com/" },
			"/settings/catalogue_url not_url"},
		"a catalogue of files":       {func(s *tenant.State) { s.Settings.CatalogueURL = "file://host/a" }, "/settings/catalogue_url not_url"},
		"a landing page of nonsense": {func(s *tenant.State) { s.Settings.LandingURL = "https://[" }, "/settings/landing_url not_url"},
		"no start path":              {func(s *tenant.State) { s.Settings.StartPath = "" }, "/settings/start_path not_path"},
		"a start path of another host": {func(s *tenant.State) { s.Settings.StartPath = "//evil.example" },
			"/settings/start_path not_path"},
		"the same with a backslash": {func(s *tenant.State) { s.Settings.StartPath = `/\evil.example` },
			"/settings/start_path not_path"},
		"the same with a tab": {func(s *tenant.State) { s.Settings.StartPath = "/\t/evil.example" },
			"/settings/start_path not_path"},
		"a start path that is relative": {func(s *tenant.State) { s.Settings.StartPath = "start" }, "/settings/start_path not_path"},
		"no text on the button":         {func(s *tenant.State) { s.Settings.SendOrderLabel = "\t" }, "/settings/send_order_label missing"},
		"a text on the button that no document can carry": {func(s *tenant.State) { s.Settings.SendOrderLabel = "Skicka\x00" },
			"/settings/send_order_label control_character"},
		"a language that is none": {func(s *tenant.State) { s.Settings.Language = "svenska språket" },
			"/settings/language not_language"},
		"a currency that is none": {func(s *tenant.State) { s.Settings.Currency = "KRO" }, "/settings/currency unknown_currency"},
		"a currency in small letters": {func(s *tenant.State) { s.Settings.Currency = "sek" },
			"/settings/currency unknown_currency"},
		"a UNSPSC code of six digits": {func(s *tenant.State) { s.Settings.UNSPSC = "141115" }, "/settings/unspsc not_unspsc"},
		"a seller's scheme alone": {func(s *tenant.State) { s.Settings.Seller.Endpoint.ID = "" },
			"/settings/seller/endpoint/id missing"},
		"a session of seconds": {func(s *tenant.State) { s.Settings.SessionTTL = 59 * time.Second },
			"/settings/session_seconds out_of_range"},
		"a session longer than the most": {func(s *tenant.State) { s.Settings.SessionTTL = 25 * time.Hour },
			"/settings/session_seconds out_of_range"},
		"a session of two months": {func(s *tenant.State) { s.Settings.MaxSessionTTL = 60 * 24 * time.Hour },
			"/settings/session_seconds out_of_range"},
		"an order of minutes": {func(s *tenant.State) { s.Settings.OrderTTL = 59 * time.Minute },
			"/settings/order_seconds out_of_range"},
		"personal data for less than nothing": {func(s *tenant.State) { s.Settings.Retention = -1 },
			"/settings/retention_days out_of_range"},
		"personal data for eleven years": {func(s *tenant.State) { s.Settings.Retention = 11 * 365 * 24 * time.Hour },
			"/settings/retention_days out_of_range"},
		"an audit log of eleven years": {func(s *tenant.State) { s.Settings.AuditRetention = 11 * 365 * 24 * time.Hour },
			"/settings/audit_retention_days out_of_range"},
		"an order of years": {func(s *tenant.State) { s.Settings.OrderTTL = 367 * 24 * time.Hour },
			"/settings/order_seconds out_of_range"},
	} {
		s := good()
		c.change(&s)
		made, err := build(s)
		if got := codes(err); made != nil || !errors.Is(err, tenant.ErrInvalid) || !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: the details are %q, want %q alone", name, got, c.want)
		}
	}
}

func codes(err error) []string {
	if err == nil {
		return nil
	}
	var out []string
	for _, d := range fault.From(err).Details {
		out = append(out, d.Path+" "+d.Code)
	}
	return out
}

func TestAllThatIsWrongIsListed(t *testing.T) {
	s := good()
	s.Name, s.Settings.StartPath, s.Settings.OrderTTL = "", "", 0
	_, err := build(s)
	want := []string{"/name missing", "/settings/start_path not_path", "/settings/order_seconds out_of_range"}
	if got := codes(err); !slices.Equal(got, want) {
		t.Errorf("the details are %q, want %q", got, want)
	}
}

func TestChangeReplacesNameFieldsAndSettings(t *testing.T) {
	made, next := mustBuild(t, good()), good()
	next.Name, next.Fields, next.Settings = "Penna", slices.Clone(next.Fields[:1]), tenant.Defaults()
	if err := made.Change(next.Name, next.Fields, next.Settings); err != nil {
		t.Fatal(err)
	}
	if got := made.Snapshot(); !reflect.DeepEqual(got, next) {
		t.Errorf("the tenant became %+v, want %+v", got, next)
	}
}

func TestRefusedChangeChangesNothing(t *testing.T) {
	retyped := good().Fields
	retyped[1].Type = tenant.Number
	for name, c := range map[string]struct {
		name   string
		fields []tenant.Field
		want   string
	}{
		"no name":               {"", good().Fields, "/name missing"},
		"another type of field": {"Papper", retyped, "/fields/1/type type_changed"},
	} {
		made := mustBuild(t, good())
		if got := codes(made.Change(c.name, c.fields, good().Settings)); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: the details are %q, want %q", name, got, c.want)
		}
		if got := made.Snapshot(); !reflect.DeepEqual(got, good()) {
			t.Errorf("%s: the tenant became %+v", name, got)
		}
	}
}

func TestTenantSharesNothingWithTheWorld(t *testing.T) {
	given := good()
	made := mustBuild(t, given)
	spoil := func(s tenant.State) { s.Fields[0].Name, s.Settings.AllowedFormats[0] = "spoilt", "spoilt" }
	spoil(given)
	spoil(made.Snapshot())
	made.Settings().AllowedFormats[0] = "spoilt"
	if got := made.Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("the tenant became %+v", got)
	}
	given = good()
	if err := made.Change(given.Name, given.Fields, given.Settings); err != nil {
		t.Fatal(err)
	}
	spoil(given)
	if got := made.Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("after a change the tenant became %+v", got)
	}
}

func TestFieldTypesAreClosed(t *testing.T) {
	for _, want := range []tenant.FieldType{tenant.Text, tenant.Number, tenant.Checkbox} {
		if got, err := tenant.ParseFieldType(want.String()); err != nil || got != want {
			t.Errorf("%v was parsed as %v, %v", want, got, err)
		}
	}
	for _, name := range []string{"", "Text", "date"} {
		if _, err := tenant.ParseFieldType(name); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q is answered with %v", name, err)
		}
	}
}

func TestIdentifier(t *testing.T) {
	for s, want := range map[string]bool{
		"a": true, "0": true, "papper-penna_2": true, strings.Repeat("a", 64): true,
		"": false, "-a": false, "_a": false, "A": false, "a.b": false, "a/b": false, "a b": false, "å": false, "a\x00": false,
		strings.Repeat("a", 65): false,
	} {
		if got := tenant.Identifier(s); got != want {
			t.Errorf("Identifier(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestTheSecretOfTheCatalogueOutlivesAChange(t *testing.T) {
	made := mustBuild(t, good())
	if made.CatalogueSecret() != "" {
		t.Errorf("a new tenant has the secret %q", made.CatalogueSecret())
	}
	made.SetCatalogueSecret("v1.sealed")
	if err := made.Change("Renamed", good().Fields, good().Settings); err != nil || made.Snapshot().CatalogueSecret != "v1.sealed" {
		t.Errorf("after a change it has %q, %v", made.CatalogueSecret(), err)
	}
}
