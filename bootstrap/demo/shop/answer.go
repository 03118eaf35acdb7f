package shop

import (
	"encoding/json"
	"io"
	"net/http"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/punchgate/punchgate/adapters/web/client"
	"github.com/punchgate/punchgate/domain/cart"
)

// answer tells a procurement system, by way of the gateway, what it asks about the articles. Whoever cannot sign the question
// gets no answer: a real shop's prices are the customer's own.
func (s *shop) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "the question is too large", http.StatusRequestEntityTooLarge)
		return
	}
	signed, err := standardwebhooks.NewWebhook(s.CatalogueSecret)
	if err != nil || s.CatalogueSecret == "" || signed.Verify(body, r.Header) != nil {
		http.Error(w, "the signature is not the gateway's", http.StatusUnauthorized)
		return
	}
	var q client.CatalogueQuestion
	if err := json.Unmarshal(body, &q); err != nil {
		http.Error(w, "the question is not readable", http.StatusBadRequest)
		return
	}
	told := client.CatalogueAnswer{Currency: currency, Language: "sv", Lines: found(q)}
	if len(told.Lines) == 0 {
		http.Error(w, "no such article", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(told); err != nil {
		s.Log.WarnContext(r.Context(), "a question about the articles was not answered", "error", err)
	}
}

// found returns the article at the quantity asked for, or one of each that the words are found in.
func found(q client.CatalogueQuestion) []cart.Line {
	const lang = "sv"
	var lines []cart.Line
	switch q.Type {
	case client.CatalogueValidate:
		if p := find(q.Data.Product); p != nil {
			lines = append(lines, p.line(lang, q.Data.Quantity))
		}
	case client.CatalogueSearch:
		for _, p := range search(lang, q.Data.Search) {
			lines = append(lines, p.line(lang, one))
		}
	}
	return lines
}
