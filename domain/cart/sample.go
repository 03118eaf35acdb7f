package cart

import "github.com/punchgate/punchgate/domain/money"

// Sample returns a small cart as a Swedish office supplier sends it, to try a connection with: goods with article numbers and an
// environmental label, goods at a discount with a price for several, a service by the hour, and a cost of delivery. What the gateway
// fills in, such as identifiers, parties and times, is left out. Each call returns one of its own.
//
// The discount stands in the price, which is net, and is told by a property: the neutral cart has no member of its own for it.
func Sample() *Cart {
	standard := Tax{Category: "S", Percent: money.FromInt(25)}
	days := 2
	return &Cart{
		Currency: "SEK",
		Shipping: Shipping{Amount: money.MustParse("49.00"), Description: "Frakt", Tax: standard},
		Lines: []Line{
			{
				SKU: "4711", GTIN: "07310865004703", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-80-A4",
				Name: "Kopieringspapper A4 80 g", Description: "500 ark, ohålat, obestruket",
				Quantity: money.FromInt(10), Unit: "EA", UnitPrice: money.MustParse("49.50"), Tax: standard,
				Classifications: []Classification{{Scheme: UNSPSC, Version: "19.0501", Code: "14111507"}},
				Contracted:      true, LeadTimeDays: &days, OriginCountry: "SE",
				Labels: []Label{{Name: "Svanen", Type: "Environmental", Issuer: "Miljömärkning Sverige"}},
				URL:    "https://shop.example.com/p/4711",
			},
			{
				SKU: "2200-18", Name: "Kulspetspenna, blå", Description: "Säljs styckvis; priset är för 100",
				Quantity: money.FromInt(150), Unit: "EA", UnitPrice: money.MustParse("315.00"), PriceBasisQuantity: money.FromInt(100), Tax: standard,
				Classifications: []Classification{{Scheme: UNSPSC, Version: "19.0501", Code: "44121704"}},
				Properties:      []Property{{Name: "Rabatt", Value: "10 % från 350,00"}},
				Contracted:      true, LeadTimeDays: &days, OriginCountry: "DE",
			},
			{
				SKU: "TJ-100", Name: "Kontorsstädning", Description: "Extra tillfälle, vardag efter kl. 17",
				Quantity: money.MustParse("2.5"), Unit: "HUR", UnitPrice: money.MustParse("420.00"), Tax: standard, Service: true,
				Classifications: []Classification{{Scheme: UNSPSC, Version: "19.0501", Code: "76111501"}},
			},
		},
	}
}
