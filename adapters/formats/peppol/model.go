package peppol

import (
	"fmt"
	"strings"
)

// table is the data model of transaction T77 in the release of May 2025, in the order of UBL 2.1: an element a line, below
// its parent. After the name stand how often it may occur (nothing: once, ?: at most once, +: at least once, *: any
// number), the kind of its text, a fixed value (=) or a code list ([]), and its attributes (@), with ? where they may be
// left out.
const table = `
ubl:Catalogue
 cbc:CustomizationID id
 cbc:ProfileID id =urn:fdc:peppol.eu:poacc:bis:punch_out:3
 cbc:ID id
 cbc:ActionCode? code [boolean]
 cbc:IssueDate date
 cbc:IssueTime time
 cac:ValidityPeriod?
  cbc:EndDate date
  cbc:EndTime? time
 cac:ReferencedContract?
  cbc:ID? id
 cac:ProviderParty
  cbc:EndpointID? id @schemeID[eas]
  cac:PartyIdentification?
   cbc:ID id @schemeID?[icd]
  cac:PartyLegalEntity
   cbc:RegistrationName text
 cac:ReceiverParty
  cbc:EndpointID? id @schemeID[eas]
  cac:PartyIdentification?
   cbc:ID id @schemeID?[icd]
  cac:PartyLegalEntity
   cbc:RegistrationName text
  cac:Contact?
   cbc:ID? id
 cac:CatalogueLine+
  cbc:ID id
  cbc:ContractSubdivision? text
  cac:LineValidityPeriod?
   cbc:StartDate? date
   cbc:EndDate? date
   cbc:EndTime? time
  cac:RequiredItemLocationQuantity
   cbc:LeadTimeMeasure? measure @unitCode[unit]
   cac:ApplicableTerritoryAddress?
    cbc:StreetName? text
    cbc:AdditionalStreetName? text
    cbc:CityName? text
    cbc:PostalZone? text
    cbc:CountrySubentity? text
    cac:AddressLine?
     cbc:Line? text
    cac:Country?
     cbc:IdentificationCode code [country]
   cac:Price
    cbc:PriceAmount amount @currencyID[currency]
    cbc:BaseQuantity? quantity @unitCode[unit]
    cbc:PriceType? text
   cac:DeliveryUnit
    cbc:BatchQuantity quantity @unitCode[unit]
  cac:Item
   cbc:Description? text
   cbc:Name text
   cac:BuyersItemIdentification?
    cbc:ID id
   cac:SellersItemIdentification?
    cbc:ID id
   cac:ManufacturersItemIdentification?
    cbc:ID id
   cac:StandardItemIdentification?
    cbc:ID id @schemeID[icd]
   cac:ItemSpecificationDocumentReference*
    cbc:ID id
    cbc:DocumentTypeCode? code [document-type]
    cbc:DocumentDescription? text
    cac:Attachment?
     cbc:EmbeddedDocumentBinaryObject? binary @mimeCode[media-type] @filename
     cac:ExternalReference?
      cbc:URI id
   cac:OriginCountry?
    cbc:IdentificationCode? code [country]
   cac:CommodityClassification*
    cbc:ItemClassificationCode code @listID[item-type] @listVersionID? @name?
   cac:TransactionConditions?
    cbc:ActionCode code
   cac:ClassifiedTaxCategory
    cbc:ID id
    cbc:Percent percent
    cac:TaxScheme
     cbc:ID id
   cac:AdditionalItemProperty*
    cbc:ID? id @schemeDataURI? @schemeID? @schemeVersionID?
    cbc:Name text
    cbc:NameCode? code @listID
    cbc:Value text
    cbc:ValueQuantity? quantity @unitCode[unit]
    cbc:ValueQualifier? text
   cac:ManufacturerParty?
    cac:PartyName
     cbc:Name text
   cac:Certificate*
    cbc:ID id
    cbc:CertificateTypeCode code =NA
    cbc:CertificateType text
    cbc:Remarks* text
    cac:IssuerParty
     cac:PartyName
      cbc:Name text
    cac:DocumentReference*
     cbc:ID id
`

// element is what the model demands of an element.
type element struct {
	name      string
	mandatory bool
	many      bool
	kind      string // of its text; empty for elements that hold elements
	fixed     string
	list      codeList
	listName  string
	attrs     []*attribute
	children  []*element // in order

	// Identifiers of the published rules.
	missingRule, valueRule, unknownRule string
}

// attribute is what the model demands of an attribute.
type attribute struct {
	name                  string
	mandatory             bool
	list                  codeList
	listName              string
	missingRule, listRule string
}

// catalogue is the model's root; schemaLocationRule forbids it the attribute of that name.
var catalogue, schemaLocationRule = readModel(table)

// child returns the model of a child by its name, and its place among the children.
func (e *element) child(name string) (int, *element) {
	for i, c := range e.children {
		if c.name == name {
			return i, c
		}
	}
	return 0, nil
}

func (e *element) attribute(name string) *attribute {
	for _, a := range e.attrs {
		if a.name == name {
			return a
		}
	}
	return nil
}

// readModel reads the table and numbers its rules as the published ones are: PEPPOL-T77-B, the number of the element,
// counting elements and attributes as they stand, and the number of the demand within the element.
func readModel(table string) (root *element, schemaLocation string) {
	var open []*element // from the root to the last element
	var all []*element
	number := map[*element]int{}
	count := 0
	for line := range strings.Lines(table) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		e := &element{}
		depth := len(line) - len(strings.TrimLeft(line, " "))
		e.name = strings.TrimRight(words[0], "?+*")
		occurs := words[0][len(e.name):]
		e.mandatory = occurs == "" || occurs == "+"
		e.many = occurs == "+" || occurs == "*"
		count++
		number[e] = count
		for _, word := range words[1:] {
			switch word[0] {
			case '=':
				e.fixed = word[1:]
			case '[':
				e.listName = strings.Trim(word, "[]")
				e.list = lists[e.listName]
			case '@':
				name, list, _ := strings.Cut(strings.TrimRight(word[1:], "]"), "[")
				a := &attribute{name: strings.TrimSuffix(name, "?"), listName: list, list: lists[list]}
				a.mandatory = a.name == name
				e.attrs = append(e.attrs, a)
				count++
			default:
				e.kind = word
			}
		}
		if depth > 0 {
			parent := open[depth-1]
			parent.children = append(parent.children, e)
		}
		open = append(open[:depth], e)
		all = append(all, e)
	}
	root = all[0]
	for _, e := range all {
		k := 0
		next := func() string {
			k++
			return fmt.Sprintf("PEPPOL-T77-B%03d%02d", number[e], k)
		}
		for _, c := range e.children {
			if c.mandatory {
				c.missingRule = next()
			}
		}
		if e == root {
			schemaLocation = next()
		}
		if e.fixed != "" || e.list != nil {
			e.valueRule = next()
		}
		for _, a := range e.attrs {
			if a.mandatory {
				a.missingRule = next()
			}
			if a.list != nil {
				a.listRule = next()
			}
		}
		e.unknownRule = next()
	}
	return root, schemaLocation
}
