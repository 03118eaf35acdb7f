package e2e

import (
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
)

// formats are the formats of the build, with how each form carries the document, and where that has the cart's identifier.
var formats = map[string]struct {
	document func(t *testing.T, f form) []byte
	cartID   func(t *testing.T, document []byte) string
}{
	"oci-3": {formAsJSON, quoteID}, "oci-4": {formAsJSON, quoteID}, "oci-5": {formAsJSON, quoteID},
	"proceedo-cxml": {documentOf, func(t *testing.T, document []byte) string {
		var d struct {
			Info struct {
				ID string `xml:"orderID,attr"`
			} `xml:"Message>PunchOutOrderMessage>PunchOutOrderMessageHeader>SupplierOrderInfo"`
		}
		unmarshal(t, document, &d)
		return d.Info.ID
	}},
	"peppol-bis-punchout-3": {documentOf, func(t *testing.T, document []byte) string {
		var d struct {
			ID string `xml:"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2 ID"`
		}
		unmarshal(t, document, &d)
		return d.ID
	}},
}

// formAsJSON is the document of OCI: the form itself.
func formAsJSON(t *testing.T, f form) []byte {
	t.Helper()
	var b strings.Builder
	quote := func(s string) string {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	fmt.Fprintf(&b, `{"action":%s,"method":%s,"accept_charset":%s,"target":%s,"fields":[`, quote(f.action), quote(f.method), quote(f.charset), quote(f.target))
	for i, name := range f.order {
		fmt.Fprintf(&b, "%s\n{\"name\":%s,\"value\":%s}", [...]string{"", ","}[min(i, 1)], quote(name), quote(f.fields.Get(name)))
	}
	return []byte(b.String() + "\n]}\n")
}

func quoteID(t *testing.T, document []byte) string {
	t.Helper()
	var f struct {
		Fields []struct{ Name, Value string }
	}
	if err := json.Unmarshal(document, &f); err != nil {
		t.Fatal(err)
	}
	for _, field := range f.Fields {
		if field.Name == "NEW_ITEM-EXT_QUOTE_ID[1]" {
			return field.Value
		}
	}
	t.Fatalf("no EXT_QUOTE_ID in %s", document)
	return ""
}

func unmarshal(t *testing.T, document []byte, into any) {
	t.Helper()
	if err := xml.Unmarshal(document, into); err != nil {
		t.Fatalf("%v in %s", err, document)
	}
}

// documentOf finds the Base64 document among a form's fields.
func documentOf(t *testing.T, f form) []byte {
	t.Helper()
	for _, values := range f.fields {
		if decoded, err := base64.StdEncoding.DecodeString(values[0]); err == nil && strings.HasPrefix(string(decoded), "<?xml") {
			return decoded
		}
	}
	t.Fatalf("no Base64 document in %v", f.fields)
	return nil
}

func ping(t *testing.T, link, order string) answer {
	t.Helper()
	return postForm(t, link+"/complete", url.Values{
		"USERNAME": {user}, "PASSWORD": {password}, "order": {order}, "purchase_order": {"PO-1"},
	})
}

func TestTheRoundTrip(t *testing.T) {
	for format, f := range formats {
		t.Run(format, func(t *testing.T) {
			g := withShop(t)
			link, _ := g.connect(format, nil)

			// The buyer arrives; the browser is led on at once, without the password.
			start := postForm(t, link, startCall())
			if location := start.header.Get("Location"); strings.Contains(location, password) {
				t.Fatalf("the password stands in %s", location)
			}
			visit := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token(t, start)+`"}`).want(t, 200)
			if visit.text("session", "status") != "shopping" || visit.text("customer", "id") != "goteborg" || visit.text("customer", "number") != "K-goteborg" {
				t.Fatalf("exchanged: %v", visit)
			}
			session := visit.text("session", "id")

			policy := g.api(g.shop.storefront, "GET", "/v1/storefront/checkout-policy?customer=goteborg&session="+session, "").want(t, 200)
			if policy.text("checkout") != "blocked" || policy.text("action") != "send_order" || policy.text("label") != "Skicka order" || policy.text("redirect") != "/" {
				t.Fatalf("policy: %v", policy)
			}

			// The cart goes back.
			sent := g.sendCart(session, cartOf(oneLine)).want(t, 201)
			if sent.text("order", "status") != "prepared" {
				t.Fatalf("sent: %v", sent)
			}
			page := get(t, sent.text("transfer_url"))
			page.want(t, 200)
			posted := readForm(t, page.body)
			if posted.action != returnURL || !strings.EqualFold(posted.method, "POST") {
				t.Fatalf("the form goes by %s to %s", posted.method, posted.action)
			}
			if again := get(t, sent.text("transfer_url")); readForm(t, again.body).fields.Encode() != posted.fields.Encode() {
				t.Error("the page served again has another document")
			}
			document := f.document(t, posted)
			cartID := f.cartID(t, document)
			order := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+sent.text("order", "id"), "").want(t, 200)
			if order.text("status") != "transferred" || order.text("cart_id") != cartID || cartID == "" {
				t.Fatalf("after the transfer of cart %q: %v", cartID, order)
			}
			kept := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+order.text("id")+"/document", "")
			if kept.body != string(document) {
				t.Error("the ERP gets another document than the buyer")
			}

			// Nothing for the ERP before the completion, the order after it, and nothing after the export.
			if n := g.feed("").ids(); len(n) != 0 {
				t.Fatalf("in the feed before the completion: %v", n)
			}
			for range 2 { // the ping may be repeated
				done := ping(t, link, cartID).want(t, 200)
				if done.text("order", "status") != "confirmed" || done.text("order", "number") != order.text("number") {
					t.Fatalf("completed: %v", done)
				}
			}
			feed := g.feed("")
			if n := feed.ids(); len(n) != 1 || n[0] != order.text("id") {
				t.Fatalf("in the feed after the completion: %v", n)
			}
			first := object(feed.at("orders").([]any)[0].(map[string]any))
			if first.text("purchase_order") != "PO-1" || first.text("cart", "lines") == "" || first.text("confirmed_at") == "" {
				t.Fatalf("fed: %v", first)
			}
			for range 2 {
				exported := g.api(g.shop.erp, "POST", "/v1/erp/orders/"+order.text("id")+"/exported", `{"erp_reference":"E-1"}`).want(t, 200)
				if exported.text("status") != "exported" || exported.text("erp_reference") != "E-1" {
					t.Fatalf("exported: %v", exported)
				}
			}
			if n := g.feed("").ids(); len(n) != 0 {
				t.Fatalf("in the feed after the export: %v", n)
			}
			if done := ping(t, link, cartID).want(t, 200); done.text("order", "status") != "exported" {
				t.Fatalf("a ping after the export: %v", done)
			}
		})
	}
}

// feed gets a page of the confirmed orders.
func (g *gateway) feed(query string) object {
	g.t.Helper()
	return g.api(g.shop.erp, "GET", "/v1/erp/orders?status=confirmed"+query, "").want(g.t, 200)
}

func (o object) ids() []string {
	var ids []string
	orders, _ := o.at("orders").([]any)
	for _, each := range orders {
		ids = append(ids, object(each.(map[string]any)).text("id"))
	}
	return ids
}

func TestTheTransferPageIsSafe(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", func(p *connection.Profile) { p.Return.FormAction = []string{"https://login.example.com"} })
	page := get(t, g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201).text("transfer_url"))
	policy := page.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "form-action https://buyer.example.com https://login.example.com", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q lacks %q", policy, part)
		}
	}
	_, rest, _ := strings.Cut(policy, "script-src 'nonce-")
	nonce, _, _ := strings.Cut(rest, "'")
	if len(nonce) < 20 || !strings.Contains(page.body, `<script nonce="`+nonce+`">`) {
		t.Errorf("the script does not carry the policy's nonce %q", nonce)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "strict-origin", "X-Content-Type-Options": "nosniff",
	} {
		if got := page.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(page.body, `<button type="submit">`) {
		t.Error("no button for browsers without script")
	}
}

func TestAPersonGoesBackWithoutACart(t *testing.T) {
	for format := range formats {
		t.Run(format, func(t *testing.T) {
			g := withShop(t)
			link, _ := g.connect(format, nil)
			session := g.punchOut(link)
			var addresses []string
			for range 2 {
				a := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cancel", "").want(t, 200)
				addresses = append(addresses, a.text("transfer_url"))
			}
			if addresses[0] != addresses[1] {
				t.Errorf("the repetition leads elsewhere: %v", addresses)
			}
			page := get(t, addresses[0])
			page.want(t, 200)
			if f := readForm(t, page.body); f.action != returnURL {
				t.Errorf("leads to %s", f.action)
			}
			g.sendCart(session, cartOf(oneLine)).want(t, 409)
			if n := len(g.api(g.shop.erp, "GET", "/v1/erp/orders?status=prepared", "").want(t, 200).ids()); n != 0 {
				t.Errorf("%d orders of a cancelled session", n)
			}
		})
	}
}

func TestManyPeopleUnderOneUserNameNeverTouchEachOther(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	const people = 10
	var sessions []string
	for range people {
		sessions = append(sessions, g.punchOut(link))
	}
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+sessions[0]+"/cancel", "").want(t, 200)
	carts := map[string]bool{}
	for _, s := range sessions[1:] {
		sent := g.sendCart(s, cartOf(oneLine)).want(t, 201)
		carts[g.api(g.shop.erp, "GET", "/v1/erp/orders/"+sent.text("order", "id"), "").want(t, 200).text("cart_id")] = true
	}
	if len(carts) != people-1 {
		t.Fatalf("%d carts of %d people", len(carts), people-1)
	}
}

func TestACustomerWhoLoggedInToTheShopItselfSendsToTheFixedReturnAddress(t *testing.T) {
	g := withShop(t)
	_, id := g.connect("proceedo-cxml", func(p *connection.Profile) {
		p.Return = connection.Return{Fixed: "https://buyer.example.com/fixed", Transfer: connection.Browser}
	})
	policy := g.api(g.shop.storefront, "GET", "/v1/storefront/checkout-policy?customer_number=K-goteborg", "").want(t, 200)
	if policy.text("action") != "send_order" {
		t.Fatalf("policy: %v", policy)
	}
	opened := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions", `{"customer":"goteborg","connection":"`+string(id)+`"}`).want(t, 201)
	session := opened.text("session", "id")
	g.clock.advance(3 * time.Hour)
	extended := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/extend", "").want(t, 200)
	if extended.text("session", "expires_at") <= opened.text("session", "expires_at") {
		t.Errorf("extended from %s to %s", opened.text("session", "expires_at"), extended.text("session", "expires_at"))
	}
	sent := g.sendCart(session, cartOf(oneLine)).want(t, 201)
	if f := readForm(t, get(t, sent.text("transfer_url")).body); f.action != "https://buyer.example.com/fixed" {
		t.Errorf("goes to %s", f.action)
	}
}

func TestTestOrdersAreLeftOutOfTheFeedUnlessAskedFor(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.TestMode = true })
	sent := g.sendCart(g.punchOut(link), `{"id":"T-1",`+cartOf(oneLine)[1:]).want(t, 201)
	ping(t, link, "T-1").want(t, 200)
	if n := g.feed("").ids(); len(n) != 0 {
		t.Errorf("without asking: %v", n)
	}
	if n := g.feed("&test=true").ids(); len(n) != 1 || n[0] != sent.text("order", "id") {
		t.Errorf("asked for: %v", n)
	}
}

func TestEverythingIsThereAfterARestart(t *testing.T) {
	folder := t.TempDir()
	g := start(t, folder)
	g.shop = g.newShop("papper")
	link, _ := g.connect("proceedo-cxml", nil)
	session := g.punchOut(link)
	sent := g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:], "Idempotency-Key", "k1").want(t, 201)
	shopping := g.punchOut(link)
	g.stop()

	again := start(t, folder)
	again.shop = g.shop
	link = again.url + strings.TrimPrefix(link, g.url)
	again.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:], "Idempotency-Key", "k1").want(t, 200)
	get(t, again.url+strings.TrimPrefix(sent.text("transfer_url"), g.url)).want(t, 200)
	again.sendCart(shopping, cartOf(oneLine)).want(t, 201)
	if done := ping(t, link, "C-1").want(t, 200); done.text("order", "status") != "confirmed" {
		t.Errorf("completed after the restart: %v", done)
	}
}

func TestOpenAPIAndHealthAnswer(t *testing.T) {
	g := start(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		get(t, g.url+path).want(t, 200)
	}
	if a := get(t, g.url+"/openapi.yaml"); a.status != http.StatusOK || !strings.HasPrefix(a.body, "openapi: 3.") {
		t.Errorf("openapi.yaml: %d %.40s", a.status, a.body)
	}
}
