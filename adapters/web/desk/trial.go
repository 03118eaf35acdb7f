package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk/form"
	"github.com/punchgate/punchgate/adapters/web/readable"
	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/application/trial"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/transfer"
)

// trialPage lets an operator play the procurement system of a connection.
type trialPage struct {
	connectionPage

	Form    Form
	Tried   bool
	Verdict trial.Verdict
	Steps   []trialStep
	Number  string // of the order that was made; empty where it did not come so far
	OrderID string
}

// trialForm is what the form of a trial holds.
type trialForm struct {
	Secret     string          `json:"secret"`
	Completion string          `json:"completion"`
	Cart       json.RawMessage `json:"cart"`
}

// trialStep is a step as the page shows it.
type trialStep struct {
	trial.Step

	Label, About string
	Verdict      Badge
	Reasons      []string
	Sent, Answer *trialMessage
}

// trialMessage is a call or its answer as the page shows it.
type trialMessage struct {
	Line          string
	Headers       []string
	Readable, Raw string // Raw is empty where it is what Readable is
	RawLabel      string
}

func (d *Desk) trialPage(c *gin.Context, f Form) trialPage {
	return trialPage{connectionPage: d.connectionPage(c, "/test"), Form: f}
}

func (d *Desk) trial(c *gin.Context) {
	d.render(c, http.StatusOK, "trial", d.trialPage(c, shown(trialForm{})))
}

func (d *Desk) runTrial(c *gin.Context) {
	f, id := typed(c), connectionOf(c).ID()
	q, err := readTrial(f)
	q.Connection = id
	f.Values.Del("/secret") // which no page shows again
	var tried trial.Result
	if err == nil && !checking(c) {
		err = d.act(c, audit.ConnectionTry, string(id), func(ctx context.Context) (_ string, err error) {
			tried, err = d.use.Trial.Run(ctx, shopOf(c).ID(), q, d.edge.Inside(c.ClientIP()))
			return "", err
		})
	}
	p := d.trialPage(c, f)
	p.Form = f.refused(p.Page, err)
	if d.answerCheck(c, p.Form) {
		return
	}
	if err == nil {
		p.show(&tried)
	}
	d.render(c, d.statusOf(c, err), "trial", p)
}

// readTrial reads what to try.
func readTrial(f Form) (q trial.Question, err error) {
	var b trialForm
	if err := form.Decode(f.Values, &b); err != nil {
		return q, err
	}
	q.Secret = secret.New(b.Secret)
	if q.Completion, err = trial.ParseCompletion(b.Completion); err != nil {
		return q, body.At("/completion", err)
	}
	if len(b.Cart) == 0 {
		return q, nil
	}
	q.Cart = &cart.Cart{}
	return q, beneath("/cart", strictjson.Decode(b.Cart, q.Cart))
}

// beneath says of members within one what a refusal says of them.
func beneath(member string, err error) error {
	if err == nil {
		return nil
	}
	refusal := fault.From(err)
	details := make([]fault.Detail, len(refusal.Details))
	for i, d := range refusal.Details {
		details[i] = fault.Detail{Path: member + d.Path, Code: d.Code, Message: d.Message}
	}
	return refusal.With(details...)
}

func (p *trialPage) show(r *trial.Result) {
	p.Tried, p.Verdict = true, r.Verdict()
	if r.Order != nil {
		p.Number, p.OrderID = r.Order.Number(), string(r.Order.ID())
	}
	budget := maxPayloads
	for _, each := range r.Steps {
		label, about := p.step(each.Name)
		step := trialStep{Step: each, Label: label, About: about, Verdict: p.verdict(each.Verdict)}
		for _, reason := range each.Reasons {
			said := words.Detail(p.Lang, reason)
			if reason.Path != "" {
				said = reason.Path + ": " + said
			}
			step.Reasons = append(step.Reasons, said)
		}
		step.Sent, step.Answer = showMessage(each.Sent, &budget), showMessage(each.Answer, &budget)
		if each.Name == trial.Document && r.Document != nil {
			step.Answer = showDocument(r.Document, &budget)
		}
		for _, m := range []*trialMessage{step.Sent, step.Answer} {
			if m != nil {
				m.RawLabel = p.T("Ordagrant", "Verbatim")
			}
		}
		p.Steps = append(p.Steps, step)
	}
}

// What a page shows of payloads, in bytes: of one, and of all.
const (
	maxPayload  = 8 << 10
	maxPayloads = 96 << 10
)

// within returns the beginning of a text where it is long, and takes what is shown off the budget.
func within(text string, budget *int) string {
	limit := min(maxPayload, *budget)
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "\n…"
	}
	*budget = max(0, *budget-len(text))
	return text
}

func showMessage(m *trial.Message, budget *int) *trialMessage {
	if m == nil {
		return nil
	}
	shown := &trialMessage{Line: m.Line, Headers: m.Headers}
	if f := m.Form; f != nil {
		form := transfer.Form{Action: f.Action, Method: f.Method, AcceptCharset: f.AcceptCharset, Target: f.Target, Fields: f.Fields}
		shown.Readable = within(readable.Form(form), budget)
		return shown
	}
	shown.pair(readable.Text(m.MediaType, m.Body), readable.Decoded(m.Body), budget)
	return shown
}

func showDocument(d *transfer.Document, budget *int) *trialMessage {
	shown := &trialMessage{Line: d.FileName + ", " + d.MediaType}
	shown.pair(readable.Document(d), readable.Decoded(d.Body), budget)
	return shown
}

func (m *trialMessage) pair(forReading, raw string, budget *int) {
	m.Readable = within(forReading, budget)
	if raw != forReading {
		m.Raw = within(raw, budget)
	}
}

func (p *trialPage) verdict(v trial.Verdict) Badge {
	switch v {
	case trial.Passed:
		return Badge{"good", p.T("Gick bra", "Passed"), ""}
	case trial.Warned:
		return Badge{"warn", p.T("Gick, men se efter", "Passed, but look"), ""}
	case trial.Failed:
		return Badge{"bad", p.T("Stopp", "Failed"), ""}
	}
	return Badge{}
}

// step says in words what happens in a step.
func (p *trialPage) step(name trial.Name) (label, about string) {
	said := trialSteps[name]
	return p.T(said[0], said[1]), p.T(said[2], said[3])
}

// trialSteps are the names of the steps and what happens in each, in Swedish and English.
var trialSteps = map[trial.Name][4]string{
	trial.Start: {
		"Startanrop", "Start call", "Inköpssystemet anropar länken.", "The procurement system calls the link.",
	},
	trial.Session: {
		"Besök", "Session", "Ett besök öppnas, märkt som test.", "A session is opened, marked as a test.",
	},
	trial.Exchange: {
		"Butiken tar över", "The shop takes over", "Butiken byter in engångskoden och får veta vem som handlar.",
		"The shop exchanges the one-time token and learns who shops.",
	},
	trial.Cart: {
		"Varukorgen skickas", "The cart is sent", "Butiken skickar varukorgen.", "The shop sends the cart.",
	},
	trial.Document: {
		"Dokumentet", "The document", "Dokumentet prövas mot formatets egna regler.", "The document is judged by the format's own rules.",
	},
	trial.Transfer: {
		"Överföringen", "The transfer", "Köparens webbläsare får formuläret. Varukorgen läses ur det och jämförs med den som skickades.",
		"The buyer's browser gets the form. The cart is read from it and compared with the one that was sent.",
	},
	trial.Ping: {
		"Pingen", "The ping", "Inköpssystemet säger att varukorgen är godkänd.", "The procurement system says that the cart was approved.",
	},
	trial.PurchaseOrder: {
		"Inköpsordern", "The purchase order", "Inköpssystemet skickar inköpsordern som dokument.",
		"The procurement system sends the purchase order as a document.",
	},
	trial.Order: {
		"Ordern", "The order", "Ordern bekräftas.", "The order is confirmed.",
	},
	trial.ERP: {
		"Affärssystemet", "The ERP", "Så ser ordern ut för affärssystemet. I flödet är test inte med om affärssystemet inte ber om dem.",
		"This is the order as the ERP gets it. The feed leaves tests out unless the ERP asks for them.",
	},
}

// Completions returns the ways in which the order is completed.
func (p trialPage) Completions() []Option {
	return []Option{
		{trial.ByDefault.String(), p.T("Som kopplingen säger", "As the connection says")},
		{trial.ByPing.String(), p.T("Med en ping", "By a ping")},
		{trial.ByOrder.String(), p.T("Med en inköpsorder som dokument", "By a purchase order document")},
	}
}
