package token_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/application/token"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/session"
)

// signer signs by a digest under its key.
type signer string

func (s signer) Sign(purpose string, parts ...string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", s, purpose, parts))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}

func (s signer) Signed(signature, purpose string, parts ...string) bool {
	return signature == s.Sign(purpose, parts...)
}

func (signer) Glance(string, secret.Text) port.Glance { return port.Unknown }
func (signer) Renew(string, secret.Text) string       { return "" }
func (signer) Current(string) bool                    { return false }
func (signer) Dependent(string) bool                  { return false }
func (signer) HashChosen(context.Context, secret.Text) (string, error) {
	return "", errors.ErrUnsupported
}
func (signer) Decoy(...string) string           { return "" }
func (signer) HashGenerated(secret.Text) string { return "" }
func (signer) Verify(context.Context, string, secret.Text) (bool, error) {
	return false, errors.ErrUnsupported
}
func (signer) Seal(secret.Text, ...string) (string, error) { return "", errors.ErrUnsupported }
func (signer) Open(string, ...string) (secret.Text, error) {
	return secret.Text{}, errors.ErrUnsupported
}

const (
	shop  = "papper"
	visit = "k3jw5qhx7m2a4t6cnvbe2zr4pu"
)

func TestATokenNamesItsTenantAndSession(t *testing.T) {
	for _, p := range []token.Purpose{token.Start, token.Transfer} {
		made := token.Make(signer("key"), p, shop, visit)
		of, id, err := token.Parse(signer("key"), p, made)
		if err != nil || of != shop || id != visit {
			t.Errorf("%s: %s %s, %v", p, of, id, err)
		}
		if strings.Trim(made, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
			t.Errorf("%s cannot stand in an address", made)
		}
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	made := token.Make(signer("key"), token.Start, shop, visit)
	parts := strings.Split(made, ".")
	for name, text := range map[string]string{
		"of another purpose":           token.Make(signer("key"), token.Transfer, shop, visit),
		"of another master key":        token.Make(signer("other"), token.Start, shop, visit),
		"of another tenant":            strings.Join([]string{"annan", parts[1], parts[2]}, "."),
		"of another session":           strings.Join([]string{parts[0], "other", parts[2]}, "."),
		"with the parts exchanged":     strings.Join([]string{parts[1], parts[0], parts[2]}, "."),
		"without a signature":          parts[0] + "." + parts[1] + ".",
		"without a part":               parts[0] + "." + parts[1],
		"with half a signature":        made[:len(made)-16],
		"with a longer signature":      made + "A",
		"with a part too many":         made + ".x",
		"in other cases":               strings.ToUpper(made),
		"with a blank":                 made + " ",
		"empty":                        "",
		"nothing but dots":             "..",
		"of a tenant that is no name":  token.Make(signer("key"), token.Start, "Papper", visit),
		"of a session that is no name": token.Make(signer("key"), token.Start, shop, "../x"),
		"of the platform":              token.Make(signer("key"), token.Start, "-", visit),
	} {
		if of, id, err := token.Parse(signer("key"), token.Start, text); !errors.Is(err, session.ErrToken) || of != "" || id != "" {
			t.Errorf("%s: %s %s, %v", name, of, id, err)
		}
	}
}

func TestNoCharacterOfATokenCanBeChanged(t *testing.T) {
	made := token.Make(signer("key"), token.Start, shop, visit)
	for i := range made {
		for _, other := range "a0.-" {
			changed := made[:i] + string(other) + made[i+1:]
			if _, _, err := token.Parse(signer("key"), token.Start, changed); changed != made && err == nil {
				t.Errorf("%s is accepted in place of %s", changed, made)
			}
		}
	}
}
