package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	domainanswer "github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// listener is a webhook of the shop. It keeps what it took.
type listener struct {
	*httptest.Server

	id, secret string
	status     atomic.Int32 // that it answers with

	mu    sync.Mutex
	calls int
	taken []told
}

// told is a message that was taken.
type told struct {
	id, body string
	event    object
}

// listen adds a webhook for the types, or all.
func (g *gateway) listen(types ...string) *listener {
	g.t.Helper()
	l := &listener{}
	l.status.Store(http.StatusNoContent)
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.calls++
		status := int(l.status.Load())
		w.WriteHeader(status)
		verifier, err := standardwebhooks.NewWebhook(l.secret)
		if err != nil || verifier.VerifyIgnoringTimestamp(body, r.Header) != nil {
			g.t.Errorf("the message %s is not signed by the webhook's secret: %v", r.Header.Get("Webhook-Id"), err)
		}
		if status < 300 {
			var event object
			if err := json.Unmarshal(body, &event); err != nil {
				g.t.Errorf("%v in %s", err, body)
			}
			l.taken = append(l.taken, told{r.Header.Get("Webhook-Id"), string(body), event})
		}
	}))
	g.t.Cleanup(l.Close)
	names, _ := json.Marshal(append([]string{}, types...))
	made := g.api(g.shop.key, "POST", "/v1/admin/webhooks", fmt.Sprintf(`{"url":%q,"types":%s}`, l.URL+"/events?of=shop", names)).want(g.t, 201)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.id, l.secret = made.text("id"), made.text("secret")
	return l
}

// count returns how many messages were taken.
func (l *listener) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.taken)
}

// about returns the messages that were taken about a thing, in their order. A repetition, which a receiver tells by its id, is left out:
// where a test's clock runs ahead of a call, its lease is over before it is, and the message comes once more.
func (l *listener) about(kind, id string) (messages []told) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.taken {
		repeated := slices.ContainsFunc(messages, func(each told) bool { return each.id == m.id })
		if !repeated && m.event.text("data", kind, "id") == id {
			messages = append(messages, m)
		}
	}
	return messages
}

// types returns the types of the messages that were taken about a thing, in their order.
func (l *listener) types(kind, id string) (types []string) {
	for _, m := range l.about(kind, id) {
		types = append(types, m.event.text("type"))
	}
	return types
}

func (l *listener) awaitTypes(t *testing.T, kind, id string, want ...string) {
	t.Helper()
	for range 300 {
		if slices.Equal(l.types(kind, id), want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("of the %s it was told %q, not %q", kind, l.types(kind, id), want)
}

func TestAWebhookIsToldWhatHappensInOrder(t *testing.T) {
	g := withShop(t)
	all, some := g.listen(), g.listen("order.cancelled")
	link, conn := g.connect("oci-5", nil)
	session := g.punchOut(link)
	all.awaitTypes(t, "session", session, "session.opened")
	sent := g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	id := sent.text("order", "id")
	ping(t, link, "C-1").want(t, 200)
	ping(t, link, "C-1").want(t, 200)
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/exported", `{"erp_reference":"E-1"}`).want(t, 200)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/cancel", "").want(t, 200)
	all.awaitTypes(t, "order", id, "order.confirmed", "order.cancelled")
	all.awaitTypes(t, "session", session, "session.opened", "session.returned")
	some.awaitTypes(t, "order", id, "order.cancelled")
	if types := some.types("session", session); len(types) > 0 {
		t.Errorf("the webhook for cancellations was told %q", types)
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	ids := map[string]bool{}
	for _, m := range all.taken {
		ids[m.id] = true
		if m.event.text("type") != "order.confirmed" {
			continue
		}
		for path, want := range map[string]string{
			"status": "confirmed", "previous_status": "prepared", "purchase_order": "PO-1", "cart_id": "C-1", "connection": string(conn),
			"customer": "goteborg", "session": session, "number": sent.text("order", "number"), "test": "false",
		} {
			if got := m.event.text("data", "order", path); got != want {
				t.Errorf("%s is %q, not %q", path, got, want)
			}
		}
		if m.event.text("data", "tenant") != "papper" || m.event.text("data", "sequence") != "1" {
			t.Errorf("told: %s", m.body)
		}
	}
	if len(ids) != len(all.taken) || len(ids) != 4 {
		t.Errorf("%d messages of %d ids", len(all.taken), len(ids))
	}
}

func TestAWebhookThatFailsIsToldTheSameLaterAndOthersDoNotWait(t *testing.T) {
	g := withShop(t)
	broken, works := g.listen(), g.listen()
	broken.status.Store(http.StatusForbidden)
	link, _ := g.connect("oci-5", nil)
	id := g.sendCart(g.punchOut(link), `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201).text("order", "id")
	ping(t, link, "C-1").want(t, 200)
	works.awaitTypes(t, "order", id, "order.confirmed")
	await(t, func() bool {
		broken.mu.Lock()
		defer broken.mu.Unlock()
		return broken.calls > 0
	})
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/cancel", "").want(t, 200)
	works.awaitTypes(t, "order", id, "order.confirmed", "order.cancelled")
	broken.status.Store(http.StatusOK)
	await(t, func() bool {
		g.clock.advance(time.Minute)
		g.wake()
		return len(broken.types("order", id)) == 2
	})
	broken.awaitTypes(t, "order", id, "order.confirmed", "order.cancelled")
	works.awaitTypes(t, "order", id, "order.confirmed", "order.cancelled")
	of := func(l *listener) (messages []string) {
		for _, m := range l.about("order", id) {
			messages = append(messages, m.id+m.body)
		}
		return messages
	}
	if !slices.Equal(of(broken), of(works)) {
		t.Errorf("the one that failed was told %q, the other %q", of(broken), of(works))
	}
}

func TestWhatIsGivenUpIsADeadLetterUntilItIsSentAgain(t *testing.T) {
	g := withShop(t)
	shop := g.listen("order.confirmed")
	shop.status.Store(http.StatusForbidden)
	link, _ := g.connect("oci-5", nil)
	id := g.sendCart(g.punchOut(link), `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201).text("order", "id")
	ping(t, link, "C-1").want(t, 200)
	letters := func() []any {
		return g.api(g.shop.key, "GET", "/v1/admin/dead-letters", "").want(t, 200).at("dead_letters").([]any)
	}
	await(t, func() bool {
		g.clock.advance(2 * time.Hour)
		g.wake()
		return len(letters()) > 0
	})
	if n := len(letters()); n != 1 {
		t.Fatalf("%d dead letters", n)
	}
	letter := object(letters()[0].(map[string]any))
	if letter.text("id") != "order-events."+id || letter.text("last_error") != "the other side answered 403" || letter.text("attempts") != "20" ||
		!strings.Contains(letter.text("events"), "order.confirmed") {
		t.Errorf("the dead letter is %v", letter)
	}
	shop.status.Store(http.StatusOK)
	g.api(g.shop.key, "POST", "/v1/admin/dead-letters/deliver", `{"ids":["order-events.none"]}`).want(t, 404)
	g.api(g.shop.key, "POST", "/v1/admin/dead-letters/deliver", `{"ids":["nothing"]}`).want(t, 404)
	if n := g.api(g.shop.key, "POST", "/v1/admin/dead-letters/deliver", `{}`).want(t, 200).text("delivering"); n != "1" {
		t.Errorf("%s are sent again", n)
	}
	shop.awaitTypes(t, "order", id, "order.confirmed")
	if n := len(letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	other := *g
	other.shop = g.newShop("andra")
	if n := len(other.api(other.shop.key, "GET", "/v1/admin/dead-letters", "").want(t, 200).at("dead_letters").([]any)); n != 0 {
		t.Errorf("another tenant sees %d", n)
	}
}

func TestOfSeveralGatewaysOneTellsOfAnEvent(t *testing.T) {
	dir := t.TempDir()
	g := start(t, dir)
	g.shop = g.newShop("papper")
	others := []*gateway{start(t, dir), start(t, dir)}
	shop := g.listen("order.confirmed")
	link, _ := g.connect("oci-5", nil)
	const orders = 20
	for i := range orders {
		cart := fmt.Sprintf("C-%d", i)
		g.sendCart(g.punchOut(link), `{"id":"`+cart+`",`+cartOf(oneLine)[1:]).want(t, 201)
		ping(t, link, cart).want(t, 200)
		for _, other := range others {
			other.wake()
		}
	}
	await(t, func() bool {
		shop.mu.Lock()
		defer shop.mu.Unlock()
		return len(shop.taken) >= orders
	})
	time.Sleep(time.Second) // for what would come twice
	shop.mu.Lock()
	defer shop.mu.Unlock()
	ids := map[string]bool{}
	for _, m := range shop.taken {
		ids[m.id] = true
	}
	if len(ids) != orders || len(shop.taken) != orders {
		t.Errorf("%d messages of %d events, not %d", len(shop.taken), len(ids), orders)
	}
}

// stoppingAnswers fails to keep answers, as where the gateway stops before it.
type stoppingAnswers struct {
	port.Answers

	failing atomic.Bool
}

func (a *stoppingAnswers) Create(ctx context.Context, made *domainanswer.Answer, d *domainanswer.Document) error {
	if a.failing.Load() {
		return port.ErrUnavailable
	}
	return a.Answers.Create(ctx, made, d)
}

func TestADecisionIsToldAlsoWhereTheGatewayStoppedAfterIt(t *testing.T) {
	for verb, want := range map[string]string{"confirm": `code="200"`, "reject": `code="4`, "cancel": `code="4`} {
		t.Run(verb, func(t *testing.T) {
			answers := &stoppingAnswers{}
			g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
				answers.Answers, s.Answers = s.Answers, answers
				return s
			}))
			g.shop = g.newShop("papper")
			buyer := takeAnswers(t)
			link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL + "/cxml" }))
			id := g.transferred(link, "C-1")
			o := orderOf("C-1")
			o.lines[0].price = "99.00"
			if r := callDocument(t, link, o.cxml()); r.Status.Code != "201" {
				t.Fatalf("answered %+v", r)
			}
			answers.failing.Store(true)
			g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/"+verb, "").want(t, 200) // it stands
			answers.failing.Store(false)
			g.clock.advance(time.Hour)
			g.wake()
			told, _ := buyer.wait(t, 1)
			if !strings.Contains(told, "<StatusUpdateRequest") || !strings.Contains(told, want) {
				t.Errorf("told: %s", told)
			}
		})
	}
}

// refusingAnswers keeps no answer, as where a format cannot carry it; the first time it is away.
type refusingAnswers struct {
	port.Answers

	asked atomic.Bool
}

func (a *refusingAnswers) Create(context.Context, *domainanswer.Answer, *domainanswer.Document) error {
	if !a.asked.Swap(true) {
		return port.ErrUnavailable
	}
	return fault.New(fault.Invalid, "answer.not_carried", "the format cannot carry the answer")
}

func TestAWebhookIsToldLaterAlsoWhereTheProcurementSystemCannotBe(t *testing.T) {
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		s.Answers = &refusingAnswers{Answers: s.Answers}
		return s
	}))
	g.shop = g.newShop("papper")
	webhook := g.listen("order.confirmed")
	webhook.status.Store(http.StatusServiceUnavailable)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	o := orderOf("C-1")
	o.lines[0].price = "99.00"
	if r := callDocument(t, link, o.cxml()); r.Status.Code != "201" {
		t.Fatalf("answered %+v", r)
	}
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/confirm", "").want(t, 200)
	await(t, func() bool {
		webhook.mu.Lock()
		defer webhook.mu.Unlock()
		return webhook.calls > 0
	})
	webhook.status.Store(http.StatusOK)
	await(t, func() bool { // the attempt that failed is recorded a moment later
		g.clock.advance(time.Hour)
		g.wake()
		return webhook.count() > 0
	})
}

// hopelessAnswers gives up every delivery again, at once and a moment later each time.
type hopelessAnswers struct {
	port.Answers

	clock   port.Clock
	updates atomic.Int32
}

func (a *hopelessAnswers) Update(
	ctx context.Context, of tenant.ID, id domainanswer.ID, change func(*domainanswer.Answer) error,
) (*domainanswer.Answer, error) {
	n := a.updates.Add(1)
	if n > 1000 { // else the test would never end
		return nil, port.ErrUnavailable
	}
	return a.Answers.Update(ctx, of, id, func(each *domainanswer.Answer) error {
		if err := change(each); err != nil {
			return err
		}
		each.Postpone("hopeless", time.Time{}, a.clock.Now().Add(time.Duration(n)*time.Millisecond))
		return nil
	})
}

func TestDeadLettersAreSentAgainOnceAlsoWhereTheyFailAtOnce(t *testing.T) {
	answers := &hopelessAnswers{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores, c port.Clock) port.Stores {
		answers.clock, answers.Answers = c, s.Answers
		s.Answers = answers
		return s
	}))
	g.shop = g.newShop("papper")
	const letters = 150 // more than a page
	for i := range letters {
		givenUp := delivery.Progress{Wanted: true, Attempts: 20, LastError: "away", GivenUpAt: answers.clock.Now().Add(-time.Hour)}
		a := domainanswer.Restore(domainanswer.State{
			Tenant: "papper", ID: domainanswer.ID(fmt.Sprintf("a%d", i)), Order: "o", Position: i + 1, Kind: domainanswer.Response,
			Delivery: domainanswer.Delivery{Progress: givenUp},
		})
		if err := answers.Create(t.Context(), a, &domainanswer.Document{}); err != nil {
			t.Fatal(err)
		}
	}
	if n := g.api(g.shop.key, "POST", "/v1/admin/dead-letters/deliver", `{}`).want(t, 200).text("delivering"); n != "150" {
		t.Errorf("%s of %d are sent again", n, letters)
	}
}

// hurriedReceipts lets something happen before it records what became of a purchase order document.
type hurriedReceipts struct {
	port.Receipts

	before func()
}

func (r *hurriedReceipts) Update(
	ctx context.Context, of tenant.ID, id receipt.ID, change func(*receipt.Receipt) error,
) (*receipt.Receipt, error) {
	r.before()
	return r.Receipts.Update(ctx, of, id, change)
}

func TestADecisionIsToldAlsoWhereItIsMadeBeforeTheDocumentIsRecorded(t *testing.T) {
	for verb, want := range map[string]string{"confirm": `code="200"`, "reject": `code="4`, "cancel": `code="4`} {
		t.Run(verb, func(t *testing.T) {
			receipts, orderStore := &hurriedReceipts{}, port.Orders(nil)
			g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
				orderStore = s.Orders
				receipts.Receipts, s.Receipts = s.Receipts, receipts
				return s
			}))
			g.shop = g.newShop("papper")
			buyer := takeAnswers(t)
			link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL + "/cxml" }))
			id := g.transferred(link, "C-1")
			o := orderOf("C-1")
			o.lines[0].price = "99.00"
			receipts.before = func() { // as a program of the shop does that is told of held orders
				g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/"+verb, "").want(t, 200)
				await(t, func() bool { // until all were told who could be
					decided, err := orderStore.Get(t.Context(), "papper", order.ID(id))
					return err == nil && len(decided.Snapshot().Outbox.Events) == 0
				})
			}
			if r := callDocument(t, link, o.cxml()); r.Status.Code != "201" {
				t.Fatalf("answered %+v", r)
			}
			told, _ := buyer.wait(t, 1)
			if !strings.Contains(told, "<StatusUpdateRequest") || !strings.Contains(told, want) {
				t.Errorf("told: %s", told)
			}
		})
	}
}

func TestAConnectionThatKeepsFailingIsToldOfOnceAndItsRecovery(t *testing.T) {
	var works atomic.Bool
	buyer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !works.Load() {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer buyer.Close()
	g := withShop(t)
	shop := g.listen("connection.failing", "connection.recovered")
	link, conn := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/cart", Transfer: connection.Push}
	})
	id := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201).text("order", "id")
	attempts := func() float64 {
		return g.api(g.shop.key, "GET", "/v1/admin/orders/"+id, "").want(t, 200).at("push", "attempts").(float64)
	}
	await(t, func() bool {
		g.clock.advance(2 * time.Hour)
		g.wake()
		return attempts() >= 8
	})
	shop.awaitTypes(t, "connection", string(conn), "connection.failing")
	works.Store(true)
	await(t, func() bool {
		g.clock.advance(2 * time.Hour)
		g.wake()
		return len(shop.types("connection", string(conn))) > 1
	})
	shop.awaitTypes(t, "connection", string(conn), "connection.failing", "connection.recovered")
}

// awayOrders do not give out what is to be pushed.
type awayOrders struct{ port.Orders }

func (awayOrders) Document(context.Context, tenant.ID, order.ID) (*transfer.Document, error) {
	return nil, port.ErrUnavailable.Because(errors.New("no answer of db-7.inside.example"))
}

func TestAStoreThatIsAwayIsNotTheConnectionsFaultAndIsNotTold(t *testing.T) {
	var buyerCalls atomic.Int32
	buyer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { buyerCalls.Add(1) }))
	defer buyer.Close()
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		s.Orders = awayOrders{s.Orders}
		return s
	}))
	g.shop = g.newShop("papper")
	shop := g.listen("connection.failing")
	link, conn := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/cart", Transfer: connection.Push}
	})
	id := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201).text("order", "id")
	var last object
	await(t, func() bool {
		g.clock.advance(2 * time.Hour)
		g.wake()
		last = g.api(g.shop.key, "GET", "/v1/admin/orders/"+id, "").want(t, 200)
		return last.at("push", "attempts").(float64) >= 15 // five on end are told of
	})
	if said := last.text("push", "last_error"); said != port.ErrUnavailable.Message {
		t.Errorf("the tenant reads %q", said)
	}
	if types := shop.types("connection", string(conn)); len(types) != 0 || buyerCalls.Load() != 0 {
		t.Errorf("it was told %v after %d calls", types, buyerCalls.Load())
	}
}

func TestWebhooksAreSetUp(t *testing.T) {
	g := withShop(t)
	const path = "/v1/admin/webhooks"
	for body, member := range map[string]string{
		`{"url":"http://erp.example.com"}`: "/url", `{"url":"https://a:b@erp.example.com"}`: "/url", `{"url":"erp"}`: "/url", `{"url":""}`: "/url",
		`{"url":"https://erp.example.com/#a"}`: "/url", `{"url":"https://erp.example.com","types":["order.eaten"]}`: "/types/0",
	} {
		if refused := g.api(g.shop.key, "POST", path, body).want(t, 422); !strings.Contains(refused.text("errors"), member) {
			t.Errorf("%s: %v", body, refused)
		}
	}
	made := g.api(g.shop.key, "POST", path, `{"url":"https://erp.example.com/a"}`).want(t, 201)
	one := path + "/" + made.text("id")
	g.api(g.shop.key, "PUT", one, `{"url":"https://erp.example.com/b","types":["order.held"]}`).want(t, 200)
	secret := g.api(g.shop.key, "POST", one+"/secret", `{"keep_previous_seconds":60}`).want(t, 200).text("secret")
	if !strings.HasPrefix(secret, "whsec_") || secret == made.text("secret") {
		t.Errorf("the secret is %q", secret)
	}
	g.api(g.shop.key, "POST", one+"/secret", `{"keep_previous_seconds":-1}`).want(t, 422)
	listed := g.api(g.shop.key, "GET", path, "").want(t, 200)
	if text := listed.text("webhooks"); !strings.Contains(text, "/b") || !strings.Contains(text, "order.held") || strings.Contains(text, "whsec") {
		t.Errorf("listed: %s", text)
	}
	for range 9 {
		g.api(g.shop.key, "POST", path, `{"url":"https://erp.example.com/c"}`).want(t, 201)
	}
	g.api(g.shop.key, "POST", path, `{"url":"https://erp.example.com/d"}`).want(t, 409)
	other := *g
	other.shop = g.newShop("andra")
	for method, body := range map[string]string{"PUT": `{"url":"https://x.example.com"}`, "DELETE": ""} {
		other.api(other.shop.key, method, one, body).want(t, 404)
	}
	other.api(other.shop.key, "POST", one+"/secret", `{}`).want(t, 404)
	for range 2 {
		g.api(g.shop.key, "DELETE", one, "", "Idempotency-Key", "k").want(t, 204)
	}
	g.api(g.shop.key, "DELETE", one, "").want(t, 404)
}
