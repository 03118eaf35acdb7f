package shop_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/bootstrap/demo/shop"
	"github.com/punchgate/punchgate/domain/cart"
)

const catalogueSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// question posts a question to the shop, signed with the secret.
func question(t *testing.T, signs, body string) *httptest.ResponseRecorder {
	t.Helper()
	signed, err := standardwebhooks.NewWebhook(signs)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	signature, err := signed.Sign("q1", now, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/catalogue", strings.NewReader(body))
	r.Header.Set(standardwebhooks.HeaderWebhookID, "q1")
	r.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	w := httptest.NewRecorder()
	shop.New(shop.Config{CatalogueSecret: catalogueSecret, Log: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
	return w
}

func TestQuestionsAboutArticlesAreAnsweredByLinesOfACart(t *testing.T) {
	for sentence, c := range map[string]struct {
		question string
		skus     string // all of the answer, or "" where there is none
		quantity string // of the first line
	}{
		"an article at a quantity":           {`{"type":"catalogue.validate","data":{"product":"4720","quantity":"250"}}`, "4720", "250"},
		"an article that the shop has not":   {`{"type":"catalogue.validate","data":{"product":"1","quantity":"1"}}`, "", ""},
		"words in a name, in capitals":       {`{"type":"catalogue.search","data":{"search":" KUVERT "}}`, "4720", "1"},
		"words that are nowhere":             {`{"type":"catalogue.search","data":{"search":"lastbil"}}`, "", ""},
		"a question that nobody has thought": {`{"type":"catalogue.sell","data":{"search":"kuvert"}}`, "", ""},
	} {
		t.Run(sentence, func(t *testing.T) {
			w := question(t, catalogueSecret, c.question)
			if c.skus == "" {
				if w.Code != http.StatusNotFound {
					t.Errorf("%d %s", w.Code, w.Body)
				}
				return
			}
			var answer client.CatalogueAnswer
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
				t.Fatalf("%d %s: %v", w.Code, w.Body, err)
			}
			asCart := cart.Cart{Currency: answer.Currency, Language: answer.Language, Lines: answer.Lines}
			if err := asCart.Check(); err != nil {
				t.Errorf("the answer is no cart: %v", err)
			}
			var skus []string
			for _, l := range answer.Lines {
				skus = append(skus, l.SKU)
			}
			if strings.Join(skus, " ") != c.skus || answer.Lines[0].Quantity.String() != c.quantity {
				t.Errorf("%s", w.Body)
			}
		})
	}
}

func TestWhoeverCannotSignAQuestionGetsNoAnswer(t *testing.T) {
	const body = `{"type":"catalogue.search","data":{"search":"papper"}}`
	if w := question(t, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", body); w.Code != http.StatusUnauthorized {
		t.Errorf("another secret: %d %s", w.Code, w.Body)
	}
	r := httptest.NewRequest("POST", "/catalogue", strings.NewReader(body))
	for _, config := range []shop.Config{{CatalogueSecret: catalogueSecret}, {}} {
		w := httptest.NewRecorder()
		if shop.New(config).ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
			t.Errorf("no signature: %d %s", w.Code, w.Body)
		}
	}
	if w := question(t, catalogueSecret, "{"); w.Code != http.StatusBadRequest {
		t.Errorf("no JSON: %d %s", w.Code, w.Body)
	}
}
