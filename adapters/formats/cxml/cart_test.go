package cxml_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strconv"
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
	"github.com/punchgate/punchgate/domain/transfer"
)

func minimal(t testing.TB) *cart.Cart { return readCart(t, "testdata/encode/minimal.cart.json") }

func encode(t testing.TB, o port.Outgoing) (string, port.Handover) {
	t.Helper()
	var b bytes.Buffer
	handover, err := cxml.NewProceedo().EncodeCart(&b, o)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), handover
}

func cancel(t *testing.T, options string) (string, port.Handover) {
	t.Helper()
	var b bytes.Buffer
	handover, err := cxml.NewProceedo().EncodeCancel(&b, outgoing(nil, options))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), handover
}

func TestCartsSayWhoSpeaksToWhom(t *testing.T) {
	c := minimal(t)
	c.Seller = cart.Party{Name: "Seller", Identifier: cart.Identifier{Scheme: "0060", ID: "111"}}
	c.Buyer = cart.Party{Name: "Buyer", Endpoint: cart.Identifier{Scheme: "9999", ID: "222"}}
	named := minimal(t)
	named.Seller.Name, named.Buyer.Name = "Seller & Co", "Buyer"
	identities := func(party, domain, id string) string {
		return "<" + party + "><Credential domain=\"" + domain + "\"><Identity>" + id + "</Identity></Credential>"
	}
	for name, c := range map[string]struct {
		cart     *cart.Cart
		from, to []connection.Identity
		want     []string
	}{
		"by the connection's credentials": {
			c, []connection.Identity{{Domain: "NetworkID", ID: "buyer"}}, []connection.Identity{{Domain: "DUNS", ID: "shop"}},
			[]string{identities("From", "DUNS", "shop"), identities("To", "NetworkID", "buyer"), identities("Sender", "DUNS", "shop")},
		},
		"by the parties' identifiers, where there are no credentials": {
			c, nil, nil, []string{identities("From", "DUNS", "111"), identities("To", "9999", "222"), identities("Sender", "DUNS", "111")},
		},
		"by name, where there is nothing else": {
			named, nil, nil, []string{identities("From", "Name", "Seller &amp; Co"), identities("To", "Name", "Buyer")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := outgoing(c.cart, "")
			o.From, o.To, o.Sender = c.from, c.to, []connection.Identity{{Domain: "Hub", ID: "hub"}}
			got, _ := encode(t, o)
			flat := strings.NewReplacer("\n", "", "  ", "").Replace(got)
			for _, want := range c.want {
				if !strings.Contains(flat, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
			if strings.Contains(got, "SharedSecret") || strings.Contains(got, "Hub") {
				t.Errorf("holds what is between buyer and network:\n%s", got)
			}
		})
	}
}

func TestTimesHaveANumericOffset(t *testing.T) {
	o := outgoing(minimal(t), "")
	o.Now = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	if got, _ := encode(t, o); !strings.Contains(got, `timestamp="2026-07-01T00:00:00+00:00"`) {
		t.Errorf("got\n%s", got)
	}
}

func TestTestSessionsMakeTestDocuments(t *testing.T) {
	o := outgoing(minimal(t), "")
	o.Test = true
	if got, _ := encode(t, o); !strings.Contains(got, `<Message deploymentMode="test">`) {
		t.Errorf("got\n%s", got)
	}
}

func TestACartWithoutASessionReferenceHasAnEmptyCookie(t *testing.T) {
	o := outgoing(minimal(t), "")
	o.Correlation = ""
	if got, _ := encode(t, o); !strings.Contains(got, `<BuyerCookie></BuyerCookie>`) {
		t.Errorf("got\n%s", got)
	}
}

func TestLinesWithoutUNSPSCWarnUnlessThereIsADefault(t *testing.T) {
	c := minimal(t)
	c.Lines[0].Classifications = nil
	got, handover := encode(t, outgoing(c, ""))
	if len(handover.Warnings) != 1 || handover.Warnings[0].Code != "unspsc.missing" || handover.Warnings[0].Path != "/lines/0/classifications" {
		t.Errorf("got warnings %+v", handover.Warnings)
	}
	if strings.Contains(got, `domain="UNSPSC"`) {
		t.Errorf("a made-up UNSPSC code hides the buyer's default:\n%s", got)
	}
	got, handover = encode(t, outgoing(c, `{"default_unspsc":"44121600"}`))
	if len(handover.Warnings) != 0 || !strings.Contains(got, `<Classification domain="UNSPSC">44121600</Classification>`) {
		t.Errorf("got %+v\n%s", handover.Warnings, got)
	}
}

func TestTheShopsOwnGTINExtrinsicStandsAlone(t *testing.T) {
	c := minimal(t)
	c.Lines[0].GTIN, c.Lines[0].Extrinsics = "73108650", map[string]string{"GTIN": "own"}
	if got, _ := encode(t, outgoing(c, "")); strings.Count(got, `name="GTIN"`) != 1 || !strings.Contains(got, ">own<") {
		t.Errorf("got\n%s", got)
	}
}

func TestCancellingChangesNothing(t *testing.T) {
	got, handover := cancel(t, "")
	if !strings.Contains(got, `<Status code="204" text="No Content"/>`) || strings.Contains(got, "<ItemIn") ||
		!strings.Contains(got, `<BuyerCookie> a&amp;b &lt;cookie&gt; </BuyerCookie>`) || strings.Contains(got, "SupplierOrderInfo") {
		t.Errorf("got\n%s", got)
	}
	want := []transfer.Field{{Name: "cxml-base64", Source: transfer.DocumentBase64}}
	if !reflect.DeepEqual(handover.Form.Fields, want) || handover.Form.Action != "https://buyer.example.com/return?x=1" {
		t.Errorf("got %+v", handover.Form)
	}
}

func TestCancellingByFormSendsNoDocument(t *testing.T) {
	got, handover := cancel(t, `{"cancel":"form","hidden_fields":{"a":"1"},"target":"_parent"}`)
	want := port.Handover{Form: transfer.Form{
		Action: "https://buyer.example.com/return?x=1", Method: "POST", AcceptCharset: "UTF-8", Target: "_parent", Fields: []transfer.Field{{Name: "a", Value: "1"}},
	}}
	if got != "" || !reflect.DeepEqual(handover, want) {
		t.Errorf("got %q, %+v", got, handover)
	}
}

func TestURLEncodedDocumentsAreASCII(t *testing.T) {
	o := outgoing(readCart(t, "testdata/encode/nasty.cart.json"), `{"encoding":"urlencoded"}`)
	o.Correlation = "kaka å 😀"
	got, _ := encode(t, o)
	for i := range len(got) {
		if got[i] >= 0x80 {
			t.Fatalf("byte %#x at %d", got[i], i)
		}
	}
	if !strings.Contains(got, "<BuyerCookie>kaka &#229; &#128512;</BuyerCookie>") {
		t.Errorf("got\n%s", got)
	}
}

func TestEncodersRefuseOptions(t *testing.T) {
	f := cxml.NewProceedo()
	if _, err := f.EncodeCart(io.Discard, outgoing(minimal(t), `{"field":7}`)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("EncodeCart: got %v", err)
	}
	if _, err := f.EncodeCancel(io.Discard, outgoing(nil, `{"field":7}`)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("EncodeCancel: got %v", err)
	}
}

func TestErrorsOfTheWriterAreReturned(t *testing.T) {
	broken := errors.New("disk full")
	if _, err := cxml.NewProceedo().EncodeCart(failingWriter{broken}, outgoing(minimal(t), "")); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

func TestFileNamesAreOnesThatEverySystemTakes(t *testing.T) {
	c := minimal(t)
	c.ID = "../å b\"1"
	if _, handover := encode(t, outgoing(c, "")); handover.FileName != "____b_1.xml" && handover.FileName != "_____b_1.xml" {
		t.Errorf("got %q", handover.FileName)
	}
}

// Whatever text a cart may hold comes back from the document: the cart is read again as the lines of a start call.
func TestEveryTextSurvives(t *testing.T) {
	text := func(limit int, more ...rune) *rapid.Generator[string] {
		runes := append([]rune(`&<>"'];[!-ab 1åé中😀`), more...)
		return rapid.StringOfN(rapid.SampledFrom(runes), 1, limit, -1).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
	}
	rapid.Check(t, func(t *rapid.T) {
		l := cart.Line{
			ID: "1", Key: text(20).Draw(t, "key"), SKU: text(20).Draw(t, "sku"),
			Manufacturer: text(20).Draw(t, "manufacturer"), ManufacturerSKU: text(20).Draw(t, "manufacturer_sku"),
			Name: text(20).Draw(t, "name"), Description: text(40, '\n', '\t', '\r').Draw(t, "description"),
			Quantity: money.MustParse("1.5"), Unit: "EA", UnitPrice: money.MustParse("0.10"),
			Classifications: []cart.Classification{{Scheme: text(10).Draw(t, "scheme"), Code: text(10).Draw(t, "code")}},
			URL:             text(30).Draw(t, "url"),
			Extrinsics:      map[string]string{text(10).Draw(t, "extrinsic"): text(20, '\n', '\r').Draw(t, "value")},
		}
		options := rapid.SampledFrom([]string{"", `{"encoding":"urlencoded"}`}).Draw(t, "options")
		cookie := text(20, '\n', ' ').Draw(t, "cookie")
		o := outgoing(&cart.Cart{ID: "1", Currency: "SEK", Lines: []cart.Line{l}}, options)
		o.Correlation = cookie
		var b bytes.Buffer
		if _, err := cxml.NewProceedo().EncodeCart(&b, o); err != nil {
			t.Fatal(err)
		}
		// what the buyer would send back to edit the cart
		_, message, _ := strings.Cut(b.String(), "<PunchOutOrderMessage>")
		message, _, _ = strings.Cut(message, "</PunchOutOrderMessage>")
		message = strings.NewReplacer("<ItemIn ", "<ItemOut ", "</ItemIn>", "</ItemOut>").Replace(message)
		body := wrapped(`<Request><PunchOutSetupRequest operation="edit">` + message + `</PunchOutSetupRequest></Request>`)
		call, err := cxml.NewProceedo().DecodeLogin(document([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		if l.Description == l.Name {
			l.Description = ""
		}
		if call.Correlation != cookie || len(call.Lines) != 1 || !reflect.DeepEqual(call.Lines[0], l) {
			t.Fatalf("got  %q %+v\nwant %q %+v", call.Correlation, call.Lines, cookie, l)
		}
	})
}

func TestOptionsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ options, path string }{
		"nothing":                            {"", ""},
		"everything":                         {`{"start":"form","header":false,"doctype":false,"dtd_version":"1.2.071","field":"cXML-base64","encoding":"base64","hidden_fields":{"a":"b"},"default_unspsc":"14111507","total":"gross","operation_allowed":"inspect","target":"_top","cancel":"form"}`, ""},
		"empty texts":                        {`{"start":"","dtd_version":"","field":"","encoding":"","default_unspsc":"","total":"","operation_allowed":"","target":"","cancel":""}`, ""},
		"a member that it does not know":     {`{"colour":"red"}`, "/options/colour"},
		"another start":                      {`{"start":"fax"}`, "/options/start"},
		"another encoding":                   {`{"encoding":"hex"}`, "/options/encoding"},
		"another total":                      {`{"total":"net"}`, "/options/total"},
		"another operation":                  {`{"operation_allowed":"source"}`, "/options/operation_allowed"},
		"another way to cancel":              {`{"cancel":"fax"}`, "/options/cancel"},
		"a version of another DTD":           {`{"dtd_version":"1.1.007"}`, "/options/dtd_version"},
		"a version with more behind it":      {`{"dtd_version":"1.2.014/../x"}`, "/options/dtd_version"},
		"a default that is no UNSPSC code":   {`{"default_unspsc":"14.11.15.07"}`, "/options/default_unspsc"},
		"a field name with a blank":          {`{"field":"a b"}`, "/options/field"},
		"a target with a blank":              {`{"target":"a b"}`, "/options/target"},
		"a hidden field without a name":      {`{"hidden_fields":{"":"b"}}`, "/options/hidden_fields/"},
		"a hidden field with a line end":     {`{"hidden_fields":{"a/\n":"b"}}`, "/options/hidden_fields/a~1\n"},
		"a hidden field for the document":    {`{"hidden_fields":{"CXML-base64":"b"}}`, "/options/hidden_fields/CXML-base64"},
		"a hidden field that is not a text":  {`{"hidden_fields":{"a":1}}`, "/options/hidden_fields/a"},
		"a header that is not true or false": {`{"header":"no"}`, "/options/header"},
	} {
		t.Run(name, func(t *testing.T) {
			err := cxml.NewProceedo().CheckOptions(json.RawMessage(c.options))
			switch {
			case c.path == "" && err != nil:
				t.Errorf("refused: %v %+v", err, fault.From(err).Details)
			case c.path == "":
			case fault.KindOf(err) != fault.Invalid || len(fault.From(err).Details) != 1 || fault.From(err).Details[0].Path != c.path:
				t.Errorf("got %v, want a detail at %s", err, c.path)
			}
		})
	}
}

// large is a cart with so many lines, no two alike.
func large(t testing.TB, lines int) *cart.Cart {
	c := minimal(t)
	first := c.Lines[0]
	first.Description, first.GTIN, first.Manufacturer = "500 ark, ohålat & oblekt", "07310865004703", "Pappersbruket"
	c.ID, c.Language, c.Lines = "C-1", "sv", make([]cart.Line, lines)
	for i := range c.Lines {
		c.Lines[i] = first
		c.Lines[i].Key, c.Lines[i].SKU = "k"+strconv.Itoa(i), strconv.Itoa(4711+i)
		c.Lines[i].Quantity = money.FromInt(int64(1 + i%7))
	}
	return c
}

func BenchmarkEncode1000Lines(b *testing.B) {
	o := outgoing(large(b, 1000), "")
	var document bytes.Buffer
	if _, err := cxml.NewProceedo().EncodeCart(&document, o); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(document.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cxml.NewProceedo().EncodeCart(io.Discard, o); err != nil {
			b.Fatal(err)
		}
	}
}
