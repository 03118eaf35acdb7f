package tenant

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/outbox"
)

// WebhookID identifies a webhook within its tenant.
type WebhookID string

// Webhook is an address of the shop or its ERP that is told of events.
type Webhook struct {
	ID    WebhookID
	URL   string
	Types []outbox.Type // that it is told of; empty for all
	// Secrets sign what it is told. The first is the current one; those after it were replaced and still sign for a while, so
	// that the other side can change over.
	Secrets   []WebhookSecret
	CreatedAt time.Time
}

// WebhookSecret is a secret that signs, sealed.
type WebhookSecret struct {
	ID        string
	Sealed    string
	ExpiresAt time.Time // zero for the current one
}

// MaxWebhooks is how many webhooks a tenant can have.
const MaxWebhooks = 10

// WebhookPurpose is what the secret of a webhook is sealed for, beside the identifiers of tenant and webhook.
const WebhookPurpose = "webhook"

// Refusals of a webhook.
var (
	ErrNoWebhook       = fault.New(fault.NotFound, "webhook.not_found", "there is no such webhook")
	ErrWebhookInvalid  = fault.New(fault.Invalid, "webhook.invalid", "the webhook has members that are wrong")
	ErrTooManyWebhooks = fault.Newf(fault.Conflict, "webhook.too_many", "a tenant has at most %d webhooks", MaxWebhooks)
)

// Wants reports whether the webhook is told of events of the type.
func (w *Webhook) Wants(t outbox.Type) bool { return len(w.Types) == 0 || slices.Contains(w.Types, t) }

// SealedSecrets returns the secrets that sign at the time.
func (w *Webhook) SealedSecrets(now time.Time) (sealed []string) {
	for _, s := range w.Secrets {
		if s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt) {
			sealed = append(sealed, s.Sealed)
		}
	}
	return sealed
}

func (w Webhook) clone() Webhook {
	w.Types, w.Secrets = slices.Clone(w.Types), slices.Clone(w.Secrets)
	return w
}

func (w *Webhook) check() error {
	u, err := url.Parse(w.URL)
	if err == nil && u.Host != "" && u.User == nil && u.Fragment == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())) {
		return nil
	}
	return ErrWebhookInvalid.With(fault.Detail{
		Path: "/url", Code: "not_url", Message: "must be an https address without a user or a fragment",
	})
}

// loopback reports whether a host is this machine, where trials may do without https, as far as whoever runs the gateway allows it.
func loopback(host string) bool {
	ip, _ := netip.ParseAddr(host)
	return ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// Webhooks returns the addresses that are told of events.
func (t *Tenant) Webhooks() []Webhook { return t.Snapshot().Webhooks }

// Webhook returns one of them.
func (t *Tenant) Webhook(id WebhookID) (Webhook, error) {
	for _, w := range t.Webhooks() {
		if w.ID == id {
			return w, nil
		}
	}
	return Webhook{}, ErrNoWebhook
}

// AddWebhook adds a webhook, or says what is wrong with it. One of the same identifier changes nothing.
func (t *Tenant) AddWebhook(w Webhook) error {
	if slices.ContainsFunc(t.state.Webhooks, func(each Webhook) bool { return each.ID == w.ID }) {
		return nil
	}
	if len(t.state.Webhooks) == MaxWebhooks {
		return ErrTooManyWebhooks
	}
	if err := w.check(); err != nil {
		return err
	}
	t.state.Webhooks = slices.Concat(t.state.Webhooks, []Webhook{w.clone()})
	return nil
}

// ChangeWebhook replaces the address and the types of a webhook and returns it, or says what is wrong.
func (t *Tenant) ChangeWebhook(id WebhookID, address string, types []outbox.Type) (Webhook, error) {
	return t.changeWebhook(id, func(w *Webhook) error {
		w.URL, w.Types = address, slices.Clone(types)
		return w.check()
	})
}

// ReplaceWebhookSecret gives a webhook another secret. The one until now signs, too, until the given time. One of the same
// identifier changes nothing.
func (t *Tenant) ReplaceWebhookSecret(id WebhookID, by WebhookSecret, keepUntil, now time.Time) error {
	_, err := t.changeWebhook(id, func(w *Webhook) error {
		last := w.Secrets[0]
		if last.ID == by.ID {
			return nil
		}
		w.Secrets = []WebhookSecret{by}
		if keepUntil.After(now) {
			last.ExpiresAt = keepUntil
			w.Secrets = append(w.Secrets, last)
		}
		return nil
	})
	return err
}

// ResealWebhook replaces each sealed secret of a webhook by what reseal makes of it.
func (t *Tenant) ResealWebhook(id WebhookID, reseal func(sealed string) (string, error)) error {
	_, err := t.changeWebhook(id, func(w *Webhook) (err error) {
		for i := range w.Secrets {
			if w.Secrets[i].Sealed, err = reseal(w.Secrets[i].Sealed); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (t *Tenant) changeWebhook(id WebhookID, change func(*Webhook) error) (Webhook, error) {
	webhooks := t.Snapshot().Webhooks
	i := slices.IndexFunc(webhooks, func(w Webhook) bool { return w.ID == id })
	if i < 0 {
		return Webhook{}, ErrNoWebhook
	}
	if err := change(&webhooks[i]); err != nil {
		return Webhook{}, err
	}
	t.state.Webhooks = webhooks
	return webhooks[i].clone(), nil
}

// RemoveWebhook ends a webhook. What it was not told yet it is not told any more.
func (t *Tenant) RemoveWebhook(id WebhookID) error {
	webhooks := slices.DeleteFunc(t.Snapshot().Webhooks, func(w Webhook) bool { return w.ID == id })
	if len(webhooks) == len(t.state.Webhooks) {
		return ErrNoWebhook
	}
	t.state.Webhooks = webhooks
	return nil
}
