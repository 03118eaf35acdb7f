// Package authentication checks who calls: procurement systems by the credentials of their connection, programs by API
// keys.
package authentication

import (
	"context"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/tenant"
)

// ErrCredentials refuses a procurement system, and says no more.
var ErrCredentials = fault.New(fault.Unauthenticated, "login.credentials", "credentials not recognised")

// Caller checks the credentials that a procurement system presented for a connection. The secret is checked also where
// the name is wrong, so that the time does not tell which of the two was, unless the secret is right.
func Caller(ctx context.Context, s port.Secrets, clock port.Clock, c *connection.Connection, p port.Presented) error {
	good, err := verifyAny(ctx, s, c.Credentials(clock.Now()), p.Password)
	if err != nil {
		return err
	}
	if !good || !named(c, p) {
		return ErrCredentials
	}
	return nil
}

func named(c *connection.Connection, p port.Presented) bool {
	login := c.Profile().Login
	if len(p.Sender) > 0 {
		return login.MatchesIdentities(p.From, p.To, p.Sender)
	}
	return login.MatchesUser(p.User) && (login.Customer == "" || login.Customer == p.Customer)
}

func verifyAny(ctx context.Context, s port.Secrets, credentials []connection.Credential, presented secret.Text) (bool, error) {
	if presented.Empty() {
		return false, nil
	}
	good := false
	for _, c := range credentials {
		ok, err := s.Verify(ctx, c.Verifier, presented)
		if err != nil {
			return false, err
		}
		good = good || ok
	}
	return good, nil
}

// Key checks a presented API key for a scope and returns the tenant that it belongs to.
func Key(ctx context.Context, keys port.Keys, s port.Secrets, presented secret.Text, scope apikey.Scope) (tenant.ID, error) {
	of, id, proof, err := apikey.Parse(presented)
	if err != nil {
		return "", err
	}
	key, err := keys.Get(ctx, of, id)
	if err != nil {
		return "", err
	}
	good, err := s.Verify(ctx, key.Snapshot().Verifier, proof)
	if err != nil {
		return "", err
	}
	if !good {
		return "", apikey.ErrUnknown
	}
	return of, key.Check(scope)
}
