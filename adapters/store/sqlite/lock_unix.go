//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lock takes the lock of the folder that a file is in, until what is returned is closed or the process ends, however it ends: shared
// by all who have the file open, or alone for a restore. It is the folder's, since a lock on the file would stay with the file that a
// restore moves aside.
func lock(path string, alone bool) (*os.File, error) {
	folder, err := os.Open(filepath.Dir(path)) //nolint:gosec // whoever runs the gateway names it
	if err != nil {
		return nil, err
	}
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	switch err := syscall.Flock(int(folder.Fd()), how|syscall.LOCK_NB); {
	case err == nil:
		return folder, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		if alone {
			return nil, errors.Join(errOpen, folder.Close())
		}
		return nil, errors.Join(errRestoring, folder.Close())
	case alone:
		return nil, errors.Join(fmt.Errorf("the folder cannot be locked, so nobody knows who has the file open: %w", err), folder.Close())
	default: // a file system without locks, on which nothing can be restored
		return folder, nil
	}
}
