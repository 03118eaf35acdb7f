package e2e

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/throttle"
)

const (
	shopOrigin = "https://shop.example.com"
	policyPath = "/v1/storefront/checkout-policy"
)

// policyKey makes a publishable key of the shop's pages.
func (g *gateway) policyKey() string {
	g.t.Helper()
	_, text, err := g.admin.CreateKey(context.Background(), g.shop.id, "pages", []apikey.Scope{apikey.Policy}, shopOrigin)
	if err != nil {
		g.t.Fatal(err)
	}
	return text.Reveal()
}

// ask asks for the policy as a page of the origin does.
func (g *gateway) ask(key, query, origin string, header ...string) answer {
	g.t.Helper()
	return g.api(key, "GET", policyPath+query, "", append([]string{"Origin", origin}, header...)...)
}

func TestAPublishableKeyIsMadeWithItsOriginsAndShowsThem(t *testing.T) {
	g := withShop(t)
	k := g.api(g.shop.key, "POST", "/v1/admin/keys", `{"label":"pages","scopes":["policy"],"origins":["https://Shop.example.com","http://localhost:8081"]}`).want(t, 201)
	want := "[https://shop.example.com http://localhost:8081]"
	if k.text("origins") != want || !strings.HasPrefix(k.text("key"), "pgk.papper.") {
		t.Errorf("%v", k)
	}
	for _, each := range g.api(g.shop.key, "GET", "/v1/admin/keys", "").want(t, 200).at("keys").([]any) {
		listed := object(each.(map[string]any))
		if has := listed.at("origins"); listed.text("id") == k.text("id") && fmt.Sprint(has) != want || listed.text("id") != k.text("id") && has != nil {
			t.Errorf("listed as %v", listed)
		}
	}
	for body, path := range map[string]string{
		`{"scopes":["policy"]}`: "/origins",
		`{"scopes":["policy"],"origins":["https://a.se","https://b.se/kassa"]}`:               "/origins/1",
		`{"scopes":["policy"],"origins":["http://shop.example.com"]}`:                         "/origins/0",
		`{"scopes":["erp"],"origins":["https://a.se"]}`:                                       "/origins",
		`{"scopes":["policy","storefront"],"origins":["https://a.se"]}`:                       "/scopes",
		`{"scopes":["policy"],"origins":["` + strings.Repeat("https://a.se\",\"", 20) + `"]}`: "/origins",
	} {
		body = strings.ReplaceAll(body, `\"`, `"`)
		refused := g.api(g.shop.key, "POST", "/v1/admin/keys", body).want(t, 422)
		if got := fmt.Sprint(refused.at("errors")); !strings.Contains(got, "path:"+path+"]") && !strings.Contains(got, "path:"+path+" ") {
			t.Errorf("%s: %s", body, got)
		}
	}
}

// TestAPageAsksForThePolicyFromItsOwnOriginAlone holds what CORS lets a page read, and who is refused before that.
func TestAPageAsksForThePolicyFromItsOwnOriginAlone(t *testing.T) {
	g := withShop(t)
	key := g.policyKey()
	a := g.ask(key, "?customer_number=K-goteborg", shopOrigin)
	if p := a.want(t, 200); p.text("checkout") != "blocked" || p.text("action") != "none" || p.text("label") != "Skicka order" {
		t.Errorf("%v", p)
	}
	for header, want := range map[string]string{
		"Access-Control-Allow-Origin": shopOrigin, "Vary": "Origin", "Access-Control-Allow-Credentials": "", "Cache-Control": "no-store",
		"Access-Control-Expose-Headers": "Retry-After",
	} {
		if got := strings.Join(a.header.Values(header), "|"); got != want {
			t.Errorf("%s is %q, not %q", header, got, want)
		}
	}
	if a := g.ask(key, "", shopOrigin); a.status != 400 || a.header.Get("Access-Control-Allow-Origin") != shopOrigin {
		t.Errorf("a page may not read what is wrong with its question: %d, %q", a.status, a.header.Get("Access-Control-Allow-Origin"))
	}
	for name, origin := range map[string]string{
		"another site": "https://evil.example.com", "a page without an origin": "null", "a program": "", "another port": shopOrigin + ":8443",
		"without TLS": "http://shop.example.com", "a subdomain": "https://x.shop.example.com", "a longer name": shopOrigin + ".evil.example",
	} {
		a := g.ask(key, "?customer_number=K-goteborg", origin)
		if a.status != 403 || a.json(t).text("code") != "key.origin" || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s is answered %d, may be read by %q: %s", name, a.status, a.header.Get("Access-Control-Allow-Origin"), a.body)
		}
	}
	if a := g.ask(g.shop.storefront, "?customer_number=K-goteborg", shopOrigin); a.status != 200 || a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the key of the shop's server is answered %d and a page may read it: %q", a.status, a.header.Get("Access-Control-Allow-Origin"))
	}
	g.api(g.shop.key, "POST", "/v1/admin/keys/"+strings.Split(key, ".")[2]+"/revoke", "").want(t, 200)
	g.ask(key, "?customer_number=K-goteborg", shopOrigin).want(t, 401)
}

func TestABrowserIsToldThatAPageMayAskAndMayDoNothingElse(t *testing.T) {
	g := withShop(t)
	asked := []string{"Origin", "https://any.example.com", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization"}
	a := g.api("", "OPTIONS", policyPath+"?customer_number=1", "", asked...)
	for header, want := range map[string]string{
		"Access-Control-Allow-Origin": "https://any.example.com", "Access-Control-Allow-Methods": "GET", "Vary": "Origin",
		"Access-Control-Allow-Headers": "Authorization", "Access-Control-Max-Age": "7200", "Access-Control-Allow-Credentials": "",
	} {
		if got := strings.Join(a.header.Values(header), "|"); a.status != 204 || got != want {
			t.Errorf("answered %d: %s is %q, not %q", a.status, header, got, want)
		}
	}
	for _, o := range operations(t) {
		if o.path == policyPath {
			continue
		}
		path := strings.NewReplacer("{", "", "}", "").Replace(o.path)
		r := request(t, "OPTIONS", g.url+path, "", "")
		for i := 0; i < len(asked); i += 2 {
			r.Header.Set(asked[i], asked[i+1])
		}
		if a := fetch(t, r); a.status != http.StatusMethodNotAllowed || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s may be called from a page: %d", o.path, a.status)
		}
	}
}

// TestAPublishableKeyTellsNoMoreThanWhoBuysByPunchOut asks as anybody can who has read the key in a page.
func TestAPublishableKeyTellsNoMoreThanWhoBuysByPunchOut(t *testing.T) {
	g := withShop(t)
	key := g.policyKey()
	g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.Return.Fixed, p.Active = "https://buyer.example.com/fixed", false })
	known, unknown := g.ask(key, "?customer_number=K-kafe", shopOrigin), g.ask(key, "?customer_number=K-nobody", shopOrigin)
	if known.status != 200 || known.body != unknown.body {
		t.Errorf("a customer who does not buy by PunchOut is told from nobody:\n%s\n%s", known.body, unknown.body)
	}
	if served := g.api(g.shop.storefront, "GET", policyPath+"?customer_number=K-nobody", "").want(t, 200); !strings.Contains(served.text("reasons"), "customer.unknown") {
		t.Errorf("the shop's server is told less, too: %v", served)
	}
	eligible := g.ask(key, "?customer_number=K-goteborg", shopOrigin).want(t, 200)
	if got := eligible.text("reasons"); got != "[map[code:customer.eligible message:the customer buys by PunchOut]]" {
		t.Errorf("the reasons tell of connections: %s", got)
	}
}

func TestThePolicyOfAnOpenSessionTellsWhosePunchOutItIs(t *testing.T) {
	g := withShop(t)
	key := g.policyKey()
	link, _ := g.connect("cxml-1.2", withIdentities)
	var started response
	call := strings.Replace(setupRequest, "</BuyerCookie>", `</BuyerCookie><Contact role="endUser"><Name xml:lang="sv">Anna Ek</Name></Contact>`, 1)
	if err := xml.Unmarshal([]byte(send(t, request(t, "POST", link, "text/xml", setup(password, call))).body), &started); err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(started.StartPage, "punchout_token=")
	visit := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token+`"}`).want(t, 200)
	session := visit.text("session", "id")
	for name, ask := range map[string]func(query string) answer{
		"a page":            func(query string) answer { return g.ask(key, query, shopOrigin) },
		"the shop's server": func(query string) answer { return g.api(g.shop.storefront, "GET", policyPath+query, "") },
	} {
		p := ask("?customer=goteborg&session="+session).want(t, 200)
		if p.text("action") != "send_order" || p.text("punchout", "customer", "name") != "goteborg" || p.text("punchout", "person", "name") != "Anna Ek" ||
			p.text("punchout", "expires_at") != visit.text("session", "expires_at") {
			t.Errorf("%s: %v of %v", name, p, visit)
		}
		for what, query := range map[string]string{
			"no session": "?customer=goteborg", "an unknown session": "?customer=goteborg&session=x", "another customer's": "?customer=kafe&session=" + session,
		} {
			if p := ask(query).want(t, 200); p.at("punchout") != nil {
				t.Errorf("%s is told of %s: %v", name, what, p)
			}
		}
	}
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cancel", "").want(t, 200)
	if p := g.ask(key, "?customer=goteborg&session="+session, shopOrigin).want(t, 200); p.at("punchout") != nil {
		t.Errorf("a session that is over is told of: %v", p)
	}
}

// TestWhoAsksAboutManyCustomersHasToWaitAndTheShopsVisitorsDoNot goes through customer numbers as a stranger would, from an address
// that he shares with a buyer.
func TestWhoAsksAboutManyCustomersHasToWaitAndTheShopsVisitorsDoNot(t *testing.T) {
	g, _ := throttled(t, t.TempDir())
	g.shop = g.newShop("papper")
	key, other := g.policyKey(), g.policyKey()
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	session := g.punchOut(link)
	const office = "203.0.113.9"
	ask := func(key, query, from string) answer { return g.ask(key, query, shopOrigin, "X-Forwarded-For", from) }
	for i := range throttle.FreeCustomers {
		for range 3 { // a visitor goes from page to page
			ask(key, fmt.Sprint("?customer_number=", i), office).want(t, 200)
		}
	}
	refused := ask(key, "?customer_number=K-goteborg", office)
	if seconds, err := strconv.Atoi(refused.header.Get("Retry-After")); refused.status != 429 || err != nil || seconds < 1 ||
		refused.json(t).text("code") != authentication.ErrTooManyCustomers.Code || refused.header.Get("Access-Control-Allow-Origin") != shopOrigin {
		t.Errorf("%d, Retry-After %s: %s", refused.status, refused.header.Get("Retry-After"), refused.body)
	}
	for name, a := range map[string]answer{
		"about whom it asked before": ask(key, "?customer_number=7", office),
		"in an open session":         ask(key, "?customer=goteborg&session="+session, office),
		"from another address":       ask(key, "?customer_number=K-goteborg", "203.0.113.10"),
		"by another key":             ask(other, "?customer_number=K-goteborg", office),
		"the shop's server":          g.api(g.shop.storefront, "GET", policyPath+"?customer_number=K-goteborg", "", "X-Forwarded-For", office),
	} {
		if a.status != 200 {
			t.Errorf("%s is answered %d: %s", name, a.status, a.body)
		}
	}
	if a := ask(key, "?customer=goteborg&session=x", office); a.status != 429 {
		t.Errorf("a made up session opens the way: %d", a.status)
	}
	answered := 0
	for i := range 300 {
		if ask(key, fmt.Sprint("?customer_number=more", i), office).status == 200 {
			answered++
		}
	}
	if answered > 0 {
		t.Errorf("%d customers more were told of", answered)
	}
	g.clock.advance(throttle.LongestWait + throttle.Forgotten)
	ask(key, "?customer_number=K-goteborg", office).want(t, 200)
}

func TestTheScriptIsEveryPagesAndIsAskedForOnceAnHour(t *testing.T) {
	g := start(t)
	a := get(t, g.url+"/storefront.js")
	for header, want := range map[string]string{
		"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin",
		"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff", "Set-Cookie": "",
	} {
		if got := strings.Join(a.header.Values(header), "|"); a.status != 200 || got != want {
			t.Errorf("answered %d: %s is %q, not %q", a.status, header, got, want)
		}
	}
	for tag, status := range map[string]int{a.header.Get("ETag"): 304, "W/" + a.header.Get("ETag"): 304, `"another"`: 200, "": 200} {
		r := request(t, "GET", g.url+"/storefront.js", "", "")
		r.Header.Set("If-None-Match", tag)
		if a := send(t, r); a.status != status {
			t.Errorf("with the tag %s it is answered %d", tag, a.status)
		}
	}
	if len(a.body) > 10_000 {
		t.Errorf("it has %d bytes", len(a.body))
	}
}
