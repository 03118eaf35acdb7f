package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/tenant"
)

// twin starts another gateway on the same data. It has the same shop and the same clock.
func (g *gateway) twin() *gateway {
	g.t.Helper()
	other := startWith(g.t, g.dir)
	other.shop = g.shop
	other.clock.advance(g.clock.ahead)
	return other
}

// keyed calls the API with an idempotency key.
func (g *gateway) keyed(key, path, body, idempotencyKey string) answer {
	g.t.Helper()
	return g.api(key, "POST", path, body, "Idempotency-Key", idempotencyKey)
}

// creation is a call that creates something; list is the path of the list that has it then, under the name.
type creation struct{ key, path, body, list, name string }

func creations(g *gateway, platform string, fixed connection.ID) map[string]creation {
	admin, c := g.shop.key, "/v1/admin/connections/"+string(fixed)
	connectionBody := `{"name":"Ny","customer":"goteborg","format":"oci-5","login":{"user":"x"},"return":{"fixed":"https://buyer.example.com/r"}}`
	return map[string]creation{
		"a tenant":                   {platform, "/v1/admin/tenants", `{"name":"Ny"}`, "/v1/admin/tenants", "tenants"},
		"a tenant with an id":        {platform, "/v1/admin/tenants", `{"id":"named","name":"Ny"}`, "/v1/admin/tenants", "tenants"},
		"a key":                      {admin, "/v1/admin/keys", `{"label":"ny","scopes":["erp"]}`, "/v1/admin/keys", "keys"},
		"a tenant's key":             {platform, "/v1/admin/tenants/papper/keys", `{"label":"ny","scopes":["erp"]}`, "", ""},
		"a customer":                 {admin, "/v1/admin/customers", `{"name":"Ny","fields":{"punchout":"true"}}`, "/v1/admin/customers", "customers"},
		"a customer with an id":      {admin, "/v1/admin/customers", `{"id":"named","name":"Ny"}`, "/v1/admin/customers", "customers"},
		"a connection":               {admin, "/v1/admin/connections", connectionBody, "/v1/admin/connections", "connections"},
		"a connection with a secret": {admin, "/v1/admin/connections", `{"id":"named","secret":"` + password + `",` + connectionBody[1:], "/v1/admin/connections", "connections"},
		"a link":                     {admin, c + "/links", "", c + "/links", "links"},
		"a link of the network":      {admin, "/v1/admin/links", "", "/v1/admin/links", "links"},
		"a connection's secret":      {admin, c + "/secret", "{}", "", ""},
		"the catalogue's secret":     {admin, "/v1/admin/settings/catalogue-secret", "", "", ""},
		"a webhook":                  {admin, "/v1/admin/webhooks", `{"url":"https://erp.example.com/events"}`, "/v1/admin/webhooks", "webhooks"},
		"a session":                  {g.shop.storefront, "/v1/storefront/sessions", `{"customer":"goteborg","connection":"` + string(fixed) + `"}`, "", ""},
	}
}

func (g *gateway) countOf(c creation) int {
	g.t.Helper()
	if c.list == "" {
		return 0
	}
	list, _ := g.api(c.key, "GET", c.list, "").want(g.t, 200).at(c.name).([]any)
	return len(list)
}

func fixedReturn(p *connection.Profile) {
	p.Return = connection.Return{Fixed: "https://buyer.example.com/return", Transfer: connection.Browser}
}

func TestACallWithAKeyIsDoneOnceAndItsRepetitionGetsTheSameAnswer(t *testing.T) {
	g := withShop(t)
	_, fixed := g.connect("oci-5", fixedReturn)
	other := g.twin()
	for name, c := range creations(g, platformKey(g), fixed) {
		t.Run(name, func(t *testing.T) {
			before := g.countOf(c)
			first := g.keyed(c.key, c.path, c.body, "key of "+name)
			if first.status != 200 && first.status != 201 || first.header.Get("Idempotent-Replayed") != "" {
				t.Fatalf("the first call: %d %v %s", first.status, first.header, first.body)
			}
			for _, asked := range []*gateway{g, other} {
				again := asked.keyed(c.key, c.path, c.body, "key of "+name)
				if again.status != first.status || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" ||
					again.header.Get("Content-Type") != first.header.Get("Content-Type") {
					t.Errorf("the repetition: %d %v %s, not %d %s", again.status, again.header, again.body, first.status, first.body)
				}
			}
			if n := g.countOf(c) - before; c.list != "" && n != 1 {
				t.Errorf("%d were created", n)
			}
			if p := g.keyed(c.key, c.path, c.body+" ", "key of "+name).want(t, 409); p.text("code") != "idempotency.key_reused" {
				t.Errorf("another body is answered with %v", p)
			}
			if p := g.keyed(c.key, c.path+"?x=1", c.body, "key of "+name).want(t, 409); p.text("code") != "idempotency.key_reused" {
				t.Errorf("another call is answered with %v", p)
			}
		})
	}
}

func TestAKeyBelongsToItsTenantAndToCallersWithTheScope(t *testing.T) {
	g := withShop(t)
	const path, body = "/v1/admin/customers", `{"name":"Ny"}`
	first := g.keyed(g.shop.key, path, body, "k").want(t, 201)
	other := g.newShop("pennor")
	if theirs := g.keyed(other.key, path, body, "k").want(t, 201); theirs.text("id") == first.text("id") {
		t.Error("another tenant got this one's answer")
	}
	g.keyed(g.shop.storefront, path, body, "k").want(t, 403)
	g.keyed("", path, body, "k").want(t, 401)
	g.keyed(g.shop.key, path, body, strings.Repeat("k", 256)).want(t, 400)
	if second := g.api(g.shop.key, "POST", path, body).want(t, 201); second.text("id") == first.text("id") {
		t.Error("a call without a key got the answer of one with a key")
	}
}

func TestARefusalFreesTheKeyAndAFailureKeepsItForTheSameCall(t *testing.T) {
	customers := &failingCustomers{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		customers.Customers = s.Customers
		s.Customers = customers
		return s
	}))
	g.shop = g.newShop("papper")
	const path = "/v1/admin/customers"
	g.keyed(g.shop.key, path, `{"name":""}`, "k").want(t, 422)
	g.keyed(g.shop.key, path, `{"name":`, "k").want(t, 400)
	customers.failing.Store(true)
	g.keyed(g.shop.key, path, `{"name":"Ny"}`, "k").want(t, 503)
	customers.failing.Store(false)
	if p := g.keyed(g.shop.key, path, `{"name":"Annan"}`, "k").want(t, 409); p.text("code") != "idempotency.key_reused" {
		t.Errorf("another call than the failed one: %v", p)
	}
	made := g.keyed(g.shop.key, path, `{"name":"Ny"}`, "k").want(t, 201)
	if again := g.keyed(g.shop.key, path, `{"name":"Ny"}`, "k").want(t, 201); again.text("id") != made.text("id") {
		t.Errorf("%v, then %v", made, again)
	}
}

type failingCustomers struct {
	port.Customers
	failing atomic.Bool
}

func (f *failingCustomers) Create(ctx context.Context, c *customer.Customer) error {
	if f.failing.Load() {
		return port.ErrUnavailable
	}
	return f.Customers.Create(ctx, c)
}

func TestOfManyEqualCallsAtTwoGatewaysOneIsDone(t *testing.T) {
	g := withShop(t)
	gateways := []*gateway{g, g.twin()}
	const path, body = "/v1/admin/keys", `{"label":"ny","scopes":["erp"]}`
	before := g.countOf(creation{key: g.shop.key, list: path, name: "keys"})
	answers := atOnce(8, func(i int) answer {
		for {
			a := gateways[i%2].keyed(g.shop.key, path, body, "k")
			if a.status != 409 {
				return a
			}
			if p := a.json(t); p.text("code") != "idempotency.in_progress" || a.header.Get("Retry-After") == "" {
				t.Errorf("while the first runs: %v, %v", p, a.header)
				return a
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	for _, a := range answers {
		if a.status != 201 || a.body != answers[0].body {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if n := g.countOf(creation{key: g.shop.key, list: path, name: "keys"}) - before; n != 1 {
		t.Errorf("%d keys were made", n)
	}
}

// forgetful loses the answers of calls, as a gateway does that stops before it records them.
type forgetful struct {
	port.Replays
	forgets atomic.Bool
}

func (f *forgetful) Update(
	ctx context.Context, of tenant.ID, id replay.ID, change func(*replay.Replay) error,
) (*replay.Replay, error) {
	if !f.forgets.Load() {
		return f.Replays.Update(ctx, of, id, change)
	}
	return f.Replays.Update(ctx, of, id, func(r *replay.Replay) error {
		before := r.Snapshot()
		if err := change(r); err != nil || r.Snapshot().Answer.Status == before.Answer.Status {
			return err
		}
		return port.ErrUnavailable
	})
}

// TestACallWhoseGatewayStoppedIsRunAgainAndDoublesNothing also holds for secrets: the key or password that was made, and that
// nobody was told, is told then.
func TestACallWhoseGatewayStoppedIsRunAgainAndDoublesNothing(t *testing.T) {
	replays := &forgetful{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		replays.Replays = s.Replays
		s.Replays = replays
		return s
	}))
	g.shop = g.newShop("papper")
	_, fixed := g.connect("oci-5", fixedReturn)
	for name, c := range creations(g, platformKey(g), fixed) {
		t.Run(name, func(t *testing.T) {
			before := g.countOf(c)
			replays.forgets.Store(true)
			first := g.keyed(c.key, c.path, c.body, "key of "+name)
			replays.forgets.Store(false)
			if p := g.keyed(c.key, c.path, c.body, "key of "+name).want(t, 409); p.text("code") != "idempotency.in_progress" {
				t.Errorf("before the lease is over: %v", p)
			}
			g.clock.advance(replay.Lease)
			again := g.keyed(c.key, c.path, c.body, "key of "+name)
			if again.status != first.status || again.header.Get("Idempotent-Replayed") != "" {
				t.Fatalf("run again: %d %s after %s", again.status, again.body, first.body)
			}
			for _, member := range []string{"id", "key", "secret", "url"} {
				if got, want := again.json(t).text(member), first.json(t).text(member); got != want {
					t.Errorf("%s was %s and is %s", member, want, got)
				}
			}
			if got, want := again.json(t).at("session", "id"), first.json(t).at("session", "id"); got != want {
				t.Errorf("the session was %v and is %v", want, got)
			}
			if n := g.countOf(c) - before; c.list != "" && n != 1 {
				t.Errorf("%d were created", n)
			}
		})
	}
}

// TestAWebhooksSecretThatIsReplacedAgainByTheSameCallKeepsTheOneBefore also signs with it: the receiver has not changed over.
func TestAWebhooksSecretThatIsReplacedAgainByTheSameCallKeepsTheOneBefore(t *testing.T) {
	replays := &forgetful{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		replays.Replays = s.Replays
		s.Replays = replays
		return s
	}))
	g.shop = g.newShop("papper")
	hook := g.api(g.shop.key, "POST", "/v1/admin/webhooks", `{"url":"https://erp.example.com/events"}`).want(t, 201)
	kept := func() []tenant.WebhookSecret {
		shop, err := g.stores.Tenants.Get(t.Context(), "papper")
		if err != nil {
			t.Fatal(err)
		}
		return shop.Webhooks()[0].Secrets
	}
	before := kept()[0].Sealed
	replace := func() string {
		return g.keyed(g.shop.key, "/v1/admin/webhooks/"+hook.text("id")+"/secret", `{"keep_previous_seconds":3600}`, "k").want(t, 200).text("secret")
	}
	replays.forgets.Store(true)
	first := replace()
	replays.forgets.Store(false)
	g.clock.advance(replay.Lease)
	if again := replace(); again != first {
		t.Errorf("told was %s, and then %s", first, again)
	}
	if s := kept(); len(s) != 2 || s[1].Sealed != before {
		t.Error("the secret until now does not sign any more")
	}
}

func TestAnAnswerIsKeptForADay(t *testing.T) {
	g := withShop(t)
	call := func() string {
		return g.keyed(g.shop.key, "/v1/admin/customers", `{"name":"Ny"}`, "k").want(t, 201).text("id")
	}
	first := call()
	g.clock.advance(replay.Kept - time.Minute)
	if again := call(); again != first {
		t.Errorf("within a day %s, then %s", first, again)
	}
	g.clock.advance(time.Hour)
	if later := call(); later == first {
		t.Error("a day later the call was not done anew")
	}
}

func TestStateChangesOfShopAndERPAreReplayedToo(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	order := g.sendCart(g.punchOut(link), `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201).text("order", "id")
	ping(t, link, "C-1").want(t, 200)
	cancelled := g.punchOut(link)
	for i, c := range []struct{ key, path, body string }{
		{g.shop.storefront, "/v1/storefront/sessions/" + cancelled + "/extend", ""},
		{g.shop.storefront, "/v1/storefront/sessions/" + cancelled + "/cancel", ""},
		{g.shop.erp, "/v1/erp/orders/" + order + "/exported", `{"erp_reference":"E-1"}`},
		{g.shop.key, "/v1/admin/orders/" + order + "/cancel", ""},
	} {
		key := fmt.Sprint("k", i)
		first := g.keyed(c.key, c.path, c.body, key)
		again := g.keyed(c.key, c.path, c.body, key)
		if first.status != 200 || again.status != 200 || again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s: %d %s, then %d %s", c.path, first.status, first.body, again.status, again.body)
		}
	}
	// What the call was answered then, it is answered now, also after the order went on.
	if a := g.keyed(g.shop.erp, "/v1/erp/orders/"+order+"/exported", `{"erp_reference":"E-1"}`, "k2"); a.json(t).text("status") != "exported" {
		t.Errorf("%d %s", a.status, a.body)
	}
}
