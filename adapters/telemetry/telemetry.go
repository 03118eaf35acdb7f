// Package telemetry lets operators see the gateway at work: log lines that name the PunchOut they are about, Prometheus metrics, and
// OpenTelemetry traces. It stands before the stores and the outbound calls, whatever their technology, and around the HTTP
// routes, so that no use case counts or times anything itself.
//
// No label and no attribute holds what a caller chose: routes are named by their templates, refusals by their codes.
package telemetry

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/fx"

	"github.com/punchgate/punchgate/domain/fault"
)

// Module provides what observes the gateway, and the middleware of the web adapter.
var Module = fx.Module("telemetry", fx.Provide(New, newTracing, fx.Annotate((*Telemetry).Request, fx.ResultTags(`group:"middleware"`))))

// Observed are the stores and outbound calls as they are observed, for the module that the option stands in.
var Observed = fx.Decorate((*Telemetry).Stores, (*Telemetry).Poster, (*Telemetry).Deliverer, (*Telemetry).Catalogue, (*Telemetry).Webhooks)

// Telemetry holds the metrics and makes the traces of one gateway.
type Telemetry struct {
	tracer   trace.Tracer
	registry *prometheus.Registry

	requests *prometheus.HistogramVec
	refusals *prometheus.CounterVec
	sessions *prometheus.CounterVec
	orders   *prometheus.CounterVec
	stores   *prometheus.HistogramVec
	outbound *prometheus.HistogramVec
}

// call begins a call of a store, traced where the work that makes it is, and returns what ends it.
func (t *Telemetry) call(ctx *context.Context, name string) (end func(*error)) {
	started, span := time.Now(), trace.Span(noop.Span{})
	if trace.SpanContextFromContext(*ctx).IsValid() {
		within, begun := t.tracer.Start(*ctx, name)
		*ctx, span = within, begun //nolint:fatcontext // once, for the call that follows
	}
	return func(err *error) {
		t.stores.WithLabelValues(name, outcome(*err)).Observe(time.Since(started).Seconds())
		endSpan(span, *err)
	}
}

// outcome tells refusals, which are part of the work, from failures.
func outcome(err error) string {
	switch kind := fault.KindOf(err); {
	case err == nil:
		return "ok"
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case kind == fault.Internal, kind == fault.Unavailable:
		return "failed"
	default:
		return "refused"
	}
}

// endSpan ends a span. The text of an error may hold what a caller sent; its code does not.
func endSpan(span trace.Span, err error) {
	if is := outcome(err); is == "failed" {
		span.SetStatus(codes.Error, fault.From(err).Code)
	}
	span.End()
}
