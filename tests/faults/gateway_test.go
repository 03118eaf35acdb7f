package faults

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/punchgate/punchgate/tests/mongotest"
)

const masterKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

// binary builds the gateway once and returns its path.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "punchgate-faults")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "punchgate")
	out, err := exec.Command("go", "build", "-o", path, "../../bootstrap/cmd/punchgate").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := mongotest.Main(m)
	if os.Getenv(switchName) != "" {
		if path, err := binary(); err == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
	}
	os.Exit(code)
}

// gateway is one process.
type gateway struct {
	t    *testing.T
	url  string
	env  []string
	log  string // the file of its log
	done chan struct{}

	process *exec.Cmd
}

// newGateway returns a gateway on a free port that does not run yet. env says where it keeps things.
func newGateway(t *testing.T, env ...string) *gateway {
	t.Helper()
	address := freeAddress(t)
	return &gateway{t: t, url: "http://" + address, log: filepath.Join(t.TempDir(), "gateway.log"), env: append(env,
		"PUNCHGATE_ADDR="+address, "PUNCHGATE_MASTER_KEY="+masterKey, "PUNCHGATE_ALLOW_LOOPBACK_HTTP=true",
		"PUNCHGATE_PUSH_NETWORKS=127.0.0.0/8", "PUNCHGATE_LOG_LEVEL=warn",
	)}
}

// freeAddress keeps out of the ports from which calls are made: one that calls a gateway which is down would take the
// gateway's own port, and meet itself there.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000)))
		if err != nil {
			continue
		}
		_ = listener.Close()
		return listener.Addr().String()
	}
	t.Fatal("there is no free port")
	return ""
}

// command runs a command of the gateway's and returns what it prints.
func (g *gateway) command(arguments ...string) string {
	g.t.Helper()
	path, err := binary()
	if err != nil {
		g.t.Fatal(err)
	}
	c := exec.Command(path, arguments...)
	c.Env = append(os.Environ(), g.env...)
	var wrong bytes.Buffer
	c.Stderr = &wrong
	out, err := c.Output()
	if err != nil {
		g.t.Fatalf("%v: %v: %s", arguments, err, wrong.String())
	}
	return strings.TrimSpace(string(out))
}

// start starts the process and returns once it is ready.
func (g *gateway) start() {
	g.t.Helper()
	path, err := binary()
	if err != nil {
		g.t.Fatal(err)
	}
	log, err := os.OpenFile(g.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		g.t.Fatal(err)
	}
	defer log.Close()
	g.process = exec.Command(path, "serve")
	g.process.Env, g.process.Stderr = append(os.Environ(), g.env...), log
	if err := g.process.Start(); err != nil {
		g.t.Fatal(err)
	}
	done := make(chan struct{})
	go func(c *exec.Cmd) {
		_ = c.Wait() // how it ended is known
		close(done)
	}(g.process)
	g.done = done
	g.await(func(status int) bool { return status == http.StatusOK })
}

// await waits until /readyz is answered so.
func (g *gateway) await(holds func(status int) bool) {
	g.t.Helper()
	for range 3000 {
		if r, err := http.Get(g.url + "/readyz"); err == nil {
			_ = r.Body.Close()
			if holds(r.StatusCode) {
				return
			}
		}
		select {
		case <-g.done:
			g.t.Fatalf("the gateway ended by itself: %s", g.tail())
		case <-time.After(10 * time.Millisecond):
		}
	}
	g.t.Fatalf("the gateway did not become ready: %s", g.tail())
}

// kill ends the process as a power cut would.
func (g *gateway) kill() { g.end(syscall.SIGKILL) }

// stop asks the process to end.
func (g *gateway) stop() { g.end(syscall.SIGTERM) }

func (g *gateway) end(how os.Signal) {
	g.t.Helper()
	if err := g.process.Process.Signal(how); err != nil {
		g.t.Errorf("the gateway ended by itself: %v: %s", err, g.tail())
	}
	<-g.done
}

// tail returns the end of the log.
func (g *gateway) tail() string {
	content, err := os.ReadFile(g.log)
	if err != nil {
		return err.Error()
	}
	return string(content[max(0, len(content)-3000):])
}

// cluster is the gateways on one store.
type cluster struct {
	t        *testing.T
	gateways []*gateway
	random   *rand.Rand
	history  *History
}

// newCluster starts so many gateways on one store.
func newCluster(t *testing.T, h *History, seed uint64, n int, env ...string) *cluster {
	t.Helper()
	c := &cluster{t: t, random: rand.New(rand.NewPCG(seed, 0)), history: h}
	for range n {
		g := newGateway(t, env...)
		if len(c.gateways) == 0 {
			g.command("version") // builds it
		}
		g.env = append(g.env, "PUNCHGATE_PUBLIC_URL="+publicURL)
		c.gateways = append(c.gateways, g)
		g.start()
	}
	t.Cleanup(func() {
		for _, g := range c.gateways {
			_ = g.process.Process.Kill() // it may have ended
			<-g.done
			c.inspect(g)
		}
	})
	return c
}

// inspect fails the test where a gateway met a defect.
func (c *cluster) inspect(g *gateway) {
	content, err := os.ReadFile(g.log)
	if err != nil {
		c.t.Error(err)
	}
	for _, sign := range []string{"panic", "DATA RACE", "code=internal"} {
		if i := bytes.Index(content, []byte(sign)); i >= 0 {
			c.t.Errorf("a gateway met a defect: %s", content[max(0, i-500):min(len(content), i+2000)])
		}
	}
}

// urls are the addresses of the gateways.
func (c *cluster) urls() []string {
	var all []string
	for _, g := range c.gateways {
		all = append(all, g.url)
	}
	return all
}

// publicURL is how the gateways say they are reached: by a proxy in front of all of them. The clients go on to the next
// gateway, as that proxy would.
const publicURL = "http://punchgate.example.com"

// setUp makes a shop.
func (c *cluster) setUp(p *portal) *shop {
	c.t.Helper()
	g := c.gateways[0]
	return setUp(c.t, g.command("key", "create", "--platform"), g.url, p.URL)
}

// kills kills one gateway after the other, under load, at moments of its own choosing.
func (c *cluster) kills(ctx context.Context, l *load, n int) {
	for range n {
		l.work(ctx)
		if !sleep(ctx, c.between(50*time.Millisecond, 1500*time.Millisecond)) {
			return
		}
		g, from := c.gateways[c.random.IntN(len(c.gateways))], time.Now()
		g.kill()
		sleep(ctx, c.between(0, 200*time.Millisecond))
		g.start()
		record(c.history, &c.history.Faults, Fault{From: from, Until: time.Now()})
	}
}

// stop asks all gateways to end.
func (c *cluster) stop() {
	from := time.Now()
	for _, g := range c.gateways {
		g.stop()
	}
	record(c.history, &c.history.Faults, Fault{From: from, Until: time.Now(), Planned: true})
}

func (c *cluster) between(least, most time.Duration) time.Duration {
	return least + time.Duration(c.random.Int64N(int64(most-least)))
}

// sleep waits, and reports whether the context still goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
