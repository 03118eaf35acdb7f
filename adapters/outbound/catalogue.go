package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/secret"
)

// ErrCatalogue refuses a question that the shop does not answer, or not as agreed; the cause is for the log.
var ErrCatalogue = fault.New(fault.Unavailable, "catalogue.unavailable",
	"the shop does not answer questions about its articles at the moment")

const (
	askTime    = 15 * time.Second // a person waits
	maxAnswers = 8 << 20          // bytes
)

// Catalogue asks shops about their articles. A question is a POST of JSON, signed as a Standard Webhook (version 1.0.0 of that
// specification, symmetric signature v1): {"type": "catalogue.validate" or "catalogue.search", "timestamp", "data"}. The
// answer is {"currency", "language", "lines"} with lines of the neutral cart; 404, or no lines, is no such article.
type Catalogue struct {
	config Config
	client *http.Client
	clock  port.Clock
}

// NewCatalogue makes a catalogue.
func NewCatalogue(c Config, clock port.Clock) *Catalogue {
	return &Catalogue{c, c.client(askTime), clock}
}

// Ask puts the question to its https address.
func (c *Catalogue) Ask(ctx context.Context, q port.CatalogueQuestion) (*cart.Cart, error) {
	answer, err := c.ask(ctx, q)
	if err != nil {
		return nil, ErrCatalogue.Because(err)
	}
	return answer, nil
}

func (c *Catalogue) ask(ctx context.Context, q port.CatalogueQuestion) (*cart.Cart, error) {
	request, err := c.request(ctx, q)
	if err != nil {
		return nil, err
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, withoutContent(err)
	}
	defer response.Body.Close() //nolint:errcheck // what is needed has been read
	switch response.StatusCode {
	case http.StatusOK:
		return readAnswer(response.Body)
	case http.StatusNotFound:
		return &cart.Cart{}, nil
	}
	return nil, statusError(response.StatusCode)
}

// question is the body of a question.
type question struct {
	Type      string       `json:"type"`
	Timestamp time.Time    `json:"timestamp"`
	Data      questionData `json:"data"`
}

type questionData struct {
	Product    string            `json:"product,omitempty"`
	Quantity   money.Decimal     `json:"quantity,omitzero"`
	Search     string            `json:"search,omitempty"`
	Customer   string            `json:"customer"`
	Connection string            `json:"connection"`
	Extrinsics map[string]string `json:"extrinsics,omitempty"`
	Test       bool              `json:"test"`
}

var questionTypes = map[string]string{port.FunctionValidate: "catalogue.validate", port.FunctionSearch: "catalogue.search"}

func (c *Catalogue) request(ctx context.Context, q port.CatalogueQuestion) (*http.Request, error) {
	now := c.clock.Now()
	body, err := json.Marshal(question{questionTypes[q.Function], now, questionData{
		q.Product, q.Quantity, q.Search, string(q.Customer), string(q.Connection), q.Extrinsics, q.Test,
	}}, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	return signed(ctx, c.config, port.WebhookMessage{URL: q.URL, Secrets: []secret.Text{q.Secret}, ID: q.ID, Body: body}, now)
}

// readAnswer reads the answer strictly. Its errors name the place by a JSON Pointer, and nothing that stands there.
func readAnswer(body io.Reader) (*cart.Cart, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxAnswers+1))
	if err != nil {
		return nil, withoutContent(err)
	}
	if len(text) > maxAnswers {
		return nil, fmt.Errorf("the answer has more than %d bytes", maxAnswers)
	}
	var answer struct {
		Currency string      `json:"currency"`
		Language string      `json:"language"`
		Lines    []cart.Line `json:"lines"`
	}
	if err := json.Unmarshal(text, &answer, strictjson.Strict); err != nil {
		return nil, unreadable(err)
	}
	return &cart.Cart{Currency: answer.Currency, Language: answer.Language, Lines: answer.Lines}, nil
}

func unreadable(err error) error {
	place, why := jsontext.Pointer(""), "is not as agreed"
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		place, why = syntax.JSONPointer, "is not JSON"
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		place = semantic.JSONPointer
		if errors.Is(err, json.ErrUnknownName) {
			why = "is no member of an answer"
		}
	}
	if errors.Is(err, cart.ErrTooManyLines) {
		why = cart.ErrTooManyLines.Message
	}
	return fmt.Errorf("the answer's member %.100q %s", place, why)
}
