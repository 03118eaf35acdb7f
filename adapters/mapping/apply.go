package mapping

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Limits of what one cart can cost.
const (
	maxWork     = 1 << 27 // bytes that rules and expressions handle, with perValue for each: a few seconds at worst
	perValue    = 8
	maxOutput   = 16 << 20 // bytes that rules put into a cart; documents take several times as many
	maxWarnings = 500
	maxShown    = 60 // characters of a value in a message
)

// refusal says why a value cannot be made.
type refusal struct{ code, message string }

func (r refusal) Error() string { return r.message }

func refuse(code, format string, args ...any) error {
	return refusal{code, fmt.Sprintf(format, args...)}
}

// quote shows a value of whatever length.
func quote(text string) string { return strconv.Quote(short(text)) }

func short(text string) string {
	if first := firstCharacters(text, maxShown); first != text {
		return first + "…"
	}
	return text
}

// run is one mapping applied to one cart.
type run struct {
	in       port.MappingInput
	line     *cart.Line // as given; nil for the rules of the cart
	at       string     // the JSON Pointer of the line, empty for the cart
	target   string     // the JSON Pointer of what is set
	field    string     // the format's field that is set, where it is no member
	work     int
	output   int
	operands map[string]any // of an expression
	// later puts codes of the buyer's into the cart, once the cart without them is checked.
	later    []func()
	warnings []transfer.Warning
	details  []fault.Detail
}

// spend counts work, and refuses more than a cart may cost.
func (r *run) spend(bytes int) error {
	if r.work += bytes; r.work > maxWork {
		return ErrWork
	}
	return nil
}

// put counts what rules put into targets, and refuses more than a cart may hold.
func (r *run) put(bytes int) error {
	if r.output += bytes; r.output > maxOutput {
		return ErrOutput
	}
	return nil
}

func (r *run) warn(w transfer.Warning) {
	if len(r.warnings) >= maxWarnings {
		return
	}
	w.Path, w.Before, w.After = r.target, short(w.Before), short(w.After)
	if r.field != "" {
		w.Message += ", for the field " + r.field
	}
	r.warnings = append(r.warnings, w)
}

// refuse notes that a target's value cannot be made; the error is for work that is over.
func (r *run) refuse(err error, line int) error {
	why, ok := errors.AsType[refusal](err)
	if !ok {
		return err
	}
	if r.field != "" {
		why.message = r.field + ": " + why.message
	}
	if line > 0 {
		why.message = fmt.Sprintf("%s (line %d of the mapping)", why.message, line)
	}
	if len(r.details) < maxFound {
		r.details = append(r.details, fault.Detail{Path: r.target, Code: why.code, Message: why.message})
	}
	return nil
}

// value returns what the rule gives, and whether it gives anything.
func (x *rule) value(r *run) (text string, given bool, err error) {
	applies := true
	if x.when != nil {
		if applies, err = x.when.truth(r); err != nil {
			return "", false, err
		}
	}
	if applies {
		if text, err = x.source(r); err != nil {
			return "", false, err
		}
		if err := r.spend(perValue + len(text)); err != nil {
			return "", false, err
		}
		for _, transform := range x.then {
			if text, err = transform(r, text); err != nil {
				return "", false, err
			}
			if err := r.spend(perValue + len(text)); err != nil {
				return "", false, err
			}
		}
		if text != "" || x.static {
			return text, true, nil
		}
	}
	for _, next := range x.fallback {
		if text, given, err = next.value(r); given || err != nil {
			return text, given, err
		}
	}
	return "", false, nil
}

// apply makes the cart to send.
func (p *program) apply(v port.MappingInput) (port.Mapped, error) {
	r := &run{in: v, operands: map[string]any{}}
	made := port.Mapped{Cart: clone(v.Cart)}
	fields, err := assign(r, p.cart, made.Cart)
	if err != nil {
		return port.Mapped{}, err
	}
	made.FormFields = fields
	for i := range made.Cart.Lines {
		r.line, r.at = &v.Cart.Lines[i], "/lines/"+strconv.Itoa(i)
		fields, err := assign(r, p.lines, &made.Cart.Lines[i])
		if err != nil {
			return port.Mapped{}, err
		}
		if fields != nil && made.LineFields == nil {
			made.LineFields = make([]map[string]string, len(made.Cart.Lines))
		}
		if fields != nil {
			made.LineFields[i] = fields
		}
	}
	if len(r.details) == 0 {
		follow(v.Cart, made.Cart)
		if err := made.Cart.Check(); errors.Is(err, cart.ErrInvalid) {
			r.details = fault.From(err).Details
		} else if err != nil {
			return port.Mapped{}, err
		}
	}
	if len(r.details) > 0 {
		return port.Mapped{}, ErrValue.With(r.details...)
	}
	for _, put := range r.later {
		put()
	}
	made.Warnings = r.warnings
	return made, nil
}

// assign evaluates the rules of a cart or a line and puts the values where they belong; it returns those of fields. A value
// that cannot be made is noted, and the rest goes on.
func assign[T any](r *run, all []assignment[T], onto *T) (fields map[string]string, err error) {
	for i := range all {
		a := &all[i]
		r.target, r.field = r.at+a.pointer, a.field
		text, given, err := a.rule.value(r)
		if given && err == nil {
			err = r.put(len(a.name) + len(a.field) + len(text))
		}
		switch {
		case err != nil || !given:
		case a.field != "":
			if fields == nil {
				fields = map[string]string{}
			}
			fields[a.field] = text
			err = fits(text, cart.MaxName)
		case a.coded:
			r.later = append(r.later, func() { _ = a.set(onto, a.name, text) }) // a text is set without an error
			if err = fits(text, cart.MaxIdentifier); text == "" {
				err = refuse("missing", "is required")
			}
		case a.rounded:
			if err = r.checkPrice(text); err == nil {
				err = a.set(onto, a.name, text)
			}
		default:
			err = a.set(onto, a.name, text)
		}
		if err == nil {
			continue
		}
		if err := r.refuse(err, a.rule.line); err != nil {
			return nil, err
		}
	}
	return fields, nil
}

// fits refuses a text that no document can carry.
func fits(text string, limit int) error {
	for _, d := range cart.CheckText("", text, limit) {
		return refuse(d.Code, "%s", d.Message)
	}
	return nil
}

var one, two, ten = money.FromInt(1), money.FromInt(2), money.FromInt(10)

// checkPrice refuses a rounding that moves the line's price by more than half of the currency's minor unit, or to nought.
func (r *run) checkPrice(text string) error {
	rounded, err := decimal(text)
	if err != nil {
		return err
	}
	exact := r.line.UnitPrice
	minorUnit, _ := codelist.Currency(r.in.Cart.Currency)
	moved := exact.Add(rounded.Mul(minusOne)).Mul(two)
	for range minorUnit {
		moved = moved.Mul(ten)
	}
	if moved.Cmp(one) > 0 || moved.Cmp(minusOne) < 0 || exact.Sign() != 0 && rounded.Sign() == 0 {
		return refuse("price_changed", "the price %s cannot become %s: a mapping rounds to the minor unit of %s, and not to nought",
			exact, rounded, r.in.Cart.Currency)
	}
	return nil
}

// clone copies what an assignment can change; what is behind pointers that none follows is shared.
func clone(c *cart.Cart) *cart.Cart {
	own := *c
	own.Lines = slices.Clone(c.Lines)
	for i := range own.Lines {
		l := &own.Lines[i]
		l.Extrinsics, l.Classifications, l.Properties = maps.Clone(l.Extrinsics), slices.Clone(l.Classifications), slices.Clone(l.Properties)
	}
	return &own
}

// follow keeps the parts of configured products with them where article numbers changed.
func follow(given, made *cart.Cart) {
	renamed := map[string]string{}
	for i := range given.Lines {
		if was, is := given.Lines[i].SKU, made.Lines[i].SKU; was != is && given.Lines[i].PartOf == "" {
			renamed[was] = is
		}
	}
	for i := range made.Lines {
		if is, ok := renamed[made.Lines[i].PartOf]; ok && made.Lines[i].PartOf != "" {
			made.Lines[i].PartOf = is
		}
	}
}
