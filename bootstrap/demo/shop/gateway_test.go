package shop_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// gateway is a small stand-in that keeps to the storefront calls of the gateway's contract.
type gateway struct {
	*httptest.Server

	mu sync.Mutex
	// visits are the answers to the exchange of their token; the session in them is open until its cart was sent.
	visits map[string]string
	spent  map[string]string // the idempotency key by which a token was spent
	// policies are the answers for a customer, by identifier or number, with a session or none.
	policies map[string]string
	open     map[string]bool
	sent     map[string]sentCart // by session
	opened   int

	// refusal, where set, is the answer to every cart: a status and a problem.
	refusalStatus int
	refusal       string
	warnings      string
	away          bool
}

type sentCart struct{ key, body string }

const (
	allowed   = `{"eligible":false,"checkout":"allowed","action":"checkout","label":"Skicka order","redirect":"/","reasons":[]}`
	sendOrder = `{"eligible":true,"checkout":"blocked","action":"send_order","label":"Skicka order","redirect":"/","reasons":[]}`
	none      = `{"eligible":true,"checkout":"blocked","action":"none","label":"Skicka order","redirect":"/","reasons":[]}`
)

func startGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{
		visits: map[string]string{}, spent: map[string]string{}, policies: map[string]string{}, open: map[string]bool{},
		sent: map[string]sentCart{}, warnings: "[]",
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/storefront/sessions/exchange", g.exchange)
	mux.HandleFunc("POST /v1/storefront/sessions", g.openSession)
	mux.HandleFunc("GET /v1/storefront/checkout-policy", g.policy)
	mux.HandleFunc("POST /v1/storefront/sessions/{id}/cart", g.cart)
	mux.HandleFunc("POST /v1/storefront/sessions/{id}/cancel", g.cancel)
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		switch {
		case g.away:
			w.Header().Set("Retry-After", "5")
			problem(w, 503, `{"code":"store.away","detail":"the store is away"}`)
		case r.Header.Get("Authorization") != "Bearer STOREFRONT":
			problem(w, 401, `{"code":"key.unknown"}`)
		default:
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(g.Close)
	return g
}

// invite lets a token be exchanged for a visit of a session, with further members of the answer.
func (g *gateway) invite(token, session, more string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open[session] = true
	g.visits[token] = fmt.Sprintf(`{"session":{"id":%q,"status":"shopping","operation":"create","expires_at":"2026-11-24T12:00:00Z","test":false},
		"customer":{"id":"c-%s","number":"10042","name":"Göteborgs stad"},"person":{"name":"Anna Andersson","email":"","phone":""}%s}`, session, session, more)
	g.policies["c-"+session+" "+session] = sendOrder
	g.policies["c-"+session+" "] = none
}

func (g *gateway) with(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

func (g *gateway) exchange(w http.ResponseWriter, r *http.Request) {
	var request struct{ Token string }
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		problem(w, 400, `{"code":"json.malformed"}`)
		return
	}
	visit, ok := g.visits[request.Token]
	key := r.Header.Get("Idempotency-Key")
	switch before, spent := g.spent[request.Token]; {
	case !ok:
		problem(w, 404, `{"code":"token.not_found","detail":"there is no such token"}`)
	case spent && before != key:
		problem(w, 410, `{"code":"token.spent","detail":"the token was exchanged before"}`)
	default:
		g.spent[request.Token] = key
		io.WriteString(w, visit)
	}
}

func (g *gateway) openSession(w http.ResponseWriter, r *http.Request) {
	var request struct{ Customer, Connection string }
	if json.NewDecoder(r.Body).Decode(&request) != nil || request.Customer != "region" || request.Connection != "fixed" {
		problem(w, 404, `{"code":"connection.not_found"}`)
		return
	}
	g.opened++
	id := fmt.Sprintf("direct-%d", g.opened)
	g.open[id] = true
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"session":{"id":%q,"status":"shopping","operation":"create"},"customer":{"id":"region"}}`, id)
}

func (g *gateway) policy(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	session := q.Get("session")
	if session != "" && !g.open[session] {
		session = ""
	}
	policy, ok := g.policies[q.Get("customer")+q.Get("customer_number")+" "+session]
	if !ok {
		policy = allowed // as for every unknown customer
	}
	io.WriteString(w, policy)
}

func (g *gateway) cart(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	id, now := r.PathValue("id"), sentCart{r.Header.Get("Idempotency-Key"), string(body)}
	before, repeated := g.sent[id]
	switch {
	case repeated && before == now:
	case repeated || !g.open[id]:
		problem(w, 409, `{"code":"session.ended","detail":"the session has ended"}`)
		return
	case g.refusalStatus != 0:
		problem(w, g.refusalStatus, g.refusal)
		return
	default:
		g.sent[id], g.open[id] = now, false
		w.WriteHeader(http.StatusCreated)
	}
	fmt.Fprintf(w, `{"order":{"id":"o%s","number":"P-%s","status":"prepared"},"transfer_url":"https://gateway.example.com/transfer/%s","warnings":%s}`,
		id, id, id, g.warnings)
}

func (g *gateway) cancel(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if _, sent := g.sent[id]; sent {
		problem(w, 409, `{"code":"session.ended","detail":"the session has ended"}`)
		return
	}
	g.open[id] = false
	fmt.Fprintf(w, `{"transfer_url":"https://gateway.example.com/cancel/%s"}`, id)
}

func problem(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	io.WriteString(w, body)
}
