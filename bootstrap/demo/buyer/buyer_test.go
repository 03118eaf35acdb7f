package buyer_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/punchgate/punchgate/bootstrap/demo/buyer"
)

const base = "http://buyer.example.com"

// gateway is a small stand-in for the link of a connection: start call by document, and ping.
type gateway struct {
	*httptest.Server
	mu          sync.Mutex
	startAnswer string
	started     string
	pings       []string
	pingStatus  int
	pingAnswer  string
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{pingStatus: 200, pingAnswer: `{"order":{"number":"P100042","status":"confirmed"}}`}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /punchout/{link}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.started = r.Header.Get("Content-Type") + "\n" + string(body)
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, g.startAnswer)
	})
	mux.HandleFunc("POST /punchout/{link}/complete", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.pings = append(g.pings, r.PathValue("link")+" "+string(body))
		w.WriteHeader(g.pingStatus)
		io.WriteString(w, g.pingAnswer)
	})
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

type browser struct {
	t       *testing.T
	handler http.Handler
}

func open(t *testing.T, g *gateway) *browser {
	t.Helper()
	return &browser{t, buyer.New(buyer.Config{
		BaseURL: base + "/",
		Log:     slog.New(slog.DiscardHandler),
		Connections: []buyer.Connection{
			{
				Name: "Papper och Penna, OCI", Format: "oci-5", LinkURL: g.URL + "/punchout/L1", Method: "GET",
				Login: map[string]string{"USERNAME": "goteborg", "PASSWORD": "hemligt & \"svårt\"", "HOOK_URL": "replaced", "~OkCode": "ADDI"},
			},
			{
				Name: "Papper och Penna, OCI med frågor", Format: "oci-4", LinkURL: g.URL + "/punchout/L4", Functions: true,
				Login: map[string]string{"USERNAME": "goteborg", "PASSWORD": "hemligt", "HOOK_URL": "replaced"},
			},
			{
				Name: "Papper och Penna, Peppol", Format: "peppol-bis-punchout-3", LinkURL: g.URL + "/punchout/L2",
				Login:       map[string]string{"user": "goteborg", "password": "hemligt", "return_url": "replaced"},
				ReturnParam: "return_url", UserParam: "user", PasswordParam: "password",
			},
			{
				Name: "Papper och Penna, cXML", Format: "cxml-1.2", LinkURL: g.URL + "/punchout/L3",
				Credentials: buyer.Credentials{
					FromDomain: "NetworkID", FromIdentity: "goteborg", ToDomain: "DUNS", ToIdentity: "<papper>",
					SenderDomain: "NetworkID", SenderIdentity: "goteborg", SharedSecret: "hemligt",
				},
			},
		},
	})}
}

type page struct {
	status   int
	location string
	text     string
	header   http.Header
}

func (b *browser) do(method, address, mediaType, body string) page {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(body))
	r.Header.Set("Accept-Language", "sv")
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	if got := w.Header().Values("Set-Cookie"); len(got) > 0 {
		b.t.Errorf("%s %s sets the cookies %v", method, address, got)
	}
	return page{w.Code, w.Header().Get("Location"), html.UnescapeString(w.Body.String()), w.Header()}
}

func (b *browser) get(address string) page { b.t.Helper(); return b.do("GET", address, "", "") }

func (b *browser) post(address string, fields ...string) page {
	b.t.Helper()
	var form []string
	for i := 0; i < len(fields); i += 2 {
		form = append(form, url.QueryEscape(fields[i])+"="+url.QueryEscape(fields[i+1]))
	}
	return b.do("POST", address, "application/x-www-form-urlencoded", strings.Join(form, "&"))
}

// brought posts a cart to a return address and returns the address of the visit's page.
func (b *browser) brought(p page) string {
	b.t.Helper()
	if p.status != http.StatusSeeOther || !strings.HasPrefix(p.location, "/visits/") {
		b.t.Fatalf("the cart was not received: %d %s\n%s", p.status, p.location, p.text)
	}
	return p.location
}

func (p page) shows(t *testing.T, what ...string) {
	t.Helper()
	for _, w := range what {
		if !strings.Contains(p.text, w) {
			t.Errorf("the page does not show %q:\n%s", w, p.text)
		}
	}
}

func (p page) hides(t *testing.T, what ...string) {
	t.Helper()
	for _, w := range what {
		if strings.Contains(p.text, w) {
			t.Errorf("the page shows %q:\n%s", w, p.text)
		}
	}
}

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func inBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

var oci = []string{
	"NEW_ITEM-DESCRIPTION[1]", "Kopieringspapper A4 80 g", "NEW_ITEM-QUANTITY[1]", "2.000", "NEW_ITEM-UNIT[1]", "EA", "NEW_ITEM-PRICE[1]", "125.000",
	"NEW_ITEM-PRICEUNIT[1]", "1", "NEW_ITEM-CURRENCY[1]", "SEK", "NEW_ITEM-VENDORMAT[1]", "4711", "NEW_ITEM-EXT_QUOTE_ID[1]", "C-3",
	"NEW_ITEM-EXT_SCHEMA_TYPE[1]", "UNSPSC", "NEW_ITEM-EXT_CATEGORY_ID[1]", "14111507", "NEW_ITEM-LONGTEXT_1:132[]", "500 ark",
	"NEW_ITEM-DESCRIPTION[2]", "Kuvert C5 vitt", "NEW_ITEM-QUANTITY[2]", "250.000", "NEW_ITEM-UNIT[2]", "EA", "NEW_ITEM-PRICE[2]", "84.500",
	"NEW_ITEM-PRICEUNIT[2]", "100", "NEW_ITEM-CURRENCY[2]", "SEK", "NEW_ITEM-VENDORMAT[2]", "4720", "NEW_ITEM-EXT_QUOTE_ID[2]", "C-3",
	"NEW_ITEM-EXT_CATEGORY_ID[2]", "44121506", "~OkCode", "ADDI",
}

func TestStartPageHoldsTheLoginForms(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	p := b.get("/")
	if p.status != 200 {
		t.Fatalf("the start page answers %d", p.status)
	}
	p.shows(t, "Papper och Penna, OCI", "Papper och Penna, Peppol", "Papper och Penna, cXML", "Ingen varukorg har kommit tillbaka än",
		`<form method="GET" action="`+g.URL+`/punchout/L1"`, `<form method="POST" action="`+g.URL+`/punchout/L2"`,
		`name="PASSWORD" value="hemligt & "svårt""`, `name="~OkCode" value="ADDI"`, `<form method="post" action="/start/cxml-1.2"`)
	p.hides(t, "replaced", "<script")
	hooks := regexp.MustCompile(`name="(HOOK_URL|return_url)" value="`+base+`/return/(oci-5|peppol-bis-punchout-3)~[a-z0-9]{26}"`).FindAllString(p.text, -1)
	again := b.get("/").text
	if len(hooks) != 2 || strings.Contains(again, hooks[0]) || strings.Contains(again, hooks[1]) {
		t.Errorf("the return addresses are not of one visit each: %q", hooks)
	}
	if strings.Count(p.text, `hemligt & "svårt"`) != 1 {
		t.Error("the password is shown")
	}
	b.get("/?lang=en").shows(t, "Suppliers", `/return/oci-5~`, `?lang=en"`)
	policy := p.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "form-action") {
		t.Errorf("the content security policy is %q", policy)
	}
}

func TestCartsOfEveryFormatAreRead(t *testing.T) {
	poom, ubl := document(t, "cart.cxml"), document(t, "cart.ubl.xml")
	paper := []string{"Kopieringspapper A4 80 g", "4711", "14111507", "2 EA", "125,00\u00a0kr", "250,00\u00a0kr"}
	envelope := []string{"Kuvert C5 & åäö", "4720", "44121506", "250 EA", "84,50\u00a0kr", "/ 100 EA", "211,25\u00a0kr", "461,25\u00a0kr"}
	cases := map[string]struct {
		visit  string
		fields []string
		shows  []string
	}{
		"cXML in Base64":          {"cxml-1.2~x1", []string{"cxml-base64", inBase64(poom)}, append(envelope, "C-1", "goteborg", "papper", "Test", "cXML PunchOutOrderMessage")},
		"cXML as it is":           {"cxml-1.2~x2", []string{"cXML-urlencoded", poom}, append(envelope, "C-1")},
		"cXML in broken lines":    {"cxml-1.2~x3", []string{"cxml-base64", inBase64(poom)[:76] + "\r\n" + inBase64(poom)[76:]}, append(paper, "C-1")},
		"cXML in ISO-8859-1":      {"cxml-1.2~x4", []string{"cxml-base64", inBase64(latin1(t, poom))}, append(envelope, "C-1")},
		"Peppol in Base64":        {"peppol-bis-punchout-3~x5", []string{"catalogue", inBase64("\ufeff" + ubl), "session", "4711"}, append(envelope, "C-2", "Göteborgs stad", "Papper och Penna AB")},
		"Peppol at a fixed place": {"peppol-bis-punchout-3", []string{"catalogue", inBase64(ubl)}, append(paper, "C-2")},
		"OCI":                     {"oci-5~x6", oci, append(paper, "C-3", "Kuvert C5 vitt", "461,25\u00a0kr", "NEW_ITEM-LONGTEXT_1:132[]", "500 ark")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := open(t, startGateway(t))
			address := b.brought(b.post("/return/"+c.visit, c.fields...))
			p := b.get(address)
			p.shows(t, c.shows...)
			p.shows(t, "Lägg order", c.fields[0])
			p.hides(t, "Oläsbar", "Avbruten")
			b.get("/").shows(t, address, "Varukorg mottagen", "461,25\u00a0kr")
			b.get(address+"?lang=en").shows(t, `<html lang="en"`, "Place order", "SEK\u00a0461.25", address+"/order?lang=en")
		})
	}
}

func latin1(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	for _, r := range strings.Replace(text, "UTF-8", "ISO-8859-1", 1) {
		if r > 0xFF {
			t.Fatalf("%q is not in ISO-8859-1", r)
		}
		out.WriteByte(byte(r))
	}
	return out.String()
}

func TestFormsAreReadAsTheyCome(t *testing.T) {
	b := open(t, startGateway(t))
	// By GET; in ISO-8859-1; and with a field that was split off the return address.
	byGet := b.brought(b.get("/return/oci-5~a?lang=en&NEW_ITEM-DESCRIPTION[1]=P%E4rm&NEW_ITEM-QUANTITY[1]=1&NEW_ITEM-PRICE[1]=32.50&NEW_ITEM-CURRENCY[1]=SEK"))
	if byGet != "/visits/oci-5~a?lang=en" {
		t.Errorf("the visit is %s", byGet)
	}
	b.get(byGet).shows(t, "Pärm", "SEK\u00a032.50", "no id")

	many := make([]string, 0, 40_000)
	for i := range 5000 {
		many = append(many, fmt.Sprintf("NEW_ITEM-DESCRIPTION[%d]", i+1), fmt.Sprint("Artikel ", i+1), fmt.Sprintf("NEW_ITEM-QUANTITY[%d]", i+1), "1",
			fmt.Sprintf("NEW_ITEM-PRICE[%d]", i+1), "1", fmt.Sprintf("NEW_ITEM-CURRENCY[%d]", i+1), "SEK")
	}
	large := b.get(b.brought(b.post("/return/oci-5~b", many...)))
	large.shows(t, "Artikel 5000", "5\u00a0000,00\u00a0kr", ">20000<", "…")
	large.hides(t, "NEW_ITEM-DESCRIPTION[5000]")

	if p := b.do("POST", "/return/oci-5~c", "application/json", `{}`); p.status != 400 {
		t.Errorf("a body of JSON is answered by %d", p.status)
	}
	if p := b.do("POST", "/return/oci-5~c", "application/x-www-form-urlencoded", "a=%zz"); p.status != 400 {
		t.Errorf("a broken form is answered by %d", p.status)
	}
	if p := b.do("POST", "/return/oci-5~c", "application/x-www-form-urlencoded", "a="+strings.Repeat("x", 33<<20)); p.status != 413 {
		t.Errorf("a form of 33 MiB is answered by %d", p.status)
	}
	for _, unknown := range []string{"/return/oci-9~a", "/visits/oci-5~c", "/nowhere"} {
		if p := b.post(unknown); p.status != 404 && p.status != 405 {
			t.Errorf("%s is answered by %d", unknown, p.status)
		}
	}
}

func TestReturnWithoutACartIsACancelledVisit(t *testing.T) {
	cases := map[string]struct {
		visit  string
		fields []string
	}{
		"an empty form":              {"peppol-bis-punchout-3~a", nil},
		"an OCI form without a line": {"oci-5~a", []string{"~OkCode", "ADDI"}},
		"a cXML message of status 204": {"cxml-1.2~a", []string{"cxml-base64", inBase64(
			`<cXML><Message><Status code="204" text="No Content"/><PunchOutOrderMessage><BuyerCookie>x</BuyerCookie>` +
				`<PunchOutOrderMessageHeader operationAllowed="create"><Total><Money currency="SEK">0</Money></Total></PunchOutOrderMessageHeader>` +
				`</PunchOutOrderMessage></Message></cXML>`)}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := open(t, startGateway(t))
			address := b.brought(b.post("/return/"+c.visit, c.fields...))
			p := b.get(address)
			p.shows(t, "Besöket avbröts", "Avbruten")
			p.hides(t, "Lägg order", address+"/order")
			b.get("/").shows(t, "Avbruten")
			if p := b.post(address + "/order"); p.status != 404 {
				t.Errorf("a cancelled visit is ordered: %d", p.status)
			}
		})
	}
}

func TestUnreadableDocumentsAreShownAsTheyAre(t *testing.T) {
	cases := map[string]struct{ text, why string }{
		"broken XML":          {`<cXML><Message>`, "unexpected EOF"},
		"another document":    {`<Invoice><ID>1</ID></Invoice>`, "Invoice, which is no cart"},
		"cXML without a cart": {`<cXML><Request/></cXML>`, "has no PunchOutOrderMessage"},
		"a price in words": {
			`<Catalogue><ID>C</ID><CatalogueLine><RequiredItemLocationQuantity><Price><PriceAmount currencyID="SEK">tolv</PriceAmount></Price>` +
				`</RequiredItemLocationQuantity></CatalogueLine></Catalogue>`, `PriceAmount "tolv" is not a number`,
		},
		"an entity of its own": {`<!DOCTYPE cXML [<!ENTITY a "aaaa">]><cXML>&a;</cXML>`, "invalid character entity &a;"},
		"end tags in excess":   {`<cXML></cXML></cXML></cXML>`, "has no PunchOutOrderMessage"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := open(t, startGateway(t))
			p := b.get(b.brought(b.post("/return/cxml-1.2~a", "cxml-base64", inBase64(c.text))))
			p.shows(t, "Oläsbar", "gick inte att läsa", c.why, c.text[:6])
		})
	}
}

func TestDocumentIsShownWithAnElementOnEachLine(t *testing.T) {
	b := open(t, startGateway(t))
	p := b.get(b.brought(b.post("/return/cxml-1.2~a", "x", `<?xml version="1.0"?><cXML><Message><A b="1 > 0">text</A><B/><C><!-- c --></C></Message></cXML>`)))
	p.shows(t, "<?xml version=\"1.0\"?>\n<cXML>\n  <Message>\n    <A b=\"1 > 0\">text</A>\n    <B/>\n    <C>\n      <!-- c --></C>\n  </Message>\n</cXML>")
}

func TestOrderIsPlacedByThePing(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	visits := map[string]struct {
		fields []string
		ping   string
	}{
		"oci-5~a":                 {oci, `L1 PASSWORD=hemligt+%26+%22sv%C3%A5rt%22&USERNAME=goteborg&order=C-3&purchase_order=`},
		"peppol-bis-punchout-3~a": {[]string{"c", inBase64(document(t, "cart.ubl.xml"))}, `L2 order=C-2&password=hemligt&purchase_order=`},
		"cxml-1.2~a":              {[]string{"c", inBase64(document(t, "cart.cxml"))}, `L3 PASSWORD=hemligt&USERNAME=goteborg&order=C-1&purchase_order=`},
	}
	for visit, c := range visits {
		t.Run(visit, func(t *testing.T) {
			g.pings = nil
			address := b.brought(b.post("/return/"+visit, c.fields...))
			for range 2 {
				if p := b.post(address + "/order"); p.status != 303 || p.location != address {
					t.Errorf("the order is answered by %d %s", p.status, p.location)
				}
			}
			if len(g.pings) != 2 || g.pings[0] != g.pings[1] || !strings.HasPrefix(g.pings[0], c.ping) {
				t.Errorf("the pings are %q", g.pings)
			}
			number := regexp.MustCompile(`purchase_order=(IO-[A-Z0-9]{8})`).FindStringSubmatch(g.pings[0])
			if number == nil {
				t.Fatalf("the ping has no purchase order: %s", g.pings[0])
			}
			b.get(address).shows(t, "Ordern är lagd", "P100042", "confirmed", "HTTP 200", number[1], "Skicka ordern igen", "Beställd")

			// The same transfer page, posted again, is the same visit; another cart at the same address is one of its own.
			if again := b.brought(b.post("/return/"+visit, c.fields...)); again != address {
				t.Errorf("the same cart became another visit: %s", again)
			}
			if other := b.brought(b.post("/return/" + visit)); other == address {
				t.Error("a cart was replaced")
			}
			b.get(address).shows(t, "Beställd")
		})
	}
	b.get("/").shows(t, "Beställd")
}

func TestRefusedPingIsShown(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	address := b.brought(b.post("/return/oci-5~a", oci...))
	g.pingStatus, g.pingAnswer = 409, `{"code":"order.state","detail":"the order's status does not allow this"}`
	b.post(address + "/order")
	b.get(address).shows(t, "Ordern kunde inte läggas", "HTTP 409", "order.state", "Lägg order")
	g.Close()
	b.post(address + "/order")
	p := b.get(address)
	p.shows(t, "Ordern kunde inte läggas", "connection refused")
	p.hides(t, "svårt")
}

func TestPunchOutBeginsByADocument(t *testing.T) {
	g := startGateway(t)
	b := open(t, g)
	g.startAnswer = `<?xml version="1.0"?><!DOCTYPE cXML SYSTEM "x"><cXML><Response><Status code="200" text="OK"/><PunchOutSetupResponse>
		<StartPage><URL> http://shop.example.com/punchout?punchout_token=T </URL></StartPage></PunchOutSetupResponse></Response></cXML>`
	p := b.post("/start/cxml-1.2?lang=en")
	if p.status != 303 || p.location != "http://shop.example.com/punchout?punchout_token=T" {
		t.Errorf("the browser is led to %d %s", p.status, p.location)
	}
	for _, want := range []string{
		"text/xml; charset=\"UTF-8\"\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE cXML SYSTEM",
		"<From>\n      <Credential domain=\"NetworkID\">\n        <Identity>goteborg</Identity>",
		"<Credential domain=\"DUNS\">\n        <Identity>&lt;papper&gt;</Identity>", "<SharedSecret>hemligt</SharedSecret>",
		`<PunchOutSetupRequest operation="create">`,
	} {
		if !strings.Contains(g.started, want) {
			t.Errorf("the start call lacks %q:\n%s", want, g.started)
		}
	}
	parts := regexp.MustCompile(`(?s)<BuyerCookie>(cxml-1\.2~[a-z0-9]{26})</BuyerCookie>.*<URL>(.*)</URL>`).FindStringSubmatch(g.started)
	if parts == nil || parts[2] != base+"/return/"+parts[1]+"?lang=en" {
		t.Errorf("cookie and return address are %q", parts)
	}
	if p := b.post("/start/none"); p.status != 404 {
		t.Errorf("an unknown connection is answered by %d", p.status)
	}
}

func TestRefusedStartIsShown(t *testing.T) {
	cases := map[string]struct{ answer, shows string }{
		"credentials that are not known": {
			`<cXML><Response><Status code="401" text="Unauthorized">credentials not recognised</Status></Response></cXML>`,
			"cXML status 401 Unauthorized: credentials not recognised",
		},
		"no start page": {`<cXML><Response><Status code="200" text="OK"/></Response></cXML>`, "names no start page"},
		"a start page of another sort": {
			`<cXML><Response><Status code="200"/><PunchOutSetupResponse><StartPage><URL>javascript:alert(1)</URL></StartPage></PunchOutSetupResponse></Response></cXML>`,
			"names no start page",
		},
		"no cXML": {"hello", "not readable cXML"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := startGateway(t)
			g.startAnswer = c.answer
			p := open(t, g).post("/start/cxml-1.2")
			if p.status != http.StatusBadGateway {
				t.Errorf("it answers %d", p.status)
			}
			p.shows(t, "Leverantören tog inte emot besöket", c.shows)
		})
	}
}

func TestVisitsAtOnceStayApart(t *testing.T) {
	b := open(t, startGateway(t))
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			name := fmt.Sprint("Artikel-", i, "-")
			address := b.brought(b.post(fmt.Sprint("/return/oci-5~v", i), "NEW_ITEM-DESCRIPTION[1]", name, "NEW_ITEM-QUANTITY[1]", "1", "NEW_ITEM-EXT_QUOTE_ID[1]", "C"))
			b.post(address + "/order")
			b.get(address).shows(t, name, "Beställd")
		})
	}
	wait.Wait()
}

func TestOnlyTheLatestVisitsAreKept(t *testing.T) {
	b := open(t, startGateway(t))
	for i := range 101 {
		b.brought(b.post(fmt.Sprint("/return/oci-5~v", i), oci...))
	}
	if p := b.get("/visits/oci-5~v0"); p.status != 404 {
		t.Errorf("the oldest visit answers %d", p.status)
	}
	if p := b.get("/visits/oci-5~v1"); p.status != 200 {
		t.Errorf("the hundredth visit answers %d", p.status)
	}
}
