//go:build !unix

package demo

// Lock does nothing where the system has no advisory locks of the kind.
func Lock(string) (unlock func() error, err error) { return func() error { return nil }, nil }
