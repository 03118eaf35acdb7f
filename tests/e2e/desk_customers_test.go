package e2e

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	users "github.com/punchgate/punchgate/domain/user"
)

func TestWhatIsSavedByThePagesAsItWasLosesNothing(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	g.api(g.shop.key, "PUT", "/v1/admin/settings", `{"fields":[{"name":"punchout","label":"PunchOut","type":"checkbox"},{"name":"note","label":"Not","type":"text"}],
		"settings":{"currency":"SEK","unspsc":"14111507","allowed_formats":["cxml-1.2","oci-4"],"session_seconds":5401,"order_seconds":7200,
		"retention_days":0,"seller":{"name":"S","reference":"r"}}}`).want(t, 200)
	g.api(g.shop.key, "PUT", "/v1/admin/customers/goteborg", `{"number":"1","name":"Göteborg","active":false,
		"contract_from":"2026-01-01T00:00:00Z","contract_until":"2026-12-31T12:34:56Z","fields":{"punchout":"true","note":"a & \"b\""},
		"buyer":{"name":"B","endpoint":{"scheme":"0088","id":"7381030000004"}}}`).want(t, 200)
	hook := g.api(g.shop.key, "POST", "/v1/admin/webhooks", `{"url":"https://erp.example.com/h","types":["order.confirmed","order.held"]}`).want(t, 201).text("id")
	for _, c := range []struct{ path, action, api string }{
		{"/settings", "/settings", "/v1/admin/settings"}, {"/fields", "/fields", "/v1/admin/settings"},
		{"/customers/goteborg", "", "/v1/admin/customers/goteborg"}, {"/webhooks/" + hook, "/webhooks/" + hook, "/v1/admin/webhooks/" + hook},
	} {
		before := g.api(g.shop.key, "GET", c.api, "").body
		if saved := anna.submit(c.path, inputs(t, anna.open(c.path).body, c.action)); saved.status != http.StatusSeeOther {
			t.Fatalf("%s is answered %d: %s", c.path, saved.status, saved.body)
		}
		if after := g.api(g.shop.key, "GET", c.api, "").body; after != before {
			t.Errorf("saving %s as it was makes of\n%s\n%s", c.path, before, after)
		}
	}
}

func TestTheSecondOfTwoUsersIsToldWhatTheFirstOneSaved(t *testing.T) {
	g, service := withUsers(t)
	anna, bo := g.atDesk(service, "anna", users.Administrator), g.atDesk(service, "bo", users.Administrator)
	hook := g.api(g.shop.key, "POST", "/v1/admin/webhooks", `{"url":"https://erp.example.com/h"}`).want(t, 201).text("id")
	for path, c := range map[string]struct{ action, member, first, second string }{
		"/settings":           {"/settings", "/settings/start_path", "/first", "/second"},
		"/customers/goteborg": {"", "/name", "Första", "Andra"},
		"/webhooks/" + hook:   {"/webhooks/" + hook, "/url", "https://first.example.com/", "https://second.example.com/"},
	} {
		annas, bos := inputs(t, anna.open(path).body, c.action), inputs(t, bo.open(path).body, c.action)
		annas.Set(c.member, c.first)
		if a := anna.submit(path, annas); a.status != http.StatusSeeOther {
			t.Fatalf("%s: the first is answered %d: %s", path, a.status, a.body)
		}
		bos.Set(c.member, c.second)
		told := bo.submit(path, bos)
		if told.status != http.StatusPreconditionFailed || !strings.Contains(told.body, "Sparat nu: "+c.first) {
			t.Errorf("%s: the second is answered %d: %s", path, told.status, told.body)
		}
		again := inputs(t, told.body, c.action)
		if again.Get(c.member) != c.second {
			t.Errorf("%s: what was typed became %q", path, again.Get(c.member))
		}
		if a := bo.submit(path, again); a.status != http.StatusSeeOther {
			t.Errorf("%s: sent again, it is answered %d: %s", path, a.status, a.body)
		}
		if got := inputs(t, anna.open(path).body, c.action).Get(c.member); got != c.second {
			t.Errorf("%s: saved is %q", path, got)
		}
	}
}

func TestACustomerWithoutTheFieldThatIsGoneCanBeSaved(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	if a := anna.submit("/fields/new", url.Values{"/label": {"Kostnadsställe"}, "/type": {"text"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	form := inputs(t, anna.open("/customers/goteborg").body, "")
	form.Set("/fields/kostnadsstalle", "4711")
	if a := anna.submit("/customers/goteborg", form); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if a := anna.submit("/fields/punchout/remove", url.Values{}); a.status != 422 {
		t.Errorf("the deciding field is removed: %d", a.status)
	}
	if a := anna.submit("/fields/kostnadsstalle/remove", url.Values{}); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if a := anna.submit("/customers/goteborg", inputs(t, anna.open("/customers/goteborg").body, "")); a.status != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	if kept := g.api(g.shop.key, "GET", "/v1/admin/customers/goteborg", "").want(t, 200).text("fields"); kept != "map[punchout:true]" {
		t.Errorf("the customer has %s", kept)
	}
}

func TestPagesOfCustomersShowNobodyWhatIsNotTheirs(t *testing.T) {
	g, service := withUsers(t)
	anna, rut := g.atDesk(service, "anna", users.Administrator), g.atDesk(service, "rut", users.Reader)
	hook := g.api(g.shop.key, "POST", "/v1/admin/webhooks", `{"url":"https://erp.example.com/h"}`).want(t, 201).text("id")
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	unknown := orderOf("")
	unknown.lines[0].sku = "none"
	callDocument(t, link, unknown.cxml())
	document := object(g.api(g.shop.key, "GET", "/v1/admin/purchase-orders", "").want(t, 200).at("purchase_orders").([]any)[0].(map[string]any)).text("id")
	pages := []string{
		"/settings", "/fields", "/customers", "/customers/goteborg", "/customers.csv", "/customers/-/template.csv", "/webhooks", "/webhooks/" + hook,
		"/dead-letters", "/purchase-orders",
		"/purchase-orders/" + document, "/purchase-orders/" + document + "/document",
	}
	for _, page := range pages {
		if a := rut.open(page); a.status != 200 || strings.Contains(a.body, "<button>Spara") || strings.Contains(a.body, `class="danger`) {
			t.Errorf("a reader's %s is answered %d: %s", page, a.status, a.body)
		}
	}
	changes := []string{
		"/settings", "/settings/catalogue-secret", "/fields", "/fields/new", "/fields/punchout/raise", "/fields/punchout/remove",
		"/customers/-/new", "/customers/-/tick", "/customers/-/import", "/customers/-/import/preview", "/customers/goteborg", "/webhooks", "/webhooks/" + hook, "/webhooks/" + hook + "/secret",
		"/webhooks/" + hook + "/remove", "/dead-letters/deliver", "/purchase-orders/" + document + "/tie",
	}
	settings, customers := g.api(g.shop.key, "GET", "/v1/admin/settings", "").body, g.api(g.shop.key, "GET", "/v1/admin/customers", "").body
	for _, change := range changes {
		if a := rut.submit(change, url.Values{"/name": {"Rut"}, "/label": {"Rut"}}); a.status != 403 {
			t.Errorf("a reader's %s is answered %d: %s", change, a.status, a.body)
		}
		if a := anna.send(http.MethodPost, change, "/name=Anna"); a.status != 403 {
			t.Errorf("%s without the code of the sign-in is answered %d: %s", change, a.status, a.body)
		}
	}
	if g.api(g.shop.key, "GET", "/v1/admin/settings", "").body != settings || g.api(g.shop.key, "GET", "/v1/admin/customers", "").body != customers {
		t.Error("a refused form changed something")
	}

	mine := g.shop
	g.shop = g.newShop("annan")
	theirs := g.atDesk(service, "carl", users.Administrator)
	g.api(g.shop.key, "POST", "/v1/admin/customers", `{"id":"hemlig","name":"Hemlig kund"}`).want(t, 201)
	for _, page := range append(pages, changes...) { // of the first shop, asked for in the second
		if strings.Contains(page, hook) || strings.Contains(page, document) {
			if a := theirs.open(page); a.status != 404 && a.status != 405 {
				t.Errorf("%s of another shop is answered %d: %s", page, a.status, a.body)
			}
			if a := theirs.submit(page, url.Values{"/order": {"x"}, "/url": {"https://e.example.com/"}, "/keep_previous_seconds": {"0"}}); a.status != 404 && a.status != 405 {
				t.Errorf("%s of another shop is changed: %d: %s", page, a.status, a.body)
			}
		}
	}
	g.shop = mine
	if a := anna.open("/customers/hemlig"); a.status != 404 || strings.Contains(a.body, "Hemlig") {
		t.Errorf("another shop's customer is answered %d: %s", a.status, a.body)
	}
	if a := anna.submit("/customers/hemlig", url.Values{"/name": {"Anna"}}); a.status != 404 {
		t.Errorf("another shop's customer is changed: %d", a.status)
	}
	for _, page := range pages {
		if a := theirs.open(page); a.status != 404 { // now in the address of the first shop
			t.Errorf("%s is answered a user of another shop %d", page, a.status)
		}
	}
}

// upload sends a form with a file.
func (u *deskUser) upload(path, file string, values ...string) answer {
	u.g.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	values = append(values, "csrf", u.csrf)
	for i := 0; i < len(values); i += 2 {
		_ = w.WriteField(values[i], values[i+1]) // into memory
	}
	part, err := w.CreateFormFile("file", "kunder.csv")
	if err == nil {
		_, err = part.Write([]byte(file))
	}
	if err = errors.Join(err, w.Close()); err != nil {
		u.g.t.Fatal(err)
	}
	r := request(u.g.t, http.MethodPost, u.g.url+"/admin/shops/"+string(u.g.shop.id)+path, w.FormDataContentType(), b.String())
	r.AddCookie(&http.Cookie{Name: "punchgate", Value: u.token})
	return send(u.g.t, r)
}

func TestATableIsShownBeforeItIsImportedAndNoOtherIs(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	customers := func() string { return g.api(g.shop.key, "GET", "/v1/admin/customers?limit=200", "").body }
	before := customers()
	const small = "Nummer;Namn;punchout\nN-1;Ny kund;ja\nN-2;;\n"
	shown := anna.upload("/customers/-/import/preview", small)
	if shown.status != 200 || !strings.Contains(shown.body, "Ny kund") || customers() != before {
		t.Fatalf("the preview is answered %d: %s", shown.status, shown.body)
	}
	confirm := inputs(t, shown.body, "/customers/-/import")
	for name, spoil := range map[string]func(url.Values){
		"another digest":      func(v url.Values) { v.Set("digest", "x") },
		"no file":             func(v url.Values) { v.Del("packed") },
		"a file that is none": func(v url.Values) { v.Set("packed", "AAAA") },
	} {
		spoilt := url.Values{}
		maps.Copy(spoilt, confirm)
		spoil(spoilt)
		if a := anna.submit("/customers/-/import", spoilt); a.status < 400 || a.status >= 500 || customers() != before {
			t.Errorf("%s is answered %d: %s", name, a.status, a.body)
		}
	}
	if a := anna.submit("/customers/-/import", confirm); a.status != 200 || !strings.Contains(a.body, "Så här blev det") {
		t.Fatalf("the import is answered %d: %s", a.status, a.body)
	}
	if found := g.api(g.shop.key, "GET", "/v1/admin/customers?search=N-1", "").want(t, 200).at("customers").([]any); len(found) != 1 {
		t.Errorf("the import made %v", found)
	}

	// A large file is chosen again, for it would not go into a page.
	var large strings.Builder
	large.WriteString("Nummer;Namn\n")
	for i := range 3000 {
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		fmt.Fprintf(&large, "L-%d;%x\n", i, sum[:16])
	}
	shown = anna.upload("/customers/-/import/preview", large.String())
	digest := inputs(t, shown.body, "/customers/-/import").Get("digest")
	if shown.status != 200 || len(shown.body) > 200_000 || strings.Contains(shown.body, `name="packed"`) || digest == "" {
		t.Fatalf("the preview is answered %d with %d bytes", shown.status, len(shown.body))
	}
	if a := anna.upload("/customers/-/import", small, "digest", digest); a.status != 422 {
		t.Errorf("another file is answered %d: %s", a.status, a.body)
	}
	if a := anna.upload("/customers/-/import", large.String(), "digest", digest); a.status != 200 || !strings.Contains(a.body, "<b>3000</b> nya") {
		t.Errorf("the same file is answered %d: %.2000s", a.status, a.body)
	}
}

func TestWhatIsExportedIsImportedWithoutAChange(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	g.api(g.shop.key, "PUT", "/v1/admin/customers/goteborg", `{"number":"=1+1","name":"Göteborg; \"stad\"","contract_from":"2026-01-01T00:00:00Z",
		"contract_until":"2026-12-31T12:34:56Z","fields":{"punchout":"true"},"buyer":{"name":"B","endpoint":{"scheme":"0088","id":"7381030000004"}}}`).want(t, 200)
	unchanged := func(table answer, preview func(string) int) {
		t.Helper()
		rows := strings.Count(table.body, "\n") - 1
		if n := preview(table.body); table.status != 200 || rows < 2 || n != rows {
			t.Errorf("of %d rows %d are unchanged: %s", rows, n, table.body)
		}
	}
	unchanged(g.api(g.shop.key, "GET", "/v1/admin/customers.csv", ""), func(table string) int {
		preview := g.api(g.shop.key, "POST", "/v1/admin/customers/import/preview", table, "Content-Type", "text/csv").want(t, 200)
		return int(preview.at("counts", "unchanged").(float64))
	})
	unchanged(anna.open("/customers.csv"), func(table string) int {
		_, counted, _ := strings.Cut(anna.upload("/customers/-/import/preview", table).body, `ändras</li><li><b>`)
		counted, _, _ = strings.Cut(counted, "<")
		n, _ := strconv.Atoi(counted)
		return n
	})
	if template := anna.open("/customers/-/template.csv").body; template != "\ufeffId;Nummer;Namn;Aktiv;Avtal från;Avtal till;Köparens namn;Peppol-id;"+
		"Organisationsnummer;Er referens;PunchOut\r\n" {
		t.Errorf("the template is %q", template)
	}
}

func TestABoxIsTickedForManyAndWhatFailsIsSaid(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	if a := anna.submit("/customers/-/tick?q=g&ticked=true", url.Values{"customer": {"goteborg", "none"}, "ticked": {"false"}}); a.status != 200 ||
		!strings.Contains(a.body, "<code>none</code>: det finns ingen sådan kund") {
		t.Errorf("answered %d: %s", a.status, a.body)
	}
	if ticked := g.api(g.shop.key, "GET", "/v1/admin/customers/goteborg", "").want(t, 200).text("fields", "punchout"); ticked != "false" {
		t.Errorf("the box is %s", ticked)
	}
	done := anna.submit("/customers/-/tick?q=g", url.Values{"customer": {"goteborg"}, "ticked": {"true"}})
	if to := done.header.Get("Location"); done.status != http.StatusSeeOther || !strings.HasSuffix(to, "/customers?q=g&done=ticked") {
		t.Errorf("answered %d to %s", done.status, to)
	}
	if a := anna.submit("/customers/-/tick", url.Values{"ticked": {"true"}}); a.status != 422 {
		t.Errorf("nobody chosen is answered %d", a.status)
	}
}
