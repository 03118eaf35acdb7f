// Package browser tries the demo as a person does: the program as it is built, a real browser, the pages as they look.
//
// PUNCHGATE_SCREENSHOTS names a folder to keep the pictures in. Without a browser the tests are skipped, with
// PUNCHGATE_INTEGRATION=1 they fail.
package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// program is the built binary.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "punchgate")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(folder)
		program = filepath.Join(folder, "punchgate")
		build := exec.Command("go", "build", "-o", program, "../../bootstrap/cmd/punchgate")
		if output, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, output)
			return 1
		}
		return m.Run()
	}())
}

// seed is the demo's seed file, as far as the tests need it.
type seed struct {
	Gateway string            `json:"gateway_url"`
	Shop    string            `json:"shop_url"`
	Buyer   string            `json:"buyer_url"`
	Keys    map[string]string `json:"keys"`
	Tenant  struct {
		ID string `json:"id"`
	} `json:"tenant"`
	AdminLogin struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	} `json:"admin_login"`
	Connections []struct {
		Format      string            `json:"format"`
		Customer    string            `json:"customer_id"`
		Link        string            `json:"link_url"`
		Login       map[string]string `json:"login"`
		Credentials map[string]string `json:"credentials"` // of documents
	} `json:"connections"`
}

// demo runs the demo on a data folder until the test ends or kill is called.
func demo(t *testing.T, data string) (s seed, kill func()) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "seed.json")
	command := exec.Command(program, "demo", "--addr", "127.0.0.1:0", "--data-dir", data, "--seed-file", file)
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = command.Process.Kill() // SIGKILL, as a power cut would; a second time it is gone already
		_ = command.Wait()
	}
	t.Cleanup(kill)
	for lines := bufio.NewScanner(output); ; {
		if !lines.Scan() {
			t.Fatal("the demo ended before it was up")
		}
		if strings.Contains(lines.Text(), "Ctrl+C") {
			break
		}
	}
	go func() { _, _ = io.Copy(io.Discard, output) }()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &s); err != nil {
		t.Fatal(err)
	}
	return s, kill
}

// api calls the gateway's API with one of the demo's keys.
func (s seed) api(t *testing.T, key, method, path, body string) map[string]any {
	t.Helper()
	request, err := http.NewRequest(method, s.Gateway+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.Keys[key])
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s, %v, %v", method, path, response.Status, answer, err)
	}
	return answer
}

// browser opens a tab that asks for the language.
func browser(t *testing.T, language string) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
			t.Fatal("no chromium on this machine")
		}
		t.Skip("no chromium on this machine")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("accept-lang", language), chromedp.Flag("lang", language))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancelAllocator)
	tab, cancelTab := chromedp.NewContext(allocator)
	t.Cleanup(cancelTab)
	limited, cancel := context.WithTimeout(tab, 2*time.Minute)
	t.Cleanup(cancel)
	return limited
}

// pictures takes screenshots of a flow.
type pictures struct {
	t      *testing.T
	prefix string
}

func (p pictures) take(ctx context.Context, name string) {
	p.t.Helper()
	folder := os.Getenv("PUNCHGATE_SCREENSHOTS")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, p.prefix+"-"+name+".png"), picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// press clicks an element that leads to another page. An error is no failure by itself: the browser may leave the page
// before it has answered. What the next page must show decides.
func press(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		t.Logf("click on %s: %v", selector, err)
	}
}

// click clicks an element and waits until the page that it leads to holds another one.
func click(ctx context.Context, t *testing.T, selector, then string) {
	t.Helper()
	press(ctx, t, selector)
	for range 200 {
		if ask(ctx, t, "String(document.readyState === 'complete' && !!document.querySelector('"+then+"'))") == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("after %s there is no %s at %s: %s", selector, then, location(ctx, t), visible(ctx, t))
}

func do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// ask evaluates an expression in the page. It asks again while the browser is between two pages.
func ask(ctx context.Context, t *testing.T, expression string) string {
	t.Helper()
	var err error
	for range 50 {
		var v string
		if v, err = chromedp.Run(ctx, chromedp.Evaluate[string](expression)); err == nil {
			return v
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal(err)
	return ""
}

func location(ctx context.Context, t *testing.T) string {
	t.Helper()
	return ask(ctx, t, "location.href")
}

// visible returns the text of the page once it is whole.
func visible(ctx context.Context, t *testing.T) string {
	t.Helper()
	for range 100 {
		if ask(ctx, t, "document.readyState") == "complete" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ask(ctx, t, "document.body.innerText")
}

// until waits for the browser to be at an address with the prefix: forms that post themselves take it there.
func until(ctx context.Context, t *testing.T, prefix string) {
	t.Helper()
	for range 200 {
		if strings.HasPrefix(location(ctx, t), prefix) && strings.TrimSpace(visible(ctx, t)) != "" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("at %s, not at %s: %s", location(ctx, t), prefix, visible(ctx, t))
}

func see(ctx context.Context, t *testing.T, texts ...string) {
	t.Helper()
	body := visible(ctx, t)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("at %s there is no %q in: %s", location(ctx, t), text, body)
		}
	}
}

// words are what a person looks for in a language.
type words struct{ shop, none, buy, placed, sent, article string }

var languages = map[string]words{
	"sv": {shop: "Handla", none: "Ingen varukorg har kommit tillbaka än.", buy: "Köp", placed: "Ordern är lagd.", sent: "Varukorg", article: "500 ark, ohålat."},
	"en": {shop: "Shop", none: "No cart has come back yet.", buy: "Buy", placed: "The order was placed.", sent: "Cart", article: "500 sheets, unpunched."},
}

func TestTheWholeTripInABrowser(t *testing.T) {
	for language, w := range languages {
		for width, size := range map[string][2]int64{"desk": {1280, 900}, "phone": {390, 844}} {
			t.Run(language+" "+width, func(t *testing.T) {
				ctx := browser(t, language)
				d, _ := demo(t, t.TempDir())
				do(ctx, t, chromedp.EmulateViewport(size[0], size[1]))
				for _, connection := range d.Connections {
					trip(ctx, t, d, connection.Format, connection.Link, w, pictures{t, language + "-" + width + "-" + connection.Format})
				}
			})
		}
	}
}

func trip(ctx context.Context, t *testing.T, d seed, format, link string, w words, p pictures) {
	t.Helper()
	do(ctx, t, chromedp.Navigate(d.Buyer+"/"))
	see(ctx, t, "Papper och Penna AB", format, w.shop)
	p.take(ctx, "1-buyer")

	// Punch out: the browser is led to the shop, and neither address nor history holds the password.
	press(ctx, t, `form[action="`+link+`"] button, form[action*="/start/`+format+`"] button`)
	until(ctx, t, d.Shop+"/s/")
	shop := location(ctx, t)
	see(ctx, t, "PunchOut", w.buy)
	p.take(ctx, "2-shop")

	// Buy two articles; the checkout is closed, "Skicka order" stands in its place.
	click(ctx, t, `form[action*="/korg"] button`, `form[action*="/skicka"] button`)
	do(ctx, t, chromedp.Navigate(strings.SplitN(shop, "?", 2)[0]+"kassa"))
	if at := location(ctx, t); strings.Contains(at, "kassa") {
		t.Errorf("a direct visit to the checkout stays at %s", at)
	}
	do(ctx, t, chromedp.Navigate(strings.SplitN(shop, "?", 2)[0]+"korg"))
	see(ctx, t, "Skicka order", w.sent)
	p.take(ctx, "3-cart")

	// Send the order: the transfer page posts itself, and the cart is in the procurement system.
	press(ctx, t, `form[action*="/skicka"] button`)
	until(ctx, t, d.Buyer+"/visits/")
	document := []string{"Papper och Penna AB", "<?xml"}
	if strings.HasPrefix(format, "oci-") { // the form itself, which the browser posts in ISO-8859-1
		document = []string{"NEW_ITEM-DESCRIPTION[1]", "EXT_QUOTE_ID[1]", w.article}
	}
	see(ctx, t, append(document, w.sent, "UNSPSC")...)
	p.take(ctx, "4-returned")

	// Place the order by a document of the buyer's order format, and then by the ping: it is one order.
	click(ctx, t, `button[formaction*="/purchase-order"]`, ".note.good[data-by=document]")
	see(ctx, t, w.placed)
	p.take(ctx, "5-ordered")
	click(ctx, t, `form[action*="/order"] button:not([formaction])`, ".note.good[data-by=ping]")
	see(ctx, t, w.placed, "confirmed")
	p.take(ctx, "6-placed")
}

func TestADirectVisitToTheCheckoutLeadsToTheStartPage(t *testing.T) {
	d, _ := demo(t, t.TempDir())
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(d.Shop + "/kassa")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != "/" {
		t.Errorf("%d to %q", response.StatusCode, response.Header.Get("Location"))
	}
}

func TestTheTransferPageWorksWithoutScript(t *testing.T) {
	ctx := browser(t, "sv")
	d, _ := demo(t, t.TempDir())
	noScript := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
	do(ctx, t, noScript, chromedp.Navigate(d.Buyer+"/"))
	link := ""
	for _, c := range d.Connections {
		if c.Format == "proceedo-cxml" {
			link = c.Link
		}
	}
	press(ctx, t, `form[action="`+link+`"] button`)
	until(ctx, t, d.Shop+"/s/")
	click(ctx, t, `form[action*="/korg"] button`, `form[action*="/skicka"] button`)
	press(ctx, t, `form[action*="/skicka"] button`)
	until(ctx, t, d.Gateway+"/transfer/")
	see(ctx, t, "Varukorgen skickas", "Skicka varukorgen")
	pictures{t, "sv-desk"}.take(ctx, "transfer-without-script")
	press(ctx, t, "#transfer button")
	until(ctx, t, d.Buyer+"/visits/")
	see(ctx, t, "Varukorg", "<?xml")
}

func TestASecondDemoOnTheSameFolderIsRefused(t *testing.T) {
	data := t.TempDir()
	demo(t, data)
	output, err := exec.Command(program, "demo", "--addr", "127.0.0.1:0", "--data-dir", data).CombinedOutput()
	if err == nil || strings.Count(string(output), "\n") != 1 || !strings.Contains(string(output), "another demo runs") {
		t.Errorf("%v: %s", err, output)
	}
}

func TestTheDemoKeepsEverythingWhenItIsKilledAndStartedAgain(t *testing.T) {
	data := t.TempDir()
	first, kill := demo(t, data)
	order := func(d seed) string {
		request, err := http.NewRequest(http.MethodPost, d.Gateway+"/v1/admin/customers", strings.NewReader(`{"id":"kept","name":"Kept"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+d.Keys["admin"])
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.Status
	}
	if status := order(first); status != "201 Created" {
		t.Fatalf("created: %s", status)
	}
	kill()
	again, _ := demo(t, data)
	if status := order(again); status != "409 Conflict" {
		t.Errorf("the acknowledged customer after a kill: %s", status)
	}
	for name, key := range first.Keys {
		if again.Keys[name] != key || key == "" {
			t.Errorf("key %s was %q and is %q", name, key, again.Keys[name])
		}
	}
	for i, c := range first.Connections {
		before, after := strings.TrimPrefix(c.Link, first.Gateway), strings.TrimPrefix(again.Connections[i].Link, again.Gateway)
		if before != after || c.Login["PASSWORD"] != again.Connections[i].Login["PASSWORD"] {
			t.Errorf("%s: link or password changed", c.Format)
		}
	}
	info, err := os.Stat(filepath.Join(data, "demo.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("demo.json: %v, %v", info.Mode(), err)
	}
}
