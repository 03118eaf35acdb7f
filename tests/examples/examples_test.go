// Package examples runs the examples of docs/examples as their readers would, against a gateway: a shop takes a PunchOut from the token
// to the transfer, its ERP takes the order, and a receiver believes signed webhooks alone. Half of the answers are lost on the way.
//
// What the examples need, such as PHP, is a failure with PUNCHGATE_INTEGRATION=1 and a skip without.
package examples

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

const (
	folder   = "../../docs/examples"
	user     = "goteborg"
	password = "Hemligt-4711"
)

// language is one in which the examples are written.
type language struct {
	name, folder, program, end string
	webhook                    func(port string) []string // starts the receiver; nil where there is none
}

var languages = []language{
	{"curl", "curl", "bash", ".sh", nil},
	{"PHP", "php", "php", ".php", func(port string) []string { return []string{"-S", "127.0.0.1:" + port, "php/webhook.php"} }},
	{"JavaScript", "javascript", "node", ".mjs", func(string) []string { return []string{"javascript/webhook.mjs"} }},
}

// each runs a test in every language whose program is there.
func each(t *testing.T, test func(t *testing.T, l language)) {
	t.Helper()
	for _, l := range languages {
		t.Run(l.name, func(t *testing.T) {
			needed := []string{l.program}
			if l.name == "curl" {
				needed = []string{"bash", "curl", "jq"}
			}
			for _, program := range needed {
				if _, err := exec.LookPath(program); err != nil {
					if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
						t.Fatal(err)
					}
					t.Skipf("%v (PUNCHGATE_INTEGRATION=1 makes this a failure)", err)
				}
			}
			test(t, l)
		})
	}
}

// gateway is a running gateway with one shop.
type gateway struct {
	url, link, storefront, erp string
	shop                       tenant.ID
	admin                      *administration.Service
}

func start(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{shop: "papper"}
	var config web.Config
	app := fx.New(
		bootstrap.Gateway(bootstrap.Config{
			Addr: "127.0.0.1:0", Store: "sqlite", DataDir: t.TempDir(), MasterKey: secret.New("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
			LoopbackHTTP: true,
		}),
		fx.Decorate(func(*slog.Logger) *slog.Logger { return slog.New(slog.DiscardHandler) }),
		fx.Populate(&g.admin, &config), fx.NopLogger,
	)
	if err := app.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	g.url = config.PublicURL
	g.furnish(t)
	return g
}

// furnish makes the shop with a customer, his connection and keys.
func (g *gateway) furnish(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	settings := tenant.Defaults()
	settings.DecidingField, settings.LandingURL = "punchout", "https://shop.example.com/punchout"
	fields := []tenant.Field{{Name: "punchout", Label: "PunchOut", Type: tenant.Checkbox}}
	_, err := g.admin.CreateTenant(ctx, g.shop, "Papper och Penna AB", fields, settings)
	check(err)
	_, err = g.admin.CreateCustomer(ctx, g.shop, "goteborg", customer.Profile{Name: "Göteborgs stad", Active: true, Values: map[string]string{"punchout": "true"}})
	check(err)
	c, _, err := g.admin.CreateConnection(ctx, g.shop, "", connection.Profile{
		Name: "Proceedo", Customer: "goteborg", Format: "proceedo-cxml", Active: true,
		Login:    connection.Login{Method: connection.Any, Names: connection.Presets["oci"], User: user},
		Return:   connection.Return{FromCall: true, Hosts: []string{"buyer.example.com"}, Transfer: connection.Browser},
		Ordering: connection.Ordering{Login: connection.BasicOrBearer},
	}, secret.New(password))
	check(err)
	link, err := g.admin.CreateLink(ctx, g.shop, c.ID())
	check(err)
	g.link = g.url + "/punchout/" + link.Address()
	for scope, into := range map[apikey.Scope]*string{apikey.Storefront: &g.storefront, apikey.ERP: &g.erp} {
		_, text, err := g.admin.CreateKey(ctx, g.shop, "example", []apikey.Scope{scope})
		check(err)
		*into = text.Reveal()
	}
}

var browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// token makes the start call and returns what the browser takes to the shop.
func (g *gateway) token(t *testing.T) string {
	t.Helper()
	answer, err := browser.PostForm(g.link, url.Values{"USERNAME": {user}, "PASSWORD": {password}, "HOOK_URL": {"https://buyer.example.com/return"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	at, err := answer.Location()
	if err != nil {
		t.Fatal(err, answer.Status)
	}
	return at.Query().Get("punchout_token")
}

// order is the one order of the shop, as its ERP sees it.
func (g *gateway) order(t *testing.T) (o struct {
	Number, Status string
	CartID         string `json:"cart_id"`
	ERPReference   string `json:"erp_reference"`
}) {
	t.Helper()
	var found int
	for _, status := range []string{"prepared", "transferred", "confirmed", "exported"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.url+"/v1/erp/orders?status="+status, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+g.erp)
		answer, err := browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var page struct{ Orders []json.RawMessage }
		err = json.NewDecoder(answer.Body).Decode(&page)
		answer.Body.Close()
		if found += len(page.Orders); err == nil && len(page.Orders) == 1 {
			err = json.Unmarshal(page.Orders[0], &o)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if found != 1 {
		t.Fatalf("there are %d orders", found)
	}
	return o
}

// complete does what the procurement system does when the cart was approved.
func (g *gateway) complete(t *testing.T, cart string) {
	t.Helper()
	answer, err := browser.PostForm(g.link+"/complete", url.Values{"USERNAME": {user}, "PASSWORD": {password}, "order": {cart}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the ping was answered %s", answer.Status)
	}
}

// lossy stands before the gateway and loses the first answer to each call that changes something, in turn by an error and by silence.
func lossy(t *testing.T, g *gateway) (address string, lost func() int) {
	t.Helper()
	to, err := url.Parse(g.url)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]bool{}
	through := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		first := r.Method == http.MethodPost && !seen[r.URL.Path]
		if first {
			seen[r.URL.Path] = true
		}
		n := len(seen)
		mu.Unlock()
		if !first {
			through.ServeHTTP(w, r)
			return
		}
		through.ServeHTTP(httptest.NewRecorder(), r) // it is done, and nobody is told
		if n%2 == 0 {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() int { mu.Lock(); defer mu.Unlock(); return len(seen) }
}

// run runs a program of the examples, and returns what it said.
func run(t *testing.T, l language, name string, environment []string, arguments ...string) (out, problems string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, l.program, append([]string{filepath.Join(l.folder, name+l.end)}, arguments...)...)
	var said, complained bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = folder, &said, &complained
	command.Env = append(os.Environ(), environment...)
	err = command.Run()
	return said.String(), complained.String(), err
}

func TestAShopAndItsERPGoThroughAPunchOut(t *testing.T) {
	each(t, func(t *testing.T, l language) {
		g := start(t)
		address, lost := lossy(t, g)
		environment := []string{"GATEWAY=" + address, "STOREFRONT=" + g.storefront, "ERP=" + g.erp}
		out, problems, err := run(t, l, "shop", environment, g.token(t))
		if err != nil {
			t.Fatalf("%v: %s", err, problems)
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		transfer := lines[len(lines)-1]
		if !strings.Contains(out, "Göteborgs stad") || !strings.Contains(out, "Skicka order") || !strings.HasPrefix(transfer, g.url+"/transfer/") {
			t.Fatalf("the shop said %s", out)
		}
		page, err := browser.Get(transfer)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(page.Body)
		page.Body.Close()
		if err != nil || page.StatusCode != http.StatusOK || !bytes.Contains(text, []byte("https://buyer.example.com/return")) {
			t.Fatalf("the transfer page was answered %s, %v", page.Status, err)
		}
		o := g.order(t)
		if o.Status != "transferred" || !strings.Contains(out, o.Number) {
			t.Fatalf("the order is %+v, and the shop said %s", o, out)
		}
		g.complete(t, o.CartID)
		out, problems, err = run(t, l, "erp", environment)
		if err != nil {
			t.Fatalf("%v: %s", err, problems)
		}
		if want := fmt.Sprintf("took %s as SO-%s: 2 EA Kopieringspapper A4 80 g\n", o.Number, o.Number); out != want {
			t.Errorf("the ERP said %q, not %q", out, want)
		}
		if o = g.order(t); o.Status != "exported" || o.ERPReference != "SO-"+o.Number {
			t.Errorf("the order is %+v", o)
		}
		if lost() != 3 {
			t.Errorf("%d answers were lost, not those of exchange, cart and export", lost())
		}
		if out, problems, err = run(t, l, "erp", environment); out != "" || err != nil {
			t.Errorf("the second time it said %q, %q, %v", out, problems, err)
		}
	})
}

func TestARefusalIsTold(t *testing.T) {
	each(t, func(t *testing.T, l language) {
		g := start(t)
		for _, c := range []struct{ name, token, key, want string }{
			{"shop", "papper.none.none", g.storefront, "token"},
			{"shop", g.token(t), g.erp, "key.scope"},
			{"erp", "", "pgk.papper.none.none", "key.unknown"},
		} {
			environment := []string{"GATEWAY=" + g.url, "STOREFRONT=" + c.key, "ERP=" + c.key}
			out, problems, err := run(t, l, c.name, environment, c.token)
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 || !strings.Contains(problems, c.want) {
				t.Errorf("%s with %s: %q, %q, %v", c.name, c.want, out, problems, err)
			}
		}
	})
}

func TestAReceiverBelievesSignedWebhooksAlone(t *testing.T) {
	each(t, func(t *testing.T, l language) {
		if l.webhook == nil {
			t.Skip("a shell is no server")
		}
		g := start(t)
		port := free(t)
		address := "http://127.0.0.1:" + port + "/"
		_, key, err := g.admin.CreateWebhook(t.Context(), g.shop, address, []outbox.Type{outbox.OrderConfirmed})
		if err != nil {
			t.Fatal(err)
		}
		said := receive(t, l, port, key.Reveal())

		hangUp(t, "127.0.0.1:"+port)
		signer, err := standardwebhooks.NewWebhook(key.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		const body = `{"type":"order.confirmed","data":{"order":{"number":"P-made-up"}}}`
		now := time.Now()
		for name, c := range map[string]struct {
			signedAt, sentAt time.Time
			body             string
			status           int
		}{
			"what is signed":      {now, now, body, 204},
			"what was changed":    {now, now, strings.Replace(body, "made-up", "changed", 1), 401},
			"what is old":         {now.Add(-6 * time.Minute), now.Add(-6 * time.Minute), body, 401},
			"with another's time": {now.Add(-6 * time.Minute), now, body, 401},
		} {
			signature, err := signer.Sign("msg_1", c.signedAt, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			for header, status := range map[string]int{"v1,AAAA " + signature: c.status, "v1,AAAA": 401, "": 401} {
				if got := post(t, address, c.body, "msg_1", c.sentAt, header); got != status {
					t.Errorf("%s, signed %.7s: answered %d, not %d", name, header, got, status)
				}
			}
		}
		await(t, said, `order\.confirmed P-made-up \(msg_1\)`)
		if strings.Contains(said(), "changed") {
			t.Errorf("the receiver said %s", said())
		}

		// And what the gateway itself sends.
		environment := []string{"GATEWAY=" + g.url, "STOREFRONT=" + g.storefront}
		if _, problems, err := run(t, l, "shop", environment, g.token(t)); err != nil {
			t.Fatalf("%v: %s", err, problems)
		}
		o := g.order(t)
		g.complete(t, o.CartID)
		await(t, said, `order\.confirmed `+o.Number+` \(\S+\)`)
	})
}

// hangUp calls, and goes in the middle of the body.
func hangUp(t *testing.T, address string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{"); err != nil {
		t.Error(err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}

// await waits until a program says something; another process has a clock of its own.
func await(t *testing.T, said func() string, pattern string) {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	for range 200 {
		if wanted.MatchString(said()) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%s is not in %s", pattern, said())
}

func free(t *testing.T) (port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// saying is what a program says while it runs.
type saying struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *saying) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *saying) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// receive starts the receiver and returns what it says.
func receive(t *testing.T, l language, port, key string) (said func() string) {
	t.Helper()
	var out saying
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, l.program, l.webhook(port)...)
	command.Dir, command.Stdout, command.Stderr = folder, &out, &out
	command.Env = append(os.Environ(), "WEBHOOK_SECRET="+key, "PORT="+port)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = command.Wait() // it was killed
	})
	for range 200 {
		connection, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			connection.Close()
			return out.String
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the receiver does not listen: %s", out.String())
	return nil
}

func post(t *testing.T, address, body, id string, at time.Time, signature string) (status int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set(standardwebhooks.HeaderWebhookID, id)
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, fmt.Sprint(at.Unix()))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	answer, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}
