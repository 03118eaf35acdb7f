package document

import (
	"time"

	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/traffic"
)

// The two parts of an entry of the traffic. The payloads are kept apart, so that lists do not read them.
var (
	TrafficRecords  = content("record", packRecord, recordDoc.unpack)
	TrafficPayloads = content("payloads", packPayloads, payloadsDoc.unpack)
)

// TrafficEntry returns the entry of a record and its payloads.
func TrafficEntry(record, payloads []byte) (*traffic.Entry, error) {
	r, err := TrafficRecords.Decode(record)
	if err != nil {
		return nil, err
	}
	e, err := TrafficPayloads.Decode(payloads)
	if err != nil {
		return nil, err
	}
	e.Record = *r
	return e, nil
}

type recordDoc struct {
	Tenant        tenant.ID     `json:"tenant"`
	ID            traffic.ID    `json:"id"`
	At            Stamp         `json:"at,omitzero"`
	Took          int64         `json:"took_ns"`
	Step          string        `json:"step"`
	Verdict       string        `json:"verdict"`
	Connection    connection.ID `json:"connection,omitempty"`
	Customer      customer.ID   `json:"customer,omitempty"`
	Session       session.ID    `json:"session,omitempty"`
	Order         order.ID      `json:"order,omitempty"`
	Receipt       receipt.ID    `json:"receipt,omitempty"`
	Answer        answer.ID     `json:"answer,omitempty"`
	Link          string        `json:"link,omitempty"`
	Number        string        `json:"number,omitempty"`
	CartID        string        `json:"cart_id,omitempty"`
	PurchaseOrder string        `json:"purchase_order,omitempty"`
	Person        string        `json:"person,omitempty"`
	Request       string        `json:"request,omitempty"`
	Code          string        `json:"code,omitempty"`
	Message       string        `json:"message,omitempty"`
	Details       []detailDoc   `json:"details,omitempty"`
	Warnings      int           `json:"warnings,omitempty"`
	Repeats       int           `json:"repeats,omitempty"`
}

func packRecord(r *traffic.Record) recordDoc {
	return recordDoc{
		r.Tenant, r.ID, Stamp(r.At), int64(r.Took), r.Step.String(), r.Verdict.String(), r.Connection, r.Customer, r.Session, r.Order,
		r.Receipt, r.Answer, r.Link, r.Number, r.CartID, r.PurchaseOrder, r.Person, r.Request, r.Code, r.Message,
		each(r.Details, func(d fault.Detail) detailDoc { return detailDoc(d) }), r.Warnings, r.Repeats,
	}
}

func (d recordDoc) unpack() (*traffic.Record, error) {
	step, err := traffic.ParseStep(d.Step)
	if err != nil {
		return nil, err
	}
	verdict, err := traffic.ParseVerdict(d.Verdict)
	return &traffic.Record{
		Tenant: d.Tenant, ID: d.ID, At: time.Time(d.At), Took: time.Duration(d.Took), Step: step, Verdict: verdict,
		Connection: d.Connection, Customer: d.Customer, Session: d.Session, Order: d.Order, Receipt: d.Receipt, Answer: d.Answer,
		Link: d.Link, Number: d.Number, CartID: d.CartID, PurchaseOrder: d.PurchaseOrder, Person: d.Person, Request: d.Request,
		Code: d.Code, Message: d.Message, Details: each(d.Details, func(d detailDoc) fault.Detail { return fault.Detail(d) }),
		Warnings: d.Warnings, Repeats: d.Repeats,
	}, err
}

type payloadsDoc struct {
	Sent     payloadDoc `json:"sent,omitzero"`
	Answered payloadDoc `json:"answered,omitzero"`
}

type payloadDoc struct {
	Method    string            `json:"method,omitempty"`
	Status    int               `json:"status,omitempty"`
	MediaType string            `json:"media_type,omitempty"`
	Size      int               `json:"size,omitempty"`
	Text      string            `json:"text,omitempty"`
	Form      []trafficFieldDoc `json:"form,omitempty"`
	Truncated bool              `json:"truncated,omitempty"`
	Omitted   bool              `json:"omitted,omitempty"`
	Query     []trafficFieldDoc `json:"query,omitempty"`
	Location  string            `json:"location,omitempty"`
	Kept      string            `json:"kept,omitempty"`
}

type trafficFieldDoc struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func packPayloads(e *traffic.Entry) payloadsDoc {
	return payloadsDoc{packPayload(&e.Sent), packPayload(&e.Answered)}
}

func packPayload(p *traffic.Payload) payloadDoc {
	pack := func(f traffic.Field) trafficFieldDoc { return trafficFieldDoc(f) }
	return payloadDoc{
		p.Method, p.Status, p.MediaType, p.Size, p.Text, each(p.Form, pack), p.Truncated, p.Omitted, each(p.Query, pack), p.Location,
		p.Kept.String(),
	}
}

func (d payloadsDoc) unpack() (*traffic.Entry, error) {
	sent, err := d.Sent.unpack()
	if err != nil {
		return nil, err
	}
	answered, err := d.Answered.unpack()
	return &traffic.Entry{Sent: sent, Answered: answered}, err
}

func (d payloadDoc) unpack() (traffic.Payload, error) {
	unpack := func(f trafficFieldDoc) traffic.Field { return traffic.Field(f) }
	kept, err := traffic.ParseDocument(d.Kept)
	return traffic.Payload{
		Method: d.Method, Status: d.Status, MediaType: d.MediaType, Size: d.Size, Text: d.Text, Form: each(d.Form, unpack),
		Truncated: d.Truncated, Omitted: d.Omitted, Query: each(d.Query, unpack), Location: d.Location, Kept: kept,
	}, err
}
