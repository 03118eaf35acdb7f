package deploy

import (
	"archive/tar"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// docker runs the container engine's client.
func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := run(t, "docker", args...)
	if err != nil {
		t.Fatalf("docker %q: %v: %s", args, err, out)
	}
	return strings.TrimSpace(out)
}

// build makes the image of the Dockerfile. Its first stage, whose base image not every machine can fetch, is replaced by files that
// this machine's Go made with the same command; the stage that makes the image is the Dockerfile's own, to the letter.
func build(t *testing.T) (image string) {
	t.Helper()
	if os.Getenv("PUNCHGATE_INTEGRATION") == "" {
		t.Skip("needs PUNCHGATE_INTEGRATION=1, for it compiles nearly everything anew")
	}
	docker(t, "info")
	stages := strings.Split(read(t, "Dockerfile"), "\nFROM ")
	if len(stages) != 3 || !strings.HasPrefix(stages[1], "golang:") || !strings.HasPrefix(stages[2], "scratch\n") {
		t.Fatalf("the Dockerfile has other stages than this test knows: %q", stages)
	}
	const command = "CGO_ENABLED=0 go build -ldflags=-s -o /out/punchgate ./bootstrap/cmd/punchgate"
	if !strings.Contains(stages[1], "RUN "+command+"\n") {
		t.Fatalf("the Dockerfile builds by another command than %s", command)
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "Dockerfile"), "FROM scratch AS build\nCOPY files /\n\nFROM "+stages[2])
	for _, made := range []string{"out/data", "out/tmp", "etc/ssl/certs"} {
		if err := os.MkdirAll(filepath.Join(folder, "files", made), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(folder, "files/etc/ssl/certs/ca-certificates.crt"), "the certificates of a golang image would be here\n")
	compile := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s", "-o", filepath.Join(folder, "files/out/punchgate"), "../../bootstrap/cmd/punchgate")
	compile.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	image = "punchgate-test-" + strings.ToLower(rand.Text()[:10])
	docker(t, "build", "-q", "-t", image, folder)
	t.Cleanup(func() { _, _ = exec.Command("docker", "image", "rm", "-f", image).CombinedOutput() })
	return image
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTheImageRunsTheGatewayAndHoldsNothingElse(t *testing.T) {
	image := build(t)
	if user := docker(t, "image", "inspect", "-f", "{{.Config.User}}", image); user != "65532:65532" {
		t.Errorf("it runs as %q", user)
	}
	name := image
	t.Cleanup(func() {
		_, _ = exec.Command("docker", "rm", "-f", "-v", name).CombinedOutput()
		_, _ = exec.Command("docker", "volume", "rm", "-f", name).CombinedOutput()
	})
	hardened := []string{"--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true",
		"-v", name + ":/data", "-e", "PUNCHGATE_MASTER_KEY=" + masterKey, "-e", "PUNCHGATE_PUBLIC_URL=https://punchout.example.com"}
	docker(t, slices.Concat([]string{"run", "-d", "--name", name, "-p", "127.0.0.1::8080", "--health-interval", "1s", "-e", "PUNCHGATE_DRAIN=1s"}, hardened, []string{image})...)
	address := "http://" + docker(t, "port", name, "8080/tcp")
	await(t, name, func() bool {
		response, err := http.Get(address + "/readyz")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return err == nil && response.StatusCode == 200 && strings.Contains(string(body), `"engine":"sqlite"`)
	})
	await(t, name, func() bool { return docker(t, "inspect", "-f", "{{.State.Health.Status}}", name) == "healthy" })
	if out := docker(t, "exec", name, "/punchgate", "health"); out != "ready" {
		t.Errorf("health says %q", out)
	}
	if key := docker(t, "exec", name, "/punchgate", "key", "create", "--platform"); !strings.HasPrefix(key, "pgk.") {
		t.Errorf("a key: %q", key)
	}
	docker(t, "exec", name, "/punchgate", "backup", "/data/backup")
	if out, err := run(t, "docker", "exec", name, "/bin/sh", "-c", "id"); err == nil {
		t.Errorf("it has a shell: %s", out)
	}

	docker(t, "stop", "-t", "60", name)
	if status := docker(t, "inspect", "-f", "{{.State.ExitCode}}", name); status != "0" {
		t.Errorf("stopped, it ends with %s: %s", status, docker(t, "logs", name))
	}
	log := docker(t, "logs", name)
	if !strings.HasPrefix(log, `{"time":`) || strings.Contains(log, masterKey) {
		t.Errorf("logged: %.500s", log)
	}
	if files := contents(t, name); !slices.Equal(files, []string{"etc/ssl/certs/ca-certificates.crt", "punchgate"}) {
		t.Errorf("the image holds %q", files)
	}
	if out, err := run(t, "docker", slices.Concat([]string{"run", "--rm"}, hardened, []string{image, "health"})...); err == nil || !strings.Contains(out, "refused") {
		t.Errorf("health where no gateway is: %v %s", err, out)
	}
}

func await(t *testing.T, name string, holds func() bool) {
	t.Helper()
	for range 300 {
		if holds() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it did not happen: %s", docker(t, "logs", name))
}

// contents returns the files of a container but those that the engine puts into every one.
func contents(t *testing.T, name string) (found []string) {
	t.Helper()
	export := exec.CommandContext(t.Context(), "docker", "export", name)
	out, err := export.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := export.Start(); err != nil {
		t.Fatal(err)
	}
	engines := []string{".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf"}
	for archive := tar.NewReader(out); ; {
		entry, err := archive.Next()
		if err != nil {
			break
		}
		if entry.Typeflag != tar.TypeDir && !slices.Contains(engines, entry.Name) {
			found = append(found, entry.Name)
		}
	}
	if err := export.Wait(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}
