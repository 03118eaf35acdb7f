package peppol

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// orderDocument writes an order as a buyer would, and shares nothing with what the format writes.
func orderDocument(o *port.PurchaseOrder) []byte {
	var b bytes.Buffer
	escaped := func(s string) string {
		var e bytes.Buffer
		_ = xml.EscapeText(&e, []byte(s))
		return e.String()
	}
	element := func(name, text string, attributes ...string) {
		if text == "" {
			return
		}
		b.WriteString("<" + name)
		for i := 0; i < len(attributes); i += 2 {
			if attributes[i+1] != "" {
				fmt.Fprintf(&b, ` %s="%s"`, attributes[i], escaped(attributes[i+1]))
			}
		}
		b.WriteString(">" + escaped(text) + "</" + name + ">")
	}
	inside := func(names string, write func()) {
		var ends string
		for name := range strings.FieldsSeq(names) {
			b.WriteString("<" + name + ">")
			ends = "</" + name + ">" + ends
		}
		write()
		b.WriteString(ends)
	}
	id := func(names string, id cart.Identifier) {
		if id.ID != "" {
			inside(names, func() { element("cbc:ID", id.ID, "schemeID", id.Scheme) })
		}
	}
	party := func(names string, p *cart.Party, address string) {
		inside(names, func() {
			element("cbc:EndpointID", p.Endpoint.ID, "schemeID", p.Endpoint.Scheme)
			id("cac:PartyIdentification", p.Identifier)
			b.WriteString(address)
			inside("cac:PartyLegalEntity", func() { element("cbc:RegistrationName", p.Name) })
		})
	}
	const sweden = "<cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country>"
	fmt.Fprintf(&b, `<Order xmlns=%q xmlns:cac=%q xmlns:cbc=%q>`, nsOrder, nsAggregate, nsBasic)
	element("cbc:CustomizationID", orderCustomization)
	element("cbc:ProfileID", responseProfile)
	element("cbc:ID", o.Number)
	element("cbc:IssueDate", o.Date)
	element("cbc:Note", o.Comments)
	element("cbc:DocumentCurrencyCode", o.Currency)
	element("cbc:CustomerReference", o.Buyer.Reference)
	id("cac:QuotationDocumentReference", cart.Identifier{ID: o.CartID})
	party("cac:BuyerCustomerParty cac:Party", &o.Buyer, "")
	party("cac:SellerSupplierParty cac:Party", &o.Seller, "<cac:PostalAddress>"+sweden+"</cac:PostalAddress>")
	if o.ShipTo != (cart.Address{}) {
		inside("cac:Delivery cac:DeliveryLocation", func() {
			element("cbc:ID", o.ShipTo.GLN, "schemeID", "0088")
			element("cbc:Name", o.ShipTo.Name)
			inside("cac:Address", func() {
				element("cbc:StreetName", o.ShipTo.Street)
				element("cbc:AdditionalStreetName", o.ShipTo.Street2)
				element("cbc:CityName", o.ShipTo.City)
				element("cbc:PostalZone", o.ShipTo.PostalCode)
				element("cbc:CountrySubentity", o.ShipTo.Region)
				b.WriteString(sweden)
			})
		})
	}
	if !o.Total.IsZero() {
		inside("cac:AnticipatedMonetaryTotal", func() {
			element("cbc:LineExtensionAmount", o.Total.String(), "currencyID", o.Currency)
			element("cbc:TaxExclusiveAmount", o.Total.String(), "currencyID", o.Currency)
			element("cbc:PayableAmount", o.Total.String(), "currencyID", o.Currency)
		})
	}
	for _, l := range o.Lines {
		inside("cac:OrderLine cac:LineItem", func() {
			element("cbc:ID", l.LineNumber)
			element("cbc:Quantity", l.Quantity.String(), "unitCode", l.Unit)
			if !l.UnitPrice.IsZero() {
				element("cbc:LineExtensionAmount", lineAmount(l).String(), "currencyID", o.Currency)
				inside("cac:Price", func() {
					element("cbc:PriceAmount", l.UnitPrice.String(), "currencyID", o.Currency)
					element("cbc:BaseQuantity", l.PriceBasisQuantity.String(), "unitCode", l.Unit)
				})
			}
			inside("cac:Item", func() {
				element("cbc:Name", l.Name)
				id("cac:SellersItemIdentification", cart.Identifier{ID: l.SKU})
				id("cac:StandardItemIdentification", l.StandardID)
				if l.Tax.Category != "" {
					inside("cac:ClassifiedTaxCategory", func() {
						element("cbc:ID", l.Tax.Category)
						element("cbc:Percent", l.Tax.Percent.String())
						inside("cac:TaxScheme", func() { element("cbc:ID", "VAT") })
					})
				}
			})
		})
	}
	b.WriteString("</Order>")
	return b.Bytes()
}

func lineAmount(l port.PurchaseOrderLine) money.Decimal {
	return l.Quantity.Mul(l.UnitPrice).Quo(l.PriceBasisQuantity).Round(2)
}

// randomOrder draws an order that the rules of T01 accept, as it is read.
func randomOrder(t *rapid.T) port.PurchaseOrder {
	r := drawer{t}
	trim := func(s string) string { return strings.Trim(s, xmlSpace) }
	number := func(pattern string) money.Decimal {
		return money.MustParse(rapid.StringMatching(pattern).Draw(t, "number"))
	}
	gln := cart.Identifier{Scheme: "0088", ID: "7381030000004"}
	party := func() cart.Party {
		return cart.Party{Name: trim(r.text()), Endpoint: gln, Identifier: rapid.SampledFrom([]cart.Identifier{
			{}, gln, {Scheme: "0007", ID: "5541277710"}, {Scheme: "0201", ID: "?"}, {ID: "K 1"},
		}).Draw(t, "identifier")}
	}
	o := port.PurchaseOrder{
		Number: trim(r.text()), Date: "2026-11-24", Type: "new", CartID: trim(r.maybe()), Comments: trim(r.long()),
		Currency: rapid.SampledFrom([]string{"SEK", "JPY", "KWD"}).Draw(t, "currency"), Buyer: party(), Seller: party(),
	}
	o.Buyer.Reference = trim(r.maybe())
	if r.yes() {
		o.ShipTo = cart.Address{Name: trim(r.maybe()), Street: trim(r.maybe()), Street2: trim(r.maybe()), City: trim(r.maybe()),
			PostalCode: trim(r.maybe()), Region: trim(r.maybe()), Country: "SE", GLN: r.some("7381030000004")}
	}
	total := money.FromInt(0)
	for i := range rapid.IntRange(1, 5).Draw(t, "lines") { // whose numbers are small enough for a total within the limits
		l := port.PurchaseOrderLine{
			LineNumber: trim(r.text()) + strconv.Itoa(i), SKU: trim(r.maybe()), Name: trim(r.text()), Currency: o.Currency,
			Quantity: number(`[0-9]{1,8}(\.[0-9]{1,4})?`), Unit: rapid.SampledFrom([]string{"EA", "KGM", "XBX"}).Draw(t, "unit"),
			StandardID: rapid.SampledFrom([]cart.Identifier{{}, {Scheme: "0160", ID: "07310865004703"}, {Scheme: "0002", ID: "å"}}).Draw(t, "standard"),
		}
		if l.StandardID.Scheme == "0160" {
			l.GTIN = l.StandardID.ID
		}
		if rapid.IntRange(0, 9).Draw(t, "priced") > 0 {
			l.UnitPrice, l.PriceBasisQuantity = number(`[0-9]{1,6}(\.[0-9]{1,6})?`), money.MustParse(r.some("1", "3", "0.7", "1000"))
			l.PriceBasisQuantity = l.PriceBasisQuantity.Or(one)
			total = total.Add(lineAmount(l))
		}
		if rapid.IntRange(0, 9).Draw(t, "taxed") > 0 {
			l.Tax = rapid.SampledFrom([]cart.Tax{
				{Category: "S", Percent: money.MustParse("25")}, {Category: "S", Percent: money.MustParse("25.00")},
				{Category: "S", Percent: money.MustParse("5.5")}, {Category: "S", Percent: money.MustParse("0.3")},
				{Category: "Z", Percent: zero}, {Category: "E", Percent: zero}, {Category: "AE", Percent: zero}, {Category: "O"},
				{Category: "K", Percent: money.MustParse("0.00")}, {Category: "B", Percent: money.MustParse("22")},
			}).Draw(t, "tax")
		}
		o.Lines = append(o.Lines, l)
	}
	if r.yes() {
		o.Total = total
	}
	return o
}

// randomResponse draws an answer that mostly, but not always, makes sense.
func randomResponse(t *rapid.T, o *port.PurchaseOrder) port.OrderResponse {
	r := drawer{t}
	day := func() cart.Moment {
		if r.yes() {
			return cart.Moment{}
		}
		m := cart.Moment{Time: now.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "hours")) * time.Hour).In(r.zone()), HasTime: r.yes()}
		if !m.HasTime {
			m.Time = m.Time.UTC().Truncate(24 * time.Hour)
		}
		return m
	}
	note := func() string { return rapid.SampledFrom([]string{"", "", " \n", "x", r.long()}).Draw(t, "note") }
	a := port.OrderResponse{
		Order: *o, Number: r.text(), Note: note(), PromisedFrom: day(), PromisedTo: day(), Now: now.In(r.zone()),
		Status: rapid.SampledFrom([]string{"acknowledged", "accepted", "rejected", "accepted_with_change", "accepted_with_change"}).Draw(t, "status"),
	}
	for i := range o.Lines {
		if a.Status != port.ResponseChanged || r.yes() {
			continue
		}
		l := port.OrderResponseLine{LineNumber: o.Lines[i].LineNumber, Note: note(),
			Status: rapid.SampledFrom([]string{"accepted", "changed", "rejected"}).Draw(t, "line status")}
		if l.Status == port.LineChanged {
			l.Quantity = r.positive()
		}
		if l.Status != port.LineRejected {
			l.PromisedFrom, l.PromisedTo = day(), day()
		}
		a.Lines = append(a.Lines, l)
	}
	return a
}

// answers encodes the answer in both ways; what is refused must say why.
func answers(t interface{ Errorf(string, ...any) }, r port.OrderResponse) map[string][]byte {
	documents := map[string][]byte{}
	var response, agreement bytes.Buffer
	_, err := NewOrdering().EncodeOrderResponse(&response, r)
	documents["response"] = response.Bytes()
	_, err2 := NewOrdering().EncodeOrderAgreement(&agreement, r)
	documents["agreement"] = agreement.Bytes()
	for name, err := range map[string]error{"response": err, "agreement": err2} {
		if err == nil {
			continue
		}
		delete(documents, name)
		if f := fault.From(err); f.Kind != fault.Invalid || len(f.Details) == 0 {
			t.Errorf("refused without a word: %v", err)
		}
	}
	return documents
}

func TestOrdersAreReadAsTheyWereMeant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := randomOrder(t)
		got, err := NewOrdering().DecodeOrder(bytes.NewReader(orderDocument(&want)))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\n%+v, want\n%+v", err, got, want)
		}
		answers(t, randomResponse(t, &got))
	})
}

func TestPeppolCheckFindsNothingFatalInOrdersAndTheirAnswers(t *testing.T) {
	check := theChecker(t)
	documents, written := map[string][]byte{}, map[string]int{}
	add := func(name string, r port.OrderResponse) {
		for kind, document := range answers(t, r) {
			documents[name+" "+kind] = document
			written[kind+" "+r.Status]++
		}
	}
	for _, name := range inputs(t, "orders", ".xml") {
		text := orderText(t, name)
		if _, inside, enveloped := strings.Cut(text, "</StandardBusinessDocumentHeader>"); enveloped {
			text = strings.TrimSpace(strings.Replace(inside, "</StandardBusinessDocument>", "", 1))
		}
		documents["order "+name] = []byte(text)
	}
	for _, name := range inputs(t, "responses", ".json") {
		add(name, readResponse(t, name))
	}
	for sentence, change := range map[string]func(l *port.PurchaseOrderLine){
		"taxed so low that the rules expect nothing":   func(l *port.PurchaseOrderLine) { l.Tax = cart.Tax{Category: "S", Percent: money.MustParse("0.3")} },
		"taxed just enough":                            func(l *port.PurchaseOrderLine) { l.Tax = cart.Tax{Category: "S", Percent: money.MustParse("0.5")} },
		"with a tax of a category without totals":      func(l *port.PurchaseOrderLine) { l.Tax.Category = "B" },
		"with a standard identifier of unknown scheme": func(l *port.PurchaseOrderLine) { l.SKU, l.StandardID.Scheme = "1", "X" },
		"dearer than decimals of the schema hold in total": func(l *port.PurchaseOrderLine) {
			l.Quantity, l.UnitPrice = money.MustParse("99999999999.5"), money.MustParse("99999999999")
		},
	} {
		r := readResponse(t, "full.accepted")
		r.Order.Total = money.Decimal{}
		for i := range r.Order.Lines {
			change(&r.Order.Lines[i])
		}
		add(sentence, r)
		if documents[sentence+" agreement"] == nil {
			t.Errorf("%s: refused", sentence)
		}
	}
	drawn := rapid.Custom(func(t *rapid.T) port.OrderResponse {
		o := randomOrder(t)
		return randomResponse(t, &o)
	})
	for i := range 600 {
		r := drawn.Example(i)
		name := "random " + strconv.Itoa(i)
		documents[name] = orderDocument(&r.Order)
		r.Order = decodeOrder(t, string(documents[name]))
		add(name, r)
	}
	long := manyOrderLines()
	documents["1000 lines"] = orderDocument(&long.Order)
	long.Order = decodeOrder(t, string(documents["1000 lines"]))
	add("1000 lines", long)
	for _, kind := range []string{"response acknowledged", "response accepted", "response rejected", "response accepted_with_change",
		"agreement accepted", "agreement accepted_with_change"} {
		if written[kind] < 5 {
			t.Errorf("only %d times a document %s", written[kind], kind)
		}
	}
	totals := 0
	for name, v := range check.judge(t, documents) {
		if v.Fatal {
			t.Errorf("%s: %+v\n%s", name, v.Findings, documents[name])
		}
		if bytes.Contains(documents[name], []byte("<cac:LegalMonetaryTotal>")) {
			totals++
		}
	}
	if totals < 10 {
		t.Errorf("only %d agreements have totals", totals)
	}
	t.Logf("%d documents (%v), %d with totals", len(documents), written, totals)
}

// manyOrderLines is an answer to an order of 1,000 lines, of each kind a third.
func manyOrderLines() port.OrderResponse {
	party := cart.Party{Name: "A", Endpoint: cart.Identifier{Scheme: "0088", ID: "7381030000004"}}
	r := port.OrderResponse{
		Order:  port.PurchaseOrder{Number: "1", Date: "2026-11-24", Currency: "SEK", Buyer: party, Seller: party},
		Number: "1", Status: port.ResponseChanged, Now: now,
	}
	for i := range 1000 {
		number := strconv.Itoa(i + 1)
		r.Order.Lines = append(r.Order.Lines, port.PurchaseOrderLine{
			LineNumber: number, SKU: "sku" + number, Name: "Artikel " + number, Quantity: money.FromInt(int64(i + 2)), Unit: "EA",
			UnitPrice: money.MustParse("0." + number), PriceBasisQuantity: one, Tax: cart.Tax{Category: "S", Percent: money.MustParse("12")},
		})
		switch i % 3 {
		case 0:
			r.Lines = append(r.Lines, port.OrderResponseLine{LineNumber: number, Status: port.LineRejected, Note: "Slut"})
		case 1:
			r.Lines = append(r.Lines, port.OrderResponseLine{LineNumber: number, Status: port.LineChanged, Quantity: one})
		}
	}
	return r
}

// The checker's own order fragments are no whole orders: each is refused, with its line.
func TestFragmentsOfOrdersAreRefused(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(theChecker(t).home, "testdata", "unit-order", "*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no fragments: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = NewOrdering().DecodeOrder(bytes.NewReader(text))
		if f := fault.From(err); f == nil || f.Kind != fault.Malformed || !strings.Contains(f.Message, "line ") {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
}
