package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAnOperatorSetsUpAConnection(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/connections")
		o.see("Göteborgs stad", "SAP OCI 4.0", o.T("Aktiv", "Active"))
		o.look("connections")
		o.guide("connections")

		o.open("/connections/-/new")
		hidden := func(pointer string) bool {
			return o.script(fmt.Sprintf(`String(!document.querySelector('[name=%q]:not([type=hidden])').checkVisibility())`, pointer)) == "true"
		}
		o.choose("/format", "cxml-1.2")
		if !hidden("/login/user") || hidden("/login/from/0/domain") {
			o.t.Error("cXML documents have no user, but identities")
		}
		o.choose("/format", "oci-5")
		if hidden("/login/user") || !hidden("/login/from/0/domain") {
			o.t.Error("OCI has a user, and no identities")
		}
		o.look("connection-new")
		o.guide("connection-new")
		o.fill("/return/hosts", "https://buyer.example.com/")
		o.wait(`document.getElementById("f-return-hosts-wrong").textContent !== ""`)
		o.fill("/secret", "kort")
		o.click("main form .actions button", ".mistakes")
		for pointer, said := range map[string]string{
			"/customer":     o.T("måste fyllas i", "is required"),
			"/return/hosts": o.T("måste vara ett värdnamn", "must be a host name"),
		} {
			if wrong := o.wrong(pointer); !strings.HasPrefix(wrong, said) {
				o.t.Errorf("beside %s stands %q", pointer, wrong)
			}
		}
		o.look("connection-new-wrong")
		o.fill("/customer", "goteborgs-stad")
		o.fill("/return/hosts", "buyer.example.com")
		o.fill("/secret", "")
		o.fill("/name", o.unique("Göteborg"))
		o.click("main form .actions button", "#made")
		secret, link := o.script(`document.getElementById("made").textContent`), o.script(`document.getElementById("link").textContent`)
		o.look("connection-made")

		login := func(link, password string) int {
			client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			answer, err := client.PostForm(link, url.Values{
				"USERNAME": {o.d.Tenant.ID}, "PASSWORD": {password}, "HOOK_URL": {"https://buyer.example.com/return"},
			})
			if err != nil {
				o.t.Fatal(err)
			}
			defer answer.Body.Close()
			return answer.StatusCode
		}
		if status := login(link, secret); status != http.StatusSeeOther {
			o.t.Errorf("a buyer with the link and the secret is answered %d", status)
		}

		// Another link; the first one revoked.
		o.script(`document.querySelector(".tabs a[href$='/links']").click(), ""`)
		o.wait(`location.pathname.endsWith("/links") && document.querySelector(".link")`)
		o.script(`document.querySelector(".link details").open = true, ""`)
		o.look("connection-links")
		o.guide("connection-links")
		o.click("main form .actions button", ".done")
		o.script(`[...document.querySelectorAll(".link")].find((l) => l.textContent.includes(` + fmt.Sprintf("%q", link) + `)).querySelector(".confirm").open = true, ""`)
		o.script(`[...document.querySelectorAll(".link")].find((l) => l.textContent.includes(` + fmt.Sprintf("%q", link) + `)).querySelector(".confirm button").click(), ""`)
		o.wait(`location.search.includes("revoked") && document.querySelector(".done")`)
		if status := login(link, secret); status != http.StatusGone {
			o.t.Errorf("a buyer with the revoked link is answered %d", status)
		}
		link = o.script(`document.querySelector(".link code").textContent`)

		// Another secret; the first one stays good.
		o.script(`document.querySelector(".tabs a[href$='/secrets']").click(), ""`)
		o.wait(`location.pathname.endsWith("/secrets") && document.querySelector("table")`)
		o.fill("/secret", "kort")
		o.click("main form .actions button", ".mistakes")
		o.look("connection-secrets")
		o.fill("/secret", "")
		o.click("main form .actions button", "#made")
		if fresh := o.script(`document.getElementById("made").textContent`); login(link, fresh) != http.StatusSeeOther || login(link, secret) != http.StatusSeeOther {
			o.t.Error("one of the two secrets is not good")
		}

		// Details: a row is added, and what is wrong stands beside its list.
		o.script(`document.querySelector(".tabs a").click(), ""`)
		o.wait(`document.querySelector('[name="/late_completion"]')`)
		o.script(`const f = document.querySelector('[name="/format"]'); f.value = "proceedo-cxml"; f.dispatchEvent(new Event("change", {bubbles: true})); ""`)
		o.script(`document.querySelector('[data-add-row="/login/from"]').click(), ""`)
		o.fill("/login/from/1/domain", "DUNS")
		o.wait(`document.getElementById("f-login-from-wrong").textContent !== ""`)
		o.fill("/login/from/1/domain", "")
		o.fill("/highest_value/value", "5000")
		o.fill("/highest_value/currency", "kronor")
		o.click("main form .actions button", ".mistakes")
		if wrong := o.wrong("/highest_value/currency"); wrong != o.T("måste vara en valuta enligt ISO 4217, till exempel SEK", "must be an ISO 4217 currency") {
			o.t.Errorf("beside the currency stands %q", wrong)
		}
		o.look("connection-wrong")
		o.fill("/highest_value/currency", "SEK")
		o.click("main form .actions button", ".done")
		o.see(o.T("Sparat.", "Saved."))
		o.look("connection")

		o.open("/connections?name=" + url.QueryEscape(o.unique("göteborg")))
		o.see(o.unique("Göteborg"), "Proceedo cXML")
		o.open("/connections?customer=goteborgs")
		o.see(o.unique("Göteborg"))
		o.open("/links")
		o.click("main form .actions button", ".done")
		o.look("network-links")
	})
}

// choose ticks one of several.
func (o *operator) choose(pointer, value string) {
	o.t.Helper()
	o.script(fmt.Sprintf(`document.querySelector('[name=%q][value=%q]').click(), ""`, pointer, value))
}

func TestAnOperatorSeesWhatAMappingMakesOfACart(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/connections/oci-4/mapping")
		o.see("NEW_ITEM-UNIT[1]=EA", "NEW_ITEM-PRICEUNIT[2]=100")
		o.look("mapping")

		// The sample follows what is typed, without anything being saved.
		preview := func(text string) {
			o.t.Helper()
			o.wait(fmt.Sprintf(`document.getElementById("preview").textContent.includes(%q)`, text))
		}
		o.script(`document.querySelector('[name="/options/units"]').closest("details").open = true, ""`)
		o.fill("/options/units", "EA = PCE\n")
		preview("NEW_ITEM-UNIT[1]=PCE")
		o.fill("/mapping", "{\n  \"version\": 1,\n  \"lines\": {\n    \"NEW_ITEM-MATGROUP\": {\"value\": \"KONTOR\"}\n  }\n}")
		preview("NEW_ITEM-MATGROUP[1]=KONTOR")
		o.script(`document.querySelector('[name="/mapping"]').closest("section").scrollIntoView(), ""`)
		o.guide("mapping")
		o.fill("/mapping", "{\n\"version\": 1,\n\"lines\": {\"nope\": {\"value\": \"x\"}}}")
		o.wait(`document.getElementById("f-mapping-wrong").textContent !== ""`)
		if said, want := o.wrong("/mapping"), "/mapping/lines/nope: "+o.T("rad 3, kolumn 11: målet \"nope\" finns inte", "line 3, column 11 of the mapping: there is no target"); !strings.HasPrefix(said, want) {
			o.t.Errorf("beside the mapping stands %q", said)
		}
		preview(o.T("Inget dokument än", "No document yet"))
		o.look("mapping-wrong")
		o.fill("cart", `{"currency":"SEK","lines":[{"sku":"1","name":"Egen vara","quantity":"1","unit":"EA","unit_price":"1","tax":{"category":"S","percent":"25"}}]}`)
		o.fill("/mapping", "")
		preview("NEW_ITEM-DESCRIPTION[1]=Egen vara")
		o.fill("/options/units", "")
		o.fill("/options/vendor", o.width+o.lang)
		o.click("main form .actions button", ".done")
		if kept := o.script(`document.querySelector('[name="/options/vendor"]').value`); kept != o.width+o.lang {
			o.t.Errorf("the option that was saved is %q", kept)
		}
	})
}

func TestAnOperatorHandsAConnectionToAProcurementTeam(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/connections/proceedo-cxml/handover")
		o.see("/punchout/"+o.d.Tenant.ID+".", "HOOK_URL", "SharedSecret", "/complete")
		o.look("handover")
		o.guide("handover")
		other, wanted := "en", "What you send back once the purchase is approved"
		if o.lang == "en" {
			other, wanted = "sv", "Vad ni skickar tillbaka när köpet är godkänt"
		}
		o.script(fmt.Sprintf(`document.getElementById("in").value = %q, document.querySelector(".filter .actions button").click(), ""`, other))
		o.wait(fmt.Sprintf(`document.querySelector(".sheet[lang=%s]")`, other))
		o.see(wanted)
		if lang := o.script(`document.documentElement.lang`); lang != o.lang {
			o.t.Errorf("the page around the sheet is in %s", lang)
		}
	})
}
