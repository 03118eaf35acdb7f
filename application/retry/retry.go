// Package retry runs what must reach another system in the end: it looks for what is due, tries several at once, and says
// when to try again what failed.
package retry

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	poll    = 5 * time.Second  // how often the store is asked when nothing wakes the worker
	first   = 10 * time.Second // the wait after the first failure; it doubles with each
	longest = time.Hour
	tries   = 20 // about half a day of tries; then an operator must make it due again
	atOnce  = 8
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

// Run tries what is due until the context ends, several at once, so that a system that hangs does not stop the others. due
// returns at most Page things; each attempt records by itself what came of it.
func Run[T any](ctx context.Context, w *Worker, due func(context.Context) []T, attempt func(context.Context, T)) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	defer running.Wait()
	for {
		found := due(ctx)
		if len(found) == Page {
			w.Wake() // there may be more
		}
		for _, each := range found {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			running.Go(func() {
				defer func() { <-slots }()
				attempt(ctx, each)
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

// Next returns when to try again after so many attempts: the wait doubles with each and is spread by half, so that many
// failures do not come back at once. It is zero after the last try.
func Next(attempts int, now time.Time) time.Time {
	if attempts >= tries {
		return time.Time{}
	}
	wait := min(first<<(attempts-1), longest)
	return now.Add(wait/2 + rand.N(wait)) //nolint:gosec // it spreads load, it hides nothing
}
