package browser

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// procurement is a procurement system that calls by documents and takes answers to its purchase orders.
type procurement struct {
	o           *operator
	link        string
	credentials map[string]string
	answers     *httptest.Server
	refuses     atomic.Bool // what answers it
}

// newProcurement lets the demo's connection of cXML answer the purchase orders of a procurement system.
func newProcurement(o *operator) *procurement {
	o.t.Helper()
	p := &procurement{o: o}
	for _, c := range o.d.Connections {
		if c.Format == "cxml-1.2" {
			p.link, p.credentials = c.Link, c.Credentials
		}
	}
	p.answers = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		code := "200"
		if p.refuses.Load() {
			code = "406"
		}
		_, _ = io.WriteString(w, `<cXML payloadID="r" timestamp="2026-11-24T08:00:00+01:00"><Response><Status code="`+code+`" text="x"/></Response></cXML>`)
	}))
	o.t.Cleanup(p.answers.Close)
	for _, each := range o.api("GET", "/v1/admin/connections", "")["connections"].([]any) {
		if c := each.(map[string]any); c["format"] == "cxml-1.2" {
			c["ordering"].(map[string]any)["answer_url"] = p.answers.URL
			body, err := json.Marshal(c)
			if err != nil {
				o.t.Fatal(err)
			}
			o.api("PUT", "/v1/admin/connections/"+c["id"].(string), string(body))
		}
	}
	return p
}

// call sends a cXML request and returns the answer.
func (p *procurement) call(id, request string) string {
	p.o.t.Helper()
	c := p.credentials
	identity := func(role, secret string) string {
		return `<Credential domain="` + c[role+"_domain"] + `"><Identity>` + c[role+"_identity"] + `</Identity>` + secret + `</Credential>`
	}
	body := `<?xml version="1.0"?><cXML payloadID="` + id + `@buyer.example.com" timestamp="2026-11-23T10:00:00+01:00"><Header><From>` +
		identity("from", "") + `</From><To>` + identity("to", "") + `</To><Sender>` +
		identity("sender", `<SharedSecret>`+c["shared_secret"]+`</SharedSecret>`) + `<UserAgent>Test</UserAgent></Sender></Header><Request>` +
		request + `</Request></cXML>`
	response, err := http.Post(p.link, "text/xml; charset=UTF-8", strings.NewReader(body))
	if err != nil {
		p.o.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || !regexp.MustCompile(`Status code="20[01]"`).Match(answer) {
		p.o.t.Fatalf("%s is answered %s, %v", id, answer, err)
	}
	return string(answer)
}

// order lets a person send a cart, and returns the number of the order.
func (p *procurement) order(cart string) string {
	p.o.t.Helper()
	answer := p.call(cart, `<PunchOutSetupRequest operation="create"><BuyerCookie>`+cart+`</BuyerCookie><BrowserFormPost><URL>`+p.o.d.Buyer+
		`/return</URL></BrowserFormPost></PunchOutSetupRequest>`)
	token, err := url.QueryUnescape(regexp.MustCompile(`punchout_token=([^<&]+)`).FindStringSubmatch(answer)[1])
	if err != nil {
		p.o.t.Fatal(err)
	}
	api := func(path, body string) map[string]any { return p.o.d.api(p.o.t, "storefront", "POST", path, body) }
	session := api("/v1/storefront/sessions/exchange", `{"token":"`+token+`"}`)["session"].(map[string]any)["id"].(string)
	sent := api("/v1/storefront/sessions/"+session+"/cart", `{"id":"`+cart+`","currency":"SEK","lines":[{"sku":"4711","name":"Kopieringspapper",
		"quantity":"2","unit":"EA","unit_price":"125.00","tax":{"category":"S","percent":"25"}}]}`)
	return sent["order"].(map[string]any)["number"].(string)
}

func TestAnOperatorTiesAPurchaseOrderAndSendsAgainWhatWasNotDelivered(t *testing.T) {
	operators(t, func(o *operator) {
		p := newProcurement(o)
		cart, number := o.unique("C"), o.unique("PO")
		order := p.order(cart)
		p.call(number, `<OrderRequest><OrderRequestHeader orderID="`+number+`" orderDate="2026-11-24T08:00:00+01:00" type="new"><Total><Money
			currency="SEK">375.00</Money></Total><BillTo><Address><Name xml:lang="sv">Göteborgs stad</Name></Address></BillTo></OrderRequestHeader>
			<ItemOut quantity="3" lineNumber="1"><ItemID><SupplierPartID>`+number+`</SupplierPartID></ItemID><ItemDetail><UnitPrice><Money
			currency="SEK">125.00</Money></UnitPrice><Description xml:lang="sv">Kopieringspapper</Description><UnitOfMeasure>EA</UnitOfMeasure>
			<Classification domain="UNSPSC">14111507</Classification></ItemDetail></ItemOut></OrderRequest>`)

		o.open("/purchase-orders")
		o.see(number)
		o.look("purchase-orders")
		o.script(`[...document.querySelectorAll("td a")].find((a) => a.textContent === "` + number + `").click(), ""`)
		o.wait(`document.querySelector('form[action$="/tie"]')`)
		o.see(order, "SupplierPartID", "Kopieringspapper")
		o.look("purchase-order")
		o.guide("purchase-order")
		o.click(`form[action$="/tie"] button`, ".mistakes")
		o.see(o.T("välj ordern som dokumentet hör till", "choose the order that the document belongs to"))

		// What the procurement system is answered it does not take.
		p.refuses.Store(true)
		o.script(`document.querySelector('[name="q"]').value = "` + order + `", ""`)
		o.click(`form[role=search] button`, `form[action$="/tie"]`)
		o.wait(`location.search === "?q=` + order + `" && document.readyState === "complete" && document.querySelectorAll('[name="/order"]').length === 1`)
		o.script(`document.querySelector('[name="/order"]').click(), ""`)
		o.press(`form[action$="/tie"] button`, o.T("Inköpsordern är knuten till ordern.", "The purchase order is tied to the order."))
		o.look("purchase-order-tied")
		id := o.script(`document.querySelector(".notice a").textContent`)
		o.api("POST", "/v1/admin/orders/"+id+"/confirm", "")
		o.open("/dead-letters")
		o.becomes(id)
		o.see(o.T("Svar på inköpsorder", "Answer to a purchase order"))
		o.look("dead-letters")

		p.refuses.Store(false)
		o.press(`form[action$="/dead-letters/deliver"] button`, o.T("Skickas igen.", "Being sent again."))
		o.open("/dead-letters")
		o.see(o.T("Allt har kommit fram.", "Everything has arrived."))
		o.look("dead-letters-none")
	})
}
