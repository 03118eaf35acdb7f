package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// widest is how far the clock is from the true time at most: longer than a session lives, and shorter than an order waits.
const widest = 6 * time.Hour

func TestTheClockOfTheOneGatewayOnSQLiteJumps(t *testing.T) {
	faults, seed := wanted(t)
	dir, h := t.TempDir(), &History{Expiring: true}
	e := sqliteEngine(t, dir)
	random := rand.New(rand.NewPCG(seed, 2))
	g, p := startInProcess(t, e.config, 0), newPortal(t, h, seed)
	platform := newGateway(t, e.env...).command("key", "create", "--platform")
	l := newLoad(t, h, setUp(t, platform, g.url, p.URL), []string{g.url})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wait := l.run(ctx, seed)
	for range faults {
		sleep(ctx, 100*time.Millisecond+time.Duration(random.Int64N(int64(400*time.Millisecond))))
		g.clock.set(time.Duration(random.Int64N(int64(2*widest))) - widest)
		// An attempt to deliver that began before the jump has lost its lease, and may end after it.
		record(h, &h.Faults, Fault{From: time.Now(), Until: time.Now().Add(time.Second)})
	}
	// Whatever the clock says now, who comes now can shop for as long as ever.
	for i := range l.shop.connections {
		fresh := &person{load: l, name: "fresh", random: random}
		visit := fmt.Sprint("fresh-", i)
		token, err := fresh.login(&l.shop.connections[i], visit)
		if err != nil {
			t.Fatal(err)
		}
		session, err := fresh.exchange(token)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fresh.insist(Send, session, "", fresh.sending(session, visit)); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	wait()
	p.heal()
	l.finish()
	from := time.Now()
	g.stop()
	record(h, &h.Faults, Fault{From: from, Until: time.Now(), Planned: true})
	l.look(e, widest+later)
	intact(t, dir)
}
