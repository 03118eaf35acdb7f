package cart_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
)

func moment(t *testing.T, text string) cart.Moment {
	t.Helper()
	var m cart.Moment
	if err := m.UnmarshalText([]byte(text)); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return m
}

func TestMomentKeepsWhatWasWritten(t *testing.T) {
	for _, text := range []string{
		"", "2026-11-24", "2024-02-29", "2026-11-24T12:00:00+01:00", "2026-11-24T12:00:00Z", "1969-12-31T23:59:59-05:30",
	} {
		m := moment(t, text)
		if got, err := m.MarshalText(); err != nil || string(got) != text {
			t.Errorf("%q became %q, %v", text, got, err)
		}
		if m.IsZero() != (text == "") {
			t.Errorf("%q: absent is %v", text, m.IsZero())
		}
	}
}

func TestMomentRefuses(t *testing.T) {
	for _, text := range []string{
		"2026-02-29", "2026-13-01", "24/11/2026", "2026-11-24 12:00:00", "2026-11-24T12:00:00", "2026-11-24T25:00:00Z",
		"2026-11-24T12:00:00+0100", "2026-11-24T12:00:00+24:00", "2026-11-24T12:00:00,5Z", "T", " 2026-11-24", "20261124", "now", "0001-01-01", "0001-01-01T00:00:00Z",
	} {
		m := cart.Moment{Time: time.Unix(1, 0), HasTime: true}
		if err := m.UnmarshalText([]byte(text)); !errors.Is(err, cart.ErrNotMoment) || m != (cart.Moment{}) {
			t.Errorf("%q was read as %v, %v", text, m, err)
		}
	}
	var m cart.Moment
	if err := json.Unmarshal([]byte(`1700000000`), &m); err == nil {
		t.Error("a JSON number was read as a time")
	}
}

func TestMomentBefore(t *testing.T) {
	cases := map[string]struct {
		until, from string
		want        bool
	}{
		"a time before a time":                    {"2026-11-24T12:00:00Z", "2026-11-24T12:00:01Z", true},
		"the same instant in two zones":           {"2026-11-24T12:00:00Z", "2026-11-24T13:00:00+01:00", false},
		"a time after a time":                     {"2026-11-24T12:00:01Z", "2026-11-24T12:00:00Z", false},
		"the day before":                          {"2026-11-23", "2026-11-24", true},
		"the same day":                            {"2026-11-24", "2026-11-24", false},
		"the day on which the time is":            {"2026-11-24", "2026-11-24T23:59:59+01:00", false},
		"the day on which the time is, far west":  {"2026-11-24", "2026-11-24T23:30:00-08:00", false},
		"the day before the time's, far east":     {"2026-11-23", "2026-11-24T00:30:00+12:00", true},
		"a time on the day":                       {"2026-11-24T00:00:00+01:00", "2026-11-24", false},
		"a time on the day before, by its clock":  {"2026-11-23T23:59:59-08:00", "2026-11-24", true},
		"a day in the next year before its month": {"2027-01-01", "2026-12-31", false},
	}
	for name, c := range cases {
		if got := moment(t, c.until).Before(moment(t, c.from)); got != c.want {
			t.Errorf("%s: %s before %s is %v", name, c.until, c.from, got)
		}
	}
}
