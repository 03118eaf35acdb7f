package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
)

// ofItsOwn is what each cXML answer has of its own.
var ofItsOwn = regexp.MustCompile(`(payloadID|timestamp)="[^"]*"`)

// TestAPurchaseOrderThatIsSentAgainIsAnsweredTheSame holds docs/orders.md: a row for each way in which procurement systems send
// a document again.
func TestAPurchaseOrderThatIsSentAgainIsAnsweredTheSame(t *testing.T) {
	confirmed := func(*purchaseOrder) {}
	held := func(o *purchaseOrder) { o.lines[0].quantity = "3" }
	unmatched := func(o *purchaseOrder) { o.cartID, o.lines[0].sku = "", "none" }
	other := func(o *purchaseOrder) { o.number, o.payloadID = "PO-2", "o2@buyer.example.com" } // of a cart that was ordered
	for name, c := range map[string]struct {
		times   int
		apart   time.Duration
		order   func(*purchaseOrder)
		anew    bool // the document is written anew, with another time
		answers string
	}{
		"Coupa after time-outs":                           {4, 5 * time.Minute, confirmed, false, "200"},
		"Coupa after failures":                            {5, time.Hour, confirmed, false, "200"},
		"as the cXML guide has it":                        {10, time.Hour, confirmed, false, "200"},
		"a system that writes the document anew":          {4, 5 * time.Minute, confirmed, true, "200"},
		"Coupa, of an order that an operator decides":     {4, 5 * time.Minute, held, false, "201"},
		"Coupa, of an order that has no cart":             {4, 5 * time.Minute, unmatched, false, "201"},
		"Coupa, of a cart that was ordered by another PO": {4, 5 * time.Minute, other, false, "409"},
	} {
		t.Run(name, func(t *testing.T) {
			g := withShop(t)
			link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
			id := g.transferred(link, "C-1")
			if c.answers == "409" {
				callDocument(t, link, orderOf("C-1").cxml())
			}
			o := orderOf("C-1")
			c.order(&o)
			document := o.cxml()
			var first string
			for i := range c.times + 1 {
				if c.anew {
					document = strings.Replace(o.cxml(), `timestamp="2026-11-23T10:00:00`, fmt.Sprintf(`timestamp="2026-11-23T10:%02d:00`, 5*i), 1)
				}
				a := send(t, request(t, "POST", link, `text/xml; charset="UTF-8"`, document))
				body := ofItsOwn.ReplaceAllString(a.body, "")
				if i == 0 {
					first = body
				}
				if a.status != 200 || body != first || !strings.Contains(body, `code="`+c.answers+`"`) {
					t.Fatalf("call %d is answered %d %s, the first %s", i+1, a.status, body, first)
				}
				if c.answers == "201" && i == c.times/2 && o.cartID != "" { // the decision comes in between
					g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/confirm", "").want(t, 200)
				}
				g.clock.advance(c.apart)
			}
			documents := 0
			for _, status := range []string{"applied", "unmatched", "refused", "received"} {
				list, _ := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status="+status, "").want(t, 200).at("purchase_orders").([]any)
				documents += len(list)
			}
			if want := map[bool]int{true: 2, false: 1}[c.answers == "409"]; documents != want {
				t.Errorf("%d documents are kept, not %d", documents, want)
			}
			if n := len(g.feed("").ids()); n > 1 || n == 0 && o.cartID != "" {
				t.Errorf("%d orders for the ERP", n)
			}
		})
	}
}

func TestAnotherOrderUnderTheSameIdentifierIsNoRepetition(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	g.transferred(link, "C-1")
	o := orderOf("C-1")
	callDocument(t, link, o.cxml())
	for name, change := range map[string]func(*purchaseOrder){
		"another quantity": func(o *purchaseOrder) { o.lines[0].quantity = "9" },
		"another price":    func(o *purchaseOrder) { o.lines[0].price = "1.00" },
		"another line":     func(o *purchaseOrder) { o.lines = append(o.lines, o.lines[0]) },
		"another number":   func(o *purchaseOrder) { o.number = "PO-9" },
		"another cart":     func(o *purchaseOrder) { o.cartID = "C-9" },
	} {
		changed := orderOf("C-1")
		change(&changed)
		if r := callDocument(t, link, changed.cxml()); r.Status.Code != "409" {
			t.Errorf("%s is answered %s", name, r.Status.Code)
		}
	}
}

func TestAnAccessPointThatSendsAgainGetsTheSame(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	g.transferred(link, "C-1")
	var first answer
	for i := range 5 {
		r := request(t, "POST", link+"/orders", "application/xml", orderOf("C-1").peppol())
		r.SetBasicAuth(user, password)
		a := send(t, r)
		if i == 0 {
			first = a
		}
		if a.status != 200 || a.body != first.body {
			t.Errorf("call %d: %d %s, the first %s", i+1, a.status, a.body, first.body)
		}
		g.clock.advance(10 * time.Minute)
	}
}

func TestAPingThatComesAgainTellsTheOrderAsItIs(t *testing.T) {
	for _, format := range []string{"proceedo-cxml", "oci-4", "peppol-bis-punchout-3"} {
		t.Run(format, func(t *testing.T) {
			g := withShop(t)
			link, _ := g.connect(format, nil)
			id := g.transferred(link, "C-1")
			told := func(status int) string {
				t.Helper()
				return ping(t, link, "C-1").want(t, status).text("order", "status")
			}
			for range 4 {
				if s := told(200); s != "confirmed" {
					t.Errorf("told %s", s)
				}
				g.clock.advance(5 * time.Minute)
			}
			confirmed := g.erpOrder(id).text("confirmed_at")
			g.api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/exported", `{"erp_reference":"E-1"}`).want(t, 200)
			if s := told(200); s != "exported" || g.erpOrder(id).text("confirmed_at") != confirmed {
				t.Errorf("after the export it told %s, and the order was confirmed at %s", s, g.erpOrder(id).text("confirmed_at"))
			}
			g.api(g.shop.key, "POST", "/v1/admin/orders/"+id+"/cancel", "").want(t, 200)
			told(409)
		})
	}
}

// TestAStartThatComesAgainOpensASessionOfItsOwn: nothing was ordered, so nothing is doubled.
func TestAStartThatComesAgainOpensASessionOfItsOwn(t *testing.T) {
	g := withShop(t)
	byDocument, _ := g.connect("cxml-1.2", withIdentities)
	byForm, _ := g.connect("oci-5", func(p *connection.Profile) { p.Login.User = "other" })
	sessions := map[string]bool{}
	for range 3 {
		sessions[g.visitByDocument(byDocument, setup(password, setupRequest)).text("session", "id")] = true
		call := startCall()
		call.Set("USERNAME", "other")
		a := postForm(t, byForm, call)
		if a.status != http.StatusSeeOther {
			t.Fatalf("%d %s", a.status, a.body)
		}
		sessions[g.exchange(a)] = true
	}
	if len(sessions) != 6 {
		t.Errorf("%d sessions: %v", len(sessions), fmt.Sprint(sessions))
	}
}
