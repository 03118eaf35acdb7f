package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/audit"
	users "github.com/punchgate/punchgate/domain/user"
)

func TestThePagesOfATrialAndAReplayAskForTheRightRole(t *testing.T) {
	g, service := withUsers(t)
	_, id := g.connect("oci-5", nil)
	anna, karin := g.atDesk(service, "anna", users.Administrator), g.atDesk(service, "karin", users.Reader)
	path := "/connections/" + string(id)

	form := inputs(t, anna.open(path+"/test").body, "")
	form.Set("/secret", password)
	tried := anna.submit(path+"/test", form)
	if tried.status != 200 || !strings.Contains(tried.body, `data-step="erp"`) || strings.Contains(tried.body, password) {
		t.Errorf("a trial is answered %d: %s", tried.status, tried.body)
	}
	found := false
	for _, each := range g.api(g.shop.key, "GET", "/v1/admin/audit", "").want(t, 200).at("entries").([]any) {
		found = found || object(each.(map[string]any)).text("action") == audit.ConnectionTry.String()
	}
	if !found {
		t.Error("a trial by the page is not in the audit log")
	}
	replay := inputs(t, karin.open(path+"/replay").body, "")
	replay.Set("/options", `{"hidden_fields":{"x":"1"}}`)
	if a := karin.submit(path+"/replay", replay); a.status != 200 || !strings.Contains(a.body, `data-result="changed"`) || !strings.Contains(a.body, "x=1") {
		t.Errorf("a reader's replay is answered %d: %s", a.status, a.body)
	}
	if a := karin.submit(path+"/test", url.Values{}); a.status != 403 {
		t.Errorf("a reader's trial is answered %d", a.status)
	}

	// Another shop's connection is none of theirs.
	own := g.shop
	g.shop = g.newShop("annan")
	_, other := g.connect("oci-5", nil)
	g.shop = own
	for _, page := range []string{"/test", "/replay"} {
		for _, a := range []answer{anna.open("/connections/" + string(other) + page), anna.submit("/connections/"+string(other)+page, url.Values{})} {
			if a.status != 404 {
				t.Errorf("%s of another shop's connection is answered %d", page, a.status)
			}
		}
	}
	without := anna.send("POST", path+"/test", url.Values{"/secret": {password}}.Encode())
	if without.status != 403 {
		t.Errorf("a trial without the code of the sign-in is answered %d", without.status)
	}
}
