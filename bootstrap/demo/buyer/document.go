package buyer

import (
	"github.com/punchgate/punchgate/adapters/virtualbuyer"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/purchase"
)

// virtual writes what the portal sends, and reads what it gets.
var virtual = virtualbuyer.New()

// document is what the pages show of a cart.
type document struct{ port.ReceivedCart }

// line is one line of a cart on a page.
type line struct {
	purchase.Line

	UNSPSC string
	Sum    money.Decimal
}

// PerMany reports whether the price is for another number of units than one.
func (l line) PerMany() bool { return virtualbuyer.PerMany(l.PriceBasisQuantity) }

// Lines returns the lines as the pages show them.
func (d document) Lines() []line {
	lines := make([]line, len(d.Order.Lines))
	for i := range lines {
		lines[i] = line{d.Order.Lines[i], d.UNSPSC[i], d.Sum(i)}
	}
	return lines
}
