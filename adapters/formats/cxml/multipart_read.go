package cxml

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// multipartRelated is the media type of a document with attachments (RFC 2387; cXML Reference Guide, attachments).
const multipartRelated = "multipart/related"

// maxParts bounds how far the root part is looked for.
const maxParts = 100

// rootPart returns the document of a start call: its body, or of a multipart/related one the part that the parameter start
// names, else the first. The attachments are not read. A body without such a part is refused as fault.Malformed.
func rootPart(r port.StartRequest) ([]byte, error) {
	mediaType, parameters, _ := mime.ParseMediaType(r.ContentType)
	if mediaType != multipartRelated {
		return r.Body, nil
	}
	parts := multipart.NewReader(bytes.NewReader(r.Body), parameters["boundary"])
	start := contentID(parameters["start"])
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, noRootPart("its parts are not readable")
		}
		if start == "" || contentID(part.Header.Get("Content-ID")) == start {
			return partContent(part)
		}
	}
	return nil, noRootPart("it lacks the part that is its root")
}

// contentID returns an identifier without its angle brackets, which some leave out.
func contentID(s string) string { return strings.Trim(s, "<> ") }

// partContent returns the decoded bytes of a part.
func partContent(part *multipart.Part) ([]byte, error) {
	var content io.Reader = part // quoted-printable is decoded already
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		content = base64.NewDecoder(base64.StdEncoding, part)
	}
	document, err := io.ReadAll(content)
	if err != nil {
		return nil, noRootPart("its root part is not readable")
	}
	return document, nil
}

func noRootPart(why string) error {
	return fault.Newf(errNotReadable.Kind, errNotReadable.Code, "%s: as %s, %s", errNotReadable.Message, multipartRelated, why)
}
