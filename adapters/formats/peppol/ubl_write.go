package peppol

import (
	"encoding/xml"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/domain/cart"
)

// ublWriter writes what documents of UBL have in common.
type ublWriter struct {
	*xmltext.Writer
	release *release
}

// identification writes an element that holds nothing but an identifier.
func (w ublWriter) identification(name, id, scheme string) {
	if id == "" {
		return
	}
	w.Start(name)
	w.Element("cbc:ID", id, "schemeID", scheme)
	w.End(name)
}

// wrapped writes an element that holds nothing but another with text.
func (w ublWriter) wrapped(outer, inner, text string) {
	if text == "" {
		return
	}
	w.Start(outer)
	w.Element(inner, text)
	w.End(outer)
}

// tax writes the content of a tax category.
func (w ublWriter) tax(t cart.Tax, exemption string) {
	w.Element("cbc:ID", t.Category)
	w.Decimal("cbc:Percent", t.Percent)
	w.Element("cbc:TaxExemptionReason", exemption)
	w.wrapped("cac:TaxScheme", "cbc:ID", vat)
}

// classifiedTax writes the tax of an item.
func (w ublWriter) classifiedTax(t cart.Tax) {
	w.Start("cac:ClassifiedTaxCategory")
	w.tax(percented(t), "")
	w.End("cac:ClassifiedTaxCategory")
}

// percented returns the tax with the percentage that every category needs; to the tax that O is outside of, it is nought.
func percented(t cart.Tax) cart.Tax {
	t.Percent = t.Percent.Or(zero)
	return t
}

// note tells of a member what is wrong with it, or lost.
type note func(member, code, message string)

// checkScheme judges a party's identifier, or its electronic address (endpoint), which have code lists of their own.
func (w ublWriter) checkScheme(member string, id cart.Identifier, endpoint bool, refuse, warn note) {
	known := w.release.identifiers
	n := &node{name: "cbc:ID", parent: &node{name: "cac:PartyIdentification"}}
	if endpoint {
		known = w.release.addresses
		n = &node{name: "cbc:EndpointID"}
	}
	if !known(id.Scheme) {
		refuse(member+"/scheme", "unknown_scheme", "must be a code of the Peppol release of "+w.release.label+", such as 0088 for a GLN")
	}
	n.text, n.attrs = id.ID, []xml.Attr{{Name: xml.Name{Local: "schemeID"}, Value: id.Scheme}}
	for broken := range w.release.broken(n.name, n) {
		switch message := broken.message + " (" + broken.id + ")"; {
		case broken.fatal:
			refuse(member+"/id", "not_in_scheme", message)
		default:
			warn(member+"/id", "identifier.not_in_scheme", message)
		}
	}
}
