package bootstrap_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/bootstrap"
)

func TestTheGuideHasEverySettingWithItsDefault(t *testing.T) {
	guide, err := os.ReadFile("../docs/operation.md")
	if err != nil {
		t.Fatal(err)
	}
	table, _, _ := strings.Cut(string(guide), "\n## TLS")
	rows := map[string]string{}
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| ([^|]*) \\| [^|]{10,} \\|$").FindAllStringSubmatch(table, -1) {
		rows[row[1]] = row[2]
		listed = append(listed, row[1])
	}
	var settings []string
	for _, s := range bootstrap.Settings() {
		name := strings.TrimPrefix(s.Variable, "PUNCHGATE_")
		settings = append(settings, name)
		if initial := "`" + s.Default + "`"; s.Default != "" && !strings.HasPrefix(rows[name], initial) {
			t.Errorf("the guide says that %s is %q, and it is %s", name, rows[name], initial)
		}
		if s.Default == "" && name != "PUBLIC_URL" && rows[name] != "none" {
			t.Errorf("the guide says that %s is %q, and it is none", name, rows[name])
		}
	}
	slices.Sort(listed)
	slices.Sort(settings)
	if !slices.Equal(listed, settings) {
		t.Errorf("the guide lists %q, and there are %q", listed, settings)
	}
}
