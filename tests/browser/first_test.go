package browser

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// firstGuide tells a new operator the way from nothing to the first cart that comes back. What it prints bold is what the pages call
// the element that is used next, and its blocks of shell are run as they stand.
const firstGuide = "../../docs/first-punchout.md"

// guide is the guide as it is followed.
type guide struct {
	t     *testing.T
	text  string
	names []string // bold, in their order
}

func readGuide(t *testing.T) *guide {
	t.Helper()
	text, err := os.ReadFile(firstGuide)
	if err != nil {
		t.Fatal(err)
	}
	g := &guide{t: t, text: string(text)}
	for _, bold := range regexp.MustCompile(`\*\*([^*]+)\*\*`).FindAllStringSubmatch(g.text, -1) {
		g.names = append(g.names, strings.Join(strings.Fields(bold[1]), " "))
	}
	return g
}

// next fails unless the guide names this next.
func (g *guide) next(name string) {
	g.t.Helper()
	if len(g.names) == 0 || g.names[0] != name {
		g.t.Fatalf("the next name that the guide prints bold is not %q: %q", name, g.names)
	}
	g.names = g.names[1:]
}

// shell returns the block of shell that holds a text.
func (g *guide) shell(with string) string {
	g.t.Helper()
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(g.text, -1) {
		if strings.Contains(block[1], with) {
			return block[1]
		}
	}
	g.t.Fatalf("the guide has no block of shell with %q", with)
	return ""
}

// keyboard is an operator without a mouse.
type keyboard struct {
	*operator

	guide *guide
	typed int // keys that were pressed
	pages int
}

// press presses a key.
func (k *keyboard) press(key string, held ...kb.Modifier) {
	k.t.Helper()
	k.typed++
	k.do(chromedp.KeyEvent(key, chromedp.KeyModifiers(held...)))
}

// focused is the name of the element that has the focus, as its label or its text says.
const focused = `(() => {
	const e = document.activeElement, named = (e.labels?.[0] ?? e).cloneNode(true);
	named.querySelectorAll("[aria-hidden=true], .help").forEach((part) => part.remove());
	return named.textContent.trim();
})()`

// reach presses a key until the element of a name has the focus, and looks whether that can be seen.
func (k *keyboard) reach(name, key string, held ...kb.Modifier) {
	k.t.Helper()
	k.guide.next(name)
	var passed []string
	for range 120 {
		k.press(key, held...)
		if at := k.script(focused); at != name {
			passed = append(passed, at)
			continue
		}
		if k.script(`getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			k.t.Errorf("nobody sees that %q has the focus", name)
		}
		return
	}
	k.t.Fatalf("no key leads to %q at %s: %q", name, location(k.ctx, k.t), slices.Compact(passed))
}

// to goes forward to an element.
func (k *keyboard) to(name string) {
	k.t.Helper()
	k.reach(name, kb.Tab)
}

// back goes back to an element.
func (k *keyboard) back(name string) {
	k.t.Helper()
	k.reach(name, kb.Tab, kb.ModifierShift)
}

// fill goes to an input and types into it.
func (k *keyboard) fill(name, text string) {
	k.t.Helper()
	k.to(name)
	for _, r := range text {
		k.press(string(r))
	}
}

// enter follows the link or presses the button that has the focus, and waits for the page that comes of it.
func (k *keyboard) enter(then string) {
	k.t.Helper()
	k.pages++
	k.script(`window.left = false, ""`)
	k.press(kb.Enter)
	k.wait(`window.left === undefined && document.readyState === "complete" && document.querySelector(` + fmt.Sprintf("%q", then) + `)`)
}

// text returns what an element shows.
func (k *keyboard) text(selector string) string {
	k.t.Helper()
	return strings.TrimSpace(k.script(fmt.Sprintf(`document.querySelector(%q).textContent`, selector)))
}

// serve runs the gateway on an empty folder with one user, until the test ends.
func serve(t *testing.T, email string) (address, password string) {
	t.Helper()
	environment := append(os.Environ(), "PUNCHGATE_DATA_DIR="+t.TempDir(), "PUNCHGATE_MASTER_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
		"PUNCHGATE_ADDR=127.0.0.1:0", "PUNCHGATE_ALLOW_LOOPBACK_HTTP=true") // the procurement system of this test is on this machine
	create := exec.Command(program, "user", "create", "--email", email, "--name", "Olle Operatör", "--role", "platform")
	create.Env = environment
	made, err := create.Output()
	if err != nil {
		t.Fatal(err)
	}
	gateway := exec.Command(program, "serve")
	gateway.Env = environment
	log, err := gateway.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := gateway.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = gateway.Process.Kill()
		_ = gateway.Wait()
	})
	up := regexp.MustCompile(`public_url=(\S+)`)
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if found := up.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return found[1], strings.TrimSpace(string(made))
		}
	}
	t.Fatal("the gateway ended before it was up")
	return "", ""
}

func TestTheFirstPunchOutGoesByTheGuideAndTheKeyboard(t *testing.T) {
	axe, err := os.ReadFile(axeFile)
	if err != nil && os.Getenv("PUNCHGATE_INTEGRATION") == "1" {
		t.Fatalf("%v; make tools installs it", err)
	}
	const email = "op@example.com"
	gateway, password := serve(t, email)
	procurement := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		document, err := base64.StdEncoding.DecodeString(r.FormValue("cxml-base64"))
		if err != nil {
			t.Error(err)
		}
		fmt.Fprintf(w, "<!doctype html><title>Inköp</title><pre>%s</pre>", html.EscapeString(string(document)))
	}))
	t.Cleanup(procurement.Close)

	ctx := browser(t, "sv")
	k := &keyboard{operator: &operator{t, ctx, seed{}, "sv", "desk", string(axe)}, guide: readGuide(t)}
	k.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(gateway+"/admin"))

	k.fill("E-postadress", email)
	k.fill("Lösenord", password)
	k.to("Logga in")
	k.enter(".side")

	k.fill("Butikens namn", "Papper och Penna AB")
	k.fill("Beteckning", "papper")
	k.to("Skapa butik")
	k.enter(`[name="/settings/landing_url"]`)

	k.fill("Landningsadress", "https://shop.example.com/punchout")
	k.operator.guide("first-settings")
	k.to("Spara")
	k.enter(".done")

	k.to("Kunder")
	k.enter(".empty")
	k.to("Ny kund")
	k.enter(`[name="/number"]`)
	k.fill("Namn", "Göteborgs stad")
	k.fill("Kundnummer", "10001")
	k.to("Handlar via PunchOut")
	k.press(" ")
	k.to("Spara")
	k.enter(".done")

	k.to("Ny koppling")
	k.enter(`[name="/format"]`)
	if of := k.text("#f-customer option:checked"); of != "Göteborgs stad (10001)" {
		t.Errorf("the connection is offered for %q", of)
	}
	k.toChoice("Proceedo cXML")
	k.fill("Tillåtna värdar", strings.TrimPrefix(procurement.URL, "http://"))
	k.to("Skapa koppling")
	k.enter("#made")
	k.look("first-connection")
	k.operator.guide("first-connection")
	secret, link := k.text("#made"), k.text("#link")

	k.to("Prova kopplingen som köpare")
	k.enter(`[name="/secret"]`)
	k.fill("Kopplingens lösenord", secret)
	k.to("Prova")
	k.enter(".tried")
	k.see("Provet gick hela vägen")
	k.look("first-test")
	k.operator.guide("first-test")

	k.back("Lämna över")
	k.enter(".sheet")
	k.see(link, "PunchOut: Papper och Penna AB – Göteborgs stad")
	if k.script(`String(document.body.textContent.includes(`+fmt.Sprintf("%q", secret)+`))`) != "false" {
		t.Error("the page for the procurement team tells the secret")
	}

	k.back("Nycklar")
	k.enter(`[name="/label"]`)
	k.fill("Beskrivning", "Butikens server")
	k.to("Skapa nyckel")
	k.enter("#made")
	key := k.text("#made")
	if len(k.guide.names) > 0 {
		t.Errorf("the guide names more: %q", k.guide.names)
	}

	shop := exec.Command("sh", "-euc", k.guide.shell("/exchange"))
	shop.Env = append(os.Environ(), "GATEWAY="+gateway, "LINK="+link, "PASSWORD="+secret, "KEY="+key, "RETURN="+procurement.URL+"/return")
	shop.Stderr = os.Stderr
	transfer, err := shop.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, transfer)
	}
	k.do(chromedp.Navigate(strings.TrimSpace(string(transfer))))
	until(ctx, t, procurement.URL+"/return")
	k.see("PunchOutOrderMessage", "Kopieringspapper A4 80 g", "250.00")
	t.Logf("%d pages, %d keys", k.pages, k.typed)
}

// toChoice goes to a choice of one and on to one of its options.
func (k *keyboard) toChoice(name string) {
	k.t.Helper()
	k.guide.next(name)
	for range 120 {
		k.press(kb.Tab)
		if k.script(`String(document.activeElement.type)`) == "radio" {
			break
		}
	}
	for range 20 {
		if k.script(`String(document.activeElement.labels?.[0].querySelector("strong")?.textContent)`) == name {
			k.press(" ")
			return
		}
		k.press(kb.ArrowDown)
	}
	k.t.Fatalf("no key leads to the choice %q", name)
}
