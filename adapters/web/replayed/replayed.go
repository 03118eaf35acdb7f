// Package replayed compares, for people, the documents that a replay of sent carts made: what of each would be another one with a
// draft. It keeps what differs and lets the documents go, one cart after the other, and ends in time: carts of 10,000 lines exist.
package replayed

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"time"

	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/application/preview"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Result is what a draft makes of a cart.
type Result string

// The results.
const (
	Unchanged    Result = "unchanged"
	Changed      Result = "changed"
	Refused      Result = "refused"       // by the draft alone
	Accepted     Result = "accepted"      // by the draft alone
	StillRefused Result = "still_refused" // by both
)

// Cart is a cart that was replayed.
type Cart struct {
	Order        *order.Order
	Result       Result
	Difference   readable.Difference // of the readable documents
	Now, Draft   *fault.Fault        // the refusals; nil where there is none
	Gained, Lost []transfer.Warning  // at most maxWarnings of each
	WithoutVisit bool                // the values that its start call brought are gone
}

// Replay is what a draft makes of the last carts, the newest first.
type Replay struct {
	Carts []Cart
	// Cut is set where the time was over before all carts were replayed.
	Cut bool
}

// Bounds of a replay.
const (
	patience    = 40 * time.Second // less than a request may take
	maxWarnings = 50               // of a cart
	atOnce      = 2                // replays of this process; large documents take many times their size in memory
)

var places = make(chan struct{}, atOnce)

// Compare compares what a replay yields, until its time is over.
func Compare(ctx context.Context, carts iter.Seq2[preview.Replayed, error]) (Replay, error) {
	select {
	case places <- struct{}{}:
		defer func() { <-places }()
	case <-ctx.Done():
		return Replay{}, ctx.Err()
	}
	var r Replay
	until := time.Now().Add(patience)
	for each, err := range carts {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return r, err
		}
		if time.Now().After(until) {
			r.Cut = true
			break
		}
		r.Carts = append(r.Carts, compare(each))
	}
	return r, nil
}

func compare(p preview.Replayed) Cart {
	c := Cart{
		Order: p.Order, Now: p.Now.Refusal, Draft: p.Draft.Refusal, WithoutVisit: p.WithoutVisit,
		Gained: p.Gained[:min(len(p.Gained), maxWarnings)], Lost: p.Lost[:min(len(p.Lost), maxWarnings)],
	}
	switch {
	case c.Now != nil && c.Draft != nil:
		c.Result = StillRefused
	case c.Draft != nil:
		c.Result = Refused
	case c.Now != nil:
		c.Result = Accepted
	case equal(p.Now.Document, p.Draft.Document):
		c.Result = Unchanged
	default:
		c.Result = Changed
		c.Difference = readable.Compare(readable.Whole(p.Now.Document), readable.Whole(p.Draft.Document))
	}
	return c
}

// equal compares what is sent.
func equal(a, b *transfer.Document) bool {
	return bytes.Equal(a.Body, b.Body) && a.Form.Action == b.Form.Action && a.Form.Method == b.Form.Method &&
		a.Form.AcceptCharset == b.Form.AcceptCharset && a.Form.Target == b.Form.Target && slices.Equal(a.Form.Fields, b.Form.Fields)
}
