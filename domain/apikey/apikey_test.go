package apikey_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

var now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func TestAKeyGoesThroughItsText(t *testing.T) {
	for _, of := range []tenant.ID{"shop-1", tenant.Platform} {
		gotTenant, gotID, proof, err := apikey.Parse(apikey.Text(of, "k1", "proof"))
		if err != nil || gotTenant != of || gotID != "k1" || proof.Reveal() != "proof" {
			t.Errorf("%s: %s %s %s %v", of, gotTenant, gotID, proof.Reveal(), err)
		}
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	for _, text := range []string{"", "pgk", "pgk.shop.k1", "pgk.shop.k1.p.q", "xyz.shop.k1.p", "pgk.Shop.k1.p", "pgk..k1.p", "pgk.shop./.p"} {
		if _, _, _, err := apikey.Parse(secret.New(text)); !errors.Is(err, apikey.ErrUnknown) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestScopes(t *testing.T) {
	k, err := apikey.New("shop", "k1", "", []apikey.Scope{apikey.ERP}, "v", now)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Check(apikey.ERP); err != nil {
		t.Errorf("its own scope: %v", err)
	}
	if err := k.Check(apikey.Admin); !errors.Is(err, apikey.ErrScope) {
		t.Errorf("another scope: %v", err)
	}
	k.Revoke(now)
	k.Revoke(now.Add(time.Hour))
	if err := k.Check(apikey.ERP); !errors.Is(err, apikey.ErrUnknown) || !k.Snapshot().RevokedAt.Equal(now) {
		t.Errorf("revoked at %v: %v", k.Snapshot().RevokedAt, err)
	}
}

func TestALabelIsATextOfOneLine(t *testing.T) {
	for _, label := range []string{"a\x00", "a\nb", "a\xff", strings.Repeat("a", cart.MaxName+1)} {
		if _, err := apikey.New("shop", "k1", label, []apikey.Scope{apikey.ERP}, "v", now); !errors.Is(err, apikey.ErrInvalid) {
			t.Errorf("%.5q is a label: %v", label, err)
		}
	}
}

func TestScopesThatDoNotFitTheTenantAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		of     tenant.ID
		scopes []apikey.Scope
	}{
		"none":                               {"shop", nil},
		"platform for a tenant":              {"shop", []apikey.Scope{apikey.Platform}},
		"admin for the platform":             {tenant.Platform, []apikey.Scope{apikey.Admin}},
		"platform together with more":        {tenant.Platform, []apikey.Scope{apikey.Platform, apikey.ERP}},
		"a published key that may do more":   {"shop", []apikey.Scope{apikey.Policy, apikey.Storefront}},
		"a published key listed behind more": {"shop", []apikey.Scope{apikey.ERP, apikey.Policy}},
	} {
		if _, err := apikey.New(c.of, "k1", "", c.scopes, "v", now); !errors.Is(err, apikey.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
