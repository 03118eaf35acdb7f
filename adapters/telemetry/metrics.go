package telemetry

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/punchgate/punchgate/application/port"
)

// Upper bounds of durations, in seconds.
var (
	requestBuckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}
	storeBuckets   = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 10}
)

// New makes the metrics, in a registry of their own.
func New(t *Tracing) *Telemetry {
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	made := &Telemetry{
		tracer: t.tracer, registry: prometheus.NewRegistry(),
		requests: histogram("punchgate_http_request_duration_seconds", "How long requests took, by route, method and class of the status.",
			requestBuckets, "route", "method", "status"),
		refusals: counter("punchgate_refusals_total", "Requests that were refused, by route and the code of the refusal.", "route", "code"),
		sessions: counter("punchgate_sessions_total", "Sessions that came into a status.", "status"),
		orders:   counter("punchgate_orders_total", "Orders that came from one status into another, new ones from none.", "from", "to"),
		stores: histogram("punchgate_store_call_duration_seconds", "How long calls of the store took, by call and outcome.",
			storeBuckets, "call", "outcome"),
		outbound: histogram("punchgate_outbound_call_duration_seconds",
			"How long calls of other systems took, by what they are for (push, answer, catalogue) and outcome.", requestBuckets, "kind", "outcome"),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "punchgate_build_info", Help: "The version that runs; always 1."},
		[]string{"version", "go_version"})
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	build.WithLabelValues(version, runtime.Version()).Set(1)
	made.registry.MustRegister(made.requests, made.refusals, made.sessions, made.orders, made.stores, made.outbound, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return made
}

// Handler answers with all metrics in the format that Prometheus reads.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Registry holds the metrics, for those that a build adds.
func (t *Telemetry) Registry() *prometheus.Registry { return t.registry }

// Queues adds how much is due, as the stores have it when the metrics are read.
func (t *Telemetry) Queues(stores port.Stores, clock port.Clock) {
	t.registry.MustRegister(queues{stores, clock, prometheus.NewDesc("punchgate_due",
		"What is due and not yet done, in the whole store, counted up to 1000, by what it is for (push, answer, events).",
		[]string{"kind"}, nil)})
}

type queues struct {
	stores port.Stores
	clock  port.Clock
	due    *prometheus.Desc
}

const (
	countedAtMost = 1000
	countTime     = 2 * time.Second
)

// Describe tells of the one metric.
func (q queues) Describe(to chan<- *prometheus.Desc) { to <- q.due }

// Collect leaves out what the store does not tell; its failures are counted with its calls.
func (q queues) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), countTime)
	defer cancel()
	report := func(kind string, due int, err error) {
		if err == nil {
			to <- prometheus.MustNewConstMetric(q.due, prometheus.GaugeValue, float64(due), kind)
		}
	}
	pushes, err := q.stores.Orders.ToPush(ctx, q.clock.Now(), nil, countedAtMost)
	report("push", len(pushes), err)
	answers, err := q.stores.Answers.ToDeliver(ctx, q.clock.Now(), nil, countedAtMost)
	report("answer", len(answers), err)
	orders, ordersErr := q.stores.Orders.ToTell(ctx, q.clock.Now(), nil, countedAtMost)
	sessions, sessionsErr := q.stores.Sessions.ToTell(ctx, q.clock.Now(), nil, countedAtMost)
	connections, connectionsErr := q.stores.Connections.ToTell(ctx, q.clock.Now(), nil, countedAtMost)
	report("events", min(len(orders)+len(sessions)+len(connections), countedAtMost), errors.Join(ordersErr, sessionsErr, connectionsErr))
}
