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
		counted.Fail(c.wrong, throttle.Free, now)
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

func TestWhatIsQuietBeginsAnew(t *testing.T) {
	for _, c := range []struct {
		wrong  int
		memory time.Duration
	}{{1, throttle.Remembered}, {11, 11 * throttle.Remembered}, {2000, throttle.Forgotten}, {throttle.Patience, throttle.Forgotten}} {
		counted := throttle.New("papper", "a")
		counted.Fail(c.wrong, throttle.Free, now)
		before := *counted
		before.Fail(1, throttle.Free, now.Add(c.memory-1))
		if n := before.Snapshot().Failures; n != c.wrong+1 {
			t.Errorf("after %d wrong ones and the last moment of %s, %d are counted", c.wrong, c.memory, n)
		}
		counted.Fail(1, throttle.Free, now.Add(c.memory))
		if n := counted.Snapshot().Failures; n != 1 {
			t.Errorf("after %d wrong ones and %s, %d are counted", c.wrong, c.memory, n)
		}
	}
	for wrong := range 500 { // else who waits as he was told would begin anew
		counted := throttle.New("papper", "a")
		counted.Fail(wrong+1, throttle.Free, now)
		if s := counted.Snapshot(); s.WaitUntil.After(s.FailureUntil) || !s.ExpiresAt.Equal(s.FailureUntil) {
			t.Errorf("after %d wrong ones: %+v", wrong+1, s)
		}
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
			counted.Fail(c.wrong, throttle.Free, now)
		} else {
			counted.Fail(c.wrong, throttle.Free, at)
		}
		if counted.Listens(c.likely, at) != c.listens {
			t.Errorf("%s: %v", name, !c.listens)
		}
	}
}

func TestAPersonWhoHasToWaitIsListenedToForAHundredWrongPasswords(t *testing.T) {
	for _, c := range []struct {
		wrong   int
		known   bool
		after   time.Duration
		listens bool
	}{
		{throttle.Free, false, 0, true},
		{throttle.PatienceWithPeople, false, 0, true},
		{throttle.PatienceWithPeople + 1, false, 0, false},
		{throttle.PatienceWithPeople + 1, true, 0, false},
		{throttle.PatienceWithPeople + 1, false, throttle.LongestWait, true},
	} {
		counted := throttle.New("papper", "a")
		if c.known {
			counted.Succeed(now)
		}
		counted.Fail(c.wrong, throttle.Free, now)
		if counted.ListensToPerson(now.Add(c.after)) != c.listens {
			t.Errorf("%+v", c)
		}
	}
}

func TestARightSecretForgivesNothingAndIsKeptLongest(t *testing.T) {
	counted := throttle.New("papper", "a")
	counted.Fail(50, throttle.Free, now)
	counted.Succeed(now)
	if s := counted.Snapshot(); s.Failures != 50 || counted.Wait(now) == 0 || !s.ExpiresAt.Equal(now.Add(throttle.Known)) {
		t.Errorf("%+v", s)
	}
	counted.Fail(1, throttle.Free, now)
	if s := counted.Snapshot(); !s.ExpiresAt.Equal(now.Add(throttle.Known)) {
		t.Errorf("%+v", s)
	}
}
