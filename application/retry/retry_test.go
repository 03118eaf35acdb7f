package retry_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/punchgate/punchgate/application/retry"
)

// thing goes to a system.
type thing struct{ to string }

// queue holds what is due, the longest first.
type queue struct {
	mu  sync.Mutex
	due []*thing
}

func (q *queue) add(n int, to string) {
	for range n {
		q.due = append(q.due, &thing{to})
	}
}

func (q *queue) find(_ context.Context, busy []string) (found []*thing) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, each := range q.due {
		if len(found) < retry.Page && !slices.Contains(busy, each.to) {
			found = append(found, each)
		}
	}
	return found
}

// claim takes a thing for an attempt, unless another one has it.
func (q *queue) claim(it *thing) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.due, it)
	if i < 0 {
		return false
	}
	q.due = slices.Delete(q.due, i, i+1)
	return true
}

// run runs a worker until the test is over. attempt is made of what was claimed.
func (q *queue) run(t *testing.T, w *retry.Worker, attempt func(ctx context.Context, to string)) {
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		retry.Run(ctx, w, func(it *thing) string { return it.to }, q.find, func(ctx context.Context, it *thing) bool {
			made := q.claim(it)
			if made {
				attempt(ctx, it.to)
			}
			return made
		})
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
}

func TestSystemsThatHangDoNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queue
		for _, hanging := range []string{"a", "b", "c"} {
			q.add(3*retry.Page, hanging)
		}
		q.add(10, "alive")
		var mu sync.Mutex
		made := map[string]int{}
		q.run(t, retry.NewWorker(), func(ctx context.Context, to string) {
			mu.Lock()
			made[to]++
			mu.Unlock()
			if to != "alive" {
				<-ctx.Done()
			}
		})
		time.Sleep(time.Minute) // of the test's own clock: the store was asked several times
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		for to, want := range map[string]int{"a": 2, "b": 2, "c": 2, "alive": 10} {
			if made[to] != want {
				t.Errorf("%s had %d attempts, not %d", to, made[to], want)
			}
		}
	})
}

func TestWhatWasPassedOverIsTriedAsSoonAsAnAttemptOfItsSystemEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q queue
		q.add(5, "a")
		began := time.Now()
		started, end := make(chan struct{}), make(chan struct{})
		q.run(t, retry.NewWorker(), func(ctx context.Context, _ string) {
			select {
			case started <- struct{}{}:
			case <-ctx.Done():
			}
			select {
			case <-end:
			case <-ctx.Done():
			}
		})
		<-started
		<-started
		for range 3 {
			synctest.Wait()
			select {
			case <-started:
				t.Fatal("three attempts run at once")
			default:
			}
			end <- struct{}{}
			<-started
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the attempts waited for %s", waited)
		}
	})
}

func TestAnAttemptThatWasNotMadeIsNotRepeatedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		broken, tries := &thing{"a"}, 0
		retry.Run(ctx, retry.NewWorker(), func(it *thing) string { return it.to },
			func(context.Context, []string) []*thing { return []*thing{broken} },
			func(context.Context, *thing) bool {
				if tries++; tries > 1 {
					stop()
				}
				return false
			})
		if tries != 1 {
			t.Error("tried again within a second")
		}
	})
}
