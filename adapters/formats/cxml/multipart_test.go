package cxml_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/adapters/formats/cxml"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/fault"
)

// related is a call with attachments, of these parts.
func related(parameters string, parts ...string) port.StartRequest {
	body := "for readers without MIME\r\n"
	for _, part := range parts {
		body += "--b\r\n" + part + "\r\n"
	}
	return port.StartRequest{Method: "POST", ContentType: `multipart/related; boundary="b"` + parameters, Body: []byte(body + "--b--\r\n")}
}

const (
	bareOrder = `<cXML payloadID="1"><Header><Sender><Credential domain="DUNS"><Identity>1</Identity><SharedSecret>SECRET</SharedSecret>` +
		`</Credential></Sender></Header><Request><OrderRequest><OrderRequestHeader orderID="PO-1"/><ItemOut quantity="1"><ItemID>` +
		`<SupplierPartID>4711</SupplierPartID></ItemID></ItemOut></OrderRequest></Request></cXML>`
	picture = "Content-Type: image/png\r\nContent-ID: <a@x>\r\n\r\n\x89PNG"
)

func TestOfADocumentWithAttachmentsTheRootPartIsRead(t *testing.T) {
	document := strings.Replace(bareOrder, "SECRET", "hunter2", 1)
	root := "Content-Type: text/xml; charset=UTF-8\r\nContent-ID: <root@x>\r\n\r\n" + document
	for name, r := range map[string]port.StartRequest{
		"the first part":               related(`; type="text/xml"`, root, picture),
		"the part that start names":    related(`; start="<root@x>"`, picture, root),
		"a start without brackets":     related(`; start="root@x"`, picture, root),
		"in Base64":                    related("", "Content-Transfer-Encoding: base64\r\n\r\n"+base64.StdEncoding.EncodeToString([]byte(document)), picture),
		"quoted-printable":             related("", "Content-Transfer-Encoding: quoted-printable\r\n\r\n"+strings.ReplaceAll(document, "=", "=3D")),
		"without any header of a part": related("", "\r\n"+document),
	} {
		f := cxml.NewProceedo()
		call, err := f.DecodeLogin(r)
		if err != nil || call.Order == nil || call.Order.Number != "PO-1" || !f.AnswersDocument(r) {
			t.Errorf("%s: %+v, %v", name, call, err)
		}
		if want := strings.Replace(bareOrder, "SECRET", "***", 1); string(call.Kept) != want {
			t.Errorf("%s: kept %q", name, call.Kept)
		}
	}
}

func TestDocumentsWithAttachmentsThatCannotBeReadAreRefused(t *testing.T) {
	root := "Content-ID: <root@x>\r\n\r\n" + bareOrder
	unbounded := related("", root)
	unbounded.ContentType = "multipart/related"
	cut := related("", root)
	cut.Body = cut.Body[:len(cut.Body)/2]
	for name, c := range map[string]struct {
		call port.StartRequest
		says string
	}{
		"no boundary":                   {unbounded, "multipart/related"},
		"no parts":                      {related(""), "root"},
		"it ends within its root":       {cut, "root part"},
		"no part that start names":      {related(`; start="<other@x>"`, root), "root"},
		"the root after 100 parts":      {related(`; start="<root@x>"`, append(strings.Split(strings.Repeat(picture+"|", 100), "|")[:100], root)...), "root"},
		"a root that is no Base64":      {related("", "Content-Transfer-Encoding: base64\r\n\r\n<cXML/>"), "root part"},
		"an attachment in root's place": {related("", picture, root), "line 1"},
	} {
		f := cxml.NewCXML12()
		_, err := f.DecodeLogin(c.call)
		refused := fault.From(err)
		if refused == nil || refused.Kind != fault.Malformed || refused.Code != "cxml.not_readable" || !strings.Contains(refused.Message, c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if !f.AnswersDocument(c.call) { // the caller is a program all the same
			t.Errorf("%s: it is not answered by a document", name)
		}
	}
}
