// Package cart is the neutral shopping cart that every format is written from. Its JSON form is the one that shops
// send: amounts and quantities are decimal strings, times RFC 3339, and an empty string is the same as an absent member.
//
// Sources of its rules: ISO 4217 (currency), UN/ECE Recommendation 20 (unit), UNCL5305 (tax category), ISO 3166-1
// (country), XML 1.0 section 2.2 (characters, since most formats are XML).
package cart

import (
	"slices"
	"strings"

	"github.com/punchgate/punchgate/domain/codelist"
	"github.com/punchgate/punchgate/domain/money"
)

// MaxLines is the largest number of lines in a cart.
const MaxLines = 10_000

// Cart is a neutral shopping cart. Prices are net.
type Cart struct {
	ID           string   `json:"id,omitempty"` // unique in the tenant; the ping names the order by it
	Currency     string   `json:"currency"`     // ISO 4217, for every amount in the cart
	Language     string   `json:"language,omitempty"`
	IssuedAt     Moment   `json:"issued_at,omitzero"`
	ValidUntil   Moment   `json:"valid_until,omitzero"`
	CompleteOnly bool     `json:"complete_only,omitempty"` // all lines or nothing may be ordered
	ContractID   string   `json:"contract_id,omitempty"`
	Seller       Party    `json:"seller,omitzero"`
	Buyer        Party    `json:"buyer,omitzero"`
	ShipTo       Address  `json:"ship_to,omitzero"`
	Shipping     Shipping `json:"shipping,omitzero"`
	Lines        []Line   `json:"lines"`
}

// Identifier is an identifier in a scheme: for parties ISO 6523 ICD or EAS (0088 is a GLN), for goods ICD (0160 is a
// GTIN).
type Identifier struct {
	Scheme string `json:"scheme,omitempty"`
	ID     string `json:"id,omitempty"`
}

// Party is the seller or the buyer.
type Party struct {
	Name       string     `json:"name,omitempty"`
	Endpoint   Identifier `json:"endpoint,omitzero"`   // the electronic address
	Identifier Identifier `json:"identifier,omitzero"` // who the party is
	Reference  string     `json:"reference,omitempty"` // the buyer's own reference, such as a cost centre or a person
}

// Address is a delivery address.
type Address struct {
	Name       string `json:"name,omitempty"`
	Street     string `json:"street,omitempty"`
	Street2    string `json:"street2,omitempty"`
	City       string `json:"city,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Region     string `json:"region,omitempty"`
	Country    string `json:"country,omitempty"` // ISO 3166-1 alpha-2
	GLN        string `json:"gln,omitempty"`
}

// Freight is the article number of the line by which formats without a place for the cost of delivery send it.
const Freight = "FREIGHT"

// Shipping is the cost of delivery, net.
type Shipping struct {
	Amount      money.Decimal `json:"amount,omitzero"`
	Description string        `json:"description,omitempty"`
	Tax         Tax           `json:"tax,omitzero"`
}

// Tax is the value added tax of a line or of the shipping.
type Tax struct {
	Category string        `json:"category,omitempty"` // UNCL5305; S is the standard rate
	Percent  money.Decimal `json:"percent,omitzero"`
}

// Line is one article. Either SKU, GTIN or StandardID is given.
type Line struct {
	ID                 string            `json:"id,omitempty"`  // unique in the cart
	Key                string            `json:"key,omitempty"` // opaque, unique in the cart; comes back in the purchase order
	SKU                string            `json:"sku,omitempty"`
	GTIN               string            `json:"gtin,omitempty"`
	StandardID         Identifier        `json:"standard_id,omitzero"`
	BuyerSKU           string            `json:"buyer_sku,omitempty"`
	Manufacturer       string            `json:"manufacturer,omitempty"`
	ManufacturerSKU    string            `json:"manufacturer_sku,omitempty"`
	Name               string            `json:"name"`
	Description        string            `json:"description,omitempty"`
	Quantity           money.Decimal     `json:"quantity"`
	Unit               string            `json:"unit"` // UN/ECE Recommendation 20
	UnitPrice          money.Decimal     `json:"unit_price"`
	PriceBasisQuantity money.Decimal     `json:"price_basis_quantity,omitzero"` // the price is for so many units; absent means 1
	PriceType          string            `json:"price_type,omitempty"`
	Tax                Tax               `json:"tax"`
	Classifications    []Classification  `json:"classifications,omitempty"`
	ContractID         string            `json:"contract_id,omitempty"` // wins over the cart's
	Contracted         bool              `json:"contracted,omitempty"`
	LeadTimeDays       *int              `json:"lead_time_days,omitempty"`
	AvailableFrom      Moment            `json:"available_from,omitzero"`
	AvailableUntil     Moment            `json:"available_until,omitzero"`
	OriginCountry      string            `json:"origin_country,omitempty"`
	Service            bool              `json:"service,omitempty"`
	Properties         []Property        `json:"properties,omitempty"`
	Labels             []Label           `json:"labels,omitempty"`
	Attachments        []Attachment      `json:"attachments,omitempty"`
	PartOf             string            `json:"part_of,omitempty"` // the SKU of the configured product that this line belongs to
	URL                string            `json:"url,omitempty"`
	Extrinsics         map[string]string `json:"extrinsics,omitempty"`
}

// UNSPSC is the classification scheme that procurement systems ask for first.
const UNSPSC = "UNSPSC"

// Classification puts an article into a class of a scheme, such as UNSPSC or CPV.
type Classification struct {
	Scheme  string `json:"scheme"`
	Version string `json:"version,omitempty"`
	Code    string `json:"code"`
}

// Property is a named property of an article, such as its weight.
type Property struct {
	ID        Identifier    `json:"id,omitzero"`
	Name      string        `json:"name"`
	Value     string        `json:"value"`
	Quantity  money.Decimal `json:"quantity,omitzero"`
	Unit      string        `json:"unit,omitempty"`
	Qualifier string        `json:"qualifier,omitempty"`
	Code      string        `json:"code,omitempty"`
	CodeList  string        `json:"code_list,omitempty"`
}

// Label is an environmental or other label of an article.
type Label struct {
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	Type      string `json:"type,omitempty"`
	Issuer    string `json:"issuer,omitempty"`
	Reference string `json:"reference,omitempty"`
	Remarks   string `json:"remarks,omitempty"`
}

// Attachment is a picture or document of an article: embedded as Base64, linked, or both.
type Attachment struct {
	ID          string `json:"id,omitempty"`
	Name        string `json:"name,omitempty"`
	MediaType   string `json:"media_type,omitempty"`
	Content     []byte `json:"content,omitempty"` // Base64 in JSON (RFC 4648 section 4)
	URL         string `json:"url,omitempty"`
	MainImage   bool   `json:"main_image,omitempty"`
	Description string `json:"description,omitempty"`
}

// Total returns the sum of the lines, net, without shipping; exact but for price bases that do not divide evenly.
func (c *Cart) Total() money.Decimal {
	var sum, line money.Accumulator
	for i := range c.Lines {
		c.Lines[i].Sum(&line)
		sum.AddFrom(&line)
	}
	return sum.Decimal()
}

// one is the price basis of a line that names none.
var one = money.FromInt(1)

// Total returns the line's quantity times its price per unit, net.
func (l *Line) Total() money.Decimal {
	var a money.Accumulator
	l.Sum(&a)
	return a.Decimal()
}

// Sum sets the accumulator to the line's Total, for those who compute it for thousands of lines.
func (l *Line) Sum(a *money.Accumulator) {
	a.Set(l.Quantity)
	a.Mul(l.UnitPrice)
	if basis := l.PriceBasisQuantity.Or(one); basis.Cmp(one) != 0 {
		a.Quo(basis)
	}
}

// Unspsc returns the line's first UNSPSC code, or "".
func (l *Line) Unspsc() string {
	for _, c := range l.Classifications {
		if c.Scheme == UNSPSC {
			return c.Code
		}
	}
	return ""
}

// Taxed is what one rate of tax amounts to in a cart.
type Taxed struct {
	Tax    Tax
	Net    money.Decimal // the sum of what is taxed at this rate, shipping included
	Amount money.Decimal // the tax, rounded to the currency's minor unit
}

// Taxes returns the tax of lines and shipping for each category and percentage, in that order. Tax is computed on the
// sum of each rate, as EN 16931 (BR-CO-17) does, not line by line.
func (c *Cart) Taxes() []Taxed {
	var taxes []Taxed
	var sums []money.Accumulator // of each tax
	add := func(t Tax, net *money.Accumulator) {
		at := slices.IndexFunc(taxes, func(known Taxed) bool {
			return known.Tax.Category == t.Category && known.Tax.Percent.Cmp(t.Percent) == 0
		})
		if at < 0 {
			at = len(taxes)
			taxes, sums = append(taxes, Taxed{Tax: t}), append(sums, money.Accumulator{})
		}
		sums[at].AddFrom(net)
	}
	var net money.Accumulator
	for i := range c.Lines {
		c.Lines[i].Sum(&net)
		add(c.Lines[i].Tax, &net)
	}
	if !c.Shipping.Amount.IsZero() {
		net.Set(c.Shipping.Amount)
		add(c.Shipping.Tax, &net)
	}
	minorUnit, _ := codelist.Currency(c.Currency)
	for i := range taxes {
		taxes[i].Net = sums[i].Decimal()
		taxes[i].Amount = taxes[i].Net.Mul(taxes[i].Tax.Percent).Quo(hundred).Round(minorUnit)
	}
	slices.SortFunc(taxes, func(a, b Taxed) int {
		if c := strings.Compare(a.Tax.Category, b.Tax.Category); c != 0 {
			return c
		}
		return a.Tax.Percent.Cmp(b.Tax.Percent)
	})
	return taxes
}
