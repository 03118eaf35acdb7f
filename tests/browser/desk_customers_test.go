package browser

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
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

		// A number that another customer has is refused beside its field.
		o.open("/customers/-/new")
		o.fill("/name", "En till")
		o.fill("/number", o.unique("K"))
		o.click("main form .actions button", ".mistakes")
		if said := o.wrong("/number"); said != o.T("en annan kund har det numret", "another customer has this number") {
			o.t.Errorf("beside the number stands %q", said)
		}

		// A long word for a name stays within the pages.
		o.fill("/name", strings.Repeat("Kommunalförbundet", 5)+" 🙂")
		o.fill("/number", "")
		o.click("main form .actions button", ".done")
		o.look("customer-long")

		o.open("/customers?ticked=true&q=" + o.unique("m%C3%B6lndals%20stad"))
		o.see(o.unique("Mölndals stad"))
		o.open("/customers?ticked=false&q=" + o.unique("m%C3%B6lndals%20stad"))
		o.see(o.T("Ingen kund passar in på det.", "No customer matches that."))
		o.look("customers-none")
	})
}

func TestAnOperatorTicksCustomersAndImportsThem(t *testing.T) {
	operators(t, func(o *operator) {
		one, two := o.unique("I1"), o.unique("I2")
		name := o.unique("Nya kunder")
		table := filepath.Join(t.TempDir(), "kunder.csv")
		upload := func(content, says string) {
			o.t.Helper()
			if err := os.WriteFile(table, []byte(content), 0o600); err != nil {
				o.t.Fatal(err)
			}
			o.do(chromedp.SetUploadFiles("#file", []string{table}))
			press(o.ctx, o.t, `form[action$="/preview"] button`)
			o.wait(`document.readyState === "complete" && document.body.innerText.includes("` + says + `")`)
		}
		o.open("/customers/-/import")
		o.look("import")
		o.click("main form .actions button", ".mistakes")
		o.see(o.T("välj en fil", "choose a file"))
		upload("Telefon;Namn\n031;A\n", o.T("behöver en kolumn med kundernas nummer", "needs a column with the customers' number"))

		// The preview tells of each line what would come of it, and changes nothing.
		upload("Nummer;Namn;Handlar via PunchOut;Avtal till;Telefon\n"+one+";"+name+" ett;ja;2027-12-31;031\n"+two+";"+name+" två;nej;;\n"+
			one+";Samma nummer;;;\nK-fel;Fel;kanske;igår;\n10001;;ja;;\n", o.T("Så här blir det", "What would come of it"))
		o.see(name+" ett", o.T("Kolumner som hoppas över", "Columns that are passed over"), "Telefon", o.T("rad 2 har samma", "line 2 has the same"),
			o.T("måste vara ja eller nej", "must be yes or no"), o.T("måste vara ett datum", "must be a day"))
		o.look("import-preview")
		o.guide("import-preview")
		if found := o.api("GET", "/v1/admin/customers?search="+one, "")["customers"].([]any); len(found) != 0 {
			o.t.Errorf("the preview made %v", found)
		}
		o.click(`form[action$="/import"] button`, `input[type=file]`)
		o.see(o.T("Så här blev det", "What came of it"))
		o.look("import-done")
		if found := o.api("GET", "/v1/admin/customers?search="+one, "")["customers"].([]any); len(found) != 1 ||
			found[0].(map[string]any)["fields"].(map[string]any)["punchout"] != "true" {
			o.t.Errorf("the import made %v", found)
		}

		// One click ticks the box of a customer, and one that of several.
		o.open("/customers?q=" + url.QueryEscape(name))
		ticked := func(want ...string) {
			o.t.Helper()
			is := o.script(`[...document.querySelectorAll("[role=switch]")].map((s) => s.ariaChecked).join()`)
			if is != strings.Join(want, ",") {
				o.t.Errorf("ticked are %s, want %s", is, want)
			}
		}
		ticked("true", "false")
		o.press(`tbody tr:nth-child(2) [role=switch]`, o.T("Handlar nu via PunchOut.", "Buys by PunchOut now."))
		ticked("true", "true")
		o.click(`#many button[value=false]`, ".mistakes")
		o.see(o.T("välj minst en kund", "choose at least one customer"))
		o.script(`document.querySelector("[data-all]").click(), ""`)
		o.look("customers-chosen")
		o.press(`#many button[value=false]`, o.T("Handlar inte längre via PunchOut.", "Buys by PunchOut no longer."))
		ticked("false", "false")
		if o.script(`new URLSearchParams(location.search).get("q")`) != name {
			o.t.Error("what was looked for is forgotten")
		}
	})
}
