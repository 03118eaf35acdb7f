package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// axeFile is axe-core, which `make tools` installs.
const axeFile = "../../.bin/axe.min.js"

// pageLimit is how much a page of the desk may weigh with all that it loads, in bytes.
const pageLimit = 200_000

// operator is somebody at the operator's pages, in one language and at one width.
type operator struct {
	t     *testing.T
	ctx   context.Context //nolint:containedctx // chromedp calls a tab of the browser a context
	d     seed
	lang  string // sv or en
	width string // phone or desk
	axe   string
}

// operators lets a flow run in both languages at both widths, against one demo: what it makes it names with unique.
func operators(t *testing.T, flow func(o *operator)) {
	t.Helper()
	t.Parallel() // each has a demo and browsers of its own
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		if os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
			t.Fatalf("%v; make tools installs it", err)
		}
		t.Logf("without axe-core, which make tools installs: %v", err)
	}
	d, _ := demo(t, t.TempDir())
	for _, lang := range []string{"sv", "en"} {
		ctx := browser(t, lang)
		for _, width := range []string{"desk", "phone"} {
			t.Run(lang+" "+width, func(t *testing.T) {
				size := map[string][2]int64{"desk": {1280, 900}, "phone": {390, 844}}[width]
				o := &operator{t, ctx, d, lang, width, string(axe)}
				o.do(chromedp.EmulateViewport(size[0], size[1]))
				o.signIn()
				flow(o)
			})
		}
	}
}

func (o *operator) do(steps ...chromedp.Action[chromedp.Void]) {
	o.t.Helper()
	do(o.ctx, o.t, steps...)
}

// T returns the text in the operator's language.
func (o *operator) T(swedish, english string) string {
	if o.lang == "en" {
		return english
	}
	return swedish
}

// unique returns a name that no other run of the flow uses.
func (o *operator) unique(name string) string { return name + "-" + o.lang + "-" + o.width }

// path returns the address of a page of the demo's shop.
func (o *operator) path(path string) string {
	return o.d.Gateway + "/admin/shops/" + o.d.Tenant.ID + path
}

// signIn signs in as the demo's administrator.
func (o *operator) signIn() {
	o.t.Helper()
	o.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
		return err
	}), chromedp.Navigate(o.d.Gateway+"/admin"))
	o.fill("/email", o.d.AdminLogin.Email)
	o.fill("/password", o.d.AdminLogin.Password)
	o.click(`main form button`, `.side`)
}

// open goes to a page of the demo's shop.
func (o *operator) open(path string) {
	o.t.Helper()
	o.do(chromedp.Navigate(o.path(path)))
}

// fill types into the input of a member, in place of what stands there.
func (o *operator) fill(pointer, text string) {
	o.t.Helper()
	o.script(fmt.Sprintf(`(() => { const all = document.querySelectorAll('[name=%q]:not([type=hidden])'); const i = all[0];
		if (i.type === "checkbox") { if (i.checked !== (%q === "true")) i.click(); return ""; }
		i.focus(); i.value = %q; i.dispatchEvent(new Event("input", {bubbles: true})); i.dispatchEvent(new Event("change", {bubbles: true}));
		return ""; })()`, pointer, text, text))
}

// script evaluates an expression that is a text.
func (o *operator) script(expression string) string {
	o.t.Helper()
	return ask(o.ctx, o.t, expression)
}

// click clicks an element and waits until the page that it leads to holds another one. Where that stands on the page already, wait for
// something that does not.
func (o *operator) click(selector, then string) {
	o.t.Helper()
	click(o.ctx, o.t, selector, then)
}

// wait waits until an expression is true.
func (o *operator) wait(expression string) {
	o.t.Helper()
	for range 100 {
		if o.script("String(!!("+expression+"))") == "true" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	o.t.Fatalf("%s does not become true at %s: %s", expression, location(o.ctx, o.t), visible(o.ctx, o.t))
}

// becomes loads the page again until it shows a text.
func (o *operator) becomes(text string) {
	o.t.Helper()
	for range 50 {
		if strings.Contains(visible(o.ctx, o.t), text) {
			return
		}
		time.Sleep(100 * time.Millisecond)
		o.do(chromedp.Reload())
	}
	o.see(text)
}

func (o *operator) see(texts ...string) {
	o.t.Helper()
	see(o.ctx, o.t, texts...)
}

// wrong returns what stands beside the input of a member.
func (o *operator) wrong(pointer string) string {
	o.t.Helper()
	return strings.TrimSpace(o.script(fmt.Sprintf(
		`document.getElementById(document.querySelector('[name=%q]:not([type=hidden])').id + "-wrong").textContent`, pointer)))
}

// press clicks an element and waits until the page says what was done.
func (o *operator) press(selector, done string) {
	o.t.Helper()
	press(o.ctx, o.t, selector)
	o.wait(`document.querySelector(".done")?.textContent === "` + done + `"`)
}

// api calls the admin API, as another program or another operator does.
func (o *operator) api(method, path, body string) map[string]any {
	o.t.Helper()
	return o.d.api(o.t, "admin", method, path, body)
}

// look judges the page as it is shown: nobody has to scroll sideways, axe-core finds nothing serious, the browser had nothing to
// complain of, and it is no heavier than it may be. With a name it takes a picture.
func (o *operator) look(name string) {
	o.t.Helper()
	visible(o.ctx, o.t) // whole
	if wide := o.script(`String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); wide != "0" {
		o.t.Errorf("%s: the page is %s pixels wider than the window", name, wide)
	}
	if lang := o.script(`document.documentElement.lang`); lang != o.lang {
		o.t.Errorf("%s: the page is in %q", name, lang)
	}
	heavy := o.script(`String(Math.round([...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
		.reduce((sum, e) => sum + e.decodedBodySize, 0)))`)
	var bytes int
	if _, err := fmt.Sscan(heavy, &bytes); err != nil || bytes > pageLimit || bytes == 0 {
		o.t.Errorf("%s: the page weighs %s bytes, at most %d are allowed", name, heavy, pageLimit)
	}
	o.judge(name)
	pictures{o.t, "admin-" + o.lang + "-" + o.width}.take(o.ctx, name)
}

// judge asks axe-core.
func (o *operator) judge(name string) {
	o.t.Helper()
	if o.axe == "" {
		return
	}
	o.script(o.axe + `;""`)
	o.script(`(axe.run(document, {resultTypes: ["violations"]}).then((r) => { window.axeFound = JSON.stringify(r.violations.map((v) =>
		({id: v.id, impact: v.impact, nodes: v.nodes.map((n) => n.html.slice(0, 200))}))); }), "")`)
	o.wait(`window.axeFound`)
	var found []struct {
		ID, Impact string
		Nodes      []string
	}
	if err := json.Unmarshal([]byte(o.script(`window.axeFound`)), &found); err != nil {
		o.t.Fatal(err)
	}
	for _, f := range found {
		if f.Impact == "serious" || f.Impact == "critical" {
			o.t.Errorf("%s: axe-core finds %s (%s): %s", name, f.ID, f.Impact, strings.Join(f.Nodes, "\n"))
		}
	}
}

// guide takes the picture that a guide shows: at the desk, in both languages.
func (o *operator) guide(name string) {
	o.t.Helper()
	if o.width == "desk" {
		guidePicture(o.ctx, o.t, name+"-"+o.lang)
	}
}

// guidePicture writes docs/pictures/NAME.webp, where PUNCHGATE_GUIDE_PICTURES is set.
func guidePicture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	if os.Getenv("PUNCHGATE_GUIDE_PICTURES") == "" {
		return
	}
	var picture []byte
	do(ctx, t, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		taken, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: new(int64(60))})
		if err == nil {
			picture = taken.Data
		}
		return err
	}))
	folder := "../../docs/pictures"
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name+".webp"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAnOperatorChangesTheSettings(t *testing.T) {
	operators(t, func(o *operator) {
		o.open("/settings")
		o.see(o.T("Extrafält som avgör PunchOut", "Custom field that decides PunchOut"), o.T("Text på knappen", "Text of the button"))
		o.look("settings")
		o.guide("settings")

		// What is wrong is said while it is typed, and beside its field when the form is sent; what was typed stays.
		o.fill("/settings/start_path", "//example.com")
		o.wait(`document.getElementById("f-settings-start_path-wrong").textContent !== ""`)
		o.fill("/settings/send_order_label", "Skicka "+o.lang)
		o.fill("/settings/retention_days", "ett år")
		o.click("main form .actions button", ".mistakes")
		for pointer, text := range map[string]string{
			"/settings/start_path":     o.T("måste vara en sökväg i butiken som börjar med ett /", "must be a path within the shop, beginning with one /"),
			"/settings/retention_days": o.T("måste vara ett heltal", "must be a whole number"),
		} {
			if said := o.wrong(pointer); said != text {
				o.t.Errorf("beside %s stands %q", pointer, said)
			}
		}
		if kept := o.script(`document.querySelector('[name="/settings/send_order_label"]').value`); kept != "Skicka "+o.lang {
			o.t.Errorf("the label that was typed is %q", kept)
		}
		o.look("settings-wrong")

		// Times are in the units that people use.
		o.fill("/settings/start_path", "/")
		o.fill("/settings/retention_days", "400")
		o.fill("/settings/session_seconds", "90")
		o.fill("/settings/session_seconds:unit", "60")
		o.fill("/settings/currency", "SEK")
		o.fill("/settings/unspsc", "14111507")
		o.press("main form .actions button", o.T("Sparat.", "Saved."))
		settings := o.api("GET", "/v1/admin/settings", "")["settings"].(map[string]any)
		for member, want := range map[string]any{"retention_days": 400.0, "session_seconds": 5400.0, "currency": "SEK", "unspsc": "14111507"} {
			if settings[member] != want {
				o.t.Errorf("%s is %v", member, settings[member])
			}
		}
		for name, want := range map[string]string{"/settings/session_seconds": "90", "/settings/session_seconds:unit": "60"} {
			if got := o.script(`document.querySelector('[name="` + name + `"]').value`); got != want {
				o.t.Errorf("%s shows %q", name, got)
			}
		}

		// What somebody else saved meanwhile is not overwritten unseen, and what was typed stays.
		o.fill("/settings/start_path", "/start")
		other := o.unique("Skicka")
		o.api("PUT", "/v1/admin/settings", `{"settings":{"send_order_label":"`+other+`","session_seconds":7200}}`)
		o.click("main form .actions button", ".mistakes")
		o.see(o.T("någon annan har ändrat det här", "this was changed since you read it"), o.T("Sparat nu: ", "Saved now: ")+other,
			o.T("Sparat nu: 2 timmar", "Saved now: 2 hours"))
		if kept := o.script(`document.querySelector('[name="/settings/start_path"]').value`); kept != "/start" {
			o.t.Errorf("the start page that was typed is %q", kept)
		}
		o.look("settings-overtaken")
		o.fill("/settings/send_order_label", other)
		o.press("main form .actions button", o.T("Sparat.", "Saved."))
		settings = o.api("GET", "/v1/admin/settings", "")["settings"].(map[string]any)
		if settings["start_path"] != "/start" || settings["send_order_label"] != other {
			o.t.Errorf("saved is %v", settings)
		}
		o.api("PUT", "/v1/admin/settings", `{"settings":{"start_path":"/","session_seconds":14400,"currency":"","unspsc":""}}`)
	})
}
