package cxml_test

import (
	"fmt"
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

func TestLinesAreNumberedByTheirPositionWhereTheirNumbersDoNotTellThemApart(t *testing.T) {
	for name, c := range map[string]struct{ given, want [3]string }{
		"good numbers":              {[3]string{"10", "30", "20"}, [3]string{"10", "30", "20"}},
		"none":                      {[3]string{"", "", ""}, [3]string{"1", "2", "3"}},
		"one missing":               {[3]string{"10", "", "30"}, [3]string{"1", "2", "3"}},
		"one repeated":              {[3]string{"1", "1", "2"}, [3]string{"1", "2", "3"}},
		"one repeated with noughts": {[3]string{"1", "01", "2"}, [3]string{"1", "2", "3"}},
		"a word":                    {[3]string{"x", "2", "3"}, [3]string{"1", "2", "3"}},
		"nought":                    {[3]string{"0", "10", "20"}, [3]string{"1", "2", "3"}},
		"below nought":              {[3]string{"-1", "10", "20"}, [3]string{"1", "2", "3"}},
		"a fraction":                {[3]string{"1.5", "10", "20"}, [3]string{"1", "2", "3"}},
	} {
		var items, got strings.Builder
		for _, n := range c.given {
			fmt.Fprintf(&items, `<ItemOut quantity="1" lineNumber="%s"><ItemID><SupplierPartID>a</SupplierPartID></ItemID></ItemOut>`, n)
		}
		o, err := cxml.NewCXML12().DecodeOrder(strings.NewReader(order(`<OrderRequestHeader orderID="1"/>`, items.String())))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range o.Lines {
			got.WriteString(o.Lines[i].LineNumber + " ")
		}
		if want := strings.Join(c.want[:], " ") + " "; got.String() != want {
			t.Errorf("%s: the lines are %s, want %s", name, got.String(), want)
		}
	}
}
