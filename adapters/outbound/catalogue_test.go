package outbound

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/money"
	"github.com/punchgate/punchgate/domain/secret"
)

type clock struct{}

func (clock) Now() time.Time { return time.Date(2026, 11, 23, 10, 15, 0, 0, time.UTC) }

const signingSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func questionTo(address string) port.CatalogueQuestion {
	return port.CatalogueQuestion{
		URL: address, Secret: secret.New(signingSecret), ID: "q1", Function: port.FunctionValidate, Product: "4711",
		Quantity: money.MustParse("2.5"), Customer: "goteborg", Connection: "srm", Extrinsics: map[string]string{"VENDOR": "9"}, Test: true,
	}
}

const line = `{"sku":"4711","name":"Papper","quantity":"2.5","unit":"EA","unit_price":"125.00","tax":{"category":"S","percent":"25"}}`

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) }
}

func TestAQuestionIsSignedJSON(t *testing.T) {
	search := questionTo("")
	search.Function, search.Product, search.Quantity, search.Search, search.Extrinsics, search.Test =
		port.FunctionSearch, "", money.Decimal{}, "grön penna", nil, false
	for want, q := range map[string]port.CatalogueQuestion{
		`{"type":"catalogue.validate","timestamp":"2026-11-23T10:15:00Z","data":{"product":"4711","quantity":"2.5","customer":"goteborg","connection":"srm","extrinsics":{"VENDOR":"9"},"test":true}}`: questionTo(""),
		`{"type":"catalogue.search","timestamp":"2026-11-23T10:15:00Z","data":{"search":"grön penna","customer":"goteborg","connection":"srm","test":false}}`:                                          search,
	} {
		b := listen(t, says(`{"currency":"SEK","language":"sv","lines":[`+line+`]}`))
		q.URL = b.url + "/catalogue"
		answer, err := NewCatalogue(trials, clock{}).Ask(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Currency != "SEK" || answer.Language != "sv" || len(answer.Lines) != 1 || answer.Lines[0].UnitPrice.String() != "125.00" {
			t.Errorf("%+v", answer)
		}
		if b.raw != want || b.last.Method != "POST" || b.last.Header.Get("Content-Type") != "application/json" || b.calls[0] != "/catalogue" {
			t.Errorf("%s %v: %s", b.last.Method, b.calls, b.raw)
		}
		signed, err := standardwebhooks.NewWebhook(signingSecret)
		if err != nil {
			t.Fatal(err)
		}
		if err := signed.VerifyIgnoringTimestamp([]byte(b.raw), b.last.Header); err != nil {
			t.Error(err)
		}
		if err := signed.VerifyIgnoringTimestamp([]byte(b.raw+" "), b.last.Header); err == nil {
			t.Error("the signature holds for another body")
		}
		if b.last.Header.Get("webhook-id") != "q1" || b.last.Header.Get("webhook-timestamp") != "1795428900" {
			t.Errorf("%v", b.last.Header)
		}
	}
}

func TestWithoutSuchAnArticleThereAreNoLines(t *testing.T) {
	for sentence, answer := range map[string]http.HandlerFunc{
		"404": status(http.StatusNotFound), "an empty list": says(`{"currency":"SEK","lines":[]}`), "no list": says(`{}`),
	} {
		c, err := NewCatalogue(trials, clock{}).Ask(t.Context(), questionTo(listen(t, answer).url))
		if err != nil || len(c.Lines) != 0 {
			t.Errorf("%s: %+v, %v", sentence, c, err)
		}
	}
}

func TestWhatIsNoAnswerMakesTheShopUnavailable(t *testing.T) {
	many := strings.Repeat(line+",", cart.MaxLines) + line
	for sentence, c := range map[string]struct {
		answer http.HandlerFunc
		why    string
	}{
		"an error":                 {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "SECRET", http.StatusInternalServerError) }, "answered 500"},
		"a redirect":               {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/SECRET", http.StatusFound) }, "answered 302"},
		"an acknowledgement":       {status(http.StatusNoContent), "answered 204"},
		"no JSON":                  {says(`<SECRET/>`), `"" is not JSON`},
		"nothing":                  {says(``), `"" is not JSON`},
		"an unknown member":        {says(`{"currency":"SEK","total":"1"}`), `"/total" is no member of an answer`},
		"an unknown member of it":  {says(`{"currency":"SEK","lines":[` + line + `,{"colour":"SECRET"}]}`), `"/lines/1/colour" is no member of an answer`},
		"a doubled member":         {says(`{"currency":"SEK","currency":"SEK"}`), `"/currency" is not JSON`},
		"a price that is a number": {says(`{"lines":[{"unit_price":1.5}]}`), `"/lines/0/unit_price" is not as agreed`},
		"lines that are no list":   {says(`{"lines":"SECRET"}`), `"/lines" is not as agreed`},
		"a list that breaks off":   {says(`{"lines":[` + line), "is not JSON"},
		"something behind it":      {says(`{} SECRET`), "is not JSON"},
		"more lines than a cart":   {says(`{"lines":[` + many + `]}`), "at most 10000 lines"},
		"more bytes than are read": {says(`{"language":"` + strings.Repeat("a", maxAnswers) + `"}`), "more than 8388608 bytes"},
		"one that breaks off early": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "{}")
		}, "EOF"},
	} {
		t.Run(sentence, func(t *testing.T) {
			b := listen(t, c.answer)
			_, err := NewCatalogue(trials, clock{}).Ask(t.Context(), questionTo(b.url+"/?QUERY"))
			f := fault.From(err)
			if !errors.Is(err, ErrCatalogue) || f.Kind != fault.Unavailable || !strings.Contains(err.Error(), c.why) || len(b.calls) != 1 {
				t.Fatalf("%v after %v", err, b.calls)
			}
			checkSilent(t, err, "SECRET", "QUERY", signingSecret)
			checkSilent(t, errors.New(f.Message), c.why)
		})
	}
}

func TestAShopThatHangsIsNotWaitedForLongerThanAPersonWaits(t *testing.T) {
	b := listen(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := NewCatalogue(trials, clock{})
	if c.client.Timeout != 15*time.Second {
		t.Errorf("a question may take %s", c.client.Timeout)
	}
	c.client.Timeout = time.Millisecond
	if _, err := c.Ask(t.Context(), questionTo(b.url)); !errors.Is(err, ErrCatalogue) {
		t.Error(err)
	}
}

func TestASecretThatIsNoneAsksNothing(t *testing.T) {
	b := listen(t, status(http.StatusNotFound))
	q := questionTo(b.url)
	q.Secret = secret.New("whsec_SECRET!")
	_, err := NewCatalogue(trials, clock{}).Ask(t.Context(), q)
	if !errors.Is(err, ErrCatalogue) || len(b.calls) != 0 {
		t.Errorf("%v after %v", err, b.calls)
	}
	checkSilent(t, err, "SECRET")
}

func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		`{"currency":"SEK","language":"sv","lines":[` + line + `]}`, `{}`, `{"lines":[]}`, `{"lines":[{"attachments":[{"content":"AAAA"}]}]}`,
		`{"lines":` + strings.Repeat("[", 500), `{"lines":[{"quantity":"` + strings.Repeat("9", 50) + `"}]}`, `{"lines":null}`, `[]`, "\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := readAnswer(strings.NewReader(text))
		if err != nil {
			if len(err.Error()) > 1000 {
				t.Fatalf("an error of %d bytes", len(err.Error()))
			}
			return
		}
		var raw map[string]json.RawMessage // what is taken is JSON to other readers, too
		if err := json.Unmarshal([]byte(text), &raw); err != nil || len(c.Lines) > cart.MaxLines {
			t.Fatalf("took %q: %v", text, err)
		}
	})
}
