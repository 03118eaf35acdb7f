package web

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is the gateway's own certificate, read from PEM files. It is read anew when the files change.
type Certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	mu        sync.Mutex
	checked   time.Time
	cert, key []byte // what the files held when they were read last
	pair      *tls.Certificate
}

// checkedEvery is how long the files are taken to be as they were. They are compared by what they hold: the time of a file that was
// moved into place, or of what a link points to now, may be older than that of the file before.
const checkedEvery = time.Second

// NewCertificate reads the files, or says what is wrong with them.
func NewCertificate(certFile, keyFile string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile, log: log}
	return c, c.read()
}

// TLS returns the configuration of a server: TLS 1.2 or later, and HTTP/2 where the client speaks it.
func (c *Certificate) TLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return c.current(), nil
		},
	}
}

// current returns the newest pair that can be used. A new one that cannot is logged once; the connections go on with the one before.
func (c *Certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.checked) >= checkedEvery {
		c.checked = now
		if err := c.read(); err != nil {
			c.log.Error("the new certificate cannot be used, the one before stays", "error", err)
		}
	}
	return c.pair
}

// read takes over the files if they have changed. Files that were looked at are not told of again.
func (c *Certificate) read() error {
	cert, certErr := os.ReadFile(c.certFile)
	key, keyErr := os.ReadFile(c.keyFile)
	if err := errors.Join(certErr, keyErr); err != nil {
		if c.cert == nil && c.pair != nil {
			return nil // told already
		}
		c.cert, c.key = nil, nil
		return err
	}
	if c.cert != nil && bytes.Equal(cert, c.cert) && bytes.Equal(key, c.key) {
		return nil
	}
	c.cert, c.key = cert, key
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("%s and %s: %w", c.certFile, c.keyFile, err)
	}
	if c.pair != nil {
		c.log.Info("new certificate", "serial", pair.Leaf.SerialNumber, "not_after", pair.Leaf.NotAfter)
	}
	c.pair = &pair
	return nil
}
