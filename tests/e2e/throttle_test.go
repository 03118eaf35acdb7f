package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/sweep"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
)

// behindProxy makes the gateway believe what this machine says of a caller's address.
var behindProxy = fx.Decorate(func(c web.Config) web.Config {
	c.TrustedProxies = []string{"127.0.0.1"}
	return c
})

// loginFrom sends a start call with a password, forwarded for the addresses.
func loginFrom(t *testing.T, link, password string, forwardedFor ...string) answer {
	t.Helper()
	r := request(t, "POST", link, "application/x-www-form-urlencoded", with("PASSWORD", password).Encode())
	for _, line := range forwardedFor {
		r.Header.Add("X-Forwarded-For", line)
	}
	return send(t, r)
}

// wrongFrom sends wrong passwords, each another one, and returns the last answer.
func wrongFrom(t *testing.T, times int, link string, forwardedFor ...string) (last answer) {
	t.Helper()
	for i := range times {
		last = loginFrom(t, link, fmt.Sprintf("wrong %d %s", i, strings.Join(forwardedFor, " ")), forwardedFor...)
	}
	return last
}

// throttled is a gateway behind a proxy with one shop, and what writes its counts.
func throttled(t *testing.T, dir string) (*gateway, *authentication.Service) {
	t.Helper()
	var callers *authentication.Service
	g := startWith(t, dir, behindProxy, fx.Populate(&callers))
	return g, callers
}

func TestWhoIsWrongTooOftenHasToWaitAndTheRightSecretStillPasses(t *testing.T) {
	g, _ := throttled(t, t.TempDir())
	g.shop = g.newShop("papper")
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	other, _ := g.connect("peppol-bis-punchout-3", nil)
	const attacker = "203.0.113.9"
	for i := range throttle.Free {
		if a := loginFrom(t, link, fmt.Sprint("wrong", i), attacker); a.status != 401 || a.header.Get("Retry-After") != "" {
			t.Fatalf("wrong secret %d is answered %d", i+1, a.status)
		}
	}
	refused := loginFrom(t, link, "wrong", attacker)
	if seconds, err := strconv.Atoi(refused.header.Get("Retry-After")); refused.status != 429 || err != nil || seconds < 1 ||
		!strings.Contains(refused.body, "Too many attempts") {
		t.Errorf("%d, Retry-After %s: %s", refused.status, refused.header.Get("Retry-After"), refused.body)
	}
	if a := loginFrom(t, link, password, attacker); a.status != 303 {
		t.Errorf("the right secret from the same address is answered %d", a.status)
	}
	if a := loginFrom(t, link, "wrong", attacker); a.status != 429 {
		t.Errorf("the right secret of one forgives the wrong ones of another: %d", a.status)
	}
	for name, a := range map[string]answer{
		"another address": loginFrom(t, link, "wrong", "203.0.113.10"),
		"another link":    loginFrom(t, other, "wrong", attacker),
	} {
		if a.status != 401 {
			t.Errorf("%s is answered %d", name, a.status)
		}
	}
	g.clock.advance(throttle.LongestWait + throttle.Forgotten)
	if a := loginFrom(t, link, "wrong", attacker); a.status != 401 {
		t.Errorf("a day later it is answered %d", a.status)
	}
}

// TestWhoIsNotListenedToLearnsNothingOfWhatHePresents also where the hint already knows that it is wrong, and his wait ends.
func TestWhoIsNotListenedToLearnsNothingOfWhatHePresents(t *testing.T) {
	var secrets port.Secrets
	g := startWith(t, t.TempDir(), behindProxy, fx.Populate(&secrets))
	g.shop = g.newShop("papper")
	link, id := g.connect("peppol-bis-punchout-3", nil)
	conn, err := g.stores.Connections.Get(t.Context(), "papper", id)
	if err != nil {
		t.Fatal(err)
	}
	verifier := conn.Credentials(g.clock.Now())[0].Verifier
	guess := func(as port.Glance) string {
		for i := 0; ; i++ {
			if text := fmt.Sprint("guess ", i); secrets.Glance(verifier, secret.New(text)) == as {
				return text
			}
		}
	}
	wrong, likely := guess(port.Wrong), guess(port.Likely)
	const attacker = "203.0.113.9"
	counted := throttle.New("papper", throttle.ID(secrets.Sign("throttle", path.Base(link), attacker)))
	counted.Fail(throttle.Patience+1, throttle.Free, g.clock.Now())
	if err := g.stores.Throttles.Create(t.Context(), counted); err != nil {
		t.Fatal(err)
	}
	g.clock.advance(throttle.LongestWait / 2)
	for _, presented := range []string{wrong, likely, wrong, likely} {
		a := loginFrom(t, link, presented, attacker)
		seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
		if wait := time.Duration(seconds) * time.Second; err != nil || a.status != 429 || wait > throttle.LongestWait/2 {
			t.Errorf("%q is answered %d, Retry-After %d", presented, a.status, seconds)
		}
	}
	g.clock.advance(throttle.LongestWait / 2)
	if a := loginFrom(t, link, password, attacker); a.status != 303 {
		t.Errorf("after the wait, the right secret is answered %d", a.status)
	}
}

func TestPingsPurchaseOrdersAndDocumentsAreCountedLikeLogins(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.Ordering.Format = "peppol-bis-ordering-3" })
	ping := func(password string) answer {
		return postForm(t, link+"/complete", url.Values{"USERNAME": {user}, "PASSWORD": {password}, "order": {"none"}})
	}
	document := func(password string) answer {
		r := request(t, "POST", link+"/orders", "application/xml", "<Order/>")
		r.SetBasicAuth(user, password)
		return send(t, r)
	}
	for i := range throttle.Free / 2 {
		ping(fmt.Sprint("wrong", i)).want(t, 401)
		document(fmt.Sprint("wrong", i)).want(t, 401)
	}
	for name, a := range map[string]answer{"a ping": ping("wrong"), "a purchase order": document("wrong"), "a login": loginFrom(t, link, "wrong")} {
		if a.status != 429 || a.header.Get("Retry-After") == "" {
			t.Errorf("%s is answered %d", name, a.status)
		}
	}
	ping(password).want(t, 404)
	if a := document(password); a.status == 429 || a.status == 401 {
		t.Errorf("the right secret is answered %d", a.status)
	}

	t.Run("a document is told in its own words", func(t *testing.T) {
		link, _ := g.connect("cxml-1.2", func(p *connection.Profile) {
			p.Login.User = ""
			p.Login.From = []connection.Identity{{Domain: "DUNS", ID: "1"}}
			p.Login.To, p.Login.Sender = p.Login.From, p.Login.From
		})
		credential := `<Credential domain="DUNS"><Identity>1</Identity>%s</Credential>`
		bare := fmt.Sprintf(credential, "")
		setup := func(secret string) answer {
			sender := fmt.Sprintf(credential, "<SharedSecret>"+secret+"</SharedSecret>")
			return send(t, request(t, "POST", link, "text/xml", `<cXML payloadID="p" timestamp="2026-11-23T10:15:00+01:00"><Header><From>`+bare+
				`</From><To>`+bare+`</To><Sender>`+sender+`<UserAgent>x</UserAgent></Sender></Header><Request><ProfileRequest/></Request></cXML>`))
		}
		for i := range throttle.Free {
			if a := setup(fmt.Sprint("wrong", i)); a.status != 200 || !strings.Contains(a.body, `code="401"`) {
				t.Fatalf("%d: %s", a.status, a.body)
			}
		}
		if a := setup("wrong"); a.status != 200 || !strings.Contains(a.body, `code="560"`) || a.header.Get("Retry-After") == "" {
			t.Errorf("%d: %s", a.status, a.body)
		}
		if a := setup(password); !strings.Contains(a.body, `code="200"`) {
			t.Errorf("the right secret: %s", a.body)
		}
	})
}

func TestWrongAPIKeysFromOneAddressHaveToWaitAndRightOnesPass(t *testing.T) {
	g := withShop(t)
	for i := range throttle.FreeKeys {
		g.api(fmt.Sprintf("pgk.papper.key%d.proof", i), "GET", "/v1/erp/orders", "").want(t, 401)
	}
	for name, key := range map[string]string{
		"of no key": "pgk.papper.other.proof", "no key at all": "guess", "of a real key": g.shop.erp[:len(g.shop.erp)-1] + "0",
	} {
		if a := g.api(key, "GET", "/v1/erp/orders", ""); a.status != 429 || a.header.Get("Retry-After") == "" {
			t.Errorf("a wrong key %s is answered %d", name, a.status)
		}
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders", "").want(t, 200)
	g.api(g.shop.storefront, "GET", "/v1/erp/orders", "").want(t, 403)
}

func TestForwardedAddressesNeitherEvadeNorFrame(t *testing.T) {
	t.Run("of a peer that is no trusted proxy", func(t *testing.T) {
		g := withShop(t)
		link, _ := g.connect("peppol-bis-punchout-3", nil)
		for i := range throttle.Free + 1 {
			if a := loginFrom(t, link, fmt.Sprint("wrong", i), fmt.Sprintf("203.0.113.%d", i)); i == throttle.Free && a.status != 429 {
				t.Errorf("another forwarded address each time evades: %d", a.status)
			}
		}
	})
	g, _ := throttled(t, t.TempDir())
	g.shop = g.newShop("papper")
	for name, forwarded := range map[string][]string{
		"in one line":    {"198.51.100.7, 203.0.113.9"},
		"in two lines":   {"198.51.100.7", "203.0.113.9"},
		"after nonsense": {"nonsense", "203.0.113.9"},
	} {
		link, _ := g.connect("peppol-bis-punchout-3", nil)
		if a := wrongFrom(t, throttle.Free+1, link, forwarded...); a.status != 429 {
			t.Errorf("%s: the address that the proxy saw is not counted: %d", name, a.status)
		}
		if a := loginFrom(t, link, "wrong", "198.51.100.7"); a.status != 401 {
			t.Errorf("%s: the address that the caller named is framed: %d", name, a.status)
		}
		if a := loginFrom(t, link, "wrong", "192.0.2.1, 203.0.113.9"); a.status != 429 {
			t.Errorf("%s: another named address evades: %d", name, a.status)
		}
	}
	t.Run("addresses of one IPv6 network are one", func(t *testing.T) {
		link, _ := g.connect("peppol-bis-punchout-3", nil)
		for i := range throttle.Free + 1 {
			if a := loginFrom(t, link, fmt.Sprint("wrong", i), fmt.Sprintf("2001:db8:1:2:%x::%x", i, i)); i == throttle.Free && a.status != 429 {
				t.Errorf("another address of the network each time evades: %d", a.status)
			}
		}
		if a := loginFrom(t, link, "wrong", "2001:db8:1:3::1"); a.status != 401 {
			t.Errorf("the network beside it is answered %d", a.status)
		}
	})
}

func TestWrongLoginsAreSharedByTheProcessesOfAGateway(t *testing.T) {
	dir := t.TempDir()
	first, callers := throttled(t, dir)
	first.shop = first.newShop("papper")
	link, _ := first.connect("peppol-bis-punchout-3", nil)
	second, _ := throttled(t, dir)
	there := strings.Replace(link, first.url, second.url, 1)
	if a := wrongFrom(t, throttle.Free, link, "203.0.113.9"); a.status != 401 {
		t.Fatalf("%d", a.status)
	}
	callers.Flush(context.Background())
	if a := loginFrom(t, there, "wrong", "203.0.113.9"); a.status != 429 {
		t.Errorf("the other process answers %d", a.status)
	}
	if a := loginFrom(t, there, password, "203.0.113.9"); a.status != 303 {
		t.Errorf("the right secret at the other process is answered %d", a.status)
	}
}

func TestAKeyTellsItsLastUse(t *testing.T) {
	var callers *authentication.Service
	g := startWith(t, t.TempDir(), fx.Populate(&callers))
	g.shop = g.newShop("papper")
	lastUse := func() map[string]string {
		callers.Flush(context.Background())
		uses := map[string]string{}
		keys, _ := g.api(g.shop.key, "GET", "/v1/admin/keys", "").want(t, 200).at("keys").([]any)
		for _, each := range keys {
			key := object(each.(map[string]any))
			if key.at("last_used_at") != nil {
				uses[key.text("id")] = key.text("last_used_at")
			}
		}
		return uses
	}
	id := func(key string) string { return strings.Split(key, ".")[2] }
	lastUse()
	if uses := lastUse(); len(uses) != 1 || uses[id(g.shop.key)] == "" {
		t.Errorf("used: %v", uses)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders", "").want(t, 200)
	g.api(g.shop.storefront, "GET", "/v1/erp/orders", "").want(t, 403) // refused, so not used
	first := lastUse()
	if first[id(g.shop.erp)] == "" || first[id(g.shop.storefront)] != "" {
		t.Errorf("used: %v", first)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders", "").want(t, 200)
	if again := lastUse(); again[id(g.shop.erp)] != first[id(g.shop.erp)] {
		t.Error("a use within the minute is written")
	}
	g.clock.advance(2 * time.Minute)
	g.api(g.shop.erp, "GET", "/v1/erp/orders", "").want(t, 200)
	if later := lastUse(); later[id(g.shop.erp)] <= first[id(g.shop.erp)] {
		t.Error("a later use is not written")
	}
}

func TestALinkTellsItsLastUse(t *testing.T) {
	var callers *authentication.Service
	g := startWith(t, t.TempDir(), fx.Populate(&callers))
	g.shop = g.newShop("papper")
	link, id := g.connect("oci-5", fixedReturn)
	g.link(id) // which nobody uses
	lastUse := func() (uses []string) {
		callers.Flush(context.Background())
		links, _ := g.api(g.shop.key, "GET", "/v1/admin/connections/"+string(id)+"/links", "").want(t, 200).at("links").([]any)
		for _, each := range links {
			l := object(each.(map[string]any))
			if l.at("last_used_at") != nil {
				uses = append(uses, l.text("id")+" "+l.text("last_used_at"))
			}
		}
		return uses
	}
	wrong := startCall()
	wrong.Set("PASSWORD", "wrong")
	postForm(t, link, wrong).want(t, 401)
	if uses := lastUse(); uses != nil {
		t.Errorf("wrong credentials are a use: %q", uses)
	}
	g.punchOut(link)
	first := lastUse()
	if len(first) != 1 || !strings.Contains(link, strings.Fields(first[0])[0]) {
		t.Fatalf("used are %q", first)
	}
	g.clock.advance(10 * time.Second)
	g.punchOut(link)
	if again := lastUse(); !slices.Equal(again, first) {
		t.Errorf("a use within the minute is written: %q", again)
	}
	g.clock.advance(2 * time.Minute)
	g.punchOut(link)
	if later := lastUse(); len(later) != 1 || slices.Equal(later, first) {
		t.Errorf("a later use is not told: %q", later)
	}
}

// flood sends wrong logins, about a thousand a second, until it is stopped, and returns how many were answered.
type flood struct {
	answered atomic.Int64
	stop     context.CancelFunc
	all      sync.WaitGroup
	began    time.Time
}

const floodRate = 1000 // a second

// plain sends without judging each answer: a flood is no test of the description.
var plain = &http.Client{
	Transport:     &http.Transport{MaxIdleConns: 128, MaxIdleConnsPerHost: 128},
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func attempt(ctx context.Context, link, password, from string) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, "POST", link, strings.NewReader(with("PASSWORD", password).Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if from != "" {
		r.Header.Set("X-Forwarded-For", from)
	}
	response, err := plain.Do(r)
	if err != nil {
		return 0, err
	}
	response.Body.Close()
	return response.StatusCode, nil
}

// beginFlood floods a link; from says from where the n-th one comes.
func beginFlood(t *testing.T, link string, from func(n int64) string) *flood {
	ctx, cancel := context.WithCancel(t.Context())
	f := &flood{stop: cancel, began: time.Now()}
	ticks := make(chan int64, floodRate)
	f.all.Go(func() {
		defer close(ticks)
		for n := int64(0); ; {
			due := int64(time.Since(f.began).Seconds() * floodRate)
			for ; n < due; n++ {
				select {
				case ticks <- n:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	})
	for range 64 {
		f.all.Go(func() {
			for n := range ticks {
				status, err := attempt(ctx, link, fmt.Sprint("wrong ", n), from(n))
				switch {
				case ctx.Err() != nil:
				case err != nil || status != 401 && status != 429:
					t.Errorf("a wrong login is answered %d, %v", status, err)
				default:
					f.answered.Add(1)
				}
			}
		})
	}
	t.Cleanup(f.end)
	return f
}

func (f *flood) end() {
	f.stop()
	f.all.Wait()
	plain.CloseIdleConnections() // which a gateway that stops would wait for
}

// TestRightLoginsGetInWhileAThousandWrongOnesASecondCome measures, and prints what it measured. Every case begins with
// nothing in the memory of the process.
func TestRightLoginsGetInWhileAThousandWrongOnesASecondCome(t *testing.T) {
	const (
		office = "198.51.100.7"
		logins = 12
		every  = 100 * time.Millisecond
		bound  = 2 * time.Second
		// busy is the bound where the machine has so much else to do that it does not send half of the flood.
		busy = 10 * time.Second
	)
	for name, c := range map[string]struct {
		usedBefore bool
		from       func(n int64) string
	}{
		"from the same address, as a first login":         {false, func(int64) string { return office }},
		"from the same address, which is known":           {true, func(int64) string { return office }},
		"from many addresses":                             {false, func(n int64) string { return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255) }},
		"from the same address and many others, by turns": {true, func(n int64) string { return []string{office, fmt.Sprintf("10.0.%d.%d", n>>8&255, n&255)}[n&1] }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			g, _ := throttled(t, dir)
			g.shop = g.newShop("papper")
			link, _ := g.connect("peppol-bis-punchout-3", nil)
			if c.usedBefore {
				if status, err := attempt(t.Context(), link, password, office); status != 303 || err != nil {
					t.Fatalf("%d, %v", status, err)
				}
			}
			g.stop() // and forget
			before := g.url
			g, _ = throttled(t, dir)
			link = strings.Replace(link, before, g.url, 1)

			f := beginFlood(t, link, c.from)
			time.Sleep(time.Second) // the flood is there first
			var took []time.Duration
			for range logins {
				began := time.Now()
				status, err := attempt(t.Context(), link, password, office)
				took = append(took, time.Since(began))
				if status != 303 || err != nil {
					t.Errorf("a right login is answered %d, %v", status, err)
				}
				time.Sleep(every)
			}
			rate := float64(f.answered.Load()) / time.Since(f.began).Seconds()
			f.end()
			first := took[0]
			slices.Sort(took)
			t.Logf("%.0f wrong logins a second; of %d right ones the first took %s, the median %s, the slowest %s",
				rate, logins, first.Round(time.Millisecond), took[logins/2].Round(time.Millisecond), took[logins-1].Round(time.Millisecond))
			allowed := bound
			if rate < floodRate/2 {
				t.Logf("this machine is too busy for a flood of %d a second; right logins may take %s", floodRate, busy)
				allowed = busy
			}
			if took[logins-1] > allowed {
				t.Errorf("a right login took %s", took[logins-1])
			}
		})
	}
}

// TestAWrongUserTakesAsLongAsAWrongPassword compares medians of calls that come by turns, so that a busy machine slows both.
func TestAWrongUserTakesAsLongAsAWrongPassword(t *testing.T) {
	g, _ := throttled(t, t.TempDir())
	g.shop = g.newShop("papper")
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	const rounds = 60
	took := map[string][]time.Duration{}
	for i := range rounds {
		wrong := fmt.Sprint("wrong ", i)
		for name, call := range map[string]url.Values{
			"a wrong password":             with("PASSWORD", wrong),
			"a wrong user":                 {"USERNAME": {"nobody"}, "PASSWORD": {wrong}, "HOOK_URL": {returnURL}},
			"a wrong user and return, too": {"USERNAME": {"nobody"}, "PASSWORD": {wrong}, "HOOK_URL": {"https://evil.example/"}},
		} {
			r := request(t, "POST", link, "application/x-www-form-urlencoded", call.Encode())
			r.Header.Set("X-Forwarded-For", fmt.Sprint("10.0.0.", i)) // so that nobody has to wait
			began := time.Now()
			a := send(t, r)
			took[name] = append(took[name], time.Since(began))
			if a.status != 401 || !strings.Contains(a.body, "login.credentials") {
				t.Fatalf("%s is answered %d: %s", name, a.status, a.body)
			}
		}
	}
	median := func(name string) time.Duration {
		slices.Sort(took[name])
		return took[name][rounds/2]
	}
	password := median("a wrong password")
	for name := range took {
		if m := median(name); max(m, password) > 3*min(m, password) {
			t.Errorf("%s takes %s, a wrong password %s", name, m, password)
		}
	}
	t.Logf("a wrong password takes %s, a wrong user %s", password, median("a wrong user"))
}

func TestARevokedKeyOpensNothing(t *testing.T) {
	g := withShop(t)
	has := furnish(g)
	for _, key := range []string{has.storefront, has.erp} {
		g.api(has.key, "POST", "/v1/admin/keys/"+strings.Split(key, ".")[2]+"/revoke", "").want(t, 200)
	}
	keys := map[string]string{"storefront": has.storefront, "erp": has.erp}
	for _, o := range operations(t) {
		if key := keys[o.scope()]; key != "" {
			if a := g.api(key, o.method, has.at(o.path), o.example()); a.status != 401 && a.status != 429 {
				t.Errorf("%s %s with a revoked key is answered %d", o.method, o.path, a.status)
			}
		}
	}
}

// counted counts the writes of throttles.
type counted struct {
	port.Throttles
	writes *atomic.Int64
}

func (c counted) Create(ctx context.Context, t *throttle.Throttle) error {
	c.writes.Add(1)
	return c.Throttles.Create(ctx, t)
}

func (c counted) Update(
	ctx context.Context, of tenant.ID, id throttle.ID, change func(*throttle.Throttle) error,
) (*throttle.Throttle, error) {
	c.writes.Add(1)
	return c.Throttles.Update(ctx, of, id, change)
}

func TestAFloodOfWrongLoginsIsFewWrites(t *testing.T) {
	for name, c := range map[string]struct {
		from func(n int64) string
		most int64 // in a second: two flushes, each of so many places, which are created after they were not found
	}{
		"from one address":    {func(int64) string { return "203.0.113.9" }, 2 * 2},
		"from many addresses": {func(n int64) string { return fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255) }, 2 * 200 * 2},
	} {
		t.Run(name, func(t *testing.T) {
			var writes atomic.Int64
			g := startWith(t, t.TempDir(), behindProxy, fx.Decorate(func(s port.Stores) port.Stores {
				s.Throttles = counted{s.Throttles, &writes}
				return s
			}))
			g.shop = g.newShop("papper")
			link, _ := g.connect("peppol-bis-punchout-3", nil)
			f := beginFlood(t, link, c.from)
			time.Sleep(2 * time.Second)
			seconds := time.Since(f.began).Seconds()
			f.end()
			t.Logf("%d wrong logins in %.1f s were %d writes", f.answered.Load(), seconds, writes.Load())
			if n := writes.Load(); n == 0 || n > c.most*int64(seconds+2) {
				t.Errorf("%d writes in %.1f s", n, seconds)
			}
		})
	}
}

func TestThatAnAddressIsKnownIsWrittenInTheMiddleOfAFlood(t *testing.T) {
	var secrets port.Secrets
	g := startWith(t, t.TempDir(), fx.Populate(&secrets))
	g.shop = g.newShop("papper")
	_, id := g.connect("peppol-bis-punchout-3", nil)
	conn, err := g.stores.Connections.Get(t.Context(), "papper", id)
	if err != nil {
		t.Fatal(err)
	}
	process := authentication.New(g.stores, secrets, g.clock, slog.New(slog.DiscardHandler))
	come := func(address, password string) error {
		from := authentication.Origin{Link: "link", Address: address}
		return process.Caller(t.Context(), from, conn, port.Presented{User: user, Password: secret.New(password)})
	}
	for i := range 500 { // more than are written at once
		if err := come(fmt.Sprintf("10.0.%d.%d", i>>8, i&255), "wrong"); !errors.Is(err, authentication.ErrCredentials) {
			t.Fatal(err)
		}
	}
	if err := come("203.0.113.9", password); err != nil {
		t.Fatal(err)
	}
	process.Flush(t.Context())
	kept, err := g.stores.Throttles.Get(t.Context(), "papper", throttle.ID(secrets.Sign("throttle", "link", "203.0.113.9")))
	if err != nil || !kept.Known(g.clock.Now()) {
		t.Errorf("of the buyer's address the other processes know nothing: %v", err)
	}
}

func TestWhatAFloodLeavesIsSwept(t *testing.T) {
	var sweeper *sweep.Service
	var stores port.Stores
	g := startWith(t, t.TempDir(), fx.Populate(&sweeper, &stores))
	ctx := context.Background()
	const addresses = 2500 // more than one batch, and as many calls with a key
	for i := range addresses {
		counted := throttle.New("papper", throttle.ID(fmt.Sprint("a", i)))
		counted.Fail(1, throttle.Free, g.clock.Now())
		call := replay.New("papper", replay.IDOf(fmt.Sprint("k", i)), "digest", "seed", g.clock.Now().Add(throttle.Remembered-replay.Kept))
		if err := errors.Join(stores.Throttles.Create(ctx, counted), stores.Replays.Create(ctx, call)); err != nil {
			t.Fatal(err)
		}
	}
	left := func() (n int) {
		if err := sweeper.Once(ctx); err != nil {
			t.Fatal(err)
		}
		for i := range addresses {
			if _, err := stores.Throttles.Get(ctx, "papper", throttle.ID(fmt.Sprint("a", i))); err == nil {
				n++
			}
			if _, err := stores.Replays.Get(ctx, "papper", replay.IDOf(fmt.Sprint("k", i))); err == nil {
				n++
			}
		}
		return n
	}
	if n := left(); n != 2*addresses {
		t.Errorf("%d of %d are left at once", n, 2*addresses)
	}
	g.clock.advance(throttle.Remembered + time.Minute)
	if n := left(); n != 0 {
		t.Errorf("%d are left after their time", n)
	}
}

func TestTheStoreDoesNotTellCallersAddresses(t *testing.T) {
	const right, wrong = "198.51.100.77", "203.0.113.99"
	g, callers := throttled(t, t.TempDir())
	g.shop = g.newShop("papper")
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	if a := loginFrom(t, link, password, right); a.status != 303 {
		t.Fatalf("%d", a.status)
	}
	wrongFrom(t, throttle.Free+1, link, wrong)
	callers.Flush(context.Background())
	g.stop()
	counted := 0
	g.stored(func(place string, content []byte) {
		if strings.HasPrefix(place, "throttles.") {
			counted++
		}
		for _, address := range []string{right, wrong} {
			for _, form := range writings(address) {
				if bytes.Contains(content, form) {
					t.Errorf("%s tells %s: %s", place, address, content)
				}
			}
		}
	})
	if counted == 0 {
		t.Error("nothing was counted")
	}
}
