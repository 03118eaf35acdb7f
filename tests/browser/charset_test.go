package browser

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The page is in the charset of its form, which is the charset that the browser posts in.
func TestTheBrowserPostsInTheCharsetOfTheForm(t *testing.T) {
	ctx := browser(t, "sv")
	d, _ := demo(t, t.TempDir())
	bodies := make(chan string, 1)
	procurement := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			bodies <- string(body)
		}
	}))
	t.Cleanup(procurement.Close)
	api := func(key, path, body string) map[string]any {
		request, err := http.NewRequest(http.MethodPost, d.Gateway+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+d.Keys[key])
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer map[string]any
		if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || response.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %s, %v, %v", path, response.Status, answer, err)
		}
		return answer
	}
	for charset, want := range map[string]string{"ISO-8859-1": "=Bl%E5+%D7+%22p%E4rm%22&", "UTF-8": "=Bl%C3%A5+%C3%97+%E2%80%9Cp%C3%A4rm%E2%80%9D&"} {
		api("admin", "/v1/admin/connections", `{"id":"`+strings.ToLower(charset)+`","name":"OCI","customer":"goteborgs-stad","format":"oci-4","login":{"user":"u"},
			"return":{"fixed":"`+procurement.URL+`/in"},"options":{"charset":"`+charset+`"},"secret":"ett hemligt lösenord"}`)
		opened := api("storefront", "/v1/storefront/sessions", `{"customer":"goteborgs-stad","connection":"`+strings.ToLower(charset)+`"}`)
		id := opened["session"].(map[string]any)["id"].(string)
		sent := api("storefront", "/v1/storefront/sessions/"+id+"/cart", `{"currency":"SEK","lines":[{"sku":"1","name":"Blå × “pärm”","quantity":"1",
			"unit":"EA","unit_price":"1","tax":{"category":"Z"}}]}`)
		do(ctx, t, chromedp.Navigate(sent["transfer_url"].(string)))
		select {
		case body := <-bodies:
			if !strings.Contains(body, "NEW_ITEM-DESCRIPTION%5B1%5D"+want) {
				t.Errorf("%s: the browser posted %s", charset, body)
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s: the browser posted nothing", charset)
		}
	}
}
