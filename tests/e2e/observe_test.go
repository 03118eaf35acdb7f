package e2e

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"go.uber.org/fx"
	"google.golang.org/protobuf/proto"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
)

// metrics reads the metrics as Prometheus does: the value of each series, by its name with its labels.
func (g *gateway) metrics() map[string]float64 {
	g.t.Helper()
	a := get(g.t, g.url+"/metrics")
	if a.status != http.StatusOK {
		g.t.Fatalf("metrics: %d %s", a.status, a.body)
	}
	series := map[string]float64{}
	for text := range strings.Lines(a.body) {
		if name, value, ok := cutLast(strings.TrimSpace(text), " "); ok && !strings.HasPrefix(text, "#") {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				g.t.Fatalf("%v in %s", err, text)
			}
			series[name] = n
		}
	}
	return series
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func TestTheMetricsCountWhatHappened(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/return", Transfer: connection.Push}
	})
	session := g.punchOut(link)
	order := g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201).text("order", "id")
	buyer.wait(t, 1)
	await(t, func() bool { return g.erpOrder(order).text("status") == "transferred" })
	ping(t, link, "C-1").want(t, 200)
	ping(t, link, "C-1").want(t, 200)
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+order+"/exported", `{}`).want(t, 200)
	wrong := startCall()
	wrong.Set("PASSWORD", "wrong")
	postForm(t, link, wrong).want(t, 401)

	got := g.metrics()
	for series, want := range map[string]float64{
		`punchgate_sessions_total{status="opened"}`:                                                                  1,
		`punchgate_sessions_total{status="shopping"}`:                                                                1,
		`punchgate_sessions_total{status="returned"}`:                                                                1,
		`punchgate_orders_total{from="none",to="prepared"}`:                                                          1,
		`punchgate_orders_total{from="prepared",to="transferred"}`:                                                   1,
		`punchgate_orders_total{from="transferred",to="confirmed"}`:                                                  1,
		`punchgate_orders_total{from="confirmed",to="exported"}`:                                                     1,
		`punchgate_refusals_total{code="login.credentials",route="/punchout/:link"}`:                                 1,
		`punchgate_http_request_duration_seconds_count{method="POST",route="/punchout/:link",status="3xx"}`:          1,
		`punchgate_http_request_duration_seconds_count{method="POST",route="/punchout/:link",status="4xx"}`:          1,
		`punchgate_http_request_duration_seconds_bucket{method="POST",route="/punchout/:link",status="3xx",le="60"}`: 1,
		`punchgate_http_request_duration_seconds_count{method="POST",route="/punchout/:link/complete",status="2xx"}`: 2,
		`punchgate_outbound_call_duration_seconds_count{kind="push",outcome="ok"}`:                                   1,
		`punchgate_store_call_duration_seconds_count{call="sessions.create",outcome="ok"}`:                           1,
		`punchgate_due{kind="push"}`:                                                                                 0,
		`punchgate_due{kind="answer"}`:                                                                               0,
	} {
		if value, ok := got[series]; !ok || value != want {
			t.Errorf("%s is %v (there: %v), want %v", series, value, ok, want)
		}
	}
	guide, err := os.ReadFile("../../docs/operation.md")
	if err != nil {
		t.Fatal(err)
	}
	suffix := regexp.MustCompile(`_(bucket|sum|count)$`)
	named := map[string]bool{}
	for _, name := range regexp.MustCompile(`punchgate_[a-z_]+`).FindAllString(string(guide), -1) {
		named[suffix.ReplaceAllString(name, "")] = true
	}
	there := map[string]bool{}
	for series := range got {
		if name, _, _ := strings.Cut(series, "{"); strings.HasPrefix(name, "punchgate_") {
			there[suffix.ReplaceAllString(name, "")] = true
		}
	}
	if !maps.Equal(named, there) {
		t.Errorf("the guide names %v, and there are %v", named, there)
	}
	for _, name := range []string{"go_goroutines", "process_open_fds"} {
		if got[name] <= 0 {
			t.Errorf("%s is missing", name)
		}
	}
}

// Series cost memory here and in Prometheus, so no caller can make new ones.
func TestHostileRequestsMakeNoNewSeries(t *testing.T) {
	g := withShop(t)
	hostile := func(n int) {
		for i := range n {
			for _, r := range []*http.Request{
				request(t, "GET", fmt.Sprintf("%s/nothing/%d", g.url, i), "", ""),
				request(t, fmt.Sprintf("METHOD%d", i), g.url+"/healthz", "", ""),
				request(t, "GET", fmt.Sprintf("%s/punchout/papper.%d", g.url, i), "", ""),
				request(t, "POST", fmt.Sprintf("%s/punchout/%d.x/complete?order=%d", g.url, i, i), "", ""),
				request(t, "GET", fmt.Sprintf("%s/transfer/%d", g.url, i), "", ""),
				request(t, "GET", fmt.Sprintf("%s/v1/erp/orders?status=%d", g.url, i), "", ""),
			} {
				r.Header.Set("traceparent", fmt.Sprintf("00-%032x-%016x-01", i+1, i+1))
				r.Header.Set("User-Agent", fmt.Sprint("agent ", i))
				send(t, r)
			}
			g.api(g.shop.erp, "GET", fmt.Sprintf("/v1/erp/orders/%d?status=%d", i, i), "")
		}
		g.api(g.shop.key, "GET", "/v1/admin/traffic", "").want(t, 200) // before which the calls are recorded, which is else done later
	}
	hostile(1)
	await(t, func() bool { // what is written behind the answers has series, too
		all := strings.Join(slices.Collect(maps.Keys(g.metrics())), "\n")
		return strings.Contains(all, `call="keys.update"`) && strings.Contains(all, `call="traffic.append"`)
	})
	before := slices.Sorted(maps.Keys(g.metrics()))
	hostile(30)
	for name := range g.metrics() {
		if _, known := slices.BinarySearch(before, name); !known {
			t.Errorf("a new series: %s", name)
		}
	}
}

func TestTheMetricsAreForThisMachineOnly(t *testing.T) {
	g := start(t)
	for _, header := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		r := request(t, "GET", g.url+"/metrics", "", "")
		r.Header.Set(header, "127.0.0.1")
		send(t, r).want(t, 404)
	}
	ask := func(peer string) int {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = peer
		g.web.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for peer, want := range map[string]int{
		"127.0.0.1:1": 200, "[::1]:1": 200, "[::ffff:127.0.0.1]:1": 200, "192.0.2.1:1": 404, "10.0.0.1:1": 404, "[2001:db8::1]:1": 404, "": 404,
	} {
		if got := ask(peer); got != want {
			t.Errorf("%q is answered %d, want %d", peer, got, want)
		}
	}
}

// receiver takes traces as an OpenTelemetry collector does.
type receiver struct {
	*httptest.Server

	mu    sync.Mutex
	spans []*trace.Span
	text  string
}

func receiveTraces(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		var sent collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &sent); err != nil || request.URL.Path != "/v1/traces" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.text += sent.String()
		for _, resource := range sent.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				r.spans = append(r.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) named(name string) (found []*trace.Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, span := range r.spans {
		if span.Name == name {
			found = append(found, span)
		}
	}
	return found
}

func TestTracesGoOnWithTheCallersAndNameRoutesOnly(t *testing.T) {
	to := receiveTraces(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", to.URL)
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/SECRET-RETURN", Transfer: connection.Push}
	})
	const caller = "4bf92f3577b34da6a3ce929d0e0e4736"
	r := request(t, "POST", link, "application/x-www-form-urlencoded", startCall().Encode())
	r.Header.Set("traceparent", "00-"+caller+"-00f067aa0ba902b7-01")
	started := send(t, r)
	session := g.exchange(started)
	sent := g.sendCart(session, cartOf(oneLine)).want(t, 201)
	buyer.wait(t, 1)
	await(t, func() bool { return len(g.logs.lines(t, `"what":"cart"`)) > 0 })
	lines := g.logs.lines(t, "session opened")
	if len(lines) != 1 || lines[0].fields["trace_id"] != caller {
		t.Errorf("the log does not name the caller's trace: %v", lines)
	}
	g.stop() // it sends what is left

	logins := to.named("POST /punchout/:link")
	if len(logins) != 1 || hex.EncodeToString(logins[0].TraceId) != caller || hex.EncodeToString(logins[0].ParentSpanId) != "00f067aa0ba902b7" {
		t.Fatalf("the login's spans: %v", logins)
	}
	if !strings.Contains(logins[0].String(), session) {
		t.Errorf("the span does not name the session: %s", logins[0])
	}
	created := to.named("sessions.create")
	if len(created) != 1 || !slices.Equal(created[0].ParentSpanId, logins[0].SpanId) {
		t.Errorf("the store's spans: %v", created)
	}
	if pushed := to.named("push"); len(pushed) != 1 || !strings.Contains(pushed[0].String(), session) {
		t.Errorf("the push's spans: %v", pushed)
	}
	for what, secret := range map[string]string{
		"the password": password, "the link": link[strings.LastIndex(link, ".")+1:], "the token": token(t, started),
		"the transfer address": sent.text("transfer_url"), "the return address": "SECRET-RETURN", "the key": g.shop.storefront,
	} {
		if strings.Contains(to.text, secret) {
			t.Errorf("a trace holds %s", what)
		}
	}
	if !regexp.MustCompile(`service\.name.{1,40}punchgate`).MatchString(to.text) {
		t.Errorf("no service is named: %.300s", to.text)
	}
}

func TestNoTracesAreMadeUnlessTheyAreAskedFor(t *testing.T) {
	to := receiveTraces(t)
	for name, variables := range map[string][2]string{
		"switched off": {"OTEL_SDK_DISABLED", "true"}, "no exporter": {"OTEL_TRACES_EXPORTER", "none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", to.URL)
			t.Setenv(variables[0], variables[1])
			g := start(t)
			get(t, g.url+"/readyz").want(t, 200)
			g.stop()
		})
	}
	if to.text != "" {
		t.Errorf("sent: %s", to.text)
	}
}

func TestTheMetricsHaveAListenerOfTheirOwnWhereItIsAskedFor(t *testing.T) {
	log := &logs{}
	var config web.Config
	app := fx.New(bootstrap.Gateway(bootstrap.Config{
		Addr: "127.0.0.1:0", MetricsAddr: "127.0.0.1:0", Store: "sqlite", DataDir: t.TempDir(), MasterKey: secret.New(masterKey),
	}), fx.Decorate(func(*slog.Logger) *slog.Logger { return slog.New(slog.NewTextHandler(log, nil)) }), fx.Populate(&config))
	if err := app.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	own := regexp.MustCompile(`"metrics are up" listening=(\S+)`).FindStringSubmatch(log.String())
	if own == nil {
		t.Fatalf("logged: %s", log)
	}
	get(t, config.PublicURL+"/metrics").want(t, 404)
	r, err := http.Get("http://" + own[1] + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if text, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(text), "punchgate_build_info") {
		t.Errorf("%s %v", text, err)
	}
	if r, err := http.Get("http://" + own[1] + "/readyz"); err != nil || r.StatusCode != 404 {
		t.Error("it serves more than the metrics", err)
	}
	if err := app.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get("http://" + own[1] + "/metrics"); err == nil {
		t.Error("it goes on after the gateway stopped")
	}
}
