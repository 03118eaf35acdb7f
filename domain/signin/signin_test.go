package signin

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/user"
)

var now = time.Date(2026, time.November, 23, 10, 15, 0, 0, time.UTC)

func anna() *user.User { return user.Restore(user.State{Tenant: "acme", ID: "u1", SignedOutAt: now}) }

func TestASignInLastsWhileItIsUsedAndNoLongerThanHalfADay(t *testing.T) {
	u := anna()
	s := New(u, "i1", now)
	for at, good := range map[time.Duration]bool{0: true, Idle - 1: true, Idle: false} {
		if err := s.Check(u, now.Add(at)); errors.Is(err, ErrEnded) == good {
			t.Errorf("after %s: %v", at, err)
		}
	}
	for at := time.Duration(0); at < Longest; at += time.Hour {
		if err := s.Check(u, now.Add(at)); err != nil {
			t.Fatalf("after %s: %v", at, err)
		}
		s.See(now.Add(at))
	}
	for at, good := range map[time.Duration]bool{Longest - 1: true, Longest: false} {
		if err := s.Check(u, now.Add(at)); errors.Is(err, ErrEnded) == good {
			t.Errorf("after %s: %v", at, err)
		}
	}
}

func TestASignInEndsWithWhatHappensToItsUser(t *testing.T) {
	for name, change := range map[string]func(*user.User) error{
		"signed out everywhere": func(u *user.User) error { u.SignOut(now.Add(-time.Hour)); return nil }, // by a clock that goes wrong
		"another password":      func(u *user.User) error { u.SetPassword("v", now); return nil },
		"another user":          func(u *user.User) error { *u = *user.Restore(user.State{ID: "u2", SignedOutAt: now}); return nil },
		"disabled": func(u *user.User) error {
			return u.Change(user.Profile{Email: "anna@example.com", Name: "Anna", Role: user.Reader}, now)
		},
	} {
		u := anna()
		s := New(u, "i1", now)
		if err := s.Check(u, now); err != nil {
			t.Fatal(err)
		}
		if err := change(u); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(u, now); !errors.Is(err, ErrEnded) {
			t.Errorf("%s: %v", name, err)
		}
		if err := New(u, "i2", now).Check(u, now); name != "disabled" && err != nil {
			t.Errorf("%s: a new one is answered with %v", name, err)
		}
	}
}

func TestAUseIsNotedOnceAMinute(t *testing.T) {
	s := New(anna(), "i1", now)
	for at, due := range map[time.Duration]bool{0: false, time.Minute - 1: false, time.Minute: true, -time.Hour: false} {
		if s.SeenDue(now.Add(at)) != due {
			t.Errorf("after %s: %t", at, !due)
		}
	}
	s.See(now.Add(-time.Hour))
	if seen := s.Snapshot().LastSeenAt; !seen.Equal(now) {
		t.Errorf("a clock that goes back takes it to %s", seen)
	}
}

func TestAnIdentifierDoesNotHoldTheToken(t *testing.T) {
	id := IDOf(secret.New("abcdefghijklmnopqrstuvwxyz"))
	if len(id) != 64 || strings.Contains(string(id), "abcdefgh") || id == IDOf(secret.New("abcdefghijklmnopqrstuvwxyZ")) {
		t.Errorf("%s", id)
	}
}
