// Package replay holds the calls of the API that carry an idempotency key (the header Idempotency-Key), with the answers that
// they got, so that a call that is tried again gets the answer of the first try and does nothing twice.
package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Kept is how long an answer is kept, and a key bound to its call, since the call was tried last.
const Kept = 24 * time.Hour

// Lease is how long one try of a call is nobody else's: longer than a try can take.
const Lease = time.Minute

// ID identifies a key within its tenant. It follows from the key, so that of many equal calls one insert wins, in any store.
type ID string

// IDOf returns the identifier of a key.
func IDOf(key string) ID {
	sum := sha256.Sum256([]byte(key))
	return ID(hex.EncodeToString(sum[:]))
}

// State is everything a store keeps of a call.
type State struct {
	Tenant tenant.ID
	ID     ID
	Digest string // of the call, by which its repetition is told from another one; empty where the key is free again
	// Seed is what the identifiers and secrets that the call makes follow from; drawn at random for each new call, and sealed.
	Seed       string
	Runs       int       // how many times the call was tried
	LeaseUntil time.Time // of the try that runs; zero where none does
	Answer     Answer
	ExpiresAt  time.Time
}

// Answer is what the call was answered.
type Answer struct {
	Status int    // of HTTP; 0 where there is no answer yet
	Sealed string // media type and body, encrypted: answers may hold secrets that are told once
}

// Replay is one call. New and Restore make one.
type Replay struct{ state State }

// Refusals of a call.
var (
	ErrNotFound = fault.New(fault.NotFound, "idempotency.not_found", "there is no such call")
	ErrExists   = fault.New(fault.Conflict, "idempotency.exists", "another call was faster")
	ErrReused   = fault.New(fault.Conflict, "idempotency.key_reused", "this Idempotency-Key was used with another body or for another call")
	ErrRunning  = fault.New(fault.Conflict, "idempotency.in_progress", "the call with this Idempotency-Key still runs; try again shortly")
)

// New makes the call that was tried for the first time; its try has begun.
func New(of tenant.ID, id ID, digest, seed string, now time.Time) *Replay {
	r := &Replay{State{Tenant: of, ID: id}}
	r.begin(digest, seed, now)
	return r
}

func (r *Replay) begin(digest, seed string, now time.Time) {
	r.state.Digest, r.state.Seed, r.state.Runs, r.state.Answer = digest, seed, 1, Answer{}
	r.state.LeaseUntil, r.state.ExpiresAt = now.Add(Lease), now.Add(Kept)
}

// Restore makes a call from what a store kept.
func Restore(s State) *Replay { return &Replay{s} }

// Snapshot returns what a store keeps.
func (r *Replay) Snapshot() State { return r.state }

// ID returns the key's identifier.
func (r *Replay) ID() ID { return r.state.ID }

// Claim begins another try of the call, unless it was answered, and reports whether it did. A key that is free, or whose
// answer is over, begins a new call with the seed. It refuses another call with ErrReused, and one whose try still runs with
// ErrRunning.
func (r *Replay) Claim(digest, seed string, now time.Time) (begun bool, err error) {
	switch s := &r.state; {
	case s.Digest == "", !now.Before(s.ExpiresAt):
		r.begin(digest, seed, now)
	case s.Digest != digest:
		return false, ErrReused
	case s.Answer.Status != 0:
		return false, nil
	case now.Before(s.LeaseUntil):
		return false, ErrRunning
	default:
		s.Runs++
		s.LeaseUntil, s.ExpiresAt = now.Add(Lease), now.Add(Kept)
	}
	return true, nil
}

// Keep records the answer of a try. A try that another one took over from changes nothing.
func (r *Replay) Keep(try State, a Answer, now time.Time) {
	if r.current(try) {
		r.state.Answer, r.state.LeaseUntil, r.state.ExpiresAt = a, time.Time{}, now.Add(Kept)
	}
}

// Free gives the key back, since the try was refused and did nothing: the same call, or one that was mended, begins anew.
func (r *Replay) Free(try State) {
	if r.current(try) {
		r.state.Digest, r.state.Seed, r.state.LeaseUntil = "", "", time.Time{}
	}
}

// Release ends a try that failed, and may have done a part: the same call can be tried again at once, and no other.
func (r *Replay) Release(try State) {
	if r.current(try) {
		r.state.LeaseUntil = time.Time{}
	}
}

func (r *Replay) current(try State) bool { return r.state.Seed == try.Seed && r.state.Runs == try.Runs }
