package replay_test

import (
	"errors"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/replay"
)

var now = time.Date(2026, time.November, 23, 10, 15, 0, 0, time.UTC)

func tried() *replay.Replay { return replay.New("papper", replay.IDOf("k"), "digest", "seed", now) }

func TestWhetherACallIsTriedAgain(t *testing.T) {
	answered := replay.Answer{Status: 201, Sealed: "x"}
	for sentence, c := range map[string]struct {
		before func(*replay.Replay)
		digest string
		after  time.Duration
		begun  bool
		err    error
		runs   int
		seed   string
	}{
		"while the first try runs, it is not": {nil, "digest", replay.Lease - 1, false, replay.ErrRunning, 1, "seed"},
		"another call is refused meanwhile":   {nil, "other", replay.Lease - 1, false, replay.ErrReused, 1, "seed"},
		"a try that never ended is taken over, with what it made": {
			nil, "digest", replay.Lease, true, nil, 2, "seed",
		},
		"an answered call is not": {
			func(r *replay.Replay) { r.Keep(r.Snapshot(), answered, now) }, "digest", time.Hour, false, nil, 1, "seed",
		},
		"another call than the answered one is refused": {
			func(r *replay.Replay) { r.Keep(r.Snapshot(), answered, now) }, "other", time.Hour, false, replay.ErrReused, 1, "seed",
		},
		"after a day a key begins anew": {
			func(r *replay.Replay) { r.Keep(r.Snapshot(), answered, now) }, "other", replay.Kept, true, nil, 1, "fresh",
		},
		"a refused call gives its key back": {
			func(r *replay.Replay) { r.Free(r.Snapshot()) }, "other", 0, true, nil, 1, "fresh",
		},
		"a failed call is tried again at once": {
			func(r *replay.Replay) { r.Release(r.Snapshot()) }, "digest", 0, true, nil, 2, "seed",
		},
		"another call does not take the key of a failed one": {
			func(r *replay.Replay) { r.Release(r.Snapshot()) }, "other", 0, false, replay.ErrReused, 1, "seed",
		},
	} {
		t.Run(sentence, func(t *testing.T) {
			r := tried()
			if c.before != nil {
				c.before(r)
			}
			begun, err := r.Claim(c.digest, "fresh", now.Add(c.after))
			if begun != c.begun || !errors.Is(err, c.err) {
				t.Errorf("begun %v, %v", begun, err)
			}
			s := r.Snapshot()
			if s.Runs != c.runs || s.Seed != c.seed {
				t.Errorf("try %d with the seed %q", s.Runs, s.Seed)
			}
			if begun && (s.Answer.Status != 0 || s.Digest != c.digest || !s.LeaseUntil.Equal(now.Add(c.after+replay.Lease))) {
				t.Errorf("a try began as %+v", s)
			}
		})
	}
}

func TestATryThatWasTakenOverRecordsNothing(t *testing.T) {
	r := tried()
	first := r.Snapshot()
	if begun, err := r.Claim("digest", "", now.Add(replay.Lease)); !begun || err != nil {
		t.Fatal(begun, err)
	}
	want := r.Snapshot()
	r.Keep(first, replay.Answer{Status: 201}, now)
	r.Free(first)
	r.Release(first)
	if r.Snapshot() != want {
		t.Errorf("it left %+v", r.Snapshot())
	}
	r.Keep(want, replay.Answer{Status: 200}, now)
	if r.Snapshot().Answer.Status != 200 {
		t.Error("the later try cannot record its answer")
	}
}
