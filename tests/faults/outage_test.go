package faults

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/punchgate/punchgate/bootstrap"
	"github.com/punchgate/punchgate/domain/secret"
	"github.com/punchgate/punchgate/tests/mongotest"
)

func mongoDBEngine(t *testing.T, uri string) engine {
	t.Helper()
	name, lacks := mongotest.Engine(t, uri)
	skipped := []string{}
	for _, a := range lacks {
		skipped = append(skipped, strings.ReplaceAll(a.Name, " ", "-"))
	}
	if lacks == nil {
		skipped = append(skipped, "none")
	}
	return engine{
		store: "mongodb", name: name, skipped: strings.Join(skipped, ","),
		env:    []string{"PUNCHGATE_STORE=mongodb", "PUNCHGATE_MONGODB_URI=" + uri},
		config: bootstrap.Config{Store: "mongodb", MongoDBURI: secret.New(uri)},
	}
}

func TestMongoDBIsPausedAndCutOffUnderThreeGateways(t *testing.T) {
	faults, seed := wanted(t)
	server := mongotest.Start(t)
	outages(t, server, seed, 2+faults/10, func(round int) (heal func()) {
		if round%2 == 0 {
			server.Pause(t)
			return func() { server.Resume(t) }
		}
		server.CutOff(t)
		return func() { server.Reconnect(t) }
	})
}

func TestKillingMongoDBUnderThreeGateways(t *testing.T) {
	faults, seed := wanted(t)
	server := mongotest.Start(t)
	mongotest.Needs(t, server.URI(), mongotest.Durability)
	outages(t, server, seed, 2+faults/10, func(int) func() {
		server.Kill(t)
		return func() { server.Revive(t) }
	})
}

// outages takes the server away from three gateways under load, again and again, until they say so; then it comes back, and they
// must go on by themselves.
func outages(t *testing.T, server *mongotest.Container, seed uint64, n int, begin func(round int) (heal func())) {
	t.Helper()
	h, e := &History{}, mongoDBEngine(t, server.URI())
	c, p := newCluster(t, h, seed, 3, e.env...), newPortal(t, h, seed)
	l := newLoad(t, h, c.setUp(p), c.urls())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wait := l.run(ctx, seed)
	for round := range n {
		l.work(ctx)
		sleep(ctx, c.between(500*time.Millisecond, 1500*time.Millisecond))
		from, before := time.Now(), l.away.Load()
		heal := begin(round)
		for l.away.Load() == before {
			if time.Since(from) > patience {
				t.Fatal("while MongoDB is away the gateways answer no call with 503")
			}
			sleep(ctx, 10*time.Millisecond)
		}
		for _, g := range c.gateways {
			g.await(func(status int) bool { return status == http.StatusServiceUnavailable })
		}
		told := time.Since(from)
		heal()
		healed := time.Now()
		for _, g := range c.gateways {
			g.await(func(status int) bool { return status == http.StatusOK })
		}
		record(h, &h.Faults, Fault{From: from, Until: time.Now()})
		t.Logf("outage %d: all gateways said so after %s, and were ready again after %s", round, told, time.Since(healed))
	}
	stop()
	wait()
	p.heal()
	l.finish()
	c.stop()
	l.look(e, later)
}
