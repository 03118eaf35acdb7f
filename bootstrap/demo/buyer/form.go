package buyer

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Field is one field of a form.
type Field struct{ Name, Value string }

// readForm reads query and body of a form (application/x-www-form-urlencoded), in the order in which the fields came: of the
// standard library's reading they would be in no order, and at most 10,000.
func readForm(body io.Reader, r *http.Request) ([]Field, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	if len(text) > 0 {
		if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType != "application/x-www-form-urlencoded" {
			return nil, fmt.Errorf("a form of media type %q cannot be read", mediaType)
		}
	}
	var fields []Field
	for pair := range strings.SplitSeq(r.URL.RawQuery+"&"+string(text), "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		f := Field{}
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
func findDocument(fields []Field) (document string, at int) {
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
