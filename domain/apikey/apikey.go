// Package apikey holds the keys that programs present to the API. A key belongs to one tenant, or to whoever runs the
// gateway, and to scopes. Keys are secrets of a server, but those of the scope policy: they are published in the shop's pages, work
// from the shop's origins alone and do no more than ask for the checkout policy.
package apikey

import (
	"slices"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ID identifies a key within its tenant.
type ID string

// Scope is what a key may do.
type Scope struct{ name string }

// The scopes.
var (
	Storefront = Scope{"storefront"}
	Policy     = Scope{"policy"} // publishable: asks for the checkout policy from a browser; in a key of its own, with origins
	ERP        = Scope{"erp"}
	Admin      = Scope{"admin"}
	Platform   = Scope{"platform"} // creates tenants; only in keys of tenant.Platform
)

// Scopes returns all scopes.
func Scopes() []Scope { return []Scope{Storefront, Policy, ERP, Admin, Platform} }

// ParseScope refuses any name but those of Scopes.
func ParseScope(name string) (Scope, error) {
	for _, s := range Scopes() {
		if s.name == name {
			return s, nil
		}
	}
	return Scope{}, fault.New(fault.Invalid, "key.unknown_scope", "the scopes of a key are storefront, policy, erp and admin")
}

// String returns the scope's name.
func (s Scope) String() string { return s.name }

// State is everything a store keeps of a key.
type State struct {
	Tenant    tenant.ID
	ID        ID
	Label     string
	Scopes    []Scope
	Origins   []string // of the pages that may present a key of the scope policy, as Origin returns them
	Verifier  string   // from which the key cannot be had
	CreatedAt time.Time
	RevokedAt time.Time // zero while the key is good
	// LastUsedAt is when the key was last let through, to the minute; zero for never.
	LastUsedAt time.Time
}

// Key is one key. New and Restore make one.
type Key struct{ state State }

// Refusals of a key.
var (
	ErrUnknown = fault.New(fault.Unauthenticated, "key.unknown", "a valid API key is needed: Authorization: Bearer KEY")
	ErrScope   = fault.New(fault.Forbidden, "key.scope", "this API key lacks the scope")
	ErrOrigin  = fault.New(fault.Forbidden, "key.origin", "this API key works from pages of its own web origins only")
	ErrInvalid = fault.New(fault.Invalid, "key.invalid", "the key has members that are wrong")
)

// New makes a key, or refuses one with a label that is no text, without scopes, with scopes that do not fit its tenant or each other, or
// with origins that are none or whose scope has none.
func New(of tenant.ID, id ID, label string, scopes []Scope, verifier string, now time.Time, origins ...string) (*Key, error) {
	if wrong := cart.CheckText("/label", label, cart.MaxName); len(wrong) > 0 {
		return nil, ErrInvalid.With(wrong...)
	}
	if len(scopes) == 0 {
		return nil, ErrInvalid.With(fault.Detail{Path: "/scopes", Code: "missing", Message: "a key needs at least one scope"})
	}
	if slices.Contains(scopes, Platform) != (of == tenant.Platform) || of == tenant.Platform && len(scopes) > 1 {
		return nil, ErrInvalid.With(fault.Detail{
			Path: "/scopes", Code: "misplaced", Message: "the scope platform and the others do not go together",
		})
	}
	if slices.Contains(scopes, Policy) && len(scopes) > 1 {
		return nil, ErrInvalid.With(fault.Detail{
			Path: "/scopes", Code: "misplaced", Message: "a key of the scope policy is published, and has no other scope",
		})
	}
	from, wrong := parseOrigins(origins, scopes[0] == Policy)
	if len(wrong) > 0 {
		return nil, ErrInvalid.With(wrong...)
	}
	return &Key{State{
		Tenant: of, ID: id, Label: label, Scopes: slices.Clone(scopes), Origins: from, Verifier: verifier, CreatedAt: now,
	}}, nil
}

// Restore makes a key from what a store kept.
func Restore(s State) *Key { return &Key{s} }

// Snapshot returns what a store keeps.
func (k *Key) Snapshot() State {
	s := k.state
	s.Scopes, s.Origins = slices.Clone(s.Scopes), slices.Clone(s.Origins)
	return s
}

// Check refuses a revoked key, and one with none of the scopes.
func (k *Key) Check(anyOf ...Scope) error {
	if !k.state.RevokedAt.IsZero() {
		return ErrUnknown
	}
	var names []string
	for _, scope := range anyOf {
		if slices.Contains(k.state.Scopes, scope) {
			return nil
		}
		names = append(names, scope.String())
	}
	return ErrScope.With(fault.Detail{Code: "key.scope", Message: "needed: " + strings.Join(names, " or ")})
}

// Publishable reports whether the key is of the scope policy, which anybody may have read in a page of the shop.
func (k *Key) Publishable() bool { return slices.Contains(k.state.Scopes, Policy) }

// CheckOrigin refuses a publishable key that comes from a page of another origin, or from no page. The text is that of the header
// Origin, which a browser writes (Fetch, section 3.2) and any other program may make up: it keeps other sites from using the key in
// their visitors' browsers, and proves nothing else.
func (k *Key) CheckOrigin(origin string) error {
	if k.Publishable() && !slices.Contains(k.state.Origins, origin) {
		return ErrOrigin
	}
	return nil
}

// Revoke ends the key. A second time changes nothing.
func (k *Key) Revoke(now time.Time) {
	if k.state.RevokedAt.IsZero() {
		k.state.RevokedAt = now
	}
}

// useEvery is how exactly the last use is known: a write for each use would cost more than it tells.
const useEvery = time.Minute

// UseDue reports whether a use at the time is worth noting.
func (k *Key) UseDue(now time.Time) bool { return now.Sub(k.state.LastUsedAt) >= useEvery }

// Use notes a use.
func (k *Key) Use(now time.Time) {
	if now.After(k.state.LastUsedAt) {
		k.state.LastUsedAt = now
	}
}

// Renew replaces the verifier by one of the same key, made anew.
func (k *Key) Renew(verifier string) { k.state.Verifier = verifier }

const prefix = "pgk"

// Text returns the key as its holder presents it. It carries the tenant, so that every look-up is led by it.
func Text(of tenant.ID, id ID, proof string) secret.Text {
	return secret.New(strings.Join([]string{prefix, string(of), string(id), proof}, "."))
}

// Parse splits a presented key into its tenant, its identifier and the proof that the verifier checks.
func Parse(presented secret.Text) (tenant.ID, ID, secret.Text, error) {
	parts := strings.Split(presented.Reveal(), ".")
	if len(parts) != 4 || parts[0] != prefix || !tenant.Identifier(parts[2]) ||
		!tenant.Identifier(parts[1]) && parts[1] != string(tenant.Platform) {
		return "", "", secret.Text{}, ErrUnknown
	}
	return tenant.ID(parts[1]), ID(parts[2]), secret.New(parts[3]), nil
}
