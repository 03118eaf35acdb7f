package faults

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver, to read the file

	"github.com/punchgate/punchgate/bootstrap"
)

// The environment's switches: how many times a gateway is killed, and the seed of a run that is to be repeated.
const (
	switchName = "PUNCHGATE_FAULTS"
	seedName   = "PUNCHGATE_FAULTS_SEED"
)

// wanted skips the test unless the run is asked for, and returns how many faults there shall be, and the seed.
func wanted(t *testing.T) (faults int, seed uint64) {
	t.Helper()
	text := os.Getenv(switchName)
	if text == "" {
		t.Skip("it breaks things for a minute or more: set " + switchName + " to the number of kills, or run make faults")
	}
	faults, err := strconv.Atoi(text)
	if err != nil || faults < 1 {
		t.Fatalf("%s must be a number above zero, not %q", switchName, text)
	}
	seed = rand.Uint64()
	if given := os.Getenv(seedName); given != "" {
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedName, err)
		}
	}
	fmt.Printf("# %s: %s=%d\n", t.Name(), seedName, seed)
	return faults, seed
}

// engine is the store that a run is made on.
type engine struct {
	store, name string
	skipped     string // what it cannot show
	env         []string
	config      bootstrap.Config
}

func sqliteEngine(t *testing.T, dir string) engine {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version string
	if err := db.QueryRowContext(t.Context(), `SELECT sqlite_version()`).Scan(&version); err != nil {
		t.Fatal(err)
	}
	return engine{
		store: "sqlite", name: "sqlite:" + version, skipped: "none", env: []string{"PUNCHGATE_DATA_DIR=" + dir},
		config: bootstrap.Config{Store: "sqlite", DataDir: dir},
	}
}

// report prints the counts of a run in one line, and fails the test where they are not zero.
func report(t *testing.T, e engine, h *History, s *Stored) {
	t.Helper()
	v := Check(h, s)
	for _, each := range v.Lost {
		t.Error("lost:", each)
	}
	for _, each := range v.Twice {
		t.Error("twice:", each)
	}
	fmt.Printf("store=%s engine=%s lost %d, twice %d, acknowledged %d, faults %d, skipped=%s\n",
		e.store, e.name, len(v.Lost), len(v.Twice), v.Acknowledged, v.Faults, e.skipped)
	t.Log(h.summary(), len(s.Orders), "orders stored")
	if v.Acknowledged == 0 || v.Faults == 0 {
		t.Error("a run in which nothing was acknowledged, or nothing broke, shows nothing")
	}
}

// intact fails the test where SQLite finds its file damaged.
func intact(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "punchgate.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the file is damaged: %s, %v", verdict, err)
	}
}

// later is how far the clock is moved on for the last look, so that what a killed gateway had claimed, or had failed to deliver,
// is due: longer than a lease and the first waits, and shorter than a session.
const later = 5 * time.Minute

// look is the last part of a run: the clients finish, and everything is delivered and compared. A gateway that has the store for
// itself, and is some minutes ahead, delivers what is left.
func (l *load) look(e engine, ahead time.Duration) {
	l.t.Helper()
	g := startInProcess(l.t, e.config, ahead)
	l.urls = []string{g.url}
	l.doAside()
	s := l.settle(l.t)
	for begun := time.Now(); len(Check(l.history, s).Lost) > 0 && time.Since(begun) < patience; { // what others must be told may be on its way
		time.Sleep(time.Second)
		s = l.settle(l.t)
	}
	report(l.t, e, l.history, s)
}

func TestKillingTheOneGatewayOnSQLite(t *testing.T) {
	faults, seed := wanted(t)
	dir, h := t.TempDir(), &History{}
	e := sqliteEngine(t, dir)
	killed(t, e, h, seed, 1, faults)
	intact(t, dir)
}

// killed kills gateways under load and then looks.
func killed(t *testing.T, e engine, h *History, seed uint64, gateways, faults int) {
	t.Helper()
	c, p := newCluster(t, h, seed, gateways, e.env...), newPortal(t, h, seed)
	l := newLoad(t, h, c.setUp(p), c.urls())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wait := l.run(ctx, seed)
	c.kills(ctx, l, faults)
	stop()
	wait()
	p.heal()
	l.finish()
	c.stop()
	l.look(e, later)
}

// summary counts what the clients did, by kind and outcome.
func (h *History) summary() string {
	calls, taken := map[string]int{}, 0
	for _, c := range h.Calls {
		switch c.Outcome {
		case Unknown:
			calls[string(c.Kind)+" without an answer"]++
		case Refused:
			calls[string(c.Kind)+" refused: "+c.Answer]++
		case Acknowledged:
			calls[string(c.Kind)]++
		}
	}
	for _, d := range h.Deliveries {
		taken += count(d.Taken)
	}
	return fmt.Sprintf("%v, %d passes, %d deliveries of which %d taken, %d events", calls, len(h.Passes), len(h.Deliveries), taken, len(h.Events))
}
