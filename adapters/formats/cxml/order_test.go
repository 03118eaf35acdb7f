package cxml_test

import (
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/domain/fault"
)

func order(header, items string) string {
	return wrapped(`<Request><OrderRequest>` + header + items + `</OrderRequest></Request>`)
}

func TestOrdersThatCannotBeUsedAreRefused(t *testing.T) {
	const head = `<OrderRequestHeader orderID="1" orderDate="2026-01-01"/>`
	const line = `<ItemOut quantity="1"><ItemID><SupplierPartID>a</SupplierPartID></ItemID></ItemOut>`
	for name, c := range map[string]struct {
		document, code string
		kind           fault.Kind
		says           string
	}{
		"an entity bomb":         {entityBomb, "cxml.not_readable", fault.Malformed, "line 1"},
		"another document":       {setup("create", ""), "cxml.document_unsupported", fault.Unsupported, "PunchOutSetupRequest"},
		"another root":           {"<Order/>", "cxml.not_cxml", fault.Malformed, "Order"},
		"no header":              {order("", line), "cxml.missing", fault.Malformed, "OrderRequestHeader"},
		"no number":              {order(`<OrderRequestHeader/>`, line), "cxml.missing", fault.Malformed, "orderID"},
		"an unknown type":        {order(`<OrderRequestHeader orderID="1" type="redo"/>`, line), "cxml.value", fault.Malformed, "type"},
		"a total with a comma":   {order(`<OrderRequestHeader orderID="1"><Total><Money>1,0</Money></Total></OrderRequestHeader>`, line), "cxml.value", fault.Malformed, "Money"},
		"no lines":               {order(head, ""), "cxml.missing", fault.Malformed, "ItemOut"},
		"a line without number":  {order(head, `<ItemOut quantity="1"/>`), "cxml.missing", fault.Malformed, "SupplierPartID"},
		"a line of no quantity":  {order(head, `<ItemOut><ItemID><SupplierPartID>a</SupplierPartID></ItemID></ItemOut>`), "cxml.missing", fault.Malformed, "quantity"},
		"a quantity in words":    {order(head, `<ItemOut quantity="two"/>`), "cxml.value", fault.Malformed, "ItemOut"},
		"a price basis in words": {order(head, `<ItemOut quantity="2"><ItemDetail><PriceBasisQuantity quantity="x"/></ItemDetail></ItemOut>`), "cxml.value", fault.Malformed, "PriceBasisQuantity"},
		"too many lines":         {order(head, strings.Repeat(line, 10_001)), "cart.too_many_lines", fault.TooLarge, "lines"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cxml.NewProceedo().DecodeOrder(strings.NewReader(c.document))
			f := fault.From(err)
			if f == nil || f.Kind != c.kind || f.Code != c.code || !strings.Contains(f.Message, c.says) {
				t.Errorf("got %v (%+v), want %s", err, f, c.code)
			}
		})
	}
}

func TestAnOrderWithoutATypeIsNew(t *testing.T) {
	document := order(`<OrderRequestHeader orderID="1"/>`, `<ItemOut quantity="1"><ItemID><SupplierPartID>a</SupplierPartID></ItemID></ItemOut>`)
	order, err := cxml.NewProceedo().DecodeOrder(strings.NewReader(document))
	if err != nil || order.Type != "new" || order.Test || order.Buyer.Name != "1" || order.Buyer.Identifier.Scheme != "0060" {
		t.Errorf("got %+v, %v", order, err)
	}
}
