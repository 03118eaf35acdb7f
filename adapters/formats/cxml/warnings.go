package cxml

import (
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/transfer"
)

const noPlace = "cXML carts have no place for "

// warnings collects what a cart loses. Ten thousand lines may lose the same, so paths are kept in one text until the end,
// and the message for the same loss is made once.
type warnings struct {
	list  []transfer.Warning
	paths []byte
	ends  []int // for each of the list, where its path ends
	lost  map[loss]string
}

// add keeps a warning with its path.
func (w *warnings) add(warning transfer.Warning) {
	w.paths = append(w.paths, warning.Path...)
	w.keep(warning)
}

// line keeps a warning of a line, or with a member of that member.
func (w *warnings) line(i int, member string, warning transfer.Warning) {
	w.paths = append(w.paths, "/lines/"...)
	w.paths = strconv.AppendInt(w.paths, int64(i), 10)
	w.paths = append(w.paths, member...)
	w.keep(warning)
}

func (w *warnings) keep(warning transfer.Warning) {
	w.list, w.ends = append(w.list, warning), append(w.ends, len(w.paths))
}

// all returns the warnings in the order in which they came.
func (w *warnings) all() []transfer.Warning {
	paths, start := string(w.paths), 0
	for i, end := range w.ends {
		w.list[i].Path = paths[start:end]
		start = end
	}
	return w.list
}

// loss has a bit for each member of losses.
type loss uint32

// losses are the members of a line for which there is no place.
var losses = [...]struct {
	name    string
	present func(l *cart.Line) bool
}{
	{"standard_id", func(l *cart.Line) bool {
		return l.StandardID.ID != "" && l.StandardID.ID != l.GTIN && (l.SKU != "" || l.GTIN != "")
	}},
	{"buyer_sku", func(l *cart.Line) bool { return l.BuyerSKU != "" }},
	{"price_type", func(l *cart.Line) bool { return l.PriceType != "" }},
	{"contract_id", func(l *cart.Line) bool { return l.ContractID != "" }},
	{"available_from", func(l *cart.Line) bool { return !l.AvailableFrom.IsZero() }},
	{"available_until", func(l *cart.Line) bool { return !l.AvailableUntil.IsZero() }},
	{"origin_country", func(l *cart.Line) bool { return l.OriginCountry != "" }},
	{"service", func(l *cart.Line) bool { return l.Service }},
	{"contracted", func(l *cart.Line) bool { return l.Contracted }},
	{"properties", func(l *cart.Line) bool { return len(l.Properties) > 0 }},
	{"labels", func(l *cart.Line) bool { return len(l.Labels) > 0 }},
	{"attachments", func(l *cart.Line) bool { return len(l.Attachments) > 0 }},
	{"part_of", func(l *cart.Line) bool { return l.PartOf != "" }},
}

// leftOut warns of what a line loses.
func (w *warnings) leftOut(i int, l *cart.Line) {
	var lost loss
	for bit := range losses {
		if losses[bit].present(l) {
			lost |= 1 << bit
		}
	}
	if lost == 0 {
		return
	}
	message, known := w.lost[lost]
	if !known {
		message = noPlace + lost.String()
		if w.lost == nil {
			w.lost = map[loss]string{}
		}
		w.lost[lost] = message
	}
	w.line(i, "", transfer.Warning{Code: "left_out", Message: message})
}

// String lists the members.
func (l loss) String() string {
	var names []string
	for bit := range losses {
		if l&(1<<bit) != 0 {
			names = append(names, losses[bit].name)
		}
	}
	return strings.Join(names, ", ")
}
