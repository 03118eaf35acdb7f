// Package delivery holds how far something has come that must reach another system: a cart that the gateway pushes, an answer
// to a purchase order, or events.
package delivery

import "time"

// Progress is how far a delivery has come. The zero value is one that nobody wants.
type Progress struct {
	Wanted    bool      // there is somewhere to deliver to; decided when the thing is made
	Due       time.Time // when to try next; zero when there is nothing to deliver
	Leased    bool      // an attempt has it until Due
	Attempts  int       // since it was made due
	LastError string
	GivenUpAt time.Time // after the last attempt failed; from then on an operator must make it due again
}

// Start returns the progress of a delivery that is due at once.
func Start(now time.Time) Progress { return Progress{Wanted: true, Due: now} }

// Claim takes the delivery for one attempt: until the lease ends no other claim succeeds. It reports whether there was
// anything to claim.
func (p *Progress) Claim(now time.Time, lease time.Duration) bool {
	if p.Due.IsZero() || p.Due.After(now) {
		return false
	}
	p.Attempts++
	p.Due, p.Leased = now.Add(lease), true
	return true
}

// Postpone ends an attempt that failed and says when to try again; a zero time gives up.
func (p *Progress) Postpone(reason string, next, now time.Time) {
	if p.Due.IsZero() {
		return
	}
	p.LastError, p.Due, p.Leased = reason, next, false
	if next.IsZero() {
		p.GivenUpAt = now
	}
}

// Again makes the delivery due at once, as often as the first time. It reports whether it may: while an attempt runs, a
// second one would deliver twice.
func (p *Progress) Again(now time.Time) bool {
	if p.Leased && p.Due.After(now) {
		return false
	}
	p.Due, p.Leased, p.Attempts, p.GivenUpAt = now, false, 0, time.Time{}
	return true
}

// Done ends the delivery: it arrived, or nobody waits for it any more.
func (p *Progress) Done() { p.Due, p.Leased, p.GivenUpAt = time.Time{}, false, time.Time{} }
