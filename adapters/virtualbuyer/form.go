package virtualbuyer

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Form reads the only form of a page, in the charset that the page names.
func (*Buyer) Form(page port.BuyerAnswer) (port.ReceivedForm, error) {
	var form port.ReceivedForm
	if page.Status != 200 {
		return form, refusal(page)
	}
	decoded, err := charset.NewReader(bytes.NewReader(page.Body), page.MediaType)
	if err != nil {
		return form, refused("page.unreadable", err.Error())
	}
	root, err := html.Parse(decoded)
	if err != nil {
		return form, refused("page.unreadable", err.Error())
	}
	forms := 0
	for n := range root.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.Data == "form":
			forms++
			form.Action, form.Method, form.Target = attribute(n, "action"), strings.ToUpper(attribute(n, "method")), attribute(n, "target")
			form.AcceptCharset = attribute(n, "accept-charset")
		case n.Type == html.ElementNode && (n.Data == "input" || n.Data == "textarea"):
			if name := attribute(n, "name"); name != "" {
				form.Fields = append(form.Fields, transfer.Field{Name: name, Value: value(n)})
			}
		}
	}
	if forms != 1 {
		return form, refused("page.no_form", fmt.Sprintf("the page has %d forms, not one", forms))
	}
	return form, nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// value of an input, or the text of a textarea.
func value(n *html.Node) string {
	if n.Data == "textarea" && n.FirstChild != nil {
		return n.FirstChild.Data
	}
	return attribute(n, "value")
}

// ReadForm reads the query and the body of a form as it is posted, in the order in which the fields came: of the standard library's
// reading they would be in no order, and at most 10,000.
func ReadForm(query, mediaType string, body io.Reader) ([]transfer.Field, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	if len(text) > 0 {
		if kind, _, _ := mime.ParseMediaType(mediaType); kind != formMedia {
			return nil, fmt.Errorf("a form of media type %q cannot be read", kind)
		}
	}
	var fields []transfer.Field
	for pair := range strings.SplitSeq(query+"&"+string(text), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		f := transfer.Field{}
		if f.Name, err = unescape(name); err != nil {
			return nil, err
		}
		if f.Value, err = unescape(value); err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}

// unescape decodes a name or value. What is not UTF-8 came from a page in ISO-8859-1, as OCI allows.
func unescape(s string) (string, error) {
	s, err := url.QueryUnescape(s)
	if err != nil || utf8.ValidString(s) {
		return s, err
	}
	return fromLatin1([]byte(s)), nil
}

func fromLatin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// findDocument returns the XML document among the fields, which is there as it is or in Base64, in UTF-8, with the position
// of its field; "" and -1 where there is none.
func findDocument(fields []transfer.Field) (document string, at int) {
	for i, f := range fields {
		if text := strings.TrimSpace(f.Value); strings.HasPrefix(text, "<") {
			return text, i
		}
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.Value), ""))
		if err != nil {
			continue
		}
		text := string(decoded)
		if !utf8.ValidString(text) {
			text = fromLatin1(decoded)
		}
		if text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")); strings.HasPrefix(text, "<") {
			return text, i
		}
	}
	return "", -1
}
