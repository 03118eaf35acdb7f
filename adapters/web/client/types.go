package client

import (
	"cmp"
	"fmt"
	"time"

	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/money"
)

// The types of a CatalogueQuestion.
const (
	CatalogueValidate = "catalogue.validate"
	CatalogueSearch   = "catalogue.search"
)

// CatalogueQuestion is what the gateway posts to the shop's catalogue_url, signed as a Standard Webhook, where a procurement
// system asks for data. The shop verifies the signature, and answers with a CatalogueAnswer, or 404 where there is nothing.
type CatalogueQuestion struct {
	Type      string    `json:"type"` // CatalogueValidate or CatalogueSearch
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Product    string            `json:"product"`  // the article, for CatalogueValidate
		Quantity   money.Decimal     `json:"quantity"` // that the price is wanted for
		Search     string            `json:"search"`   // the words, for CatalogueSearch
		Customer   string            `json:"customer"` // the gateway's identifier
		Connection string            `json:"connection"`
		Extrinsics map[string]string `json:"extrinsics"`
		Test       bool              `json:"test"`
	} `json:"data"`
}

// CatalogueAnswer is what the shop found.
type CatalogueAnswer struct {
	Currency string      `json:"currency"`
	Language string      `json:"language,omitempty"`
	Lines    []cart.Line `json:"lines"`
}

// Problem is a refusal by the gateway: every answer but 2xx is returned as one, to be found by errors.AsType. Its code is empty
// where the answer came from something in between.
type Problem struct {
	api.Problem

	// RetryAfter is how long the gateway asks to wait, with statuses 409, 429 and 503; zero where it does not say.
	RetryAfter time.Duration `json:"-"`
}

// Error returns the status, the code and the text for people.
func (p *Problem) Error() string {
	text := cmp.Or(p.Detail, p.Title)
	if p.Code == "" {
		return fmt.Sprintf("the gateway answered %d: %s", p.Status, text)
	}
	return fmt.Sprintf("the gateway answered %d %s: %s", p.Status, p.Code, text)
}
