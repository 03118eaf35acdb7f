package e2e

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/secrets"
	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
)

const nextMasterKey = "HxweHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE="

// member is a gateway of several on one store.
type member struct {
	*gateway
	callers *authentication.Service
	stores  port.Stores
	busy    sync.WaitGroup
}

// withKeys runs a gateway with these master keys.
func withKeys(t *testing.T, dir string, masters ...string) *member {
	t.Helper()
	keys, err := secrets.ParseMasterKeys(secret.New(strings.Join(masters, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	m := &member{}
	m.gateway = startWith(t, dir, fx.Populate(&m.callers, &m.stores),
		fx.Decorate(func(secrets.MasterKeys) secrets.MasterKeys { return keys }))
	return m
}

// fleet are gateways behind a proxy that asks them by turns.
type fleet struct {
	mu    sync.Mutex
	all   []*member
	calls int
}

// next returns the gateway whose turn it is. It is kept from being replaced until done.
func (f *fleet) next() (m *member, done func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	m = f.all[f.calls%len(f.all)]
	m.busy.Add(1)
	return m, m.busy.Done
}

// replace takes a gateway out, ends it once it has nothing to do, and puts another one in its place.
func (f *fleet) replace(i int, with func() *member) {
	f.mu.Lock()
	old := f.all[i]
	f.all[i] = f.all[(i+1)%len(f.all)] // the others do its work
	f.mu.Unlock()
	old.busy.Wait()
	old.stop()
	fresh := with()
	f.mu.Lock()
	f.all[i] = fresh
	f.mu.Unlock()
}

// flush lets all write what they have to.
func (f *fleet) flush() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.all {
		m.callers.Flush(context.Background())
	}
}

// TestTheMasterKeyOfThreeProcessesIsReplacedAndNoCallFails rolls three processes from one master key to the next, and looks
// whether anything that one of them made is refused by another.
func TestTheMasterKeyOfThreeProcessesIsReplacedAndNoCallFails(t *testing.T) {
	dir := t.TempDir()
	begin := func(masters ...string) func() *member {
		return func() *member { return withKeys(t, dir, masters...) }
	}
	first := begin(masterKey)()
	first.shop = first.newShop("papper")
	chosen, _ := first.connect("peppol-bis-punchout-3", nil)
	generated, generatedSecret := first.connectGenerated()
	must(t)(first.admin.ReplaceCatalogueSecret(context.Background(), first.shop.id))
	told := first.listen("session.opened")
	unused, _, err := first.admin.CreateKey(context.Background(), first.shop.id, "unused", []apikey.Scope{apikey.ERP})
	if err != nil {
		t.Fatal(err)
	}
	gateways := &fleet{all: []*member{first, begin(masterKey)(), begin(masterKey)()}}
	shop := first.shop
	there := func(link string, g *member) string { return g.url + strings.TrimPrefix(link, first.url) }

	var trips atomic.Int64
	// trip makes each call to another gateway than the one before.
	trip := func() {
		for link, secret := range map[string]string{chosen: password, generated: generatedSecret} {
			g, done := gateways.next()
			a := postForm(t, there(link, g), url.Values{"USERNAME": {user}, "PASSWORD": {secret}, "HOOK_URL": {returnURL}})
			done()
			if a.status != 303 {
				t.Errorf("a login is answered %d: %s", a.status, a.body)
				return
			}
			made := token(t, a)
			g, done = gateways.next()
			visit := g.api(shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+made+`"}`)
			done()
			if visit.status != 200 {
				t.Errorf("an exchange is answered %d: %s", visit.status, visit.body)
				return
			}
			g, done = gateways.next()
			left := g.api(shop.storefront, "POST", "/v1/storefront/sessions/"+visit.json(t).text("session", "id")+"/cancel", "")
			done()
			if left.status != 200 {
				t.Errorf("leaving is answered %d: %s", left.status, left.body)
				return
			}
			_, address, _ := strings.Cut(left.json(t).text("transfer_url"), "/transfer/")
			g, done = gateways.next()
			page := get(t, g.url+"/transfer/"+address)
			done()
			if page.status != 200 {
				t.Errorf("the page is answered %d: %s", page.status, page.body)
				return
			}
			g, done = gateways.next()
			feed := g.api(shop.erp, "GET", "/v1/erp/orders", "")
			done()
			if feed.status != 200 {
				t.Errorf("the ERP is answered %d: %s", feed.status, feed.body)
				return
			}
		}
		trips.Add(1)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range 2 {
		running.Go(func() {
			for ctx.Err() == nil && !t.Failed() {
				trip()
			}
		})
	}
	step := func(masters ...string) {
		before := trips.Load()
		for i := range gateways.all {
			gateways.replace(i, begin(masters...))
			for range len(gateways.all) { // calls go from each to each
				trip()
			}
		}
		t.Logf("rolled to %d keys; %d trips meanwhile", len(masters), trips.Load()-before)
	}
	step(masterKey, nextMasterKey) // all know the next one
	step(nextMasterKey, masterKey) // all use it
	for range 3 {
		trip()
	}
	last := withKeys(t, dir, nextMasterKey, masterKey)
	if r := rotate(t, last.gateway); r.Resealed != 2 || len(r.Keys) == 0 {
		t.Errorf("%d secrets were sealed anew, and %d keys wait", r.Resealed, len(r.Keys))
	}
	last.api(shop.key, "GET", "/v1/admin/keys", "").want(t, 200) // the only one that no trip used
	last.callers.Flush(context.Background())
	gateways.flush()
	r := rotate(t, last.gateway)
	if r.Resealed != 0 || len(r.Connections) != 0 || len(r.Keys) != 1 || r.Keys[0].Snapshot().ID != unused.Snapshot().ID {
		t.Errorf("%d secrets were sealed anew again; %d connections and %d keys wait", r.Resealed, len(r.Connections), len(r.Keys))
	}
	must(t)(last.admin.RevokeKey(context.Background(), shop.id, unused.Snapshot().ID))
	if r := rotate(t, last.gateway); !r.Done() {
		t.Errorf("a revoked key waits")
	}
	step(nextMasterKey) // the old one is gone
	before := told.count()
	for range 3 {
		trip()
	}
	await(t, func() bool { return told.count() > before }) // signed by what was sealed anew
	stop()
	running.Wait()
	t.Logf("%d trips of ten calls in all", trips.Load())
}

func rotate(t *testing.T, g *gateway) administration.Rotation {
	t.Helper()
	r, err := g.admin.Rotate(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (g *gateway) connectGenerated() (link, generated string) {
	g.t.Helper()
	_, id := g.connect("peppol-bis-punchout-3", nil)
	s, err := g.admin.ReplaceSecret(context.Background(), g.shop.id, id, secret.Text{}, 0)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.link(id), s.Reveal()
}

func TestASecretOfAnOlderVersionIsMadeAnewAtItsNextUse(t *testing.T) {
	g := withKeys(t, t.TempDir(), masterKey)
	g.shop = g.newShop("papper")
	link, id := g.connect("peppol-bis-punchout-3", nil)
	old := func(c *connection.Connection) string { return c.Credentials(g.clock.Now())[0].Verifier }
	ctx := context.Background()
	strip := func(c *connection.Connection) error {
		now := c.Credentials(g.clock.Now())[0]
		c.Renew(now, strings.Split(now.Verifier, "$h=")[0])
		return nil
	}
	if _, err := g.stores.Connections.Update(ctx, g.shop.id, id, strip); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"wrong", password} {
		a := loginFrom(t, link, secret)
		g.callers.Flush(ctx)
		c, err := g.admin.Connection(ctx, g.shop.id, id)
		if err != nil {
			t.Fatal(err)
		}
		if renewed := strings.Contains(old(c), "$h="); renewed != (a.status == 303) {
			t.Errorf("after %q, answered %d, the verifier is %s", secret, a.status, old(c))
		}
	}
}

func TestASecretThatCannotBeSealedAnewIsNamed(t *testing.T) {
	g := withShop(t)
	_, id := g.connect("oci-5", nil)
	_, err := g.stores.Connections.Update(t.Context(), "papper", id, func(c *connection.Connection) error {
		c.SetAnswerSecret("v2.another.AAAA")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.admin.Rotate(t.Context()); err == nil || !strings.Contains(err.Error(), "papper") || !strings.Contains(err.Error(), string(id)) {
		t.Errorf("it says: %v", err)
	}
}

// TestUsersStaySignedInWhileTheMasterKeyIsReplaced also with a form that was opened before.
func TestUsersStaySignedInWhileTheMasterKeyIsReplaced(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	first := withKeys(t, dir, masterKey)
	shop := first.newShop("papper")
	body := `{"email":"anna@example.com","name":"Anna","role":"administrator","password":"` + annasPassword + `"}`
	first.api(shop.key, "POST", "/v1/admin/users", body).want(t, 201)
	o := first.operator().signIn("anna")
	csrf := o.csrf()
	verifier := func(m *member) string {
		u, err := m.stores.Users.ByEmail(ctx, "anna@example.com")
		if err != nil {
			t.Fatal(err)
		}
		return u.Snapshot().Verifier
	}
	before := verifier(first)
	first.stop()

	both := withKeys(t, dir, nextMasterKey, masterKey)
	o.url = both.url
	if a := o.do("/admin/account/language", url.Values{"csrf": {csrf}, "/language": {"en"}}); a.status != 303 {
		t.Errorf("a form from before is answered %d %s", a.status, a.body)
	}
	both.operator().signIn("anna")
	both.callers.Flush(ctx)
	after := verifier(both)
	if after == before || after[:90] != before[:90] {
		t.Errorf("the verifier became %s of %s", after, before)
	}
	if _, err := both.admin.Rotate(ctx); err != nil {
		t.Fatal(err)
	}
	both.stop()

	last := withKeys(t, dir, nextMasterKey)
	o.url = last.url
	if a := o.get("/admin/account"); a.status != 200 {
		t.Errorf("under the new key alone the sign-in is answered %d", a.status)
	}
	last.operator().signIn("anna")
}
