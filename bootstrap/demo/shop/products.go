package shop

import "github.com/punchgate/punchgate/domain/money"

var (
	one  = money.FromInt(1)
	vat  = money.FromInt(25)
	vat6 = money.FromInt(6) // books

	unitNames = map[string]text{"EA": {"st", "pcs"}, "SET": {"set", "set"}, "XBX": {"ask", "box"}}
)

// popular is how many products the start page shows, which are the first.
const popular = 12

// The categories, in the order of the menu.
var (
	paper      = &category{"papper", text{"Papper & kuvert", "Paper & envelopes"}, "4711"}
	writing    = &category{"skriva", text{"Skriva & rita", "Writing & drawing"}, "5020"}
	notes      = &category{"block", text{"Block & böcker", "Pads & books"}, "5120"}
	filing     = &category{"arkiv", text{"Arkivera", "Filing"}, "5200"}
	desk       = &category{"skrivbord", text{"Skrivbordet", "The desk"}, "5710"}
	tech       = &category{"teknik", text{"Skrivare & teknik", "Printers & tech"}, "5420"}
	school     = &category{"skola", text{"Skola & skapande", "School & crafts"}, "5530"}
	kitchen    = &category{"kok", text{"Fika & kök", "Kitchen"}, "5620"}
	categories = []*category{paper, writing, notes, filing, desk, tech, school, kitchen}
)

// catalogue is what the shop sells. Its GTINs begin with 952, which GS1 keeps for demonstrations; the makers are invented.
var catalogue = []*product{
	{
		Category: paper, SKU: "4711", GTIN: "9520000047115", Unit: "EA", Price: money.MustParse("125.00"), Basis: one, VAT: vat,
		UNSPSC: "14111507", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-80-A4", LeadTimeDays: 2,
		Name:  text{"Kopieringspapper A4 80 g", "Copy paper A4 80 g"},
		About: text{"500 ark, ohålat. Vitt papper för skrivare och kopiator.", "500 sheets, unpunched. White paper for printers and copiers."},
	},
	{
		Category: paper, SKU: "4720", GTIN: "9520000047207", Unit: "EA", Price: money.MustParse("84.50"), Basis: money.FromInt(100), VAT: vat,
		UNSPSC: "44121506", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-C5-V", LeadTimeDays: 2,
		Name: text{"Kuvert C5 vitt", "Envelope C5 white"},
		About: text{
			"Självhäftande, utan fönster. Säljs styckvis, priset gäller 100 stycken.",
			"Self-sealing, no window. Sold by the piece, priced per hundred.",
		},
	},
	{
		Category: writing, SKU: "5001", GTIN: "9520000050016", Unit: "EA", Price: money.MustParse("12.90"), Basis: one, VAT: vat,
		UNSPSC: "44121704", Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-KB-07", LeadTimeDays: 1,
		Name:  text{"Kulspetspenna blå 0,7 mm", "Ballpoint pen blue 0.7 mm"},
		About: text{"Mjukt grepp och utbytbar patron.", "Soft grip and refillable."},
	},
	{
		Category: writing, SKU: "5002", GTIN: "9520000050023", Unit: "XBX", Price: money.MustParse("39.00"), Basis: one, VAT: vat,
		UNSPSC: "44121706", Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-BL-HB12", LeadTimeDays: 1,
		Name:  text{"Blyertspenna HB, ask med 12", "Pencil HB, box of 12"},
		About: text{"Olackat trä från nordisk skog.", "Unvarnished wood from Nordic forests."},
	},
	{
		Category: writing, SKU: "5003", GTIN: "9520000050030", Unit: "SET", Price: money.MustParse("54.90"), Basis: one, VAT: vat,
		UNSPSC: "44121716", Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-OV-4", LeadTimeDays: 1,
		Name:  text{"Överstrykningspenna, 4 färger", "Highlighter, 4 colours"},
		About: text{"Gul, grön, rosa och blå. Sned spets 1–5 mm.", "Yellow, green, pink and blue. Chisel tip 1–5 mm."},
	},
	{
		Category: notes, SKU: "5100", GTIN: "9520000051006", Unit: "EA", Price: money.MustParse("45.00"), Basis: one, VAT: vat,
		UNSPSC: "14111514", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-AB-A5", LeadTimeDays: 2,
		Name:  text{"Anteckningsbok A5 linjerad", "Notebook A5 ruled"},
		About: text{"Inbunden, 192 sidor och märkband.", "Hard cover, 192 pages and a ribbon."},
	},
	{
		Category: notes, SKU: "5110", GTIN: "9520000051105", Unit: "EA", Price: money.MustParse("18.75"), Basis: one, VAT: vat,
		UNSPSC: "14111530", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-NL-76", LeadTimeDays: 2,
		Name:  text{"Notislappar 76 × 76 mm", "Sticky notes 76 × 76 mm"},
		About: text{"Block med 100 gula lappar.", "Pad of 100 yellow notes."},
	},
	{
		Category: filing, SKU: "5200", GTIN: "9520000052003", Unit: "EA", Price: money.MustParse("32.50"), Basis: one, VAT: vat,
		UNSPSC: "44122003", Manufacturer: "Arkiva", ManufacturerSKU: "AR-GP-60", LeadTimeDays: 3,
		Name:  text{"Gaffelpärm A4 60 mm", "Lever arch file A4 60 mm"},
		About: text{"Återvunnen kartong med plåtskodd kant.", "Recycled board with metal-shod edges."},
	},
	{
		Category: desk, SKU: "5300", GTIN: "9520000053000", Unit: "EA", Price: money.MustParse("189.00"), Basis: one, VAT: vat,
		UNSPSC: "44121615", Manufacturer: "Arkiva", ManufacturerSKU: "AR-HA-25", LeadTimeDays: 3,
		Name:  text{"Häftapparat 25 ark", "Stapler 25 sheets"},
		About: text{"Helt i metall, för klammer 24/6.", "All metal, for 24/6 staples."},
	},
	{
		Category: desk, SKU: "5310", GTIN: "9520000053109", Unit: "EA", Price: money.MustParse("79.00"), Basis: one, VAT: vat,
		UNSPSC: "44121618", Manufacturer: "Arkiva", ManufacturerSKU: "AR-SX-21", LeadTimeDays: 3,
		Name:  text{"Sax 21 cm", "Scissors 21 cm"},
		About: text{"Rostfritt stål, för höger- och vänsterhänta.", "Stainless steel, for either hand."},
	},
	{
		Category: tech, SKU: "5400", GTIN: "9520000054007", Unit: "EA", Price: money.MustParse("1249.00"), Basis: one, VAT: vat,
		UNSPSC: "44103103", Manufacturer: "Tryckkontoret", ManufacturerSKU: "TK-T2600S", LeadTimeDays: 1,
		Name:  text{"Toner svart, 2 600 sidor", "Toner black, 2,600 pages"},
		About: text{"Passar laserskrivare i serien 400.", "Fits laser printers of the 400 series."},
	},
	{
		Category: notes, SKU: "6100", GTIN: "9520000061005", Unit: "EA", Price: money.MustParse("295.00"), Basis: one, VAT: vat6,
		UNSPSC: "55101509", Manufacturer: "Kontorsförlaget", ManufacturerSKU: "KF-ERGO-3", LeadTimeDays: 4,
		Name:  text{"Bok: Sitt rätt på jobbet", "Book: Sitting well at work"},
		About: text{"Allt om kontorsergonomi, 160 sidor, på svenska.", "All about office ergonomics, 160 pages, in Swedish."},
	},
	{
		Category: paper, SKU: "4712", GTIN: "9520000047122", Unit: "EA", Price: money.MustParse("149.00"), Basis: one, VAT: vat,
		UNSPSC: "14111507", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-80-F3", LeadTimeDays: 2,
		Name:  text{"Kopieringspapper A4 färgat", "Copy paper A4 coloured"},
		About: text{"500 ark i gult, grönt och rosa.", "500 sheets in yellow, green and pink."},
	},
	{
		Category: paper, SKU: "4730", GTIN: "9520000047306", Unit: "XBX", Price: money.MustParse("189.00"), Basis: one, VAT: vat,
		UNSPSC: "44121505", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-VK-50", LeadTimeDays: 2,
		Name:  text{"Bubbelpåse 24 × 34 cm, 50 st", "Padded bag 24 × 34 cm, 50 pcs"},
		About: text{"Brunt papper med bubblor inuti. Självhäftande.", "Brown paper with bubbles inside. Self-sealing."},
	},
	{
		Category: writing, SKU: "5010", GTIN: "9520000050108", Unit: "SET", Price: money.MustParse("79.00"), Basis: one, VAT: vat,
		UNSPSC: "44121708", Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-WB-4", LeadTimeDays: 1,
		Name:  text{"Whiteboardpenna, 4 färger", "Whiteboard marker, 4 colours"},
		About: text{"Svart, röd, blå och grön. Torkas bort utan spår.", "Black, red, blue and green. Wipes off without a trace."},
	},
	{
		Category: writing, SKU: "5020", GTIN: "9520000050207", Unit: "SET", Price: money.MustParse("89.00"), Basis: one, VAT: vat,
		UNSPSC: "44121707", Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-FP-24", LeadTimeDays: 1,
		Name:  text{"Färgpenna, 24 färger", "Colour pencil, 24 colours"},
		About: text{"Mjuka stift som är lätta att vässa.", "Soft leads that are easy to sharpen."},
	},
	{
		Category: notes, SKU: "5120", GTIN: "9520000051204", Unit: "EA", Price: money.MustParse("24.90"), Basis: one, VAT: vat,
		UNSPSC: "14111514", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-KB-A4", LeadTimeDays: 2,
		Name:  text{"Kollegieblock A4 rutat", "Spiral pad A4 squared"},
		About: text{"70 blad med perforering och fyra hål.", "70 sheets, perforated, with four holes."},
	},
	{
		Category: notes, SKU: "5130", GTIN: "9520000051303", Unit: "EA", Price: money.MustParse("169.00"), Basis: one, VAT: vat,
		UNSPSC: "44112002", Manufacturer: "Kontorsförlaget", ManufacturerSKU: "KF-KAL-27", LeadTimeDays: 2,
		Name:  text{"Kalender 2027, en dag per sida", "Diary 2027, a day a page"},
		About: text{"Inbunden, med namnsdagar och veckonummer.", "Hard cover, with name days and week numbers."},
	},
	{
		Category: filing, SKU: "5210", GTIN: "9520000052102", Unit: "XBX", Price: money.MustParse("64.00"), Basis: one, VAT: vat,
		UNSPSC: "44122011", Manufacturer: "Arkiva", ManufacturerSKU: "AR-PF-100", LeadTimeDays: 3,
		Name:  text{"Plastficka A4, ask med 100", "Punched pocket A4, box of 100"},
		About: text{"Klar polypropen, 0,05 mm.", "Clear polypropylene, 0.05 mm."},
	},
	{
		Category: filing, SKU: "5220", GTIN: "9520000052201", Unit: "XBX", Price: money.MustParse("219.00"), Basis: one, VAT: vat,
		UNSPSC: "44122017", Manufacturer: "Arkiva", ManufacturerSKU: "AR-HM-25", LeadTimeDays: 3,
		Name:  text{"Hängmapp A4, ask med 25", "Hanging folder A4, box of 25"},
		About: text{"Med ryttare och etiketter.", "With tabs and labels."},
	},
	{
		Category: filing, SKU: "5230", GTIN: "9520000052300", Unit: "EA", Price: money.MustParse("19.90"), Basis: one, VAT: vat,
		UNSPSC: "44111515", Manufacturer: "Arkiva", ManufacturerSKU: "AR-AK-80", LeadTimeDays: 3,
		Name:  text{"Arkivkartong 80 mm", "Archive box 80 mm"},
		About: text{"Syrafri wellpapp. Levereras plan.", "Acid-free corrugated board. Delivered flat."},
	},
	{
		Category: desk, SKU: "5320", GTIN: "9520000053208", Unit: "EA", Price: money.MustParse("14.50"), Basis: one, VAT: vat,
		UNSPSC: "31201512", Manufacturer: "Arkiva", ManufacturerSKU: "AR-TJ-19", LeadTimeDays: 3,
		Name:  text{"Tejp 19 mm × 33 m", "Tape 19 mm × 33 m"},
		About: text{"Klar kontorstejp som går att skriva på.", "Clear office tape that can be written on."},
	},
	{
		Category: desk, SKU: "5330", GTIN: "9520000053307", Unit: "EA", Price: money.MustParse("12.50"), Basis: one, VAT: vat,
		UNSPSC: "31201610", Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-LS-20", LeadTimeDays: 1,
		Name:  text{"Limstift 20 g", "Glue stick 20 g"},
		About: text{"Utan lösningsmedel. Tvättas ur i 30 grader.", "Free from solvents. Washes out at 30 degrees."},
	},
	{
		Category: desk, SKU: "5340", GTIN: "9520000053406", Unit: "EA", Price: money.MustParse("11.90"), Basis: one, VAT: vat,
		UNSPSC: "41111604", Manufacturer: "Skrivdon Nord", ManufacturerSKU: "SN-LJ-30", LeadTimeDays: 1,
		Name:  text{"Linjal 30 cm", "Ruler 30 cm"},
		About: text{"Björk med stålkant.", "Birch with a steel edge."},
	},
	{
		Category: desk, SKU: "5350", GTIN: "9520000053505", Unit: "EA", Price: money.MustParse("129.00"), Basis: one, VAT: vat,
		UNSPSC: "44101807", Manufacturer: "Digitalia", ManufacturerSKU: "DI-MR-12", LeadTimeDays: 2,
		Name:  text{"Miniräknare, 12 siffror", "Calculator, 12 digits"},
		About: text{"Solcell och batteri. Stora tangenter.", "Solar cell and battery. Large keys."},
	},
	{
		Category: desk, SKU: "5710", GTIN: "9520000057107", Unit: "EA", Price: money.MustParse("649.00"), Basis: one, VAT: vat,
		UNSPSC: "39111500", Manufacturer: "Ljus & Form", ManufacturerSKU: "LF-BL-6", LeadTimeDays: 5,
		Name:  text{"Skrivbordslampa LED", "Desk lamp LED"},
		About: text{"Dimbar, 6 watt, med ledad arm.", "Dimmable, 6 watts, with a jointed arm."},
	},
	{
		Category: desk, SKU: "5720", GTIN: "9520000057206", Unit: "EA", Price: money.MustParse("2490.00"), Basis: one, VAT: vat,
		UNSPSC: "56112102", Manufacturer: "Ljus & Form", ManufacturerSKU: "LF-KS-2", LeadTimeDays: 8,
		Name:  text{"Kontorsstol med armstöd", "Office chair with armrests"},
		About: text{"Ställbar i höjd, rygg och gunga. Fem års garanti.", "Adjustable height, back and tilt. Five years of warranty."},
	},
	{
		Category: tech, SKU: "5410", GTIN: "9520000054106", Unit: "EA", Price: money.MustParse("89.00"), Basis: one, VAT: vat,
		UNSPSC: "43202010", Manufacturer: "Digitalia", ManufacturerSKU: "DI-USB-64", LeadTimeDays: 2,
		Name:  text{"USB-minne 64 GB", "USB stick 64 GB"},
		About: text{"USB 3.2 med lock.", "USB 3.2 with a cap."},
	},
	{
		Category: tech, SKU: "5420", GTIN: "9520000054205", Unit: "EA", Price: money.MustParse("199.00"), Basis: one, VAT: vat,
		UNSPSC: "43211708", Manufacturer: "Digitalia", ManufacturerSKU: "DI-MUS-T", LeadTimeDays: 2,
		Name:  text{"Trådlös mus", "Wireless mouse"},
		About: text{"Tyst klick, för höger- och vänsterhänta.", "Silent click, for either hand."},
	},
	{
		Category: tech, SKU: "5430", GTIN: "9520000054304", Unit: "EA", Price: money.MustParse("349.00"), Basis: one, VAT: vat,
		UNSPSC: "43211706", Manufacturer: "Digitalia", ManufacturerSKU: "DI-TB-N", LeadTimeDays: 2,
		Name:  text{"Tangentbord, nordiskt", "Keyboard, Nordic"},
		About: text{"Låga tangenter och sladd på 1,8 m.", "Low keys and a cable of 1.8 m."},
	},
	{
		Category: tech, SKU: "5440", GTIN: "9520000054403", Unit: "XBX", Price: money.MustParse("119.00"), Basis: one, VAT: vat,
		UNSPSC: "26111702", Manufacturer: "Digitalia", ManufacturerSKU: "DI-AA-24", LeadTimeDays: 2,
		Name:  text{"Batteri AA, ask med 24", "Battery AA, box of 24"},
		About: text{"Alkaliska, 1,5 volt.", "Alkaline, 1.5 volts."},
	},
	{
		Category: school, SKU: "5510", GTIN: "9520000055103", Unit: "SET", Price: money.MustParse("49.00"), Basis: one, VAT: vat,
		UNSPSC: "60121200", Manufacturer: "Skolboden", ManufacturerSKU: "SB-VF-12", LeadTimeDays: 2,
		Name:  text{"Vattenfärg, 12 kulörer", "Watercolours, 12 colours"},
		About: text{"Med pensel. Kulörerna går att byta ut.", "With a brush. The colours can be replaced."},
	},
	{
		Category: school, SKU: "5520", GTIN: "9520000055202", Unit: "SET", Price: money.MustParse("95.00"), Basis: one, VAT: vat,
		UNSPSC: "14121500", Manufacturer: "Skolboden", ManufacturerSKU: "SB-KA-100", LeadTimeDays: 2,
		Name:  text{"Pysselkartong A4, 100 ark", "Craft card A4, 100 sheets"},
		About: text{"Tio färger, 180 g.", "Ten colours, 180 g."},
	},
	{
		Category: school, SKU: "5530", GTIN: "9520000055301", Unit: "EA", Price: money.MustParse("549.00"), Basis: one, VAT: vat,
		UNSPSC: "60103400", Manufacturer: "Skolboden", ManufacturerSKU: "SB-JG-30", LeadTimeDays: 6,
		Name:  text{"Jordglob 30 cm", "Globe 30 cm"},
		About: text{"Med svenska namn och fot av trä.", "With names in Swedish and a wooden foot."},
	},
	{
		Category: kitchen, SKU: "5620", GTIN: "9520000056209", Unit: "XBX", Price: money.MustParse("69.00"), Basis: one, VAT: vat,
		UNSPSC: "52151500", Manufacturer: "Skolboden", ManufacturerSKU: "SB-PM-80", LeadTimeDays: 2,
		Name:  text{"Pappersmugg 24 cl, 80 st", "Paper cup 24 cl, 80 pcs"},
		About: text{"Utan plast. Komposteras.", "Free from plastic. Compostable."},
	},
	{
		Category: kitchen, SKU: "5630", GTIN: "9520000056308", Unit: "SET", Price: money.MustParse("79.00"), Basis: one, VAT: vat,
		UNSPSC: "14111703", Manufacturer: "Pappersbruket", ManufacturerSKU: "PB-TP-8", LeadTimeDays: 2,
		Name:  text{"Torkpapper, 8 rullar", "Paper towels, 8 rolls"},
		About: text{"Återvunnet papper, två lager.", "Recycled paper, two layers."},
	},
}
