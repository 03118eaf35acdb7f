package access

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// Refusals of who comes from the identity provider.
var (
	ErrNoProvider = fault.New(fault.NotFound, "oidc.none", "there is no identity provider to sign in by")
	ErrNoUser     = fault.New(fault.Forbidden, "oidc.no_user",
		"nobody with your account at the identity provider may use these pages; ask who manages the users")
)

// Provider returns what people call the identity provider; empty where there is none.
func (s *Service) Provider() string { return s.provider.Name() }

// pendingPurpose says what pending is sealed for.
const pendingPurpose = "oidc"

// PendingFor is how long somebody may take to show the identity provider who it is.
const PendingFor = 10 * time.Minute

// pending is what the gateway remembers of a browser that it led to the identity provider. The browser itself keeps it, sealed.
type pending struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	To       string    `json:"to"`
	Until    time.Time `json:"until"`
}

func (p pending) question(returnURL string) port.IdentityQuestion {
	return port.IdentityQuestion{ReturnURL: returnURL, State: p.State, Nonce: p.Nonce, Verifier: secret.New(p.Verifier)}
}

// BeginOIDC returns where a browser is led to sign in by OpenID Connect, and what it keeps until it comes back to returnURL. to is where
// it wants to go then.
func (s *Service) BeginOIDC(ctx context.Context, returnURL, to string) (address string, kept secret.Text, err error) {
	if s.Provider() == "" {
		return "", secret.Text{}, ErrNoProvider
	}
	// A verifier of PKCE has at least 43 characters (RFC 7636, section 4.1).
	p := pending{s.ids.New(), s.ids.New(), s.ids.New() + s.ids.New(), to, s.clock.Now().Add(PendingFor)}
	if address, err = s.provider.Begin(ctx, p.question(returnURL)); err != nil {
		return "", secret.Text{}, err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return "", secret.Text{}, err
	}
	sealed, err := s.secrets.Seal(secret.New(string(text)), pendingPurpose)
	return address, secret.New(sealed), err
}

// Return is a browser that comes back from the identity provider.
type Return struct {
	Client    string // its address
	ReturnURL string // where it came to
	Kept      secret.Text
	State     string
	Answer    port.IdentityAnswer
}

// FinishOIDC lets a user in whom the identity provider knows, and returns the token for the cookie and where the browser wanted to go.
// It must be a user already: found by the subject, or the first time by an address that the provider has verified, to which the subject
// is linked then. A browser comes back once: what it kept is good for no second time.
func (s *Service) FinishOIDC(ctx context.Context, r Return) (token secret.Text, to string, err error) {
	if s.Provider() == "" {
		return secret.Text{}, "", ErrNoProvider
	}
	p, err := s.returned(ctx, r)
	if err != nil {
		return secret.Text{}, "", err
	}
	who, err := s.provider.Finish(ctx, p.question(r.ReturnURL), r.Answer)
	if err != nil {
		return secret.Text{}, p.To, err
	}
	u, err := s.known(ctx, who)
	if err == nil && !u.Active() {
		err = ErrNoUser
	}
	if err != nil {
		s.refused(ctx, u, r.Client, err)
		return secret.Text{}, p.To, err
	}
	token, _, err = s.begin(ctx, u, r.Client)
	return token, p.To, err
}

// returned opens what the browser kept, and refuses what is not in answer to it.
func (s *Service) returned(ctx context.Context, r Return) (p pending, err error) {
	plain, err := s.secrets.Open(r.Kept.Reveal(), pendingPurpose)
	if err != nil {
		return p, port.ErrIdentity.Because(err)
	}
	if err := json.Unmarshal([]byte(plain.Reveal()), &p); err != nil {
		return p, err
	}
	if p.State != r.State || !s.clock.Now().Before(p.Until) {
		return p, port.ErrIdentity.Because(errors.New("the state is another one, or its time is over"))
	}
	once := replay.New(tenant.Platform, replay.IDOf(pendingPurpose+" "+p.State), "", "", s.clock.Now())
	if err := s.stores.Replays.Create(ctx, once); errors.Is(err, replay.ErrExists) {
		return p, port.ErrIdentity.Because(errors.New("it was used before"))
	} else if err != nil {
		return p, err
	}
	if r.Answer.Code == "" {
		return p, port.ErrIdentity.Because(errors.New("there is no code"))
	}
	return p, nil
}

// known returns the user whom the identity provider means.
func (s *Service) known(ctx context.Context, who port.Identity) (*user.User, error) {
	u, err := s.stores.Users.BySubject(ctx, who.Issuer, who.Subject)
	if !errors.Is(err, user.ErrNotFound) {
		return u, err
	}
	if !who.EmailVerified || who.Email == "" {
		return nil, ErrNoUser.Because(errors.New("the provider names no verified address"))
	}
	u, err = s.stores.Users.ByEmail(ctx, session.EmailKey(who.Email))
	if errors.Is(err, user.ErrNotFound) {
		return nil, ErrNoUser
	}
	if err != nil || !u.Active() {
		return u, err
	}
	linked, err := s.stores.Users.Update(ctx, u.ID(), func(u *user.User) error { return u.Link(who.Issuer, who.Subject) })
	if errors.Is(err, user.ErrLinked) {
		return u, ErrNoUser.Because(err)
	}
	return linked, err
}
