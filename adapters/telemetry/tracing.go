package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"go.uber.org/fx"
)

const scope = "github.com/punchgate/punchgate"

// Tracing makes traces, and sends them by OTLP over HTTP.
type Tracing struct {
	tracer trace.Tracer
	stop   func(context.Context) error
}

// wanted reads from OpenTelemetry's own variables whether traces are made: where they are asked for by name, or an address to send
// them to is given.
func wanted() (bool, error) {
	exporter := os.Getenv("OTEL_TRACES_EXPORTER")
	addressed := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	switch {
	case os.Getenv("OTEL_SDK_DISABLED") == "true", exporter == "none", exporter == "" && !addressed:
		return false, nil
	case exporter != "" && exporter != "otlp":
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is not an exporter of this build; it has: otlp, none", exporter)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := os.Getenv(name); protocol != "" && protocol != "http/protobuf" {
			return false, fmt.Errorf("%s: %q is not a protocol of this build; it has: http/protobuf", name, protocol)
		}
	}
	return true, nil
}

// NewTracing makes traces where OpenTelemetry's variables ask for them, and none elsewhere. Sampling, batches, headers and the
// like are read from those variables, too.
func NewTracing(ctx context.Context, log *slog.Logger) (*Tracing, error) {
	on, err := wanted()
	if err != nil {
		return nil, err
	}
	if !on {
		return &Tracing{noop.NewTracerProvider().Tracer(scope), func(context.Context) error { return nil }}, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("the exporter of traces: %w", err)
	}
	of, err := resource.Merge(resource.NewSchemaless(semconv.ServiceName("punchgate")), resource.Environment())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	// A receiver that is away is told once in a while, by the only door that the library has for it.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.WarnContext(ctx, "traces cannot be sent", "error", err) }))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(of))
	return &Tracing{provider.Tracer(scope), provider.Shutdown}, nil
}

func newTracing(lifecycle fx.Lifecycle, log *slog.Logger) (*Tracing, error) {
	t, err := NewTracing(context.Background(), log)
	if err == nil {
		lifecycle.Append(fx.StopHook(func(ctx context.Context) {
			if err := t.stop(ctx); err != nil && !errors.Is(err, context.Canceled) {
				log.WarnContext(ctx, "the last traces were not sent", "error", err)
			}
		}))
	}
	return t, err
}
