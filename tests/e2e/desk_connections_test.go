package e2e

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/tenant"
	users "github.com/punchgate/punchgate/domain/user"
)

// everything is a connection of which nothing has its default.
const everything = `{"name":"Allt","customer":"goteborg","format":"cxml-1.2","active":false,"test_mode":true,
	"options":{"encoding":"urlencoded","description_bytes":40,"hidden_fields":{"a":"b"}},
	"mapping":{"version":1,"lines":{"extrinsics.x":{"value":"1"}}},"buyer_system":"coupa",
	"login":{"method":"post","names":{"user":"u","password":"p","return_url":"r","customer":"c","session":"s"},"user":"stad","customer":"4711",
		"from":[{"domain":"DUNS","id":"1"},{"domain":"NetworkID","id":"2"}],"to":[{"domain":"DUNS","id":"3"}],"sender":[{"domain":"DUNS","id":"4"}]},
	"return":{"from_call":true,"hosts":["*.example.com","b.example.com:8443"],"fixed":"https://b.example.com/r","form_action":["https://l.example.com"],
		"frame_ancestors":["https://f.example.com"],"transfer":"push"},
	"ordering":{"format":"cxml-1.2","options":{"dtd_version":"1.2.040"},"login":"bearer","policy":{"quantity":"confirm","unit_price":"reject"},
		"answer_url":"https://b.example.com/answers","answer_user":"papper"},
	"seller":{"name":"S","reference":"r","endpoint":{"scheme":"0088","id":"7300010000001"},"identifier":{"scheme":"0007","id":"5560000001"}},
	"buyer":{"name":"B","reference":"q","endpoint":{"scheme":"0088","id":"7381030000004"},"identifier":{"scheme":"0007","id":"2120001355"}},
	"highest_value":{"value":"100.50","currency":"SEK"},"late_completion":true,"complete_by_get":true}`

func TestAConnectionThatIsSavedByItsPagesLosesNothing(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	for what, body := range map[string]string{
		"with everything set": everything,
		"with options that are hard to show": `{"name":"OCI","customer":"goteborg","format":"oci-5","login":{"user":"stad"},"return":{"fixed":"https://b.example.com/r"},
			"options":{"functions":[],"units":{"EA":"PCE","C62":"ST"},"manufacturers":{"A = B":"AB"},"cust_fields":{"CUST_FIELD1":{"value":"1"}},"matgroup":true,
			"decimal_comma":false,"hidden_fields":{"tom":"","rad":"en\ntvå"},"extra_fields":{"KUND":" x"}},"mapping":null}`,
		"with defaults, and a name that pages have, too": `{"id":"new","name":"Enkel","customer":"goteborg","format":"oci-4","login":{"user":"stad"},"return":{"fixed":"https://b.example.com/r"}}`,
	} {
		made := g.api(g.shop.key, "POST", "/v1/admin/connections", body).want(t, 201)
		api, path := "/v1/admin/connections/"+made.text("id"), "/connections/"+made.text("id")
		before := g.api(g.shop.key, "GET", api, "").body
		for _, tab := range []string{"", "/mapping"} {
			form := inputs(t, anna.open(path+tab).body, "")
			if len(form) < 3 {
				t.Fatalf("%s: the form of %s has %v", what, tab, form)
			}
			if saved := anna.submit(path+tab, form); saved.status != http.StatusSeeOther {
				t.Fatalf("%s: %s is answered %d: %s", what, tab, saved.status, saved.body)
			}
			if after := g.api(g.shop.key, "GET", api, "").body; after != before {
				t.Errorf("%s: saving %s as it was makes of\n%s\n%s", what, tab, before, after)
			}
		}
	}
}

func TestAConnectionIsMadeByAFormThatIsFilledInLittle(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	for format, want := range map[string]struct{ user, from string }{
		"oci-4": {"papper", ""}, "peppol-bis-punchout-3": {"papper", ""}, "proceedo-cxml": {"papper", ""},
		"cxml-1.2": {"", "map[domain:GLN id:7381030000004]"},
	} {
		form := inputs(t, anna.open("/connections/-/new?customer=goteborg").body, "")
		form.Set("/format", format)
		form.Set("/return/hosts", "buyer.example.com\n")
		form.Set("link", "true")
		made := anna.submit("/connections/-/new", form)
		if made.status != http.StatusOK || !strings.Contains(made.body, `id="made"`) || !strings.Contains(made.body, g.url+"/punchout/papper.") {
			t.Fatalf("%s: answered %d without secret or link: %s", format, made.status, made.body)
		}
		found := g.api(g.shop.key, "GET", "/v1/admin/connections/"+form.Get("/id"), "").want(t, 200)
		if from, _ := found.at("login", "from").([]any); found.text("login", "user") != want.user || (want.from != "") != (len(from) > 0) {
			t.Errorf("%s: the login is %v", format, found.at("login"))
		}
		// Sent again it leads to what it made.
		if again := anna.submit("/connections/-/new", form); again.status != http.StatusSeeOther {
			t.Errorf("%s: sent again, the form is answered %d: %s", format, again.status, again.body)
		}
	}
	// The secret that was shown opens a visit.
	form := inputs(t, anna.open("/connections/-/new?customer=goteborg").body, "")
	form.Set("/format", "oci-5")
	form.Set("/return/hosts", "buyer.example.com")
	form.Set("/login/user", user)
	form.Set("/secret", password)
	made := anna.submit("/connections/-/new", form)
	if strings.Contains(made.body, password) {
		t.Error("a secret that somebody chose is shown")
	}
	_, link, _ := strings.Cut(made.body, `<code id="link">`)
	link, _, _ = strings.Cut(link, "<")
	if session := g.punchOut(link); session == "" {
		t.Error("no session")
	}
}

func TestPagesOfConnectionsShowNobodyWhatIsNotTheirs(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	rut := g.atDesk(service, "rut", users.Reader)
	_, mine := g.connect("oci-4", func(p *connection.Profile) { p.Name = "Papper" })
	papper := g.shop
	g.shop = g.newShop("annan")
	_, theirs := g.connect("oci-4", func(p *connection.Profile) { p.Name = "hemlig" })
	link := must(t)(g.admin.CreateLink(t.Context(), g.shop.id, theirs)).(*connection.Link)
	g.shop = papper
	pages := []string{"", "/links", "/secrets", "/mapping", "/handover"}
	for _, page := range pages {
		if a := anna.open("/connections/" + string(theirs) + page); a.status != 404 || strings.Contains(a.body, "hemlig") {
			t.Errorf("another shop's %s is answered %d: %s", page, a.status, a.body)
		}
		if a := rut.open("/connections/" + string(mine) + page); a.status != 200 {
			t.Errorf("a reader's %s is answered %d", page, a.status)
		}
		if a := anna.send(http.MethodPost, "/connections/"+string(mine)+page, ""); a.status != 403 && page != "/handover" {
			t.Errorf("%s without the code of the sign-in is answered %d", page, a.status)
		}
	}
	if a := anna.submit("/links/"+string(link.Snapshot().ID)+"/revoke", url.Values{}); a.status != 404 {
		t.Errorf("another shop's link is revoked: %d", a.status)
	}
	for _, path := range []string{
		"/connections/-/new", "/connections/" + string(mine), "/connections/" + string(mine) + "/links", "/connections/" + string(mine) + "/secrets",
		"/connections/" + string(mine) + "/mapping",
		"/connections/" + string(mine) + "/answer-secret", "/links", "/links/" + string(link.Snapshot().ID) + "/revoke",
	} {
		if a := rut.submit(path, url.Values{"/name": {"Ruts"}, "/secret": {"hemligt lösenord"}}); a.status != 403 {
			t.Errorf("a reader's change of %s is answered %d: %s", path, a.status, a.body)
		}
	}
	if links, err := g.admin.Links(t.Context(), g.shop.id, mine); err != nil || len(links) != 1 {
		t.Errorf("%d links, %v", len(links), err)
	}
}

func TestASecretThatIsReplacedStaysGoodForAWhileAndIsShownOnce(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	link, id := g.connect("oci-4", nil)
	path := "/connections/" + string(id) + "/secrets"
	if a := anna.submit(path, url.Values{"/secret": {"kort"}, "/keep_previous_days": {"7"}}); a.status != 422 || !strings.Contains(a.body, `id="f-secret-wrong"`) {
		t.Errorf("a short secret is answered %d", a.status)
	}
	if a := anna.submit(path, url.Values{"/secret": {""}, "/keep_previous_days": {"31"}}); a.status != 422 {
		t.Errorf("31 days are answered %d", a.status)
	}
	made := anna.submit(path, inputs(t, anna.open(path).body, "/secrets")) // as it stands on the page: generated, with a week to change over
	_, shown, found := strings.Cut(made.body, `<pre id="made">`)
	shown, _, _ = strings.Cut(shown, "<")
	if made.status != 200 || !found {
		t.Fatalf("answered %d: %s", made.status, made.body)
	}
	if again := anna.open(path); strings.Contains(again.body, shown) {
		t.Error("the secret is shown again")
	}
	login := startCall()
	if session := g.punchOut(link); session == "" {
		t.Error("the secret until now is no longer good")
	}
	login.Set("PASSWORD", shown)
	if session := g.exchange(postForm(t, link, login)); session == "" {
		t.Error("the new secret is not good")
	}
	anna.submit(path, url.Values{"/secret": {"ett annat lösenord"}, "/keep_previous_days": {"0"}})
	if a := postForm(t, link, login); a.status != 401 {
		t.Errorf("a secret that ended at once is answered %d", a.status)
	}
}

func TestAMappingIsSavedWithItsOptionsOrShownOrRefused(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	_, id := g.connect("oci-4", nil)
	path, api := "/connections/"+string(id)+"/mapping", "/v1/admin/connections/"+string(id)
	page := anna.open(path)
	if !strings.Contains(page.body, "NEW_ITEM-UNIT[1]=EA") {
		t.Errorf("the page shows no sample: %s", page.body)
	}
	form := inputs(t, page.body, "")
	form.Set("/options/units", "EA = PCE\n")
	form.Set("/options/matgroup", "true")
	form.Set("/mapping", "{\"version\": 1,\n\"lines\": {\"name\": {\"value\": \"Papper\"}}}")
	form.Set("preview", "true")
	if shown := anna.submit(path, form); shown.status != 200 || !strings.Contains(shown.body, "NEW_ITEM-UNIT[1]=PCE") || !strings.Contains(shown.body, "NEW_ITEM-DESCRIPTION[1]=Papper") {
		t.Errorf("the preview is answered %d: %s", shown.status, shown.body)
	}
	if stored := g.api(g.shop.key, "GET", api, "").want(t, 200); stored.at("options") != nil || stored.at("mapping") != nil {
		t.Errorf("the preview has stored %v", stored)
	}
	form.Del("preview")
	if saved := anna.submit(path, form); saved.status != http.StatusSeeOther {
		t.Fatalf("saving is answered %d: %s", saved.status, saved.body)
	}
	stored := g.api(g.shop.key, "GET", api, "").want(t, 200)
	if stored.text("options", "units", "EA") != "PCE" || stored.at("options", "matgroup") != true || stored.text("mapping", "lines", "name", "value") != "Papper" {
		t.Errorf("stored is %v", stored)
	}
	for what, c := range map[string]struct{ pointer, value, says string }{
		"JSON that is broken":         {"/mapping", "{\n\n\"version\": }", "är inte JSON på rad 3"},
		"a target that there is not":  {"/mapping", "{\"version\": 1,\n\"lines\": {\"nope\": \"line.sku\"}}", "/mapping/lines/nope: rad 2, kolumn 11: målet \"nope\" finns inte"},
		"a unit that there is not":    {"/options/units", "piece = PCE", "/options/units/piece: är ingen enhet i UN/ECE-rekommendation 20"},
		"a line without =":            {"/options/units", "EA PCE", "varje rad måste ha ett namn, = och ett värde"},
		"a cart that is broken":       {"cart", "{", "fcart-wrong"},
		"an option that is not there": {"/options/charset", "ASCII", "måste vara något av UTF-8, ISO-8859-1"},
	} {
		wrong := inputs(t, anna.open(path).body, "")
		wrong.Set(c.pointer, c.value)
		if a := anna.submit(path, wrong); a.status != 422 || !strings.Contains(html.UnescapeString(a.body), c.says) {
			t.Errorf("%s is answered %d without %q: %s", what, a.status, c.says, a.body)
		}
	}
}

func TestEachExampleOfAMappingIsOneInEachFormat(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	for _, format := range []string{"cxml-1.2", "oci-3", "oci-4", "oci-5", "peppol-bis-punchout-3", "proceedo-cxml"} {
		_, id := g.connect(format, nil)
		path := "/connections/" + string(id) + "/mapping"
		page := anna.open(path).body
		examples := strings.Split(page, `<pre id="example-`)[1:]
		if len(examples) < 3 {
			t.Fatalf("%d examples", len(examples))
		}
		for _, example := range examples {
			_, text, _ := strings.Cut(example, ">")
			text, _, _ = strings.Cut(text, "</pre>")
			form := inputs(t, page, "")
			form.Set("/mapping", html.UnescapeString(text))
			form.Set("preview", "true")
			if shown := anna.submit(path, form); shown.status != http.StatusOK {
				t.Errorf("%s: an example is answered %d: %s", format, shown.status, text)
			}
		}
	}
}

func TestTwoWhoChangeAConnectionDoNotOverwriteEachOtherUnseen(t *testing.T) {
	g, service := withUsers(t)
	anna, erik := g.atDesk(service, "anna", users.Administrator), g.atDesk(service, "erik", users.Administrator)
	_, id := g.connect("oci-4", nil)
	path, api := "/connections/"+string(id), "/v1/admin/connections/"+string(id)
	first, second := inputs(t, anna.open(path).body, ""), inputs(t, erik.open(path).body, "")
	mapping := inputs(t, erik.open(path+"/mapping").body, "")
	first.Set("/name", "Annas namn")
	second.Set("/login/user", "erik")
	mapping.Set("/options/vendor", "1234")
	if saved := anna.submit(path, first); saved.status != http.StatusSeeOther {
		t.Fatalf("the first is answered %d", saved.status)
	}
	lost := erik.submit(path, second)
	if lost.status != http.StatusPreconditionFailed || !strings.Contains(lost.body, "Sparat nu: Annas namn") || !strings.Contains(lost.body, `value="erik"`) {
		t.Errorf("the second is answered %d: %s", lost.status, lost.body)
	}
	if lost := erik.submit(path+"/mapping", mapping); lost.status != http.StatusPreconditionFailed || !strings.Contains(lost.body, `value="1234"`) {
		t.Errorf("the mapping is answered %d: %s", lost.status, lost.body)
	}
	if stored := g.api(g.shop.key, "GET", api, "").want(t, 200); stored.text("name") != "Annas namn" || stored.text("login", "user") == "erik" {
		t.Errorf("stored is %v", stored)
	}
	seen := inputs(t, lost.body, "")
	seen.Set("/name", "Annas namn")
	if saved := erik.submit(path, seen); saved.status != http.StatusSeeOther {
		t.Errorf("once seen it is answered %d: %s", saved.status, saved.body)
	}
	if stored := g.api(g.shop.key, "GET", api, "").want(t, 200); stored.text("name") != "Annas namn" || stored.text("login", "user") != "erik" {
		t.Errorf("stored is %v", stored)
	}
}

// samples are the texts in frames of their own on a page.
func samples(page string) (all []string) {
	for _, part := range strings.Split(page, "<pre")[1:] {
		_, text, _ := strings.Cut(part, ">")
		text, _, _ = strings.Cut(text, "</pre>")
		all = append(all, html.UnescapeString(text))
	}
	return all
}

func TestWhatIsHandedToAProcurementTeamWorksAsItStands(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	own := connection.Names{User: "who", Password: "it's", ReturnURL: "back", Customer: "org", Session: "ref"}
	identities := func(p *connection.Profile) {
		p.Login.From = []connection.Identity{{Domain: "DUNS", ID: "1"}}
		p.Login.To, p.Login.Sender = []connection.Identity{{Domain: "DUNS", ID: "2"}}, []connection.Identity{{Domain: "NetworkID", ID: "3"}}
	}
	for what, c := range map[string]struct {
		format         string
		form, document bool
		change         func(*connection.Profile)
	}{
		"OCI": {"oci-4", true, false, nil},
		"Peppol by GET with names of own": {"peppol-bis-punchout-3", true, false, func(p *connection.Profile) {
			p.Login.Names, p.Login.Method, p.Login.Customer = own, connection.Get, "4711"
		}},
		"Proceedo by form and by document": {"proceedo-cxml", true, true, identities},
		"cXML with orders":                 {"cxml-1.2", false, true, orders("cxml-1.2", func(p *connection.Profile) { identities(p); p.Login.User = "" })},
		"OCI with Peppol orders":           {"oci-5", true, false, orders("peppol-bis-ordering-3", func(*connection.Profile) {})},
		"OCI with a fixed return address": {"oci-3", true, false, func(p *connection.Profile) {
			p.Return = connection.Return{Fixed: "https://b.example.com/r", Transfer: connection.Browser}
		}},
	} {
		link, id := g.connect(c.format, c.change)
		for lang, secretOf := range map[string]string{"sv": "LOSENORDET", "en": "THE-SECRET"} {
			sheet := anna.open("/connections/" + string(id) + "/handover?in=" + lang)
			if sheet.status != 200 || !strings.Contains(sheet.body, link) || strings.Contains(sheet.body, password) {
				t.Fatalf("%s: the sheet is answered %d, or has a secret: %s", what, sheet.status, sheet.body)
			}
			byForm, byDocument, pinged := 0, 0, 0
			for _, sample := range samples(sheet.body) {
				sample = strings.ReplaceAll(sample, secretOf, password)
				switch {
				case strings.HasPrefix(sample, "<form"):
					f := readForm(t, sample)
					a := postForm(t, f.action, f.fields)
					if f.method == "get" {
						a = get(t, f.action+"?"+f.fields.Encode())
					}
					if byForm++; a.status != http.StatusSeeOther {
						t.Errorf("%s: the sample form is answered %d: %s", what, a.status, a.body)
					}
				case strings.Contains(sample, "<PunchOutSetupRequest"):
					a := send(t, request(t, http.MethodPost, link, "text/xml", sample))
					if byDocument++; !strings.Contains(a.body, `code="200"`) || !strings.Contains(a.body, "StartPage") {
						t.Errorf("%s: the sample document is answered %s", what, a.body)
					}
				case strings.Contains(sample, "/complete'"):
					values := url.Values{}
					for _, field := range strings.Split(sample, "--data-urlencode '")[1:] {
						field = strings.ReplaceAll(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(strings.TrimSuffix(field, "\\\n  ")), "\\"), "'"), `'\''`, "'")
						name, value, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(field), "'"), "=")
						values.Set(name, value)
					}
					if a := postForm(t, link+"/complete", values); a.status != http.StatusNotFound { // the cart is invented
						t.Errorf("%s: the sample ping %v is answered %d: %s", what, values, a.status, a.body)
					}
					pinged++
				}
			}
			if (byForm == 1) != c.form || (byDocument == 1) != c.document || pinged != 1 {
				t.Errorf("%s: %d forms, %d documents, %d pings: %s", what, byForm, byDocument, pinged, sheet.body)
			}
		}
	}
}

func TestAConnectionIsMadeForOneOfManyCustomers(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	for i := range 201 {
		p := customer.Profile{Number: fmt.Sprintf("N%03d", i), Name: fmt.Sprintf("Kommun %03d", i), Active: true}
		must(t)(g.admin.CreateCustomer(t.Context(), g.shop.id, customer.ID(fmt.Sprintf("kommun-%03d", i)), p))
	}
	page := anna.open("/connections/-/new").body
	if !strings.Contains(page, `list="customers"`) || strings.Count(page, "<option value=\"kommun-") > 200 {
		t.Error("the page offers no suggestions, or too many")
	}
	for named, want := range map[string]string{"N200": "kommun-200", "kommun 199": "kommun-199", "kommun-198": "kommun-198", "kommun 19": "", "ingen": ""} {
		form := inputs(t, anna.open("/connections/-/new").body, "")
		form.Set("/customer", named)
		form.Set("/format", "oci-4")
		form.Set("/return/hosts", "buyer.example.com")
		made := anna.submit("/connections/-/new", form)
		if want == "" {
			if made.status != 422 || !strings.Contains(made.body, `<div class="field wrong">`) || !strings.Contains(made.body, named) {
				t.Errorf("%s is answered %d: %s", named, made.status, made.body)
			}
			continue
		}
		stored := g.api(g.shop.key, "GET", "/v1/admin/connections/"+form.Get("/id"), "").want(t, 200)
		if stored.text("customer") != want {
			t.Errorf("%s is %s", named, stored.text("customer"))
		}
	}
	for query, want := range map[string]string{"customer=N200": ">Kommun 200, SAP OCI 4.0<", "name=kommun+199": ">Kommun 199, SAP OCI 4.0<", "customer=kommun": "Vilken kund?", "customer=ingen": "Ingen kund heter"} {
		if found := anna.open("/connections?" + query).body; !strings.Contains(found, want) {
			t.Errorf("%s does not find %s: %s", query, want, found)
		}
	}
}

func TestTheSecretForAnswersAndLinksOfANetworkAreSetOnPages(t *testing.T) {
	g, service := withUsers(t)
	anna := g.atDesk(service, "anna", users.Administrator)
	_, id := g.connect("oci-4", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = "https://buyer.example.com/answers" }))
	path := "/connections/" + string(id)
	form := inputs(t, anna.open(path+"/secrets").body, "/answer-secret")
	for _, c := range []struct {
		secret string
		status int
		sealed bool
	}{{"hemligt", http.StatusSeeOther, true}, {strings.Repeat("x", 1025), 422, true}, {"", http.StatusSeeOther, false}} {
		form.Set("/answer_secret", c.secret)
		a := anna.submit(path+"/answer-secret", form)
		if a.status != c.status || c.status == 422 && !strings.Contains(a.body, `<div class="field wrong">`) {
			t.Errorf("%d characters are answered %d: %s", len(c.secret), a.status, a.body)
		}
		stored := must(t)(g.admin.Connection(t.Context(), g.shop.id, id)).(*connection.Connection)
		if (stored.AnswerSecret() != "") != c.sealed || strings.Contains(stored.AnswerSecret(), "hemligt") {
			t.Errorf("after %d characters %q is kept", len(c.secret), stored.AnswerSecret())
		}
	}

	if a := anna.submit("/links", url.Values{}); a.status != http.StatusSeeOther {
		t.Fatalf("a link of the network is answered %d: %s", a.status, a.body)
	}
	links, err := g.admin.NetworkLinks(t.Context(), g.shop.id)
	if err != nil || len(links) != 1 || !strings.Contains(anna.open("/links").body, links[0].Address()) {
		t.Fatalf("%d links, %v", len(links), err)
	}
	if a := anna.submit("/links/"+string(links[0].Snapshot().ID)+"/revoke", url.Values{}); a.status != http.StatusSeeOther || !strings.HasSuffix(a.header.Get("Location"), "/links?done=revoked") {
		t.Errorf("revoking it is answered %d to %s", a.status, a.header.Get("Location"))
	}
	if links, err = g.admin.NetworkLinks(t.Context(), g.shop.id); err != nil || links[0].Check() == nil {
		t.Errorf("it is still good: %v", err)
	}
}

func TestANewConnectionOfAShopWithoutCustomersLeadsToTheFirstOne(t *testing.T) {
	g, service := withUsers(t)
	newUser(t, service, tenant.Platform, "olle", users.Platform)
	olle := g.operator().signIn("olle")
	if made := olle.send("/admin/shops", "/name", "Ny butik", "/id", "ny"); made.status != http.StatusSeeOther {
		t.Fatalf("the shop is answered %d: %s", made.status, made.body)
	}
	const first = "The shop has no customer yet."
	if page := olle.get("/admin/shops/ny/connections/-/new").body; !strings.Contains(page, first) || !strings.Contains(page, "/admin/shops/ny/customers/-/new") {
		t.Errorf("it is answered %s", page)
	}
	olle.send("/admin/shops/ny/customers/-/new", "/name", "Göteborgs stad")
	if page := olle.get("/admin/shops/ny/connections/-/new").body; strings.Contains(page, first) {
		t.Error("a shop with a customer has none")
	}
}
