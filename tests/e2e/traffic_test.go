package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

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
