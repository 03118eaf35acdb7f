package cxml_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/transfer"
)

// posted is what a browser posts of a page with the form: it takes the values out of the HTML, makes every line end CRLF
// (HTML, constructing the entry list) and encodes them in UTF-8.
func posted(t interface{ Fatal(args ...any) }, form transfer.Form, document []byte) url.Values {
	d := transfer.Document{Body: document, Form: form}
	page := "<!DOCTYPE html><form>"
	for _, f := range d.Values() {
		page += `<input type="hidden" name="` + html.EscapeString(f.Name) + `" value="` + html.EscapeString(f.Value) + `">`
	}
	root, err := nethtml.Parse(strings.NewReader(page + "</form>"))
	if err != nil {
		t.Fatal(err)
	}
	crlf := strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")
	entries := url.Values{}
	for n := range root.Descendants() {
		if n.Data == "input" {
			attributes := map[string]string{}
			for _, a := range n.Attr {
				attributes[a.Key] = a.Val
			}
			entries.Add(crlf.Replace(attributes["name"]), crlf.Replace(attributes["value"]))
		}
	}
	arrived, err := url.ParseQuery(entries.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return arrived
}

// tokens is a document as an XML parser hands it on.
func tokens(t interface{ Fatal(args ...any) }, document []byte) []xml.Token {
	var all []xml.Token
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, xml.CopyToken(token))
	}
}

// Whatever is in a cart, the buyer's parser gets out of the browser's form what the encoder wrote, in both encodings.
func TestDocumentsSurviveTheBrowser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := outgoing(randomCart(t), "")
		o.Correlation = drawer{t}.text()
		var inBase64, inText bytes.Buffer
		handover, err := cxml.NewCXML12().EncodeCart(&inBase64, o)
		if err != nil {
			t.Fatal(err)
		}
		arrived, err := base64.StdEncoding.Strict().DecodeString(posted(t, handover.Form, inBase64.Bytes()).Get("cxml-base64"))
		if err != nil || !bytes.Equal(arrived, inBase64.Bytes()) {
			t.Fatalf("%v: got\n%s", err, arrived)
		}
		o.Options = []byte(`{"encoding":"urlencoded"}`)
		if handover, err = cxml.NewCXML12().EncodeCart(&inText, o); err != nil {
			t.Fatal(err)
		}
		text := posted(t, handover.Form, inText.Bytes()).Get("cxml-urlencoded")
		if strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
			t.Fatalf("not in ASCII:\n%s", text)
		}
		// but for the document's own encoding both are the same
		if !reflect.DeepEqual(tokens(t, []byte(text)), tokens(t, arrived)) {
			t.Fatalf("got\n%s\nfor\n%s", text, arrived)
		}
	})
}

func TestFurtherFieldsOfTheFormWinOverTheOptionsButNeverOverTheDocument(t *testing.T) {
	o := outgoing(minimal(t), `{"hidden_fields":{"a":"option","b":"option"}}`)
	o.FormFields = map[string]string{"b": "mapped", "c": "mapped", "CXML-Base64": "mapped"}
	var document bytes.Buffer
	handover, err := cxml.NewCXML12().EncodeCart(&document, o)
	if err != nil {
		t.Fatal(err)
	}
	want := []transfer.Field{
		{Name: "cxml-base64", Source: transfer.DocumentBase64}, {Name: "a", Value: "option"}, {Name: "b", Value: "mapped"}, {Name: "c", Value: "mapped"},
	}
	if !slices.Equal(handover.Form.Fields, want) {
		t.Errorf("got %+v", handover.Form.Fields)
	}
	o.Options = []byte(`{"cancel":"form"}`)
	if handover, err = cxml.NewCXML12().EncodeCancel(io.Discard, o); err != nil || len(handover.Form.Fields) != 2 {
		t.Errorf("got %+v, %v", handover.Form.Fields, err)
	}
}

func TestEveryFieldOfAMappingIsOneOfTheDTD(t *testing.T) {
	var document bytes.Buffer
	for _, g := range goldens(t) {
		if _, err := g.format.EncodeCart(&document, outgoing(g.cart, g.options)); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []port.FieldMapper{cxml.NewCXML12(), cxml.NewProceedo()} {
		for _, field := range f.Fields() {
			path := strings.Split(strings.TrimSuffix(field.Name, "/*"), "/")
			if !strings.Contains(document.String(), "<"+path[len(path)-1]) || !field.Line || field.Member == "" {
				t.Errorf("%+v: no cart has it", field)
			}
			if strings.HasSuffix(field.Name, "*") != strings.HasSuffix(field.Member, "*") {
				t.Errorf("%+v: what stands for what?", field)
			}
		}
	}
}

func TestNoOtherFieldHasTheNameOfTheDocuments(t *testing.T) {
	for _, c := range []struct {
		name, options string
		refused       bool
	}{
		{"cxml-base64", "", true},
		{"cXML-Base64", "", true},
		{"cxml-base64", `{"field":"doc"}`, false},
		{"doc", `{"field":"doc"}`, true},
		{"cxml-urlencoded", `{"encoding":"urlencoded"}`, true},
		{"dept", "", false},
		{"a b", "", true},
	} {
		if err := cxml.NewCXML12().CheckFormField(c.name, []byte(c.options)); (err != nil) != c.refused {
			t.Errorf("%s with %s: %v", c.name, c.options, err)
		}
	}
}
