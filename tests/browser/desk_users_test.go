package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestAnAdministratorCreatesAUserWhoSignsIn(t *testing.T) {
	operators(t, func(o *operator) {
		email := o.unique("bo") + "@papper.example"
		o.open("/users")
		o.see("anna@papper-och-penna.example")
		o.look("users")
		o.fill("/name", "Bo Berg")
		o.fill("/email", "bo")
		o.fill("/password", "kort")
		o.click("main form .actions button", ".mistakes")
		for _, pointer := range []string{"/email", "/password"} {
			if o.wrong(pointer) == "" {
				o.t.Errorf("nothing is said beside %s", pointer)
			}
		}
		o.look("users-wrong")
		if typed := o.script(`document.querySelector('[name="/name"]').value`); typed != "Bo Berg" {
			o.t.Errorf("what was typed became %q", typed)
		}
		o.fill("/email", email)
		o.fill("/password", "")
		o.fill("/role", "reader")
		o.click("main form .actions button", "#made")
		password := strings.TrimSpace(o.script(`document.getElementById("made").textContent`))
		o.look("users-made")
		o.guide("users")

		o.script(`[...document.querySelectorAll("tbody tr")].find((r) => r.textContent.includes("` + email + `")).querySelector("a").click(), ""`)
		o.wait(`document.querySelector('input[name=tag]')`)
		o.look("user")
		o.fill("/name", "Bo Ek")
		o.click("main form .actions button", ".done")
		o.see("Bo Ek", o.T("Sparat.", "Saved."))

		o.click(`form[action="/admin/sign-out"] button`, `[name=to]`)
		o.look("signed-out")
		o.fill("/email", email)
		o.fill("/password", "inte mitt lösenord")
		o.click("main form button", ".mistakes")
		o.look("sign-in-wrong")
		o.fill("/password", password)
		o.click("main form button", ".side")
		o.open("/users")
		if forms := o.script(`String(document.querySelectorAll("main form").length)`); forms != "0" {
			o.t.Errorf("a reader sees %s forms", forms)
		}
		o.do(chromedp.Navigate(o.d.Gateway + "/admin/account"))
		o.see("Bo Ek", email)
		o.look("account")
		o.fill("/current_password", password)
		o.fill("/password", "för kort")
		o.click(`form[action$="/password"] button`, ".mistakes")
		if o.wrong("/password") == "" {
			o.t.Error("nothing is said beside the short password")
		}
		o.fill("/current_password", password)
		o.fill("/password", "glass på trappan i juli")
		o.click(`form[action$="/password"] button`, ".done")
		other := map[string]string{"sv": "en", "en": "sv"}[o.lang]
		o.fill("/language", other)
		o.click(`form[action$="/language"] button`, `html[lang="`+other+`"]`)
		o.click(`form[action$="/account/sign-out"] button`, `[name=to]`)
	})
}
