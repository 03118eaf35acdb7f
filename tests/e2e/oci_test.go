package e2e

import (
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
)

// What OCI wants back of its start call is kept for as long as the person shops, over a restart, too.
func TestTheReturnFormEchoesTheStartCall(t *testing.T) {
	folder := t.TempDir()
	g := start(t, folder)
	g.shop = g.newShop("papper")
	link, _ := g.connect("oci-4", func(p *connection.Profile) { p.Options = []byte(`{"hook_url":"split"}`) })
	call := startCall()
	for name, value := range map[string]string{
		"~OkCode": "ADDI", "~TARGET": "frame", "~CALLER": "CTLG", "returntarget": "_parent", "http_content_charset": "utf-8", "sap-language": "SV",
	} {
		call.Set(name, value)
	}
	session := g.exchange(postForm(t, link, call))
	going := g.exchange(postForm(t, link, call))
	g.stop()
	again := start(t, folder)
	again.shop = g.shop

	sent := again.sendCart(session, cartOf(oneLine)).want(t, 201)
	left := again.api(again.shop.storefront, "POST", "/v1/storefront/sessions/"+going+"/cancel", "").want(t, 200)
	for sentence, address := range map[string]string{"with a cart": sent.text("transfer_url"), "without one": left.text("transfer_url")} {
		f := readForm(t, get(t, address).body)
		if f.action != strings.TrimSuffix(returnURL, "?visit=7") || f.charset != "UTF-8" || f.target != "_parent" {
			t.Errorf("%s: to %s in %s to %s", sentence, f.action, f.charset, f.target)
		}
		for name, want := range map[string]string{"visit": "7", "~OkCode": "ADDI", "~TARGET": "frame", "~CALLER": "CTLG"} {
			if got := f.fields.Get(name); got != want {
				t.Errorf("%s: %s is %q", sentence, name, got)
			}
		}
		if f.fields.Has("NEW_ITEM-DESCRIPTION[1]") != (sentence == "with a cart") {
			t.Errorf("%s: %v", sentence, f.order)
		}
	}
}

func TestFunctionsOfOCIOpenTheShopAtAnArticleOrAreRefused(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("oci-5", nil)
	call := startCall()
	call.Set("FUNCTION", "DETAIL")
	call.Set("PRODUCTID", "4711")
	visit := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token(t, postForm(t, link, call))+`"}`).want(t, 200)
	if visit.text("selected_item") != "4711" {
		t.Errorf("exchanged: %v", visit)
	}
	call.Set("FUNCTION", "VALIDATE")
	if a := postForm(t, link, call); a.status != 422 {
		t.Errorf("VALIDATE is answered %d", a.status)
	}
}
