package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
)

func throttleOf(of tenant.ID, id throttle.ID) throttle.State {
	return throttle.State{Tenant: of, ID: id, Failures: 1, FailureUntil: at(1), ExpiresAt: at(1)}
}

var throttleCases = map[string]func(*testing.T, port.Stores){
	"every member of a throttle comes back as it was stored": func(t *testing.T, s port.Stores) {
		for variant := range variants {
			for _, least := range []bool{false, true} {
				f := &filler{t: t, variant: variant, least: least}
				var st throttle.State
				f.fill(&st)
				st.Tenant = tenant.ID(fmt.Sprint(variant, least))
				must(t, s.Throttles.Create(t.Context(), throttle.Restore(st)))
				if found := value(s.Throttles.Get(t.Context(), st.Tenant, st.ID))(t).Snapshot(); !reflect.DeepEqual(found, st) {
					t.Errorf("stored\n%+v\nand found\n%+v", st, found)
				}
			}
		}
	},

	"a throttle is created once and not found before": func(t *testing.T, s port.Stores) {
		_, err := s.Throttles.Get(t.Context(), acme, "t1")
		_, updateErr := s.Throttles.Update(t.Context(), acme, "t1", refuse)
		if !errors.Is(err, throttle.ErrNone) || !errors.Is(updateErr, throttle.ErrNone) {
			t.Errorf("%v, %v", err, updateErr)
		}
		errs := make([]error, goroutines)
		concurrently(func(i int) { errs[i] = s.Throttles.Create(t.Context(), throttle.Restore(throttleOf(acme, "t1"))) })
		winner(t, errs, port.ErrTaken)
	},

	"of wrong secrets that are counted at once none is lost": func(t *testing.T, s port.Stores) {
		must(t, s.Throttles.Create(t.Context(), throttle.New(acme, "t1")))
		errs := make([]error, goroutines)
		concurrently(func(i int) {
			for range rounds {
				_, err := s.Throttles.Update(t.Context(), acme, "t1", func(kept *throttle.Throttle) error {
					kept.Fail(2, throttle.Free, now)
					return nil
				})
				errs[i] = errors.Join(errs[i], err)
			}
		})
		must(t, errors.Join(errs...))
		if n := value(s.Throttles.Get(t.Context(), acme, "t1"))(t).Snapshot().Failures; n != 2*goroutines*rounds {
			t.Errorf("%d were counted of %d", n, 2*goroutines*rounds)
		}
	},

	"a refused change of a throttle writes nothing": func(t *testing.T, s port.Stores) {
		must(t, s.Throttles.Create(t.Context(), throttle.Restore(throttleOf(acme, "t1"))))
		_, err := s.Throttles.Update(t.Context(), acme, "t1", func(kept *throttle.Throttle) error {
			kept.Fail(5, throttle.Free, now)
			return errChange
		})
		if found := value(s.Throttles.Get(t.Context(), acme, "t1"))(t).Snapshot(); !errors.Is(err, errChange) || found != throttleOf(acme, "t1") {
			t.Errorf("%v: %+v", err, found)
		}
	},

	"throttles are forgotten once their time is over, no more than asked for": func(t *testing.T, s port.Stores) {
		for _, of := range []tenant.ID{acme, globex} {
			for i, id := range []throttle.ID{"t0", "t1", "t2"} {
				st := throttleOf(of, id)
				st.ExpiresAt = at(i)
				must(t, s.Throttles.Create(t.Context(), throttle.Restore(st)))
			}
		}
		for _, step := range []struct{ minute, limit, forgotten int }{
			{-1, 10, 0}, {0, 10, 2}, {0, 10, 0}, {2, 3, 3}, {2, 10, 1}, {2, 10, 0},
		} {
			if n := value(s.Throttles.Sweep(t.Context(), at(step.minute), step.limit))(t); n != step.forgotten {
				t.Errorf("after %d minutes %d were forgotten, not %d", step.minute, n, step.forgotten)
			}
		}
		if _, err := s.Throttles.Get(t.Context(), acme, "t2"); !errors.Is(err, throttle.ErrNone) {
			t.Errorf("a forgotten one: %v", err)
		}
	},
}
