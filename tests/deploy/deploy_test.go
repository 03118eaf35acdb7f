// Package deploy tries the files of deploy/: it builds and runs the image, and lets checkers that others wrote judge the manifests
// of Kubernetes and the compose file. What they ask for, such as a container engine, is a failure with PUNCHGATE_INTEGRATION=1, and
// a skip that says so without.
package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/punchgate/punchgate/bootstrap"
)

const files = "../../deploy"

// lacking skips the test, or fails it where what it needs must be there.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("PUNCHGATE_INTEGRATION") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(files, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// tool returns a program of the Makefile's.
func tool(t *testing.T, pattern string) string {
	t.Helper()
	found, err := filepath.Glob("../../.bin/" + pattern)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 {
		lacking(t, "no .bin/"+pattern+"; make tools brings it")
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	return string(out), err
}

// A variable that the gateway does not know would be passed over in silence.
func TestEveryVariableIsASetting(t *testing.T) {
	known := map[string]bool{"PUNCHGATE_DOMAIN": true} // the compose file's own
	for _, s := range bootstrap.Settings() {
		known[s.Variable] = true
	}
	for _, name := range []string{"Dockerfile", "compose/compose.yaml", "compose/Caddyfile", "kubernetes/punchgate.yaml"} {
		found := regexp.MustCompile(`PUNCHGATE_[A-Z_]+`).FindAllString(read(t, name), -1)
		if len(found) == 0 {
			t.Errorf("%s sets nothing", name)
		}
		for _, variable := range found {
			if !known[variable] {
				t.Errorf("%s: %s is not a setting", name, variable)
			}
		}
	}
}
