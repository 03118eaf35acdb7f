package web

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestTheGuideHasTheAttributesThatTheScriptReads compares the guide's table with the names in the script, both ways.
func TestTheGuideHasTheAttributesThatTheScriptReads(t *testing.T) {
	guide, err := os.ReadFile("../../docs/storefront.md")
	if err != nil {
		t.Fatal(err)
	}
	told, read := map[string]bool{}, map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(data-[a-z-]+)` \\|").FindAllStringSubmatch(string(guide), -1) {
		told[row[1]] = true
	}
	for _, name := range regexp.MustCompile(`\bdata\.([a-zA-Z]+)`).FindAllStringSubmatch(string(storefrontScript), -1) {
		read["data-"+hyphenated(name[1])] = true
	}
	if !maps.Equal(told, read) || len(read) < 10 {
		t.Errorf("the guide tells of %q, the script reads %q", slices.Sorted(maps.Keys(told)), slices.Sorted(maps.Keys(read)))
	}
}

// hyphenated is the name of an attribute for that of a member of a dataset (HTML, section 3.2.6.6).
func hyphenated(name string) string {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteRune('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
