package cxml_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/secret"
)

// purchaseOrder is an order of two lines, as a buyer sent it.
func purchaseOrder() port.PurchaseOrder {
	return port.PurchaseOrder{
		Number: "PO<1>", Date: "2026-11-23T09:00:00+01:00", Type: "new", DocumentID: "o1@buyer.example.com",
		Lines: []port.PurchaseOrderLine{
			{LineNumber: "10", SKU: "4711", Quantity: money.MustParse("10"), Unit: "EA"},
			{LineNumber: "20", SKU: "4712", Quantity: money.MustParse("2.5"), Unit: "MTR"},
		},
	}
}

// speaker is between a shop and a buyer with credentials.
func speaker() port.Speaker {
	return port.Speaker{
		From:       []connection.Identity{{Domain: "DUNS", ID: "012345678"}, {Domain: "NetworkID", ID: "AN01"}},
		To:         []connection.Identity{{Domain: "DUNS", ID: "987654321"}},
		Sender:     []connection.Identity{{Domain: "Hub", ID: "hub"}},
		DocumentID: "c1@shop.example.com",
	}
}

func response(status string, lines ...port.OrderResponseLine) port.OrderResponse {
	return port.OrderResponse{Order: purchaseOrder(), Number: "A-1", Status: status, Lines: lines, Now: now, Speaker: speaker()}
}

func respondToOrder(t testing.TB, r port.OrderResponse) string {
	t.Helper()
	var b bytes.Buffer
	mediaType, err := cxml.NewCXML12().EncodeOrderResponse(&b, r)
	if err != nil || mediaType != "text/xml; charset=UTF-8" {
		t.Fatalf("got %q, %v %+v", mediaType, err, fault.From(err))
	}
	return b.String()
}

// confirmationDocument is a ConfirmationRequest as its receiver reads it.
type confirmationDocument struct {
	From   string `xml:"Header>From>Credential>Identity"`
	To     string `xml:"Header>To>Credential>Identity"`
	Sender struct {
		Identity, SharedSecret string
	} `xml:"Header>Sender>Credential"`
	Request struct {
		Mode         string `xml:"deploymentMode,attr"`
		Confirmation struct {
			Header struct {
				ID        string   `xml:"confirmID,attr"`
				Operation string   `xml:"operation,attr"`
				Type      string   `xml:"type,attr"`
				Notice    string   `xml:"noticeDate,attr"`
				Comments  []string `xml:"Comments"`
			} `xml:"ConfirmationHeader"`
			Order struct {
				ID        string `xml:"orderID,attr"`
				Date      string `xml:"orderDate,attr"`
				Reference struct {
					PayloadID string `xml:"payloadID,attr"`
				} `xml:"DocumentReference"`
			} `xml:"OrderReference"`
			Items []confirmationItem `xml:"ConfirmationItem"`
		} `xml:"ConfirmationRequest"`
	} `xml:"Request"`
}

type confirmationItem struct {
	Quantity string             `xml:"quantity,attr"`
	Line     string             `xml:"lineNumber,attr"`
	Unit     string             `xml:"UnitOfMeasure"`
	Parts    []confirmationPart `xml:"ConfirmationStatus"`
}

type confirmationPart struct {
	Quantity string `xml:"quantity,attr"`
	Type     string `xml:"type,attr"`
	Delivery string `xml:"deliveryDate,attr"`
	Unit     string `xml:"UnitOfMeasure"`
	Comments string `xml:"Comments"`
}

func readConfirmation(t testing.TB, document string) confirmationDocument {
	t.Helper()
	var d confirmationDocument
	if err := xml.Unmarshal([]byte(document), &d); err != nil {
		t.Fatalf("%v in\n%s", err, document)
	}
	return d
}

func day(text string) cart.Moment {
	var m cart.Moment
	if err := m.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return m
}

func TestConfirmationsSayWhatBecomesOfEveryLine(t *testing.T) {
	first := func(parts ...confirmationPart) confirmationItem { return confirmationItem{"10", "10", "EA", parts} }
	second := func(parts ...confirmationPart) confirmationItem { return confirmationItem{"2.5", "20", "MTR", parts} }
	all := func(kind string) []confirmationItem {
		return []confirmationItem{first(confirmationPart{"10", kind, "", "EA", ""}), second(confirmationPart{"2.5", kind, "", "MTR", ""})}
	}
	dated := response("accepted")
	dated.PromisedFrom, dated.PromisedTo = day("2026-11-30"), day("2026-12-02T08:00:00Z")
	rejected := response("rejected", port.OrderResponseLine{LineNumber: "10", Status: "rejected", Note: "no longer made"})
	rejected.Note = " sorry "
	for name, c := range map[string]struct {
		response port.OrderResponse
		kind     string
		items    []confirmationItem
		comments []string
	}{
		"accepted":     {response("accepted"), "accept", all("accept"), nil},
		"acknowledged": {response("acknowledged"), "detail", all("unknown"), nil},
		"rejected, which has reasons and no lines": {rejected, "reject", nil, []string{"sorry", "10: no longer made"}},
		"accepted for the end of a promised time, in the document's zone": {dated, "accept", []confirmationItem{
			first(confirmationPart{"10", "accept", "2026-12-02T09:00:00+01:00", "EA", ""}),
			second(confirmationPart{"2.5", "accept", "2026-12-02T09:00:00+01:00", "MTR", ""}),
		}, nil},
		"fewer than ordered": {
			response("accepted_with_change", port.OrderResponseLine{LineNumber: "10", Status: "changed", Quantity: money.MustParse("6.50"), Note: "a & b"}),
			"detail", []confirmationItem{
				first(confirmationPart{"6.50", "accept", "", "EA", "a & b"}, confirmationPart{"3.50", "reject", "", "EA", ""}), all("accept")[1],
			}, nil,
		},
		"another day, which is sent as its noon": {
			response("accepted_with_change", port.OrderResponseLine{LineNumber: "20", Status: "changed", PromisedFrom: day("2026-12-24")}),
			"detail", []confirmationItem{all("accept")[0], second(confirmationPart{"2.5", "detail", "2026-12-24T12:00:00+01:00", "MTR", ""})}, nil,
		},
		"a line rejected": {
			response("accepted_with_change", port.OrderResponseLine{LineNumber: " 20 ", Status: "rejected", Note: "sold out"}),
			"detail", []confirmationItem{all("accept")[0], second(confirmationPart{"2.5", "reject", "", "MTR", "sold out"})}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			document := respondToOrder(t, c.response)
			d := readConfirmation(t, document)
			got := d.Request.Confirmation
			if got.Header.Type != c.kind || got.Header.ID != "A-1" || got.Header.Operation != "new" || got.Header.Notice != "2026-11-23T10:15:00+01:00" ||
				!slices.Equal(got.Header.Comments, c.comments) {
				t.Errorf("got header %+v", got.Header)
			}
			if got.Order.ID != "PO<1>" || got.Order.Date != "2026-11-23T09:00:00+01:00" || got.Order.Reference.PayloadID != "o1@buyer.example.com" {
				t.Errorf("got order %+v", got.Order)
			}
			if !slices.EqualFunc(got.Items, c.items, func(a, b confirmationItem) bool {
				return a.Quantity == b.Quantity && a.Line == b.Line && a.Unit == b.Unit && slices.Equal(a.Parts, b.Parts)
			}) {
				t.Errorf("got  %+v\nwant %+v", got.Items, c.items)
			}
			if findings := validate(t, document); len(findings) != 0 {
				t.Errorf("got %+v", findings)
			}
		})
	}
}

func TestAnswersGoFromTheShopToTheBuyer(t *testing.T) {
	r := response("accepted")
	r.HasSecret, r.Test = true, true
	kept := respondToOrder(t, r)
	if strings.Contains(kept, hidden) {
		t.Errorf("kept with its secret: %s", kept)
	}
	d := readConfirmation(t, string(cxml.NewCXML12().Authenticate([]byte(kept), secret.New(hidden))))
	if d.From != "987654321" || !strings.Contains(d.To, "AN01") && d.To != "012345678" || d.Sender.Identity != "987654321" ||
		d.Sender.SharedSecret != hidden || d.Request.Mode != "test" {
		t.Errorf("got %+v", d)
	}
	r.From, r.To, r.HasSecret = nil, nil, false
	r.Order.Seller, r.Order.Buyer = cart.Party{Name: "Shop"}, cart.Party{Name: "Buyer", Identifier: cart.Identifier{Scheme: "0060", ID: "7"}}
	document := respondToOrder(t, r)
	document = string(cxml.NewCXML12().Authenticate([]byte(document), secret.New(hidden))) // which has no place for it
	if d := readConfirmation(t, document); d.From != "Shop" || d.To != "7" || strings.Contains(document, "SharedSecret") {
		t.Errorf("got %+v", d)
	}
}

func TestAnswersThatCannotBeCarriedAreRefused(t *testing.T) {
	line := func(number, status, quantity string) port.OrderResponseLine {
		q, _ := money.Parse(quantity)
		return port.OrderResponseLine{LineNumber: number, Status: status, Quantity: q}
	}
	changed := func(change func(*port.OrderResponse)) port.OrderResponse {
		r := response("accepted")
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		response   port.OrderResponse
		path, code string
	}{
		"an unknown status":                      {response("maybe"), "/status", "unknown_value"},
		"no number":                              {changed(func(r *port.OrderResponse) { r.Number = "" }), "/number", "missing"},
		"an order without a payloadID":           {changed(func(r *port.OrderResponse) { r.Order.DocumentID = "" }), "/order/document_id", "missing"},
		"an order with two lines of one number":  {changed(func(r *port.OrderResponse) { r.Order.Lines[1].LineNumber = "10" }), "/order/lines/1/line_number", "repeated"},
		"more than ordered":                      {response("accepted_with_change", line("10", "changed", "11")), "/lines/0/quantity", "not_carried"},
		"a new article":                          {response("accepted_with_change", line("10", "changed", "9"), line("30", "accepted", "")), "/lines/1/line_number", "unknown_line"},
		"one line twice":                         {response("accepted_with_change", line("10", "changed", "9"), line("10", "changed", "9")), "/lines/1/line_number", "repeated"},
		"no change":                              {response("accepted_with_change"), "/lines", "no_change"},
		"a change that changes nothing":          {response("accepted_with_change", line("10", "changed", "10.0"), line("20", "rejected", "")), "/lines/0", "no_change"},
		"a change to nothing":                    {response("accepted_with_change", line("10", "changed", "0")), "/lines/0/quantity", "not_positive"},
		"an accepted line of another quantity":   {response("accepted_with_change", line("10", "accepted", "9"), line("20", "rejected", "")), "/lines/0/quantity", "contradicts"},
		"every line rejected":                    {response("accepted_with_change", line("10", "rejected", ""), line("20", "rejected", "")), "/status", "contradicts"},
		"a rejected line that is delivered":      {response("accepted_with_change", line("10", "rejected", "3")), "/lines/0", "contradicts"},
		"an unknown status of a line":            {response("accepted_with_change", line("10", "maybe", "")), "/lines/0/status", "unknown_value"},
		"a rejected line of an accepted order":   {response("accepted", line("10", "rejected", "")), "/lines/0/status", "contradicts"},
		"a decided line of an order that is not": {response("acknowledged", line("10", "accepted", "")), "/lines/0", "contradicts"},
		"a promise that ends before it begins":   {changed(func(r *port.OrderResponse) { r.PromisedFrom, r.PromisedTo = day("2026-12-02"), day("2026-12-01") }), "/promised_to", "before_start"},
		"a line's promise that ends before it begins": {
			response("accepted", port.OrderResponseLine{LineNumber: "10", Status: "accepted", PromisedFrom: day("2026-12-02"), PromisedTo: day("2026-12-01")}),
			"/lines/0/promised_to", "before_start",
		},
		"a promise of a rejected order": {
			func() port.OrderResponse { r := response("rejected"); r.PromisedFrom = day("2026-12-02"); return r }(), "/promised_from", "contradicts",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			_, err := cxml.NewCXML12().EncodeOrderResponse(&b, c.response)
			f := fault.From(err)
			if f == nil || f.Kind != fault.Invalid || b.Len() > 0 || len(f.Details) != 1 || f.Details[0].Path != c.path || f.Details[0].Code != c.code {
				t.Errorf("got %v %+v, wrote %d bytes; want %s at %s", err, f, b.Len(), c.code, c.path)
			}
		})
	}
}

// Whatever is confirmed, the quantities of each line add up to what was ordered, and the validator has no word to say.
func TestConfirmedQuantitiesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := randomResponse(t)
		var b bytes.Buffer
		if _, err := cxml.NewCXML12().EncodeOrderResponse(&b, r); err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		findings, err := cxml.NewCXML12().Validate(&b)
		if err != nil || len(findings) > 0 {
			t.Fatalf("got %+v, %v", findings, err)
		}
	})
}

func randomResponse(t *rapid.T) port.OrderResponse {
	quantity := rapid.Custom(func(t *rapid.T) money.Decimal {
		return money.MustParse(rapid.StringMatching(`[1-9][0-9]{0,3}(\.[0-9]{1,3})?`).Draw(t, "quantity"))
	})
	r := response(rapid.SampledFrom([]string{"acknowledged", "accepted", "accepted_with_change", "rejected"}).Draw(t, "status"))
	for i := range r.Order.Lines {
		l := &r.Order.Lines[i]
		l.Quantity, l.Unit = quantity.Draw(t, "ordered"), rapid.SampledFrom([]string{"EA", "", "UNI"}).Draw(t, "unit")
		if r.Status == "acknowledged" || !rapid.Bool().Draw(t, "said") {
			continue
		}
		said := port.OrderResponseLine{LineNumber: l.LineNumber, Status: "changed", Note: rapid.StringMatching(`[a-å& ]{0,9}`).Draw(t, "note")}
		switch r.Status {
		case "accepted", "rejected":
			said.Status = r.Status
		default:
			said.Quantity = quantity.Draw(t, "confirmed")
			if said.Quantity.Cmp(l.Quantity) > 0 {
				said.Quantity = money.Decimal{}
			}
		}
		if said.Status != "rejected" && rapid.Bool().Draw(t, "dated") {
			said.PromisedTo = cart.Moment{Time: now.Add(time.Duration(rapid.IntRange(0, 1000).Draw(t, "hours")) * time.Hour), HasTime: true}
		}
		r.Lines = append(r.Lines, said)
	}
	return r
}

func TestOrdersWithoutLinesAreAnswered(t *testing.T) {
	r := response("accepted")
	r.Order.Lines, r.Order.Type = nil, "delete"
	if d := readConfirmation(t, respondToOrder(t, r)); d.Request.Confirmation.Header.Type != "accept" {
		t.Errorf("got %+v", d)
	}
}

func TestErrorsOfTheWriterOfAnswersAreReturned(t *testing.T) {
	broken := io.ErrShortWrite
	if _, err := cxml.NewCXML12().EncodeOrderResponse(failingWriter{broken}, response("accepted")); err == nil || err.Error() != broken.Error() {
		t.Errorf("got %v", err)
	}
}

func status(accepted bool, reason string) port.OrderStatus {
	return port.OrderStatus{Order: purchaseOrder(), Accepted: accepted, Reason: reason, Now: now, Speaker: speaker()}
}

func encodeStatus(t *testing.T, s port.OrderStatus) string {
	t.Helper()
	var b bytes.Buffer
	if mediaType, err := cxml.NewCXML12().EncodeOrderStatus(&b, s); err != nil || mediaType != "text/xml; charset=UTF-8" {
		t.Fatalf("got %q, %v", mediaType, err)
	}
	return b.String()
}

func TestStatusUpdatesSayWhatBecameOfTheOrder(t *testing.T) {
	newer := status(true, "")
	newer.Options = []byte(`{"dtd_version":"1.2.050"}`)
	for name, c := range map[string]struct {
		status port.OrderStatus
		want   []string
	}{
		"it was accepted":                        {status(true, ""), []string{`<Status code="200" text="OK"/>`, `cXML/1.2.014/cXML.dtd`}},
		"it was not":                             {status(false, "no <such> cart"), []string{`<Status code="400" text="Bad Request" xml:lang="en">no &lt;such&gt; cart</Status>`}},
		"it was not, somehow":                    {status(false, ""), []string{`<Status code="400" text="Bad Request"/>`}},
		"in the DTD's version of the connection": {newer, []string{`cXML/1.2.050/cXML.dtd`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := encodeStatus(t, c.status)
			for _, want := range append(c.want, `<DocumentReference payloadID="o1@buyer.example.com"/>`, `deploymentMode="production"`) {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
		})
	}
}

func TestStatusUpdatesThatCannotBeWrittenAreRefused(t *testing.T) {
	nameless, wrong := status(true, ""), status(true, "")
	nameless.Order.DocumentID, wrong.Options = "", []byte(`{"colour":1}`)
	for name, s := range map[string]port.OrderStatus{"an order without a payloadID": nameless, "options that are refused": wrong} {
		var b bytes.Buffer
		if _, err := cxml.NewCXML12().EncodeOrderStatus(&b, s); fault.KindOf(err) != fault.Invalid || b.Len() > 0 {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
