package e2e

import (
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
)

func TestAPreviewTellsWhatTheBuyersSystemWillDoAndStoresNothing(t *testing.T) {
	g := withShop(t)
	link, id := g.connect("oci-4", func(p *connection.Profile) { p.BuyerSystem = "sap" })
	long := strings.Replace(oneLine, "Kopieringspapper A4 80 g", "Kopieringspapper A4 80 g, ohålat, med ett mycket långt namn som ingen kolumn rymmer", 1)
	session := g.punchOut(link)
	preview := func(address, key, cart string) answer { return g.api(key, "POST", address, cart) }
	shops, operators := "/v1/storefront/sessions/"+session+"/cart/preview", "/v1/admin/connections/"+string(id)+"/preview"
	for address, key := range map[string]string{shops: g.shop.storefront, operators: g.shop.key} {
		told := preview(address, key, cartOf(long)).want(t, 200)
		found := false
		for _, each := range told.at("warnings").([]any) {
			w := object(each.(map[string]any))
			if w.at("effect") == "cut" && strings.HasPrefix(w.text("path"), "/lines/0/") && w.at("before") != nil && w.at("after") != nil && w.at("remedy") != nil && w.at("source") != nil {
				found = true
			}
		}
		if !found {
			t.Errorf("%s: no line is cut with its value before and after, and the remedy: %v", address, told)
		}
		refused := preview(address, key, cartOf(strings.Replace(oneLine, `"quantity":"2"`, `"quantity":"0"`, 1))).want(t, 422)
		if !strings.Contains(refused.text("errors"), "/lines/0/quantity") {
			t.Errorf("%s: refused with %v", address, refused)
		}
		preview(address, key, `{"currency":"SEK"}`).want(t, 422)
		preview(address, key, `{`).want(t, 400)
	}
	if n := len(g.api(g.shop.erp, "GET", "/v1/erp/orders?status=prepared", "").want(t, 200).ids()); n != 0 {
		t.Errorf("%d orders of previews", n)
	}
	sent := g.sendCart(session, cartOf(long)).want(t, 201)
	if !strings.Contains(sent.text("warnings"), "effect:cut") {
		t.Errorf("the cart that was sent has no such warning: %v", sent.at("warnings"))
	}
	preview(shops, g.shop.storefront, cartOf(long)).want(t, 409)
	preview("/v1/storefront/sessions/none/cart/preview", g.shop.storefront, cartOf(long)).want(t, 404)
	preview("/v1/admin/connections/none/preview", g.shop.key, cartOf(long)).want(t, 404)
}

func TestAMappingIsCheckedWhenItIsSavedAndAppliedWhenACartIsSent(t *testing.T) {
	g := withShop(t)
	link, id := g.connect("oci-4", nil)
	address := "/v1/admin/connections/" + string(id)
	save := func(mapping string) answer {
		profile := strings.TrimSuffix(strings.TrimSpace(g.api(g.shop.key, "GET", address, "").body), "}")
		return g.api(g.shop.key, "PUT", address, profile+`,"mapping":`+mapping+`}`)
	}
	for name, c := range map[string]struct{ mapping, says string }{
		"an unknown version":    {`{"version":99}`, "version"},
		"an unknown member":     {"{\"version\":1,\n\"lnes\":{}}", "line 2"},
		"an unknown target":     {`{"version":1,"lines":{"NOWHERE":"line.sku"}}`, "NOWHERE"},
		"a broken expression":   {`{"version":1,"lines":{"description":{"expr":"line.("}}}`, "/mapping/lines/description"},
		"a file cannot be read": {`{"version":1,"lines":{"description":{"expr":"readFile('/etc/passwd')"}}}`, "readFile"},
	} {
		if a := save(c.mapping); a.status != 422 || !strings.Contains(a.body, c.says) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	save(`{"version":1,"tables":{"units":{"EA":"PCE"}},"lines":{"unit":{"from":"line.unit","then":[{"map":"units"}]},"sku":{"expr":"'S-' + line.sku"}}}`).want(t, 200)
	sent := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
	f := readForm(t, get(t, sent.text("transfer_url")).body)
	if unit, sku := f.fields.Get("NEW_ITEM-UNIT[1]"), f.fields.Get("NEW_ITEM-VENDORMAT[1]"); unit != "PCE" || sku != "S-4711" {
		t.Errorf("sent unit %q and article %q", unit, sku)
	}
}

// cartFormats are all that the build sends carts in.
var cartFormats = []string{"proceedo-cxml", "peppol-bis-punchout-3", "cxml-1.2", "oci-3", "oci-4", "oci-5"}

func TestADraftShowsItsDocumentBeforeItIsSaved(t *testing.T) {
	g := withShop(t)
	for _, format := range cartFormats {
		_, id := g.connect(format, func(p *connection.Profile) {
			p.Login.From = []connection.Identity{{Domain: "DUNS", ID: "1"}}
			p.Login.To, p.Login.Sender = p.Login.From, p.Login.From
		})
		draft := g.api(g.shop.key, "POST", "/v1/admin/connections/preview", `{"connection":{"customer":"goteborg","format":"`+format+`"}}`).want(t, 200)
		if !strings.Contains(draft.text("document", "readable"), "Kontorsstädning") || !strings.Contains(draft.text("document", "text"), "Kontorsst") {
			t.Errorf("%s: the sample is not in %v", format, draft.at("document"))
		}
		if len(draft.at("form", "fields").([]any)) == 0 || strings.Contains(draft.text("findings"), "fatal") {
			t.Errorf("%s: %v %v", format, draft.at("form"), draft.at("findings"))
		}
		if told := draft.text("errors"); !strings.Contains(told, "/connection/login/user") || strings.Contains(told, "/cart") {
			t.Errorf("%s: what still has to be typed is told as %s", format, told)
		}
		saved := g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(id)+"/preview", "").want(t, 200)
		if saved.at("errors") != nil || !strings.Contains(saved.text("document", "readable"), "Kontorsstädning") {
			t.Errorf("%s: the sample of a saved connection: %v", format, saved)
		}
	}
	draft := func(rest string) object {
		return g.api(g.shop.key, "POST", "/v1/admin/connections/preview", `{"connection":{"customer":"goteborg","format":"oci-5"`+rest).want(t, 200)
	}
	for rest, want := range map[string]string{
		`,"mapping":{"version":1,"lines":{"NOWHERE":"line.sku"}}}}`: "/connection/mapping/lines/NOWHERE",
		`,"options":{"nowhere":1}}}`:                                "/connection/options/nowhere",
		`,"login":{"method":"fax"}}}`:                               "/connection/login/method",
		`},"cart":` + cartOf(strings.Replace(oneLine, `"quantity":"2"`, `"quantity":"0"`, 1)) + `}`: "/cart/lines/0/quantity",
	} {
		if told := draft(rest); told.at("document") != nil || !strings.Contains(told.text("errors"), want) {
			t.Errorf("%s: %v", want, told)
		}
	}
	g.api(g.shop.key, "POST", "/v1/admin/connections/preview", `{"connection":{"nowhere":1}}`).want(t, 400)
	if n := len(g.api(g.shop.key, "GET", "/v1/admin/connections", "").want(t, 200).at("connections").([]any)); n != len(cartFormats) {
		t.Errorf("%d connections: drafts are stored", n)
	}
}
