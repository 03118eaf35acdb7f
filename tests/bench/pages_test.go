package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"go.uber.org/fx"
	"golang.org/x/net/html"
	"modernc.org/sqlite"
	"modernc.org/sqlite/pcache"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/adapters/web/desk"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/transfer"
	"github.com/punchgate/punchgate/domain/user"
)

// fetched counts the pages of the file that SQLite asks its cache for: how much it looks through, whether that is in memory or not.
var fetched atomic.Int64

type countingPool struct{ sqlite.PageCache }

func (p countingPool) Create(pageSize, extraSize int, purgeable bool) (sqlite.Cache, error) {
	made, err := p.PageCache.Create(pageSize, extraSize, purgeable)
	return countingCache{made}, err
}

type countingCache struct{ sqlite.Cache }

func (c countingCache) Fetch(key uint32, mode sqlite.FetchMode) sqlite.Page {
	fetched.Add(1)
	return c.Cache.Fetch(key, mode)
}

func TestMain(m *testing.M) {
	sqlite.MustRegisterPageCache(countingPool{pcache.New()})
	m.Run()
}

// operated is a gateway with a shop of many orders, and an operator who is signed in.
type operated struct {
	url    string
	cookie *http.Cookie
	paths  []string // of all pages of the shop
	stop   func()
}

const (
	shopID     tenant.ID = "shop"
	connID               = connection.ID("conn")
	password             = "a long enough password"
	mostCalls            = 10
	pageWeight           = 200_000
)

// operate runs a gateway whose shop has so many sessions and orders, one every 90 seconds up to now.
func operate(t testing.TB, count int) *operated {
	t.Helper()
	var stores port.Stores
	var admin *administration.Service
	var users *access.Service
	var server *web.Server
	var config web.Config
	app := fx.New(
		bootstrap.Gateway(bootstrap.Config{
			Addr: "127.0.0.1:0", Store: "sqlite", DataDir: t.TempDir(), MasterKey: secret.New("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
		}),
		fx.Decorate(func(*slog.Logger) *slog.Logger { return slog.New(slog.DiscardHandler) }),
		fx.Populate(&stores, &admin, &users, &server, &config),
	)
	ctx := context.Background()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(app.Start(ctx))
	o := &operated{url: config.PublicURL, stop: func() {
		if err := app.Stop(ctx); err != nil {
			t.Error(err)
		}
	}}
	_, err := admin.CreateTenant(ctx, shopID, "Shop", []tenant.Field{{Name: "punchout", Type: tenant.Checkbox}}, tenant.Defaults())
	check(err)
	_, err = admin.CreateCustomer(ctx, shopID, "buyer", customer.Profile{Name: "Buyer", Active: true})
	check(err)
	_, _, err = admin.CreateConnection(ctx, shopID, connID, connection.Profile{
		Name: "Connection", Customer: "buyer", Format: "proceedo-cxml", Active: true,
		Login:    connection.Login{Method: connection.Post, Names: connection.Presets["oci"], User: "user"},
		Return:   connection.Return{FromCall: true, Hosts: []string{"buyer.example.com"}, Transfer: connection.Browser},
		Ordering: connection.Ordering{Login: connection.BasicOrBearer},
	}, secret.New("a chosen password"))
	check(err)
	_, err = admin.CreateLink(ctx, shopID, connID)
	check(err)
	_, _, err = admin.CreateKey(ctx, shopID, "", []apikey.Scope{apikey.ERP})
	check(err)
	_, err = users.CreateUser(ctx, shopID, user.Profile{Email: "anna@example.com", Name: "Anna", Role: user.Administrator, Active: true},
		secret.New(password))
	check(err)
	last := fill(ctx, t, stores, count)
	o.signIn(t)
	o.list(t, server, last)
	return o
}

// fill stores the sessions and orders, and returns the identifiers by the kind of what they name.
func fill(ctx context.Context, t testing.TB, stores port.Stores, count int) map[string]string {
	t.Helper()
	shop, err := stores.Tenants.Get(ctx, shopID)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := stores.Connections.Get(ctx, shopID, connID)
	if err != nil {
		t.Fatal(err)
	}
	content := &cart.Cart{ID: "C", Currency: "SEK", Lines: []cart.Line{{
		ID: "1", SKU: "4711", Name: "Paper", Quantity: money.MustParse("2"), Unit: "EA", UnitPrice: money.MustParse("125.00"),
		Tax: cart.Tax{Category: "S", Percent: money.MustParse("25")},
	}}}
	document := &transfer.Document{
		MediaType: "text/xml", FileName: "c.xml", Body: []byte("<cXML/>"), Form: transfer.Form{Action: "https://buyer.example.com/"},
	}
	var id session.ID
	for i := range count {
		at := time.Now().Add(-time.Duration(count-i) * 90 * time.Second)
		id = session.ID(fmt.Sprintf("s%09d", i))
		opened := session.Start(shop, conn, id, session.Visit{Operation: "create", ReturnURL: "https://buyer.example.com/"}, at)
		if err := opened.Exchange("", at); err != nil {
			t.Fatal(err)
		}
		if err := opened.Return(at); err != nil {
			t.Fatal(err)
		}
		content.ID = "C-" + strconv.Itoa(i)
		made := order.Prepare(shop, opened.Snapshot(), int64(i+1), content, order.Request{}, false, at)
		if err := made.Transfer(at); err != nil {
			t.Fatal(err)
		}
		if err := stores.Sessions.Create(ctx, opened); err != nil {
			t.Fatal(err)
		}
		if err := stores.Orders.Create(ctx, made, content, document); err != nil {
			t.Fatal(err)
		}
	}
	record := &traffic.Entry{Record: traffic.Record{
		Tenant: shopID, ID: traffic.NewID(time.Now(), "0123456789"), At: time.Now(), Step: traffic.Cart, Verdict: traffic.Accepted,
		Connection: connID, Session: id, Order: order.IDOf(id),
	}}
	if err := stores.Traffic.Append(ctx, []*traffic.Entry{record}); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"shop": string(shopID), "orders": string(order.IDOf(id)), "sessions": string(id), "traffic": string(record.ID),
		"connections": string(connID), "customers": "buyer",
	}
}

func (o *operated) signIn(t testing.TB) {
	t.Helper()
	response, err := client.PostForm(o.url+desk.Root+"/sign-in", url.Values{"/email": {"anna@example.com"}, "/password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if len(response.Cookies()) != 1 {
		t.Fatalf("signing in: %s", response.Status)
	}
	o.cookie = response.Cookies()[0]
}

// list finds the pages among the routes of the server. A page of something that the shop has none of is left out.
func (o *operated) list(t testing.TB, server *web.Server, known map[string]string) {
	t.Helper()
	parameter := regexp.MustCompile(`([a-z-]+)/:(\w+)`)
	for _, route := range server.Handler().(*gin.Engine).Routes() {
		if route.Method != http.MethodGet || !strings.HasPrefix(route.Path, desk.Root+"/shops/:shop") || strings.HasSuffix(route.Path, ".csv") {
			continue
		}
		missing := false
		path := parameter.ReplaceAllStringFunc(route.Path, func(found string) string {
			kind, name, _ := strings.Cut(found, "/:")
			value, ok := known[kind]
			if name == "shop" {
				value, ok = known["shop"], true
			}
			missing = missing || !ok
			return kind + "/" + value
		})
		if !missing {
			o.paths = append(o.paths, path)
		}
	}
	slices.Sort(o.paths)
	if len(o.paths) < 15 {
		t.Fatalf("%d pages were found: %s", len(o.paths), o.paths)
	}
}

// visit gets a page and returns how many calls of the store it made, how many rows its longest table has, and how heavy it is.
func (o *operated) visit(t testing.TB, path string) (calls, pages int64, weight int) {
	t.Helper()
	before, fetchedBefore := o.calls(t), fetched.Load()
	request, err := http.NewRequest(http.MethodGet, o.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.AddCookie(o.cookie)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", path, response.Status, err)
	}
	if _, err := html.Parse(strings.NewReader(string(content))); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	pages = fetched.Load() - fetchedBefore
	after := o.calls(t)
	for name, n := range after {
		calls += n - before[name]
	}
	return calls, pages, len(content)
}

var metric = regexp.MustCompile(`(?m)^punchgate_store_call_duration_seconds_count\{call="([a-z_.]+)",outcome="\w+"\} (\d+)$`)

// background are the calls that the gateway makes by itself, whenever they are due.
var background = regexp.MustCompile(`^(\w+\.(to_push|to_deliver|to_tell|due|overdue|ended|sweep|append|flush)|throttles\..*)$`)

// calls returns how many calls of the store there were, by their names.
func (o *operated) calls(t testing.TB) map[string]int64 {
	t.Helper()
	response, err := client.Get(o.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int64{}
	for _, found := range metric.FindAllStringSubmatch(string(text), -1) {
		n, err := strconv.ParseInt(found[2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if !background.MatchString(found[1]) {
			all[found[1]] += n
		}
	}
	return all
}

func TestEachPageOfTheDeskMakesFewCallsOfTheStore(t *testing.T) {
	o := operate(t, 120)
	defer o.stop()
	for _, path := range o.paths {
		calls, _, weight := o.visit(t, path)
		if calls > mostCalls || calls == 0 {
			t.Errorf("%s makes %d calls of the store, at most %d are allowed", path, calls, mostCalls)
		}
		if weight > pageWeight {
			t.Errorf("%s weighs %d bytes", path, weight)
		}
	}
}

// BenchmarkPagesOfTheDesk shows of each page how many calls of the store it makes, how many pages of the file these look at where there are
// 100,000 orders, and how many times as many that is as with 1,000: what grows with the number of orders is counting.
func BenchmarkPagesOfTheDesk(b *testing.B) {
	few := map[string]int64{}
	small := operate(b, 1_000)
	for _, path := range small.paths {
		small.visit(b, path) // once before, so that statements are prepared
		_, few[path], _ = small.visit(b, path)
	}
	small.stop()
	large := operate(b, 100_000)
	defer large.stop()
	for _, path := range slices.Sorted(maps.Keys(few)) {
		path := strings.NewReplacer("000000999", "000099999").Replace(path)
		if !slices.Contains(large.paths, path) {
			continue // a record of traffic, whose identifier is of its time
		}
		b.Run(strings.TrimPrefix(path, desk.Root+"/shops/shop"), func(b *testing.B) {
			large.visit(b, path)
			var calls, pages int64
			for b.Loop() {
				calls, pages, _ = large.visit(b, path)
			}
			if calls > mostCalls {
				b.Errorf("%d calls of the store, at most %d are allowed", calls, mostCalls)
			}
			b.ReportMetric(0, "ns/op") // which the counting of calls takes most of
			b.ReportMetric(float64(calls), "calls/page")
			b.ReportMetric(float64(pages), "fetches/page")
			b.ReportMetric(float64(pages)/float64(max(1, few[strings.NewReplacer("000099999", "000000999").Replace(path)])), "times-1000-orders")
		})
	}
}
