package faults

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// at returns a time so many seconds into the history.
func at(seconds int) time.Time {
	return time.Date(2026, time.November, 23, 10, 0, seconds, 0, time.UTC)
}

func call(kind Kind, of, asked string, begun int, outcome Outcome, answer string) Call {
	return Call{kind, of, asked, at(begun), at(begun + 1), outcome, answer}
}

// good is a history in which everything happened once, and what is stored then: an order that the ERP took, after its cart
// and its ping were repeated; one that waits in the feed; one that was cancelled; and a visit without a cart.
func good() (*History, *Stored) {
	h := &History{
		Calls: []Call{
			call(Login, "v1", "", 0, Acknowledged, "t1"),
			call(Exchange, "t1", "", 1, Unknown, ""),
			call(Exchange, "t1", "", 2, Acknowledged, "s1"),
			call(Send, "s1", "", 3, Unknown, ""),
			call(Send, "s1", "", 4, Acknowledged, "os1 P1 /transfer/1"),
			call(Send, "s1", "", 5, Acknowledged, "os1 P1 /transfer/1"),
			call(Read, "os1", "", 6, Acknowledged, "d1"),
			call(Complete, "os1", "PO-1", 7, Acknowledged, "P1"),
			call(Complete, "os1", "PO-1", 8, Acknowledged, "P1"),
			call(Export, "os1", "E-1", 12, Acknowledged, ""),
			call(Respond, "os1", "1", 14, Acknowledged, "a1"),
			call(Respond, "os1", "2", 16, Acknowledged, "a2"),
			call(Respond, "os1", "2", 18, Acknowledged, "a2"),

			call(Login, "v2", "", 20, Acknowledged, "t2"),
			call(Exchange, "t2", "", 21, Acknowledged, "s2"),
			call(Send, "s2", "", 22, Acknowledged, "os2 P2 /transfer/2"),
			call(Abandon, "s2", "", 22, Refused, "session.ended"),
			call(Complete, "os2", "PO-2", 23, Acknowledged, "P2"),

			call(Login, "v3", "", 30, Acknowledged, "t3"),
			call(Exchange, "t3", "", 31, Acknowledged, "s3"),
			call(Send, "s3", "", 32, Acknowledged, "os3 P3 /transfer/3"),
			call(Complete, "os3", "PO-3", 33, Acknowledged, "P3"),
			call(Cancel, "os3", "", 35, Acknowledged, ""),
			call(Complete, "os3", "PO-3", 37, Refused, "order.state"),

			call(Complete, "os5", "PO-5", 37, Acknowledged, Held),
			call(Release, "os5", "", 39, Acknowledged, ""),
			call(Complete, "os5", "PO-5", 41, Acknowledged, Held),

			call(Login, "v4", "", 40, Acknowledged, "t4"),
			call(Exchange, "t4", "", 41, Acknowledged, "s4"),
			call(Abandon, "s4", "", 42, Acknowledged, "/transfer/4"),
		},
		Passes: []Pass{
			{at(10), at(11), []Sighting{{"os1", at(7)}}},
			{at(50), at(51), []Sighting{{"os2", at(23)}, {"os5", at(39)}}},
		},
		Deliveries: []Delivery{
			{"body-d1", at(40), true}, {"body2", at(20), true}, {"body-a1", at(21), false}, {"body-a1", at(22), true}, {"body-a2", at(23), true}, {"body-a2", at(27), true},
		},
		Events: []Event{
			{"e1", "session.opened", "s1", 1, "b1", at(8), false}, {"e1", "session.opened", "s1", 1, "b1", at(9), true}, {"e2", "session.returned", "s1", 2, "b2", at(10), true},
			{"e1", "session.opened", "s1", 1, "b1", at(26), true}, {"e3", "order.confirmed", "os1", 1, "b3", at(30), true},
			{"e4", "session.opened", "s2", 1, "b4", at(30), true}, {"e5", "session.returned", "s2", 2, "b5", at(30), true}, {"e6", "order.confirmed", "os2", 1, "b6", at(30), true},
			{"e7", "session.opened", "s3", 1, "b7", at(30), true}, {"e8", "session.returned", "s3", 2, "b8", at(30), true}, {"e9", "order.confirmed", "os3", 1, "b9", at(30), true},
			{"e12", "order.held", "os5", 1, "b12", at(30), true}, {"e13", "order.confirmed", "os5", 2, "b13", at(30), true}, {"e10", "order.cancelled", "os3", 2, "b10", at(30), true}, {"e11", "session.opened", "s4", 1, "b11", at(30), true},
		},
		Faults: []Fault{{From: at(24), Until: at(25)}},
	}
	s := &Stored{
		Sessions: map[string]Standing{"s1": Ended, "s2": Ended, "s3": Ended, "s4": Ended},
		Orders: []Order{
			{ID: "os1", Number: "P1", Visit: "v1", Status: "exported", PurchaseOrder: "PO-1", Reference: "E-1", ConfirmedAt: at(7), Digest: "d1",
				Answers: []Answer{{"a1", false, "body-a1"}, {"a2", false, "body-a2"}}},
			{ID: "os2", Number: "P2", Visit: "v2", Status: "confirmed", PurchaseOrder: "PO-2", ConfirmedAt: at(23), Pushed: "body2", Arrived: true},
			{ID: "os3", Number: "P3", Visit: "v3", Status: "cancelled", PurchaseOrder: "PO-3", ConfirmedAt: at(33)},
			{ID: "os5", Number: "P5", Visit: "v5", Status: "confirmed", PurchaseOrder: "PO-5", ConfirmedAt: at(39), Answers: []Answer{{"d1", true, "body-d1"}}},
		},
		Receipts: map[string]int{"os1": 1, "os5": 1},
		Webhook:  true,
		Audit:    map[string]bool{"order.export os1": true, "order.respond os1": true, "order.cancel os3": true, "order.confirm os5": true, "session.cancel s4": true},
	}
	return h, s
}

func TestAGoodHistoryIsFoundGood(t *testing.T) {
	v := Check(good())
	if len(v.Lost) > 0 || len(v.Twice) > 0 {
		t.Errorf("lost %q, twice %q", v.Lost, v.Twice)
	}
	if v.Acknowledged != 25 {
		t.Errorf("%d acknowledged", v.Acknowledged)
	}
}

func TestEachBreachIsCounted(t *testing.T) {
	for breach, c := range map[string]struct {
		commit      func(h *History, s *Stored)
		lost, twice string // what is said; empty for nothing
	}{
		"an action is not in the log": {func(_ *History, s *Stored) { delete(s.Audit, "order.cancel os3") }, "the audit log does not tell of order.cancel os3", ""},
		"a session is missing":        {func(_ *History, s *Stored) { delete(s.Sessions, "s1") }, "the session s1 is not there", ""},
		"a token leads nowhere":       {func(h *History, _ *Stored) { h.refuse(Exchange, "t3", "token.not_found") }, "exchange of t3", ""},
		"a token has two sessions":    {func(h *History, _ *Stored) { h.add(call(Exchange, "t1", "", 3, Acknowledged, "s2")) }, "", `exchange of t1  was answered "s1" and then "s2"`},
		"a visit has two sessions": {func(h *History, _ *Stored) {
			h.add(call(Open, "v9", "", 3, Acknowledged, "s1"))
			h.add(call(Open, "v9", "", 5, Acknowledged, "s2"))
		}, "", `open of v9  was answered "s1" and then "s2"`},
		"a login is refused":        {func(h *History, _ *Stored) { h.add(call(Login, "v9", "", 3, Refused, "x")) }, "login of v9", ""},
		"a token nobody tried":      {func(h *History, _ *Stored) { h.add(call(Login, "v9", "", 3, Acknowledged, "t9")) }, "the token t9", ""},
		"a sent session is open":    {func(_ *History, s *Stored) { s.Sessions["s2"] = Shopping }, `the session s2 is "shopping"`, ""},
		"an abandoned one is open":  {func(_ *History, s *Stored) { s.Sessions["s4"] = Shopping }, `the session s4 is "shopping"`, ""},
		"an order is missing":       {func(_ *History, s *Stored) { s.Orders = slices.Delete(s.Orders, 2, 3) }, "the order os3 of the session s3 is not there", ""},
		"an order's number changed": {func(_ *History, s *Stored) { s.Orders[1].Number = "P9" }, "acknowledged as number P2 and has P9", ""},
		"a sent cart is refused":    {func(h *History, _ *Stored) { h.add(call(Send, "s1", "", 9, Refused, "order.exists")) }, "send of s1", ""},
		"a cart got two orders":     {func(h *History, _ *Stored) { h.add(call(Send, "s1", "", 9, Acknowledged, "os9 P1 /")) }, "", "send of s1  was answered"},
		"a visit has two orders":    {func(_ *History, s *Stored) { s.Orders[1].Visit = "v1" }, "", "the visit v1 has two orders"},
		"an order is there twice":   {func(_ *History, s *Stored) { s.Orders = append(s.Orders, s.Orders[0]) }, "", "the order os1 is there twice"},
		"a number was given twice":  {func(_ *History, s *Stored) { s.Orders[2].Number = "P1" }, "has P1", "two orders have the number P1"},
		"sent and abandoned": {func(h *History, s *Stored) {
			h.add(call(Abandon, "s1", "", 9, Acknowledged, "/"))
			s.Audit["session.cancel s1"] = true
		}, "", "the session s1 was abandoned, and its cart was sent"},
		"a document changed":         {func(_ *History, s *Stored) { s.Orders[0].Digest = "other" }, "the document of the order os1 changed", ""},
		"a document was read as two": {func(h *History, _ *Stored) { h.add(call(Read, "os1", "", 9, Acknowledged, "d9")) }, "", "read of os1"},
		"a confirmation is missing":  {func(_ *History, s *Stored) { s.Orders[1].Status = "transferred" }, "the order os2 was confirmed and is transferred", ""},
		"a ping is forgotten":        {func(h *History, _ *Stored) { h.add(call(Complete, "os2", "PO-2", 40, Refused, "order.state")) }, "complete of os2", ""},
		"a ping's answer changed":    {func(h *History, _ *Stored) { h.add(call(Complete, "os2", "PO-2", 40, Acknowledged, "P9")) }, "", "complete of os2 PO-2 was answered"},
		"another purchase order":     {func(_ *History, s *Stored) { s.Orders[1].PurchaseOrder = "PO-9" }, `confirmed by PO-2 and has "PO-9"`, ""},
		"confirmed twice":            {func(_ *History, s *Stored) { s.Orders[0].ConfirmedAt = at(8) }, "", "the order os1 was confirmed at"},
		"ordered twice":              {func(_ *History, s *Stored) { s.Receipts["os1"] = 2 }, "", "2 purchase orders were applied to the order os1"},
		"confirmed, and by nobody": {func(_ *History, s *Stored) {
			s.Orders = append(s.Orders, Order{ID: "o9", Number: "P9", Visit: "v9", Status: "confirmed", ConfirmedAt: at(9)})
		}, "the shop was not told of o9", "the order o9 is confirmed and nobody asked"},
		"a held order is released for nobody": {func(h *History, _ *Stored) {
			h.Calls = slices.DeleteFunc(h.Calls, func(c Call) bool { return c.Kind == Release })
		}, "", "the held order os5 is confirmed and no operator wanted it"},
		"a release is forgotten": {func(_ *History, s *Stored) { s.Orders[3].Status = "held" }, "the held order os5 was confirmed and is held", ""},
		"a decision is not told": {func(_ *History, s *Stored) { s.Orders[3].Answers = nil }, "is not told of the decision about the order os5", "nobody sent: body-d1"},
		"a decision is told twice": {func(h *History, s *Stored) {
			s.Orders[3].Answers = append(s.Orders[3].Answers, Answer{"d2", true, "body-d2"})
			h.Deliveries = append(h.Deliveries, Delivery{"body-d2", at(50), true})
		}, "", "told of the decision about the order os5 by 2 documents"},
		"a hold is not told":          {func(h *History, _ *Stored) { h.Events[11].Taken = false }, "the shop was not told of os5: order.held", ""},
		"the ERP never got it":        {func(h *History, _ *Stored) { h.Passes = h.Passes[:1] }, "the ERP never got it", ""},
		"a pass passes over it":       {func(h *History, _ *Stored) { h.Passes = append(h.Passes, Pass{at(60), at(61), nil}) }, "a pass that began later did not hold it", ""},
		"a pass holds it twice":       {func(h *History, _ *Stored) { h.Passes[1].Seen = append(h.Passes[1].Seen, h.Passes[1].Seen[0]) }, "", "held the order os2 twice"},
		"an exported one comes back":  {func(h *History, _ *Stored) { h.Passes[1].Seen = append(h.Passes[1].Seen, h.Passes[0].Seen[0]) }, "", "the order os1 came back after its export"},
		"a cancelled one comes back":  {func(h *History, _ *Stored) { h.Passes[1].Seen = append(h.Passes[1].Seen, Sighting{"os3", at(33)}) }, "", "the order os3 came back after its cancel"},
		"an export is forgotten":      {func(_ *History, s *Stored) { s.Orders[0].Status = "confirmed" }, "the order os1 was exported and is", ""},
		"an export's reference":       {func(_ *History, s *Stored) { s.Orders[0].Reference = "E-9" }, `exported as E-1 and has "E-9"`, ""},
		"exported, and by nobody":     {func(_ *History, s *Stored) { s.Orders[1].Status = "exported" }, "", "the order os2 is exported and nobody took it"},
		"a cancellation is forgotten": {func(_ *History, s *Stored) { s.Orders[2].Status = "confirmed" }, "the order os3 was cancelled and is", ""},
		"an answer is missing":        {func(_ *History, s *Stored) { s.Orders[0].Answers = s.Orders[0].Answers[:1] }, "the answer a2 to the order os1 is not there", "nobody sent: body-a2"},
		"answered twice": {func(h *History, s *Stored) {
			s.Orders[0].Answers = append(s.Orders[0].Answers, Answer{"a3", false, "body-a3"})
			h.Deliveries = append(h.Deliveries, Delivery{"body-a3", at(30), true})
		}, "", "the order os1 has 3 answers of 2 responses"},
		"a delivery is missing": {func(h *History, _ *Stored) { h.Deliveries = slices.Delete(h.Deliveries, 1, 2) }, "the cart of the order os2 never arrived", ""},
		"a cart waits for ever": {func(_ *History, s *Stored) {
			s.Orders = append(s.Orders, Order{ID: "o9", Number: "P9", Visit: "v9", Status: "prepared", Pushed: "body9"})
		}, "the cart of the order o9 never arrived", ""},
		"an answer never arrived":       {func(h *History, _ *Stored) { h.Deliveries = h.Deliveries[:4] }, "the answer a2 never arrived", ""},
		"a delivery came twice":         {func(h *History, _ *Stored) { h.Faults = nil }, "", "the answer a2 arrived twice, and nothing broke in between\nthe event e1 came again, and nothing broke in between"},
		"deliveries out of order":       {func(h *History, _ *Stored) { h.Deliveries[3].At = at(24) }, "the answer a2 arrived before the one before it", ""},
		"a delivery of nobody":          {func(h *History, _ *Stored) { h.Deliveries = append(h.Deliveries, Delivery{"x", at(9), false}) }, "", "a document arrived that nobody sent: x"},
		"an opened session is not told": {func(h *History, _ *Stored) { h.Events = h.Events[:14] }, "the shop was not told of s4: session.opened", ""},
		"a sent cart is not told":       {func(h *History, _ *Stored) { h.Events = slices.Delete(h.Events, 6, 7) }, "the shop was not told of s2: session.returned", ""},
		"a confirmation is not told":    {func(h *History, _ *Stored) { h.Events[7].Taken = false }, "the shop was not told of os2: order.confirmed", ""},
		"a cancellation is not told":    {func(h *History, _ *Stored) { h.Events = slices.Delete(h.Events, 13, 14) }, "the shop was not told of os3: order.cancelled", ""},
		"an event is out of order":      {func(h *History, _ *Stored) { h.Events[10], h.Events[13] = h.Events[13], h.Events[10] }, "the event 1 of os3 came after the event 2", ""},
		"an event is passed over":       {func(h *History, _ *Stored) { h.Events[13].Sequence = 3 }, "the event 3 of os3 came after the event 1", ""},
		"an event came again":           {func(h *History, _ *Stored) { h.Events[3].At = at(10) }, "", "the event e1 came again, and nothing broke in between"},
		"an event has two texts":        {func(h *History, _ *Stored) { h.Events[3].Body = "other" }, "", "the event e1 came with two texts"},
		"a confirmation is told as two": {func(h *History, _ *Stored) {
			h.Events = append(h.Events, Event{"e99", "order.confirmed", "os1", 2, "b3", at(50), true})
		}, "", "the shop was told of os1 by 2 events: order.confirmed"},
		"expiry without a moved clock": {func(h *History, _ *Stored) { h.refuse(Exchange, "t3", "session.expired") }, "exchange of t3", ""},
	} {
		t.Run(breach, func(t *testing.T) {
			h, s := good()
			c.commit(h, s)
			v := Check(h, s)
			for _, each := range []struct {
				name, want string
				found      []string
			}{{"lost", c.lost, v.Lost}, {"twice", c.twice, v.Twice}} {
				switch said := strings.Join(each.found, "\n"); {
				case each.want == "" && said != "":
					t.Errorf("%s: %s", each.name, said)
				case each.want != "" && !strings.Contains(said, each.want):
					t.Errorf("%s: %q does not say %q", each.name, said, each.want)
				}
			}
		})
	}
}

func (h *History) add(c Call) { h.Calls = append(h.Calls, c) }

// refuse lets the acknowledged call be refused.
func (h *History) refuse(kind Kind, name, code string) {
	for i := range h.Calls {
		if c := &h.Calls[i]; c.Kind == kind && c.Subject == name && c.Outcome == Acknowledged {
			c.Outcome, c.Answer = Refused, code
		}
	}
}

func TestAfterAJumpOfTheClockASessionMayBeOver(t *testing.T) {
	h, s := good()
	h.Expiring = true
	h.add(call(Login, "v5", "", 50, Acknowledged, "t5"))
	h.add(call(Exchange, "t5", "", 51, Refused, "session.expired"))
	if v := Check(h, s); len(v.Lost) > 0 || len(v.Twice) > 0 {
		t.Errorf("lost %q, twice %q", v.Lost, v.Twice)
	}
}
