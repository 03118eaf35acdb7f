package peppol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// orderText returns the text of an order document of testdata.
func orderText(t testing.TB, name string) string {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("testdata", "orders", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}

func decodeOrder(t testing.TB, document string) port.PurchaseOrder {
	t.Helper()
	order, err := NewOrdering().DecodeOrder(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return order
}

// inputs returns the names of the files of a folder of testdata, without their ending; a folder without any proves nothing.
func inputs(t *testing.T, folder, ending string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*"+ending))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no files *%s in testdata/%s: %v", ending, folder, err)
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(filepath.Base(file), ending)
	}
	return files
}

func TestOrderDocumentsAreReadAsExpected(t *testing.T) {
	for _, name := range inputs(t, "orders", ".xml") {
		t.Run(name, func(t *testing.T) {
			got, err := json.MarshalIndent(decodeOrder(t, orderText(t, name)), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			expectSame(t, filepath.Join("testdata", "orders", name+".json"), append(got, '\n'))
		})
	}
}

// readResponse returns an answer of testdata, with the order that its name begins with.
func readResponse(t *testing.T, name string) port.OrderResponse {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "responses", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var r port.OrderResponse
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	order, _, _ := strings.Cut(name, ".")
	r.Order, r.Now = decodeOrder(t, orderText(t, order)), now
	return r
}

func TestAnswersBecomeTheExpectedDocuments(t *testing.T) {
	for _, name := range inputs(t, "responses", ".json") {
		t.Run(name, func(t *testing.T) {
			r, file := readResponse(t, name), filepath.Join("testdata", "responses", name)
			expectSame(t, file+".response.xml", respond(t, r))
			if _, err := os.Stat(file + ".agreement.xml"); err == nil || *update {
				if agreement, err := agree(r); err == nil {
					expectSame(t, file+".agreement.xml", agreement)
				} else if !*update {
					t.Error(err)
				}
			}
		})
	}
}

func respond(t *testing.T, r port.OrderResponse) []byte {
	t.Helper()
	var b bytes.Buffer
	mediaType, err := NewOrdering().EncodeOrderResponse(&b, r)
	if err != nil || mediaType != "application/xml" {
		t.Fatalf("%s %v: %v", mediaType, err, fault.From(err))
	}
	return b.Bytes()
}

func agree(r port.OrderResponse) ([]byte, error) {
	var b bytes.Buffer
	_, err := NewOrdering().EncodeOrderAgreement(&b, r)
	return b.Bytes(), err
}

func TestTheSameOrderIsReadHoweverItIsWritten(t *testing.T) {
	minimal := orderText(t, "minimal")
	want := decodeOrder(t, minimal)
	wide := func(order []byte) string {
		b := []byte{order[0], order[1]}
		for _, unit := range utf16.Encode([]rune(strings.Replace(minimal, "UTF-8", "UTF-16", 1))) {
			pair := [2]byte{byte(unit >> 8), byte(unit)}
			if order[0] == 0xFF {
				pair[0], pair[1] = pair[1], pair[0]
			}
			b = append(b, pair[:]...)
		}
		return string(b)
	}
	_, body, _ := strings.Cut(minimal, "\n")
	for sentence, document := range map[string]string{
		"with a byte order mark":     "\xef\xbb\xbf" + minimal,
		"in UTF-16, big end first":   wide([]byte{0xFE, 0xFF}),
		"in UTF-16, small end first": wide([]byte{0xFF, 0xFE}),
		"in ISO-8859-1":              strings.NewReplacer("UTF-8", "ISO-8859-1", "ö", "\xf6").Replace(minimal),
		"without a declaration":      body,
		"with other prefixes":        strings.NewReplacer("xmlns:cbc", "xmlns:x.1", "cbc:", "x.1:", "xmlns:cac", "xmlns:_", "cac:", "_:").Replace(minimal),
		"with comments and instructions inside": strings.Replace(strings.Replace(minimal, "PO-1", "<!-- no -->PO<?x?>-1", 1),
			"2026-11", "<![CDATA[2026]]>-11", 1),
		"with white space around texts and in names": strings.NewReplacer(">PO-1<", ">\n PO-1\t<", `"EA"`, `" EA "`).Replace(minimal),
		"with elements that nobody reads":            strings.Replace(minimal, "<cac:OrderLine>", "<cac:PaymentTerms><cbc:Note>30</cbc:Note></cac:PaymentTerms><cac:OrderLine>", 1),
		"in another order":                           strings.Replace(strings.Replace(minimal, "<cbc:ID>PO-1</cbc:ID>", "", 1), "</Order>", "<cbc:ID>PO-1</cbc:ID></Order>", 1),
		"in an envelope":                             strings.NewReplacer("PO-4", "PO-1", "4b0fa4bd-0c6b-4b6d-9e9a-6c0f5f1a7c11", "").Replace(orderText(t, "enveloped")),
		"in an envelope with a prefix": `<e:StandardBusinessDocument xmlns:e="` + nsEnvelope + `"><e:StandardBusinessDocumentHeader/>` +
			body + `</e:StandardBusinessDocument>`,
		"with a namespace of one element": strings.Replace(minimal, "<cbc:ID>PO-1</cbc:ID>", `<q:ID xmlns:q="`+nsBasic+`">PO-1</q:ID>`, 1),
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := decodeOrder(t, document); !reflect.DeepEqual(got, want) {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

func TestOrdersThatCannotBeReadWithCertaintyAreRefused(t *testing.T) {
	const line, place = "<cac:OrderLine>", "/ubl:Order/cac:OrderLine/cac:LineItem"
	for sentence, c := range map[string]struct {
		order, old, now string
		code            string
		kind            fault.Kind
		says            string
	}{
		"text that is no XML":          {"minimal", "<?xml", "?", "peppol.not_readable", fault.Malformed, "line 2"},
		"an end that is missing":       {"minimal", "</Order>", "", "peppol.not_readable", fault.Malformed, "line 42"},
		"a prefix that is not bound":   {"minimal", "xmlns:cbc", "xmlns:c", "peppol.not_readable", fault.Malformed, "line 3"},
		"a document type":              {"minimal", "<Order", "<!DOCTYPE Order><Order", "peppol.not_readable", fault.Malformed, "line 2"},
		"an entity":                    {"minimal", "PO-1", "&po;", "peppol.not_readable", fault.Malformed, "line 5"},
		"an encoding that nobody has":  {"minimal", "UTF-8", "KLINGON", "peppol.not_readable", fault.Malformed, "KLINGON"},
		"another document of UBL":      {"minimal", nsOrder, nsCatalogue, "peppol.no_order", fault.Invalid, "line 2"},
		"no namespace":                 {"minimal", nsOrder, "", "peppol.no_order", fault.Invalid, "is no Order"},
		"another specification":        {"minimal", "trns:order:3", "trns:order_change:3", "peppol.no_order", fault.Invalid, "line 3: /ubl:Order/cbc:CustomizationID"},
		"no specification":             {"minimal", "cbc:CustomizationID", "cbc:UBLVersionID", "peppol.missing", fault.Malformed, "cbc:CustomizationID"},
		"an envelope with two letters": {"enveloped", "</StandardBusinessDocument>", "<x/></StandardBusinessDocument>", "peppol.no_order", fault.Invalid, "line 2"},
		"an envelope around an envelope": {"enveloped", "<StandardBusinessDocumentHeader>", "<StandardBusinessDocument/><StandardBusinessDocumentHeader>",
			"peppol.no_order", fault.Invalid, "one document"},
		"a number in another namespace":     {"minimal", "<cbc:ID>PO-1</cbc:ID>", "<ID>PO-1</ID>", "peppol.missing", fault.Malformed, "line 2: /ubl:Order has no cbc:ID"},
		"an empty number":                   {"minimal", "PO-1", " ", "peppol.missing", fault.Malformed, "/ubl:Order has no cbc:ID"},
		"two numbers":                       {"minimal", "<cbc:ID>PO-1</cbc:ID>", "<cbc:ID>1</cbc:ID><cbc:ID>2</cbc:ID>", "peppol.doubled", fault.Malformed, "line 5: /ubl:Order/cbc:ID[2]"},
		"a day that does not exist":         {"minimal", "2026-11-24", "2026-11-31", "peppol.value", fault.Malformed, "line 6: /ubl:Order/cbc:IssueDate"},
		"a day with a zone":                 {"minimal", "2026-11-24", "2026-11-24Z", "peppol.value", fault.Malformed, "cbc:IssueDate"},
		"a change, said to be an order":     {"full", ">220<", ">230<", "peppol.wrong_value", fault.Invalid, "line 9: /ubl:Order/cbc:OrderTypeCode"},
		"an unknown currency":               {"minimal", ">SEK<", ">KR<", "peppol.wrong_value", fault.Invalid, "cbc:DocumentCurrencyCode is no currency: KR"},
		"no buyer":                          {"minimal", "cac:BuyerCustomerParty", "cac:OriginatorCustomerParty", "peppol.missing", fault.Malformed, "cac:BuyerCustomerParty/cac:Party"},
		"no lines":                          {"minimal", "cac:OrderLine", "cac:Line", "peppol.missing", fault.Malformed, "has no cac:OrderLine"},
		"a line without an item":            {"minimal", "cac:LineItem", "cac:Line", "peppol.missing", fault.Malformed, "line 29: /ubl:Order/cac:OrderLine has no cac:LineItem"},
		"a line without a number":           {"minimal", "<cbc:ID>1<", "<cbc:ID><", "peppol.missing", fault.Malformed, place + " has no cbc:ID"},
		"a line without a name":             {"minimal", "cbc:Name>", "cbc:Brand>", "peppol.missing", fault.Malformed, place + " has no cac:Item/cbc:Name"},
		"a line number twice":               {"full", "<ID>20</ID>", "<ID>10</ID>", "peppol.doubled", fault.Malformed, "cac:OrderLine[2]/cac:LineItem/cbc:ID"},
		"a line without a quantity":         {"minimal", "cbc:Quantity", "cbc:MinimumQuantity", "peppol.missing", fault.Malformed, place + " has no cbc:Quantity"},
		"a quantity in words":               {"minimal", ">2<", ">två<", "peppol.value", fault.Malformed, "line 32: " + place + "/cbc:Quantity is no decimal number: två"},
		"a quantity with two signs":         {"minimal", ">2<", ">+-2<", "peppol.value", fault.Malformed, "cbc:Quantity"},
		"a quantity of a point":             {"minimal", ">2<", ">.<", "peppol.value", fault.Malformed, "cbc:Quantity"},
		"a quantity with an exponent":       {"minimal", ">2<", ">2e3<", "peppol.value", fault.Malformed, "cbc:Quantity"},
		"a quantity below zero":             {"minimal", ">2<", ">-2<", "peppol.wrong_value", fault.Invalid, "cbc:Quantity is negative"},
		"a quantity of too many digits":     {"minimal", ">2<", ">1234567890123456<", "peppol.wrong_value", fault.Invalid, "digits"},
		"a quantity without a unit":         {"minimal", ` unitCode="EA"`, "", "peppol.missing", fault.Malformed, "cbc:Quantity has no unitCode"},
		"an unknown unit":                   {"minimal", `"EA"`, `"ST"`, "peppol.wrong_value", fault.Invalid, "cbc:Quantity is in a unit"},
		"a price without an amount":         {"full", "PriceAmount", "Price", "peppol.missing", fault.Malformed, "cac:Price has no cbc:PriceAmount"},
		"a price below zero":                {"full", ">125.00<", ">-125.00<", "peppol.wrong_value", fault.Invalid, "cac:OrderLine[1]/cac:LineItem/cac:Price is negative"},
		"a price in another currency":       {"full", `<PriceAmount currencyID="SEK">125`, `<PriceAmount currencyID="EUR">125`, "peppol.wrong_value", fault.Invalid, "cbc:PriceAmount is in another currency"},
		"a price without a currency":        {"full", `<PriceAmount currencyID="SEK">125`, `<PriceAmount>125`, "peppol.missing", fault.Malformed, "cbc:PriceAmount has no currencyID"},
		"a price per nothing":               {"full", ">100<", ">0<", "peppol.wrong_value", fault.Invalid, "cbc:BaseQuantity is not above zero"},
		"a price per another unit":          {"full", `<BaseQuantity unitCode="C62"`, `<BaseQuantity unitCode="KGM"`, "peppol.wrong_value", fault.Invalid, "cbc:BaseQuantity is in another unit"},
		"a total in another currency":       {"full", `<TaxExclusiveAmount currencyID="SEK"`, `<TaxExclusiveAmount currencyID="EUR"`, "peppol.wrong_value", fault.Invalid, "cbc:TaxExclusiveAmount is in another"},
		"totals that do not name their sum": {"charges", "cbc:LineExtensionAmount", "cbc:PrepaidAmount", "peppol.missing", fault.Malformed, "cbc:LineExtensionAmount"},
		"more lines than a cart may have": {"minimal", "</cac:OrderLine>", "</cac:OrderLine>" + func() string {
			var b strings.Builder
			for i := range cart.MaxLines {
				fmt.Fprintf(&b, `%s<cac:LineItem><cbc:ID>L%d</cbc:ID><cbc:Quantity unitCode="EA">1</cbc:Quantity><cac:Item>`+
					`<cbc:Name>x</cbc:Name></cac:Item></cac:LineItem></cac:OrderLine>`, line, i)
			}
			return b.String()
		}(), cart.ErrTooManyLines.Code, fault.TooLarge, ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			text := orderText(t, c.order)
			changed := strings.ReplaceAll(text, c.old, c.now)
			if changed == text {
				t.Fatal("the document is not changed")
			}
			_, err := NewOrdering().DecodeOrder(strings.NewReader(changed))
			f := fault.From(err)
			if f == nil || f.Code != c.code || f.Kind != c.kind || !strings.Contains(f.Message, c.says) {
				t.Errorf("%v, want %s with %q", err, c.code, c.says)
			}
			if f != nil && c.kind != fault.TooLarge && !strings.Contains(f.Message, "line ") {
				t.Errorf("no line is named: %v", err)
			}
		})
	}
}

func TestDecodeOrderReturnsTheReadersOwnError(t *testing.T) {
	broken := errors.New("the line is cut")
	_, err := NewOrdering().DecodeOrder(io.MultiReader(strings.NewReader("<a>"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

// hostile are texts that would cost more than their length, or reach for what is not theirs.
func hostile() map[string]string {
	return map[string]string{
		"deep nesting":          strings.Repeat("<a>", 200_000),
		"deep nesting inside":   `<StandardBusinessDocument xmlns="` + nsEnvelope + `">` + strings.Repeat(`<Order xmlns="`+nsOrder+`">`, 200_000),
		"an entity bomb":        `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><a>&b;</a>`,
		"an external entity":    `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`,
		"an external subset":    `<!DOCTYPE a SYSTEM "http://example.com/a.dtd"><a/>`,
		"millions of elements":  "<a>" + strings.Repeat("<a/>", 1_500_000) + "</a>",
		"text in many pieces":   "<a>" + strings.Repeat("x<!---->", 500_000) + "</a>",
		"thousands of prefixes": "<a " + strings.Repeat(`xmlns:b="urn:b" `, 100_000) + "/>",
	}
}

func TestHostileTextsAreRefused(t *testing.T) {
	for sentence, text := range hostile() {
		t.Run(sentence, func(t *testing.T) {
			_, err := NewOrdering().DecodeOrder(strings.NewReader(text))
			if f := fault.From(err); f == nil || f.Kind != fault.Malformed && f.Kind != fault.Invalid || len(f.Message) > 500 {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAnswersThatContradictThemselvesOrTheOrderAreRefused(t *testing.T) {
	line := func(l port.OrderResponseLine) func(*port.OrderResponse) {
		return func(r *port.OrderResponse) { r.Lines = append(r.Lines[:0:0], l) }
	}
	day := func(text string) cart.Moment {
		var m cart.Moment
		if err := m.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return m
	}
	for sentence, c := range map[string]struct {
		answer string
		change func(*port.OrderResponse)
		path   string
	}{
		"no number":                      {"full.accepted", func(r *port.OrderResponse) { r.Number = " \n" }, "/number"},
		"an unknown status":              {"full.accepted", func(r *port.OrderResponse) { r.Status = "maybe" }, "/status"},
		"an order without a number":      {"full.accepted", func(r *port.OrderResponse) { r.Order.Number = "" }, "/order/number"},
		"a currency after the release":   {"full.accepted", func(r *port.OrderResponse) { r.Order.Currency = "XCG" }, "/order/currency"},
		"a seller without a name":        {"full.accepted", func(r *port.OrderResponse) { r.Order.Seller.Name = "" }, "/order/seller/name"},
		"a buyer without an address":     {"full.accepted", func(r *port.OrderResponse) { r.Order.Buyer.Endpoint.ID = "\t" }, "/order/buyer/endpoint/id"},
		"an address of unknown scheme":   {"full.accepted", func(r *port.OrderResponse) { r.Order.Buyer.Endpoint.Scheme = "9999" }, "/order/buyer/endpoint/scheme"},
		"a GLN with a wrong check digit": {"full.accepted", func(r *port.OrderResponse) { r.Order.Buyer.Endpoint.ID = "7381030000005" }, "/order/buyer/endpoint/id"},
		"an identifier of unknown scheme": {"full.accepted", func(r *port.OrderResponse) {
			r.Order.Seller.Identifier = cart.Identifier{Scheme: "X", ID: "1"}
		}, "/order/seller/identifier/scheme"},
		"a promise that ends before it begins": {"full.accepted", func(r *port.OrderResponse) { r.PromisedTo = day("2026-11-30") }, "/promised_to"},
		"a promise that ends a day early in the document's zone": {"full.accepted", func(r *port.OrderResponse) {
			r.PromisedFrom, r.PromisedTo = day("2026-12-02"), day("2026-12-02T00:30:00+05:00")
		}, "/promised_to"},
		"a promise of a rejected order":                         {"full.rejected", func(r *port.OrderResponse) { r.PromisedTo = day("2026-11-30") }, "/promised_from"},
		"an accepted order with a rejected line":                {"full.accepted", line(port.OrderResponseLine{LineNumber: "10", Status: "rejected"}), "/lines/0/status"},
		"a rejected order with an accepted line":                {"full.rejected", line(port.OrderResponseLine{LineNumber: "10", Status: "accepted"}), "/lines/0/status"},
		"an undecided order with a decided line":                {"full.acknowledged", line(port.OrderResponseLine{LineNumber: "10", Status: "accepted"}), "/lines/0"},
		"an accepted order with a note to a line":               {"full.accepted", line(port.OrderResponseLine{LineNumber: "10", Status: "accepted", Note: "x"}), "/lines/0"},
		"a change that is none":                                 {"full.changed", func(r *port.OrderResponse) { r.Lines = nil }, "/lines"},
		"a change that rejects everything":                      {"minimal.changed", line(port.OrderResponseLine{LineNumber: "1", Status: "rejected"}), "/status"},
		"a line that the order does not have":                   {"full.changed", line(port.OrderResponseLine{LineNumber: "99", Status: "rejected"}), "/lines/0/line_number"},
		"a line twice":                                          {"full.changed", func(r *port.OrderResponse) { r.Lines = append(r.Lines, r.Lines[0]) }, "/lines/2/line_number"},
		"a line of unknown status":                              {"full.changed", line(port.OrderResponseLine{LineNumber: "10", Status: "replaced"}), "/lines/0/status"},
		"a changed line without a change":                       {"full.changed", line(port.OrderResponseLine{LineNumber: "10", Status: "changed", Quantity: money.FromInt(2)}), "/lines/0"},
		"a line changed to nothing":                             {"full.changed", line(port.OrderResponseLine{LineNumber: "10", Status: "changed", Quantity: money.FromInt(0)}), "/lines/0/quantity"},
		"an accepted line with another quantity":                {"full.changed", line(port.OrderResponseLine{LineNumber: "10", Status: "accepted", Quantity: money.FromInt(3)}), "/lines/0/quantity"},
		"a rejected line with a quantity":                       {"full.changed", line(port.OrderResponseLine{LineNumber: "10", Status: "rejected", Quantity: money.FromInt(2)}), "/lines/0"},
		"a line's promise that ends before begins":              {"full.changed", line(port.OrderResponseLine{LineNumber: "10", Status: "accepted", PromisedFrom: day("2026-12-01T09:00:00Z"), PromisedTo: day("2026-12-01T08:00:00Z")}), "/lines/0/promised_to"},
		"a promise after the year 9999":                         {"full.accepted", func(r *port.OrderResponse) { r.PromisedTo = cart.Moment{Time: now.AddDate(9000, 0, 0)} }, "/promised_to"},
		"an order with a line number twice":                     {"full.changed", func(r *port.OrderResponse) { r.Order.Lines[2].LineNumber = "10" }, "/order/lines/2/line_number"},
		"an order with a line number twice but for white space": {"full.changed", func(r *port.OrderResponse) { r.Order.Lines[2].LineNumber = " 10\n" }, "/order/lines/2/line_number"},
		"an order with a line without a name":                   {"full.changed", func(r *port.OrderResponse) { r.Order.Lines[2].Name = "" }, "/order/lines/2/name"},
		"an order with a line without a quantity":               {"full.changed", func(r *port.OrderResponse) { r.Order.Lines[2].Quantity = money.Decimal{} }, "/order/lines/2/quantity"},
		"an order with a line of unknown unit":                  {"full.changed", func(r *port.OrderResponse) { r.Order.Lines[2].Unit = "ST" }, "/order/lines/2/unit"},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := readResponse(t, c.answer)
			c.change(&r)
			var b bytes.Buffer
			_, err := NewOrdering().EncodeOrderResponse(&b, r)
			expectRefusal(t, err, c.path)
			if b.Len() > 0 {
				t.Errorf("%d bytes were written all the same", b.Len())
			}
		})
	}
}

func TestWhatIsNotAgreedIsRefused(t *testing.T) {
	for sentence, c := range map[string]struct {
		answer string
		change func(*port.OrderResponse)
		path   string
	}{
		"a rejected order":                 {"full.rejected", func(*port.OrderResponse) {}, "/status"},
		"an undecided order":               {"full.acknowledged", func(*port.OrderResponse) {}, "/status"},
		"an order without lines":           {"full.accepted", func(r *port.OrderResponse) { r.Order.Lines = nil }, "/lines"},
		"a line without a price":           {"minimal.changed", func(*port.OrderResponse) {}, "/order/lines/0/unit_price"},
		"a promise without a first day":    {"minimal.changed", func(*port.OrderResponse) {}, "/lines/0/promised_from"},
		"a line without an article number": {"full.accepted", func(r *port.OrderResponse) { r.Order.Lines[2].SKU = "" }, "/order/lines/2/sku"},
		"a price per nothing":              {"full.accepted", func(r *port.OrderResponse) { r.Order.Lines[2].PriceBasisQuantity = zero }, "/order/lines/2/price_basis_quantity"},
		"an unknown tax category":          {"full.accepted", func(r *port.OrderResponse) { r.Order.Lines[2].Tax.Category = "?" }, "/order/lines/2/tax/category"},
		"the standard rate of nothing":     {"full.accepted", func(r *port.OrderResponse) { r.Order.Lines[2].Tax.Percent = zero }, "/order/lines/2/tax/percent"},
		"a GLN with a wrong check digit":   {"full.accepted", func(r *port.OrderResponse) { r.Order.ShipTo.GLN = "1" }, "/order/ship_to/gln/id"},
		"a country that does not exist":    {"full.accepted", func(r *port.OrderResponse) { r.Order.ShipTo.Country = "QQ" }, "/order/ship_to/country"},
		"an amount beyond all documents": {"full.accepted", func(r *port.OrderResponse) {
			r.Order.Lines[2].Quantity, r.Order.Lines[2].UnitPrice = money.MustParse("999999999999999"), money.MustParse("999999999999999")
		}, "/order/lines/2/unit_price"},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := readResponse(t, c.answer)
			c.change(&r)
			document, err := agree(r)
			expectRefusal(t, err, c.path)
			if len(document) > 0 {
				t.Errorf("%d bytes were written all the same", len(document))
			}
		})
	}
}

func TestAThousandMoreLinesCostAtMostAThousandMoreAllocations(t *testing.T) {
	allocations := func(times int) float64 {
		r := manyOrderLines()
		lines := r.Order.Lines
		for i := 1; i < times; i++ {
			for _, l := range lines {
				l.LineNumber += "-" + strconv.Itoa(i)
				r.Order.Lines = append(r.Order.Lines, l)
			}
		}
		return testing.AllocsPerRun(5, func() {
			if _, err := NewOrdering().EncodeOrderResponse(io.Discard, r); err != nil {
				t.Fatal(err)
			}
		})
	}
	if more := allocations(2) - allocations(1); more > 1000 {
		t.Errorf("%v more allocations", more)
	}
}

func TestOrderingHasNoOptions(t *testing.T) {
	if err := NewOrdering().CheckOptions(json.RawMessage(`{}`)); err != nil {
		t.Error(err)
	}
	expectRefusal(t, NewOrdering().CheckOptions(json.RawMessage(`{"field":"x"}`)), "/options/field")
}

func FuzzOrder(f *testing.F) {
	f.Add([]byte(orderText(f, "minimal"))) // longer seeds make every step of the fuzzer slow
	f.Add([]byte(orderText(f, "enveloped")))
	for sentence, text := range hostile() {
		if strings.HasPrefix(sentence, "a") {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(strings.Repeat("<a>", 200)))
	f.Add([]byte(`<Order xmlns="` + nsOrder + `"/>`))
	f.Add([]byte(`<StandardBusinessDocument xmlns="` + nsEnvelope + `"><Order xmlns="` + nsOrder + `"/></StandardBusinessDocument>`))
	f.Fuzz(func(t *testing.T, document []byte) {
		order, err := NewOrdering().DecodeOrder(bytes.NewReader(document))
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("a refusal that is none: %v", err)
			}
			return
		}
		r := port.OrderResponse{Order: order, Number: "1", Status: port.ResponseAccepted, Now: now}
		for _, encode := range []func(io.Writer, port.OrderResponse) (string, error){
			NewOrdering().EncodeOrderResponse, NewOrdering().EncodeOrderAgreement,
		} {
			var b bytes.Buffer
			if _, err := encode(&b, r); err != nil {
				if fault.KindOf(err) != fault.Invalid {
					t.Fatalf("not refused as invalid: %v", err)
				}
				continue
			}
			if _, err := read(&b); err != nil {
				t.Fatalf("the answer is no document: %v", err)
			}
		}
	})
}
