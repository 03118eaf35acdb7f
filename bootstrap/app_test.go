package bootstrap_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"

	"github.com/punchgate/punchgate/application/formats"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/secret"
)

func config(t *testing.T) bootstrap.Config {
	return bootstrap.Config{
		Addr: "127.0.0.1:0", Store: "sqlite", DataDir: t.TempDir(), MasterKey: secret.New("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
	}
}

var quiet = fx.Decorate(func(*slog.Logger) *slog.Logger { return slog.New(slog.DiscardHandler) })

func TestTheGraphIsComplete(t *testing.T) {
	if err := fx.ValidateApp(bootstrap.Gateway(config(t))); err != nil {
		t.Fatal(err)
	}
}

func TestTheAppIsBuilt(t *testing.T) {
	if err := fx.New(bootstrap.Gateway(config(t)), quiet).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestItStartsAndStops(t *testing.T) {
	fxtest.New(t, bootstrap.Gateway(config(t)), quiet).RequireStart().RequireStop()
}

// A format whose module is forgotten in the build, or that forgets the group, would be missing in silence.
func TestEveryFormatFolderReachesTheRegistry(t *testing.T) {
	var registry *formats.Registry
	if err := fx.New(bootstrap.Formats, fx.NopLogger, fx.Populate(&registry)).Err(); err != nil {
		t.Fatal(err)
	}
	var reached []string
	for _, name := range registry.Names() {
		f, err := registry.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		reached = append(reached, packageOf(f))
	}
	const folder = "../adapters/formats"
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, entry := range entries {
		if _, err := os.Stat(filepath.Join(folder, entry.Name(), "module.go")); err != nil {
			continue // a text tool
		}
		found++
		if !slices.Contains(reached, entry.Name()) {
			t.Errorf("no format of adapters/formats/%s is in the registry: %v", entry.Name(), reached)
		}
	}
	if found < 2 {
		t.Errorf("%d format folders found", found)
	}
}

// packageOf returns the name of the package that a format's type is of.
func packageOf(f port.Format) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(typeName(f), "*"), ".")
	return name
}

func TestTwoFormatsOfOneNameStopTheStart(t *testing.T) {
	double := fx.Provide(fx.Annotate(func() port.Format { return doubled{} }, fx.ResultTags(`group:"formats"`)))
	err := fx.New(bootstrap.Gateway(config(t)), double, quiet).Err()
	if err == nil || !strings.Contains(err.Error(), "two formats are named proceedo-cxml") {
		t.Fatal(err)
	}
}
