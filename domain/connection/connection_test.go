package connection_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// good returns the state of a connection with everything set.
func good() connection.State {
	return connection.State{
		Tenant: "papper", ID: "k1", CreatedAt: now,
		Credentials: []connection.Credential{{ID: "s1", Verifier: "hmac:1", CreatedAt: now}},
		Profile: connection.Profile{
			Name: "Proceedo", Customer: "c1", Format: "proceedo-cxml", Active: true, TestMode: true,
			Options: json.RawMessage(`{"dtd":"1.2.014"}`), Mapping: json.RawMessage(`{"lines":{}}`), BuyerSystem: "proceedo",
			Login: connection.Login{
				Method: connection.Post, Names: connection.Presets[connection.DefaultPreset], User: "goteborg", Customer: "10042",
				From:   []connection.Identity{{Domain: "DUNS", ID: "1"}},
				To:     []connection.Identity{{Domain: "DUNS", ID: "2"}},
				Sender: []connection.Identity{{Domain: "NetworkID", ID: "AN01"}},
			},
			Return: connection.Return{
				FromCall: true, Hosts: []string{"buyer.example.com", "*.example.net:8443"}, Fixed: "https://fixed.example.com/return?a=b",
				FormAction: []string{"https://login.example.com"}, Transfer: connection.Browser,
			},
			Ordering: connection.Ordering{
				Format: "cxml-1.2", Options: json.RawMessage(`{"a":1}`), Login: connection.Basic,
				Policy:    purchase.Policy{purchase.MemberUnit: purchase.Confirm},
				AnswerURL: "https://buyer.example.com/answers", AnswerUser: "papper",
			},
			Seller:         cart.Party{Name: "Papper"},
			Buyer:          cart.Party{Name: "Göteborgs stad"},
			HighestValue:   money.Amount{Value: money.MustParse("50000"), Currency: "SEK"},
			LateCompletion: true, CompleteByGet: true,
		},
	}
}

func build(s connection.State) (*connection.Connection, error) {
	return connection.New(s.Tenant, s.ID, s.Profile, s.Credentials, s.CreatedAt)
}

func mustBuild(t *testing.T, s connection.State) *connection.Connection {
	t.Helper()
	made, err := build(s)
	if err != nil {
		t.Fatal(err, fault.From(err).Details)
	}
	return made
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

func TestGoodConnectionKeepsEverything(t *testing.T) {
	made := mustBuild(t, good())
	if got := made.Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("the connection is %+v, want %+v", got, good())
	}
	if got := connection.Restore(good()).Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("restored it is %+v, want %+v", got, good())
	}
	if made.Tenant() != "papper" || made.ID() != "k1" || !reflect.DeepEqual(made.Profile(), good().Profile) ||
		!reflect.DeepEqual(made.Credentials(now), good().Credentials) {
		t.Errorf("the connection answers with %q, %q, %+v, %v", made.Tenant(), made.ID(), made.Profile(), made.Credentials(now))
	}
}

func TestLeastConnectionsAreGood(t *testing.T) {
	for name, change := range map[string]func(*connection.Profile){
		"login by form alone":                  func(p *connection.Profile) { p.Login.From, p.Login.To, p.Login.Sender = nil, nil, nil },
		"login by cXML alone":                  func(p *connection.Profile) { p.Login.User = "" },
		"the return address of the call alone": func(p *connection.Profile) { p.Return.Fixed = "" },
		"the fixed return address alone":       func(p *connection.Profile) { p.Return.FromCall, p.Return.Hosts = false, nil },
		"no bound on the value":                func(p *connection.Profile) { p.HighestValue = money.Amount{} },
		"pings alone": func(p *connection.Profile) {
			p.Ordering = connection.Ordering{Login: connection.BasicOrBearer}
		},
		"purchase orders without answers": func(p *connection.Profile) { p.Ordering.AnswerURL = "" },
		"answers to this machine":         func(p *connection.Profile) { p.Ordering.AnswerURL = "http://127.0.0.1:5000/answers" },
		"a loopback host with a port": func(p *connection.Profile) {
			p.Return.Hosts = []string{"127.0.0.1:5000", "[::1]:5000", "localhost"}
		},
		"names for user and password alone": func(p *connection.Profile) {
			p.Login.Names = connection.Names{User: "u", Password: "p"}
		},
	} {
		s := good()
		change(&s.Profile)
		if _, err := build(s); err != nil {
			t.Errorf("%s: %q", name, codes(err))
		}
	}
}

func TestEachRuleRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*connection.Profile)
		want   string
	}{
		"no name":                          {func(p *connection.Profile) { p.Name = " " }, "/name missing"},
		"no customer":                      {func(p *connection.Profile) { p.Customer = "" }, "/customer missing"},
		"no format":                        {func(p *connection.Profile) { p.Format = "" }, "/format missing"},
		"a buyer system that there is not": {func(p *connection.Profile) { p.BuyerSystem = "workday" }, "/buyer_system unknown_buyer_system"},
		"a seller's scheme alone":          {func(p *connection.Profile) { p.Seller.Endpoint.Scheme = "0088" }, "/seller/endpoint/id missing"},
		"a buyer's scheme alone":           {func(p *connection.Profile) { p.Buyer.Identifier.Scheme = "0088" }, "/buyer/identifier/id missing"},
		"a bound without currency": {func(p *connection.Profile) { p.HighestValue.Currency = "" },
			"/highest_value/currency unknown_currency"},
		"a bound of nothing": {func(p *connection.Profile) { p.HighestValue.Value = money.FromInt(0) }, "/highest_value/value not_positive"},

		"no login method": {func(p *connection.Profile) { p.Login.Method = connection.Method{} }, "/login/method missing"},
		"no way to log in": {func(p *connection.Profile) {
			p.Login.User, p.Login.From, p.Login.To, p.Login.Sender = "", nil, nil, nil
		},
			"/login/user missing"},
		"cXML credentials without sender": {func(p *connection.Profile) { p.Login.Sender = nil }, "/login/from incomplete"},
		"cXML credentials without from":   {func(p *connection.Profile) { p.Login.From = nil }, "/login/from incomplete"},
		"a credential without domain":     {func(p *connection.Profile) { p.Login.To[0].Domain = " " }, "/login/from blank"},
		"a credential without identity":   {func(p *connection.Profile) { p.Login.Sender[0].ID = "" }, "/login/from blank"},
		"no name for the user":            {func(p *connection.Profile) { p.Login.Names.User = "" }, "/login/names/user missing"},
		"no name for the password":        {func(p *connection.Profile) { p.Login.Names.Password = "" }, "/login/names/password missing"},
		"one name twice, in another case": {func(p *connection.Profile) { p.Login.Names.Session = "username" }, "/login/names/session repeated"},

		"no way of transfer": {func(p *connection.Profile) { p.Return.Transfer = connection.Transfer{} },
			"/return/transfer missing"},
		"no return address": {func(p *connection.Profile) { p.Return = connection.Return{Transfer: connection.Push} },
			"/return/fixed missing"},
		"the call's address without hosts": {func(p *connection.Profile) { p.Return.Hosts = nil }, "/return/hosts missing"},
		"a fixed address of script":        {func(p *connection.Profile) { p.Return.Fixed = "javascript:alert(1)" }, "/return/fixed not_url"},

		"no login for purchase orders": {func(p *connection.Profile) { p.Ordering.Login = connection.OrderLogin{} }, "/ordering/login missing"},
		"a policy for nothing":         {func(p *connection.Profile) { p.Ordering.Policy["price"] = purchase.Hold }, "/ordering/policy unknown_member"},
		"answers to no purchase orders": {func(p *connection.Profile) { p.Ordering.Format = "" },
			"/ordering/format missing"},
		"answers in clear text":       {func(p *connection.Profile) { p.Ordering.AnswerURL = "http://buyer.example.com/" }, "/ordering/answer_url not_https"},
		"answers to no host":          {func(p *connection.Profile) { p.Ordering.AnswerURL = "https://" }, "/ordering/answer_url not_url"},
		"answers to an address alone": {func(p *connection.Profile) { p.Ordering.AnswerURL = "buyer.example.com" }, "/ordering/answer_url not_url"},
		"answers to an address with a user": {func(p *connection.Profile) { p.Ordering.AnswerURL = "https://u:p@buyer.example.com/" },
			"/ordering/answer_url not_url"},
	} {
		s := good()
		c.change(&s.Profile)
		made, err := build(s)
		if got := codes(err); made != nil || !errors.Is(err, connection.ErrInvalid) || !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: the details are %q, want %q alone", name, got, c.want)
		}
	}
}

func TestChange(t *testing.T) {
	made, next := mustBuild(t, good()), good()
	next.Profile.Name, next.Profile.Options = "Renamed", json.RawMessage(`{}`)
	if err := made.Change(next.Profile); err != nil {
		t.Fatal(err)
	}
	if got := made.Snapshot(); !reflect.DeepEqual(got, next) {
		t.Errorf("the connection became %+v, want %+v", got, next)
	}
	for want, change := range map[string]func(*connection.Profile){
		"/customer changed": func(p *connection.Profile) { p.Customer = "c2" },
		"/format missing":   func(p *connection.Profile) { p.Format = "" },
	} {
		p := good().Profile
		change(&p)
		if got := codes(made.Change(p)); !slices.Equal(got, []string{want}) {
			t.Errorf("the details are %q, want %q", got, want)
		}
		if got := made.Snapshot(); !reflect.DeepEqual(got, next) {
			t.Errorf("a refused change left %+v", got)
		}
	}
}

func TestReplaceLeavesOneCredential(t *testing.T) {
	made, fresh := mustBuild(t, good()), connection.Credential{ID: "s2", Verifier: "hmac:2", CreatedAt: now}
	made.Replace(fresh, now)
	if got := made.Snapshot().Credentials; !slices.Equal(got, []connection.Credential{fresh}) {
		t.Errorf("the credentials are %v", got)
	}
}

func TestAReplacedSecretStaysGoodAsLongAsItIsKept(t *testing.T) {
	at := func(hour int) time.Time { return now.Add(time.Duration(hour) * time.Hour) }
	credential := func(id string, hour int) connection.Credential {
		return connection.Credential{ID: id, Verifier: "hmac:" + id, CreatedAt: at(hour)}
	}
	made := mustBuild(t, good()) // with s1
	expect := func(hour int, want ...string) {
		t.Helper()
		var ids []string
		for _, c := range made.Credentials(at(hour)) {
			ids = append(ids, c.ID)
		}
		if !slices.Equal(ids, want) {
			t.Errorf("after %d hours %q are good, not %q", hour, ids, want)
		}
	}
	made.Replace(credential("s2", 1), at(10))
	expect(1, "s2", "s1")
	expect(9, "s2", "s1")
	expect(10, "s2")
	made.Replace(credential("s3", 2), at(4)) // s1 would be good for longer
	expect(2, "s3", "s2")
	expect(4, "s3")
	made.Replace(credential("s4", 5), at(6)) // s2 has ended
	expect(5, "s4", "s3")
	if n := len(made.Snapshot().Credentials); n != 2 {
		t.Errorf("%d credentials are kept", n)
	}
	made.Replace(credential("s5", 6), at(6))
	expect(6, "s5")
}

func TestTheSecretForAnswersIsNoPartOfTheProfile(t *testing.T) {
	made := mustBuild(t, good())
	if made.AnswerSecret() != "" {
		t.Errorf("a new connection has the secret %q", made.AnswerSecret())
	}
	made.SetAnswerSecret("v1.sealed")
	if err := made.Change(good().Profile); err != nil || made.AnswerSecret() != "v1.sealed" || made.Snapshot().AnswerSecret != "v1.sealed" {
		t.Errorf("after a change it has %q, %v", made.AnswerSecret(), err)
	}
}

func TestConnectionSharesNothingWithTheWorld(t *testing.T) {
	spoilProfile := func(p connection.Profile) {
		p.Options[0], p.Mapping[0], p.Ordering.Options[0] = 'X', 'X', 'X'
		p.Ordering.Policy[purchase.MemberUnit] = purchase.Reject
		p.Login.From[0].ID, p.Login.To[0].ID, p.Login.Sender[0].ID = "X", "X", "X"
		p.Return.Hosts[0], p.Return.FormAction[0] = "X", "X"
	}
	given := good()
	made := mustBuild(t, given)
	spoilProfile(given.Profile)
	given.Credentials[0].ID = "X"
	spoilProfile(made.Profile())
	made.Credentials(now)[0].ID = "X"
	made.Snapshot().Credentials[0].ID = "X"
	if got := made.Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("the connection became %+v", got)
	}
	next := good().Profile
	if err := made.Change(next); err != nil {
		t.Fatal(err)
	}
	spoilProfile(next)
	if got := made.Snapshot(); !reflect.DeepEqual(got, good()) {
		t.Errorf("after a change the connection became %+v", got)
	}
}

func TestMethodsAndTransfersAreClosed(t *testing.T) {
	for _, want := range []connection.OrderLogin{connection.BasicOrBearer, connection.Basic, connection.Bearer} {
		if got, err := connection.ParseOrderLogin(want.String()); err != nil || got != want {
			t.Errorf("%v was parsed as %v, %v", want, got, err)
		}
	}
	if got, err := connection.ParseOrderLogin(""); err == nil || got != (connection.OrderLogin{}) {
		t.Errorf("no name was parsed as %v, %v", got, err)
	}
	for _, want := range []connection.Method{connection.Any, connection.Get, connection.Post} {
		if got, err := connection.ParseMethod(want.String()); err != nil || got != want {
			t.Errorf("%v was parsed as %v, %v", want, got, err)
		}
	}
	for _, want := range []connection.Transfer{connection.Browser, connection.Push} {
		if got, err := connection.ParseTransfer(want.String()); err != nil || got != want {
			t.Errorf("%v was parsed as %v, %v", want, got, err)
		}
	}
	for _, name := range []string{"", "GET", "put"} {
		if _, err := connection.ParseMethod(name); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the method %q is answered with %v", name, err)
		}
		if _, err := connection.ParseTransfer(name); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the transfer %q is answered with %v", name, err)
		}
	}
}

func TestMethodAllows(t *testing.T) {
	for method, want := range map[connection.Method][]string{
		connection.Any:  {http.MethodGet, http.MethodPost},
		connection.Get:  {http.MethodGet},
		connection.Post: {http.MethodPost},
		{}:              nil,
	} {
		for _, m := range []string{http.MethodGet, http.MethodPost} {
			if got := method.Allows(m); got != slices.Contains(want, m) {
				t.Errorf("%q allows %s: %v", method, m, got)
			}
		}
	}
}

func TestPresetsAreCompleteAndWithoutDoubles(t *testing.T) {
	if _, ok := connection.Presets[connection.DefaultPreset]; !ok {
		t.Errorf("the default preset %q is none", connection.DefaultPreset)
	}
	for name, preset := range connection.Presets {
		s := good()
		s.Profile.Login.Names = preset
		if _, err := build(s); err != nil {
			t.Errorf("a connection with the preset %s is refused: %q", name, codes(err))
		}
		for field, value := range reflect.ValueOf(preset).Fields() {
			if value.String() == "" {
				t.Errorf("the preset %s has no name for %s", name, field.Name)
			}
		}
	}
}

func TestMatchesUser(t *testing.T) {
	l := connection.Login{User: "goteborg"}
	for user, want := range map[string]bool{"goteborg": true, "Goteborg": false, "goteborg\t": false, "": false, "other": false} {
		if got := l.MatchesUser(user); got != want {
			t.Errorf("the user %q matches: %v", user, got)
		}
	}
	if (&connection.Login{}).MatchesUser("") {
		t.Error("no user matches a connection without one")
	}
}

func TestMatchesIdentities(t *testing.T) {
	id := func(domain, id string) []connection.Identity { return []connection.Identity{{Domain: domain, ID: id}} }
	configured := connection.Login{
		From: id("DUNS", "1"), To: id("DUNS", "2"), Sender: append(id("NetworkID", "AN0"), id("NetworkID", "AN01")...),
	}
	other := append(id("Other", "9"), id("duns ", " 1")...)
	for name, c := range map[string]struct {
		login            connection.Login
		from, to, sender []connection.Identity
		want             bool
	}{
		"all three match":                   {configured, id("DUNS", "1"), id("DUNS", "2"), id("NetworkID", "AN01"), true},
		"one of several, trimmed, any case": {configured, other, id("DUNS", "2"), id("networkid", "AN0"), true},
		"another from":                      {configured, id("DUNS", "3"), id("DUNS", "2"), id("NetworkID", "AN01"), false},
		"another to":                        {configured, id("DUNS", "1"), id("DUNS", "1"), id("NetworkID", "AN01"), false},
		"another sender":                    {configured, id("DUNS", "1"), id("DUNS", "2"), id("NetworkID", "an01"), false},
		"another domain":                    {configured, id("NetworkID", "1"), id("DUNS", "2"), id("NetworkID", "AN01"), false},
		"no sender presented":               {configured, id("DUNS", "1"), id("DUNS", "2"), nil, false},
		"nothing configured, nothing there": {connection.Login{}, nil, nil, nil, false},
		"nothing configured, blank there":   {connection.Login{}, id("", ""), id("", ""), id("", ""), false},
	} {
		if got := c.login.MatchesIdentities(c.from, c.to, c.sender); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestLinkIsGoodUntilItIsRevoked(t *testing.T) {
	link := connection.NewLink(mustBuild(t, good()), "l1", now)
	want := connection.LinkState{Tenant: "papper", ID: "l1", Connection: "k1", CreatedAt: now}
	if link.Snapshot() != want || connection.RestoreLink(want).Snapshot() != want {
		t.Errorf("the link is %+v, want %+v", link.Snapshot(), want)
	}
	if err := link.Check(); err != nil {
		t.Errorf("a new link is refused: %v", err)
	}
	link.Revoke(now.Add(time.Hour))
	link.Revoke(now.Add(2 * time.Hour))
	if err := link.Check(); !errors.Is(err, connection.ErrLinkRevoked) || fault.KindOf(err) != fault.Gone {
		t.Errorf("a revoked link is answered with %v", err)
	}
	if got := link.Snapshot().RevokedAt; !got.Equal(now.Add(time.Hour)) {
		t.Errorf("revoking twice moved the time to %v", got)
	}
}

func TestTheUseOfALinkIsKnownToTheMinute(t *testing.T) {
	link := connection.NewLink(mustBuild(t, good()), "l1", now)
	for i, c := range []struct {
		after time.Duration
		kept  bool
	}{{0, true}, {time.Second, false}, {59 * time.Second, false}, {time.Minute, true}, {90 * time.Second, false}, {-time.Hour, false}} {
		before := link.Snapshot().LastUsedAt
		if kept := link.Use(now.Add(c.after)); kept != c.kept {
			t.Errorf("use %d is kept: %t", i, kept)
		}
		want := map[bool]time.Time{true: now.Add(c.after), false: before}[c.kept]
		if got := link.Snapshot().LastUsedAt; !got.Equal(want) {
			t.Errorf("after use %d the last one was at %v, not %v", i, got, want)
		}
	}
}

func TestANetworkLinkHasNoConnection(t *testing.T) {
	link := connection.NewNetworkLink("papper", "l1", now)
	if want := (connection.LinkState{Tenant: "papper", ID: "l1", CreatedAt: now}); link.Snapshot() != want || !link.Network() {
		t.Errorf("the link is %+v, want %+v", link.Snapshot(), want)
	}
	if of, id, err := connection.ParseLinkAddress(link.Address()); err != nil || of != "papper" || id != "l1" {
		t.Errorf("its address leads to %s and %s, %v", of, id, err)
	}
	if connection.NewLink(mustBuild(t, good()), "l1", now).Network() {
		t.Error("the link of a connection is one of the network")
	}
}

func TestLinkAddressNamesTenantAndLink(t *testing.T) {
	address := connection.NewLink(mustBuild(t, good()), "l1", now).Address()
	if of, id, err := connection.ParseLinkAddress(address); err != nil || of != "papper" || id != "l1" {
		t.Errorf("%q was parsed as %q, %q, %v", address, of, id, err)
	}
	for _, address := range []string{
		"", ".", "papper", "papper.", ".l1", "papper.l1.x", "papper.l1/", "Papper.l1", "papper.L1",
		"papper. l1", "-.l1", "papper.$ne", "papper.l1\x00",
	} {
		if of, id, err := connection.ParseLinkAddress(address); !errors.Is(err, connection.ErrNoLink) || of != "" || id != "" {
			t.Errorf("%q was parsed as %q, %q, %v", address, of, id, err)
		}
	}
}
