package e2e

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
)

// TestEveryAnswerHasItsSecurityHeadersAndNoCookie calls every route without a key and with one, by a program and by a browser, and
// where there is nothing.
func TestEveryAnswerHasItsSecurityHeadersAndNoCookie(t *testing.T) {
	g := withShop(t)
	has := furnish(g)
	keys := map[string]string{"storefront": has.storefront, "erp": has.erp, "admin": has.key, "platform": platformKey(g)}
	calls := slices.DeleteFunc(operations(t), func(o operation) bool { return o.path == "/storefront.js" }) // which is every page's
	for _, path := range []string{"/", "/nothing", "/v1/nothing", "/punchout/papper.none", "/transfer/none"} {
		for _, method := range []string{"GET", "POST", "HEAD", "OPTIONS", "DELETE"} {
			calls = append(calls, operation{nil, method, path})
		}
	}
	pages, statuses := 0, map[int]bool{}
	for _, o := range calls {
		body, address := "", has.at(o.path)
		if o.Operation != nil {
			body = o.example()
		}
		if o.method == http.MethodDelete && address == "/v1/admin/tenants/"+string(g.shop.id) { // all other calls need it
			address = "/v1/admin/tenants/nothing"
		}
		for _, key := range slices.Compact([]string{"", keys[o.scope()]}) {
			for _, accept := range []string{"application/json", "text/html"} {
				r := request(t, o.method, g.url+address, "application/json", body)
				r.Header.Set("Accept", accept)
				if key != "" {
					r.Header.Set("Authorization", "Bearer "+key)
				}
				r.Header.Set("Cookie", "session=1; tracking=2")
				a := fetch(t, r)
				statuses[a.status] = true
				if isPage := checkHeaders(t, o.method+" "+o.path, a); isPage {
					pages++
				}
			}
		}
	}
	link, _ := g.connect("peppol-bis-punchout-3", nil)
	checkHeaders(t, "a login", postForm(t, link, startCall()))
	checkHeaders(t, "a wrong login", postForm(t, link, with("PASSWORD", "wrong")))
	for _, status := range []int{200, 201, 400, 401, 404, 405, 409} {
		if !statuses[status] {
			t.Errorf("no answer had the status %d", status)
		}
	}
	if pages < 10 {
		t.Errorf("only %d pages were seen", pages)
	}
}

// fetch is send without a judge: it also asks for what is not described.
func fetch(t *testing.T, r *http.Request) answer {
	t.Helper()
	response, err := plain.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func checkHeaders(t *testing.T, name string, a answer) (page bool) {
	t.Helper()
	page = strings.HasPrefix(a.header.Get("Content-Type"), "text/html")
	referrer, resource := "no-referrer", "same-origin"
	policy := a.header.Get("Content-Security-Policy")
	if page && !strings.Contains(policy, "frame-ancestors 'none'") { // one that a procurement system may show
		resource = "cross-origin"
	}
	if page && strings.Contains(a.body, "<form") {
		referrer = "strict-origin" // else the browser posts "Origin: null", which some procurement systems refuse
	}
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": referrer,
		"Cross-Origin-Resource-Policy": resource, "Set-Cookie": "", "X-Frame-Options": "", "Cross-Origin-Opener-Policy": "",
		"Access-Control-Allow-Origin": "", "Server": "", "X-Powered-By": "",
	} {
		if got := a.header.Values(header); strings.Join(got, ", ") != want || want != "" && len(got) != 1 {
			t.Errorf("%s, answered %d: %s is %q, not %q", name, a.status, header, got, want)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("%s, answered %d: the policy is %s", name, a.status, policy)
	}
	if !page && a.status != http.StatusSeeOther && !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("%s, answered %d with %s, can be framed: %s", name, a.status, a.header.Get("Content-Type"), policy)
	}
	return page
}

func TestAConnectionSaysWhereItsPagesMayBeFramed(t *testing.T) {
	g := withShop(t)
	for name, c := range map[string]struct {
		frames []string
		want   string
	}{
		"nothing said":     {nil, ""},
		"by some":          {[]string{"https://buyer.example.com", "https://*.example.net"}, "frame-ancestors https://buyer.example.com https://*.example.net"},
		"by none":          {[]string{"none"}, "frame-ancestors 'none'"},
		"by this alone":    {[]string{"http://127.0.0.1:5000"}, "frame-ancestors http://127.0.0.1:5000"},
		"by a named port":  {[]string{"https://buyer.example.com:8443"}, "frame-ancestors https://buyer.example.com:8443"},
		"by all of a host": {[]string{"https://*.example.org:8443"}, "frame-ancestors https://*.example.org:8443"},
	} {
		t.Run(name, func(t *testing.T) {
			link, _ := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.Return.FrameAncestors = c.frames })
			sent := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
			gone := g.punchOut(link)
			left := g.api(g.shop.storefront, "POST", "/v1/storefront/sessions/"+gone+"/cancel", "").want(t, 200)
			for page, a := range map[string]answer{
				"the transfer page": get(t, sent.text("transfer_url")),
				"the way back":      get(t, left.text("transfer_url")),
				"a wrong login":     postForm(t, link, with("PASSWORD", "wrong")),
				"a login":           postForm(t, link, startCall()),
			} {
				if got := frames(a); got != c.want {
					t.Errorf("%s, answered %d, says %q, not %q", page, a.status, got, c.want)
				}
			}
		})
	}
	if a := get(t, g.url+"/transfer/none"); a.status != 404 || frames(a) != "" {
		t.Errorf("a page of no connection says %q", frames(a))
	}
	t.Run("also on a page that refuses the transfer", func(t *testing.T) {
		link, id := g.connect("peppol-bis-punchout-3", func(p *connection.Profile) { p.Return.FrameAncestors = []string{"https://buyer.example.com"} })
		sent := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201)
		c, err := g.admin.Connection(context.Background(), g.shop.id, id)
		if err != nil {
			t.Fatal(err)
		}
		p := c.Profile()
		p.Return.Hosts = []string{"other.example.com"}
		must(t)(g.admin.ChangeConnection(context.Background(), g.shop.id, id, p, nil))
		if a := get(t, sent.text("transfer_url")); a.status != 403 || frames(a) != "frame-ancestors https://buyer.example.com" {
			t.Errorf("%d says %q", a.status, frames(a))
		}
	})
}

// frames returns the directive of the content security policy that says where a page may be framed, or "".
func frames(a answer) string {
	for each := range strings.SplitSeq(a.header.Get("Content-Security-Policy"), ";") {
		if each = strings.TrimSpace(each); strings.HasPrefix(each, "frame-ancestors ") {
			return each
		}
	}
	return ""
}
