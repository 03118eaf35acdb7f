package browser

import (
	"strings"
	"testing"
)

func TestAnOperatorMakesChangesAndRemovesAWebhook(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/webhooks")
		o.fill("/url", "http://erp.example.com/hook")
		o.click(`main form .actions button`, ".mistakes")
		if said := o.wrong("/url"); said != o.T("måste vara en https-adress utan användare och utan #", "must be an https address without a user or a fragment") {
			o.t.Errorf("beside the address stands %q", said)
		}
		address := "https://erp.example.com/" + o.unique("hook")
		o.fill("/url", address)
		o.script(`document.querySelector('[name="/types"][value="order.confirmed"]').click(), ""`)
		o.click(`main form .actions button`, "#made")
		secret := o.script(`document.getElementById("made").textContent`)
		if !strings.HasPrefix(secret, "whsec_") {
			o.t.Errorf("the secret is %q", secret)
		}
		o.look("webhooks-made")
		o.open("/webhooks")
		o.see(address, o.T("En order slutfördes", "An order was completed"))
		if strings.Contains(o.script(`document.documentElement.outerHTML`), secret) {
			o.t.Error("the secret is shown again")
		}
		o.look("webhooks")
		o.guide("webhooks")

		o.script(`[...document.querySelectorAll("td a")].find((a) => a.textContent === "` + address + `").click(), ""`)
		o.wait(`document.querySelector('form[action$="/remove"]')`)
		o.fill("/keep_previous_seconds", "31")
		o.click(`form[action$="/secret"] button`, ".mistakes")
		if said := o.wrong("/keep_previous_seconds"); said != o.T("det förra lösenordet kan gälla i högst 30 dagar", "the secret until now can be kept for at most 30 days") {
			o.t.Errorf("beside the time stands %q", said)
		}
		o.fill("/keep_previous_seconds", "2")
		o.click(`form[action$="/secret"] button`, "#made")
		if again := o.script(`document.getElementById("made").textContent`); again == secret || !strings.HasPrefix(again, "whsec_") {
			o.t.Errorf("the new secret is %q", again)
		}
		o.look("webhook")
		o.script(`document.querySelector('[name="/types"][value="order.cancelled"]').click(), ""`)
		o.press(`main form .actions button`, o.T("Sparat.", "Saved."))
		o.see(o.T("En order makulerades", "An order was cancelled"))

		o.script(`[...document.querySelectorAll("td a")].find((a) => a.textContent === "` + address + `").click(), ""`)
		o.wait(`document.querySelector('form[action$="/remove"]')`)
		o.script(`document.querySelector("details.confirm").open = true, ""`)
		o.press(`form[action$="/remove"] button`, o.T("Borttaget.", "Removed."))
		if strings.Contains(visible(o.ctx, o.t), address) {
			o.t.Error("it is still there")
		}
	})
}
