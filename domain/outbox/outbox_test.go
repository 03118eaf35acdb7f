package outbox_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/outbox"
)

var now = time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }

// with returns an outbox with so many events, due now.
func with(n int) *outbox.Outbox {
	var o outbox.Outbox
	for range n {
		o.Record(outbox.OrderChanged, outbox.Facts{}, now)
	}
	return &o
}

// claim returns the outbox as an attempt has it.
func claim(t *testing.T, o *outbox.Outbox, when time.Time) *outbox.Outbox {
	t.Helper()
	if !o.Claim(when, 2*time.Minute) {
		t.Fatalf("there is nothing to claim at %s", when)
	}
	claimed := o.Clone()
	return &claimed
}

func numbers(o *outbox.Outbox) (all []int) {
	for _, e := range o.Events {
		all = append(all, e.Number)
	}
	return all
}

func TestEveryTypeIsReadByItsName(t *testing.T) {
	for _, want := range outbox.Types() {
		if got, err := outbox.ParseType(want.String()); err != nil || got != want {
			t.Errorf("%s: %v, %v", want, got, err)
		}
	}
	if _, err := outbox.ParseType("order.eaten"); err == nil {
		t.Error("an unknown type is taken")
	}
}

func TestEventsThatEverybodyHasAreGone(t *testing.T) {
	o := with(3)
	o.Left(claim(t, o, now), nil, "", time.Time{}, at(1))
	if len(o.Events) != 0 || o.Claim(at(60), time.Minute) {
		t.Errorf("left: %+v", o)
	}
	o.Record(outbox.OrderCancelled, outbox.Facts{}, at(2))
	if got := numbers(o); !slices.Equal(got, []int{4}) {
		t.Errorf("numbers begin again: %v", got)
	}
}

func TestEventsThatSomebodyLacksAreToldAgainLater(t *testing.T) {
	o := with(2)
	claimed := claim(t, o, now)
	left := claimed.Clone().Events[1:]
	left[0].Take("erp")
	o.Left(claimed, left, "away", at(10), at(1))
	if got := numbers(o); !slices.Equal(got, []int{2}) || !o.Events[0].TakenBy("erp") || o.Events[0].TakenBy("shop") {
		t.Errorf("left: %+v", o)
	}
	if o.Claim(at(9), time.Minute) || !o.Claim(at(10), time.Minute) || o.Progress.LastError != "away" {
		t.Errorf("not due at its time: %+v", o.Progress)
	}
}

func TestAnEventThatComesDuringAnAttemptIsToldAfterIt(t *testing.T) {
	o := with(1)
	claimed := claim(t, o, now)
	o.Record(outbox.OrderCancelled, outbox.Facts{}, at(1))
	if o.Claim(at(1), time.Minute) {
		t.Fatal("two attempts at once")
	}
	o.Left(claimed, nil, "", time.Time{}, at(1))
	if got := numbers(o); !slices.Equal(got, []int{2}) || !o.Claim(at(1), time.Minute) {
		t.Errorf("left: %+v", o)
	}
}

func TestANewEventMakesDueWhatWaitsOrWasGivenUp(t *testing.T) {
	for name, next := range map[string]time.Time{"waits": at(60), "was given up": {}} {
		o := with(1)
		claimed := claim(t, o, now)
		o.Left(claimed, claimed.Events, "away", next, at(1))
		if o.Progress.GivenUpAt.IsZero() != !next.IsZero() {
			t.Errorf("%s: %+v", name, o.Progress)
		}
		o.Record(outbox.OrderCancelled, outbox.Facts{}, at(2))
		if got := claim(t, o, at(2)); !slices.Equal(numbers(got), []int{1, 2}) || !got.Progress.GivenUpAt.IsZero() {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestAnAttemptWhoseLeaseIsOverDoesNotEndTheNextOne(t *testing.T) {
	o := with(2)
	slow := claim(t, o, now)
	next := claim(t, o, at(2))
	o.Left(slow, slow.Events[1:], "away", at(3), at(2))
	if got := numbers(o); !slices.Equal(got, []int{2}) {
		t.Errorf("what it told is told again: %v", got)
	}
	if o.Claim(at(3), time.Minute) {
		t.Error("a third attempt runs beside the second")
	}
	o.Left(next, nil, "", time.Time{}, at(3))
	if len(o.Events) != 0 {
		t.Errorf("left: %+v", o)
	}
}

func TestOnlyEventsThatNobodyIsTellingAreMadeDueAgain(t *testing.T) {
	o := with(1)
	claimed := claim(t, o, now)
	if o.Again(at(1)) {
		t.Error("during an attempt")
	}
	o.Left(claimed, claimed.Events, "away", time.Time{}, at(1))
	if !o.Again(at(2)) || !o.Claim(at(2), time.Minute) {
		t.Error("given up")
	}
	if (&outbox.Outbox{}).Again(now) {
		t.Error("without an event")
	}
}

func TestEveryTargetGetsEveryEventInOrderWhateverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		targets := []string{"erp", "shop"}
		var o outbox.Outbox
		told := map[string][]int{}
		clock := now
		attempt := func(fails func(target string, number int) bool, crash bool) {
			if !o.Claim(clock, time.Minute) {
				return
			}
			claimed := o.Clone()
			events := claimed.Clone().Events
			for _, target := range targets {
				for i := range events {
					if events[i].TakenBy(target) {
						continue
					}
					if fails(target, events[i].Number) {
						break
					}
					told[target] = append(told[target], events[i].Number)
					events[i].Take(target)
				}
			}
			if crash {
				return // before anything was recorded
			}
			left := slices.DeleteFunc(events, func(e outbox.Event) bool { return len(e.Taken) == len(targets) })
			o.Left(&claimed, left, "away", clock.Add(time.Minute), clock)
		}
		t.Repeat(map[string]func(*rapid.T){
			"record": func(*rapid.T) { o.Record(outbox.OrderChanged, outbox.Facts{}, clock) },
			"attempt": func(t *rapid.T) {
				broken := rapid.SampledFrom(append(targets, "")).Draw(t, "broken")
				attempt(func(target string, _ int) bool { return target == broken }, rapid.Bool().Draw(t, "crash"))
			},
			"wait": func(*rapid.T) { clock = clock.Add(2 * time.Minute) },
		})
		clock = clock.Add(time.Hour)
		attempt(func(string, int) bool { return false }, false)
		for _, target := range targets {
			highest := 0
			for _, n := range told[target] {
				if n > highest+1 {
					t.Fatalf("%s was told %v", target, told[target])
				}
				highest = max(highest, n)
			}
			if highest != o.Last {
				t.Fatalf("%s was told %v of %d", target, told[target], o.Last)
			}
		}
	})
}
