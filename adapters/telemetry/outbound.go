package telemetry

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/punchgate/punchgate/application/correlation"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/cart"
	"github.com/punchgate/punchgate/domain/transfer"
)

// Poster returns a poster whose calls are measured and traced.
func (t *Telemetry) Poster(p port.Poster) port.Poster { return poster{p, t} }

// Deliverer returns a deliverer whose calls are measured and traced.
func (t *Telemetry) Deliverer(d port.Deliverer) port.Deliverer { return deliverer{d, t} }

// Catalogue returns a catalogue whose calls are measured and traced.
func (t *Telemetry) Catalogue(c port.Catalogue) port.Catalogue { return catalogue{c, t} }

// Webhooks returns webhooks whose messages are measured and traced.
func (t *Telemetry) Webhooks(w port.Webhooks) port.Webhooks { return webhooks{w, t} }

type webhooks struct {
	port.Webhooks
	t *Telemetry
}

func (w webhooks) Send(ctx context.Context, m port.WebhookMessage) (err error) {
	defer w.t.leave(&ctx, "webhook")(&err)
	return w.Webhooks.Send(ctx, m)
}

type poster struct {
	port.Poster
	t *Telemetry
}

func (p poster) Post(ctx context.Context, form transfer.Form, fields []transfer.Field) (err error) {
	defer p.t.leave(&ctx, "push")(&err)
	return p.Poster.Post(ctx, form, fields)
}

type deliverer struct {
	port.Deliverer
	t *Telemetry
}

func (d deliverer) Deliver(ctx context.Context, delivery port.Delivery) (_ []byte, err error) {
	defer d.t.leave(&ctx, "answer")(&err)
	return d.Deliverer.Deliver(ctx, delivery)
}

type catalogue struct {
	port.Catalogue
	t *Telemetry
}

func (c catalogue) Ask(ctx context.Context, q port.CatalogueQuestion) (_ *cart.Cart, err error) {
	defer c.t.leave(&ctx, "catalogue")(&err)
	return c.Catalogue.Ask(ctx, q)
}

// leave begins a call of another system, and returns what ends it. Its address stays out of the trace.
func (t *Telemetry) leave(ctx *context.Context, kind string) (end func(*error)) {
	started := time.Now()
	within, span := t.tracer.Start(*ctx, kind, trace.WithSpanKind(trace.SpanKindClient))
	*ctx = within //nolint:fatcontext // once, for the call that follows
	if id := correlation.Of(*ctx); id != "" {
		span.SetAttributes(attribute.String("punchgate.session", string(id)))
	}
	return func(err *error) {
		t.outbound.WithLabelValues(kind, outcome(*err)).Observe(time.Since(started).Seconds())
		endSpan(span, *err)
	}
}
