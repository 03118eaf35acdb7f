// Package rolling restarts three gateways that share one store, one after the other, behind a proxy and under load, and counts what
// is lost. With PUNCHGATE_TEST_STORE=mongodb they share a database in the place of a file.
package rolling

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/tests/mongotest"
)

// child makes the test's own program a gateway.
const child = "PUNCHGATE_TEST_GATEWAY"

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		os.Exit(bootstrap.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(mongotest.Main(m))
}

const (
	masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	looks     = 50 * time.Millisecond // how often the proxy looks whether a gateway is ready
	drain     = time.Second           // many times that
	shoppers  = 6
)

// cluster are three gateways on one file, and the proxy before them.
type cluster struct {
	t        *testing.T
	folder   string
	store    []string // settings
	proxy    *proxy
	gateways [3]*gateway
}

type gateway struct {
	addr    string
	command *exec.Cmd
	ended   chan error
	log     bytes.Buffer
}

// run runs the program to its end and returns what it printed.
func (c *cluster) run(args ...string) string {
	c.t.Helper()
	command := exec.Command(os.Args[0], args...)
	command.Env = c.environment()
	var failure bytes.Buffer
	command.Stderr = &failure
	out, err := command.Output()
	if err != nil {
		c.t.Fatalf("%v: %v: %s", args, err, &failure)
	}
	return strings.TrimSpace(string(out))
}

func (c *cluster) environment() []string {
	return append(append(os.Environ(), c.store...), child+"=1", "PUNCHGATE_MASTER_KEY="+masterKey, "PUNCHGATE_DATA_DIR="+c.folder,
		"PUNCHGATE_PUBLIC_URL="+c.proxy.URL, "PUNCHGATE_DRAIN="+drain.String(), "PUNCHGATE_LOG_LEVEL=warn")
}

func (c *cluster) start(g *gateway) {
	c.t.Helper()
	g.command = exec.Command(os.Args[0], "serve", "--addr", g.addr)
	g.command.Env = c.environment()
	g.command.Stderr = &g.log
	if err := g.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	g.ended = make(chan error, 1)
	go func() { g.ended <- g.command.Wait() }()
	c.await("a gateway is ready", func() bool { return ready(g.addr) })
}

// end sends a signal and returns how the gateway ended.
func (c *cluster) end(g *gateway, signal syscall.Signal) error {
	c.t.Helper()
	if err := g.command.Process.Signal(signal); err != nil {
		c.t.Fatal(err)
	}
	select {
	case err := <-g.ended:
		return err
	case <-time.After(time.Minute):
		c.t.Fatalf("a gateway does not end: %s", &g.log)
		return nil
	}
}

func (c *cluster) await(what string, holds func() bool) {
	c.t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	c.t.Fatalf("it never came to be that %s", what)
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, folder: t.TempDir(), proxy: newProxy(t)}
	if os.Getenv("PUNCHGATE_TEST_STORE") == "mongodb" {
		c.store = []string{"PUNCHGATE_STORE=mongodb", "PUNCHGATE_MONGODB_URI=" + mongotest.URI(t)}
	}
	for i := range c.gateways {
		listener, err := net.Listen("tcp", "127.0.0.1:0") // for a port that stays the same
		if err != nil {
			t.Fatal(err)
		}
		c.gateways[i] = &gateway{addr: listener.Addr().String()}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		c.start(c.gateways[i])
		t.Cleanup(func() { _ = c.gateways[i].command.Process.Kill() })
		c.proxy.add(c.gateways[i].addr)
	}
	return c
}

var looker = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func ready(addr string) bool {
	response, err := looker.Get("http://" + addr + "/readyz")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// proxy is what plain load balancers are: it keeps connections open, looks again and again who is ready, and sends to these in
// turn. It sends nothing a second time, also where that would do no harm.
type proxy struct {
	*httptest.Server

	transport *http.Transport
	next      atomic.Uint64
	mu        sync.Mutex
	ready     map[string]bool
	order     []string
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	p := &proxy{ready: map[string]bool{}, transport: &http.Transport{MaxIdleConnsPerHost: shoppers}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

// add begins to send to a gateway, as long as it is ready.
func (p *proxy) add(addr string) {
	p.mu.Lock()
	p.order = append(p.order, addr)
	p.ready[addr] = true
	p.mu.Unlock()
	stop := make(chan struct{})
	p.Config.RegisterOnShutdown(func() { close(stop) })
	go func() {
		for {
			is := ready(addr)
			p.mu.Lock()
			p.ready[addr] = is
			p.mu.Unlock()
			select {
			case <-stop:
				return
			case <-time.After(looks):
			}
		}
	}()
}

// choose returns a gateway that is ready, another one each time.
func (p *proxy) choose() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := int(p.next.Add(1))
	for i := range p.order {
		if addr := p.order[(first+i)%len(p.order)]; p.ready[addr] {
			return addr
		}
	}
	return "127.0.0.1:0" // where nobody is
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sent := r.Clone(r.Context())
	sent.URL.Scheme, sent.URL.Host, sent.RequestURI = "http", p.choose(), ""
	// With a body that cannot be had again, even an empty one, the transport sends nothing twice by itself.
	sent.Body, sent.GetBody = io.NopCloser(bytes.NewReader(body)), nil
	response, err := p.transport.RoundTrip(sent)
	if err != nil {
		http.Error(w, "the proxy: "+err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	maps.Copy(w.Header(), response.Header)
	w.Header().Del("Connection")
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body)
}

// shop is a tenant with one connection, as shoppers use it.
type shop struct {
	address, link, storefront, erp string
}

const password = "Hemligt-4711"

func (c *cluster) shop() *shop {
	c.t.Helper()
	c.run("tenant", "create", "--id", "papper", "--name", "Papper AB", "--landing-url", "https://shop.example.com/punchout")
	key := func(scope string) string { return c.run("key", "create", "--tenant", "papper", "--scope", scope) }
	s := &shop{address: c.proxy.URL, storefront: key("storefront"), erp: key("erp")}
	admin := key("admin")
	do := func(method, path, body string) map[string]any {
		c.t.Helper()
		answer, err := s.call(method, s.address+path, admin, body)
		if err != nil {
			c.t.Fatal(err)
		}
		return answer
	}
	do("PUT", "/v1/admin/settings", `{"name":"Papper AB","fields":[{"name":"punchout","label":"PunchOut","type":"checkbox"}],
		"settings":{"deciding_field":"punchout","landing_url":"https://shop.example.com/punchout","seller":{"endpoint":{"scheme":"0088","id":"7300010000001"}}}}`)
	do("POST", "/v1/admin/customers", `{"id":"goteborg","number":"1","name":"Göteborg","fields":{"punchout":"true"},"buyer":{"endpoint":{"scheme":"0088","id":"7381030000004"}}}`)
	do("POST", "/v1/admin/connections", `{"id":"c","name":"c","customer":"goteborg","format":"proceedo-cxml","login":{"user":"papper"},
		"return":{"from_call":true,"hosts":["buyer.example.com"]},"secret":"`+password+`"}`)
	link := do("POST", "/v1/admin/connections/c/links", `{}`)
	s.link, _ = link["url"].(string)
	return s
}

var client = &http.Client{
	Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: shoppers},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func answered(r *http.Request) (header http.Header, body []byte, err error) {
	response, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 400 {
		err = fmt.Errorf("%s %s: %d %.300s", r.Method, r.URL.Path, response.StatusCode, body)
	}
	return response.Header, body, err
}

func (s *shop) call(method, address, key, body string) (map[string]any, error) {
	r, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+key)
	_, content, err := answered(r)
	if err != nil {
		return nil, err
	}
	var into map[string]any
	return into, json.Unmarshal(content, &into)
}

func (s *shop) form(address string, values url.Values) (http.Header, error) {
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	header, _, err := answered(r)
	return header, err
}

// trip is one PunchOut, of five requests, from the login to the ping. It returns the order's identifier.
func (s *shop) trip(cart string) (string, error) {
	login := url.Values{"USERNAME": {"papper"}, "PASSWORD": {password}, "HOOK_URL": {"https://buyer.example.com/return"}}
	header, err := s.form(s.link, login)
	if err != nil {
		return "", err
	}
	landing, err := url.Parse(header.Get("Location"))
	if err != nil {
		return "", err
	}
	visit, err := s.call("POST", s.address+"/v1/storefront/sessions/exchange", s.storefront, `{"token":"`+landing.Query().Get("punchout_token")+`"}`)
	if err != nil {
		return "", err
	}
	session, _ := visit["session"].(map[string]any)
	sent, err := s.call("POST", fmt.Sprintf("%s/v1/storefront/sessions/%s/cart", s.address, session["id"]), s.storefront, `{"id":"`+cart+`","currency":"SEK",
		"lines":[{"sku":"1","name":"Papper","quantity":"2","unit":"EA","unit_price":"125.00","tax":{"category":"S","percent":"25"},"classifications":[{"scheme":"UNSPSC","code":"14111507"}]}]}`)
	if err != nil {
		return "", err
	}
	page, err := http.NewRequest(http.MethodGet, fmt.Sprint(sent["transfer_url"]), nil)
	if err != nil {
		return "", err
	}
	if _, _, err := answered(page); err != nil {
		return "", err
	}
	login.Set("order", cart)
	if _, err := s.form(s.link+"/complete", login); err != nil {
		return "", err
	}
	made, _ := sent["order"].(map[string]any)
	return fmt.Sprint(made["id"]), nil
}

// crowd shops until it is stopped.
type crowd struct {
	mu       sync.Mutex
	done     map[string]bool
	failures []error
	stop     func()
}

func (s *shop) crowd() *crowd {
	ctx, cancel := context.WithCancel(context.Background())
	c := &crowd{done: map[string]bool{}}
	var all sync.WaitGroup
	for i := range shoppers {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				order, err := s.trip(fmt.Sprintf("C-%d-%d", i, n))
				c.mu.Lock()
				if err != nil {
					c.failures = append(c.failures, err)
				} else {
					c.done[order] = true
				}
				c.mu.Unlock()
			}
		})
	}
	c.stop = func() {
		cancel()
		all.Wait()
	}
	return c
}

func (c *crowd) counts() (done, failed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.done), len(c.failures)
}

// confirmed returns the orders that the ERP finds.
func (s *shop) confirmed(t *testing.T) map[string]bool {
	t.Helper()
	found, cursor := map[string]bool{}, ""
	for {
		page, err := s.call("GET", s.address+"/v1/erp/orders?limit=200&cursor="+url.QueryEscape(cursor), s.erp, "")
		if err != nil {
			t.Fatal(err)
		}
		orders, _ := page["orders"].([]any)
		for _, each := range orders {
			found[fmt.Sprint(each.(map[string]any)["id"])] = true
		}
		if cursor, _ = page["next_cursor"].(string); cursor == "" {
			return found
		}
	}
}

func TestARollingRestartLosesNoRequest(t *testing.T) {
	c := startCluster(t)
	s := c.shop()
	crowd := s.crowd()
	more := func() {
		t.Helper()
		before, _ := crowd.counts()
		c.await("they go on shopping", func() bool {
			done, failed := crowd.counts()
			return done >= before+2*shoppers || failed > 0
		})
	}
	for _, g := range c.gateways {
		more()
		if err := c.end(g, syscall.SIGTERM); err != nil {
			t.Errorf("a gateway ended with %v: %s", err, &g.log)
		}
		more()
		c.start(g)
	}
	more()
	crowd.stop()
	for _, failure := range crowd.failures {
		t.Error(failure)
	}
	found := s.confirmed(t)
	for order := range crowd.done {
		if !found[order] {
			t.Errorf("the order %s was confirmed and is missing", order)
		}
	}
	t.Logf("%d visits of five requests, three restarts, %d failed", len(crowd.done), len(crowd.failures))
}

// The same load and proxy see it where gateways do not stop in order.
func TestGatewaysThatAreKilledLoseRequests(t *testing.T) {
	c := startCluster(t)
	crowd := c.shop().crowd()
	defer crowd.stop()
	for range 10 {
		for _, g := range c.gateways {
			done, _ := crowd.counts()
			c.await("they go on shopping", func() bool {
				now, failed := crowd.counts()
				return now > done || failed > 0
			})
			_ = c.end(g, syscall.SIGKILL)
			if _, failed := crowd.counts(); failed > 0 {
				return
			}
			c.start(g)
		}
	}
	t.Error("thirty kills lost no request: the test above could not fail either")
}
