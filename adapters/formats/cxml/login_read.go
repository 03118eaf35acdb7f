package cxml

import (
	"bytes"
	"cmp"
	"mime"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/adapters/formats/startform"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
)

// Refusals of start calls that are readable.
var (
	errDocument  = fault.New(fault.Unsupported, "cxml.document_unsupported", "this address does not take the document")
	errOperation = fault.New(fault.Unsupported, "cxml.operation_unsupported", "the operation source is not offered")
)

// DecodeLogin reads a start call: a form, or a cXML document with a PunchOutSetupRequest or a ProfileRequest.
func (f *Format) DecodeLogin(r port.StartRequest) (port.StartCall, error) {
	o, err := readOptions(r.Options)
	if err != nil {
		return port.StartCall{}, err
	}
	if !o.byDocument(r) {
		return startform.Decode(r)
	}
	e, err := readEnvelope(bytes.NewReader(r.Body))
	call := port.StartCall{
		DocumentID: e.payloadID,
		Test:       e.test,
		Presented:  port.Presented{Password: e.secret, From: e.from, To: e.to, Sender: e.sender, Names: e.domains()},
	}
	if err != nil {
		return call, err
	}
	call.Document = e.payload.name
	switch {
	case e.header == nil:
		return call, problem(errMissing, e.payload, "cXML has no Header")
	case call.Document == docProfile:
		return call, nil
	case call.Document != docSetup:
		return call, problem(errDocument, e.payload, "it is "+clip(call.Document))
	}
	return call, readSetup(e.payload, &call)
}

// AnswersDocument reports whether the start call is a document.
func (f *Format) AnswersDocument(r port.StartRequest) bool {
	o, _ := readOptions(r.Options) // options that are refused leave the choice to the call
	return o.byDocument(r)
}

// byDocument goes by the content type and, since some buyers send documents as text/html, by how the body begins.
func (o *settings) byDocument(r port.StartRequest) bool {
	if o.Start != "" {
		return o.Start == startDocument
	}
	mediaType, _, _ := mime.ParseMediaType(r.ContentType)
	switch {
	case mediaType == "text/xml", mediaType == "application/xml", strings.HasSuffix(mediaType, "+xml"):
		return true
	}
	for _, b := range r.Body {
		switch b {
		case '<':
			return true
		case 0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0, ' ', '\t', '\r', '\n': // byte-order marks, UTF-16 and white space
		default:
			return false
		}
	}
	return false
}

func (e *envelope) domains() []string {
	var names []string
	for _, i := range slices.Concat(e.from, e.to, e.sender) {
		if !slices.Contains(names, i.Domain) {
			names = append(names, i.Domain)
		}
	}
	return names
}

// readSetup reads a PunchOutSetupRequest into the call.
func readSetup(e *element, call *port.StartCall) error {
	call.ReturnURL = e.content("BrowserFormPost", "URL")
	call.Extrinsics = extrinsics(e)
	call.ShipTo = address(e.child("ShipTo"))
	call.Person = person(e, call.Extrinsics)
	call.SelectedItem = e.content("SelectedItem", "ItemID", "SupplierPartID")
	for item := range e.all("ItemOut") {
		if len(call.Lines) == cart.MaxLines {
			return cart.ErrTooManyLines
		}
		line, _, err := readItem(item, len(call.Lines)+1)
		if err != nil {
			return err
		}
		call.Lines = append(call.Lines, line)
	}
	cookie := e.child("BuyerCookie")
	if cookie == nil {
		return missing(e, "BuyerCookie")
	}
	call.Correlation = cookie.text // opaque: as it came
	switch call.Operation = e.attr("operation"); call.Operation {
	case opCreate, opEdit, opInspect:
		return nil
	case opSource:
		return errOperation
	case "":
		return missing(e, "operation")
	}
	return problem(errValue, e, "operation is none of create, edit, inspect and source")
}

// person gathers who shops. The extrinsics that give a person's name are taken before the Contact, where some buyers put
// the login name, and login names after it.
func person(e *element, extrinsics map[string]string) port.Person {
	find := func(names ...string) string { return lookup(extrinsics, names...) }
	contact := endUser(e)
	return port.Person{
		Name: cmp.Or(find("UserFullName"), joined(" ", find("FirstName"), find("LastName")), contact.content("Name"),
			find("UserPrintableName", "UniqueName", "UniqueUsername", "User", "UserId")),
		Email: cmp.Or(find("UserEmail"), contact.content("Email"), find("Email"), e.content("ShipTo", "Address", "Email")),
		Phone: cmp.Or(find("UserPhoneNumber", "PhoneNumber"), phone(contact.child("Phone", "TelephoneNumber"))),
	}
}

// endUser returns the Contact of the person: by its role, or else the first.
func endUser(e *element) *element {
	for _, role := range []string{"endUser", "user"} {
		for c := range e.all("Contact") {
			if strings.EqualFold(c.attr("role"), role) {
				return c
			}
		}
	}
	return e.child("Contact")
}

func phone(e *element) string {
	country := strings.TrimPrefix(e.content("CountryCode"), "+")
	if country != "" {
		country = "+" + country
	}
	extension := e.content("Extension")
	if extension != "" {
		extension = "ext. " + extension
	}
	return joined(" ", country, e.content("AreaOrCityCode"), e.content("Number"), extension)
}
