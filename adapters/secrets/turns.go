package secrets

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/punchgate/punchgate/domain/fault"
)

// waitingMost is how many may wait for one verifier, which takes them about a second each core.
const waitingMost = 64

// errBusy refuses what would wait too long.
var errBusy = fault.New(fault.TooMany, "login.busy", "too many logins are being verified; try again in a while").After(time.Second)

// turns bounds how many verifications run at once, and with it their memory. Those that wait for different verifiers are let in
// by turns, so that a flood on one connection does not keep the others waiting.
type turns struct {
	mu      sync.Mutex
	free    int
	waiting map[string][]chan struct{} // by verifier, the first to come first
	next    []string                   // the verifiers that somebody waits for, in their turns
}

func newTurns(most int) *turns { return &turns{free: most, waiting: map[string][]chan struct{}{}} }

// wait returns once it is the caller's turn, which end ends, or the error of the context.
func (t *turns) wait(ctx context.Context, verifier string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	if t.free > 0 {
		t.free--
		t.mu.Unlock()
		return nil
	}
	queue := t.waiting[verifier]
	if len(queue) >= waitingMost {
		t.mu.Unlock()
		return errBusy
	}
	if len(queue) == 0 {
		t.next = append(t.next, verifier)
	}
	mine := make(chan struct{}, 1)
	t.waiting[verifier] = append(queue, mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	if !t.leave(verifier, mine) { // the turn came at the same moment
		t.end()
	}
	return ctx.Err()
}

// leave takes a waiting one out, and reports whether it was still waiting.
func (t *turns) leave(verifier string, mine chan struct{}) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	queue := t.waiting[verifier]
	for i := range queue {
		if queue[i] == mine {
			if len(queue) == 1 {
				delete(t.waiting, verifier)
				t.next = slices.DeleteFunc(t.next, func(each string) bool { return each == verifier })
			} else {
				t.waiting[verifier] = slices.Delete(slices.Clone(queue), i, i+1)
			}
			return true
		}
	}
	return false
}

// end lets in the first who waits for the verifier whose turn it is.
func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.next) == 0 {
		t.free++
		return
	}
	verifier := t.next[0]
	t.next = t.next[1:]
	queue := t.waiting[verifier]
	if len(queue) > 1 {
		t.waiting[verifier] = queue[1:]
		t.next = append(t.next, verifier)
	} else {
		delete(t.waiting, verifier)
	}
	queue[0] <- struct{}{}
}

// flights lets many who ask the same question at once wait for one answer.
type flights struct {
	mu  sync.Mutex
	now map[digest32]*flight
}

type flight struct {
	done chan struct{}
	good bool
	err  error
}

func (f *flights) ask(question digest32, open *flight, ask func() (bool, error)) (bool, error) {
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.now, question)
		close(open.done)
	}()
	open.good, open.err = ask()
	return open.good, open.err
}

// do returns the answer of ask, or of the same question that somebody else asked before and that is still open. Where that one
// gave up, it asks itself.
func (f *flights) do(ctx context.Context, question digest32, ask func() (bool, error)) (bool, error) {
	for {
		f.mu.Lock()
		open, asked := f.now[question]
		if !asked {
			open = &flight{done: make(chan struct{})}
			f.now[question] = open
		}
		f.mu.Unlock()
		if !asked {
			return f.ask(question, open, ask)
		}
		select {
		case <-open.done:
			if open.err == nil {
				return open.good, nil
			}
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}
