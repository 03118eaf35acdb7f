package cxml_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

func TestOptionsOfTheShapeAreProceedosAlone(t *testing.T) {
	for _, member := range []string{`"start":"form"`, `"header":false`, `"doctype":false`} {
		options := json.RawMessage(`{` + member + `}`)
		if err := cxml.NewProceedo().CheckOptions(options); err != nil {
			t.Errorf("%s: %v", member, err)
		}
		err := cxml.NewCXML12().CheckOptions(options)
		if f := fault.From(err); f == nil || len(f.Details) != 1 || f.Details[0].Code != "unknown_member" {
			t.Errorf("%s: got %v", member, err)
		}
	}
}

func TestBothFormatsHaveTheOptionsOfTheDocument(t *testing.T) {
	for name, c := range map[string]struct{ options, path string }{
		"everything": {`{"dtd_version":"1.2.036","field":"cXML-urlencoded","encoding":"urlencoded","hidden_fields":{"a":"b"},"default_unspsc":"14111507",
			"total":"gross","operation_allowed":"inspect","target":"_top","cancel":"form","price_basis":true,"description_bytes":255}`, ""},
		"price bases in whatever version comes": {`{"price_basis":true}`, ""},
		"price bases where the DTD has none":    {`{"price_basis":true,"dtd_version":"1.2.035"}`, "/options/price_basis"},
		"a version before the oldest":           {`{"dtd_version":"1.2.011"}`, "/options/dtd_version"},
		"a version after the newest":            {`{"dtd_version":"1.2.072"}`, "/options/dtd_version"},
		"a version with a letter":               {`{"dtd_version":"1.2.0a1"}`, "/options/dtd_version"},
		"a description of next to nothing":      {`{"description_bytes":29}`, "/options/description_bytes"},
		"a description of less than nothing":    {`{"description_bytes":-1}`, "/options/description_bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, f := range []*cxml.Format{cxml.NewCXML12(), cxml.NewProceedo()} {
				err := f.CheckOptions(json.RawMessage(c.options))
				switch {
				case c.path == "" && err != nil:
					t.Errorf("%s: %v %+v", f.Name(), err, fault.From(err).Details)
				case c.path != "" && (err == nil || len(fault.From(err).Details) != 1 || fault.From(err).Details[0].Path != c.path):
					t.Errorf("%s: got %v, want a detail at %s", f.Name(), err, c.path)
				}
			}
		})
	}
}

func TestCXML12TakesDocumentsAlone(t *testing.T) {
	form := port.StartRequest{Method: "GET", Query: "USERNAME=u&PASSWORD=p&HOOK_URL=https://b.example.com/"}
	f := cxml.NewCXML12()
	if _, err := f.DecodeLogin(form); fault.KindOf(err) != fault.Malformed {
		t.Errorf("got %v", err)
	}
	if f.AnswersDocument(form) {
		t.Error("a browser is answered by a document")
	}
	call := port.StartRequest{Method: "POST", ContentType: "text/html", Body: []byte(setup("create", ""))}
	if got, err := f.DecodeLogin(call); err != nil || got.Operation != "create" || !f.AnswersDocument(call) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTheOperationsAreThoseThatTheCartsAllowed(t *testing.T) {
	for allowed, operations := range map[string]string{"create": "create", "inspect": "create inspect", "edit": "create inspect edit", "": "create inspect edit"} {
		for _, operation := range []string{"create", "inspect", "edit"} {
			r := document([]byte(setup(operation, "")))
			r.Options = json.RawMessage(`{"operation_allowed":"` + allowed + `"}`)
			call, err := cxml.NewCXML12().DecodeLogin(r)
			if want := strings.Contains(operations, operation); (err == nil) != want || call.Presented.Password.Empty() {
				t.Errorf("%s where %q is allowed: %v", operation, allowed, err)
			}
			if err != nil && !strings.Contains(respond(t, port.StartResponse{Call: call, Err: err}), `code="412" text="Precondition Failed"`) {
				t.Errorf("%s where %q is allowed: refused otherwise than by 412", operation, allowed)
			}
		}
	}
}

func TestTheVersionOfTheRequestIsThatOfTheAnswers(t *testing.T) {
	doctype := func(systemID string) string { return `<!DOCTYPE cXML SYSTEM "` + systemID + `">` }
	declared := func(version string) string {
		return strings.Replace(setup("create", ""), "<cXML ", `<cXML version="`+version+`" `, 1)
	}
	for name, c := range map[string]struct{ body, options, want string }{
		"no version at all":           {setup("create", ""), "", "1.2.014"},
		"that of the DOCTYPE":         {doctype("http://xml.cxml.org/schemas/cXML/1.2.021/cXML.dtd") + declared("1.2.050"), "", "1.2.021"},
		"spelt as some do":            {doctype("http://xml.cXML.org/schemas/cxml/1.2.050/Fulfill.dtd") + setup("create", ""), "", "1.2.050"},
		"that of the root element":    {declared("1.2.021"), "", "1.2.021"},
		"an older one":                {doctype("http://xml.cxml.org/schemas/cXML/1.1.007/cXML.dtd") + setup("create", ""), "", "1.2.014"},
		"a newer one":                 {declared("1.2.099"), "", "1.2.014"},
		"none that there is":          {declared("1.2.0.14"), "", "1.2.014"},
		"a DOCTYPE without a version": {doctype("cXML.dtd") + setup("create", ""), "", "1.2.014"},
		"another by option":           {declared("1.2.021"), `{"dtd_version":"1.2.023"}`, "1.2.023"},
	} {
		t.Run(name, func(t *testing.T) {
			f := cxml.NewCXML12()
			r := document([]byte(c.body))
			r.Options = json.RawMessage(c.options)
			call, err := f.DecodeLogin(r)
			if err != nil {
				t.Fatal(err)
			}
			o := outgoing(minimal(t), c.options)
			o.Keep = call.Keep
			var sent, cancelled bytes.Buffer
			if _, err := f.EncodeCart(&sent, o); err != nil {
				t.Fatal(err)
			}
			if _, err := f.EncodeCancel(&cancelled, o); err != nil {
				t.Fatal(err)
			}
			for kind, text := range map[string]string{
				"cart": sent.String(), "cancel": cancelled.String(), "response": respond(t, port.StartResponse{Call: call, StartPage: "https://shop.example.com/"}),
			} {
				if !strings.Contains(text, `"http://xml.cxml.org/schemas/cXML/`+c.want+`/cXML.dtd"`) || !strings.Contains(text, ` version="`+c.want+`"`) {
					t.Errorf("%s: not in %s:\n%s", kind, c.want, text)
				}
			}
		})
	}
}

func TestTheRequestNamesTheFrameOfTheForm(t *testing.T) {
	for name, c := range map[string]struct{ frame, options, want string }{
		"none":                     {"", "", ""},
		"that of the request":      {"cart", "", "cart"},
		"another by option":        {"cart", `{"target":"_top"}`, "_top"},
		"one that cannot be right": {"my cart", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := cxml.NewCXML12().DecodeLogin(document([]byte(setup("create", `<Extrinsic name="returnFrame"> `+c.frame+`</Extrinsic>`))))
			if err != nil {
				t.Fatal(err)
			}
			o := outgoing(minimal(t), c.options)
			o.Keep = call.Keep
			if handover, err := cxml.NewCXML12().EncodeCart(io.Discard, o); err != nil || handover.Form.Target != c.want {
				t.Errorf("got %q, %v", handover.Form.Target, err)
			}
		})
	}
}

func TestPricesAreForSeveralUnitsOnlyWhereTheBuyerCanReadThem(t *testing.T) {
	const basis = `<PriceBasisQuantity quantity="100" conversionFactor="1">`
	for name, c := range map[string]struct {
		options, requested string
		want               bool
	}{
		"by default":                   {"", "1.2.050", false},
		"by option":                    {`{"price_basis":true,"dtd_version":"1.2.036"}`, "", true},
		"by option and request":        {`{"price_basis":true}`, "1.2.050", true},
		"by option, in an old request": {`{"price_basis":true}`, "1.2.021", false},
		"by option, without a request": {`{"price_basis":true}`, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			sold := minimal(t)
			sold.Lines[0].UnitPrice, sold.Lines[0].PriceBasisQuantity = money.MustParse("12.50"), money.FromInt(100)
			o := outgoing(sold, c.options)
			o.Keep = map[string]string{"dtd_version": c.requested}
			var b bytes.Buffer
			if _, err := cxml.NewCXML12().EncodeCart(&b, o); err != nil {
				t.Fatal(err)
			}
			price := `>0.125</Money>`
			if c.want {
				price = `>12.50</Money>`
			}
			if strings.Contains(b.String(), basis) != c.want || !strings.Contains(b.String(), "<UnitPrice>\n            <Money currency=\"SEK\""+price) {
				t.Errorf("got\n%s", b.String())
			}
		})
	}
}

func TestDescriptionsAreCutAtWholeCharactersWithAWarning(t *testing.T) {
	name := strings.Repeat("å", 10) // 20 bytes
	for description, c := range map[string]struct{ text, want string }{
		"that fit":                    {"123456789", name + "\n123456789"},
		"with one byte too many":      {"1234567890", name + "\n123456789"},
		"with half a character":       {"12345678å", name + "\n12345678"},
		"that are the name once more": {name, name},
		"without any room":            {"", name},
	} {
		t.Run(description, func(t *testing.T) {
			sold := minimal(t)
			sold.Lines[0].Name, sold.Lines[0].Description = name, c.text
			var b bytes.Buffer
			handover, err := cxml.NewCXML12().EncodeCart(&b, outgoing(sold, `{"description_bytes":30}`))
			if err != nil || !strings.Contains(b.String(), ">"+c.want+"</Description>") {
				t.Errorf("got %v\n%s", err, b.String())
			}
			cut := c.text != "" && c.text != name && name+"\n"+c.text != c.want
			if (len(handover.Warnings) == 1) != cut {
				t.Fatalf("got %+v", handover.Warnings)
			}
			if w := handover.Warnings; cut && (w[0].Path != "/lines/0/description" || w[0].Effect != transfer.Cut) {
				t.Errorf("got %+v", w)
			}
		})
	}
	sold := minimal(t)
	sold.Lines[0].Name, sold.Lines[0].Description = strings.Repeat("å", 100), "more"
	var b bytes.Buffer
	if _, err := cxml.NewCXML12().EncodeCart(&b, outgoing(sold, `{"description_bytes":31}`)); err != nil ||
		!strings.Contains(b.String(), ">"+strings.Repeat("å", 15)+"</Description>") {
		t.Errorf("a long name alone: got %v\n%s", err, b.String())
	}
}

func TestStartCallsMayBeOrders(t *testing.T) {
	for _, f := range []*cxml.Format{cxml.NewCXML12(), cxml.NewProceedo()} {
		body := order(`<OrderRequestHeader orderID="7" type="update"><DocumentReference payloadID="o1"/></OrderRequestHeader>`,
			`<ItemOut quantity="1"><ItemID><SupplierPartID>a</SupplierPartID></ItemID></ItemOut>`)
		call, err := f.DecodeLogin(document([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		o := call.Order
		if call.Document != "OrderRequest" || call.Operation != "" || call.DocumentID != "1" || call.Presented.Password.Reveal() != hidden ||
			o == nil || o.Number != "7" || o.DocumentID != "1" || o.Replaces != "o1" || o.Type != "update" || len(o.Lines) != 1 || o.Seller.Name != "2" {
			t.Errorf("%s: got %+v with %+v", f.Name(), call, o)
		}
	}
}
