package bench

import (
	"encoding/xml"
	"strconv"
	"time"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
)

// The Catalogue of UBL 2.1.
type (
	ublCatalogue struct {
		XMLName       xml.Name   `xml:"Catalogue"`
		Default       string     `xml:"xmlns,attr"`
		Aggregate     string     `xml:"xmlns:cac,attr"`
		Basic         string     `xml:"xmlns:cbc,attr"`
		Customization string     `xml:"cbc:CustomizationID"`
		Profile       string     `xml:"cbc:ProfileID"`
		ID            string     `xml:"cbc:ID"`
		IssueDate     string     `xml:"cbc:IssueDate"`
		IssueTime     string     `xml:"cbc:IssueTime"`
		Provider      ublParty   `xml:"cac:ProviderParty"`
		Receiver      ublParty   `xml:"cac:ReceiverParty"`
		Lines         []*ublLine `xml:"cac:CatalogueLine"`
	}
	ublIdentifier struct {
		Scheme string `xml:"schemeID,attr,omitempty"`
		Text   string `xml:",chardata"`
	}
	ublParty struct {
		Endpoint   ublIdentifier `xml:"cbc:EndpointID"`
		Identifier ublIdentifier `xml:"cac:PartyIdentification>cbc:ID"`
		Name       string        `xml:"cac:PartyLegalEntity>cbc:RegistrationName"`
	}
	ublQuantity struct {
		Unit string `xml:"unitCode,attr"`
		Text string `xml:",chardata"`
	}
	ublAmount struct {
		Currency string `xml:"currencyID,attr"`
		Text     string `xml:",chardata"`
	}
	ublCode struct {
		List string `xml:"listID,attr"`
		Text string `xml:",chardata"`
	}
	ublLine struct {
		ID       string `xml:"cbc:ID"`
		Location struct {
			LeadTime ublQuantity `xml:"cbc:LeadTimeMeasure"`
			Street   string      `xml:"cac:ApplicableTerritoryAddress>cbc:StreetName"`
			City     string      `xml:"cac:ApplicableTerritoryAddress>cbc:CityName"`
			Postal   string      `xml:"cac:ApplicableTerritoryAddress>cbc:PostalZone"`
			Name     string      `xml:"cac:ApplicableTerritoryAddress>cac:AddressLine>cbc:Line"`
			Country  string      `xml:"cac:ApplicableTerritoryAddress>cac:Country>cbc:IdentificationCode"`
			Price    ublAmount   `xml:"cac:Price>cbc:PriceAmount"`
			Basis    ublQuantity `xml:"cac:Price>cbc:BaseQuantity"`
			Quantity ublQuantity `xml:"cac:DeliveryUnit>cbc:BatchQuantity"`
		} `xml:"cac:RequiredItemLocationQuantity"`
		Item struct {
			Description     string        `xml:"cbc:Description"`
			Name            string        `xml:"cbc:Name"`
			SKU             string        `xml:"cac:SellersItemIdentification>cbc:ID"`
			ManufacturerSKU string        `xml:"cac:ManufacturersItemIdentification>cbc:ID"`
			GTIN            ublIdentifier `xml:"cac:StandardItemIdentification>cbc:ID"`
			Link            struct {
				ID  string `xml:"cbc:ID"`
				URI string `xml:"cac:Attachment>cac:ExternalReference>cbc:URI"`
			} `xml:"cac:ItemSpecificationDocumentReference"`
			Classes []ublCode `xml:"cac:CommodityClassification>cbc:ItemClassificationCode"`
			Tax     struct {
				ID      string `xml:"cbc:ID"`
				Percent string `xml:"cbc:Percent"`
				Scheme  string `xml:"cac:TaxScheme>cbc:ID"`
			} `xml:"cac:ClassifiedTaxCategory"`
			Manufacturer string `xml:"cac:ManufacturerParty>cac:PartyName>cbc:Name"`
		} `xml:"cac:Item"`
	}
)

func inUBL(o *port.Outgoing) any {
	const namespace = "urn:oasis:names:specification:ubl:schema:xsd:"
	c := o.Cart
	d := &ublCatalogue{
		Default: namespace + "Catalogue-2", Aggregate: namespace + "CommonAggregateComponents-2", Basic: namespace + "CommonBasicComponents-2",
		Customization: "urn:fdc:peppol.eu:poacc:trns:punch_out:3", Profile: "urn:fdc:peppol.eu:poacc:bis:punch_out:3", ID: c.ID,
		IssueDate: c.IssuedAt.Time.Format(time.DateOnly), IssueTime: c.IssuedAt.Time.Format(time.TimeOnly),
		Provider: ublPartyOf(&c.Seller), Receiver: ublPartyOf(&c.Buyer),
	}
	for i := range c.Lines {
		l, line := &c.Lines[i], &ublLine{}
		line.ID = l.ID
		at := &line.Location
		at.LeadTime = ublQuantity{"DAY", strconv.Itoa(*l.LeadTimeDays)}
		at.Street, at.City, at.Postal, at.Name, at.Country = c.ShipTo.Street, c.ShipTo.City, c.ShipTo.PostalCode, c.ShipTo.Name, c.ShipTo.Country
		at.Price, at.Basis, at.Quantity = ublAmount{c.Currency, l.UnitPrice.String()}, ublQuantity{l.Unit, "1"}, ublQuantity{l.Unit, l.Quantity.String()}
		item := &line.Item
		item.Description, item.Name, item.SKU, item.ManufacturerSKU = l.Description, l.Name, l.SKU, l.ManufacturerSKU
		item.GTIN = ublIdentifier{"0160", l.GTIN}
		item.Link.ID, item.Link.URI = l.URL, l.URL
		for _, class := range l.Classifications {
			item.Classes = append(item.Classes, ublCode{"TST", class.Code})
		}
		item.Tax.ID, item.Tax.Percent, item.Tax.Scheme = l.Tax.Category, l.Tax.Percent.String(), "VAT"
		item.Manufacturer = l.Manufacturer
		d.Lines = append(d.Lines, line)
	}
	return d
}

func ublPartyOf(p *cart.Party) ublParty {
	return ublParty{ublIdentifier{p.Endpoint.Scheme, p.Endpoint.ID}, ublIdentifier{p.Identifier.Scheme, p.Identifier.ID}, p.Name}
}
