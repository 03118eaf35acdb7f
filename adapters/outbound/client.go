// Package outbound makes the HTTP calls of the gateway: it posts forms and documents to procurement systems, tells webhooks of
// events, and asks the shop about its articles. It follows no redirect, for the address that was allowed is the one that is called, and it
// reaches no network that the operator has not opened. Its errors say neither address nor content.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/punchgate/punchgate/application/port"
)

// Networks are the private networks, such as 10.0.0.0/8, that calls may go to. The public ones are always open. A tenant
// chooses the addresses that are called; this keeps them from reaching what stands behind the gateway.
type Networks []netip.Prefix

// Config is what the operator decides about calls.
type Config struct {
	Networks Networks
	// Hosts are names of hosts, such as erp.internal, that calls may go to wherever they are.
	Hosts []string
	// LoopbackHTTP opens this machine, also by plain http, as the demo needs it.
	LoopbackHTTP bool
}

// inside are networks that look public and are not, or lead back inside.
var inside = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),      // this network (RFC 1122, section 3.2.1.3), which some systems take for this machine
	netip.MustParsePrefix("100.64.0.0/10"),  // of carriers and clouds (RFC 6598)
	netip.MustParsePrefix("192.0.0.0/24"),   // of protocols, which clouds use (RFC 6890, section 2.2.2)
	netip.MustParsePrefix("198.18.0.0/15"),  // tests of network devices (RFC 2544)
	netip.MustParsePrefix("240.0.0.0/4"),    // reserved (RFC 1112, section 4)
	netip.MustParsePrefix("64:ff9b::/96"),   // any IPv4 address behind a translator (RFC 6052)
	netip.MustParsePrefix("64:ff9b:1::/48"), // likewise, of one's own translator (RFC 8215)
	netip.MustParsePrefix("2002::/16"),      // likewise, at the end of a tunnel (RFC 3056)
	netip.MustParsePrefix("2001::/32"),      // likewise (RFC 4380)
	netip.MustParsePrefix("fec0::/10"),      // private once (RFC 3879)
}

// control refuses an address after its name was resolved, on every connection.
func (c Config) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := to.Addr().Unmap().WithZone("") // an address with a zone is in no network
	if c.LoopbackHTTP && ip.IsLoopback() {
		return nil
	}
	for _, network := range c.Networks {
		if network.Contains(ip) {
			return nil
		}
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || slices.ContainsFunc(inside, func(n netip.Prefix) bool { return n.Contains(ip) }) {
		return errNetwork
	}
	return nil
}

const (
	dialLimit = 10 * time.Second
	userAgent = "Punchgate"
)

func (c Config) client(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: newBreakers(&http.Transport{
			DialContext:         c.dial,
			TLSHandshakeTimeout: dialLimit,
			MaxIdleConnsPerHost: 2,
			IdleConnTimeout:     time.Minute,
			ForceAttemptHTTP2:   true,
		}),
	}
}

// dial connects to a host that the operator named, or to an address in a network that is open.
func (c Config) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialLimit}
	host, _, err := net.SplitHostPort(address)
	if err != nil || !slices.ContainsFunc(c.Hosts, func(named string) bool { return strings.EqualFold(named, host) }) {
		dialer.Control = c.control
	}
	return dialer.DialContext(ctx, network, address)
}

var (
	errAddress  = errors.New("the address is not one that can be called")
	errNotHTTPS = errors.New("the address is not https")
	errNoHost   = errors.New("there is no host of the address's name")
	errLookup   = errors.New("the name of the address's host cannot be looked up")
	errNetwork  = errors.New("the address is in no network that the gateway may call")
)

// check refuses an address that is not https; plain http only to this machine, where the operator allows it.
func (c Config) check(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return errAddress
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	loopback := ip.IsLoopback() || strings.EqualFold(u.Hostname(), "localhost")
	if u.Scheme != "https" && (u.Scheme != "http" || !c.LoopbackHTTP || !loopback) {
		return errNotHTTPS
	}
	return nil
}

func statusError(status int) error { return fmt.Errorf("the other side answered %d", status) }

// withoutContent keeps the address, which may hold the document, and what a broken answer says out of an error.
func withoutContent(err error) error {
	if errors.Is(err, port.ErrLeftAlone) {
		return port.ErrLeftAlone
	}
	if failure, ok := errors.AsType[*url.Error](err); ok {
		_, network := errors.AsType[net.Error](failure.Err)
		_, certificate := errors.AsType[*tls.CertificateVerificationError](failure.Err)
		if !network && !certificate && !errors.Is(failure.Err, context.Canceled) && !errors.Is(failure.Err, io.EOF) {
			return errors.New("the other side gave no proper HTTP answer")
		}
		err = failure.Err
	}
	return withoutNetwork(err)
}

// withoutNetwork keeps the addresses of the gateway, of its name servers and of hosts behind it out of an error, which people
// of any tenant read.
func withoutNetwork(err error) error {
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		if lookup.IsNotFound {
			return errNoHost
		}
		return errLookup
	}
	if failure, ok := errors.AsType[*net.OpError](err); ok {
		return &net.OpError{Op: failure.Op, Net: failure.Net, Err: failure.Err}
	}
	return err
}
