package mongotest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatTheStandInCannotShowIsShownOnTheRealOne prints the table, too.
func TestWhatTheStandInCannotShowIsShownOnTheRealOne(t *testing.T) {
	for _, a := range Abilities {
		t.Logf("%s: the stand-in %s; %s in %s runs on the real MongoDB alone", a.Name, a.Lack, a.Test, a.Folder)
		files, err := filepath.Glob(filepath.Join("../..", a.Folder, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		shown := false
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, test, found := strings.Cut(string(source), "func "+a.Test+"(")
			body, _, _ := strings.Cut(test, "\n}\n")
			shown = shown || found && strings.Contains(body, "mongotest.Needs(")
		}
		if !shown {
			t.Errorf("%s: no test %s in %s needs it", a.Name, a.Test, a.Folder)
		}
	}
}
