package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/adapters/web/desk"
	"github.com/punchgate/punchgate/application/access"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/audit"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/signin"
	"github.com/punchgate/punchgate/domain/tenant"
	"github.com/punchgate/punchgate/domain/throttle"
	users "github.com/punchgate/punchgate/domain/user"
)

// operator is a browser at the operators' pages. It follows no redirect.
type operator struct {
	t       *testing.T
	url     string
	cookies map[string]string
	header  http.Header // of each request
}

func (g *gateway) operator() *operator {
	return &operator{t: g.t, url: g.url, cookies: map[string]string{}, header: http.Header{"Accept-Language": {"en"}}}
}

var plainClient = &http.Client{
	Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// do sends a request; a form makes it a POST.
func (o *operator) do(path string, form url.Values) answer {
	o.t.Helper()
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, body)
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header = o.header.Clone()
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range o.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := plainClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, c := range response.Cookies() {
		if o.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(o.cookies, c.Name)
		}
	}
	return answer{status: response.StatusCode, header: response.Header, body: string(text)}
}

func (o *operator) get(path string) answer { o.t.Helper(); return o.do(path, nil) }

var csrfInput = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// csrf returns the code that the forms of the sign-in carry.
func (o *operator) csrf() string {
	o.t.Helper()
	found := csrfInput.FindStringSubmatch(o.get("/admin/account").body)
	if found == nil {
		o.t.Fatal("the account's page has no form")
	}
	return found[1]
}

// send sends a form as the page would, of inputs and their values in turn.
func (o *operator) send(path string, inputs ...string) answer {
	o.t.Helper()
	form := url.Values{"csrf": {o.csrf()}}
	for i := 0; i+1 < len(inputs); i += 2 {
		form.Add(inputs[i], inputs[i+1])
	}
	return o.do(path, form)
}

// signIn signs a user in by annasPassword.
func (o *operator) signIn(name string) *operator {
	o.t.Helper()
	a := o.do("/admin/sign-in", url.Values{"/email": {name + "@example.com"}, "/password": {annasPassword}})
	if a.status != http.StatusSeeOther || o.cookies["punchgate"] == "" {
		o.t.Fatalf("%s is answered %d", name, a.status)
	}
	return o
}

func TestAUserSignsInOnThePagesAndOut(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	o := g.operator()
	if a := o.get("/admin/shops/papper/users?after=x"); a.status != 303 ||
		a.header.Get("Location") != "/admin/sign-in?to=%2Fadmin%2Fshops%2Fpapper%2Fusers%3Fafter%3Dx" {
		t.Errorf("who is not signed in is answered %d %s", a.status, a.header.Get("Location"))
	}
	wrong := o.do("/admin/sign-in", url.Values{"/email": {"anna@example.com"}, "/password": {"fel lösenord här"}, "to": {"/admin/shops/papper/users"}})
	if wrong.status != 401 || !strings.Contains(wrong.body, "e-mail address or the password is wrong") ||
		!strings.Contains(wrong.body, `value="anna@example.com"`) || !strings.Contains(wrong.body, `value="/admin/shops/papper/users"`) ||
		strings.Contains(wrong.body, "fel lösenord") || len(o.cookies) > 0 {
		t.Errorf("%d %s", wrong.status, wrong.body)
	}
	in := o.do("/admin/sign-in", url.Values{"/email": {"anna@example.com"}, "/password": {annasPassword}, "to": {"/admin/shops/papper/users"}})
	cookie := in.header.Get("Set-Cookie")
	if in.status != 303 || in.header.Get("Location") != "/admin/shops/papper/users" || !strings.HasPrefix(cookie, "punchgate=") ||
		!strings.Contains(cookie, "Path=/; ") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("%d to %s with %s", in.status, in.header.Get("Location"), cookie)
	}
	if a := o.get("/admin/shops/papper/users"); a.status != 200 || !strings.Contains(a.body, "anna@example.com") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := o.get("/admin/sign-in"); a.status != 303 {
		t.Errorf("who is signed in is asked again: %d", a.status)
	}
	token := o.cookies["punchgate"]
	if a := o.send("/admin/sign-out"); a.status != 303 || o.cookies["punchgate"] != "" {
		t.Errorf("%d, and the browser has %v", a.status, o.cookies)
	}
	_, err := s.Authenticate(t.Context(), secret.New(token))
	wantFault(t, "the token after it", err, signin.ErrEnded)
	for _, to := range []string{"https://evil.example/", "//evil.example", "/admin/\\evil.example", "javascript:alert(1)"} {
		a := g.operator().do("/admin/sign-in", url.Values{"/email": {"anna@example.com"}, "/password": {annasPassword}, "to": {to}})
		if a.header.Get("Location") != "/admin" {
			t.Errorf("%q leads to %s", to, a.header.Get("Location"))
		}
	}
}

func TestWhoGuessesOnThePageHasToWait(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	o := g.operator()
	var last answer
	for i := range throttle.Free + 1 {
		last = o.do("/admin/sign-in", url.Values{"/email": {"anna@example.com"}, "/password": {fmt.Sprint("gissning nummer ", i)}})
	}
	if last.status != 429 || last.header.Get("Retry-After") == "" {
		t.Errorf("%d, Retry-After %q", last.status, last.header.Get("Retry-After"))
	}
	o.signIn("anna") // right ones are let in all the same
	var log string
	await(t, func() bool {
		log = o.get("/admin/shops/papper/audit").body
		return strings.Contains(log, "<td>unknown</td>")
	})
	if strings.Count(log, "<td>unknown</td>") != 1 || strings.Contains(log, "command line") {
		t.Errorf("the audit log says: %s", log)
	}
}

func TestOverHTTPSTheCookieIsTheHostsOwnAndNoOtherCounts(t *testing.T) {
	var s *access.Service
	var listener net.Listener
	g := startWith(t, t.TempDir(), fx.Populate(&s, &listener), fx.Decorate(func(c web.Config) web.Config {
		c.PublicURL = "https://punchout.example.com"
		return c
	}))
	g.shop = g.newShop("papper")
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	o := g.operator()
	o.url = "http://" + listener.Addr().String()
	in := o.do("/admin/sign-in", url.Values{"/email": {"anna@example.com"}, "/password": {annasPassword}})
	cookie := in.header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-punchgate=") || !strings.Contains(cookie, "; Secure") || strings.Contains(cookie, "Domain") ||
		!strings.Contains(cookie, "Path=/; ") {
		t.Errorf("%d %s", in.status, cookie)
	}
	if a := o.get("/admin/account"); a.status != 200 {
		t.Errorf("with the cookie: %d", a.status)
	}
	o.cookies = map[string]string{"punchgate": o.cookies["__Host-punchgate"]} // which another host of the domain can set
	if a := o.get("/admin/account"); a.status != 303 {
		t.Errorf("with the cookie of another name: %d", a.status)
	}
}

func TestASignInTakesNoTokenThatTheBrowserBrought(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	newUser(t, s, g.shop.id, "eve", users.Reader)
	planted := signIn(t, s, "eve").Reveal()
	for _, token := range []string{planted, "made-up"} {
		o := g.operator()
		o.cookies["punchgate"] = token
		o.signIn("anna")
		if o.cookies["punchgate"] == token {
			t.Error("the token is that which was there")
		}
		if a := o.get("/admin/account"); !strings.Contains(a.body, "anna@example.com") {
			t.Errorf("who signed in sees %d %s", a.status, a.body)
		}
		_, err := s.Authenticate(t.Context(), secret.New(token))
		wantFault(t, "the token that was there", err, signin.ErrEnded)
	}
}

// deskPosts returns the paths of all pages that change something, with what they name of the shop papper.
func deskPosts(t *testing.T, g *gateway, id users.ID) (paths []string) {
	t.Helper()
	_, conn := g.connect("oci-5", fixedReturn)
	for _, r := range g.web.Handler().(*gin.Engine).Routes() {
		if strings.HasPrefix(r.Path, desk.Root+"/") && r.Method != http.MethodGet && r.Path != desk.Root+"/sign-in" {
			path := strings.Replace(r.Path, ":shop", "papper", 1)
			for kind, of := range map[string]string{"users": string(id), "connections": string(conn), "customers": "goteborg"} {
				path = regexp.MustCompile("/"+kind+"/:[a-z]+").ReplaceAllString(path, "/"+kind+"/"+of)
			}
			paths = append(paths, regexp.MustCompile(":[a-z]+").ReplaceAllString(path, "some"))
		}
	}
	if len(paths) < 10 {
		t.Fatalf("there are %d: %q", len(paths), paths)
	}
	return paths
}

func TestNoPageTakesAFormThatIsNotItsOwn(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	newUser(t, s, tenant.Platform, "op", users.Platform)
	bo := newUser(t, s, g.shop.id, "bo", users.Reader)
	o := g.operator().signIn("op")
	other := g.operator().signIn("anna").csrf()
	own := o.csrf()
	for _, path := range deskPosts(t, g, bo.ID()) {
		for name, code := range map[string]string{"no code": "", "another sign-in's": other, "a made-up one": "x" + own} {
			if a := o.do(path, url.Values{"csrf": {code}}); a.status != 403 {
				t.Errorf("%s with %s is answered %d", path, name, a.status)
			}
		}
		if a := g.operator().do(path, url.Values{"csrf": {own}}); a.status != 401 {
			t.Errorf("%s without a cookie is answered %d", path, a.status)
		}
	}
	if u, err := s.User(t.Context(), g.shop.id, bo.ID()); err != nil || !u.Active() {
		t.Errorf("Bo: %v", err)
	}
	for site, status := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 303, "none": 303} {
		b := g.operator()
		b.header.Set("Sec-Fetch-Site", site)
		if a := b.do("/admin/sign-in", url.Values{"/email": {"bo@example.com"}, "/password": {annasPassword}}); a.status != status {
			t.Errorf("a sign-in of a form that is %s is answered %d", site, a.status)
		}
	}
	foreign := g.operator()
	foreign.header.Set("Origin", "https://evil.example")
	if a := foreign.do("/admin/sign-in", url.Values{"/email": {"bo@example.com"}, "/password": {annasPassword}}); a.status != 403 {
		t.Errorf("a sign-in of another site's form is answered %d", a.status)
	}
}

func TestAPurchaseOrderIsTiedOnItsPageInTheAuditLogAlone(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	link, _ := g.connect("cxml-1.2", orders("cxml-1.2"))
	id := g.transferred(link, "C-1")
	unknown := purchaseOrder{payloadID: "u@buyer.example.com", number: "PO-2", kind: "new", cartID: "C-none", lines: []orderLine{{"4711", "", "7", "125.00"}}}
	callDocument(t, link, unknown.cxml())
	list := g.api(g.shop.key, "GET", "/v1/admin/purchase-orders", "").want(t, 200)
	page := "/admin/shops/papper/purchase-orders/" + object(list.at("purchase_orders").([]any)[0].(map[string]any)).text("id")
	o := g.operator().signIn("anna")
	if a := o.send(page+"/tie", "/order", ""); a.status != 422 || !strings.Contains(a.body, "choose the order") {
		t.Errorf("without an order: %d %s", a.status, a.body)
	}
	o.header.Set("Punchgate-Check", "1") // with which the pages ask what would be wrong, and which asks this one nothing
	o.send(page+"/tie", "/order", id)
	o.header.Del("Punchgate-Check")
	log := o.get("/admin/shops/papper/audit").body
	if tied := strings.Contains(o.get(page).body, "/orders/"+id+`"`); !tied || strings.Count(log, "Tied a purchase order") != 2 {
		t.Errorf("tied: %t, and the audit log says: %s", tied, log)
	}
}

func TestAFormThatIsNotReadableIsRefusedAsSuch(t *testing.T) {
	g, s := withUsers(t)
	u := g.atDesk(s, "anna", users.Administrator)
	good := url.Values{"csrf": {u.csrf}}.Encode()
	var many strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&many, "&/fields/%d/label=x", i)
	}
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"too large":                    {good + "&/label=" + strings.Repeat("a", body.Max), 413},
		"an escape that is none":       {good + "&/label=%zz", 400},
		"what is not UTF-8":            {good + "&/label=%ff", 400},
		"a name that is not UTF-8":     {good + "&/%ff=x", 400},
		"very many inputs":             {good + many.String(), 400},
		"nothing of the kind: a label": {good + "&/label=%00", 422},
	} {
		if a := u.send(http.MethodPost, "/keys", c.body); a.status != c.status {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := u.upload("/customers/-/import/preview", strings.Repeat("a", body.Max)); a.status != 413 {
		t.Errorf("a file that is too large: %d", a.status)
	}
}

func TestTheAuditLogKeepsNoMoreOfATargetThanAnIdentifierHas(t *testing.T) {
	g, s := withUsers(t)
	u := g.atDesk(s, "anna", users.Administrator)
	u.submit("/customers/-/tick", url.Values{"customer": {strings.Repeat("å", 1<<20)}, "ticked": {"true"}})
	records, err := g.stores.Audit.List(t.Context(), g.shop.id, port.AuditQuery{Limit: 1})
	if err != nil || records[0].Action != audit.CustomersTick || records[0].Target != strings.Repeat("å", 100) {
		t.Errorf("%s of %d bytes, %v", records[0].Action, len(records[0].Target), err)
	}
}

func TestWhoOpensTheAddressOfAFormIsToldOnAPage(t *testing.T) {
	g, s := withUsers(t)
	anna := newUser(t, s, g.shop.id, "anna", users.Administrator)
	o := g.operator().signIn("anna")
	for _, path := range []string{"/admin/sign-out", "/admin/account/password", "/admin/shops/papper/dead-letters/deliver"} {
		a := o.get(path)
		if a.status != 405 || !strings.Contains(a.body, "has no page of its own") {
			t.Errorf("%s is answered %d %s", path, a.status, a.body)
		}
	}
	for path, link := range map[string]string{ // to the same page in Swedish
		"/admin/shops/papper/orders?status=held&done=saved": "/admin/shops/papper/orders?lang=sv&amp;status=held",
		"/admin/shops/papper/customers?q=a%26b":             "/admin/shops/papper/customers?lang=sv&amp;q=a%26b",
	} {
		if a := o.get(path); !strings.Contains(a.body, `href="`+link+`"`) {
			t.Errorf("%s leads on to %s", path, a.body)
		}
	}
	if a := g.operator().get("/admin/sign-in?to=%2Fadmin%2Faccount"); !strings.Contains(a.body, `href="/admin/sign-in?lang=sv&amp;to=%2Fadmin%2Faccount"`) {
		t.Errorf("the page that signs in leads on to %s", a.body)
	}
	if a := o.get("/admin/shops/papper/orderz"); a.status != 404 || !strings.Contains(a.body, "To the first page") {
		t.Errorf("an address at which there is nothing is answered %d %s", a.status, a.body)
	}
	for path, page := range map[string]string{ // which shows the form again that was refused, and leads to itself in Swedish
		"/admin/account/password":                                      "/admin/account",
		"/admin/shops/papper/users/" + string(anna.ID()) + "/password": "/admin/shops/papper/users/" + string(anna.ID()),
		"/admin/shops/papper/customers/-/tick":                         "/admin/shops/papper/customers",
	} {
		if a := o.send(path, "/password", "kort"); a.status != 422 || !strings.Contains(a.body, `href="`+page+`?lang=sv"`) {
			t.Errorf("%s is answered %d %s", path, a.status, a.body)
		}
	}
}

func TestARoleReachesNoPageBeyondIt(t *testing.T) {
	g, s := withUsers(t)
	g.newShop("other")
	anna := newUser(t, s, "papper", "anna", users.Administrator)
	newUser(t, s, "papper", "reader", users.Reader)
	newUser(t, s, "other", "stranger", users.Administrator)
	reader, stranger, own := g.operator().signIn("reader"), g.operator().signIn("stranger"), g.operator().signIn("anna")
	personal := []string{"/admin/sign-out", "/admin/account/language", "/admin/account/password", "/admin/account/sign-out"}
	changesNothing := regexp.MustCompile(`/replay$`) // and is for readers, too
	for _, path := range deskPosts(t, g, anna.ID()) {
		if slices.Contains(personal, path) {
			continue
		}
		ofShop := strings.HasPrefix(path, "/admin/shops/papper/")
		want := 404 // the pages of who runs the gateway are not there for others
		if ofShop {
			want = 403
		}
		if a := reader.send(path, "/name", "x"); a.status != want && !changesNothing.MatchString(path) {
			t.Errorf("a reader's form to %s is answered %d", path, a.status)
		}
		if a := stranger.send(path, "/name", "x"); a.status != 404 {
			t.Errorf("another shop's form to %s is answered %d", path, a.status)
		}
		if ofShop {
			continue
		}
		if a := own.send(path, "/name", "x"); a.status != 404 {
			t.Errorf("an administrator's form to %s is answered %d", path, a.status)
		}
	}
	for path, status := range map[string]int{"/admin/users": 404, "/admin/users/" + string(anna.ID()): 404, "/admin/shops/other/users": 404} {
		if a := g.operator().signIn("reader").get(path); a.status != status {
			t.Errorf("a reader is answered %d at %s", a.status, path)
		}
	}
	if a := reader.get("/admin/shops/papper/users"); a.status != 200 || strings.Contains(a.body, `action="/admin/shops/papper/users"`) {
		t.Errorf("a reader sees %d %s", a.status, a.body)
	}
}

func TestUsersAreManagedOnThePages(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	o := g.operator().signIn("anna")
	const base = "/admin/shops/papper/users"

	wrong := o.send(base, "/name", "Bo", "/email", "bo", "/role", "platform", "/password", "kort")
	if wrong.status != 422 || !strings.Contains(wrong.body, "must be an e-mail address") || !strings.Contains(wrong.body, "12 to 1024") ||
		!strings.Contains(wrong.body, `value="Bo"`) || strings.Contains(wrong.body, "kort") {
		t.Errorf("%d %s", wrong.status, wrong.body)
	}
	if taken := o.send(base, "/name", "Bo", "/email", "ANNA@example.com", "/role", "reader"); taken.status != 409 ||
		!strings.Contains(taken.body, "another user has this address") {
		t.Errorf("%d %s", taken.status, taken.body)
	}
	made := o.send(base, "/name", "Bo", "/email", "bo@example.com", "/role", "reader", "/language", "sv", "/password", "")
	password := regexp.MustCompile(`<pre id="made">([^<]+)</pre>`).FindStringSubmatch(made.body)
	if made.status != 200 || password == nil {
		t.Fatalf("%d %s", made.status, made.body)
	}
	if _, _, err := s.SignIn(t.Context(), here, "bo@example.com", secret.New(password[1])); err != nil {
		t.Errorf("Bo's password: %v", err)
	}
	if again := o.get(base); strings.Contains(again.body, password[1]) {
		t.Error("the password is shown a second time")
	}
	bo, err := s.UserByEmail(t.Context(), "bo@example.com")
	if err != nil {
		t.Fatal(err)
	}
	at := base + "/" + string(bo.ID())
	tag := regexp.MustCompile(`name="tag" value="([^"]+)"`).FindStringSubmatch(o.get(at).body)
	if tag == nil {
		t.Fatal("the form has no tag")
	}
	read := strings.ReplaceAll(tag[1], "&#34;", `"`)
	change := func(name string) answer {
		return o.send(at, "tag", read, "/name", name, "/email", "bo@example.com", "/role", "administrator", "/language", "", "/active", "false", "/active", "true")
	}
	if a := change("Bo B"); a.status != 303 || a.header.Get("Location") != at+"?done=saved" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := change("Bo C"); a.status != 412 || !strings.Contains(a.body, "changed since you read it") || !strings.Contains(a.body, `value="Bo C"`) {
		t.Errorf("who overwrites unseen is answered %d %s", a.status, a.body)
	}
	if u, err := s.User(t.Context(), g.shop.id, bo.ID()); err != nil || u.Profile().Name != "Bo B" || u.Role() != users.Administrator {
		t.Errorf("%+v, %v", u.Profile(), err)
	}
	if a := o.send(at+"/password", "/password", "för kort"); a.status != 422 || !strings.Contains(a.body, "12 to 1024") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := o.send(at+"/password", "/password", annasPassword); a.status != 200 || strings.Contains(a.body, annasPassword) {
		t.Errorf("%d %s", a.status, a.body)
	}
	visitor := g.operator().signIn("bo")
	if a := o.send(at + "/sign-out"); a.status != 303 {
		t.Errorf("%d", a.status)
	}
	if a := visitor.get("/admin/account"); a.status != 303 {
		t.Errorf("who was signed out is answered %d", a.status)
	}
	if a := o.send(at + "/remove"); a.status != 303 || a.header.Get("Location") != base+"?done=removed" {
		t.Errorf("%d", a.status)
	}
	if a := o.get(at); a.status != 404 {
		t.Errorf("who was removed is answered %d", a.status)
	}
	log := o.get("/admin/shops/papper/audit").body
	for _, deed := range []string{"Created a user", "Changed a user", "Replaced the password of a user", "Signed out everywhere", "Removed a user", "Signed in"} {
		if !strings.Contains(log, deed) {
			t.Errorf("the audit log does not tell: %s", deed)
		}
	}
	if strings.Contains(g.logs.String(), annasPassword) {
		t.Error("the log holds a password")
	}
}

func TestFormsOfUsersSayWhatWouldBeWrongAndDoNothing(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	bo := newUser(t, s, g.shop.id, "bo", users.Reader)
	o, list := g.operator().signIn("anna"), "/admin/shops/papper/users"
	o.csrf()
	before := o.get("/admin/shops/papper/audit").body
	o.header.Set("Punchgate-Check", "1")
	one := list + "/" + string(bo.ID())
	for _, c := range []struct {
		path   string
		inputs []string
		want   string
	}{
		{list, []string{"/email", "nobody", "/name", "Clara", "/role", "reader", "/password", "kort"}, `"f-email":["must be an e-mail address`},
		{list, []string{"/email", "nobody", "/name", "Clara", "/role", "reader", "/password", "kort"}, `"f-password":["a password has`},
		{list, []string{"/email", "clara@example.com", "/name", "Clara", "/role", "reader", "/password", ""}, `{"wrong":{}}`},
		{one, []string{"/email", "bo@example.com", "/name", " ", "/role", "reader", "/active", "true"}, `"f-name":["is required`},
		{one, []string{"/email", "bo@example.com", "/name", "Bosse", "/role", "reader", "/active", "false"}, `{"wrong":{}}`},
		{one + "/password", []string{"/password", "kort"}, `"f-password":["a password has`},
		{one + "/password", []string{"/password", "ett helt annat lösenord"}, `{"wrong":{}}`},
	} {
		if a := o.send(c.path, c.inputs...); a.status != 200 || !strings.Contains(a.body, c.want) {
			t.Errorf("%s with %q is answered %d %s", c.path, c.inputs, a.status, a.body)
		}
	}
	o.header.Del("Punchgate-Check")
	if after := o.get("/admin/shops/papper/audit").body; strings.Count(after, "<tr>") != strings.Count(before, "<tr>") {
		t.Errorf("the audit log says: %s", after)
	}
	if u, err := s.User(t.Context(), g.shop.id, bo.ID()); err != nil || u.Profile() != bo.Profile() || u.Snapshot().Verifier != bo.Snapshot().Verifier {
		t.Errorf("Bo is %+v, %v", u.Snapshot(), err)
	}
	if _, err := s.UserByEmail(t.Context(), "clara@example.com"); err == nil {
		t.Error("Clara is a user")
	}
}

func TestAPasswordKeepsTheSpacesAroundIt(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Administrator)
	const password = " tre ord till "
	made := g.operator().signIn("anna").send("/admin/shops/papper/users",
		"/email", "bo@example.com", "/name", "Bo", "/role", "reader", "/password", password)
	if made.status != 200 || strings.Contains(made.body, `id="made"`) {
		t.Fatalf("%d %s", made.status, made.body)
	}
	if in := g.operator().do("/admin/sign-in", url.Values{"/email": {"bo@example.com"}, "/password": {password}}); in.status != 303 {
		t.Errorf("Bo is answered %d", in.status)
	}
}

func TestEverybodyChangesWhatIsTheirOwn(t *testing.T) {
	g, s := withUsers(t)
	newUser(t, s, g.shop.id, "anna", users.Reader)
	o, elsewhere := g.operator().signIn("anna"), g.operator().signIn("anna")
	const next = "glass på trappan i juli"
	if a := o.send("/admin/account/password", "/current_password", "fel lösenord", "/password", next); a.status != 422 ||
		!strings.Contains(a.body, "is not the password until now") || strings.Contains(a.body, next) {
		t.Errorf("%d %s", a.status, a.body)
	}
	before := o.cookies["punchgate"]
	if a := o.send("/admin/account/password", "/current_password", annasPassword, "/password", next); a.status != 303 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if o.cookies["punchgate"] == before || o.get("/admin/account").status != 200 || elsewhere.get("/admin/account").status != 303 {
		t.Error("who changed the password is not signed in anew, or others still are")
	}
	if a := o.send("/admin/account/language", "/language", "sv"); a.status != 303 || !strings.Contains(o.get("/admin/account").body, "Mitt konto") {
		t.Errorf("%d", a.status)
	}
	if a := o.send("/admin/account/language", "/language", "tlh"); a.status != 422 {
		t.Errorf("%d", a.status)
	}
	if a := o.send("/admin/account/sign-out"); a.status != 303 || len(o.cookies) > 0 {
		t.Errorf("%d %v", a.status, o.cookies)
	}
}
