package receipt_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/receipt"
)

var (
	now   = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	later = now.Add(time.Hour)

	errState = fault.New(fault.Conflict, "order.state", "the order's status does not allow this").
			With(fault.Detail{Path: "/status", Code: "order.exported", Message: "the order is exported"})
)

func connectionIn(testMode bool) *connection.Connection {
	return connection.Restore(connection.State{Tenant: "papper", ID: "n1", Profile: connection.Profile{TestMode: testMode}})
}

func contentOf(body string) *receipt.Content {
	return &receipt.Content{
		MediaType: "text/xml", Body: []byte(body), Order: purchase.Order{Number: "PO-1", Type: purchase.New, DocumentID: "D-1"},
	}
}

func received() *receipt.Receipt {
	return receipt.New(connectionIn(false), "cxml-1.2", "stad", contentOf("<order/>"), now)
}

func in(status receipt.Status) *receipt.Receipt {
	s := received().Snapshot()
	s.Status = status
	return receipt.Restore(s)
}

func TestAReceiptSaysWhatCameFromWhom(t *testing.T) {
	want := receipt.State{
		Tenant: "papper", ID: receipt.IDOf("n1", "stad", "D-1"), Connection: "n1", Format: "cxml-1.2", Sender: "stad", DocumentID: "D-1",
		Number: "PO-1", Type: purchase.New, Digest: "9326fef1a0a45c3f7ad8ee2c3579c143887e292e8d9140fd2e154cb4faf39929",
		Status: receipt.Received, ReceivedAt: now, StatusSince: now,
	}
	if got := received().Snapshot(); !reflect.DeepEqual(got, want) || received().ID() != want.ID {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestAReceiptIsATestWhereTheDocumentOrTheConnectionIs(t *testing.T) {
	for _, c := range []struct{ document, connection bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		content := contentOf("<order/>")
		content.Order.Test = c.document
		got := receipt.New(connectionIn(c.connection), "cxml-1.2", "stad", content, now).Snapshot().Test
		if got != (c.document || c.connection) {
			t.Errorf("%+v: a test: %t", c, got)
		}
	}
}

func TestAnIdentifierHangsOnConnectionSenderAndIdentity(t *testing.T) {
	seen := map[receipt.ID]string{}
	for _, parts := range [][3]string{
		{"n1", "stad", "D-1"}, {"n2", "stad", "D-1"}, {"n1", "kommun", "D-1"}, {"n1", "stad", "D-2"}, {"n1", "stadD", "-1"}, {"n1s", "tad", "D-1"},
		{"n1", "", "stadD-1"},
	} {
		id := receipt.IDOf(connection.ID(parts[0]), parts[1], parts[2])
		if other, taken := seen[id]; taken || len(id) != 32 {
			t.Errorf("%q has the identifier %s, as %s", parts, id, other)
		}
		seen[id] = parts[1] + " " + parts[2]
		if receipt.IDOf(connection.ID(parts[0]), parts[1], parts[2]) != id {
			t.Errorf("%q has another identifier the second time", parts)
		}
	}
}

func TestAnotherDocumentUnderTheSameIdentifierIsRefused(t *testing.T) {
	again := receipt.New(connectionIn(true), "cxml-1.2", "stad", contentOf("<order/>"), later)
	if err := received().Repeats(again); err != nil {
		t.Errorf("the repetition is refused: %v", err)
	}
	other := receipt.New(connectionIn(false), "cxml-1.2", "stad", contentOf("<order />"), now)
	if err := received().Repeats(other); !errors.Is(err, receipt.ErrReused) {
		t.Errorf("another document is answered with %v", err)
	}
}

// doors are what can happen to a receipt, by the status that it leads to.
var doors = map[receipt.Status]func(*receipt.Receipt) error{
	receipt.Applied:   func(r *receipt.Receipt) error { return r.Apply("o1", false, later) },
	receipt.Refused:   func(r *receipt.Receipt) error { return r.Refuse("o1", errState, later) },
	receipt.Unmatched: func(r *receipt.Receipt) error { return r.Leave(later) },
}

func TestADocumentGetsItsOrderOnce(t *testing.T) {
	allowed := map[receipt.Status][]receipt.Status{
		receipt.Received:  {receipt.Applied, receipt.Refused, receipt.Unmatched},
		receipt.Unmatched: {receipt.Applied},
		receipt.Refused:   {receipt.Applied},
	}
	for _, from := range receipt.Statuses() {
		for _, to := range receipt.Statuses() {
			if got := from.MayBecome(to); got != slices.Contains(allowed[from], to) {
				t.Errorf("%v may become %v: %t", from, to, got)
			}
		}
		for to, do := range doors {
			r := in(from)
			before := r.Snapshot()
			err := do(r)
			after := r.Snapshot()
			switch {
			case slices.Contains(allowed[from], to):
				if err != nil || after.Status != to || !after.StatusSince.Equal(later) || (after.Order == "o1") != (to != receipt.Unmatched) {
					t.Errorf("%v to %v: %+v, %v", from, to, after, err)
				}
			case from == to && to == receipt.Unmatched: // again
				if err != nil || !reflect.DeepEqual(after, before) {
					t.Errorf("%v again: %+v, %v", to, after, err)
				}
			default:
				if !errors.Is(err, receipt.ErrDecided) || !reflect.DeepEqual(after, before) {
					t.Errorf("%v to %v: %+v, %v", from, to, after, err)
				}
			}
		}
	}
}

func TestAnOrderIsAppliedToTwiceOnlyAsARepetition(t *testing.T) {
	r := received()
	if err := r.Apply("o1", false, now); err != nil {
		t.Fatal(err)
	}
	first := r.Snapshot()
	if err := r.Apply("o1", false, later); err != nil || !reflect.DeepEqual(r.Snapshot(), first) {
		t.Errorf("the repetition made %+v, %v", r.Snapshot(), err)
	}
	if err := r.Apply("o2", false, later); !errors.Is(err, receipt.ErrDecided) || !reflect.DeepEqual(r.Snapshot(), first) {
		t.Errorf("another order made %+v, %v", r.Snapshot(), err)
	}
}

func TestARepetitionGetsTheRefusalOfTheFirst(t *testing.T) {
	r := received()
	if err := r.Refuse("o1", errState, now); err != nil {
		t.Fatal(err)
	}
	got := fault.From(receipt.Restore(r.Snapshot()).Err())
	if got.Kind != errState.Kind || got.Code != errState.Code || got.Message != errState.Message || !slices.Equal(got.Details, errState.Details) {
		t.Errorf("%+v", got)
	}
	if err := r.Apply("o1", false, later); err != nil || r.Err() != nil {
		t.Errorf("applied once nothing forbids it: %v, %v", err, r.Err())
	}
	for _, status := range []receipt.Status{receipt.Received, receipt.Applied, receipt.Unmatched} {
		if err := in(status).Err(); err != nil {
			t.Errorf("%v has the refusal %v", status, err)
		}
	}
}

func TestAReceiptSharesNothingWithTheWorld(t *testing.T) {
	r, refusal := received(), errState.With(slices.Clone(errState.Details)...)
	if err := r.Refuse("o1", refusal, now); err != nil {
		t.Fatal(err)
	}
	refusal.Details[0].Code = "spoilt"
	r.Snapshot().Refusal.Details[0].Code = "spoilt"
	if got := r.Snapshot().Refusal.Details; !slices.Equal(got, errState.Details) {
		t.Errorf("the details became %v", got)
	}
}

func TestStatusesAreClosed(t *testing.T) {
	for _, s := range receipt.Statuses() {
		if got, err := receipt.ParseStatus(s.String()); err != nil || got != s {
			t.Errorf("%v was parsed as %v, %v", s, got, err)
		}
	}
	for _, name := range []string{"", "Applied", order.Confirmed.String()} {
		if got, err := receipt.ParseStatus(name); err == nil || got != (receipt.Status{}) {
			t.Errorf("%q was parsed as %v, %v", name, got, err)
		}
	}
}
