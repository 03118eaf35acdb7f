package e2e

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestOfEqualCallsAtTwoGatewaysAtOnceOneCounts sends what callers send to two gateways on one store, sixteen times at once.
func TestOfEqualCallsAtTwoGatewaysAtOnceOneCounts(t *testing.T) {
	const calls = 16
	g := withShop(t)
	gateways := []*gateway{g, g.twin()}
	// at returns an address as the gateway of the call has it.
	at := func(i int, address string) string { return strings.Replace(address, g.url, gateways[i%2].url, 1) }
	cxml, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	peppol, _ := g.connect("peppol-bis-punchout-3", orders("peppol-bis-ordering-3"))
	want := map[string]bool{} // orders for the ERP
	confirmed := g.listen("order.confirmed")

	t.Run("the exchange of a token", func(t *testing.T) {
		exchange := func(i int, token string, header ...string) answer {
			return gateways[i%2].api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token+`"}`, header...)
		}
		once := token(t, postForm(t, peppol, startCall()))
		answers := atOnce(calls, func(i int) answer { return exchange(i, once) })
		if count(answers, 200) != 1 || count(answers, 410) != calls-1 {
			t.Errorf("without a key: %v", answers)
		}
		again := token(t, postForm(t, peppol, startCall()))
		answers = atOnce(calls, func(i int) answer { return exchange(i, again, "Idempotency-Key", "k") })
		for _, a := range answers {
			if a.status != 200 || a.body != answers[0].body {
				t.Errorf("with a key: %d %s, another %s", a.status, a.body, answers[0].body)
			}
		}
	})

	t.Run("the sending of a cart", func(t *testing.T) {
		session := g.punchOut(peppol)
		answers := atOnce(calls, func(i int) answer {
			return gateways[i%2].sendCart(session, `{"id":"C-sent",`+cartOf(oneLine)[1:], "Idempotency-Key", "k")
		})
		if count(answers, 201) != 1 || count(answers, 200) != calls-1 {
			t.Errorf("%v", answers)
		}
		for _, a := range answers {
			if a.json(t).at("order", "id") != answers[0].json(t).at("order", "id") {
				t.Errorf("%s and %s", a.body, answers[0].body)
			}
		}
	})

	t.Run("the ping", func(t *testing.T) {
		id := g.transferred(peppol, "C-ping")
		want[id] = true
		answers := atOnce(calls, func(i int) answer { return ping(t, at(i, peppol), "C-ping") })
		for _, a := range answers {
			if a.status != 200 || a.body != answers[0].body {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		confirmed.awaitTypes(t, "order", id, "order.confirmed")
	})

	t.Run("the purchase order, in cXML", func(t *testing.T) {
		id := g.transferred(cxml, "C-cxml")
		want[id] = true
		o := orderOf("C-cxml")
		answers := atOnce(calls, func(i int) answer {
			return send(t, request(t, "POST", at(i, cxml), `text/xml; charset="UTF-8"`, o.cxml()))
		})
		for _, a := range answers {
			var r response
			if err := xml.Unmarshal([]byte(a.body), &r); err != nil || r.Status.Code != "200" {
				t.Errorf("%v %s", err, a.body)
			}
		}
		confirmed.awaitTypes(t, "order", id, "order.confirmed")
	})

	t.Run("the purchase order, in Peppol", func(t *testing.T) {
		id := g.transferred(peppol, "C-peppol")
		want[id] = true
		o := orderOf("C-peppol")
		answers := atOnce(calls, func(i int) answer {
			r := request(t, "POST", at(i, peppol)+"/orders", "application/xml", o.peppol())
			r.SetBasicAuth(user, password)
			return send(t, r)
		})
		if count(answers, http.StatusOK) != calls {
			t.Errorf("%v", answers)
		}
		confirmed.awaitTypes(t, "order", id, "order.confirmed")
	})

	t.Run("a ping and a purchase order", func(t *testing.T) {
		id := g.transferred(cxml, "C-both")
		want[id] = true
		o := orderOf("C-both")
		o.payloadID = "both@buyer.example.com"
		call := startCall()
		call.Set("USERNAME", "buyer")
		call.Set("order", "C-both")
		call.Set("purchase_order", o.number)
		answers := atOnce(calls, func(i int) answer {
			if i%4 < 2 {
				return postForm(t, at(i, cxml)+"/complete", call)
			}
			return send(t, request(t, "POST", at(i, cxml), `text/xml; charset="UTF-8"`, o.cxml()))
		})
		if count(answers, 200) != calls {
			t.Errorf("%v", answers)
		}
		confirmed.awaitTypes(t, "order", id, "order.confirmed")
	})

	list, _ := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders?status=applied", "").want(t, 200).at("purchase_orders").([]any)
	if len(list) != 3 {
		t.Errorf("%d purchase order documents are kept", len(list))
	}
	for _, gateway := range gateways {
		seen := map[string]bool{}
		for _, id := range gateway.feed("").ids() {
			if seen[id] || !want[id] {
				t.Errorf("the feed has %s", id)
			}
			seen[id] = true
		}
		if len(seen) != len(want) {
			t.Errorf("%d orders for the ERP, not %d", len(seen), len(want))
		}
	}

	for id := range want { // also after all the others
		confirmed.awaitTypes(t, "order", id, "order.confirmed")
	}

	t.Run("the export", func(t *testing.T) {
		for id := range want {
			answers := atOnce(calls, func(i int) answer {
				return gateways[i%2].api(g.shop.erp, "POST", "/v1/erp/orders/"+id+"/exported", fmt.Sprintf(`{"erp_reference":"E-%d"}`, i))
			})
			first := answers[0].json(t).text("erp_reference")
			for _, a := range answers {
				if a.status != 200 || a.json(t).text("erp_reference") != first {
					t.Errorf("%d %s, another %s", a.status, a.body, first)
				}
			}
		}
	})
}
