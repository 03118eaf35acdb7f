// Package mapping adapts neutral carts to a customer's data format by data: the mapping of a connection, a JSON object
// (RFC 8259) that docs/mapping.md describes. Its rules take values from the cart, the customer and the visit, transform
// them and put them into members of the neutral cart, fields of the format or hidden fields of the form. Expressions are
// those of github.com/expr-lang/expr, less everything that loops, grows, or knows the world outside its operands, and with
// exact decimals in the place of floats.
//
// What a mapping may not change is what is paid and by what orders find their cart: identifiers, quantities, prices (which
// it may round to the currency's minor unit), taxes, the currency. It cannot add, drop or reorder lines, has no regular
// expressions, and converts no quantities from one unit to another: it only names the same unit by another code.
package mapping

import (
	"encoding/json"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// Module provides the mapper.
var Module = fx.Module("mapping", fx.Provide(fx.Annotate(New, fx.As(new(port.Mapper)))))

var _ port.Mapper = (*Mapper)(nil)

// Refusals of mappings.
var (
	// ErrInvalid refuses a mapping; its details name every place that is wrong by its JSON Pointer under /mapping, and in the
	// message by line and column of the mapping's text.
	ErrInvalid = fault.New(fault.Invalid, "mapping.invalid", "the mapping has members that are wrong")
	// ErrValue refuses a cart from which the mapping cannot make one to send; its details name the members of the cart.
	ErrValue = fault.New(fault.Invalid, "mapping.value", "the connection's mapping cannot make the cart to send")
	// ErrWork refuses a cart for which the mapping would have to do more than the gateway does for one cart.
	ErrWork = fault.New(fault.Invalid, "mapping.work", "the connection's mapping asks for too much work on this cart")
	// ErrOutput refuses a cart into which the mapping would put more than the gateway sends.
	ErrOutput = fault.Newf(fault.Invalid, "mapping.output", "the connection's mapping puts more than %d MiB into this cart", maxOutput>>20)
)

const (
	maxText  = 256 << 10 // bytes of a mapping: room for a table of ten thousand UNSPSC codes
	maxKept  = 64        // compiled mappings
	maxFound = 100       // details of a refusal
)

// Mapper is the port.Mapper of this build. It is safe for concurrent use.
type Mapper struct{ compiled *lru.Cache[kept, *program] }

// kept names a compiled mapping: the same text is another program for another format.
type kept struct{ format, text string }

// New makes a mapper that keeps the mappings it compiled last.
func New() *Mapper {
	compiled, err := lru.New[kept, *program](maxKept)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Mapper{compiled}
}

// Check refuses a mapping that cannot work with the format and its options as ErrInvalid. It tries more than Apply does, which
// leaves it to each cart whether it can be sent.
func (m *Mapper) Check(mapping json.RawMessage, f port.CartEncoder, options json.RawMessage) error {
	if none(mapping) {
		return nil
	}
	_, err := compile(mapping, f, &trial{options})
	return err
}

// Apply returns what the mapping makes of the cart. The values that it cannot make are refused as ErrValue, too much work
// as ErrWork, too much text as ErrOutput, and a mapping that Check refuses as ErrInvalid.
func (m *Mapper) Apply(mapping json.RawMessage, f port.CartEncoder, v port.MappingInput) (port.Mapped, error) {
	p, err := m.program(mapping, f)
	if err != nil {
		return port.Mapped{}, err
	}
	if p == nil {
		return port.Mapped{Cart: v.Cart}, nil
	}
	return p.apply(v)
}

// none reports whether there is no mapping.
func none(mapping json.RawMessage) bool {
	text := strings.TrimSpace(string(mapping))
	return text == "" || text == "null" || text == "{}"
}

// program returns the compiled mapping, or nil where there is none.
func (m *Mapper) program(mapping json.RawMessage, f port.CartEncoder) (*program, error) {
	if none(mapping) {
		return nil, nil //nolint:nilnil // no mapping is no error
	}
	key := kept{f.Name(), string(mapping)}
	if p, ok := m.compiled.Get(key); ok {
		return p, nil
	}
	p, err := compile(mapping, f, nil)
	if err == nil {
		m.compiled.Add(key, p)
	}
	return p, err
}
