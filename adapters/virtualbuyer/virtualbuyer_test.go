package virtualbuyer_test

import (
	"encoding/xml"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/virtualbuyer"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/transfer"
)

var (
	at    = time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC)
	visit = port.BuyerVisit{ID: "v1", ReturnURL: "https://buyer.example.com/return", PurchaseOrder: "PO-1", Test: true, At: at}
	form  = port.Buyer{
		Format: "oci-5", LinkURL: "https://gateway.example.com/punchout/a.b", Secret: secret.New("hemligt"),
		Login: connection.Login{Names: connection.Presets["oci"], User: "stad", Customer: "4711"},
	}
	document = port.Buyer{
		Format: "cxml-1.2", OrderFormat: virtualbuyer.CXMLOrders, LinkURL: form.LinkURL, Secret: form.Secret, Documents: true,
		Login: connection.Login{
			From: []connection.Identity{{Domain: "DUNS", ID: "1"}}, To: []connection.Identity{{Domain: "DUNS", ID: "2"}},
			Sender: []connection.Identity{{Domain: "NetworkID", ID: "3"}},
		},
	}
)

func TestTheStartCallIsThatOfTheConnection(t *testing.T) {
	b := virtualbuyer.New()
	byGet := form
	byGet.Login.Method = connection.Get
	const parameters = "CUSTOMER=4711&HOOK_URL=https%3A%2F%2Fbuyer.example.com%2Freturn&PASSWORD=hemligt&SESSION=v1&USERNAME=stad"
	for name, c := range map[string]struct {
		side                  port.Buyer
		method, address, body string
	}{
		"a form by POST": {form, "POST", form.LinkURL, parameters},
		"a form by GET":  {byGet, "GET", form.LinkURL + "?" + parameters, ""},
	} {
		call, err := b.Start(c.side, visit)
		if err != nil || call.Method != c.method || call.URL != c.address || string(call.Body) != c.body {
			t.Errorf("%s: %+v %v", name, call, err)
		}
	}
	call, err := b.Start(document, visit)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`deploymentMode="test"`, `<BuyerCookie>v1</BuyerCookie>`, `<URL>https://buyer.example.com/return</URL>`, `<SharedSecret>hemligt</SharedSecret>`,
		`timestamp="2026-11-23T10:15:00+00:00"`, `<Credential domain="NetworkID">`,
	} {
		if !strings.Contains(string(call.Body), want) {
			t.Errorf("the document lacks %s:\n%s", want, call.Body)
		}
	}
	fixed := visit
	fixed.ReturnURL = ""
	if call, err = b.Start(document, fixed); err != nil || strings.Contains(string(call.Body), "BrowserFormPost") {
		t.Errorf("without a return address: %v\n%s", err, call.Body)
	}
}

func TestWhatIsNoStartPageIsSaid(t *testing.T) {
	b := virtualbuyer.New()
	page := "https://shop.example.com/punchout?punchout_token=t"
	answer := func(status string) []byte {
		return []byte(`<cXML><Response>` + status + `<PunchOutSetupResponse><StartPage><URL> ` + page + ` </URL></StartPage></PunchOutSetupResponse></Response></cXML>`)
	}
	for name, c := range map[string]struct {
		side port.Buyer
		got  port.BuyerAnswer
		want string // the page, or the codes of the refusal
	}{
		"a redirect":       {form, port.BuyerAnswer{Status: 303, Location: page}, page},
		"a cXML answer":    {document, port.BuyerAnswer{Status: 200, Body: answer(`<Status code="200" text="OK"/>`)}, page},
		"another cXML yes": {document, port.BuyerAnswer{Status: 200, Body: answer(`<Status code="201" text="Accepted"/>`)}, page},
		"a problem": {form, port.BuyerAnswer{Status: 403, Body: []byte(`{"code":"eligibility.start","detail":"no","reasons":[{"code":"customer.active","message":"is not active"}]}`)},
			"eligibility.start customer.active"},
		"a page":               {form, port.BuyerAnswer{Status: 502, Body: []byte("<html>")}, "http.502"},
		"a cXML no":            {document, port.BuyerAnswer{Status: 200, Body: answer(`<Status code="401" text="Unauthorized">no</Status>`)}, "cxml.401"},
		"no cXML":              {document, port.BuyerAnswer{Status: 200, Body: []byte("hello")}, "answer.unreadable"},
		"a script":             {form, port.BuyerAnswer{Status: 303, Location: "javascript:alert(1)"}, "answer.no_start_page"},
		"a redirect to no one": {form, port.BuyerAnswer{Status: 303}, "answer.no_start_page"},
	} {
		got, err := b.StartPage(c.side, c.got)
		if err != nil {
			if !errors.Is(err, virtualbuyer.ErrRefused) {
				t.Errorf("%s: %v", name, err)
			}
			got = codes(err)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func codes(err error) string {
	var all []string
	for _, d := range fault.From(err).Details {
		all = append(all, d.Code)
	}
	return strings.Join(all, " ")
}

func TestFormatsThatAreNotSpokenAreNamed(t *testing.T) {
	b := virtualbuyer.New()
	if err := b.Check(document); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		side port.Buyer
		want error
	}{
		"of carts":           {port.Buyer{Format: "edifact"}, virtualbuyer.ErrFormat},
		"of purchase orders": {port.Buyer{Format: "oci-5", OrderFormat: "edifact"}, virtualbuyer.ErrOrderFormat},
	} {
		err := b.Check(c.side)
		if !errors.Is(err, c.want) || !strings.Contains(fault.From(err).Details[0].Message, "edifact is none of ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.Order(port.Buyer{OrderFormat: "edifact"}, visit, port.ReceivedCart{}); !errors.Is(err, virtualbuyer.ErrOrderFormat) {
		t.Errorf("an order in it: %v", err)
	}
}

// two is a cart as the gateway writes it in OCI with a decimal comma.
var two = []transfer.Field{
	{Name: "NEW_ITEM-DESCRIPTION[1]", Value: "Papper"}, {Name: "NEW_ITEM-QUANTITY[1]", Value: "2,000"}, {Name: "NEW_ITEM-UNIT[1]", Value: "EA"},
	{Name: "NEW_ITEM-PRICE[1]", Value: "125,50"}, {Name: "NEW_ITEM-CURRENCY[1]", Value: "SEK"}, {Name: "NEW_ITEM-VENDORMAT[1]", Value: "4711"},
	{Name: "NEW_ITEM-EXT_QUOTE_ID[1]", Value: "C-1"},
	{Name: "NEW_ITEM-DESCRIPTION[2]", Value: "Pennor"}, {Name: "NEW_ITEM-QUANTITY[2]", Value: "150"}, {Name: "NEW_ITEM-UNIT[2]", Value: "EA"},
	{Name: "NEW_ITEM-PRICE[2]", Value: "300"}, {Name: "NEW_ITEM-PRICEUNIT[2]", Value: "100"}, {Name: "NEW_ITEM-VENDORMAT[2]", Value: "2200"},
}

func TestAPurchaseOrderHasALineForEachOfTheCart(t *testing.T) {
	b := virtualbuyer.New()
	received, err := b.Cart(two)
	if err != nil || received.Order.CartID != "C-1" || received.Total().String() != "701.00000" && received.Total().Trim().String() != "701" {
		t.Fatalf("%+v %v", received, err)
	}
	call, err := b.Order(document, visit, received)
	if err != nil || call.URL != document.LinkURL+"/orders" || call.User != "" {
		t.Fatalf("%+v %v", call, err)
	}
	var cxml struct {
		Request struct {
			Mode  string `xml:"deploymentMode,attr"`
			Order struct {
				Items []struct {
					Basis struct {
						Quantity string `xml:"quantity,attr"`
					} `xml:"ItemDetail>PriceBasisQuantity"`
				} `xml:"ItemOut"`
			} `xml:"OrderRequest"`
		}
	}
	if err := xml.Unmarshal(call.Body, &cxml); err != nil || len(cxml.Request.Order.Items) != 2 || cxml.Request.Mode != "test" ||
		cxml.Request.Order.Items[0].Basis.Quantity != "" || cxml.Request.Order.Items[1].Basis.Quantity != "100" {
		t.Errorf("%v\n%s", err, call.Body)
	}

	peppol := form
	peppol.OrderFormat = virtualbuyer.PeppolOrders
	call, err = b.Order(peppol, visit, received)
	var ubl struct {
		Cart  string `xml:"QuotationDocumentReference>ID"`
		Lines []struct {
			Items []struct {
				ID string
			} `xml:"LineItem"`
		} `xml:"OrderLine"`
	}
	if err != nil || xml.Unmarshal(call.Body, &ubl) != nil || len(ubl.Lines) != 2 || len(ubl.Lines[0].Items) != 1 || ubl.Cart != "C-1" {
		t.Errorf("%v\n%s", err, call.Body)
	}
	if call.User != "stad" || call.Password.Reveal() != "hemligt" {
		t.Errorf("it logs in as %s", call.User)
	}
	peppol.OrderLogin = connection.Bearer
	if call, err = b.Order(peppol, visit, received); err != nil || call.User != "" || call.Token.Reveal() != "hemligt" {
		t.Errorf("by bearer: %+v %v", call, err)
	}
	request, err := call.Request(t.Context())
	if err != nil || request.Header.Get("Authorization") != "Bearer hemligt" || request.Method != http.MethodPost {
		t.Errorf("%+v %v", request, err)
	}
}

func TestWhatBecameOfAnOrderIsRead(t *testing.T) {
	b := virtualbuyer.New()
	for name, c := range map[string]struct {
		got  port.BuyerAnswer
		want string
	}{
		"a ping":              {port.BuyerAnswer{Status: 200, MediaType: "application/json", Body: []byte(`{"order":{"number":"P100001","status":"confirmed"}}`)}, "P100001 confirmed"},
		"an order that waits": {port.BuyerAnswer{Status: 202, MediaType: "application/json", Body: []byte(`{"purchase_order":{}}`)}, " "},
		"cXML": {port.BuyerAnswer{Status: 200, MediaType: "text/xml", Body: []byte(`<cXML><Response><Status code="200" text="OK"/></Response></cXML>`)},
			" cXML 200 OK"},
		"a cXML no": {port.BuyerAnswer{Status: 200, MediaType: "text/xml", Body: []byte(`<cXML><Response><Status code="409" text="Conflict"/></Response></cXML>`)},
			"refused cxml.409"},
		"a problem": {port.BuyerAnswer{Status: 404, MediaType: "application/problem+json", Body: []byte(`{"code":"order.no_such_cart","detail":"no"}`)},
			"refused order.no_such_cart"},
		"no JSON": {port.BuyerAnswer{Status: 200, Body: []byte("hello")}, "refused answer.unreadable"},
	} {
		number, status, err := b.Completed(c.got)
		got := number + " " + status
		if err != nil {
			got = "refused " + codes(err)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestThePageMustHaveOneForm(t *testing.T) {
	b := virtualbuyer.New()
	page := func(body string) port.BuyerAnswer {
		return port.BuyerAnswer{Status: 200, MediaType: "text/html", Body: []byte(body)}
	}
	got, err := b.Form(page(`<meta charset="iso-8859-1"><form action="https://buyer.example.com/" method="post" target="_top"><input name="a" value="` + "\xe5" + `"><textarea name="b">x</textarea><input type="submit">`))
	if err != nil || got.Method != "POST" || got.Target != "_top" || len(got.Fields) != 2 || got.Fields[0].Value != "å" || got.Fields[1].Value != "x" {
		t.Errorf("%+v %v", got, err)
	}
	for name, c := range map[string]port.BuyerAnswer{
		"page.no_form": page("<p>no form</p>"), "http.410": {Status: 410, Body: []byte("gone")},
	} {
		if _, err := b.Form(c); codes(err) != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
