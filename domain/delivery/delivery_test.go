package delivery_test

import (
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/delivery"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func TestADeliveryIsClaimedOnceALease(t *testing.T) {
	p := delivery.Start(now)
	if p.Claim(now.Add(-1), time.Minute) {
		t.Error("claimed before it is due")
	}
	if !p.Claim(now, time.Minute) || p.Claim(now.Add(time.Minute-1), time.Minute) || !p.Claim(now.Add(time.Minute), time.Minute) {
		t.Error("not claimed when due, or twice within the lease")
	}
	want := delivery.Progress{Wanted: true, Due: now.Add(2 * time.Minute), Leased: true, Attempts: 2}
	if p != want {
		t.Errorf("%+v, want %+v", p, want)
	}
	if unwanted := (delivery.Progress{}); unwanted.Claim(now, time.Minute) {
		t.Error("claimed where nobody waits for it")
	}
}

func TestAFailedDeliveryIsPostponedUntilItIsGivenUp(t *testing.T) {
	p := delivery.Start(now)
	p.Claim(now, time.Minute)
	p.Postpone("status 500", now.Add(time.Hour), now)
	if want := (delivery.Progress{Wanted: true, Due: now.Add(time.Hour), Attempts: 1, LastError: "status 500"}); p != want {
		t.Errorf("postponed: %+v, want %+v", p, want)
	}
	p.Postpone("status 501", time.Time{}, now)
	p.Postpone("too late", now, now)
	if want := (delivery.Progress{Wanted: true, Attempts: 1, LastError: "status 501", GivenUpAt: now}); p != want {
		t.Errorf("given up: %+v, want %+v", p, want)
	}
	if p.Claim(now.Add(time.Hour), time.Minute) {
		t.Error("claimed after it was given up")
	}
}

func TestADeliveryIsMadeDueAgainUnlessAnAttemptRuns(t *testing.T) {
	claimed := delivery.Start(now)
	claimed.Claim(now, time.Minute)
	postponed := claimed
	postponed.Postpone("status 500", now.Add(time.Hour), now)
	givenUp := claimed
	givenUp.Postpone("status 500", time.Time{}, now)
	done := claimed
	done.Done()
	for name, c := range map[string]struct {
		p    delivery.Progress
		when time.Time
		want bool
	}{
		"due":                               {delivery.Start(now), now, true},
		"running":                           {claimed, now.Add(time.Minute - 1), false},
		"running no longer than its lease":  {claimed, now.Add(time.Minute), true},
		"waiting for its next attempt":      {postponed, now.Add(time.Second), true},
		"given up":                          {givenUp, now.Add(time.Second), true},
		"done while the lease was not over": {done, now.Add(time.Second), true},
		"ended without a word of its lease": {delivery.Progress{Wanted: true, Leased: true}, now, true},
	} {
		p := c.p
		if got := p.Again(c.when); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
		if want := (delivery.Progress{Wanted: true, Due: c.when, LastError: c.p.LastError}); c.want && p != want {
			t.Errorf("%s: %+v, want %+v", name, p, want)
		} else if !c.want && (p != c.p || p.Claim(c.when, time.Minute)) {
			t.Errorf("%s: a second attempt may run: %+v", name, p)
		}
	}
}

func TestADeliveryThatIsDoneStaysDone(t *testing.T) {
	p := delivery.Start(now)
	p.Claim(now, time.Minute)
	p.Done()
	p.Postpone("too late", now, now)
	if want := (delivery.Progress{Wanted: true, Attempts: 1}); p != want || p.Claim(now.Add(time.Hour), time.Minute) {
		t.Errorf("%+v, want %+v", p, want)
	}
}
