package administration

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/punchgate/punchgate/application/answering"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Rotation is what Rotate did, and what still needs an older master key.
type Rotation struct {
	Resealed    int // secrets
	Keys        []*apikey.Key
	Connections []*connection.Connection
}

// Done reports whether nothing in the store needs an older master key.
func (r Rotation) Done() bool { return len(r.Keys)+len(r.Connections) == 0 }

const rotatePage = 200

// Rotate seals anew, under the current master key, what is sealed under another one. A verifier of a generated secret cannot be
// made anew without the secret: that happens by itself when it is next used. Rotate names those that wait for it.
func (s *Service) Rotate(ctx context.Context) (r Rotation, err error) {
	if err := s.rotateCheck(ctx); err != nil {
		return r, err
	}
	if err := s.rotateKeys(ctx, tenant.Platform, &r); err != nil {
		return r, err
	}
	for after := tenant.ID(""); ; {
		page, err := s.stores.Tenants.List(ctx, after, rotatePage)
		if err != nil {
			return r, err
		}
		for _, t := range page {
			after = t.ID()
			if err := s.rotateTenant(ctx, t, &r); err != nil {
				return r, fmt.Errorf("tenant %s: %w", t.ID(), err)
			}
		}
		if len(page) < rotatePage {
			return r, nil
		}
	}
}

// rotateCheck lets the current master key be the one by which CheckMasterKey tells others.
func (s *Service) rotateCheck(ctx context.Context) error {
	known := secret.New(string(MasterKeyCheck))
	_, err := s.stores.Keys.Update(ctx, tenant.Platform, MasterKeyCheck, func(k *apikey.Key) error {
		k.Renew(s.secrets.Renew(k.Snapshot().Verifier, known))
		return nil
	})
	return err
}

func (s *Service) rotateTenant(ctx context.Context, t *tenant.Tenant, r *Rotation) error {
	of := t.ID()
	if s.secrets.Dependent(t.CatalogueSecret()) {
		err := reseal(s.secrets, r, func(change func(*tenant.Tenant) error) error {
			_, err := s.stores.Tenants.Update(ctx, of, change)
			return err
		}, (*tenant.Tenant).CatalogueSecret, (*tenant.Tenant).SetCatalogueSecret, tenant.CataloguePurpose, string(of))
		if err != nil {
			return fmt.Errorf("the secret for questions: %w", err)
		}
	}
	for _, w := range t.Webhooks() {
		if slices.ContainsFunc(w.Secrets, func(each tenant.WebhookSecret) bool { return s.secrets.Dependent(each.Sealed) }) {
			if err := s.rotateWebhook(ctx, of, w.ID, r); err != nil {
				return fmt.Errorf("webhook %s: %w", w.ID, err)
			}
		}
	}
	if err := s.rotateKeys(ctx, of, r); err != nil {
		return err
	}
	for after := connection.ID(""); ; {
		page, err := s.stores.Connections.List(ctx, of, port.ConnectionQuery{After: after, Limit: rotatePage})
		if err != nil {
			return err
		}
		for _, c := range page {
			after = c.ID()
			if err := s.rotateConnection(ctx, c, r); err != nil {
				return fmt.Errorf("connection %s: %w", c.ID(), err)
			}
		}
		if len(page) < rotatePage {
			return nil
		}
	}
}

// rotateWebhook seals the secrets of a webhook anew.
func (s *Service) rotateWebhook(ctx context.Context, of tenant.ID, id tenant.WebhookID, r *Rotation) error {
	resealed := 0
	_, err := s.stores.Tenants.Update(ctx, of, func(t *tenant.Tenant) error {
		resealed = 0
		return t.ResealWebhook(id, func(sealed string) (string, error) {
			if !s.secrets.Dependent(sealed) {
				return sealed, nil
			}
			resealed++
			plain, err := s.secrets.Open(sealed, tenant.WebhookPurpose, string(of), string(id))
			if err != nil {
				return "", err
			}
			return s.secrets.Seal(plain, tenant.WebhookPurpose, string(of), string(id))
		})
	})
	if errors.Is(err, tenant.ErrNoWebhook) { // it was removed at this moment
		return nil
	}
	r.Resealed += resealed
	return err
}

func (s *Service) rotateConnection(ctx context.Context, c *connection.Connection, r *Rotation) error {
	if s.secrets.Dependent(c.AnswerSecret()) {
		err := reseal(s.secrets, r, func(change func(*connection.Connection) error) error {
			_, err := s.stores.Connections.Update(ctx, c.Tenant(), c.ID(), change)
			return err
		}, (*connection.Connection).AnswerSecret, (*connection.Connection).SetAnswerSecret, answering.SecretPurpose(c)...)
		if err != nil {
			return err
		}
	}
	for _, each := range c.Credentials(s.clock.Now()) {
		if s.secrets.Dependent(each.Verifier) {
			r.Connections = append(r.Connections, c)
			break
		}
	}
	return nil
}

func (s *Service) rotateKeys(ctx context.Context, of tenant.ID, r *Rotation) error {
	keys, err := s.stores.Keys.List(ctx, of)
	for _, k := range keys {
		if state := k.Snapshot(); state.RevokedAt.IsZero() && s.secrets.Dependent(state.Verifier) {
			r.Keys = append(r.Keys, k)
		}
	}
	return err
}

// errCurrent says that somebody else sealed it anew.
var errCurrent = errors.New("sealed by the current master key")

// reseal opens what an aggregate has sealed and seals it anew.
func reseal[A any](
	s port.Secrets, r *Rotation, update func(change func(A) error) error, get func(A) string, set func(A, string), purpose ...string,
) error {
	err := update(func(a A) error {
		if !s.Dependent(get(a)) {
			return errCurrent
		}
		plain, err := s.Open(get(a), purpose...)
		if err != nil {
			return err
		}
		sealed, err := s.Seal(plain, purpose...)
		set(a, sealed)
		return err
	})
	if errors.Is(err, errCurrent) {
		return nil
	}
	if err == nil {
		r.Resealed++
	}
	return err
}
