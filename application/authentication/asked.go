package authentication

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
)

// ErrTooManyCustomers refuses an address that asked about many customers by a publishable key.
var ErrTooManyCustomers = fault.New(fault.TooMany, "policy.too_many_customers",
	"too many customers were asked about from this address; try again later")

// Ask counts a customer, by whatever name, whom an address asks about with a publishable key, and refuses one too many as wrong secrets
// are refused. Whom it asked about within the last hour is not counted again, so that the visitors of a shop go from page to page.
func (s *Service) Ask(ctx context.Context, of tenant.ID, key apikey.ID, address, customer string) error {
	where := s.place(of, "policy "+string(key), address, throttle.FreeCustomers)
	now := s.clock.Now()
	if s.asked.lately(where, customer, now) {
		return nil
	}
	err := s.throttles.refuse(ctx, where, nil)
	if err == nil {
		s.asked.note(where, customer, now)
	}
	if errors.Is(err, throttle.ErrTooMany) {
		return ErrTooManyCustomers.After(fault.From(err).Wait)
	}
	return err
}

const (
	askedFor  = time.Hour
	askedMost = 50_000 // that a process keeps in memory
)

// asked are the questions of the last hour. What a process forgets is counted once more.
type asked struct {
	mu   sync.Mutex
	last map[question]time.Time
}

type question struct {
	from     place
	customer string
}

func newAsked() *asked { return &asked{last: map[question]time.Time{}} }

// lately reports whether the question was answered within the last hour.
func (a *asked) lately(from place, customer string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := question{from, customer}
	at, known := a.last[q]
	if !known || now.Sub(at) >= askedFor {
		return false
	}
	a.last[q] = now
	return true
}

// note keeps a question that is answered.
func (a *asked) note(from place, customer string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for other := range a.last {
		if len(a.last) < askedMost {
			break
		}
		delete(a.last, other) // any
	}
	a.last[question{from, customer}] = now
}
