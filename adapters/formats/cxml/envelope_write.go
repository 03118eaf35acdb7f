package cxml

import (
	"io"
	"time"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
)

// mediaType is that of a cXML document (RFC 7303).
const mediaType = "text/xml; charset=UTF-8"

// timestamp is ISO 8601 with a numeric offset: the cXML User's Guide does not allow Z.
const timestamp = "2006-01-02T15:04:05-07:00"

// credentialDomains name ISO 6523 schemes as cXML credentials do.
var credentialDomains = map[string]string{"0060": "DUNS", "0088": "GLN"}

// partyName is the credential domain of a party that has no identifier at all: the DTD wants a credential.
const partyName = "Name"

// openDocument writes everything up to the start tag of cXML.
func openDocument(out io.Writer, o *settings, id, language string, now time.Time) *xmltext.Writer {
	w := xmltext.NewWriter(out)
	if o.Encoding == encodingText {
		w.ASCII()
	}
	w.Declaration()
	if o.Doctype {
		w.Raw(`<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/` + o.DTDVersion + `/cXML.dtd">` + "\n")
	}
	w.Start("cXML", "payloadID", id, "timestamp", now.Format(timestamp), "version", o.DTDVersion, "xml:lang", language)
	return w
}

// header writes who speaks to whom. No secret is in it: cXML forbids authentication in what passes the browser.
func header(w *xmltext.Writer, from, to []connection.Identity) {
	w.Start("Header")
	credentials(w, "From", from)
	credentials(w, "To", to)
	w.Start("Sender")
	credential(w, from[0])
	w.Element("UserAgent", "Punchgate")
	w.End("Sender")
	w.End("Header")
}

func credentials(w *xmltext.Writer, party string, identities []connection.Identity) {
	w.Start(party)
	for _, i := range identities {
		credential(w, i)
	}
	w.End(party)
}

func credential(w *xmltext.Writer, i connection.Identity) {
	w.Start("Credential", "domain", i.Domain)
	w.Start("Identity")
	w.Text(i.ID)
	w.End("Identity")
	w.End("Credential")
}

// identified returns the identities, or where there are none what else names the party; never nothing.
func identified(identities []connection.Identity, p cart.Party) []connection.Identity {
	if len(identities) > 0 {
		return identities
	}
	for _, id := range []cart.Identifier{p.Identifier, p.Endpoint} {
		if id.ID == "" || id.Scheme == "" {
			continue
		}
		if domain, ok := credentialDomains[id.Scheme]; ok {
			id.Scheme = domain
		}
		return []connection.Identity{{Domain: id.Scheme, ID: id.ID}}
	}
	return []connection.Identity{{Domain: partyName, ID: p.Name}}
}
