package telemetry

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/domain/fault"
)

var (
	methods = []string{
		http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	}
	traceContext propagation.TraceContext
)

// Request observes requests: a span that goes on with the caller's trace, a duration, and the code of a refusal, which the web
// adapter leaves among gin's errors. Addresses and methods that the gateway does not know are one each.
func (t *Telemetry) Request() gin.HandlerFunc {
	return func(c *gin.Context) {
		started := time.Now()
		route, method := c.FullPath(), c.Request.Method
		if route == "" {
			route = "none"
		}
		if !slices.Contains(methods, method) {
			method = "other"
		}
		ctx := traceContext.Extract(c.Request.Context(), propagation.HeaderCarrier(c.Request.Header))
		ctx, span := t.tracer.Start(ctx, method+" "+route, trace.WithSpanKind(trace.SpanKindServer),
			trace.WithAttributes(semconv.HTTPRequestMethodKey.String(method), semconv.HTTPRoute(route)))
		defer span.End()
		c.Request = c.Request.WithContext(ctx)
		c.Next()

		status := c.Writer.Status()
		t.requests.WithLabelValues(route, method, strconv.Itoa(status/100)+"xx").Observe(time.Since(started).Seconds())
		span.SetAttributes(semconv.HTTPResponseStatusCode(status))
		if id := correlation.Of(c.Request.Context()); id != "" {
			span.SetAttributes(attribute.String("punchgate.session", string(id)))
		}
		if refused := c.Errors.Last(); refused != nil {
			code := fault.From(refused.Err).Code
			t.refusals.WithLabelValues(route, code).Inc()
			span.SetAttributes(semconv.ErrorTypeKey.String(code))
		}
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
	}
}
