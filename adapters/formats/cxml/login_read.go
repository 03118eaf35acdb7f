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
	errDocument   = fault.New(fault.Unsupported, "cxml.document_unsupported", "this address does not take the document")
	errOperation  = fault.New(fault.Unsupported, "cxml.operation_unsupported", "the operation source is not offered")
	errNotAllowed = fault.New(fault.NotFound, "cxml.operation_not_allowed", "no cart of this connection allows the operation")
)

// DecodeLogin reads a start call: a form where the format takes one, or a cXML document with a PunchOutSetupRequest, a
// ProfileRequest or an OrderRequest. Of a document with attachments these are passed over.
func (f *Format) DecodeLogin(r port.StartRequest) (port.StartCall, error) {
	o, err := f.readOptions(r.Options)
	if err != nil {
		return port.StartCall{}, err
	}
	if o.Start == startForm || o.Start == "" && !isDocument(r) {
		return startform.Decode(r)
	}
	document, err := rootPart(r)
	if err != nil {
		return port.StartCall{}, err
	}
	e, err := readEnvelope(bytes.NewReader(document))
	call := port.StartCall{
		DocumentID: e.payloadID,
		Test:       e.test,
		Presented:  port.Presented{Password: e.secret, From: e.from, To: e.to, Sender: e.sender, Names: e.domains()},
	}
	if err != nil {
		return call, err
	}
	if version := cmp.Or(o.DTDVersion, e.version); valid(version) {
		call.Keep = map[string]string{keepVersion: version}
	}
	call.Document = e.payload.name
	if e.header == nil {
		return call, problem(errMissing, e.payload, "cXML has no Header")
	}
	switch call.Document {
	case docProfile:
		return call, nil
	case docOrder:
		order, err := readOrder(&e)
		if err != nil {
			return call, err
		}
		call.Order = &order
		call.Kept, err = redacted(document)
		return call, err
	case docSetup:
		if err := readSetup(e.payload, &call); err != nil {
			return call, err
		}
		return call, o.allow(call.Operation)
	}
	return call, problem(errDocument, e.payload, "it is "+clip(call.Document))
}

// allow refuses what the carts of the connection did not allow: each says so in its operationAllowed, and each operation
// there includes those before it.
func (o *settings) allow(operation string) error {
	order := []string{opCreate, opInspect, opEdit}
	if slices.Index(order, operation) > slices.Index(order, o.OperationAllowed) {
		return errNotAllowed
	}
	return nil
}

// AnswersDocument reports whether the start call is a document.
func (f *Format) AnswersDocument(r port.StartRequest) bool {
	o, _ := f.readOptions(r.Options) // options that are refused leave the choice to the call
	return o.Start != startForm && isDocument(r)
}

// isDocument goes by the content type and, since some buyers send documents as text/html, by how the body begins.
func isDocument(r port.StartRequest) bool {
	mediaType, _, _ := mime.ParseMediaType(r.ContentType)
	switch {
	case mediaType == "text/xml", mediaType == "application/xml", mediaType == multipartRelated, strings.HasSuffix(mediaType, "+xml"):
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
	if frame := lookup(call.Extrinsics, "ReturnFrame"); frame != "" && len(strings.Fields(frame)) == 1 {
		if call.Keep == nil {
			call.Keep = map[string]string{}
		}
		call.Keep[keepTarget] = frame
	}
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
