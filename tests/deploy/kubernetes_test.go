package deploy

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// schemas writes the schemas of the kinds of a release of Kubernetes to a folder, each with what it refers to, and strict: as
// published they let members through that they do not know. They come in a package of Python's index, for kubeconform would fetch
// them from a place that not every machine reaches.
func schemas(t *testing.T, release string, kinds ...string) (folder string) {
	t.Helper()
	packed, err := zip.OpenReader(tool(t, "kubernetes_validate-*.whl"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpack := func(name string) (schema map[string]any) {
		t.Helper()
		file, err := packed.Open("kubernetes_validate/kubernetes-json-schema/" + release + "-local/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(bytes.ReplaceAll(content, []byte("/api/_definitions.json#"), []byte("#")), &schema); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		closeObjects(schema)
		return schema
	}
	folder = t.TempDir()
	definitions := unpack("_definitions")["$defs"]
	for _, kind := range kinds {
		schema := unpack(kind)
		schema["$defs"] = definitions
		content, err := json.Marshal(schema)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, kind+".json"), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// closeObjects refuses unknown members in every object whose members are named.
func closeObjects(schema any) {
	switch s := schema.(type) {
	case map[string]any:
		if _, named := s["properties"].(map[string]any); named && s["additionalProperties"] == nil {
			s["additionalProperties"] = false
		}
		for _, part := range s {
			closeObjects(part)
		}
	case []any:
		for _, part := range s {
			closeObjects(part)
		}
	}
}

func TestTheManifestsAreThoseOfKubernetes(t *testing.T) {
	judge := tool(t, "kubeconform-*")
	folder := schemas(t, "v1.37.0", "namespace-v1", "serviceaccount-v1", "deployment-apps-v1", "poddisruptionbudget-policy-v1", "service-v1",
		"ingress-networking-v1", "networkpolicy-networking-v1")
	check := func(name string) (string, error) {
		return run(t, judge, "-strict", "-summary", "-schema-location", folder+"/{{.ResourceKind}}{{.KindSuffix}}.json", name)
	}
	out, err := check(filepath.Join(files, "kubernetes", "punchgate.yaml"))
	if err != nil || !strings.Contains(out, "7 resources found") || !strings.Contains(out, "Valid: 7, Invalid: 0, Errors: 0, Skipped: 0") {
		t.Errorf("%v: %s", err, out)
	}
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	for what, change := range map[string][2]string{
		"a member that is misspelt":  {"readOnlyRootFilesystem", "readonlyRootFilesystem"},
		"a value of a wrong type":    {"replicas: 3", `replicas: "3"`},
		"a member that is missing":   {"  selector:\n    matchLabels: {app.kubernetes.io/name: punchgate}\n  strategy", "  strategy"},
		"a member in a wrong place":  {"terminationGracePeriodSeconds: 110\n", "replicas: 110\n"},
		"a kind that does not exist": {"kind: PodDisruptionBudget", "kind: PodDisruptionBudgets"},
	} {
		content := strings.Replace(read(t, "kubernetes/punchgate.yaml"), change[0], change[1], 1)
		if content == read(t, "kubernetes/punchgate.yaml") {
			t.Fatalf("%s: nothing is changed", what)
		}
		if err := os.WriteFile(broken, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := check(broken); err == nil {
			t.Errorf("%s is accepted: %s", what, out)
		}
	}
}
