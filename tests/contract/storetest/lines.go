package storetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
)

var lineCases = map[string]func(*testing.T, port.Stores){
	"an order is found by the keys and the article numbers of its lines": func(t *testing.T, s port.Stores) {
		must(t, createWithLines(t, s, "s1", "n1", 1, []cart.Line{{Key: "k1", SKU: "4711", GTIN: "735"}, {GTIN: "736"}}, nil))
		must(t, createWithLines(t, s, "s2", "n1", 2, []cart.Line{{Key: "4711", SKU: "k1"}, {}}, nil))
		for what, c := range map[string]struct {
			q    port.LineQuery
			want []string
		}{
			"a key":                                {port.LineQuery{Keys: []string{"k1"}}, []string{"os1"}},
			"a SKU":                                {port.LineQuery{SKUs: []string{"4711"}}, []string{"os1"}},
			"the GTIN of a line without a SKU":     {port.LineQuery{SKUs: []string{"736"}}, []string{"os1"}},
			"the GTIN of a line with a SKU":        {port.LineQuery{SKUs: []string{"735"}}, nil},
			"a key or a SKU":                       {port.LineQuery{Keys: []string{"4711"}, SKUs: []string{"4711"}}, []string{"os2", "os1"}},
			"any of several, each order once":      {port.LineQuery{Keys: []string{"x", "k1"}, SKUs: []string{"4711", "736"}}, []string{"os1"}},
			"in another case":                      {port.LineQuery{Keys: []string{"K1"}}, nil},
			"what the orders do not have":          {port.LineQuery{Keys: []string{"k"}, SKUs: []string{"47", "%"}}, nil},
			"no text, though there is an own line": {port.LineQuery{Keys: []string{""}, SKUs: []string{""}}, nil},
			"nothing":                              {port.LineQuery{}, nil},
		} {
			if found := byLine(t, s, "n1", c.q, 10); !slices.Equal(found, c.want) {
				t.Errorf("%s leads to %q, not %q", what, found, c.want)
			}
		}
	},

	"an order is found by the lines that the procurement system got, too": func(t *testing.T, s port.Stores) {
		must(t, createWithLines(t, s, "s1", "n1", 1, []cart.Line{{Key: "k1", SKU: "4711"}}, []cart.Line{{Key: "mapped", SKU: "A-4711"}}))
		for _, q := range []port.LineQuery{
			{Keys: []string{"k1"}}, {Keys: []string{"mapped"}}, {SKUs: []string{"4711"}}, {SKUs: []string{"A-4711"}},
		} {
			if found := byLine(t, s, "n1", q, 10); !slices.Equal(found, []string{"os1"}) {
				t.Errorf("%v leads to %q", q, found)
			}
		}
	},

	"of the orders of a connection with a line come the newest, no more than asked for": func(t *testing.T, s port.Stores) {
		for i, minute := range []int{3, 1, 4, 2} {
			must(t, createWithLines(t, s, session.ID(fmt.Sprint("s", minute)), "n1", minute,
				[]cart.Line{{Key: fmt.Sprint("k", i), SKU: "4711"}, {SKU: "4711"}}, nil))
		}
		must(t, createWithLines(t, s, "s5", "n2", 5, []cart.Line{{SKU: "4711"}}, nil))
		q := port.LineQuery{Keys: []string{"k0", "k1", "k2", "k3"}, SKUs: []string{"4711"}}
		for limit, want := range map[int][]string{10: {"os4", "os3", "os2", "os1"}, 2: {"os4", "os3"}} {
			if found := byLine(t, s, "n1", q, limit); !slices.Equal(found, want) {
				t.Errorf("of %d asked for came %q, not %q", limit, found, want)
			}
		}
		if found := byLine(t, s, "n2", q, 10); !slices.Equal(found, []string{"os5"}) {
			t.Errorf("for the other connection came %q", found)
		}
	},

	"an order that was refused is not found by its lines": func(t *testing.T, s port.Stores) {
		must(t, createWithLines(t, s, "s1", "n1", 1, []cart.Line{{Key: "first"}}, nil))
		must(t, failed(createWithLines(t, s, "s1", "n1", 2, []cart.Line{{Key: "second"}}, nil)))
		if found := byLine(t, s, "n1", port.LineQuery{Keys: []string{"second"}}, 10); len(found) != 0 {
			t.Errorf("found %q", found)
		}
	},
}

// createWithLines makes an order of a cart with these lines and, where there are any, of a mapped one.
func createWithLines(t *testing.T, s port.Stores, of session.ID, c connection.ID, minute int, lines, mapped []cart.Line) error {
	st := orderOf(acme, of)
	st.Connection, st.CreatedAt = c, at(minute)
	document := documentOf("<cart/>")
	if mapped != nil {
		document.Mapped = &cart.Cart{ID: st.CartID, Lines: mapped}
	}
	return s.Orders.Create(t.Context(), order.Restore(st), &cart.Cart{ID: st.CartID, Lines: lines}, document)
}

func byLine(t *testing.T, s port.Stores, c connection.ID, q port.LineQuery, limit int) []string {
	t.Helper()
	return identifiers(value(s.Orders.ByLine(t.Context(), acme, c, q, limit))(t), (*order.Order).ID)
}
