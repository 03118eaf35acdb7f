// Package secrets makes and checks verifiers of secrets, signs tokens, and seals what must be readable again.
//
// Secrets that people chose are hashed with argon2id (RFC 9106; parameters of the OWASP password storage guide), which
// is slow on purpose. Since procurement systems present the same one again and again, a right secret is remembered for a
// few minutes, as a keyed digest that is worth nothing outside this process. Generated secrets have enough bits that a
// keyed digest (HMAC-SHA256) is as good. What is sealed is encrypted by AES-256-GCM (NIST SP 800-38D) with a random nonce,
// which is good for 2^32 seals under one master key. Every key is derived from the master key by HKDF (RFC 5869).
package secrets

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"
	aead "github.com/tink-crypto/tink-go/v2/aead/subtle"
	"go.uber.org/fx"
	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// Module provides the secrets; it needs a MasterKey.
var Module = fx.Module("secrets", fx.Provide(New, func(s *Secrets) port.Secrets { return s }))

var _ port.Secrets = (*Secrets)(nil)

// Parameters of argon2id: 19 MiB of memory, two passes, one lane.
const (
	memory    = 19 * 1024
	passes    = 2
	lanes     = 1
	saltBytes = 16
	hashBytes = 32
)

const (
	rememberFor  = 5 * time.Minute
	rememberMost = 10_000
)

// MasterKey is the gateway's key of 32 bytes. Printing or logging it gives three stars.
type MasterKey []byte

// Format writes three stars for every verb of package fmt.
func (MasterKey) Format(f fmt.State, verb rune) { secret.Text{}.Format(f, verb) }

// LogValue returns three stars.
func (MasterKey) LogValue() slog.Value { return secret.Text{}.LogValue() }

// ParseMasterKey reads 32 bytes in Base64.
func ParseMasterKey(text secret.Text) (MasterKey, error) {
	key, err := base64.StdEncoding.DecodeString(text.Reveal())
	if err != nil || len(key) != 32 {
		return nil, errors.New("must be 32 bytes in Base64, as from: openssl rand -base64 32")
	}
	return key, nil
}

// Secrets makes and checks verifiers, signs, and seals.
type Secrets struct {
	verifierKey, tokenKey, cacheKey secret.Text
	sealer                          *aead.AESGCM
	good                            *expirable.LRU[[sha256.Size]byte, struct{}]
	hashing                         *semaphore.Weighted // bounds the memory of verifying by argon2id
}

// New derives what it needs from the master key.
func New(master MasterKey) (*Secrets, error) {
	s := &Secrets{
		cacheKey: secret.New(rand.Text()),
		good:     expirable.NewLRU[[sha256.Size]byte, struct{}](rememberMost, nil, rememberFor),
		hashing:  semaphore.NewWeighted(int64(runtime.GOMAXPROCS(0))),
	}
	var sealKey secret.Text
	for purpose, key := range map[string]*secret.Text{"verifier": &s.verifierKey, "token": &s.tokenKey, "seal": &sealKey} {
		derived, err := hkdf.Key(sha256.New, master, nil, "punchgate "+purpose, 32)
		if err != nil {
			return nil, err
		}
		*key = secret.New(string(derived))
	}
	var err error
	s.sealer, err = aead.NewAESGCM([]byte(sealKey.Reveal()))
	return s, err
}

// HashChosen returns an argon2id verifier in the PHC string format.
func (s *Secrets) HashChosen(chosen secret.Text) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	hash := argon2.IDKey([]byte(chosen.Reveal()), salt, passes, memory, lanes, hashBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

const hmacPrefix = "$hmac-sha256$"

// HashGenerated returns a keyed digest.
func (s *Secrets) HashGenerated(generated secret.Text) string {
	return hmacPrefix + base64.RawStdEncoding.EncodeToString(digest(s.verifierKey, generated.Reveal()))
}

// Verify reports whether the secret is the verifier's.
func (s *Secrets) Verify(ctx context.Context, verifier string, presented secret.Text) (bool, error) {
	if strings.HasPrefix(verifier, hmacPrefix) {
		return subtle.ConstantTimeCompare([]byte(verifier), []byte(s.HashGenerated(presented))) == 1, nil
	}
	remembered := [sha256.Size]byte(digest(s.cacheKey, verifier, presented.Reveal()))
	if s.good.Contains(remembered) {
		return true, nil
	}
	if err := s.hashing.Acquire(ctx, 1); err != nil {
		return false, err
	}
	defer s.hashing.Release(1)
	good, err := verifyChosen(verifier, presented)
	if good {
		s.good.Add(remembered, struct{}{})
	}
	return good, err
}

func verifyChosen(verifier string, presented secret.Text) (bool, error) {
	parts := strings.Split(verifier, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("secrets: not a verifier")
	}
	var version int
	var m, t uint32
	var p uint8
	_, versionErr := fmt.Sscanf(parts[2], "v=%d", &version)
	_, costErr := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p)
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.DecodeString(parts[5])
	switch err := errors.Join(versionErr, costErr, saltErr, hashErr); {
	case err != nil:
		return false, fmt.Errorf("secrets: not a verifier: %w", err)
	case version != argon2.Version || t == 0 || p == 0 || len(hash) == 0:
		return false, errors.New("secrets: not a verifier of this version")
	}
	again := argon2.IDKey([]byte(presented.Reveal()), salt, t, m, p, uint32(len(hash))) //nolint:gosec // a hash is short
	return subtle.ConstantTimeCompare(hash, again) == 1, nil
}

// Sign returns a keyed digest over the purpose and the parts, 32 characters long (192 bits).
func (s *Secrets) Sign(purpose string, parts ...string) string {
	return base64.RawURLEncoding.EncodeToString(digest(s.tokenKey, append([]string{purpose}, parts...)...)[:24])
}

// sealPrefix names the way of sealing, so that a later one can be told from it.
const sealPrefix = "v1."

// Seal encrypts a secret. The purpose is authenticated and not part of the sealed text.
func (s *Secrets) Seal(plain secret.Text, purpose ...string) (string, error) {
	encrypted, err := s.sealer.Encrypt([]byte(plain.Reveal()), join(purpose))
	if err != nil {
		return "", fmt.Errorf("secrets: %w", err)
	}
	return sealPrefix + base64.RawURLEncoding.EncodeToString(encrypted), nil
}

// Open decrypts what Seal returned.
func (s *Secrets) Open(sealed string, purpose ...string) (secret.Text, error) {
	text, ok := strings.CutPrefix(sealed, sealPrefix)
	if !ok {
		return secret.Text{}, errors.New("secrets: not sealed, or by a newer version")
	}
	encrypted, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return secret.Text{}, fmt.Errorf("secrets: not sealed: %w", err)
	}
	plain, err := s.sealer.Decrypt(encrypted, join(purpose))
	if err != nil {
		return secret.Text{}, errors.New("secrets: changed, or sealed for something else or by another key")
	}
	return secret.New(string(plain)), nil
}

func digest(key secret.Text, parts ...string) []byte {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write(join(parts)) // a hash never refuses
	return mac.Sum(nil)
}

// join keeps the parts apart by their lengths, so that no two lists of parts give the same bytes.
func join(parts []string) (joined []byte) {
	for _, part := range parts {
		joined = strconv.AppendInt(joined, int64(len(part)), 10)
		joined = append(append(joined, ':'), part...)
	}
	return joined
}
