package telemetry_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/punchgate/punchgate/adapters/telemetry"
	"github.com/punchgate/punchgate/application/port"
)

func made(t *testing.T) *telemetry.Telemetry {
	t.Helper()
	tracing, err := telemetry.NewTracing(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return telemetry.New(tracing)
}

// Each method of each store is called without a store behind it, which panics; what stands before it has seen the call all the same.
func TestEveryCallOfAStoreIsMeasured(t *testing.T) {
	observer := made(t)
	stores := reflect.ValueOf(observer.Stores(port.Stores{}))
	calls := 0
	for i := range stores.NumField() {
		field := stores.Type().Field(i)
		if field.Type.Kind() != reflect.Interface {
			continue
		}
		if stores.Field(i).IsNil() {
			t.Errorf("Telemetry.Stores leaves out %s", field.Name)
			continue
		}
		for j := range field.Type.NumMethod() {
			before := measured(t, observer.Registry())
			call(stores.Field(i).Method(j))
			if after := measured(t, observer.Registry()); after != before+1 {
				t.Errorf("%s.%s is not measured; write it in stores.go as the others are", field.Name, field.Type.Method(j).Name)
			}
			calls++
		}
	}
	if calls < 40 {
		t.Errorf("%d calls only", calls)
	}
}

func call(method reflect.Value) {
	defer func() { _ = recover() }() // nothing stands behind
	args := make([]reflect.Value, method.Type().NumIn())
	for i := range args {
		args[i] = reflect.Zero(method.Type().In(i))
	}
	args[0] = reflect.ValueOf(context.Background())
	if method.Type().IsVariadic() {
		method.CallSlice(args)
		return
	}
	method.Call(args)
}

// measured returns how many calls of stores were measured.
func measured(t *testing.T, from prometheus.Gatherer) (n uint64) {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == "punchgate_store_call_duration_seconds" {
			for _, metric := range family.GetMetric() {
				n += metric.GetHistogram().GetSampleCount()
			}
		}
	}
	return n
}
