package desk

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/application/erasure"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/receipt"
	"github.com/punchgate/punchgate/domain/session"
)

// erasurePage erases personal data on request.
type erasurePage struct {
	Page

	Form   Form
	Report *erasure.Report // of what was just erased; nil before
}

// Members of the form: what kind of subject is named, and its name.
const (
	subjectKind  = "/kind"
	subjectValue = "/value"
)

func (d *Desk) erasure(c *gin.Context) {
	var f Form
	if id := c.Query("session"); id != "" {
		f.Values = url.Values{subjectKind: {"session"}, subjectValue: {id}}
	}
	d.render(c, http.StatusOK, "erasure", erasurePage{Page: d.page(c, "erasure"), Form: f})
}

func (d *Desk) erase(c *gin.Context) {
	f, p := typed(c), erasurePage{Page: d.page(c, "erasure")}
	what, of := subjectOf(f), p.Shop.ID()
	err := d.act(c, audit.PersonalDataErase, d.use.Erasure.Name(of, what), func(ctx context.Context) (string, error) {
		if strings.TrimSpace(f.Value(subjectValue)) == "" {
			return "", erasure.ErrSubject.With(fault.Detail{Path: subjectValue, Code: "missing", Message: "is required"})
		}
		r, err := d.use.Erasure.Erase(ctx, of, what)
		if fault.KindOf(err) == fault.NotFound {
			refusal := fault.From(err)
			return "", refusal.With(fault.Detail{Path: subjectValue, Code: refusal.Code, Message: refusal.Message})
		}
		if err == nil {
			p.Report = &r
		}
		return "", err
	})
	if p.Form = f.refused(p.Page, err); err == nil {
		p.Form = Form{}
	}
	d.render(c, d.statusOf(c, err), "erasure", p)
}

// subjectOf reads what is to be erased.
func subjectOf(f Form) (what erasure.Subject) {
	switch value := strings.TrimSpace(f.Value(subjectValue)); f.Value(subjectKind) {
	case "session":
		what.Session = session.ID(value)
	case "order":
		what.Order = order.ID(value)
	case "purchase_order":
		what.PurchaseOrder = receipt.ID(value)
	default:
		what.Email = value
	}
	return what
}

// Kinds returns what a subject is named by.
func (p erasurePage) Kinds() []Option {
	return []Option{
		{"email", p.T("En persons e-postadress", "The e-mail address of a person")},
		{"session", p.T("Ett besök, efter beteckning", "A session, by its identifier")},
		{"order", p.T("En order, efter beteckning", "An order, by its identifier")},
		{"purchase_order", p.T("En omatchad inköpsorder, efter beteckning", "An unmatched purchase order, by its identifier")},
	}
}

// Erased counts what was erased, by what it is called.
func (p erasurePage) Erased() []Option {
	r := p.Report
	return []Option{
		{strconv.Itoa(r.Sessions), p.T("Besök", "Sessions")}, {strconv.Itoa(r.Orders), p.T("order", "orders")},
		{strconv.Itoa(r.Receipts), p.T("inköpsorder", "purchase orders")}, {strconv.Itoa(r.Answers), p.T("ordersvar", "answers")},
	}
}

// KeptPath returns the page of something that is kept.
func (p erasurePage) KeptPath(k erasure.Kept) string {
	return p.In("/" + map[string]string{"session": "sessions", "order": "orders", "purchase_order": "purchase-orders"}[k.Kind] + "/" + k.ID)
}

// KeptName returns what something that is kept is called.
func (p erasurePage) KeptName(k erasure.Kept) string {
	return map[string]string{
		"session": p.T("Besöket", "The session"), "order": p.T("Ordern", "The order"),
		"purchase_order": p.T("Inköpsordern", "The purchase order"),
	}[k.Kind] + " " + k.ID
}

// KeptReasons says why something is kept.
func (p erasurePage) KeptReasons(k erasure.Kept) (all []string) {
	for _, detail := range k.Refusal.Details {
		all = append(all, words.Detail(p.Lang, detail))
	}
	if all == nil {
		all = []string{words.Refusal(p.Lang, k.Refusal)}
	}
	return all
}
