package outbound

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// tellTime is for one message; the specification recommends 15 to 30 seconds.
const tellTime = 15 * time.Second

// Webhooks sends messages as Standard Webhooks (version 1.0.0 of that specification, symmetric signature v1).
type Webhooks struct {
	config Config
	client *http.Client
	clock  port.Clock
}

// NewWebhooks makes what sends.
func NewWebhooks(c Config, clock port.Clock) *Webhooks {
	return &Webhooks{c, c.client(tellTime), clock}
}

// Send posts the message. Only a 2xx answer is an acknowledgement.
func (w *Webhooks) Send(ctx context.Context, m port.WebhookMessage) error {
	request, err := signed(ctx, w.config, m, w.clock.Now())
	if err != nil {
		return err
	}
	response, err := w.client.Do(request)
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

// signed makes the request of a message to an https address, signed by each of its secrets.
func signed(ctx context.Context, c Config, m port.WebhookMessage, now time.Time) (*http.Request, error) {
	if err := c.check(m.URL); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return nil, errAddress // the error repeats the address
	}
	signatures := make([]string, len(m.Secrets))
	for i, each := range m.Secrets {
		if signatures[i], err = signature(each, m, now); err != nil {
			return nil, err
		}
	}
	for name, value := range map[string]string{
		"User-Agent": userAgent, "Content-Type": "application/json", "Accept": "application/json",
		standardwebhooks.HeaderWebhookID:        m.ID,
		standardwebhooks.HeaderWebhookTimestamp: strconv.FormatInt(now.Unix(), 10),
		standardwebhooks.HeaderWebhookSignature: strings.Join(signatures, " "),
	} {
		request.Header.Set(name, value)
	}
	return request, nil
}

func signature(s secret.Text, m port.WebhookMessage, now time.Time) (string, error) {
	signer, err := standardwebhooks.NewWebhook(s.Reveal())
	if err != nil {
		return "", errors.New("the secret that signs is not in Base64")
	}
	return signer.Sign(m.ID, now, m.Body)
}
