package outbound

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

const (
	current  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	previous = "whsec_azNqdzVxaHg3bTJhNHQ2Y252YmUyenI0cHU="
)

func message(address string) port.WebhookMessage {
	return port.WebhookMessage{
		URL: address, ID: "shop_order_o1_1", Body: []byte(`{"type":"order.confirmed"}`),
		Secrets: []secret.Text{secret.New(current), secret.New(previous)},
	}
}

func TestAMessageIsSignedByEachOfItsSecrets(t *testing.T) {
	b := listen(t, status(http.StatusNoContent))
	if err := NewWebhooks(Config{LoopbackHTTP: true}, clock{}).Send(t.Context(), message(b.url+"/events")); err != nil {
		t.Fatal(err)
	}
	if b.raw != `{"type":"order.confirmed"}` || b.last.Header.Get("Webhook-Id") != "shop_order_o1_1" || b.last.Method != http.MethodPost {
		t.Errorf("%s %v: %s", b.last.Method, b.last.Header, b.raw)
	}
	for _, key := range []string{current, previous} {
		verifier, err := standardwebhooks.NewWebhook(key)
		if err != nil {
			t.Fatal(err)
		}
		if err := verifier.VerifyIgnoringTimestamp([]byte(b.raw), b.last.Header); err != nil {
			t.Errorf("by %s: %v", key, err)
		}
	}
	other, err := standardwebhooks.NewWebhook("whsec_" + strings.Repeat("QUFB", 8))
	if err != nil {
		t.Fatal(err)
	}
	if other.VerifyIgnoringTimestamp([]byte(b.raw), b.last.Header) == nil {
		t.Error("another secret verifies it, too")
	}
}

func TestOnlyASuccessTakesAMessage(t *testing.T) {
	for code, taken := range map[int]bool{200: true, 202: true, 204: true, 301: false, 302: false, 307: false, 400: false, 410: false, 500: false} {
		elsewhere := listen(t, status(http.StatusOK))
		b := listen(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.url)
			w.WriteHeader(code)
		})
		err := NewWebhooks(Config{LoopbackHTTP: true}, clock{}).Send(t.Context(), message(b.url))
		if (err == nil) != taken || len(b.calls) != 1 || len(elsewhere.calls) != 0 {
			t.Errorf("%d: %v after %d calls, and %d where it led", code, err, len(b.calls), len(elsewhere.calls))
		}
	}
}

func TestATargetThatFailsOnEndIsLeftAloneAndOthersAreNot(t *testing.T) {
	code := http.StatusInternalServerError
	dead := listen(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	w := NewWebhooks(Config{LoopbackHTTP: true}, clock{})
	for range failuresOnEnd {
		if err := w.Send(t.Context(), message(dead.url+"/a?key=1")); errors.Is(err, port.ErrLeftAlone) {
			t.Fatal("it is left alone too early")
		}
	}
	for range 3 {
		if err := w.Send(t.Context(), message(dead.url+"/a?key=2")); !errors.Is(err, port.ErrLeftAlone) || strings.Contains(err.Error(), dead.url) {
			t.Errorf("it is called again: %v", err)
		}
	}
	if n := len(dead.calls); n != failuresOnEnd {
		t.Errorf("%d calls", n)
	}
	code = http.StatusOK
	if err := w.Send(t.Context(), message(dead.url+"/b")); err != nil {
		t.Errorf("another address of the host: %v", err)
	}
}

func TestATargetThatRefusesIsAlive(t *testing.T) {
	b := listen(t, status(http.StatusForbidden))
	w := NewWebhooks(Config{LoopbackHTTP: true}, clock{})
	for range 3 * failuresOnEnd {
		if err := w.Send(t.Context(), message(b.url)); err == nil || errors.Is(err, port.ErrLeftAlone) {
			t.Errorf("refused: %v", err)
		}
	}
}

func TestAHostThatTheOperatorNamedIsCalledWhereverItIs(t *testing.T) {
	b := listenTLS(t, status(http.StatusOK))
	_, number, _ := strings.Cut(strings.TrimPrefix(b.url, "https://"), ":")
	for hosts, open := range map[string]bool{"": false, "erp.internal": false, "LOCALHOST": true} {
		err := NewWebhooks(Config{Hosts: strings.Fields(hosts)}, clock{}).Send(t.Context(), message("https://localhost:"+number))
		if errors.Is(err, errNetwork) == open {
			t.Errorf("named is %q: %v", hosts, err)
		}
	}
}
