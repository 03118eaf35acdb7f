package cxml

import (
	"cmp"
	"io"
	"strconv"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// status is a cXML status code with its text.
type status struct {
	code int
	text string
}

var (
	statusOK        = status{200, "OK"}
	statusAccepted  = status{201, "Accepted"}
	statusNoContent = status{204, "No Content"}
	badRequest      = status{400, "Bad Request"}
	notAcceptable   = status{406, "Not Acceptable"}
)

// statuses gives each kind of refusal its status. 404 and 410 are no cXML codes. A 5xx code means that the same document
// may be sent again.
var statuses = map[fault.Kind]status{
	fault.Internal:        {500, "Internal Server Error"},
	fault.Malformed:       badRequest,
	fault.Unauthenticated: {401, "Unauthorized"},
	fault.Forbidden:       {403, "Forbidden"},
	fault.NotFound:        {412, "Precondition Failed"}, // what the request presupposes is not there
	fault.Conflict:        {409, "Conflict"},
	fault.Gone:            {403, "Forbidden"},
	fault.TooLarge:        badRequest,
	fault.Invalid:         badRequest,
	fault.TooMany:         {560, "Temporary server error"},
	fault.Unavailable:     {560, "Temporary server error"},
	fault.Unsupported:     {450, "Not Implemented"},
	fault.Stale:           {409, "Conflict"},
}

// notParsed are the refusals of this package for which cXML has a code apart: the document is not what it must be, while
// 400 is for one that is, but cannot be accepted.
var notParsed = map[string]bool{errNotReadable.Code: true, errNotCXML.Code: true, errMissing.Code: true, errValue.Code: true}

func statusOf(f *fault.Fault) status {
	if notParsed[f.Code] {
		return notAcceptable
	}
	return statuses[f.Kind]
}

// EncodeStartResponse answers a document: with the start page, the profile, that the order was received or waits for a
// decision, or the refusal. A Response has no Header.
func (f *Format) EncodeStartResponse(out io.Writer, r port.StartResponse) (string, error) {
	w := xmltext.NewWriter(out)
	version := cmp.Or(r.Call.Keep[keepVersion], oldestVersion)
	opening{dtd: dtdCXML, version: version, id: r.DocumentID, language: "en", now: r.Now}.write(w)
	w.Start("Response")
	switch refusal := fault.From(r.Err); {
	case refusal != nil:
		writeStatus(w, statusOf(refusal), explanation(refusal))
	case r.Queued:
		writeStatus(w, statusAccepted, "")
	default:
		writeStatus(w, statusOK, "")
		answer(w, &r)
	}
	w.End("Response")
	w.End("cXML")
	return mediaType, w.Flush()
}

func answer(w *xmltext.Writer, r *port.StartResponse) {
	switch {
	case r.Call.Document == docProfile:
		w.Start("ProfileResponse", "effectiveDate", r.Now.Format(timestamp))
		for _, name := range []string{docSetup, docOrder} {
			w.Start("Transaction", "requestName", name)
			w.Element("URL", r.Endpoint)
			w.End("Transaction")
		}
		w.End("ProfileResponse")
	case r.StartPage != "":
		w.Start("PunchOutSetupResponse")
		w.Start("StartPage")
		w.Element("URL", r.StartPage)
		w.End("StartPage")
		w.End("PunchOutSetupResponse")
	}
}

func writeStatus(w *xmltext.Writer, s status, explanation string) {
	code := strconv.Itoa(s.code)
	if explanation == "" {
		w.StartEmpty("Status", "code", code, "text", s.text)
		return
	}
	w.Element("Status", explanation, "code", code, "text", s.text, "xml:lang", "en")
}

// explanation is what the caller may know: the message with its details, never the cause. Failed credentials and defects
// of the gateway are not explained any further.
func explanation(f *fault.Fault) string {
	text := f.Message
	if f.Kind == fault.Internal || f.Kind == fault.Unauthenticated {
		return text
	}
	for _, d := range f.Details {
		text += "; " + d.Message
	}
	return text
}
