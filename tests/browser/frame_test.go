package browser

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A procurement system shows the PunchOut in a frame of its page, which is of another site than the gateway and the shop: localhost
// and 127.0.0.1 are. The browser then sends no cookies that were set for the first site, and needs none.
func TestAPunchOutRunsInAFrameWhereTheConnectionAllowsIt(t *testing.T) {
	ctx := browser(t, "sv")
	d, _ := demo(t, t.TempDir())
	calls := make(chan string, 100)
	procurement := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.Cookies()) > 0 {
			t.Errorf("the browser sent cookies to %s", r.URL.Path)
		}
		switch r.URL.Path {
		case "/frame":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, `<!DOCTYPE html><title>Inköp</title><iframe src="%s" onload="setTimeout(() => fetch('/loaded'), 500)"></iframe>`,
				html.EscapeString(r.URL.Query().Get("show")))
		case "/in", "/landing", "/loaded":
			calls <- r.Method + " " + r.URL.Path
		}
	}))
	t.Cleanup(procurement.Close)
	framer := strings.Replace(procurement.URL, "127.0.0.1", "localhost", 1)
	api := func(key, method, path, body string) string {
		request, err := http.NewRequest(method, d.Gateway+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+d.Keys[key])
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode >= 300 {
			t.Fatalf("%s %s: %s, %s, %v", method, path, response.Status, content, err)
		}
		return string(content)
	}
	member := func(text string, path ...string) string {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		for _, name := range path {
			value = value.(map[string]any)[name]
		}
		return value.(string)
	}
	var settings map[string]any
	if err := json.Unmarshal([]byte(api("admin", "GET", "/v1/admin/settings", "")), &settings); err != nil {
		t.Fatal(err)
	}
	settings["settings"].(map[string]any)["landing_url"] = procurement.URL + "/landing"
	changed, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	api("admin", "PUT", "/v1/admin/settings", string(changed))

	for name, c := range map[string]struct {
		frames string
		shown  bool
	}{
		"nothing-said": {"", true},
		"by-this":      {`,"frame_ancestors":["` + framer + `"]`, true},
		"by-another":   {`,"frame_ancestors":["https://buyer.example.com"]`, false},
		"by-none":      {`,"frame_ancestors":["none"]`, false},
	} {
		api("admin", "POST", "/v1/admin/connections", `{"id":"`+name+`","name":"Peppol","customer":"goteborgs-stad","format":"peppol-bis-punchout-3","login":{"user":"u"},
			"return":{"fixed":"`+procurement.URL+`/in"`+c.frames+`},"secret":"ett hemligt lösenord"}`)
		link := member(api("admin", "POST", "/v1/admin/connections/"+name+"/links", ""), "url")
		id := member(api("storefront", "POST", "/v1/storefront/sessions", `{"customer":"goteborgs-stad","connection":"`+name+`"}`), "session", "id")
		transfer := member(api("storefront", "POST", "/v1/storefront/sessions/"+id+"/cart", `{"currency":"SEK","lines":[{"sku":"1","name":"Pärm",
			"quantity":"1","unit":"EA","unit_price":"1","tax":{"category":"Z"},"classifications":[{"scheme":"UNSPSC","code":"14111507"}]}]}`), "transfer_url")
		login := link + "?" + url.Values{"USERNAME": {"u"}, "PASSWORD": {"ett hemligt lösenord"}}.Encode()
		for show, want := range map[string]string{login: "GET /landing", transfer: "POST /in"} {
			do(ctx, t, chromedp.Navigate(framer+"/frame?show="+url.QueryEscape(show)))
			seen := ""
			for seen == "" {
				select {
				case call := <-calls:
					if call == want || call == "GET /loaded" {
						seen = call
					}
				case <-time.After(30 * time.Second):
					t.Fatalf("%s: the browser did nothing", name)
				}
			}
			// A page that is shown goes on before or after its frame is loaded; one that is not never does. Where a login leads to
			// the shop, the shop's own policy decides, so nothing is said of those that are not shown.
			shown := seen == want || arrives(calls, want)
			if shown != c.shown && (c.shown || want == "POST /in") {
				t.Errorf("%s: %s from within the frame: %v", name, want, shown)
			}
			for drained := false; !drained; {
				select {
				case <-calls:
				case <-time.After(700 * time.Millisecond):
					drained = true
				}
			}
		}
	}
}

// arrives waits a moment for a call.
func arrives(calls chan string, want string) bool {
	for {
		select {
		case call := <-calls:
			if call == want {
				return true
			}
		case <-time.After(time.Second):
			return false
		}
	}
}
