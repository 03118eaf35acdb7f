package throttle_test

import (
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/throttle"
)

var now = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

func TestTheWaitGrowsAndNeverPassesTheLongest(t *testing.T) {
	counted := throttle.New("papper", "a")
	total := 0
	for _, c := range []struct {
		wrong int
		wait  time.Duration
	}{
		{1, 0}, {9, 0}, {1, time.Second}, {9, time.Second}, {1, 2 * time.Second}, {10, 4 * time.Second}, {50, 128 * time.Second},
		{100, throttle.LongestWait}, {1_000_000_000, throttle.LongestWait}, {2_000_000_000, throttle.LongestWait},
	} {
		counted.Fail(c.wrong, now)
		total += c.wrong
		if wait := counted.Wait(now); wait != c.wait {
			t.Errorf("after %d wrong ones the wait is %s, not %s", total, wait, c.wait)
		}
	}
	if wait := counted.Wait(now.Add(throttle.LongestWait)); wait != 0 {
		t.Errorf("the wait is not over: %s", wait)
	}
	if !counted.Listens(false, now.Add(throttle.LongestWait)) {
		t.Error("an address that waited long enough is not listened to")
	}
}

func TestWhatIsQuietForADayBeginsAnew(t *testing.T) {
	counted := throttle.New("papper", "a")
	counted.Fail(500, now)
	counted.Fail(1, now.Add(throttle.Forgotten-1))
	if n := counted.Snapshot().Failures; n != 501 {
		t.Errorf("%d are counted", n)
	}
	later := now.Add(2 * throttle.Forgotten)
	counted.Fail(1, later)
	if s := counted.Snapshot(); s.Failures != 1 || counted.Wait(later) != 0 || !s.ExpiresAt.Equal(later.Add(throttle.Forgotten)) {
		t.Errorf("%+v", s)
	}
}

func TestWhoIsListenedTo(t *testing.T) {
	for name, c := range map[string]struct {
		wrong           int
		known           bool
		after           time.Duration
		likely, listens bool
	}{
		"a stranger who has not to wait":                                  {throttle.Free, false, 0, false, true},
		"a stranger who has to wait":                                      {throttle.Free + 1, false, 0, false, false},
		"a stranger who has to wait, with a likely secret":                {throttle.Free + 1, false, 0, true, true},
		"one who was wrong all day, with a likely secret":                 {throttle.Patience + 1, false, 0, true, false},
		"one who was wrong all day and waited, with a likely secret":      {throttle.Patience + 1, false, throttle.LongestWait, true, true},
		"a known address that has to wait":                                {throttle.Free + 1, true, 0, false, true},
		"a known address of which somebody is wrong all day":              {throttle.Patience + 1, true, 0, false, true},
		"an address of which somebody is wrong, known a long time before": {throttle.Patience + 1, true, throttle.Known, true, false},
	} {
		counted := throttle.New("papper", "a")
		if c.known {
			counted.Succeed(now)
		}
		at := now.Add(c.after)
		if c.after < throttle.Known {
			counted.Fail(c.wrong, now)
		} else {
			counted.Fail(c.wrong, at)
		}
		if counted.Listens(c.likely, at) != c.listens {
			t.Errorf("%s: %v", name, !c.listens)
		}
	}
}

func TestARightSecretForgivesNothingAndIsKeptLongest(t *testing.T) {
	counted := throttle.New("papper", "a")
	counted.Fail(50, now)
	counted.Succeed(now)
	if s := counted.Snapshot(); s.Failures != 50 || counted.Wait(now) == 0 || !s.ExpiresAt.Equal(now.Add(throttle.Known)) {
		t.Errorf("%+v", s)
	}
	counted.Fail(1, now)
	if s := counted.Snapshot(); !s.ExpiresAt.Equal(now.Add(throttle.Known)) {
		t.Errorf("%+v", s)
	}
}
