package body

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/domain/fault"
)

// ErrChanged refuses to replace what was changed since the caller read it.
var ErrChanged = fault.New(fault.Stale, "changed_since_read", "this was changed since you read it; read it again and make your change anew")

// Tag returns the entity tag of a body (RFC 9110, section 8.8.3): the same for equal bodies, and another one for any other.
func Tag(b any) (string, error) {
	text, err := strictjson.Encode(b)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(text)
	return `"` + base64.RawURLEncoding.EncodeToString(digest[:16]) + `"`, nil
}

// Unchanged returns what the use cases ask before they change a thing: it refuses with ErrChanged where the thing's body has none of the
// tags, a list as the header If-Match has it (RFC 9110, section 13.1.1). Without tags everything may be changed.
func Unchanged[T, B any](tags string, of func(T) B) func(T) error {
	return func(current T) error {
		if tags == "" || strings.TrimSpace(tags) == "*" {
			return nil
		}
		is, err := Tag(of(current))
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(strings.Split(tags, ","), func(tag string) bool { return strings.TrimSpace(tag) == is }) {
			return ErrChanged
		}
		return nil
	}
}
