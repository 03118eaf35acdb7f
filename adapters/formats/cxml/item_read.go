package cxml

import (
	"slices"
	"strconv"
	"strings"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// readItem reads an ItemOut, which start calls and orders share. The line's id is the document's line number, or the
// position (from 1) where it gives none.
func readItem(e *element, position int) (line cart.Line, currency string, err error) {
	id, detail := e.child("ItemID"), e.child("ItemDetail")
	line = cart.Line{
		ID:              e.attr("lineNumber"),
		SKU:             id.content("SupplierPartID"),
		BuyerSKU:        id.content("BuyerPartID"),
		Unit:            detail.content("UnitOfMeasure"),
		Manufacturer:    detail.content("ManufacturerName"),
		ManufacturerSKU: detail.content("ManufacturerPartID"),
		URL:             detail.content("URL"),
		Extrinsics:      extrinsics(detail),
	}
	if line.ID == "" {
		line.ID = strconv.Itoa(position)
	}
	if key := id.child("SupplierPartAuxiliaryID"); key != nil {
		line.Key = key.text // as it came: it is the shop's own
	}
	line.GTIN = gtin(id, detail, line.Extrinsics)
	line.Name, line.Description = description(detail.child("Description"))
	for c := range detail.all("Classification") {
		if code := c.content(); code != "" {
			line.Classifications = append(line.Classifications, cart.Classification{Scheme: c.attr("domain"), Code: code})
		}
	}
	if days, err := strconv.Atoi(detail.content("LeadTime")); err == nil && days >= 0 {
		line.LeadTimeDays = &days
	}
	if line.Quantity, err = number(e, "quantity", e.attr("quantity")); err != nil {
		return line, "", err
	}
	if basis := detail.child("PriceBasisQuantity"); basis != nil {
		if line.PriceBasisQuantity, err = number(basis, "quantity", basis.attr("quantity")); err != nil {
			return line, "", err
		}
	}
	line.UnitPrice, currency, err = readMoney(detail.child("UnitPrice"))
	return line, currency, err
}

// description splits a Description: ShortName and the text around it, or the first line and the rest, as the writer puts
// them.
func description(e *element) (name, text string) {
	text = strings.TrimSpace(e.own())
	if name = e.content("ShortName"); name == "" {
		name, text, _ = strings.Cut(text, "\n")
	}
	return strings.TrimSpace(name), strings.TrimSpace(text)
}

// gtin looks for a GTIN in the places where buyers put one.
func gtin(id, detail *element, extrinsics map[string]string) string {
	for r := range id.all("IdReference") {
		if slices.ContainsFunc(gtinNames, func(known string) bool { return strings.EqualFold(known, r.attr("domain")) }) {
			return r.attr("identifier")
		}
	}
	if code := detail.content("ItemDetailIndustry", "ItemDetailRetail", "EANID"); code != "" {
		return code
	}
	return lookup(extrinsics, gtinNames...)
}

// gtinNames are names that buyers give to a GTIN.
var gtinNames = []string{gtinExtrinsic, "EAN", "EAN-13", "EANID"}

// lookup returns the value of the first of these names that is there, without regard to case.
func lookup(extrinsics map[string]string, names ...string) string {
	for _, wanted := range names {
		for name, value := range extrinsics {
			if strings.EqualFold(name, wanted) {
				return value
			}
		}
	}
	return ""
}

// extrinsics reads the free members of an element; the first of a name counts, empty ones do not.
func extrinsics(e *element) map[string]string {
	var all map[string]string
	for x := range e.all("Extrinsic") {
		name, value := x.attr("name"), x.content()
		if _, doubled := all[name]; doubled || name == "" || value == "" {
			continue
		}
		if all == nil {
			all = map[string]string{}
		}
		all[name] = value
	}
	return all
}

// readMoney reads the amount within an element such as UnitPrice or Total. Oracle sends amounts without a number.
func readMoney(e *element) (money.Decimal, string, error) {
	m := e.child("Money")
	if m == nil {
		return money.Decimal{}, "", nil
	}
	value, err := number(m, "number", m.content())
	return value, m.attr("currency"), err
}

// number reads a decimal. cXML sets no limit to the number of digits; digits after the point beyond those that the gateway
// keeps are cut, and a plus sign or a missing nought before the point is taken.
func number(e *element, what, text string) (money.Decimal, error) {
	plain := strings.TrimPrefix(text, "+")
	whole, fraction, point := strings.Cut(plain, ".")
	if point {
		if whole == "" {
			whole = "0"
		}
		plain = whole + "." + fraction[:min(len(fraction), money.MaxFractionDigits)]
	}
	d, err := money.Parse(plain)
	if err != nil {
		return d, problem(errValue, e, what+" of "+e.name+" is not a number")
	}
	return d, nil
}

// address reads the Address within an element such as ShipTo.
func address(e *element) cart.Address {
	a := e.child("Address")
	postal := a.child("PostalAddress")
	var streets []string
	for s := range postal.all("Street") {
		streets = append(streets, oneLine(s.content()))
	}
	street, rest := "", ""
	if len(streets) > 0 {
		street, rest = streets[0], joined(", ", streets[1:]...)
	}
	read := cart.Address{
		Name:       oneLine(a.content("Name")),
		Street:     street,
		Street2:    rest,
		City:       oneLine(postal.content("City")),
		PostalCode: oneLine(postal.content("PostalCode")),
		Region:     oneLine(postal.content("State")),
		Country:    strings.ToUpper(postal.child("Country").attr("isoCountryCode")),
	}
	if read.Name == "" {
		read.Name = oneLine(postal.content("DeliverTo"))
	}
	if read.Country == "" {
		read.Country = strings.ToUpper(a.attr("isoCountryCode"))
	}
	if id := a.attr("addressID"); gln(a.attr("addressIDDomain"), id) {
		read.GLN = id
	}
	return read
}

// oneLine folds white space: documents are broken into lines where they are printed.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// gln reports whether an address's identifier is a Global Location Number: its domain says so, or, where the DTD has no
// domain yet, it has the 13 digits of one.
func gln(domain, id string) bool {
	switch strings.ToUpper(domain) {
	case "GLN", "ILN", "EAN":
		return true
	case "":
		return len(id) == 13 && strings.Trim(id, "0123456789") == ""
	}
	return false
}
