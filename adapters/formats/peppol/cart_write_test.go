package peppol

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

var update = flag.Bool("update", false, "rewrite the expected documents")

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func outgoing(c *cart.Cart) port.Outgoing {
	return port.Outgoing{Cart: c, ReturnURL: "https://buyer.example.com/return", Now: now}
}

func readCart(t *testing.T, name string) *cart.Cart {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "carts", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	c := new(cart.Cart)
	if err := json.Unmarshal(text, c); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil {
		t.Fatalf("%v: %v", err, fault.From(err).Details)
	}
	return c
}

func encode(t *testing.T, o port.Outgoing) ([]byte, port.Handover) {
	t.Helper()
	var b bytes.Buffer
	h, err := New().EncodeCart(&b, o)
	if err != nil {
		t.Fatalf("%v: %v", err, fault.From(err).Details)
	}
	return b.Bytes(), h
}

func TestCartsBecomeTheExpectedDocuments(t *testing.T) {
	carts, err := filepath.Glob(filepath.Join("testdata", "carts", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(carts) == 0 {
		t.Fatal("there are no carts in testdata/carts")
	}
	for _, file := range carts {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			document, handover := encode(t, outgoing(readCart(t, name)))
			expectSame(t, strings.TrimSuffix(file, ".json")+".xml", document)
			warnings, err := json.MarshalIndent(handover.Warnings, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			expectSame(t, strings.TrimSuffix(file, ".json")+".warnings", append(warnings, '\n'))
			for _, f := range validate(t, document) {
				t.Errorf("the document has a finding: %+v", f)
			}
		})
	}
}

func expectSame(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (run with -update and read the difference); got:\n%s", file, got)
	}
}

func validate(t *testing.T, document []byte) []port.Finding {
	t.Helper()
	findings, err := New().Validate(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func TestTheDocumentIsHandedOverByAForm(t *testing.T) {
	for sentence, c := range map[string]struct {
		change func(*port.Outgoing)
		want   transfer.Form
	}{
		"by default one field in Base64": {
			func(*port.Outgoing) {},
			transfer.Form{Fields: []transfer.Field{{Name: "xml", Source: transfer.DocumentBase64}}},
		},
		"the session reference goes back in the parameter that brought it": {
			func(o *port.Outgoing) { o.Correlation, o.CorrelationField = "77", "SESSION" },
			transfer.Form{Fields: []transfer.Field{{Name: "SESSION", Value: "77"}, {Name: "xml", Source: transfer.DocumentBase64}}},
		},
		"or in the field of the options": {
			func(o *port.Outgoing) {
				o.Correlation, o.CorrelationField = "77", "SESSION"
				o.Options = json.RawMessage(`{"correlation_field":"sid","hidden_fields":{"sid":"1","b":"2","a":"3"}}`)
			},
			transfer.Form{Fields: []transfer.Field{{Name: "a", Value: "3"}, {Name: "b", Value: "2"}, {Name: "sid", Value: "77"},
				{Name: "xml", Source: transfer.DocumentBase64}}},
		},
		"without a session reference no field is made for it": {
			func(o *port.Outgoing) {
				o.CorrelationField, o.Options = "SESSION", json.RawMessage(`{"correlation_field":"sid","hidden_fields":{"sid":"1"}}`)
			},
			transfer.Form{Fields: []transfer.Field{{Name: "sid", Value: "1"}, {Name: "xml", Source: transfer.DocumentBase64}}},
		},
		"fields of the mapping win over those of the options, but not over the session reference": {
			func(o *port.Outgoing) {
				o.Correlation, o.CorrelationField = "77", "SESSION"
				o.Options = json.RawMessage(`{"hidden_fields":{"a":"1","b":"2"}}`)
				o.FormFields = map[string]string{"b": "3", "c": "4", "SESSION": "5"}
			},
			transfer.Form{Fields: []transfer.Field{{Name: "a", Value: "1"}, {Name: "b", Value: "3"}, {Name: "c", Value: "4"},
				{Name: "SESSION", Value: "77"}, {Name: "xml", Source: transfer.DocumentBase64}}},
		},
		"field, encoding and frame are options": {
			func(o *port.Outgoing) {
				o.Options = json.RawMessage(`{"field":"cart","encoding":"text","target":"_top"}`)
			},
			transfer.Form{Target: "_top", Fields: []transfer.Field{{Name: "cart", Source: transfer.DocumentText}}},
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := outgoing(readCart(t, "minimal"))
			c.change(&o)
			_, h := encode(t, o)
			c.want.Action, c.want.Method, c.want.AcceptCharset = "https://buyer.example.com/return", "POST", "UTF-8"
			if !reflect.DeepEqual(h.Form, c.want) {
				t.Errorf("form %+v, want %+v", h.Form, c.want)
			}
			if h.MediaType != "application/xml" || h.FileName != "C-1.xml" {
				t.Errorf("media type %q, file name %q", h.MediaType, h.FileName)
			}
		})
	}
}

func TestWhoComesBackWithoutACartBringsTheFormWithoutADocument(t *testing.T) {
	o := port.Outgoing{ReturnURL: "https://buyer.example.com/return", Correlation: "77", CorrelationField: "SESSION",
		Options: json.RawMessage(`{"hidden_fields":{"a":"1"}}`), Now: now}
	var b bytes.Buffer
	h, err := New().EncodeCancel(&b, o)
	if err != nil || b.Len() > 0 {
		t.Fatalf("error %v, %d bytes written", err, b.Len())
	}
	want := transfer.Form{Action: o.ReturnURL, Method: "POST", AcceptCharset: "UTF-8",
		Fields: []transfer.Field{{Name: "a", Value: "1"}, {Name: "SESSION", Value: "77"}}}
	if !reflect.DeepEqual(h.Form, want) {
		t.Errorf("form %+v, want %+v", h.Form, want)
	}
}

func TestWrongOptionsAreRefused(t *testing.T) {
	for sentence, c := range map[string]struct{ options, path string }{
		"an unknown member":                          {`{"fields":"x"}`, "/options/fields"},
		"a field name with a blank":                  {`{"field":"a b"}`, "/options/field"},
		"an unknown encoding":                        {`{"encoding":"gzip"}`, "/options/encoding"},
		"a hidden field with the document's name":    {`{"hidden_fields":{"XML":"1"}}`, "/options/hidden_fields/XML"},
		"a hidden field without a name":              {`{"hidden_fields":{"":"1"}}`, "/options/hidden_fields/"},
		"a session reference in the document's name": {`{"field":"a","correlation_field":"a"}`, "/options/correlation_field"},
		"a UNSPSC code with dots":                    {`{"default_unspsc":"14.11.15.07"}`, "/options/default_unspsc"},
		"a frame with a blank":                       {`{"target":"a b"}`, "/options/target"},
	} {
		t.Run(sentence, func(t *testing.T) {
			expectRefusal(t, New().CheckOptions(json.RawMessage(c.options)), c.path)
			o := outgoing(readCart(t, "minimal"))
			o.Options = json.RawMessage(c.options)
			_, err := New().EncodeCart(io.Discard, o)
			expectRefusal(t, err, c.path)
		})
	}
	t.Run("a field of the mapping with the document's name", func(t *testing.T) {
		o := outgoing(readCart(t, "minimal"))
		o.FormFields = map[string]string{"Xml": "1"}
		_, err := New().EncodeCart(io.Discard, o)
		expectRefusal(t, err, "/options/field")
	})
	t.Run("a session reference that came in the document's field", func(t *testing.T) {
		o := outgoing(readCart(t, "minimal"))
		o.Correlation, o.CorrelationField = "77", "XML"
		_, err := New().EncodeCart(io.Discard, o)
		expectRefusal(t, err, "/options/field")
	})
}

func expectRefusal(t *testing.T, err error, path string) {
	t.Helper()
	f := fault.From(err)
	if f == nil || f.Kind != fault.Invalid {
		t.Fatalf("not refused as invalid: %v", err)
	}
	if !slices.ContainsFunc(f.Details, func(d fault.Detail) bool { return d.Path == path && d.Code != "" && d.Message != "" }) {
		t.Errorf("no detail names %s: %+v", path, f.Details)
	}
}

func TestWhatTheFormatCannotCarryIsRefused(t *testing.T) {
	for sentence, c := range map[string]struct {
		change func(*cart.Cart)
		path   string
	}{
		"a cart without an identifier": {func(c *cart.Cart) { c.ID = "" }, "/id"},
		"a cart without a time":        {func(c *cart.Cart) { c.IssuedAt = cart.Moment{} }, "/issued_at"},
		"a line without an identifier": {func(c *cart.Cart) { c.Lines[0].ID = "" }, "/lines/0/id"},
		"a seller without a name":      {func(c *cart.Cart) { c.Seller.Name = "" }, "/seller/name"},
		"a currency after the release": {func(c *cart.Cart) { c.Currency = "XCG" }, "/currency"},
		"an endpoint without a scheme": {func(c *cart.Cart) { c.Seller.Endpoint.ID = "1" }, "/seller/endpoint/scheme"},
		"an endpoint of an unknown scheme": {
			func(c *cart.Cart) { c.Buyer.Endpoint = cart.Identifier{Scheme: "9999", ID: "1"} }, "/buyer/endpoint/scheme",
		},
		"an identifier of an unknown scheme": {
			func(c *cart.Cart) { c.Buyer.Identifier = cart.Identifier{Scheme: "9999", ID: "1"} }, "/buyer/identifier/scheme",
		},
		"a GLN whose check digit is wrong": {
			func(c *cart.Cart) { c.Buyer.Endpoint = cart.Identifier{Scheme: "0088", ID: "7381030000005"} }, "/buyer/endpoint/id",
		},
		"a Swedish organisation number whose check digit is wrong": {
			func(c *cart.Cart) { c.Seller.Identifier = cart.Identifier{Scheme: "0007", ID: "5541277711"} }, "/seller/identifier/id",
		},
		"an article known by an identifier of an unknown scheme alone": {func(c *cart.Cart) {
			c.Lines[0].SKU, c.Lines[0].StandardID = "", cart.Identifier{Scheme: "X", ID: "1"}
		}, "/lines/0/standard_id/scheme"},
		"an embedded file of another media type": {func(c *cart.Cart) {
			c.Lines[0].Attachments = []cart.Attachment{{URL: "https://example.com"},
				{Name: "a.mp4", MediaType: "video/mp4", Content: []byte("a")}}
		}, "/lines/0/attachments/1/media_type"},
		"a time that leaves the calendar in the cart's zone": {func(c *cart.Cart) {
			c.IssuedAt.Time = c.IssuedAt.Time.In(time.FixedZone("", 3600))
			c.ValidUntil = cart.Moment{Time: time.Date(9999, 12, 31, 23, 30, 0, 0, time.UTC), HasTime: true}
		}, "/valid_until"},
	} {
		t.Run(sentence, func(t *testing.T) {
			o := outgoing(readCart(t, "minimal"))
			c.change(o.Cart)
			if err := o.Cart.Check(); err != nil {
				t.Fatalf("the cart itself is wrong: %v", fault.From(err).Details)
			}
			var b bytes.Buffer
			_, err := New().EncodeCart(&b, o)
			expectRefusal(t, err, c.path)
			if b.Len() > 0 {
				t.Errorf("%d bytes were written all the same", b.Len())
			}
		})
	}
}

func TestADocumentIsNeverIssuedInTheFuture(t *testing.T) {
	o := outgoing(readCart(t, "minimal"))
	o.Cart.IssuedAt.Time = time.Date(2026, 11, 25, 1, 0, 0, 0, time.FixedZone("", 7200))
	document, h := encode(t, o)
	for _, want := range []string{"<cbc:IssueDate>2026-11-24<", "<cbc:IssueTime>14:00:00<"} {
		if !bytes.Contains(document, []byte(want)) {
			t.Errorf("the document lacks %s", want)
		}
	}
	if !warned(h, "/issued_at", "issued_at.in_future") {
		t.Errorf("no warning says so: %+v", h.Warnings)
	}
}

func TestLinesWithoutUNSPSCGetTheDefaultOrAWarning(t *testing.T) {
	o := outgoing(readCart(t, "minimal"))
	document, h := encode(t, o)
	if !warned(h, "/lines/0/classifications", "unspsc.missing") || bytes.Contains(document, []byte("CommodityClassification")) {
		t.Errorf("no warning names the line: %+v", h.Warnings)
	}
	o.Options = json.RawMessage(`{"default_unspsc":"14111507"}`)
	document, h = encode(t, o)
	if !bytes.Contains(document, []byte(`<cbc:ItemClassificationCode listID="TST">14111507<`)) || len(h.Warnings) > 0 {
		t.Errorf("the default is not written, or there are warnings: %+v", h.Warnings)
	}
}

func warned(h port.Handover, path, code string) bool {
	return slices.ContainsFunc(h.Warnings, func(w transfer.Warning) bool {
		return w.Path == path && w.Code == code && w.Message != ""
	})
}

// Every member of the full cart that holds a text or a number is in the document, or a warning names it.
func TestNothingIsLostInSilence(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "carts", "full.json"))
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	document, h := encode(t, outgoing(readCart(t, "full")))
	otherwise := map[string]string{ // written in another form
		"/issued_at": "<cbc:IssueTime>00:15:00<", "/valid_until": "<cbc:EndTime>00:59:59<",
		"/lines/0/available_until":          "<cbc:EndTime>00:30:00<",
		"/lines/0/classifications/0/scheme": `listID="TST"`,
		"/lines/0/classifications/1/scheme": `listID="STI"`,
		"/lines/0/attachments/0/media_type": "image/png",
		"/lines/0/attachments/1/media_type": "film.mp4", // of a link, like the next: the package comment says so
		"/lines/0/attachments/2/media_type": "blad.pdf",
		"/lines/0/url":                      "p/4711?a=1&amp;b=2",
		"/lines/0/key":                      "<cbc:ID>FREIGHT<", // the package comment says so
		"/lines/1/key":                      "<cbc:ID>2<",
		"/language":                         "<cbc:ID>", // likewise
	}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for name, member := range v {
				walk(path+"/"+name, member)
			}
		case []any:
			for i, member := range v {
				walk(path+"/"+strconv.Itoa(i), member)
			}
		case string, float64:
			want := cmp.Or(otherwise[path], fmt.Sprint(v))
			if !bytes.Contains(document, []byte(want)) && !slices.ContainsFunc(h.Warnings, func(w transfer.Warning) bool {
				return path == w.Path || strings.HasPrefix(path, w.Path+"/")
			}) {
				t.Errorf("%s: %q is neither in the document nor in a warning", path, want)
			}
		}
	}
	walk("", members)
}

// manyLines returns the contract's cart with n lines, without what is told in warnings.
func manyLines(t testing.TB, n int) *cart.Cart {
	text, err := os.ReadFile(filepath.Join("testdata", "carts", "contract.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := new(cart.Cart)
	if err := json.Unmarshal(text, c); err != nil {
		t.Fatal(err)
	}
	line := c.Lines[0]
	c.Lines = make([]cart.Line, n)
	for i := range c.Lines {
		number := money.FromInt(int64(i + 1)).String()
		c.Lines[i] = line
		c.Lines[i].ID, c.Lines[i].Key, c.Lines[i].SKU = number, "k"+number, "sku-"+number
	}
	return c
}

func TestAThousandMoreLinesCostAtMostAThousandAllocations(t *testing.T) {
	count := func(lines int) float64 {
		o := outgoing(manyLines(t, lines))
		return testing.AllocsPerRun(5, func() {
			if _, err := New().EncodeCart(io.Discard, o); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := count(1000), count(2000); many-few > 1000 {
		t.Errorf("%v allocations for 1000 lines, %v for 2000", few, many)
	}
}

func BenchmarkEncode1000Lines(b *testing.B) {
	o := outgoing(manyLines(b, 1000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New().EncodeCart(io.Discard, o); err != nil {
			b.Fatal(err)
		}
	}
}

func TestEveryCartIsEncodedWithoutFatalFindingsOrRefusedWithDetails(t *testing.T) {
	encoded := 0
	rapid.Check(t, func(t *rapid.T) {
		o := outgoing(randomCart(t))
		if err := o.Cart.Check(); err != nil {
			t.Fatalf("the generator made a wrong cart: %v", fault.From(err).Details)
		}
		var b bytes.Buffer
		h, err := New().EncodeCart(&b, o)
		if err != nil {
			if f := fault.From(err); f.Kind != fault.Invalid || len(f.Details) == 0 {
				t.Fatalf("refused without a word: %v", err)
			}
			return
		}
		encoded++
		for _, w := range h.Warnings {
			if w.Path == "" || w.Code == "" || w.Message == "" {
				t.Fatalf("a warning says nothing: %+v", w)
			}
		}
		findings, err := New().Validate(&b)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.Fatal {
				t.Fatalf("%+v", f)
			}
		}
	})
	if encoded == 0 {
		t.Error("not one cart was encoded")
	}
}
