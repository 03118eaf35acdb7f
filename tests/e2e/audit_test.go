package e2e

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
)

// auditLog returns the entries at a path, the last first.
func (g *gateway) auditLog(key, path string) (entries []object) {
	g.t.Helper()
	list, _ := g.api(key, "GET", path, "").want(g.t, 200).at("entries").([]any)
	for _, each := range list {
		entries = append(entries, object(each.(map[string]any)))
	}
	return entries
}

// entryOf returns the entry of a call.
func (g *gateway) entryOf(key, path string, a answer) object {
	g.t.Helper()
	for _, e := range g.auditLog(key, path) {
		if e.text("request") == a.header.Get("X-Request-Id") {
			return e
		}
	}
	return nil
}

// TestEveryChangingCallOfAnOperatorIsInTheAuditLog walks what is described, which is what is served: a call that is refused has
// its entry like one that is not, so that none needs to be a sensible one.
func TestEveryChangingCallOfAnOperatorIsInTheAuditLog(t *testing.T) {
	g := withShop(t)
	platform := platformKey(g)
	description, err := readDescription()
	if err != nil {
		t.Fatal(err)
	}
	without := []string{ // the session or the order tells them, or they change nothing
		"/v1/storefront/sessions/exchange", "/v1/storefront/sessions", "/v1/storefront/sessions/{id}/extend",
		"/v1/storefront/sessions/{id}/cart", "/v1/storefront/sessions/{id}/cart/preview", "/v1/admin/connections/{id}/preview",
		"/v1/admin/connections/preview", "/v1/admin/connections/{id}/replay", "/v1/admin/customers/import/preview",
	}
	walked := 0
	for path, item := range description.doc.Paths.Map() {
		for method := range item.Operations() {
			if method == http.MethodGet || method == http.MethodOptions || !strings.HasPrefix(path, "/v1/") || slices.Contains(without, path) {
				continue
			}
			walked++
			key, log, id := g.shop.key, "/v1/admin/audit?limit=200", "nothing"
			switch {
			case path == "/v1/admin/tenants", path == "/v1/admin/tenants/{id}":
				key, log = platform, "/v1/admin/tenants/-/audit?limit=200"
			case strings.HasPrefix(path, "/v1/admin/tenants/"):
				key, id = platform, string(g.shop.id)
			case strings.HasPrefix(path, "/v1/erp"):
				key = g.shop.erp
			case strings.HasPrefix(path, "/v1/storefront"):
				key = g.shop.storefront
			}
			asked := strings.NewReplacer("{id}", id, "{position}", "1").Replace(path)
			a := g.api(key, method, asked, "{}")
			by := cmp.Or(map[bool]string{true: platform}[strings.HasPrefix(log, "/v1/admin/tenants")], g.shop.key)
			e := g.entryOf(by, log, a)
			if e == nil {
				t.Errorf("%s %s is not in the audit log", method, path)
				continue
			}
			want := map[bool]string{true: "done", false: "refused"}[a.status < 300]
			if e.text("outcome") != want || e.at("actor", "key") != strings.Split(key, ".")[2] || e.text("client") != "127.0.0.1" {
				t.Errorf("%s %s, answered with %d, has the entry %v", method, path, a.status, e)
			}
			if code := a.json(t).at("code"); want == "refused" && e.at("code") != code {
				t.Errorf("%s %s was refused with %v, and the entry is %v", method, path, code, e)
			}
		}
	}
	if walked < 20 {
		t.Errorf("only %d calls were tried", walked)
	}
}

func TestAnEntryNamesActorActionTargetAndOutcome(t *testing.T) {
	g := withShop(t)
	platform := platformKey(g)
	_, id := g.connect("oci-5", nil)
	const log = "/v1/admin/audit"
	for name, c := range map[string]struct {
		key, method, path, body string
		action, target, outcome string
	}{
		"a customer that was made":   {g.shop.key, "POST", "/v1/admin/customers", `{"id":"malmo","name":"Malmö"}`, "customer.create", "malmo", "done"},
		"a secret that was replaced": {g.shop.key, "POST", "/v1/admin/connections/" + string(id) + "/secret", "{}", "connection.replace_secret", string(id), "done"},
		"settings that are wrong":    {g.shop.key, "PUT", "/v1/admin/settings", `{"name":""}`, "tenant.change", "", "refused"},
		"an order that is not there": {g.shop.erp, "POST", "/v1/erp/orders/x/exported", `{"erp_reference":"E"}`, "order.export", "x", "refused"},
		"a key of the platform's":    {platform, "POST", "/v1/admin/tenants/papper/keys", `{"label":"Bo","scopes":["erp"]}`, "key.create", "made", "done"},
	} {
		t.Run(name, func(t *testing.T) {
			a := g.api(c.key, c.method, c.path, c.body)
			e := g.entryOf(g.shop.key, log, a)
			if e == nil {
				t.Fatalf("not in the log: %d %s", a.status, a.body)
			}
			if c.target == "made" {
				c.target = a.json(t).text("id")
			}
			if e.text("action") != c.action || e.at("target", "id") != c.target || e.text("outcome") != c.outcome ||
				e.at("target", "kind") != strings.Split(c.action, ".")[0] || e.at("actor", "label") != "test" ||
				e.at("actor", "platform") != (c.key == platform) {
				t.Errorf("%v", e)
			}
		})
	}
	other := g.newShop("pennor")
	if n := len(g.auditLog(other.key, log)); n != 0 {
		t.Errorf("another tenant sees %d entries", n)
	}
	if n, m := len(g.auditLog(g.shop.key, log)), len(g.auditLog(platform, "/v1/admin/tenants/papper/audit")); n != m || n != 5 {
		t.Errorf("the tenant sees %d entries, the platform %d", n, m)
	}
	g.api(platform, "GET", "/v1/admin/tenants/none/audit", "").want(t, 404)
	g.api(g.shop.key, "GET", "/v1/admin/tenants/papper/audit", "").want(t, 403)
	g.api(g.shop.erp, "GET", log, "").want(t, 403)
	g.api(g.shop.key, "GET", log+"?limit=0", "").want(t, 400)
	g.api(g.shop.key, "GET", log+"?cursor=x", "").want(t, 400)
	var seen []string
	for cursor := ""; ; {
		page := g.api(g.shop.key, "GET", log+"?limit=2&cursor="+cursor, "").want(t, 200)
		for _, each := range page.at("entries").([]any) {
			seen = append(seen, each.(map[string]any)["id"].(string))
		}
		if cursor = page.text("next_cursor"); cursor == "" {
			break
		}
	}
	if all := g.auditLog(g.shop.key, log); len(seen) != len(all) || seen[0] != all[0].text("id") || seen[4] != all[4].text("id") {
		t.Errorf("by pages %v, at once %v", seen, all)
	}
}

func TestAKeyThatIsUsedAfterItWasRevokedIsInTheAuditLogOnceAnHour(t *testing.T) {
	g := withShop(t)
	id := strings.Split(g.shop.erp, ".")[2]
	g.api(g.shop.key, "POST", "/v1/admin/keys/"+id+"/revoke", "").want(t, 200)
	uses := func() (n int) {
		for range 3 {
			g.api(g.shop.erp, "GET", "/v1/erp/orders", "").want(t, 401)
		}
		g.api("pgk.papper."+id+".guessed", "GET", "/v1/erp/orders", "").want(t, 401) // whoever guesses did not have the key
		for _, e := range g.auditLog(g.shop.key, "/v1/admin/audit") {
			if e.text("action") == "key.use_revoked" && e.at("target", "id") == id && e.text("outcome") == "refused" {
				n++
			}
		}
		return n
	}
	if n := uses(); n != 1 {
		t.Errorf("%d entries", n)
	}
	g.clock.advance(time.Hour)
	if n := uses(); n != 2 {
		t.Errorf("an hour later %d entries", n)
	}
}

// brokenAudit is a log that cannot be written.
type brokenAudit struct {
	port.Audit
	entries, outcomes atomic.Bool
}

func (b *brokenAudit) Append(ctx context.Context, e *audit.Entry) error {
	if b.entries.Load() {
		return port.ErrUnavailable
	}
	return b.Audit.Append(ctx, e)
}

func (b *brokenAudit) Conclude(ctx context.Context, of tenant.ID, id audit.ID, o audit.Outcome) error {
	if b.outcomes.Load() {
		return port.ErrUnavailable
	}
	return b.Audit.Conclude(ctx, of, id, o)
}

func TestAnActionWhoseEntryCannotBeWrittenIsNotDone(t *testing.T) {
	log := &brokenAudit{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		log.Audit = s.Audit
		s.Audit = log
		return s
	}))
	g.shop = g.newShop("papper")
	const path, body = "/v1/admin/customers", `{"id":"malmo","name":"Malmö"}`
	log.entries.Store(true)
	g.api(g.shop.key, "POST", path, body).want(t, 503)
	log.entries.Store(false)
	g.api(g.shop.key, "GET", path+"/malmo", "").want(t, 404)
	log.outcomes.Store(true)
	a := g.api(g.shop.key, "POST", path, body)
	a.want(t, 201)
	if e := g.entryOf(g.shop.key, "/v1/admin/audit", a); e == nil || e.text("outcome") != "unknown" {
		t.Errorf("without its outcome: %v", e)
	}
}

func TestCommandsAreInTheAuditLog(t *testing.T) {
	dir := t.TempDir()
	config := configOf(t, dir)
	t.Setenv("PUNCHGATE_MASTER_KEY", masterKey)
	t.Setenv("PUNCHGATE_STORE", config.Store)
	t.Setenv("PUNCHGATE_MONGODB_URI", config.MongoDBURI.Reveal())
	command := func(args ...string) string {
		t.Helper()
		var out, wrong bytes.Buffer
		if status := bootstrap.Main(append(args, "--data-dir", dir), nil, &out, &wrong); status != 0 {
			t.Fatalf("%v: %d %s", args, status, wrong.String())
		}
		return strings.TrimSpace(out.String())
	}
	command("tenant", "create", "--id", "papper", "--name", "Papper och Penna AB")
	platform := command("key", "create", "--platform")
	key := command("key", "create", "--tenant", "papper", "--scope", "admin", "--label", "Anna")
	other := command("key", "create", "--tenant", "papper", "--scope", "erp")
	command("key", "revoke", other)
	g := start(t, dir)
	var seen []string
	for _, log := range [][]object{g.auditLog(platform, "/v1/admin/tenants/-/audit"), g.auditLog(key, "/v1/admin/audit")} {
		for _, e := range log {
			seen = append(seen, fmt.Sprint(e.text("action"), " ", e.at("target", "id"), " ", e.at("actor", "label"), " ", e.at("actor", "platform"), " ", e.text("outcome")))
		}
	}
	id := func(key string) string { return strings.Split(key, ".")[2] }
	want := []string{
		"key.create " + id(platform) + " cli true done", "tenant.create papper cli true done",
		"key.revoke " + id(other) + " cli true done", "key.create " + id(other) + " cli true done", "key.create " + id(key) + " cli true done",
	}
	if !slices.Equal(seen, want) {
		t.Errorf("in the log: %q, not %q", seen, want)
	}
}
