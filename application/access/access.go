// Package access lets users in to the operators' pages and manages them. What a user may do there is for whoever asks to hold
// against user.May and user.MayChange; here users are managed as all else is: by the tenant that they are of, so that nobody reaches
// those of another one. Entries of the audit log are written by the callers, but those of sign-ins, which are written here.
package access

import (
	"context"
	"errors"

	"github.com/punchgate/punchgate/application/administration"
	"github.com/punchgate/punchgate/application/auditing"
	"github.com/punchgate/punchgate/application/authentication"
	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/user"
)

// Service lets users in.
type Service struct {
	stores  port.Stores
	secrets port.Secrets
	clock   port.Clock
	ids     port.IDs
	callers *authentication.Service
	audit   *auditing.Service
	// provider is who tells who somebody is, beside passwords.
	provider port.IdentityProvider
}

// New makes the service.
func New(
	stores port.Stores, secrets port.Secrets, clock port.Clock, ids port.IDs, callers *authentication.Service, audit *auditing.Service,
	provider port.IdentityProvider,
) *Service {
	return &Service{administration.Checking(stores), secrets, clock, ids, callers, audit, provider}
}

// Who is a user who is signed in.
type Who struct {
	User   *user.User
	SignIn signin.ID
	CSRF   string // what forms of this sign-in carry
}

// Refusals.
var (
	// ErrCredentials refuses who signs in, and says no more.
	ErrCredentials = fault.New(fault.Unauthenticated, "sign_in.credentials", "the e-mail address or the password is wrong")
	// ErrCSRF refuses a form that another site made, or that was left open since an earlier sign-in.
	ErrCSRF = fault.New(fault.Forbidden, "sign_in.form", "the form is not of this sign-in; load the page again")
)

// SignIn lets a user in by a password, from the client's address, and returns the token for the cookie, each time another one.
// Whoever guesses has to wait, while right passwords are let in all the same (see application/authentication). How long it takes and
// what is answered are the same where there is no such user.
func (s *Service) SignIn(ctx context.Context, client, email string, password secret.Text) (secret.Text, *user.User, error) {
	key := session.EmailKey(email)
	u, err := s.stores.Users.ByEmail(ctx, key)
	if err != nil && !errors.Is(err, user.ErrNotFound) {
		return secret.Text{}, nil, err
	}
	err = s.checkPassword(ctx, client, key, u, password)
	if err == nil && !u.Active() {
		err = ErrCredentials
	}
	if err != nil {
		s.refused(ctx, u, client, err)
		return secret.Text{}, nil, err
	}
	return s.begin(ctx, u, client)
}

// checkPassword refuses a wrong password of a user, who may be nil.
func (s *Service) checkPassword(ctx context.Context, client, key string, u *user.User, password secret.Text) error {
	verifier := s.secrets.Decoy("user", key)
	if u != nil && u.Snapshot().Verifier != "" {
		verifier = u.Snapshot().Verifier
	}
	err := s.callers.Password(ctx, authentication.Password{
		Address: client, Whose: key, Verifier: verifier, Presented: password,
		Renew: func(ctx context.Context, renewed string) error {
			_, err := s.stores.Users.Update(ctx, u.ID(), func(kept *user.User) error {
				kept.Renew(verifier, renewed)
				return nil
			})
			return err
		},
	})
	if errors.Is(err, authentication.ErrCredentials) {
		return ErrCredentials
	}
	return err
}

// refused notes that somebody tried in vain to sign in as a user. Of addresses that no user has nothing is noted: people type
// passwords there. Nor is it where the client has to wait, which was noted before.
func (s *Service) refused(ctx context.Context, u *user.User, client string, refusal error) {
	if u == nil || !errors.Is(refusal, ErrCredentials) && !errors.Is(refusal, ErrNoUser) {
		return
	}
	at, request := s.clock.Now(), correlation.Request(ctx)
	s.callers.Later("refused sign-in of "+string(u.ID()), func(ctx context.Context) error {
		return s.audit.RefusedSignIn(ctx, u, at, request, client, refusal)
	})
}

// begin begins a sign-in of a user who showed who it is.
func (s *Service) begin(ctx context.Context, u *user.User, client string) (token secret.Text, signedIn *user.User, err error) {
	entry := audit.Entry{
		Tenant: u.Tenant(), Actor: audit.ByUser(u), Action: audit.UserSignIn, Target: string(u.ID()),
		Request: correlation.Request(ctx), Client: client,
	}
	err = s.audit.Do(ctx, entry, func(ctx context.Context) (string, error) {
		now := s.clock.Now()
		token = secret.New(s.ids.New())
		if err := s.stores.SignIns.Create(ctx, signin.New(u, signin.IDOf(token), now)); err != nil {
			return "", err
		}
		signedIn, err = s.stores.Users.Update(ctx, u.ID(), func(kept *user.User) error {
			kept.SignIn(now)
			return nil
		})
		return "", err
	})
	if err != nil {
		return secret.Text{}, nil, err
	}
	return token, signedIn, nil
}

// Authenticate returns who has the token of a cookie, or refuses with signin.ErrEnded. That the sign-in is used is noted at most once
// a minute.
func (s *Service) Authenticate(ctx context.Context, token secret.Text) (Who, error) {
	who, in, err := s.whose(ctx, token)
	if now := s.clock.Now(); err == nil && in.SeenDue(now) {
		_, err = s.stores.SignIns.Update(ctx, who.SignIn, func(kept *signin.SignIn) error {
			kept.See(now)
			return nil
		})
	}
	return who, err
}

// AuthenticateUnused is Authenticate for what a page asks by itself, also where nobody sits before it: the sign-in lasts no longer by it.
func (s *Service) AuthenticateUnused(ctx context.Context, token secret.Text) (Who, error) {
	who, _, err := s.whose(ctx, token)
	return who, err
}

func (s *Service) whose(ctx context.Context, token secret.Text) (Who, *signin.SignIn, error) {
	if token.Empty() {
		return Who{}, nil, signin.ErrEnded
	}
	in, err := s.stores.SignIns.Get(ctx, signin.IDOf(token))
	if err != nil {
		return Who{}, nil, err
	}
	state := in.Snapshot()
	u, err := s.stores.Users.Get(ctx, state.User)
	if errors.Is(err, user.ErrNotFound) {
		err = signin.ErrEnded
	}
	if err == nil {
		err = in.Check(u, s.clock.Now())
	}
	if err != nil {
		return Who{}, nil, err
	}
	return Who{u, state.ID, s.secrets.Sign(csrfPurpose, string(state.ID))}, in, nil
}

const csrfPurpose = "csrf"

// CheckCSRF refuses a form that does not carry the code of the sign-in.
func (s *Service) CheckCSRF(who Who, presented string) error {
	if !s.secrets.Signed(presented, csrfPurpose, string(who.SignIn)) {
		return ErrCSRF
	}
	return nil
}

// SignOut ends the sign-in of a token. Where there is none it does nothing.
func (s *Service) SignOut(ctx context.Context, token secret.Text) error {
	return s.stores.SignIns.Remove(ctx, signin.IDOf(token))
}

// SignOutEverywhere ends all sign-ins of a user, this one, too.
func (s *Service) SignOutEverywhere(ctx context.Context, who Who) error {
	_, err := s.SignOutUser(ctx, who.User.Tenant(), who.User.ID())
	return err
}

// SetLanguage changes the language of the pages for who is signed in; empty for the browser's.
func (s *Service) SetLanguage(ctx context.Context, who Who, language string) (*user.User, error) {
	return s.stores.Users.Update(ctx, who.User.ID(), func(u *user.User) error { return u.SetLanguage(language) })
}

// ErrCurrentPassword refuses to change a password for somebody who does not know the one until now, such as who found a desk left open.
var ErrCurrentPassword = user.ErrInvalid.With(fault.Detail{
	Path: "/current_password", Code: "wrong", Message: "is not the password until now",
})

// ChangeOwnPassword replaces the password of who is signed in, and ends all sign-ins of that user. It returns the token of a new one.
// Who never had a password, because of OpenID Connect, is given the first one by those who manage users.
func (s *Service) ChangeOwnPassword(ctx context.Context, who Who, client string, current, chosen secret.Text) (secret.Text, error) {
	if err := user.CheckPassword(chosen); err != nil {
		return secret.Text{}, err
	}
	err := s.checkPassword(ctx, client, who.User.EmailKey(), who.User, current)
	if errors.Is(err, ErrCredentials) {
		return secret.Text{}, ErrCurrentPassword
	}
	if err != nil {
		return secret.Text{}, err
	}
	if _, err := s.SetPassword(ctx, who.User.Tenant(), who.User.ID(), chosen); err != nil {
		return secret.Text{}, err
	}
	u, err := s.stores.Users.Get(ctx, who.User.ID())
	if err != nil {
		return secret.Text{}, err
	}
	token, _, err := s.begin(ctx, u, client)
	return token, err
}
