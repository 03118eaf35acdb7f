// Package signin holds the sign-ins of users: that somebody showed who he is, for a while, to one browser. A PunchOut visit is
// a session and something else.
package signin

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/user"
)

// How long a sign-in lasts. An operator comes back after lunch and not the next morning: what is left open on a shared desk ends
// by itself (OWASP Session Management Cheat Sheet: idle and absolute time-outs).
const (
	Idle     = 2 * time.Hour
	Longest  = 12 * time.Hour
	seenEach = time.Minute // how exactly the last use is known: a write for each request would cost more than it tells
)

// ID identifies a sign-in. It follows from the token that the browser has, and the token cannot be had from it: a token has at least
// 128 random bits, so that a plain digest cannot be guessed back.
type ID string

// IDOf returns the identifier of a token.
func IDOf(token secret.Text) ID {
	sum := sha256.Sum256([]byte("sign-in " + token.Reveal()))
	return ID(hex.EncodeToString(sum[:]))
}

// State is everything a store keeps of a sign-in.
type State struct {
	ID     ID
	Tenant tenant.ID // of the user
	User   user.ID
	// SignedOutAt is the user's as it was when this began: once it is another, this has ended. So no clock is asked.
	SignedOutAt time.Time
	CreatedAt   time.Time
	LastSeenAt  time.Time // to the minute
	ExpiresAt   time.Time // unless it is used until then
}

// SignIn is one sign-in. New and Restore make one.
type SignIn struct{ state State }

// Refusals of a sign-in.
var (
	// ErrEnded is for a token that is none any more, or never was.
	ErrEnded = fault.New(fault.Unauthenticated, "sign_in.ended", "you are not signed in, or no longer")
	ErrTaken = fault.New(fault.Conflict, "sign_in.taken", "there is one of this identifier")
)

// New makes a sign-in of a user.
func New(of *user.User, id ID, now time.Time) *SignIn {
	s := of.Snapshot()
	return &SignIn{State{
		ID: id, Tenant: s.Tenant, User: s.ID, SignedOutAt: s.SignedOutAt, CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(Idle),
	}}
}

// Restore makes a sign-in from what a store kept.
func Restore(s State) *SignIn { return &SignIn{s} }

// Snapshot returns what a store keeps.
func (s *SignIn) Snapshot() State { return s.state }

// Check refuses a sign-in that is over, or that is not of this user as the user is now.
func (s *SignIn) Check(of *user.User, now time.Time) error {
	state := of.Snapshot()
	if !now.Before(s.state.ExpiresAt) || s.state.User != state.ID || !of.Active() || !s.state.SignedOutAt.Equal(state.SignedOutAt) {
		return ErrEnded
	}
	return nil
}

// SeenDue reports whether a use at the time is worth noting.
func (s *SignIn) SeenDue(now time.Time) bool { return now.Sub(s.state.LastSeenAt) >= seenEach }

// See notes a use, by which the sign-in lasts longer.
func (s *SignIn) See(now time.Time) {
	if !now.After(s.state.LastSeenAt) {
		return
	}
	s.state.LastSeenAt, s.state.ExpiresAt = now, now.Add(Idle)
	if last := s.state.CreatedAt.Add(Longest); s.state.ExpiresAt.After(last) {
		s.state.ExpiresAt = last
	}
}
