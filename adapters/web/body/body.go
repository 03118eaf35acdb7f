// Package body holds the bodies of the admin API, which are also the forms of the operator's pages: what is read of a thing can be
// written back, and a member's JSON Pointer (RFC 6901) is how refusals and forms name it.
package body

import (
	"time"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/domain/fault"
)

// Max is how many bytes the body of a request may have, of the API and of forms.
const Max = 8 << 20

// ErrTooLarge refuses a larger one.
var ErrTooLarge = fault.Newf(fault.TooLarge, "body.too_large", "the body is larger than %d MiB", Max>>20)

// At names the member that a refusal is about.
func At(path string, err error) error {
	f := fault.From(err)
	return f.With(fault.Detail{Path: path, Code: "unknown_value", Message: f.Message})
}

// OfDetails returns the body of what is wrong in several places.
func OfDetails(all []fault.Detail) []api.Detail {
	bodies := make([]api.Detail, len(all))
	for i, d := range all {
		bodies[i] = api.Detail{Path: d.Path, Code: d.Code, Message: d.Message}
	}
	return bodies
}

// Seconds saturates: what is near the bounds, or below zero, is the domain's to refuse.
func Seconds(n int64) time.Duration { return times(n, time.Second) }

const day = 24 * time.Hour

func days(n int64) time.Duration { return times(n, day) }

func times(n int64, unit time.Duration) time.Duration {
	most := int64(1<<63-1) / int64(unit)
	return time.Duration(min(max(n, -most), most)) * unit
}
