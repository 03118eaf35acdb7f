// Package e2e tries the gateway as its users do: over HTTP, with a real store, from the start call to the ERP.
package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/fx"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/punchgate/punchgate/adapters/outbound"
	"github.com/punchgate/punchgate/adapters/system"
	"github.com/punchgate/punchgate/adapters/telemetry"
	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/erasure"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/application/sweep"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/tests/mongotest"
)

const (
	masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	password  = "Hemligt-4711"
	user      = "goteborg"
	landing   = "https://shop.example.com/punchout?lang=sv"
	returnURL = "https://buyer.example.com/return?visit=7"
)

// clock is the system's clock, moved on by a test.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return system.Clock{}.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// logs keeps what the gateway logs, for the test that no secret is in it.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// gateway is a running gateway with one shop, as most tests want it.
type gateway struct {
	t       *testing.T
	dir     string // of the data
	url     string
	admin   *administration.Service
	web     *web.Server
	worker  *retry.Worker
	eraser  *erasure.Service
	sweeper *sweep.Service
	stores  port.Stores
	clock   *clock
	logs    *logs
	shop    *shop
	stop    func()
}

// wake lets the gateway try at once what is due by the test's clock.
func (g *gateway) wake() { g.worker.Wake() }

// shop is a tenant with its keys.
type shop struct {
	id                   tenant.ID
	storefront, erp, key string // key is the admin's
}

// start runs a gateway on a data folder of its own, or on the given one.
func start(t *testing.T, folder ...string) *gateway {
	t.Helper()
	return startWith(t, append(folder, t.TempDir())[0])
}

// startWith runs a gateway with further options, such as decorations.
func startWith(t *testing.T, dir string, options ...fx.Option) *gateway {
	t.Helper()
	g := &gateway{t: t, dir: dir, clock: &clock{}, logs: &logs{}}
	var config web.Config
	app := fx.New(
		bootstrap.Gateway(configOf(t, dir)),
		fx.Options(options...),
		fx.Decorate(func(port.Clock) port.Clock { return g.clock }),
		fx.Decorate(func(*slog.Logger) *slog.Logger {
			return slog.New(telemetry.LogHandler(slog.NewJSONHandler(g.logs, &slog.HandlerOptions{Level: slog.LevelDebug})))
		}),
		fx.Populate(&g.admin, &g.web, &g.worker, &g.eraser, &g.sweeper, &g.stores, &config),
	)
	if err := app.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	g.stop = sync.OnceFunc(func() {
		if err := app.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(g.stop)
	g.url = config.PublicURL
	return g
}

// databases are those of the data folders, where the tests run on MongoDB.
var databases sync.Map

// configOf is the configuration on a data folder. PUNCHGATE_TEST_STORE=mongodb gives each folder a database in its place.
func configOf(t *testing.T, dir string) bootstrap.Config {
	t.Helper()
	c := bootstrap.Config{
		Addr: "127.0.0.1:0", Store: cmp.Or(os.Getenv("PUNCHGATE_TEST_STORE"), "sqlite"), DataDir: dir, MasterKey: secret.New(masterKey),
		LoopbackHTTP: true, PushNetworks: outbound.Networks{netip.MustParsePrefix("127.0.0.0/8")},
	}
	if c.Store != "sqlite" {
		uri, known := databases.Load(dir)
		if !known {
			uri = mongotest.URI(t)
			databases.Store(dir, uri)
		}
		c.MongoDBURI = secret.New(uri.(string))
	}
	return c
}

// withShop is start with a shop that has customers "goteborg", who buys by PunchOut, and "kafe", who does not.
func withShop(t *testing.T) *gateway {
	t.Helper()
	g := start(t)
	g.shop = g.newShop("papper")
	return g
}

func (g *gateway) newShop(id tenant.ID) *shop {
	g.t.Helper()
	settings := tenant.Defaults()
	settings.DecidingField, settings.LandingURL = "punchout", landing
	settings.Seller.Endpoint.Scheme, settings.Seller.Endpoint.ID = "0088", "7300010000001"
	ctx := context.Background()
	fields := []tenant.Field{{Name: "punchout", Label: "PunchOut", Type: tenant.Checkbox}}
	must(g.t)(g.admin.CreateTenant(ctx, id, "Papper och Penna AB", fields, settings))
	for _, c := range []struct {
		id   customer.ID
		tick string
	}{{"goteborg", "true"}, {"kafe", "false"}} {
		p := customer.Profile{Number: "K-" + string(c.id), Name: string(c.id), Active: true, Values: map[string]string{"punchout": c.tick}}
		p.Buyer.Endpoint.Scheme, p.Buyer.Endpoint.ID = "0088", "7381030000004"
		must(g.t)(g.admin.CreateCustomer(ctx, id, c.id, p))
	}
	key := func(scopes ...apikey.Scope) string {
		_, text, err := g.admin.CreateKey(ctx, id, "test", scopes)
		if err != nil {
			g.t.Fatal(err)
		}
		return text.Reveal()
	}
	return &shop{id, key(apikey.Storefront), key(apikey.ERP), key(apikey.Admin)}
}

// must fails the test on an error and returns the value.
func must(t *testing.T) func(any, error) any {
	return func(v any, err error) any {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// connect makes a connection of the customer and returns its link's address. change may be nil.
func (g *gateway) connect(format string, change func(*connection.Profile)) (link string, id connection.ID) {
	g.t.Helper()
	return g.connectFor("goteborg", format, change)
}

func (g *gateway) connectFor(who customer.ID, format string, change func(*connection.Profile)) (link string, id connection.ID) {
	g.t.Helper()
	p := connection.Profile{
		Name: format, Customer: who, Format: format, Active: true,
		Login:    connection.Login{Method: connection.Any, Names: connection.Presets["oci"], User: user},
		Return:   connection.Return{FromCall: true, Hosts: []string{"buyer.example.com"}, Transfer: connection.Browser},
		Ordering: connection.Ordering{Login: connection.BasicOrBearer},
	}
	if change != nil {
		change(&p)
	}
	c, _, err := g.admin.CreateConnection(context.Background(), g.shop.id, "", p, secret.New(password))
	if err != nil {
		g.t.Fatal(err)
	}
	return g.link(c.ID()), c.ID()
}

func (g *gateway) link(id connection.ID) string {
	g.t.Helper()
	l, err := g.admin.CreateLink(context.Background(), g.shop.id, id)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.url + "/punchout/" + l.Address()
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// client follows no redirect.
var client = &http.Client{
	Transport:     judge,
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func send(t *testing.T, r *http.Request) answer {
	t.Helper()
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body := io.Reader(response.Body)
	if mediaType := response.Header.Get("Content-Type"); strings.HasPrefix(mediaType, "text/html") {
		if body, err = charset.NewReader(body, mediaType); err != nil {
			t.Fatal(err)
		}
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(content)}
}

func request(t *testing.T, method, address, contentType, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func get(t *testing.T, address string) answer {
	return send(t, request(t, http.MethodGet, address, "", ""))
}

func postForm(t *testing.T, address string, values url.Values) answer {
	t.Helper()
	return send(t, request(t, http.MethodPost, address, "application/x-www-form-urlencoded", values.Encode()))
}

// api calls the JSON API. header holds further headers as name and value pairs.
func (g *gateway) api(key, method, path, body string, header ...string) answer {
	g.t.Helper()
	r := request(g.t, method, g.url+path, "application/json", body)
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return send(g.t, r)
}

// want fails the test where the status is another one, and returns the body as JSON.
func (a answer) want(t *testing.T, status int) object {
	t.Helper()
	if a.status != status {
		t.Fatalf("got status %d, want %d: %s", a.status, status, a.body)
	}
	return a.json(t)
}

func (a answer) json(t *testing.T) object {
	t.Helper()
	if !strings.Contains(a.header.Get("Content-Type"), "json") {
		return nil
	}
	var o object
	if err := json.Unmarshal([]byte(a.body), &o); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return o
}

// object is a JSON object; at walks into it.
type object map[string]any

func (o object) at(path ...string) any {
	var value any = map[string]any(o)
	for _, name := range path {
		m, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = m[name]
	}
	return value
}

func (o object) text(path ...string) string { return fmt.Sprint(o.at(path...)) }

// startCall are the parameters of a start call.
func startCall() url.Values {
	return url.Values{"USERNAME": {user}, "PASSWORD": {password}, "HOOK_URL": {returnURL}}
}

// punchOut logs in and exchanges the token: the shop has the session.
func (g *gateway) punchOut(link string) (sessionID string) {
	g.t.Helper()
	a := postForm(g.t, link, startCall())
	return g.exchange(a)
}

func (g *gateway) exchange(a answer) (sessionID string) {
	g.t.Helper()
	visit := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token(g.t, a)+`"}`).want(g.t, 200)
	return visit.text("session", "id")
}

// token reads the one-time token off the redirect of a start call.
func token(t *testing.T, a answer) string {
	t.Helper()
	if a.status != http.StatusSeeOther {
		t.Fatalf("the start call was answered %d: %s", a.status, a.body)
	}
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(u.String(), "https://shop.example.com/punchout?") || u.Query().Get("lang") != "sv" {
		t.Fatalf("the start call leads to %s", u)
	}
	return u.Query().Get("punchout_token")
}

const oneLine = `{"sku":"4711","name":"Kopieringspapper A4 80 g","quantity":"2","unit":"EA","unit_price":"125.00",
	"tax":{"category":"S","percent":"25"},"classifications":[{"scheme":"UNSPSC","code":"14111507"}]}`

func cartOf(lines ...string) string {
	return `{"currency":"SEK","lines":[` + strings.Join(lines, ",") + `]}`
}

// sendCart sends a cart and returns the answer.
func (g *gateway) sendCart(session, cart string, header ...string) answer {
	g.t.Helper()
	return g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cart", cart, header...)
}

// form is a form as a browser reads it off a page.
type form struct {
	action, method, charset, target string
	order                           []string // the names of the fields as they stand
	fields                          url.Values
}

// readForm reads the only form of a page by the HTML rules.
func readForm(t *testing.T, page string) form {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	f := form{fields: url.Values{}}
	attribute := func(n *html.Node, name string) string {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
		return ""
	}
	forms := 0
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "form":
			forms++
			f.action, f.method = attribute(n, "action"), attribute(n, "method")
			f.charset, f.target = attribute(n, "accept-charset"), attribute(n, "target")
		case n.Data == "input":
			f.order = append(f.order, attribute(n, "name"))
			f.fields.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	if forms != 1 {
		t.Fatalf("%d forms on the page: %s", forms, page)
	}
	return f
}
