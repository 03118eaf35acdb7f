package telemetry

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/trace"

	"github.com/punchgate/punchgate/application/correlation"
)

// handler adds to each line which session it is about, and which trace it belongs to.
type handler struct{ slog.Handler }

// LogHandler returns a handler that adds to each line the session that the work is about ("session", see application/correlation)
// and the trace that it belongs to ("trace_id", where traces are made).
func LogHandler(h slog.Handler) slog.Handler { return handler{h} }

// Handle adds what the context knows.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id := correlation.Of(ctx); id != "" {
		r.AddAttrs(slog.String("session", string(id)))
	}
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the handler around the one that it stands before.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the handler around the one that it stands before.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
