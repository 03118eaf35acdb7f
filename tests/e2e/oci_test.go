package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/money"
)

// What OCI wants back of its start call is kept for as long as the person shops, over a restart, too.
func TestTheReturnFormEchoesTheStartCall(t *testing.T) {
	folder := t.TempDir()
	g := start(t, folder)
	g.shop = g.newShop("papper")
	link, _ := g.connect("oci-4", func(p *connection.Profile) { p.Options = []byte(`{"hook_url":"split"}`) })
	call := startCall()
	for name, value := range map[string]string{
		"~OkCode": "ADDI", "~TARGET": "frame", "~CALLER": "CTLG", "returntarget": "_parent", "http_content_charset": "utf-8", "sap-language": "SV",
	} {
		call.Set(name, value)
	}
	session := g.exchange(postForm(t, link, call))
	going := g.exchange(postForm(t, link, call))
	g.stop()
	again := start(t, folder)
	again.shop = g.shop

	sent := again.sendCart(session, cartOf(oneLine)).want(t, 201)
	left := again.api(again.shop.storefront, "POST", "/v1/storefront/sessions/"+going+"/cancel", "").want(t, 200)
	for sentence, address := range map[string]string{"with a cart": sent.text("transfer_url"), "without one": left.text("transfer_url")} {
		f := readForm(t, get(t, address).body)
		if f.action != strings.TrimSuffix(returnURL, "?visit=7") || f.charset != "UTF-8" || f.target != "_parent" {
			t.Errorf("%s: to %s in %s to %s", sentence, f.action, f.charset, f.target)
		}
		for name, want := range map[string]string{"visit": "7", "~OkCode": "ADDI", "~TARGET": "frame", "~CALLER": "CTLG"} {
			if got := f.fields.Get(name); got != want {
				t.Errorf("%s: %s is %q", sentence, name, got)
			}
		}
		if f.fields.Has("NEW_ITEM-DESCRIPTION[1]") != (sentence == "with a cart") {
			t.Errorf("%s: %v", sentence, f.order)
		}
	}
}

func TestFunctionsOfOCIThatOpenTheShopTellItWhere(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("oci-5", nil)
	for function, c := range map[string]struct {
		name, value string
		path        []string // in what the shop gets
	}{
		"DETAIL":   {"PRODUCTID", "4711", []string{"selected_item"}},
		"SOURCING": {"SEARCHSTRING", "grön penna", []string{"extrinsics", "SEARCHSTRING"}},
	} {
		call := startCall()
		call.Set("FUNCTION", function)
		call.Set(c.name, c.value)
		visit := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token(t, postForm(t, link, call))+`"}`).want(t, 200)
		if visit.text(c.path...) != c.value {
			t.Errorf("%s: exchanged %v", function, visit)
		}
	}
}

// catalogue is a shop that answers questions about its articles.
type catalogue struct {
	*httptest.Server
	mu        sync.Mutex
	status    int
	answer    string
	questions []string // bodies whose signature was the gateway's
}

// openCatalogue lets the gateway's shop answer questions.
func (g *gateway) openCatalogue() *catalogue {
	g.t.Helper()
	secret := g.api(g.shop.key, "POST", "/v1/admin/settings/catalogue-secret", "").want(g.t, 200).text("secret")
	signed, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		g.t.Fatal(err)
	}
	c := &catalogue{status: 200}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || signed.Verify(body, r.Header) != nil {
			g.t.Errorf("a question is not signed: %v %s", r.Header, body)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.questions = append(c.questions, string(body))
		w.WriteHeader(c.status)
		io.WriteString(w, c.answer)
	}))
	g.t.Cleanup(c.Close)
	g.point(c.URL + "/articles")
	return c
}

// point sets the address where the shop answers questions.
func (g *gateway) point(address string) {
	g.t.Helper()
	tenant := g.api(g.shop.key, "GET", "/v1/admin/settings", "").want(g.t, 200)
	tenant["settings"].(map[string]any)["catalogue_url"] = address
	body, err := json.Marshal(tenant)
	if err != nil {
		g.t.Fatal(err)
	}
	g.api(g.shop.key, "PUT", "/v1/admin/settings", string(body)).want(g.t, 200)
}

func (c *catalogue) says(status int, answer string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status, c.answer, c.questions = status, answer, nil
}

func (c *catalogue) asked(t *testing.T) object {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.questions) != 1 {
		t.Fatalf("asked %d times: %s", len(c.questions), c.questions)
	}
	var o object
	if err := json.Unmarshal([]byte(c.questions[0]), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func validateCall() url.Values {
	call := startCall()
	for name, value := range map[string]string{"FUNCTION": "VALIDATE", "PRODUCTID": "4711", "QUANTITY": "2.000", "~CALLER": "CTLG", "returntarget": "_parent"} {
		call.Set(name, value)
	}
	return call
}

func searchCall() url.Values {
	call := startCall()
	call.Set("FUNCTION", "BACKGROUND_SEARCH")
	call.Set("SEARCHSTRING", "blå penna")
	return call
}

const (
	paperLine = `{"sku":"4711","name":"Blått papper","quantity":"2","unit":"EA","unit_price":"0.0125","tax":{"category":"S","percent":"25"}}`
	pencil    = `{"sku":"5001","name":"Blå penna – fin","quantity":"1","unit":"EA","unit_price":"12.90","tax":{"category":"S","percent":"25"}}`
)

func TestVALIDATEIsAnsweredByAFormThatSubmitsItself(t *testing.T) {
	g := withShop(t)
	shop := g.openCatalogue()
	for _, format := range []string{"oci-3", "oci-4", "oci-5"} {
		t.Run(format, func(t *testing.T) {
			link, id := g.connect(format, func(p *connection.Profile) { p.Options = []byte(`{"functions":["VALIDATE"]}`) })
			shop.says(200, `{"currency":"SEK","lines":[`+paperLine+`]}`)
			a := postForm(t, link, validateCall())
			if a.status != 200 || !strings.Contains(a.body, "submit.call(") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html; charset=iso-8859-1") {
				t.Fatalf("%d %v %s", a.status, a.header, a.body)
			}
			f := readForm(t, a.body)
			if f.action != returnURL || f.target != "_parent" || f.charset != "ISO-8859-1" || !strings.HasSuffix(a.header.Get("Content-Security-Policy"), "form-action https://buyer.example.com") {
				t.Errorf("%+v, policy %s", f, a.header.Get("Content-Security-Policy"))
			}
			for name, want := range map[string]string{
				"~CALLER": "CTLG", "NEW_ITEM-DESCRIPTION[1]": "Blått papper", "NEW_ITEM-QUANTITY[1]": "2.000", "NEW_ITEM-PRICE[1]": "0.125", "NEW_ITEM-PRICEUNIT[1]": "10",
				"NEW_ITEM-EXT_PRODUCT_ID[1]": "4711", "NEW_ITEM-EXT_QUOTE_ID[1]": "",
			} {
				if got := f.fields.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			question := shop.asked(t)
			for want, path := range map[string][]string{
				"catalogue.validate": {"type"}, "4711": {"data", "product"}, "2.000": {"data", "quantity"}, "goteborg": {"data", "customer"}, string(id): {"data", "connection"}, "false": {"data", "test"},
			} {
				if got := question.text(path...); got != want {
					t.Errorf("%v is %s, want %s", path, got, want)
				}
			}
			if strings.Contains(fmt.Sprint(question), password) {
				t.Error("the shop is told the password")
			}
		})
	}
}

// What limits a cart does not limit an answer; what fits it to the buyer's system does.
func TestAnAnswerIsMappedAsACartWouldBe(t *testing.T) {
	g := withShop(t)
	shop := g.openCatalogue()
	link, _ := g.connect("oci-5", func(p *connection.Profile) {
		p.Mapping = []byte(`{"version":1,"lines":{"NEW_ITEM-MATGROUP":{"value":"OFFICE"},"NEW_ITEM-TAXCODE":{"value":"A1"}}}`)
		p.HighestValue = money.Amount{Value: money.FromInt(1), Currency: "SEK"}
	})
	shop.says(200, `{"currency":"SEK","lines":[`+pencil+`]}`)
	f := readForm(t, postForm(t, link, searchCall()).body)
	for name, want := range map[string]string{"NEW_ITEM-MATGROUP[1]": "OFFICE", "NEW_ITEM-TAXCODE[1]": "A1", "NEW_ITEM-PRICE[1]": "12.900"} {
		if got := f.fields.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestBACKGROUNDSEARCHIsAnsweredByOneFormThatWaits(t *testing.T) {
	g := withShop(t)
	shop := g.openCatalogue()
	link, _ := g.connect("oci-4", func(p *connection.Profile) { p.TestMode = true })
	lines := strings.Repeat(pencil+",", 120) + paperLine
	shop.says(200, `{"currency":"SEK","language":"sv","lines":[`+lines+`]}`)
	a := get(t, link+"?"+searchCall().Encode())
	f := readForm(t, a.body)
	if a.status != 200 || strings.Contains(a.body, "submit.call(") || len(f.fields["NEW_ITEM-DESCRIPTION[121]"]) != 1 || f.fields.Has("NEW_ITEM-DESCRIPTION[122]") {
		t.Errorf("%d %v", a.status, f.order)
	}
	if got := f.fields.Get("NEW_ITEM-DESCRIPTION[1]"); got != "Blå penna - fin" {
		t.Errorf("the first hit is %q", got)
	}
	question := shop.asked(t)
	if question.text("type") != "catalogue.search" || question.text("data", "search") != "blå penna" || question.at("data", "test") != true {
		t.Errorf("%v", question)
	}
}

func TestWhatTheShopDoesNotHaveIsAPageWithoutData(t *testing.T) {
	g := withShop(t)
	shop := g.openCatalogue()
	link, _ := g.connect("oci-5", nil)
	for sentence, c := range map[string]struct {
		status int
		answer string
	}{"404": {404, "nothing"}, "no lines": {200, `{"currency":"SEK","lines":[]}`}} {
		shop.says(c.status, c.answer)
		if a := postForm(t, link, validateCall()); a.status != 200 || strings.Contains(a.body, "<form") || strings.Contains(a.body, "NEW_ITEM") {
			t.Errorf("VALIDATE, %s: %d %s", sentence, a.status, a.body)
		}
		a := postForm(t, link, searchCall())
		if f := readForm(t, a.body); a.status != 200 || f.action != returnURL || strings.Contains(a.body, "NEW_ITEM") || strings.Contains(a.body, "submit.call(") {
			t.Errorf("BACKGROUND_SEARCH, %s: %d %s", sentence, a.status, a.body)
		}
	}
}

func TestAFunctionIsRefusedBeforeTheShopIsAsked(t *testing.T) {
	g := withShop(t)
	shop := g.openCatalogue()
	offered, _ := g.connect("oci-5", nil)
	withheld, _ := g.connect("oci-5", func(p *connection.Profile) { p.Options = []byte(`{"functions":["DETAIL"]}`) })
	third, _ := g.connect("oci-3", nil)
	stranger, _ := g.connectFor("kafe", "oci-5", nil)
	with := func(name, value string) url.Values {
		call := validateCall()
		call.Set(name, value)
		return call
	}
	for sentence, c := range map[string]struct {
		link   string
		call   url.Values
		status int
	}{
		"a wrong password":                 {offered, with("PASSWORD", "wrong"), 401},
		"a customer who is not eligible":   {stranger, validateCall(), 403},
		"a return address of another host": {offered, with("HOOK_URL", "https://elsewhere.example.com/"), 403},
		"a quantity that is no number":     {offered, with("QUANTITY", "two"), 400},
		"no article":                       {offered, with("PRODUCTID", ""), 400},
		"no words":                         {offered, with("FUNCTION", "BACKGROUND_SEARCH"), 400},
		"a function not offered":           {withheld, validateCall(), 422},
		"OCI 3 without the option":         {third, validateCall(), 422},
	} {
		shop.says(200, `{"currency":"SEK","lines":[`+paperLine+`]}`)
		a := postForm(t, c.link, c.call)
		if a.status != c.status || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || len(shop.questions) != 0 {
			t.Errorf("%s: %d after %s", sentence, a.status, shop.questions)
		}
	}
}

func TestAShopThatDoesNotAnswerIsUnavailable(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("oci-5", nil)
	if a := postForm(t, link, validateCall()); a.status != 422 {
		t.Errorf("without an address: %d", a.status)
	}
	shop := g.openCatalogue()
	for sentence, c := range map[string]struct {
		status int
		answer string
	}{
		"an error":                       {500, "SECRET"},
		"no JSON":                        {200, "SECRET"},
		"a unit of nobody":               {200, `{"currency":"SEK","lines":[` + strings.Replace(paperLine, `"EA"`, `"SECRET"`, 1) + `]}`},
		"no currency":                    {200, `{"lines":[` + paperLine + `]}`},
		"a quantity that OCI cannot say": {200, `{"currency":"SEK","lines":[` + strings.Replace(paperLine, `"2"`, `"123456789012"`, 1) + `]}`},
	} {
		shop.says(c.status, c.answer)
		a := postForm(t, link, validateCall())
		if a.status != 503 || a.header.Get("Retry-After") == "" || strings.Contains(a.body, "SECRET") || len(shop.questions) != 1 {
			t.Errorf("%s: %d %v %s", sentence, a.status, a.header, a.body)
		}
	}
	if text := g.logs.String(); !strings.Contains(text, "the shop's answer is wrong") || !strings.Contains(text, "/lines/0/unit") {
		t.Error("the log does not say what is wrong with the answers")
	}
	g.point("http://shop.example.com/articles") // plain http to another machine
	if a := postForm(t, link, validateCall()); a.status != 503 {
		t.Errorf("by plain http: %d", a.status)
	}
}

func TestAFunctionLeavesNoSessionAndNoOrder(t *testing.T) {
	g := withShop(t)
	shop := g.openCatalogue()
	link, _ := g.connect("oci-5", nil)
	shop.says(200, `{"currency":"SEK","lines":[`+paperLine+`]}`)
	if a := postForm(t, link, validateCall()); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if policy := g.api(g.shop.storefront, "GET", "/v1/storefront/checkout-policy?customer=goteborg", "").want(t, 200); policy.text("action") != "none" {
		t.Errorf("%v", policy)
	}
	if text := g.logs.String(); strings.Contains(text, "session opened") || !strings.Contains(text, "shop asked") {
		t.Error("a session was opened")
	}
}

// A secret that is replaced signs no more, and no other tenant's key sees it.
func TestTheCatalogueSecretIsToldOnceAndReplaced(t *testing.T) {
	g := withShop(t)
	g.api(g.shop.storefront, "POST", "/v1/admin/settings/catalogue-secret", "").want(t, 403)
	first := g.openCatalogue()
	second := g.openCatalogue()
	link, _ := g.connect("oci-5", nil)
	for _, c := range []*catalogue{first, second} {
		c.says(404, "")
	}
	if a := postForm(t, link, validateCall()); a.status != 200 || len(second.questions) != 1 || len(first.questions) != 0 {
		t.Errorf("%d, asked %d and %d", a.status, len(first.questions), len(second.questions))
	}
	if settings := g.api(g.shop.key, "GET", "/v1/admin/settings", "").body; strings.Contains(settings, "whsec_") || strings.Contains(g.logs.String(), "whsec_") {
		t.Error("the secret can be read again")
	}
}
