package buyersystem

import (
	"cmp"
	"strings"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/money"
)

// Document is a cart as a document has it.
type Document struct {
	Format string
	Cart   *cart.Cart
	// Mapped is the cart after the connection's mapping, line by line the one of Cart; nil where there is no mapping.
	Mapped *cart.Cart
	// LineFields are, for each line, fields of the format that the mapping set.
	LineFields []map[string]string
	// Units are the codes that the document has in place of units of the cart.
	Units map[string]string
	// DefaultUNSPSC is what the document gives to lines without a UNSPSC code.
	DefaultUNSPSC string
}

// sent returns the cart as it was sent.
func (d *Document) sent() *cart.Cart {
	if d.Mapped != nil {
		return d.Mapped
	}
	return d.Cart
}

// value is what a rule judges.
type value struct {
	path   string // below the line, or from the cart
	text   string
	more   string // a second line of the text
	number money.Decimal
	agreed bool // the operator chose the code for this buyer
}

func (v value) empty() bool { return v.text == "" && v.number.IsZero() }

// size is the length of the whole in bytes.
func (v value) size() int {
	if v.more == "" {
		return len(v.text)
	}
	return len(v.text) + len("\n") + len(v.more)
}

// whole is the value as a text.
func (v value) whole() string {
	switch {
	case v.more != "":
		return v.text + "\n" + v.more
	case v.text == "":
		return v.number.String()
	}
	return v.text
}

// member is what a rule can name. Exactly one of the two is set.
type member struct {
	ofCart func(*Document) value
	ofLine func(d *Document, i int, l *cart.Line) value
}

func ofLine(path string, text func(*cart.Line) string) member {
	return member{ofLine: func(_ *Document, _ int, l *cart.Line) value { return value{path: path, text: text(l)} }}
}

// untold is the text of a member that only encoders judge.
func untold(*cart.Line) string { return "" }

const fieldPrefix = "fields/"

// memberOf finds a member by its name.
func memberOf(name string) (member, bool) {
	if field, ok := strings.CutPrefix(name, fieldPrefix); ok && field != "" {
		return member{ofLine: func(d *Document, i int, _ *cart.Line) value {
			if i >= len(d.LineFields) {
				return value{}
			}
			return value{text: d.LineFields[i][field]}
		}}, true
	}
	m, known := members[name]
	return m, known
}

var members = map[string]member{
	"cart":        {ofCart: func(*Document) value { return value{} }},
	"id":          {ofCart: func(d *Document) value { return value{path: "/id", text: d.sent().ID} }},
	"contract_id": {ofCart: func(d *Document) value { return value{path: "/contract_id", text: d.sent().ContractID} }},
	"lines":       {ofCart: func(*Document) value { return value{path: "/lines"} }},

	"lines/id":               ofLine("/id", func(l *cart.Line) string { return l.ID }),
	"lines/key":              ofLine("/key", func(l *cart.Line) string { return l.Key }),
	"lines/sku":              {ofLine: article},
	"lines/buyer_sku":        ofLine("/buyer_sku", func(l *cart.Line) string { return l.BuyerSKU }),
	"lines/manufacturer_sku": ofLine("/manufacturer_sku", func(l *cart.Line) string { return l.ManufacturerSKU }),
	"lines/name":             ofLine("/name", func(l *cart.Line) string { return l.Name }),
	"lines/description":      ofLine("/description", func(l *cart.Line) string { return l.Description }),
	"lines/text":             {ofLine: nameAndDescription},
	"lines/quantity":         {ofLine: func(_ *Document, _ int, l *cart.Line) value { return value{path: "/quantity", number: l.Quantity} }},
	"lines/unit":             {ofLine: unit},
	"lines/unit_price":       {ofLine: unitPrice},
	"lines/total":            {ofLine: total},
	"lines/unspsc":           {ofLine: unspsc},
	"lines/classifications":  ofLine("/classifications", untold),
	"lines/contract_id":      ofLine("/contract_id", func(l *cart.Line) string { return l.ContractID }),
	"lines/attachments":      ofLine("/attachments", untold),
	"lines/url":              ofLine("/url", func(l *cart.Line) string { return l.URL }),
	"lines/extrinsics":       ofLine("/extrinsics", untold),
}

func article(_ *Document, _ int, l *cart.Line) value {
	switch {
	case l.SKU != "":
		return value{path: "/sku", text: l.SKU}
	case l.GTIN != "":
		return value{path: "/gtin", text: l.GTIN}
	}
	return value{path: "/standard_id", text: l.StandardID.ID}
}

func nameAndDescription(_ *Document, _ int, l *cart.Line) value {
	if l.Description == "" || l.Description == l.Name {
		return value{path: "/name", text: l.Name}
	}
	return value{path: "/description", text: l.Name, more: l.Description}
}

func unit(d *Document, i int, l *cart.Line) value {
	code, mapped := d.Units[l.Unit]
	return value{path: "/unit", text: cmp.Or(code, l.Unit), agreed: mapped || l.Unit != d.Cart.Lines[i].Unit}
}

var one = money.FromInt(1)

func unitPrice(_ *Document, _ int, l *cart.Line) value {
	price := l.UnitPrice
	if l.PriceBasisQuantity.Sign() > 0 && l.PriceBasisQuantity.Cmp(one) != 0 {
		price = price.Quo(l.PriceBasisQuantity).Round(money.MaxFractionDigits)
	}
	return value{path: "/unit_price", number: price}
}

// total leaves out a total that cannot have more digits than the currency.
func total(d *Document, _ int, l *cart.Line) value {
	minorUnit, _ := codelist.Currency(d.sent().Currency)
	if l.PriceBasisQuantity.IsZero() && l.Quantity.Digits()+l.UnitPrice.Digits() <= minorUnit {
		return value{}
	}
	return value{path: "/unit_price", number: l.Total().Round(money.MaxFractionDigits)}
}

func unspsc(d *Document, _ int, l *cart.Line) value {
	return value{path: "/classifications", text: cmp.Or(l.Unspsc(), d.DefaultUNSPSC)}
}
