package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
)

// TestAFuzzerFindsNoDefectAndNoUndocumentedAnswer lets Schemathesis call every operation of openapi.yaml with what is right and with
// what is wrong, by the keys that may and with identifiers of things that exist. PUNCHGATE_FUZZAPI asks for it and says how many calls
// of each operation are drawn, beside those at the limits of the description.
func TestAFuzzerFindsNoDefectAndNoUndocumentedAnswer(t *testing.T) {
	draws := os.Getenv("PUNCHGATE_FUZZAPI")
	if draws == "" {
		t.Skip("make fuzzapi asks for it")
	}
	program, err := filepath.Abs("../../.bin/schemathesis/bin/schemathesis")
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		t.Fatal(err)
	}
	g := start(t)
	folder := t.TempDir()
	config := filepath.Join(folder, "schemathesis.toml")
	if err := os.WriteFile(config, []byte(fuzzing(g)), 0o600); err != nil {
		t.Fatal(err)
	}
	before := len(g.logs.String())
	run := exec.CommandContext(t.Context(), program, "--config-file", config, "run", g.url+"/openapi.yaml", "--url", g.url, "-n", draws)
	run.Dir, run.Env = folder, append(os.Environ(), "NO_COLOR=1", "COLUMNS=160")
	said, err := run.CombinedOutput()
	t.Logf("%s", said)
	if err != nil {
		t.Error(err)
	}
	statuses := answered(t, g.logs.String()[before:])
	for _, o := range operations(t) {
		all := statuses[o.method+" "+o.path]
		if done := func(status int) bool { return status < http.StatusBadRequest }; !beyond[o.OperationID] && !slices.ContainsFunc(all, done) {
			t.Errorf("%s %s was never done, but answered %v", o.method, o.path, all)
		}
	}
}

// beyond are operations that the fuzzer calls in vain: what they take is said by a connection or a format, and by no schema.
var beyond = map[string]bool{"startByQuery": true, "completeByQuery": true, "takeOrder": true}

// fuzzing returns the fuzzer's configuration: of each operation, whose key calls it, and which things address and body name.
func fuzzing(g *gateway) string {
	g.t.Helper()
	g.newShop("tredje") // to be removed
	g.shop = g.newShop("annan")
	changed := furnish(g) // what is changed and removed is another shop's, so that the rest goes on working
	g.shop = g.newShop("papper")
	ours := furnish(g)
	platform := platformKey(g)
	of := map[string]map[string][]string{ // values for parameters and members, by operation
		"removeTenant":  {"path.id": {"tredje"}},
		"putConnection": {"body.id": {changed.connection}, "body.customer": {changed.customer}},
		"referencePage": {"path.page": {"storefront"}},
		"guide":         {"path.guide": {"orders"}},
		"picture":       {"path.picture": {"storefront-template-en.webp"}},
		"openSession":   {"body.customer": {ours.customer}, "body.connection": {ours.connection}},
	}
	for i := range 30 {
		for _, operation := range []string{"createTenant", "createCustomer", "createConnection"} {
			of[operation] = merge(of[operation], "body.id", fmt.Sprintf("ny-%d", i))
		}
		for _, operation := range []string{"createUser", "createTenantUser"} {
			of[operation] = merge(of[operation], "body.email", fmt.Sprintf("ny-%d-%s@example.com", i, operation))
		}
	}
	for _, operation := range []string{"putUser", "putTenantUser", "removeUser", "removeTenantUser"} {
		email := strings.ToLower(operation) + "@example.com"
		made := g.api(changed.key, "POST", "/v1/admin/users", `{"email":"`+email+`","name":"x","role":"reader"}`).want(g.t, 201)
		of[operation] = merge(of[operation], "path.user", made.text("id"))
		if strings.HasPrefix(operation, "put") {
			of[operation] = merge(of[operation], "body.email", email)
		}
	}
	things(g, of)

	var dictionaries, calls strings.Builder
	for _, o := range operations(g.t) {
		by := ours
		if o.method == http.MethodPut || o.method == http.MethodDelete || strings.HasSuffix(o.path, "/revoke") {
			by = changed
		}
		filled, values := strings.Split(by.at(o.path), "/"), of[o.OperationID]
		for i, part := range strings.Split(o.path, "/") {
			if name := "path." + strings.Trim(part, "{}"); strings.HasPrefix(part, "{") && len(values[name]) == 0 {
				values = merge(values, name, filled[i])
			}
		}
		credentials := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)) // of a procurement system
		if key := map[string]string{"storefront": by.storefront, "erp": by.erp, "admin": by.key, "platform": platform}[o.scope()]; key != "" {
			credentials = "Bearer " + key
		}
		settings := []string{fmt.Sprintf("headers = { Authorization = %q }", credentials)}
		for name, all := range values {
			dictionary := strings.ReplaceAll(o.OperationID+"-"+name, ".", "-")
			quoted := fmt.Sprintf("%q", all)
			fmt.Fprintf(&dictionaries, "dictionaries.%s.values = %s\n", dictionary, strings.ReplaceAll(quoted, `" "`, `", "`))
			settings = append(settings, fmt.Sprintf("parameters.%q = { dictionary = %q }", name, dictionary))
		}
		fmt.Fprintf(&calls, "\n[[operations]]\ninclude-operation-id = %q\n%s\n", o.OperationID, strings.Join(settings, "\n"))
	}
	return `workers = 2
warnings = false
continue-on-failure = true
generation = { no-shrink = true, deterministic = true, database = "none" }
# What is right by the schema may still be wrong, such as a date in February; and an empty text is accepted wherever it stands for none.
checks.positive_data_acceptance.enabled = false
checks.negative_data_rejection.enabled = false
# An address with a word in the place of an identifier, such as connections/preview, has the methods of both.
checks.allow_header_conformance.enabled = false
` + dictionaries.String() + calls.String()
}

func merge(into map[string][]string, name string, values ...string) map[string][]string {
	if into == nil {
		into = map[string][]string{}
	}
	into[name] = append(into[name], values...)
	return into
}

// things makes sessions and orders in the states in which something can be done with them.
func things(g *gateway, of map[string]map[string][]string) {
	g.t.Helper()
	add := func(operation, name, value string) { of[operation] = merge(of[operation], name, value) }
	away := httptest.NewServer(http.NotFoundHandler())
	g.t.Cleanup(away.Close)
	link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3", func(p *connection.Profile) { p.Ordering.AnswerURL = away.URL }))
	document := func(o purchaseOrder) answer {
		r := request(g.t, "POST", link+"/orders", "application/xml", o.peppol())
		r.SetBasicAuth(user, password)
		return send(g.t, r)
	}
	for i := range 12 {
		for _, operation := range []string{"sendCart", "cancelSession", "extendSession", "previewCart"} {
			add(operation, "path.id", g.punchOut(link))
		}
		add("exchangeToken", "body.token", token(g.t, postForm(g.t, link, startCall())))
		cart := fmt.Sprintf("C-%d", i)
		id := g.transferred(link, cart)
		o := orderOf(cart)
		o.number = "PO-" + cart
		switch i % 4 {
		case 0: // confirmed
			document(o).want(g.t, 200)
			add("exportOrder", "path.id", id)
			add("respond", "path.id", id)
			g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"acknowledged"}`).want(g.t, 201)
			add("getResponse", "path.id", id)
			add("deliverAnswer", "path.id", id)
		case 1, 2: // held
			o.lines[0].quantity = "3"
			document(o).want(g.t, 200)
			add([]string{"confirmOrder", "rejectOrder"}[i%2], "path.id", id)
		default: // transferred, and a purchase order that names another
			add("cancelOrder", "path.id", id)
			add("tiePurchaseOrder", "body.order", id)
			o.cartID, o.lines[0].sku, o.lines[0].quantity = "C-unknown", mark, "3"
			add("tiePurchaseOrder", "path.id", document(o).want(g.t, 202).text("purchase_order", "id"))
		}
	}
	g.transferred(link, "C-2026-000123") // the example of the description
	_, address, _ := strings.Cut(link, "/punchout/")
	add("complete", "path.link", address)
	link, _ = g.connect("oci-5", func(p *connection.Profile) { p.Return = connection.Return{Fixed: away.URL, Transfer: connection.Push} })
	add("pushOrder", "path.id", g.sendCart(g.punchOut(link), cartOf(oneLine)).want(g.t, 201).text("order", "id"))
}

// answered returns the statuses of each operation, as the gateway's log has them.
func answered(t *testing.T, log string) map[string][]int {
	t.Helper()
	all := map[string][]int{}
	parameter := regexp.MustCompile(`:(\w+)`)
	for line := range strings.Lines(log) {
		var entry struct {
			Msg, Method, Route string
			Status             any
		}
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		route := entry.Method + " " + parameter.ReplaceAllString(entry.Route, "{$1}")
		if status, ok := entry.Status.(float64); ok && entry.Msg == "request" && !slices.Contains(all[route], int(status)) {
			all[route] = append(all[route], int(status))
		}
	}
	return all
}
