package desk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/application/timeline"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/traffic"
)

// trafficPage lists the calls between the gateway and others.
type trafficPage struct {
	Page

	Search, Connection, Step, Verdict string
	Calls                             []*traffic.Record
	More                              bool
	Connections                       []*connection.Connection
}

func (d *Desk) traffic(c *gin.Context) {
	ctx, of := c.Request.Context(), shopOf(c).ID()
	p := trafficPage{
		Page: d.page(c, "traffic"), Search: c.Query("search"), Connection: c.Query("connection"), Step: c.Query("step"),
		Verdict: c.Query("verdict"),
	}
	q := timeline.Query{
		Connection: connection.ID(p.Connection), Step: parsed(p.Step, traffic.ParseStep), Text: strings.TrimSpace(p.Search),
		Before: traffic.ID(c.Query("before")), Limit: pageLength,
	}
	if v, err := traffic.ParseVerdict(p.Verdict); err == nil {
		q.Verdicts = []traffic.Verdict{v}
	}
	var err error
	if p.Calls, p.More, err = d.use.Timeline.Traffic(ctx, of, q); err == nil {
		p.Connections, err = d.connectionsOf(ctx, c)
	}
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "traffic", p)
}

// ConnectionChoices returns the connections that the list can be filtered by.
func (p trafficPage) ConnectionChoices() []Option { return connectionChoices(p.Page, p.Connections) }

// ConnectionName returns what a connection is called.
func (p trafficPage) ConnectionName(id connection.ID) string {
	for _, each := range p.Connections {
		if each.ID() == id {
			return each.Profile().Name
		}
	}
	return string(id)
}

// StepChoices returns the steps that the list can be filtered by.
func (p trafficPage) StepChoices() []Option {
	options := []Option{{"", p.T("Alla steg", "All steps")}}
	for _, s := range traffic.Steps() {
		options = append(options, Option{s.String(), p.Page.Step(s)})
	}
	return options
}

// VerdictChoices returns the verdicts that the list can be filtered by.
func (p trafficPage) VerdictChoices() []Option {
	options := []Option{{"", p.T("Alla utfall", "All outcomes")}}
	for _, v := range traffic.Verdicts() {
		options = append(options, Option{v.String(), p.Page.Verdict(v).Text})
	}
	return options
}

// StepOf and VerdictOf hide the words of the page behind its own members.

// StepOf says what a call is for.
func (p trafficPage) StepOf(r *traffic.Record) string { return p.Page.Step(r.Step) }

// VerdictOf says how a call ended.
func (p trafficPage) VerdictOf(r *traffic.Record) Badge { return p.Page.Verdict(r.Verdict) }

// Older returns the address of the calls before those that are shown.
func (p trafficPage) Older() string {
	return "?" + url.Values{
		"search": {p.Search}, "connection": {p.Connection}, "step": {p.Step}, "verdict": {p.Verdict},
		"before": {string(p.Calls[len(p.Calls)-1].ID)},
	}.Encode()
}

// callPage shows one call with what was sent and answered.
type callPage struct {
	Page
	timeline.Opened

	Sides []side
}

// side is what one of the two sent.
type side struct {
	ID, Title     string
	Payload       traffic.Payload
	Raw, Readable shownText
}

func (d *Desk) call(c *gin.Context) {
	opened, err := d.use.Timeline.Open(c.Request.Context(), shopOf(c).ID(), traffic.ID(c.Param("id")))
	if err != nil {
		d.refuse(c, err)
		return
	}
	p := callPage{Page: d.page(c, "traffic"), Opened: opened}
	p.Sides = []side{
		p.side("sent", p.T("Skickat", "Sent"), opened.Sent),
		p.side("answered", p.T("Svaret", "The answer"), opened.Answered),
	}
	d.render(c, http.StatusOK, "call", p)
}

// side returns a payload, raw and for reading. What is kept elsewhere comes from there.
func (p callPage) side(id, title string, payload traffic.Payload) side {
	s := side{ID: id, Title: title, Payload: payload}
	raw, read := payload.Text, readable.Outline(payload.MediaType, []byte(payload.Text))
	switch payload.Kept {
	case traffic.OrderCart:
		if p.Cart != nil {
			if text, err := strictjson.EncodeIndented(p.Cart); err == nil {
				raw, read = string(text), string(text)
			}
		}
	case traffic.OrderDocument:
		if p.Document != nil {
			raw, read = readable.Decoded(p.Document.Body), readable.DocumentOutline(p.Document)
		}
	case traffic.ReceiptDocument:
		if p.Receipt != nil {
			raw, read = readable.Decoded(p.Receipt.Body), readable.Outline(p.Receipt.MediaType, p.Receipt.Body)
		}
	case traffic.AnswerDocument:
		if p.Answer != nil {
			raw, read = readable.Decoded(p.Answer.Body), readable.Outline(p.Answer.MediaType, p.Answer.Body)
		}
	default:
	}
	s.Raw, s.Readable = shownOf(raw), shownOf(read)
	return s
}

// timelinePage shows what happened in a session, and to its order.
type timelinePage struct {
	Page
	*timeline.Timeline

	Tab string
}

func (d *Desk) orderTimeline(c *gin.Context) {
	found, err := d.use.Timeline.OfOrder(c.Request.Context(), shopOf(c).ID(), order.ID(c.Param("id")))
	d.showTimeline(c, "orders", found, err)
}

func (d *Desk) session(c *gin.Context) {
	found, err := d.use.Timeline.OfSession(c.Request.Context(), shopOf(c).ID(), session.ID(c.Param("id")))
	d.showTimeline(c, "sessions", found, err)
}

func (d *Desk) showTimeline(c *gin.Context, active string, found *timeline.Timeline, err error) {
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "timeline", timelinePage{d.page(c, active), found, "timeline"})
}

// OrderID returns the order's identifier.
func (p timelinePage) OrderID() order.ID { return p.Order.ID() }

// Happened is an entry in words.
type Happened struct {
	timeline.Entry

	Mood, Text, Detail, Link string
}

// Happenings returns the entries in words.
func (p timelinePage) Happenings() (all []Happened) {
	for _, e := range p.Entries {
		all = append(all, p.happened(e))
	}
	return all
}

func (p timelinePage) happened(e timeline.Entry) Happened {
	h := Happened{Entry: e}
	switch e.Kind {
	case timeline.Call:
		verdict := p.Verdict(e.Call.Verdict)
		h.Mood, h.Text = verdict.Kind, p.Step(e.Call.Step)+": "+strings.ToLower(verdict.Text)
		h.Detail, h.Link = p.Why(e.Call), p.In("/traffic/"+string(e.Call.ID))
	case timeline.Session:
		b := p.SessionStatus(parsed(e.Status, session.ParseStatus))
		h.Mood, h.Text = b.Kind, p.T("Besöket: ", "Session: ")+b.Text
	case timeline.Order:
		b := p.OrderStatus(parsed(e.Status, order.ParseStatus))
		h.Mood, h.Text = b.Kind, p.T("Ordern: ", "Order: ")+b.Text
	case timeline.PurchaseOrder:
		h.Text, h.Link = p.T("Inköpsordern: ", "Purchase order: ")+p.receiptStatus(e.Status), p.In("/purchase-orders/"+e.ID)
	case timeline.Answer:
		h.Text = p.T("Svaret till köparen: ", "Answer to the buyer: ") + p.answerStatus(e.Status)
	default:
		h.Text, h.Detail = p.did(e.Action.Action), p.by(e.Action.Actor)
	}
	return h
}

func (p Page) receiptStatus(status string) string {
	switch status {
	case receipt.Received.String():
		return p.T("mottagen", "received")
	case receipt.Applied.String():
		return p.T("tillämpad på ordern", "applied to the order")
	case receipt.Unmatched.String():
		return p.T("hör inte till någon varukorg", "matches no cart")
	case receipt.Refused.String():
		return p.T("nekad", "refused")
	default:
		return status
	}
}

func (p Page) answerStatus(status string) string {
	switch status {
	case timeline.AnswerMade:
		return p.T("skrivet", "written")
	case timeline.AnswerDelivered:
		return p.T("framme", "delivered")
	case timeline.AnswerGivenUp:
		return p.T("kom inte fram", "given up")
	default:
		return status
	}
}

// deliverAnswer makes an answer to a purchase order due again.
func (d *Desk) deliverAnswer(c *gin.Context) {
	position, err := strconv.Atoi(c.Param("position"))
	if err != nil {
		d.refuse(c, errNoPage)
		return
	}
	id := order.ID(c.Param("id"))
	d.decide(audit.AnswerDeliver, func(ctx context.Context, c *gin.Context, _ order.ID) error {
		_, err := d.use.Answering.DeliverAgain(ctx, shopOf(c).ID(), answer.IDOf(id, position))
		return err
	})(c)
}

// cancelSession ends a session in which somebody may be shopping.
func (d *Desk) cancelSession(c *gin.Context) {
	id := c.Param("id")
	err := d.act(c, audit.SessionCancel, id, func(ctx context.Context) (string, error) {
		_, err := d.use.Checkout.Cancel(ctx, shopOf(c).ID(), session.ID(id))
		return "", err
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.leave(c, shopPath(shopOf(c).ID(), "/sessions/"+id), "saved")
}
