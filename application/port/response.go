package port

import (
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/domain/fault"
)

const maxDetails = 100 // of a refusal

// Check returns what contradicts itself or the order in an answer, whatever the format; each format adds what it cannot
// carry.
func (r *OrderResponse) Check() []fault.Detail {
	c := responseCheck{OrderResponse: r}
	switch r.Status {
	case ResponseAcknowledged, ResponseAccepted, ResponseChanged:
	case ResponseRejected:
		if !r.PromisedFrom.IsZero() || !r.PromisedTo.IsZero() {
			c.refuse("/promised_from", "contradicts", "is promised of a rejected order")
		}
	default:
		c.refuse("/status", "unknown_value", "must be one of acknowledged, accepted, accepted_with_change, rejected")
	}
	if strings.TrimSpace(r.Number) == "" {
		c.refuse("/number", "missing", "is required")
	}
	if !r.PromisedFrom.IsZero() && r.PromisedTo.Before(r.PromisedFrom) && !r.PromisedTo.IsZero() {
		c.refuse("/promised_to", "before_start", "must not be before promised_from")
	}
	c.lines(c.order())
	return c.details
}

type responseCheck struct {
	*OrderResponse
	details []fault.Detail
}

func (c *responseCheck) refuse(path, code, message string) {
	if len(c.details) < maxDetails {
		c.details = append(c.details, fault.Detail{Path: path, Code: code, Message: message})
	}
}

// lineNumber is what lines are told apart by.
func lineNumber(s string) string { return strings.TrimSpace(s) }

// Said returns for each line of the order where in Lines the answer speaks of it, or -1 where it does not.
func (r *OrderResponse) Said() []int {
	places := make(map[string]int, len(r.Lines))
	for i := range r.Lines {
		places[lineNumber(r.Lines[i].LineNumber)] = i
	}
	said := make([]int, len(r.Order.Lines))
	for i := range said {
		place, found := places[lineNumber(r.Order.Lines[i].LineNumber)]
		if !found {
			place = -1
		}
		said[i] = place
	}
	return said
}

// order returns the lines of the order by their numbers.
func (c *responseCheck) order() map[string]*PurchaseOrderLine {
	ordered := make(map[string]*PurchaseOrderLine, len(c.Order.Lines))
	for i := range c.Order.Lines {
		l := &c.Order.Lines[i]
		number := lineNumber(l.LineNumber)
		switch {
		case number == "":
			c.refuse("/order/lines/"+strconv.Itoa(i)+"/line_number", "missing", "is required")
		case ordered[number] != nil:
			c.refuse("/order/lines/"+strconv.Itoa(i)+"/line_number", "repeated", "stands in another line, too")
		}
		ordered[number] = l
	}
	return ordered
}

func (c *responseCheck) lines(ordered map[string]*PurchaseOrderLine) {
	said := map[string]bool{}
	changes, rejected := 0, 0
	for i := range c.Lines {
		l := &c.Lines[i]
		path, number := "/lines/"+strconv.Itoa(i), lineNumber(l.LineNumber)
		if said[number] {
			c.refuse(path+"/line_number", "repeated", "stands in another line, too")
		}
		said[number] = true
		if ordered[number] == nil {
			c.refuse(path+"/line_number", "unknown_line", "is no line of the order")
			continue
		}
		c.line(path, l, ordered[number])
		if l.Status == LineRejected {
			rejected++
		}
		if l.Status != LineAccepted || l.Adds() {
			changes++
		}
	}
	if c.Status != ResponseChanged {
		return
	}
	if changes == 0 {
		c.refuse("/lines", "no_change", "must say what is changed")
	}
	if rejected > 0 && rejected == len(c.Order.Lines) {
		c.refuse("/status", "contradicts", "must be rejected where every line is")
	}
}

// Adds reports whether the line says more than its status and quantity.
func (l *OrderResponseLine) Adds() bool {
	return !l.PromisedFrom.IsZero() || !l.PromisedTo.IsZero() || strings.TrimSpace(l.Note) != ""
}

func (c *responseCheck) line(path string, l *OrderResponseLine, ordered *PurchaseOrderLine) {
	asOrdered := l.Quantity.IsZero() || l.Quantity.Cmp(ordered.Quantity) == 0
	switch l.Status {
	case LineAccepted:
		if !asOrdered {
			c.refuse(path+"/quantity", "contradicts", "is not what was ordered, so the line is changed")
		}
	case LineChanged:
		if !l.Quantity.IsZero() && l.Quantity.Sign() <= 0 {
			c.refuse(path+"/quantity", "not_positive", "must be above zero; a line that is not delivered is rejected")
		}
		if asOrdered && !l.Adds() {
			c.refuse(path, "no_change", "must say what is changed")
		}
	case LineRejected:
		if !l.Quantity.IsZero() || !l.PromisedFrom.IsZero() || !l.PromisedTo.IsZero() {
			c.refuse(path, "contradicts", "promises something of a rejected line")
		}
	default:
		c.refuse(path+"/status", "unknown_value", "must be one of accepted, changed, rejected")
	}
	if !l.PromisedFrom.IsZero() && !l.PromisedTo.IsZero() && l.PromisedTo.Before(l.PromisedFrom) {
		c.refuse(path+"/promised_to", "before_start", "must not be before promised_from")
	}
	switch c.Status {
	case ResponseAcknowledged:
		c.refuse(path, "contradicts", "is decided, but the order is not")
	case ResponseAccepted, ResponseRejected:
		if l.Status != c.Status { // both have the same words
			c.refuse(path+"/status", "contradicts", "must be "+c.Status+", as the order is")
		}
	}
}
