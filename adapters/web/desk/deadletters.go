package desk

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/deadletters"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/audit"
)

// deadLettersPage lists what could not be delivered.
type deadLettersPage struct {
	Page

	Letters []deadletters.DeadLetter
	Next    string // the cursor of the next page; empty on the last one
}

func (d *Desk) deadLetters(c *gin.Context) {
	p := deadLettersPage{Page: d.page(c, "dead-letters")}
	var err error
	p.Letters, p.Next, err = d.use.DeadLetters.List(c.Request.Context(), p.Shop.ID(), c.Query("cursor"), pageLength)
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.render(c, http.StatusOK, "dead-letters", p)
}

// deliverDeadLetters sends the one that the form names again, or without a name all.
func (d *Desk) deliverDeadLetters(c *gin.Context) {
	err := d.act(c, audit.DeadLettersDeliver, "", func(ctx context.Context) (string, error) {
		_, err := d.use.DeadLetters.SendAgain(ctx, shopOf(c).ID(), c.Request.PostForm["id"])
		return "", err
	})
	if err != nil {
		d.refuse(c, err)
		return
	}
	d.leave(c, d.page(c, "").In("/dead-letters"), "sent")
}

// Kind says what a dead letter is.
func (p deadLettersPage) Kind(of deadletters.DeadLetter) string {
	switch of.Kind {
	case deadletters.Push:
		return p.T("Varukorg till inköpssystemet", "Cart to the procurement system")
	case deadletters.Answer:
		return p.T("Svar på inköpsorder", "Answer to a purchase order")
	default:
		return "Webhook"
	}
}

// About returns the page of what a dead letter is about, and what that is called.
func (p deadLettersPage) About(of deadletters.DeadLetter) Option {
	switch of.Kind {
	case deadletters.SessionEvents:
		return Option{p.In("/sessions/" + of.Of), p.T("Besök", "Session")}
	case deadletters.ConnectionEvents:
		return Option{p.In("/connections/" + of.Of), p.T("Koppling", "Connection")}
	case deadletters.Answer:
		return Option{p.In("/orders/" + string(answer.ID(of.Of).Order())), "Order"}
	default:
		return Option{p.In("/orders/" + of.Of), "Order"}
	}
}
