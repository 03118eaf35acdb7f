package authentication

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
)

const (
	readEvery  = time.Second // what other processes counted is seen within it
	placesMost = 20_000      // that a process keeps in memory
	// writesMost is how many places are written in a flush, so that a flood from everywhere writes no more: first those that
	// presented a right secret, which are few, and then those with the most failures.
	writesMost = 200
)

// place is what is counted for: an address and what it came to.
type place struct {
	of   tenant.ID
	id   throttle.ID
	free int // wrong secrets that have no consequence
	// person says that the secrets are passwords of one user.
	person bool
}

func (p place) listens(t *throttle.Throttle, likely bool, now time.Time) bool {
	if p.person {
		return t.ListensToPerson(now)
	}
	return t.Listens(likely, now)
}

// counter is a place as this process knows it.
type counter struct {
	place
	now    *throttle.Throttle // as stored, with what was counted since
	readAt time.Time
	// What is not written yet, and when it was last.
	wrong            int
	right            bool
	wrongAt, rightAt time.Time
}

// throttles counts in memory and shares its counts through the store.
type throttles struct {
	store port.Throttles
	clock port.Clock
	log   *slog.Logger
	wake  chan struct{}

	mu     sync.Mutex
	places map[place]*counter
}

func newThrottles(store port.Throttles, clock port.Clock, log *slog.Logger, wake chan struct{}) *throttles {
	return &throttles{store: store, clock: clock, log: log, wake: wake, places: map[place]*counter{}}
}

// refuse counts a failure. It returns the refusal, or that the address has to wait. Whoever is not listened to is not counted, either:
// else the wait that he is told would tell him what is wrong at a glance.
func (t *throttles) refuse(ctx context.Context, p place, refusal error) error {
	if err := t.read(ctx, p); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c, now := t.counter(p), t.clock.Now()
	if p.listens(c.now, true, now) {
		c.wrong, c.wrongAt = c.wrong+1, now
		c.now.Fail(1, p.free, now)
		signal(t.wake)
	}
	return tooMany(c.now, now, refusal)
}

// listen refuses an address whose secret is not worth verifying.
func (t *throttles) listen(ctx context.Context, p place, likely bool) error {
	if err := t.read(ctx, p); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c, now := t.counter(p), t.clock.Now()
	if p.listens(c.now, likely, now) {
		return nil
	}
	return tooMany(c.now, now, nil)
}

func tooMany(t *throttle.Throttle, now time.Time, otherwise error) error {
	wait := t.Wait(now)
	if wait == 0 {
		return otherwise
	}
	return throttle.ErrTooMany.After(wait)
}

// succeed notes a right secret. It waits for nothing.
func (t *throttles) succeed(p place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, now := t.counter(p), t.clock.Now()
	if knownWell(c.now, now) {
		return
	}
	c.now.Succeed(now)
	c.right, c.rightAt = true, now
	signal(t.wake)
}

// knownWell spares most writes: what is known for half the time yet need not be noted again.
func knownWell(t *throttle.Throttle, now time.Time) bool { return t.Known(now.Add(throttle.Known / 2)) }

// read brings in what other processes counted, where that is due.
func (t *throttles) read(ctx context.Context, p place) error {
	t.mu.Lock()
	c, now := t.counter(p), t.clock.Now()
	due := now.Sub(c.readAt) >= readEvery || now.Before(c.readAt)
	if due {
		c.readAt = now // the others go on with what is known
	}
	t.mu.Unlock()
	if !due {
		return nil
	}
	stored, err := t.store.Get(ctx, p.of, p.id)
	if errors.Is(err, throttle.ErrNone) {
		stored, err = throttle.New(p.of, p.id), nil
	}
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c.bring(stored)
	return nil
}

// bring takes over what is stored; what is not written yet comes on top.
func (c *counter) bring(stored *throttle.Throttle) {
	c.add(stored)
	c.now = stored
}

// add adds what is not written yet.
func (c *counter) add(to *throttle.Throttle) {
	if c.wrong > 0 {
		to.Fail(c.wrong, c.free, c.wrongAt)
	}
	if c.right {
		to.Succeed(c.rightAt)
	}
}

// counter returns the place's counter.
func (t *throttles) counter(p place) *counter {
	c, ok := t.places[p]
	if !ok {
		for other := range t.places {
			if len(t.places) < placesMost {
				break
			}
			delete(t.places, other) // any: the store remembers
		}
		c = &counter{place: p, now: throttle.New(p.of, p.id)}
		t.places[p] = c
	}
	return c
}

// flush writes what was counted.
func (t *throttles) flush(ctx context.Context) {
	type count struct {
		counter // as it is now
		kept    *counter
	}
	var due []count
	t.mu.Lock()
	for _, c := range t.places {
		if c.wrong > 0 || c.right {
			due = append(due, count{*c, c})
		}
	}
	t.mu.Unlock()
	slices.SortFunc(due, func(a, b count) int {
		switch {
		case a.right == b.right:
			return b.wrong - a.wrong
		case a.right:
			return -1
		}
		return 1
	})
	if len(due) > writesMost {
		due = due[:writesMost]
		signal(t.wake)
	}
	for _, each := range due {
		stored, err := t.write(ctx, &each.counter)
		if err != nil {
			t.log.WarnContext(ctx, "failed logins were not stored", "tenant", each.of, "error", err)
			signal(t.wake) // they are counted in memory and tried again
			return
		}
		t.mu.Lock()
		each.kept.wrong -= each.wrong
		each.kept.right = each.kept.right && !each.right
		each.kept.bring(stored)
		each.kept.readAt = t.clock.Now()
		t.mu.Unlock()
	}
}

// write adds what was counted to what is stored, and returns it as it is then.
func (t *throttles) write(ctx context.Context, counted *counter) (stored *throttle.Throttle, err error) {
	for {
		_, err := t.store.Update(ctx, counted.of, counted.id, func(kept *throttle.Throttle) error {
			stored = kept
			if counted.wrong == 0 && knownWell(kept, counted.rightAt) {
				return errNothing
			}
			counted.add(kept)
			return nil
		})
		switch {
		case errors.Is(err, errNothing):
			return stored, nil
		case !errors.Is(err, throttle.ErrNone):
			return stored, err
		}
		fresh := throttle.New(counted.of, counted.id)
		counted.add(fresh)
		if err := t.store.Create(ctx, fresh); !errors.Is(err, port.ErrTaken) {
			return fresh, err
		}
	}
}
