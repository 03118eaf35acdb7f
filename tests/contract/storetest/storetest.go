// Package storetest holds the contract of the stores: what application/port says of them, as cases that every adapter, the
// project's own or a partner's, must pass. An adapter's test is one line:
//
//	func TestContract(t *testing.T) { storetest.Run(t, openEmpty) }
//
// The cases know nothing of an engine. What only one engine has, such as a full disk, is for the adapter's own tests.
package storetest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/punchgate/punchgate/application/port"
)

// Run holds the stores to the contract. open returns empty ones, and closes them with t.Cleanup; each case asks for its own.
func Run(t *testing.T, open func(t *testing.T) port.Stores) {
	groups := []map[string]func(*testing.T, port.Stores){
		aggregateCases, tenancyCases, listCases, listingCases, searchCases, customerCases, identityCases, sessionCases, orderCases,
		lineCases, feedCases, receiptCases, answerCases, eventCases, replayCases, throttleCases, userCases, auditCases, erasureCases,
		trafficCases, modelCases,
	}
	for _, cases := range groups {
		for _, sentence := range slices.Sorted(maps.Keys(cases)) {
			t.Run(sentence, func(t *testing.T) { cases[sentence](t, open(t)) })
		}
	}
}

// Concurrent cases run this many goroutines, and in each of them this many rounds where one is not enough.
const (
	goroutines = 8
	rounds     = 25
)

// concurrently runs work once for each number below goroutines, all beginning together, and waits for the last.
func concurrently(work func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range goroutines {
		all.Go(func() {
			<-begin
			work(i)
		})
	}
	close(begin)
	all.Wait()
}

// ended returns a context that is over.
func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// must ends the case where its preparation fails.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// value is must for calls with a result: value(stores.Orders.Get(ctx, of, id))(t).
func value[T any](result T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return result
	}
}
