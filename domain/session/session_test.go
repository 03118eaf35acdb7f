package session_test

import (
	"errors"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func open(t *testing.T) *session.Session {
	t.Helper()
	settings := tenant.Defaults()
	settings.SessionTTL, settings.MaxSessionTTL = time.Hour, 3*time.Hour
	shop, err := tenant.New("shop", "Shop", nil, settings, start)
	if err != nil {
		t.Fatal(err)
	}
	conn := connection.Restore(connection.State{Tenant: "shop", ID: "conn", Profile: connection.Profile{Customer: "buyer"}})
	return session.Start(shop, conn, "s1", session.Visit{Operation: "create"}, start)
}

// in brings a session into a status by its own doors.
func in(t *testing.T, status session.Status) *session.Session {
	t.Helper()
	s := open(t)
	step := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	switch status {
	case session.Opened:
	case session.Shopping:
		step(s.Exchange("", start))
	case session.Returned:
		step(s.Exchange("", start))
		step(s.Return(start))
	case session.Cancelled:
		step(s.Cancel(&transfer.Document{}, start))
	case session.Expired:
		s.Expire(start.Add(session.TokenTTL))
	}
	if got := s.Snapshot().Status; got != status {
		t.Fatalf("brought to %v, want %v", got, status)
	}
	return s
}

func TestOfEveryPairOfStatusesOnlyTheListedStepsAreAllowed(t *testing.T) {
	allowed := map[[2]session.Status]bool{
		{session.Opened, session.Shopping}: true, {session.Opened, session.Cancelled}: true, {session.Opened, session.Expired}: true,
		{session.Shopping, session.Returned}: true, {session.Shopping, session.Cancelled}: true, {session.Shopping, session.Expired}: true,
	}
	steps := map[session.Status]func(*session.Session) error{
		session.Shopping:  func(s *session.Session) error { return s.Exchange("", start.Add(time.Minute)) },
		session.Returned:  func(s *session.Session) error { return s.Return(start.Add(time.Minute)) },
		session.Cancelled: func(s *session.Session) error { return s.Cancel(nil, start.Add(time.Minute)) },
		session.Expired: func(s *session.Session) error {
			s.Expire(start.Add(5 * time.Hour))
			return nil
		},
	}
	for _, from := range session.Statuses() {
		for _, to := range session.Statuses() {
			if got := from.MayBecome(to); got != allowed[[2]session.Status{from, to}] {
				t.Errorf("%v may become %v: %v", from, to, got)
			}
			if to == session.Opened {
				continue
			}
			s := in(t, from)
			err := steps[to](s)
			got := s.Snapshot().Status
			switch {
			case allowed[[2]session.Status{from, to}] && (err != nil || got != to):
				t.Errorf("from %v to %v: now %v, %v", from, to, got, err)
			case !allowed[[2]session.Status{from, to}] && got != from:
				t.Errorf("from %v the forbidden step to %v led to %v", from, to, got)
			case !allowed[[2]session.Status{from, to}] && from != to && err == nil && to != session.Expired:
				t.Errorf("from %v the forbidden step to %v was not refused", from, to)
			}
		}
	}
}

func TestExchange(t *testing.T) {
	for name, c := range map[string]struct {
		first, second string // keys
		after         time.Duration
		want          error
	}{
		"a token works once": {"", "", time.Second, session.ErrTokenSpent},
		"a repetition with the same key gets the same answer": {"k", "k", session.ReplayWindow, nil},
		"a repetition after a minute is refused":              {"k", "k", session.ReplayWindow + 1, session.ErrTokenSpent},
		"another key is no repetition":                        {"k", "l", time.Second, session.ErrTokenSpent},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if err := s.Exchange(c.first, start); err != nil {
				t.Fatal(err)
			}
			before := s.Snapshot().ExpiresAt
			if err := s.Exchange(c.second, start.Add(c.after)); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if after := s.Snapshot().ExpiresAt; !after.Equal(before) {
				t.Fatalf("the repetition moved the end from %v to %v", before, after)
			}
		})
	}
}

func TestATokenThatWasNotExchangedInTimeHasExpired(t *testing.T) {
	if err := open(t).Exchange("k", start.Add(session.TokenTTL)); !errors.Is(err, session.ErrExpired) {
		t.Fatalf("got %v", err)
	}
	if err := in(t, session.Expired).Exchange("k", start); !errors.Is(err, session.ErrExpired) {
		t.Fatalf("got %v", err)
	}
}

func TestASessionIsExtendedUpToItsLimit(t *testing.T) {
	s := in(t, session.Shopping)
	for _, at := range []time.Duration{50 * time.Minute, 100 * time.Minute, 150 * time.Minute} {
		if err := s.Extend(start.Add(at)); err != nil {
			t.Fatalf("after %v: %v", at, err)
		}
	}
	if got, want := s.Snapshot().ExpiresAt, start.Add(3*time.Hour); !got.Equal(want) {
		t.Fatalf("ends at %v, want %v", got, want)
	}
	if err := s.Extend(start.Add(3 * time.Hour)); !errors.Is(err, session.ErrExpired) {
		t.Fatalf("past the limit: %v", err)
	}
}

func TestAnExchangeDoesNotPassTheLimit(t *testing.T) {
	settings := tenant.Defaults()
	settings.SessionTTL, settings.MaxSessionTTL = time.Hour, time.Hour
	shop := tenant.Restore(tenant.State{ID: "shop", Settings: settings})
	s := session.Start(shop, connection.Restore(connection.State{}), "s", session.Visit{}, start)
	if err := s.Exchange("", start.Add(9*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Snapshot().ExpiresAt, start.Add(time.Hour); !got.Equal(want) {
		t.Errorf("ends at %v, want %v", got, want)
	}
}

func TestAnExpiredSessionRefusesToShopThoughNobodySweptIt(t *testing.T) {
	s := in(t, session.Shopping)
	late := start.Add(time.Hour)
	if s.Open(late) {
		t.Error("open after its end")
	}
	if err := s.CheckShopping(late); !errors.Is(err, session.ErrExpired) {
		t.Errorf("shopping: %v", err)
	}
	if err := s.Cancel(nil, late); !errors.Is(err, session.ErrExpired) {
		t.Errorf("cancelling: %v", err)
	}
}

func TestAConnectionInTestModeMakesTestSessions(t *testing.T) {
	shop := tenant.Restore(tenant.State{ID: "shop", Settings: tenant.Defaults()})
	conn := connection.Restore(connection.State{Profile: connection.Profile{TestMode: true}})
	if !session.Start(shop, conn, "s", session.Visit{}, start).Snapshot().Visit.Test {
		t.Fatal("no test session")
	}
}

func TestAStatusIsParsedByItsNameOnly(t *testing.T) {
	for _, s := range session.Statuses() {
		if got, err := session.ParseStatus(s.String()); err != nil || got != s {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	if _, err := session.ParseStatus("Opened"); err == nil {
		t.Error("a wrong name was parsed")
	}
}
