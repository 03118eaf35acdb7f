package purchase_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/purchase"
)

func TestTextsOfAnOrderAreBounded(t *testing.T) {
	for path, c := range map[string]struct {
		limit int
		set   func(o *purchase.Order, text string)
	}{
		"/number":                 {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Number = text }},
		"/date":                   {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Date = text }},
		"/cart_id":                {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.CartID = text }},
		"/document_id":            {cart.MaxName, func(o *purchase.Order, text string) { o.DocumentID = text }},
		"/replaces":               {cart.MaxName, func(o *purchase.Order, text string) { o.Replaces = text }},
		"/currency":               {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Currency = text }},
		"/buyer/endpoint/id":      {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Buyer.Endpoint.ID = text }},
		"/lines/1/line_number":    {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Lines[1].LineNumber = text }},
		"/lines/1/sku":            {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Lines[1].SKU = text }},
		"/lines/1/key":            {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Lines[1].Key = text }},
		"/lines/1/gtin":           {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Lines[1].GTIN = text }},
		"/lines/1/standard_id/id": {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Lines[1].StandardID.ID = text }},
		"/lines/1/unit":           {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Lines[1].Unit = text }},
		"/lines/1/currency":       {cart.MaxIdentifier, func(o *purchase.Order, text string) { o.Lines[1].Currency = text }},
		"/lines/1/name":           {cart.MaxDescription, func(o *purchase.Order, text string) { o.Lines[1].Name = text }},
	} {
		for text, want := range map[string][]string{
			strings.Repeat("ö", c.limit):                 nil,
			"\n\t" + strings.Repeat("ö", c.limit) + "\n": nil,
			"\n":                           nil,
			strings.Repeat("ö", c.limit+1): {path + " too_long"},
			"a\x00b":                       {path + " control_character"},
			"a\xffb":                       {path + " not_utf8"},
		} {
			o := orderOf(threeLines())
			c.set(o, text)
			if got := findings(o); !slices.Equal(got, want) {
				t.Errorf("%.20q: %q, want %q", text, got, want)
			}
		}
	}
}

func TestANameOfSeveralLinesIsNotWrong(t *testing.T) {
	o := orderOf(threeLines())
	o.Lines[0].Name = "Paper,\n    white"
	if got := findings(o); got != nil {
		t.Error(got)
	}
}

func TestFindingsOfALargeOrderAreCutOff(t *testing.T) {
	o := &purchase.Order{Number: "PO-1"}
	for range cart.MaxLines {
		o.Lines = append(o.Lines, purchase.Line{SKU: "a\x00", Key: "b\x00", GTIN: "c\x00"})
	}
	if got := findings(o); len(got) != 100 || got[99] != "/lines/33/sku control_character" {
		t.Errorf("%d findings, %q", len(got), got)
	}
}

func findings(o *purchase.Order) (all []string) {
	for _, d := range o.Check() {
		all = append(all, d.Path+" "+d.Code)
	}
	return all
}
