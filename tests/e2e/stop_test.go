package e2e

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/fx"

	"github.com/punchgate/punchgate/application/port"
)

func TestReadinessTellsOfTheStore(t *testing.T) {
	dir := t.TempDir()
	g := start(t, dir)
	ready := get(t, g.url+"/readyz").want(t, 200)
	if ready.text("status") != "ready" || ready.text("store", "engine") != configOf(t, dir).Store || ready.at("store", "reachable") != true || ready.at("store", "took_us") == nil {
		t.Errorf("%v", ready)
	}
	away := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		s.Ready = func(context.Context) error { return errors.New("SECRET-CAUSE") }
		return s
	}))
	a := get(t, away.url+"/readyz")
	refused := a.want(t, 503)
	if refused.text("code") != "store.unavailable" || refused.at("store", "reachable") != false || a.header.Get("Retry-After") == "" || strings.Contains(a.body, "SECRET") {
		t.Errorf("%s", a.body)
	}
	get(t, away.url+"/healthz").want(t, 200) // the process lives: to start it anew would not bring the store back
}

func TestAStoreThatHangsIsNotReady(t *testing.T) {
	g := startWith(t, t.TempDir(), fx.Decorate(func(s port.Stores) port.Stores {
		s.Ready = func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}
		return s
	}))
	started := time.Now()
	refused := get(t, g.url+"/readyz").want(t, 503)
	if took := time.Since(started); took > 10*time.Second || refused.text("code") != "store.unavailable" {
		t.Errorf("%v after %s", refused, took)
	}
}

func TestAGatewayThatWillStopSaysSoAndGoesOnAnswering(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", nil)
	if kept := get(t, g.url+"/readyz"); kept.header.Get("Connection") == "close" {
		t.Error("connections are ended before it stops")
	}
	g.web.Stop()
	if refused := get(t, g.url+"/readyz").want(t, 503); refused.text("code") != "gateway.stopping" {
		t.Errorf("%v", refused)
	}
	get(t, g.url+"/healthz").want(t, 200)
	session := g.punchOut(link)
	r := request(t, "GET", g.url+"/v1/storefront/checkout-policy?customer=goteborg&session="+session, "", "")
	r.Header.Set("Authorization", "Bearer "+g.shop.storefront)
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 || !response.Close {
		t.Errorf("answered %d, and the connection is kept: %v", response.StatusCode, !response.Close)
	}
}

// A start call comes half before the gateway is told to stop, and half after: it is answered, with its session stored.
func TestARequestThatRunsIsFinishedBeforeTheStoreCloses(t *testing.T) {
	g := withShop(t)
	link, _ := g.connect("proceedo-cxml", nil)
	address := strings.TrimPrefix(g.url, "http://")
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	form := startCall().Encode()
	head := "POST " + strings.TrimPrefix(link, g.url) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	if _, err := io.WriteString(connection, head+"Content-Length: "+strconv.Itoa(len(form))+"\r\nExpect: 100-continue\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(connection)
	if going, err := reader.ReadString('\n'); err != nil || !strings.Contains(going, "100") { // the handler reads the body
		t.Fatalf("%q %v", going, err)
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		g.stop()
	}()
	await(t, func() bool { // the listener is closed
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err != nil
	})
	select {
	case <-stopped:
		t.Fatal("it stopped although a request runs")
	default:
	}
	if _, err := io.WriteString(connection, form); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.ReadString('\n'); err != nil { // the empty line after 100 Continue
		t.Fatal(err)
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 303 {
		t.Errorf("answered %d", response.StatusCode)
	}
	<-stopped
	if !strings.Contains(g.logs.String(), "session opened") {
		t.Error("no session was opened")
	}
}
