package browser

import (
	"strings"
	"testing"
)

func TestAnOperatorPlaysTheProcurementSystem(t *testing.T) {
	operators(t, func(o *operator) {
		var password string
		for _, c := range o.d.Connections {
			if c.Format == "oci-5" {
				password = c.Login["PASSWORD"]
			}
		}
		o.open("/connections/oci-5/test")
		o.see(o.T("Prova kopplingen", "Test the connection"), "Region Skåne, SAP OCI 5.0")
		o.look("trial-form")

		// A cart that is no cart is said beside its field, and what was typed stays.
		o.script(`document.querySelector("main form details").open = true, ""`)
		o.fill("/cart", `{"currency": "SEK", "lnes": []}`)
		o.click("main form .actions button", ".mistakes")
		if said := o.wrong("/cart"); !strings.Contains(said, "/cart/lnes") {
			o.t.Errorf("beside the cart stands %q", said)
		}
		o.fill("/cart", "")

		// With a wrong secret it stops at the first step.
		o.fill("/secret", "fel-lösenord")
		o.click("main form .actions button", "ol.tried")
		o.see(o.T("Provet stannade", "The test ended early"), o.T("Stopp", "Failed"))
		if n := o.script(`String(document.querySelectorAll("ol.tried > li").length)`); n != "1" {
			o.t.Errorf("%s steps with a wrong secret", n)
		}
		if kept := o.script(`document.querySelector('[name="/secret"]').value`); kept != "" {
			o.t.Errorf("the secret stands on the page: %q", kept)
		}
		o.look("trial-failed")

		// With the right one it goes all the way.
		o.open("/connections/oci-5/test")
		o.fill("/secret", password)
		o.click("main form .actions button", "ol.tried")
		o.see(o.T("Provet gick hela vägen", "The test went all the way"), o.T("Affärssystemet", "The ERP"))
		if n := o.script(`String(document.querySelectorAll("ol.tried > li").length)`); n != "9" {
			o.t.Errorf("%s steps: %s", n, visible(o.ctx, o.t))
		}
		o.script(`document.querySelectorAll("ol.tried details").forEach((d) => { d.open = true; }), ""`)
		o.see("PASSWORD=***", "Kontorsstädning", "NEW_ITEM-DESCRIPTION[1]=Kopieringspapper A4 80 g")
		if strings.Contains(visible(o.ctx, o.t), password) {
			o.t.Error("the page shows the secret")
		}
		o.look("trial-open")
		o.script(`document.querySelectorAll("ol.tried details").forEach((d, i) => { d.open = i === 0; }), scrollTo(0, 0), ""`)
		o.look("trial")
		o.guide("trial")
	})
}

func TestAnOperatorReplaysADraft(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/connections/oci-4/test")
		o.click("main form .actions button", "ol.tried") // a cart to replay
		o.open("/connections/oci-4/replay")
		o.see(o.T("Utkast", "Draft"))
		o.look("replay-form")

		o.fill("/mapping", `{"version": 1, "lines": {"NOWHERE": "line.sku"}}`)
		o.wait(`document.getElementById("f-mapping-wrong").textContent !== ""`)
		o.fill("/last", "0")
		o.click("main form .actions button", ".mistakes")
		if said := o.wrong("/mapping"); !strings.Contains(said, "NOWHERE") {
			o.t.Errorf("beside the mapping stands %q", said)
		}
		o.fill("/last", "1")
		o.fill("/mapping", `{"version": 1, "tables": {"units": {"EA": "PCE"}}, "lines": {"unit": {"from": "line.unit", "then": [{"map": "units", "missing": "keep"}]}}}`)
		o.click("main form .actions button", "[data-result]")
		if result := o.script(`document.querySelector("[data-result]").dataset.result`); result != "changed" {
			o.t.Errorf("the result is %s", result)
		}
		// What comes and goes is told by a sign, too, for those who see no colours.
		if del, ins := o.script(`document.querySelector(".diff del").textContent`), o.script(`document.querySelector(".diff ins").textContent`); del != "−NEW_ITEM-UNIT[1]=EA" || ins != "+NEW_ITEM-UNIT[1]=PCE" {
			o.t.Errorf("the difference shows %q and %q", del, ins)
		}
		o.look("replay")
		o.guide("replay")
	})
}
