package bootstrap

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

type tmpDeliverer struct{}

func (tmpDeliverer) Deliver(ctx context.Context, d port.Delivery) ([]byte, error) {
	r, _ := http.NewRequestWithContext(ctx, "POST", d.URL, bytes.NewReader(d.Body))
	r.Header.Set("Content-Type", d.MediaType)
	if d.User != "" {
		r.SetBasicAuth(d.User, d.Secret.Reveal())
	} else if !d.Secret.Empty() {
		r.Header.Set("Authorization", "Bearer "+d.Secret.Reveal())
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if a.StatusCode/100 != 2 {
		return nil, fmt.Errorf("answered %d", a.StatusCode)
	}
	return io.ReadAll(a.Body)
}

var tmp = fx.Provide(func() port.Deliverer { return tmpDeliverer{} })
