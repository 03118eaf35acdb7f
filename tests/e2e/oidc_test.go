package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/oidc"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/secret"
	users "github.com/punchgate/punchgate/domain/user"
)

// providerFile is the server that comes with github.com/zitadel/oidc, which `make tools` installs.
const providerFile = "../../.bin/openid-provider-v3.52.0"

// provider is an identity provider of its own, a process beside the gateway, with the users of providerUsers.
type provider struct {
	t      *testing.T
	port   string
	issuer string
}

// providerUsers have annasPassword there.
var providerUsers = map[string]map[string]any{
	"anna":  {"Email": "Anna@Example.com", "EmailVerified": true},
	"bo":    {"Email": "bo@example.com", "EmailVerified": false},
	"clara": {"Email": "clara@example.com", "EmailVerified": true},
	"eve":   {"Email": "eve@example.com", "EmailVerified": true},
}

// newProvider finds an address for the provider, which does not run yet.
func newProvider(t *testing.T) *provider {
	t.Helper()
	if _, err := os.Stat(providerFile); err != nil {
		if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
			t.Fatalf("%v; make tools installs it", err)
		}
		t.Skip("no identity provider; make tools installs one")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, number, err := net.SplitHostPort(free.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	return &provider{t, number, "http://localhost:" + number + "/"}
}

// run runs the provider until the test ends. It leads browsers back to the gateway.
func (p *provider) run(gateway string) {
	p.t.Helper()
	all := map[string]map[string]any{}
	for name, u := range providerUsers {
		u["ID"], u["Username"], u["Password"], u["PreferredLanguage"] = "sub-"+name, name, annasPassword, "sv"
		all["sub-"+name] = u
	}
	content, err := json.Marshal(all)
	if err != nil {
		p.t.Fatal(err)
	}
	file := filepath.Join(p.t.TempDir(), "users.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
	command := exec.Command(providerFile)
	command.Env = append(os.Environ(), "PORT="+p.port, "USERS_FILE="+file, "REDIRECT_URI="+gateway+"/admin/oidc/callback")
	if err := command.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = command.Process.Kill() // it keeps nothing
		_ = command.Wait()
	})
	for range 200 {
		if response, err := http.Get(p.issuer + ".well-known/openid-configuration"); err == nil {
			_ = response.Body.Close()
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatal("the provider does not answer")
}

var authRequest = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signIn signs somebody in at the provider, where the address leads, and returns where the browser is led back.
func (p *provider) signIn(address, name string) (callback string) {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/admin/oidc/callback" {
			callback = r.URL.RequestURI()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	read := func(response *http.Response, err error) string {
		p.t.Helper()
		if err != nil {
			p.t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			p.t.Fatal(err)
		}
		return string(text)
	}
	page := read(browser.Get(address))
	id := authRequest.FindStringSubmatch(page)
	if id == nil {
		p.t.Fatalf("the provider shows no form: %s", page)
	}
	after := read(browser.PostForm(p.issuer+"login/username", url.Values{"id": {id[1]}, "username": {name}, "password": {annasPassword}}))
	if callback == "" {
		p.t.Fatalf("the provider leads nowhere: %s", after)
	}
	return callback
}

// withProvider is withUsers beside a provider, which runs unless it is to be away.
func withProvider(t *testing.T) (*gateway, *access.Service, *provider) {
	t.Helper()
	p := newProvider(t)
	var service *access.Service
	g := startWith(t, t.TempDir(), fx.Populate(&service), fx.Replace(oidc.Config{
		Issuer: p.issuer, ClientID: "web", ClientSecret: secret.New("secret"), Name: "Example AD",
	}))
	g.shop = g.newShop("papper")
	return g, service, p
}

// leave lets a browser go to the provider, and returns where it is led.
func (o *operator) leave() string {
	o.t.Helper()
	a := o.get("/admin/oidc?to=%2Fadmin%2Faccount")
	if a.status != http.StatusSeeOther || o.cookies["punchgate-oidc"] == "" {
		o.t.Fatalf("%d %s", a.status, a.body)
	}
	return a.header.Get("Location")
}

func TestAUserSignsInByOpenIDConnect(t *testing.T) {
	g, s, p := withProvider(t)
	anna := newUser(t, s, g.shop.id, "anna", users.Administrator)
	o := g.operator()
	if a := o.get("/admin/sign-in"); !strings.Contains(a.body, "Sign in with Example AD") {
		t.Errorf("the page does not offer it: %s", a.body)
	}
	if a := o.get("/admin/oidc"); a.status != 503 || !strings.Contains(a.body, "does not answer") {
		t.Errorf("while the provider is away: %d %s", a.status, a.body)
	}
	g.operator().signIn("anna") // by the password, all the same
	p.run(g.url)

	address, err := url.Parse(o.leave())
	if err != nil {
		t.Fatal(err)
	}
	q := address.Query()
	if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 22 || len(q.Get("nonce")) < 22 ||
		q.Get("response_type") != "code" || q.Get("redirect_uri") != g.url+"/admin/oidc/callback" {
		t.Errorf("it is asked %s", address)
	}
	back := o.get(p.signIn(address.String(), "anna"))
	if back.status != 303 || back.header.Get("Location") != "/admin/account" || o.cookies["punchgate-oidc"] != "" {
		t.Fatalf("%d to %s: %s", back.status, back.header.Get("Location"), back.body)
	}
	if a := o.get("/admin/account"); a.status != 200 || !strings.Contains(a.body, "anna@example.com") {
		t.Errorf("%d %s", a.status, a.body)
	}
	kept, err := s.User(t.Context(), g.shop.id, anna.ID())
	if state := kept.Snapshot(); err != nil || state.Issuer != p.issuer || state.Subject != "sub-anna" || state.LastSignInAt.IsZero() {
		t.Errorf("%+v, %v", state, err)
	}
	records, err := g.stores.Audit.List(t.Context(), g.shop.id, port.AuditQuery{Limit: 1})
	if err != nil || records[0].Action != audit.UserSignIn || records[0].Actor.User != anna.ID() || records[0].Outcome.Result != audit.Done {
		t.Errorf("%+v, %v", records, err)
	}
	// From now on found by the subject, whatever address either of them has.
	moved := kept.Profile()
	moved.Email = "anna.svensson@example.org"
	if _, err := s.ChangeUser(t.Context(), g.shop.id, anna.ID(), moved, nil); err != nil {
		t.Fatal(err)
	}
	again := g.operator()
	if a := again.get(p.signIn(again.leave(), "anna")); a.status != 303 || !strings.Contains(again.get("/admin/account").body, moved.Email) {
		t.Errorf("%d %s", a.status, a.body)
	}
	for _, hidden := range []string{"sub-anna", q.Get("state"), q.Get("nonce"), "code="} {
		if strings.Contains(g.logs.String(), hidden) {
			t.Errorf("the log holds %s", hidden)
		}
	}
}

func TestWhoIsNoUserHereComesInByNoProvider(t *testing.T) {
	g, s, p := withProvider(t)
	p.run(g.url)
	newUser(t, s, g.shop.id, "bo", users.Administrator)      // whose address the provider has not verified
	clara := newUser(t, s, g.shop.id, "clara", users.Reader) // who is somebody else's at the provider
	if _, err := g.stores.Users.Update(t.Context(), clara.ID(), func(u *users.User) error { return u.Link(p.issuer, "sub-other") }); err != nil {
		t.Fatal(err)
	}
	anna := newUser(t, s, g.shop.id, "anna", users.Reader)
	away := anna.Profile()
	away.Active = false
	if _, err := s.ChangeUser(t.Context(), g.shop.id, anna.ID(), away, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"eve", "bo", "clara", "anna"} {
		o := g.operator()
		a := o.get(p.signIn(o.leave(), name))
		if a.status != 403 || !strings.Contains(a.body, "nobody with your account") || o.cookies["punchgate"] != "" {
			t.Errorf("%s is answered %d %s", name, a.status, a.body)
		}
	}
	for _, name := range []string{"bo", "anna"} {
		if u, err := s.UserByEmail(t.Context(), name+"@example.com"); err != nil || u.Snapshot().Subject != "" {
			t.Errorf("%s is linked: %+v, %v", name, u.Snapshot(), err)
		}
	}
	await(t, func() bool { // it is noted after the answer
		records, err := g.stores.Audit.List(t.Context(), g.shop.id, port.AuditQuery{Limit: 10})
		return err == nil && len(records) > 0 && records[0].Outcome.Code == access.ErrNoUser.Code
	})
}

func TestAnAnswerOfTheProviderIsGoodOnceAndForTheBrowserThatAsked(t *testing.T) {
	g, s, p := withProvider(t)
	p.run(g.url)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	newUser(t, s, g.shop.id, "eve", users.Reader)
	refused := func(name string, o *operator, callback string) {
		t.Helper()
		before := o.cookies["punchgate"]
		if a := o.get(callback); a.status != 401 || o.cookies["punchgate"] != before {
			t.Errorf("%s is answered %d %s", name, a.status, a.body)
		}
	}
	param := func(callback, name, value string) string {
		u, err := url.Parse(callback)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Set(name, value)
		u.RawQuery = q.Encode()
		return u.String()
	}

	// Eve has her own answer opened in Anna's browser, so that Anna works as Eve.
	eve := g.operator()
	planted := p.signIn(eve.leave(), "eve")
	refused("a browser that asked nothing", g.operator(), planted)
	anna := g.operator()
	led := anna.leave()
	refused("a browser that asked something else", anna, planted)
	refused("a browser that asked, and was refused", anna, p.signIn(led, "anna"))

	// Eve puts a code that she found into her own question: the provider tells by PKCE that it is another's.
	anna = g.operator()
	found, err := url.Parse(p.signIn(anna.leave(), "anna"))
	if err != nil {
		t.Fatal(err)
	}
	eve = g.operator()
	own := p.signIn(eve.leave(), "eve")
	refused("another's code", eve, param(own, "code", found.Query().Get("code")))

	for name, change := range map[string]func(callback string) string{
		"another state":    func(c string) string { return param(c, "state", "x") },
		"no code":          func(c string) string { return param(c, "code", "") },
		"a made-up code":   func(c string) string { return param(c, "code", "x") },
		"another provider": func(c string) string { return param(c, "iss", "https://evil.example/") },
	} {
		o := g.operator()
		refused(name, o, change(p.signIn(o.leave(), "anna")))
	}

	// The same answer a second time, by somebody who copied the browser's cookies.
	o, thief := g.operator(), g.operator()
	callback := p.signIn(o.leave(), "anna")
	thief.cookies["punchgate-oidc"] = o.cookies["punchgate-oidc"]
	if a := o.get(callback); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	refused("a second time", thief, callback)

	late := g.operator()
	callback = p.signIn(late.leave(), "anna")
	g.clock.advance(access.PendingFor)
	refused("too late", late, callback)

	kept := g.operator()
	callback = p.signIn(kept.leave(), "anna")
	sealed := kept.cookies["punchgate-oidc"]
	kept.cookies["punchgate-oidc"] = sealed[:len(sealed)-2] + "xx"
	refused("a cookie that was changed", kept, callback)
	if strings.Contains(fmt.Sprint(found), "id_token") {
		t.Error("the browser carries an ID token")
	}
}
