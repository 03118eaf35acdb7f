package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestTheLinksOfTheGuidesLeadSomewhere follows each link from one file of the repository to another, and to a heading in it.
func TestTheLinksOfTheGuidesLeadSomewhere(t *testing.T) {
	guides, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	followed := 0
	for _, guide := range append(guides, more...) {
		for _, found := range link.FindAllStringSubmatch(fence.ReplaceAllString(text(t, guide), ""), -1) {
			to, part, _ := strings.Cut(found[1], "#")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			followed++
			target := guide
			if to != "" {
				target = filepath.Join(filepath.Dir(guide), to)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s is not there", guide, found[1])
				continue
			}
			if part != "" && !hasHeading(text(t, target), part) {
				t.Errorf("%s: there is no heading for %s", guide, found[1])
			}
		}
	}
	if followed < 30 {
		t.Errorf("only %d links were followed", followed)
	}
}

func text(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// hasHeading reports whether a heading has the name that GitHub gives it in addresses.
func hasHeading(markdown, name string) bool {
	for _, h := range heading.FindAllStringSubmatch(fence.ReplaceAllString(markdown, ""), -1) {
		slug := strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")
		if slug == name {
			return true
		}
	}
	return false
}
