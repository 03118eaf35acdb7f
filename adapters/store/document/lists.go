package document

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
)

// Tallied is what a tally counts together, as documents hold it.
type Tallied struct {
	Hour       string // the first HourLength bytes of a Stamp
	Connection connection.ID
	Status     string
	Test       bool
}

// hourLayout is a Stamp down to the hour.
const hourLayout = "2006-01-02T15"

// HourLength is how much of a Stamp the hour takes.
const HourLength = len(hourLayout)

// Tallies returns what was counted.
func Tallies[S fmt.Stringer](counts map[Tallied]int, parse func(name string) (S, error)) ([]port.Tally[S], error) {
	all := make([]port.Tally[S], 0, len(counts))
	for t, n := range counts {
		hour, err := time.Parse(hourLayout, t.Hour)
		if err != nil {
			return nil, Unreadable(err)
		}
		status, err := parse(t.Status)
		if err != nil {
			return nil, Unreadable(err)
		}
		all = append(all, port.Tally[S]{Connection: t.Connection, Hour: hour, Status: status, Test: t.Test, Count: n})
	}
	return all, nil
}

// References returns the members of an order that may have the text, each with its value.
func References(text string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if number, ok := order.ParseNumber(text); ok && !yield("number", number) {
			return
		}
		for _, member := range []string{"cart_id", "purchase_order", "erp_reference"} {
			if !yield(member, text) {
				return
			}
		}
	}
}

// Newest returns at most limit of the orders, each once, the newest first.
func Newest(orders []*order.Order, limit int) []*order.Order {
	slices.SortFunc(orders, func(a, b *order.Order) int {
		return cmp.Or(b.Snapshot().CreatedAt.Compare(a.Snapshot().CreatedAt), cmp.Compare(b.ID(), a.ID()))
	})
	orders = slices.CompactFunc(orders, func(a, b *order.Order) bool { return a.ID() == b.ID() })
	return orders[:min(limit, len(orders))]
}
