package body

import (
	"strconv"
	"time"

	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Webhook is a webhook in the API.
type Webhook struct {
	ID        tenant.WebhookID `json:"id,omitempty"`
	URL       string           `json:"url"`
	Types     []string         `json:"types"`
	CreatedAt time.Time        `json:"created_at,omitzero"` // ignored on input
	Secret    string           `json:"secret,omitempty"`    // told when the webhook is made; ignored on input
}

// OfWebhook returns the body of a webhook, without its secrets.
func OfWebhook(w tenant.Webhook) Webhook {
	b := Webhook{ID: w.ID, URL: w.URL, Types: []string{}, CreatedAt: w.CreatedAt}
	for _, t := range w.Types {
		b.Types = append(b.Types, t.String())
	}
	return b
}

// Read returns the types of events, or says which is unknown.
func (b *Webhook) Read() (types []outbox.Type, err error) {
	for i, name := range b.Types {
		t, err := outbox.ParseType(name)
		if err != nil {
			return nil, At("/types/"+strconv.Itoa(i), err)
		}
		types = append(types, t)
	}
	return types, nil
}
