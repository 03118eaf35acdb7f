// Package oidc asks an identity provider who somebody is: OpenID Connect Core 1.0, the authorization code flow, with PKCE (RFC 7636,
// method S256), state and nonce. The provider says by OpenID Connect Discovery 1.0 where its endpoints are; it is asked for that when
// somebody first signs in, and again until it answers, so that a provider that is away does not keep the gateway from starting.
//
// Of what the provider says the issuer, the subject and the address of e-mail are taken over, and nothing is kept of its tokens:
// that somebody signs out there, or is removed there, does not end a sign-in here before its time.
package oidc

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"go.uber.org/fx"
	"golang.org/x/oauth2"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// Module provides the identity provider; it needs a Config.
var Module = fx.Module("oidc", fx.Provide(func(c Config) port.IdentityProvider { return New(c) }))

var _ port.IdentityProvider = (*Provider)(nil)

// Config says which provider it is.
type Config struct {
	Issuer       string // its address, as it calls itself; empty for no provider
	ClientID     string
	ClientSecret secret.Text // empty for a client that has none
	Name         string      // for people
}

// timeout bounds each call to the provider; somebody waits for the page.
const timeout = 10 * time.Second

// Provider is an identity provider.
type Provider struct {
	config Config
	client *http.Client

	mu    sync.Mutex
	found *oidc.Provider // nil until it answered
}

// New makes a provider. It asks nothing yet.
func New(c Config) *Provider { return &Provider{config: c, client: &http.Client{Timeout: timeout}} }

// Name returns what people call it.
func (p *Provider) Name() string {
	if p.config.Issuer == "" {
		return ""
	}
	return cmp.Or(p.config.Name, "OpenID Connect")
}

// discover returns where the provider's endpoints are.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.Issuer)
	if err != nil {
		return nil, port.ErrProviderAway.Because(err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) oauth(found *oidc.Provider, returnURL string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret.Reveal(), Endpoint: found.Endpoint(), RedirectURL: returnURL,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
}

// Begin returns where the browser is led.
func (p *Provider) Begin(ctx context.Context, q port.IdentityQuestion) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return p.oauth(found, q.ReturnURL).AuthCodeURL(q.State, oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier.Reveal())), nil
}

// Finish exchanges the code for an ID token, checks it, and returns whom it names.
func (p *Provider) Finish(ctx context.Context, q port.IdentityQuestion, a port.IdentityAnswer) (port.Identity, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return port.Identity{}, err
	}
	if a.Issuer != "" && a.Issuer != p.config.Issuer { // RFC 9207: the answer of another provider
		return port.Identity{}, port.ErrIdentity.Because(fmt.Errorf("the answer is of the issuer %q", a.Issuer))
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := p.oauth(found, q.ReturnURL).Exchange(ctx, a.Code, oauth2.VerifierOption(q.Verifier.Reveal()))
	if err != nil {
		return port.Identity{}, refusal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := found.Verifier(&oidc.Config{ClientID: p.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return port.Identity{}, port.ErrIdentity.Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(verified.Nonce), []byte(q.Nonce)) != 1 {
		return port.Identity{}, port.ErrIdentity.Because(errors.New("the nonce is another one"))
	}
	said := claims{Subject: verified.Subject}
	if err := verified.Claims(&said); err != nil {
		return port.Identity{}, port.ErrIdentity.Because(err)
	}
	if said.Email == "" { // many providers tell it by the UserInfo endpoint alone (OpenID Connect Core, section 5.4)
		if err := p.userInfo(ctx, found, token, &said); err != nil {
			return port.Identity{}, err
		}
	}
	return port.Identity{
		Issuer: verified.Issuer, Subject: verified.Subject, Email: said.Email, EmailVerified: bool(said.EmailVerified),
	}, nil
}

type claims struct {
	Subject       string `json:"sub"`
	Email         string `json:"email"`
	EmailVerified truth  `json:"email_verified"`
}

// truth is a truth value, which some providers write as a text.
type truth bool

// UnmarshalJSON reads true, which may stand in quotation marks. All else is false.
func (t *truth) UnmarshalJSON(text []byte) error {
	*t = string(text) == `true` || string(text) == `"true"`
	return nil
}

func (p *Provider) userInfo(ctx context.Context, found *oidc.Provider, token *oauth2.Token, said *claims) error {
	if found.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := found.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return refusal(err)
	}
	if info.Subject != said.Subject { // section 5.3.2
		return port.ErrIdentity.Because(errors.New("the UserInfo endpoint tells of somebody else"))
	}
	if err := info.Claims(said); err != nil {
		return port.ErrIdentity.Because(err)
	}
	return nil
}

// refusal tells a provider that is away from one that refuses.
func refusal(err error) error {
	if said, ok := errors.AsType[*oauth2.RetrieveError](err); ok && said.Response != nil && said.Response.StatusCode < 500 {
		return port.ErrIdentity.Because(fmt.Errorf("%d %s", said.Response.StatusCode, said.ErrorCode)) // and nothing of the body
	}
	return port.ErrProviderAway.Because(err)
}
