package mapping

import (
	"strings"
	"unicode/utf8"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/transfer"
)

// options are the transforms with the members that may stand beside their names.
var options = map[string][]string{
	"map": {"missing"}, "unspsc": {"missing"}, "default": nil, "cut": {"count"}, "round": nil, "case": nil,
}

// transforms are the names of the transforms as they are listed.
const transforms = "map, unspsc, default, cut, round and case"

// step reads a transform: an object with its name and what belongs to it.
func (c *compilation) step(v *value) (name string, s step) {
	for _, m := range v.members {
		if _, ok := options[m.name]; ok {
			name = m.name
			break
		}
	}
	if name == "" {
		c.wrongf(v, "unknown_transform", `must be an object with one transform, such as {"cut": 40}; there are %s`, transforms)
		return "", nil
	}
	return name, c.named(name, v)
}

func (c *compilation) named(name string, v *value) step {
	found := c.object(v, append([]string{name}, options[name]...)...)
	of := found[name]
	switch name {
	case "map":
		return look(c.table(of), of.text, c.choice(found["missing"], missingRefuse, missingKeep, missingEmpty), exactly)
	case "unspsc":
		return look(c.table(of), of.text, c.choice(found["missing"], missingRefuse, missingKeep, missingEmpty), family)
	case "default":
		standard := c.string(of, maxLiteral)
		return func(_ *run, text string) (string, error) {
			if text == "" {
				return standard, nil
			}
			return text, nil
		}
	case "cut":
		if c.choice(found["count"], "characters", "bytes") == "bytes" {
			return cut(c.whole(of, 1, cart.MaxDescription), firstBytes)
		}
		return cut(c.whole(of, 1, cart.MaxDescription), firstCharacters)
	case "round":
		return round(c.whole(of, 0, maxDigits))
	}
	change := strings.ToLower
	if c.choice(of, "upper", "lower") == "upper" {
		change = strings.ToUpper
	}
	return func(_ *run, text string) (string, error) { return change(text), nil }
}

// What becomes of a value that its table lacks.
const (
	missingRefuse = "refuse"
	missingKeep   = "keep"
	missingEmpty  = "empty"
)

// look replaces a value by its entry in a table.
func look(table map[string]string, name, missing string, keys func(string) []string) step {
	return func(r *run, text string) (string, error) {
		if text == "" {
			return "", nil
		}
		for _, key := range keys(text) {
			if entry, ok := table[key]; ok {
				return entry, nil
			}
		}
		if missing == missingRefuse {
			return "", refuse("no_entry", "the table %s has no entry for %s", name, quote(text))
		}
		w := transfer.Warning{
			Code: "mapping.no_entry", Message: "the table " + name + " of the mapping has no entry for the value", Before: text, After: text,
			Remedy: "add the value to the table",
		}
		if missing == missingEmpty {
			w.After, text = "", ""
		}
		r.warn(w)
		return text, nil
	}
}

func exactly(code string) []string { return []string{code} }

// family returns a UNSPSC code and what it belongs to: its class, family and segment, each of two digits less.
func family(code string) []string {
	if !cart.Unspsc8(code) {
		return exactly(code)
	}
	return []string{code, code[:6] + "00", code[:4] + "0000", code[:2] + "000000"}
}

// cut shortens a text to what first leaves of it, and takes the blanks from the new end.
func cut(length int, first func(string, int) string) step {
	return func(r *run, text string) (string, error) {
		short := first(text, length)
		if short == text {
			return text, nil
		}
		short = strings.TrimRight(short, " \t\r\n")
		r.warn(transfer.Warning{
			Code: "mapping.cut", Message: "the mapping cuts the value", Effect: transfer.Cut, Before: text, After: short,
			Remedy: "shorten the text in the shop, so that what matters stands before the cut",
		})
		return short, nil
	}
}

func firstCharacters(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// firstBytes never cuts a character in two.
func firstBytes(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

func round(digits int) step {
	return func(r *run, text string) (string, error) {
		exact, err := decimal(text)
		if err != nil || text == "" {
			return "", err
		}
		rounded := exact.Round(digits)
		if rounded.Cmp(exact) != 0 {
			r.warn(transfer.Warning{
				Code: "mapping.rounded", Message: "the mapping rounds the number", Effect: transfer.Changed,
				Before: text, After: rounded.String(), Remedy: "give the number with fewer decimals",
			})
		}
		return rounded.String(), nil
	}
}

// decimal reads a number of the cart's shape; an empty text is an absent one.
func decimal(text string) (money.Decimal, error) {
	d, err := money.Parse(text)
	if err != nil {
		return d, refuse("not_number", "%s is no decimal number such as 12.50", quote(text))
	}
	return d, nil
}
