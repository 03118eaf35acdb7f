// Package secrets makes and checks verifiers of secrets, signs tokens, and seals what must be readable again.
//
// Secrets that people chose are hashed with argon2id (RFC 9106; parameters of the OWASP password storage guide), which
// is slow on purpose. Since procurement systems present the same one again and again, what was right or wrong is
// remembered for a few minutes, as a keyed digest that is worth nothing outside this process. Generated secrets have
// enough bits that a keyed digest (HMAC-SHA256) is as good. What is sealed is encrypted by AES-256-GCM (NIST SP 800-38D)
// with a random nonce, which is good for 2^32 seals under one master key. Every key is derived from a master key by HKDF
// (RFC 5869).
//
// Beside a hash by argon2id stand eight bits of a keyed digest, the hint. It refuses 255 of 256 wrong secrets in a
// microsecond, so that a thousand of them a second take four turns of argon2id and not all that there are. To somebody who
// has the store without the master key it is worth nothing. Who has both guesses 256 times as fast as without it; such a
// thief opens what is sealed and signs tokens anyway, and only generated secrets withstand him either way. Over the network
// it tells nothing, since whatever is asked of it is a guess that is answered anyway.
//
// Of several master keys the first makes and all check, so that one can be replaced while the gateway runs. What is made
// names its key by a few bytes that are derived from it.
package secrets

import (
	"bytes"
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
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/golang-lru/v2/expirable"
	aead "github.com/tink-crypto/tink-go/v2/aead/subtle"
	"go.uber.org/fx"
	"golang.org/x/crypto/argon2"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// Module provides the secrets; it needs MasterKeys.
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
	rememberMost = 10_000 // right ones, and as many wrong ones
)

// MasterKey is a key of 32 bytes. Printing or logging it gives three stars.
type MasterKey []byte

// Format writes three stars for every verb of package fmt.
func (MasterKey) Format(f fmt.State, verb rune) { secret.Text{}.Format(f, verb) }

// LogValue returns three stars.
func (MasterKey) LogValue() slog.Value { return secret.Text{}.LogValue() }

// MasterKeys are the gateway's keys: the first makes, all check.
type MasterKeys []MasterKey

// ParseMasterKeys reads keys of 32 bytes in Base64, separated by commas, blanks or line ends.
func ParseMasterKeys(text secret.Text) (keys MasterKeys, err error) {
	separator := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	for each := range strings.FieldsFuncSeq(text.Reveal(), separator) {
		key, err := base64.StdEncoding.DecodeString(each)
		if err != nil || len(key) != 32 {
			return nil, errors.New("must be 32 bytes in Base64, as from: openssl rand -base64 32")
		}
		if slices.ContainsFunc(keys, func(other MasterKey) bool { return bytes.Equal(other, key) }) {
			return nil, errors.New("holds the same key twice")
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// keys are what is derived from one master key.
type keys struct {
	id                     string // names the master key in what it made
	verifier, hint, tokens secret.Text
	sealer                 *aead.AESGCM
}

const idBytes = 6

func derive(master MasterKey) (k keys, err error) {
	var id, sealing secret.Text
	for purpose, key := range map[string]*secret.Text{
		"verifier": &k.verifier, "hint": &k.hint, "token": &k.tokens, "seal": &sealing, "id": &id,
	} {
		derived, err := hkdf.Key(sha256.New, master, nil, "punchgate "+purpose, 32)
		if err != nil {
			return k, err
		}
		*key = secret.New(string(derived))
	}
	k.id = base64.RawURLEncoding.EncodeToString([]byte(id.Reveal()[:idBytes]))
	k.sealer, err = aead.NewAESGCM([]byte(sealing.Reveal()))
	return k, err
}

// digest32 is a digest that can be a key of a map.
type digest32 [sha256.Size]byte

// Secrets makes and checks verifiers, signs, and seals.
type Secrets struct {
	keys      []keys // the first is the current one
	memoryKey secret.Text
	right     *expirable.LRU[digest32, struct{}]
	wrong     *expirable.LRU[digest32, struct{}] // so that the same wrong secret takes no second turn
	hashing   *turns
	flights   *flights
}

// New derives what it needs from the master keys.
func New(masters MasterKeys) (*Secrets, error) {
	if len(masters) == 0 {
		return nil, errors.New("secrets: there is no master key")
	}
	s := &Secrets{
		memoryKey: secret.New(rand.Text()),
		right:     expirable.NewLRU[digest32, struct{}](rememberMost, nil, rememberFor),
		wrong:     expirable.NewLRU[digest32, struct{}](rememberMost, nil, rememberFor),
		hashing:   newTurns(runtime.GOMAXPROCS(0)),
		flights:   &flights{now: map[digest32]*flight{}},
	}
	for _, master := range masters {
		k, err := derive(master)
		if err != nil {
			return nil, err
		}
		s.keys = append(s.keys, k)
	}
	return s, nil
}

// key returns the keys of a master key by its name.
func (s *Secrets) key(id string) (keys, bool) {
	for _, k := range s.keys {
		if k.id == id {
			return k, true
		}
	}
	return keys{}, false
}

// HashChosen returns an argon2id verifier in the PHC string format, followed by the hint. It takes its turn: all that are made at once
// wait in one queue beside those of the verifiers.
func (s *Secrets) HashChosen(ctx context.Context, chosen secret.Text) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	if err := s.hashing.wait(ctx, ""); err != nil {
		return "", err
	}
	defer s.hashing.end()
	hashed := phc(salt, argon2.IDKey([]byte(chosen.Reveal()), salt, passes, memory, lanes, hashBytes))
	return hashed + s.keys[0].hintOf(hashed, chosen), nil
}

// Decoy returns a verifier whose salt, hash and hint were drawn by a keyed digest. Each has its own, as those that HashChosen made have:
// a shared one would show itself by what it remembers of wrong secrets.
func (s *Secrets) Decoy(parts ...string) string {
	k := s.keys[0]
	hash := digest(k.tokens, append([]string{"decoy"}, parts...)...)
	hashed := phc(digest(k.tokens, "decoy salt", string(hash))[:saltBytes], hash)
	return hashed + k.hintOf(hashed, secret.New(string(hash)))
}

// phc returns a hash in the PHC string format.
func phc(salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

const (
	hmacPrefix = "$hmac-sha256$"
	keyMark    = "$k=" // before the name of the master key
)

// HashGenerated returns a keyed digest.
func (s *Secrets) HashGenerated(generated secret.Text) string {
	return s.keys[0].hashGenerated(generated)
}

func (k *keys) hashGenerated(generated secret.Text) string {
	return hmacPrefix + base64.RawStdEncoding.EncodeToString(digest(k.verifier, generated.Reveal())) + keyMark + k.id
}

// hintOf returns what stands after a hash of a chosen secret: the hint and the name of its key.
func (k *keys) hintOf(hashed string, chosen secret.Text) string {
	return fmt.Sprintf("$h=%02x", digest(k.hint, hashed, chosen.Reveal())[0]) + keyMark + k.id
}

// splitHint parts a verifier of a chosen secret from its hint, which those of older versions lack.
func splitHint(verifier string) (hashed, hint, keyID string) {
	rest, keyID, _ := strings.Cut(verifier, keyMark)
	if i := strings.Index(rest, "$h="); i >= 0 {
		return rest[:i], verifier[i:], keyID
	}
	return rest, "", keyID
}

// generatedBy reports whether the verifier is that of a generated secret under one of the master keys.
func (s *Secrets) generatedBy(verifier string, presented secret.Text) bool {
	bare, _, marked := strings.Cut(verifier, keyMark)
	good := 0
	for i := range s.keys {
		expected := s.keys[i].hashGenerated(presented)
		if !marked { // by an older version
			verifier = bare
			expected, _, _ = strings.Cut(expected, keyMark)
		}
		good |= subtle.ConstantTimeCompare([]byte(verifier), []byte(expected))
	}
	return good == 1
}

// Glance says what can be said without argon2id.
func (s *Secrets) Glance(verifier string, presented secret.Text) port.Glance {
	if strings.HasPrefix(verifier, hmacPrefix) {
		if s.generatedBy(verifier, presented) {
			return port.Right
		}
		return port.Wrong
	}
	switch remembered := s.remembered(verifier, presented); {
	case s.right.Contains(remembered):
		return port.Right
	case s.wrong.Contains(remembered):
		return port.Wrong
	}
	hashed, hint, keyID := splitHint(verifier)
	k, known := s.key(keyID)
	switch {
	case !known || hint == "":
		return port.Unknown
	case subtle.ConstantTimeCompare([]byte(hint), []byte(k.hintOf(hashed, presented))) == 1:
		return port.Likely
	}
	return port.Wrong
}

func (s *Secrets) remembered(verifier string, presented secret.Text) digest32 {
	hashed, _, _ := splitHint(verifier) // the hint may be made anew
	return digest32(digest(s.memoryKey, hashed, presented.Reveal()))
}

// Verify reports whether the secret is the verifier's. Those that are verified at once take turns by their verifiers, and
// the same secret is verified once for all who wait.
func (s *Secrets) Verify(ctx context.Context, verifier string, presented secret.Text) (bool, error) {
	switch s.Glance(verifier, presented) {
	case port.Right:
		return true, nil
	case port.Wrong:
		if strings.HasPrefix(verifier, hmacPrefix) {
			return false, nil
		}
		_, err := parseChosen(verifier)
		return false, err
	default:
	}
	remembered := s.remembered(verifier, presented)
	return s.flights.do(ctx, remembered, func() (bool, error) {
		hashed, err := parseChosen(verifier)
		if err != nil {
			return false, err
		}
		if err := s.hashing.wait(ctx, verifier); err != nil {
			return false, err
		}
		defer s.hashing.end()
		good := hashed.of(presented)
		if good {
			s.right.Add(remembered, struct{}{})
		} else {
			s.wrong.Add(remembered, struct{}{})
		}
		return good, nil
	})
}

// chosenHash is a hash by argon2id with its parameters.
type chosenHash struct {
	salt, hash []byte
	m, t       uint32
	p          uint8
}

func parseChosen(verifier string) (c chosenHash, err error) {
	hashed, hint, keyID := splitHint(verifier)
	parts := strings.Split(hashed, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || (hint == "") != (keyID == "") || strings.Count(hint, "$") > 2 {
		return c, errors.New("secrets: not a verifier")
	}
	var version int
	_, versionErr := fmt.Sscanf(parts[2], "v=%d", &version)
	_, costErr := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.m, &c.t, &c.p)
	var saltErr, hashErr error
	c.salt, saltErr = base64.RawStdEncoding.DecodeString(parts[4])
	c.hash, hashErr = base64.RawStdEncoding.DecodeString(parts[5])
	switch err := errors.Join(versionErr, costErr, saltErr, hashErr); {
	case err != nil:
		return c, fmt.Errorf("secrets: not a verifier: %w", err)
	case version != argon2.Version || c.t == 0 || c.p == 0 || len(c.hash) == 0:
		return c, errors.New("secrets: not a verifier of this version")
	}
	return c, nil
}

func (c chosenHash) of(presented secret.Text) bool {
	again := argon2.IDKey([]byte(presented.Reveal()), c.salt, c.t, c.m, c.p, uint32(len(c.hash))) //nolint:gosec // a hash is short
	return subtle.ConstantTimeCompare(c.hash, again) == 1
}

// Current reports whether a verifier or a sealed text needs no master key but the current one.
func (s *Secrets) Current(made string) bool {
	id := s.keys[0].id
	return strings.HasSuffix(made, keyMark+id) || strings.HasPrefix(made, sealPrefix+id+".")
}

// Dependent reports whether a verifier or a sealed text may be worth nothing without an older master key. Of what older versions
// made nobody can tell.
func (s *Secrets) Dependent(made string) bool {
	return !s.Current(made) && (strings.HasPrefix(made, hmacPrefix) || strings.HasPrefix(made, "v"))
}

// Renew returns the verifier of a secret that is right as this version makes it under the current master key.
func (s *Secrets) Renew(verifier string, right secret.Text) string {
	if strings.HasPrefix(verifier, hmacPrefix) {
		return s.HashGenerated(right)
	}
	hashed, _, _ := splitHint(verifier)
	return hashed + s.keys[0].hintOf(hashed, right)
}

// Sign returns a keyed digest over the purpose and the parts, 32 characters long (192 bits).
func (s *Secrets) Sign(purpose string, parts ...string) string { return s.keys[0].sign(purpose, parts) }

func (k *keys) sign(purpose string, parts []string) string {
	return base64.RawURLEncoding.EncodeToString(digest(k.tokens, append([]string{purpose}, parts...)...)[:24])
}

// Signed reports whether the signature was made by Sign, under any of the master keys.
func (s *Secrets) Signed(signature, purpose string, parts ...string) bool {
	good := 0
	for i := range s.keys {
		good |= subtle.ConstantTimeCompare([]byte(signature), []byte(s.keys[i].sign(purpose, parts)))
	}
	return good == 1
}

// Prefixes name the way of sealing, so that a later one can be told from it.
const (
	sealPrefix      = "v2." // followed by the name of the master key
	namelessPrefix  = "v1." // by an older version
	sealedSeparator = "."
)

// Seal encrypts a secret. The purpose is authenticated and not part of the sealed text.
func (s *Secrets) Seal(plain secret.Text, purpose ...string) (string, error) {
	k := s.keys[0]
	encrypted, err := k.sealer.Encrypt([]byte(plain.Reveal()), join(purpose))
	if err != nil {
		return "", fmt.Errorf("secrets: %w", err)
	}
	return sealPrefix + k.id + sealedSeparator + base64.RawURLEncoding.EncodeToString(encrypted), nil
}

// Open decrypts what Seal returned.
func (s *Secrets) Open(sealed string, purpose ...string) (secret.Text, error) {
	text, ok := strings.CutPrefix(sealed, namelessPrefix)
	by := s.keys
	if named, isNamed := strings.CutPrefix(sealed, sealPrefix); isNamed {
		var id string
		if id, text, ok = strings.Cut(named, sealedSeparator); ok {
			k, known := s.key(id)
			if !known {
				return secret.Text{}, errors.New("secrets: sealed by another master key")
			}
			by = []keys{k}
		}
	}
	if !ok {
		return secret.Text{}, errors.New("secrets: not sealed, or by a newer version")
	}
	encrypted, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return secret.Text{}, fmt.Errorf("secrets: not sealed: %w", err)
	}
	for i := range by {
		if plain, err := by[i].sealer.Decrypt(encrypted, join(purpose)); err == nil {
			return secret.New(string(plain)), nil
		}
	}
	return secret.Text{}, errors.New("secrets: changed, or sealed for something else or by another key")
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
