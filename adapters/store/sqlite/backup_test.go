package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/punchgate/punchgate/domain/tenant"
)

// acknowledgements reads what the writing process says, and knows the last order of each writer that it has acknowledged.
type acknowledgements struct {
	mu   sync.Mutex
	last map[int]int
}

func (a *acknowledgements) now() (all map[int]int, sum int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all = map[int]int{}
	for w, n := range a.last {
		all[w] = n
		sum += n
	}
	return all, sum
}

// writing runs a process that writes to the file until the test ends or end is called.
func writingProcess(t *testing.T, path, round string) (said *acknowledgements, end func()) {
	t.Helper()
	child, out := start(t, "write", path, round)
	said = &acknowledgements{last: map[int]int{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for out.Scan() {
			var w, n int
			if _, err := fmt.Sscan(out.Text(), &w, &n); err == nil {
				said.mu.Lock()
				said.last[w] = n
				said.mu.Unlock()
			}
		}
	}()
	return said, func() {
		_ = child.Process.Kill()
		<-ended
		_ = child.Wait() // it was killed
	}
}

func expectOrders(t *testing.T, s *Store, round string, acknowledged map[int]int) {
	t.Helper()
	for w, last := range acknowledged {
		for n := 1; n <= last; n++ {
			if whole, err := wholeOrder(t.Context(), s.Stores(), orderName(round, w, n), 20_000); err != nil || !whole {
				t.Errorf("order %d of writer %d was acknowledged before and is not there: %v", n, w, err)
			}
		}
	}
	expectIntact(t, s)
}

func TestABackupHasAllThatWasAcknowledgedBeforeItBegan(t *testing.T) {
	path, folder := newPath(t), t.TempDir()
	said, end := writingProcess(t, path, "r")
	defer end()
	for i := range 4 {
		_, before := said.now()
		await(t, func() bool { _, n := said.now(); return n >= before+20 })
		acknowledged, _ := said.now()
		to := filepath.Join(folder, fmt.Sprint("backup-", i))
		if err := Backup(t.Context(), path, to); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(to); err != nil || info.Mode() != 0o600 {
			t.Errorf("the backup has mode %v, %v", info.Mode(), err)
		}
		restored := newPath(t)
		if aside, err := Restore(t.Context(), to, restored); err != nil || aside != "" {
			t.Fatal(aside, err)
		}
		expectOrders(t, open(t, restored), "r", acknowledged)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 4 {
		t.Errorf("beside the backups there are %v, %v", files, err)
	}
}

func TestARestoreKeepsTheOldFileAndIsRefusedWhileTheStoreIsOpen(t *testing.T) {
	path, backup := newPath(t), filepath.Join(t.TempDir(), "backup")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	createTenant(t, s, "acme")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Backup(t.Context(), path, backup); err != nil {
		t.Fatal(err)
	}
	said, kill := writingProcess(t, path, "r")
	await(t, func() bool { _, n := said.now(); return n > 20 })
	if _, err := Restore(t.Context(), backup, path); !errors.Is(err, errOpen) {
		t.Errorf("while another process writes: %v", err)
	}
	kill() // which leaves the log beside the file
	acknowledged, _ := said.now()

	aside, err := Restore(t.Context(), backup, path)
	if err != nil || !strings.HasPrefix(aside, path+".before-") {
		t.Fatal(aside, err)
	}
	restored := open(t, path)
	if list, err := restored.Stores().Tenants.List(t.Context(), "", 10); err != nil || len(list) != 1 {
		t.Errorf("restored: %d tenants, %v", len(list), err)
	}
	if whole, err := wholeOrder(t.Context(), restored.Stores(), orderName("r", 0, 1), 20_000); whole || err != nil {
		t.Errorf("an order from after the backup is there: %t %v", whole, err)
	}
	expectIntact(t, restored)
	expectOrders(t, open(t, aside), "r", acknowledged)
}

func TestNothingOpensTheStoreWhileItIsRestored(t *testing.T) {
	path := newPath(t)
	held, err := lock(path, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path); !errors.Is(err, errRestoring) {
		t.Errorf("opened: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestBackupsThatAreRefused(t *testing.T) {
	path := newPath(t)
	createTenant(t, open(t, path), "acme")
	taken := filepath.Join(t.TempDir(), "taken")
	writeFile(t, taken, "what somebody needs")
	if err := Backup(t.Context(), path, taken); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that exists: %v", err)
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "what somebody needs" {
		t.Errorf("it holds %q, %v", content, err)
	}
	missing := filepath.Join(t.TempDir(), "none.db")
	if err := Backup(t.Context(), missing, filepath.Join(t.TempDir(), "b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a store that does not exist: %v", err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it was made: %v", err)
	}
	if err := Backup(t.Context(), path, filepath.Join(t.TempDir(), "none", "b")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that does not exist: %v", err)
	}
}

func TestRestoresThatAreRefusedChangeNothing(t *testing.T) {
	good := filepath.Join(t.TempDir(), "good")
	from := newPath(t)
	createTenant(t, open(t, from), "globex")
	if err := Backup(t.Context(), from, good); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	damaged := append([]byte{}, whole...)
	for i := 3 * 4096; i < 4*4096; i++ {
		damaged[i] ^= 0xff
	}
	future := append([]byte{}, whole...)
	copy(future[60:64], []byte{0, 0, 1, 0}) // the file format's user_version
	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"text":                      {[]byte("this is no database, whatever its name says, and it is long enough to have a header of one hundred bytes"), "no backup"},
		"an empty file":             {nil, "no backup"},
		"a half file":               {whole[:len(whole)/2], "damaged|malformed"},
		"a damaged file":            {damaged, "damaged|malformed"},
		"a file of a newer version": {future, "newer version"},
	} {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			createTenant(t, s, "acme")
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			backup := filepath.Join(t.TempDir(), "backup")
			writeFile(t, backup, string(c.content))
			_, err = Restore(t.Context(), backup, path)
			if err == nil || !containsAny(err.Error(), strings.Split(c.says, "|")) {
				t.Errorf("answered with %v", err)
			}
			if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
				t.Errorf("it left %v, %v", files, err)
			}
			if list, err := open(t, path).Stores().Tenants.List(t.Context(), "", 10); err != nil || len(list) != 1 || list[0].ID() != tenant.ID("acme") {
				t.Errorf("the store has %v, %v", list, err)
			}
		})
	}
	if _, err := Restore(t.Context(), from, newPath(t)); !errors.Is(err, errRunning) {
		t.Errorf("the file of a store that runs: %v", err)
	}
	closed := newPath(t)
	if s, err := Open(t.Context(), closed); err != nil || s.Close() != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), closed, closed); !errors.Is(err, errSelf) {
		t.Errorf("the store itself: %v", err)
	}
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func await(t *testing.T, holds func() bool) {
	t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("it did not happen")
}
