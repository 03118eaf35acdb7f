package e2e

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // reads what the gateway stored

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/tests/mongotest"
)

// TestNoSecretIsStoredOrLogged makes full round trips in each format, with everything that a caller may present and the gateway
// may generate, and then looks into every cell and every byte of the store, and into the log.
func TestNoSecretIsStoredOrLogged(t *testing.T) {
	const odd = `Hem"lig&t <4711> åäö+/%` // looks different in XML, JSON, forms and Base64
	const wrong = `Fel-lösen "0815" <&>`
	g, buyer := withShop(t), takeAnswers(t)
	secrets := map[string]string{
		"master key": masterKey, "connection's secret": odd, "wrong secret": wrong, "answer secret": "deras-hemlighet <&> 4711",
	}
	addKey := func(name, key string) { secrets[name] = key[strings.LastIndex(key, ".")+1:] }
	addKey("storefront key", g.shop.storefront)
	addKey("erp key", g.shop.erp)
	addKey("admin key", g.shop.key)
	platform := platformKey(g)
	addKey("platform key", platform)
	var links []string // which the operator reads again, and which let nobody in without credentials
	addToken := func(name, token string) {
		secrets[name+" "+fmt.Sprint(len(secrets))] = token[strings.LastIndex(token, ".")+1:]
	}

	// What is generated and told once, under a key by which it is told again.
	for i, c := range []struct{ key, path, body, member string }{
		{platform, "/v1/admin/tenants/papper/keys", `{"scopes":["erp"]}`, "key"},
		{g.shop.key, "/v1/admin/keys", `{"scopes":["erp"]}`, "key"},
		{g.shop.key, "/v1/admin/settings/catalogue-secret", "", "secret"},
		{g.shop.key, "/v1/admin/connections", `{"id":"made","name":"x","customer":"goteborg","format":"oci-5","login":{"user":"x"},"return":{"fixed":"https://buyer.example.com/r"}}`, "secret"},
		{g.shop.key, "/v1/admin/connections/made/secret", `{"keep_previous_seconds":60}`, "secret"},
	} {
		for range 2 {
			told := g.keyed(c.key, c.path, c.body, fmt.Sprint("k", i)).json(t).text(c.member)
			addToken(c.path, told)
		}
	}

	for _, format := range slices.Sorted(maps.Keys(formats)) {
		for _, orderFormat := range []string{"cxml-1.2", "peppol-bis-ordering-3"} {
			link, id := g.connect(format, orders(orderFormat, withIdentities, func(p *connection.Profile) {
				p.CompleteByGet = true
				p.Ordering.AnswerURL = buyer.URL
			}))
			links = append(links, link[strings.LastIndex(link, ".")+1:])
			path := "/v1/admin/connections/" + string(id)
			body := func(secret string) string {
				text, err := json.Marshal(map[string]string{"secret": secret})
				if err != nil {
					t.Fatal(err)
				}
				return string(text)
			}
			g.keyed(g.shop.key, path+"/secret", body(odd), "s"+string(id)).want(t, 200)
			g.keyed(g.shop.key, path+"/answer-secret", body(secrets["answer secret"]), "a"+string(id)).want(t, 200)
			g.api(g.shop.key, "PUT", path, body(odd)).want(t, 422) // where it does not belong

			call := startCall()
			call.Set("PASSWORD", odd)
			call.Set("EXTRA", "kept") // what a format hands back
			for _, start := range []answer{postForm(t, link, call), get(t, link+"?"+call.Encode())} {
				text := token(t, start)
				addToken("landing token", text)
				g.keyed(g.shop.storefront, "/v1/storefront/sessions/exchange", `{"token":"`+text+`"}`, "x").want(t, 200)
			}
			call.Set("PASSWORD", wrong)
			postForm(t, link, call)
			get(t, link+"?"+call.Encode())
			unreadable := []struct{ address, mediaType, body string }{ // which are recorded all the same
				{link, "text/plain", "PASSWORD=" + odd}, {link, "text/xml", setup(odd, setupRequest)}, {link, "text/xml", "<SharedSecret>" + odd},
				{link, "application/json", body(odd)}, {link, "", "x=%zz&PASSWORD=" + odd}, {link, "", call.Encode() + "&" + call.Encode()},
				{link[:len(link)-4] + "none", "", call.Encode()}, {link + "/complete", "", "PASSWORD=" + url.QueryEscape(odd)},
				{link + "/orders", "application/xml", "<Order>" + setup(odd, "")},
			}
			for _, each := range unreadable {
				send(t, request(t, "POST", each.address, each.mediaType, each.body))
			}
			if strings.Contains(format, "cxml") {
				var b bytes.Buffer
				if err := xml.EscapeText(&b, []byte(odd)); err != nil {
					t.Fatal(err)
				}
				for _, written := range []string{b.String(), "<![CDATA[" + odd + "]]>"} {
					r := callDocument(t, link, setup(written, setupRequest))
					page, err := url.Parse(r.StartPage)
					if err != nil || r.StartPage == "" {
						t.Fatal(r, err)
					}
					addToken("landing token", page.Query().Get("punchout_token"))
				}
				callDocument(t, link, setup("<![CDATA["+wrong+"]]>", setupRequest))
			}

			// One order by ping, one by document.
			for _, by := range []string{"ping", "document"} {
				call.Set("PASSWORD", odd)
				cartID := by + string(id)
				session := g.exchange(postForm(t, link, call))
				sent := g.sendCart(session, `{"id":"`+cartID+`",`+cartOf(oneLine)[1:], "Idempotency-Key", "c").want(t, 201)
				addToken("transfer token", sent.text("transfer_url"))
				get(t, sent.text("transfer_url")).want(t, 200)
				if by == "ping" {
					ping := url.Values{"USERNAME": {user}, "PASSWORD": {wrong}, "order": {cartID}}
					postForm(t, link+"/complete", ping).want(t, 401)
					ping.Set("PASSWORD", odd)
					postForm(t, link+"/complete", ping).want(t, 200)
					get(t, link+"/complete?"+ping.Encode()).want(t, 200)
					continue
				}
				order := orderOf(cartID)
				order.payloadID, order.number = cartID+"@buyer.example.com", "PO-"+cartID
				if orderFormat == "cxml-1.2" {
					for _, secret := range []string{wrong, odd} {
						callDocument(t, link, strings.Replace(order.cxml(), ">"+password+"<", "><![CDATA["+secret+"]]><", 1))
					}
				} else {
					for _, authorize := range []func(*http.Request){
						func(r *http.Request) { r.SetBasicAuth(user, wrong) },
						func(r *http.Request) { r.SetBasicAuth(user, odd) },
						func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+odd) },
					} {
						r := request(t, "POST", link+"/orders", "application/xml", order.peppol())
						authorize(r)
						send(t, r)
					}
				}
				o := sent.text("order", "id")
				if status := g.erpOrder(o).text("status"); status != "confirmed" {
					t.Fatalf("%s with %s: the document left the order %s", format, orderFormat, status)
				}
				g.keyed(g.shop.erp, "/v1/erp/orders/"+o+"/response", `{"status":"accepted"}`, "r"+o).want(t, 201)
				await(t, func() bool {
					return strings.Contains(g.api(g.shop.erp, "GET", "/v1/erp/orders/"+o+"/responses", "").body, "delivered_at")
				})
				g.keyed(g.shop.erp, "/v1/erp/orders/"+o+"/exported", `{"erp_reference":"E-1"}`, "e"+o).want(t, 200)
			}
		}
	}
	g.stop()

	found := map[string]bool{}
	look := func(place string, content []byte) {
		if strings.HasPrefix(place, "traffic") && bytes.Contains(content, []byte("start_call")) {
			found["traffic"] = true
		}
		for i, link := range links {
			if strings.HasPrefix(place, "traffic") && bytes.Contains(content, []byte(link[strings.Index(link, ".")+1:])) {
				t.Errorf("%s holds link %d", place, i)
			}
		}
		for name, secret := range secrets {
			for _, form := range writings(secret) {
				if bytes.Contains(content, form) && !found[name+place] {
					found[name+place] = true
					t.Errorf("%s holds the %s as %s", place, name, form)
				}
			}
		}
		for _, known := range []string{"Göteborgs stad", "anna@example.com"} { // which are there, so that the search is seen to find
			for _, form := range writings(known) {
				if bytes.Contains(content, form) {
					found[known] = true
				}
			}
		}
	}
	cells, files := g.stored(look)
	for i, link := range links {
		secrets[fmt.Sprint("link ", i)] = link
	}
	look("the log", []byte(g.logs.String()))
	if cells < 1000 || !found["traffic"] || !found["Göteborgs stad"] || !found["anna@example.com"] || !strings.Contains(g.logs.String(), "session opened") {
		t.Errorf("the search saw %d cells, and found %v", cells, found)
	}
	t.Logf("%d secrets looked for in %d cells and %d files", len(secrets), cells, files)
}

// stored shows every cell and every byte of what the stopped gateway has stored, and returns how many cells and files there are.
func (g *gateway) stored(show func(place string, content []byte)) (cells, files int) {
	g.t.Helper()
	if config := configOf(g.t, g.dir); config.Store == "sqlite" {
		cells = eachCell(g.t, filepath.Join(g.dir, "punchgate.db"), show)
	} else {
		cells = mongotest.EachValue(g.t, config.MongoDBURI.Reveal(), show)
	}
	names, err := filepath.Glob(filepath.Join(g.dir, "*"))
	if err != nil {
		g.t.Fatal(err)
	}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			g.t.Fatal(err)
		}
		show(filepath.Base(name), content)
	}
	return cells, len(names)
}

// writings are the ways in which a text may stand in what is stored: as it is, escaped, or within Base64.
func writings(text string) (forms [][]byte) {
	asJSON, _ := json.Marshal(text)
	var asXML, asHTML bytes.Buffer
	_ = xml.EscapeText(&asXML, []byte(text))
	asHTML.WriteString(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text))
	for plain := range maps.Keys(map[string]bool{
		text: true, string(asJSON[1 : len(asJSON)-1]): true, asXML.String(): true, asHTML.String(): true,
		url.QueryEscape(text): true, url.PathEscape(text): true,
	}) {
		forms = append(forms, []byte(plain), []byte(hex.EncodeToString([]byte(plain))))
		for shift := range 3 { // the place of a text within Base64 changes how it looks
			shifted := append(make([]byte, shift), plain...)
			for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				form := encoding.EncodeToString(shifted)
				forms = append(forms, []byte(form[(shift*8+5)/6:len(form)-1]))
			}
		}
	}
	return forms
}

func TestASecretIsFoundHoweverItIsWritten(t *testing.T) {
	const secret = `Hem"lig&t <4711> åäö+/%`
	within := func(encode func([]byte) string, before string) []byte {
		return []byte(encode([]byte(before + secret + " and more")))
	}
	for _, before := range []string{"", "x", "xy", "xyz"} {
		for name, encode := range map[string]func([]byte) string{
			"plain": func(b []byte) string { return string(b) }, "hex": hex.EncodeToString,
			"base64": base64.StdEncoding.EncodeToString, "base64url": base64.URLEncoding.EncodeToString,
			"a form": func(b []byte) string { return url.QueryEscape(string(b)) },
			"base64 of JSON": func(b []byte) string {
				text, _ := json.Marshal(string(b))
				return base64.StdEncoding.EncodeToString(text)
			},
		} {
			if !slices.ContainsFunc(writings(secret), func(form []byte) bool { return bytes.Contains(within(encode, before), form) }) {
				t.Errorf("it is not found as %s after %q", name, before)
			}
		}
	}
}

// eachCell shows every cell of every table, and returns how many there are.
func eachCell(t *testing.T, file string, show func(place string, content []byte)) (cells int) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, table := range texts(t, db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		for _, column := range texts(t, db, `SELECT name FROM pragma_table_xinfo('`+table+`')`) {
			for _, content := range texts(t, db, `SELECT coalesce(cast("`+column+`" AS TEXT), '') FROM "`+table+`"`) {
				cells++
				show(table+"."+column, []byte(content))
			}
		}
	}
	return cells
}

func texts(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
