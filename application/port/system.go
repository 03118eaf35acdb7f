package port

import (
	"context"
	"encoding/json"
	"time"

	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/customer"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Policy is what whoever runs the gateway decides.
type Policy struct {
	// LoopbackHTTP accepts addresses of procurement systems on loopback by plain http, as the demo needs them.
	LoopbackHTTP bool
}

// Clock tells the time.
type Clock interface{ Now() time.Time }

// IDs makes unguessable identifiers of at least 128 random bits, in lower-case letters and digits.
type IDs interface{ New() string }

// Glance is what can be said of a presented secret without much work.
type Glance int

// What a glance says.
const (
	Unknown Glance = iota // nothing
	Likely                // it may be right; one of some hundred wrong ones is likely, too
	Right
	Wrong
)

// Secrets makes and checks verifiers, and signs tokens. It may have several master keys, so that one can be replaced by
// another while the gateway runs: the first one makes, all check.
type Secrets interface {
	// HashChosen returns a verifier of a secret that a person chose; slow on purpose.
	HashChosen(ctx context.Context, s secret.Text) (verifier string, err error)
	// HashGenerated returns a verifier of a secret of at least 128 random bits.
	HashGenerated(s secret.Text) (verifier string)
	// Glance says at once what it can. What Verify has told lately it may remember.
	Glance(verifier string, presented secret.Text) Glance
	// Verify reports whether the secret is the one of the verifier. It does not tell by its time how much of a secret is
	// right. The error is for a context that ended, too many who wait (kind TooMany), or a verifier that is no verifier.
	Verify(ctx context.Context, verifier string, presented secret.Text) (bool, error)
	// Decoy returns a verifier that no secret has, the same one for the same parts. Verifying against it takes as long as against one
	// that HashChosen made, so that who presents a secret does not learn whether there is anything to present it for.
	Decoy(parts ...string) (verifier string)
	// Renew returns the verifier of a secret that was found right as it is made today, under the first master key.
	Renew(verifier string, right secret.Text) string
	// Current reports whether a verifier or a sealed text was made under the first master key, as it is made today.
	Current(made string) bool
	// Dependent reports whether a verifier or a sealed text may be worth nothing once the first master key is the only one.
	Dependent(made string) bool
	// Sign returns a code over the parts that nobody can make without the gateway's master key; url-safe.
	Sign(purpose string, parts ...string) string
	// Signed reports whether Sign returned the signature for the purpose and the parts.
	Signed(signature, purpose string, parts ...string) bool
	// Seal encrypts a secret that must be readable again. What it was sealed for, such as the tenant and the connection, must
	// be given again to open it.
	Seal(s secret.Text, purpose ...string) (sealed string, err error)
	// Open decrypts what Seal returned; an error says that it was changed, or sealed for something else or by another key.
	Open(sealed string, purpose ...string) (secret.Text, error)
}

// IdentityProvider tells who somebody is, by OpenID Connect.
type IdentityProvider interface {
	// Name is what people call it; empty where there is none.
	Name() string
	// Begin returns where a browser is led to show who its user is: ErrProviderAway.
	Begin(ctx context.Context, q IdentityQuestion) (address string, err error)
	// Finish returns who came back. It refuses with ErrIdentity what the provider did not say, or not in answer to this question, and
	// with ErrProviderAway where it cannot be asked.
	Finish(ctx context.Context, q IdentityQuestion, a IdentityAnswer) (Identity, error)
}

// IdentityQuestion is a question to the identity provider. What is drawn at random ties the answer to it.
type IdentityQuestion struct {
	ReturnURL    string // where the browser comes back
	State, Nonce string
	Verifier     secret.Text // of PKCE: shown only when the code is exchanged
}

// IdentityAnswer is what a browser brought back.
type IdentityAnswer struct {
	Code   string
	Issuer string // whose answer it is, where the provider says so
}

// Identity is who somebody is to the identity provider.
type Identity struct {
	Issuer, Subject string
	Email           string
	EmailVerified   bool // that the provider saw to it that the address is the person's own
}

// Poster posts forms server to server.
type Poster interface {
	// Post sends the form to its action. It follows no redirect. Only a 2xx answer is an acknowledgement; everything else
	// is an error that says what came instead, without the answer's text.
	Post(ctx context.Context, form transfer.Form, fields []transfer.Field) error
}

// Deliverer hands documents to procurement systems, server to server.
type Deliverer interface {
	// Deliver posts the document and returns the answer's body, at most 1 MiB of it. It follows no redirect. Only a 2xx
	// answer is an acknowledgement; everything else is an error that says what came instead, without the answer's text.
	Deliver(ctx context.Context, d Delivery) (answer []byte, err error)
}

// Delivery is a document on its way.
type Delivery struct {
	URL, MediaType string
	Body           []byte
	User           string      // for HTTP Basic
	Secret         secret.Text // the password, or without a user a bearer token; empty for neither
}

// Webhooks tells shops and their ERPs of events.
type Webhooks interface {
	// Send posts the message to an https address, signed by each of the secrets (Standard Webhooks). It follows no redirect. Only a
	// 2xx answer is an acknowledgement; everything else is an error that says what came instead, without the answer's text.
	Send(ctx context.Context, m WebhookMessage) error
}

// WebhookMessage is a message on its way.
type WebhookMessage struct {
	URL     string
	Secrets []secret.Text // the current one first
	ID      string        // the same however often the message is sent
	Body    []byte        // JSON
}

// Catalogue asks the shop about its articles.
type Catalogue interface {
	// Ask returns the lines that the shop answers with; none where it has no such article. A shop that does not answer in
	// time, or not as agreed, is a fault of kind Unavailable.
	Ask(ctx context.Context, q CatalogueQuestion) (*cart.Cart, error)
}

// CatalogueQuestion is what a procurement system wants to know of the shop's articles.
type CatalogueQuestion struct {
	URL        string      // of the shop
	Secret     secret.Text // signs the question (Standard Webhooks)
	ID         string      // of the question
	Function   string      // FunctionValidate or FunctionSearch
	Product    string      // the article, for FunctionValidate
	Quantity   money.Decimal
	Search     string // the words, for FunctionSearch
	Customer   customer.ID
	Connection connection.ID
	Extrinsics map[string]string // further parameters of the start call
	Test       bool
}

// Mapper adapts carts to a customer's data format, as the mapping of a connection says.
type Mapper interface {
	// Check refuses a mapping that cannot work with the format and its options, with a detail for each place that is wrong.
	// Nothing, an empty text, null and {} are no mapping.
	Check(mapping json.RawMessage, f CartEncoder, options json.RawMessage) error
	// Apply returns the cart of the outgoing document as the mapping makes it, with the fields that the format takes beside
	// it. It leaves the cart that it is given as it is; without a mapping it returns it. Line by line the result is that of
	// the given cart. A value that the mapping cannot make is refused as fault.Invalid with a detail for each line.
	Apply(mapping json.RawMessage, f CartEncoder, v MappingInput) (Mapped, error)
}

// MappingInput is what a mapping can read.
type MappingInput struct {
	Cart     *cart.Cart
	Customer map[string]string // the customer's number, name and custom fields
	Visit    map[string]string // the extrinsics of the start call
}

// Mapped is what a mapping made.
type Mapped struct {
	Cart       *cart.Cart
	LineFields []map[string]string // see Outgoing
	FormFields map[string]string
	Warnings   []transfer.Warning // such as a text that was cut
}
