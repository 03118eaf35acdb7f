package outbound

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/punchgate/punchgate/application/port"
)

// maxReceipt is the largest number of bytes of an answer that is handed on.
const maxReceipt = 1 << 20

// Deliverer posts documents.
type Deliverer struct {
	config Config
	client *http.Client
}

// NewDeliverer makes a deliverer.
func NewDeliverer(c Config) *Deliverer { return &Deliverer{c, c.client(attemptTime)} }

// Deliver posts the document to an https address. A 2xx answer that breaks off is an acknowledgement all the same, for the
// other side has the document; as much of it as came is returned.
func (d *Deliverer) Deliver(ctx context.Context, delivery port.Delivery) ([]byte, error) {
	if err := d.config.check(delivery.URL); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, delivery.URL, bytes.NewReader(delivery.Body))
	if err != nil {
		return nil, errAddress // the error repeats the address
	}
	request.Header.Set("User-Agent", userAgent)
	request.Header.Set("Content-Type", delivery.MediaType)
	switch {
	case delivery.User != "":
		request.SetBasicAuth(delivery.User, delivery.Secret.Reveal())
	case !delivery.Secret.Empty():
		request.Header.Set("Authorization", "Bearer "+delivery.Secret.Reveal())
	}
	response, err := d.client.Do(request)
	if err != nil {
		return nil, withoutContent(err)
	}
	defer response.Body.Close() //nolint:errcheck // what is needed has been read
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, statusError(response.StatusCode)
	}
	answer, _ := io.ReadAll(io.LimitReader(response.Body, maxReceipt)) // what came of an answer that broke off
	return answer, nil
}
