package cxml

import (
	"bytes"
	"encoding/xml"
	"io"
	"time"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/secret"
)

// mediaType is that of a cXML document (RFC 7303).
const mediaType = "text/xml; charset=UTF-8"

// timestamp is ISO 8601 with a numeric offset: the cXML User's Guide does not allow Z.
const timestamp = "2006-01-02T15:04:05-07:00"

// credentialDomains name ISO 6523 schemes as cXML credentials do.
var credentialDomains = map[string]string{"0060": "DUNS", "0088": "GLN"}

// partyName is the credential domain of a party that has no identifier at all: the DTD wants a credential.
const partyName = "Name"

// The modules of the DTD.
const (
	dtdCXML    = "cXML"
	dtdFulfill = "Fulfill" // what follows an order
)

// opening is what a document has around its body.
type opening struct {
	dtd, version string // without a dtd there is no DOCTYPE
	id, language string
	now          time.Time
}

func (d opening) write(w *xmltext.Writer) {
	w.Declaration()
	if d.dtd != "" {
		w.Raw(`<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/` + d.version + `/` + d.dtd + `.dtd">` + "\n")
	}
	w.Start("cXML", "payloadID", d.id, "timestamp", d.now.Format(timestamp), "version", d.version, "xml:lang", d.language)
}

// header writes who speaks to whom. A secret must not be in what passes the browser: cXML forbids authentication there.
func header(w *xmltext.Writer, from, to []connection.Identity, shared string) {
	w.Start("Header")
	credentials(w, "From", from)
	credentials(w, "To", to)
	w.Start("Sender")
	credential(w, from[0], shared)
	w.Element("UserAgent", "Punchgate")
	w.End("Sender")
	w.End("Header")
}

func credentials(w *xmltext.Writer, party string, identities []connection.Identity) {
	w.Start(party)
	for _, i := range identities {
		credential(w, i, "")
	}
	w.End(party)
}

func credential(w *xmltext.Writer, i connection.Identity, shared string) {
	w.Start("Credential", "domain", i.Domain)
	w.Start("Identity")
	w.Text(i.ID)
	w.End("Identity")
	w.Element("SharedSecret", shared)
	w.End("Credential")
}

// unknownSecret stands in the place of the secret until the document is sent.
const unknownSecret = "***"

func placeholder(hasSecret bool) string {
	if hasSecret {
		return unknownSecret
	}
	return ""
}

// Authenticate puts the secret into the Sender's credential.
func (f *Format) Authenticate(document []byte, s secret.Text) []byte {
	const before, after = "<SharedSecret>", "</SharedSecret>"
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(s.Reveal())) // a buffer takes everything
	return bytes.Replace(document, []byte(before+unknownSecret+after), []byte(before+escaped.String()+after), 1)
}

// deploymentMode tells tests from what counts.
func deploymentMode(test bool) string {
	if test {
		return "test"
	}
	return "production"
}

// request writes a Request from the shop to the procurement system, with what body writes into it.
func request(out io.Writer, d opening, s *port.Speaker, order *port.PurchaseOrder, body func(w *xmltext.Writer)) (string, error) {
	w := xmltext.NewWriter(out)
	d.write(w)
	header(w, identified(s.To, order.Seller), identified(s.From, order.Buyer), placeholder(s.HasSecret))
	w.Start("Request", "deploymentMode", deploymentMode(s.Test))
	body(w)
	w.End("Request")
	w.End("cXML")
	return mediaType, w.Flush()
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
