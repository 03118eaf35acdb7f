// Package retry runs what must reach another system in the end: it looks for what is due, tries several at once, and says
// when to try again what failed.
package retry

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/punchgate/punchgate/application/correlation"
)

const (
	poll    = 5 * time.Second  // how often the store is asked when nothing wakes the worker
	first   = 10 * time.Second // the wait after the first failure; it doubles with each
	longest = time.Hour
	tries   = 20 // about half a day of tries; then an operator must make it due again
	atOnce  = 8
	perKey  = 2 // of them; so one system that hangs leaves room for others
)

// Lease is how long one attempt is nobody else's: longer than it takes, so that no two gateways try at once.
const Lease = 2 * time.Minute

// Page is how many due things a worker takes at a time.
const Page = 16

// Worker finds and tries what is due.
type Worker struct{ wake chan struct{} }

// NewWorker makes a worker.
func NewWorker() *Worker { return &Worker{make(chan struct{}, 1)} }

// Wake tells the worker that something may be due.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it is told already
	}
}

// Run tries what is due until the context ends, several at once. The key of a thing names the system that it goes to: at
// most two attempts of one key run at once, so that systems that hang do not stop the others. due returns at most Page
// things, and none of the busy keys, however long these are due; each attempt records by itself what came of it, and reports
// whether it was made, since then more may be due.
func Run[T any, K comparable](
	ctx context.Context, w *Worker, key func(T) K, due func(ctx context.Context, busy []K) []T, attempt func(context.Context, T) bool,
) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	slots := make(chan struct{}, atOnce)
	running := &running[K]{attempts: map[K]int{}}
	var attempts sync.WaitGroup
	defer attempts.Wait()
	for {
		found := due(ctx, running.busy())
		if len(found) == Page {
			w.Wake() // there may be more
		}
		for _, each := range found {
			to := key(each)
			if !running.start(to) {
				continue // it is still due in the next round
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			attempts.Go(func() {
				made := attempt(correlation.Begin(ctx), each)
				running.end(to)
				<-slots
				if made {
					w.Wake()
				}
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-w.wake:
		case <-ticker.C:
		}
	}
}

// running counts the attempts of each key that run.
type running[K comparable] struct {
	mu       sync.Mutex
	attempts map[K]int
}

func (r *running[K]) start(key K) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attempts[key] == perKey {
		return false
	}
	r.attempts[key]++
	return true
}

func (r *running[K]) end(key K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.attempts[key]--; r.attempts[key] == 0 {
		delete(r.attempts, key)
	}
}

// busy returns the keys of which no more attempts may run.
func (r *running[K]) busy() (keys []K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, n := range r.attempts {
		if n == perKey {
			keys = append(keys, key)
		}
	}
	return keys
}

// Next returns when to try again after so many attempts: the wait doubles with each and is spread by half, so that many
// failures do not come back at once. It is zero after the last try.
func Next(attempts int, now time.Time) time.Time {
	if attempts >= tries {
		return time.Time{}
	}
	wait := min(first<<(attempts-1), longest)
	return now.Add(wait/2 + rand.N(wait)) //nolint:gosec // it spreads load, it hides nothing
}
