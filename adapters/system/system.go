// Package system tells the time and makes identifiers, from the operating system.
package system

import (
	"crypto/rand"
	"strings"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

// Module provides the clock and the identifiers.
var Module = fx.Module("system",
	fx.Provide(func() port.Clock { return Clock{} }, func() port.IDs { return IDs{} }),
)

var (
	_ port.Clock = Clock{}
	_ port.IDs   = IDs{}
)

// Clock is the system's clock.
type Clock struct{}

// Now returns the time in UTC, without the monotonic part that no store keeps.
func (Clock) Now() time.Time { return time.Now().UTC().Round(0) }

// IDs makes random identifiers.
type IDs struct{}

// New returns 26 lower-case letters and digits with 130 random bits.
func (IDs) New() string { return strings.ToLower(rand.Text()) }
