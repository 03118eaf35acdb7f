package connection

import (
	"time"

	"github.com/punchgate/punchgate/domain/outbox"
)

// Health is how what goes to the procurement system, carts that are pushed and answers, fares.
type Health struct {
	Failures int       // on end, up to now
	Since    time.Time // of the first of them
}

// failing is the number of failures on end after which a connection is failing: with the waits between attempts, a few minutes.
const failing = 5

// Failing reports whether the connection keeps failing.
func (c *Connection) Failing() bool { return c.state.Health.Failures >= failing }

// Fail records that an attempt to reach the procurement system failed. A connection that keeps failing is told of once.
func (c *Connection) Fail(reason string, now time.Time) {
	h := &c.state.Health
	if h.Failures == 0 {
		h.Since = now
	}
	if h.Failures++; h.Failures == failing {
		c.state.Outbox.Record(outbox.ConnectionFailing, outbox.Facts{Status: "failing", Before: "working", Reason: reason}, now)
	}
}

// Work records that the procurement system was reached. It reports whether that changes anything.
func (c *Connection) Work(now time.Time) bool {
	if c.state.Health.Failures == 0 {
		return false
	}
	if c.Failing() {
		c.state.Outbox.Record(outbox.ConnectionRecovered, outbox.Facts{Status: "working", Before: "failing"}, now)
	}
	c.state.Health = Health{}
	return true
}
