package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/order"
)

var answerCases = map[string]func(*testing.T, port.Stores){
	"an answer keeps its document, whatever becomes of it": func(t *testing.T, s port.Stores) {
		createAnswers(t, s, "os1", 2)
		value(s.Answers.Update(t.Context(), acme, "os1-1", func(a *answer.Answer) error {
			a.Deliver(at(1))
			return nil
		}))(t)
		for _, id := range []answer.ID{"os1-1", "os1-2"} {
			if d := value(s.Answers.Document(t.Context(), acme, id))(t); !reflect.DeepEqual(d, answerDocumentOf(string(id))) {
				t.Errorf("%s has %+v", id, d)
			}
		}
	},

	"an answer that was refused leaves nothing behind": func(t *testing.T, s port.Stores) {
		must(t, failed(s.Answers.Create(ended(t), answer.Restore(answerOf(acme, "os1-1", "os1")), answerDocumentOf("lost"))))
		if _, err := s.Answers.Document(t.Context(), acme, "os1-1"); !errors.Is(err, answer.ErrNotFound) {
			t.Errorf("its document is found, or %v", err)
		}
		createAnswers(t, s, "os1", 1)
		must(t, failed(s.Answers.Create(t.Context(), answer.Restore(answerOf(acme, "os1-1", "os1")), answerDocumentOf("again"))))
		if d := value(s.Answers.Document(t.Context(), acme, "os1-1"))(t); string(d.Body) != "os1-1" {
			t.Errorf("the document became %s", d.Body)
		}
	},

	"of many answers in one place one is kept": func(t *testing.T, s port.Stores) {
		for round := range rounds {
			id := answer.IDOf("os1", round+1)
			errs := make([]error, goroutines)
			concurrently(func(i int) {
				st := answerOf(acme, id, "os1")
				st.Position, st.Digest = round+1, fmt.Sprint(i)
				errs[i] = s.Answers.Create(t.Context(), answer.Restore(st), answerDocumentOf(fmt.Sprint(i)))
			})
			won := fmt.Sprint(winner(t, errs, answer.ErrExists))
			a := value(s.Answers.Get(t.Context(), acme, id))(t)
			d := value(s.Answers.Document(t.Context(), acme, id))(t)
			if a.Snapshot().Digest != won || string(d.Body) != won {
				t.Errorf("%s won, and kept are the answer of %s and the document of %s", won, a.Snapshot().Digest, d.Body)
			}
		}
	},

	"the answers to an order come by their position": func(t *testing.T, s port.Stores) {
		createAnswers(t, s, "os1", 11) // as texts, the eleventh comes second
		createAnswers(t, s, "os2", 1)
		var want []string
		for n := range 11 {
			want = append(want, string(answer.IDOf("os1", n+1)))
		}
		for id, want := range map[order.ID][]string{"os1": want, "os2": {"os2-1"}, "os3": nil} {
			found := identifiers(value(s.Answers.ByOrder(t.Context(), acme, id))(t), (*answer.Answer).ID)
			if !slices.Equal(found, want) {
				t.Errorf("%s has the answers %q, not %q", id, found, want)
			}
		}
	},

	"an answer is to be delivered from when it is due until it is claimed, arrives or is given up": func(t *testing.T, s port.Stores) {
		for i := range 3 {
			o := order.ID(fmt.Sprint("os", i+1))
			st := answerOf(acme, answer.IDOf(o, 1), o)
			st.Delivery.Due = at(i)
			must(t, s.Answers.Create(t.Context(), answer.Restore(st), answerDocumentOf("<answer/>")))
		}
		fetched := answerOf(acme, "os4-1", "os4")
		fetched.Delivery = answer.Delivery{} // nobody waits for it
		must(t, s.Answers.Create(t.Context(), answer.Restore(fetched), answerDocumentOf("<answer/>")))
		expectToDeliver(t, s, now.Add(-1))
		expectToDeliver(t, s, now, "os1-1")
		expectToDeliver(t, s, at(5), "os1-1", "os2-1", "os3-1")
		if found := value(s.Answers.ToDeliver(t.Context(), at(5), nil, 2))(t); len(found) != 2 {
			t.Errorf("of two asked for came %d", len(found))
		}
		changeAnswer(t, s, "os1-1", func(a *answer.Answer) { a.Claim(at(5), 2*time.Minute) })
		expectToDeliver(t, s, at(5), "os2-1", "os3-1")
		changeAnswer(t, s, "os2-1", func(a *answer.Answer) { a.Deliver(at(5)) })
		expectToDeliver(t, s, at(5), "os3-1")
		changeAnswer(t, s, "os3-1", func(a *answer.Answer) { a.Postpone("refused", time.Time{}, now) })
		expectToDeliver(t, s, at(6))
		expectToDeliver(t, s, at(7), "os1-1") // its lease has ended
	},

	"of the answers to an order the oldest that is to be delivered comes first": func(t *testing.T, s port.Stores) {
		for position := range 11 { // as texts, the eleventh comes second; and the later ones are due the longest
			st := answerOf(acme, answer.IDOf("os1", position+1), "os1")
			st.Position, st.Delivery.Due = position+1, at(-position)
			must(t, s.Answers.Create(t.Context(), answer.Restore(st), answerDocumentOf("<answer/>")))
		}
		createAnswers(t, s, "os2", 2)
		expectToDeliver(t, s, at(5), "os1-1", "os2-1")
		changeAnswer(t, s, "os1-1", func(a *answer.Answer) { a.Claim(at(5), time.Minute) })
		expectToDeliver(t, s, at(5), "os2-1")
		changeAnswer(t, s, "os1-1", func(a *answer.Answer) { a.Postpone("away", at(10), now) })
		expectToDeliver(t, s, at(9), "os2-1")
		expectToDeliver(t, s, at(10), "os1-1", "os2-1")
		changeAnswer(t, s, "os1-1", func(a *answer.Answer) { a.Deliver(at(10)) })
		expectToDeliver(t, s, at(10), "os1-2", "os2-1")
		changeAnswer(t, s, "os1-2", func(a *answer.Answer) { a.Postpone("refused", time.Time{}, now) }) // for good
		expectToDeliver(t, s, at(10), "os1-3", "os2-1")
	},

	"answers to orders of one name in two tenants do not wait for each other": func(t *testing.T, s port.Stores) {
		createAnswers(t, s, "os1", 1)
		st := answerOf(globex, "os1-2", "os1")
		st.Position = 2
		must(t, s.Answers.Create(t.Context(), answer.Restore(st), answerDocumentOf("<answer/>")))
		expectToDeliver(t, s, now, "os1-1", "os1-2")
	},

	"answers of busy connections are not to be delivered": func(t *testing.T, s port.Stores) {
		for i, place := range places {
			o := order.ID(fmt.Sprint("os", i))
			st := answerOf(place.Tenant, answer.IDOf(o, 1), o)
			st.Connection, st.Delivery.Due = place.Connection, at(i)
			must(t, s.Answers.Create(t.Context(), answer.Restore(st), answerDocumentOf("<answer/>")))
		}
		expectFree(t, func(busy []port.ConnectionOf, limit int) (found []port.ConnectionOf) {
			for _, a := range value(s.Answers.ToDeliver(t.Context(), at(5), busy, limit))(t) {
				found = append(found, port.ConnectionOf{Tenant: a.Snapshot().Tenant, Connection: a.Snapshot().Connection})
			}
			return found
		})
	},
}

func changeAnswer(t *testing.T, s port.Stores, id answer.ID, by func(*answer.Answer)) {
	t.Helper()
	value(s.Answers.Update(t.Context(), acme, id, func(a *answer.Answer) error {
		by(a)
		return nil
	}))(t)
}

func expectToDeliver(t *testing.T, s port.Stores, when time.Time, want ...string) {
	t.Helper()
	found := identifiers(value(s.Answers.ToDeliver(t.Context(), when, nil, 10))(t), (*answer.Answer).ID)
	if slices.Sort(found); !slices.Equal(found, want) {
		t.Errorf("at %s %q are to be delivered, not %q", when, found, want)
	}
}

// createAnswers makes so many answers to an order. The document of each tells it from every other.
func createAnswers(t *testing.T, s port.Stores, to order.ID, n int) {
	t.Helper()
	for position := 1; position <= n; position++ {
		st := answerOf(acme, answer.IDOf(to, position), to)
		st.Position = position
		must(t, s.Answers.Create(t.Context(), answer.Restore(st), answerDocumentOf(string(st.ID))))
	}
}
