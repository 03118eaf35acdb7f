package browser

import (
	"strings"
	"testing"
)

func TestAnOperatorErasesWhatAVisitLeft(t *testing.T) {
	operators(t, func(o *operator) {
		number := newProcurement(o).order(o.unique("E"))
		found := o.api("GET", "/v1/admin/orders?search="+number, "")["orders"].([]any)[0].(map[string]any)
		order, session := found["id"].(string), found["session"].(string)

		o.open("/erasure")
		o.look("erasure")
		o.click(`details.confirm > summary`, `details[open] button.danger`)
		o.click(`details.confirm button.danger`, ".mistakes")
		if said := o.wrong("/value"); said != o.T("måste fyllas i", "is required") {
			t.Errorf("without an address it says %q", said)
		}
		o.fill("/kind", "order")
		o.fill("/value", "there-is-none")
		o.click(`details.confirm button.danger`, `[name="/value"][value="there-is-none"]`)
		if said := o.wrong("/value"); said != o.T("det finns ingen sådan order", "there is no such order") {
			t.Errorf("of an order that is none it says %q", said)
		}

		// From the page of the visit, whose order somebody still waits for.
		o.open("/sessions/" + session)
		o.click(`a[href$="/erasure?session=`+session+`"]`, `[name="/value"][value="`+session+`"]`)
		erase := func() {
			o.click(`details.confirm > summary`, `details[open] button.danger`)
			o.click(`details.confirm button.danger`, `section.notice`)
		}
		erase()
		o.see(o.T("Besök: 0, order: 0", "Sessions: 0, orders: 0"),
			o.T("ordern väntar på att skickas", "the order is prepared; it must be exported"))
		o.look("erasure-kept")
		if o.api("GET", "/v1/admin/orders/"+order, "")["id"] != order {
			t.Error("an order that is needed is gone")
		}

		o.api("POST", "/v1/admin/orders/"+order+"/cancel", "{}")
		o.open("/erasure?session=" + session)
		erase()
		o.see(o.T("Besök: 1, order: 1, inköpsorder: 0, ordersvar: 0.", "Sessions: 1, orders: 1, purchase orders: 0, answers: 0."))
		o.look("erasure-done")
		o.open("/orders/" + order)
		o.see(o.T("det finns ingen sådan order", "there is no such order"))
		o.open("/audit")
		if log := visible(o.ctx, t); !strings.Contains(log, o.T("Raderade personuppgifter", "Erased personal data")) || !strings.Contains(log, session) {
			t.Errorf("the audit log does not have it: %s", log)
		}
	})
}
