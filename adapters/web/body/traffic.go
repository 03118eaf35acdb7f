package body

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/application/timeline"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/traffic"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Call is a record of the traffic in the admin API.
type Call struct {
	ID            traffic.ID    `json:"id"`
	At            time.Time     `json:"at"`
	Took          int64         `json:"took_ms"`
	Step          string        `json:"step"`
	Outgoing      bool          `json:"outgoing"`
	Verdict       string        `json:"verdict"`
	Connection    connection.ID `json:"connection"`
	Customer      customer.ID   `json:"customer"`
	Session       session.ID    `json:"session"`
	Order         order.ID      `json:"order"`
	Number        string        `json:"number"`
	CartID        string        `json:"cart_id"`
	PurchaseOrder string        `json:"purchase_order"`
	Receipt       receipt.ID    `json:"receipt"`
	Answer        answer.ID     `json:"answer"`
	Link          string        `json:"link"`
	Person        string        `json:"person"`
	Request       string        `json:"request"`
	Warnings      int           `json:"warnings"`
	Repeats       int           `json:"repeats"`
	Refusal       *Refusal      `json:"refusal,omitempty"`
}

// Refusal says why a call was refused or failed, and what it means to who operates the gateway.
type Refusal struct {
	Code    string       `json:"code"`
	Message string       `json:"message"`
	What    string       `json:"what"`
	Remedy  string       `json:"remedy"`
	Reasons []api.Detail `json:"reasons"`
}

// OneCall is a record with its payloads.
type OneCall struct {
	Call     Call          `json:"call"`
	Sent     Payload       `json:"sent"`
	Answered Payload       `json:"answered"`
	Findings []api.Warning `json:"findings"`
}

// Payload is what one side sent, as it came but for its secrets, and as it is shown to people.
type Payload struct {
	Method    string      `json:"method,omitempty"`
	Status    int         `json:"status,omitempty"`
	MediaType string      `json:"media_type"`
	Size      int         `json:"size"`
	Query     []Parameter `json:"query"`
	Form      []Parameter `json:"form"`
	Text      string      `json:"text"`
	Readable  string      `json:"readable"`
	Location  string      `json:"location,omitempty"`
	Truncated bool        `json:"truncated"`
	Omitted   bool        `json:"omitted"`
	Kept      string      `json:"kept,omitempty"`
}

// Parameter is one of a form or an address.
type Parameter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// OfCall returns the body of a record, with words in the language, sv or en.
func OfCall(lang string, r *traffic.Record) Call {
	c := Call{
		ID: r.ID, At: r.At, Took: r.Took.Milliseconds(), Step: r.Step.String(), Outgoing: r.Step.Outgoing(), Verdict: r.Verdict.String(),
		Connection: r.Connection, Customer: r.Customer, Session: r.Session, Order: r.Order, Number: r.Number, CartID: r.CartID,
		PurchaseOrder: r.PurchaseOrder, Receipt: r.Receipt, Answer: r.Answer, Link: r.Link, Person: r.Person, Request: r.Request,
		Warnings: r.Warnings, Repeats: r.Repeats,
	}
	if r.Verdict == traffic.Accepted {
		return c
	}
	explained := words.Explain(lang, r.Code)
	c.Refusal = &Refusal{
		Code: r.Code, Message: words.Refusal(lang, &fault.Fault{Code: r.Code, Message: r.Message}),
		What: explained.What, Remedy: explained.Remedy, Reasons: make([]api.Detail, len(r.Details)),
	}
	for i, d := range r.Details {
		c.Refusal.Reasons[i] = api.Detail{Path: d.Path, Code: d.Code, Message: words.Detail(lang, d)}
	}
	return c
}

// OfOneCall returns the body of a record with its payloads. What is kept elsewhere is put in their place.
func OfOneCall(lang string, o timeline.Opened) OneCall {
	c := OneCall{Call: OfCall(lang, &o.Record), Findings: []api.Warning{}}
	c.Sent, c.Answered = payloadOf(&o.Sent, o), payloadOf(&o.Answered, o)
	if o.Document != nil && o.Step == traffic.Cart {
		c.Findings = OfWarnings(o.Document.Warnings)
	}
	return c
}

func payloadOf(p *traffic.Payload, o timeline.Opened) Payload {
	b := Payload{
		Method: p.Method, Status: p.Status, MediaType: p.MediaType, Size: p.Size, Query: fieldsOf(p.Query), Form: fieldsOf(p.Form),
		Text: p.Text, Location: p.Location, Truncated: p.Truncated, Omitted: p.Omitted, Kept: p.Kept.String(),
	}
	shown := func(mediaType string, content []byte) {
		b.MediaType, b.Size, b.Text = mediaType, len(content), readable.Decoded(content)
		b.Readable = readable.Text(mediaType, content)
	}
	switch {
	case p.Kept == traffic.OrderCart && o.Cart != nil:
		if text, err := json.Marshal(o.Cart); err == nil {
			shown("application/json", text)
		}
	case p.Kept == traffic.OrderDocument && o.Document != nil:
		shown(o.Document.MediaType, o.Document.Body)
		b.Readable = readable.Document(o.Document)
		b.Form = formOf(o.Document)
	case p.Kept == traffic.ReceiptDocument && o.Receipt != nil:
		shown(o.Receipt.MediaType, o.Receipt.Body)
	case p.Kept == traffic.AnswerDocument && o.Answer != nil:
		shown(o.Answer.MediaType, o.Answer.Body)
	case p.Text != "":
		b.Readable = readable.Text(p.MediaType, []byte(p.Text))
	}
	for _, text := range []*string{&b.Text, &b.Readable} {
		if len(*text) > traffic.MaxPayload {
			*text, b.Truncated = strings.ToValidUTF8((*text)[:traffic.MaxPayload], ""), true
		}
	}
	return b
}

func fieldsOf(fields []traffic.Field) []Parameter {
	all := make([]Parameter, len(fields))
	for i, f := range fields {
		all[i] = Parameter(f)
	}
	return all
}

// formOf returns the form of a document, whose own field only says so.
func formOf(d *transfer.Document) []Parameter {
	all := make([]Parameter, len(d.Form.Fields))
	for i, f := range d.Form.Fields {
		all[i] = Parameter{f.Name, f.Value}
	}
	return all
}

// OfWarnings returns what will be cut, changed or refused of a cart.
func OfWarnings(all []transfer.Warning) []api.Warning {
	views := make([]api.Warning, len(all))
	for i, w := range all {
		views[i] = api.Warning{
			Path: w.Path, Code: w.Code, Message: w.Message, Effect: api.WarningEffect(w.Effect), Before: w.Before, After: w.After,
			Remedy: w.Remedy, Source: w.Source,
		}
	}
	return views
}

// Timeline is what happened in a session, in the admin API.
type Timeline struct {
	Session session.ID `json:"session"`
	Order   order.ID   `json:"order"` // empty where there is none
	Entries []Moment   `json:"entries"`
	More    bool       `json:"more"`
}

// Moment is something that happened.
type Moment struct {
	At     time.Time   `json:"at"`
	Kind   string      `json:"kind"`
	Status string      `json:"status,omitempty"`
	ID     string      `json:"id,omitempty"`
	Call   *Call       `json:"call,omitempty"`
	Action *AuditEntry `json:"action,omitempty"`
}

// OfTimeline returns the body of a timeline, with words in the language, sv or en.
func OfTimeline(lang string, t *timeline.Timeline) Timeline {
	b := Timeline{Entries: make([]Moment, len(t.Entries)), More: t.More}
	if t.Order != nil {
		b.Order, b.Session = t.Order.ID(), t.Order.ID().Session()
	}
	if t.Session != nil {
		b.Session = t.Session.ID()
	}
	for i, e := range t.Entries {
		b.Entries[i] = Moment{At: e.At, Kind: e.Kind.String(), Status: e.Status, ID: e.ID}
		if e.Call != nil {
			b.Entries[i].Call = new(OfCall(lang, e.Call))
		}
		if e.Action != nil {
			b.Entries[i].Action = new(OfAuditEntry(e.Action))
		}
	}
	return b
}
