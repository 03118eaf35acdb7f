package storetest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/transfer"
)

// errChange is an error that the stores do not know.
var errChange = errors.New("the change was refused")

// aggregateCases hold for each kind alike.
var aggregateCases = map[string]func(*testing.T, port.Stores){
	"an engine that answers is ready": func(t *testing.T, s port.Stores) {
		must(t, s.Ready(t.Context()))
		if err := s.Ready(ended(t)); !errors.Is(err, context.Canceled) {
			t.Errorf("to a context that has ended it answers %v", err)
		}
	},

	"what was created is found": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", "created"))
		expect(t, k, acme, "one", "created")
	}),

	"an unknown one is not found": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", "created"))
		for _, id := range []string{"two", "", "ONE", "one ", "on", "%", "one'"} {
			if _, err := k.get(t.Context(), acme, id); !errors.Is(err, k.notFound) {
				t.Errorf("%q is answered with %v, not %v", id, err, k.notFound)
			}
		}
	}),

	"of equal creations the first stays": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", "first"))
		if err := k.create(t.Context(), acme, "one", "second"); !errors.Is(err, k.taken) {
			t.Errorf("the second is answered with %v, not %v", err, k.taken)
		}
		expect(t, k, acme, "one", "first")
	}),

	"of many equal creations one wins": eachKind(func(t *testing.T, k kind) {
		for round := range rounds {
			id := strconv.Itoa(round)
			errs := make([]error, goroutines)
			concurrently(func(i int) { errs[i] = k.create(t.Context(), acme, id, strconv.Itoa(i)) })
			expect(t, k, acme, id, strconv.Itoa(winner(t, errs, k.taken)))
		}
	}),

	"an update is kept and returned": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", "a"))
		must(t, k.create(t.Context(), acme, "two", "x"))
		for _, want := range []string{"ab", "abb"} {
			text, err := k.update(t.Context(), acme, "one", func(text string) (string, error) { return text + "b", nil })
			if err != nil || text != want {
				t.Errorf("the update returned %q, %v; want %q", text, err, want)
			}
			expect(t, k, acme, "one", want)
		}
		expect(t, k, acme, "two", "x")
	}),

	"a refused update writes nothing": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", "kept"))
		_, err := k.update(t.Context(), acme, "one", func(string) (string, error) { return "changed", errChange })
		if err != errChange { //nolint:errorlint // as it is, says the port
			t.Errorf("the error of the change came back as %v", err)
		}
		expect(t, k, acme, "one", "kept")
	}),

	"an update of an unknown one asks for no change": eachKind(func(t *testing.T, k kind) {
		_, err := k.update(t.Context(), acme, "one", func(text string) (string, error) {
			t.Error("the change was asked for")
			return text, nil
		})
		if !errors.Is(err, k.notFound) {
			t.Errorf("answered with %v, not %v", err, k.notFound)
		}
		if _, err := k.get(t.Context(), acme, "one"); !errors.Is(err, k.notFound) {
			t.Errorf("afterwards it is found, or %v", err)
		}
	}),

	"an update starts over where another came in between": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", ""))
		calls := 0
		text, err := k.update(t.Context(), acme, "one", func(text string) (string, error) {
			if calls++; calls == 1 {
				value(k.update(t.Context(), acme, "one", func(text string) (string, error) { return text + "inner", nil }))(t)
			}
			return text + "+outer", nil
		})
		if err != nil || text != "inner+outer" || calls != 2 {
			t.Errorf("after %d calls it returned %q, %v", calls, text, err)
		}
		expect(t, k, acme, "one", "inner+outer")
	}),

	"an update that others always overtake ends with its context": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", ""))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		calls := 0
		_, err := k.update(ctx, acme, "one", func(string) (string, error) {
			value(k.update(t.Context(), acme, "one", func(text string) (string, error) { return text + "x", nil }))(t)
			if calls++; calls == 3 {
				cancel()
			}
			return "lost", nil
		})
		if !errors.Is(err, context.Canceled) || calls != 3 {
			t.Errorf("after %d calls it ended with %v", calls, err)
		}
		expect(t, k, acme, "one", "xxx")
	}),

	"of many concurrent updates none is lost": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", "0"))
		concurrently(func(int) {
			for range rounds {
				_, err := k.update(t.Context(), acme, "one", func(text string) (string, error) {
					n, err := strconv.Atoi(text)
					return strconv.Itoa(n + 1), err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
		expect(t, k, acme, "one", strconv.Itoa(goroutines*rounds))
	}),

	"a reader sees one update after the other": eachKind(func(t *testing.T, k kind) {
		must(t, k.create(t.Context(), acme, "one", "0"))
		var acknowledged atomic.Int64
		concurrently(func(i int) {
			for n := range rounds {
				if i == 0 {
					_, err := k.update(t.Context(), acme, "one", func(string) (string, error) { return strconv.Itoa(n + 1), nil })
					if err != nil {
						t.Error(err)
					}
					acknowledged.Store(int64(n + 1))
					continue
				}
				least := acknowledged.Load()
				text, err := k.get(t.Context(), acme, "one")
				if seen, _ := strconv.ParseInt(text, 10, 64); err != nil || seen < least {
					t.Errorf("after update %d a reader saw %q, %v", least, text, err)
				}
			}
		})
	}),

	"a call whose context has ended stores nothing": eachKind(func(t *testing.T, k kind) {
		if err := k.create(ended(t), acme, "one", ""); !errors.Is(err, context.Canceled) {
			t.Errorf("a creation ended with %v", err)
		}
		if _, err := k.get(t.Context(), acme, "one"); !errors.Is(err, k.notFound) {
			t.Errorf("after it, the aggregate is found, or %v", err)
		}
		must(t, k.create(t.Context(), acme, "one", "kept"))
		if _, err := k.get(ended(t), acme, "one"); !errors.Is(err, context.Canceled) {
			t.Errorf("a look-up ended with %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		_, err := k.update(ctx, acme, "one", func(string) (string, error) {
			cancel() // after the read and before the write
			return "changed", nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("an update ended with %v", err)
		}
		expect(t, k, acme, "one", "kept")
		if _, err := k.update(t.Context(), acme, "one", func(string) (string, error) { return "changed", nil }); err != nil {
			t.Errorf("the next update failed: %v", err)
		}
		expect(t, k, acme, "one", "changed")
	}),

	"an aggregate shares nothing with the store": eachKind(func(t *testing.T, k kind) {
		must(t, k.spoil(t.Context(), acme, "one"))
		expect(t, k, acme, "one", "kept")
	}),

	"what is deep within an aggregate shares nothing with the store": func(t *testing.T, s port.Stores) {
		st, notice := sessionOf(acme, "s1"), documentOf("notice")
		st.Visit.Lines, st.Cancellation = cartOf("C-1").Lines, notice
		st.Visit.Lines[0].Classifications = []cart.Classification{{Scheme: cart.UNSPSC, Code: "14111507"}}
		must(t, s.Sessions.Create(t.Context(), session.Restore(st)))
		for range 2 { // the first spoils what was handed over, the second what was returned
			notice.Body[0], st.Visit.Lines[0].Classifications[0].Code = 'X', "spoilt"
			st = value(s.Sessions.Get(t.Context(), acme, "s1"))(t).Snapshot()
			notice = st.Cancellation
			if string(notice.Body) != "notice" || st.Visit.Lines[0].Classifications[0].Code != "14111507" {
				t.Errorf("found %q and %q", notice.Body, st.Visit.Lines[0].Classifications[0].Code)
			}
		}

		sent, document := cartOf("C-1"), documentOf("<cart/>")
		o := order.Restore(orderOf(acme, "s1"))
		must(t, s.Orders.Create(t.Context(), o, sent, document))
		for range 2 {
			sent.Lines[0].Name, document.Body[0], document.Form.Fields[0].Name = "spoilt", 'X', "spoilt"
			sent = value(s.Orders.Cart(t.Context(), acme, o.ID()))(t)
			document = value(s.Orders.Document(t.Context(), acme, o.ID()))(t)
			if !reflect.DeepEqual(sent, cartOf("C-1")) || !reflect.DeepEqual(document, documentOf("<cart/>")) {
				t.Errorf("found %+v and %+v", sent, document)
			}
		}

		received, said := contentOf("<order/>"), answerDocumentOf("<answer/>")
		must(t, s.Receipts.Create(t.Context(), receipt.Restore(receiptOf(acme, "r1")), received))
		must(t, s.Answers.Create(t.Context(), answer.Restore(answerOf(acme, "a1", o.ID())), said))
		for range 2 {
			received.Body[0], received.Order.Lines[0].SKU, said.Body[0] = 'X', "spoilt", 'X'
			received = value(s.Receipts.Content(t.Context(), acme, "r1"))(t)
			said = value(s.Answers.Document(t.Context(), acme, "a1"))(t)
			if !reflect.DeepEqual(received, contentOf("<order/>")) || !reflect.DeepEqual(said, answerDocumentOf("<answer/>")) {
				t.Errorf("found %+v and %+v", received, said)
			}
		}
	},

	"every member comes back as it was stored": eachKind(func(t *testing.T, k kind) {
		for variant := range variants {
			f := &filler{t: t, variant: variant}
			stored, loaded, err := k.roundTrip(t.Context(), f.fill, tenant.ID(strconv.Itoa(variant)), "one")
			if err != nil || !reflect.DeepEqual(stored, loaded) {
				t.Errorf("variant %d: stored\n%+v\nand found\n%+v\n%v", variant, stored, loaded, err)
			}
		}
	}),

	"every member of what is kept beside an aggregate comes back as it was stored": func(t *testing.T, s port.Stores) {
		for variant := range variants {
			f := &filler{t: t, variant: variant}
			var sent cart.Cart
			var document transfer.Document
			f.fill(&sent)
			f.fill(&document)
			st := orderOf(acme, session.ID(strconv.Itoa(variant)))
			must(t, s.Orders.Create(t.Context(), order.Restore(st), &sent, &document))
			foundCart := value(s.Orders.Cart(t.Context(), acme, st.ID))(t)
			foundDocument := value(s.Orders.Document(t.Context(), acme, st.ID))(t)
			if !reflect.DeepEqual(foundCart, &sent) || !reflect.DeepEqual(foundDocument, &document) {
				t.Errorf("variant %d: stored\n%+v\n%+v\nand found\n%+v\n%+v", variant, sent, document, *foundCart, *foundDocument)
			}

			f = &filler{t: t, variant: variant}
			var received receipt.Content
			var said answer.Document
			f.fill(&received)
			f.fill(&said)
			r, a := receiptOf(acme, receipt.ID(strconv.Itoa(variant))), answerOf(acme, answer.ID(strconv.Itoa(variant)), st.ID)
			must(t, s.Receipts.Create(t.Context(), receipt.Restore(r), &received))
			must(t, s.Answers.Create(t.Context(), answer.Restore(a), &said))
			foundReceived := value(s.Receipts.Content(t.Context(), acme, r.ID))(t)
			foundSaid := value(s.Answers.Document(t.Context(), acme, a.ID))(t)
			if !reflect.DeepEqual(foundReceived, &received) || !reflect.DeepEqual(foundSaid, &said) {
				t.Errorf("variant %d: stored\n%+v\n%+v\nand found\n%+v\n%+v", variant, received, said, *foundReceived, *foundSaid)
			}
		}
	},

	"an aggregate that has the least comes back as it was stored": eachKind(func(t *testing.T, k kind) {
		f := &filler{t: t, least: true}
		stored, loaded, err := k.roundTrip(t.Context(), f.fill, acme, "one")
		if err != nil || !reflect.DeepEqual(stored, loaded) {
			t.Errorf("stored\n%+v\nand found\n%+v\n%v", stored, loaded, err)
		}
	}),

	"a time comes back as the same instant in UTC": func(t *testing.T, s port.Stores) {
		for name, instant := range map[string]time.Time{
			"before-the-epoch": time.Date(1900, time.January, 1, 0, 0, 0, 1, time.UTC),
			"nanosecond":       now,
			"far-away":         time.Date(9999, time.December, 30, 23, 59, 59, 999_999_999, time.UTC),
		} {
			st := customerOf(acme, customer.ID(name), "")
			st.Profile.ContractUntil = instant.In(time.FixedZone("", 5*3600+1800))
			must(t, s.Customers.Create(t.Context(), customer.Restore(st)))
			found := value(s.Customers.Get(t.Context(), acme, st.ID))(t).Profile().ContractUntil
			if found != instant { // the zone counts
				t.Errorf("%s came back as %s", instant, found)
			}
		}
	},

	"identifiers that run together are kept apart": eachKind(func(t *testing.T, k kind) {
		names := []struct {
			of tenant.ID
			id string
		}{{"a", "b-c"}, {"a-b", "c"}, {"a", "b_c"}, {"a_b", "c"}, {"a", "bc"}, {"ab", "c"}}
		for i, n := range names {
			must(t, k.create(t.Context(), n.of, n.id, strconv.Itoa(i)))
		}
		for i, n := range names {
			expect(t, k, n.of, n.id, strconv.Itoa(i))
		}
	}),
}

// expect compares an aggregate's text.
func expect(t *testing.T, k kind, of tenant.ID, id, want string) {
	t.Helper()
	if text, err := k.get(t.Context(), of, id); err != nil || text != want {
		t.Errorf("%s has %q, %v; want %q", id, text, err, want)
	}
}

// winner returns the index of the only call without an error; every other must have the given one.
func winner(t *testing.T, errs []error, others error) int {
	t.Helper()
	won := slices.Index(errs, nil)
	if won < 0 {
		t.Fatalf("nobody won: %v", errs)
	}
	for i, err := range errs {
		if i != won && !errors.Is(err, others) {
			t.Errorf("beside the winner there is %v, not %v", err, others)
		}
	}
	return won
}
