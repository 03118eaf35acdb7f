package browser

import (
	"testing"
	"time"
)

func TestAnOperatorMakesAndChangesCustomFields(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/fields")
		o.see(o.T("Avgör PunchOut", "Decides PunchOut"), o.T("Nytt kundfält", "New custom field"))
		o.look("fields")
		o.guide("fields")

		// What is wrong stands beside its field, and what was typed stays.
		o.fill("/label", o.unique("Kostnadsställe"))
		o.fill("/name", "Kostnads Ställe")
		o.click(`form[action$="/fields/new"] button`, ".mistakes")
		if said := o.wrong("/name"); said == "" {
			o.t.Error("nothing is said of the identifier")
		}
		if kept := o.script(`document.querySelector('[name="/label"]').value`); kept != o.unique("Kostnadsställe") {
			o.t.Errorf("the label that was typed is %q", kept)
		}
		o.look("fields-wrong")
		o.fill("/name", "")
		o.click(`form[action$="/fields/new"] button`, ".done")
		name := o.unique("kostnadsstalle")
		o.see(name)

		// Its label changes, it moves, and it goes.
		label := `document.querySelector('input[value="` + name + `"]').parentElement.querySelector('input:not([type=hidden])')`
		o.script(label + `.value = "Projekt", ""`)
		o.press(`form[action$="/fields"] button`, o.T("Sparat.", "Saved."))
		if now := o.script(label + `.value`); now != "Projekt" {
			o.t.Errorf("the label is %q", now)
		}
		first := o.script(`document.querySelector('tbody tr td:nth-child(3)').textContent`)
		if first == name {
			o.t.Fatalf("%s is the first one", name)
		}
		press(o.ctx, o.t, `form[action$="/fields/`+name+`/raise"] button`)
		o.wait(`document.querySelector('tbody tr td:nth-child(3)').textContent === "` + name + `"`)
		o.script(`document.querySelector('form[action$="/fields/` + name + `/remove"]').closest("details").open = true, ""`)
		o.look("fields-remove")
		o.press(`form[action$="/fields/`+name+`/remove"] button`, o.T("Borttaget.", "Removed."))
		if left := o.script(`String(document.querySelectorAll('input[value="` + name + `"]').length)`); left != "0" {
			o.t.Errorf("%s is still there", name)
		}
	})
}

func TestAnOperatorMakesAndChangesACustomer(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/customers")
		o.look("customers")
		o.guide("customers")

		o.click(`a[href$="/customers/-/new"]`, `input[name="/number"]`)
		o.fill("/number", o.unique("K"))
		o.fill("/contract_from", "2026-12-31")
		o.fill("/contract_until", "2026-01-01")
		o.click("main form .actions button", ".mistakes")
		for pointer, text := range map[string]string{
			"/name":           o.T("måste fyllas i", "is required"),
			"/contract_until": o.T("avtalet slutar innan det börjar", "the contract ends before it begins"),
		} {
			if said := o.wrong(pointer); said != text {
				o.t.Errorf("beside %s stands %q", pointer, said)
			}
		}
		o.look("customer-wrong")
		o.fill("/name", o.unique("Mölndals stad"))
		o.fill("/contract_until", "2027-12-31")
		o.fill("/fields/punchout", "true")
		o.click("main form .actions button", ".done")
		for pointer, want := range map[string]string{
			"/name": o.unique("Mölndals stad"), "/contract_from": "2026-12-31", "/contract_until": "2027-12-31",
		} {
			if got := o.script(`document.querySelector('[name="` + pointer + `"]').value`); got != want {
				o.t.Errorf("%s is %q", pointer, got)
			}
		}
		id := o.script(`location.pathname.split("/").pop()`)
		contract := o.api("GET", "/v1/admin/customers/"+id, "")["contract_until"].(string)
		if end, err := time.Parse(time.RFC3339, contract); err != nil || !end.Equal(time.Date(2028, 1, 1, 0, 0, 0, 0, time.Local)) {
			o.t.Errorf("a contract up to and including 2027-12-31 ends at %s", contract)
		}
		o.look("customer")
		o.guide("customer")

		// A number that another customer has is refused beside its field.
		o.open("/customers/-/new")
		o.fill("/name", "En till")
		o.fill("/number", o.unique("K"))
		o.click("main form .actions button", ".mistakes")
		if said := o.wrong("/number"); said != o.T("en annan kund har det numret", "another customer has this number") {
			o.t.Errorf("beside the number stands %q", said)
		}

		o.open("/customers?ticked=true&q=" + o.unique("m%C3%B6lndals%20stad"))
		o.see(o.unique("Mölndals stad"))
		o.open("/customers?ticked=false&q=" + o.unique("m%C3%B6lndals%20stad"))
		o.see(o.T("Ingen kund passar in på det.", "No customer matches that."))
		o.look("customers-none")
	})
}
