package browser

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// counter is a shop whose pages include the gateway's script, and whose server sends and ends as the guide says.
type counter struct {
	t       *testing.T
	demo    seed
	kill    func()
	url     string // of the shop
	key     string // publishable, for pages of the shop's origin
	number  string // of a customer who buys by PunchOut
	name    string // that customer's
	session string // of that customer's PunchOut

	mu    sync.Mutex
	pages map[string]string // by path
	calls []string          // what was posted, and what a policy was broken by
}

// csp is a strict policy of a shop's page: the gateway's script may run and ask the gateway, and nothing else may.
const csp = "default-src 'none'; style-src 'self'; script-src %[1]s; connect-src %[1]s; form-action 'self'; report-uri /csp"

// scripts are the shop's own: one takes the storage away, as browsers do in frames of other sites, and one tells what is seen and presses
// the button, for a test cannot reach into such a frame.
var scripts = map[string]string{
	"/without-storage.js": "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError'); } });",
	"/press.js": `const timer = setInterval(async () => {
		const button = document.querySelector('button.big');
		if (!button) return;
		clearInterval(timer);
		await fetch('/seen', { method: 'POST', body: ` + shown + ` });
		button.click();
	}, 50);`,
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	c := &counter{t: t, pages: map[string]string{}}
	c.demo, c.kill = demo(t, t.TempDir())
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	c.key = c.api("admin", "POST", "/v1/admin/keys", `{"label":"pages","scopes":["policy"],"origins":["`+c.url+`"]}`)["key"].(string)
	c.session = c.punchOut()
	return c
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(r.Cookies()) > 0 {
		c.calls = append(c.calls, "cookies to "+r.URL.Path)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	if r.Method == http.MethodPost {
		c.calls = append(c.calls, strings.TrimSpace("POST "+r.URL.Path+" "+string(body)))
	}
	content, ok := c.pages[r.URL.Path]
	if script, ok := scripts[r.URL.Path]; ok {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = io.WriteString(w, script)
		return
	}
	if !ok {
		content = "<!DOCTYPE html><title>x</title><p id=other>" + r.URL.Path
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if ok && r.URL.Path != "/framed" { // which has scripts of its own
		w.Header().Set("Content-Security-Policy", fmt.Sprintf(csp, c.demo.Gateway))
	}
	_, _ = io.WriteString(w, content)
}

// called returns what was posted since it was last asked.
func (c *counter) called() string {
	time.Sleep(50 * time.Millisecond) // reports of what a policy refuses come behind
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := strings.Join(c.calls, "; ")
	c.calls = nil
	return calls
}

func (c *counter) api(key, method, path, body string) map[string]any {
	c.t.Helper()
	return c.demo.api(c.t, key, method, path, body)
}

// punchOut opens a session by a start call and exchanges its token, as the shop's server does.
func (c *counter) punchOut() string {
	c.t.Helper()
	for _, connection := range c.demo.Connections {
		if connection.Login == nil {
			continue
		}
		form := url.Values{}
		for name, value := range connection.Login {
			form.Set(name, value)
		}
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		response, err := client.PostForm(connection.Link, form)
		if err != nil {
			c.t.Fatal(err)
		}
		response.Body.Close()
		_, token, _ := strings.Cut(response.Header.Get("Location"), "punchout_token=")
		visit := c.api("storefront", "POST", "/v1/storefront/sessions/exchange", `{"token":"`+token+`"}`)
		customer := visit["customer"].(map[string]any)
		c.number, c.name = customer["number"].(string), customer["name"].(string)
		return visit["session"].(map[string]any)["id"].(string)
	}
	c.t.Fatal("no connection starts by a form")
	return ""
}

// bar is what the bar says in Swedish, after the page.
func (c *counter) bar() string { return " | PunchOut för " + c.name + " | Avsluta PunchOut" }

// script is the element that a shop includes; attributes come as name and value.
func (c *counter) script(attributes ...string) string {
	tag := `<script src="` + c.demo.Gateway + `/storefront.js" defer data-key="` + c.key + `"`
	for i := 0; i+1 < len(attributes); i += 2 {
		tag += " " + attributes[i] + `="` + html.EscapeString(attributes[i+1]) + `"`
	}
	return tag + "></script>"
}

// inPunchOut is the script on a page of the PunchOut.
func (c *counter) inPunchOut(attributes ...string) string {
	return c.script(append([]string{"data-customer-number", c.number, "data-session", c.session}, attributes...)...)
}

// put makes a page of the shop.
func (c *counter) put(path, language, head, body string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pages[path] = `<!DOCTYPE html><html lang="` + language + `"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Butiken</title>` + head + `<body>` + body
}

// ways are all that lead to a checkout in a page of a shop, and what looks like it and does not.
const ways = `
<p><a class="button big" href="/checkout">Till kassan</a></p>
<p><a href="checkout/step-1?x=1#top">Steg 1</a></p>
<form action="/checkout"><input name=q aria-label=Antal><button class=go>Betala</button></form>
<form method=post action="/cart"><button>Uppdatera</button><input type=submit formaction="/checkout/" value=Kassa><button type=button>Mer</button></form>
<p><a id=cart href="/cart">Varukorg</a> <a href="/checkouts">Annat</a> <a href="https://elsewhere.example.com/checkout">Annan butik</a> <a href="mailto:x@example.com">Skriv</a></p>`

// shown are the texts of all links and buttons of the page that can be seen, in their order, and then those of the bar.
const shown = `[...document.querySelectorAll('a, button, input[type=submit]'), ...(document.querySelector('punchgate-bar')?.shadowRoot.querySelectorAll('p, button') ?? [])]
	.filter(e => e.getClientRects().length).map(e => e.textContent || e.value).join(' | ')`

// becomes waits until an expression has a value.
func becomes(ctx context.Context, t *testing.T, expression, want string) {
	t.Helper()
	got := ""
	for range 100 {
		if got = ask(ctx, t, "String("+expression+")"); got == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("at %s %s\nis   %s\nnot  %s", location(ctx, t), expression, got, want)
}

// What the texts of such a page are untouched, and where the cart can be sent, with those of the bar.
const untouched = "Till kassan | Steg 1 | Betala | Uppdatera | Kassa | Mer | Varukorg | Annat | Annan butik | Skriv"

func sending(bar string) string {
	return strings.NewReplacer("Till kassan", "Skicka order", "Steg 1", "Skicka order", "Betala", "Skicka order", "Kassa", "Skicka order").
		Replace(untouched) + bar
}

// closed is what is left where nothing can be sent.
const closed = "Uppdatera | Mer | Varukorg | Annat | Annan butik | Skriv"

func TestTheScriptSwapsTheCheckoutAndSaysWhosePunchOutItIs(t *testing.T) {
	c := newCounter(t)
	for language, bar := range map[string]string{"sv": "PunchOut för %s | Avsluta PunchOut", "en": "PunchOut for %s | End PunchOut"} {
		for width, size := range map[string][2]int64{"desk": {1280, 900}, "phone": {390, 844}} {
			t.Run(language+" "+width, func(t *testing.T) {
				ctx := browser(t, "de")
				c.put("/cart", language, c.inPunchOut("data-fields", "csrf=a%26b&x=1"), ways)
				do(ctx, t, chromedp.EmulateViewport(size[0], size[1]), chromedp.Navigate(c.url+"/cart"))
				becomes(ctx, t, shown, sending(" | "+fmt.Sprintf(bar, c.name)))
				pictures{t, "storefront-" + language + "-" + width}.take(ctx, "plain")
				if got := ask(ctx, t, "document.querySelector('button.button.big')?.textContent"); got != "Skicka order" {
					t.Errorf("the button does not look like the link that it stands for: %q", got)
				}
				if got := ask(ctx, t, "document.cookie + Object.keys(localStorage)"); got != "" {
					t.Errorf("the page keeps %s", got)
				}
				if kept := ask(ctx, t, "String(sessionStorage.punchgate)"); strings.Contains(kept, c.name) {
					t.Errorf("the tab keeps names: %s", kept)
				}
				sent := ask(ctx, t, `(() => {
					let n = 0;
					addEventListener('submit', (event) => { n += !event.defaultPrevented; });
					for (let i = 0; i < 3; i++) document.querySelector('button.big').click();
					return String(n);
				})()`)
				if sent != "1" {
					t.Errorf("an impatient person sends %s orders", sent)
				}
				becomes(ctx, t, "location.pathname", "/punchout/send")
				if got := c.called(); got != "POST /punchout/send csrf=a%26b&x=1" {
					t.Errorf("the shop was called by %q", got)
				}
				do(ctx, t, chromedp.Navigate(c.url+"/cart"))
				becomes(ctx, t, shown, sending(" | "+fmt.Sprintf(bar, c.name)))
				ask(ctx, t, "document.querySelector('punchgate-bar').shadowRoot.querySelector('button').click(), ''")
				becomes(ctx, t, "location.pathname", "/punchout/end")
				if got := c.called(); got != "POST /punchout/end csrf=a%26b&x=1" {
					t.Errorf("the shop was called by %q", got)
				}
			})
		}
	}
}

func TestAnOrdinaryCustomersPageIsLeftAlone(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	for name, script := range map[string]string{
		"who does not buy by PunchOut": c.script("data-customer-number", "20001"),
		"whom nobody knows":            c.script("data-customer-number", "1"),
		"who is not logged in":         c.script("data-customer-number", "", "data-session", ""),
		"of a page without a key":      strings.Replace(c.script("data-customer-number", c.number), c.key, "", 1),
	} {
		c.put("/cart", "sv", script, ways)
		do(ctx, t, chromedp.Navigate(c.url+"/cart"))
		time.Sleep(500 * time.Millisecond)
		if got := ask(ctx, t, shown); got != untouched {
			t.Errorf("a customer %s sees %s", name, got)
		}
		click(ctx, t, "a.big", "#other")
		if at := location(ctx, t); at != c.url+"/checkout" {
			t.Errorf("a customer %s is led to %s", name, at)
		}
	}
	if got := c.called(); got != "" {
		t.Errorf("the shop was called by %q", got)
	}
}

func TestADirectVisitToTheCheckoutIsLedToTheStartPageByTheScript(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	for _, visit := range []struct{ name, path, script, want string }{
		{"the checkout", "/checkout", c.inPunchOut(), "/"},
		{"a step below it", "/checkout/pay", c.inPunchOut(), "/"},
		{"where the shop says", "/checkout", c.inPunchOut("data-start", "/welcome?a=1"), "/welcome?a=1"},
		{"a checkout of another name", "/kassa", c.script("data-customer-number", c.number, "data-checkout", "/kassa"), "/"},
		{"one in the query", "/index.php?route=checkout&step=2", c.inPunchOut("data-checkout", "/index.php?route=checkout"), "/"},
		{"another page of the same script", "/index.php?route=cart", c.inPunchOut("data-checkout", "/index.php?route=checkout"), "/index.php?route=cart"},
		{"a start page in the checkout leads nowhere", "/checkout", c.inPunchOut("data-start", "/checkout/welcome"), "/checkout"},
		{"nor does one of another site", "/checkout", c.inPunchOut("data-start", "https://evil.example.com/"), "/checkout"},
		{"an ordinary customer stays", "/checkout", c.script("data-customer-number", "20001"), "/checkout"},
	} {
		path, _, _ := strings.Cut(visit.path, "?")
		c.put(path, "sv", visit.script, "<h1>Kassa</h1>")
		for range 2 { // the second time the tab knows
			do(ctx, t, chromedp.Navigate(c.url+visit.path))
			if visit.want == visit.path {
				time.Sleep(500 * time.Millisecond)
			}
			t.Run(visit.name, func(t *testing.T) { becomes(ctx, t, "location.pathname + location.search", visit.want) })
		}
		delete(c.pages, path)
	}
}

func TestTheScriptSeesWhatThePageBecomes(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	c.put("/cart", "sv", c.inPunchOut("data-selector", "#drawn, .js-checkout"), `<main></main><button id=drawn>Kassa</button>`)
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	bar := c.bar()
	becomes(ctx, t, shown, "Skicka order"+bar)
	change := func(script, want string) {
		t.Helper()
		ask(ctx, t, script+", ''")
		becomes(ctx, t, shown, want+bar)
	}
	change("document.querySelector('main').innerHTML = '<a href=\"/checkout\" class=js-checkout>Kassa</a>'", "Skicka order | Skicka order")
	change("document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=\"/cart\" id=later>Senare</a>')", "Skicka order | Senare | Skicka order")
	change("document.querySelector('#later').href = '/checkout'", "Skicka order | Skicka order | Skicka order")
	change("document.querySelector('#later + button').remove()", "Skicka order | Skicka order | Skicka order") // as what compares pages does
	change("document.querySelector('main').prepend(document.querySelector('#later'))", "Skicka order | Skicka order | Skicka order")
	change("document.querySelector('#later').href = '/cart'", "Senare | Skicka order | Skicka order") // one element, another page
	change("document.querySelector('#later').href = '/checkout'", "Skicka order | Skicka order | Skicka order")
	change("document.querySelector('#later').remove()", "Skicka order | Skicka order")
	change("document.querySelector('main').innerHTML = ''", "Skicka order")
	change("document.body.innerHTML = '<a href=\"/checkout\">Kassa</a>'", "Skicka order")
	// What is pressed before the script looks again leads to the start page, and so does a form without a button.
	ask(ctx, t, `document.body.insertAdjacentHTML('beforeend', '<a href="/checkout" id=quick>Kassa</a>'), document.querySelector('#quick').click(), ''`)
	becomes(ctx, t, "location.pathname", "/")
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, "Skicka order"+bar)
	ask(ctx, t, `document.body.insertAdjacentHTML('beforeend', '<form action="/checkout" id=quick><input name=q></form>'), document.querySelector('#quick').requestSubmit(), ''`)
	becomes(ctx, t, "location.pathname", "/")
	if got := c.called(); got != "" {
		t.Errorf("the shop was called by %q", got)
	}
}

func TestACheckoutMayBeAFragmentOfThePage(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	c.put("/cart", "sv", c.inPunchOut("data-checkout", "/cart#/checkout"), `<a href="#/checkout">Kassa</a><a href="#/products">Varor</a><a href="/">Start</a>`)
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, "Skicka order | Varor | Start"+c.bar())
	ask(ctx, t, `location.hash = '#/checkout/pay', document.querySelector('a').remove(), ''`)
	becomes(ctx, t, "location.pathname", "/")
}

func TestTheScriptTwiceIsTheScriptOnceAndLeavesNoName(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	c.put("/without", "sv", "", ways)
	c.put("/cart", "sv", c.inPunchOut()+c.inPunchOut(), ways+c.inPunchOut())
	names := "Object.getOwnPropertyNames(window).filter(n => !/^\\d+$/.test(n)).sort().join()"
	do(ctx, t, chromedp.Navigate(c.url+"/without"))
	before := ask(ctx, t, names)
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, sending(c.bar()))
	if after := ask(ctx, t, names); after != before {
		t.Errorf("the window has other names: %s, before %s", after, before)
	}
	if n := ask(ctx, t, "String(document.querySelectorAll('punchgate-bar, #punchgate-send').length)"); n != "2" {
		t.Errorf("%s bars and forms", n)
	}
	if n := ask(ctx, t, "String(performance.getEntriesByType('resource').filter(e => e.name.includes('checkout-policy')).length)"); n != "1" {
		t.Errorf("the gateway was asked %s times", n)
	}
}

func TestThePunchOutIsEndedAndSentByTheKeyboardAlone(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	c.put("/cart", "sv", c.inPunchOut(), ways)
	tab, enter := chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter)
	const focused = `((e) => e.shadowRoot ? e.shadowRoot.activeElement.textContent + ' in ' + e.ariaLabel : e.textContent)(document.activeElement)`
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, sending(c.bar()))
	do(ctx, t, tab)
	becomes(ctx, t, focused, "Avsluta PunchOut in PunchOut")
	becomes(ctx, t, "getComputedStyle(document.activeElement.shadowRoot.activeElement).outlineStyle", "solid")
	do(ctx, t, tab)
	becomes(ctx, t, focused, "Skicka order")
	do(ctx, t, enter)
	becomes(ctx, t, "location.pathname", "/punchout/send")
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, sending(c.bar()))
	do(ctx, t, tab, enter)
	becomes(ctx, t, "location.pathname", "/punchout/end")
	if got := c.called(); got != "POST /punchout/send; POST /punchout/end" {
		t.Errorf("the shop was called by %q", got)
	}
	// Whoever has the focus on what is swapped keeps it there.
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, sending(c.bar()))
	ask(ctx, t, `document.body.insertAdjacentHTML('beforeend', '<a href="/checkout" id=quick>Kassa</a>'), document.querySelector('#quick').focus(), ''`)
	becomes(ctx, t, focused, "Skicka order")
}

func TestAPageOfAnotherOriginIsNotAnswered(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	elsewhere := strings.Replace(c.url, "127.0.0.1", "localhost", 1)
	c.put("/cart", "sv", c.script("data-customer-number", c.number), ways)
	do(ctx, t, chromedp.Navigate(elsewhere+"/cart"))
	time.Sleep(500 * time.Millisecond)
	becomes(ctx, t, shown, untouched)
	c.put("/cart", "sv", c.inPunchOut(), ways)
	do(ctx, t, chromedp.Navigate(elsewhere+"/cart"))
	becomes(ctx, t, shown, closed+" | PunchOut kan inte nås just nu. Kassan är stängd så länge. | Avsluta PunchOut")
}

// TestWithoutTheGatewayWhoIsInAPunchOutStaysOutOfTheCheckoutAndOthersBuy holds what is open and what is closed when nobody answers.
func TestWithoutTheGatewayWhoIsInAPunchOutStaysOutOfTheCheckoutAndOthersBuy(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	script, err := http.Get(c.demo.Gateway + "/storefront.js")
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(script.Body)
	script.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	known := c.script("data-customer-number", c.number)
	c.put("/cart", "sv", known, ways)
	c.put("/session", "sv", c.inPunchOut(), ways)
	c.put("/other", "sv", c.script("data-customer-number", "20001"), ways)
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	const over = " | Inköp görs genom ert inköpssystem. Starta butiken därifrån."
	becomes(ctx, t, shown, closed+over)
	c.kill()
	address, err := url.Parse(c.demo.Gateway)
	if err != nil {
		t.Fatal(err)
	}
	away := &http.Server{Addr: address.Host, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/storefront.js" { // which the browser keeps for an hour
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(content)
	})}
	t.Cleanup(func() { _ = away.Close() })
	go func() { _ = away.ListenAndServe() }()
	const cannot = " | PunchOut kan inte nås just nu. Kassan är stängd så länge."
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, closed+cannot) // the tab knows the customer
	do(ctx, t, chromedp.Navigate(c.url+"/session"))
	becomes(ctx, t, shown, closed+cannot+" | Avsluta PunchOut") // and the page knows a session
	do(ctx, t, chromedp.Navigate(c.url+"/other"))
	time.Sleep(500 * time.Millisecond)
	becomes(ctx, t, shown, untouched)
}

// TestTheScriptRunsInAFrameOfAnotherSiteWithoutCookiesAndStorage shows the shop as a procurement system does that frames it, in a browser
// that gives frames of other sites nothing to keep anything in.
func TestTheScriptRunsInAFrameOfAnotherSiteWithoutCookiesAndStorage(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	c.put("/framed", "sv", "<script src=/without-storage.js></script>"+c.inPunchOut(), ways+"<script src=/press.js></script>")
	framer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!DOCTYPE html><title>Inköp</title><iframe src="%s/framed" width=900 height=600></iframe>`, c.url)
	}))
	t.Cleanup(framer.Close)
	do(ctx, t, chromedp.Navigate(strings.Replace(framer.URL, "127.0.0.1", "localhost", 1)))
	pictures{t, "storefront-sv-desk"}.take(ctx, "framed")
	var calls []string
	for range 100 {
		if called := c.called(); called != "" {
			calls = append(calls, called)
		}
		if strings.Contains(strings.Join(calls, "; "), "/punchout/send") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if want := "POST /seen " + sending(c.bar()) + "; POST /punchout/send"; strings.Join(calls, "; ") != want {
		t.Errorf("the shop was called by %s, not %s", calls, want)
	}
}

// TestTheScriptIsLoadedWithItsDigestAndUnderAStrictPolicy uses what a shop has that trusts nobody's script unseen.
func TestTheScriptIsLoadedWithItsDigestAndUnderAStrictPolicy(t *testing.T) {
	c := newCounter(t)
	ctx := browser(t, "sv")
	response, err := http.Get(c.demo.Gateway + "/storefront.js")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha512.Sum384(content)
	c.put("/cart", "sv", c.inPunchOut("integrity", "sha384-"+base64.StdEncoding.EncodeToString(digest[:]), "crossorigin", "anonymous"), ways)
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	becomes(ctx, t, shown, sending(c.bar()))
	digest[0]++
	c.put("/cart", "sv", c.inPunchOut("integrity", "sha384-"+base64.StdEncoding.EncodeToString(digest[:]), "crossorigin", "anonymous"), ways)
	do(ctx, t, chromedp.Navigate(c.url+"/cart"))
	time.Sleep(500 * time.Millisecond)
	becomes(ctx, t, shown, untouched)
	if got := c.called(); got != "" {
		t.Errorf("the policy of the page was broken: %s", got)
	}
}

// TestTheDemosTemplateShowsTheScriptAtWork goes from the virtual buyer to a page of the demo's shop that only includes the script, and back.
func TestTheDemosTemplateShowsTheScriptAtWork(t *testing.T) {
	d, _ := demo(t, t.TempDir())
	for language, w := range map[string]struct{ bar, bought string }{
		"sv": {"PunchOut för Göteborgs stad", "Kopieringspapper"}, "en": {"PunchOut for Göteborgs stad", "Copy paper"},
	} {
		for width, size := range map[string][2]int64{"desk": {1280, 900}, "phone": {390, 844}} {
			t.Run(language+" "+width, func(t *testing.T) {
				ctx := browser(t, language)
				do(ctx, t, chromedp.EmulateViewport(size[0], size[1]))
				begin := func() (template string) {
					t.Helper()
					do(ctx, t, chromedp.Navigate(d.Buyer+"/"))
					for _, c := range d.Connections {
						if c.Login != nil && c.Customer == "goteborgs-stad" {
							press(ctx, t, `form[action="`+c.Link+`"] button`)
							break
						}
					}
					until(ctx, t, d.Shop+"/s/")
					click(ctx, t, `form[action*="/korg"] button`, `form[action*="/skicka"] button`)
					template = strings.Replace(location(ctx, t), "/korg", "/mall", 1)
					do(ctx, t, chromedp.Navigate(template))
					becomes(ctx, t, "document.querySelector('button.button')?.textContent", "Skicka order")
					becomes(ctx, t, "document.querySelector('punchgate-bar').shadowRoot.querySelector('p').textContent", w.bar)
					see(ctx, t, w.bought)
					return template
				}
				template := begin()
				pictures{t, "storefront-" + language + "-" + width}.take(ctx, "template")
				if width == "desk" {
					guidePicture(ctx, t, "storefront-template-"+language)
				}
				do(ctx, t, chromedp.Navigate(template+"/kassa"))
				becomes(ctx, t, "location.href", template)
				becomes(ctx, t, "document.querySelector('button.button')?.textContent", "Skicka order")
				press(ctx, t, "button.button")
				until(ctx, t, d.Buyer+"/visits/")
				see(ctx, t, w.bought)
				begin()
				ask(ctx, t, "document.querySelector('punchgate-bar').shadowRoot.querySelector('button').click(), ''")
				until(ctx, t, d.Buyer+"/visits/")
			})
		}
	}
}
