package document

import (
	"cmp"

	"github.com/punchgate/punchgate/domain/cart"
)

// LineName names a line of an order: the kind of name, key or sku, and the key or article number, which is the GTIN where there
// is no SKU.
type LineName [2]string

// LineNames are names by keys and article numbers.
func LineNames(keys, skus []string) (names []LineName) {
	for _, key := range keys {
		names = append(names, LineName{"key", key})
	}
	for _, sku := range skus {
		names = append(names, LineName{"sku", sku})
	}
	return names
}

// NamesOfLines names the lines of carts: the one that the shop sent, and the one that the procurement system got, if any.
// A line has an empty name of a kind that it lacks.
func NamesOfLines(carts ...*cart.Cart) []LineName {
	var keys, skus []string
	for _, c := range carts {
		if c == nil {
			continue
		}
		for i := range c.Lines {
			keys, skus = append(keys, c.Lines[i].Key), append(skus, cmp.Or(c.Lines[i].SKU, c.Lines[i].GTIN))
		}
	}
	return LineNames(keys, skus)
}
