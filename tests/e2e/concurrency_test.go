package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// atOnce runs do n times at once and returns the answers.
func atOnce(n int, do func(i int) answer) []answer {
	answers := make([]answer, n)
	var start, all sync.WaitGroup
	start.Add(1)
	for i := range n {
		all.Go(func() {
			start.Wait()
			answers[i] = do(i)
		})
	}
	start.Done()
	all.Wait()
	return answers
}

func count(answers []answer, status int) int {
	n := 0
	for _, a := range answers {
		if a.status == status {
			n++
		}
	}
	return n
}

func TestEightEqualSendsMakeOneOrder(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	session := g.punchOut(link)
	answers := atOnce(8, func(int) answer { return g.sendCart(session, cartOf(oneLine), "Idempotency-Key", "k1") })
	if count(answers, 201) != 1 || count(answers, 200) != 7 {
		t.Fatalf("%d created, %d repeated: %v", count(answers, 201), count(answers, 200), answers)
	}
	for _, a := range answers {
		if got, want := a.json(t).text("order", "id"), answers[0].json(t).text("order", "id"); got != want {
			t.Errorf("orders %s and %s", got, want)
		}
		if got, want := a.json(t).text("transfer_url"), answers[0].json(t).text("transfer_url"); got != want {
			t.Errorf("transfer addresses %s and %s", got, want)
		}
	}
	if n := g.api(g.shop.erp, "GET", "/v1/erp/orders?status=prepared", "").want(t, 200).ids(); len(n) != 1 {
		t.Errorf("stored: %v", n)
	}
	other := strings.Replace(cartOf(oneLine), `"2"`, `"3"`, 1)
	if p := g.sendCart(session, other, "Idempotency-Key", "k1").want(t, 409); p.text("code") != "idempotency.key_reused" {
		t.Errorf("another body under the same key: %v", p)
	}
	g.sendCart(session, cartOf(oneLine), "Idempotency-Key", "k2").want(t, 409)
	g.sendCart(session, cartOf(oneLine)).want(t, 409)
}

func TestACartIDIsUniqueInTheTenant(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	sessions := make([]string, 4)
	for i := range sessions {
		sessions[i] = g.punchOut(link)
	}
	answers := atOnce(len(sessions), func(i int) answer { return g.sendCart(sessions[i], `{"id":"C-1",`+cartOf(oneLine)[1:]) })
	if count(answers, 201) != 1 || count(answers, 409) != 3 {
		t.Fatalf("%v", answers)
	}
}

func TestOneTokenExchangedByManyIsExchangedOnce(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	body := `{"token":"` + token(t, postForm(t, link, startCall())) + `"}`
	answers := atOnce(8, func(int) answer { return g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", body) })
	if count(answers, 200) != 1 || count(answers, 410) != 7 {
		t.Fatalf("%v", answers)
	}
}

func TestOnePassOfTheFeedSeesEachOrderOnceWhileOthersConfirm(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	const before, during = 12, 12
	want := map[string]bool{}
	var waiting []string
	for i := range before + during {
		cart := fmt.Sprintf(`{"id":"C-%d",%s`, i, cartOf(oneLine)[1:])
		id := g.sendCart(g.punchOut(link), cart).want(t, 201).text("order", "id")
		if i < before {
			ping(t, link, fmt.Sprintf("C-%d", i)).want(t, 200)
			want[id] = true
		} else {
			waiting = append(waiting, fmt.Sprintf("C-%d", i))
		}
	}
	var confirming sync.WaitGroup
	confirming.Go(func() {
		for _, id := range waiting {
			for _, a := range atOnce(3, func(int) answer { return ping(t, link, id) }) {
				if a.status != 200 {
					t.Errorf("ping: %d %s", a.status, a.body)
				}
			}
		}
	})
	seen, cursor := map[string]int{}, ""
	for {
		page := g.feed("&limit=5&cursor=" + cursor)
		for _, id := range page.ids() {
			seen[id]++
			delete(want, id)
		}
		if cursor = page.text("next_cursor"); cursor == "" {
			break
		}
	}
	confirming.Wait()
	if len(want) != 0 {
		t.Errorf("not seen: %v", want)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s seen %d times", id, n)
		}
	}
	if n := len(g.feed("&limit=200").ids()); n != before+during {
		t.Errorf("%d orders confirmed, want %d", n, before+during)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders?status=confirmed&cursor=bogus", "").want(t, 400)
	g.api(g.shop.erp, "GET", "/v1/erp/orders?status=confirmed&limit=0", "").want(t, 400)
	g.api(g.shop.erp, "GET", "/v1/erp/orders?status=done", "").want(t, 400)
}

func TestAPushIsTriedUntilItIsAcknowledged(t *testing.T) {
	var calls atomic.Int32
	var got atomic.Value
	buyer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			http.Redirect(w, r, "/elsewhere", http.StatusFound) // no acknowledgement, and not followed
			return
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		got.Store(r.PostForm)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer buyer.Close()
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/cart", Transfer: connection.Push}
	})
	sent := g.sendCart(g.punchOut(link), `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	id := sent.text("order", "id")
	status := func() string { return g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id, "").want(t, 200).text("status") }
	await(t, func() bool { return calls.Load() == 1 })
	if s := status(); s != "prepared" {
		t.Errorf("after a refused push: %s", s)
	}
	if page := get(t, sent.text("transfer_url")); page.status != 200 || strings.Contains(page.body, "<form") {
		t.Errorf("the page of a pushed cart: %d %s", page.status, page.body)
	}
	g.clock.advance(time.Minute)
	g.wake()
	await(t, func() bool { return status() == "transferred" })
	if calls.Load() != 2 {
		t.Errorf("%d calls", calls.Load())
	}
	document := documentOf(t, form{fields: got.Load().(url.Values)})
	if kept := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/document", ""); kept.body != string(document) {
		t.Error("another document was pushed than stored")
	}
	ping(t, link, "C-1").want(t, 200)
}

// await waits for what happens in the background; it fails after half a minute.
func await(t *testing.T, holds func() bool) {
	t.Helper()
	for range 300 {
		if holds() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("it did not happen")
}

// hold lets a test stop the store's writes of sessions, as a fault between two writes of one send would.
type hold struct {
	port.Sessions
	failing atomic.Bool
}

func (h *hold) Update(
	ctx context.Context, of tenant.ID, id session.ID, change func(*session.Session) error,
) (*session.Session, error) {
	if h.failing.Load() {
		return nil, port.ErrUnavailable
	}
	return h.Sessions.Update(ctx, of, id, change)
}

func TestASendThatWasInterruptedBetweenItsWritesIsEitherFinishedOrUndone(t *testing.T) {
	var pushed atomic.Int32
	buyer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { pushed.Add(1) }))
	defer buyer.Close()
	sessions := &hold{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		sessions.Sessions = s.Sessions
		s.Sessions = sessions
		return s
	}))
	g.shop = g.newShop("papper")
	push, _ := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/cart", Transfer: connection.Push}
	})
	interrupted := func(cart string) (session string) {
		t.Helper()
		session = g.punchOut(push)
		sessions.failing.Store(true)
		g.sendCart(session, cart, "Idempotency-Key", "k").want(t, 503)
		return session
	}

	// Nobody touches the session: the push finishes what the send began, and the retry gets the same order.
	cart := `{"id":"C-1",` + cartOf(oneLine)[1:]
	session := interrupted(cart)
	if n := pushed.Load(); n != 0 {
		t.Fatalf("pushed %d times before the session was ended", n)
	}
	sessions.failing.Store(false)
	g.wake()
	await(t, func() bool { return pushed.Load() == 1 })
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cancel", "").want(t, 409)
	ping(t, push, "C-1").want(t, 200)
	g.sendCart(session, cart, "Idempotency-Key", "k").want(t, 200)
	if n := len(g.feed("").ids()); n != 1 {
		t.Errorf("%d confirmed orders, want 1", n)
	}

	// The person cancels before anything goes on: nothing is pushed, and the retry is refused.
	cart = `{"id":"C-2",` + cartOf(oneLine)[1:]
	session = interrupted(cart)
	sessions.failing.Store(false)
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cancel", "").want(t, 200)
	g.sendCart(session, cart, "Idempotency-Key", "k").want(t, 409)
	ping(t, push, "C-2").want(t, 409)
	if n := pushed.Load(); n != 1 {
		t.Errorf("pushed %d times, want once in all", n)
	}
}

func TestAPushThatHangsDoesNotStopTheOthers(t *testing.T) {
	release := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer hanging.Close()
	defer close(release)
	var arrived atomic.Int32
	buyer := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	defer buyer.Close()
	g := withShop(t)
	for _, address := range []string{hanging.URL, buyer.URL} {
		link, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) {
			p.Return = connection.Return{Fixed: address + "/cart", Transfer: connection.Push}
		})
		g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
	}
	await(t, func() bool { return arrived.Load() == 1 })
}

func TestAPushThatWasGivenUpIsSeenAndMadeDueAgain(t *testing.T) {
	var works atomic.Bool
	buyer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !works.Load() {
			w.WriteHeader(http.StatusForbidden) // and not 500, for which it would be left alone for a while
		}
	}))
	defer buyer.Close()
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/cart", Transfer: connection.Push}
	})
	sent := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
	address := "/v1/admin/orders/" + sent.text("order", "id")
	order := func() object { return g.api(g.shop.key, "GET", address, "").want(t, 200) }
	await(t, func() bool { // each time it is due at once, until it is given up
		if o := order(); o.at("push", "due") == nil && o.text("push", "last_error") != "" {
			return true
		}
		g.clock.advance(2 * time.Hour)
		g.wake()
		return false
	})
	if o := order(); o.at("push", "attempts").(float64) < 20 || o.text("status") != "prepared" {
		t.Fatalf("given up: %v", o)
	}
	works.Store(true)
	g.api(g.shop.key, "POST", address+"/push", "").want(t, 200)
	await(t, func() bool { return order().text("status") == "transferred" })
	g.api(g.shop.key, "POST", address+"/push", "").want(t, 409)
}
