// Package idempotency lets callers of the API try a call again: a call that carries a key is done once, and its repetition
// gets the answer of the first try.
//
// A try has the key for replay.Lease, so that of several gateways one runs it. A try that ended with its gateway is run again
// by the next repetition, and creates what it creates under the same identifiers (see ID), by which it meets what the first
// try left. What a call changes beside that is such that doing it again changes nothing more.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Longest is how long a try may take; the lease lasts longer, to record the answer.
const Longest = replay.Lease - 15*time.Second

// Service keeps calls and answers.
type Service struct {
	replays port.Replays
	secrets port.Secrets
	clock   port.Clock
	ids     port.IDs
}

// New makes the service.
func New(stores port.Stores, secrets port.Secrets, clock port.Clock, ids port.IDs) *Service {
	return &Service{stores.Replays, secrets, clock, ids}
}

// Call is a call with its key.
type Call struct {
	Tenant              tenant.ID // of the caller
	Key                 string
	Method, Path, Query string
	Body                []byte
}

// Answer is what a call is answered.
type Answer struct {
	Status    int    `json:"-"`
	MediaType string `json:"media_type"`
	Body      []byte `json:"body"`
}

// Run is one try of a call.
type Run struct {
	of   replay.State
	seed secret.Text
}

// Begin begins a try, or returns the answer that the call got before. It refuses with replay.ErrReused where the key was
// used for another call, and with replay.ErrRunning while a try runs.
func (s *Service) Begin(ctx context.Context, c Call) (*Run, *Answer, error) {
	id := replay.IDOf(c.Key)
	// Keyed, since the body may hold a password that somebody chose; and sealed, since secrets that are generated follow from it.
	parts := []string{c.Method, c.Path, c.Query, string(c.Body)}
	digest := s.secrets.Sign("replay", parts...)
	seed, err := s.secrets.Seal(secret.New(s.ids.New()), purpose(c.Tenant, id)...)
	if err != nil {
		return nil, nil, err
	}
	for {
		fresh := replay.New(c.Tenant, id, digest, seed, s.clock.Now())
		err := s.replays.Create(ctx, fresh)
		if err == nil {
			return s.run(fresh)
		}
		if !errors.Is(err, replay.ErrExists) {
			return nil, nil, err
		}
		begun := false
		known, err := s.replays.Update(ctx, c.Tenant, id, func(r *replay.Replay) (err error) {
			asked := digest
			if was := r.Snapshot().Digest; s.secrets.Signed(was, "replay", parts...) { // perhaps by an older master key
				asked = was
			}
			begun, err = r.Claim(asked, seed, s.clock.Now())
			return err
		})
		switch {
		case errors.Is(err, replay.ErrNotFound): // swept in the moment between
			continue
		case err != nil:
			return nil, nil, err
		case begun:
			return s.run(known)
		}
		answer, err := s.open(known.Snapshot())
		return nil, answer, err
	}
}

func (s *Service) run(of *replay.Replay) (*Run, *Answer, error) {
	state := of.Snapshot()
	seed, err := s.secrets.Open(state.Seed, purpose(state.Tenant, state.ID)...)
	return &Run{state, seed}, nil, err
}

func purpose(of tenant.ID, id replay.ID) []string { return []string{"replay", string(of), string(id)} }

func (s *Service) open(of replay.State) (*Answer, error) {
	plain, err := s.secrets.Open(of.Answer.Sealed, purpose(of.Tenant, of.ID)...)
	if err != nil {
		return nil, err
	}
	answer := &Answer{Status: of.Answer.Status}
	return answer, json.Unmarshal([]byte(plain.Reveal()), answer)
}

// End records what came of a try. A success is kept. A refusal did nothing, so the key is free again: the caller may mend the
// call. After a failure, which may have come halfway, the same call can be tried again.
func (s *Service) End(ctx context.Context, r *Run, a Answer) error {
	var record func(*replay.Replay)
	switch {
	case a.Status >= 500:
		record = func(kept *replay.Replay) { kept.Release(r.of) }
	case a.Status >= 300:
		record = func(kept *replay.Replay) { kept.Free(r.of) }
	default:
		plain, err := json.Marshal(a)
		if err != nil {
			return err
		}
		sealed, err := s.secrets.Seal(secret.New(string(plain)), purpose(r.of.Tenant, r.of.ID)...)
		if err != nil {
			return err
		}
		record = func(kept *replay.Replay) {
			kept.Keep(r.of, replay.Answer{Status: a.Status, Sealed: sealed}, s.clock.Now())
		}
	}
	_, err := s.replays.Update(ctx, r.of.Tenant, r.of.ID, func(kept *replay.Replay) error {
		record(kept)
		return nil
	})
	return err
}

type contextKey struct{}

// Context returns the context in which the call is tried; it ends before another try may begin.
func (r *Run) Context(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithValue(parent, contextKey{}, r), Longest)
}

func runOf(ctx context.Context) *Run {
	r, _ := ctx.Value(contextKey{}).(*Run)
	return r
}

// ID returns an identifier as port.IDs makes it, for what a call creates. Every try of a call that carries a key gets the
// same one for the same purpose, also at another gateway.
func ID(ctx context.Context, ids port.IDs, purpose string) string {
	r := runOf(ctx)
	if r == nil {
		return ids.New()
	}
	sum := sha256.Sum256([]byte(r.seed.Reveal() + " " + purpose))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])[:26])
}

// Create creates what a call asks for, and returns it. Where an earlier try of the same call may have come so far, and there is
// something already, that is returned if it is the same; a store's refusal stands otherwise.
func Create[T any](
	ctx context.Context, fresh T, create func(context.Context, T) error, get func() (T, error), same func(there T) bool,
) (T, error) {
	err := create(ctx, fresh)
	if r := runOf(ctx); err == nil || r == nil || r.of.Runs == 1 || fault.KindOf(err) != fault.Conflict {
		return fresh, err
	}
	if there, getErr := get(); getErr == nil && same(there) {
		return there, nil
	}
	return fresh, err
}

// Own says that whatever has an identifier of ID was made by the same call.
func Own[T any](T) bool { return true }
