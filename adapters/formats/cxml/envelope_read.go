package cxml

import (
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
	header           *element // nil where there is none
	from, to, sender []connection.Identity
	secret           secret.Text
	test             bool
	payload          *element // such as PunchOutSetupRequest
}

// readEnvelope reads a document as far as its payload, whatever that is.
func readEnvelope(r io.Reader) (envelope, error) {
	root, err := readXML(r)
	if err != nil {
		return envelope{}, err
	}
	if root.name != "cXML" {
		return envelope{}, problem(errNotCXML, root, "its root element is "+clip(root.name))
	}
	header := root.child("Header")
	e := envelope{
		payloadID: root.attr("payloadID"),
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
	for _, body := range root.children {
		switch body.name {
		case "Request", "Message", "Response":
			e.test = body.attr("deploymentMode") == "test"
			for _, c := range body.children {
				if c.name != "Status" {
					e.payload = c
				}
			}
		}
	}
	if e.payload == nil {
		return e, missing(root, "request")
	}
	return e, nil
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
