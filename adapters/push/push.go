// Package push posts forms server to server, as a browser would by the WHATWG HTML and URL standards
// (application/x-www-form-urlencoded in the charset of the form, or a query for GET).
package push

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"go.uber.org/fx"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Module provides the poster; it needs Networks.
var Module = fx.Module("push", fx.Provide(func(n Networks) port.Poster { return New(n) }))

// Networks are the private networks, such as 10.0.0.0/8, that pushes may go to. The public ones are always open. A tenant
// chooses the address of a push; this keeps it from reaching what stands behind the gateway.
type Networks []netip.Prefix

// control refuses an address after its name was resolved, on every connection.
func (n Networks) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := to.Addr().Unmap()
	for _, network := range n {
		if network.Contains(ip) {
			return nil
		}
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || sharedSpace.Contains(ip) {
		return fmt.Errorf("%s is in no network that pushes may go to", ip)
	}
	return nil
}

// sharedSpace is for the inside of carriers and clouds (RFC 6598).
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

var _ port.Poster = (*Poster)(nil)

const (
	timeout    = 60 * time.Second
	dialLimit  = 10 * time.Second
	answerMost = 64 << 10
)

// Poster posts forms.
type Poster struct{ client *http.Client }

// New makes a poster that follows no redirect: the address that the connection allows is the one that gets the cart.
func New(networks Networks) *Poster {
	return &Poster{&http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: dialLimit, Control: networks.control}).DialContext,
			TLSHandshakeTimeout: dialLimit,
			MaxIdleConnsPerHost: 2,
			IdleConnTimeout:     time.Minute,
			ForceAttemptHTTP2:   true,
		},
	}}
}

// Post sends the form. Only a 2xx answer is an acknowledgement.
func (p *Poster) Post(ctx context.Context, form transfer.Form, fields []transfer.Field) error {
	response, err := p.send(ctx, form, fields)
	if err != nil {
		return withoutContent(err)
	}
	defer response.Body.Close()                                           //nolint:errcheck // the status has been read
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, answerMost)) // for the connection's next use; the status decides
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the procurement system answered %d", response.StatusCode)
	}
	return nil
}

// withoutContent keeps the address, which may hold the document, and what a broken answer says out of an error.
func withoutContent(err error) error {
	failure, ok := errors.AsType[*url.Error](err)
	if !ok {
		return err
	}
	_, network := errors.AsType[net.Error](failure.Err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](failure.Err)
	if network || certificate || errors.Is(failure.Err, context.Canceled) || errors.Is(failure.Err, io.EOF) {
		return failure.Err
	}
	return errors.New("the procurement system gave no proper HTTP answer")
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
	request.Header.Set("User-Agent", "Punchgate")
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
