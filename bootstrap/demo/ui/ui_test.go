package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"

	"github.com/punchgate/punchgate/bootstrap/demo/ui"
	"github.com/punchgate/punchgate/domain/money"
)

func pageIn(address, acceptLanguage string) ui.Page {
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.Header.Set("Accept-Language", acceptLanguage)
	return ui.NewPage(r)
}

func TestNumbersAreWrittenAsPeopleDo(t *testing.T) {
	sv, en := pageIn("/", "sv"), pageIn("/", "en")
	cases := map[string]struct{ amount, currency, sv, en string }{
		"thousands":                 {"1250", "SEK", "1\u00a0250,00\u00a0kr", "SEK\u00a01,250.00"},
		"millions":                  {"1234567.5", "EUR", "1\u00a0234\u00a0567,50\u00a0EUR", "EUR\u00a01,234,567.50"},
		"a hundred":                 {"100.00", "SEK", "100,00\u00a0kr", "SEK\u00a0100.00"},
		"nought":                    {"0", "SEK", "0,00\u00a0kr", "SEK\u00a00.00"},
		"a credit":                  {"-1250.5", "SEK", "\u22121\u00a0250,50\u00a0kr", "SEK\u00a0\u22121,250.50"},
		"a small price":             {"0.0042", "SEK", "0,0042\u00a0kr", "SEK\u00a00.0042"},
		"more digits than are read": {"0.123456789", "SEK", "0,123457\u00a0kr", "SEK\u00a00.123457"},
		"no minor unit":             {"1250", "JPY", "1\u00a0250\u00a0JPY", "JPY\u00a01,250"},
		"an unknown currency":       {"1", "?", "1,00\u00a0?", "?\u00a01.00"},
		"no currency":               {"1", "", "1,00", "1.00"},
	}
	for name, c := range cases {
		d := money.MustParse(c.amount)
		if got := sv.Money(d, c.currency); got != c.sv {
			t.Errorf("%s: %q in Swedish", name, got)
		}
		if got := en.Money(d, c.currency); got != c.en {
			t.Errorf("%s: %q in English", name, got)
		}
	}
	if got := sv.Quantity(money.MustParse("1000.500")); got != "1\u00a0000,5" {
		t.Errorf("a quantity is %q", got)
	}
	if got := sv.Quantity(money.Decimal{}); got != "" {
		t.Errorf("an absent quantity is %q", got)
	}
}

func TestLinksKeepTheLanguageThatWasChosen(t *testing.T) {
	cases := map[string]struct{ address, accept, lang, href, hrefWithQuery, in string }{
		"the browser's":    {"/korg", "en", "en", "/x", "/x?a=1", "/korg?lang=sv"},
		"one that is set":  {"/korg?lang=en", "sv", "en", "/x?lang=en", "/x?a=1&lang=en", "/korg?lang=sv"},
		"none that exists": {"/korg?lang=tlh&b=2", "sv", "sv", "/x", "/x?a=1", "/korg?b=2&lang=sv"},
	}
	for name, c := range cases {
		p := pageIn(c.address, c.accept)
		got := []string{p.Lang, p.Href("/x"), p.Href("/x?a=1"), p.In("sv")}
		if want := []string{c.lang, c.href, c.hrefWithQuery, c.in}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestMemoryForgetsTheOldest(t *testing.T) {
	m := ui.NewMemory[int](3)
	for i := range 5 {
		m.Add(fmt.Sprint(i), i)
	}
	if got := m.Latest(); !reflect.DeepEqual(got, []int{4, 3, 2}) {
		t.Errorf("it keeps %v", got)
	}
	if _, ok := m.Get("1"); ok {
		t.Error("the second is still there")
	}
	if kept := m.Add("4", 40); kept != 4 {
		t.Errorf("a second of one key is kept: %d", kept)
	}
	m.Remove("3")
	m.Add("5", 5)
	if got := m.Latest(); !reflect.DeepEqual(got, []int{5, 4, 2}) {
		t.Errorf("it keeps %v", got)
	}
}

func TestMemoryIsSafeForConcurrentUse(t *testing.T) {
	m := ui.NewMemory[int](10)
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			key := fmt.Sprint(i % 15)
			m.Add(key, i)
			m.Get(key)
			m.Latest()
			m.Remove(key)
		})
	}
	wait.Wait()
	if got := m.Latest(); len(got) != 0 {
		t.Errorf("it keeps %v", got)
	}
}
