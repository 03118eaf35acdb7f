package body

import (
	"reflect"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/tenant"
)

var (
	now   = time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)
	party = cart.Party{
		Name: "Papper och Penna AB", Endpoint: cart.Identifier{Scheme: "0088", ID: "7300010000001"},
		Identifier: cart.Identifier{Scheme: "0007", ID: "5560000001"}, Reference: "4711",
	}
)

// again writes a view and reads it into a body.
func again(t *testing.T, view, body any) {
	t.Helper()
	text, err := strictjson.Encode(view)
	if err != nil {
		t.Fatal(err)
	}
	if err := strictjson.Decode(text, body); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// filled fails the test where a member of the struct is zero, since then it proves nothing about that member.
func filled(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s is not filled in", path)
	}
	if _, isTime := reflect.TypeAssert[time.Time](v); v.Kind() == reflect.Struct && !isTime {
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				filled(t, path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		}
	}
}

func TestWhatIsReadOfAConnectionCanBeWrittenBack(t *testing.T) {
	identity := []connection.Identity{{Domain: "DUNS", ID: "1"}}
	profile := connection.Profile{
		Name: "Proceedo", Customer: "goteborg", Format: "proceedo-cxml", Active: true, TestMode: true, Options: []byte(`{"a":[1]}`),
		Mapping: []byte(`{"lines":{}}`), BuyerSystem: "proceedo",
		Login: connection.Login{
			Method: connection.Post, Names: connection.Presets["plain"], User: "goteborg", Customer: "4711",
			From: identity, To: identity, Sender: identity,
		},
		Return: connection.Return{
			FromCall: true, Hosts: []string{"*.example.com"}, Fixed: "https://buyer.example.com/", FormAction: []string{"https://login.example.com"}, FrameAncestors: []string{"https://buyer.example.com"},
			Transfer: connection.Push,
		},
		Ordering: connection.Ordering{
			Format: "cxml-1.2", Options: []byte(`{"b":2}`), Login: connection.Bearer,
			Policy:    purchase.Policy{purchase.MemberPrice: purchase.Reject, purchase.MemberUnit: purchase.Confirm},
			AnswerURL: "https://buyer.example.com/answers", AnswerUser: "papper",
		},
		Seller: party, Buyer: party, HighestValue: money.Amount{Value: money.MustParse("100.50"), Currency: "SEK"},
		LateCompletion: true, CompleteByGet: true,
	}
	filled(t, "Profile", reflect.ValueOf(profile))
	c, err := connection.New("papper", "c1", profile, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	b := NewConnection()
	again(t, OfConnection(c), &b)
	if read, err := b.Read(); err != nil || !reflect.DeepEqual(read, profile) || b.ID != "c1" || !b.CreatedAt.Equal(now) {
		t.Errorf("%v: %+v, want %+v", err, read, profile)
	}
}

func TestWhatIsReadOfACustomerOrTenantCanBeWrittenBack(t *testing.T) {
	fields := []tenant.Field{{Name: "punchout", Label: "PunchOut", Type: tenant.Checkbox}, {Name: "region", Label: "Region", Type: tenant.Text}}
	settings := tenant.Settings{
		DecidingField: "punchout", LandingURL: "https://shop.example.com/", StartPath: "/start", SendOrderLabel: "Skicka", Seller: party,
		Language: "en", Currency: "SEK", UNSPSC: "14111507", AllowedFormats: []string{"oci-4"}, SessionTTL: time.Hour, MaxSessionTTL: 2 * time.Hour, OrderTTL: 3 * time.Hour,
		Retention: 4 * day, AuditRetention: 5 * day,
		CatalogueURL: "https://shop.example.com/articles",
	}
	filled(t, "Settings", reflect.ValueOf(settings))
	shop, err := tenant.New("papper", "Papper", fields, settings, now)
	if err != nil {
		t.Fatal(err)
	}
	b := NewTenant()
	again(t, OfTenant(shop), &b)
	readFields, readSettings, err := b.Read()
	if err != nil || !reflect.DeepEqual(readFields, fields) || !reflect.DeepEqual(readSettings, settings) || b.ID != "papper" || b.Name != "Papper" {
		t.Errorf("%v: %+v, want %+v", err, readSettings, settings)
	}

	profile := customer.Profile{
		Number: "10042", Name: "Göteborgs stad", Active: true, ContractFrom: now, ContractUntil: now.Add(time.Hour), Buyer: party,
		Values: map[string]string{"punchout": "true", "region": "väst"},
	}
	filled(t, "Profile", reflect.ValueOf(profile))
	who, err := customer.New(shop, "goteborg", profile, now)
	if err != nil {
		t.Fatal(err)
	}
	var body Customer
	again(t, OfCustomer(who), &body)
	if read := body.Read(); !reflect.DeepEqual(read, profile) || body.ID != "goteborg" {
		t.Errorf("%+v, want %+v", read, profile)
	}
}

func TestWhatABodyLeavesOutGetsItsDefault(t *testing.T) {
	b := NewTenant()
	if err := strictjson.Decode([]byte(`{"name":"Papper"}`), &b); err != nil {
		t.Fatal(err)
	}
	if _, settings, err := b.Read(); err != nil || !reflect.DeepEqual(settings, tenant.Defaults()) {
		t.Errorf("%v: %+v", err, settings)
	}
	c := NewConnection()
	if err := strictjson.Decode([]byte(`{"login":{"user":"u"},"return":{"fixed":"https://buyer.example.com/"}}`), &c); err != nil {
		t.Fatal(err)
	}
	p, err := c.Read()
	if err != nil || !p.Active || p.Login.Method != connection.Any || p.Return.Transfer != connection.Browser || p.Login.Names != connection.Presets["oci"] ||
		p.Ordering.Login != connection.BasicOrBearer {
		t.Errorf("%v: %+v", err, p)
	}
}

func TestALongTimeDoesNotTurnNegative(t *testing.T) {
	for n, want := range map[int64]time.Duration{0: 0, 60: time.Minute, -5: -5 * time.Second, 1 << 62: 9223372036 * time.Second} {
		if got := Seconds(n); got != want {
			t.Errorf("%d seconds become %s, want %s", n, got, want)
		}
	}
}

func TestNamesOfParametersThatAreNoPresetAreRefused(t *testing.T) {
	b := NewConnection()
	b.Login.Preset = "sap"
	if _, err := b.Read(); len(fault.From(err).Details) != 1 || fault.From(err).Details[0].Path != "/login/preset" {
		t.Errorf("%v", err)
	}
}

func TestAnOrderingThatSaysNothingIsRefused(t *testing.T) {
	for path, ordering := range map[string]Ordering{
		"/ordering/login":  {Login: "digest"},
		"/ordering/policy": {Login: "basic", Policy: map[string]string{"unit_price": "ask"}},
	} {
		b := NewConnection()
		b.Ordering = ordering
		if _, err := b.Read(); len(fault.From(err).Details) != 1 || fault.From(err).Details[0].Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}
