package apikey

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/punchgate/punchgate/domain/fault"
)

// MaxOrigins is the largest number of origins of a key.
const MaxOrigins = 20

var errOrigin = fault.New(fault.Invalid, "key.not_an_origin",
	"must be an origin such as https://shop.example.com, without a path; http only for this machine")

// Origin returns the origin of a web page in the form in which a browser writes it in the header Origin (RFC 6454, section 6.2):
// scheme, host in lower case, and the port where it is not that of the scheme. It refuses what is none, and http but for loopback.
func Origin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || text != u.Scheme+"://"+u.Host && !strings.EqualFold(text, u.Scheme+"://"+u.Host) {
		return "", errOrigin
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	switch {
	case u.Scheme == "https" && port == "443", u.Scheme == "http" && port == "80":
		port = ""
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errOrigin
	}
	ip, notIP := netip.ParseAddr(host)
	local := host == "localhost" || strings.HasSuffix(host, ".localhost") || ip.IsLoopback()
	if notIP != nil && !hostName(host) || u.Scheme == "http" && !local {
		return "", errOrigin
	}
	if ip.Is6() {
		host = "[" + ip.String() + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return u.Scheme + "://" + host, nil
}

// hostName reports whether the text is a name of letters, digits and hyphens in its parts; others stand in their ASCII form.
func hostName(text string) bool {
	for part := range strings.SplitSeq(text, ".") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// parseOrigins returns the origins, each once, or what is wrong with them. Only publishable keys have some.
func parseOrigins(texts []string, publishable bool) (origins []string, wrong []fault.Detail) {
	switch {
	case publishable && len(texts) == 0:
		return nil, []fault.Detail{{Path: "/origins", Code: "missing", Message: "the scope policy needs the origins of the shop's pages"}}
	case !publishable && len(texts) > 0:
		return nil, []fault.Detail{{Path: "/origins", Code: "misplaced", Message: "only a key of the scope policy has origins"}}
	case len(texts) > MaxOrigins:
		return nil, []fault.Detail{{Path: "/origins", Code: "too_many", Message: fmt.Sprintf("a key has at most %d origins", MaxOrigins)}}
	}
	for i, text := range texts {
		origin, err := Origin(text)
		switch {
		case err != nil:
			wrong = append(wrong, fault.Detail{Path: fmt.Sprintf("/origins/%d", i), Code: "malformed", Message: errOrigin.Message})
		case !slices.Contains(origins, origin):
			origins = append(origins, origin)
		}
	}
	return origins, wrong
}
