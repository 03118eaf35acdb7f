package virtualbuyer

import (
	"cmp"
	"context"
	"io"
	"net/http"

	"github.com/punchgate/punchgate/application/port"
)

// maxAnswer is how much of an answer is read: a page with the largest cart in it.
const maxAnswer = 64 << 20

// Client makes the calls of a virtual buyer over the network. Its zero value is usable.
type Client struct {
	HTTP *http.Client // nil for http.DefaultClient
}

// Do makes a call. It follows no redirect: where a start call leads is the person's way, and stands in Location.
func (c Client) Do(ctx context.Context, call port.BuyerCall) (port.BuyerAnswer, error) {
	request, err := call.Request(ctx)
	if err != nil {
		return port.BuyerAnswer{}, err
	}
	client := *cmp.Or(c.HTTP, http.DefaultClient)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got, err := client.Do(request)
	if err != nil {
		return port.BuyerAnswer{}, err
	}
	defer func() { _ = got.Body.Close() }() // all that is needed was read
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	return port.BuyerAnswer{
		Status: got.StatusCode, Location: got.Header.Get("Location"), MediaType: got.Header.Get("Content-Type"), Body: body,
	}, err
}
