package desk

import (
	"testing"

	"github.com/punchgate/punchgate/domain/audit"
)

func TestEachActionHasWordsInBothLanguages(t *testing.T) {
	for _, a := range audit.Actions() {
		if said := deeds[a]; said[0] == "" || said[1] == "" {
			t.Errorf("%s has no words", a)
		}
	}
	if len(deeds) != len(audit.Actions()) {
		t.Errorf("%d words for %d actions", len(deeds), len(audit.Actions()))
	}
}

func TestASignInLeadsNowhereButToThePages(t *testing.T) {
	for to, want := range map[string]string{
		"/admin/shops/papper/orders?status=held": "/admin/shops/papper/orders?status=held",
		"":                                       "/admin",
		"//example.com/admin/":                   "/admin",
		"https://example.com/admin/":             "/admin",
		"/admin/\\example.com":                   "/admin",
		"/v1/admin/settings":                     "/admin",
		"javascript:alert(1)":                    "/admin",
	} {
		if got := safePath(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}
