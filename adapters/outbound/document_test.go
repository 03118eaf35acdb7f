package outbound

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/secret"
)

// trials opens this machine by plain http.
var trials = Config{LoopbackHTTP: true}

func TestADocumentIsPostedAsItIs(t *testing.T) {
	for sentence, c := range map[string]struct {
		user, secret, authorization string
	}{
		"without credentials": {"", "", ""},
		"by HTTP Basic":       {"anna", "hemligt", "Basic YW5uYTpoZW1saWd0"},
		"by a bearer token":   {"", "hemligt", "Bearer hemligt"},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusAccepted)
				io.WriteString(w, "<cXML/>")
			})
			answer, err := NewDeliverer(trials).Deliver(t.Context(), port.Delivery{
				URL: b.url + "/orders?of=7", MediaType: "text/xml; charset=UTF-8", Body: []byte("<Order>å</Order>"), User: c.user, Secret: secret.New(c.secret),
			})
			if err != nil || string(answer) != "<cXML/>" {
				t.Fatalf("%q, %v", answer, err)
			}
			if b.last.Method != "POST" || b.calls[0] != "/orders?of=7" || b.raw != "<Order>å</Order>" || b.last.Header.Get("Content-Type") != "text/xml; charset=UTF-8" {
				t.Errorf("%s %v %q", b.last.Method, b.calls, b.raw)
			}
			if got := b.last.Header.Get("Authorization"); got != c.authorization {
				t.Errorf("authorization %q", got)
			}
		})
	}
}

func TestOnlyA2xxTakesADocument(t *testing.T) {
	for code, taken := range map[int]bool{200: true, 204: true, 299: true, 301: false, 307: false, 400: false, 401: false, 500: false} {
		b := listen(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
			if code != 204 {
				io.WriteString(w, "ANSWER")
			}
		})
		answer, err := NewDeliverer(trials).Deliver(t.Context(), port.Delivery{URL: b.url + "/?token=QUERY", Body: []byte("DOCUMENT"), Secret: secret.New("SECRET")})
		if (err == nil) != taken || !taken && answer != nil || len(b.calls) != 1 {
			t.Errorf("%d: %q, %v after %v", code, answer, err, b.calls)
		}
		checkSilent(t, err, "ANSWER", "QUERY", "DOCUMENT", "SECRET")
	}
}

func TestAnAnswerIsReturnedAsFarAsItCame(t *testing.T) {
	for sentence, c := range map[string]struct {
		answer http.HandlerFunc
		bytes  int
	}{
		"more than is wanted": {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("a", 3<<20)) }, 1 << 20},
		"one that breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "half")
		}, 4},
	} {
		t.Run(sentence, func(t *testing.T) {
			answer, err := NewDeliverer(trials).Deliver(t.Context(), port.Delivery{URL: listen(t, c.answer).url})
			if err != nil || len(answer) != c.bytes {
				t.Errorf("%d bytes, %v", len(answer), err)
			}
		})
	}
}
