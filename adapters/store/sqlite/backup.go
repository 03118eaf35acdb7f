package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Backup writes what the file at path holds at this moment to a new file at to, readable to its owner alone, and does not return
// before that is on the disk. Gateways may have the file open and go on writing: what they acknowledged before is in the copy. It
// refuses to overwrite anything.
func Backup(ctx context.Context, path, to string) (err error) {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil { // before the work of the copy; Link is what makes sure
		return &fs.PathError{Op: "backup", Path: to, Err: fs.ErrExist}
	}
	held, err := lock(path, false)
	if err != nil {
		return err
	}
	defer held.Close() //nolint:errcheck // it was only read
	db, err := sql.Open(driverName, source(path, url.Values{"mode": {"rw"}, "_pragma": {busyTimeout}}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	copied, err := beside(to)
	if err != nil {
		return err
	}
	defer os.Remove(copied.Name()) //nolint:errcheck // it has another name by then, or the error says more
	defer copied.Close()           //nolint:errcheck // it was synced
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, copied.Name()); err != nil {
		return err
	}
	if err := copied.Sync(); err != nil {
		return err
	}
	if err := os.Link(copied.Name(), to); err != nil { // which overwrites nothing, also where another backup was faster
		return err
	}
	return syncFolder(to)
}

// beside makes an empty file for its owner alone in the folder of another one.
func beside(path string) (*os.File, error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text()[:8])
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
}

// syncFolder writes the names of a file's folder through to the disk.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Refusals of a restore.
var (
	errOpen      = errors.New("a gateway or another command has the store open; stop it first")
	errRestoring = errors.New("the store is being restored")
	errNoBackup  = errors.New("it is no backup of a Punchgate store")
	errRunning   = errors.New("it has a write-ahead log beside it, so it is a store and no backup; back it up first")
	errSelf      = errors.New("it is the store itself")
)

// Restore puts a backup in the place of the file at path, and returns where it left the file that was there; empty where there was
// none. The backup is checked first, and there is no moment in which neither is in its place. It refuses while any process has the
// file open, and no process opens it meanwhile.
func Restore(ctx context.Context, backup, path string) (aside string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	held, err := lock(path, true)
	if err != nil {
		return "", err
	}
	defer held.Close() //nolint:errcheck // it was only read
	copied, err := copyOf(backup, path)
	if err != nil {
		return "", err
	}
	defer os.Remove(copied) //nolint:errcheck // it has another name by then, or the error says more
	if err := check(ctx, copied); err != nil {
		return "", fmt.Errorf("%s: %w", backup, err)
	}
	if aside, err = setAside(ctx, path); err != nil {
		return "", err
	}
	if err := os.Rename(copied, path); err != nil {
		return "", err
	}
	return aside, syncFolder(path)
}

// copyOf copies a backup to the folder of the store.
func copyOf(backup, path string) (name string, err error) {
	from, err := os.Open(backup) //nolint:gosec // the operator names it
	if err != nil {
		return "", err
	}
	defer from.Close() //nolint:errcheck // it was only read
	info, err := from.Stat()
	if err != nil {
		return "", err
	}
	if there, err := os.Stat(path); err == nil && os.SameFile(info, there) {
		return "", fmt.Errorf("%s: %w", backup, errSelf)
	}
	if log, err := os.Stat(backup + "-wal"); err == nil && log.Size() > 0 {
		return "", fmt.Errorf("%s: %w", backup, errRunning)
	}
	to, err := beside(path)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Sync(), to.Close()); err != nil {
		return "", errors.Join(err, os.Remove(to.Name()))
	}
	return to.Name(), nil
}

// check looks whether a file is whole and of a schema that this build knows.
func check(ctx context.Context, path string) error {
	db, err := sql.Open(driverName, source(path, url.Values{"mode": {"ro"}, "immutable": {"1"}}))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // it was only read
	var version, tenants int
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return errors.Join(errNoBackup, err)
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	if version > len(names) {
		return newer(version, len(names))
	}
	if err := db.QueryRowContext(ctx, `SELECT count(*) FROM tenants`).Scan(&tenants); err != nil || version == 0 {
		return errNoBackup
	}
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("it is damaged: %s", verdict)
	}
	return nil
}

// setAside gives the file at path a second name, and moves its write-ahead log there: SQLite would take that for the log of whatever
// file comes in its place.
func setAside(ctx context.Context, path string) (aside string, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	// After this the log is empty and gone, unless the file is damaged; then the two are kept as they are.
	if db, err := sql.Open(driverName, source(path, url.Values{"mode": {"rw"}})); err == nil {
		_, _ = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		_ = db.Close()
	}
	aside = path + ".before-" + time.Now().UTC().Format("20060102T150405.000Z")
	for _, part := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+part, aside+part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return aside, os.Link(path, aside)
}
