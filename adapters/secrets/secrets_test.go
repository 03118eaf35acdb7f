package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

const (
	chosen = "Hemligt-4711"
	master = "0123456789abcdefghijklmnopqrstuv"
)

// with returns the secrets of master keys; the first is the current one.
func with(t testing.TB, masters ...string) *Secrets {
	t.Helper()
	var keys MasterKeys
	for _, master := range masters {
		keys = append(keys, MasterKey(master))
	}
	s, err := New(keys)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func hash(t testing.TB, s *Secrets) string {
	t.Helper()
	verifier, err := s.HashChosen(t.Context(), secret.New(chosen))
	if err != nil {
		t.Fatal(err)
	}
	return verifier
}

func verify(t testing.TB, s *Secrets, verifier, presented string) bool {
	t.Helper()
	good, err := s.Verify(t.Context(), verifier, secret.New(presented))
	if err != nil {
		t.Fatal(err)
	}
	return good
}

func TestAVerifierKnowsItsSecretAndNoOther(t *testing.T) {
	s := with(t, master)
	for name, verifier := range map[string]string{"chosen": hash(t, s), "generated": s.HashGenerated(secret.New(chosen))} {
		for range 2 { // the second time a right one is remembered
			if !verify(t, s, verifier, chosen) {
				t.Errorf("%s: the secret is refused", name)
			}
			for _, wrong := range []string{"", "hemligt-4711", chosen + " ", chosen + "\x00", chosen[:11], verifier} {
				if verify(t, s, verifier, wrong) {
					t.Errorf("%s: %q is accepted", name, wrong)
				}
			}
		}
	}
}

func TestTheSameSecretHasAnotherVerifierEachTime(t *testing.T) {
	s := with(t, master)
	first, second := hash(t, s), hash(t, s)
	if first == second {
		t.Error("the salt is always the same")
	}
	if !verify(t, s, first, chosen) || !verify(t, s, second, chosen) {
		t.Error("a verifier does not know its secret")
	}
}

func TestAVerifierOfAChosenSecretOutlivesTheMasterKeyAndThatOfAGeneratedOneDoesNot(t *testing.T) {
	s, other := with(t, master), with(t, strings.ToUpper(master))
	if !verify(t, other, hash(t, s), chosen) {
		t.Error("the verifier of a chosen secret hangs on the master key")
	}
	if verify(t, other, s.HashGenerated(secret.New(chosen)), chosen) {
		t.Error("the verifier of a generated secret is worth something without the master key")
	}
	if again := with(t, master); again.HashGenerated(secret.New(chosen)) != s.HashGenerated(secret.New(chosen)) {
		t.Error("the same master key gives another verifier after a restart")
	}
}

func TestADecoyIsAVerifierThatNoSecretHas(t *testing.T) {
	s := with(t, master)
	decoy := s.Decoy("user", "anna@example.com")
	if decoy != s.Decoy("user", "anna@example.com") || decoy == s.Decoy("user", "bo@example.com") || decoy == s.Decoy("useranna@example.com") {
		t.Error("it is not one for each name")
	}
	shape := regexp.MustCompile(`[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}\$h=..\$k=.{8}$`)
	if honest := hash(t, s); !shape.MatchString(honest) || !shape.MatchString(decoy) || decoy[:30] != honest[:30] || !s.Current(decoy) {
		t.Errorf("%s does not look like %s", decoy, honest)
	}
	likely := 0
	for i := range 2000 {
		if s.Glance(decoy, secret.New(fmt.Sprint(i))) == port.Likely {
			likely++
			if likely == 1 && verify(t, s, decoy, fmt.Sprint(i)) {
				t.Error("somebody knows it")
			}
		}
	}
	if likely == 0 || likely > 30 {
		t.Errorf("of 2000 secrets %d are worth verifying, and about 8 should be", likely)
	}
}

func TestWhatIsNoVerifierIsAnErrorAndNeverGood(t *testing.T) {
	s := with(t, master)
	good := hash(t, s)
	if !strings.HasPrefix(good, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("verifier %s", good)
	}
	parts := strings.Split(good, "$")
	replaced := func(i int, part string) string {
		changed := strings.Split(good, "$")
		changed[i] = part
		return strings.Join(changed, "$")
	}
	for name, verifier := range map[string]string{
		"empty":                "",
		"a word":               "password",
		"the secret itself":    chosen,
		"another algorithm":    replaced(1, "argon2i"),
		"another version":      replaced(2, "v=16"),
		"no version":           replaced(2, ""),
		"no passes":            replaced(3, "m=19456,t=0,p=1"),
		"no lanes":             replaced(3, "m=19456,t=2,p=0"),
		"costs in words":       replaced(3, "cheap"),
		"a salt of no sort":    replaced(4, "***"),
		"a hash of no sort":    replaced(5, "***"),
		"no hash":              replaced(5, ""),
		"a part too many":      good + "$x",
		"a part too few":       strings.Join(parts[:5], "$"),
		"a hint without a key": strings.Join(parts[:7], "$"),
		"of another maker":     "$2b$12$abcdefghijklmnopqrstuv",
	} {
		if ok, err := s.Verify(t.Context(), verifier, secret.New(chosen)); ok || err == nil || strings.Contains(err.Error(), "%!") {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	for name, verifier := range map[string]string{
		"another salt":                    replaced(4, parts[4][:21]+string(parts[4][21]^1)),
		"another hash":                    replaced(5, string(parts[5][0]^1)+parts[5][1:]),
		"half the hash":                   replaced(5, parts[5][:20]),
		"another hint":                    replaced(6, "h=zz"),
		"the digest of another secret":    s.HashGenerated(secret.New("other")),
		"half a digest":                   s.HashGenerated(secret.New(chosen))[:30],
		"the digest's name and no digest": hmacPrefix,
	} {
		if ok, _ := s.Verify(t.Context(), verifier, secret.New(chosen)); ok {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestARightSecretIsHashedOnce takes all leave to hash away: what is answered now is answered from memory.
func TestARightSecretIsHashedOnce(t *testing.T) {
	s := with(t, master)
	verifier, unseen := hash(t, s), hash(t, s)
	if !verify(t, s, verifier, chosen) || verify(t, s, verifier, "wrong") {
		t.Fatal("not verified")
	}
	s.hashing.free = 0
	if !verify(t, s, verifier, chosen) {
		t.Error("the remembered secret is refused")
	}
	if !verify(t, s, s.HashGenerated(secret.New(chosen)), chosen) {
		t.Error("a generated secret waits for leave to hash")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct{ verifier, presented string }{
		"a secret is remembered for its own verifier alone":     {unseen, chosen},
		"a secret is remembered as it is, not by its beginning": {withoutHint(verifier), chosen + "x"},
	} {
		if ok, err := s.Verify(ended, c.verifier, secret.New(c.presented)); ok || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
}

func TestASignatureHangsOnThePurposeAndOnEachPart(t *testing.T) {
	s := with(t, master)
	signed := map[string]string{}
	for name, signature := range map[string]string{
		"start a b":             s.Sign("start", "a", "b"),
		"transfer a b":          s.Sign("transfer", "a", "b"),
		"start b a":             s.Sign("start", "b", "a"),
		"start a":               s.Sign("start", "a"),
		"start ab":              s.Sign("start", "ab"),
		"start a bc":            s.Sign("start", "a", "bc"),
		"start ab c":            s.Sign("start", "ab", "c"),
		"start abc":             s.Sign("start", "abc"),
		"starta b":              s.Sign("starta", "b"),
		"start and nothing":     s.Sign("start"),
		"start and an empty":    s.Sign("start", ""),
		"start and two empties": s.Sign("start", "", ""),
		"a length as a part":    s.Sign("start", "1:a1:b"),
		"lengths as digits":     s.Sign("2ab3abc3abc"),
		"digits as lengths":     s.Sign("1", "ab", "abc", "abc"),
		"another master key":    with(t, strings.ToUpper(master)).Sign("start", "a", "b"),
	} {
		if other, taken := signed[signature]; taken {
			t.Errorf("%s has the signature of %s", name, other)
		}
		signed[signature] = name
		if len(signature) != 32 || strings.Trim(signature, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%s: signature %q", name, signature)
		}
	}
	if s.Sign("start", "a", "b") != with(t, master).Sign("start", "a", "b") {
		t.Error("a signature is worth nothing after a restart")
	}
}

func seal(t testing.TB, s *Secrets, plain string, purpose ...string) string {
	t.Helper()
	sealed, err := s.Seal(secret.New(plain), purpose...)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestWhatIsSealedIsOpenedForItsPurposeAlone(t *testing.T) {
	s := with(t, master)
	for _, plain := range []string{"", chosen, "åäö\x00\xff", strings.Repeat("long", 1000)} {
		sealed := seal(t, s, plain, "answers", "papper", "n1")
		if opened, err := with(t, master).Open(sealed, "answers", "papper", "n1"); err != nil || opened.Reveal() != plain {
			t.Errorf("%.20q was opened as %.20q, %v", plain, opened.Reveal(), err)
		}
		if again := seal(t, s, plain, "answers", "papper", "n1"); again == sealed {
			t.Errorf("%.20q is sealed the same way each time", plain)
		}
		if strings.Trim(sealed, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			t.Errorf("%q cannot stand in an address", sealed)
		}
		for name, purpose := range map[string][]string{
			"another connection":   {"answers", "papper", "n2"},
			"a part less":          {"answers", "papper"},
			"a part more":          {"answers", "papper", "n1", ""},
			"parts run together":   {"answers", "pappern1"},
			"a part cut elsewhere": {"answers", "pappe", "rn1"},
			"a length as a part":   {"answers", "papper2:n1"},
			"nothing":              nil,
		} {
			if opened, err := s.Open(sealed, purpose...); err == nil || !opened.Empty() {
				t.Errorf("for %s it was opened as %q, %v", name, opened.Reveal(), err)
			}
		}
	}
}

func TestWhatWasChangedOrSealedByAnotherKeyIsNotOpened(t *testing.T) {
	s := with(t, master)
	sealed := seal(t, s, chosen, "answers")
	changed := map[string]string{
		"by another key":  seal(t, with(t, strings.ToUpper(master)), chosen, "answers"),
		"empty":           "",
		"plain":           chosen,
		"only the prefix": sealPrefix,
		"of no prefix":    strings.TrimPrefix(sealed, sealPrefix),
		"of a newer way":  "v3." + strings.TrimPrefix(sealed, sealPrefix),
		"of an older way": "v1." + strings.TrimPrefix(sealed, sealPrefix),
		"half":            sealed[:len(sealed)/2],
		"padded":          sealed + "=",
		"a verifier":      s.HashGenerated(secret.New(chosen)),
	}
	for i := len(sealPrefix); i < len(sealed); i++ {
		other := byte('A')
		if sealed[i] == other {
			other = 'B'
		}
		changed[fmt.Sprintf("with another character %d", i)] = sealed[:i] + string(other) + sealed[i+1:]
	}
	for name, text := range changed {
		if opened, err := s.Open(text, "answers"); err == nil || !opened.Empty() || strings.Contains(err.Error(), chosen) {
			t.Errorf("%s: opened as %q, %v", name, opened.Reveal(), err)
		}
	}
}

func TestNothingPrintedHoldsASecret(t *testing.T) {
	s := with(t, master)
	var printed bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		fmt.Fprintf(&printed, verb+" "+verb+" "+verb+"\n", s, *s, MasterKey(master))
	}
	slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "key", MasterKey(master), "secrets", s)
	fmt.Fprintln(&printed, hash(t, s), s.HashGenerated(secret.New(chosen)), s.Sign("start", chosen), seal(t, s, chosen, "answers"))
	_, err := s.Verify(t.Context(), "$argon2id$v=19$m=1,t=1,p=1$***$***", secret.New(chosen))
	fmt.Fprintln(&printed, err)
	text := printed.String()
	for _, key := range []string{master, s.keys[0].verifier.Reveal(), s.keys[0].hint.Reveal(), s.keys[0].tokens.Reveal(), s.memoryKey.Reveal(), chosen} {
		for _, form := range []string{key, fmt.Sprintf("%x", key), strings.Trim(fmt.Sprintf("%d", []byte(key)), "[]"), fmt.Sprintf("%#v", []byte(key))[7:]} {
			if strings.Contains(text, form) {
				t.Errorf("printed: %s", form)
			}
		}
	}
}

func TestMasterKeysAre32BytesInBase64(t *testing.T) {
	const first, second = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	for text, want := range map[string]int{
		"": 0, first: 1, "\n" + first + "\r\n" + second + "\n": 2, second + ", " + first: 2,
	} {
		keys, err := ParseMasterKeys(secret.New(text))
		if err != nil || len(keys) != want || want > 0 && (keys[0][0] == 31) != strings.HasPrefix(text, second) {
			t.Errorf("%q: %d keys, %v", text, len(keys), err)
		}
	}
	for _, wrong := range []string{"AAEC", "not base64", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gIQ==", strings.Repeat("a", 32), first + " AAEC", first + "," + first} {
		if _, err := ParseMasterKeys(secret.New(wrong)); err == nil || wrong != "" && strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// withoutHint returns a verifier as older versions made it.
func withoutHint(verifier string) string {
	hashed, _, _ := splitHint(verifier)
	return hashed
}

func TestTheHintRefusesMostWrongSecretsWithoutHashing(t *testing.T) {
	s := with(t, master)
	verifier := hash(t, s)
	s.hashing.free = 0 // nobody may hash
	ended, end := context.WithCancel(t.Context())
	end()
	likely := 0
	const guesses = 5000
	for i := range guesses {
		guess := secret.New(fmt.Sprintf("guess %d", i))
		good, err := s.Verify(ended, verifier, guess)
		switch glance := s.Glance(verifier, guess); {
		case good, glance == port.Right, glance == port.Unknown:
			t.Fatalf("guess %d is %v", i, glance)
		case (glance == port.Likely) != errors.Is(err, context.Canceled):
			t.Fatalf("guess %d is %v and verified with %v", i, glance, err)
		case glance == port.Likely:
			likely++
		}
	}
	if likely < guesses/256/4 || likely > guesses/256*4 {
		t.Errorf("%d of %d guesses are likely; one of 256 should be", likely, guesses)
	}
	if glance := s.Glance(verifier, secret.New(chosen)); glance != port.Likely {
		t.Errorf("the right secret is %v", glance)
	}
	if glance := s.Glance(withoutHint(verifier), secret.New("wrong")); glance != port.Unknown {
		t.Errorf("without a hint a secret is %v", glance)
	}
}

func TestAWrongSecretThatPassesTheHintIsHashedOnce(t *testing.T) {
	s := with(t, master)
	verifier := hash(t, s)
	guess := "0"
	for i := 1; s.Glance(verifier, secret.New(guess)) != port.Likely; i++ {
		guess = fmt.Sprint(i)
	}
	if verify(t, s, verifier, guess) {
		t.Fatal("accepted")
	}
	s.hashing.free = 0
	if s.Glance(verifier, secret.New(guess)) != port.Wrong || verify(t, s, verifier, guess) {
		t.Error("it is hashed again")
	}
}

// TestAVerifierOfAnOlderVersionIsMadeAnew holds what the first versions stored.
func TestAVerifierOfAnOlderVersionIsMadeAnew(t *testing.T) {
	s := with(t, master)
	for name, old := range map[string]string{
		"chosen":    withoutHint(hash(t, s)),
		"generated": strings.Split(s.HashGenerated(secret.New(chosen)), keyMark)[0],
	} {
		if s.Current(old) || s.Dependent(old) != (name == "generated") || !verify(t, s, old, chosen) || verify(t, s, old, "wrong") {
			t.Errorf("%s: %s", name, old)
		}
		renewed := s.Renew(old, secret.New(chosen))
		if !s.Current(renewed) || !verify(t, with(t, master), renewed, chosen) || verify(t, with(t, master), renewed, "wrong") {
			t.Errorf("%s was made anew as %s", name, renewed)
		}
	}
	old := strings.Replace(seal(t, s, chosen, "answers"), sealPrefix+s.keys[0].id+".", namelessPrefix, 1)
	if opened, err := s.Open(old, "answers"); err != nil || opened.Reveal() != chosen || s.Current(old) || !s.Dependent(old) {
		t.Errorf("%s: %q, %v", old, opened.Reveal(), err)
	}
}

func TestWhatAnOlderMasterKeyMadeIsGoodWhileThatKeyIsThere(t *testing.T) {
	const next = "another master key of 32 bytes.."
	old, both, only := with(t, master), with(t, next, master), with(t, next)
	made := map[string]string{"chosen": hash(t, old), "generated": old.HashGenerated(secret.New(chosen))}
	for name, verifier := range made {
		if !verify(t, both, verifier, chosen) || verify(t, both, verifier, "wrong") || both.Current(verifier) || !old.Current(verifier) ||
			both.Dependent(verifier) != (name == "generated") || old.Dependent(verifier) {
			t.Errorf("%s: %s", name, verifier)
		}
		renewed := both.Renew(verifier, secret.New(chosen))
		if !both.Current(renewed) || !verify(t, only, renewed, chosen) || only.Glance(renewed, secret.New("no guess")) == port.Unknown {
			t.Errorf("%s was made anew as %s", name, renewed)
		}
	}
	if verify(t, only, made["generated"], chosen) {
		t.Error("a generated secret outlives its master key")
	}
	signature, sealed := old.Sign("start", "a"), seal(t, old, chosen, "answers")
	if !both.Signed(signature, "start", "a") || both.Signed(signature, "start", "b") || only.Signed(signature, "start", "a") ||
		!only.Signed(both.Sign("start", "a"), "start", "a") || both.Signed("", "start", "a") {
		t.Error("signatures do not follow their keys")
	}
	opened, err := both.Open(sealed, "answers")
	if err != nil || opened.Reveal() != chosen || both.Current(sealed) || !both.Dependent(sealed) || old.Dependent(sealed) {
		t.Errorf("%q, %v", opened.Reveal(), err)
	}
	if _, err := only.Open(sealed, "answers"); err == nil {
		t.Error("what was sealed by a key that is gone is opened")
	}
	if opened, err := only.Open(seal(t, both, chosen, "answers"), "answers"); err != nil || opened.Reveal() != chosen {
		t.Errorf("%q, %v", opened.Reveal(), err)
	}
}

func BenchmarkFirstTime(b *testing.B) {
	s := with(b, master)
	verifier := hash(b, s)
	for b.Loop() {
		s.right.Purge()
		if !verify(b, s, verifier, chosen) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkRemembered(b *testing.B) {
	s := with(b, master)
	verifier := hash(b, s)
	for b.Loop() {
		if !verify(b, s, verifier, chosen) {
			b.Fatal("refused")
		}
	}
}
