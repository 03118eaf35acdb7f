package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/deadletters"
	"github.com/punchgate/punchgate/domain/outbox"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

func webhookView(w tenant.Webhook) any { return body.OfWebhook(w) }

// readWebhook reads the body of a webhook, or refuses it and reports that.
func (s *Server) readWebhook(c *gin.Context) (b body.Webhook, types []outbox.Type, ok bool) {
	if !s.decode(c, &b) {
		return b, nil, false
	}
	types, err := b.Read()
	if err != nil {
		s.refuse(c, err)
		return b, nil, false
	}
	return b, types, true
}

func (s *Server) listWebhooks(c *gin.Context) {
	found, err := s.use.Administration.Webhooks(c.Request.Context(), tenantOf(c))
	listAll(s, c, "webhooks", found, err, webhookView)
}

func (s *Server) createWebhook(c *gin.Context) {
	b, types, ok := s.readWebhook(c)
	if !ok {
		return
	}
	added, plain, err := s.use.Administration.CreateWebhook(c.Request.Context(), tenantOf(c), b.URL, types)
	reply(s, c, http.StatusCreated, added, err, func(w tenant.Webhook) any {
		made(c, w.ID)
		view := body.OfWebhook(w)
		view.Secret = plain.Reveal()
		return view
	})
}

func (s *Server) getWebhook(c *gin.Context) {
	found, err := s.use.Administration.Webhook(c.Request.Context(), tenantOf(c), tenant.WebhookID(c.Param("id")))
	replyTagged(s, c, found, err, body.OfWebhook)
}

func (s *Server) putWebhook(c *gin.Context) {
	b, types, ok := s.readWebhook(c)
	if !ok {
		return
	}
	id := tenant.WebhookID(c.Param("id"))
	changed, err := s.use.Administration.ChangeWebhook(c.Request.Context(), tenantOf(c), id, b.URL, types, unchanged(c, body.OfWebhook))
	replyTagged(s, c, changed, err, body.OfWebhook)
}

func (s *Server) removeWebhook(c *gin.Context) {
	if err := s.use.Administration.RemoveWebhook(c.Request.Context(), tenantOf(c), tenant.WebhookID(c.Param("id"))); err != nil {
		s.refuse(c, err)
		return
	}
	c.Status(http.StatusNoContent)
}

func (s *Server) replaceWebhookSecret(c *gin.Context) {
	var b struct {
		KeepPreviousSeconds int64 `json:"keep_previous_seconds"`
	}
	if !s.decode(c, &b) {
		return
	}
	plain, err := s.use.Administration.ReplaceWebhookSecret(
		c.Request.Context(), tenantOf(c), tenant.WebhookID(c.Param("id")), body.Seconds(b.KeepPreviousSeconds),
	)
	reply(s, c, http.StatusOK, plain, err, func(plain secret.Text) any { return gin.H{"secret": plain.Reveal()} })
}

type deadLetterView struct {
	ID        string           `json:"id"`
	Kind      deadletters.Kind `json:"kind"`
	Of        string           `json:"of"`
	GivenUpAt time.Time        `json:"given_up_at"`
	Attempts  int              `json:"attempts"`
	LastError string           `json:"last_error"`
	Events    []eventView      `json:"events,omitempty"`
}

type eventView struct {
	Sequence  int       `json:"sequence"`
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
}

func (s *Server) listDeadLetters(c *gin.Context) {
	limit, err := limit(c)
	if err != nil {
		s.refuse(c, err)
		return
	}
	page, next, err := s.use.DeadLetters.List(c.Request.Context(), tenantOf(c), c.Query("cursor"), limit)
	reply(s, c, http.StatusOK, page, err, func(page []deadletters.DeadLetter) any {
		views := make([]deadLetterView, len(page))
		for i := range page {
			d := &page[i]
			views[i] = deadLetterView{ID: d.ID(), Kind: d.Kind, Of: d.Of, GivenUpAt: d.GivenUpAt, Attempts: d.Attempts, LastError: d.LastError}
			for _, e := range d.Events {
				views[i].Events = append(views[i].Events, eventView{e.Number, e.Type.String(), e.At})
			}
		}
		return gin.H{"dead_letters": views, "next_cursor": next}
	})
}

func (s *Server) deliverDeadLetters(c *gin.Context) {
	var b struct {
		IDs []string `json:"ids"`
	}
	if !s.decode(c, &b) {
		return
	}
	sent, err := s.use.DeadLetters.SendAgain(c.Request.Context(), tenantOf(c), b.IDs)
	reply(s, c, http.StatusOK, sent, err, func(sent int) any { return gin.H{"delivering": sent} })
}
