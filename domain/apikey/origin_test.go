package apikey_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/fault"
)

func TestOriginsAreThoseThatBrowsersWrite(t *testing.T) {
	for text, want := range map[string]string{
		"https://shop.example.com":      "https://shop.example.com",
		"HTTPS://Shop.Example.COM":      "https://shop.example.com",
		"https://shop.example.com:443":  "https://shop.example.com",
		"https://shop.example.com:8443": "https://shop.example.com:8443",
		"https://xn--pnna-0qa.se":       "https://xn--pnna-0qa.se",
		"https://192.0.2.7":             "https://192.0.2.7",
		"https://[2001:DB8:0::1]:8443":  "https://[2001:db8::1]:8443",
		"http://localhost:8081":         "http://localhost:8081",
		"http://shop.localhost:8081":    "http://shop.localhost:8081",
		"http://127.0.0.1:80":           "http://127.0.0.1",
		"http://[::1]:8081":             "http://[::1]:8081",
	} {
		if got, err := apikey.Origin(text); err != nil || got != want {
			t.Errorf("%s is %q, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "null", "*", "https://*.example.com", "shop.example.com", "//shop.example.com", "https://", "https://shop.example.com/",
		"https://shop.example.com/checkout", "https://shop.example.com?x", "https://shop.example.com#x", "https://a@shop.example.com",
		"https://shop.example.com ", "https://pänna.se", "https://shop..se", "https://shop.example.com:x", "http://shop.example.com",
		"http://localhost.example.com", "http://127.0.0.1.example.com", "http://192.0.2.7", "ftp://shop.example.com", "file://",
		"chrome-extension://abc", "https:shop.example.com", "https://a.se,https://b.se",
	} {
		if got, err := apikey.Origin(text); err == nil {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}

func TestOnlyPublishableKeysHaveOriginsAndEachThatIsWrongIsNamed(t *testing.T) {
	policy, erp := []apikey.Scope{apikey.Policy}, []apikey.Scope{apikey.ERP}
	for name, c := range map[string]struct {
		scopes  []apikey.Scope
		origins []string
		want    []string
	}{
		"none for a published key":  {policy, nil, []string{"/origins missing"}},
		"some for a secret key":     {erp, []string{"https://a.se"}, []string{"/origins misplaced"}},
		"some that are none":        {policy, []string{"https://a.se", "https://b.se/", "http://c.se"}, []string{"/origins/1 malformed", "/origins/2 malformed"}},
		"more than a key can carry": {policy, slices.Repeat([]string{"https://a.se"}, apikey.MaxOrigins+1), []string{"/origins too_many"}},
	} {
		_, err := apikey.New("shop", "k1", "", c.scopes, "v", now, c.origins...)
		var got []string
		for _, d := range fault.From(err).Details {
			got = append(got, fmt.Sprint(d.Path, " ", d.Code))
		}
		if !errors.Is(err, apikey.ErrInvalid) || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %q", name, err, got)
		}
	}
}

func TestAPublishableKeyWorksFromItsOriginsAlone(t *testing.T) {
	k, err := apikey.New("shop", "k1", "", []apikey.Scope{apikey.Policy}, "v", now, "https://Shop.example.com:443", "http://localhost:8081", "https://shop.example.com")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(k.Snapshot().Origins, " "); got != "https://shop.example.com http://localhost:8081" || !k.Publishable() {
		t.Errorf("publishable %v, from %s", k.Publishable(), got)
	}
	for origin, good := range map[string]bool{
		"https://shop.example.com": true, "http://localhost:8081": true,
		"": false, "null": false, "https://shop.example.com:8443": false, "http://shop.example.com": false, "https://evil.example.com": false,
	} {
		if err := k.CheckOrigin(origin); (err == nil) != good || !good && !errors.Is(err, apikey.ErrOrigin) {
			t.Errorf("%q: %v", origin, err)
		}
	}
	secret, err := apikey.New("shop", "k2", "", []apikey.Scope{apikey.Storefront}, "v", now)
	if err != nil {
		t.Fatal(err)
	}
	if err := secret.CheckOrigin("https://evil.example.com"); err != nil || secret.Publishable() {
		t.Errorf("a secret key is no page's: %v", err)
	}
	if err := k.Check(apikey.Storefront, apikey.Policy); err != nil {
		t.Error(err)
	}
	if err := k.Check(apikey.Storefront, apikey.Admin); !errors.Is(err, apikey.ErrScope) || fault.From(err).Details[0].Message != "needed: storefront or admin" {
		t.Errorf("%+v", fault.From(err))
	}
}
