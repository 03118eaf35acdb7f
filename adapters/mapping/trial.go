package mapping

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

// trial is what Check does beyond compiling: it finds on saving a mapping what else the first cart would show.
type trial struct{ options json.RawMessage }

// checkForm refuses the name of a hidden field that the form cannot have.
func (c *compilation) checkForm(name string) error {
	if fields, ok := c.format.(port.FieldMapper); ok && c.trial != nil {
		return fields.CheckFormField(name, c.options)
	}
	return nil
}

// static reports the static values of a rule and its fallbacks that no cart could be sent with; alone makes a program whose
// only rule is the given one.
func (c *compilation) static(m member, r *rule, alone func(*rule) *program) {
	if r == nil {
		return
	}
	if r.static {
		only := *r
		only.when, only.fallback = nil, nil
		only.line = 0 // the report has it
		p := alone(&only)
		_, err := p.apply(port.MappingInput{Cart: specimen()})
		for _, d := range p.refused(err) {
			c.reportf(m.at, m.path, d.Code, "%s", d.Message)
		}
	}
	for _, next := range r.fallback {
		c.static(m, next, alone)
	}
}

// refused returns what is wrong with the value of the program's only rule. What other members lack beside it, a cart may have.
func (p *program) refused(err error) []fault.Detail {
	if err == nil {
		return nil
	}
	var target string
	if len(p.lines) > 0 {
		target = "/lines/0" + p.lines[0].pointer
	} else {
		target = p.cart[0].pointer
	}
	return slices.DeleteFunc(slices.Clone(fault.From(err).Details), func(d fault.Detail) bool {
		return d.Path != target && !strings.HasPrefix(d.Path, target+"/")
	})
}

// specimen returns a cart that passes its check whichever of its members becomes another good value, or none.
func specimen() *cart.Cart {
	return &cart.Cart{
		ID: "1", Currency: "SEK",
		Lines: []cart.Line{{
			ID: "1", Key: "1", SKU: "1", GTIN: "07310865004703", StandardID: cart.Identifier{Scheme: "0160", ID: "07310865004703"},
			Name: "1", Quantity: one, Unit: "C62", UnitPrice: one, Tax: cart.Tax{Category: "E"},
		}},
	}
}
