package language_test

import (
	"testing"

	"github.com/punchgate/punchgate/domain/language"
)

func TestTag(t *testing.T) {
	for tag, want := range map[string]bool{
		"sv": true, "en-GB": true, "sr-Latn-RS": true, "de-CH-1996": true, "i-klingon": true, "x-whatever": true, "es-419": true,
		"": false, "-": false, "sv-": false, "-SE": false, "sv--SE": false, "sv_SE": false, "sv SE": false, "1a": false,
		"abcdefgh": true, "abcdefghi": false, "sv-abcdefghi": false, "sv-åä": false, "sé": false, "sv\n": false, "sv-*": false,
	} {
		if got := language.Tag(tag); got != want {
			t.Errorf("Tag(%q) = %v, want %v", tag, got, want)
		}
	}
}
