package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// lying is a provider that says what a test wants, also what no real one says: tests/e2e has a real one.
type lying struct {
	t      *testing.T
	server *httptest.Server
	key    *rsa.PrivateKey
	signer *rsa.PrivateKey // the key by which it signs
	claims map[string]any
	info   map[string]any // at the UserInfo endpoint; nil where there is none
	status int            // of the token endpoint
	asked  atomic.Int64   // how often for its endpoints
	away   atomic.Bool
}

const nonce = "n3jw5qhx7m2a4t6cnvbe2zr4pu"

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newLying(t *testing.T) *lying {
	t.Helper()
	l := &lying{t: t, key: newKey(t), status: http.StatusOK}
	l.signer = l.key
	mux := http.NewServeMux()
	l.server = httptest.NewServer(mux)
	t.Cleanup(l.server.Close)
	l.claims = map[string]any{
		"iss": l.server.URL, "sub": "4711", "aud": "punchgate", "nonce": nonce, "email": "anna@example.com", "email_verified": true,
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	answer := func(w http.ResponseWriter, status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(body); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		if l.asked.Add(1); l.away.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		at := map[string]any{
			"issuer": l.server.URL, "authorization_endpoint": l.server.URL + "/auth", "token_endpoint": l.server.URL + "/token",
			"jwks_uri": l.server.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"},
		}
		if l.info != nil {
			at["userinfo_endpoint"] = l.server.URL + "/userinfo"
		}
		answer(w, http.StatusOK, at)
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: l.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if l.status != http.StatusOK {
			answer(w, l.status, map[string]string{"error": "invalid_grant", "error_description": "hemligt"})
			return
		}
		answer(w, http.StatusOK, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": l.token(r)})
	})
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, l.info) })
	return l
}

// token signs the claims.
func (l *lying) token(*http.Request) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: l.signer}, (&jose.SignerOptions{}).WithHeader("kid", "1"))
	if err != nil {
		l.t.Fatal(err)
	}
	text, err := json.Marshal(l.claims)
	if err != nil {
		l.t.Fatal(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		l.t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		l.t.Fatal(err)
	}
	return compact
}

var question = port.IdentityQuestion{
	ReturnURL: "https://punchout.example.com/admin/oidc/callback", State: "s", Nonce: nonce, Verifier: secret.New("verifier"),
}

func (l *lying) provider() *Provider {
	return New(Config{Issuer: l.server.URL, ClientID: "punchgate", ClientSecret: secret.New("geheim"), Name: "Example AD"})
}

func TestWhatAProviderSaysIsTakenOverAsItSaysIt(t *testing.T) {
	for name, c := range map[string]struct {
		change func(l *lying)
		want   port.Identity
	}{
		"a verified address":           {func(*lying) {}, port.Identity{Subject: "4711", Email: "anna@example.com", EmailVerified: true}},
		"true as a text":               {func(l *lying) { l.claims["email_verified"] = "true" }, port.Identity{Subject: "4711", Email: "anna@example.com", EmailVerified: true}},
		"false":                        {func(l *lying) { l.claims["email_verified"] = false }, port.Identity{Subject: "4711", Email: "anna@example.com"}},
		"nothing":                      {func(l *lying) { delete(l.claims, "email_verified") }, port.Identity{Subject: "4711", Email: "anna@example.com"}},
		"what is no truth value":       {func(l *lying) { l.claims["email_verified"] = 1 }, port.Identity{Subject: "4711", Email: "anna@example.com"}},
		"no address, and nobody tells": {func(l *lying) { delete(l.claims, "email") }, port.Identity{Subject: "4711", EmailVerified: true}},
		"an address at the UserInfo endpoint": {func(l *lying) {
			delete(l.claims, "email")
			delete(l.claims, "email_verified")
			l.info = map[string]any{"sub": "4711", "email": "anna@example.org", "email_verified": true}
		}, port.Identity{Subject: "4711", Email: "anna@example.org", EmailVerified: true}},
	} {
		l := newLying(t)
		c.change(l)
		c.want.Issuer = l.server.URL
		if got, err := l.provider().Finish(t.Context(), question, port.IdentityAnswer{Code: "c"}); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
}

func TestAnAnswerThatIsNotToTheQuestionIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(l *lying)
		answer port.IdentityAnswer
		want   error
	}{
		"another nonce":            {func(l *lying) { l.claims["nonce"] = "other" }, port.IdentityAnswer{}, port.ErrIdentity},
		"no nonce":                 {func(l *lying) { delete(l.claims, "nonce") }, port.IdentityAnswer{}, port.ErrIdentity},
		"for another client":       {func(l *lying) { l.claims["aud"] = "other" }, port.IdentityAnswer{}, port.ErrIdentity},
		"of another issuer":        {func(l *lying) { l.claims["iss"] = "https://evil.example" }, port.IdentityAnswer{}, port.ErrIdentity},
		"too old":                  {func(l *lying) { l.claims["exp"] = time.Now().Add(-time.Hour).Unix() }, port.IdentityAnswer{}, port.ErrIdentity},
		"signed by somebody else":  {func(l *lying) { l.signer = newKey(l.t) }, port.IdentityAnswer{}, port.ErrIdentity},
		"brought from another one": {func(*lying) {}, port.IdentityAnswer{Issuer: "https://evil.example"}, port.ErrIdentity},
		"a code that is refused":   {func(l *lying) { l.status = http.StatusBadRequest }, port.IdentityAnswer{}, port.ErrIdentity},
		"a provider that breaks":   {func(l *lying) { l.status = http.StatusInternalServerError }, port.IdentityAnswer{}, port.ErrProviderAway},
		"somebody else at UserInfo": {func(l *lying) {
			delete(l.claims, "email")
			l.info = map[string]any{"sub": "4712", "email": "eve@example.com"}
		}, port.IdentityAnswer{}, port.ErrIdentity},
	} {
		l := newLying(t)
		c.change(l)
		if got, err := l.provider().Finish(t.Context(), question, c.answer); !errors.Is(err, c.want) || got != (port.Identity{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestAProviderThatIsAwayIsAskedAgainAndThenNoMore(t *testing.T) {
	l := newLying(t)
	p := l.provider()
	l.away.Store(true)
	for range 2 {
		if _, err := p.Begin(t.Context(), question); !errors.Is(err, port.ErrProviderAway) {
			t.Errorf("%v", err)
		}
	}
	l.away.Store(false)
	for range 3 {
		address, err := p.Begin(t.Context(), question)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if q := u.Query(); q.Get("scope") != "openid email profile" || q.Get("code_challenge") == "verifier" || q.Get("nonce") != nonce {
			t.Errorf("%s", address)
		}
	}
	if n := l.asked.Load(); n != 3 {
		t.Errorf("it was asked %d times", n)
	}
	if _, err := New(Config{Issuer: l.server.URL + "/", ClientID: "x"}).Begin(t.Context(), question); !errors.Is(err, port.ErrProviderAway) {
		t.Errorf("a provider that calls itself otherwise: %v", err)
	}
}

func TestWithoutAnIssuerThereIsNoProvider(t *testing.T) {
	if name := New(Config{Name: "Example AD"}).Name(); name != "" {
		t.Errorf("%q", name)
	}
	if name := New(Config{Issuer: "https://id.example.com"}).Name(); name == "" {
		t.Error("a provider without a name has no button")
	}
}
