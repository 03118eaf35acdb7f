package cxml_test

import (
	"io"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/money"
)

func TestAThousandMoreLinesCostAThousandAllocationsAtMost(t *testing.T) {
	for name, options := range map[string]string{
		"as usual": "", "in ASCII": `{"encoding":"urlencoded"}`, "cut": `{"description_bytes":30}`,
		"without a UNSPSC code": "", "with what has no place": "", "with extrinsics": "", "for a hundred": "",
	} {
		t.Run(name, func(t *testing.T) {
			allocations := func(lines int) float64 {
				c := large(t, lines)
				for i := range c.Lines {
					l := &c.Lines[i]
					switch name {
					case "without a UNSPSC code":
						l.Classifications = nil
					case "with what has no place":
						l.BuyerSKU, l.ContractID = "b", "c"
					case "with extrinsics":
						l.Extrinsics = map[string]string{"b": "1", "a": "2", "c": "3"}
					case "for a hundred":
						l.PriceBasisQuantity = money.FromInt(100)
					}
				}
				o := outgoing(c, options)
				return testing.AllocsPerRun(5, func() {
					if _, err := cxml.NewCXML12().EncodeCart(io.Discard, o); err != nil {
						t.Fatal(err)
					}
				})
			}
			if few, many := allocations(1000), allocations(2000); many-few > 1000 {
				t.Errorf("%v allocations for 1000 lines, %v for 2000", few, many)
			} else {
				t.Logf("%v allocations for 1000 lines, %v for 2000", few, many)
			}
		})
	}
}

func TestAThousandMoreLinesOfAnAnswerCostAThousandAllocationsAtMost(t *testing.T) {
	allocations := func(lines int) float64 {
		r := response("accepted")
		for _, l := range large(t, lines).Lines {
			r.Order.Lines = append(r.Order.Lines, port.PurchaseOrderLine{LineNumber: l.SKU, Quantity: l.Quantity, Unit: l.Unit})
		}
		return testing.AllocsPerRun(5, func() {
			if _, err := cxml.NewCXML12().EncodeOrderResponse(io.Discard, r); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocations(1000), allocations(2000); many-few > 1000 {
		t.Errorf("%v allocations for 1000 lines, %v for 2000", few, many)
	}
}
