package desk

import (
	"cmp"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/tenant"
)

// auditPage shows who did what.
type auditPage struct {
	Page

	Entries []auditRow
	Next    string // cursor of the next page; empty on the last one
}

type auditRow struct {
	*audit.Record

	Did    string
	Target string
	By     string
}

func (d *Desk) audit(c *gin.Context) {
	found, next, err := d.use.Auditing.List(c.Request.Context(), tenantOf(c), c.Query("cursor"), pageLength)
	if err != nil {
		d.refuse(c, err)
		return
	}
	p := auditPage{Page: d.page(c, "audit"), Next: next}
	for _, r := range found {
		p.Entries = append(p.Entries, auditRow{r, p.did(r.Action), cmp.Or(r.Target, r.Outcome.Made), p.by(r.Actor)})
	}
	d.render(c, http.StatusOK, "audit", p)
}

// by says who acted.
func (p Page) by(a audit.Actor) string {
	switch {
	case a == audit.Actor{}: // who tried in vain to sign in
		return p.T("okänd", "unknown")
	case a.User != "":
		return a.Label
	case a.Key == "":
		return p.T("kommandoraden", "command line")
	case a.Tenant == tenant.Platform:
		return p.T("tjänstens nyckel ", "key of the service ") + cmp.Or(a.Label, string(a.Key))
	default:
		return p.T("nyckeln ", "key ") + cmp.Or(a.Label, string(a.Key))
	}
}

// did says what was done.
func (p Page) did(a audit.Action) string {
	said, ok := deeds[a]
	if !ok {
		return a.String()
	}
	return p.T(said[0], said[1])
}

// deeds are the actions in Swedish and English.
var deeds = map[audit.Action][2]string{
	audit.TenantCreate:       {"Skapade butik", "Created a shop"},
	audit.TenantRemove:       {"Tog bort butik", "Removed a shop"},
	audit.TenantChange:       {"Ändrade inställningar", "Changed the settings"},
	audit.TenantCatalogue:    {"Bytte hemlighet för artikelfrågor", "Replaced the secret for questions about articles"},
	audit.KeyCreate:          {"Skapade nyckel", "Created a key"},
	audit.KeyRevoke:          {"Återkallade nyckel", "Revoked a key"},
	audit.KeyUseRevoked:      {"Visade en återkallad nyckel", "Presented a revoked key"},
	audit.MasterKeyRotate:    {"Bytte huvudnyckel", "Replaced the master key"},
	audit.CustomerCreate:     {"Skapade kund", "Created a customer"},
	audit.CustomerChange:     {"Ändrade kund", "Changed a customer"},
	audit.CustomersTick:      {"Kryssade i eller ur för kunder", "Ticked or unticked a box for customers"},
	audit.CustomersImport:    {"Importerade kunder", "Imported customers"},
	audit.ConnectionCreate:   {"Skapade koppling", "Created a connection"},
	audit.ConnectionChange:   {"Ändrade koppling", "Changed a connection"},
	audit.ConnectionSecret:   {"Bytte lösenord för koppling", "Replaced the secret of a connection"},
	audit.ConnectionAnswer:   {"Bytte lösenord för ordersvar", "Replaced the secret for answers"},
	audit.ConnectionTry:      {"Provade koppling", "Tried a connection"},
	audit.LinkCreate:         {"Skapade länk", "Created a link"},
	audit.LinkRevoke:         {"Återkallade länk", "Revoked a link"},
	audit.SessionCancel:      {"Avbröt besök", "Cancelled a session"},
	audit.OrderPush:          {"Skickade varukorg igen", "Sent a cart again"},
	audit.OrderCancel:        {"Makulerade order", "Cancelled an order"},
	audit.OrderConfirm:       {"Slutförde order för hand", "Completed an order by hand"},
	audit.OrderReject:        {"Avvisade order", "Rejected an order"},
	audit.OrderExport:        {"Hämtade order till affärssystemet", "Took an order into the ERP"},
	audit.OrderRespond:       {"Svarade på inköpsorder", "Answered a purchase order"},
	audit.AnswerDeliver:      {"Skickade ordersvar igen", "Sent an answer again"},
	audit.PurchaseOrderTie:   {"Knöt inköpsorder till order", "Tied a purchase order to an order"},
	audit.WebhookCreate:      {"Skapade webhook", "Created a webhook"},
	audit.WebhookChange:      {"Ändrade webhook", "Changed a webhook"},
	audit.WebhookRemove:      {"Tog bort webhook", "Removed a webhook"},
	audit.WebhookSecret:      {"Bytte hemlighet för webhook", "Replaced the secret of a webhook"},
	audit.PersonalDataErase:  {"Raderade personuppgifter", "Erased personal data"},
	audit.UserCreate:         {"Skapade användare", "Created a user"},
	audit.UserChange:         {"Ändrade användare", "Changed a user"},
	audit.UserRemove:         {"Tog bort användare", "Removed a user"},
	audit.UserPassword:       {"Bytte lösenord för användare", "Replaced the password of a user"},
	audit.UserSignIn:         {"Loggade in", "Signed in"},
	audit.UserSignOut:        {"Loggade ut överallt", "Signed out everywhere"},
	audit.DeadLettersDeliver: {"Skickade webhookar igen", "Sent webhooks again"},
}

// Result says how an action ended, and how good that is.
func (r auditRow) Result(p auditPage) Option {
	switch r.Outcome.Result {
	case audit.Done:
		return Option{"good", p.T("Gjort", "Done")}
	case audit.Refused:
		return Option{"warn", p.T("Nekat", "Refused")}
	case audit.Failed:
		return Option{"bad", p.T("Misslyckades", "Failed")}
	default:
		return Option{"bad", p.T("Okänt", "Unknown")}
	}
}
