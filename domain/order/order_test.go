package order_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/replay"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const wait = 24 * time.Hour

func prepare(push bool) *order.Order {
	settings := tenant.Defaults()
	settings.OrderTTL = wait
	shop := tenant.Restore(tenant.State{ID: "shop", Settings: settings})
	return order.Prepare(shop, session.State{Tenant: "shop", ID: "s1"}, 42, &cart.Cart{ID: "C-1"}, order.Request{Key: "k", Digest: "d"}, push, start)
}

func in(status order.Status) *order.Order {
	s := prepare(false).Snapshot()
	s.Status = status
	return order.Restore(s)
}

var allowed = map[order.Status][]order.Status{
	order.Prepared:    {order.Transferred, order.Confirmed, order.Held, order.Cancelled, order.Expired},
	order.Transferred: {order.Confirmed, order.Held, order.Rejected, order.Cancelled, order.Expired},
	order.Held:        {order.Confirmed, order.Rejected, order.Cancelled},
	order.Expired:     {order.Confirmed, order.Held},
	order.Confirmed:   {order.Exported, order.Cancelled},
	order.Exported:    {order.Cancelled},
}

func listed(from, to order.Status) bool {
	return slices.Contains(allowed[from], to)
}

func TestOfEveryPairOfStatusesOnlyTheListedStepsAreAllowed(t *testing.T) {
	for _, from := range order.Statuses() {
		for _, to := range order.Statuses() {
			if got := from.MayBecome(to); got != listed(from, to) {
				t.Errorf("%v may become %v: %v", from, to, got)
			}
		}
	}
}

// steps are the doors of an order, with the statuses in which a repetition or a late call changes nothing instead of
// being refused.
var steps = map[order.Status]struct {
	do     func(*order.Order) error
	silent []order.Status
}{
	order.Transferred: {
		func(o *order.Order) error { return o.Transfer(start.Add(time.Minute)) },
		[]order.Status{order.Transferred, order.Confirmed, order.Exported, order.Held},
	},
	order.Confirmed: {
		func(o *order.Order) error { return o.Confirm("PO", true, start.Add(time.Minute)) },
		[]order.Status{order.Confirmed, order.Exported, order.Held}, // a held order waits for an operator
	},
	order.Exported:  {func(o *order.Order) error { return o.Export("ERP", start.Add(time.Minute)) }, []order.Status{order.Exported}},
	order.Cancelled: {func(o *order.Order) error { return o.Cancel("", start.Add(time.Minute)) }, []order.Status{order.Cancelled}},
	order.Held: {
		func(o *order.Order) error {
			return o.Complete(order.Purchase{Number: "PO", Differences: differs, Decision: purchase.Hold}, true, start.Add(time.Minute))
		},
		[]order.Status{order.Held},
	},
}

var differs = []purchase.Difference{{Line: "1", Member: purchase.MemberUnit, Cart: "EA", Order: "BX"}}

// TestAPurchaseOrderDecides says for each status and decision what an order becomes; what it does not say is refused.
func TestAPurchaseOrderDecides(t *testing.T) {
	becomes := map[order.Status]map[purchase.Decision]order.Status{
		order.Prepared:    {purchase.Confirm: order.Confirmed, purchase.Hold: order.Held, purchase.Reject: order.Rejected},
		order.Transferred: {purchase.Confirm: order.Confirmed, purchase.Hold: order.Held, purchase.Reject: order.Rejected},
		order.Held:        {purchase.Confirm: order.Confirmed, purchase.Hold: order.Held, purchase.Reject: order.Rejected},
		order.Expired:     {purchase.Confirm: order.Confirmed, purchase.Hold: order.Held}, // late
		order.Confirmed:   {purchase.Confirm: order.Confirmed},
		order.Rejected:    {purchase.Reject: order.Rejected},
	}
	at := start.Add(time.Minute)
	for _, from := range order.Statuses() {
		for _, decision := range purchase.Decisions() {
			o := in(from)
			before := o.Snapshot()
			err := o.Complete(order.Purchase{Number: "PO-1", Differences: differs, Decision: decision}, true, at)
			got := o.Snapshot()
			to, ok := becomes[from][decision]
			switch {
			case !ok && (!errors.Is(err, order.ErrState) || !reflect.DeepEqual(got, before)):
				t.Errorf("%v in %v: now %+v, %v", decision, from, got, err)
			case ok && (err != nil || got.Status != to || got.PurchaseOrder != "PO-1" || !slices.Equal(got.Differences, differs) || !got.Push.Due.IsZero()):
				t.Errorf("%v in %v: now %+v, %v", decision, from, got, err)
			case ok && from != to && !got.StatusSince.Equal(at), ok && from != to && to == order.Confirmed && !got.ConfirmedAt.Equal(at):
				t.Errorf("%v in %v: since %v, confirmed %v", decision, from, got.StatusSince, got.ConfirmedAt)
			case from == order.Prepared && to == order.Rejected && !got.TransferredAt.Equal(at):
				t.Error("a purchase order does not prove the transfer")
			}
		}
	}
}

func TestThatTheERPHasTheOrderForbidsDifferences(t *testing.T) {
	o := in(order.Exported)
	if err := o.Complete(order.Purchase{Number: "PO-1", Decision: purchase.Confirm}, false, start); err != nil || o.Status() != order.Exported || o.Snapshot().PurchaseOrder != "PO-1" {
		t.Errorf("without differences: %+v, %v", o.Snapshot(), err)
	}
	if err := o.Complete(order.Purchase{Number: "PO-1", Differences: differs, Decision: purchase.Confirm}, false, start); !errors.Is(err, order.ErrState) || o.Snapshot().Differences != nil {
		t.Errorf("with differences: %+v, %v", o.Snapshot(), err)
	}
}

func TestACartIsOrderedOnce(t *testing.T) {
	o := in(order.Transferred)
	if err := o.Complete(order.Purchase{Number: "PO-1", Differences: differs, Decision: purchase.Hold}, false, start); err != nil {
		t.Fatal(err)
	}
	before := o.Snapshot()
	if err := o.Complete(order.Purchase{Number: "PO-2", Decision: purchase.Confirm}, false, start); !errors.Is(err, order.ErrState) || !reflect.DeepEqual(o.Snapshot(), before) {
		t.Errorf("another purchase order made %+v, %v", o.Snapshot(), err)
	}
	if err := o.Complete(order.Purchase{Number: "PO-1", Decision: purchase.Confirm}, false, start); err != nil || o.Status() != order.Confirmed || len(o.Snapshot().Differences) != 0 {
		t.Errorf("the corrected one made %+v, %v", o.Snapshot(), err)
	}
}

func TestALatePurchaseOrder(t *testing.T) {
	late := start.Add(wait)
	for name, o := range map[string]*order.Order{"swept": in(order.Expired), "not swept yet": in(order.Transferred)} {
		before := o.Snapshot()
		if err := o.Complete(order.Purchase{Number: "PO", Decision: purchase.Confirm}, false, late); !errors.Is(err, order.ErrState) || !reflect.DeepEqual(o.Snapshot(), before) {
			t.Errorf("%s: not refused where the connection accepts none: %+v, %v", name, o.Snapshot(), err)
		}
		if err := o.Complete(order.Purchase{Number: "PO", Differences: differs, Decision: purchase.Hold}, true, late); err != nil || o.Status() != order.Held {
			t.Errorf("%s: refused where the connection accepts it: %v, %v", name, o.Status(), err)
		}
	}
}

func TestAnOrderSharesNoDifferencesWithTheWorld(t *testing.T) {
	o, given := in(order.Transferred), slices.Clone(differs)
	if err := o.Complete(order.Purchase{Number: "PO", Differences: given, Decision: purchase.Hold}, false, start); err != nil {
		t.Fatal(err)
	}
	given[0].Line = "spoilt"
	o.Snapshot().Differences[0].Line = "spoilt"
	if got := o.Snapshot().Differences; !slices.Equal(got, differs) {
		t.Errorf("the differences became %q", got)
	}
}

func TestOnlyAHeldOrderIsReleased(t *testing.T) {
	for _, from := range order.Statuses() {
		o := in(from)
		before := o.Snapshot()
		err := o.Release(start.Add(time.Minute))
		got := o.Snapshot()
		switch from {
		case order.Held:
			if err != nil || got.Status != order.Confirmed || !got.ConfirmedAt.Equal(start.Add(time.Minute)) || got.StatusSince != got.ConfirmedAt {
				t.Errorf("now %+v, %v", got, err)
			}
		case order.Confirmed, order.Exported:
			if err != nil || !reflect.DeepEqual(got, before) {
				t.Errorf("%v again: now %+v, %v", from, got, err)
			}
		default:
			if !errors.Is(err, order.ErrState) || !reflect.DeepEqual(got, before) {
				t.Errorf("%v: now %+v, %v", from, got, err)
			}
		}
	}
}

func TestAnOrderIsRejectedWhileItAwaitsACompletionOrADecision(t *testing.T) {
	rejectable := []order.Status{order.Prepared, order.Transferred, order.Held, order.Rejected}
	for _, from := range order.Statuses() {
		o := in(from)
		before := o.Snapshot()
		err := o.Reject("", start.Add(time.Minute))
		switch got := o.Snapshot(); {
		case !slices.Contains(rejectable, from):
			if !errors.Is(err, order.ErrState) || !reflect.DeepEqual(got, before) {
				t.Errorf("%v: now %+v, %v", from, got, err)
			}
		case err != nil || got.Status != order.Rejected:
			t.Errorf("%v: now %+v, %v", from, got, err)
		}
	}
	pushed := prepare(true)
	if err := pushed.Reject("", start); err != nil || pushed.Claim(start.Add(time.Hour), time.Minute) {
		t.Errorf("a rejected order is pushed, %v", err)
	}
}

func TestEveryDoorKeepsToTheTable(t *testing.T) {
	for to, step := range steps {
		for _, from := range order.Statuses() {
			silent := slices.Contains(step.silent, from)
			o := in(from)
			err := step.do(o)
			switch {
			case silent && (err != nil || o.Status() != from):
				t.Errorf("%v again to %v: now %v, %v", from, to, o.Status(), err)
			case !silent && listed(from, to) && (err != nil || o.Status() != to):
				t.Errorf("%v to %v: now %v, %v", from, to, o.Status(), err)
			case !silent && !listed(from, to) && (!errors.Is(err, order.ErrState) || o.Status() != from):
				t.Errorf("%v to %v was not refused: now %v, %v", from, to, o.Status(), err)
			}
		}
	}
}

func TestAnOrderExpiresWhenItsCompletionDoesNotCome(t *testing.T) {
	for _, from := range order.Statuses() {
		o := in(from)
		o.Expire(start.Add(wait - 1))
		if o.Status() != from {
			t.Errorf("%v expired too early", from)
		}
		o.Expire(start.Add(wait))
		if want := from == order.Prepared || from == order.Transferred || from == order.Expired; (o.Status() == order.Expired) != want {
			t.Errorf("%v: now %v", from, o.Status())
		}
	}
}

func TestALateCompletion(t *testing.T) {
	late := start.Add(wait)
	for name, o := range map[string]*order.Order{"swept": in(order.Expired), "not swept yet": in(order.Transferred)} {
		before := o.Status()
		if err := o.Confirm("PO", false, late); !errors.Is(err, order.ErrState) || o.Status() != before {
			t.Errorf("%s: not refused where the connection accepts none: %v, %v", name, o.Status(), err)
		}
		if err := o.Confirm("PO", true, late); err != nil || o.Status() != order.Confirmed {
			t.Errorf("%s: refused where the connection accepts it: %v, %v", name, o.Status(), err)
		}
	}
}

func TestACompletionIsRecordedOnce(t *testing.T) {
	o := in(order.Transferred)
	if err := o.Confirm("PO-1", false, start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	first := o.Snapshot()
	if err := o.Confirm("PO-2", false, start.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(o.Snapshot(), first) {
		t.Fatalf("the repetition changed %+v into %+v", first, o.Snapshot())
	}
}

func TestARequestIsToldFromItsRepetition(t *testing.T) {
	for name, c := range map[string]struct {
		request order.Request
		want    error
	}{
		"the same key and body":    {order.Request{Key: "k", Digest: "d"}, nil},
		"the same key, other body": {order.Request{Key: "k", Digest: "e"}, replay.ErrReused},
		"another key":              {order.Request{Key: "l", Digest: "d"}, order.ErrExists},
		"no key":                   {order.Request{Digest: "d"}, order.ErrExists},
	} {
		if err := prepare(false).Repeats(c.request); (err == nil) != (c.want == nil) || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestWithoutAKeyTheSameBodyIsTheSameRequest(t *testing.T) {
	o := order.Restore(order.State{Request: order.Request{Digest: "d"}})
	if err := o.Repeats(order.Request{Digest: "d"}); err != nil {
		t.Error(err)
	}
	if err := o.Repeats(order.Request{Digest: "e"}); !errors.Is(err, order.ErrExists) {
		t.Error(err)
	}
}

func TestAPushIsClaimedByOneAndTriedAgain(t *testing.T) {
	o := prepare(true)
	if !o.Claim(start, time.Minute) || o.Claim(start, time.Minute) {
		t.Error("not claimed when due, or twice")
	}
	o.Postpone("away", start.Add(time.Hour), start)
	if p := o.Snapshot().Push; p.Attempts != 1 || p.LastError != "away" || !p.Due.Equal(start.Add(time.Hour)) {
		t.Errorf("postponed: %+v", p)
	}
	if err := o.Transfer(start.Add(time.Hour)); err != nil || !o.Snapshot().Push.Due.IsZero() {
		t.Errorf("acknowledged: %+v, %v", o.Snapshot().Push, err)
	}
	given := prepare(true)
	given.Postpone("away", time.Time{}, start)
	if given.Claim(start.Add(time.Hour), time.Minute) {
		t.Error("a push that was given up was claimed")
	}
	if err := given.PushAgain(start.Add(time.Hour)); err != nil || !given.Claim(start.Add(time.Hour), time.Minute) {
		t.Errorf("a push that was made due again was not claimed: %v", err)
	}
	if err := prepare(false).PushAgain(start); !errors.Is(err, order.ErrState) {
		t.Errorf("an order for the browser was made due: %v", err)
	}
	if prepare(false).Claim(start, time.Minute) {
		t.Error("an order for the browser was claimed")
	}
	cancelled := prepare(true)
	if err := cancelled.Cancel("", start); err != nil || cancelled.Claim(start.Add(time.Hour), time.Minute) {
		t.Errorf("a cancelled order was claimed, %v", err)
	}
}

func TestAnOrderIsNotPushedAgainWhileAnAttemptRuns(t *testing.T) {
	o := prepare(true)
	o.Claim(start, time.Minute)
	err := o.PushAgain(start.Add(time.Second))
	if f := fault.From(err); !errors.Is(err, order.ErrState) || len(f.Details) != 1 || f.Details[0].Code != "attempt.running" {
		t.Errorf("answered with %+v", err)
	}
	if o.Claim(start.Add(time.Second), time.Minute) {
		t.Error("a second attempt may run")
	}
}

// Whatever happens in whatever order, a confirmed order stays confirmed with the first purchase order until it is
// exported or cancelled, and no step leaves the table.
func TestNoSequenceOfStepsLosesAConfirmation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, now, purchaseOrder := prepare(rapid.Bool().Draw(t, "push")), start, ""
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "hours")) * time.Hour)
			before := o.Status()
			reference := rapid.StringMatching("[a-z]{1,3}").Draw(t, "reference")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				_ = o.Transfer(now)
			case 1:
				if o.Confirm(reference, rapid.Bool().Draw(t, "late"), now) == nil && purchaseOrder == "" {
					purchaseOrder = reference
				}
			case 2:
				_ = o.Export(reference, now)
			case 3:
				_ = o.Cancel("", now)
			case 4:
				o.Expire(now)
			}
			if after := o.Status(); after != before && !listed(before, after) {
				t.Fatalf("%v became %v", before, after)
			}
			if got := o.Snapshot().PurchaseOrder; got != purchaseOrder {
				t.Fatalf("purchase order %q, want %q", got, purchaseOrder)
			}
		}
	})
}

func TestAStatusIsParsedByItsNameOnly(t *testing.T) {
	for _, s := range order.Statuses() {
		if got, err := order.ParseStatus(s.String()); err != nil || got != s {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	if _, err := order.ParseStatus(""); err == nil {
		t.Error("an empty name was parsed")
	}
}

func TestAnOrderIsErasedOnceNobodyWaitsForIt(t *testing.T) {
	over := []order.Status{order.Exported, order.Rejected, order.Cancelled, order.Expired}
	for _, status := range order.Statuses() {
		o := in(status)
		err := o.Erase(start)
		if !slices.Contains(over, status) {
			if !errors.Is(err, order.ErrNeeded) || !o.Snapshot().ErasedAt.IsZero() {
				t.Errorf("a %s order: %v", status, err)
			}
			continue
		}
		if err != nil || o.Erase(start.Add(time.Hour)) != nil || !o.Snapshot().ErasedAt.Equal(start) {
			t.Errorf("a %s order: %v, erased at %s", status, err, o.Snapshot().ErasedAt)
		}
		for to, step := range steps {
			if err := step.do(o); o.Status() != status || listed(status, to) && !errors.Is(err, order.ErrErased) {
				t.Errorf("a %s order that is erased became %s: %v", status, o.Status(), err)
			}
		}
		if err := o.Complete(order.Purchase{Document: "later"}, true, start); !errors.Is(err, order.ErrErased) || len(o.Snapshot().Outbox.Events) > 0 {
			t.Errorf("a %s order that is erased takes a document: %v", status, err)
		}
	}
}

func TestANumberIsReadAsItIsWritten(t *testing.T) {
	for _, n := range []int64{1, 42, 900_000, 12_345_678} {
		text := order.Restore(order.State{Number: n}).Number()
		for _, text := range []string{text, strings.ToLower(text)} {
			if got, ok := order.ParseNumber(text); !ok || got != n {
				t.Errorf("%s is read as %d, %t", text, got, ok)
			}
		}
	}
	for _, text := range []string{"", "P", "100042", "P99999", "P100000", "P-1", "PP100042", "P100042 ", "P1000420000000000000000"} {
		if got, ok := order.ParseNumber(text); ok {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}
