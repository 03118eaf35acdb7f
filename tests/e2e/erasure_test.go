package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// person is what a procurement system tells of somebody, in everything that it sends.
const (
	personEmail = "anna.andersson@goteborg.example.com"
	personName  = "Anna Andersson-Åkerblad"
)

var personSetup = strings.NewReplacer(
	"anna@example.com", "Anna.Andersson@Goteborg.example.com",
	`<BrowserFormPost>`, `<Extrinsic name="UserFullName">`+personName+`</Extrinsic><BrowserFormPost>`,
).Replace(setupRequest)

// begin sends a cart of the person's and returns its session and order.
func (g *gateway) begin(link, cartID string) (session, order string) {
	g.t.Helper()
	session = g.visitByDocument(link, setup(password, personSetup)).text("session", "id")
	cart := `{"id":"` + cartID + `","buyer":{"reference":"` + personName + `"},"ship_to":{"name":"` + personName + `","city":"Göteborg"},` + cartOf(oneLine)[1:]
	sent := g.sendCart(session, cart).want(g.t, 201)
	get(g.t, sent.text("transfer_url")).want(g.t, 200)
	return session, sent.text("order", "id")
}

// ordered completes the order of a cart by a document that names the person.
func (g *gateway) ordered(link, cartID string) {
	g.t.Helper()
	o := orderOf(cartID)
	o.payloadID, o.number = cartID+"@buyer.example.com", "PO-"+cartID
	if cartID == "" { // no cart has this article, either
		o.lines[0].sku = "none"
	}
	document := strings.ReplaceAll(o.cxml(), "Göteborgs stad", personName)
	if r := callDocument(g.t, link, document); r.Status.Code != "200" && r.Status.Code != "201" {
		g.t.Fatal(r)
	}
}

func (g *gateway) exported(order string) {
	g.t.Helper()
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+order+"/response", `{"status":"accepted","note":"`+personName+`"}`).want(g.t, 201)
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+order+"/exported", `{"erp_reference":"E-1"}`).want(g.t, 200)
}

// told waits until nobody is to be told of anything: there are no webhooks, which the gateway finds out in the background.
func (g *gateway) told() {
	g.t.Helper()
	later := g.clock.Now().AddDate(10, 0, 0)
	await(g.t, func() bool {
		g.wake()
		sessions, sessionsErr := g.stores.Sessions.ToTell(g.t.Context(), later, nil, 1)
		orders, ordersErr := g.stores.Orders.ToTell(g.t.Context(), later, nil, 1)
		if err := errors.Join(sessionsErr, ordersErr); err != nil {
			g.t.Fatal(err)
		}
		return len(sessions)+len(orders) == 0
	})
}

// traces returns where the person is found in what the stopped gateway has stored.
func (g *gateway) traces() (places []string) {
	g.t.Helper()
	g.stop()
	look := func(place string, content []byte) {
		for _, text := range []string{personEmail, "Anna.Andersson@Goteborg.example.com", personName} {
			for _, form := range writings(text) {
				if bytes.Contains(content, form) {
					places = append(places, place)
					return
				}
			}
		}
	}
	g.stored(look)
	look("the log", []byte(g.logs.String()))
	return places
}

func TestAPersonIsErasedOnRequestDownToTheLastByte(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	erase := func(body string) object { return g.api(g.shop.key, "POST", "/v1/admin/erasures", body).want(t, 200) }
	_, done := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	g.exported(done)
	_, waiting := g.begin(link, "C-2")
	_, confirmed := g.begin(link, "C-3")
	g.ordered(link, "C-3")
	open := g.visitByDocument(link, setup(password, personSetup)).text("session", "id")
	left := g.visitByDocument(link, setup(password, personSetup)).text("session", "id")
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+left+"/cancel", "").want(t, 200)
	other := g.visitByDocument(link, setup(password, setupRequest)).text("session", "id") // of somebody else

	callDocument(t, link, setup("wrong", personSetup)) // refused, and recorded with the address

	g.told()
	first := erase(`{"email":" ANNA.andersson@goteborg.EXAMPLE.com "}`)
	if got := fmt.Sprint(first.at("erased")); got != "map[answers:1 orders:1 purchase_orders:1 sessions:2]" {
		t.Errorf("erased: %s", got)
	}
	kept := map[string]string{}
	for _, each := range first.at("kept").([]any) {
		k := object(each.(map[string]any))
		kept[k.text("id")] = k.text("kind") + " " + k.text("code")
	}
	want := map[string]string{waiting: "order order.needed", confirmed: "order order.needed", open: "session session.open"}
	if fmt.Sprint(kept) != fmt.Sprint(want) {
		t.Errorf("kept: %v, not %v", kept, want)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+done, "").want(t, 404)
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+left+"/extend", "").want(t, 404)
	ping := startCall()
	ping.Set("USERNAME", "buyer") // the Sender's identity
	ping.Set("order", "C-1")
	postForm(t, link+"/complete", ping).want(t, 404) // a late ping
	if n := g.feed("").ids(); len(n) != 1 || n[0] != confirmed {
		t.Errorf("for the ERP there are %v", n)
	}

	// What was kept goes once nobody waits for it.
	g.exported(confirmed)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+waiting+"/cancel", "").want(t, 200)
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+open+"/cancel", "").want(t, 200)
	g.told()
	if again := erase(`{"email":"` + personEmail + `"}`); len(again.at("kept").([]any)) != 0 {
		t.Errorf("still kept: %v", again)
	}
	if none := erase(`{"email":"` + personEmail + `"}`); fmt.Sprint(none.at("erased")) != "map[answers:0 orders:0 purchase_orders:0 sessions:0]" {
		t.Errorf("a third time: %v", none)
	}
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+other+"/extend", "").want(t, 200)
	names := 0
	for _, e := range g.auditLog(g.shop.key, "/v1/admin/audit") {
		if e.text("action") == "personal_data.erase" && strings.HasPrefix(fmt.Sprint(e.at("target", "id")), "person ") {
			names++
		}
	}
	if names != 3 {
		t.Errorf("the audit log tells of %d erasures of a person", names)
	}
	if places := g.traces(); len(places) != 0 {
		t.Errorf("the person is found in %v", places)
	}
}

func TestErasuresByIdentifierAndTheirRefusals(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	session, order := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	g.ordered(link, "")
	list := func(status string) []any {
		found, _ := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status="+status, "").want(t, 200).at("purchase_orders").([]any)
		return found
	}
	unmatched, applied := object(list("unmatched")[0].(map[string]any)).text("id"), object(list("applied")[0].(map[string]any)).text("id")
	post := func(key, body string) answer { return g.api(key, "POST", "/v1/admin/erasures", body) }
	for body, status := range map[string]int{
		`{}`: 400, `{"email":" "}`: 400, `{"email":"a@b","order":"x"}`: 400, `{"name":"Anna"}`: 400,
		`{"session":"none"}`: 404, `{"order":"none"}`: 404, `{"purchase_order":"none"}`: 404,
	} {
		post(g.shop.key, body).want(t, status)
	}
	other := g.newShop("pennor")
	if r := post(other.key, `{"email":"`+personEmail+`"}`).want(t, 200); fmt.Sprint(r.at("erased")) != "map[answers:0 orders:0 purchase_orders:0 sessions:0]" {
		t.Errorf("another tenant erased %v", r)
	}
	post(other.key, `{"order":"`+order+`"}`).want(t, 404)
	post(g.shop.erp, `{"order":"`+order+`"}`).want(t, 403)
	g.told()
	for _, body := range []string{`{"order":"` + order + `"}`, `{"session":"` + session + `"}`, `{"purchase_order":"` + applied + `"}`} {
		if r := post(g.shop.key, body).want(t, 200); len(r.at("kept").([]any)) != 1 {
			t.Errorf("%s: %v", body, r)
		}
	}
	g.exported(order)
	g.told()
	post(g.shop.key, `{"session":"`+session+`"}`).want(t, 200)
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+order, "").want(t, 404)
	post(g.shop.key, `{"purchase_order":"`+unmatched+`"}`).want(t, 200)
	if n := len(list("unmatched")); n != 0 {
		t.Errorf("%d unmatched documents are left", n)
	}
	if places := g.traces(); len(places) != 0 {
		t.Errorf("the person is found in %v", places)
	}
}

func TestPersonalDataIsErasedWhenItsTimeIsOver(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	sweep := func(ahead time.Duration) {
		t.Helper()
		g.clock.advance(ahead)
		if err := g.eraser.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	settings := g.api(g.shop.key, "GET", "/v1/admin/settings", "").want(t, 200)
	put := func(days int) {
		t.Helper()
		maps.Copy(settings.at("settings").(map[string]any), map[string]any{
			"retention_days": days, "audit_retention_days": 60, "order_seconds": 3600,
		})
		body, err := json.Marshal(settings)
		if err != nil {
			t.Fatal(err)
		}
		g.api(g.shop.key, "PUT", "/v1/admin/settings", string(body)).want(t, 200)
	}
	put(0)
	_, exported := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	g.exported(exported)
	_, confirmed := g.begin(link, "C-2")
	g.ordered(link, "C-2")
	g.begin(link, "C-3") // nobody completes it
	g.ordered(link, "")
	g.visitByDocument(link, setup(password, personSetup)) // nobody ends it
	if err := g.sweeper.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	sweep(400 * 24 * time.Hour) // without a time to keep it, everything stays
	if err := g.sweeper.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+exported, "").want(t, 200)
	put(30)
	g.told()
	sweep(0)
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+exported, "").want(t, 404)
	if n := g.feed("").ids(); len(n) != 1 || n[0] != confirmed {
		t.Fatalf("for the ERP there are %v", n)
	}
	if n := len(g.api(g.shop.erp, "GET", "/v1/erp/orders?status=expired", "").want(t, 200).ids()); n != 1 {
		t.Errorf("%d orders expired a moment ago", n)
	}
	sweep(29 * 24 * time.Hour)
	if n := len(g.api(g.shop.erp, "GET", "/v1/erp/orders?status=expired", "").want(t, 200).ids()); n != 1 {
		t.Errorf("%d orders expired 29 days ago", n)
	}
	g.exported(confirmed)
	before := len(g.auditLog(g.shop.key, "/v1/admin/audit"))
	g.told()
	sweep(32 * 24 * time.Hour)
	if after := len(g.auditLog(g.shop.key, "/v1/admin/audit")); after != before-1 || after == 0 {
		t.Errorf("the audit log had %d entries, and has %d", before, after)
	}
	if places := g.traces(); len(places) != 0 {
		t.Errorf("the person is found in %v", places)
	}
}

func TestAnErasureThatWasInterruptedIsFinishedByTheNext(t *testing.T) {
	stores := &stoppingRemovals{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		stores.Orders = s.Orders
		s.Orders = stores
		return s
	}))
	g.shop = g.newShop("papper")
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	_, id := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	g.exported(id)
	g.told()
	stores.stopped.Store(true)
	interrupted := g.api(g.shop.key, "POST", "/v1/admin/erasures", `{"email":"`+personEmail+`"}`)
	interrupted.want(t, 503)
	if e := g.entryOf(g.shop.key, "/v1/admin/audit", interrupted); e.text("outcome") != "failed" || !strings.HasPrefix(e.text("target", "id"), "person ") {
		t.Errorf("the audit log does not say of whom something was erased: %v", e)
	}
	stores.stopped.Store(false)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/cancel", "").want(t, 404) // it was decided
	g.clock.advance(366 * 24 * time.Hour)
	if err := g.eraser.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id, "").want(t, 404)
	if places := g.traces(); len(places) != 0 {
		t.Errorf("the person is found in %v", places)
	}
}

type stoppingRemovals struct {
	port.Orders
	stopped atomic.Bool
}

func (s *stoppingRemovals) Remove(ctx context.Context, of tenant.ID, id order.ID) error {
	if s.stopped.Load() {
		return port.ErrUnavailable
	}
	return s.Orders.Remove(ctx, of, id)
}

func TestATenantIsErasedAsAWhole(t *testing.T) {
	g := withShop(t)
	platform := platformKey(g)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	_, id := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	erased := g.shop
	remaining := g.newShop("pennor")
	const path = "/v1/admin/tenants/papper"
	g.api(erased.key, "DELETE", path, "").want(t, 403)
	if p := g.api(platform, "DELETE", path, "").want(t, 409); p.text("code") != "tenant.needed" {
		t.Errorf("%v", p)
	}
	g.exported(id)
	for range 2 {
		g.api(platform, "DELETE", path, "").want(t, 204)
	}
	g.api(platform, "DELETE", "/v1/admin/tenants/-", "").want(t, 404)
	g.api(platform, "GET", path, "").want(t, 404)
	g.api(erased.key, "GET", "/v1/admin/settings", "").want(t, 401)
	g.api(remaining.key, "GET", "/v1/admin/settings", "").want(t, 200)
	g.api(platform, "GET", "/v1/admin/tenants", "").want(t, 200)
	log := g.auditLog(platform, "/v1/admin/tenants/-/audit")
	if e := log[1]; e.text("action") != "tenant.remove" || e.at("target", "id") != "papper" || e.text("outcome") != "done" {
		t.Errorf("the log of the platform has %v", e)
	}
	g.stop()
	g.stored(func(place string, content []byte) {
		for _, text := range []string{personEmail, personName, "C-1@buyer.example.com", strings.Split(erased.key, ".")[2]} {
			for _, form := range writings(text) {
				if bytes.Contains(content, form) {
					t.Errorf("%s has %s", place, text)
				}
			}
		}
	})
}

// TestVisitsThatStayDoNotKeepOthersFromBeingErased has more of them than the gateway looks at at once, and they ended first.
func TestVisitsThatStayDoNotKeepOthersFromBeingErased(t *testing.T) {
	const stay, others = 120, 250
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	of, err := g.stores.Sessions.Get(t.Context(), "papper", session.ID(g.visitByDocument(link, setup(password, personSetup)).text("session", "id")))
	if err != nil {
		t.Fatal(err)
	}
	for i := range stay + others {
		s := of.Snapshot()
		s.ID, s.Status, s.Outbox = session.ID(fmt.Sprintf("visit%d", i)), session.Cancelled, outbox.Outbox{}
		s.EndedAt = g.clock.Now().Add(time.Duration(i) * time.Second)
		if i < stay {
			s.Outbox.Record(outbox.SessionOpened, outbox.Facts{}, g.clock.Now().AddDate(100, 0, 0))
		}
		if err := g.stores.Sessions.Create(t.Context(), session.Restore(s)); err != nil {
			t.Fatal(err)
		}
	}
	g.clock.advance(tenant.Defaults().Retention + 24*time.Hour)
	if err := g.eraser.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := g.stores.Sessions.Ended(t.Context(), "papper", session.Cancelled, g.clock.Now(), stay+others)
	if err != nil || len(left) != stay {
		t.Errorf("%d are left, %v", len(left), err)
	}
}

// TestTwoGatewaysSweepAtOnce lets another gateway erase an order that this one has just found.
func TestTwoGatewaysSweepAtOnce(t *testing.T) {
	stores := &sweptByAnother{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		stores.Orders = s.Orders
		s.Orders = stores
		return s
	}))
	g.shop = g.newShop("papper")
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	var ids []string
	for i := range 2 {
		cart := fmt.Sprint("C-", i)
		_, id := g.begin(link, cart)
		g.ordered(link, cart)
		g.exported(id)
		ids = append(ids, id)
	}
	g.told()
	g.clock.advance(tenant.Defaults().Retention + 24*time.Hour)
	stores.erases.Store(true)
	if err := g.eraser.Sweep(t.Context()); err != nil {
		t.Errorf("it failed: %v", err)
	}
	stores.erases.Store(false)
	for _, id := range ids {
		g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id, "").want(t, 404)
	}
}

// sweptByAnother finds orders of which the first is erased in the same moment.
type sweptByAnother struct {
	port.Orders
	erases atomic.Bool
}

func (s *sweptByAnother) Feed(ctx context.Context, of tenant.ID, q port.FeedQuery) ([]*order.Order, error) {
	found, err := s.Orders.Feed(ctx, of, q)
	if err == nil && len(found) > 0 && s.erases.CompareAndSwap(true, false) {
		err = s.Remove(ctx, of, found[0].ID())
	}
	return found, err
}
