// Package secret holds text that must not be printed: passwords, shared secrets, keys.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const hidden = "***"

// Text is a secret. Printing, logging or marshalling it gives three stars; Reveal gives the text itself. Its zero value is
// the empty secret.
//
// The text stands behind a pointer because fmt asks no method of a value in an unexported field of another struct: there
// it prints an address.
type Text struct{ text *string }

// New wraps a secret.
func New(text string) Text {
	if text == "" {
		return Text{}
	}
	return Text{&text}
}

// Reveal returns the secret itself, for the one place that must compare or send it.
func (t Text) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// Empty reports whether there is no secret at all.
func (t Text) Empty() bool { return t.text == nil }

// String returns three stars.
func (Text) String() string { return hidden }

// Format writes three stars for every verb of package fmt; without it %d would print the fields.
func (Text) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, hidden) // fmt.State cannot fail
}

// LogValue returns three stars.
func (Text) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText returns three stars, for JSON and XML alike.
func (Text) MarshalText() ([]byte, error) { return []byte(hidden), nil }
