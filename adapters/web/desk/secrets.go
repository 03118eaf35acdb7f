package desk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
)

// secretsPage shows when the secrets of a connection were made and end, and replaces them.
type secretsPage struct {
	connectionPage

	Form     Form
	Answers  Form
	Secrets  []connection.Credential // the current one first
	Secret   string                  // the one that was just generated, shown this once
	Replaced bool
}

// newSecret is what the form for another secret holds.
type newSecret struct {
	Secret string `json:"secret"`
	Days   int    `json:"keep_previous_days"`
}

// answerSecret is what the form for the secret of answers holds.
type answerSecret struct {
	Secret string `json:"answer_secret"`
}

// keepDays are the numbers of days for which the secret until now may stay good.
var keepDays = []int{0, 1, 3, 7, 14, 30}

// KeepDays returns them as a choice.
func (p secretsPage) KeepDays() (all []Option) {
	for _, n := range keepDays {
		said := p.T("Slutar gälla genast", "Ends at once")
		if n == 1 {
			said = p.T("1 dag", "1 day")
		} else if n > 1 {
			said = strconv.Itoa(n) + p.T(" dagar", " days")
		}
		all = append(all, Option{strconv.Itoa(n), said})
	}
	return all
}

func (d *Desk) secretsPage(c *gin.Context) secretsPage {
	p := secretsPage{connectionPage: d.connectionPage(c, "/secrets"), Answers: shown(answerSecret{})}
	p.Form = shown(newSecret{Days: 7})
	p.Secrets = p.Connection.Credentials(time.Now())
	return p
}

func (d *Desk) secrets(c *gin.Context) { d.render(c, http.StatusOK, "secrets", d.secretsPage(c)) }

func (d *Desk) replaceSecret(c *gin.Context) {
	f, id := typed(c), connectionOf(c).ID()
	var b newSecret
	var plain secret.Text
	wrong := d.submit(c, f, &b, audit.ConnectionSecret, string(id), func(ctx context.Context) (_ string, err error) {
		if b.Days < 0 || b.Days > keepDays[len(keepDays)-1] {
			return "", connection.ErrInvalid.With(fault.Detail{
				Path: "/keep_previous_days", Code: "out_of_range", Message: "the secret until now can be kept for at most 30 days",
			})
		}
		plain, err = d.use.Administration.ReplaceSecret(
			ctx, shopOf(c).ID(), id, secret.New(b.Secret), time.Duration(b.Days)*24*time.Hour,
		)
		return "", err
	})
	if wrong == nil {
		if d.ofConnection(c); c.IsAborted() { // as it is now
			return
		}
	}
	p := d.secretsPage(c)
	if wrong != nil {
		p.Form = f.refused(p.Page, wrong)
	} else if p.Replaced = true; b.Secret == "" {
		p.Secret = plain.Reveal()
	}
	d.render(c, d.statusOf(c, wrong), "secrets", p)
}

func (d *Desk) replaceAnswerSecret(c *gin.Context) {
	f, id := typed(c), connectionOf(c).ID()
	var b answerSecret
	wrong := d.submit(c, f, &b, audit.ConnectionAnswer, string(id), func(ctx context.Context) (string, error) {
		_, err := d.use.Administration.ReplaceAnswerSecret(ctx, shopOf(c).ID(), id, secret.New(b.Secret))
		return "", moved(err, "/secret", "/answer_secret")
	})
	p := d.secretsPage(c)
	if wrong == nil {
		d.leave(c, p.At("/secrets"), "saved")
		return
	}
	p.Answers = f.refused(p.Page, wrong)
	d.render(c, d.statusOf(c, wrong), "secrets", p)
}
