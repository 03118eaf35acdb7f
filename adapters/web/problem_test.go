package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/domain/apikey"
	"github.com/punchgate/punchgate/domain/fault"
)

func detailsOf(err error) []fault.Detail {
	if f := fault.From(err); f != nil {
		return f.Details
	}
	return nil
}

// edge is a server without use cases: what it answers, it answers by itself. It returns what it logs.
func edge(t *testing.T) (*Server, *bytes.Buffer) {
	t.Helper()
	var logged bytes.Buffer
	s, err := New(Config{PublicURL: "https://punchout.example.com"}, Services{}, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return s, &logged
}

// serve sends a request through the middleware of every route to a handler.
func serve(s *Server, r *http.Request, handler gin.HandlerFunc) *httptest.ResponseRecorder {
	engine := gin.New()
	engine.Use(s.observe, s.recoverPanic, limitBody)
	engine.Handle(r.Method, r.URL.Path, handler)
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, r)
	return w
}

func TestEveryKindOfRefusalHasAStatus(t *testing.T) {
	for _, kind := range fault.Kinds() {
		if status := statuses[kind]; status < 400 || http.StatusText(status) == "" {
			t.Errorf("%s: status %d", kind, status)
		}
	}
	if len(statuses) != len(fault.Kinds()) {
		t.Errorf("%d statuses for %d kinds", len(statuses), len(fault.Kinds()))
	}
}

func TestRefusals(t *testing.T) {
	detail := fault.Detail{Path: "/lines/0/quantity", Code: "not_positive", Message: "must be above zero"}
	for name, c := range map[string]struct {
		err     error
		status  int
		code    string
		header  string // a header that must be there
		details string // the member that lists the details
	}{
		"what is wrong is listed under errors":          {fault.New(fault.Invalid, "cart.invalid", "m").With(detail), 422, "cart.invalid", "", "errors"},
		"what is not readable is listed under errors":   {fault.New(fault.Malformed, "json.malformed", "m").With(detail), 400, "json.malformed", "", "errors"},
		"why something may not be is listed as reasons": {fault.New(fault.Forbidden, "eligibility.send", "m").With(detail), 403, "eligibility.send", "", "reasons"},
		"a state that forbids is listed as reasons":     {fault.New(fault.Conflict, "order.state", "m").With(detail), 409, "order.state", "", "reasons"},
		"a wrapped fault counts":                        {fmt.Errorf("somewhere: %w", fault.New(fault.Gone, "session.expired", "m")), 410, "session.expired", "", ""},
		"the caller is told how to authenticate":        {fault.New(fault.Unauthenticated, "key.unknown", "m"), 401, "key.unknown", "WWW-Authenticate", ""},
		"the caller is told to come back later":         {fault.New(fault.Unavailable, "store.unavailable", "m"), 503, "store.unavailable", "Retry-After", ""},
		"too many attempts have to wait":                {fault.New(fault.TooMany, "login.too_many", "m"), 429, "login.too_many", "Retry-After", ""},
		"a defect says nothing of its cause":            {errors.New("SECRET-CAUSE"), 500, "internal", "", ""},
		"a request that ended is no defect":             {fmt.Errorf("reading: %w", context.Canceled), 503, "request.interrupted", "Retry-After", ""},
		"a cause is not told":                           {fault.New(fault.Unavailable, "store.unavailable", "m").Because(errors.New("SECRET-CAUSE")), 503, "store.unavailable", "Retry-After", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, logged := edge(t)
			w := serve(s, httptest.NewRequest("GET", "/x", nil), func(g *gin.Context) { s.refuse(g, c.err) })
			var p map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status || p["status"] != float64(c.status) || p["code"] != c.code || p["title"] != http.StatusText(c.status) {
				t.Errorf("%d: %v", w.Code, p)
			}
			if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
				t.Errorf("media type %s", got)
			}
			if c.header != "" && w.Header().Get(c.header) == "" {
				t.Errorf("no header %s: %v", c.header, w.Header())
			}
			for _, member := range []string{"errors", "reasons"} {
				if _, there := p[member]; there != (member == c.details) {
					t.Errorf("%s: %v", member, p)
				}
			}
			if strings.Contains(w.Body.String(), "SECRET-CAUSE") {
				t.Errorf("the cause is told: %s", w.Body)
			}
			if !strings.Contains(logged.String(), c.code) || !strings.Contains(logged.String(), c.err.Error()) {
				t.Errorf("not logged: %s", logged)
			}
		})
	}
}

func TestNothingRunsAfterARefusal(t *testing.T) {
	s, _ := edge(t)
	engine := gin.New()
	ran := false
	engine.GET("/x", s.needs(apikey.ERP), func(*gin.Context) { ran = true })
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, httptest.NewRequest("GET", "/x", nil))
	if w.Code != http.StatusUnauthorized || ran {
		t.Errorf("%d, and the handler ran: %v", w.Code, ran)
	}
}
