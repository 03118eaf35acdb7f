package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/bootstrap"
)

func command(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = bootstrap.Main(args, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

func TestBackupsAreOfSQLiteAlone(t *testing.T) {
	t.Setenv("PUNCHGATE_STORE", "mongodb")
	for _, what := range []string{"backup", "restore"} {
		if status, _, errs := command(t, what, filepath.Join(t.TempDir(), "file")); status != 2 || !strings.Contains(errs, "mongodump") {
			t.Errorf("%s: %d %q", what, status, errs)
		}
	}
}

func TestAStoreGoesBackToWhatItsBackupHas(t *testing.T) {
	t.Setenv("PUNCHGATE_TEST_STORE", "sqlite") // other engines have tools of their own
	folder, copied := t.TempDir(), filepath.Join(t.TempDir(), "punchgate.backup")
	g := start(t, folder)
	g.shop = g.newShop("papper")
	link, _ := g.connect("proceedo-cxml", nil)
	before := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201).text("order", "id")
	if status, out, errs := command(t, "backup", copied, "--data-dir", folder); status != 0 || out != "" || errs != "" {
		t.Fatalf("backup: %d %q %q", status, out, errs)
	}
	after := g.sendCart(g.punchOut(link), cartOf(oneLine)).want(t, 201).text("order", "id")

	if status, _, errs := command(t, "backup", copied, "--data-dir", folder); status != 1 || !strings.Contains(errs, "exists") {
		t.Errorf("a second backup in the same place: %d %q", status, errs)
	}
	if status, _, errs := command(t, "restore", copied, "--data-dir", folder); status != 1 || !strings.Contains(errs, "stop it first") {
		t.Errorf("restored under a gateway: %d %q", status, errs)
	}
	g.erpOrder(after)
	g.stop()
	status, out, errs := command(t, "restore", copied, "--data-dir", folder)
	aside := strings.TrimSpace(strings.TrimPrefix(out, "the store that was there is "))
	if status != 0 || errs != "" {
		t.Fatalf("restore: %d %q %q", status, out, errs)
	}
	if _, err := os.Stat(aside); err != nil {
		t.Errorf("the old store: %v", err)
	}

	again := start(t, folder)
	again.shop = g.shop
	if o := again.erpOrder(before); o.text("status") != "prepared" {
		t.Errorf("what the backup has: %v", o)
	}
	again.api(g.shop.erp, "GET", "/v1/erp/orders/"+after, "").want(t, 404)
	again.punchOut(strings.Replace(link, g.url, again.url, 1))
}
