package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// Users and their sign-ins are kept by the platform, whichever tenant they are of: whoever signs in is known by an address of
// e-mail that no other user of any tenant has.

type userDoc struct {
	Shop         tenant.ID `json:"shop"`
	ID           user.ID   `json:"id"`
	Email        string    `json:"email"`
	EmailKey     string    `json:"email_key"` // as session.EmailKey has it, for the look-up alone
	Name         string    `json:"name"`
	Role         string    `json:"role"`
	Language     string    `json:"language,omitempty"`
	Verifier     string    `json:"verifier,omitempty"`
	Issuer       string    `json:"issuer,omitempty"`
	Subject      string    `json:"subject,omitempty"`
	SignedOutAt  Stamp     `json:"signed_out_at,omitzero"`
	CreatedAt    Stamp     `json:"created_at,omitzero"`
	DisabledAt   Stamp     `json:"disabled_at,omitzero"`
	LastSignInAt Stamp     `json:"last_sign_in_at,omitzero"`
}

func (d userDoc) key() (tenant.ID, string) { return tenant.Platform, string(d.ID) }

func packUser(u *user.User) userDoc {
	s := u.Snapshot()
	return userDoc{
		s.Tenant, s.ID, s.Email, u.EmailKey(), s.Name, s.Role.String(), s.Language, s.Verifier, s.Issuer, s.Subject,
		Stamp(s.SignedOutAt), Stamp(s.CreatedAt), Stamp(s.DisabledAt), Stamp(s.LastSignInAt),
	}
}

func (d userDoc) unpack() (*user.User, error) {
	role, err := user.ParseRole(d.Role)
	return user.Restore(user.State{
		Tenant: d.Shop, ID: d.ID, Email: d.Email, Name: d.Name, Role: role, Language: d.Language, Verifier: d.Verifier,
		Issuer: d.Issuer, Subject: d.Subject, SignedOutAt: time.Time(d.SignedOutAt), CreatedAt: time.Time(d.CreatedAt),
		DisabledAt: time.Time(d.DisabledAt), LastSignInAt: time.Time(d.LastSignInAt),
	}), err
}

type signInDoc struct {
	ID          signin.ID `json:"id"`
	Shop        tenant.ID `json:"shop"`
	User        user.ID   `json:"user"`
	SignedOutAt Stamp     `json:"signed_out_at,omitzero"`
	CreatedAt   Stamp     `json:"created_at,omitzero"`
	LastSeenAt  Stamp     `json:"last_seen_at,omitzero"`
	ExpiresAt   Stamp     `json:"expires_at,omitzero"`
}

func (d signInDoc) key() (tenant.ID, string) { return tenant.Platform, string(d.ID) }

func packSignIn(a *signin.SignIn) signInDoc {
	s := a.Snapshot()
	return signInDoc{
		s.ID, s.Tenant, s.User, Stamp(s.SignedOutAt), Stamp(s.CreatedAt), Stamp(s.LastSeenAt), Stamp(s.ExpiresAt),
	}
}

func (d signInDoc) unpack() (*signin.SignIn, error) {
	return signin.Restore(signin.State{
		ID: d.ID, Tenant: d.Shop, User: d.User, SignedOutAt: time.Time(d.SignedOutAt), CreatedAt: time.Time(d.CreatedAt),
		LastSeenAt: time.Time(d.LastSeenAt), ExpiresAt: time.Time(d.ExpiresAt),
	}), nil
}
