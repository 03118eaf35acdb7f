package peppol

import (
	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/domain/cart"
)

// ublWriter writes what documents of UBL have in common.
type ublWriter struct{ *xmltext.Writer }

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

// note tells of a member what is wrong with it, or lost.
type note func(member, code, message string)

// checkScheme judges a party's identifier, or its electronic address (endpoint), which have code lists of their own.
func checkScheme(member string, id cart.Identifier, endpoint bool, refuse, warn note) {
	known := identifiers
	if endpoint {
		known = addresses
	}
	if !known(id.Scheme) {
		refuse(member+"/scheme", "unknown_scheme", "must be a code of the Peppol release of May 2025, such as 0088 for a GLN")
	}
	switch r := brokenPartyRule(id.Scheme, id.ID, endpoint); {
	case r == nil:
	case r.fatal:
		refuse(member+"/id", "not_in_scheme", r.message+" ("+r.id+")")
	default:
		warn(member+"/id", "identifier.not_in_scheme", r.message+" ("+r.id+")")
	}
}
