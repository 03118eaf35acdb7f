package authentication

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
)

// laterMost bounds what waits to be written. What finds no place is lost, and done at the next use.
const laterMost = 10_000

// errNothing says that there is nothing to write.
var errNothing = errors.New("nothing to write")

// later holds what may be written after the answer, once for each name.
type later struct {
	log  *slog.Logger
	wake chan struct{}

	mu      sync.Mutex
	waiting map[string]func(context.Context) error
}

func newLater(log *slog.Logger, wake chan struct{}) *later {
	return &later{log: log, wake: wake, waiting: map[string]func(context.Context) error{}}
}

// do has work done soon, unless it waits already.
func (l *later) do(name string, work func(context.Context) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, waits := l.waiting[name]; waits || len(l.waiting) >= laterMost {
		return
	}
	l.waiting[name] = work
	signal(l.wake)
}

func (l *later) flush(ctx context.Context) {
	l.mu.Lock()
	due := maps.Clone(l.waiting)
	clear(l.waiting)
	l.mu.Unlock()
	for _, work := range due {
		if err := work(ctx); err != nil && !errors.Is(err, errNothing) {
			l.log.WarnContext(ctx, "the use of a secret was not noted", "error", err)
		}
	}
}

func signal(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}
