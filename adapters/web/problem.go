package web

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/adapters/strictjson"
	"github.com/punchgate/punchgate/adapters/web/api"
	"github.com/punchgate/punchgate/adapters/web/body"
	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/domain/fault"
)

// statuses is the one table from a fault's kind to its HTTP status.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Malformed:       http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Gone:            http.StatusGone,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Unsupported:     http.StatusUnprocessableEntity,
	fault.Stale:           http.StatusPreconditionFailed,
}

// retryAfter is told, in whole seconds, where the same call may succeed later.
func retryAfter(f *fault.Fault) string {
	wait := cmp.Or(f.Wait, 5*time.Second)
	return strconv.Itoa(int((wait + time.Second - 1) / time.Second))
}

// refuse answers a program with a problem, and logs what the caller is not told.
func (s *Server) refuse(c *gin.Context, err error) { s.answerProblem(c, s.problemOf(c, err)) }

func (s *Server) problemOf(c *gin.Context, err error) api.Problem {
	f := s.classify(c, err)
	p := api.Problem{
		Type: api.ProblemTypeAboutBlank, Title: http.StatusText(statuses[f.Kind]), Status: statuses[f.Kind], Detail: f.Message, Code: f.Code,
	}
	if f.Kind == fault.Forbidden || f.Kind == fault.Conflict {
		p.Reasons = body.OfDetails(f.Details)
	} else {
		p.Errors = body.OfDetails(f.Details)
	}
	return p
}

func (s *Server) answerProblem(c *gin.Context, p api.Problem) {
	body, err := strictjson.Encode(p)
	if err != nil {
		s.log.ErrorContext(c.Request.Context(), "a problem cannot be written", "error", err)
	}
	c.Data(p.Status, "application/problem+json", body)
	c.Abort()
}

// classify finds the fault in an error, logs it by its gravity, and sets the headers that go with it.
func (s *Server) classify(c *gin.Context, err error) *fault.Fault {
	f := fault.From(err)
	correlate(c)
	if f.Kind == fault.Internal && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		f = fault.New(fault.Unavailable, "request.interrupted", "the request was interrupted").Because(err)
	}
	c.Set(refusalKey, f.Code)
	level := slog.LevelInfo
	if f.Kind == fault.Unauthenticated || f.Kind == fault.Forbidden {
		level = slog.LevelWarn
	}
	if (f.Kind == fault.Internal || f.Kind == fault.Unavailable) && !errors.Is(err, context.Canceled) { // who hung up is no outage
		level = slog.LevelError
	}
	_ = c.Error(f) // for the middleware
	s.log.LogAttrs(c.Request.Context(), level, "refused", slog.String("code", f.Code), slog.Any("error", err),
		slog.String("route", c.FullPath()), slog.String("request", requestID(c)))
	switch f.Kind {
	case fault.Unavailable, fault.TooMany:
		c.Header("Retry-After", retryAfter(f))
	case fault.Unauthenticated:
		if c.Writer.Header().Get("WWW-Authenticate") == "" {
			c.Header("WWW-Authenticate", "Bearer")
		}
	default:
	}
	return f
}

// answer writes a JSON answer.
func (s *Server) answer(c *gin.Context, status int, body any) {
	encoded, err := strictjson.Encode(body)
	if err != nil {
		s.refuse(c, err)
		return
	}
	correlate(c)
	c.Data(status, "application/json", encoded)
}

// correlate tells a program the session that its request is about, by which all log lines of the PunchOut are found.
func correlate(c *gin.Context) {
	if id := correlation.Of(c.Request.Context()); id != "" {
		c.Header("X-Correlation-Id", string(id))
	}
}
