package outbound

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/transfer"
)

// buyer keeps what came and answers by a handler of the test's.
type buyer struct {
	url   string
	calls []string // the request line's address
	raw   string   // body of the last call
	last  *http.Request
}

func listen(t *testing.T, answer http.HandlerFunc) *buyer {
	t.Helper()
	b := &buyer{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		b.calls, b.raw, b.last = append(b.calls, r.URL.String()), string(content), r
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

// listenTLS is listen with a certificate that nobody trusts.
func listenTLS(t *testing.T, answer http.HandlerFunc) *buyer {
	t.Helper()
	b := &buyer{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.calls = append(b.calls, r.URL.String())
		answer(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// loopback is where the tests' buyers listen.
var loopback = Config{Networks: Networks{netip.MustParsePrefix("127.0.0.0/8")}}

// everyCaller calls the address by each way that the package has.
func everyCaller(t *testing.T, c Config, address string) map[string]error {
	t.Helper()
	_, delivered := NewDeliverer(c).Deliver(t.Context(), port.Delivery{URL: address, MediaType: "text/xml"})
	_, asked := NewCatalogue(c, clock{}).Ask(t.Context(), questionTo(address))
	return map[string]error{
		"a form":     NewPoster(c).Post(t.Context(), transfer.Form{Action: address, Method: "POST"}, nil),
		"a document": delivered, "a question": asked,
		"a message": NewWebhooks(c, clock{}).Send(t.Context(), message(address)),
	}
}

func TestNoCallGoesToAPrivateNetworkThatIsNotOpen(t *testing.T) {
	b := listenTLS(t, status(http.StatusOK))
	for way, err := range everyCaller(t, Config{}, b.url) {
		if !errors.Is(err, errNetwork) || len(b.calls) != 0 {
			t.Errorf("%s: %v after %d calls", way, err, len(b.calls))
		}
	}
	for address, open := range map[string]bool{
		"127.0.0.1:443": true, "[::ffff:127.0.0.1]:443": true, "93.184.216.34:443": true, "[2606:2800:220:1::1]:443": true,
		"[::1]:443": false, "10.0.0.5:443": false, "172.16.0.1:443": false, "192.168.1.1:443": false, "169.254.169.254:80": false,
		"[fe80::1]:443": false, "[fd00::1]:443": false, "0.0.0.0:443": false, "[::]:443": false, "100.64.1.1:443": false,
		"224.0.0.1:443": false, "255.255.255.255:443": false, "[::ffff:10.0.0.5]:443": false,
		"0.1.2.3:443": false, "198.17.255.255:443": true, "198.18.0.1:443": false, "198.19.255.255:443": false, "198.20.0.1:443": true,
		"240.0.0.1:443": false, "[64:ff9b::a00:5]:443": false, "[64:ff9b::5db8:d822]:443": false, "[64:ff9b:1::a00:5]:443": false,
		"[64:ff9b::a00:5%lo]:443": false, "192.0.0.192:80": false, "192.0.1.1:443": true, "[2002:a00:5::1]:443": false,
		"[2001:0:a00:5::1]:443": false, "[2001:4860:4860::8888]:443": true, "[fec0::1]:443": false,
	} {
		if err := loopback.control("tcp", address, nil); (err == nil) != open {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, open := range map[string]bool{"127.0.0.1:443": true, "[::1]:80": true, "10.0.0.5:443": false, "169.254.169.254:80": false} {
		if err := (Config{LoopbackHTTP: true}).control("tcp", address, nil); (err == nil) != open {
			t.Errorf("with trials on this machine, %s: %v", address, err)
		}
	}
}

func TestEveryNetworkCanBeOpened(t *testing.T) {
	for network, address := range map[string]string{
		"10.0.0.0/8": "10.0.0.5:443", "100.64.0.0/10": "100.64.1.1:443", "0.0.0.0/8": "0.1.2.3:443", "198.18.0.0/15": "198.18.0.1:443",
		"240.0.0.0/4": "240.0.0.1:443", "64:ff9b::/96": "[64:ff9b::a00:5]:443", "64:ff9b:1::/48": "[64:ff9b:1::a00:5]:443",
	} {
		if err := (Config{Networks: Networks{netip.MustParsePrefix(network)}}).control("tcp", address, nil); err != nil {
			t.Errorf("%s in %s: %v", address, network, err)
		}
	}
}

func TestDocumentsAndQuestionsGoByHTTPSOnly(t *testing.T) {
	b := listen(t, status(http.StatusOK))
	for sentence, c := range map[string]struct {
		config  Config
		address string
		why     error // nil where it is called
	}{
		"plain http, the network open":        {loopback, b.url, errNotHTTPS},
		"plain http on this machine, allowed": {Config{LoopbackHTTP: true}, b.url, nil},
		"plain http to another, allowed here": {Config{LoopbackHTTP: true}, "http://shop.example.com/", errNotHTTPS},
		"another scheme":                      {Config{LoopbackHTTP: true}, "ftp://127.0.0.1/", errNotHTTPS},
		"no host":                             {Config{LoopbackHTTP: true}, "https:///a", errAddress},
		"a user in the address":               {Config{LoopbackHTTP: true}, "http://a:b@127.0.0.1/", errAddress},
		"no address":                          {Config{LoopbackHTTP: true}, "://", errAddress},
	} {
		t.Run(sentence, func(t *testing.T) {
			for way, err := range everyCaller(t, c.config, c.address) {
				refused := errors.Is(err, errNotHTTPS) || errors.Is(err, errAddress)
				if way != "a form" && (refused != (c.why != nil) || c.why != nil && !errors.Is(err, c.why)) {
					t.Errorf("%s: %v", way, err)
				}
			}
		})
	}
}

func TestACertificateIsChecked(t *testing.T) {
	b := listenTLS(t, status(http.StatusOK))
	for way, err := range everyCaller(t, loopback, b.url) {
		if _, unknown := errors.AsType[*tls.CertificateVerificationError](err); !unknown || len(b.calls) != 0 {
			t.Errorf("%s: %v", way, err)
		}
	}
}

func TestABrokenAnswerIsNotRepeatedInTheError(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = connection.Write([]byte("SECRET of the other side\r\n\r\n")) // the test fails without it, too
		_ = connection.Close()
	}()
	err = NewPoster(loopback).Post(t.Context(), transfer.Form{Action: "http://" + listener.Addr().String(), Method: "POST"}, nil)
	if err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Error(err)
	}
}

// closed returns an address where nobody listens.
func closed(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return "https://" + listener.Addr().String()
}

func TestAFailureIsNamedWithoutAddressesOfTheNetwork(t *testing.T) {
	for way, err := range everyCaller(t, loopback, closed(t)) {
		if !errors.Is(err, syscall.ECONNREFUSED) || !strings.HasSuffix(err.Error(), "dial tcp: connect: connection refused") {
			t.Errorf("%s, nobody listens: %v", way, err)
		}
	}
	for way, err := range everyCaller(t, Config{}, closed(t)) {
		if !errors.Is(err, errNetwork) || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s, no network that is open: %v", way, err)
		}
	}
	for sentence, c := range map[string]struct{ given, want error }{
		"no such host": {&net.DNSError{Err: "no such host", Name: "a.example", Server: "10.0.0.2:53", IsNotFound: true}, errNoHost},
		"no answer of the name server": {
			&net.DNSError{Err: "read udp 10.0.0.9:4242->10.0.0.2:53: i/o timeout", Name: "a.example", Server: "10.0.0.2:53", IsTimeout: true}, errLookup,
		},
	} {
		err := &url.Error{Op: "Post", URL: "https://a.example", Err: &net.OpError{Op: "dial", Net: "tcp", Err: c.given}}
		if got := withoutContent(err); !errors.Is(got, c.want) {
			t.Errorf("%s: %v, want %v", sentence, got, c.want)
		}
	}
}

func TestAnAnswerThatBreaksOffIsNamedWithoutAddresses(t *testing.T) {
	source, other := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 9), Port: 4242}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 5), Port: 443}
	err := withoutContent(&net.OpError{Op: "read", Net: "tcp", Source: source, Addr: other, Err: syscall.ECONNRESET})
	if err.Error() != "read tcp: connection reset by peer" {
		t.Error(err)
	}
}

// checkSilent fails the test where the error tells what nobody may read in a log.
func checkSilent(t *testing.T, err error, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells %s: %v", secret, err)
		}
	}
}
