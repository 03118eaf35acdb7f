package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/punchgate/punchgate/tests/mongotest"
)

// widest is how far a clock is from the true time at most: longer than a session lives, and shorter than an order waits.
const widest = 6 * time.Hour

func TestTheClockOfTheOneGatewayOnSQLiteJumps(t *testing.T) {
	faults, seed := wanted(t)
	dir := t.TempDir()
	jumps(t, sqliteEngine(t, dir), seed, 1, faults)
	intact(t, dir)
}

func TestTheClocksOfThreeGatewaysOnOneMongoDBJumpApart(t *testing.T) {
	faults, seed := wanted(t)
	jumps(t, mongoDBEngine(t, mongotest.URI(t)), seed, 3, faults)
}

// jumps moves the clocks of gateways under load, each by itself, and then looks.
func jumps(t *testing.T, e engine, seed uint64, gateways, faults int) {
	t.Helper()
	h, random := &History{Expiring: true}, rand.New(rand.NewPCG(seed, 2))
	p := newPortal(t, h, seed)
	var all []*inProcess
	var urls []string
	for range gateways {
		g := startInProcess(t, e.config, 0)
		all, urls = append(all, g), append(urls, g.url)
	}
	platform := newGateway(t, e.env...).command("key", "create", "--platform")
	l := newLoad(t, h, setUp(t, platform, urls[0], p.URL), urls)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wait := l.run(ctx, seed)
	begun := time.Now()
	for range faults {
		l.work(ctx)
		sleep(ctx, 100*time.Millisecond+time.Duration(random.Int64N(int64(400*time.Millisecond))))
		all[random.IntN(gateways)].clock.set(time.Duration(random.Int64N(int64(2*widest))) - widest)
		// An attempt to deliver that began before the jump has lost its lease, and may end after it.
		record(h, &h.Faults, Fault{From: time.Now(), Until: time.Now().Add(time.Second)})
	}
	if gateways == 1 {
		l.fresh(random)
	}
	stop()
	wait()
	p.heal()
	l.finish()
	from := time.Now()
	if gateways > 1 { // none can know how long another one's lease lasts
		from = begun
	}
	for _, g := range all {
		g.stop()
	}
	record(h, &h.Faults, Fault{From: from, Until: time.Now(), Planned: true})
	l.look(e, widest+later)
}

// fresh shows that whoever comes now can shop for as long as ever, whatever the clock says.
func (l *load) fresh(random *rand.Rand) {
	l.t.Helper()
	for i := range l.shop.connections {
		p := &person{load: l, name: "fresh", random: random}
		visit := fmt.Sprint("fresh-", i)
		token, err := p.login(&l.shop.connections[i], visit)
		if err != nil {
			l.t.Fatal(err)
		}
		session, err := p.exchange(token)
		if err != nil {
			l.t.Fatal(err)
		}
		if _, err := p.insist(Send, session, "", p.sending(session, visit)); err != nil {
			l.t.Fatal(err)
		}
	}
}
