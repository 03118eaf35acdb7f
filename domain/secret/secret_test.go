package secret_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/domain/secret"
)

const word = "hunter2"

// command is what a secret travels in, with and without the packages that print it reaching its methods.
type command struct {
	Password secret.Text
	Pointer  *secret.Text
	List     []secret.Text
	Map      map[string]secret.Text
	Any      any
	password secret.Text
	list     []secret.Text
}

func newCommand() command {
	s := secret.New(word)
	return command{s, &s, []secret.Text{s}, map[string]secret.Text{"a": s}, s, s, []secret.Text{s}}
}

// refuseWord fails where text tells the secret, as it is, in hexadecimal, or as the numbers of its bytes.
func refuseWord(t *testing.T, how, text string) {
	t.Helper()
	for _, form := range []string{word, hex.EncodeToString([]byte(word)), fmt.Sprintf("%d", []byte(word)), fmt.Sprintf("% x", word)} {
		if strings.Contains(strings.ToLower(text), form) {
			t.Errorf("%s tells the secret: %s", how, text)
		}
	}
}

func TestNoVerbPrintsTheSecret(t *testing.T) {
	s, c := secret.New(word), newCommand()
	for _, value := range []any{s, &s, []any{s}, c, &c, []command{c}, map[string]command{"a": c}, struct{ inner any }{c}} {
		for _, verb := range "vTtbcdoOqxXUeEfFgGspwz" {
			for _, flag := range []string{"", "+", "#", " ", "-", "0", "20", ".3"} {
				format := "%" + flag + string(verb)
				refuseWord(t, fmt.Sprintf("%s of %T", format, value), fmt.Sprintf(format, value))
			}
		}
		refuseWord(t, fmt.Sprintf("Sprint of %T", value), fmt.Sprint(value))
	}
}

func TestEveryVerbPrintsThreeStars(t *testing.T) {
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if got := fmt.Sprintf(format, secret.New(word)); got != "***" {
			t.Errorf("%s prints %q", format, got)
		}
	}
	if got := secret.New(word).String(); got != "***" {
		t.Errorf("String returns %q", got)
	}
}

func TestNoErrorTellsTheSecret(t *testing.T) {
	err := errors.Join(fmt.Errorf("login with %v: %w", newCommand(), errors.New("refused")), fmt.Errorf("%s", secret.New(word)))
	refuseWord(t, "an error", err.Error())
}

func TestNoLogTellsTheSecret(t *testing.T) {
	c := newCommand()
	handlers := map[string]func(*bytes.Buffer) slog.Handler{
		"the text handler": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"the JSON handler": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	}
	for name, handler := range handlers {
		var log bytes.Buffer
		logger := slog.New(handler(&log)).With("with", c.Password)
		logger.Info("login", "password", c.Password, "pointer", c.Pointer, "command", c, "group", slog.GroupValue(slog.Any("p", c)))
		refuseWord(t, name, log.String())
		if !strings.Contains(log.String(), "***") {
			t.Errorf("%s does not show that there is a secret: %s", name, log.String())
		}
	}
}

func TestNoDocumentTellsTheSecret(t *testing.T) {
	document, err := json.Marshal(newCommand())
	if err != nil {
		t.Fatal(err)
	}
	refuseWord(t, "JSON", string(document))
	if !bytes.Contains(document, []byte(`"Password":"***"`)) {
		t.Errorf("JSON does not show that there is a secret: %s", document)
	}
	type element struct {
		Attribute secret.Text `xml:",attr"`
		Text      secret.Text
	}
	if document, err = xml.Marshal(element{secret.New(word), secret.New(word)}); err != nil {
		t.Fatal(err)
	}
	if want := `<element Attribute="***"><Text>***</Text></element>`; string(document) != want {
		t.Errorf("XML is %s, want %s", document, want)
	}
}

func TestRevealGivesTheSecretBack(t *testing.T) {
	for _, text := range []string{"", word, "åäö\x00"} {
		s := secret.New(text)
		if s.Reveal() != text || s.Empty() != (text == "") {
			t.Errorf("%q became %q", text, s.Reveal())
		}
	}
	if !reflect.DeepEqual(secret.New(""), secret.Text{}) {
		t.Error("the empty secret is not the zero value")
	}
}
