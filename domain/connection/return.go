package connection

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/domain/fault"
)

// Transfer is the way in which the cart goes back.
type Transfer struct{ name string }

// The ways of transfer.
var (
	Browser = Transfer{"browser"} // the buyer's browser posts the form
	Push    = Transfer{"push"}    // the gateway posts the same form, server to server
)

// ParseTransfer refuses any name but browser and push.
func ParseTransfer(name string) (Transfer, error) {
	for _, t := range []Transfer{Browser, Push} {
		if t.name == name {
			return t, nil
		}
	}
	return Transfer{}, fault.New(fault.Invalid, "return.unknown_transfer", "the cart goes back by browser or push")
}

// String returns the way's name.
func (t Transfer) String() string { return t.name }

// Return says where the cart may go.
type Return struct {
	// FromCall accepts the return address of the start call, if its host and port are on the list Hosts.
	FromCall bool
	// Hosts are host names with an optional port, such as buyer.example.com or buyer.example.com:8443; without a port, the
	// scheme's own. A leading "*." stands for one or more labels.
	Hosts []string
	// Fixed is the return address where the call brings none, or may bring none.
	Fixed string
	// FormAction are further origins that the buyer's system redirects to after the post, such as
	// https://login.example.com; the page's content security policy must name them.
	FormAction []string
	// FrameAncestors are the origins whose pages may show the gateway's pages in a frame, such as https://buyer.example.com or
	// https://*.example.com, or NoFrames alone. Without any, every page may, since few operators know where their buyers' systems
	// show a PunchOut.
	FrameAncestors []string
	Transfer       Transfer
}

// NoFrames in the place of origins lets no page show the gateway's in a frame.
const NoFrames = "none"

// Refusals of a return address.
var (
	ErrNoReturnAddress = fault.New(fault.Malformed, "return.missing",
		"the start call has no return address, and the connection has no fixed one")
	ErrReturnAddress = fault.New(fault.Forbidden, "return.not_allowed", "the return address is not allowed for this connection")
)

// Address chooses the return address of a session: the one of the call where the connection allows it, or the fixed one.
// Plain http is accepted to loopback only, and only where loopbackHTTP says that whoever runs the gateway allows it.
func (r *Return) Address(fromCall string, loopbackHTTP bool) (string, error) {
	fromCall = strings.TrimSpace(fromCall)
	if fromCall == "" || !r.FromCall {
		if r.Fixed == "" {
			return "", ErrNoReturnAddress
		}
		return r.Fixed, r.CheckAddress(r.Fixed, loopbackHTTP)
	}
	return fromCall, r.CheckAddress(fromCall, loopbackHTTP)
}

// CheckAddress refuses an address that the cart may not go to. It is asked at login and again before the transfer,
// since the connection may have changed in between.
func (r *Return) CheckAddress(address string, loopbackHTTP bool) error {
	u, err := parseAddress(address)
	if err != nil {
		return ErrReturnAddress.With(fault.Detail{Code: "return.not_url", Message: err.Error()})
	}
	if u.Scheme == "http" && (!loopbackHTTP || !loopback(u.Hostname())) {
		return ErrReturnAddress.With(fault.Detail{Code: "return.not_https", Message: "must be https"})
	}
	if address == r.Fixed {
		return nil
	}
	if !r.FromCall || !slices.ContainsFunc(r.Hosts, func(allowed string) bool { return hostMatches(allowed, u) }) {
		return ErrReturnAddress.With(fault.Detail{Code: "return.not_listed", Message: "host and port are not on the connection's list"})
	}
	return nil
}

// parseAddress reads an absolute http or https address that can stand as the action of a form.
func parseAddress(address string) (*url.URL, error) {
	refuse := func(why string) (*url.URL, error) { return nil, fault.New(fault.Invalid, "return.not_url", why) }
	if strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7F || r == '\\' }) {
		return refuse("has blanks, control characters or backslashes")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return refuse("is not an address")
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("must be https")
	case u.Hostname() == "" || u.Opaque != "":
		return refuse("has no host")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return !hostCharacter(r) }):
		return refuse("has a host that is not written in letters, digits, hyphens and dots")
	case u.User != nil:
		return refuse("holds a user name")
	case strings.HasSuffix(u.Host, ":"):
		return refuse("has a colon without a port")
	case u.Fragment != "" || strings.HasSuffix(address, "#"):
		return refuse("has a fragment")
	}
	return u, nil
}

// hostCharacter keeps to what a host and port hold once an international name is in its ASCII form. What else Go would take,
// browsers may read as another host, and some of it ends a directive of the content security policy.
func hostCharacter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._:[]", r)
}

func hostMatches(allowed string, u *url.URL) bool {
	host, port := splitHost(allowed)
	if port == "" {
		port = defaultPort(u.Scheme)
	}
	actualPort := u.Port()
	if actualPort == "" {
		actualPort = defaultPort(u.Scheme)
	}
	if port != actualPort {
		return false
	}
	actual := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if suffix, wildcard := strings.CutPrefix(host, "*"); wildcard {
		return strings.HasSuffix(actual, suffix) && len(actual) > len(suffix)
	}
	return host == actual
}

// splitHost splits host:port, [v6]:port or a host alone, in lower case.
func splitHost(s string) (host, port string) {
	s = strings.ToLower(strings.TrimSpace(s))
	if h, p, err := net.SplitHostPort(s); err == nil {
		return h, p
	}
	return strings.Trim(s, "[]"), ""
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Origin returns scheme, host and port of an address, as a content security policy names them.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (r *Return) check(report func(path, code, message string)) {
	if r.Transfer == (Transfer{}) {
		report("/return/transfer", "missing", "is required: browser or push")
	}
	if !r.FromCall && r.Fixed == "" {
		report("/return/fixed", "missing", "a connection needs a fixed return address, or takes the one of the call")
	}
	if r.FromCall && len(r.Hosts) == 0 {
		report("/return/hosts", "missing", "an address from the call needs a list of allowed hosts")
	}
	if r.Fixed != "" {
		if u, err := parseAddress(r.Fixed); err != nil {
			report("/return/fixed", "not_url", err.Error())
		} else if u.Scheme != "https" && !loopback(u.Hostname()) {
			report("/return/fixed", "not_https", "must be https")
		}
	}
	for _, h := range r.Hosts {
		plain, wildcard := strings.CutPrefix(h, "*.")
		u, err := parseAddress("https://" + plain)
		if err != nil || u.Host != plain || wildcard && !strings.Contains(plain, ".") {
			report("/return/hosts", "not_host", "must be a host name with an optional port, such as buyer.example.com:8443 or *.example.com")
		}
	}
	for _, origin := range r.FrameAncestors {
		plain := strings.Replace(origin, "://*.", "://", 1)
		_, err := parseAddress(plain)
		if (err != nil || plain != Origin(plain) || origin != plain && !strings.Contains(plain, ".")) &&
			(origin != NoFrames || len(r.FrameAncestors) > 1) {
			report("/return/frame_ancestors", "not_origin",
				"must be origins such as https://buyer.example.com or https://*.example.com, or none alone")
		}
	}
	for _, origin := range r.FormAction {
		_, err := parseAddress(origin)
		if err != nil || origin != Origin(origin) {
			report("/return/form_action", "not_origin", "must be an origin such as https://login.example.com")
		}
	}
}
