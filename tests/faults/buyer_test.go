package faults

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// digest tells documents from one another.
func digest(parts ...[]byte) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write(part)
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// portal takes what the gateway sends by itself: carts at /cart and answers at /answers, as the buyer's side does, and webhooks at
// /events, as the shop does. Until it is healed, it is slow at times, or does not take what comes.
type portal struct {
	*httptest.Server

	history *History
	mu      sync.Mutex
	random  *rand.Rand
	healed  bool
}

func newPortal(t *testing.T, h *History, seed uint64) *portal {
	t.Helper()
	p := &portal{history: h, random: rand.New(rand.NewPCG(seed, 1))}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// heal lets the portal take everything from now on.
func (p *portal) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.healed = true
}

// mood decides how a call is dealt with.
func (p *portal) mood() (wait time.Duration, refuse bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.healed {
		return 0, false
	}
	return time.Duration(p.random.IntN(30)) * time.Millisecond, p.random.IntN(20) == 0
}

// ServeHTTP takes a document.
func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the gateway ended while it spoke
	}
	wait, refuse := p.mood()
	time.Sleep(wait)
	switch r.URL.Path {
	case "/events":
		p.told(r.Header.Get("Webhook-Id"), body, !refuse)
	case "/cart":
		record(p.history, &p.history.Deliveries, Delivery{digest(ofForm(body)), time.Now(), !refuse})
	default:
		record(p.history, &p.history.Deliveries, Delivery{digest(body), time.Now(), !refuse})
	}
	if refuse {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, `<cXML payloadID="r" timestamp="2026-11-24T08:00:00+01:00"><Response><Status code="200" text="OK"/></Response></cXML>`)
}

// told records an event.
func (p *portal) told(id string, body []byte, taken bool) {
	type named struct {
		ID string `json:"id"`
	}
	var e struct {
		Type string `json:"type"`
		Data struct {
			Sequence   int `json:"sequence"`
			Order      named
			Session    named
			Connection named
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		panic(err) // which the gateway meets as a refusal
	}
	record(p.history, &p.history.Events, Event{
		ID: id, Type: e.Type, Of: e.Data.Order.ID + e.Data.Session.ID + e.Data.Connection.ID, Sequence: e.Data.Sequence, Body: string(body),
		At: time.Now(), Taken: taken,
	})
}

// ofForm returns the document that a form carries in Base64.
func ofForm(body []byte) []byte {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	for _, each := range values {
		if decoded, err := base64.StdEncoding.DecodeString(each[0]); err == nil && strings.HasPrefix(string(decoded), "<?xml") {
			return decoded
		}
	}
	return nil
}
