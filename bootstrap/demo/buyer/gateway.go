package buyer

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/punchgate/punchgate/adapters/virtualbuyer"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/application/port"
)

// ping is how the gateway answered the completion of an order, by a ping or by a document.
type ping struct {
	Status     int    // of HTTP; 0 where there was no answer
	Body       string // indented where it is JSON or XML
	Document   string // the purchase order that was sent; empty for a ping
	Order      string // the shop's number of the order
	OrderState string // such as confirmed
	done       bool
}

// Done reports whether the order was completed.
func (p *ping) Done() bool { return p.done }

func (b *portal) client() virtualbuyer.Client { return virtualbuyer.Client{HTTP: b.HTTP} }

// setUp asks the gateway for a PunchOut by a document and returns the start page.
func (b *portal) setUp(ctx context.Context, c *Connection, visitID, returnURL string) (startPage string, err error) {
	call, err := virtual.Start(c.side(), port.BuyerVisit{ID: visitID, ReturnURL: returnURL, At: time.Now()})
	if err != nil {
		return "", err
	}
	answer, err := b.client().Do(ctx, call)
	if err != nil {
		return "", err
	}
	return virtual.StartPage(c.side(), answer)
}

// complete sends the ping that completes the visit's order.
func (b *portal) complete(ctx context.Context, v *visit) *ping {
	return b.place(ctx, v, virtual.Ping(v.Connection.side(), v.said(), v.Document.Order.CartID))
}

// sendOrder sends the purchase order of a visit as a document.
func (b *portal) sendOrder(ctx context.Context, v *visit) *ping {
	call, err := virtual.Order(v.Connection.side(), v.said(), v.Document.ReceivedCart)
	if err != nil {
		return &ping{Body: err.Error()}
	}
	p := b.place(ctx, v, call)
	p.Document = clip(readable.Text(call.MediaType, call.Body), maxShown)
	return p
}

// said is the visit as the virtual buyer speaks of it, the same however often.
func (v *visit) said() port.BuyerVisit {
	return port.BuyerVisit{ID: v.ID, PurchaseOrder: v.PurchaseOrder, At: v.At}
}

func (b *portal) place(ctx context.Context, v *visit, call port.BuyerCall) *ping {
	answer, err := b.client().Do(ctx, call)
	if err != nil {
		b.Log.WarnContext(ctx, "the virtual buyer could not complete an order", "format", v.Connection.Format, "error", err)
		return &ping{Body: err.Error()}
	}
	p := &ping{Status: answer.Status, Body: indented(answer)}
	p.Order, p.OrderState, err = virtual.Completed(answer)
	p.done = err == nil
	return p
}

// indented returns an answer for reading; JSON without escapes of what HTML would escape.
func indented(a port.BuyerAnswer) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetIndent("", "  ")
	if json.Valid(a.Body) && encoder.Encode(json.RawMessage(a.Body)) == nil {
		return out.String()
	}
	return readable.Text(a.MediaType, a.Body)
}
