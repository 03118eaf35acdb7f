// Package token makes and reads the tokens that stand in addresses. A token names its tenant and session, so that every
// look-up is led by the tenant, and is signed with the gateway's master key, so that none need be stored.
package token

import (
	"strings"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

// Purpose keeps a token of one sort from passing as another.
type Purpose string

// The purposes.
const (
	Start    Purpose = "start"    // the landing address: the shop exchanges it
	Transfer Purpose = "transfer" // the page that hands the cart over
)

// Make returns the token of a session.
func Make(s port.Secrets, p Purpose, of tenant.ID, id session.ID) string {
	return strings.Join([]string{string(of), string(id), s.Sign(string(p), string(of), string(id))}, ".")
}

// Parse returns the tenant and session of a token, or session.ErrToken.
func Parse(s port.Secrets, p Purpose, text string) (tenant.ID, session.ID, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !tenant.Identifier(parts[0]) || !tenant.Identifier(parts[1]) ||
		!s.Signed(parts[2], string(p), parts[0], parts[1]) {
		return "", "", session.ErrToken
	}
	return tenant.ID(parts[0]), session.ID(parts[1]), nil
}
