package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/traffic"
)

var trafficCases = map[string]func(*testing.T, port.Stores){
	"an entry of the traffic comes back with every member": func(t *testing.T, s port.Stores) {
		for variant := range variants {
			f := filler{t: t, variant: variant}
			var want traffic.Entry
			f.fill(&want)
			want.Tenant, want.ID = acme, traffic.ID(fmt.Sprint("a", variant))
			must(t, s.Traffic.Append(t.Context(), []*traffic.Entry{&want}))
			if got := value(s.Traffic.Get(t.Context(), acme, want.ID))(t); !reflect.DeepEqual(*got, want) {
				t.Errorf("of\n%+v\ncame back\n%+v", want, *got)
			}
			page := value(s.Traffic.List(t.Context(), acme, port.TrafficQuery{Limit: 1}))(t)
			if !reflect.DeepEqual(*page[0], want.Record) {
				t.Errorf("of\n%+v\nthe list has\n%+v", want.Record, *page[0])
			}
		}
	},

	"what is in the traffic already is passed over and never changed": func(t *testing.T, s port.Stores) {
		first, changed, second := callOf(acme, "1"), callOf(acme, "1"), callOf(acme, "2")
		changed.CartID, changed.Verdict, changed.Answered.Text = "other", traffic.Refused, "other"
		must(t, s.Traffic.Append(t.Context(), []*traffic.Entry{first}))
		must(t, s.Traffic.Append(t.Context(), []*traffic.Entry{changed, second}))
		if got := value(s.Traffic.Get(t.Context(), acme, "1"))(t); !reflect.DeepEqual(got, first) {
			t.Errorf("it is %+v", got)
		}
		expectCalls(t, s, port.TrafficQuery{Limit: 10}, "2", "1")
		expectCalls(t, s, port.TrafficQuery{Name: "other", Limit: 10})
	},

	"the traffic is filtered in any combination, by pages from the last record back": func(t *testing.T, s port.Stores) {
		var all []*traffic.Entry
		connections, steps, names := []connection.ID{"", "n1", "n2"}, []traffic.Step{traffic.StartCall, traffic.Cart}, []string{"", "C-1", "C-2"}
		for i := range 108 { // twice each combination, mixed
			n := i * 35 % 108
			e := callOf(acme, traffic.ID(fmt.Sprintf("%03d", n)))
			e.Connection, e.Step, e.Verdict = connections[n%3], steps[n/3%2], traffic.Verdicts()[n/6%3]
			e.CartID, e.PurchaseOrder = names[n/18%3], names[n/18%3]
			e.Session = session.ID(e.CartID)
			all = append(all, e)
		}
		must(t, s.Traffic.Append(t.Context(), all))
		slices.SortFunc(all, func(a, b *traffic.Entry) int { return cmp.Compare(b.ID, a.ID) })
		for _, c := range connections {
			for _, step := range append(steps, traffic.Step{}) {
				for _, verdicts := range [][]traffic.Verdict{nil, {traffic.Refused}, {traffic.Failed, traffic.Refused}} {
					for _, name := range names {
						q := port.TrafficQuery{Connection: c, Step: step, Verdicts: verdicts, Name: name, Limit: 5}
						var want []traffic.ID
						for _, e := range all {
							if (c == "" || c == e.Connection) && (step == traffic.Step{} || step == e.Step) &&
								(verdicts == nil || slices.Contains(verdicts, e.Verdict)) && (name == "" || name == e.CartID) {
								want = append(want, e.ID)
							}
						}
						expectCallPages(t, s, q, want)
						q.Name, q.Session = "", session.ID(name)
						expectCallPages(t, s, q, want)
						after := q
						after.After, after.Limit = "050", 200
						expectCalls(t, s, after, want[:slices.IndexFunc(append(want, ""), func(id traffic.ID) bool { return id <= "050" })]...)
					}
				}
			}
		}
	},

	"of the traffic a session can be read and erased, and by name what belongs to none": func(t *testing.T, s port.Stores) {
		for i := range 9 {
			e := callOf(acme, traffic.ID(fmt.Sprint(i)))
			e.Session, e.Person = session.ID(fmt.Sprint("s", i%3)), fmt.Sprint("p", i%2)
			other := callOf(globex, e.ID)
			other.Session, other.Person = e.Session, e.Person
			if i == 3 || i == 4 {
				e.Session, other.Session = "", ""
			}
			must(t, s.Traffic.Append(t.Context(), []*traffic.Entry{e, other}))
		}
		if got := idsOf(value(s.Traffic.OfSession(t.Context(), acme, "s1", 2))(t)); !slices.Equal(got, []traffic.ID{"1", "7"}) {
			t.Errorf("of a session there are %q", got)
		}
		for range 2 {
			must(t, s.Traffic.RemoveSession(t.Context(), acme, "s1"))
			expectCalls(t, s, port.TrafficQuery{Limit: 10}, "8", "6", "5", "4", "3", "2", "0")
			expectCalls(t, s, port.TrafficQuery{Name: "p1", Limit: 10}, "5", "3")
		}
		for range 2 {
			must(t, s.Traffic.RemoveNamed(t.Context(), acme, "p1"))
			expectCalls(t, s, port.TrafficQuery{Limit: 10}, "8", "6", "5", "4", "2", "0")
			expectCalls(t, s, port.TrafficQuery{Name: "C-1", Limit: 10}, "8", "6", "5", "4", "2", "0")
			expectCalls(t, s, port.TrafficQuery{Name: "p1", Limit: 10}, "5")
		}
		if page := value(s.Traffic.List(t.Context(), globex, port.TrafficQuery{Limit: 10}))(t); len(page) != 9 {
			t.Errorf("of another tenant %d are left", len(page))
		}
	},

	"of the traffic only what is older and belongs to no session is swept, of one tenant": func(t *testing.T, s port.Stores) {
		for i := range 6 {
			e := callOf(acme, traffic.ID(fmt.Sprint(i)))
			if i != 1 {
				e.Session = ""
			}
			other := *e
			other.Tenant = globex
			must(t, s.Traffic.Append(t.Context(), []*traffic.Entry{e, &other}))
		}
		for _, want := range []int{2, 1, 0} {
			if n := value(s.Traffic.Sweep(t.Context(), acme, "4", 2))(t); n != want {
				t.Errorf("%d are removed, not %d", n, want)
			}
		}
		expectCalls(t, s, port.TrafficQuery{Limit: 10}, "5", "4", "1")
		expectCalls(t, s, port.TrafficQuery{Name: "C-1", Limit: 10}, "5", "4", "1")
		if page := value(s.Traffic.List(t.Context(), globex, port.TrafficQuery{Limit: 10}))(t); len(page) != 6 {
			t.Errorf("of another tenant %d are left", len(page))
		}
	},

	"traffic of a context that has ended is not written": func(t *testing.T, s port.Stores) {
		if err := s.Traffic.Append(ended(t), []*traffic.Entry{callOf(acme, "1")}); !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		expectCalls(t, s, port.TrafficQuery{Limit: 10})
	},
}

func idsOf(page []*traffic.Record) (ids []traffic.ID) {
	for _, r := range page {
		ids = append(ids, r.ID)
	}
	return ids
}

func expectCalls(t *testing.T, s port.Stores, q port.TrafficQuery, want ...traffic.ID) {
	t.Helper()
	if got := idsOf(value(s.Traffic.List(t.Context(), acme, q))(t)); !slices.Equal(got, want) {
		t.Errorf("%+v finds %q, not %q", q, got, want)
	}
}

// expectCallPages reads page after page.
func expectCallPages(t *testing.T, s port.Stores, q port.TrafficQuery, want []traffic.ID) {
	t.Helper()
	var seen []traffic.ID
	for {
		page := idsOf(value(s.Traffic.List(t.Context(), acme, q))(t))
		seen = append(seen, page...)
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1]
	}
	if !slices.Equal(seen, want) {
		t.Errorf("the pages of %+v hold %q, not %q", q, seen, want)
	}
}
