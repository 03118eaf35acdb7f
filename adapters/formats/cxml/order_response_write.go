package cxml

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/punchgate/punchgate/adapters/formats/xmltext"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
)

// errAnswer refuses what the shop says of an order where it contradicts itself or the order, or cXML cannot carry it; its
// details name the members.
var errAnswer = fault.New(fault.Invalid, "cxml.answer_not_carried", "cXML cannot carry the answer")

// Types of a confirmation, and of what it says of a part of a line (Fulfill.dtd, ConfirmationHeader and ConfirmationStatus).
const (
	typeAccept  = "accept"
	typeDetail  = "detail" // of a part of a line: delivered at another time than ordered
	typeReject  = "reject"
	typeUnknown = "unknown" // not decided yet
)

// confirmationTypes are those of the whole. Nothing in cXML says that an order was received and not decided, but that its
// lines are unknown yet; those may stand in a detail.
var confirmationTypes = map[string]string{
	port.ResponseAcknowledged: typeDetail, port.ResponseAccepted: typeAccept,
	port.ResponseChanged: typeDetail, port.ResponseRejected: typeReject,
}

// EncodeOrderResponse writes a ConfirmationRequest, valid in the newest Fulfill.dtd alone. Every line of the order stands in
// it, but for a rejected order, of which cXML takes a reason and no lines.
func (f *Format) EncodeOrderResponse(out io.Writer, r port.OrderResponse) (string, error) {
	details := append(r.Check(), checkReference(&r.Order)...)
	c := confirmation{OrderResponse: &r, said: r.Said()}
	for i, at := range c.said {
		if at >= 0 && r.Lines[at].Quantity.Cmp(r.Order.Lines[i].Quantity) > 0 {
			details = append(details, fault.Detail{
				Path: "/lines/" + strconv.Itoa(at) + "/quantity", Code: "not_carried",
				Message: "is more than was ordered, which cXML cannot confirm",
			})
		}
	}
	if len(details) > 0 {
		return "", errAnswer.With(details...)
	}
	o := opening{dtd: dtdFulfill, version: newestVersion, id: r.DocumentID, language: fallbackLanguage, now: r.Now}
	return request(out, o, &r.Speaker, &r.Order, c.write)
}

// checkReference refuses to answer an order whose document has no identifier: an answer must name it.
func checkReference(o *port.PurchaseOrder) []fault.Detail {
	if o.DocumentID != "" {
		return nil
	}
	return []fault.Detail{{Path: "/order/document_id", Code: "missing", Message: "is required: the order had no payloadID"}}
}

// confirmation writes one answer.
type confirmation struct {
	*xmltext.Writer
	*port.OrderResponse
	said []int // OrderResponse.Said
}

func (c *confirmation) write(w *xmltext.Writer) {
	c.Writer = w
	c.Start(docConfirmation)
	c.Start("ConfirmationHeader", "confirmID", c.Number, "operation", "new", "type", confirmationTypes[c.Status],
		"noticeDate", c.Now.Format(timestamp))
	c.Element("Comments", strings.TrimSpace(c.Note))
	if c.Status == port.ResponseRejected {
		for i := range c.Lines {
			if note := strings.TrimSpace(c.Lines[i].Note); note != "" {
				c.Element("Comments", c.Lines[i].LineNumber+": "+note)
			}
		}
	}
	c.End("ConfirmationHeader")
	c.Start("OrderReference", "orderID", c.Order.Number, "orderDate", c.Order.Date)
	c.StartEmpty("DocumentReference", "payloadID", c.Order.DocumentID)
	c.End("OrderReference")
	if c.Status != port.ResponseRejected {
		for i := range c.Order.Lines {
			c.line(i)
		}
	}
	c.End(docConfirmation)
}

// line says of all that was ordered of one line what becomes of it: the quantities of the parts add up.
func (c *confirmation) line(i int) {
	l, said := &c.Order.Lines[i], port.OrderResponseLine{Status: port.LineAccepted}
	if at := c.said[i]; at >= 0 {
		said = c.Lines[at]
	}
	delivery := c.delivery(said.PromisedFrom, said.PromisedTo)
	if delivery == "" {
		delivery = c.delivery(c.PromisedFrom, c.PromisedTo)
	}
	note := strings.TrimSpace(said.Note)
	c.StartDecimal("ConfirmationItem", "quantity", l.Quantity, "lineNumber", l.LineNumber)
	c.unit(l)
	switch {
	case c.Status == port.ResponseAcknowledged:
		c.part(l, l.Quantity, typeUnknown, delivery, note)
	case said.Status == port.LineRejected:
		c.part(l, l.Quantity, typeReject, "", note)
	default:
		confirmed, kind := said.Quantity.Or(l.Quantity), typeAccept
		if said.Status == port.LineChanged && delivery != "" {
			kind = typeDetail
		}
		c.part(l, confirmed, kind, delivery, note)
		if confirmed.Cmp(l.Quantity) < 0 {
			c.part(l, l.Quantity.Add(confirmed.Mul(minusOne)), typeReject, "", "")
		}
	}
	c.End("ConfirmationItem")
}

var minusOne = money.FromInt(-1)

// part says what becomes of a part of a line.
func (c *confirmation) part(l *port.PurchaseOrderLine, quantity money.Decimal, kind, delivery, note string) {
	c.StartDecimal("ConfirmationStatus", "quantity", quantity, "type", kind, "deliveryDate", delivery)
	c.unit(l)
	c.Element("Comments", note)
	c.End("ConfirmationStatus")
}

// unit is that of the order, which the DTD wants here even where the order had none.
func (c *confirmation) unit(l *port.PurchaseOrderLine) {
	c.Start("UnitOfMeasure")
	c.Text(l.Unit)
	c.End("UnitOfMeasure")
}

// delivery is the end of the promised time, for which cXML has one moment. A whole day, which is in no zone, is its noon:
// that is the same day in most of them.
func (c *confirmation) delivery(from, to cart.Moment) string {
	if to.IsZero() {
		to = from
	}
	switch {
	case to.IsZero():
		return ""
	case to.HasTime:
		return to.Time.In(c.Now.Location()).Format(timestamp)
	}
	year, month, day := to.Time.Date()
	return time.Date(year, month, day, 12, 0, 0, 0, c.Now.Location()).Format(timestamp)
}
