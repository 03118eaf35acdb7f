package secrets

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/punchgate/punchgate/domain/secret"
)

func TestTurnsGoRoundTheVerifiers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1)
		if err := turns.wait(t.Context(), "first"); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var order []string
		wait := func(verifier string) {
			go func() {
				if err := turns.wait(t.Context(), verifier); err != nil {
					t.Error(err)
				}
				mu.Lock()
				order = append(order, verifier)
				mu.Unlock()
				turns.end()
			}()
			synctest.Wait()
		}
		for range 5 {
			wait("flooded")
		}
		wait("quiet")
		wait("other")
		turns.end()
		synctest.Wait()
		if want := []string{"flooded", "quiet", "other", "flooded", "flooded", "flooded", "flooded"}; !slices.Equal(order, want) {
			t.Errorf("the turns went %v", order)
		}
		if turns.free != 1 || len(turns.waiting) != 0 || len(turns.next) != 0 {
			t.Errorf("left: %d free, %v, %v", turns.free, turns.waiting, turns.next)
		}
	})
}

func TestWhoNoLongerWaitsTakesNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1)
		if err := turns.wait(t.Context(), "first"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp := make(chan error, 2)
		for _, verifier := range []string{"a", "b"} {
			go func() { gaveUp <- turns.wait(ctx, verifier) }()
		}
		synctest.Wait()
		cancel()
		for range 2 {
			if err := <-gaveUp; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		turns.end()
		if turns.free != 1 || len(turns.waiting) != 0 || len(turns.next) != 0 {
			t.Errorf("left: %d free, %v, %v", turns.free, turns.waiting, turns.next)
		}
	})
}

func TestASecretThatIsChosenWaitsForItsTurn(t *testing.T) {
	s := with(t, master)
	for range runtime.GOMAXPROCS(0) {
		if err := s.hashing.wait(t.Context(), "of others"); err != nil {
			t.Fatal(err)
		}
	}
	gone, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := s.HashChosen(gone, secret.New("ett lösenord")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("beside as many as there are processors it is hashed, too: %v", err)
	}
	s.hashing.end()
	if _, err := s.HashChosen(t.Context(), secret.New("ett lösenord")); err != nil {
		t.Error(err)
	}
}

func TestNobodyWaitsInAQueueThatIsTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if err := turns.wait(ctx, "flooded"); err != nil {
			t.Fatal(err)
		}
		for range waitingMost {
			go turns.wait(ctx, "flooded")
		}
		synctest.Wait()
		if err := turns.wait(ctx, "flooded"); !errors.Is(err, errBusy) {
			t.Errorf("one too many is answered %v", err)
		}
		done := make(chan error)
		go func() { done <- turns.wait(ctx, "quiet") }()
		synctest.Wait()
		turns.end()
		turns.end()
		if err := <-done; err != nil {
			t.Errorf("another verifier: %v", err)
		}
	})
}

func TestTheSameQuestionIsAskedOnceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flights{now: map[digest32]*flight{}}
		asked, answer := 0, make(chan struct{})
		ask := func() (bool, error) {
			asked++
			<-answer
			return true, t.Context().Err()
		}
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if good, err := f.do(t.Context(), digest32{1}, ask); !good || err != nil {
					t.Errorf("%v, %v", good, err)
				}
			})
		}
		synctest.Wait()
		close(answer)
		all.Wait()
		if asked != 1 || len(f.now) != 0 {
			t.Errorf("asked %d times; %d questions are open", asked, len(f.now))
		}
	})
}

func TestWhoWaitsForOneThatGaveUpAsksAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &flights{now: map[digest32]*flight{}}
		giveUp := make(chan struct{})
		go f.do(t.Context(), digest32{1}, func() (bool, error) {
			<-giveUp
			return false, context.Canceled
		})
		synctest.Wait()
		answered := make(chan bool)
		go func() {
			good, err := f.do(t.Context(), digest32{1}, func() (bool, error) { return true, nil })
			answered <- good && err == nil
		}()
		synctest.Wait()
		close(giveUp)
		if !<-answered {
			t.Error("the second one was not answered")
		}
	})
}
