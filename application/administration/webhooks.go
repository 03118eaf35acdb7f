package administration

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Webhooks returns the addresses that are told of the tenant's events.
func (s *Service) Webhooks(ctx context.Context, of tenant.ID) ([]tenant.Webhook, error) {
	t, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	return t.Webhooks(), nil
}

// Webhook returns one of them.
func (s *Service) Webhook(ctx context.Context, of tenant.ID, id tenant.WebhookID) (tenant.Webhook, error) {
	t, err := s.stores.Tenants.Get(ctx, of)
	if err != nil {
		return tenant.Webhook{}, err
	}
	return t.Webhook(id)
}

// CreateWebhook adds an address that is told of events of these types, or with none of all, and returns the secret that signs what
// it is told, this once.
func (s *Service) CreateWebhook(
	ctx context.Context, of tenant.ID, address string, types []outbox.Type,
) (tenant.Webhook, secret.Text, error) {
	w := tenant.Webhook{ID: tenant.WebhookID(s.newID(ctx, "webhook")), URL: address, Types: types, CreatedAt: s.clock.Now()}
	signs, plain, err := s.webhookSecret(ctx, of, w.ID)
	if err != nil {
		return w, secret.Text{}, err
	}
	w.Secrets = []tenant.WebhookSecret{signs}
	_, err = s.stores.Tenants.Update(ctx, of, func(t *tenant.Tenant) error { return t.AddWebhook(w) })
	return w, plain, err
}

func (s *Service) webhookSecret(
	ctx context.Context, of tenant.ID, id tenant.WebhookID,
) (signs tenant.WebhookSecret, plain secret.Text, err error) {
	plain = s.signingSecret(ctx)
	sealed, err := s.secrets.Seal(plain, tenant.WebhookPurpose, string(of), string(id))
	return tenant.WebhookSecret{ID: s.newID(ctx, "webhook secret"), Sealed: sealed}, plain, err
}

// ChangeWebhook replaces the address and the types of a webhook.
func (s *Service) ChangeWebhook(
	ctx context.Context, of tenant.ID, id tenant.WebhookID, address string, types []outbox.Type, check Check[tenant.Webhook],
) (changed tenant.Webhook, err error) {
	_, err = s.stores.Tenants.Update(ctx, of, func(t *tenant.Tenant) error {
		current, err := t.Webhook(id)
		if err != nil {
			return err
		}
		if err := check.ask(current); err != nil {
			return err
		}
		changed, err = t.ChangeWebhook(id, address, types)
		return err
	})
	return changed, err
}

// ReplaceWebhookSecret generates another secret and returns it this once. The one until now signs, too, for keepPrevious.
func (s *Service) ReplaceWebhookSecret(
	ctx context.Context, of tenant.ID, id tenant.WebhookID, keepPrevious time.Duration,
) (secret.Text, error) {
	if err := checkOverlap(keepPrevious, tenant.ErrWebhookInvalid); err != nil {
		return secret.Text{}, err
	}
	signs, plain, err := s.webhookSecret(ctx, of, id)
	if err != nil {
		return secret.Text{}, err
	}
	now := s.clock.Now()
	_, err = s.stores.Tenants.Update(ctx, of, func(t *tenant.Tenant) error {
		return t.ReplaceWebhookSecret(id, signs, now.Add(keepPrevious), now)
	})
	return plain, err
}

// RemoveWebhook ends a webhook.
func (s *Service) RemoveWebhook(ctx context.Context, of tenant.ID, id tenant.WebhookID) error {
	_, err := s.stores.Tenants.Update(ctx, of, func(t *tenant.Tenant) error { return t.RemoveWebhook(id) })
	return err
}
