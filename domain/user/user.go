// Package user holds who may use the operators' pages: people of one tenant, or of whoever runs the gateway, with what they
// may do there. Programs do not sign in; they hold API keys.
package user

import (
	"cmp"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies a user in the whole gateway.
type ID string

// Role is what a user may do.
type Role struct{ name string }

// The roles.
var (
	Platform      = Role{"platform"}      // everything, in every tenant; only of users of tenant.Platform
	Administrator = Role{"administrator"} // everything in the own tenant
	Reader        = Role{"reader"}        // sees what an administrator sees, and changes nothing but the own password and language
)

// Roles returns every role.
func Roles() []Role { return []Role{Platform, Administrator, Reader} }

// RolesOf returns the roles that a user of the tenant can have.
func RolesOf(of tenant.ID) []Role {
	if of == tenant.Platform {
		return []Role{Platform}
	}
	return []Role{Administrator, Reader}
}

// ParseRole refuses any name but platform, administrator and reader.
func ParseRole(name string) (Role, error) {
	for _, r := range Roles() {
		if r.name == name {
			return r, nil
		}
	}
	return Role{}, ErrInvalid.With(unknownRole)
}

// String returns the role's name.
func (r Role) String() string { return r.name }

// Languages returns those of the pages; the first is theirs where a user chose none and the browser asks for none of them.
func Languages() []string { return []string{"sv", "en"} }

// Profile is what those say of a user who manage users.
type Profile struct {
	Email    string // unique in the whole gateway, as session.EmailKey has it
	Name     string
	Role     Role
	Language string // of Languages, or empty for the browser's
	Active   bool   // others cannot sign in
}

// State is everything a store keeps of a user.
type State struct {
	Tenant   tenant.ID // tenant.Platform for the role platform
	ID       ID
	Email    string
	Name     string
	Role     Role
	Language string
	Verifier string // of the password; empty for a user who signs in by OpenID Connect only
	// Issuer and Subject are what OpenID Connect knows the user by, once that was used.
	Issuer, Subject string
	// SignedOutAt ended all sign-ins that were begun before it was set.
	SignedOutAt  time.Time
	CreatedAt    time.Time
	DisabledAt   time.Time // zero for who may sign in
	LastSignInAt time.Time // zero for never
}

// User is one user. New and Restore make one.
type User struct{ state State }

// Refusals of users.
var (
	ErrNotFound = fault.New(fault.NotFound, "user.not_found", "there is no such user")
	ErrExists   = fault.New(fault.Conflict, "user.exists", "there is a user of this identifier")
	ErrEmail    = fault.New(fault.Conflict, "user.email_taken", "there is a user of this e-mail address").
			With(fault.Detail{Path: "/email", Code: "taken", Message: "another user has this address"})
	ErrInvalid = fault.New(fault.Invalid, "user.invalid", "the user has members that are wrong")
)

var unknownRole = fault.Detail{
	Path: "/role", Code: "unknown_role", Message: "the roles are administrator and reader, and platform for who runs the gateway",
}

// New makes a user without a password, or refuses with all that is wrong.
func New(of tenant.ID, id ID, p Profile, now time.Time) (*User, error) {
	u := &User{State{Tenant: of, ID: id, CreatedAt: now}}
	if err := u.Change(p, now); err != nil {
		return nil, err
	}
	return u, nil
}

// Restore makes a user from what a store kept.
func Restore(s State) *User { return &User{s} }

// Snapshot returns what a store keeps.
func (u *User) Snapshot() State { return u.state }

// ID returns the user's identifier.
func (u *User) ID() ID { return u.state.ID }

// Tenant returns the user's tenant, tenant.Platform for who runs the gateway.
func (u *User) Tenant() tenant.ID { return u.state.Tenant }

// Role returns the user's role.
func (u *User) Role() Role { return u.state.Role }

// EmailKey is what the user is found by.
func (u *User) EmailKey() string { return session.EmailKey(u.state.Email) }

// Active reports whether the user may sign in.
func (u *User) Active() bool { return u.state.DisabledAt.IsZero() }

// Profile returns what those see of a user who manage users.
func (u *User) Profile() Profile {
	s := u.state
	return Profile{s.Email, s.Name, s.Role, s.Language, u.Active()}
}

// May reports whether the user may see what belongs to the tenant, or with tenant.Platform to whoever runs the gateway.
func (u *User) May(of tenant.ID) bool { return u.state.Role == Platform || u.state.Tenant == of }

// MayChange reports whether the user may change what belongs to the tenant.
func (u *User) MayChange(of tenant.ID) bool { return u.state.Role != Reader && u.May(of) }

// longestEmail is what SMTP can carry (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const longestEmail = 254

// Change replaces the profile, or refuses with all that is wrong. A user who is no longer active is signed out everywhere.
func (u *User) Change(p Profile, now time.Time) error {
	p.Email, p.Name = strings.TrimSpace(p.Email), strings.TrimSpace(p.Name)
	var details []fault.Detail
	report := func(path, code, message string) {
		details = append(details, fault.Detail{Path: path, Code: code, Message: message})
	}
	if parsed, err := mail.ParseAddress(p.Email); err != nil || parsed.Address != p.Email || len(p.Email) > longestEmail {
		report("/email", "not_email", "must be an e-mail address, such as anna@example.com")
	}
	if p.Name == "" {
		report("/name", "missing", "is required")
	} else {
		details = append(details, cart.CheckText("/name", p.Name, cart.MaxName)...)
	}
	if !slices.Contains(Roles(), p.Role) {
		details = append(details, unknownRole)
	} else if !slices.Contains(RolesOf(u.state.Tenant), p.Role) {
		report("/role", "misplaced", "users of a tenant are administrator or reader, and those of whoever runs the gateway are platform")
	}
	if p.Language != "" && !slices.Contains(Languages(), p.Language) {
		report("/language", "unknown_language", "must be sv or en, or left out")
	}
	if len(details) > 0 {
		return ErrInvalid.With(details...)
	}
	s := &u.state
	s.Email, s.Name, s.Role, s.Language = p.Email, p.Name, p.Role, p.Language
	switch {
	case p.Active:
		s.DisabledAt = time.Time{}
	case u.Active():
		s.DisabledAt = now
		u.SignOut(now)
	}
	return nil
}

// SetLanguage changes the language of the pages; empty for the browser's.
func (u *User) SetLanguage(language string) error {
	p := u.Profile()
	p.Language = language
	return u.Change(p, time.Time{}) // which disables nobody
}

// The number of characters of a password. NIST SP 800-63B-4 (section 3.1.1.2) asks of passwords for a length and not for kinds of
// characters, which people answer with patterns. It asks for 15 where a password is all there is to sign in by; 12, which no
// throttled guessing reaches either, is what people type without writing it down. The upper bound only keeps hashing cheap.
const (
	ShortestPassword = 12
	LongestPassword  = 1024
)

// CheckPassword refuses a password that is too short or too long.
func CheckPassword(chosen secret.Text) error {
	if n := utf8.RuneCountInString(chosen.Reveal()); n < ShortestPassword || n > LongestPassword {
		return ErrInvalid.With(fault.Detail{Path: "/password", Code: "length", Message: "a password has 12 to 1024 characters, of any kind"})
	}
	return nil
}

// SetPassword replaces the verifier by that of another password, and signs the user out everywhere.
func (u *User) SetPassword(verifier string, now time.Time) {
	u.state.Verifier = verifier
	u.SignOut(now)
}

// Renew replaces the verifier by one of the same password, made anew, unless the password was changed meanwhile.
func (u *User) Renew(of, verifier string) {
	if u.state.Verifier == of {
		u.state.Verifier = verifier
	}
}

// SignOut ends all sign-ins of the user. Each time is another one, also where a clock stands still or goes back: sign-ins are told by it.
func (u *User) SignOut(now time.Time) {
	if !now.After(u.state.SignedOutAt) {
		now = u.state.SignedOutAt.Add(1)
	}
	u.state.SignedOutAt = now
}

// SignIn notes that the user signed in.
func (u *User) SignIn(now time.Time) {
	if now.After(u.state.LastSignInAt) {
		u.state.LastSignInAt = now
	}
}

// ErrLinked refuses to let somebody else at the provider in as this user.
var ErrLinked = fault.New(fault.Conflict, "user.linked", "the user signs in as somebody else at the identity provider")

// Link lets the user sign in by OpenID Connect as this subject of the issuer. It refuses another one than before.
func (u *User) Link(issuer, subject string) error {
	s := &u.state
	if cmp.Or(s.Issuer, issuer) != issuer || cmp.Or(s.Subject, subject) != subject {
		return ErrLinked
	}
	s.Issuer, s.Subject = issuer, subject
	return nil
}
