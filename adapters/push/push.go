// Package push posts forms server to server, as a browser would (application/x-www-form-urlencoded, or a query for GET).
package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Module provides the poster.
var Module = fx.Module("push", fx.Provide(func() port.Poster { return New() }))

var _ port.Poster = (*Poster)(nil)

const (
	timeout    = 60 * time.Second
	dialLimit  = 10 * time.Second
	answerMost = 64 << 10
)

// Poster posts forms.
type Poster struct{ client *http.Client }

// New makes a poster that follows no redirect: the address that the connection allows is the one that gets the cart.
func New() *Poster {
	return &Poster{&http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: dialLimit}).DialContext,
			TLSHandshakeTimeout: dialLimit,
			MaxIdleConnsPerHost: 2,
			IdleConnTimeout:     time.Minute,
			ForceAttemptHTTP2:   true,
		},
	}}
}

// Post sends the form. Only a 2xx answer is an acknowledgement.
func (p *Poster) Post(ctx context.Context, form transfer.Form, fields []transfer.Field) error {
	values := url.Values{}
	for _, f := range fields {
		values.Add(f.Name, f.Value)
	}
	request, err := newRequest(ctx, form, values)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "Punchgate")
	response, err := p.client.Do(request)
	if failure, ok := errors.AsType[*url.Error](err); ok {
		return failure.Err // without the address, which may hold the document
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, answerMost)); err != nil {
		return err
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the procurement system answered %d", response.StatusCode)
	}
	return nil
}

func newRequest(ctx context.Context, form transfer.Form, values url.Values) (*http.Request, error) {
	if form.Method == http.MethodGet {
		address, err := url.Parse(form.Action)
		if err != nil {
			return nil, err
		}
		address.RawQuery = values.Encode() // as a browser does, the form replaces the action's own query
		return http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, form.Action, strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request, nil
}
