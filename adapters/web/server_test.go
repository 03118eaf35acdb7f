package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/web/body"
)

func TestAPanicIsAPlain500AndItsStackGoesToTheLog(t *testing.T) {
	s, logged := edge(t)
	w := serve(s, httptest.NewRequest("GET", "/x", nil), func(*gin.Context) { panic("SECRET-CAUSE") })
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"code":"internal"`) {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
	if answer := w.Body.String(); strings.Contains(answer, "SECRET-CAUSE") || strings.Contains(answer, ".go") || strings.Contains(answer, "goroutine") {
		t.Errorf("the answer tells of the inside: %s", answer)
	}
	if !strings.Contains(logged.String(), "SECRET-CAUSE") || !strings.Contains(logged.String(), "server_test.go") {
		t.Errorf("the log does not tell where it was: %s", logged)
	}
}

func TestAPanicInTheMiddleOfAnAnswerAddsNothingToIt(t *testing.T) {
	s, _ := edge(t)
	w := serve(s, httptest.NewRequest("GET", "/x", nil), func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		panic("defect")
	})
	if w.Code != http.StatusOK || w.Body.String() != "half" {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}

func TestAnAnswerThatIsCutOffIsNotTakenForTheWhole(t *testing.T) {
	s, logged := edge(t)
	engine := gin.New()
	engine.Use(s.observe, s.recoverPanic)
	engine.GET("/x", func(c *gin.Context) {
		c.String(http.StatusOK, "half")
		c.Writer.Flush()
		panic(http.ErrAbortHandler)
	})
	server := httptest.NewServer(engine)
	defer server.Close()
	answer, err := server.Client().Get(server.URL + "/x") //nolint:noctx // it ends with the server
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if read, err := io.ReadAll(answer.Body); err == nil || string(read) != "half" || strings.Contains(logged.String(), "panic") {
		t.Errorf("read is %q, %v; logged %s", read, err, logged)
	}
}

func TestBodies(t *testing.T) {
	for name, c := range map[string]struct {
		body    io.Reader
		refusal error
	}{
		"none is empty":                               {http.NoBody, nil},
		"the largest is read whole":                   {bytes.NewReader(make([]byte, body.Max)), nil},
		"a larger one is refused":                     {bytes.NewReader(make([]byte, body.Max+1)), body.ErrTooLarge},
		"a larger one of unknown length is refused":   {io.MultiReader(bytes.NewReader(make([]byte, body.Max+1))), body.ErrTooLarge},
		"one that breaks off is refused":              {io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(io.ErrUnexpectedEOF)), errInterrupted},
		"one that breaks off at the limit is refused": {io.MultiReader(bytes.NewReader(make([]byte, body.Max)), iotest.ErrReader(io.ErrUnexpectedEOF)), errInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := edge(t)
			serve(s, httptest.NewRequest("POST", "/x", c.body), func(g *gin.Context) {
				read, err := wholeBody(g)
				if !errors.Is(err, c.refusal) {
					t.Errorf("%v", err)
				}
				if sent, ok := c.body.(*bytes.Reader); ok && err == nil && len(read) != int(sent.Size()) {
					t.Errorf("%d of %d bytes", len(read), sent.Size())
				}
			})
		})
	}
}

func TestAnIdempotencyKeyHasAnEnd(t *testing.T) {
	for n, good := range map[int]bool{0: true, 1: true, maxKey: true, maxKey + 1: false} {
		if err := checkKey(strings.Repeat("k", n)); (err == nil) != good {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

func TestTheLogNamesTheRouteAndNeverTheAddress(t *testing.T) {
	s, logged := edge(t)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/punchout/papper.LINK-ID/complete?PASSWORD=SECRET", strings.NewReader("x")))
	if text := logged.String(); strings.Contains(text, "LINK-ID") || strings.Contains(text, "SECRET") || !strings.Contains(text, "/punchout/:link/complete") {
		t.Errorf("logged: %s", text)
	}
	if id := w.Header().Get("X-Request-Id"); id == "" || !strings.Contains(logged.String(), "request="+id) {
		t.Errorf("the log has no request %q: %s", id, logged)
	}
}

func TestProxiesThatAreNoAddressesAreRefusedAtTheStart(t *testing.T) {
	if _, err := New(Config{TrustedProxies: []string{"proxy.example.com"}}, Services{}, nil); err == nil {
		t.Error("accepted")
	}
}

func TestFileNamesKeepToWhatAHeaderCarries(t *testing.T) {
	for name, want := range map[string]string{
		"C-2026_000123.xml":    "C-2026_000123.xml",
		`a"b.xml`:              "a_b.xml",
		"a\r\nSet-Cookie: x=1": "a__Set-Cookie__x_1",
		"../../etc/passwd":     ".._.._etc_passwd",
		"å.xml":                "__.xml",
		`a\b;c`:                "a_b_c",
		"":                     "",
	} {
		if got := safeFileName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func TestTheServerGivesUpOnSlowAndGreedyClients(t *testing.T) {
	s, _ := edge(t)
	h := s.HTTP()
	for name, limit := range map[string]int64{
		"header": int64(h.ReadHeaderTimeout), "request": int64(h.ReadTimeout), "response": int64(h.WriteTimeout),
		"idle": int64(h.IdleTimeout), "size of the header": int64(h.MaxHeaderBytes),
	} {
		if limit <= 0 {
			t.Errorf("%s: no limit", name)
		}
	}
	if h.Handler == nil || h.ErrorLog == nil {
		t.Error(fmt.Sprint("no handler or log: ", h.Handler, h.ErrorLog))
	}
}
