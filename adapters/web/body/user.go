package body

import (
	"time"

	"github.com/punchgate/punchgate/domain/user"
)

// User is a user in the API.
type User struct {
	ID       user.ID `json:"id,omitempty"`
	Email    string  `json:"email"`
	Name     string  `json:"name"`
	Role     string  `json:"role"`
	Language string  `json:"language"` // empty for the browser's
	Active   bool    `json:"active"`

	HasPassword  bool      `json:"has_password"` // others sign in by OpenID Connect alone
	Linked       bool      `json:"linked"`       // to an account at the identity provider
	CreatedAt    time.Time `json:"created_at,omitzero"`
	DisabledAt   time.Time `json:"disabled_at,omitzero"`
	LastSignInAt time.Time `json:"last_sign_in_at,omitzero"`
}

// NewUser is what the API is told of a user who is created.
type NewUser struct {
	Email    string `json:"email"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Language string `json:"language"`
	Active   bool   `json:"active"`
	Password string `json:"password"` // empty for a user who signs in by OpenID Connect alone
}

// OfUser returns the body of a user.
func OfUser(u *user.User) User {
	s := u.Snapshot()
	return User{
		s.ID, s.Email, s.Name, s.Role.String(), s.Language, u.Active(), s.Verifier != "", s.Subject != "",
		s.CreatedAt, s.DisabledAt, s.LastSignInAt,
	}
}

// Read returns the profile.
func (b *User) Read() (user.Profile, error) {
	return profile(b.Email, b.Name, b.Role, b.Language, b.Active)
}

// Read returns the profile.
func (b *NewUser) Read() (user.Profile, error) {
	return profile(b.Email, b.Name, b.Role, b.Language, b.Active)
}

func profile(email, name, role, language string, active bool) (user.Profile, error) {
	p := user.Profile{Email: email, Name: name, Language: language, Active: active}
	if role == "" {
		return p, nil // which is refused with all else that is wrong
	}
	var err error
	p.Role, err = user.ParseRole(role)
	return p, err
}
