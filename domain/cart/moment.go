package cart

import (
	"bytes"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
)

// Moment is a calendar date, with a time of day where one was given. Its zero value is absent.
type Moment struct {
	Time    time.Time
	HasTime bool // false: the whole day, in no particular zone
}

// ErrNotMoment refuses text that is neither a date nor a time.
var ErrNotMoment = fault.New(fault.Malformed, "time.malformed",
	"must be a date such as 2026-11-24 or a time such as 2026-11-24T12:00:00+01:00 (RFC 3339)")

// IsZero reports whether the moment is absent.
func (m Moment) IsZero() bool { return m.Time.IsZero() }

// String returns the date, or the time in RFC 3339; "" when absent.
func (m Moment) String() string {
	switch {
	case m.IsZero():
		return ""
	case m.HasTime:
		return m.Time.Format(time.RFC3339)
	default:
		return m.Time.Format(time.DateOnly)
	}
}

// Before reports whether the moment is over when the other begins. A whole day is in no particular zone, so where either
// moment is one, the calendar dates are compared as they are written.
func (m Moment) Before(other Moment) bool {
	if m.HasTime && other.HasTime {
		return m.Time.Before(other.Time)
	}
	return m.day().Before(other.day())
}

func (m Moment) day() time.Time {
	year, month, day := m.Time.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// MarshalText writes the same as String.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a date (2026-11-24) or a time (RFC 3339); empty text is absent.
func (m *Moment) UnmarshalText(text []byte) error {
	*m = Moment{}
	if len(text) == 0 {
		return nil
	}
	text = bytes.ToUpper(text) // RFC 3339 section 5.6 allows t and z
	layout, hasTime := time.DateOnly, bytes.ContainsRune(text, 'T')
	if hasTime {
		layout = time.RFC3339
	}
	t, err := time.Parse(layout, string(text))
	_, offset := t.Zone()
	switch {
	case err != nil,
		t.IsZero(),                    // the first instant of year 1 would read as absent
		bytes.ContainsRune(text, ','), // these two are none of RFC 3339, but time.Parse takes them
		offset <= -24*60*60 || offset >= 24*60*60:
		return ErrNotMoment
	}
	*m = Moment{Time: t, HasTime: hasTime}
	return nil
}
