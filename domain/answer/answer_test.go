package answer_test

import (
	"errors"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/delivery"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func second(deliver bool) *answer.Answer {
	to := order.Restore(order.State{Tenant: "papper", ID: "os1", Connection: "n1"})
	return answer.New(to, 2, "cxml-1.2", answer.Response, "accepted", "digest", deliver, now)
}

func TestAnAnswerSaysWhatToWhichOrder(t *testing.T) {
	want := answer.State{
		Tenant: "papper", ID: "os1-2", Order: "os1", Position: 2, Connection: "n1", Format: "cxml-1.2",
		Kind: answer.Response, Says: "accepted", Digest: "digest", CreatedAt: now,
	}
	if got := second(false).Snapshot(); got != want || second(false).ID() != "os1-2" {
		t.Errorf("%+v, want %+v", got, want)
	}
	want.Delivery.Progress = delivery.Start(now)
	if got := answer.Restore(second(true).Snapshot()).Snapshot(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestADigestTellsARequestFromAnother(t *testing.T) {
	seen := map[string]bool{}
	for _, request := range []string{"", "a", "b", "a "} {
		digest := answer.DigestOf([]byte(request))
		if seen[digest] || digest != answer.DigestOf([]byte(request)) {
			t.Errorf("%q has the digest of another request, or another one the second time", request)
		}
		seen[digest] = true
	}
}

func TestAFailedDeliveryIsGivenUpAndMadeDueAgain(t *testing.T) {
	a := second(true)
	if !a.Claim(now, time.Minute) || a.Claim(now, time.Minute) {
		t.Error("not claimed when due, or twice")
	}
	a.Postpone("status 500", time.Time{}, now)
	if got := a.Snapshot().Delivery; got.LastError != "status 500" || !got.Due.IsZero() || a.Claim(now.Add(time.Hour), time.Minute) {
		t.Errorf("given up: %+v", got)
	}
	if err := a.DeliverAgain(now.Add(time.Hour)); err != nil || !a.Claim(now.Add(time.Hour), time.Minute) {
		t.Errorf("made due again: %+v, %v", a.Snapshot().Delivery, err)
	}
	if err := second(false).DeliverAgain(now); !errors.Is(err, answer.ErrState) {
		t.Errorf("what nobody waits for was made due: %v", err)
	}
}

func TestAnAnswerIsNotDeliveredAgainWhileAnAttemptRuns(t *testing.T) {
	a := second(true)
	a.Claim(now, time.Minute)
	before := a.Snapshot()
	err := a.DeliverAgain(now.Add(time.Second))
	if f := fault.From(err); !errors.Is(err, answer.ErrState) || len(f.Details) != 1 || f.Details[0].Code != "attempt.running" {
		t.Errorf("answered with %+v", err)
	}
	if a.Snapshot() != before || a.Claim(now.Add(time.Second), time.Minute) {
		t.Errorf("a second attempt may run: %+v", a.Snapshot().Delivery)
	}
}

func TestADeliveryIsOverOnceItArrived(t *testing.T) {
	a := second(true)
	a.Claim(now, time.Minute)
	a.Postpone("status 500", now, now)
	a.Deliver(now.Add(time.Second))
	want := answer.Delivery{Progress: delivery.Progress{Wanted: true, Attempts: 1}, DeliveredAt: now.Add(time.Second)}
	a.Deliver(now.Add(time.Hour)) // again
	a.Postpone("too late", now, now)
	if got := a.Snapshot().Delivery; got != want || a.Claim(now.Add(time.Hour), time.Minute) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if err := a.DeliverAgain(now); !errors.Is(err, answer.ErrState) || a.Snapshot().Delivery != want {
		t.Errorf("what arrived was made due: %+v, %v", a.Snapshot().Delivery, err)
	}
}

func TestKindsAreClosed(t *testing.T) {
	for _, k := range []answer.Kind{answer.Response, answer.Status} {
		if got, err := answer.ParseKind(k.String()); err != nil || got != k {
			t.Errorf("%v was parsed as %v, %v", k, got, err)
		}
	}
	for _, name := range []string{"", "Response", "receipt"} {
		if got, err := answer.ParseKind(name); err == nil || got != (answer.Kind{}) {
			t.Errorf("%q was parsed as %v, %v", name, got, err)
		}
	}
}
