package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/tenant"
)

// platformKey makes the first key, as whoever runs the gateway does on the command line.
func platformKey(g *gateway) string {
	g.t.Helper()
	_, text, err := g.admin.CreateKey(context.Background(), tenant.Platform, "test", []apikey.Scope{apikey.Platform})
	if err != nil {
		g.t.Fatal(err)
	}
	return text.Reveal()
}

func TestAShopIsSetUpOverHTTPAloneAndServesAPunchOut(t *testing.T) {
	g := start(t)
	platform := platformKey(g)
	g.api(platform, "POST", "/v1/admin/tenants", `{"id":"papper","name":"Papper och Penna AB",
		"fields":[{"name":"punchout","label":"PunchOut","type":"checkbox"}],
		"settings":{"deciding_field":"punchout","landing_url":"`+landing+`","seller":{"endpoint":{"scheme":"0088","id":"7300010000001"}}}}`).want(t, 201)
	key := func(with, path, scope string) string {
		return g.api(with, "POST", path, `{"label":"`+scope+`","scopes":["`+scope+`"]}`).want(t, 201).text("key")
	}
	admin := key(platform, "/v1/admin/tenants/papper/keys", "admin")
	g.shop = &shop{"papper", key(admin, "/v1/admin/keys", "storefront"), key(admin, "/v1/admin/keys", "erp"), admin}

	g.api(admin, "POST", "/v1/admin/customers", `{"id":"goteborg","number":"10042","name":"Göteborgs stad",
		"buyer":{"endpoint":{"scheme":"0088","id":"7381030000004"}},"fields":{"punchout":"true"}}`).want(t, 201)
	made := g.api(admin, "POST", "/v1/admin/connections", `{"id":"c1","name":"Peppol","customer":"goteborg","format":"peppol-bis-punchout-3",
		"login":{"user":"`+user+`"},"return":{"from_call":true,"hosts":["buyer.example.com"]}}`).want(t, 201)
	link := g.api(admin, "POST", "/v1/admin/connections/c1/links", "").want(t, 201)

	call := startCall()
	login := func(secret string, status int) answer {
		t.Helper()
		call.Set("PASSWORD", secret)
		a := postForm(t, link.text("url"), call)
		if a.status != status {
			t.Fatalf("a login is answered %d, want %d: %s", a.status, status, a.body)
		}
		return a
	}
	session := g.exchange(login(made.text("secret"), 303))
	order := g.sendCart(session, `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201).text("order", "id")
	postForm(t, link.text("url")+"/complete", url.Values{"USERNAME": {user}, "PASSWORD": {made.text("secret")}, "order": {"C-1"}}).want(t, 200)
	if n := g.feed("").ids(); len(n) != 1 || n[0] != order {
		t.Errorf("in the feed: %v", n)
	}

	// What was made can be cancelled, replaced and revoked.
	cancelled := g.api(admin, "POST", "/v1/admin/orders/"+order+"/cancel", "").want(t, 200)
	if cancelled.text("status") != "cancelled" {
		t.Errorf("cancelled: %v", cancelled)
	}
	generated := g.api(admin, "POST", "/v1/admin/connections/c1/secret", "{}").want(t, 200).text("secret")
	login(made.text("secret"), 401)
	login(generated, 303)
	chosen := g.api(admin, "POST", "/v1/admin/connections/c1/secret", `{"secret":"`+password+`"}`).want(t, 200)
	if len(chosen) != 0 {
		t.Errorf("a chosen secret is told: %v", chosen)
	}
	login(generated, 401)
	login(password, 303)
	for range 2 {
		if r := g.api(admin, "POST", "/v1/admin/links/"+link.text("id")+"/revoke", "").want(t, 200); r.text("revoked_at") == "<nil>" {
			t.Errorf("revoked: %v", r)
		}
	}
	login(password, 410)
	erp := g.api(admin, "GET", "/v1/admin/keys", "").want(t, 200).at("keys").([]any)
	for _, each := range erp {
		if k := object(each.(map[string]any)); k.text("label") == "erp" {
			g.api(admin, "POST", "/v1/admin/keys/"+k.text("id")+"/revoke", "").want(t, 200)
		}
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders", "").want(t, 401)
}

func TestWhatTheAdministrationReadsItCanWriteBackUnchanged(t *testing.T) {
	g := withShop(t)
	_, connection := g.connect("proceedo-cxml", nil)
	for _, path := range []string{"/v1/admin/settings", "/v1/admin/customers/goteborg", "/v1/admin/connections/" + string(connection)} {
		read := g.api(g.shop.key, "GET", path, "").want(t, 200)
		body, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		written := g.api(g.shop.key, "PUT", path, string(body)).want(t, 200)
		if got, err := json.Marshal(written); err != nil || string(got) != string(body) {
			t.Errorf("%s: %s became %s, %v", path, body, got, err)
		}
	}
}

func TestListsGoOnAfterTheLast(t *testing.T) {
	g := withShop(t)
	g.connect("proceedo-cxml", nil)
	g.connect("proceedo-cxml", nil)
	platform := platformKey(g)
	g.newShop("annan")
	for _, c := range []struct{ key, name string }{{g.shop.key, "customers"}, {g.shop.key, "connections"}, {platform, "tenants"}} {
		var all []string
		after := ""
		for {
			page := g.api(c.key, "GET", "/v1/admin/"+c.name+"?limit=1&after="+after, "").want(t, 200).at(c.name).([]any)
			if len(page) == 0 {
				break
			}
			after = object(page[0].(map[string]any)).text("id")
			all = append(all, after)
			g.api(c.key, "GET", "/v1/admin/"+c.name+"/"+after, "").want(t, 200)
		}
		if len(all) != 2 || all[0] >= all[1] {
			t.Errorf("%s: %v", c.name, all)
		}
		g.api(c.key, "GET", "/v1/admin/"+c.name+"?limit=201", "").want(t, 400)
	}
}

func TestWhatTheAdministrationRefuses(t *testing.T) {
	g := withShop(t)
	platform := platformKey(g)
	_, id := g.connect("proceedo-cxml", nil)
	connection := func(members string) string {
		return `{"name":"x","customer":"goteborg","format":"proceedo-cxml","login":{"user":"u"},"return":{"fixed":"https://buyer.example.com/"}` + members + "}"
	}
	for name, c := range map[string]struct {
		key, method, path, body string
		status                  int
		says                    string
	}{
		"a tenant of a taken identifier":      {platform, "POST", "/v1/admin/tenants", `{"id":"papper","name":"x"}`, 409, "tenant.exists"},
		"a tenant without a name":             {platform, "POST", "/v1/admin/tenants", `{}`, 422, `"/name"`},
		"an unknown tenant":                   {platform, "GET", "/v1/admin/tenants/none", "", 404, "tenant.not_found"},
		"a key of an unknown tenant":          {platform, "POST", "/v1/admin/tenants/none/keys", `{"scopes":["erp"]}`, 404, "tenant.not_found"},
		"a platform key at a shop's settings": {platform, "GET", "/v1/admin/settings", "", 403, "key.scope"},
		"a key of an unknown scope":           {g.shop.key, "POST", "/v1/admin/keys", `{"scopes":["all"]}`, 422, "key.unknown_scope"},
		"a key of the platform for a shop":    {g.shop.key, "POST", "/v1/admin/keys", `{"scopes":["platform"]}`, 422, `"/scopes"`},
		"a key without scopes":                {g.shop.key, "POST", "/v1/admin/keys", `{}`, 422, `"/scopes"`},
		"an unknown member":                   {g.shop.key, "POST", "/v1/admin/customers", `{"colour":"x"}`, 400, `"/colour"`},
		"a customer of a taken number":        {g.shop.key, "POST", "/v1/admin/customers", `{"name":"x","number":"K-kafe"}`, 409, "customer.exists"},
		"a change to a taken number":          {g.shop.key, "PUT", "/v1/admin/customers/goteborg", `{"name":"x","number":"K-kafe"}`, 409, "customer.exists"},
		"an unknown custom field":             {g.shop.key, "POST", "/v1/admin/customers", `{"name":"x","fields":{"x":"1"}}`, 422, `"/fields/x"`},
		"an unknown customer":                 {g.shop.key, "GET", "/v1/admin/customers/none", "", 404, "customer.not_found"},
		"a change of an unknown customer":     {g.shop.key, "PUT", "/v1/admin/customers/none", `{"name":"x"}`, 404, "customer.not_found"},
		"a connection of an unknown customer": {g.shop.key, "POST", "/v1/admin/connections", strings.Replace(connection(""), "goteborg", "none", 1), 404, "customer.not_found"},
		"a connection of a taken identifier":  {g.shop.key, "POST", "/v1/admin/connections", connection(`,"id":"` + string(id) + `"`), 409, "connection.exists"},
		"a connection in an unknown format":   {g.shop.key, "POST", "/v1/admin/connections", strings.Replace(connection(""), "proceedo-cxml", "edifact", 1), 422, `"/format"`},
		"a connection in a format of orders":  {g.shop.key, "POST", "/v1/admin/connections", strings.Replace(connection(""), "proceedo-cxml", "peppol-bis-ordering-3", 1), 422, `"/format"`},
		"a secret that is too short":          {g.shop.key, "POST", "/v1/admin/connections", connection(`,"secret":"kort"`), 422, `"/secret"`},
		"a secret in a change":                {g.shop.key, "PUT", "/v1/admin/connections/" + string(id), connection(`,"secret":"hemligt-4711"`), 422, `"/secret"`},
		"a change of the customer":            {g.shop.key, "PUT", "/v1/admin/connections/" + string(id), strings.Replace(connection(""), "goteborg", "kafe", 1), 422, `"/customer"`},
		"an unknown connection":               {g.shop.key, "GET", "/v1/admin/connections/none", "", 404, "connection.not_found"},
		"a link of an unknown connection":     {g.shop.key, "POST", "/v1/admin/connections/none/links", "", 404, "connection.not_found"},
		"the links of an unknown connection":  {g.shop.key, "GET", "/v1/admin/connections/none/links", "", 404, "connection.not_found"},
		"the secret of an unknown connection": {g.shop.key, "POST", "/v1/admin/connections/none/secret", "{}", 404, "connection.not_found"},
		"a secret kept for too long": {g.shop.key, "POST", "/v1/admin/connections/" + string(id) + "/secret", `{"keep_previous_seconds":2592001}`, 422,
			`"/keep_previous_seconds"`},
		"a secret kept for a negative time": {g.shop.key, "POST", "/v1/admin/connections/" + string(id) + "/secret", `{"keep_previous_seconds":-1}`, 422,
			`"/keep_previous_seconds"`},
		"a policy for nothing": {g.shop.key, "POST", "/v1/admin/connections", connection(`,"ordering":{"policy":{"price":"hold"}}`), 422,
			`"/ordering/policy"`},
		"an unknown link":          {g.shop.key, "POST", "/v1/admin/links/none/revoke", "", 404, "link.not_found"},
		"an unknown order":         {g.shop.key, "POST", "/v1/admin/orders/none/cancel", "", 404, "order.not_found"},
		"settings of another type": {g.shop.key, "PUT", "/v1/admin/settings", `{"fields":[{"name":"punchout","type":"text"}]}`, 422, "type_changed"},
	} {
		if a := g.api(c.key, c.method, c.path, c.body); a.status != c.status || !strings.Contains(a.body, c.says) {
			t.Errorf("%s: %d, want %d with %s: %s", name, a.status, c.status, c.says, a.body)
		}
	}
}

func TestASettingThatIsNotNamedStaysAsItIs(t *testing.T) {
	g := withShop(t)
	g.api(g.shop.key, "PUT", "/v1/admin/settings",
		`{"settings":{"retention_days":3000,"seller":{"name":"Säljaren"},"allowed_formats":["oci-4","oci-5"]}}`).want(t, 200)
	got := g.api(g.shop.key, "PUT", "/v1/admin/settings", `{"name":"Nytt","settings":{"language":"en","allowed_formats":["oci-4"]}}`).want(t, 200)
	for member, want := range map[string]any{"language": "en", "retention_days": 3000.0, "deciding_field": "punchout"} {
		if got.at("settings", member) != want {
			t.Errorf("%s became %v, want %v", member, got.at("settings", member), want)
		}
	}
	if got.text("name") != "Nytt" || len(got.at("fields").([]any)) == 0 || got.text("settings", "allowed_formats") != "[oci-4]" ||
		got.text("settings", "seller", "name") != "Säljaren" || got.text("settings", "seller", "endpoint", "id") != "7300010000001" {
		t.Errorf("the tenant became %v", got)
	}
}

func TestTheSettingsGiveACartItsCurrencyAndItsUNSPSC(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", nil)
	bare := `{"lines":[{"sku":"4711","name":"Papper","quantity":"2","unit":"EA","unit_price":"125.00","tax":{"category":"S","percent":"25"}}]}`
	g.sendCart(g.punchOut(link), bare).want(t, 422)
	g.api(g.shop.key, "PUT", "/v1/admin/settings", `{"settings":{"currency":"SEK","unspsc":"14111507"}}`).want(t, 200)
	order := g.sendCart(g.punchOut(link), bare).want(t, 201).text("order", "id")
	cart := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+order, "").want(t, 200)
	if line := cart.at("cart", "lines").([]any)[0]; cart.text("cart", "currency") != "SEK" || !strings.Contains(fmt.Sprint(line), "14111507") {
		t.Errorf("the cart became %v", cart.at("cart"))
	}
	document := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+order+"/document", "")
	if !strings.Contains(document.body, `<Classification domain="UNSPSC">14111507</Classification>`) {
		t.Errorf("the document is %s", document.body)
	}
}
