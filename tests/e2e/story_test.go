package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
)

// logLine is one line of the log.
type logLine struct {
	text, message, route string
	fields               map[string]any
}

// lines returns the lines of the log that hold the text, as grep does.
func (l *logs) lines(t *testing.T, with string) (found []logLine) {
	t.Helper()
	for text := range strings.Lines(l.String()) {
		if !strings.Contains(text, with) {
			continue
		}
		each := logLine{text: text}
		if err := json.Unmarshal([]byte(text), &each.fields); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		each.message, _ = each.fields["msg"].(string)
		if what, ok := each.fields["what"].(string); ok {
			each.message += ": " + what
		}
		each.route, _ = each.fields["route"].(string)
		found = append(found, each)
	}
	return found
}

// The identifier of the session is in each line about the PunchOut, from the login to the ERP's export, and in no line about
// another one.
func TestOneIdentifierTellsTheWholeStory(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) {
		p.Ordering.AnswerURL = buyer.URL + "/answers"
	}))
	other := g.transferred(link, "C-2")
	id := g.transferred(link, "C-1")
	story := strings.TrimPrefix(id, "o")
	callDocument(t, link, orderOf("C-1").cxml())
	if exported := g.api(g.shop.erp, "GET", "/v1/erp/orders", ""); !strings.Contains(exported.body, id) || strings.Contains(exported.body, other) {
		t.Fatalf("the feed: %s", exported.body)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/document", "").want(t, 200)
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted"}`).want(t, 201)
	buyer.wait(t, 1)
	exported := g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/exported", `{"erp_reference":"E-1"}`)
	if got := exported.header.Get("X-Correlation-Id"); got != story {
		t.Errorf("the ERP is told %q, want %q", got, story)
	}
	refused := g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/push", "")
	if refused.status != 409 || refused.header.Get("X-Correlation-Id") != story {
		t.Errorf("a refusal tells %d %q", refused.status, refused.header.Get("X-Correlation-Id"))
	}
	await(t, func() bool {
		return slices.ContainsFunc(g.logs.lines(t, story), func(l logLine) bool { return l.message == "delivered: answer" })
	})

	var got []string
	for _, l := range g.logs.lines(t, story) {
		if strings.Contains(l.text, strings.TrimPrefix(other, "o")) {
			t.Errorf("a line about two: %s", l.text)
		}
		got = append(got, strings.TrimSpace(l.message+" "+l.route))
	}
	for _, want := range []string{
		"session opened", "request /punchout/:link", "request /v1/storefront/sessions/exchange", "order prepared",
		"request /v1/storefront/sessions/:id/cart", "request /transfer/:token", "purchase order received", "orders handed to the ERP",
		"request /v1/erp/orders/:id/document", "order answered", "request /v1/erp/orders/:id/response", "delivered: answer", "order exported",
		"request /v1/erp/orders/:id/exported", "refused /v1/admin/orders/:id/push", "request /v1/admin/orders/:id/push",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("the story lacks %q; it is %q", want, got)
		}
	}
}

func TestPushedAndPingedCartsTellTheirStoryToo(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/return", Transfer: connection.Push}
	})
	session := g.punchOut(link)
	g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	buyer.wait(t, 1)
	ping(t, link, "C-1").want(t, 200)
	told := func(message string) bool {
		return slices.ContainsFunc(g.logs.lines(t, session), func(l logLine) bool { return l.message == message && l.fields["session"] == session })
	}
	await(t, func() bool { return told("delivered: cart") })
	if !told("order completed") {
		t.Errorf("the ping is not told: %s", g.logs)
	}
}

// Whoever reads the log can neither act as a buyer or shop nor learn who shops or where carts go.
func TestTheLogHoldsNoSecretsAddressesOrPeople(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, conn := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: buyer.URL + "/SECRET-RETURN", Transfer: connection.Push}
	})
	g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(conn)+"/answer-secret", `{"secret":"deras-hemlighet"}`).want(t, 200)
	call := startCall()
	call.Set("USER_EMAIL", "anna@buyer.example.com")
	call.Set("HOOK_URL", buyer.URL+"/SECRET-HOOK")
	start := postForm(t, link, call)
	session := g.exchange(start)
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token(t, start)+`"}`).want(t, 410)
	sent := g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	buyer.wait(t, 1)
	get(t, sent.text("transfer_url"))
	ping(t, link, "C-1").want(t, 200)
	call.Set("PASSWORD", "WRONG-PASSWORD")
	postForm(t, link, call).want(t, 401)
	get(t, link+"?PASSWORD=IN-THE-ADDRESS")
	buyer.Close() // so that a push fails
	g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
	await(t, func() bool { return len(g.logs.lines(t, "delivery failed")) > 0 })

	text := g.logs.String()
	for what, secret := range map[string]string{
		"the password": password, "a wrong password": "WRONG-PASSWORD", "a password in an address": "IN-THE-ADDRESS",
		"an answer's secret": "deras-hemlighet", "the shop's key": g.shop.storefront, "the ERP's key": g.shop.erp, "the master key": masterKey,
		"the link": link[strings.LastIndex(link, ".")+1:], "the start token": token(t, start),
		"the transfer address": sent.text("transfer_url"), "the return address": "SECRET-RETURN", "the call's return address": "SECRET-HOOK",
		"the person": "anna@buyer.example.com",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %s, %q", what, secret)
		}
	}
}
