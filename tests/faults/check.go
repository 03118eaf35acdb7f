package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Verdict is what the checker found, one sentence for each case.
type Verdict struct {
	// Lost is what was acknowledged and is missing, or is there with other contents or in another order.
	Lost []string
	// Twice is what happened more often than it was asked for.
	Twice []string
	// Acknowledged counts the calls that were acknowledged and change something.
	Acknowledged int
	Faults       int
}

// Check compares what the clients saw with what is stored.
func Check(h *History, s *Stored) Verdict {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := &check{History: h, Stored: s, calls: map[subject][]*Call{}, byID: map[string]*Order{}}
	for i := range h.Calls {
		call := &h.Calls[i]
		at := subject{call.Kind, call.Subject}
		if c.calls[at] == nil {
			c.subjects = append(c.subjects, at)
		}
		c.calls[at] = append(c.calls[at], call)
		if call.Outcome == Acknowledged && call.Kind != Read {
			c.verdict.Acknowledged++
		}
	}
	for _, f := range h.Faults {
		if !f.Planned {
			c.verdict.Faults++
		}
	}
	for i := range s.Orders {
		c.byID[s.Orders[i].ID] = &s.Orders[i]
	}
	for _, at := range c.subjects {
		c.sameAnswers(at)
		c.audited(at)
		switch at.kind {
		case Login:
			c.login(at)
		case Exchange, Open:
			c.opened(at)
		case Send:
			c.send(at)
		case Abandon:
			c.abandon(at)
		case Read:
			c.read(at)
		case Complete:
			c.complete(at)
		case Release:
			c.release(at)
		case Respond:
			c.respond(at)
		case Cancel:
			c.cancel(at)
		case Export:
			c.export(at)
		}
	}
	c.unasked()
	c.feed()
	c.deliveries()
	c.events()
	return c.verdict
}

type subject struct {
	kind Kind
	name string
}

// check is one comparison.
type check struct {
	*History
	*Stored

	subjects []subject
	calls    map[subject][]*Call
	byID     map[string]*Order
	verdict  Verdict
}

func (c *check) lostf(format string, args ...any) {
	c.verdict.Lost = once(c.verdict.Lost, fmt.Sprintf(format, args...))
}

func (c *check) twicef(format string, args ...any) {
	c.verdict.Twice = once(c.verdict.Twice, fmt.Sprintf(format, args...))
}

// once adds a sentence that was not said yet: one order may be missed in many places.
func once(said []string, sentence string) []string {
	if slices.Contains(said, sentence) {
		return said
	}
	return append(said, sentence)
}

// asked reports whether anybody called, whatever came of it.
func (c *check) asked(kind Kind, name string) bool { return c.calls[subject{kind, name}] != nil }

// acknowledged returns the first call that was acknowledged; nil for none.
func (c *check) acknowledged(kind Kind, name string) *Call {
	for _, call := range c.calls[subject{kind, name}] {
		if call.Outcome == Acknowledged {
			return call
		}
	}
	return nil
}

// sameAnswers holds that a repeated call is answered as the first one was.
func (c *check) sameAnswers(at subject) {
	first := map[string]string{}
	for _, call := range c.calls[at] {
		if call.Outcome != Acknowledged || call.Kind == Login { // each login opens a session of its own
			continue
		}
		if before, known := first[call.Asked]; known && before != call.Answer {
			c.twicef("%s of %s %s was answered %q and then %q", at.kind, at.name, call.Asked, before, call.Answer)
		}
		first[call.Asked] = call.Answer
	}
}

// actions are the names that the audit log has for calls.
var actions = map[Kind]string{
	Abandon: "session.cancel", Release: "order.confirm", Respond: "order.respond", Cancel: "order.cancel", Export: "order.export",
}

// audited holds that the audit log tells of whatever it must tell.
func (c *check) audited(at subject) {
	if action := actions[at.kind]; action != "" && c.acknowledged(at.kind, at.name) != nil && !c.Audit[action+" "+at.name] {
		c.lostf("the audit log does not tell of %s %s", action, at.name)
	}
}

// refusals holds that nothing was refused which nothing speaks against.
func (c *check) refusals(at subject, excused bool) {
	for _, call := range c.calls[at] {
		if call.Outcome == Refused && !excused && !c.over(call.Answer) {
			c.lostf("%s of %s %s was refused with %s", at.kind, at.name, call.Asked, call.Answer)
		}
	}
}

// over reports whether a refusal is for time that a jump of the clock took.
func (c *check) over(code string) bool {
	return c.Expiring && slices.Contains([]string{"session.expired", "token.spent"}, code)
}

func (c *check) login(at subject) {
	c.refusals(at, false)
	for _, call := range c.calls[at] {
		if call.Outcome == Acknowledged && !c.asked(Exchange, call.Answer) {
			c.lostf("the token %s was given and nobody asked for its session", call.Answer)
		}
	}
}

func (c *check) opened(at subject) {
	c.refusals(at, false)
	call := c.acknowledged(at.kind, at.name)
	if call == nil {
		return
	}
	if c.Sessions[call.Answer] == "" {
		c.lostf("the session %s is not there", call.Answer)
	}
}

// send begins its answer with the order's identifier and number.
func (c *check) send(at subject) {
	c.refusals(at, c.asked(Abandon, at.name))
	call := c.acknowledged(at.kind, at.name)
	if call == nil {
		return
	}
	id, rest, _ := strings.Cut(call.Answer, " ")
	number, _, _ := strings.Cut(rest, " ")
	o := c.byID[id]
	switch {
	case o == nil:
		c.lostf("the order %s of the session %s is not there", id, at.name)
		return
	case o.Number != number:
		c.lostf("the order %s was acknowledged as number %s and has %s", id, number, o.Number)
	}
	if c.Sessions[at.name] != Ended {
		c.lostf("the session %s is %q although its cart was sent", at.name, c.Sessions[at.name])
	}
}

func (c *check) abandon(at subject) {
	c.refusals(at, c.asked(Send, at.name))
	if c.acknowledged(at.kind, at.name) == nil {
		return
	}
	if c.Sessions[at.name] != Ended {
		c.lostf("the session %s is %q although it was abandoned", at.name, c.Sessions[at.name])
	}
	if c.acknowledged(Send, at.name) != nil {
		c.twicef("the session %s was abandoned, and its cart was sent", at.name)
	}
}

func (c *check) read(at subject) {
	call, o := c.acknowledged(at.kind, at.name), c.byID[at.name]
	if call != nil && o != nil && o.Digest != call.Answer {
		c.lostf("the document of the order %s changed", at.name)
	}
}

// still reports whether the order has one of the statuses, or was cancelled by somebody.
func (c *check) still(o *Order, statuses ...string) bool {
	return slices.Contains(statuses, o.Status) || o.Status == "cancelled" && c.asked(Cancel, o.ID)
}

func (c *check) complete(at subject) {
	c.refusals(at, c.asked(Cancel, at.name))
	call := c.acknowledged(at.kind, at.name)
	if call == nil {
		return
	}
	o := c.byID[at.name]
	switch {
	case o == nil:
		c.lostf("the order %s was confirmed and is not there", at.name)
	case call.Answer == Held && !c.still(o, "held", "confirmed", "exported"), call.Answer != Held && !c.still(o, "confirmed", "exported"):
		c.lostf("the order %s was confirmed and is %s", at.name, o.Status)
	case o.PurchaseOrder != call.Asked:
		c.lostf("the order %s was confirmed by %s and has %q", at.name, call.Asked, o.PurchaseOrder)
	case c.confirmed(o.ID) != nil && !c.asked(Cancel, o.ID) && !c.seen(o.ID):
		c.lostf("the order %s was confirmed and the ERP never got it", at.name)
	}
}

// confirmed returns the call by which the order was confirmed for all that its caller knows; nil where none was.
func (c *check) confirmed(id string) *Call {
	if call := c.acknowledged(Complete, id); call != nil && call.Answer != Held {
		return call
	}
	return c.acknowledged(Release, id)
}

func (c *check) release(at subject) {
	c.refusals(at, c.asked(Cancel, at.name))
	o := c.byID[at.name]
	if c.acknowledged(at.kind, at.name) == nil || o == nil {
		return
	}
	if !c.still(o, "confirmed", "exported") {
		c.lostf("the held order %s was confirmed and is %s", at.name, o.Status)
	}
	switch n := o.decisions(); {
	case n == 0:
		c.lostf("the procurement system is not told of the decision about the order %s", at.name)
	case n > 1:
		c.twicef("the procurement system is told of the decision about the order %s by %d documents", at.name, n)
	}
}

// decisions counts the answers that tell of a decision.
func (o *Order) decisions() (n int) {
	for _, a := range o.Answers {
		if a.Decision {
			n++
		}
	}
	return n
}

// seen reports whether the feed ever held the order.
func (c *check) seen(id string) bool {
	return slices.ContainsFunc(c.Passes, func(p Pass) bool { return p.holds(id) })
}

func (p *Pass) holds(id string) bool {
	return slices.ContainsFunc(p.Seen, func(s Sighting) bool { return s.Order == id })
}

func (c *check) respond(at subject) {
	c.refusals(at, false)
	o, asked := c.byID[at.name], map[string]bool{}
	if o == nil {
		c.lostf("the order %s was answered and is not there", at.name)
		return
	}
	for _, call := range c.calls[at] {
		known := asked[call.Asked]
		asked[call.Asked] = true
		if call.Outcome == Acknowledged && !known && !slices.ContainsFunc(o.Answers, func(a Answer) bool { return a.ID == call.Answer }) {
			c.lostf("the answer %s to the order %s is not there", call.Answer, at.name)
		}
	}
	if n := len(o.Answers) - o.decisions(); n > len(asked) {
		c.twicef("the order %s has %d answers of %d responses", at.name, n, len(asked))
	}
}

func (c *check) cancel(at subject) {
	c.refusals(at, false)
	if o := c.byID[at.name]; c.acknowledged(at.kind, at.name) != nil && (o == nil || o.Status != "cancelled") {
		c.lostf("the order %s was cancelled and is %+v", at.name, o)
	}
}

func (c *check) export(at subject) {
	c.refusals(at, c.asked(Cancel, at.name))
	call := c.acknowledged(at.kind, at.name)
	if call == nil {
		return
	}
	o := c.byID[at.name]
	switch {
	case o == nil || !c.still(o, "exported"):
		c.lostf("the order %s was exported and is %+v", at.name, o)
	case o.Reference != call.Asked:
		c.lostf("the order %s was exported as %s and has %q", at.name, call.Asked, o.Reference)
	}
}

// unasked holds that nothing is stored which nobody asked for, or more often than it was asked for.
func (c *check) unasked() {
	ids, numbers, visits := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range c.Orders {
		o := &c.Orders[i]
		if ids[o.ID] {
			c.twicef("the order %s is there twice", o.ID)
		}
		if numbers[o.Number] {
			c.twicef("two orders have the number %s", o.Number)
		}
		if visits[o.Visit] {
			c.twicef("the visit %s has two orders", o.Visit)
		}
		ids[o.ID], numbers[o.Number], visits[o.Visit] = true, true, true
		if o.Status == "exported" && !c.asked(Export, o.ID) {
			c.twicef("the order %s is exported and nobody took it", o.ID)
		}
		if !o.ConfirmedAt.IsZero() && !c.asked(Complete, o.ID) {
			c.twicef("the order %s is confirmed and nobody asked for it", o.ID)
		}
		if call := c.acknowledged(Complete, o.ID); !o.ConfirmedAt.IsZero() && call != nil && call.Answer == Held && !c.asked(Release, o.ID) {
			c.twicef("the held order %s is confirmed and no operator wanted it", o.ID)
		}
		if n := c.Receipts[o.ID]; n > 1 {
			c.twicef("%d purchase orders were applied to the order %s", n, o.ID)
		}
		for _, p := range c.Passes {
			for _, s := range p.Seen {
				if s.Order == o.ID && !s.ConfirmedAt.Equal(o.ConfirmedAt) {
					c.twicef("the order %s was confirmed at %s and at %s", o.ID, s.ConfirmedAt, o.ConfirmedAt)
				}
			}
		}
	}
}

// feed holds that one pass sees every order once that was confirmed before it began, and none that the ERP took before.
func (c *check) feed() {
	for i := range c.Passes {
		p := &c.Passes[i]
		seen := map[string]bool{}
		for _, s := range p.Seen {
			if seen[s.Order] {
				c.twicef("one pass of the feed held the order %s twice", s.Order)
			}
			seen[s.Order] = true
			for _, out := range []Kind{Export, Cancel} {
				if call := c.acknowledged(out, s.Order); call != nil && call.Ended.Before(p.Begun) {
					c.twicef("the order %s came back after its %s", s.Order, out)
				}
			}
		}
		for _, at := range c.subjects {
			if at.kind != Complete || seen[at.name] || c.leftBefore(at.name, p.Ended) {
				continue
			}
			if call := c.confirmed(at.name); call != nil && call.Ended.Before(p.Begun) {
				c.lostf("the order %s was confirmed, and a pass that began later did not hold it", at.name)
			}
		}
	}
}

// leftBefore reports whether the order may have left the feed before the time.
func (c *check) leftBefore(id string, at time.Time) bool {
	for _, out := range []Kind{Export, Cancel} {
		for _, call := range c.calls[subject{out, id}] {
			if call.Begun.Before(at) {
				return true
			}
		}
	}
	return false
}

// deliveries holds that every document that must arrive did, those of one order in their order, and none again without a fault
// in between.
func (c *check) deliveries() {
	taken, known := map[string][]time.Time{}, map[string]bool{}
	for _, d := range c.Deliveries {
		if d.Taken {
			taken[d.Document] = append(taken[d.Document], d.At)
		}
	}
	for _, times := range taken {
		slices.SortFunc(times, time.Time.Compare)
	}
	for _, o := range c.byID {
		if o.Pushed != "" {
			known[o.Pushed] = true
			c.arrived("the cart of the order "+o.ID, o.Pushed, taken, o.Arrived || o.Status == "prepared")
		}
		var before time.Time
		for _, a := range o.Answers {
			known[a.Document] = true
			c.arrived("the answer "+a.ID, a.Document, taken, true)
			if got := taken[a.Document]; len(got) > 0 {
				if got[0].Before(before) {
					c.lostf("the answer %s arrived before the one before it", a.ID)
				}
				before = got[0]
			}
		}
	}
	for _, d := range c.Deliveries {
		if !known[d.Document] {
			known[d.Document] = true
			c.twicef("a document arrived that nobody sent: %s", d.Document)
		}
	}
}

// arrived holds that a document arrived, where it must, and that no attempt followed one that succeeded.
func (c *check) arrived(what, document string, taken map[string][]time.Time, must bool) {
	got := taken[document]
	if must && len(got) == 0 {
		c.lostf("%s never arrived", what)
	}
	for i := 1; i < len(got); i++ {
		if !c.fault(got[i-1], got[i]) {
			c.twicef("%s arrived twice, and nothing broke in between", what)
		}
	}
}

// fault reports whether something was broken between two times.
func (c *check) fault(from, until time.Time) bool {
	return slices.ContainsFunc(c.Faults, func(f Fault) bool { return !f.From.After(until) && !f.Until.Before(from) })
}

// events holds that the shop was told of everything that happened, once, in order, and each time in the same words.
func (c *check) events() {
	type numbered struct {
		of       string
		sequence int
	}
	bodies, taken, last := map[string]string{}, map[string]time.Time{}, map[string]int{}
	told, numbers := map[string]map[string]bool{}, map[numbered]bool{}
	for _, e := range c.Events {
		if body, known := bodies[e.ID]; known && body != e.Body {
			c.twicef("the event %s came with two texts", e.ID)
		}
		bodies[e.ID] = e.Body
		if !e.Taken {
			continue
		}
		if before, again := taken[e.ID]; again && !c.fault(before, e.At) {
			c.twicef("the event %s came again, and nothing broke in between", e.ID)
		}
		taken[e.ID] = e.At
		if told[e.Of+" "+e.Type] == nil {
			told[e.Of+" "+e.Type] = map[string]bool{}
		}
		told[e.Of+" "+e.Type][e.ID] = true
		if at := (numbered{e.Of, e.Sequence}); !numbers[at] {
			numbers[at] = true
			if e.Sequence != last[e.Of]+1 {
				c.lostf("the event %d of %s came after the event %d", e.Sequence, e.Of, last[e.Of])
			}
			last[e.Of] = max(last[e.Of], e.Sequence)
		}
	}
	if !c.Webhook {
		return
	}
	happened := func(of, what string) {
		switch n := len(told[of+" "+what]); {
		case n == 0:
			c.lostf("the shop was not told of %s: %s", of, what)
		case n > 1:
			c.twicef("the shop was told of %s by %d events: %s", of, n, what)
		}
	}
	for session := range c.Sessions {
		happened(session, "session.opened")
		if c.acknowledged(Send, session) != nil {
			happened(session, "session.returned")
		}
	}
	for i := range c.Orders {
		if call := c.acknowledged(Complete, c.Orders[i].ID); call != nil && call.Answer == Held {
			happened(c.Orders[i].ID, "order.held")
		}
		if o := &c.Orders[i]; !o.ConfirmedAt.IsZero() {
			happened(o.ID, "order.confirmed")
			if o.Status == "cancelled" {
				happened(o.ID, "order.cancelled")
			}
		}
	}
}
