package e2e

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/tenant"
)

// purchaseOrder is what the tests order, written in each order format.
type purchaseOrder struct {
	payloadID, number, kind, replaces, cartID string
	lines                                     []orderLine
}

type orderLine struct{ sku, key, quantity, price string }

// orderOf orders what oneLine says.
func orderOf(cartID string) purchaseOrder {
	return purchaseOrder{
		payloadID: "o1@buyer.example.com", number: "PO-1", kind: "new", cartID: cartID,
		lines: []orderLine{{sku: "4711", quantity: "2", price: "125.00"}},
	}
}

func (o purchaseOrder) cxml() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<OrderRequest><OrderRequestHeader orderID="%s" orderDate="2026-11-24T08:00:00+01:00" type="%s"><Total><Money currency="SEK">250.00</Money></Total>
<BillTo><Address><Name xml:lang="sv">Göteborgs stad</Name></Address></BillTo>`, o.number, o.kind)
	if o.replaces != "" {
		fmt.Fprintf(&b, `<DocumentReference payloadID="%s"/>`, o.replaces)
	}
	if o.cartID != "" {
		fmt.Fprintf(&b, `<SupplierOrderInfo orderID="%s"/>`, o.cartID)
	}
	b.WriteString(`</OrderRequestHeader>`)
	for i, l := range o.lines {
		fmt.Fprintf(&b, `<ItemOut quantity="%s" lineNumber="%d"><ItemID><SupplierPartID>%s</SupplierPartID>`, l.quantity, i+1, l.sku)
		if l.key != "" {
			fmt.Fprintf(&b, `<SupplierPartAuxiliaryID>%s</SupplierPartAuxiliaryID>`, l.key)
		}
		fmt.Fprintf(&b, `</ItemID><ItemDetail><UnitPrice><Money currency="SEK">%s</Money></UnitPrice><Description xml:lang="sv">Papper</Description>
<UnitOfMeasure>EA</UnitOfMeasure><Classification domain="UNSPSC">14111507</Classification></ItemDetail></ItemOut>`, l.price)
	}
	b.WriteString(`</OrderRequest>`)
	return strings.Replace(setup(password, b.String()), "1@buyer.example.com", o.payloadID, 1)
}

func (o purchaseOrder) peppol() string {
	var b strings.Builder
	b.WriteString(`<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:order:3</cbc:CustomizationID>
<cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:ordering:3</cbc:ProfileID><cbc:ID>` + o.number + `</cbc:ID><cbc:IssueDate>2026-11-24</cbc:IssueDate>
<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>`)
	if o.cartID != "" {
		b.WriteString(`<cac:QuotationDocumentReference><cbc:ID>` + o.cartID + `</cbc:ID></cac:QuotationDocumentReference>`)
	}
	party := func(role, gln, name string) {
		b.WriteString(`<cac:` + role + `><cac:Party><cbc:EndpointID schemeID="0088">` + gln + `</cbc:EndpointID><cac:PartyLegalEntity><cbc:RegistrationName>` +
			name + `</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:` + role + `>`)
	}
	party("BuyerCustomerParty", "7381030000004", "Göteborgs stad")
	party("SellerSupplierParty", "7300010000001", "Papper och Penna AB")
	b.WriteString(`<cac:AnticipatedMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">250.00</cbc:LineExtensionAmount><cbc:PayableAmount currencyID="SEK">250.00</cbc:PayableAmount></cac:AnticipatedMonetaryTotal>`)
	for i, l := range o.lines {
		fmt.Fprintf(&b, `<cac:OrderLine><cac:LineItem><cbc:ID>%d</cbc:ID><cbc:Quantity unitCode="EA">%s</cbc:Quantity><cbc:LineExtensionAmount currencyID="SEK">250.00</cbc:LineExtensionAmount>
<cac:Price><cbc:PriceAmount currencyID="SEK">%s</cbc:PriceAmount></cac:Price><cac:Item><cbc:Name>Papper</cbc:Name><cac:SellersItemIdentification><cbc:ID>%s</cbc:ID></cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine>`,
			i+1, l.quantity, l.price, l.sku)
	}
	b.WriteString(`</Order>`)
	return b.String()
}

// orders lets a connection take purchase orders in a format.
func orders(format string, more ...func(*connection.Profile)) func(*connection.Profile) {
	return func(p *connection.Profile) {
		p.Ordering = connection.Ordering{Format: format, Login: connection.BasicOrBearer}
		if strings.Contains(p.Format, "cxml") || format == "cxml-1.2" {
			withIdentities(p)
		}
		for _, change := range more {
			change(p)
		}
	}
}

// callDocument posts a cXML document and returns the status of the answer.
func callDocument(t *testing.T, address, document string) response {
	t.Helper()
	a := send(t, request(t, "POST", address, `text/xml; charset="UTF-8"`, document))
	var r response
	if err := xml.Unmarshal([]byte(a.body), &r); err != nil || a.status != 200 {
		t.Fatalf("%d %v: %s", a.status, err, a.body)
	}
	return r
}

// visitByDocument begins a visit by a cXML document and returns the exchanged visit.
func (g *gateway) visitByDocument(link, document string) object {
	g.t.Helper()
	r := callDocument(g.t, link, document)
	if r.Status.Code != "200" {
		g.t.Fatalf("the start call was answered %+v", r)
	}
	page, err := url.Parse(r.StartPage)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+page.Query().Get("punchout_token")+`"}`).want(g.t, 200)
}

// transferred sends a cart with this id through a new visit and returns the order's id.
func (g *gateway) transferred(link, cartID string, lines ...string) string {
	g.t.Helper()
	var session string
	if l := g.linkProfile(link); len(l.Login.Sender) > 0 {
		session = g.visitByDocument(link, setup(password, setupRequest)).text("session", "id")
	} else {
		session = g.punchOut(link)
	}
	if lines == nil {
		lines = []string{oneLine}
	}
	sent := g.sendCart(session, `{"id":"`+cartID+`",`+cartOf(lines...)[1:]).want(g.t, 201)
	get(g.t, sent.text("transfer_url")).want(g.t, 200)
	return sent.text("order", "id")
}

func (g *gateway) linkProfile(link string) connection.Profile {
	g.t.Helper()
	all, err := g.admin.Connections(context.Background(), g.shop.id, port.ConnectionQuery{Limit: 100})
	if err != nil {
		g.t.Fatal(err)
	}
	for _, c := range all {
		links, err := g.admin.Links(context.Background(), g.shop.id, c.ID())
		if err != nil {
			g.t.Fatal(err)
		}
		for _, l := range links {
			if strings.HasSuffix(link, l.Address()) {
				return c.Profile()
			}
		}
	}
	return connection.Profile{Login: connection.Login{Sender: []connection.Identity{{}}}} // a network's link
}

func (g *gateway) erpOrder(id string) object {
	g.t.Helper()
	return g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id, "").want(g.t, 200)
}

func TestAPurchaseOrderDocumentCompletesTheOrderOnce(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")

	for _, address := range []string{link, link, link + "/orders"} {
		if r := callDocument(t, address, orderOf("C-1").cxml()); r.Status.Code != "200" {
			t.Fatalf("answered %+v", r)
		}
	}
	o := g.erpOrder(id)
	if o.text("status") != "confirmed" || o.text("purchase_order") != "PO-1" || len(o.at("differences").([]any)) != 0 {
		t.Fatalf("completed: %v", o)
	}
	if n := g.feed("").ids(); len(n) != 1 || n[0] != id {
		t.Fatalf("in the feed: %v", n)
	}

	kept := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status=applied", "").want(t, 200).at("purchase_orders").([]any)
	document := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders/"+object(kept[0].(map[string]any)).text("id")+"/document", "").body
	if document != strings.Replace(orderOf("C-1").cxml(), password, "***", 1) {
		t.Errorf("the document is kept as %s", document)
	}

	other := orderOf("C-1")
	other.lines[0].quantity = "3"
	if r := callDocument(t, link, other.cxml()); r.Status.Code != "409" {
		t.Errorf("another document under the same payloadID: %+v", r)
	}
	second := orderOf("C-1")
	second.payloadID, second.number = "o2@buyer.example.com", "PO-2"
	if r := callDocument(t, link, second.cxml()); r.Status.Code != "409" {
		t.Errorf("a second purchase order of one cart: %+v", r)
	}
	update := orderOf("")
	update.payloadID, update.kind, update.replaces = "o3@buyer.example.com", "update", "o1@buyer.example.com"
	if r := callDocument(t, link, update.cxml()); r.Status.Code != "200" {
		t.Errorf("an update that changes nothing: %+v", r)
	}
	update.payloadID, update.lines = "o4@buyer.example.com", []orderLine{{sku: "4711", quantity: "5", price: "125.00"}}
	for range 2 {
		if r := callDocument(t, link, update.cxml()); r.Status.Code != "409" {
			t.Errorf("an update of a confirmed order that differs: %+v", r)
		}
	}
	if o := g.erpOrder(id); o.text("status") != "confirmed" {
		t.Errorf("after the refused update: %v", o)
	}
	for name, foreign := range map[string]purchaseOrder{
		"that names nothing":               {payloadID: "d1@buyer.example.com", number: "PO-9", kind: "delete", lines: orderOf("").lines},
		"of another purchase order":        {payloadID: "d2@buyer.example.com", number: "PO-9", kind: "delete", cartID: "C-1", lines: orderOf("").lines},
		"that refers to nothing we have":   {payloadID: "d3@buyer.example.com", number: "PO-9", kind: "delete", replaces: "none", lines: orderOf("").lines},
		"of a number, of another document": {payloadID: "d4@buyer.example.com", number: "PO-9", kind: "delete", replaces: "o1@buyer.example.com"},
	} {
		r := callDocument(t, link, foreign.cxml())
		if o := g.erpOrder(id); o.text("status") != "confirmed" || r.Status.Code == "200" {
			t.Errorf("a delete %s: %+v, and the order is %s", name, r, o.text("status"))
		}
	}
	gone := purchaseOrder{payloadID: "o5@buyer.example.com", number: "PO-1", kind: "delete", replaces: "o1@buyer.example.com", lines: update.lines}
	for range 2 {
		if r := callDocument(t, link, gone.cxml()); r.Status.Code != "200" {
			t.Errorf("delete: %+v", r)
		}
	}
	if o := g.erpOrder(id); o.text("status") != "cancelled" {
		t.Errorf("after the delete: %v", o)
	}
	if n := g.api(g.shop.erp, "GET", "/v1/erp/orders?status=cancelled", "").want(t, 200).ids(); len(n) != 1 {
		t.Errorf("the ERP is not told: %v", n)
	}
}

func TestThePolicyOfTheConnectionDecidesAboutDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		policy       purchase.Policy
		code, status string
	}{
		"held by itself":   {nil, "201", "held"},
		"confirmed":        {purchase.Policy{purchase.MemberQuantity: purchase.Confirm}, "200", "confirmed"},
		"rejected":         {purchase.Policy{purchase.MemberQuantity: purchase.Reject}, "200", "rejected"},
		"the hardest wins": {purchase.Policy{purchase.MemberQuantity: purchase.Confirm, purchase.MemberPrice: purchase.Reject}, "200", "rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			g := withShop(t)
			link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.Policy = c.policy }))
			id := g.transferred(link, "C-1")
			o := orderOf("C-1")
			o.lines[0].quantity = "3"
			if name == "the hardest wins" {
				o.lines[0].price = "120.00"
			}
			if r := callDocument(t, link, o.cxml()); r.Status.Code != c.code {
				t.Errorf("answered %+v, want %s", r, c.code)
			}
			kept := g.erpOrder(id)
			if kept.text("status") != c.status {
				t.Errorf("the order is %s, want %s", kept.text("status"), c.status)
			}
			if got := kept.text("differences"); !strings.Contains(got, "cart:2 line:1 member:quantity order:3") {
				t.Errorf("differences: %s", got)
			}
		})
	}
}

// taker is a procurement system that takes answers.
type taker struct {
	*httptest.Server

	mu      sync.Mutex
	got     []string
	headers []http.Header
	refuse  string // the code of a cXML refusal; empty for none
}

func takeAnswers(t *testing.T) *taker {
	t.Helper()
	k := &taker{}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		k.mu.Lock()
		defer k.mu.Unlock()
		code := cmp.Or(k.refuse, "200")
		if k.refuse == "" {
			k.got, k.headers = append(k.got, string(body)), append(k.headers, r.Header)
		}
		_, _ = io.WriteString(w, `<cXML payloadID="r" timestamp="2026-11-24T08:00:00+01:00"><Response><Status code="`+code+`" text="x"/></Response></cXML>`)
	}))
	t.Cleanup(k.Close)
	return k
}

// wait returns the n-th answer, from 1, once it is there.
func (k *taker) wait(t *testing.T, n int) (string, http.Header) {
	t.Helper()
	await(t, func() bool {
		k.mu.Lock()
		defer k.mu.Unlock()
		return len(k.got) >= n
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.got[n-1], k.headers[n-1]
}

func TestAHeldOrderIsDecidedByAnOperatorAndTheProcurementSystemIsTold(t *testing.T) {
	for _, verb := range []string{"confirm", "reject"} {
		t.Run(verb, func(t *testing.T) {
			g, buyer := withShop(t), takeAnswers(t)
			link, conn := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL + "/cxml" }))
			g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(conn)+"/answer-secret", `{"secret":"deras-hemlighet"}`).want(t, 200)
			id := g.transferred(link, "C-1")
			o := orderOf("C-1")
			o.lines[0].price = "99.00"
			if r := callDocument(t, link, o.cxml()); r.Status.Code != "201" {
				t.Fatalf("answered %+v", r)
			}
			if a := g.api(g.shop.key, "GET", "/v1/admin/orders/"+id, "").want(t, 200); a.text("status") != "held" || !strings.Contains(a.text("differences"), "unit_price") {
				t.Errorf("the operator sees %v", a)
			}
			for range 2 {
				g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/"+verb, "").want(t, 200)
			}
			told, _ := buyer.wait(t, 1)
			want := map[string][2]string{"confirm": {"confirmed", `code="200"`}, "reject": {"rejected", `code="4`}}[verb]
			if !strings.Contains(told, "<StatusUpdateRequest") || !strings.Contains(told, want[1]) || !strings.Contains(told, "o1@buyer.example.com") || !strings.Contains(told, "deras-hemlighet") {
				t.Errorf("told: %s", told)
			}
			if o := g.erpOrder(id); o.text("status") != want[0] {
				t.Errorf("the order is %s", o.text("status"))
			}
			answers := g.api(g.shop.key, "GET", "/v1/admin/orders/"+id+"/answers", "").want(t, 200)
			if n := len(answers.at("answers").([]any)); n != 1 {
				t.Errorf("%d answers", n)
			}
			if r := callDocument(t, link, o.cxml()); r.Status.Code != "201" {
				t.Errorf("the same document after the decision is not answered as before: %+v", r)
			}
			if strings.Contains(g.logs.String(), "deras-hemlighet") {
				t.Error("the secret for answers is in the log")
			}
		})
	}
}

func TestANetworkCallsOneAddressForAllBuyers(t *testing.T) {
	g := withShop(t)
	identity := func(id string) []connection.Identity { return []connection.Identity{{Domain: "NetworkID", ID: id}} }
	as := func(buyer string) func(*connection.Profile) {
		return orders("cxml-1.2", func(p *connection.Profile) { p.Login.From, p.Login.Sender = identity(buyer), identity("network") })
	}
	_, one := g.connect("cxml-1.2", as("buyer-1"))
	_, two := g.connect("cxml-1.2", as("buyer-2"))
	made := g.api(g.shop.key, "POST", "/v1/admin/links", "").want(t, 201)
	link := made.text("url")
	from := func(buyer, document string) string {
		document = strings.Replace(document, "<Identity>buyer</Identity></Credential></From>", "<Identity>"+buyer+"</Identity></Credential></From>", 1)
		return strings.Replace(document, "<Identity>buyer</Identity><SharedSecret>", "<Identity>network</Identity><SharedSecret>", 1)
	}
	sessions := map[string]string{}
	for _, buyer := range []string{"buyer-1", "buyer-2"} {
		sessions[buyer] = g.visitByDocument(link, from(buyer, setup(password, setupRequest))).text("session", "id")
	}
	for buyer, conn := range map[string]connection.ID{"buyer-1": one, "buyer-2": two} {
		cartID := "C-" + buyer
		sent := g.sendCart(sessions[buyer], `{"id":"`+cartID+`",`+cartOf(oneLine)[1:]).want(t, 201)
		o := orderOf(cartID)
		o.payloadID = buyer + "@network"
		wrong := "buyer-2"
		if buyer == wrong {
			wrong = "buyer-1"
		}
		if r := callDocument(t, link, from(buyer, o.cxml())); r.Status.Code != "200" {
			t.Errorf("%s on %s: %+v", buyer, conn, r)
		}
		if o := g.erpOrder(sent.text("order", "id")); o.text("status") != "confirmed" {
			t.Errorf("%s: %v", buyer, o)
		}
		if r := callDocument(t, link, strings.Replace(from(wrong, o.cxml()), "@network", "@other", 1)); r.Status.Code != "201" {
			t.Errorf("another buyer's cart is taken: %+v", r)
		}
	}
	for name, document := range map[string]string{
		"an unknown buyer": from("buyer-3", setup(password, setupRequest)), "a wrong secret": from("buyer-1", setup("falskt-losen", setupRequest)),
	} {
		if r := callDocument(t, link, document); r.Status.Code != "401" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if a := postForm(t, link, startCall()); a.status != 422 {
		t.Errorf("a form at a network's address: %d", a.status)
	}
	if a := ping(t, link, "C-buyer-1"); a.status != 422 {
		t.Errorf("a ping at a network's address: %d %s", a.status, a.body)
	}
	if n := len(g.api(g.shop.key, "GET", "/v1/admin/links", "").want(t, 200).at("links").([]any)); n != 1 {
		t.Errorf("%d links of the network", n)
	}
	g.api(g.shop.key, "POST", "/v1/admin/links/"+made.text("id")+"/revoke", "").want(t, 200)
	if r := callDocument(t, link, from("buyer-1", setup(password, setupRequest))); r.Status.Code != "403" {
		t.Errorf("a revoked link: %+v", r)
	}
}

func TestEditRestoresTheCartByTheKeysOfItsLines(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	g.transferred(link, "C-1", `{"key":"k-1","id":"7","sku":"4711","gtin":"07310865004703","name":"Kopieringspapper","description":"500 ark","quantity":"2","unit":"EA",
		"unit_price":"125.00","tax":{"category":"S","percent":"25"},"extrinsics":{"Färg":"vit"}}`)
	edit := func(operation, items string) string {
		return setup(password, strings.Replace(strings.Replace(setupRequest, `"create"`, `"`+operation+`"`, 1), "</PunchOutSetupRequest>", items+"</PunchOutSetupRequest>", 1))
	}
	item := func(sku, key string) string {
		return `<ItemOut quantity="5"><ItemID><SupplierPartID>` + sku + `</SupplierPartID><SupplierPartAuxiliaryID>` + key + `</SupplierPartAuxiliaryID></ItemID></ItemOut>`
	}
	for name, items := range map[string]string{"by the key": item("4711", "k-1"), "by the article": item("4711", "")} {
		visit := g.visitByDocument(link, edit("edit", items+item("9999", "nobody")))
		lines, _ := visit.at("lines").([]any)
		if len(lines) != 2 {
			t.Fatalf("%s: %v", name, visit)
		}
		restored := object(lines[0].(map[string]any))
		if restored.text("key") != "k-1" || restored.text("quantity") != "5" || restored.text("unit_price") != "125.00" ||
			restored.text("tax", "percent") != "25" || restored.text("extrinsics", "Färg") != "vit" || restored.text("description") != "500 ark" {
			t.Errorf("%s: restored %v", name, restored)
		}
		if unknown := object(lines[1].(map[string]any)); unknown.text("sku") != "9999" {
			t.Errorf("%s: the other line: %v", name, unknown)
		}
	}
	if r := callDocument(t, link, edit("edit", item("9999", "nobody"))); r.Status.Code != "412" {
		t.Errorf("edit of a cart that nobody sent: %+v", r)
	}
	if r := callDocument(t, link, edit("inspect", item("9999", "nobody"))); r.Status.Code != "200" {
		t.Errorf("inspect of a cart that nobody sent: %+v", r)
	}
}

func TestAPeppolOrderCompletesTheOrderOfAnyCart(t *testing.T) {
	for _, format := range []string{"peppol-bis-punchout-3", "oci-4", "proceedo-cxml"} {
		for name, c := range map[string]struct {
			cartID    string
			authorize func(*http.Request)
		}{
			"named by the cart's id, with HTTP Basic":         {"C-1", func(r *http.Request) { r.SetBasicAuth(user, password) }},
			"told by its articles alone, with a bearer token": {"", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+password) }},
		} {
			t.Run(format+" "+name, func(t *testing.T) {
				g := withShop(t)
				link, _ := g.connect(format, func(p *connection.Profile) {
					p.Ordering = connection.Ordering{Format: "peppol-bis-ordering-3", Login: connection.BasicOrBearer}
				})
				id := g.transferred(link, "C-1")
				post := func(document string) answer {
					r := request(t, "POST", link+"/orders", "application/xml", document)
					c.authorize(r)
					return send(t, r)
				}
				for range 2 {
					done := post(orderOf(c.cartID).peppol()).want(t, 200)
					if done.text("order", "status") != "confirmed" || done.text("purchase_order", "status") != "applied" {
						t.Fatalf("%v", done)
					}
				}
				if o := g.erpOrder(id); o.text("status") != "confirmed" || o.text("purchase_order") != "PO-1" {
					t.Errorf("%v", o)
				}
				changed := orderOf(c.cartID)
				changed.lines[0].quantity = "9"
				post(changed.peppol()).want(t, 409)
				post("<Order/>").want(t, 422)
				post("no XML").want(t, 400)
			})
		}
	}
}

func TestPurchaseOrdersAreTakenOfTheConnectionsOwnSystemOnly(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3", func(p *connection.Profile) { p.Ordering.Login = connection.Basic }))
	silent, _ := g.connect("oci-5", nil)
	g.transferred(link, "C-1")
	for name, c := range map[string]struct {
		link      string
		authorize func(*http.Request)
		status    int
	}{
		"without credentials":             {link, func(*http.Request) {}, 401},
		"with a wrong password":           {link, func(r *http.Request) { r.SetBasicAuth(user, "fel-losenord") }, 401},
		"with another user":               {link, func(r *http.Request) { r.SetBasicAuth("malmo", password) }, 401},
		"by bearer where basic is wanted": {link, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+password) }, 401},
		"where only pings are taken":      {silent, func(r *http.Request) { r.SetBasicAuth(user, password) }, 422},
		"at no link":                      {g.url + "/punchout/papper.none", func(r *http.Request) { r.SetBasicAuth(user, password) }, 404},
	} {
		r := request(t, "POST", c.link+"/orders", "application/xml", orderOf("C-1").peppol())
		c.authorize(r)
		if a := send(t, r); a.status != c.status {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	if n := g.feed("").ids(); len(n) != 0 {
		t.Errorf("confirmed: %v", n)
	}
}

// Carts of the same articles, however many, are not told apart by them: either guess could complete the wrong one.
func TestArticlesTellACartOnlyWhereOneAloneHasThem(t *testing.T) {
	for carts, want := range map[int]int{1: 200, 2: 202, 3: 202, 4: 202, 5: 202} {
		g := withShop(t)
		link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
		for i := range carts {
			g.transferred(link, fmt.Sprintf("C-%d", i))
		}
		r := request(t, "POST", link+"/orders", "application/xml", orderOf("").peppol())
		r.SetBasicAuth(user, password)
		if a := send(t, r); a.status != want {
			t.Errorf("%d carts of these articles: %d, want %d: %v", carts, a.status, want, a)
		}
	}
}

func TestAnUnmatchedPurchaseOrderIsKeptUntilAnOperatorTiesIt(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	other, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	id, elsewhere := g.transferred(link, "C-1"), g.transferred(other, "C-2")
	unknown := orderOf("C-unknown")
	unknown.lines[0].quantity = "3" // so that the articles do not tell it, either
	document := unknown.peppol()
	post := func() answer {
		r := request(t, "POST", link+"/orders", "application/xml", document)
		r.SetBasicAuth(user, password)
		return send(t, r)
	}
	for range 2 {
		if kept := post().want(t, 202); kept.at("order") != nil || kept.text("purchase_order", "status") != "unmatched" {
			t.Fatalf("%v", kept)
		}
	}
	list := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders", "").want(t, 200)
	all := list.at("purchase_orders").([]any)
	if len(all) != 1 {
		t.Fatalf("listed: %v", list)
	}
	receipt := object(all[0].(map[string]any)).text("id")
	if a := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders/"+receipt+"/document", ""); a.status != 200 || a.body != document {
		t.Errorf("the document: %d %s", a.status, a.body)
	}
	tie := func(order string) answer {
		return g.api(g.shop.key, "POST", "/v1/admin/purchase-orders/"+receipt+"/tie", `{"order":"`+order+`"}`)
	}
	tie(elsewhere).want(t, 409)
	tie("none").want(t, 404)
	for range 2 {
		if tied := tie(id).want(t, 200); tied.text("order", "status") != "held" {
			t.Errorf("tied: %v", tied)
		}
	}
	if again := post().want(t, 200); again.text("order", "status") != "held" {
		t.Errorf("sent again: %v", again)
	}
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/confirm", "").want(t, 200)
	if n := g.feed("").ids(); len(n) != 1 || n[0] != id {
		t.Errorf("in the feed: %v", n)
	}
}

func TestTheShopsAnswerGoesBackInTheFormatOfTheOrder(t *testing.T) {
	for format, root := range map[string][2]string{"cxml-1.2": {"<ConfirmationRequest", "cxml-1.2"}, "peppol-bis-punchout-3": {"OrderResponse-2", "peppol-bis-ordering-3"}} {
		t.Run(format, func(t *testing.T) {
			g, buyer := withShop(t), takeAnswers(t)
			link, conn := g.connect(format, orders(root[1], func(p *connection.Profile) {
				p.Ordering.AnswerURL, p.Ordering.AnswerUser = buyer.URL+"/answers", "papper"
			}))
			g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(conn)+"/answer-secret", `{"secret":"deras-hemlighet"}`).want(t, 200)
			id := g.transferred(link, "C-1", oneLine, strings.Replace(oneLine, "4711", "4712", 1))
			respond := func(body string) answer {
				return g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", body)
			}
			respond(`{"status":"accepted"}`).want(t, 409) // nothing was ordered yet
			o := orderOf("C-1")
			o.lines = append(o.lines, orderLine{sku: "4712", quantity: "2", price: "125.00"})
			if root[1] == "cxml-1.2" {
				callDocument(t, link, o.cxml())
			} else {
				r := request(t, "POST", link+"/orders", "application/xml", o.peppol())
				r.SetBasicAuth(user, password)
				send(t, r).want(t, 200)
			}
			changed := `{"status":"accepted_with_change","lines":[{"line":"1","status":"changed","quantity":"1","promised_from":"2026-12-01","note":"resten i januari"},{"line_number":"2","status":"rejected"}]}`
			first := respond(changed).want(t, 201)
			if again := respond(changed).want(t, 200); again.text("answer", "id") != first.text("answer", "id") {
				t.Errorf("the same answer again: %v, first %v", again, first)
			}
			got, header := buyer.wait(t, 1)
			if !strings.Contains(got, root[0]) || !strings.Contains(got, "resten i januari") {
				t.Errorf("delivered: %s", got)
			}
			if u, p, ok := (&http.Request{Header: header}).BasicAuth(); !ok || u != "papper" || p != "deras-hemlighet" {
				t.Errorf("presented %q %q", u, p)
			}
			kept := strings.Replace(got, "deras-hemlighet", "***", 1) // which is put in when it is sent
			if a := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/response", ""); a.status != 200 || a.body != kept {
				t.Errorf("fetched: %d %s", a.status, a.body)
			}
			await(t, func() bool { // the delivery is recorded a moment after it was taken
				list := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/responses", "").want(t, 200)
				return strings.Contains(list.text("answers"), "delivered_at")
			})
			respond(`{"status":"accepted_with_change","lines":[{"line":"99","status":"rejected"}]}`).want(t, 422)
			respond(`{"status":"perhaps"}`).want(t, 422)
			respond(`{}`).want(t, 400)
			respond(`{"status":"rejected","note":"brand i lagret"}`).want(t, 201)
			if o := g.erpOrder(id); o.text("status") != "cancelled" {
				t.Errorf("after the rejection: %s", o.text("status"))
			}
			if got, _ := buyer.wait(t, 2); !strings.Contains(got, "brand i lagret") {
				t.Errorf("delivered: %s", got)
			}
		})
	}
}

// Peppol's orders carry no keys: lines of one article are told apart by what else they say, as in the comparison.
func TestAnAnswerNamesTheOrdersLineForTheCartsLine(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	id := g.transferred(link, "C-1", oneLine, strings.Replace(oneLine, `"quantity":"2"`, `"quantity":"5"`, 1))
	o := orderOf("C-1")
	o.lines = []orderLine{{sku: "4711", quantity: "5", price: "125.00"}, {sku: "4711", quantity: "2", price: "125.00"}}
	r := request(t, "POST", link+"/orders", "application/xml", o.peppol())
	r.SetBasicAuth(user, password)
	if a := send(t, r).want(t, 200); a.text("order", "status") != "confirmed" {
		t.Fatalf("%v", a)
	}
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted_with_change","lines":[
		{"line":"1","status":"rejected","note":"the two"},{"line":"2","status":"accepted","note":"the five"}]}`).want(t, 201)
	var response struct {
		Lines []struct {
			Note   string `xml:"LineItem>Note"`
			Number string `xml:"OrderLineReference>LineID"`
		} `xml:"OrderLine"`
	}
	document := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/response", "").body
	if err := xml.Unmarshal([]byte(document), &response); err != nil {
		t.Fatal(err)
	}
	notes := map[string]string{}
	for _, l := range response.Lines {
		notes[l.Number] = l.Note
	}
	if want := map[string]string{"1": "the five", "2": "the two"}; !maps.Equal(notes, want) {
		t.Errorf("%v, want %v: %s", notes, want, document)
	}
}

// A ping brings no order document to acknowledge: the answer is then what both sides agreed.
func TestAnAnswerToAPingSaysWhatWasAgreedAndNothingLess(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	id := g.transferred(link, "C-1")
	ping(t, link, "C-1").want(t, 200)
	respond := func(body string) answer {
		return g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", body)
	}
	refused := respond(`{"status":"acknowledged"}`).want(t, 422)
	if details := refused.text("errors"); !strings.Contains(details, "/status") || !strings.Contains(details, "must be accepted or accepted_with_change") {
		t.Errorf("refused: %v", refused)
	}
	respond(`{"status":"accepted"}`).want(t, 201)
	if a := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/response", ""); !strings.Contains(a.body, "order_agreement:3") {
		t.Errorf("the document: %s", a.body)
	}
}

func TestAnAnswerThatIsNotTakenIsTriedAgain(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	id := g.transferred(link, "C-1")
	callDocument(t, link, orderOf("C-1").cxml())
	buyer.mu.Lock()
	buyer.refuse = "500"
	buyer.mu.Unlock()
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted"}`).want(t, 201)
	await(t, func() bool {
		list := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/responses", "").want(t, 200)
		return strings.Contains(list.text("answers"), "last_error")
	})
	buyer.mu.Lock()
	buyer.refuse = ""
	buyer.mu.Unlock()
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/answers/1/deliver", "").want(t, 200)
	if got, _ := buyer.wait(t, 1); !strings.Contains(got, "<ConfirmationRequest") {
		t.Errorf("delivered: %s", got)
	}
}

func TestTheReceiptOfAnAnswerIsReadByTheAnswersFormatWhateverTheConnectionsIsNow(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	buyer.refuse = "500"
	link, conn := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	id := g.transferred(link, "C-1")
	callDocument(t, link, orderOf("C-1").cxml())
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted"}`).want(t, 201)
	answers := func() string {
		return g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/responses", "").want(t, 200).text("answers")
	}
	await(t, func() bool { return strings.Contains(answers(), ": 500 x") })

	p := g.linkProfile(link)
	p.Ordering.Format = "peppol-bis-ordering-3" // takes any answer of HTTP for a receipt
	must(t)(g.admin.ChangeConnection(t.Context(), g.shop.id, conn, p, nil))
	buyer.mu.Lock()
	buyer.refuse = "400"
	buyer.mu.Unlock()
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/answers/1/deliver", "").want(t, 200)
	await(t, func() bool { return !strings.Contains(answers(), ": 500 x") })
	if got := answers(); strings.Contains(got, "delivered_at") || !strings.Contains(got, ": 400 x") {
		t.Errorf("the refusal was not read: %s", got)
	}
}

func TestAnAnswerThatIsRefusedForGoodIsNotTriedAgain(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	buyer.refuse = "400"
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	id := g.transferred(link, "C-1")
	callDocument(t, link, orderOf("C-1").cxml())
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted"}`).want(t, 201)
	await(t, func() bool {
		list := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/responses", "").want(t, 200).text("answers")
		return strings.Contains(list, "last_error") && !strings.Contains(list, "next_attempt")
	})
}

func TestOfManyEqualPurchaseOrdersAtOnceOneConfirms(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	var running sync.WaitGroup
	codes := make([]string, 20)
	for i := range codes {
		running.Go(func() { codes[i] = callDocument(t, link, orderOf("C-1").cxml()).Status.Code })
	}
	running.Wait()
	for i, code := range codes {
		if code != "200" {
			t.Errorf("call %d: %s", i, code)
		}
	}
	if n := g.feed("").ids(); len(n) != 1 || n[0] != id {
		t.Errorf("in the feed: %v", n)
	}
	if n := len(g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status=applied", "").want(t, 200).at("purchase_orders").([]any)); n != 1 {
		t.Errorf("%d documents kept", n)
	}
}

func TestTestOrdersComeFromTestDocuments(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	test := func(document string) string {
		return strings.Replace(document, "<Request>", `<Request deploymentMode="test">`, 1)
	}
	session := g.visitByDocument(link, test(setup(password, setupRequest)))
	if session.at("session", "test") != true {
		t.Errorf("session: %v", session)
	}
	sent := g.sendCart(session.text("session", "id"), `{"id":"T-1",`+cartOf(oneLine)[1:]).want(t, 201)
	if r := callDocument(t, link, test(orderOf("T-1").cxml())); r.Status.Code != "200" {
		t.Errorf("%+v", r)
	}
	if n := g.feed("").ids(); len(n) != 0 {
		t.Errorf("without asking: %v", n)
	}
	if n := g.feed("&test=true").ids(); len(n) != 1 || n[0] != sent.text("order", "id") {
		t.Errorf("asked for: %v", n)
	}
}

func TestAnOldSecretIsGoodForAWhileAfterARotation(t *testing.T) {
	g := withShop(t)
	link, conn := g.connect("cxml-1.2", withIdentities)
	g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(conn)+"/secret", `{"secret":"nytt-hemligt","keep_previous_seconds":3600}`).want(t, 200)
	for _, secret := range []string{password, "nytt-hemligt"} {
		if r := callDocument(t, link, setup(secret, setupRequest)); r.Status.Code != "200" {
			t.Errorf("during the rotation: %+v", r)
		}
	}
	g.clock.advance(61 * time.Minute)
	if r := callDocument(t, link, setup(password, setupRequest)); r.Status.Code != "401" {
		t.Errorf("the old secret after the rotation: %+v", r)
	}
	if r := callDocument(t, link, setup("nytt-hemligt", setupRequest)); r.Status.Code != "200" {
		t.Errorf("the new secret after the rotation: %+v", r)
	}
}

// stoppingReceipts keeps receipts and fails to record what became of them, as where the gateway stops between the two.
type stoppingReceipts struct {
	port.Receipts

	failing atomic.Bool
}

func (r *stoppingReceipts) Update(
	ctx context.Context, of tenant.ID, id receipt.ID, change func(*receipt.Receipt) error,
) (*receipt.Receipt, error) {
	if r.failing.Load() {
		return nil, port.ErrUnavailable
	}
	return r.Receipts.Update(ctx, of, id, change)
}

// stoppingOrders fails to change orders.
type stoppingOrders struct {
	port.Orders

	failing atomic.Bool
}

func (o *stoppingOrders) Update(ctx context.Context, of tenant.ID, id order.ID, change func(*order.Order) error) (*order.Order, error) {
	if o.failing.Load() {
		return nil, port.ErrUnavailable
	}
	return o.Orders.Update(ctx, of, id, change)
}

func TestAPurchaseOrderWhoseWorkWasInterruptedIsFinishedWhenItComesAgain(t *testing.T) {
	for _, where := range []string{"before the order", "after the order"} {
		t.Run(where, func(t *testing.T) {
			receipts, orderStore := &stoppingReceipts{}, &stoppingOrders{}
			g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
				receipts.Receipts, s.Receipts = s.Receipts, receipts
				orderStore.Orders, s.Orders = s.Orders, orderStore
				return s
			}))
			g.shop = g.newShop("papper")
			link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
			id := g.transferred(link, "C-1")
			failing := map[string]*atomic.Bool{"before the order": &orderStore.failing, "after the order": &receipts.failing}[where]
			failing.Store(true)
			if r := callDocument(t, link, orderOf("C-1").cxml()); r.Status.Code != "560" {
				t.Fatalf("interrupted: %+v", r)
			}
			failing.Store(false)
			for range 2 {
				if r := callDocument(t, link, orderOf("C-1").cxml()); r.Status.Code != "200" {
					t.Errorf("again: %+v", r)
				}
			}
			if o := g.erpOrder(id); o.text("status") != "confirmed" {
				t.Errorf("the order is %s", o.text("status"))
			}
			if n := len(g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status=applied", "").want(t, 200).at("purchase_orders").([]any)); n != 1 {
				t.Errorf("%d documents applied", n)
			}
		})
	}
}

func TestAWrongTieIsRefusedAndTheDocumentStaysUnmatched(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	ordered, right := g.transferred(link, "C-1"), g.transferred(link, "C-2")
	if r := callDocument(t, link, orderOf("C-1").cxml()); r.Status.Code != "200" {
		t.Fatalf("%+v", r)
	}
	unknown := purchaseOrder{payloadID: "u@buyer.example.com", number: "PO-2", kind: "new", cartID: "C-none", lines: []orderLine{{"4711", "", "7", "125.00"}}}
	if r := callDocument(t, link, unknown.cxml()); r.Status.Code != "201" {
		t.Fatalf("%+v", r)
	}
	list := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders", "").want(t, 200)
	address := "/v1/admin/purchase-orders/" + object(list.at("purchase_orders").([]any)[0].(map[string]any)).text("id") + "/tie"
	g.api(g.shop.key, "POST", address, `{"order":"`+ordered+`"}`).want(t, 409)
	if tied := g.api(g.shop.key, "POST", address, `{"order":"`+right+`"}`).want(t, 200); tied.text("order", "status") != "held" {
		t.Errorf("tied to the right order: %v", tied)
	}
}

func TestPagesOfPurchaseOrdersMissNoneAlsoWhileTheyAreTied(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	for i := range 3 {
		callDocument(t, link, purchaseOrder{
			payloadID: fmt.Sprintf("u%d@buyer.example.com", i), number: fmt.Sprintf("PO-%d", i), kind: "new", cartID: "none",
			lines: []orderLine{{"4711", "", "7", "125.00"}},
		}.cxml())
	}
	page := func(cursor string) (numbers []string, last, next string) {
		t.Helper()
		p := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?limit=1&cursor="+cursor, "").want(t, 200)
		for _, each := range p.at("purchase_orders").([]any) {
			o := object(each.(map[string]any))
			numbers, last = append(numbers, o.text("number")), o.text("id")
		}
		return numbers, last, p.text("next_cursor")
	}
	first, last, next := page("")
	g.api(g.shop.key, "POST", "/v1/admin/purchase-orders/"+last+"/tie", `{"order":"`+id+`"}`).want(t, 200)
	second, _, next := page(next)
	third, _, end := page(next)
	if got := fmt.Sprint(first, second, third, end); got != "[PO-0] [PO-1] [PO-2]" {
		t.Errorf("pages %s", got)
	}
	g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?cursor=x", "").want(t, 400)
	g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?limit=0", "").want(t, 400)
	g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status=lost", "").want(t, 400)
}

func TestKeysThatSeveralCartsHaveLeadToTheCartThatDiffersLeast(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	line := func(sku string) string {
		return strings.Replace(oneLine, `"sku":"4711"`, `"key":"1","sku":"`+sku+`"`, 1)
	}
	one := g.transferred(link, "C-1", line("4711"))
	other := g.transferred(link, "C-2", line("4712"))
	o := orderOf("")
	o.lines[0].key = "1"
	if r := callDocument(t, link, o.cxml()); r.Status.Code != "200" {
		t.Errorf("%+v", r)
	}
	if a, b := g.erpOrder(one).text("status"), g.erpOrder(other).text("status"); a != "confirmed" || b != "transferred" {
		t.Errorf("the right cart is %s, the other one %s", a, b)
	}
}

func TestAHeldOrderCanBeRejectedButNotAcceptedByTheERP(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	id := g.transferred(link, "C-1")
	o := orderOf("C-1")
	o.lines[0].quantity = "9"
	callDocument(t, link, o.cxml())
	if a := g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted"}`).want(t, 409); a.text("code") != "answer.held" {
		t.Errorf("%v", a)
	}
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"rejected","note":"för många"}`).want(t, 201)
	if o := g.erpOrder(id); o.text("status") != "rejected" {
		t.Errorf("the order is %s", o.text("status"))
	}
	both := ""
	for n := range 2 {
		got, _ := buyer.wait(t, n+1)
		both += got
	}
	if !strings.Contains(both, "<ConfirmationRequest") || !strings.Contains(both, "<StatusUpdateRequest") {
		t.Errorf("told: %s", both)
	}
}

func TestCancellingAHeldOrderTellsTheProcurementSystem(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	id := g.transferred(link, "C-1")
	o := orderOf("C-1")
	o.lines[0].quantity = "9"
	callDocument(t, link, o.cxml())
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/cancel", "").want(t, 200)
	if told, _ := buyer.wait(t, 1); !strings.Contains(told, "<StatusUpdateRequest") || !strings.Contains(told, `code="4`) {
		t.Errorf("told: %s", told)
	}
}

func TestAPurchaseOrderThatThePolicyRejectsIsAnsweredInItsFormat(t *testing.T) {
	for format, c := range map[string]struct{ orders, says string }{
		"cxml-1.2": {"cxml-1.2", `type="reject"`}, "proceedo-cxml": {"proceedo-cxml", `type="reject"`},
		"peppol-bis-punchout-3": {"peppol-bis-ordering-3", ">RE<"},
	} {
		t.Run(format, func(t *testing.T) {
			g, buyer := withShop(t), takeAnswers(t)
			link, _ := g.connect(format, orders(c.orders, func(p *connection.Profile) {
				p.Ordering.AnswerURL, p.Ordering.Policy = buyer.URL, purchase.Policy{purchase.MemberPrice: purchase.Reject}
			}))
			id := g.transferred(link, "C-1")
			o := orderOf("C-1")
			o.lines[0].price = "1.00"
			o.lines = append(o.lines, orderLine{sku: "4799", quantity: "1", price: "5.00"})
			for range 2 {
				if strings.Contains(c.orders, "cxml") {
					callDocument(t, link, o.cxml())
					continue
				}
				r := request(t, "POST", link+"/orders", "application/xml", o.peppol())
				r.SetBasicAuth(user, password)
				if done := send(t, r).want(t, 200); done.text("order", "status") != "rejected" {
					t.Errorf("%v", done)
				}
			}
			note := "line 1: unit_price 1.00, in the cart 125.00; line 2: added 4799<"
			if told, _ := buyer.wait(t, 1); !strings.Contains(told, c.says) || !strings.Contains(told, note) {
				t.Errorf("told: %s", told)
			}
			if n := len(g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/responses", "").want(t, 200).at("answers").([]any)); n != 1 {
				t.Errorf("%d answers", n)
			}
		})
	}
}

func TestWhatIsOrderedInEarnestNeverEndsAmongTheTests(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	test := func(document string) string {
		return strings.Replace(document, "<Request>", `<Request deploymentMode="test">`, 1)
	}
	session := g.visitByDocument(link, test(setup(password, setupRequest))).text("session", "id")
	tried := g.sendCart(session, `{"id":"T-1",`+cartOf(oneLine)[1:]).want(t, 201).text("order", "id")
	sent := g.transferred(link, "C-1")
	if r := callDocument(t, link, orderOf("T-1").cxml()); r.Status.Code != "409" {
		t.Errorf("an order in earnest of a test cart: %+v", r)
	}
	o := orderOf("C-1")
	o.payloadID = "t@buyer.example.com"
	if r := callDocument(t, link, test(o.cxml())); r.Status.Code != "409" {
		t.Errorf("a test order of a cart in earnest: %+v", r)
	}
	for id, status := range map[string]string{tried: "prepared", sent: "transferred"} {
		if o := g.erpOrder(id); o.text("status") != status {
			t.Errorf("%s is %s", id, o.text("status"))
		}
	}
}

func TestAnAnswerCarriesTheSecretOfTheMomentItIsSent(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	buyer.refuse = "500"
	link, conn := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	address := "/v1/admin/connections/" + string(conn) + "/answer-secret"
	g.api(g.shop.key, "POST", address, `{"secret":"den-gamla"}`).want(t, 200)
	g.api(g.shop.key, "POST", address, `{"secret":"en\u0001rad"}`).want(t, 422)
	g.api(g.shop.key, "POST", address, `{"secret":"`+strings.Repeat("x", 2000)+`"}`).want(t, 422)
	id := g.transferred(link, "C-1")
	callDocument(t, link, orderOf("C-1").cxml())
	g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted"}`).want(t, 201)
	await(t, func() bool {
		return strings.Contains(g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/responses", "").want(t, 200).text("answers"), "last_error")
	})
	g.api(g.shop.key, "POST", address, `{"secret":"den <nya> & goda"}`).want(t, 200)
	buyer.mu.Lock()
	buyer.refuse = ""
	buyer.mu.Unlock()
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/answers/1/deliver", "").want(t, 200)
	if got, _ := buyer.wait(t, 1); !strings.Contains(got, "<SharedSecret>den &lt;nya&gt; &amp; goda</SharedSecret>") {
		t.Errorf("sent: %s", got)
	}
	if got := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/response", "").body; strings.Contains(got, "den ") {
		t.Errorf("fetched with its secret: %s", got)
	}
}

func TestAReleasedOrderWhoseDocumentWasInterruptedStaysConfirmed(t *testing.T) {
	receipts := &stoppingReceipts{}
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		receipts.Receipts, s.Receipts = s.Receipts, receipts
		return s
	}))
	g.shop = g.newShop("papper")
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	o := orderOf("C-1")
	o.lines[0].quantity = "9"
	receipts.failing.Store(true)
	if r := callDocument(t, link, o.cxml()); r.Status.Code != "560" {
		t.Fatalf("interrupted: %+v", r)
	}
	receipts.failing.Store(false)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/confirm", "").want(t, 200)
	if r := callDocument(t, link, o.cxml()); r.Status.Code != "200" {
		t.Errorf("again, after the decision: %+v", r)
	}
	if o := g.erpOrder(id); o.text("status") != "confirmed" {
		t.Errorf("the order is %s", o.text("status"))
	}
}

func TestACancelledOrderWhoseDocumentWasInterruptedIsToldOfWhenThatComesAgain(t *testing.T) {
	receipts, buyer := &stoppingReceipts{}, takeAnswers(t)
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		receipts.Receipts, s.Receipts = s.Receipts, receipts
		return s
	}))
	g.shop = g.newShop("papper")
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	id := g.transferred(link, "C-1")
	o := orderOf("C-1")
	o.lines[0].quantity = "9"
	receipts.failing.Store(true)
	if r := callDocument(t, link, o.cxml()); r.Status.Code != "560" {
		t.Fatalf("interrupted: %+v", r)
	}
	receipts.failing.Store(false)
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/cancel", "").want(t, 200)
	for range 2 {
		callDocument(t, link, o.cxml())
	}
	if told, _ := buyer.wait(t, 1); !strings.Contains(told, "<StatusUpdateRequest") || !strings.Contains(told, `code="4`) {
		t.Errorf("told: %s", told)
	}
}

func TestAPingLeavesNothingToConfirmInCXML(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	postForm(t, link+"/complete", url.Values{"USERNAME": {"buyer"}, "PASSWORD": {password}, "order": {"C-1"}}).want(t, 200)
	for _, status := range []string{"accepted", "rejected"} {
		a := g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"`+status+`"}`).want(t, 409)
		if a.text("code") != "answer.no_document" {
			t.Errorf("%s: %v", status, a)
		}
	}
}

func TestAnAgreementHoldsTheCostOfDelivery(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	sent := g.sendCart(g.punchOut(link), `{"id":"C-1","shipping":{"amount":"49.00","tax":{"category":"S","percent":"25"}},`+cartOf(oneLine)[1:]).want(t, 201)
	ping(t, link, "C-1").want(t, 200)
	address := "/v1/erp/orders/" + sent.text("order", "id") + "/response"
	g.api(g.shop.erp, "POST", address, `{"status":"accepted"}`).want(t, 201)
	agreement := g.api(g.shop.erp, "GET", address, "").body
	if !strings.Contains(agreement, "FREIGHT") || !strings.Contains(agreement, ">299<") || !strings.Contains(agreement, ">373.75<") {
		t.Errorf("agreed: %s", agreement)
	}
}

func TestAVisitThatInspectsSendsNoCart(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	visit := g.visitByDocument(link, setup(password, strings.Replace(setupRequest, `"create"`, `"inspect"`, 1)))
	session := visit.text("session", "id")
	policy := g.api(g.shop.storefront, "GET", "/v1/storefront/checkout-policy?customer=goteborg&session="+session, "").want(t, 200)
	if policy.text("action") != "none" || policy.text("checkout") != "blocked" {
		t.Errorf("policy: %v", policy)
	}
	if a := g.sendCart(session, cartOf(oneLine)).want(t, 409); a.text("code") != "session.inspect" {
		t.Errorf("%v", a)
	}
	g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+session+"/cancel", "").want(t, 200)
}

func TestCXMLIsAnsweredByCXMLAlsoWhereOrdersGo(t *testing.T) {
	g := withShop(t)
	peppol, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	silent, _ := g.connect("oci-4", nil)
	unknown := g.url + "/punchout/papper.none"
	for name, c := range map[string]struct{ link, body string }{
		"an unknown link":                 {unknown, orderOf("C-1").cxml()},
		"a body over 8 MiB":               {unknown, "<cXML>" + strings.Repeat(" ", 9<<20)},
		"a connection that orders Peppol": {peppol, orderOf("C-1").cxml()},
		"a connection that orders none":   {silent, orderOf("C-1").cxml()},
	} {
		if r := callDocument(t, c.link+"/orders", c.body); !strings.HasPrefix(r.Status.Code, "4") {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestOnlyOperatorsDecideAboutPurchaseOrders(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	for _, path := range []string{
		"/v1/admin/orders/" + id + "/confirm", "/v1/admin/orders/" + id + "/reject", "/v1/admin/orders/" + id + "/answers/1/deliver",
		"/v1/admin/purchase-orders/x/tie",
	} {
		for _, key := range []string{g.shop.storefront, g.shop.erp} {
			g.api(key, "POST", path, `{}`).want(t, 403)
		}
	}
	for path, status := range map[string]int{
		"/v1/admin/orders/none/confirm": 404, "/v1/admin/orders/none/reject": 404,
		"/v1/admin/orders/" + id + "/answers/0/deliver": 400, "/v1/admin/orders/" + id + "/answers/x/deliver": 400,
		"/v1/admin/orders/" + id + "/answers/1/deliver": 404, "/v1/admin/purchase-orders/none/tie": 400,
	} {
		g.api(g.shop.key, "POST", path, `{}`).want(t, status)
	}
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/response?position=x", "").want(t, 400)
	g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/response", "").want(t, 404)
}

func TestAnOperatorCompletesAnOrderWhosePingDidNotCome(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	confirm := "/v1/admin/orders/" + id + "/confirm"
	g.api(g.shop.key, "POST", confirm, `{"purchase_order":"`+strings.Repeat("4", 300)+`"}`).want(t, 422)
	g.api(g.shop.key, "POST", confirm, `{"purchase_order":"4711"}`).want(t, 200)
	g.api(g.shop.key, "POST", confirm, `{"purchase_order":"other"}`).want(t, 200)
	o := g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id, "").want(t, 200)
	if o["status"] != "confirmed" || o["purchase_order"] != "4711" {
		t.Errorf("%v", o)
	}
	g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/cancel", "").want(t, 200)
	g.api(g.shop.key, "POST", confirm, "").want(t, 409)
}

func TestAPeppolBuyerIsToldWhenAnOperatorRejectsOrCancelsAHeldOrder(t *testing.T) {
	for _, verb := range []string{"reject", "cancel"} {
		t.Run(verb, func(t *testing.T) {
			g, buyer := withShop(t), takeAnswers(t)
			link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
			id := g.transferred(link, "C-1")
			o := orderOf("C-1")
			o.lines[0].quantity = "9"
			r := request(t, "POST", link+"/orders", "application/xml", o.peppol())
			r.SetBasicAuth(user, password)
			if done := send(t, r).want(t, 200); done.text("order", "status") != "held" {
				t.Fatalf("%v", done)
			}
			for range 2 {
				g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/"+verb, "").want(t, 200)
			}
			if told, _ := buyer.wait(t, 1); !strings.Contains(told, ">RE<") {
				t.Errorf("told: %s", told)
			}
			if n := len(g.api(g.shop.erp, "GET", "/v1/erp/orders/"+id+"/responses", "").want(t, 200).at("answers").([]any)); n != 1 {
				t.Errorf("%d answers", n)
			}
			if a := g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/response", `{"status":"accepted"}`).want(t, 409); a.text("code") != "answer.over" {
				t.Errorf("accepted when it is over: %v", a)
			}
		})
	}
}

func TestAnUpdateThatMendsAHeldOrderSettlesTheDocumentsBeforeIt(t *testing.T) {
	g, buyer := withShop(t), takeAnswers(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2", func(p *connection.Profile) { p.Ordering.AnswerURL = buyer.URL }))
	id := g.transferred(link, "C-1")
	o := orderOf("C-1")
	for i, quantity := range []string{"9", "8"} {
		o.payloadID, o.lines[0].quantity = fmt.Sprintf("o%d@buyer.example.com", i+1), quantity
		if r := callDocument(t, link, o.cxml()); r.Status.Code != "201" {
			t.Fatalf("%+v", r)
		}
		o.kind, o.replaces = "update", "o1@buyer.example.com"
	}
	o.payloadID, o.lines[0].quantity = "o3@buyer.example.com", "2"
	if r := callDocument(t, link, o.cxml()); r.Status.Code != "200" {
		t.Errorf("the update that mends it: %+v", r)
	}
	if o := g.erpOrder(id); o.text("status") != "confirmed" || len(o.at("differences").([]any)) != 0 {
		t.Errorf("%v", o)
	}
	told := ""
	for n := range 2 {
		got, _ := buyer.wait(t, n+1)
		told += got
	}
	if !strings.Contains(told, "o1@buyer.example.com") || !strings.Contains(told, "o2@buyer.example.com") || strings.Contains(told, `code="4`) {
		t.Errorf("told: %s", told)
	}
}

func TestADeleteWhoseNamesDisagreeTakesNothingAway(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	one, two, waiting := g.transferred(link, "C-1"), g.transferred(link, "C-2"), g.transferred(link, "C-3")
	callDocument(t, link, orderOf("C-1").cxml())
	second := orderOf("C-2")
	second.payloadID, second.number = "o2@buyer.example.com", "PO-2"
	callDocument(t, link, second.cxml())
	for name, c := range map[string]struct {
		delete purchaseOrder
		code   string
	}{
		"an unknown cart":                   {purchaseOrder{number: "PO-1", cartID: "C-none"}, "201"},
		"an unknown document":               {purchaseOrder{number: "PO-1", replaces: "none"}, "201"},
		"the cart of one, the other's name": {purchaseOrder{number: "PO-1", cartID: "C-1", replaces: "o2@buyer.example.com"}, "201"},
		"a cart that nobody ordered":        {purchaseOrder{number: "PO-3", cartID: "C-3"}, "409"},
	} {
		c.delete.kind, c.delete.payloadID, c.delete.lines = "delete", name+"@buyer.example.com", orderOf("").lines
		if r := callDocument(t, link, c.delete.cxml()); r.Status.Code != c.code {
			t.Errorf("%s: %+v, want %s", name, r, c.code)
		}
	}
	for id, status := range map[string]string{one: "confirmed", two: "confirmed", waiting: "transferred"} {
		if o := g.erpOrder(id); o.text("status") != status {
			t.Errorf("%s is %s", id, o.text("status"))
		}
	}
	byNumber := purchaseOrder{number: "PO-1", kind: "delete", payloadID: "d@buyer.example.com", lines: orderOf("").lines}
	if r := callDocument(t, link, byNumber.cxml()); r.Status.Code != "200" {
		t.Errorf("by the number alone: %+v", r)
	}
	if o := g.erpOrder(one); o.text("status") != "cancelled" {
		t.Errorf("by the number alone: %s", o.text("status"))
	}
}

func TestADocumentThatCameTooLateIsTiedOnceTheConnectionAcceptsIt(t *testing.T) {
	g := withShop(t)
	link, conn := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	g.clock.advance(31 * 24 * time.Hour)
	if r := callDocument(t, link, orderOf("C-1").cxml()); r.Status.Code != "409" {
		t.Fatalf("too late: %+v", r)
	}
	list := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status=refused", "").want(t, 200)
	tie := "/v1/admin/purchase-orders/" + object(list.at("purchase_orders").([]any)[0].(map[string]any)).text("id") + "/tie"
	g.api(g.shop.key, "POST", tie, `{"order":"`+id+`"}`).want(t, 409)
	address := "/v1/admin/connections/" + string(conn)
	profile := strings.Replace(g.api(g.shop.key, "GET", address, "").body, `"late_completion":false`, `"late_completion":true`, 1)
	g.api(g.shop.key, "PUT", address, profile).want(t, 200)
	if tied := g.api(g.shop.key, "POST", tie, `{"order":"`+id+`"}`).want(t, 200); tied.text("order", "status") != "confirmed" {
		t.Errorf("tied: %v", tied)
	}
	if r := callDocument(t, link, orderOf("C-1").cxml()); r.Status.Code != "200" {
		t.Errorf("the same document again: %+v", r)
	}
}
