package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/idempotency"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/replay"
)

const maxKey = 255

// checkKey refuses an idempotency key that is too long.
func checkKey(key string) error {
	if len(key) > maxKey {
		return fault.Newf(fault.Malformed, "idempotency.key", "an Idempotency-Key has at most %d characters", maxKey)
	}
	return nil
}

// once lets a changing call that carries an idempotency key be done once: its repetition gets the answer of the first try.
func (s *Server) once(c *gin.Context) {
	if c.Request.Method == http.MethodGet {
		return
	}
	key := c.GetHeader("Idempotency-Key")
	err := checkKey(key)
	var content []byte
	if err == nil && key != "" {
		content, err = wholeBody(c)
	}
	if err != nil {
		s.refuse(c, err)
		return
	}
	if key == "" {
		return
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(content))
	run, answer, err := s.use.Idempotency.Begin(c.Request.Context(), idempotency.Call{
		Tenant: tenantOf(c), Key: key, Method: c.Request.Method, Path: c.Request.URL.Path, Query: c.Request.URL.RawQuery, Body: content,
	})
	switch {
	case errors.Is(err, replay.ErrRunning):
		c.Header("Retry-After", retryAfter(fault.From(err)))
		s.refuse(c, err)
	case err != nil:
		s.refuse(c, err)
	case answer != nil:
		c.Header("Idempotent-Replayed", "true")
		c.Data(answer.Status, answer.MediaType, answer.Body)
		c.Abort()
	default:
		s.try(c, run)
	}
}

// try runs the handler and records its answer before anybody sees it. What the caller was told is true also where it cannot
// be recorded: then a repetition runs the call again.
func (s *Server) try(c *gin.Context, run *idempotency.Run) {
	asked := c.Request.Context()
	ctx, cancel := run.Context(asked)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	through, held := c.Writer, &heldAnswer{ResponseWriter: c.Writer, status: http.StatusOK}
	c.Writer = held
	answer := idempotency.Answer{Status: http.StatusInternalServerError} // of a panic, which is answered outside
	defer func() {
		c.Writer = through
		if err := s.use.Idempotency.End(context.WithoutCancel(asked), run, answer); err != nil {
			s.log.ErrorContext(asked, "an answer cannot be kept for its repetition", "error", err, "request", requestID(c))
		}
		held.release()
	}()
	c.Next()
	answer = idempotency.Answer{Status: held.status, MediaType: held.Header().Get("Content-Type"), Body: held.body.Bytes()}
}

// heldAnswer holds an answer back.
type heldAnswer struct {
	gin.ResponseWriter

	status int
	body   bytes.Buffer
}

// WriteHeader takes the status.
func (h *heldAnswer) WriteHeader(status int) { h.status = status }

// WriteHeaderNow sends nothing yet.
func (h *heldAnswer) WriteHeaderNow() {}

// Write takes a part of the body.
func (h *heldAnswer) Write(b []byte) (int, error) { return h.body.Write(b) }

// WriteString takes a part of the body.
func (h *heldAnswer) WriteString(text string) (int, error) { return h.body.WriteString(text) }

// Status returns what was taken.
func (h *heldAnswer) Status() int { return h.status }

// Size returns the bytes that were taken.
func (h *heldAnswer) Size() int { return h.body.Len() }

// Written reports whether there is an answer.
func (h *heldAnswer) Written() bool { return h.body.Len() > 0 }

// release sends what was taken, if anything was. Whoever hung up gets it from the repetition.
func (h *heldAnswer) release() {
	if h.Written() || h.status == http.StatusNoContent {
		h.ResponseWriter.WriteHeader(h.status)
		_, _ = h.ResponseWriter.Write(h.body.Bytes())
	}
}
