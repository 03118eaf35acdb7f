package telemetry_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/adapters/telemetry"
	"github.com/punchgate/punchgate/application/port"
	"github.com/punchgate/punchgate/domain/answer"
	"github.com/punchgate/punchgate/domain/connection"
	"github.com/punchgate/punchgate/domain/order"
	"github.com/punchgate/punchgate/domain/session"
	"github.com/punchgate/punchgate/domain/tenant"
)

type noon struct{}

func (noon) Now() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

type dueOrders struct {
	port.Orders
	due int
	err error
}

func (d dueOrders) ToPush(_ context.Context, _ time.Time, _ []port.ConnectionOf, limit int) ([]*order.Order, error) {
	return make([]*order.Order, min(d.due, limit)), d.err
}

func (d dueOrders) ToTell(_ context.Context, _ time.Time, _ []tenant.ID, limit int) ([]*order.Order, error) {
	return make([]*order.Order, min(d.due, limit)), d.err
}

type dueSessions struct {
	port.Sessions
	due int
}

func (d dueSessions) ToTell(_ context.Context, _ time.Time, _ []tenant.ID, limit int) ([]*session.Session, error) {
	return make([]*session.Session, min(d.due, limit)), nil
}

type dueConnections struct{ port.Connections }

func (dueConnections) ToTell(context.Context, time.Time, []tenant.ID, int) ([]*connection.Connection, error) {
	return make([]*connection.Connection, 1), nil
}

type dueAnswers struct {
	port.Answers
	due int
}

func (d dueAnswers) ToDeliver(_ context.Context, _ time.Time, _ []port.ConnectionOf, limit int) ([]*answer.Answer, error) {
	return make([]*answer.Answer, min(d.due, limit)), nil
}

func TestWhatIsDueIsCountedWhenTheMetricsAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		orders        dueOrders
		answers       dueAnswers
		there, absent []string
	}{
		"some of each": {dueOrders{due: 3}, dueAnswers{due: 2}, []string{
			`punchgate_due{kind="push"} 3`, `punchgate_due{kind="answer"} 2`, `punchgate_due{kind="events"} 6`,
		}, nil},
		"more than is counted": {dueOrders{due: 5000}, dueAnswers{}, []string{
			`punchgate_due{kind="push"} 1000`, `punchgate_due{kind="answer"} 0`, `punchgate_due{kind="events"} 1000`,
		}, nil},
		"a store that is away": {dueOrders{err: port.ErrUnavailable}, dueAnswers{due: 1},
			[]string{`punchgate_due{kind="answer"} 1`, "go_goroutines"}, []string{`punchgate_due{kind="push"}`, `punchgate_due{kind="events"}`}},
	} {
		t.Run(name, func(t *testing.T) {
			observer := made(t)
			observer.Queues(port.Stores{Orders: c.orders, Answers: c.answers, Sessions: dueSessions{due: 2}, Connections: dueConnections{}}, noon{})
			w := httptest.NewRecorder()
			observer.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
			text := w.Body.String()
			for _, want := range c.there {
				if !strings.Contains(text, want) {
					t.Errorf("no %s in %s", want, text)
				}
			}
			for _, wrong := range c.absent {
				if strings.Contains(text, wrong) {
					t.Errorf("%s in %s", wrong, text)
				}
			}
		})
	}
}

func TestWrongVariablesStopTheStart(t *testing.T) {
	for name, c := range map[string][2]string{
		"an exporter that is not built in": {"OTEL_TRACES_EXPORTER", "zipkin"},
		"a protocol that is not built in":  {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
			t.Setenv(c[0], c[1])
			if _, err := telemetry.NewTracing(t.Context(), nil); err == nil || !strings.Contains(err.Error(), c[0]) {
				t.Errorf("%v", err)
			}
		})
	}
}
