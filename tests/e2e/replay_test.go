package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/session"
)

// replayed replays the last carts with a draft, and returns the answer for each.
func (g *gateway) replayed(id connection.ID, draft string) (carts []object) {
	g.t.Helper()
	for _, each := range g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(id)+"/replay", draft).want(g.t, 200).at("carts").([]any) {
		carts = append(carts, each.(map[string]any))
	}
	return carts
}

// changes returns the lines that come and go in a replayed cart, such as "-unit".
func (o object) changes() (lines string) {
	hunks, _ := o.at("difference", "hunks").([]any)
	for _, hunk := range hunks {
		for _, each := range object(hunk.(map[string]any)).at("lines").([]any) {
			line := object(each.(map[string]any))
			if op := line.text("op"); op != "same" {
				lines += map[string]string{"removed": "-", "added": "+"}[op] + strings.TrimSpace(line.text("text")) + "\n"
			}
		}
	}
	return lines
}

func TestADraftThatChangesNothingMakesTheSameDocuments(t *testing.T) {
	g := withShop(t)
	for _, format := range cartFormats {
		if format == "cxml-1.2" { // whose start call is a document; its writer is that of proceedo-cxml
			continue
		}
		link, id := g.connect(format, nil)
		for range 2 {
			g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
		}
		carts := g.replayed(id, `{}`)
		if len(carts) != 2 || carts[0].text("result") != "unchanged" || carts[1].text("result") != "unchanged" || carts[0].at("difference") != nil {
			t.Errorf("%s: %v", format, carts)
		}
	}
}

func TestAReplaySaysWhatADraftWouldHaveChanged(t *testing.T) {
	g := withShop(t)
	link, id := g.connect("oci-4", nil)
	first := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
	second := g.sendCart(g.punchOut(link), cartOf(strings.Replace(oneLine, `"unit":"EA"`, `"unit":"KGM"`, 1))).want(t, 201)
	units := `"mapping":{"version":1,"tables":{"units":{"EA":"PCE"}},"lines":{"unit":{"from":"line.unit","then":[{"map":"units"%s}]}}}`

	carts := g.replayed(id, `{`+fmt.Sprintf(units, `,"missing":"keep"`)+`}`)
	if len(carts) != 2 || carts[0].text("order", "number") != second.text("order", "number") || carts[1].text("order", "number") != first.text("order", "number") {
		t.Fatalf("not the newest first: %v", carts)
	}
	if carts[0].text("result") != "unchanged" || carts[1].text("result") != "changed" || carts[1].changes() != "-NEW_ITEM-UNIT[1]=EA\n+NEW_ITEM-UNIT[1]=PCE\n" {
		t.Errorf("a table of units: %v", carts)
	}
	carts = g.replayed(id, `{`+fmt.Sprintf(units, ``)+`,"last":1}`)
	if len(carts) != 1 || carts[0].text("result") != "refused" || !strings.Contains(carts[0].text("errors_draft"), "/lines/0/unit") {
		t.Errorf("a table without the unit: %v", carts)
	}
	sap := g.replayed(id, `{"buyer_system":"sap","last":1}`)
	if sap[0].text("result") != "unchanged" || !strings.Contains(sap[0].text("warnings_gained"), "source") {
		t.Errorf("another buyer's system: %v", sap)
	}
	formFields := g.replayed(id, `{"options":{"hidden_fields":{"x":"1"}},"last":1}`)
	if formFields[0].changes() != "+x=1\n" {
		t.Errorf("a hidden field: %v", formFields)
	}

	// What was a mistake is refused now, and no longer with the draft.
	broken := g.api(g.shop.key, "GET", "/v1/admin/connections/"+string(id), "").body
	broken = strings.TrimSuffix(strings.TrimSpace(broken), "}") + `,` + fmt.Sprintf(units, ``) + `}`
	g.api(g.shop.key, "PUT", "/v1/admin/connections/"+string(id), broken).want(t, 200)
	carts = g.replayed(id, `{"mapping":null}`)
	if carts[0].text("result") != "accepted" || !strings.Contains(carts[0].text("errors_now"), "/lines/0/unit") || carts[1].text("result") != "changed" {
		t.Errorf("the mistake taken away: %v", carts)
	}
	if carts = g.replayed(id, `{}`); carts[0].text("result") != "still_refused" {
		t.Errorf("the mistake kept: %v", carts)
	}

	for draft, want := range map[string]string{
		`{"mapping":{"version":9}}`: "/mapping/version", `{"options":{"nowhere":1}}`: "/options/nowhere", `{"buyer_system":"none"}`: "/buyer_system",
		`{"last":0}`: "/last", `{"last":51}`: "/last",
	} {
		if refused := g.api(g.shop.key, "POST", "/v1/admin/connections/"+string(id)+"/replay", draft).want(t, 422); !strings.Contains(refused.text("errors"), want) {
			t.Errorf("%s: %v", draft, refused)
		}
	}

	// Visits go before orders where a person asks for it.
	if err := g.stores.Sessions.Remove(context.Background(), g.shop.id, session.ID(strings.TrimPrefix(second.text("order", "id"), "o"))); err != nil {
		t.Fatal(err)
	}
	if carts = g.replayed(id, `{"mapping":null}`); carts[0].text("without_visit") != "true" || carts[1].text("without_visit") != "false" {
		t.Errorf("without its visit: %v", carts)
	}
	if n := len(g.api(g.shop.erp, "GET", "/v1/erp/orders?status=prepared", "").want(t, 200).ids()); n != 2 {
		t.Errorf("%d orders: a replay stores something", n)
	}
}

func TestADraftIsNotFilledInByTheConnectionAsItIs(t *testing.T) {
	g := withShop(t)
	link, id := g.connect("oci-4", nil)
	g.sendCart(g.punchOut(link), cartOf(strings.Replace(oneLine, `,"classifications":[{"scheme":"UNSPSC","code":"14111507"}]`, "", 1))).want(t, 201)
	g.api(g.shop.key, "PUT", "/v1/admin/settings", `{"settings":{"unspsc":"14111507"}}`).want(t, 200)
	carts := g.replayed(id, `{"options":{"default_unspsc":"44121706"}}`)
	if changes := carts[0].changes(); !strings.Contains(changes, "=14111507\n") || !strings.Contains(changes, "=44121706\n") {
		t.Errorf("a draft with a code of its own changes %q", changes)
	}
}
