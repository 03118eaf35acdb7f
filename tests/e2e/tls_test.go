package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/adapters/web"
	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/secret"
)

// certify writes a certificate of this machine with the serial number, and its key, and returns the pool that trusts it.
func certify(t *testing.T, folder string, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	of := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "punchgate"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(folder, "tls.crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made}))
	write(t, filepath.Join(folder, "tls.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	parsed, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return pool
}

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// startTLS runs a gateway with a certificate of its own and returns its address and log.
func startTLS(t *testing.T, certs string) (address string, log *logs) {
	t.Helper()
	log = &logs{}
	var config web.Config
	app := fx.New(bootstrap.Gateway(bootstrap.Config{
		Addr: "127.0.0.1:0", Store: "sqlite", DataDir: t.TempDir(), MasterKey: secret.New(masterKey),
		TLSCert: filepath.Join(certs, "tls.crt"), TLSKey: filepath.Join(certs, "tls.key"),
	}), fx.Decorate(func(*slog.Logger) *slog.Logger { return slog.New(slog.NewTextHandler(log, nil)) }), fx.Populate(&config))
	if err := app.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return config.PublicURL, log
}

// ask opens a new connection and returns the answer.
func ask(t *testing.T, address string, config *tls.Config) (*http.Response, error) {
	t.Helper()
	fresh := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
	response, err := fresh.Get(address + "/readyz")
	if err == nil {
		response.Body.Close()
	}
	return response, err
}

func TestTheGatewaysOwnCertificateIsReadAnewWhenItChanges(t *testing.T) {
	folder := t.TempDir()
	first := certify(t, folder, 1)
	address, log := startTLS(t, folder)
	if !strings.HasPrefix(address, "https://") {
		t.Fatalf("the public address is %s", address)
	}
	response, err := ask(t, address, &tls.Config{RootCAs: first})
	if err != nil {
		t.Fatal(err)
	}
	if response.ProtoMajor != 2 || response.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s, %v", response.Proto, response.Header)
	}
	old := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: first}}}
	get := func() {
		t.Helper()
		answered, err := old.Get(address + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer answered.Body.Close()
		if _, err := io.Copy(io.Discard, answered.Body); err != nil { // to its end, so that the connection is used again
			t.Fatal(err)
		}
	}
	get()

	second := certify(t, folder, 2)
	await(t, func() bool {
		response, err := ask(t, address, &tls.Config{RootCAs: second})
		return err == nil && response.TLS.PeerCertificates[0].SerialNumber.Int64() == 2
	})
	if _, err := ask(t, address, &tls.Config{RootCAs: first}); err == nil {
		t.Error("a new connection gets the old certificate")
	}
	get() // the connection that is open goes on

	for what, broken := range map[string][]byte{"a broken certificate": []byte("-----BEGIN CERTIFICATE-----\nbroken"), "an empty one": nil} {
		write(t, filepath.Join(folder, "tls.crt"), broken)
		lines := strings.Count(log.String(), "the one before stays")
		await(t, func() bool {
			if _, err := ask(t, address, &tls.Config{RootCAs: second}); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			return strings.Count(log.String(), "the one before stays") > lines
		})
	}
	third := certify(t, folder, 3)
	await(t, func() bool {
		_, err := ask(t, address, &tls.Config{RootCAs: third})
		return err == nil
	})
	if strings.Contains(log.String(), "PRIVATE KEY") {
		t.Error("the log holds the key")
	}
}

func TestOldVersionsOfTLSAreRefused(t *testing.T) {
	folder := t.TempDir()
	pool := certify(t, folder, 1)
	address, _ := startTLS(t, folder)
	for version, good := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		if _, err := ask(t, address, &tls.Config{RootCAs: pool, MinVersion: version, MaxVersion: version}); (err == nil) != good {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
	}
}

func TestABrokenCertificateStopsTheStart(t *testing.T) {
	folder := t.TempDir()
	certify(t, folder, 1)
	write(t, filepath.Join(folder, "tls.key"), []byte("no key"))
	err := fx.New(bootstrap.Gateway(bootstrap.Config{
		Addr: "127.0.0.1:0", Store: "sqlite", DataDir: t.TempDir(), MasterKey: secret.New(masterKey),
		TLSCert: filepath.Join(folder, "tls.crt"), TLSKey: filepath.Join(folder, "tls.key"),
	}), fx.NopLogger).Err()
	if err == nil || !strings.Contains(err.Error(), "PUNCHGATE_TLS_CERT") {
		t.Errorf("%v", err)
	}
}

func TestBrowsersAreToldToStayWithTLSOnlyWhereThePublicAddressHasIt(t *testing.T) {
	g := start(t)
	if header := get(t, g.url+"/healthz").header.Get("Strict-Transport-Security"); header != "" {
		t.Errorf("plain http: %q", header)
	}
}
