package connection

import (
	"net/http"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/domain/fault"
)

// Method says by which HTTP method a browser may bring the start call.
type Method struct{ name string }

// The methods of a start call.
var (
	Any  = Method{"any"}
	Get  = Method{"get"}
	Post = Method{"post"}
)

// ParseMethod refuses any name but any, get and post.
func ParseMethod(name string) (Method, error) {
	for _, m := range []Method{Any, Get, Post} {
		if m.name == name {
			return m, nil
		}
	}
	return Method{}, fault.New(fault.Invalid, "login.unknown_method", "the login method is any, get or post")
}

// String returns the method's name.
func (m Method) String() string { return m.name }

// Allows reports whether a call by this HTTP method is accepted.
func (m Method) Allows(httpMethod string) bool {
	return m == Any || m == Get && httpMethod == http.MethodGet || m == Post && httpMethod == http.MethodPost
}

// Names are the parameter names of a start call by form. They are compared without regard to case, since buyers
// configure them by hand.
type Names struct {
	User, Password, ReturnURL string
	Customer                  string // the buying organisation, where the procurement system names it
	Session                   string // the procurement system's own session reference, which goes back with the cart
}

// Presets are sets of parameter names in use.
//
// "oci" are SAP's names, which procurement systems of other makers took over. "plain" are plain words, for systems where
// every name can be typed.
var Presets = map[string]Names{
	"oci":   {User: "USERNAME", Password: "PASSWORD", ReturnURL: "HOOK_URL", Customer: "CUSTOMER", Session: "SESSION"},
	"plain": {User: "user", Password: "password", ReturnURL: "return_url", Customer: "customer", Session: "session"},
}

// DefaultPreset names the preset for connections that choose none.
const DefaultPreset = "oci"

// Identity is a cXML credential without its secret: a domain, such as DUNS or NetworkID, and who it names there.
type Identity struct{ Domain, ID string }

// Matches compares the domain without regard to case and the identity exactly, after trimming.
func (i Identity) Matches(other Identity) bool {
	return strings.EqualFold(strings.TrimSpace(i.Domain), strings.TrimSpace(other.Domain)) &&
		strings.TrimSpace(i.ID) == strings.TrimSpace(other.ID)
}

// Login says how the procurement system identifies itself. The secrets are credentials of the connection.
type Login struct {
	Method Method
	Names  Names
	User   string // the login name; many people share it
	// Customer, where set, must be the value of the customer parameter.
	Customer string
	// From, To and Sender are the cXML credentials; of several, any match counts.
	From, To, Sender []Identity
}

// MatchesUser reports whether the name of a login by form is the connection's. Names are no secrets.
func (l *Login) MatchesUser(user string) bool { return l.User != "" && l.User == user }

// MatchesIdentities reports whether a cXML header names this connection: From, To and Sender each match one of the
// connection's. An unset list of the connection matches nothing.
func (l *Login) MatchesIdentities(from, to, sender []Identity) bool {
	return l.MatchesFrom(from) && matchAny(l.To, to) && matchAny(l.Sender, sender)
}

// MatchesFrom reports whether one of these identities is a From of the connection.
func (l *Login) MatchesFrom(from []Identity) bool { return matchAny(l.From, from) }

func matchAny(configured, presented []Identity) bool {
	return slices.ContainsFunc(presented, func(p Identity) bool {
		return slices.ContainsFunc(configured, p.Matches)
	})
}

func (l *Login) check(report func(path, code, message string)) {
	if l.Method == (Method{}) {
		report("/login/method", "missing", "is required: any, get or post")
	}
	if len(l.From) == 0 && l.User == "" {
		report("/login/user", "missing", "a connection needs a user, or cXML credentials in from, to and sender")
	}
	if n := min(len(l.From), len(l.To), len(l.Sender)); n == 0 && len(l.From)+len(l.To)+len(l.Sender) > 0 {
		report("/login/from", "incomplete", "cXML credentials need from, to and sender")
	}
	for _, i := range slices.Concat(l.From, l.To, l.Sender) {
		if strings.TrimSpace(i.Domain) == "" || strings.TrimSpace(i.ID) == "" {
			report("/login/from", "blank", "a cXML credential needs a domain and an identity")
		}
	}
	seen := map[string]string{}
	for _, n := range []struct{ path, name string }{
		{"/login/names/user", l.Names.User}, {"/login/names/password", l.Names.Password},
		{"/login/names/return_url", l.Names.ReturnURL}, {"/login/names/customer", l.Names.Customer},
		{"/login/names/session", l.Names.Session},
	} {
		key := strings.ToLower(n.name)
		switch other, taken := seen[key], seen[key] != ""; {
		case n.name == "" && (n.path == "/login/names/user" || n.path == "/login/names/password"):
			report(n.path, "missing", "is required")
		case n.name == "":
		case taken:
			report(n.path, "repeated", "is the same as "+other)
		default:
			seen[key] = n.path
		}
	}
}
