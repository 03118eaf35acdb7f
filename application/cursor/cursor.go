// Package cursor writes and reads the places at which pages begin: after the thing of a time and an identifier. Callers hand
// them back as they got them.
package cursor

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ErrInvalid refuses a cursor that no page gave out.
var ErrInvalid = fault.New(fault.Malformed, "feed.cursor", "the cursor is not one that a page gave out")

// Format returns the cursor of the page after a thing.
func Format(since time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(since.UnixNano(), 10) + "." + id))
}

// Parse returns what Format was given, or nothing for the first page's empty cursor.
func Parse(text string) (since time.Time, id string, err error) {
	if text == "" {
		return time.Time{}, "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return time.Time{}, "", ErrInvalid
	}
	nanoseconds, id, ok := strings.Cut(string(raw), ".")
	n, err := strconv.ParseInt(nanoseconds, 10, 64)
	if err != nil || !ok || !tenant.Identifier(id) {
		return time.Time{}, "", ErrInvalid
	}
	return time.Unix(0, n).UTC(), id, nil
}
