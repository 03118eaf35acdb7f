package bootstrap_test

import (
	"strings"
	"testing"
)

const (
	oldKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	newKey = "HxweHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE="
)

func TestRotateTellsWhatStillNeedsAnOlderMasterKey(t *testing.T) {
	folder := t.TempDir()
	run := func(keys string, want int, args ...string) string {
		t.Helper()
		t.Setenv("PUNCHGATE_MASTER_KEY", "")
		status, out, errs := cli(t, "", append(args, "--data-dir", folder, "--master-key-file", file(t, keys))...)
		if status != want {
			t.Fatalf("%v: %d %s%s", args, status, out, errs)
		}
		return out + errs
	}
	run(oldKey, 0, "tenant", "create", "--id", "papper", "--name", "Papper")
	key := strings.TrimSpace(run(oldKey, 0, "key", "create", "--tenant", "papper", "--scope", "erp", "--label", "ERP"))
	name := key[:strings.LastIndex(key, ".")]
	if said := run(oldKey, 0, "rotate"); said != "0 secrets sealed anew; 0 keys and 0 connections still need an older master key\n" {
		t.Errorf("with one key: %s", said)
	}
	if said := run(newKey, 2, "rotate"); !strings.Contains(said, "another master key") {
		t.Errorf("with a strange key: %s", said)
	}
	both := newKey + "\n" + oldKey + "\n"
	if said := run(both, 1, "rotate"); !strings.HasPrefix(said, "key "+name+" (ERP), never used: ") || !strings.Contains(said, "1 keys") ||
		strings.Contains(said, key) {
		t.Errorf("with an unused key: %s", said)
	}
	run(both, 0, "key", "revoke", name)
	run(both, 0, "rotate")
	run(newKey, 0, "rotate")
	if said := run(oldKey, 2, "rotate"); !strings.Contains(said, "another master key") {
		t.Errorf("with the old key alone: %s", said)
	}
}

func TestAnAddressOfMongoDBThatCannotBeReadIsNotRepeated(t *testing.T) {
	for _, address := range []string{
		"mongodb://gate:hemligt/punchgate", "mongodb://gate:hem%ligt@db1/", "gate:hemligt@db1", "mongodb://gate:x@db1/?appName=%hemligt",
	} {
		t.Setenv("PUNCHGATE_MASTER_KEY", oldKey)
		t.Setenv("PUNCHGATE_MONGODB_URI", address)
		status, _, says := cli(t, "", "rotate", "--store", "mongodb")
		if status != 2 || !strings.HasPrefix(says, "punchgate: PUNCHGATE_MONGODB_URI: ") || strings.Contains(says, "lig") || strings.Count(says, "\n") != 1 {
			t.Errorf("%d: %s", status, says)
		}
	}
}

func TestWhatIsWrongWithTheMasterKeysIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		environment string
		args        []string
		says        string
	}{
		"in two places":   {oldKey, []string{"--master-key-file", file(t, oldKey)}, "set only one of them"},
		"no such file":    {"", []string{"--master-key-file", "/no/such/file"}, "/no/such/file"},
		"an empty file":   {"", []string{"--master-key-file", file(t, "\n")}, "--master-key-file: holds no key"},
		"half a key":      {oldKey + "," + oldKey[:20], nil, "32 bytes"},
		"twice the same":  {oldKey + "," + oldKey, nil, "twice"},
		"another's notes": {"", []string{"--master-key-file", file(t, "the key is "+oldKey)}, "--master-key-file: must be 32 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PUNCHGATE_MASTER_KEY", c.environment)
			status, _, says := cli(t, "", append([]string{"rotate", "--data-dir", t.TempDir()}, c.args...)...)
			if status != 2 || !strings.Contains(says, c.says) || strings.Contains(says, oldKey) || strings.Count(says, "\n") != 1 {
				t.Errorf("%d: %s", status, says)
			}
		})
	}
}
