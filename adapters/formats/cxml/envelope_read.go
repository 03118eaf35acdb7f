package cxml

import (
	"cmp"
	"io"
	"strings"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
)

// The documents that are told apart.
const (
	docSetup        = "PunchOutSetupRequest"
	docProfile      = "ProfileRequest"
	docOrder        = "OrderRequest"
	docOrderMessage = "PunchOutOrderMessage"
	docConfirmation = "ConfirmationRequest"
)

// Refusals of a document that is XML, but not what it should be.
var (
	errNotCXML = fault.New(fault.Malformed, "cxml.not_cxml", "the document is not cXML")
	errMissing = fault.New(fault.Malformed, "cxml.missing", "the document lacks an element or attribute")
	errValue   = fault.New(fault.Malformed, "cxml.value", "the document has a value that is not readable")
)

// envelope is what every cXML document has around its payload.
type envelope struct {
	payloadID        string
	version          string   // of the DTD, as far as the document says
	header           *element // nil where there is none
	from, to, sender []connection.Identity
	secret           secret.Text
	test             bool
	payload          *element // such as PunchOutSetupRequest
}

// readEnvelope reads a document as far as its payload, whatever that is.
func readEnvelope(r io.Reader) (envelope, error) {
	root, version, err := readXML(r)
	if err != nil {
		return envelope{}, err
	}
	if root.name != "cXML" {
		return envelope{}, problem(errNotCXML, root, "its root element is "+clip(root.name))
	}
	header := root.child("Header")
	e := envelope{
		payloadID: root.attr("payloadID"),
		version:   cmp.Or(version, root.attr("version")),
		header:    header,
		from:      identities(header.child("From")),
		to:        identities(header.child("To")),
		sender:    identities(header.child("Sender")),
	}
	for credential := range header.child("Sender").all("Credential") {
		if text := credential.content("SharedSecret"); text != "" && e.secret.Empty() {
			e.secret = secret.New(text)
		}
	}
	around, payload := body(root)
	e.test, e.payload = around.attr("deploymentMode") == "test", payload
	if e.payload == nil {
		return e, missing(root, "request")
	}
	return e, nil
}

// body finds the payload, whatever that is, and what it stands in; each is nil where there is none.
func body(root *element) (around, payload *element) {
	for _, around = range root.children {
		switch around.name {
		case "Request", "Message", "Response":
			for _, c := range around.children {
				if c.name != "Status" {
					return around, c
				}
			}
		}
	}
	return nil, nil
}

func identities(party *element) []connection.Identity {
	var all []connection.Identity
	for c := range party.all("Credential") {
		all = append(all, connection.Identity{Domain: c.attr("domain"), ID: c.content("Identity")})
	}
	return all
}

// missing refuses a document whose element e has no such child or attribute.
func missing(e *element, what string) error { return problem(errMissing, e, e.name+" has no "+what) }

// problem is the refusal f with what is wrong at an element.
func problem(f *fault.Fault, e *element, what string) error {
	return fault.Newf(f.Kind, f.Code, "%s, line %d: %s", f.Message, e.line, what)
}

// clip keeps a message short whatever came in.
func clip(s string) string {
	if runes := []rune(s); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return s
}

// joined puts the texts that are not blank into one.
func joined(separator string, texts ...string) string {
	var kept []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			kept = append(kept, t)
		}
	}
	return strings.Join(kept, separator)
}
