package shop

import (
	"embed"
	"slices"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// currency is that of every price in the shop.
const currency = "SEK"

// pictures holds one drawing for each product, named by its article number.
//
//go:embed pictures/*.svg
var pictures embed.FS

// text is a text in the shop's languages. It is an error where it tells a person what was wrong.
type text struct{ sv, en string }

// Error returns the text in English, for logs.
func (t text) Error() string { return t.en }

// In returns the text in a language.
func (t text) In(lang string) string {
	if lang == "en" {
		return t.en
	}
	return t.sv
}

// product is one article. Prices are net, for so many units as Basis says.
type product struct {
	SKU, GTIN                     string
	Name, About                   text
	Unit                          string // UN/ECE Recommendation 20
	Price, Basis, VAT             money.Decimal
	UNSPSC                        string
	Manufacturer, ManufacturerSKU string
	LeadTimeDays                  int
}

// UnitName returns the unit's name for people.
func (p *product) UnitName(lang string) string { return unitNames[p.Unit].In(lang) }

// Per returns the unit, or the number of units, that the price is for: "st", "100 st".
func (p *product) Per(lang string) string {
	if p.Basis.Cmp(one) == 0 {
		return p.UnitName(lang)
	}
	return p.Basis.String() + "\u00a0" + p.UnitName(lang)
}

// line returns the product as a line of a neutral cart.
func (p *product) line(lang string, quantity money.Decimal) cart.Line {
	return cart.Line{
		SKU: p.SKU, GTIN: p.GTIN, Name: p.Name.In(lang), Description: p.About.In(lang), Quantity: quantity, Unit: p.Unit,
		UnitPrice: p.Price, PriceBasisQuantity: p.Basis, Tax: cart.Tax{Category: "S", Percent: p.VAT},
		Manufacturer: p.Manufacturer, ManufacturerSKU: p.ManufacturerSKU, LeadTimeDays: &p.LeadTimeDays,
		Classifications: []cart.Classification{{Scheme: cart.UNSPSC, Code: p.UNSPSC}},
	}
}

var (
	one  = money.FromInt(1)
	vat  = money.FromInt(25)
	vat6 = money.FromInt(6) // books

	unitNames = map[string]text{"EA": {"st", "pcs"}, "SET": {"set", "set"}, "XBX": {"ask", "box"}}
)

// find returns the product of that article number, or nil.
func find(sku string) *product {
	i := slices.IndexFunc(catalogue, func(p *product) bool { return p.SKU == sku })
	if i < 0 {
		return nil
	}
	return catalogue[i]
}

// catalogue is what the shop sells. Its GTINs begin with 952, which GS1 keeps for demonstrations; the makers are invented.
var catalogue = []*product{
	{
		SKU: "4711", GTIN: "9520000047115", Unit: "EA", Price: money.MustParse("125.00"), Basis: one, VAT: vat, UNSPSC: "14111507",
		Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-80-A4", LeadTimeDays: 2,
		Name:  text{"Kopieringspapper A4 80 g", "Copy paper A4 80 g"},
		About: text{"500 ark, ohålat. Vitt papper för skrivare och kopiator.", "500 sheets, unpunched. White paper for printers and copiers."},
	},
	{
		SKU: "4720", GTIN: "9520000047207", Unit: "EA", Price: money.MustParse("84.50"), Basis: money.FromInt(100), VAT: vat, UNSPSC: "44121506",
		Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-C5-V", LeadTimeDays: 2,
		Name: text{"Kuvert C5 vitt", "Envelope C5 white"},
		About: text{
			"Självhäftande, utan fönster. Säljs styckvis, priset gäller 100 stycken.",
			"Self-sealing, no window. Sold by the piece, priced per hundred.",
		},
	},
	{
		SKU: "5001", GTIN: "9520000050016", Unit: "EA", Price: money.MustParse("12.90"), Basis: one, VAT: vat, UNSPSC: "44121704",
		Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-KB-07", LeadTimeDays: 1,
		Name:  text{"Kulspetspenna blå 0,7 mm", "Ballpoint pen blue 0.7 mm"},
		About: text{"Mjukt grepp och utbytbar patron.", "Soft grip and refillable."},
	},
	{
		SKU: "5002", GTIN: "9520000050023", Unit: "XBX", Price: money.MustParse("39.00"), Basis: one, VAT: vat, UNSPSC: "44121706",
		Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-BL-HB12", LeadTimeDays: 1,
		Name:  text{"Blyertspenna HB, ask med 12", "Pencil HB, box of 12"},
		About: text{"Olackat trä från nordisk skog.", "Unvarnished wood from Nordic forests."},
	},
	{
		SKU: "5003", GTIN: "9520000050030", Unit: "SET", Price: money.MustParse("54.90"), Basis: one, VAT: vat, UNSPSC: "44121716",
		Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-OV-4", LeadTimeDays: 1,
		Name:  text{"Överstrykningspenna, 4 färger", "Highlighter, 4 colours"},
		About: text{"Gul, grön, rosa och blå. Sned spets 1–5 mm.", "Yellow, green, pink and blue. Chisel tip 1–5 mm."},
	},
	{
		SKU: "5100", GTIN: "9520000051006", Unit: "EA", Price: money.MustParse("45.00"), Basis: one, VAT: vat, UNSPSC: "14111514",
		Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-AB-A5", LeadTimeDays: 2,
		Name:  text{"Anteckningsbok A5 linjerad", "Notebook A5 ruled"},
		About: text{"Inbunden, 192 sidor och märkband.", "Hard cover, 192 pages and a ribbon."},
	},
	{
		SKU: "5110", GTIN: "9520000051105", Unit: "EA", Price: money.MustParse("18.75"), Basis: one, VAT: vat, UNSPSC: "14111530",
		Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-NL-76", LeadTimeDays: 2,
		Name:  text{"Notislappar 76 × 76 mm", "Sticky notes 76 × 76 mm"},
		About: text{"Block med 100 gula lappar.", "Pad of 100 yellow notes."},
	},
	{
		SKU: "5200", GTIN: "9520000052003", Unit: "EA", Price: money.MustParse("32.50"), Basis: one, VAT: vat, UNSPSC: "44122003",
		Manufacturer: "Arkiva", ManufacturerSKU: "AR-GP-60", LeadTimeDays: 3,
		Name:  text{"Gaffelpärm A4 60 mm", "Lever arch file A4 60 mm"},
		About: text{"Återvunnen kartong med plåtskodd kant.", "Recycled board with metal-shod edges."},
	},
	{
		SKU: "5300", GTIN: "9520000053000", Unit: "EA", Price: money.MustParse("189.00"), Basis: one, VAT: vat, UNSPSC: "44121615",
		Manufacturer: "Arkiva", ManufacturerSKU: "AR-HA-25", LeadTimeDays: 3,
		Name:  text{"Häftapparat 25 ark", "Stapler 25 sheets"},
		About: text{"Helt i metall, för klammer 24/6.", "All metal, for 24/6 staples."},
	},
	{
		SKU: "5310", GTIN: "9520000053109", Unit: "EA", Price: money.MustParse("79.00"), Basis: one, VAT: vat, UNSPSC: "44121618",
		Manufacturer: "Arkiva", ManufacturerSKU: "AR-SX-21", LeadTimeDays: 3,
		Name:  text{"Sax 21 cm", "Scissors 21 cm"},
		About: text{"Rostfritt stål, för höger- och vänsterhänta.", "Stainless steel, for either hand."},
	},
	{
		SKU: "5400", GTIN: "9520000054007", Unit: "EA", Price: money.MustParse("1249.00"), Basis: one, VAT: vat, UNSPSC: "44103103",
		Manufacturer: "Tryckkontoret", ManufacturerSKU: "TK-T2600S", LeadTimeDays: 1,
		Name:  text{"Toner svart, 2 600 sidor", "Toner black, 2,600 pages"},
		About: text{"Passar laserskrivare i serien 400.", "Fits laser printers of the 400 series."},
	},
	{
		SKU: "6100", GTIN: "9520000061005", Unit: "EA", Price: money.MustParse("295.00"), Basis: one, VAT: vat6, UNSPSC: "55101509",
		Manufacturer: "Kontorsförlaget", ManufacturerSKU: "KF-ERGO-3", LeadTimeDays: 4,
		Name:  text{"Bok: Sitt rätt på jobbet", "Book: Sitting well at work"},
		About: text{"Allt om kontorsergonomi, 160 sidor, på svenska.", "All about office ergonomics, 160 pages, in Swedish."},
	},
}
