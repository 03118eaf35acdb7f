package outbound

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/punchgate/punchgate/domain/transfer"
)

const (
	// attemptTime is for a cart or a document; less than the lease of whoever sends it.
	attemptTime = 60 * time.Second
	answerMost  = 64 << 10
)

// Poster posts forms as a browser would, by the WHATWG HTML and URL standards: application/x-www-form-urlencoded in the
// charset of the form, or a query for GET.
type Poster struct{ client *http.Client }

// NewPoster makes a poster.
func NewPoster(c Config) *Poster { return &Poster{c.client(attemptTime)} }

// Post sends the form. Only a 2xx answer is an acknowledgement.
func (p *Poster) Post(ctx context.Context, form transfer.Form, fields []transfer.Field) error {
	response, err := p.send(ctx, form, fields)
	if err != nil {
		return withoutContent(err)
	}
	defer response.Body.Close()                                           //nolint:errcheck // the status has been read
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, answerMost)) // for the connection's next use; the status decides
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return statusError(response.StatusCode)
	}
	return nil
}

func (p *Poster) send(ctx context.Context, form transfer.Form, fields []transfer.Field) (*http.Response, error) {
	encoded, err := encode(form, fields)
	if err != nil {
		return nil, err
	}
	address, err := url.Parse(form.Action)
	if err != nil {
		return nil, err
	}
	method, content := http.MethodPost, encoded
	if form.Method == http.MethodGet {
		method, content = http.MethodGet, ""
		address.RawQuery = encoded // as a browser does, the form replaces the action's own query
	}
	request, err := http.NewRequestWithContext(ctx, method, address.String(), strings.NewReader(content))
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", userAgent)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return p.client.Do(request)
}

// lineEnds makes every line end the one that browsers send (WHATWG HTML, constructing the entry list).
var lineEnds = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")

// encode writes the fields in their order and in the form's charset; what the charset lacks becomes a character reference.
func encode(form transfer.Form, fields []transfer.Field) (string, error) {
	charset := unicode.UTF8
	if form.AcceptCharset != "" {
		var err error
		if charset, err = htmlindex.Get(form.AcceptCharset); err != nil {
			return "", fmt.Errorf("the form's charset: %w", err)
		}
	}
	encoder := encoding.HTMLEscapeUnsupported(charset.NewEncoder())
	var encoded strings.Builder
	for i, f := range fields {
		if i > 0 {
			encoded.WriteByte('&')
		}
		for _, text := range []struct{ before, value string }{{"", f.Name}, {"=", f.Value}} {
			bytes, err := encoder.String(lineEnds.Replace(text.value))
			if err != nil {
				return "", fmt.Errorf("the form's field %s: %w", f.Name, err)
			}
			encoded.WriteString(text.before + url.QueryEscape(bytes))
		}
	}
	return encoded.String(), nil
}
