package desk

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// webhooksPage lists the addresses that are told of events, and makes them.
type webhooksPage struct {
	Page

	Form     Form
	Webhooks []tenant.Webhook
	Secret   string // of the one that was just made, shown this once
	Full     bool   // there can be no more
}

func (d *Desk) webhooksPage(c *gin.Context, f Form) (webhooksPage, error) {
	p := webhooksPage{Page: d.page(c, "webhooks"), Form: f}
	var err error
	p.Webhooks, err = d.use.Administration.Webhooks(c.Request.Context(), p.Shop.ID())
	p.Full = len(p.Webhooks) >= tenant.MaxWebhooks
	return p, err
}

func (d *Desk) webhooks(c *gin.Context) {
	p, err := d.webhooksPage(c, shown(body.Webhook{}))
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "webhooks", p)
}

func (d *Desk) createWebhook(c *gin.Context) {
	f := typed(c)
	var b body.Webhook
	var plain secret.Text
	wrong := d.submit(c, f, &b, audit.WebhookCreate, "", func(ctx context.Context) (string, error) {
		types, err := b.Read()
		if err != nil {
			return "", err
		}
		made, text, err := d.use.Administration.CreateWebhook(ctx, shopOf(c).ID(), b.URL, types)
		plain = text
		return string(made.ID), err
	})
	if wrong == nil {
		f = shown(body.Webhook{})
	}
	p, err := d.webhooksPage(c, f)
	if err != nil {
		d.refuse(c, err)
		return
	}
	if p.Form = f.refused(p.Page, wrong); wrong == nil {
		p.Secret = plain.Reveal()
	}
	d.render(c, d.statusOf(c, wrong), "webhooks", p)
}

// webhookPage changes one of them.
type webhookPage struct {
	Page

	Form    Form
	Renewal Form // keep_previous_seconds
	Webhook tenant.Webhook
	Secret  string // that was just made, shown this once
}

func (d *Desk) webhookPage(c *gin.Context) (webhookPage, error) {
	p := webhookPage{Page: d.page(c, "webhooks"), Renewal: shown(renewal{defaultOverlap})}
	var err error
	p.Webhook, err = d.use.Administration.Webhook(c.Request.Context(), p.Shop.ID(), tenant.WebhookID(c.Param("id")))
	p.Form = shown(body.OfWebhook(p.Webhook))
	p.path = p.In("/webhooks/" + string(p.Webhook.ID))
	return p, err
}

// renewal is the form of another secret of a webhook.
type renewal struct {
	KeepPreviousSeconds int64 `json:"keep_previous_seconds"`
}

// defaultOverlap is for how long the secret until now signs, too, unless something else is chosen: a day to change over.
const defaultOverlap = 24 * 3600

func (d *Desk) webhook(c *gin.Context) {
	p, err := d.webhookPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "webhook", p)
}

func (d *Desk) saveWebhook(c *gin.Context) {
	p, err := d.webhookPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	f, b := typed(c), body.OfWebhook(p.Webhook)
	err = d.submit(c, f, &b, audit.WebhookChange, string(p.Webhook.ID), func(ctx context.Context) (string, error) {
		types, err := b.Read()
		if err != nil {
			return "", err
		}
		_, err = d.use.Administration.ChangeWebhook(ctx, p.Shop.ID(), p.Webhook.ID, b.URL, types, body.Unchanged(f.Tag, body.OfWebhook))
		return "", err
	})
	if p.Form = f.refusedOver(p.Page, err, p.Form); err != nil {
		d.render(c, d.statusOf(c, err), "webhook", p)
		return
	}
	d.leave(c, p.In("/webhooks"), "saved")
}

func (d *Desk) replaceWebhookSecret(c *gin.Context) {
	p, err := d.webhookPage(c)
	if err != nil {
		d.refuse(c, err)
		return
	}
	f := typed(c)
	var b renewal
	err = d.submit(c, f, &b, audit.WebhookSecret, string(p.Webhook.ID), func(ctx context.Context) (string, error) {
		plain, err := d.use.Administration.ReplaceWebhookSecret(ctx, p.Shop.ID(), p.Webhook.ID, body.Seconds(b.KeepPreviousSeconds))
		p.Secret = plain.Reveal()
		return "", err
	})
	if err != nil {
		p.Renewal = f.refused(p.Page, err)
	}
	d.render(c, d.statusOf(c, err), "webhook", p)
}

func (d *Desk) removeWebhook(c *gin.Context) {
	id := c.Param("id")
	err := d.act(c, audit.WebhookRemove, id, func(ctx context.Context) (string, error) {
		return "", d.use.Administration.RemoveWebhook(ctx, shopOf(c).ID(), tenant.WebhookID(id))
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.leave(c, d.page(c, "").In("/webhooks"), "removed")
}

// events are the types of events in Swedish and English.
var events = map[outbox.Type][2]string{
	outbox.SessionOpened:   {"Ett besök började: inloggningen godtogs", "A session began: the login was accepted"},
	outbox.SessionReturned: {"Varukorgen skickades till inköpssystemet", "The cart was sent to the procurement system"},
	outbox.OrderConfirmed: {
		"En order slutfördes och kan hämtas av affärssystemet", "An order was completed and can be fetched by the ERP",
	},
	outbox.OrderHeld: {
		"En order väntar på beslut: inköpsordern skiljer sig från varukorgen",
		"An order waits for a decision: the purchase order differs from the cart",
	},
	outbox.OrderChanged:   {"En senare inköpsorder ändrade ordern", "A later purchase order changed the order"},
	outbox.OrderRejected:  {"En order avvisades", "An order was rejected"},
	outbox.OrderCancelled: {"En order makulerades", "An order was cancelled"},
	outbox.ConnectionFailing: {
		"Det som skickas till inköpssystemet kommer inte fram", "What is sent to the procurement system does not arrive",
	},
	outbox.ConnectionRecovered: {"Det kommer fram igen", "It arrives again"},
}

// Event says what a type of event means.
func (p Page) Event(t outbox.Type) string {
	said := events[t]
	return p.T(said[0], said[1])
}

// EventTypes returns the types of events.
func (p Page) EventTypes() (all []Option) {
	for _, t := range outbox.Types() {
		all = append(all, Option{t.String(), p.Event(t)})
	}
	return all
}
