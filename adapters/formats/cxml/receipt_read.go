package cxml

import (
	"errors"
	"io"
	"strconv"

	"github.com/punchgate/punchgate/domain/fault"
)

// What procurement systems say of documents that they do not take. What is no cXML at all counts as an error on the way,
// after which the document is sent again (cXML Reference Guide).
var (
	errNoReceipt = fault.New(fault.Unavailable, "cxml.no_receipt", "the procurement system did not answer with a cXML Response")
	errPutOff    = fault.New(fault.Unavailable, "cxml.put_off", "the procurement system cannot take the document now")
	errNotTaken  = fault.New(fault.Invalid, "cxml.not_taken", "the procurement system does not take the document")
)

// ReadReceipt reads a Response. A status of 2xx is nil. One of 5xx, or no Response at all, is a fault of kind Unavailable:
// the document may be sent again. Any other is of kind Invalid. An error of the reader is returned as it is.
func (f *Format) ReadReceipt(body io.Reader) error {
	root, _, err := readXML(body)
	switch {
	case errors.Is(err, errNotReadable), errors.Is(err, errTooLarge):
		return errNoReceipt.Because(err)
	case err != nil:
		return err
	}
	status := root.child("Response", "Status")
	code, err := strconv.Atoi(status.attr("code"))
	if root.name != "cXML" || err != nil {
		return errNoReceipt
	}
	refusal := errNotTaken
	switch code / 100 {
	case 2:
		return nil
	case 5:
		refusal = errPutOff
	}
	said := joined(": ", strconv.Itoa(code)+" "+status.attr("text"), status.text)
	return fault.Newf(refusal.Kind, refusal.Code, "%s: %s", refusal.Message, cut(oneLine(said), maxSaid))
}

// maxSaid bounds what is kept of a foreign text.
const maxSaid = 300
