package recording_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// calls keeps what is written, unless it fails.
type calls struct {
	port.Traffic

	mu      sync.Mutex
	failure error
	writes  int
	entries []*traffic.Entry
}

func (c *calls) Append(_ context.Context, entries []*traffic.Entry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes++
	if c.failure == nil {
		c.entries = append(c.entries, entries...)
	}
	return c.failure
}

// kept returns what was written.
func (c *calls) kept() []*traffic.Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.entries)
}

// written returns how many writes there were.
func (c *calls) written() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writes
}

// fail lets writes fail from now on, or with nil succeed.
func (c *calls) fail(failure error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failure = failure
}

// tenants has one.
type tenants struct{ port.Tenants }

func (tenants) Get(_ context.Context, id tenant.ID) (*tenant.Tenant, error) {
	if id != "papper" {
		return nil, port.ErrTenantNotFound
	}
	return &tenant.Tenant{}, nil
}

// sessions has one.
type sessions struct{ port.Sessions }

func (sessions) Several(_ context.Context, of tenant.ID, ids []session.ID) (found []*session.Session, err error) {
	if slices.Contains(ids, "s1") {
		found = append(found, session.Restore(session.State{Tenant: of, ID: "s1"}))
	}
	return found, nil
}

type clock struct{}

func (clock) Now() time.Time { return time.Now() }

type ids struct{ n atomic.Int64 }

func (i *ids) New() string { return fmt.Sprintf("%026d", i.n.Add(1)) }

// record records a call.
func record(s *recording.Service, of tenant.ID, failure error, sent string) {
	_, c := s.Begin(context.Background(), traffic.StartCall)
	r := traffic.NewRedactor()
	c.Tenant, c.Connection = of, "c1"
	c.Sent = r.Payload("", "text/xml", []byte(sent))
	s.End(c, r, failure)
}

// with runs the service in a bubble.
func with(t *testing.T, test func(t *testing.T, s *recording.Service, store *calls, stop func())) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		store := &calls{}
		s := recording.New(port.Stores{Traffic: store, Tenants: tenants{}, Sessions: sessions{}}, clock{}, &ids{}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			s.Run(ctx)
			close(ended)
		}()
		stop := func() {
			cancel()
			<-ended
		}
		test(t, s, store, stop)
		stop()
	})
}

func TestCallsAreWrittenALittleLaterManyAtOnce(t *testing.T) {
	with(t, func(t *testing.T, s *recording.Service, store *calls, stop func()) {
		for range 100 {
			record(s, "papper", nil, "<a/>")
		}
		if len(store.kept()) != 0 {
			t.Error("a call waited for its record")
		}
		time.Sleep(time.Second)
		if len(store.kept()) != 100 || store.written() != 1 {
			t.Errorf("%d are written by %d writes", len(store.kept()), store.written())
		}
		record(s, "papper", nil, "<a/>")
		stop()
		if len(store.kept()) != 101 {
			t.Error("the last one was left out at the stop")
		}
	})
}

// interrupted is a clock that lets something happen between what it tells and what is done with it.
type interrupted struct{ by func() }

func (c *interrupted) Now() time.Time {
	now := time.Now()
	if by := c.by; by != nil {
		c.by = nil
		by()
	}
	return now
}

func TestWhoAsksForWhatIsNewMissesNothingThatEndedMeanwhile(t *testing.T) {
	store, at := &calls{}, &interrupted{}
	s := recording.New(port.Stores{Traffic: store, Tenants: tenants{}, Sessions: sessions{}}, at, &ids{}, slog.New(slog.DiscardHandler))
	_, slow := s.Begin(t.Context(), traffic.Cart)
	slow.Tenant = "papper"
	at.by = func() {
		time.Sleep(time.Millisecond)
		record(s, "papper", nil, "<a/>")
		s.Flush(t.Context())
	}
	s.End(slow, traffic.NewRedactor(), nil)
	s.Flush(t.Context())
	if kept := store.kept(); len(kept) != 2 || kept[1].ID <= kept[0].ID {
		t.Errorf("the second is written as %q after %q", kept[1].ID, kept[0].ID)
	}
}

func TestWhatTheStoreDoesNotTakeIsTriedAgain(t *testing.T) {
	with(t, func(t *testing.T, s *recording.Service, store *calls, _ func()) {
		store.fail(port.ErrUnavailable)
		record(s, "papper", nil, "<a/>")
		time.Sleep(time.Minute)
		store.fail(nil)
		record(s, "papper", nil, "<b/>")
		time.Sleep(time.Second)
		if len(store.kept()) != 2 {
			t.Errorf("%d are written", len(store.kept()))
		}
		store.fail(errors.New("a defect")) // for which nothing waits
		record(s, "papper", nil, "<c/>")
		time.Sleep(time.Second)
		store.fail(nil)
		record(s, "papper", nil, "<d/>")
		time.Sleep(time.Second)
		if len(store.kept()) != 3 || store.kept()[2].Sent.Text != "<d/>" {
			t.Errorf("%d are written", len(store.kept()))
		}
	})
}

func TestWhatWaitsIsBounded(t *testing.T) {
	with(t, func(t *testing.T, s *recording.Service, store *calls, _ func()) {
		store.fail(port.ErrUnavailable)
		long := "<a>" + strings.Repeat("x", traffic.MaxPayload/2) + "</a>"
		for range 2000 { // of 32 KiB each
			record(s, "papper", nil, long)
		}
		time.Sleep(time.Second)
		store.fail(nil)
		time.Sleep(time.Second)
		if n := len(store.kept()); n < 500 || n > 1000 {
			t.Errorf("%d are written", n)
		}
		before := len(store.kept())
		record(s, "papper", nil, long)
		time.Sleep(time.Second)
		if len(store.kept()) != before+1 {
			t.Error("afterwards nothing is written")
		}
	})
}

func TestCallsOfTenantsThatAreNotThereAreNotRecorded(t *testing.T) {
	with(t, func(t *testing.T, s *recording.Service, store *calls, _ func()) {
		for _, of := range []tenant.ID{"", "nobody", "papper"} {
			record(s, of, nil, "<a/>")
		}
		time.Sleep(time.Second)
		if len(store.kept()) != 1 || store.kept()[0].Tenant != "papper" {
			t.Errorf("written are %v", store.kept())
		}
	})
}

func TestCallsOfASessionThatWasErasedMeanwhileAreNotRecorded(t *testing.T) {
	with(t, func(t *testing.T, s *recording.Service, store *calls, _ func()) {
		for _, of := range []session.ID{"erased", "s1", ""} {
			_, c := s.Begin(t.Context(), traffic.Cart)
			c.Tenant, c.Session = "papper", of
			s.End(c, traffic.NewRedactor(), nil)
		}
		time.Sleep(time.Second)
		kept := store.kept()
		if len(kept) != 2 || kept[0].Session != "s1" || kept[1].Session != "" {
			t.Errorf("written are %v", kept)
		}
	})
}

func TestOfCallsThatAreRefusedAlikeAFewAMinuteAreRecorded(t *testing.T) {
	with(t, func(t *testing.T, s *recording.Service, store *calls, _ func()) {
		refused := func(code string, times int) {
			for i := range times {
				record(s, "papper", fault.New(fault.Malformed, code, "no"), fmt.Sprintf("<a>%d</a>", i))
			}
		}
		refused("one", 100)
		refused("other", 3)
		for range 200 {
			record(s, "papper", nil, "<a/>") // which are never left out
		}
		time.Sleep(3 * time.Minute)
		refused("one", 1)
		time.Sleep(3 * time.Minute)
		recorded, counted := map[string]int{}, map[string]int{}
		for _, e := range store.kept() {
			if e.Repeats == 0 {
				recorded[e.Code]++
			} else if counted[e.Code] += e.Repeats; e.Sent.Size != 0 || e.Connection != "c1" {
				t.Errorf("those that were counted are %+v", e)
			}
		}
		if recorded["one"] != 31 || counted["one"] != 70 || recorded["other"] != 3 || recorded[""] != 200 || len(counted) != 1 {
			t.Errorf("recorded are %v, counted %v", recorded, counted)
		}
	})
}
