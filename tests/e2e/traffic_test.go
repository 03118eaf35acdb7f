package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/traffic"
)

// calls returns the entries of the traffic, the first first, once there are so many.
func (g *gateway) calls(n int, q port.TrafficQuery) (entries []*traffic.Entry) {
	g.t.Helper()
	q.Limit = 1000
	var found []*traffic.Record
	await(g.t, func() bool {
		found, _ = must(g.t)(g.stores.Traffic.List(g.t.Context(), g.shop.id, q)).([]*traffic.Record)
		return len(found) >= n
	})
	for _, r := range slices.Backward(found) {
		entries = append(entries, must(g.t)(g.stores.Traffic.Get(g.t.Context(), g.shop.id, r.ID)).(*traffic.Entry))
	}
	return entries
}

func stepsOf(entries []*traffic.Entry) (steps string) {
	for _, e := range entries {
		steps += " " + e.Step.String() + ":" + e.Verdict.String()
	}
	return strings.TrimSpace(steps)
}

func TestEveryCallOfAPunchOutIsRecordedWithWhatItIsAbout(t *testing.T) {
	g := withShop(t)
	link, conn := g.connect("oci-5", nil)
	session := g.punchOut(link)
	sent := g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	get(t, sent.text("transfer_url")).want(t, 200)
	ping := startCall()
	ping.Set("order", "C-1")
	ping.Set("purchase_order", "PO-1")
	postForm(t, link+"/complete", ping).want(t, 200)
	order := sent.text("order", "id")
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+order+"/exported", `{"erp_reference":"E-1"}`).want(t, 200)

	entries := g.calls(6, port.TrafficQuery{})
	if got := stepsOf(entries); got != "start_call:accepted exchange:accepted cart:accepted transfer:accepted completion:accepted export:accepted" {
		t.Fatalf("recorded are %s", got)
	}
	for i, e := range entries {
		if string(e.Session) != session || e.Connection != conn || e.Customer != "goteborg" || e.Request == "" || e.At.IsZero() || e.Took <= 0 {
			t.Errorf("of a %s there is %+v", e.Step, e.Record)
		}
		if i >= 2 && (string(e.Order) != order || e.Number != sent.text("order", "number") || e.CartID != "C-1") {
			t.Errorf("of a %s there is %+v", e.Step, e.Record)
		}
	}
	login := entries[0]
	if got := fmt.Sprint(login.Sent.Form); got != "[{HOOK_URL "+returnURL+"} {PASSWORD ***} {USERNAME goteborg}]" || login.Sent.Method != "POST" {
		t.Errorf("the start call was %v", login.Sent)
	}
	if a := login.Answered; a.Status != 303 || a.Location != landing+"&punchout_token=***" {
		t.Errorf("it was answered by %+v", a)
	}
	if entries[2].Sent.Kept != traffic.OrderCart || entries[3].Answered.Kept != traffic.OrderDocument || entries[2].Sent.Text != "" {
		t.Errorf("the cart is kept twice: %+v", entries[2].Sent)
	}
	for name, n := range map[string]int{"C-1": 4, "PO-1": 2, sent.text("order", "number"): 4, "C-2": 0} {
		if found := g.calls(n, port.TrafficQuery{Name: name}); len(found) != n {
			t.Errorf("%s finds %s", name, stepsOf(found))
		}
	}
}

func TestWhatWasRefusedIsRecordedWithItsReasons(t *testing.T) {
	g := withShop(t)
	link, conn := g.connect("oci-5", nil)
	postForm(t, link, with("PASSWORD", "fel-lösenord")).want(t, 401)
	postForm(t, link, with("HOOK_URL", "https://elsewhere.example.com/")).want(t, 403)
	send(t, request(t, "POST", link, "text/plain", "PASSWORD "+password)).want(t, 400)
	g.sendCart(g.punchOut(link), `{"currency":"SEK","lines":[{"sku":"4711","quantity":"-1"}]}`).want(t, 422)
	ping := startCall()
	ping.Set("order", "C-none")
	postForm(t, link+"/complete", ping).want(t, 404)
	postForm(t, strings.TrimSuffix(link, link[len(link)-20:])+"xxxxxxxxxxxxxxxxxxxx", startCall()).want(t, 404) // of no link
	postForm(t, strings.Replace(link, "papper.", "nobody.", 1), startCall()).want(t, 404)                       // of no tenant

	var codes []string
	entries := g.calls(6, port.TrafficQuery{Verdicts: []traffic.Verdict{traffic.Refused}})
	for _, e := range entries {
		codes = append(codes, e.Code)
	}
	want := []string{"login.credentials", "return.not_allowed", "start.not_form", "cart.invalid", "order.no_such_cart", "link.not_found"}
	if !slices.Equal(codes, want) {
		t.Fatalf("refused are %q, not %q", codes, want)
	}
	if e := entries[1]; len(e.Details) == 0 || e.Message == "" || e.Connection != conn {
		t.Errorf("the reasons are missing: %+v", e.Record)
	}
	if e := entries[2]; !e.Sent.Omitted || e.Sent.Text != "" || e.Sent.Size == 0 || e.Sent.MediaType != "text/plain" {
		t.Errorf("what cannot be read is kept: %+v", e.Sent)
	}
	if e := entries[3]; !strings.Contains(e.Sent.Text, `"4711"`) || len(e.Details) < 2 || e.Session == "" {
		t.Errorf("the cart is missing: %+v", e)
	}
	if e := entries[4]; e.CartID != "C-none" {
		t.Errorf("the cart's id is missing: %+v", e.Record)
	}
	for _, f := range entries[5].Sent.Form { // nobody knows which is the password
		if f.Value != "***" {
			t.Errorf("%s is kept: %s", f.Name, f.Value)
		}
	}
	if e := entries[5]; e.Connection != connection.ID("") || len(e.Link) != 6 {
		t.Errorf("of no link there is %+v", e.Record)
	}
}

func TestACallThatIsRefusedOverAndOverIsCounted(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("oci-5", nil)
	const tries = 100
	for i := range tries {
		if a := postForm(t, link, with("PASSWORD", fmt.Sprint("fel", i))); a.status != 401 && a.status != 429 {
			t.Fatal(a)
		}
	}
	g.stop()
	g = start(t, g.dir)
	g.shop = &shop{id: "papper"}
	entries := g.calls(12, port.TrafficQuery{Step: traffic.StartCall})
	recorded, counted := 0, 0
	for _, e := range entries {
		if e.Repeats == 0 {
			recorded++
		}
		counted += e.Repeats
		if e.Repeats > 0 && (e.Code != "login.too_many" || e.Sent.Size != 0 || e.Link == "") {
			t.Errorf("those that were counted are %+v", e)
		}
	}
	if recorded != 11 || recorded+counted != tries {
		t.Errorf("%d are recorded and %d counted", recorded, counted)
	}
}

// ofTraffic asks for a list of calls.
func (g *gateway) ofTraffic(query string) (calls []object, next, latest string) {
	g.t.Helper()
	page := g.api(g.shop.key, "GET", "/v1/admin/traffic?"+query, "", "Accept-Language", "sv").want(g.t, 200)
	for _, each := range page.at("calls").([]any) {
		calls = append(calls, object(each.(map[string]any)))
	}
	return calls, page.text("next_cursor"), page.text("latest")
}

func steps(calls []object) (steps string) {
	for _, c := range calls {
		steps += " " + c.text("step") + ":" + c.text("verdict")
	}
	return strings.TrimSpace(steps)
}

func TestOperatorsFindCallsByWhatTheyAreAbout(t *testing.T) {
	g := withShop(t)
	link, conn := g.connect("cxml-1.2", orders("cxml-1.2"))
	_, other := g.connect("oci-5", nil)
	session, order := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	g.exported(order)
	callDocument(t, link, setup("fel", personSetup))
	number := g.api(g.shop.key, "GET", "/v1/admin/orders/"+order, "").want(t, 200).text("number")

	const all = "export:accepted response:accepted purchase_order:accepted transfer:accepted cart:accepted exchange:accepted start_call:accepted"
	for query, want := range map[string]string{
		"":                  "start_call:refused " + all,
		"search=" + session: all,
		"search=" + order:   all,
		"search=" + number:  "export:accepted response:accepted purchase_order:accepted transfer:accepted cart:accepted",
		"search=C-1":        "export:accepted response:accepted purchase_order:accepted transfer:accepted cart:accepted",
		"search=PO-C-1":     "export:accepted response:accepted purchase_order:accepted",
		"search=" + "Anna.andersson@Goteborg.example.com": "start_call:refused transfer:accepted cart:accepted exchange:accepted start_call:accepted",
		"search=nothing":              "",
		"search=o":                    "", // as the identifiers of orders begin
		"connection=" + string(conn):  "start_call:refused " + all,
		"connection=" + string(other): "",
		"verdict=refused":             "start_call:refused",
		"verdict=refused,failed":      "start_call:refused",
		"step=start_call":             "start_call:refused start_call:accepted",
		"step=start_call&verdict=accepted&connection=" + string(conn): "start_call:accepted",
		"step=cart&verdict=refused":                                   "",
		"search=" + session + "&step=cart":                            "cart:accepted",
	} {
		if calls, _, _ := g.ofTraffic(query); steps(calls) != want {
			t.Errorf("%s finds %s, not %s", query, steps(calls), want)
		}
	}
	for _, wrong := range []string{"step=unknown", "verdict=accepted,", "verdict=maybe", "cursor=%2F", "after=A", "limit=0"} {
		g.api(g.shop.key, "GET", "/v1/admin/traffic?"+wrong, "").want(t, 400)
	}

	var seen []object
	for cursor := ""; ; {
		page, next, _ := g.ofTraffic("limit=3&cursor=" + cursor)
		seen = append(seen, page...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if steps(seen) != "start_call:refused "+all {
		t.Errorf("the pages have %s", steps(seen))
	}
	_, _, latest := g.ofTraffic("limit=1")
	if calls, _, again := g.ofTraffic("after=" + latest); len(calls) != 0 || again != latest {
		t.Errorf("without anything new there are %s, and %s", steps(calls), again)
	}
	g.visitByDocument(link, setup(password, setupRequest))
	if calls, _, _ := g.ofTraffic("after=" + latest); steps(calls) != "exchange:accepted start_call:accepted" {
		t.Errorf("new are %s", steps(calls))
	}
	refused := seen[0]
	if refused.text("refusal", "what") == "" || !strings.Contains(refused.text("refusal", "remedy"), "kopplingen") || refused.text("link") == "" {
		t.Errorf("the refusal says %v", refused)
	}
}

func TestOneCallShowsWhatWasSentAndAnswered(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	session, order := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	g.exported(order)
	calls, _, _ := g.ofTraffic("search=" + session)
	one := map[string]object{}
	for _, c := range calls {
		one[c.text("step")] = g.api(g.shop.key, "GET", "/v1/admin/traffic/"+c.text("id"), "").want(t, 200)
	}
	login := one["start_call"]
	if text := login.text("sent", "text"); !strings.Contains(text, "PunchOutSetupRequest") || !strings.Contains(text, ">***</SharedSecret>") {
		t.Errorf("the start call was %s", text)
	}
	if text := login.text("sent", "readable"); !strings.Contains(text, "\n      <Credential") {
		t.Errorf("for reading it is %s", text)
	}
	if text := login.text("answered", "text"); !strings.Contains(text, "punchout_token=***") {
		t.Errorf("it was answered by %s", text)
	}
	for step, want := range map[string][3]string{
		"cart": {"sent", "order_cart", `"sku":"4711"`}, "transfer": {"answered", "order_document", "PunchOutOrderMessage"},
		"purchase_order": {"sent", "receipt_document", "OrderRequest"},
	} {
		p := one[step]
		if p.text(want[0], "kept") != want[1] || !strings.Contains(p.text(want[0], "text"), want[2]) || p.text(want[0], "readable") == "" {
			t.Errorf("of the %s there is %v", step, p.at(want[0]))
		}
	}
	if findings, _ := one["cart"].at("findings").([]any); fmt.Sprint(len(findings)) != one["cart"].text("call", "warnings") {
		t.Errorf("the cart has %v", one["cart"].at("findings"))
	}
	g.api(g.shop.key, "GET", "/v1/admin/traffic/none", "").want(t, 404)
}

func TestTheTimelineGoesFromTheLoginToTheExport(t *testing.T) {
	g := withShop(t)
	buyer := takeAnswers(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", withIdentities, func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	session, order := g.begin(link, "C-1")
	g.ordered(link, "C-1")
	g.exported(order)
	await(t, func() bool {
		return strings.Contains(g.api(g.shop.erp, "GET", "/v1/erp/orders/"+order+"/responses", "").body, "delivered_at")
	})
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+order+"/cancel", "").want(t, 200)

	g.told()
	g.ofTraffic("limit=1") // which writes what waits
	before := g.storeCalls()
	ofSession := g.api(g.shop.key, "GET", "/v1/admin/sessions/"+session+"/timeline", "").want(t, 200)
	g.api(g.shop.key, "GET", "/v1/admin/orders/"+order+"/timeline", "").want(t, 200)
	if n := g.storeCalls() - before; n > 2*(6+1) { // and the key, each
		t.Errorf("two timelines made %d calls of the store", n)
	}
	var told []string
	for _, each := range ofSession.at("entries").([]any) {
		e := object(each.(map[string]any))
		switch e.text("kind") {
		case "call":
			told = append(told, e.text("call", "step"))
		case "action":
			told = append(told, e.text("action", "action"))
		default:
			told = append(told, e.text("kind")+" "+e.text("status"))
		}
	}
	want := []string{
		"start_call", "session opened", "exchange", "session shopping", "cart", "order prepared", "session returned", "transfer",
		"order transferred", "purchase_order", "purchase_order received", "order confirmed", "purchase_order applied", "response",
		"order.respond", "answer made", "export", "order.export", "order exported", "order.cancel", "order cancelled",
	}
	delivered := func(entry string) bool { return entry == "answer" || entry == "answer delivered" } // at any time after it was made
	if rest := slices.DeleteFunc(slices.Clone(told), delivered); !slices.Equal(rest, want) || len(told) != len(want)+2 {
		t.Errorf("told are\n%q, not\n%q", told, want)
	}
	if ofSession.text("order") != order || ofSession.text("session") != session || ofSession.at("more") != false {
		t.Errorf("it is of %s and %s", ofSession.text("session"), ofSession.text("order"))
	}
	g.api(g.shop.key, "GET", "/v1/admin/sessions/none/timeline", "").want(t, 404)
	g.api(g.shop.key, "GET", "/v1/admin/orders/none/timeline", "").want(t, 404)
}

// storeCalls returns how many calls of the store there were, but for those that ask in the background what is due.
func (g *gateway) storeCalls() (n int) {
	g.t.Helper()
	for name, count := range g.metrics() {
		if strings.HasPrefix(name, "punchgate_store_call_duration_seconds_count") && !strings.Contains(name, ".to_") {
			n += int(count)
		}
	}
	return n
}

func TestWhatTheGatewaySendsIsRecordedUntilItArrives(t *testing.T) {
	g := withShop(t)
	var works atomic.Bool
	buyer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !works.Load() {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer buyer.Close()
	hook := g.api(g.shop.key, "POST", "/v1/admin/webhooks", `{"url":"`+buyer.URL+`/secret-path","types":["session.returned"]}`).want(t, 201)
	link, _ := g.connect("oci-5", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/return", Transfer: connection.Push}
	})
	session := g.punchOut(link)
	g.sendCart(session, cartOf(oneLine)).want(t, 201)
	pushes := func(n int) []*traffic.Entry { return g.calls(n, port.TrafficQuery{Step: traffic.Push}) }
	if e := pushes(1)[0]; e.Verdict != traffic.Failed || e.Code != "target.failed" || !strings.Contains(e.Message, "502") ||
		string(e.Session) != session || e.Sent.Kept != traffic.OrderDocument {
		t.Errorf("the push that failed is %+v", e)
	}
	works.Store(true)
	g.clock.advance(time.Minute)
	g.wake()
	if e := pushes(2)[1]; e.Verdict != traffic.Accepted || e.Number == "" {
		t.Errorf("the push that arrived is %+v", e)
	}
	told := g.calls(2, port.TrafficQuery{Step: traffic.Webhook})[1] // the first one failed, too
	if told.Verdict != traffic.Accepted || string(told.Session) != session || !strings.Contains(told.Sent.Text, "session.returned") {
		t.Errorf("of the webhook %s there is %+v", hook.text("id"), told)
	}
	if told.Sent.Location != buyer.URL { // a webhook's path may be its secret
		t.Errorf("it went to %s", told.Sent.Location)
	}
}
