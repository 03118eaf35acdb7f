package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/replay"
)

var replayCases = map[string]func(*testing.T, port.Stores){
	"calls with keys are removed once their time is over, of any tenant, and no more than asked for": func(t *testing.T, s port.Stores) {
		for i := range 3 {
			for _, st := range []replay.State{replayOf(acme, replay.ID(fmt.Sprint("p", i))), replayOf(globex, replay.ID(fmt.Sprint("p", i)))} {
				st.ExpiresAt = at(1 + i)
				must(t, s.Replays.Create(t.Context(), replay.Restore(st)))
			}
		}
		sweep := func(minutes, limit, want int) {
			t.Helper()
			if n := value(s.Replays.Sweep(t.Context(), at(minutes), limit))(t); n != want {
				t.Errorf("after %d minutes %d of %d are removed, not %d", minutes, n, limit, want)
			}
		}
		sweep(0, 10, 0)
		sweep(1, 10, 2)
		for id, want := range map[replay.ID]error{"p0": replay.ErrNotFound, "p1": nil} {
			if _, err := s.Replays.Get(t.Context(), acme, id); !errors.Is(err, want) {
				t.Errorf("%s is answered with %v, not %v", id, err, want)
			}
		}
		value(s.Replays.Update(t.Context(), globex, "p1", func(r *replay.Replay) error {
			_, err := r.Claim("digest", "seed", at(1)) // which keeps it for another day
			return err
		}))(t)
		sweep(10, 2, 2)
		sweep(10, 2, 1)
		sweep(10, 2, 0)
	},
}
