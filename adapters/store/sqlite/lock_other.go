//go:build !unix

package sqlite

import (
	"errors"
	"os"
	"path/filepath"
)

// lock cannot tell whether another process has the file open, so nobody has it alone.
func lock(path string, alone bool) (*os.File, error) {
	if alone {
		return nil, errors.New("this system cannot tell who has the file open")
	}
	return os.Open(filepath.Dir(path))
}
