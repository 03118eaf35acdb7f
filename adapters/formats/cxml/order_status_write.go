package cxml

import (
	"cmp"
	"io"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/application/port"
)

// EncodeOrderStatus writes a StatusUpdateRequest, which has to follow an order that was answered by status 201.
func (f *Format) EncodeOrderStatus(out io.Writer, s port.OrderStatus) (string, error) {
	options, err := f.readOptions(s.Options)
	if err != nil {
		return "", err
	}
	if details := checkReference(&s.Order); details != nil {
		return "", errAnswer.With(details...)
	}
	o := opening{
		dtd: dtdCXML, version: cmp.Or(options.DTDVersion, oldestVersion), id: s.DocumentID, language: fallbackLanguage, now: s.Now,
	}
	return request(out, o, &s.Speaker, &s.Order, func(w *xmltext.Writer) {
		w.Start("StatusUpdateRequest")
		w.StartEmpty("DocumentReference", "payloadID", s.Order.DocumentID)
		if s.Accepted {
			writeStatus(w, statusOK, "")
		} else {
			writeStatus(w, badRequest, s.Reason)
		}
		w.End("StatusUpdateRequest")
	})
}
