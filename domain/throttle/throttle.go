// Package throttle slows down whoever presents wrong secrets from one address, again and again.
//
// Many buyers share one user name, and a whole organisation comes from one address, so neither may be locked out for what one of
// them does. An address that was wrong too often is told to wait, longer each time. Right secrets pass all the same as long as
// looking for them costs next to nothing or the address is known for them; only a strange address that was wrong very often
// is not listened to while it has to wait, which ends LongestWait after the last wrong secret at the latest.
package throttle

import (
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// The policy.
const (
	Free     = 10  // wrong secrets of a connection that have no consequence
	FreeKeys = 100 // wrong API keys that have none: nobody guesses one, but a program may go on with an old one
	// FreeCustomers is how many customers an address may ask about by a publishable key without a consequence: the visitors of a shop
	// ask about their own, and an office or a mobile network has many of them.
	FreeCustomers = 50
	FirstWait     = time.Second      // doubled by every further ten wrong secrets
	LongestWait   = 15 * time.Minute // however many they are
	// Remembered is how long each wrong secret is remembered after the last one, all of them up to Forgotten. So a flood from ever
	// new addresses leaves no more than what came in the last minute, and the wait is always remembered to its end.
	Remembered = time.Minute
	Forgotten  = 24 * time.Hour
	// Patience is after how many wrong secrets a strange address that has to wait is no longer listened to. It bounds what can be
	// guessed in a day, and lets a buyer's first login through that comes in the middle of a flood from his own address.
	Patience = 100_000
	// PatienceWithPeople is after how many wrong passwords of one user an address that has to wait is no longer listened to, known or
	// not: people choose passwords that are guessed sooner than those of programs. The number is that of NIST SP 800-63B-4, section 3.2.2.
	PatienceWithPeople = 100
	// Known is for how long an address is no stranger after a right secret.
	Known = 30 * 24 * time.Hour
)

// ID identifies a throttle within its tenant: a digest of what the secret was for and of the address.
type ID string

// State is everything a store keeps of a throttle.
type State struct {
	Tenant       tenant.ID
	ID           ID
	Failures     int
	WaitUntil    time.Time // zero while there is nothing to wait for
	FailureUntil time.Time // when the failures are forgotten
	KnownUntil   time.Time // zero for a stranger
	ExpiresAt    time.Time // when nothing of this matters any more
}

// Throttle counts for one address. New and Restore make one.
type Throttle struct{ state State }

// ErrNone is for an address of which nothing is known.
var ErrNone = fault.New(fault.NotFound, "throttle.not_found", "nothing is known of this address")

// ErrTooMany refuses an address that was wrong too often.
var ErrTooMany = fault.New(fault.TooMany, "login.too_many", "too many wrong credentials came from this address; try again later")

// New makes a throttle of a stranger.
func New(of tenant.ID, id ID) *Throttle { return &Throttle{State{Tenant: of, ID: id}} }

// Restore makes a throttle from what a store kept.
func Restore(s State) *Throttle { return &Throttle{s} }

// Snapshot returns what a store keeps.
func (t *Throttle) Snapshot() State { return t.state }

// Fail counts wrong secrets, of which so many are free.
func (t *Throttle) Fail(wrong, free int, now time.Time) {
	s := &t.state
	if !now.Before(s.FailureUntil) {
		s.Failures = 0
	}
	s.Failures = min(s.Failures+wrong, 1<<30)
	s.FailureUntil = now.Add(min(time.Duration(s.Failures)*Remembered, Forgotten))
	if wait := waiting(s.Failures, free); wait > 0 {
		s.WaitUntil = now.Add(wait)
	}
	t.expire(s.FailureUntil)
}

func waiting(failures, free int) time.Duration {
	if failures <= free {
		return 0
	}
	doubled := (failures - free - 1) / 10
	if doubled > 20 {
		return LongestWait
	}
	return min(FirstWait<<doubled, LongestWait)
}

// Succeed notes that a right secret came. What was wrong before stays: it may have been somebody else.
func (t *Throttle) Succeed(now time.Time) {
	t.state.KnownUntil = now.Add(Known)
	t.expire(t.state.KnownUntil)
}

func (t *Throttle) expire(at time.Time) {
	if at.After(t.state.ExpiresAt) {
		t.state.ExpiresAt = at
	}
}

// Wait returns how long the address has to wait; zero where it has not.
func (t *Throttle) Wait(now time.Time) time.Duration {
	return max(0, t.state.WaitUntil.Sub(now))
}

// Known reports whether a right secret came from the address in the time before.
func (t *Throttle) Known(now time.Time) bool { return now.Before(t.state.KnownUntil) }

// Listens reports whether a secret of the address is verified at all. likely says that it is worth the work: it may be right.
func (t *Throttle) Listens(likely bool, now time.Time) bool {
	return t.Wait(now) == 0 || t.Known(now) || likely && t.state.Failures <= Patience
}

// ListensToPerson is Listens for the passwords of one user.
func (t *Throttle) ListensToPerson(now time.Time) bool {
	return t.Wait(now) == 0 || t.state.Failures <= PatienceWithPeople
}
