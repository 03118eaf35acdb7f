package retry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/retry"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
)

// clock is the one of the test's bubble.
type clock struct{}

func (clock) Now() time.Time { return time.Now() }

// thing goes to a system.
type thing struct {
	to       string
	progress delivery.Progress
}

// store holds things, as a store that several gateways share.
type store struct {
	mu     sync.Mutex
	things []*thing
}

func (s *store) add(n int, to string) {
	for range n {
		s.things = append(s.things, &thing{to, delivery.Start(time.Now())})
	}
}

// gateway runs a worker on the store until the test is over.
func (s *store) gateway(t *testing.T, attempt func(ctx context.Context, to string) error) {
	w := retry.NewWorker(clock{}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		retry.Run(ctx, w, s.queue(attempt))
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
}

func (s *store) queue(attempt func(ctx context.Context, to string) error) retry.Queue[*thing, string] {
	return retry.Queue[*thing, string]{
		Name: "delivery",
		Due: func(_ context.Context, now time.Time, busy []string, limit int) (found []*thing, err error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, each := range s.things {
				if p := each.progress; len(found) < limit && !p.Due.IsZero() && !p.Due.After(now) && !slices.Contains(busy, each.to) {
					found = append(found, each)
				}
			}
			return found, nil
		},
		Key: func(it *thing) string { return it.to },
		Claim: func(_ context.Context, it *thing, now time.Time, lease time.Duration) (*thing, int, bool, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			ok := it.progress.Claim(now, lease)
			return it, it.progress.Attempts, ok, nil
		},
		Try: func(ctx context.Context, it *thing) error { return attempt(ctx, it.to) },
		Record: func(_ context.Context, it *thing, failure error, next, now time.Time) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			if failure == nil {
				it.progress.Done()
			} else {
				it.progress.Postpone(failure.Error(), next, now)
			}
			return nil
		},
		About: func(it *thing) []any { return []any{"to", it.to} },
	}
}

var errAway = errors.New("away")

func TestSystemsThatHangDoNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		for _, hanging := range []string{"a", "b", "c", "d", "e"} {
			s.add(50, hanging)
		}
		s.add(100, "alive")
		var mu sync.Mutex
		made := map[string]int{}
		s.gateway(t, func(ctx context.Context, to string) error {
			mu.Lock()
			made[to]++
			mu.Unlock()
			if to != "alive" {
				<-ctx.Done()
			}
			return nil
		})
		time.Sleep(time.Minute) // of the test's own clock: the store was asked several times
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		for to, want := range map[string]int{"a": 4, "b": 4, "c": 4, "d": 4, "e": 4, "alive": 100} {
			if made[to] != want {
				t.Errorf("%s had %d attempts, not %d", to, made[to], want)
			}
		}
	})
}

func TestWhatWasPassedOverIsTriedAsSoonAsAnAttemptOfItsSystemEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(9, "a")
		began := time.Now()
		started, end := make(chan struct{}), make(chan struct{})
		s.gateway(t, func(ctx context.Context, _ string) error {
			select {
			case started <- struct{}{}:
			case <-ctx.Done():
			}
			select {
			case <-end:
			case <-ctx.Done():
			}
			return nil
		})
		for range 4 {
			<-started
		}
		for range 5 {
			synctest.Wait()
			select {
			case <-started:
				t.Fatal("five attempts run at once")
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

func TestAFailureIsTriedAgainLaterEachTimeUntilItIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		var times []time.Time
		s.gateway(t, func(context.Context, string) error {
			times = append(times, time.Now())
			return errAway
		})
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		if len(times) != 20 {
			t.Fatalf("%d attempts, not 20", len(times))
		}
		const late = 5 * time.Second // until the store is asked
		wait := 10 * time.Second
		for i := range times[1:] {
			if waited := times[i+1].Sub(times[i]); waited < wait/2 || waited > wait*3/2+late {
				t.Errorf("after %d attempts it waited for %s, not for about %s", i+1, waited, wait)
			}
			wait = min(2*wait, time.Hour)
		}
		if p := s.things[0].progress; !p.Due.IsZero() || p.GivenUpAt.IsZero() || p.LastError != "away" {
			t.Errorf("after the last attempt: %+v", p)
		}
	})
}

func TestACallThatWasNotMadeIsNotTheLastTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		attempts := 0
		s.gateway(t, func(context.Context, string) error {
			if attempts++; attempts < 30 {
				return fmt.Errorf("not called: %w", port.ErrLeftAlone)
			}
			return errAway
		})
		time.Sleep(48 * time.Hour)
		synctest.Wait()
		if p := s.things[0].progress; attempts != 30 || p.GivenUpAt.IsZero() || p.LastError != "away" {
			t.Errorf("after %d attempts: %+v", attempts, p)
		}
	})
}

func TestWhatTheOtherSideReadAndDoesNotTakeIsGivenUpAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		s.gateway(t, func(context.Context, string) error { return fault.New(fault.Invalid, "refused", "refused") })
		synctest.Wait()
		if p := s.things[0].progress; p.GivenUpAt.IsZero() || p.Attempts != 1 {
			t.Errorf("it is not given up: %+v", p)
		}
	})
}

func TestOfGatewaysThatShareAStoreOneMakesTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(40, "a")
		var mu sync.Mutex
		made := 0
		for range 3 {
			s.gateway(t, func(context.Context, string) error {
				mu.Lock()
				made++
				mu.Unlock()
				time.Sleep(time.Second)
				return nil
			})
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if made != 40 {
			t.Errorf("%d attempts for 40 things", made)
		}
	})
}

func TestAnAttemptOfAGatewayThatDiedIsMadeByAnotherOneWhenTheLeaseIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		s.things[0].progress.Claim(time.Now(), 2*time.Minute) // by one that died
		began := time.Now()
		var made time.Time
		s.gateway(t, func(context.Context, string) error {
			made = time.Now()
			return nil
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		if waited := made.Sub(began); waited < 2*time.Minute || waited > 2*time.Minute+5*time.Second {
			t.Errorf("it was made after %s", waited)
		}
	})
}

func TestAnAttemptOfAGatewayThatStopsIsMadeByAnotherOneAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			retry.Run(ctx, retry.NewWorker(clock{}, slog.New(slog.DiscardHandler)), s.queue(func(ctx context.Context, _ string) error {
				<-ctx.Done()
				return ctx.Err()
			}))
		}()
		synctest.Wait()
		stop()
		<-ended
		if p := s.things[0].progress; p.LastError != retry.ErrStopped.Error() {
			t.Errorf("stopped: %+v", p)
		}
		began := time.Now()
		var made time.Time
		s.gateway(t, func(context.Context, string) error {
			made = time.Now()
			return nil
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		if waited := made.Sub(began); made.IsZero() || waited > 5*time.Second {
			t.Errorf("it was made after %s", waited)
		}
	})
}

func TestAnAttemptThatHangsEndsBeforeItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		began := time.Now()
		var ended time.Time
		s.gateway(t, func(ctx context.Context, _ string) error {
			<-ctx.Done()
			if ended.IsZero() {
				ended = time.Now()
			}
			return ctx.Err()
		})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if took := ended.Sub(began); took <= 0 || took >= 2*time.Minute {
			t.Errorf("it ended after %s", took)
		}
	})
}

func TestAnAttemptThatWasNotMadeIsNotRepeatedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		q := s.queue(nil)
		tries := 0
		q.Claim = func(_ context.Context, it *thing, _ time.Time, _ time.Duration) (*thing, int, bool, error) {
			tries++
			return it, 0, false, errAway
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		retry.Run(ctx, retry.NewWorker(clock{}, slog.New(slog.DiscardHandler)), q)
		if tries != 1 {
			t.Errorf("tried %d times within a second", tries)
		}
	})
}

func TestManyThatCannotBeginAreNotRepeatedAtOnceAndDoNotStopTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		for i := range 40 {
			s.add(1, "broken"+strconv.Itoa(i))
		}
		s.add(20, "alive")
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		delivered, tries := 0, 0
		q := s.queue(func(context.Context, string) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			delivered++
			return nil
		})
		due, claim := q.Due, q.Claim
		q.Due = func(ctx context.Context, now time.Time, busy []string, limit int) ([]*thing, error) {
			time.Sleep(time.Millisecond) // longer than it takes to fail
			return due(ctx, now, busy, limit)
		}
		q.Claim = func(ctx context.Context, it *thing, now time.Time, lease time.Duration) (*thing, int, bool, error) {
			if it.to == "alive" {
				return claim(ctx, it, now, lease)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if tries++; tries == 1000 { // else the test would never end
				stop()
			}
			return it, 0, false, errAway
		}
		retry.Run(ctx, retry.NewWorker(clock{}, slog.New(slog.DiscardHandler)), q)
		if tries > 80 || delivered != 20 {
			t.Errorf("the broken ones were tried %d times within a second, and %d of the others delivered", tries, delivered)
		}
	})
}

func TestALogSaysGivenUpOnlyOfWhatIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s store
		s.add(1, "a")
		q := s.queue(func(context.Context, string) error { return nil })
		q.Record = func(context.Context, *thing, error, time.Time, time.Time) error { return errAway }
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		var log bytes.Buffer
		retry.Run(ctx, retry.NewWorker(clock{}, slog.New(slog.NewTextHandler(&log, nil))), q)
		if !strings.Contains(log.String(), "given_up=false") {
			t.Errorf("logged: %s", &log)
		}
	})
}
