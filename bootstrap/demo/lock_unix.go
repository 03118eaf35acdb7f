//go:build unix

package demo

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// Lock keeps a second demo off the folder, whose shop and buyer would listen elsewhere, until unlock is called or the
// process ends, however it ends.
func Lock(folder string) (unlock func() error, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(folder, "demo.lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("another demo runs on "+folder+": stop it, or give this one its own --data-dir"), file.Close())
	}
	return file.Close, nil
}
