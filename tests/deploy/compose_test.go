package deploy

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type composeFile struct {
	Services map[string]struct {
		Image       string
		Environment map[string]any
		DependsOn   map[string]any `json:"depends_on"`
		Networks    map[string]any
		Secrets     []struct{ Source string }
		Volumes     []struct{ Type, Source string }
	}
	Networks, Volumes, Secrets map[string]any
}

// parse has the file read by the parser that Docker Compose is built on; it reads no environment, so variables stay as they are. What
// that parser leaves to the engine is whether all that services name is there.
func parse(t *testing.T, name string) (c composeFile, err error) {
	t.Helper()
	out, err := run(t, tool(t, "compose-spec-*"), "-no-interpolation", "-format", "json", name)
	if err != nil {
		return c, fmt.Errorf("%w: %s", err, out)
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil {
		return c, err
	}
	for service, s := range c.Services {
		for what, named := range map[string][2]map[string]any{
			"network": {s.Networks, c.Networks}, "secret": {{}, c.Secrets}, "volume": {{}, c.Volumes}, "service": {s.DependsOn, {}},
		} {
			wanted, there := maps.Clone(named[0]), named[1]
			for _, secret := range s.Secrets {
				if what == "secret" {
					wanted[secret.Source] = nil
				}
			}
			for _, volume := range s.Volumes {
				if what == "volume" && volume.Type == "volume" {
					wanted[volume.Source] = nil
				}
			}
			for name := range wanted {
				_, known := there[name]
				if what == "service" {
					_, known = c.Services[name]
				}
				if !known {
					return c, fmt.Errorf("%s names the %s %s, which is not there", service, what, name)
				}
			}
		}
	}
	return c, nil
}

// No image is pulled here, and nothing is started.
func TestTheComposeFileHasThreeGatewaysAndAllThatItNames(t *testing.T) {
	c, err := parse(t, filepath.Join(files, "compose", "compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	gateways := 0
	for _, s := range c.Services {
		if s.Image == "punchgate" && s.Environment["PUNCHGATE_STORE"] == "mongodb" {
			gateways++
		}
	}
	if gateways != 3 || len(c.Services) != 8 {
		t.Errorf("%d gateways of %d services", gateways, len(c.Services))
	}

	broken := filepath.Join(t.TempDir(), "compose.yaml")
	for name, change := range map[string][2]string{
		"an unknown key":        {"read_only: true", "readonly: true"},
		"an unknown network":    {"networks: {inside: {}}", "networks: {outside: {}}"},
		"an unknown dependency": {"    replica-set: {", "    replicaset: {"},
		"an unknown secret":     {"secrets: [master-key]", "secrets: [masterkey]"},
		"an unknown volume":     {`"mongo1:/data/db"`, `"mongo:/data/db"`},
	} {
		content := strings.Replace(read(t, "compose/compose.yaml"), change[0], change[1], 1)
		if content == read(t, "compose/compose.yaml") {
			t.Fatalf("%s: nothing is changed", name)
		}
		if err := os.WriteFile(broken, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := parse(t, broken); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
