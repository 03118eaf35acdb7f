package web

import (
	"mime"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/punchgate/punchgate/application/recording"
	"github.com/punchgate/punchgate/domain/fault"
	"github.com/punchgate/punchgate/domain/traffic"
)

// bodyKey is where body leaves what it read.
const bodyKey = "body"

// recorded keeps what is sent and answered by a call. What it is about the use case tells. The handler must read its body by body.
func (s *Server) recorded(step traffic.Step) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, call := s.use.Recording.Begin(c.Request.Context(), step)
		c.Request = c.Request.WithContext(ctx)
		if key, ok := c.Get(tenantKey); ok && key != "" {
			call.Tenant = tenantOf(c)
		}
		call.Request = requestID(c)
		answer := &copiedAnswer{ResponseWriter: c.Writer}
		c.Writer = answer
		var failure error = errInternal // of a panic
		defer func() {
			c.Writer = answer.ResponseWriter
			s.record(c, call, answer, failure)
		}()
		c.Next()
		failure = nil
		if last := c.Errors.Last(); last != nil {
			failure = last.Err
		}
	}
}

// record ends the record of a call.
func (s *Server) record(c *gin.Context, call *recording.Call, answer *copiedAnswer, failure error) {
	r := traffic.NewRedactor(call.Secret...)
	if c.Param("link") != "" && call.Connection == "" {
		r.Blind()
	}
	_, password, _ := c.Request.BasicAuth()
	_, token, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	_, linkID, _ := strings.Cut(c.Param("link"), ".")
	for _, secret := range []string{password, token, linkID, c.Param("token")} {
		r.Hide(secret)
	}
	sent, answered := call.Sent.Kept, call.Answered.Kept
	content, _ := c.Get(bodyKey)
	body, _ := content.([]byte)
	call.Sent = payload(r, c.Request.URL.RawQuery, c.GetHeader("Content-Type"), body, len(body), sent)
	call.Sent.Method = c.Request.Method

	status, mediaType := c.Writer.Status(), c.Writer.Header().Get("Content-Type")
	if isPage := strings.HasPrefix(mediaType, "text/html"); isPage && failure != nil {
		answer.head = nil // it says no more than the refusal
	}
	call.Answered = payload(r, "", mediaType, answer.head, answer.size, answered)
	call.Answered.Status, call.Answered.Location = status, c.Writer.Header().Get("Location")
	if fault.KindOf(failure) == fault.Internal && status == http.StatusOK && answer.size == 0 {
		call.Answered.Status = http.StatusInternalServerError // which a panic is answered by
	}
	s.use.Recording.End(call, r, failure)
}

// payload leaves out what is kept elsewhere.
func payload(r *traffic.Redactor, query, contentType string, head []byte, size int, kept traffic.Document) traffic.Payload {
	if kept != (traffic.Document{}) {
		mediaType, _, _ := mime.ParseMediaType(contentType)
		return traffic.Payload{MediaType: mediaType, Size: size, Kept: kept}
	}
	p := r.Payload(query, contentType, head)
	p.Size, p.Truncated = size, size > traffic.MaxPayload
	return p
}

// copiedAnswer keeps the beginning of an answer.
type copiedAnswer struct {
	gin.ResponseWriter

	head []byte
	size int
}

// Write writes a part of the body.
func (a *copiedAnswer) Write(b []byte) (int, error) {
	a.size += len(b)
	a.head = append(a.head, b[:min(len(b), traffic.MaxPayload-len(a.head))]...)
	return a.ResponseWriter.Write(b)
}

// WriteString writes a part of the body.
func (a *copiedAnswer) WriteString(text string) (int, error) { return a.Write([]byte(text)) }
