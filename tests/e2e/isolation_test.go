package e2e

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/tests/mongotest"
)

// operation is a call of the description, which has every route that is served (adapters/web holds that).
type operation struct {
	*openapi3.Operation
	method, path string
}

func operations(t *testing.T) (all []operation) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../../adapters/web/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			all = append(all, operation{o, method, path})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	if len(all) < 60 {
		t.Fatalf("the description has %d calls", len(all))
	}
	return all
}

// example returns the body that the description shows, or {}.
func (o operation) example() string {
	if o.RequestBody == nil {
		return ""
	}
	content := o.RequestBody.Value.Content["application/json"]
	if content == nil || content.Example == nil {
		return "{}"
	}
	text, err := json.Marshal(content.Example)
	if err != nil {
		return "{}"
	}
	return string(text)
}

// scope is the scope of keys for the call; empty where it takes none.
func (o operation) scope() string {
	switch {
	case o.method == "OPTIONS": // asked by browsers before a page does
	case strings.HasPrefix(o.path, "/v1/admin/tenants"):
		return "platform"
	case strings.HasPrefix(o.path, "/v1/"):
		return strings.Split(o.path, "/")[2]
	}
	return ""
}

// belongings are the identifiers of all that a shop has.
type belongings struct {
	*shop
	customer, connection, link, session, token, transfer, order, receipt, keyID, webhook, user, call, cursor string
	address                                                                                                  string // of the link
}

// mark stands in whatever text of a shop the other must not see.
const mark = "hemlig-vara"

// furnish gives the gateway's shop one of everything, and returns what it is called.
func furnish(g *gateway) belongings {
	g.t.Helper()
	ctx := context.Background()
	b := belongings{shop: g.shop, customer: "enbart-" + string(g.shop.id)}
	p := customer.Profile{Number: "N-" + b.customer, Name: mark, Active: true, Values: map[string]string{"punchout": "true"}}
	p.Buyer.Endpoint.Scheme, p.Buyer.Endpoint.ID = "0088", "7381030000004"
	must(g.t)(g.admin.CreateCustomer(ctx, g.shop.id, customer.ID(b.customer), p))
	link, id := g.connectFor(customer.ID(b.customer), "peppol-bis-punchout-3", orders("peppol-bis-ordering-3", func(p *connection.Profile) {
		p.Name, p.Return.Fixed = mark, "https://buyer.example.com/fixed"
	}))
	b.address, b.connection = link, string(id)
	links, err := g.admin.Links(ctx, g.shop.id, id)
	if err != nil {
		g.t.Fatal(err)
	}
	b.link = string(links[0].Snapshot().ID)
	b.token = token(g.t, postForm(g.t, link, startCall()))
	b.session = g.punchOut(link)
	sent := g.sendCart(g.punchOut(link), `{"id":"C-`+mark+`",`+cartOf(strings.ReplaceAll(oneLine, "Kopieringspapper", mark))[1:]).want(g.t, 201)
	b.transfer, b.order = sent.text("transfer_url"), sent.text("order", "id")
	get(g.t, b.transfer).want(g.t, 200)
	postForm(g.t, link+"/complete", url.Values{"USERNAME": {user}, "PASSWORD": {password}, "order": {"C-" + mark}}).want(g.t, 200)
	b.cursor = g.api(g.shop.erp, "GET", "/v1/erp/orders?limit=1", "").want(g.t, 200).text("next_cursor")
	unknown := orderOf("C-unknown")
	unknown.lines[0].sku, unknown.lines[0].quantity = mark, "3"
	r := request(g.t, "POST", link+"/orders", "application/xml", unknown.peppol())
	r.SetBasicAuth(user, password)
	b.receipt = send(g.t, r).want(g.t, 202).text("purchase_order", "id")
	k, _, err := g.admin.CreateKey(ctx, g.shop.id, mark, []apikey.Scope{apikey.ERP})
	if err != nil {
		g.t.Fatal(err)
	}
	b.keyID = string(k.Snapshot().ID)
	hook, _, err := g.admin.CreateWebhook(ctx, g.shop.id, "https://erp.example.com/"+mark, []outbox.Type{outbox.ConnectionFailing})
	if err != nil {
		g.t.Fatal(err)
	}
	b.webhook = string(hook.ID)
	calls := g.api(g.shop.key, "GET", "/v1/admin/traffic?search="+b.session, "").want(g.t, 200).at("calls").([]any)
	b.call = object(calls[0].(map[string]any)).text("id")
	b.user = g.api(g.shop.key, "POST", "/v1/admin/users", `{"email":"`+mark+"@"+string(g.shop.id)+`.example","name":"`+mark+`","role":"reader"}`).
		want(g.t, 201).text("id")
	return b
}

// at fills the parameters of a path with what a shop has.
func (b belongings) at(path string) string {
	id := map[string]string{
		"sessions": b.session, "orders": b.order, "tenants": string(b.id), "customers": b.customer, "connections": b.connection,
		"links": b.link, "keys": b.keyID, "purchase-orders": b.receipt, "webhooks": b.webhook, "traffic": b.call,
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch part {
		case "{id}":
			if parts[i] = id[parts[i-1]]; parts[i] == "" {
				parts[i] = "no-case-for-" + parts[i-1]
			}
		case "{user}":
			parts[i] = b.user
		case "{position}":
			parts[i] = "1"
		case "{link}":
			_, parts[i], _ = strings.Cut(b.address, "/punchout/")
		case "{token}":
			_, parts[i], _ = strings.Cut(b.transfer, "/transfer/")
		}
	}
	return strings.Join(parts, "/")
}

// ofNobody are the calls that name nothing but what the key's own tenant has, and what is added to them to name what another has.
var ofNobody = map[string]func(other belongings) string{
	"checkoutPolicy":         func(o belongings) string { return "?customer=" + o.customer + "&session=" + o.session },
	"listOrders":             func(o belongings) string { return "?cursor=" + o.cursor },
	"listSessions":           func(o belongings) string { return "?search=" + o.session },
	"listTraffic":            func(o belongings) string { return "?search=" + o.session + "&connection=" + o.connection },
	"listAdminOrders":        func(o belongings) string { return "?search=" + o.order },
	"exportCustomers":        nil,
	"exportOrders":           func(o belongings) string { return "?connection=" + o.connection },
	"getOverview":            nil,
	"getSettings":            nil,
	"putSettings":            nil,
	"replaceCatalogueSecret": nil,
	"listCustomers":          func(o belongings) string { return "?search=" + o.customer },
	"createCustomer":         nil,
	"tickCustomers":          nil,
	"importCustomers":        nil,
	"previewImport":          nil,
	"listConnections":        func(o belongings) string { return "?customer=" + o.customer },
	"createConnection":       nil,
	"previewDraft":           nil,
	"listNetworkLinks":       nil,
	"createNetworkLink":      nil,
	"listKeys":               nil,
	"createKey":              nil,
	"listPurchaseOrders":     nil,
	"listAudit":              nil,
	"listWebhooks":           nil,
	"createWebhook":          nil,
	"listDeadLetters":        nil,
	"listUsers":              nil,
	"createUser":             nil,
	"listFormats":            nil,
}

// bodies are those that name what another has, where the example of the description does not do.
func bodies(own, other belongings) map[string][]string {
	line := cartOf(oneLine)
	return map[string][]string{
		"exchangeToken": {`{"token":"` + other.token + `"}`},
		"openSession": {
			`{"customer":"` + other.customer + `","connection":"` + other.connection + `"}`, `{"customer":"` + own.customer + `","connection":"` + other.connection + `"}`,
		},
		"deliverDeadLetters": {`{"ids":["push.` + other.order + `"]}`, `{"ids":["order-events.` + other.order + `"]}`},
		"erase": {
			`{"session":"` + other.session + `"}`, `{"order":"` + other.order + `"}`, `{"purchase_order":"` + other.receipt + `"}`,
		},
		"sendCart": {line}, "previewCart": {line}, "previewConnection": {line},
		"putConnection": {`{"name":"x","customer":"goteborg","format":"oci-5","login":{"user":"x"},"return":{"fixed":"https://evil.example/"}}`},
	}
}

// rows returns all that the store keeps of a tenant, but what changes by itself.
func rows(t *testing.T, g *gateway, of string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	if config := configOf(t, g.dir); config.Store == "sqlite" {
		all = tableRows(t, filepath.Join(g.dir, "punchgate.db"), of)
	} else {
		mongotest.EachDocument(t, config.MongoDBURI.Reveal(), func(collection string, d bson.Raw) {
			shop, _ := d.Lookup("doc", "shop").StringValueOK()
			if d.Lookup("tenant_id").StringValue() == of || shop == of ||
				collection == "tenants" && strings.Contains(d.Lookup("_id").StringValue(), of) {
				all[collection] = append(all[collection], d.String())
			}
		})
	}
	delete(all, "throttles")
	all["traffic"] = slices.DeleteFunc(all["traffic"], func(row string) bool { // of nobody's link, which is the tenant's to know
		return strings.Contains(row, connection.ErrNoLink.Code)
	})
	for _, kept := range all {
		slices.Sort(kept)
	}
	if len(all["orders"]) == 0 || len(all["tenants"]) != 1 || len(all) < 10 {
		t.Fatalf("the store has of the tenant: %v", slices.Sorted(maps.Keys(all)))
	}
	return all
}

func tableRows(t *testing.T, file, of string) map[string][]string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := map[string][]string{}
	for _, table := range texts(t, db, `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'tenant'`) {
		column := "tenant"
		switch table {
		case "tenants":
			column = "id"
		case "users", "signins":
			column = "shop"
		}
		columns := strings.Join(texts(t, db, `SELECT '"' || name || '"' FROM pragma_table_info('`+table+`')`), ` || ' | ' || `)
		all[table] = texts(t, db, `SELECT `+columns+` FROM `+table+` WHERE `+column+` = '`+of+`'`)
	}
	return all
}

// TestNoRouteGivesAnotherTenantAnything calls every route of the API with the key of one tenant and the identifiers of another.
func TestNoRouteGivesAnotherTenantAnything(t *testing.T) {
	var callers *authentication.Service
	var calls *recording.Service
	g := startWith(t, t.TempDir(), fx.Populate(&callers, &calls))
	g.shop = g.newShop("papper")
	victim := furnish(g)
	g.shop = g.newShop("annan")
	attacker := furnish(g)
	callers.Flush(context.Background())
	calls.Flush(context.Background())
	await(t, func() bool { // until nothing is left to tell
		return !strings.Contains(fmt.Sprint(rows(t, g, "papper")), `"events":[`)
	})
	before := rows(t, g, "papper")
	keys := map[string]string{"storefront": attacker.storefront, "erp": attacker.erp, "admin": attacker.key, "platform": attacker.key}
	special := bodies(attacker, victim)
	victims := []string{victim.customer, victim.connection, victim.link, victim.session, victim.order, victim.receipt, victim.keyID, victim.webhook, victim.user}
	refused := 0
	call := func(o operation, address, body string) {
		t.Helper()
		a := g.api(keys[o.scope()], o.method, address, body)
		more, own := ofNobody[o.OperationID]
		if own && more == nil {
			if a.status >= 500 {
				t.Errorf("%s %s is answered %d", o.method, address, a.status)
			}
		} else if !own {
			refused++
			if a.status != 404 && a.status != 403 && a.status != 401 {
				t.Errorf("%s %s with another tenant's identifiers is answered %d: %s", o.method, address, a.status, a.body)
			}
		}
		for _, secret := range victims {
			if strings.Contains(a.body, secret) {
				t.Errorf("the answer of %s %s has %s: %s", o.method, address, secret, a.body)
			}
		}
		if !own && strings.Contains(a.body, mark) {
			t.Errorf("the answer of %s %s has the other's texts: %s", o.method, address, a.body)
		}
	}
	for _, o := range operations(t) {
		if o.scope() == "" {
			continue
		}
		tried := special[o.OperationID]
		if tried == nil {
			tried = []string{o.example()}
		}
		for _, body := range tried {
			address := victim.at(o.path)
			if more := ofNobody[o.OperationID]; more != nil {
				address += more(victim)
			}
			call(o, address, body)
		}
	}
	tie := operation{&openapi3.Operation{OperationID: "tie to another's order"}, "POST", "/v1/admin/purchase-orders/{id}/tie"}
	call(tie, attacker.at(tie.path), `{"order":"`+victim.order+`"}`)
	connect := operation{&openapi3.Operation{OperationID: "a connection of another's customer"}, "POST", "/v1/admin/connections"}
	call(connect, connect.path, `{"name":"x","customer":"`+victim.customer+`","format":"oci-5","login":{"user":"x"},"return":{"fixed":"https://evil.example/"}}`)
	theirs := g.api(attacker.key, "POST", "/v1/admin/connections/preview", `{"connection":{"customer":"`+victim.customer+`","format":"oci-5"}}`)
	if told := theirs.want(t, 200); told.at("document") != nil || !strings.Contains(told.text("errors"), "unknown_customer") {
		t.Errorf("a draft for another's customer is answered %s", theirs.body)
	}
	if refused < 30 {
		t.Errorf("only %d calls name what another tenant has", refused)
	}

	t.Run("nor a key, link or token that is made of two", func(t *testing.T) {
		of := func(key string) []string { return strings.Split(key, ".") }
		mine, theirs := of(attacker.key), of(victim.key)
		for name, key := range map[string]string{
			"another tenant":           strings.Join([]string{"pgk", theirs[1], mine[2], mine[3]}, "."),
			"another tenant's key":     strings.Join([]string{"pgk", theirs[1], theirs[2], mine[3]}, "."),
			"the platform":             strings.Join([]string{"pgk", "-", mine[2], mine[3]}, "."),
			"the check of master keys": "pgk.-.master-key-check.master-key-check",
		} {
			for _, path := range []string{"/v1/admin/keys", "/v1/admin/tenants"} {
				if a := g.api(key, "GET", path, ""); a.status != 401 && a.status != 429 {
					t.Errorf("a key of %s is answered %d at %s", name, a.status, path)
				}
			}
		}
		mixed := func(own, other string) string { // the other's tenant and identifier, signed for one's own
			theirs, mine := strings.Split(other, "."), strings.Split(own, ".")
			return theirs[0] + "." + theirs[1] + "." + mine[2]
		}
		exchange := `{"token":"` + mixed(attacker.token, victim.token) + `"}`
		g.api(attacker.storefront, "POST", "/v1/storefront/sessions/exchange", exchange).want(t, 404)
		_, mine2, _ := strings.Cut(attacker.transfer, "/transfer/")
		_, theirs2, _ := strings.Cut(victim.transfer, "/transfer/")
		if a := get(t, g.url+"/transfer/"+mixed(mine2, theirs2)); a.status != 404 {
			t.Errorf("a page of another's session is answered %d", a.status)
		}
		link := strings.Replace(attacker.address, "annan.", "papper.", 1)
		if a := postForm(t, link, startCall()); a.status != 404 {
			t.Errorf("one's own link in another tenant is answered %d", a.status)
		}
	})

	callers.Flush(context.Background())
	calls.Flush(context.Background())
	for table, now := range rows(t, g, "papper") {
		if !slices.Equal(now, before[table]) {
			t.Errorf("the calls of another tenant changed %s from\n%s\nto\n%s", table, strings.Join(before[table], "\n"), strings.Join(now, "\n"))
		}
	}
}

func TestEveryRouteAsksForAKeyOfItsScope(t *testing.T) {
	g := startWith(t, t.TempDir(), behindProxy)
	g.shop = g.newShop("papper")
	has := furnish(g)
	keys := map[string]string{
		"storefront": has.storefront, "policy": g.policyKey(), "erp": has.erp, "admin": has.key, "platform": platformKey(g),
	}
	asked := 0
	for _, o := range operations(t) {
		needed := o.scope()
		if needed == "" {
			if o.Security == nil {
				t.Errorf("%s %s is open, and the description does not say so", o.method, o.path)
			}
			continue
		}
		asked++
		from := fmt.Sprint("10.0.0.", asked) // so that nobody has to wait
		for _, none := range []string{"", "pgk." + string(g.shop.id) + ".x.y", keys[needed] + "x"} {
			if a := g.api(none, o.method, has.at(o.path), o.example(), "X-Forwarded-For", from); a.status != 401 || a.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s %s without a right key is answered %d", o.method, o.path, a.status)
			}
		}
		for scope, key := range keys {
			if scope == needed {
				continue
			}
			code := "key.scope"
			if scope == "policy" && o.OperationID == "checkoutPolicy" {
				code = "key.origin" // which its own tests give
			}
			if a := g.api(key, o.method, has.at(o.path), o.example(), "Origin", "https://evil.example.com"); a.status != 403 || a.json(t).text("code") != code {
				t.Errorf("%s %s with a key of %s is answered %d: %s", o.method, o.path, scope, a.status, a.body)
			}
		}
	}
	if asked < 40 {
		t.Errorf("only %d routes ask for a key", asked)
	}
}
