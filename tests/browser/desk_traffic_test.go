package browser

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// visit is a PunchOut as programs make it, without a browser.
type visit struct{ session, order, number string }

// post sends a body and returns the answer, whose status must be below 300, or 303.
func (o *operator) post(address, key, body string) (*http.Response, string) {
	o.t.Helper()
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return response, string(content)
}

// punchOut goes from the login to the transferred cart.
func (o *operator) punchOut(format, cart string) (v visit) {
	o.t.Helper()
	for _, c := range o.d.Connections {
		if c.Format != format {
			continue
		}
		login := url.Values{}
		for name, value := range c.Login {
			login.Set(name, value)
		}
		response, body := o.post(c.Link, "", login.Encode())
		to, err := response.Location()
		if err != nil {
			o.t.Fatalf("%v: %s", err, body)
		}
		_, body = o.post(o.d.Gateway+"/v1/storefront/sessions/exchange", o.d.Keys["storefront"], `{"token":"`+to.Query().Get("punchout_token")+`"}`)
		var exchanged struct {
			Session struct{ ID string }
		}
		o.decode(body, &exchanged)
		v.session = exchanged.Session.ID
		_, body = o.post(o.d.Gateway+"/v1/storefront/sessions/"+v.session+"/cart", o.d.Keys["storefront"], cart)
		var sent struct {
			Order       struct{ ID, Number string }
			TransferURL string `json:"transfer_url"`
		}
		o.decode(body, &sent)
		v.order, v.number = sent.Order.ID, sent.Order.Number
		if sent.TransferURL == "" {
			return v
		}
		page, err := http.Get(sent.TransferURL)
		if err != nil {
			o.t.Fatal(err)
		}
		if err := page.Body.Close(); err != nil {
			o.t.Fatal(err)
		}
		return v
	}
	o.t.Fatalf("no connection of %s", format)
	return v
}

func (o *operator) decode(body string, into any) {
	o.t.Helper()
	if err := json.NewDecoder(bytes.NewBufferString(body)).Decode(into); err != nil {
		o.t.Fatalf("%v: %s", err, body)
	}
}

func cartOf(unit string) string {
	return `{"currency":"SEK","lines":[{"sku":"4711","name":"Kopieringspapper A4 80 g","quantity":"2","unit":"` + unit + `",
		"unit_price":"125.00","tax":{"category":"S","percent":"25"},"classifications":[{"scheme":"UNSPSC","code":"14111507"}]}]}`
}

func TestAnOperatorFollowsAPunchOut(t *testing.T) {
	operators(t, func(o *operator) {
		good := o.punchOut("proceedo-cxml", cartOf("EA"))
		o.punchOut("oci-5", cartOf("STUECK")) // a unit that nobody knows
		o.post(o.d.Connections[1].Link, "", "USERNAME=nobody&PASSWORD=wrong&HOOK_URL=https://buyer.example.com/")

		o.open("")
		o.see(o.T("Det senaste dygnet", "The last 24 hours"), o.T("Att ta hand om", "What needs attention"), o.T("Nekade anrop", "Calls refused"))
		o.look("overview")
		o.guide("overview")

		// The calls, the refused ones in words.
		o.open("/traffic")
		o.see(o.T("Startanrop", "Start call"), o.T("Nekat", "Refused"))
		o.look("traffic")
		o.guide("traffic")
		o.do(chromedp.Navigate(o.path("/traffic") + "?step=cart&verdict=refused"))
		o.click("tbody a[href*='/traffic/']", "#sent")
		o.see("/lines/0/unit", "STUECK")
		o.look("call")
		o.guide("call")

		// All that happened to the order, from the login on.
		o.do(chromedp.Navigate(o.path("/traffic") + "?search=" + good.number))
		o.click("tbody a[href*='/orders/']", "#cart")
		o.see(good.number, "Kopieringspapper A4 80 g", o.T("Överförd", "Transferred"))
		o.look("order")
		o.click(".tabs a[href$='/timeline']", "ol.timeline")
		o.see(o.T("Butiken tar över besöket", "The shop takes over the session"), o.T("Butiken skickar varukorgen", "The shop sends the cart"))
		o.look("timeline")
		o.guide("timeline")
		o.click(".tabs a[href$='/document']", "#raw")
		o.see("<?xml", "PunchOutOrderMessage")
		o.look("document")

		// Its ping does not come; the operator completes it, and cancels it.
		o.open("/orders/" + good.order)
		o.script(`document.querySelector("form[action$='/confirm']").closest("details").open = true, ""`)
		o.fill("/purchase_order", "PO-"+good.number)
		o.click("form[action$='/confirm'] button", ".done")
		o.see("PO-"+good.number, o.T("Slutförd", "Confirmed"))
		o.script(`document.querySelector("form[action$='/cancel']").closest("details").open = true, ""`)
		o.click("form[action$='/cancel'] button", ".badge.bad")
		o.see(o.T("Makulerad", "Cancelled"))

		o.open("/orders")
		o.see(good.number, "PO-"+good.number)
		o.look("orders")
		o.guide("orders")
		o.open("/sessions")
		o.see(o.T("Varukorgen skickad", "Cart sent"))
		o.look("sessions")
		o.open("/audit")
		o.see(o.T("Slutförde order för hand", "Completed an order by hand"), o.T("Makulerade order", "Cancelled an order"))
	})
}
