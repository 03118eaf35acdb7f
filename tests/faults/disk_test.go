package faults

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// smallDisk mounts a file system of so many MiB, or skips the test.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+size+"m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a full disk needs a small file system, which only root can mount: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return dir
}

// fill writes a file until nothing goes on the disk any more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, io.ErrShortWrite) {
		t.Fatal(err)
	}
}

func TestAFullDiskUnderTheOneGatewayOnSQLite(t *testing.T) {
	faults, seed := wanted(t)
	dir, h := smallDisk(t, "128"), &History{}
	e := sqliteEngine(t, filepath.Join(dir, "data"))
	c, p := newCluster(t, h, seed, 1, e.env...), newPortal(t, h, seed)
	l := newLoad(t, h, c.setUp(p), c.urls())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wait := l.run(ctx, seed)
	for round := range 2 + faults/10 {
		l.work(ctx)
		sleep(ctx, c.between(300*time.Millisecond, time.Second))
		filler, from, before := filepath.Join(dir, "filler"), time.Now(), l.away.Load()
		fill(t, filler)
		for l.away.Load() == before {
			if time.Since(from) > patience {
				t.Fatal("on a full disk the gateway answers no call with 503")
			}
			sleep(ctx, 10*time.Millisecond)
		}
		sleep(ctx, c.between(300*time.Millisecond, time.Second))
		g := c.gateways[0]
		if round%2 == 1 { // and the power fails before there is space again
			g.kill()
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if round%2 == 1 {
			g.start()
		}
		record(h, &h.Faults, Fault{From: from, Until: time.Now()})
	}
	stop()
	wait()
	p.heal()
	l.finish()
	c.stop()
	l.look(e, later)
	intact(t, e.config.DataDir)
}
