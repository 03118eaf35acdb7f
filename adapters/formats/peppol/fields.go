package peppol

import (
	"encoding/json"
	"slices"

	"github.com/punchgate/punchgate/adapters/formats/options"
	"github.com/punchgate/punchgate/application/port"
)

// Fields returns what a mapping can name: elements by their path below Catalogue, and those of a line below CatalogueLine,
// each with the member that it is written from. The identifiers of cart and line are not among them, for orders name
// them; nor are attachments and labels, of which a line has any number without a name to tell them apart.
func (f *Format) Fields() []port.Field { return slices.Clone(fields) }

var fields = []port.Field{
	{Name: "cbc:ActionCode", Member: "complete_only"},
	{Name: "cac:ValidityPeriod/cbc:EndDate", Member: "valid_until"},
	{Name: "cac:ReferencedContract/cbc:ID", Member: "contract_id"},
	{Name: "cac:ProviderParty/cbc:EndpointID", Member: "seller.endpoint.id"},
	{Name: "cac:ProviderParty/cbc:EndpointID/@schemeID", Member: "seller.endpoint.scheme"},
	{Name: "cac:ProviderParty/cac:PartyIdentification/cbc:ID", Member: "seller.identifier.id"},
	{Name: "cac:ProviderParty/cac:PartyIdentification/cbc:ID/@schemeID", Member: "seller.identifier.scheme"},
	{Name: "cac:ProviderParty/cac:PartyLegalEntity/cbc:RegistrationName", Member: "seller.name"},
	{Name: "cac:ReceiverParty/cbc:EndpointID", Member: "buyer.endpoint.id"},
	{Name: "cac:ReceiverParty/cbc:EndpointID/@schemeID", Member: "buyer.endpoint.scheme"},
	{Name: "cac:ReceiverParty/cac:PartyIdentification/cbc:ID", Member: "buyer.identifier.id"},
	{Name: "cac:ReceiverParty/cac:PartyIdentification/cbc:ID/@schemeID", Member: "buyer.identifier.scheme"},
	{Name: "cac:ReceiverParty/cac:PartyLegalEntity/cbc:RegistrationName", Member: "buyer.name"},
	{Name: "cac:ReceiverParty/cac:Contact/cbc:ID", Member: "buyer.reference"},

	// What stands in every line, and is the cart's.
	{Name: place + "cbc:StreetName", Member: "ship_to.street"},
	{Name: place + "cbc:AdditionalStreetName", Member: "ship_to.street2"},
	{Name: place + "cbc:CityName", Member: "ship_to.city"},
	{Name: place + "cbc:PostalZone", Member: "ship_to.postal_code"},
	{Name: place + "cbc:CountrySubentity", Member: "ship_to.region"},
	{Name: place + "cac:AddressLine/cbc:Line", Member: "ship_to.name"},
	{Name: place + "cac:Country/cbc:IdentificationCode", Member: "ship_to.country"},
	{Name: "cac:CatalogueLine/cac:RequiredItemLocationQuantity/cac:Price/cbc:PriceAmount/@currencyID", Member: "currency"},

	{Line: true, Name: "cbc:ContractSubdivision", Member: "contract_id"},
	{Line: true, Name: "cac:LineValidityPeriod/cbc:StartDate", Member: "available_from"},
	{Line: true, Name: "cac:LineValidityPeriod/cbc:EndDate", Member: "available_until"},
	{Line: true, Name: "cac:RequiredItemLocationQuantity/cbc:LeadTimeMeasure", Member: "lead_time_days"},
	{Line: true, Name: "cac:RequiredItemLocationQuantity/cac:Price/cbc:PriceAmount", Member: "unit_price"},
	{Line: true, Name: "cac:RequiredItemLocationQuantity/cac:Price/cbc:BaseQuantity", Member: "price_basis_quantity"},
	{Line: true, Name: "cac:RequiredItemLocationQuantity/cac:Price/cbc:PriceType", Member: "price_type"},
	{Line: true, Name: "cac:RequiredItemLocationQuantity/cac:DeliveryUnit/cbc:BatchQuantity", Member: "quantity"},
	{Line: true, Name: "cac:RequiredItemLocationQuantity/cac:DeliveryUnit/cbc:BatchQuantity/@unitCode", Member: "unit"},
	{Line: true, Name: "cac:Item/cbc:Description", Member: "description"},
	{Line: true, Name: "cac:Item/cbc:Name", Member: "name"},
	{Line: true, Name: "cac:Item/cac:BuyersItemIdentification/cbc:ID", Member: "buyer_sku"},
	{Line: true, Name: "cac:Item/cac:SellersItemIdentification/cbc:ID", Member: "sku"},
	{Line: true, Name: "cac:Item/cac:ManufacturersItemIdentification/cbc:ID", Member: "manufacturer_sku"},
	{Line: true, Name: "cac:Item/cac:StandardItemIdentification/cbc:ID", Member: "standard_id.id"},
	{Line: true, Name: "cac:Item/cac:StandardItemIdentification/cbc:ID/@schemeID", Member: "standard_id.scheme"},
	{Line: true, Name: "cac:Item/cac:ItemSpecificationDocumentReference/cac:Attachment/cac:ExternalReference/cbc:URI", Member: "url"},
	{Line: true, Name: "cac:Item/cac:OriginCountry/cbc:IdentificationCode", Member: "origin_country"},
	{Line: true, Name: "cac:Item/cac:CommodityClassification/*", Member: "classifications.*"}, // * is the scheme
	{Line: true, Name: "cac:Item/cac:TransactionConditions/cbc:ActionCode", Member: "contracted"},
	{Line: true, Name: "cac:Item/cac:ClassifiedTaxCategory/cbc:ID", Member: "tax.category"},
	{Line: true, Name: "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent", Member: "tax.percent"},
	{Line: true, Name: "cac:Item/cac:AdditionalItemProperty/ServiceIndicator", Member: "service"},
	{Line: true, Name: "cac:Item/cac:AdditionalItemProperty/PartOf", Member: "part_of"},
	{Line: true, Name: "cac:Item/cac:AdditionalItemProperty/*", Member: "properties.*"}, // * is the name
	{Line: true, Name: "cac:Item/cac:ManufacturerParty/cac:PartyName/cbc:Name", Member: "manufacturer"},
}

const place = "cac:CatalogueLine/cac:RequiredItemLocationQuantity/cac:ApplicableTerritoryAddress/"

// CheckFormField refuses a name that no hidden field can have beside that of the document.
func (f *Format) CheckFormField(name string, raw json.RawMessage) error {
	s, err := readOptions(raw)
	if err != nil {
		return err
	}
	return options.CheckHiddenName(name, s.CheckOther)
}
