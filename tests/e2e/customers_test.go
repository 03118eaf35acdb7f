package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// csvOf imports a table, or previews that.
func (g *gateway) csvOf(path, table string, header ...string) answer {
	g.t.Helper()
	return g.api(g.shop.key, "POST", "/v1/admin/customers/"+path, table, append([]string{"Content-Type", "text/csv"}, header...)...)
}

// outcomes returns what came of each row, with its members or what is wrong with them.
func outcomes(t *testing.T, a answer) (all []string) {
	t.Helper()
	for _, each := range a.want(t, 200).at("rows").([]any) {
		row := object(each.(map[string]any))
		text := row.text("line") + " " + row.text("outcome")
		for _, list := range []string{"changes", "errors"} {
			members, _ := row.at(list).([]any)
			for _, m := range members {
				member := object(m.(map[string]any))
				text += " " + member.text("path")
				if list == "errors" {
					text += ":" + member.text("code")
				}
			}
		}
		all = append(all, text)
	}
	return all
}

func (g *gateway) customers(query string) (ids []string) {
	g.t.Helper()
	for _, each := range g.api(g.shop.key, "GET", "/v1/admin/customers?"+query, "").want(g.t, 200).at("customers").([]any) {
		ids = append(ids, object(each.(map[string]any)).text("id"))
	}
	return ids
}

func TestCustomersAreImportedLineByLine(t *testing.T) {
	g := withShop(t)
	g.api(g.shop.key, "POST", "/v1/admin/customers", `{"id":"malmo","number":"20","name":"Malmö","active":false,"fields":{"punchout":"false"}}`).want(t, 201)
	g.api(g.shop.key, "POST", "/v1/admin/customers", `{"id":"lund","number":"30","name":"Lund","fields":{"punchout":"true"}}`).want(t, 201)
	const table = "Nummer;Namn;PunchOut;Telefon\n" +
		"10;Ystads kommun;ja;0411\n" + // new
		"20;Malmö stad;x;\n" + // two members change
		"30;Lund;1;\n" + // as it is
		"40;;nej;\n" + // no name
		";Eslöv;;\n" + // no number
		"10;Ystad igen;;\n" + // as line 2
		"50;Åhus;kanske;\n" // no box
	want := []string{
		"2 create", "3 change /name /fields/punchout", "4 unchanged", "5 wrong /name:missing", "6 wrong /number:missing", "7 wrong /number:repeated",
		"8 wrong /fields/punchout:not_checkbox",
	}
	before := g.customers("limit=200")
	preview := g.csvOf("import/preview", table)
	if got := outcomes(t, preview); !slices.Equal(got, want) {
		t.Errorf("the preview tells\n%q, not\n%q", got, want)
	}
	if o := preview.json(t); o.at("preview") != true || o.text("ignored_columns") != "[Telefon]" || o.at("counts", "wrong") != 4.0 {
		t.Errorf("the preview is %v", o)
	}
	if after := g.customers("limit=200"); !slices.Equal(after, before) {
		t.Errorf("the preview made of %q %q", before, after)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(strings.ReplaceAll(table, "\n", "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := outcomes(t, g.csvOf("import", latin)); !slices.Equal(got, want) {
		t.Errorf("the import tells\n%q, not\n%q", got, want)
	}
	malmo := g.api(g.shop.key, "GET", "/v1/admin/customers/malmo", "").want(t, 200)
	if malmo.text("name") != "Malmö stad" || malmo.text("fields", "punchout") != "true" || malmo.at("active") != false {
		t.Errorf("the customer became %v", malmo)
	}
	if found := g.customers("search=ystads"); len(found) != 1 {
		t.Errorf("the new customer is found as %q", found)
	}
	want[0], want[1] = "2 unchanged", "3 unchanged"
	for _, path := range []string{"import/preview", "import"} {
		if got := outcomes(t, g.csvOf(path, table)); !slices.Equal(got, want) {
			t.Errorf("repeated, %s tells\n%q, not\n%q", path, got, want)
		}
	}
}

func TestAnImportNeverTakesANumberThatAnotherHas(t *testing.T) {
	g := withShop(t)
	g.api(g.shop.key, "POST", "/v1/admin/customers", `{"id":"malmo","number":"20","name":"Malmö"}`).want(t, 201)
	g.api(g.shop.key, "POST", "/v1/admin/customers", `{"id":"lund","number":"30","name":"Lund"}`).want(t, 201)
	const table = "id,number,name\nlund,20,Lund\nnew,30,Ny\nfree,40,Fri\nmalmo,21,Malmö\nUPPER,50,Stor\n"
	want := []string{"2 wrong /number:taken", "3 wrong /number:taken", "4 create", "5 change /number", "6 wrong /id:not_identifier"}
	for _, path := range []string{"import/preview", "import"} {
		if got := outcomes(t, g.csvOf(path, table)); !slices.Equal(got, want) {
			t.Errorf("%s tells\n%q, not\n%q", path, got, want)
		}
	}
	if lund := g.api(g.shop.key, "GET", "/v1/admin/customers/lund", "").want(t, 200); lund.text("number") != "30" {
		t.Errorf("the refused row made of the customer %v", lund)
	}
}

func TestAnImportWithAKeyIsDoneOnce(t *testing.T) {
	g := withShop(t)
	const table = "number;name\n1;A\n2;B\n3;C\n"
	first := g.csvOf("import", table, "Idempotency-Key", "k")
	first.want(t, 200)
	if again := g.csvOf("import", table, "Idempotency-Key", "k"); again.body != first.body || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the repetition is answered with %s", again.body)
	}
	ids := map[string]bool{}
	for _, each := range first.json(t).at("rows").([]any) {
		ids[object(each.(map[string]any)).text("customer")] = true
	}
	if len(ids) != 3 || ids["<nil>"] {
		t.Errorf("the customers are %v", slices.Collect(maps.Keys(ids)))
	}
}

func TestTablesThatCannotBeReadAreRefused(t *testing.T) {
	g := withShop(t)
	for table, want := range map[string]struct {
		status int
		code   string
	}{
		"":                        {400, "table.empty"},
		"PK\x03\x04\x00":          {400, "table.unreadable"},
		"Namn;Telefon\nA;1\n":     {422, "table.columns"},
		"nummer;nr;namn\n1;1;A\n": {422, "table.columns"},
		"number\n" + strings.Repeat("1\n", 10_001): {413, "import.too_many_rows"},
	} {
		for _, path := range []string{"import", "import/preview"} {
			if got := g.csvOf(path, table).want(t, want.status).text("code"); got != want.code {
				t.Errorf("%.20q is refused with %s", table, got)
			}
		}
	}
}

func TestABoxIsTickedForManyCustomers(t *testing.T) {
	g := withShop(t)
	own := g.shop
	other := g.newShop("annan")
	g.shop = own
	var ids []string
	for i, ticked := range []string{"true", "false", ""} {
		id := fmt.Sprint("kund-", i)
		fields := map[bool]string{true: `{"punchout":"` + ticked + `"}`, false: `{}`}[ticked != ""]
		g.api(g.shop.key, "POST", "/v1/admin/customers", `{"id":"`+id+`","name":"Kund","fields":`+fields+`}`).want(t, 201)
		ids = append(ids, id)
	}
	g.api(other.key, "POST", "/v1/admin/customers", `{"id":"theirs","name":"Kund"}`).want(t, 201)
	tick := func(body string) (all []string) {
		for _, each := range g.api(g.shop.key, "POST", "/v1/admin/customers/tick", body).want(t, 200).at("customers").([]any) {
			row := object(each.(map[string]any))
			all = append(all, row.text("customer")+" "+row.text("outcome"))
		}
		return all
	}
	if got := g.customers("search=kund&ticked=true"); !slices.Equal(got, ids[:1]) {
		t.Errorf("ticked are %q", got)
	}
	want := []string{"kund-0 unchanged", "kund-1 change", "theirs wrong", "kund-2 change", "kund-1 unchanged"}
	if got := tick(`{"customers":["kund-0","kund-1","theirs","kund-2","kund-1"],"ticked":true}`); !slices.Equal(got, want) {
		t.Errorf("ticking tells %q, not %q", got, want)
	}
	if got := g.customers("search=kund&ticked=true"); !slices.Equal(got, ids) {
		t.Errorf("ticked are %q", got)
	}
	if got := tick(`{"customers":["kund-1"],"field":"punchout","ticked":false}`); !slices.Equal(got, []string{"kund-1 change"}) {
		t.Errorf("unticking tells %q", got)
	}
	if got := g.customers("search=kund&ticked=false"); !slices.Equal(got, []string{"kund-1"}) {
		t.Errorf("not ticked are %q", got)
	}
	if their := g.api(other.key, "GET", "/v1/admin/customers/theirs", "").want(t, 200); their.text("fields") != "map[]" {
		t.Errorf("the other shop's customer became %v", their)
	}
	for _, body := range []string{`{"customers":["kund-1"],"field":"note","ticked":true}`, `{"customers":[` + strings.Repeat(`"x",`, 1000) + `"x"],"ticked":true}`} {
		g.api(g.shop.key, "POST", "/v1/admin/customers/tick", body).want(t, 422)
	}
}

func TestConnectionsAreFoundByNameCustomerAndFormat(t *testing.T) {
	g := withShop(t)
	_, first := g.connect("oci-5", nil)
	_, second := g.connect("proceedo-cxml", nil)
	for query, want := range map[string][]string{
		"search=OCI": {string(first)}, "format=proceedo-cxml": {string(second)}, "customer=nobody": nil,
		"customer=goteborg&format=oci-5": {string(first)}, "search=proc&customer=goteborg": {string(second)}, "search=proc&format=oci-5": nil,
	} {
		var got []string
		for _, each := range g.api(g.shop.key, "GET", "/v1/admin/connections?"+query, "").want(t, 200).at("connections").([]any) {
			got = append(got, object(each.(map[string]any)).text("id"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %q, not %q", query, got, want)
		}
	}
}
