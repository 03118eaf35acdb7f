package cxml_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/money"
)

// The document as encoding/xml writes it: the same elements, as Go structs.
type (
	poomDocument struct {
		XMLName   xml.Name `xml:"cXML"`
		PayloadID string   `xml:"payloadID,attr"`
		Timestamp string   `xml:"timestamp,attr"`
		Version   string   `xml:"version,attr"`
		Lang      string   `xml:"lang,attr"`
		Header    struct {
			From   []poomCredential `xml:"From>Credential"`
			To     []poomCredential `xml:"To>Credential"`
			Sender struct {
				Credential []poomCredential
				UserAgent  string
			}
		}
		Message struct {
			Mode   string `xml:"deploymentMode,attr"`
			Cookie string `xml:"PunchOutOrderMessage>BuyerCookie"`
			Head   struct {
				Allowed string    `xml:"operationAllowed,attr"`
				Total   poomMoney `xml:"Total>Money"`
				Tax     poomTax
				Order   struct {
					ID string `xml:"orderID,attr"`
				} `xml:"SupplierOrderInfo"`
			} `xml:"PunchOutOrderMessage>PunchOutOrderMessageHeader"`
			Items []poomItem `xml:"PunchOutOrderMessage>ItemIn"`
		}
	}
	poomCredential struct {
		Domain   string `xml:"domain,attr"`
		Identity string
	}
	poomMoney struct {
		Currency string `xml:"currency,attr"`
		Value    string `xml:",chardata"`
	}
	poomText struct {
		Lang string `xml:"lang,attr"`
		Text string `xml:",chardata"`
	}
	poomTax struct {
		Money       poomMoney
		Description poomText
		Detail      struct {
			Category    string     `xml:"category,attr"`
			Rate        string     `xml:"percentageRate,attr"`
			Taxable     *poomMoney `xml:"TaxableAmount>Money"`
			Amount      poomMoney  `xml:"TaxAmount>Money"`
			Description poomText
		} `xml:"TaxDetail"`
	}
	poomItem struct {
		Quantity string `xml:"quantity,attr"`
		SKU      string `xml:"ItemID>SupplierPartID"`
		Key      string `xml:"ItemID>SupplierPartAuxiliaryID"`
		Detail   struct {
			Price          poomMoney `xml:"UnitPrice>Money"`
			Description    poomText
			UnitOfMeasure  string
			Classification []struct {
				Domain string `xml:"domain,attr"`
				Code   string `xml:",chardata"`
			}
			ManufacturerName string `xml:",omitempty"`
			Extrinsic        []struct {
				Name string `xml:"name,attr"`
				Text string `xml:",chardata"`
			}
		} `xml:"ItemDetail"`
		Tax poomTax
	}
)

// inStructs reads a document that the encoder wrote, and proves that encoding/xml writes as much.
func inStructs(b *testing.B, document []byte) *poomDocument {
	b.Helper()
	d := new(poomDocument)
	if err := xml.Unmarshal(document, d); err != nil {
		b.Fatal(err)
	}
	again, err := xml.MarshalIndent(d, "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	if less := float64(len(again)) / float64(len(document)); less < 0.98 || less > 1.02 {
		b.Fatalf("encoding/xml writes %d bytes, the encoder %d", len(again), len(document))
	}
	return d
}

// Both write the same document in turn, and the fastest round of each is compared, so that what else the machine does
// counts for neither.
func BenchmarkEncode1000LinesBesideEncodingXML(b *testing.B) {
	for _, f := range []*cxml.Format{cxml.NewCXML12(), cxml.NewProceedo()} {
		b.Run(f.Name(), func(b *testing.B) {
			o := outgoing(large(b, 1000), "")
			var document bytes.Buffer
			if _, err := f.EncodeCart(&document, o); err != nil {
				b.Fatal(err)
			}
			structs := inStructs(b, document.Bytes())
			ours, theirs := time.Hour, time.Hour
			for b.Loop() {
				start := time.Now()
				if _, err := f.EncodeCart(io.Discard, o); err != nil {
					b.Fatal(err)
				}
				between := time.Now()
				e := xml.NewEncoder(io.Discard)
				e.Indent("", "  ")
				if err := e.Encode(structs); err != nil {
					b.Fatal(err)
				}
				ours, theirs = min(ours, between.Sub(start)), min(theirs, time.Since(between))
			}
			b.ReportMetric(float64(theirs)/float64(ours), "times-as-fast")
			b.ReportMetric(float64(ours.Microseconds()), "µs")
		})
	}
}

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
