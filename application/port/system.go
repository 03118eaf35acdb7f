package port

import (
	"context"
	"time"

	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// IDs makes unguessable identifiers of at least 128 random bits, in lower-case letters and digits.
type IDs interface{ New() string }

// Secrets makes and checks verifiers, and signs tokens.
type Secrets interface {
	// HashChosen returns a verifier of a secret that a person chose; slow on purpose.
	HashChosen(s secret.Text) (verifier string, err error)
	// HashGenerated returns a verifier of a secret of at least 128 random bits.
	HashGenerated(s secret.Text) (verifier string)
	// Verify reports whether the secret is the one of the verifier. The comparison takes the same time for every wrong
	// secret; a right one may be remembered for a while and then be quicker. The error is for a context that ended or a
	// verifier that is no verifier.
	Verify(ctx context.Context, verifier string, presented secret.Text) (bool, error)
	// Sign returns a code over the parts that nobody can make without the gateway's master key; url-safe.
	Sign(purpose string, parts ...string) string
}

// Poster posts forms server to server.
type Poster interface {
	// Post sends the form to its action. It follows no redirect. Only a 2xx answer is an acknowledgement; everything else
	// is an error that says what came instead, without the answer's text.
	Post(ctx context.Context, form transfer.Form, fields []transfer.Field) error
}
