// Package retry runs what must reach another system in the end: it looks for what is due, tries several at once, and says
// when to try again what failed.
package retry

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

const (
	poll    = 5 * time.Second  // how often the store is asked when nothing wakes the worker
	first   = 10 * time.Second // the wait after the first failure; it doubles with each
	longest = time.Hour
	tries   = 20 // about half a day of tries; then an operator must make it due again
	atOnce  = 32
	perKey  = 4 // of them; so one system that hangs leaves room for others
)

// lease is how long one attempt is nobody else's; so no two gateways try at once. attempt, which is shorter, is how long one
// may take.
const (
	lease   = 2 * time.Minute
	attempt = lease - 15*time.Second
)

// page is how many due things a worker takes at a time.
const page = 16

// ErrStopped is what an attempt failed of that the gateway broke off since it stops.
var ErrStopped = fault.New(fault.Unavailable, "attempt.stopped", "the gateway stopped during the attempt")

// Worker runs queues. The gateway has one.
type Worker struct {
	clock port.Clock
	log   *slog.Logger

	mu     sync.Mutex
	queues []chan struct{} // each holds at most one call to wake up
}

// NewWorker makes a worker.
func NewWorker(clock port.Clock, log *slog.Logger) *Worker { return &Worker{clock: clock, log: log} }

// Wake tells all queues that something may be due.
func (w *Worker) Wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, queue := range w.queues {
		wake(queue)
	}
}

func wake(queue chan struct{}) {
	select {
	case queue <- struct{}{}:
	default: // it is told already
	}
}

// Queue is one kind of thing that must reach another system.
type Queue[T any, K comparable] struct {
	Name string // what is delivered, for the log
	// Due returns at most limit things that are due, the longest first, and none that goes to one of the busy systems, however
	// long it is due.
	Due func(ctx context.Context, now time.Time, busy []K, limit int) ([]T, error)
	// Key names the system that a thing goes to.
	Key func(T) K
	// Claim takes a thing for one attempt, and reports whether it could: another gateway may have it.
	Claim func(ctx context.Context, it T, now time.Time, lease time.Duration) (claimed T, attempts int, ok bool, err error)
	// Try makes the attempt. A failure of kind Invalid is final: what the other side read and does not take, it will not take
	// later, either.
	Try func(ctx context.Context, claimed T) error
	// Record ends the attempt. failure is nil where it arrived; next is when to try again, zero for never.
	Record func(ctx context.Context, claimed T, failure error, next, now time.Time) error
	// About returns what tells a thing from others in the log.
	About func(T) []any
}

// Run tries what is due until the context ends, several at once: at most a few of each key, so that systems that hang do not stop
// the others.
func Run[T any, K comparable](ctx context.Context, w *Worker, q Queue[T, K]) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	woken := make(chan struct{}, 1)
	w.mu.Lock()
	w.queues = append(w.queues, woken)
	w.mu.Unlock()
	slots := make(chan struct{}, atOnce)
	running := &running[K]{attempts: map[K]int{}, resting: map[K]bool{}}
	var attempts sync.WaitGroup
	defer attempts.Wait()
	for {
		found, err := q.Due(ctx, w.clock.Now(), running.busy(), page)
		if err != nil && ctx.Err() == nil {
			w.log.ErrorContext(ctx, "what is due cannot be read", "what", q.Name, "error", err)
		}
		if len(found) >= page {
			wake(woken) // there may be more
		}
		for _, each := range found {
			to := q.Key(each)
			if !running.start(to) {
				continue // it is still due in the next round
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			attempts.Go(func() {
				made, err := try(correlation.Begin(ctx), w, q, each)
				running.end(to, !made && err != nil)
				<-slots
				if made {
					wake(woken) // since then more may be due
				}
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-woken:
		case <-ticker.C:
			running.rested()
		}
	}
}

// try makes one attempt, unless another gateway has the thing, and records what came of it. It reports whether it was made, and
// what failed.
func try[T any, K comparable](ctx context.Context, w *Worker, q Queue[T, K], it T) (made bool, err error) {
	it, attempts, made, err := q.Claim(ctx, it, w.clock.Now(), lease)
	var next time.Time
	givenUp := false
	if made {
		limited, cancel := context.WithTimeout(ctx, attempt)
		err = q.Try(limited, it)
		cancel()
		now := w.clock.Now()
		if err != nil && ctx.Err() != nil { // another gateway takes over at once
			return true, q.Record(context.WithoutCancel(ctx), it, ErrStopped, now, now)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			next = after(attempts, now)
		}
		if next.IsZero() && errors.Is(err, port.ErrLeftAlone) { // which is no try: the last one is a call
			next = now.Add(longest)
		}
		givenUp = err != nil && next.IsZero()
		// What was delivered is recorded also when the gateway stops at that moment.
		err = errors.Join(err, q.Record(context.WithoutCancel(ctx), it, err, next, now))
	}
	about := append(q.About(it), "what", q.Name, "attempts", attempts)
	switch {
	case err == nil && made:
		w.log.InfoContext(ctx, "delivered", about...)
	case err != nil && ctx.Err() == nil:
		w.log.WarnContext(ctx, "delivery failed", append(about, "given_up", givenUp, "error", err)...)
	}
	return made, err
}

// running counts the attempts of each key that run. A key of which one could not even begin rests until the store is asked the next
// time by itself: else the same things, which stay due, would be tried over and over, and come before all others.
type running[K comparable] struct {
	mu       sync.Mutex
	attempts map[K]int
	resting  map[K]bool
}

func (r *running[K]) start(key K) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attempts[key] == perKey || r.resting[key] {
		return false
	}
	r.attempts[key]++
	return true
}

func (r *running[K]) end(key K, rest bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attempts[key]--; r.attempts[key] == 0 {
		delete(r.attempts, key)
	}
	if rest {
		r.resting[key] = true
	}
}

func (r *running[K]) rested() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.resting)
}

// busy returns the keys of which no more attempts may begin.
func (r *running[K]) busy() (keys []K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, n := range r.attempts {
		if n == perKey && !r.resting[key] {
			keys = append(keys, key)
		}
	}
	return slices.AppendSeq(keys, maps.Keys(r.resting))
}

// after returns when to try again after so many attempts: the wait doubles with each and is spread by half, so that many
// failures do not come back at once. It is zero after the last try.
func after(attempts int, now time.Time) time.Time {
	if attempts >= tries {
		return time.Time{}
	}
	wait := min(first<<(attempts-1), longest)
	return now.Add(wait/2 + rand.N(wait)) //nolint:gosec // it spreads load, it hides nothing
}
