package desk

import (
	"strings"

	"github.com/punchgate/punchgate/adapters/web/words"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/purchase"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/traffic"
)

// OrderStatus says where an order stands.
func (p Page) OrderStatus(s order.Status) Badge {
	switch s {
	case order.Prepared:
		return Badge{"", p.T("Förberedd", "Prepared"), ""}
	case order.Transferred:
		return Badge{"", p.T("Överförd, väntar på att slutföras", "Transferred, awaits its completion"), ""}
	case order.Held:
		return Badge{"warn", p.T("Väntar på beslut", "Waits for a decision"), ""}
	case order.Confirmed:
		return Badge{"good", p.T("Slutförd", "Confirmed"), ""}
	case order.Exported:
		return Badge{"good", p.T("Hämtad av affärssystemet", "Taken by the ERP"), ""}
	case order.Rejected:
		return Badge{"bad", p.T("Avvisad", "Rejected"), ""}
	case order.Cancelled:
		return Badge{"bad", p.T("Makulerad", "Cancelled"), ""}
	case order.Expired:
		return Badge{"bad", p.T("Tiden gick ut", "Expired"), ""}
	default:
		return Badge{"", s.String(), ""}
	}
}

// SessionStatus says where a session stands.
func (p Page) SessionStatus(s session.Status) Badge {
	switch s {
	case session.Opened:
		return Badge{"", p.T("Inloggad", "Logged in"), ""}
	case session.Shopping:
		return Badge{"", p.T("Handlar", "Shopping"), ""}
	case session.Returned:
		return Badge{"good", p.T("Varukorgen skickad", "Cart sent"), ""}
	case session.Cancelled:
		return Badge{"warn", p.T("Avbrutet", "Cancelled"), ""}
	case session.Expired:
		return Badge{"warn", p.T("Tiden gick ut", "Expired"), ""}
	default:
		return Badge{"", s.String(), ""}
	}
}

// Verdict says how a call ended.
func (p Page) Verdict(v traffic.Verdict) Badge {
	switch v {
	case traffic.Accepted:
		return Badge{"good", p.T("Godtaget", "Accepted"), ""}
	case traffic.Refused:
		return Badge{"warn", p.T("Nekat", "Refused"), ""}
	case traffic.Failed:
		return Badge{"bad", p.T("Misslyckades", "Failed"), ""}
	default:
		return Badge{"", v.String(), ""}
	}
}

// Step says what a call is for.
func (p Page) Step(s traffic.Step) string {
	switch s {
	case traffic.StartCall:
		return p.T("Startanrop", "Start call")
	case traffic.Direct:
		return p.T("Butiken öppnar ett besök", "The shop opens a session")
	case traffic.Exchange:
		return p.T("Butiken tar över besöket", "The shop takes over the session")
	case traffic.Cart:
		return p.T("Butiken skickar varukorgen", "The shop sends the cart")
	case traffic.Cancel:
		return p.T("Besöket avbryts", "The session is cancelled")
	case traffic.Transfer:
		return p.T("Webbläsaren hämtar varukorgen", "The browser fetches the cart")
	case traffic.Push:
		return p.T("Tjänsten lämnar över varukorgen", "The gateway hands over the cart")
	case traffic.Completion:
		return p.T("Inköpssystemet slutför ordern", "The procurement system completes the order")
	case traffic.PurchaseOrder:
		return p.T("Inköpsorder", "Purchase order")
	case traffic.Response:
		return p.T("Affärssystemets svar", "The ERP's response")
	case traffic.Answer:
		return p.T("Svaret lämnas över", "The answer is handed over")
	case traffic.Export:
		return p.T("Affärssystemet hämtar ordern", "The ERP takes the order")
	case traffic.Webhook:
		return p.T("Webhook", "Webhook")
	default:
		return s.String()
	}
}

// Why says why a call was refused or failed; empty for one that was accepted.
func (p Page) Why(r *traffic.Record) string {
	if r.Verdict == traffic.Accepted {
		return ""
	}
	if known := words.Explain(p.Lang, r.Code); known.What != "" {
		return known.What
	}
	return sentence(words.Refusal(p.Lang, &fault.Fault{Code: r.Code, Message: r.Message}))
}

// Remedy says what to do about a call that was refused; empty where nothing is known.
func (p Page) Remedy(r *traffic.Record) string { return words.Explain(p.Lang, r.Code).Remedy }

// Reasons says all that was wrong with a call.
func (p Page) Reasons(r *traffic.Record) (all []string) {
	for _, d := range r.Details {
		said := words.Detail(p.Lang, d)
		if d.Path != "" {
			said = d.Path + ": " + said
		}
		all = append(all, said)
	}
	return all
}

// sentence begins a text with a capital and ends it with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first := []rune(text)
	text = strings.ToUpper(string(first[:1])) + string(first[1:])
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// Member says in what a purchase order differs from its cart.
func (p Page) Member(m purchase.Member) string {
	switch m {
	case purchase.MemberQuantity:
		return p.T("Antal", "Quantity")
	case purchase.MemberPrice:
		return p.T("Pris", "Price")
	case purchase.MemberUnit:
		return p.T("Enhet", "Unit")
	case purchase.MemberArticle:
		return p.T("Artikel", "Article")
	case purchase.MemberKey:
		return p.T("Radens nyckel", "Key of the line")
	case purchase.MemberCurrency:
		return p.T("Valuta", "Currency")
	case purchase.MemberMissing:
		return p.T("Raden saknas", "Line is missing")
	case purchase.MemberAdded:
		return p.T("Raden är ny", "Line was added")
	default:
		return string(m)
	}
}

// Says says what an answer to a purchase order says.
func (p Page) Says(name string) string {
	switch name {
	case "accepted":
		return p.T("Godtagen", "Accepted")
	case "accepted_with_change":
		return p.T("Godtagen med ändringar", "Accepted with changes")
	case "rejected":
		return p.T("Avvisad", "Rejected")
	case "acknowledged":
		return p.T("Mottagen", "Acknowledged")
	default:
		return name
	}
}
