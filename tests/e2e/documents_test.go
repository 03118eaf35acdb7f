package e2e

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
)

// setup is a cXML document with a header of the demo's identities.
func setup(secret, request string) string {
	return `<?xml version="1.0"?><cXML payloadID="1@buyer.example.com" timestamp="2026-11-23T10:00:00+01:00"><Header>
<From><Credential domain="NetworkId"><Identity>buyer</Identity></Credential></From>
<To><Credential domain="NetworkId"><Identity>seller</Identity></Credential></To>
<Sender><Credential domain="NetworkId"><Identity>buyer</Identity><SharedSecret>` + secret + `</SharedSecret></Credential><UserAgent>Test</UserAgent></Sender>
</Header><Request>` + request + `</Request></cXML>`
}

const setupRequest = `<PunchOutSetupRequest operation="create"><BuyerCookie>COOKIE-1</BuyerCookie>
<Extrinsic name="UserEmail">anna@example.com</Extrinsic>
<BrowserFormPost><URL> https://buyer.example.com/return </URL></BrowserFormPost></PunchOutSetupRequest>`

// response is a cXML answer.
type response struct {
	Status struct {
		Code string `xml:"code,attr"`
	} `xml:"Response>Status"`
	StartPage string `xml:"Response>PunchOutSetupResponse>StartPage>URL"`
	Profile   []struct {
		Name string `xml:"requestName,attr"`
	} `xml:"Response>ProfileResponse>Transaction"`
}

func withIdentities(p *connection.Profile) {
	buyer := []connection.Identity{{Domain: "NetworkID", ID: "buyer"}}
	p.Login.From, p.Login.To, p.Login.Sender = buyer, []connection.Identity{{Domain: "NetworkID", ID: "seller"}}, buyer
}

func TestAServerStartsAPunchOutByADocument(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", withIdentities)
	call := func(document string) response {
		t.Helper()
		a := send(t, request(t, "POST", link, `text/xml; charset="UTF-8"`, document))
		if a.status != 200 || !strings.Contains(a.header.Get("Content-Type"), "xml") {
			t.Fatalf("%d %s: %s", a.status, a.header.Get("Content-Type"), a.body)
		}
		var r response
		if err := xml.Unmarshal([]byte(a.body), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}

	accepted := call(setup(password, setupRequest))
	if accepted.Status.Code != "200" || accepted.StartPage == "" {
		t.Fatalf("%+v", accepted)
	}
	page, err := url.Parse(accepted.StartPage)
	if err != nil {
		t.Fatal(err)
	}
	visit := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+page.Query().Get("punchout_token")+`"}`).want(t, 200)
	if visit.text("person", "email") != "anna@example.com" {
		t.Errorf("person: %v", visit.at("person"))
	}
	sent := g.sendCart(visit.text("session", "id"), `{"id":"C-1",`+cartOf(oneLine)[1:]).want(t, 201)
	f := readForm(t, get(t, sent.text("transfer_url")).body)
	if document := string(documentOf(t, f)); !strings.Contains(document, "<BuyerCookie>COOKIE-1</BuyerCookie>") || f.action != "https://buyer.example.com/return" {
		t.Errorf("to %s: %s", f.action, document)
	}
	done := postForm(t, link+"/complete", url.Values{"USERNAME": {"buyer"}, "PASSWORD": {password}, "order": {"C-1"}}).want(t, 200)
	if done.text("order", "status") != "confirmed" {
		t.Errorf("completed by the Sender's identity and secret: %v", done)
	}

	for name, c := range map[string]struct{ document, code string }{
		"a wrong secret":             {setup("wrong-secret", setupRequest), "401"},
		"no secret":                  {setup("", setupRequest), "401"},
		"another sender":             {strings.ReplaceAll(setup(password, setupRequest), ">buyer<", ">other<"), "401"},
		"no XML":                     {"<cXML", "406"},
		"an entity bomb":             {`<!DOCTYPE x [<!ENTITY a "b">]>` + setup(password, "&a;"), "406"},
		"a return address elsewhere": {strings.Replace(setup(password, setupRequest), "buyer.example.com/return", "evil.example/", 1), "403"},
		"no return address":          {setup(password, `<PunchOutSetupRequest operation="create"><BuyerCookie>x</BuyerCookie></PunchOutSetupRequest>`), "400"},
		"an operation not offered":   {strings.Replace(setup(password, setupRequest), `"create"`, `"source"`, 1), "450"},
		"an order without a header":  {setup(password, `<OrderRequest/>`), "406"},
		"an order where none go":     {orderOf("C-1").cxml(), "450"},
	} {
		if r := call(c.document); r.Status.Code != c.code || r.StartPage != "" {
			t.Errorf("%s: %+v, want %s", name, r, c.code)
		}
	}
	if r := call(setup(password, "<ProfileRequest/>")); r.Status.Code != "200" || len(r.Profile) == 0 || r.StartPage != "" {
		t.Errorf("profile: %+v", r)
	}
}

func TestADocumentForNoConnectionIsAnsweredByADocument(t *testing.T) {
	g := withShop(t)
	for name, c := range map[string]struct{ link, body string }{
		"an unknown link":   {g.url + "/punchout/papper.unknown", setup(password, setupRequest)},
		"a body over 8 MiB": {g.url + "/punchout/papper.unknown", "<cXML>" + strings.Repeat(" ", 9<<20)},
	} {
		a := send(t, request(t, "POST", c.link, "text/xml", c.body))
		var r response
		if err := xml.Unmarshal([]byte(a.body), &r); err != nil || a.status != 200 || !strings.HasPrefix(r.Status.Code, "4") {
			t.Errorf("%s: %d %+v %v: %.200s", name, a.status, r, err, a.body)
		}
	}
}

func TestADeliveryAddressThatNoCartCanCarryIsLeftOutWithAWarning(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", withIdentities)
	odd := strings.Replace(setupRequest, "</PunchOutSetupRequest>", `<ShipTo><Address isoCountryCode="UK"><Name xml:lang="en">School</Name>
<PostalAddress><Street>Main
  street 1</Street><City>London</City><Country isoCountryCode="UK">UK</Country></PostalAddress></Address></ShipTo></PunchOutSetupRequest>`, 1)
	a := send(t, request(t, "POST", link, "text/xml", setup(password, odd)))
	var r response
	if err := xml.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatal(err)
	}
	page, err := url.Parse(r.StartPage)
	if err != nil {
		t.Fatal(err)
	}
	visit := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+page.Query().Get("punchout_token")+`"}`).want(t, 200)
	sent := g.sendCart(visit.text("session", "id"), cartOf(oneLine)).want(t, 201)
	if !strings.Contains(sent.text("warnings"), "/ship_to/country") {
		t.Errorf("warnings: %v", sent.at("warnings"))
	}
}

func TestADocumentOfACustomerWithoutTheTickIsForbidden(t *testing.T) {
	g := withShop(t)
	link, _ := g.connectFor("kafe", "proceedo-cxml", withIdentities)
	a := send(t, request(t, "POST", link, "text/xml", setup(password, setupRequest)))
	var r response
	if err := xml.Unmarshal([]byte(a.body), &r); err != nil || a.status != 200 || r.Status.Code != "403" {
		t.Errorf("%d %+v %v", a.status, r, err)
	}
}
