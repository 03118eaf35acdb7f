package connection_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
)

// listed is a policy with one host of each kind.
var listed = connection.Return{
	FromCall: true,
	Hosts: []string{
		"buyer.example.com", "ported.example.com:8443", "*.wild.example.net", "*.wild.example.org:8443", "192.0.2.7", "[2001:db8::7]:8443",
		"localhost:5000", "127.0.0.1:5000", "[::1]:5000", "plain.example.com:80",
	},
	Transfer: connection.Browser,
}

func TestReturnAddressesOfTheCallThatAreAllowed(t *testing.T) {
	for _, address := range []string{
		"https://buyer.example.com",
		"https://buyer.example.com/return",
		"https://buyer.example.com:443/return?session=1&x=%20y;z",
		"https://buyer.example.com./return",
		"HTTPS://BUYER.Example.COM/Return",
		"https://buyer.example.com/köp?ort=Malmö",
		"https://buyer.example.com/?next=https://evil.example@x",
		"https://ported.example.com:8443/",
		"https://a.wild.example.net/",
		"https://a.b.wild.example.net:443/",
		"https://a.wild.example.org:8443/",
		"https://192.0.2.7/",
		"https://[2001:db8::7]:8443/",
		"https://localhost:5000/",
		"  https://buyer.example.com/return\n",
	} {
		got, err := listed.Address(address, false)
		if err != nil || got != strings.TrimSpace(address) {
			t.Errorf("%q is answered with %q, %v", address, got, err)
		}
	}
}

// attacks are return addresses that no list may let through, with the code of the refusal.
var attacks = map[string]struct{ address, code string }{
	"the host as a prefix":                 {"https://buyer.example.com.evil.example/", "return.not_listed"},
	"the host with another ending":         {"https://buyer.example.evil/", "return.not_listed"},
	"the host as a suffix":                 {"https://evilbuyer.example.com/", "return.not_listed"},
	"a subdomain of a plain host":          {"https://a.buyer.example.com/", "return.not_listed"},
	"the parent of a host":                 {"https://example.com/", "return.not_listed"},
	"the host in the path":                 {"https://evil.example/buyer.example.com", "return.not_listed"},
	"the host in the query":                {"https://evil.example?buyer.example.com", "return.not_listed"},
	"the host in the fragment":             {"https://evil.example#buyer.example.com", "return.not_url"},
	"an empty fragment":                    {"https://buyer.example.com/#", "return.not_url"},
	"the host as user name":                {"https://buyer.example.com@evil.example/", "return.not_url"},
	"the host as user and password":        {"https://buyer.example.com:443@evil.example/", "return.not_url"},
	"a user name before the host":          {"https://user@buyer.example.com/", "return.not_url"},
	"an empty user name":                   {"https://@buyer.example.com/", "return.not_url"},
	"an encoded at sign":                   {"https://buyer.example.com%40evil.example/", "return.not_url"},
	"a backslash that browsers read as /":  {`https://evil.example\@buyer.example.com/`, "return.not_url"},
	"a backslash after the host":           {`https://buyer.example.com\.evil.example/`, "return.not_url"},
	"a backslash in the path":              {`https://buyer.example.com/\evil.example/`, "return.not_url"},
	"backslashes instead of slashes":       {`https:\\buyer.example.com\`, "return.not_url"},
	"a tab within the host":                {"https://buyer.example.com\t.evil.example/", "return.not_url"},
	"a line end within the scheme":         {"java\nscript:alert(1)", "return.not_url"},
	"a line end that splits a header":      {"https://buyer.example.com/\r\nSet-Cookie:a=b", "return.not_url"},
	"a blank within":                       {"https://buyer.example.com/a b", "return.not_url"},
	"a null byte":                          {"https://buyer.example.com\x00.evil.example/", "return.not_url"},
	"a script":                             {"javascript:alert(1)//buyer.example.com", "return.not_url"},
	"a script that looks like an address":  {"javascript://buyer.example.com/%0aalert(1)", "return.not_url"},
	"data":                                 {"data:text/html,buyer.example.com", "return.not_url"},
	"another scheme":                       {"ftp://buyer.example.com/", "return.not_url"},
	"no scheme":                            {"//buyer.example.com/", "return.not_url"},
	"a path":                               {"/return", "return.not_url"},
	"no host":                              {"https:///buyer.example.com", "return.not_url"},
	"a port without host":                  {"https://:443/", "return.not_url"},
	"an opaque address":                    {"https:buyer.example.com", "return.not_url"},
	"a single slash":                       {"https:/buyer.example.com", "return.not_url"},
	"another port":                         {"https://buyer.example.com:8443/", "return.not_listed"},
	"the default port of a ported host":    {"https://ported.example.com/", "return.not_listed"},
	"a port beginning with the listed one": {"https://ported.example.com:84430/", "return.not_listed"},
	"a port that is no number":             {"https://buyer.example.com:https/", "return.not_url"},
	"the wildcard's own domain":            {"https://wild.example.net/", "return.not_listed"},
	"a wildcard without its dot":           {"https://evilwild.example.net/", "return.not_listed"},
	"an empty label under a wildcard":      {"https://.wild.example.net/", "return.not_listed"},
	"a wildcard's domain as prefix":        {"https://a.wild.example.net.evil.example/", "return.not_listed"},
	"a wildcard on another port":           {"https://a.wild.example.org/", "return.not_listed"},
	"a literal asterisk":                   {"https://*.wild.example.net/", "return.not_url"},
	"a directive of the security policy":   {"https://a;script-src.wild.example.net/", "return.not_url"},
	"a comma, which begins another policy": {"https://a,b.wild.example.net/", "return.not_url"},
	"a quote within the host":              {`https://a"onload=x.wild.example.net/`, "return.not_url"},
	"a slash in full width":                {"https://evil.example／.wild.example.net/", "return.not_url"},
	"the same, percent-encoded":            {"https://evil.example%EF%BC%8F.wild.example.net/", "return.not_url"},
	"a dot in Chinese writing":             {"https://evil。wild.example.net/", "return.not_url"},
	"a Cyrillic letter":                    {"https://buyer.exаmple.com/", "return.not_url"},
	"two trailing dots":                    {"https://buyer.example.com../", "return.not_listed"},
	"loopback of IPv6 on another port":     {"https://[::1]:22/", "return.not_listed"},
	"loopback of IPv6, unlisted":           {"https://[::1]/", "return.not_listed"},
	"loopback of IPv4 within IPv6":         {"https://[::ffff:127.0.0.1]:5000/", "return.not_listed"},
	"loopback with a zone":                 {"https://[::1%25lo]:5000/", "return.not_url"},
	"loopback as one number":               {"https://2130706433:5000/", "return.not_listed"},
	"loopback in hexadecimal":              {"https://0x7f000001:5000/", "return.not_listed"},
	"the address of cloud metadata":        {"https://169.254.169.254/latest/meta-data", "return.not_listed"},
	"plain http":                           {"http://buyer.example.com/", "return.not_https"},
	"plain http on a listed port":          {"http://plain.example.com/", "return.not_https"},
	"plain http to loopback":               {"http://127.0.0.1:5000/", "return.not_https"},
	"plain http to a name like loopback's": {"http://localhost.evil.example:5000/", "return.not_https"},
	"plain http to loopback as one number": {"http://2130706433:5000/", "return.not_https"},
	"not closed bracket":                   {"https://[::1:5000/", "return.not_url"},
	"an encoded dot":                       {"https://buyer%2eexample.com/", "return.not_url"},
	"an encoded dot before another ending": {"https://buyer.example.com%2eevil.example/", "return.not_url"},
	"an encoded slash after the host":      {"https://buyer.example.com%2f.evil.example/", "return.not_url"},
	"a look-alike in Punycode":             {"https://xn--buyr-epa.example.com/", "return.not_listed"},
	"a colon without a port":               {"https://buyer.example.com:/", "return.not_url"},
	"a port with a zero before it":         {"https://buyer.example.com:0443/", "return.not_listed"},
	"two ports":                            {"https://buyer.example.com:443:443/", "return.not_url"},
	"a path of two slashes without a host": {"https:////buyer.example.com/", "return.not_url"},
	"a soft hyphen within the host":        {"https://buyer.exam\u00adple.com/", "return.not_url"},
	"a mark that turns the writing round":  {"https://buyer.example.com\u202e/moc.live", "return.not_url"},
	"IPv6 in another writing of it":        {"https://[2001:db8:0:0:0:0:0:7]:8443/", "return.not_listed"},
	"a broken escape":                      {"https://buyer.example.com/%zz", "return.not_url"},
}

func TestReturnAddressesThatAreAttacks(t *testing.T) {
	for name, a := range attacks {
		_, err := listed.Address(a.address, false)
		refusedWith(t, name, a.address, err, a.code)
	}
}

func refusedWith(t *testing.T, name, address string, err error, code string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: %q is allowed", name, address)
		return
	}
	f := fault.From(err)
	if !errors.Is(err, connection.ErrReturnAddress) || f.Kind != fault.Forbidden || len(f.Details) != 1 || f.Details[0].Code != code {
		t.Errorf("%s: %q is answered with %v %v, want %s", name, address, err, f.Details, code)
	}
}

// TestLoopbackByHTTP: whoever runs the gateway may allow it, for trying things out.
func TestLoopbackByHTTP(t *testing.T) {
	for _, address := range []string{"http://127.0.0.1:5000/", "http://localhost:5000/r", "http://LOCALHOST:5000/", "http://[::1]:5000/"} {
		if got, err := listed.Address(address, true); err != nil || got != address {
			t.Errorf("%q is answered with %q, %v", address, got, err)
		}
	}
	for name, a := range map[string]struct{ address, code string }{
		"another port of loopback":    {"http://127.0.0.1:5001/", "return.not_listed"},
		"another address of loopback": {"http://127.0.0.2:5000/", "return.not_listed"},
		"a host that is not loopback": {"http://buyer.example.com/", "return.not_https"},
		"a host that is listed by 80": {"http://plain.example.com/", "return.not_https"},
		"any address of the machine":  {"http://0.0.0.0:5000/", "return.not_https"},
		"loopback as one number":      {"http://2130706433:5000/", "return.not_https"},
		"a name like loopback's":      {"http://localhost.evil.example:5000/", "return.not_https"},
	} {
		_, err := listed.Address(a.address, true)
		refusedWith(t, name, a.address, err, a.code)
	}
}

func TestFixedReturnAddress(t *testing.T) {
	const fixed, call = "https://fixed.example.com/return?a=b", "https://buyer.example.com/return"
	both := connection.Return{FromCall: true, Hosts: []string{"buyer.example.com"}, Fixed: fixed}
	only := connection.Return{Hosts: []string{"buyer.example.com"}, Fixed: fixed}
	for name, c := range map[string]struct {
		policy        connection.Return
		address, want string
	}{
		"the call brings none":                   {both, "", fixed},
		"the call brings blanks":                 {both, " \t", fixed},
		"the call brings one":                    {both, call, call},
		"the call brings the fixed one":          {both, fixed, fixed},
		"the call may bring none":                {only, call, fixed},
		"the call may bring none, and an attack": {only, "https://evil.example/", fixed},
	} {
		if got, err := c.policy.Address(c.address, false); err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
	_, err := both.Address("https://fixed.example.com/other", false)
	refusedWith(t, "another path of the fixed host", "https://fixed.example.com/other", err, "return.not_listed")

	for name, policy := range map[string]connection.Return{"nothing set": {}, "only the call's": {FromCall: true, Hosts: both.Hosts}} {
		if _, err := policy.Address("", false); !errors.Is(err, connection.ErrNoReturnAddress) {
			t.Errorf("%s: no address is answered with %v", name, err)
		}
	}
	plain := connection.Return{Fixed: "http://127.0.0.1:5000/return"}
	if _, err := plain.Address("", true); err != nil {
		t.Errorf("a fixed address on loopback is answered with %v", err)
	}
	_, err = plain.Address("", false)
	refusedWith(t, "a fixed address by http", plain.Fixed, err, "return.not_https")
}

func TestAddressIsCheckedAgainBeforeTheTransfer(t *testing.T) {
	const address = "https://buyer.example.com/return"
	for name, policy := range map[string]connection.Return{
		"the host was taken off the list":  {FromCall: true, Hosts: []string{"other.example.com"}},
		"the call's is no longer accepted": {Hosts: []string{"buyer.example.com"}, Fixed: "https://fixed.example.com/"},
	} {
		refusedWith(t, name, address, policy.CheckAddress(address, false), "return.not_listed")
	}
	if err := listed.CheckAddress(address, false); err != nil {
		t.Errorf("an address that is still listed is answered with %v", err)
	}
}

// withReturn returns a good connection but for what is done to its return policy.
func withReturn(change func(*connection.Return)) connection.State {
	s := good()
	change(&s.Profile.Return)
	return s
}

func TestHostsOfTheListAreChecked(t *testing.T) {
	for host, good := range map[string]bool{
		"buyer.example.com": true, "BUYER.example.com": true, "buyer.example.com:8443": true, "*.example.com": true, "*.example.com:8443": true,
		"192.0.2.7": true, "[2001:db8::7]": true, "[::1]:5000": true, "localhost": true, "xn--kp-fka.example": true,
		"": false, "*": false, "*.": false, "*.com": false, "*.localhost:80": false, "*example.com": false,
		"a.*.example.com": false, "**.example.com": false,
		"https://buyer.example.com": false, "buyer.example.com/return": false, "user@buyer.example.com": false, "buyer.example.com:http": false,
		" buyer.example.com": false, "buyer example.com": false, "köp.example": false, "a;b.example.com": false, "a.example.com?b": false,
		"a.example.com#": false, `a.example.com\b`: false, ":443": false, "[::1": false,
	} {
		s := withReturn(func(r *connection.Return) { r.Hosts = []string{host} })
		var want []string
		if !good {
			want = []string{"/return/hosts not_host"}
		}
		if _, err := build(s); !slices.Equal(codes(err), want) {
			t.Errorf("the host %q is answered with %q, want %q", host, codes(err), want)
		}
	}
}

func TestFormActionsAreOrigins(t *testing.T) {
	for origin, good := range map[string]bool{
		"https://login.example.com": true, "https://login.example.com:8443": true, "http://127.0.0.1:5000": true,
		"": false, "login.example.com": false, "https://login.example.com/": false,
		"https://login.example.com/a": false, "https://login.example.com?a": false,
		"https://u@login.example.com": false, "https://*.example.com": false, "https://a;script-src.example.com": false,
		"https://a.example.com 'unsafe-inline'": false,
		"'self'":                                false, "*": false, "https:": false, "HTTPS://login.example.com": false,
	} {
		s := withReturn(func(r *connection.Return) { r.FormAction = []string{origin} })
		var want []string
		if !good {
			want = []string{"/return/form_action not_origin"}
		}
		if _, err := build(s); !slices.Equal(codes(err), want) {
			t.Errorf("the origin %q is answered with %q, want %q", origin, codes(err), want)
		}
	}
}

func TestFrameAncestorsAreOriginsOrNone(t *testing.T) {
	for text, good := range map[string]bool{
		"": true, "https://buyer.example.com": true, "https://*.example.com": true, "https://*.example.com:8443 https://b.example": true, "none": true,
		"none https://buyer.example.com": false, "none none": false, "buyer.example.com": false, "https://*.com": false, "https://*": false,
		"*": false, "'self'": false, "'none'": false, "https://buyer.example.com/": false, "https://a.*.example.com": false, "https://a;script-src.example.com": false,
		"https://u@buyer.example.com": false, "https:": false, "data:": false,
	} {
		s := withReturn(func(r *connection.Return) { r.FrameAncestors = strings.Fields(text) })
		c, err := build(s)
		if refused := slices.Contains(codes(err), "/return/frame_ancestors not_origin"); refused == good {
			t.Errorf("%q is answered with %q", text, codes(err))
		}
		if good && !slices.Equal(c.Profile().Return.FrameAncestors, strings.Fields(text)) {
			t.Errorf("%q is kept as %q", text, c.Profile().Return.FrameAncestors)
		}
	}
}

func TestOrigin(t *testing.T) {
	for address, want := range map[string]string{
		"https://buyer.example.com/return?a=b":  "https://buyer.example.com",
		"https://buyer.example.com:8443/return": "https://buyer.example.com:8443",
		"http://[::1]:5000/":                    "http://[::1]:5000",
		"https://[::1":                          "",
	} {
		if got := connection.Origin(address); got != want {
			t.Errorf("the origin of %q is %q, want %q", address, got, want)
		}
	}
}

// FuzzReturnAddress holds what every allowed address has, however it is written.
func FuzzReturnAddress(f *testing.F) {
	for _, a := range attacks {
		f.Add(a.address)
	}
	f.Add("https://buyer.example.com:443/return")
	policy := connection.Return{FromCall: true, Hosts: []string{"buyer.example.com", "*.wild.example.net"}}
	f.Fuzz(func(t *testing.T, address string) {
		got, err := policy.Address(address, true)
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		if err != nil {
			t.Fatalf("%q is allowed and no address: %v", got, err)
		}
		host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
		if host != "buyer.example.com" && !strings.HasSuffix(host, ".wild.example.net") {
			t.Errorf("%q leads to %s", got, host)
		}
		if u.Scheme != "https" || u.User != nil || u.Port() != "" && u.Port() != "443" || strings.ContainsAny(got, "\\\r\n\t #") {
			t.Errorf("%q is allowed", got)
		}
		if origin := connection.Origin(got); strings.ContainsAny(origin, ";,'\" *") {
			t.Errorf("%q has the origin %q, which a security policy reads as more", got, origin)
		}
	})
}
